//! Which files a component has, by the rules of an era.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::content::ContentSource;
use super::error::{self, Complaint, PackageError, PackageWarning};
use super::options::Fidelity;
use super::sources;
use crate::Era;
use crate::component::{DependencyName, FileEntry, Placement, Source};
use crate::normalise::ComponentId;
use crate::pattern::{Depth, ExcludePattern, FilePattern, is_literal, relative};
use crate::value::Located;

/// A component of which the files are not known yet.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    /// The id as it is written, where it is.
    pub(super) written_id: Option<String>,
    /// The id in the normal form.
    pub(super) normal_id: ComponentId,
    /// The id in a package.
    pub(super) id: String,
    pub(super) module: ContentSource,
    /// The module as it is written, which is its name in a package.
    pub(super) module_name: String,
    /// Further modules, for its imports.
    pub(super) dependencies: Vec<(DependencyName, ContentSource)>,
    /// The entries of `files`, each with its index.
    entries: Vec<(usize, Entry)>,
    excludes: Vec<ExcludePattern>,
    rules: Era,
    fidelity: Fidelity,
}

/// An entry of `files`.
#[derive(Clone, Debug)]
enum Entry {
    /// The files below a folder, at another path.
    Folder {
        /// As it is written.
        source: String,
        folder: String,
        destination: String,
    },
    /// A file or a folder, since Spin 2.0.
    Path { path: String, named: Named },
    /// The files that match.
    Pattern { text: String, pattern: FilePattern },
    /// A file, or the files below a folder, at another path, since Spin 2.0.
    Placed {
        path: String,
        named: Named,
        destination: String,
    },
}

/// What a path can be of.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Named {
    FileOrFolder,
    /// It is written with `/` or `/.` at its end, as only that of a folder can
    /// be.
    Folder(String),
}

impl Named {
    fn by(written: &str) -> Self {
        match written.rsplit('/').next() {
            Some("" | "." | "..") => Self::Folder(written.to_owned()),
            _ => Self::FileOrFolder,
        }
    }
}

/// What a component is said to consist of.
pub(super) struct Written<'w> {
    /// The id in a package.
    pub(super) id: &'w str,
    pub(super) written_id: Option<&'w str>,
    pub(super) normal_id: ComponentId,
    pub(super) source: &'w Source,
    pub(super) files: &'w [Located<FileEntry>],
    pub(super) exclude_files: &'w [Located<String>],
    pub(super) dependencies: Vec<(DependencyName, ContentSource)>,
}

/// A file that a component sees.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Mount {
    pub(super) guest: String,
    pub(super) path: String,
    /// The index of the entry of `files` that mounts it.
    pub(super) entry: usize,
}

/// The answers to listings: the paths below a folder in the order of a walk, or
/// `None` if there is no such folder.
pub(super) type Listings = BTreeMap<(String, Depth), Option<Vec<String>>>;

impl Plan {
    pub(super) fn new(
        written: Written<'_>,
        rules: Era,
        fidelity: Fidelity,
    ) -> Result<Self, PackageError> {
        let invalid =
            |complaint| PackageError::invalid_path(error::component(written.id), complaint);
        let entries = written.files.iter().enumerate().map(|(index, entry)| {
            let entry = match rules {
                Era::Current => Entry::current(entry, fidelity),
                _ => Entry::bindle(entry),
            };
            Ok((index, entry?))
        });
        let mut entries = entries.collect::<Result<Vec<_>, _>>().map_err(invalid)?;
        if rules != Era::Current {
            entries.sort_by_key(|(_, entry)| matches!(entry, Entry::Folder { .. }));
        }
        let excludes = written.exclude_files.iter();
        let excludes = excludes.map(|text| match has_written_paths(rules, fidelity) {
            true => ExcludePattern::as_written(text),
            false => ExcludePattern::new(text),
        });
        Ok(Self {
            module: sources::of_component(written.id, written.source, rules)?,
            module_name: sources::name(written.source),
            entries,
            excludes: excludes.collect::<Result<_, _>>().map_err(invalid)?,
            written_id: written.written_id.map(ToOwned::to_owned),
            normal_id: written.normal_id,
            id: written.id.to_owned(),
            dependencies: written.dependencies,
            rules,
            fidelity,
        })
    }

