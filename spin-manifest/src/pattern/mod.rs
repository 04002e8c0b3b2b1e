//! Patterns of files.

mod walk;

use glob::{MatchOptions, Pattern};

const OPTIONS: MatchOptions = MatchOptions {
    case_sensitive: true,
    require_literal_separator: true,
    require_literal_leading_dot: false,
};

const SPECIAL: &str = "`*`, `?`, `**` and `[…]` are special; write `[*]` for the character itself";

/// A pattern of `files`, matched as Spin's walk of the application folder
/// would.
#[derive(Clone, Debug)]
pub(crate) struct FilePattern {
    parts: Vec<Part>,
    folder: String,
    depth: Depth,
    matches_files: bool,
}

/// What is between the slashes of a pattern. Names are matched one by one: the
/// time that [`Pattern`] takes for several at once doubles with each `*`.
#[derive(Clone, Debug)]
enum Part {
    /// `**`: any number of folders.
    AnyFolders,
    /// A name without special characters.
    Name(String),
    /// A pattern for one name.
    Pattern(Pattern),
}

impl Part {
    fn new(text: &str) -> Result<Self, glob::PatternError> {
        Ok(match text {
            "**" => Self::AnyFolders,
            text if is_literal(text) => Self::Name(text.to_owned()),
            text => Self::Pattern(Pattern::new(text)?),
        })
    }

    fn is_any(&self) -> bool {
        matches!(self, Self::AnyFolders)
    }

    /// Whether it matches this one name.
    fn matches(&self, name: &str) -> bool {
        match self {
            Self::AnyFolders => true,
            Self::Name(text) => text == name,
            Self::Pattern(pattern) => pattern.matches_with(name, OPTIONS),
        }
    }
}

/// How much of a folder a listing has to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Depth {
    /// The files in the folder itself.
    Direct,
    /// The files in the folder and in all folders below.
    Whole,
}

impl FilePattern {
    /// Reads a pattern; the error is a sentence about it, and what would be
    /// right.
    pub(crate) fn new(text: &str) -> Result<Self, (String, &'static str)> {
        const WITHIN: &str = "name files within the folder of the manifest";
        let text = text.strip_prefix("./").unwrap_or(text);
        if text.starts_with('/') {
            return Err((format!("the pattern {text:?} is absolute"), WITHIN));
        }
        if text.contains('\\') {
            let message = format!("the pattern {text:?} has a backslash");
            return Err((message, "write `/` between folders, on every system"));
        }
        let matches_files = !text.ends_with('/') && text.rsplit('/').next() != Some("**");
        let parts = text.strip_suffix('/').unwrap_or(text).split('/');
        for part in parts.clone() {
            if part == ".." {
                return Err((
                    format!("the pattern {text:?} leads out of the folder"),
                    WITHIN,
                ));
            }
            if part.is_empty() || part == "." {
                let message = format!("the pattern {text:?} has the empty part {part:?}");
                return Err((message, "leave it out"));
            }
        }
        let invalid = |error: glob::PatternError| {
            let message = format!("the pattern {text:?} is malformed: {}", error.msg);
            (message, SPECIAL)
        };
        let found = parts.clone().map(Part::new).collect::<Result<Vec<_>, _>>();
        let mut found = found.map_err(invalid)?;
        found.dedup_by(|later, earlier| later.is_any() && earlier.is_any());
        let is_literal = |part: &&str| !part.contains(['*', '?', '[']);
        let literal = parts.clone().take_while(is_literal).count();
        let count = parts.clone().count();
        let folder = literal.min(count - 1);
        let folder: Vec<_> = parts.clone().take(folder).collect();
        let is_flat = folder.len() + 1 == count && parts.clone().next_back() != Some("**");
        Ok(Self {
            parts: found,
            folder: folder.join("/"),
            depth: if is_flat { Depth::Direct } else { Depth::Whole },
            matches_files,
        })
    }

    /// The folder below which all matches are.
    pub(crate) fn folder(&self) -> &str {
        &self.folder
    }

    /// How much of that folder can match.
    pub(crate) fn depth(&self) -> Depth {
        self.depth
    }

    /// The files among `paths` that match, in the order in which a walk meets
    /// them; `paths` are in that order for a walk of all of them.
    pub(crate) fn matches<'p>(&self, paths: &'p [String]) -> Vec<&'p str> {
        if !self.matches_files {
            return Vec::new();
        }
        let first = self.parts.iter().position(Part::is_any);
        let first = first.unwrap_or(self.parts.len());
        if self.parts.len() > first + 2 {
            // The order is not that of the paths.
            return walk::matches(&self.parts, paths);
        }
        let (before, after) = self.parts.split_at(first);
        let matches = |path: &&str| {
            let mut names = path.split('/');
            let matches_next = |part: &Part| names.next().is_some_and(|name| part.matches(name));
            before.iter().all(matches_next)
                && match after.get(1) {
                    Some(last) => names.next_back().is_some_and(|name| last.matches(name)),
                    None => names.next().is_none(),
                }
        };
        paths.iter().map(String::as_str).filter(matches).collect()
    }
}

/// A pattern of `exclude_files`, in which `*` matches `/` too.
#[derive(Clone, Debug)]
pub(crate) struct ExcludePattern(Pattern);

impl ExcludePattern {
    pub(crate) fn new(text: &str) -> Result<Self, (String, &'static str)> {
        Self::as_written(text.strip_prefix("./").unwrap_or(text))
    }

    /// Of which a `./` at the start is part of the paths that it matches.
    pub(crate) fn as_written(text: &str) -> Result<Self, (String, &'static str)> {
        Pattern::new(text).map(Self).map_err(|error| {
            let message = format!("the pattern {text:?} is malformed: {}", error.msg);
            (message, SPECIAL)
        })
    }

    pub(crate) fn matches(&self, path: &str) -> bool {
        self.0.matches(path)
    }
}

/// Whether an entry of `files` names a file or a folder itself: it has none of
/// the characters that are special in patterns.
pub(crate) fn is_literal(text: &str) -> bool {
    Pattern::escape(text) == text
}

/// The path of a file or folder within the application: without `.`, without
/// a leading or trailing `/`, empty for the folder itself. The error is a
/// sentence about it, and what would be right.
pub(crate) fn relative(path: &str) -> Result<String, (String, &'static str)> {
    const WITHIN: &str = "name a path within the folder of the manifest";
    if path.starts_with('/') {
        return Err((format!("the path {path:?} is absolute"), WITHIN));
    }
    if path.contains('\\') {
        let message = format!("the path {path:?} has a backslash");
        return Err((message, "write `/` between folders, on every system"));
    }
    let mut parts = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                if parts.pop().is_none() {
                    return Err((format!("the path {path:?} leads out of the folder"), WITHIN));
                }
            }
            part => parts.push(part),
        }
    }
    Ok(parts.join("/"))
}
