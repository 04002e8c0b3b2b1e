//! Where a text is not TOML: what the parser found, without what only follows
//! from it, in the words of those who write manifests.

mod brackets;
mod explain;
mod line;

use std::ops::ControlFlow;

use bindle_core::document::{Document, SyntaxError};
use bindle_core::text::Span;

use self::brackets::{Brackets, INLINE_TABLE, LIST, Openings};
use self::line::{is_header, is_setting};
use crate::diagnose::{Draft, Findings, Path, ProblemKind};

/// The message of the parser for a key that is there twice.
pub(crate) const DUPLICATE: &str = "duplicate key";

/// How its message starts for keys below a value that is not a table.
const EXTENSION: &str = "cannot extend value of type ";

/// Reports the `errors` of a text, of which at least one is about its syntax.
/// Gives the offset from which on keys may stand where they were not meant to
/// be, so that it tells nothing if one is there twice.
pub(crate) fn report(text: &str, errors: &[SyntaxError], findings: &mut Findings) -> usize {
    // A list that nothing closes takes in all that follows, and what is below a
    // broken header, or a key without `=`, is not looked at: it is then read again
    // without that. Each time takes as long as the text.
    const TIMES: usize = 8;
    if let Some(draft) = other_format(text) {
        findings.report(draft);
        return 0;
    }
    let mut report = Report {
        text,
        line: Span::default(),
        is_broken: false,
        reported: 0,
        open_string: 0,
        openings: Openings::default(),
        lost: text.len(),
        times: TIMES,
        findings,
    };
    let mut next = report.all(errors, 0);
    while let ControlFlow::Break(from) = next {
        report.times -= 1;
        let (_, errors) = Document::parse_recoverable(&text[from..]);
        next = report.all(&errors, from);
    }
    report.lost
}

/// A text that was never meant to be TOML, or is not saved as such.
fn other_format(text: &str) -> Option<Draft> {
    let start = text.find(|c: char| !(c.is_whitespace() || c == '\u{feff}'))?;
    if text[start..].starts_with('{') {
        let message = "the text looks like JSON; manifests are TOML";
        let hint = "write lines such as `spin_manifest_version = 2`";
        return Some(draft(Span::from(start..start + 1), message).hint(hint));
    }
    let end = text.find('\r')?;
    if text.contains('\n') {
        return None;
    }
    let message = "the lines end with carriage returns alone";
    let hint = "save it with line feeds, or with both, at the ends of lines";
    Some(draft(Span::from(end..end + 1), message).hint(hint))
}

fn draft(span: Span, message: impl Into<String>) -> Draft {
    Draft::error(ProblemKind::Syntax, &Path::Root, span, message)
}

/// Goes through the errors from left to right.
struct Report<'t, 'f> {
    text: &'t str,
    /// The line of the last error, with its end.
    line: Span,
    /// Whether what is left of this line cannot be understood.
    is_broken: bool,
    /// Where what was reported last ends.
    reported: usize,
    /// Where the last string ends that nothing closes.
    open_string: usize,
    /// What the lines before this one open.
    openings: Openings,
    /// Where it starts to be uncertain to which table a key belongs.
    lost: usize,
    /// How often what is left may still be read again.
    times: usize,
    findings: &'f mut Findings,
}

impl Report<'_, '_> {
    /// Reports errors whose places are counted from `start`; breaks at the line
    /// from which on the text is to be read again.
    fn all(&mut self, errors: &[SyntaxError], start: usize) -> ControlFlow<usize> {
        let errors = errors.iter().filter(|error| error.message() != DUPLICATE);
        let errors = errors.map(|error| {
            let span = error.span().unwrap_or_default();
            let span = Span::from(start + span.start..start + span.end);
            (span, error.message())
        });
        let mut errors: Vec<_> = errors.collect();
        errors.sort_by_key(|(span, _)| span.start);
        for (span, message) in errors {
            self.one(span, message)?;
        }
        ControlFlow::Continue(())
    }