    /// The listings that tell which files it has.
    pub(super) fn listings(&self) -> impl Iterator<Item = (String, Depth)> {
        self.entries.iter().flat_map(|(_, entry)| match entry {
            Entry::Folder { folder, .. } => vec![(folder.clone(), Depth::Whole)],
            Entry::Pattern { pattern, .. } => {
                vec![(pattern.folder().to_owned(), pattern.depth())]
            }
            Entry::Path { path, .. } | Entry::Placed { path, .. } => match parent(path) {
                Some(parent) => vec![(parent, Depth::Direct), (path.clone(), Depth::Whole)],
                None => vec![(path.clone(), Depth::Whole)],
            },
        })
    }

    /// Its files, in the order of the manifest.
    pub(super) fn mounts(
        &self,
        listings: &Listings,
        warnings: &mut Vec<PackageWarning>,
    ) -> Result<Vec<Mount>, PackageError> {
        let mut mounts = Vec::new();
        for (index, entry) in &self.entries {
            let found = self.entry_mounts(entry, listings)?;
            if found.is_empty() {
                warnings.push(PackageWarning::NoMatch {
                    component: self.id.clone(),
                    entry: entry.text().to_owned(),
                });
            }
            mounts.extend(found.into_iter().map(|(guest, path)| Mount {
                guest,
                path,
                entry: *index,
            }));
        }
        Ok(mounts)
    }

    /// The files of one entry: where the component sees them, and their paths.
    fn entry_mounts(
        &self,
        entry: &Entry,
        listings: &Listings,
    ) -> Result<Vec<(String, String)>, PackageError> {
        let own = |path: &str| (path.to_owned(), path.to_owned());
        let listing = |folder: &str, depth| {
            let listing = listings.get(&(folder.to_owned(), depth));
            listing.and_then(Option::as_deref)
        };
        // Since Spin 2.0 a file that is named itself is never excluded.
        let is_file = |path: &str| {
            let siblings = parent(path).and_then(|parent| listing(&parent, Depth::Direct));
            siblings.is_some_and(|paths| contains(paths, path))
        };
        match entry {
            Entry::Folder {
                folder,
                destination,
                ..
            } => {
                let paths = listing(folder, Depth::Whole);
                let paths = paths.ok_or_else(|| self.missing(folder))?;
                Ok(self.below(entry, folder, destination, paths))
            }
            Entry::Pattern { text, pattern } => {
                let paths = listing(pattern.folder(), pattern.depth()).unwrap_or_default();
                // Spin 2.0 and later look for a file of that name first.
                let path = text.strip_prefix("./").unwrap_or(text);
                if self.rules == Era::Current && contains(paths, path) {
                    return Ok(vec![own(path)]);
                }
                let matches = pattern.matches(paths).into_iter();
                let matches = matches.filter(|path| self.includes(entry, path));
                Ok(matches.map(own).collect())
            }
            Entry::Path { path, named } if is_file(path) => {
                self.check_file(named)?;
                Ok(vec![own(path)])
            }
            Entry::Path { path, .. } => match (listing(path, Depth::Whole), self.fidelity) {
                (None, _) => Err(self.missing(path)),
                (Some(_), Fidelity::Checked) => Err(PackageError::FolderEntry {
                    component: self.id.clone(),
                    folder: path.clone(),
                }),
                // Spin itself repeats the path of the folder.
                (Some(paths), Fidelity::Exact) => {
                    let twice = match path.as_str() {
                        "" => String::new(),
                        path => format!("{path}/{path}"),
                    };
                    Ok(self.below(entry, path, &twice, paths))
                }
            },
            Entry::Placed {
                path,
                named,
                destination,
            } if is_file(path) => {
                self.check_file(named)?;
                if destination.is_empty() || destination.ends_with('/') {
                    return Err(PackageError::FolderDestination {
                        component: self.id.clone(),
                        path: path.clone(),
                        destination: destination.clone(),
                    });
                }
                Ok(vec![(destination.clone(), path.clone())])
            }
            Entry::Placed {
                path, destination, ..
            } => {
                let paths = listing(path, Depth::Whole).ok_or_else(|| self.missing(path))?;
                Ok(self.below(entry, path, destination.trim_end_matches('/'), paths))
            }
        }
    }

