//! Problems while they are collected.

use alloc::collections::BTreeSet;
use alloc::string::ToString;
use alloc::vec::Vec;
use core::fmt;

use super::{At, Field, Place, Problem, ProblemKind, Problems, Severity};
use crate::text::{Lines, Span, excerpt};

/// Where a problem is in the document, while the document is walked.
#[derive(Clone, Copy)]
pub(crate) enum Path<'p> {
    Root,
    Field(&'p Self, &'p str),
    Index(&'p Self, usize),
}

impl<'p> Path<'p> {
    pub(crate) fn field(&'p self, name: &'p str) -> Self {
        Self::Field(self, name)
    }

    pub(crate) fn index(&'p self, index: usize) -> Self {
        Self::Index(self, index)
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Path::Root => Ok(()),
            Path::Index(parent, index) => write!(formatter, "{parent}[{index}]"),
            Path::Field(parent, name) => {
                let separator = if matches!(parent, Path::Root) {
                    ""
                } else {
                    "."
                };
                // A long name would come up again in each path below it.
                let name = excerpt(name);
                let is_bare = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
                if !name.is_empty() && name.chars().all(is_bare) {
                    write!(formatter, "{parent}{separator}{name}")
                } else {
                    write!(formatter, "{parent}{separator}{name:?}")
                }
            }
        }
    }
}

/// Collects problems as they are found, up to a limit.
pub(crate) struct Report {
    /// Apart from the lints, so that no number of lints hides an error.
    errors: Vec<Found>,
    lints: Vec<Found>,
    limit: usize,
    omitted: usize,
}

struct Found {
    span: Option<Span>,
    problem: Problem,
}

impl Report {
    /// A report that lists `limit` problems, and one at least.
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            errors: Vec::new(),
            lints: Vec::new(),
            limit: limit.max(1),
            omitted: 0,
        }
    }

    pub(crate) fn push(&mut self, path: &Path<'_>, span: Option<Span>, kind: ProblemKind) {
        let list = match kind.severity() {
            Severity::Error => &mut self.errors,
            Severity::Lint => &mut self.lints,
        };
        if list.len() < self.limit {
            let problem = Problem::at_path(&path.to_string(), kind);
            list.push(Found { span, problem });
        } else {
            self.omitted += 1;
        }
    }

    /// Counts problems that are not listed.
    pub(super) fn omit(&mut self, problems: usize) {
        self.omitted += problems;
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.errors.is_empty() && self.lints.is_empty()
    }

    /// Whether the document is to be refused.
    pub(crate) fn has_errors(&self) -> bool {
        !self.errors.is_empty()
    }

    /// Whether one more error would be counted only: no hint for it is worth
    /// the time of finding one.
    pub(crate) fn is_full(&self) -> bool {
        self.errors.len() >= self.limit
    }

    /// The value of a field that has to be there.
    pub(crate) fn required<T>(
        &mut self,
        field: Field<T>,
        parent: Option<Span>,
        at: &Path<'_>,
    ) -> Option<At<T>> {
        match field {
            Field::Present(at) => Some(at),
            Field::Unreadable => None,
            Field::Absent => {
                self.push(at, parent, ProblemKind::MissingField);
                None
            }
        }
    }

    /// The value, if there is one; its problem is reported if not.
    pub(crate) fn keep<T>(
        &mut self,
        result: Result<T, ProblemKind>,
        span: Option<Span>,
        at: &Path<'_>,
    ) -> Option<T> {
        result.map_err(|problem| self.push(at, span, problem)).ok()
    }

    /// Drops what may well follow from broken syntax only: what is wrong on a
    /// line that could not be read or below a header that could not, a field
    /// that may stand on such a line, and a group that may be declared there.
    pub(crate) fn drop_consequences_of_syntax(&mut self, lines: &Lines<'_>) {
        let line_of = |span: Option<Span>| {
            let start = span.map_or(0, |span| span.start);
            lines.position(start).line
        };
        let is_syntax = |found: &Found| matches!(found.problem.kind(), ProblemKind::Syntax { .. });
        let broken: BTreeSet<usize> = self
            .errors
            .iter()
            .filter(|found| is_syntax(found))
            .map(|found| line_of(found.span))
            .collect();
        let headers = lines.iter().enumerate();
        let headers: Vec<usize> = headers
            .filter(|(_, line)| line.trim_start().starts_with('['))
            .map(|(index, _)| index + 1)
            .collect();
        let is_consequence = |found: &Found| {
            let line = line_of(found.span);
            match found.problem.kind() {
                ProblemKind::Syntax { .. } => false,
                ProblemKind::UndeclaredGroup { .. } => true,
                // What is missing from the document may have lost its header.
                ProblemKind::MissingField if found.span == Some(Span::default()) => true,
                // A table ends at the next header, which may be the field.
                ProblemKind::MissingField => {
                    let next = headers.partition_point(|header| *header <= line);
                    let end = headers.get(next).copied().unwrap_or(usize::MAX);
                    broken.range(line..=end).next().is_some()
                }
                _ => {
                    let next = headers.partition_point(|header| *header <= line);
                    let header = next.checked_sub(1).map(|index| headers[index]);
                    let mut lines = header.into_iter().chain([line]);
                    lines.any(|line| broken.contains(&line))
                }
            }
        };
        self.errors.retain(|found| !is_consequence(found));
        self.lints.clear();
    }

    /// The problems in the order of the text they are of, if they are of one,
    /// with their lines and columns.
    pub(crate) fn finish(self, text: Option<&str>) -> Problems {
        let mut found = self.errors;
        let room = self.limit - found.len();
        let omitted = self.omitted + self.lints.len().saturating_sub(room);
        found.extend(self.lints.into_iter().take(room));
        found.sort_by_key(|found| found.span);
        // What stands behind the last problem is on no line that is asked for.
        let last = found.last().and_then(|found| found.span);
        let last = last.map_or(0, |span| span.start);
        let lines = text.map(|text| Lines::new(text.get(..last).unwrap_or(text)));
        let problems = found.into_iter().map(|Found { span, problem }| {
            problem.with_place(lines.as_ref().zip(span).map(|(lines, span)| Place {
                span,
                start: lines.position(span.start),
            }))
        });
        Problems::new(problems.collect(), omitted)
    }
}

/// The problem with a text that is signed or identifies something, if it has
/// a control character.
pub(crate) fn control_character(text: &str) -> Option<ProblemKind> {
    // Most texts are plain, and bytes are looked at faster than characters.
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return None;
    }
    let character = text.chars().find(|c| c.is_control())?;
    Some(ProblemKind::ControlCharacter { character })
}
