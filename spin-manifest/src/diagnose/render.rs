use std::borrow::Cow;
use std::fmt;

use bindle_core::text::{Lines, Span};

use super::{Diagnostics, Problem};

/// [`Diagnostics`] with excerpts of the source, made by
/// [`Diagnostics::render`].
///
/// ```
/// use spin_manifest::Manifest;
///
/// let text = "spin_version = '1'\nname = 5\nversion = '0.1.0'\ntrigger = { type = 'http', base = '/' }\n\
///             [[component]]\nid = 'a'\nsource = 'a.wasm'\ntrigger = { route = '/' }\n";
/// let diagnostics = Manifest::from_toml(text).unwrap_err();
/// assert_eq!(
///     diagnostics.render("spin.toml", text).to_string(),
///     "\
/// error: expected a string, found an integer
///  --> spin.toml:2:8
///   |
/// 2 | name = 5
///   |        ^
///   = hint: write \"5\" in quotes
/// "
/// );
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Rendered<'d> {
    diagnostics: &'d Diagnostics,
    name: &'d str,
    text: &'d str,
}

impl<'d> Rendered<'d> {
    pub(super) fn new(diagnostics: &'d Diagnostics, name: &'d str, text: &'d str) -> Self {
        Self {
            diagnostics,
            name,
            text,
        }
    }

    fn problem(
        &self,
        formatter: &mut fmt::Formatter<'_>,
        lines: &Lines<'_>,
        problem: &Problem,
    ) -> fmt::Result {
        writeln!(formatter, "{}: {}", problem.severity, problem.message)?;
        let last = problem.related.iter().map(|related| related.position.line);
        let last = last.chain([problem.position.line]).max().unwrap_or(1);
        let width = last.to_string().len();
        self.excerpt(formatter, lines, width, problem.span, "")?;
        for related in &problem.related {
            self.excerpt(formatter, lines, width, related.span, &related.message)?;
        }
        if let Some(hint) = &problem.hint {
            let mut label = "hint";
            for line in hint.lines() {
                let sign = if label.is_empty() { ' ' } else { '=' };
                let colon = if label.is_empty() { "" } else { ": " };
                let text = format!("{:width$} {sign} {label}{colon}{line}", "");
                writeln!(formatter, "{}", text.trim_end())?;
                label = "";
            }
        }
        Ok(())
    }

    fn excerpt(
        &self,
        formatter: &mut fmt::Formatter<'_>,
        lines: &Lines<'_>,
        width: usize,
        span: Span,
        message: &str,
    ) -> fmt::Result {
        let position = lines.position(span.start);
        let line = lines.line(position.line).unwrap_or_default();
        let start = lines.start(position.line).unwrap_or_default();
        let (before, rest) = line.split_at(floor(line, span.start - start.min(span.start)));
        // A byte order mark takes no room.
        let before = before.trim_start_matches('\u{feff}');
        let (before, rest) = (end_of(before), start_of(rest));
        // A part of several lines is marked on its first.
        let marked = &rest[..floor(&rest, span.end - span.start)];
        let carets = "^".repeat(marked.chars().count().max(1));
        // Tabs stay tabs, so that the caret stands below what it marks.
        let indent: String = before
            .chars()
            .map(|c| if c == '\t' { c } else { ' ' })
            .collect();
        // What a terminal would take for a command is not part of the excerpt.
        let line = format!("{before}{rest}").replace(is_command, "\u{fffd}");
        writeln!(formatter, "{:width$}--> {}:{position}", "", self.name)?;
        writeln!(formatter, "{:width$} |", "")?;
        writeln!(formatter, "{:>width$} | {line}", position.line)?;
        let marks = format!("{:width$} | {indent}{carets} {message}", "");
        writeln!(formatter, "{}", marks.trim_end())
    }
}

/// The most characters that are shown on either side of where a part starts.
const SHOWN: usize = 160;

fn start_of(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
        None => Cow::Borrowed(text),
    }
}

fn end_of(text: &str) -> Cow<'_, str> {
    match text.char_indices().rev().nth(SHOWN) {
        Some((start, _)) => Cow::Owned(format!("…{}", &text[start..])),
        None => Cow::Borrowed(text),
    }
}

/// Whether a terminal does something else than to show it.
fn is_command(character: char) -> bool {
    character.is_control() && character != '\t'
}

/// The last boundary between characters up to `offset`.
fn floor(text: &str, offset: usize) -> usize {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

impl fmt::Display for Rendered<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines = Lines::new(self.text);
        for (index, problem) in self.diagnostics.iter().enumerate() {
            if index > 0 {
                formatter.write_str("\n")?;
            }
            self.problem(formatter, &lines, problem)?;
        }
        match self.diagnostics.omitted() {
            0 => Ok(()),
            omitted => writeln!(formatter, "\nand {omitted} more problems"),
        }
    }
}
