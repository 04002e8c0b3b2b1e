//! What is wrong with a text as TOML.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use thiserror::Error;
use toml_parser::{ErrorSink, Expected, ParseError};

use super::{Path, ProblemKind, Report};
use crate::text::Span;

/// Why a text is not TOML, in the words of the crate `toml`.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct SyntaxError {
    message: Box<str>,
    span: Option<Span>,
}

impl SyntaxError {
    /// What is wrong, without the place.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Where it is; nothing if it is wrong with the text as a whole.
    #[must_use]
    pub fn span(&self) -> Option<Span> {
        self.span
    }
}

/// Errors of syntax in the order in which they were found, up to a limit.
pub(super) struct Errors {
    /// Each with the place of the text that its spans count from.
    found: Vec<(ParseError, usize)>,
    base: usize,
    limit: usize,
    omitted: usize,
}

impl Errors {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            found: Vec::new(),
            base: 0,
            limit,
            omitted: 0,
        }
    }

    /// Says where in the text that stands of which the parser tells errors.
    pub(super) fn set_base(&mut self, base: usize) {
        self.base = base;
    }

    /// Adds an error in the text as a whole.
    pub(super) fn push(&mut self, message: impl Into<Cow<'static, str>>, span: Span) {
        let span = toml_parser::Span::new_unchecked(span.start, span.end);
        self.add(ParseError::new(message).with_unexpected(span), 0);
    }

    fn add(&mut self, error: ParseError, base: usize) {
        if self.found.len() < self.limit {
            self.found.push((error, base));
        } else {
            self.omitted += 1;
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = SyntaxError> + '_ {
        self.found.iter().map(|(error, base)| SyntaxError {
            message: message(error),
            span: error.unexpected().map(|span| Span {
                start: base + span.start(),
                end: base + span.end(),
            }),
        })
    }

    pub(super) fn report(&self, report: &mut Report) {
        for SyntaxError { message, span } in self.iter() {
            report.push(&Path::Root, span, ProblemKind::Syntax { message });
        }
        report.omit(self.omitted);
    }
}

impl ErrorSink for Errors {
    fn report_error(&mut self, error: ParseError) {
        self.add(error, self.base);
    }
}

/// What the parser has to say, in the words of the crate `toml`.
fn message(error: &ParseError) -> Box<str> {
    let mut message = String::from(error.description());
    if let Some(expected) = error.expected() {
        message.push_str(", expected ");
        if expected.is_empty() {
            message.push_str("nothing");
        }
        for (index, expected) in expected.iter().enumerate() {
            if index > 0 {
                message.push_str(", ");
            }
            match expected {
                Expected::Literal(literal) => push_literal(&mut message, literal),
                Expected::Description(description) => message.push_str(description),
                _ => message.push_str("etc"),
            }
        }
    }
    message.into()
}

fn push_literal(message: &mut String, literal: &str) {
    match literal {
        "\n" => message.push_str("newline"),
        "`" => message.push_str("'`'"),
        _ => {
            message.push('`');
            message.push_str(literal);
            message.push('`');
        }
    }
}