    /// Refuses a file that is named as if it were a folder.
    fn check_file(&self, named: &Named) -> Result<(), PackageError> {
        match named {
            Named::FileOrFolder => Ok(()),
            Named::Folder(written) => {
                let message = format!("the path {written:?} is that of a file");
                let complaint = (message, "leave out what follows its name");
                Err(PackageError::invalid_path(
                    error::component(&self.id),
                    complaint,
                ))
            }
        }
    }

    /// The files below a folder that is mounted at `destination`.
    fn below(
        &self,
        entry: &Entry,
        folder: &str,
        destination: &str,
        paths: &[String],
    ) -> Vec<(String, String)> {
        let paths = paths.iter().filter(|path| self.includes(entry, path));
        let mut paths: Vec<_> = paths.collect();
        paths.sort_by(|left, right| files_first(left, right));
        let mounts = paths.into_iter().map(|path| {
            let below = below(path, folder);
            let guest = match destination {
                "" => below.to_owned(),
                destination => format!("{destination}/{below}"),
            };
            (guest, path.clone())
        });
        mounts.collect()
    }

    /// Whether a path that the entry finds is not excluded.
    fn includes(&self, entry: &Entry, path: &str) -> bool {
        if self.excludes.is_empty() {
            return true;
        }
        let path = match has_written_paths(self.rules, self.fidelity) {
            true => entry.written_path(path),
            false => Cow::Borrowed(path),
        };
        !self.excludes.iter().any(|exclude| exclude.matches(&path))
    }

    fn missing(&self, path: &str) -> PackageError {
        PackageError::MissingFolder {
            component: self.id.clone(),
            folder: path.to_owned(),
            expected: match self.rules {
                Era::Current => "file or folder",
                _ => "folder",
            },
        }
    }
}

impl Entry {
    /// By the rules of Spin 0.6 and 1.5.
    fn bindle(entry: &FileEntry) -> Result<Self, Complaint> {
        match entry {
            FileEntry::Pattern(text) => Self::pattern(text),
            FileEntry::Placement(Placement {
                source,
                destination,
            }) => {
                let Some(below) = destination.strip_prefix('/') else {
                    let message =
                        format!("{source:?} is mounted at the relative path {destination:?}");
                    return Err((message, "start the destination with `/`"));
                };
                Ok(Self::Folder {
                    source: source.clone(),
                    folder: relative(source)?,
                    destination: mounted(below.trim_start_matches('/'), destination)?,
                })
            }
        }
    }

    /// By the rules of Spin 2.0 and later.
    fn current(entry: &FileEntry, fidelity: Fidelity) -> Result<Self, Complaint> {
        match entry {
            FileEntry::Pattern(text) if is_literal(text) => {
                let path = relative(text)?;
                if path.is_empty() && fidelity == Fidelity::Checked {
                    let message = format!("the entry {text:?} is the whole application folder");
                    return Err((message, "write \"**/*\" for all files in it"));
                }
                Ok(Self::Path {
                    path,
                    named: Named::by(text),
                })
            }
            FileEntry::Pattern(text) => Self::pattern(text),
            FileEntry::Placement(Placement {
                source,
                destination,
            }) => {
                let below = destination.trim_start_matches('/');
                let mut mounted = mounted(below, destination)?;
                // A slash at the end tells a folder from a file.
                if Named::by(below) != Named::FileOrFolder && !mounted.is_empty() {
                    mounted.push('/');
                }
                Ok(Self::Placed {
                    path: relative(source)?,
                    named: Named::by(source),
                    destination: mounted,
                })
            }
        }
    }

    fn pattern(text: &str) -> Result<Self, Complaint> {
        Ok(Self::Pattern {
            pattern: FilePattern::new(text)?,
            text: text.to_owned(),
        })
    }

    /// A path that it finds, as it is put together from what is written.
    fn written_path<'p>(&self, path: &'p str) -> Cow<'p, str> {
        match self {
            Self::Folder { source, folder, .. } if source != folder => {
                let slash = if source.ends_with('/') { "" } else { "/" };
                Cow::Owned(format!("{source}{slash}{}", below(path, folder)))
            }
            Self::Pattern { text, .. } if text.starts_with("./") => Cow::Owned(format!("./{path}")),
            _ => Cow::Borrowed(path),
        }
    }

    fn text(&self) -> &str {
        match self {
            Self::Folder { folder, .. } => folder,
            Self::Path { path, .. } | Self::Placed { path, .. } => path,
            Self::Pattern { text, .. } => text,
        }
    }
}