    fn one(&mut self, span: Span, message: &str) -> ControlFlow<usize> {
        if span.start < self.reported {
            return ControlFlow::Continue(());
        }
        if span.start >= self.line.end {
            self.enter_line(span.start);
        }
        let is_extension = message.starts_with(EXTENSION);
        let (what, expected) = message.split_once(", expected ").unwrap_or((message, ""));
        if self.is_broken || is_extension && span.start >= self.lost {
            return self.after(what);
        }
        let unclosed = self.unclosed_before(span, what);
        if let Some(value) = unclosed.filter(|_| self.times > 0) {
            let Brackets { name, open, close } = value;
            let span = Span::from(span.start..self.line.start + self.line_text().len());
            let message = format!("the {name} before this line is not closed");
            let draft = draft(span, message).hint(format!("write `{close}` at its end"));
            match self.opening(open) {
                Some(opening) if opening.start < self.open_string => {}
                Some(opening) => self
                    .findings
                    .report(draft.related(opening, "it starts here")),
                None => self.findings.report(draft),
            }
            self.lost = self.lost.min(self.line.start);
            let next = self.line.start;
            // The line itself is read again.
            self.line.end = next;
            return ControlFlow::Break(next);
        }
        let draft = self.explained(span, what, expected, message);
        self.findings.report(draft);
        // What is reported at the end of the text is past it.
        let end = self.character(span.start).end.max(span.start + 1);
        self.reported = self.reported.max(end);
        self.after(what)
    }

    /// Breaks at the next line if the parser stopped at this one.
    fn after(&self, what: &str) -> ControlFlow<usize> {
        let is_stop = matches!(
            what,
            "key with no value"
                | "missing value for key"
                | "unclosed table"
                | "unclosed array table"
        );
        match is_stop && self.times > 0 && self.line.end < self.text.len() {
            true => ControlFlow::Break(self.line.end),
            false => ControlFlow::Continue(()),
        }
    }

    fn enter_line(&mut self, offset: usize) {
        let start = self.text[..offset].rfind('\n').map_or(0, |end| end + 1);
        let end = self.text[offset..].find('\n');
        self.line = Span::from(start..end.map_or(self.text.len() + 1, |end| offset + end + 1));
        self.is_broken = false;
        let line = self.line_text();
        let marks = ["<<<<<<< ", "||||||| ", "=======", ">>>>>>> "];
        if marks.iter().any(|mark| line.starts_with(mark)) {
            let span = Span::from(start..start + line.len());
            let message = "a merge left its mark here";
            let draft = draft(span, message);
            self.findings
                .report(draft.hint("keep one of the two versions, and remove the marks"));
            self.lose();
        }
    }

    /// The line without its end.
    fn line_text(&self) -> &str {
        let end = self.line.end.min(self.text.len());
        self.text[self.line.start..end].trim_end_matches(['\n', '\r'])
    }

    /// The whole character that starts at `offset`.
    fn character(&self, offset: usize) -> Span {
        let character = self.text[offset..].chars().next();
        Span::from(offset..offset + character.map_or(0, char::len_utf8))
    }

    /// Nothing more is said of this line, and what keys are there twice from
    /// here on may not tell anything.
    fn lose(&mut self) {
        self.is_broken = true;
        self.lost = self.lost.min(self.line.start);
    }

    /// The value of an earlier line that should have ended before this line.
    fn unclosed_before(&mut self, span: Span, what: &str) -> Option<Brackets> {
        // Where a value is written in more lines, it is closed nearby.
        const LINES: usize = 50;
        let value = match what {
            "missing comma between array elements" => LIST,
            "missing comma between key-value pairs" | "missing key for inline table element" => {
                INLINE_TABLE
            }
            _ => return None,
        };
        let before = &self.text[self.line.start..span.start];
        let line = self.line_text();
        if !before.trim().is_empty() || !(is_header(line) || is_setting(line)) {
            return None;
        }
        let opening = self.opening(value.open);
        if opening.is_some_and(|opening| opening.start < self.open_string) {
            // The string took in what closes it, which was reported then.
            return Some(value);
        }
        let mut lines = self.text[self.line.start..].lines().take(LINES);
        let end = lines.find(|line| is_header(line) || line.trim_start().starts_with(value.close));
        end.is_none_or(is_header).then_some(value)
    }

    /// The last place before this line where a setting opens a list or a table.
    fn opening(&mut self, open: char) -> Option<Span> {
        self.openings.go_on(self.text, self.line.start);
        let place = match open == LIST.open {
            true => self.openings.list,
            false => self.openings.inline_table,
        };
        place.map(|at| Span::from(at..at + 1))
    }
}