/// Where `below` is, the `destination` without its first slash, within the guest.
fn mounted(below: &str, destination: &str) -> Result<String, Complaint> {
    relative(below).map_err(|_| {
        let message = format!("the destination {destination:?} is not a path in a guest");
        (
            message,
            "write one with `/` between folders, and without `..`",
        )
    })
}

/// Spin 0.6 and 1.5 exclude by paths that begin as their entries are written: of
/// the files of `./a`, `a/*` excludes none.
fn has_written_paths(rules: Era, fidelity: Fidelity) -> bool {
    rules != Era::Current && fidelity == Fidelity::Exact
}

/// The path of a file in a folder, relative to that folder.
fn below<'p>(path: &'p str, folder: &str) -> &'p str {
    match folder {
        "" => path,
        folder => path.strip_prefix(folder).map_or(path, |rest| &rest[1..]),
    }
}

/// Orders paths as a walk does that goes through each folder by name.
pub(super) fn walk_order(left: &str, right: &str) -> Ordering {
    // The end of a name comes before all that can follow it.
    let rank = |byte: Option<&u8>| byte.map_or(0, |byte| if *byte == b'/' { 1 } else { 2 });
    let (left, right) = (left.as_bytes(), right.as_bytes());
    let at = first_difference(left, right);
    let (left, right) = (left.get(at), right.get(at));
    rank(left).cmp(&rank(right)).then(left.cmp(&right))
}

/// The index of the first byte that is not the same in both.
fn first_difference(left: &[u8], right: &[u8]) -> usize {
    let pairs = left.iter().zip(right);
    pairs.take_while(|(left, right)| left == right).count()
}

/// Whether `path` is among `paths`, which are in [`walk_order`].
fn contains(paths: &[String], path: &str) -> bool {
    paths
        .binary_search_by(|listed| walk_order(listed, path))
        .is_ok()
}

/// The folder of a file; `None` for the application folder itself.
fn parent(path: &str) -> Option<String> {
    if path.is_empty() {
        return None;
    }
    Some(
        path.rsplit_once('/')
            .map_or("", |(parent, _)| parent)
            .to_owned(),
    )
}

/// Orders paths as a walk does that goes through the files of a folder before
/// it goes into the folders below. Spin leaves the order of placed files to the
/// file system.
fn files_first(left: &str, right: &str) -> Ordering {
    let at = first_difference(left.as_bytes(), right.as_bytes());
    let is_below = |path: &str| path.as_bytes()[at..].contains(&b'/');
    is_below(left)
        .cmp(&is_below(right))
        .then_with(|| walk_order(left, right))
}

#[cfg(test)]
mod tests {
    use super::{files_first, walk_order};

    /// All paths of up to five of some bytes, one of which comes before `/`.
    fn paths() -> Vec<String> {
        let mut texts = vec![String::new()];
        for _ in 0..5 {
            let longer = texts.iter().flat_map(|text| {
                ["a", "b", "-", "/"].map(|character| format!("{text}{character}"))
            });
            texts = longer.chain(["a".to_owned()]).collect();
        }
        texts.retain(|text| text.split('/').all(|part| !part.is_empty()));
        texts
    }

    #[test]
    fn orders_are_those_of_the_parts() {
        fn parts(path: &str) -> Vec<&str> {
            path.split('/').collect()
        }
        fn parts_of_folders_last(path: &str) -> Vec<(bool, &str)> {
            let last = path.matches('/').count();
            let parts = path.split('/').enumerate();
            parts.map(|(index, part)| (index < last, part)).collect()
        }
        let paths = paths();
        assert!(paths.len() > 300);
        for left in &paths {
            for right in &paths {
                let walked = parts(left).cmp(&parts(right));
                assert_eq!(walk_order(left, right), walked, "{left} {right}");
                let placed = parts_of_folders_last(left).cmp(&parts_of_folders_last(right));
                assert_eq!(files_first(left, right), placed, "{left} {right}");
            }
        }
    }
}
