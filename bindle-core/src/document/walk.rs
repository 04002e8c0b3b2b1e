//! From TOML to fields.

use alloc::borrow::Cow;

use super::decode::{Decoded, decode};
use super::table::Document;
use super::value::{Integer, Key, Kind, Table, Value};
use super::{At, Field, List, Path, ProblemKind, Problems, Report, Text, TextMap};
use crate::text::{Lines, Span, excerpt, nearest, tables_beyond};

/// How much of a document is looked at.
pub(crate) struct Bounds {
    pub(crate) bytes: usize,
    pub(crate) tables: usize,
    pub(crate) problems: usize,
}

/// Reads a TOML document: `read` makes a value of its tables and reports what
/// is wrong with them. Gives the value with the lints, or all problems.
pub(crate) fn read_toml<T>(
    text: &str,
    bounds: &Bounds,
    read: impl FnOnce(&mut Walk<'_>, Table<'_>) -> Option<T>,
) -> Result<(T, Problems), Problems> {
    read_toml_by(decode, text, bounds, read)
}

/// Makes the tables of a text, and keeps so many errors.
pub(crate) type Decode = fn(&str, usize) -> Decoded<'_>;

/// [`read_toml`] by a decoder of the caller's choice.
pub(crate) fn read_toml_by<T>(
    decode: Decode,
    text: &str,
    bounds: &Bounds,
    read: impl FnOnce(&mut Walk<'_>, Table<'_>) -> Option<T>,
) -> Result<(T, Problems), Problems> {
    within_bounds(text, bounds)?;
    let mut report = Report::new(bounds.problems);
    let decoded = decode(text, bounds.problems.max(1));
    decoded.report(&mut report);
    let value = read(&mut Walk::new(&mut report), decoded.document.root());
    match value {
        Some(value) if report.is_empty() => Ok((value, Problems::default())),
        Some(value) if !report.has_errors() => Ok((value, report.finish(Some(text)))),
        _ => {
            if decoded.has_errors() {
                report.drop_consequences_of_syntax(&Lines::new(text));
            }
            Err(report.finish(Some(text)))
        }
    }
}

/// Makes the tables of a text, or tells what is wrong with it as TOML.
pub(crate) fn parse_toml<'i>(text: &'i str, bounds: &Bounds) -> Result<Document<'i>, Problems> {
    within_bounds(text, bounds)?;
    let decoded = decode(text, bounds.problems.max(1));
    if decoded.has_errors() {
        let mut report = Report::new(bounds.problems);
        decoded.report(&mut report);
        return Err(report.finish(Some(text)));
    }
    Ok(decoded.document)
}

/// Checks that there is not too much of a text for it to be parsed.
fn within_bounds(text: &str, bounds: &Bounds) -> Result<(), Problems> {
    let Some(problem) = excess(text, bounds) else {
        return Ok(());
    };
    let mut report = Report::new(1);
    report.push(&Path::Root, None, problem);
    Err(report.finish(None))
}

fn excess(text: &str, bounds: &Bounds) -> Option<ProblemKind> {
    if text.len() > bounds.bytes {
        return Some(ProblemKind::Limit {
            what: "bytes",
            found: text.len(),
            limit: bounds.bytes,
        });
    }
    tables_beyond(text, bounds.tables).map(|found| ProblemKind::Limit {
        what: "tables",
        found,
        limit: bounds.tables,
    })
}

/// The text that `bytes` are.
pub(crate) fn utf8(bytes: &[u8]) -> Result<&str, Problems> {
    core::str::from_utf8(bytes).map_err(|error| {
        let valid = core::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default();
        let end = error.valid_up_to() + error.error_len().unwrap_or(1);
        let mut report = Report::new(1);
        let span = Span::from(valid.len()..end);
        report.push(&Path::Root, Some(span), ProblemKind::Utf8);
        report.finish(Some(valid))
    })
}

/// Walks parsed TOML and reports what is not of its field's type.
pub(crate) struct Walk<'r> {
    pub(crate) report: &'r mut Report,
}

impl<'r> Walk<'r> {
    fn new(report: &'r mut Report) -> Self {
        Self { report }
    }
}

impl Walk<'_> {
    pub(crate) fn text_map<'i>(&mut self, table: Table<'i>, at: &Path<'_>) -> TextMap<'i> {
        let mut map = TextMap::new();
        for (key, value) in table {
            if let Field::Present(text) = self.text(value, &at.field(key.text)) {
                map.insert(Cow::Borrowed(key.text), text);
            }
        }
        map
    }

    pub(crate) fn text<'i>(&mut self, value: Value<'i>, at: &Path<'_>) -> Field<Text<'i>> {
        let span = value.span;
        match value.kind {
            Kind::String(value) => present(Cow::Borrowed(value), span),
            other => self.wrong_type("a string", &other, span, at),
        }
    }

    pub(crate) fn boolean(&mut self, value: Value<'_>, at: &Path<'_>) -> Field<bool> {
        let span = value.span;
        match value.kind {
            Kind::Boolean(value) => present(value, span),
            other => self.wrong_type("true or false", &other, span, at),
        }
    }

    pub(crate) fn unsigned(
        &mut self,
        value: Value<'_>,
        at: &Path<'_>,
        expected: &'static str,
    ) -> Field<u64> {
        let span = value.span;
        match value.kind {
            Kind::Integer(Integer { digits, radix }) => match u64::from_str_radix(digits, radix) {
                Ok(value) => present(value, span),
                Err(_) => {
                    let found = digits.chars().take(40).collect();
                    let problem = ProblemKind::OutOfRange { expected, found };
                    self.report.push(at, Some(span), problem);
                    Field::Unreadable
                }
            },
            other => self.wrong_type("an integer", &other, span, at),
        }
    }

    pub(crate) fn texts<'i>(&mut self, value: Value<'i>, at: &Path<'_>) -> List<Text<'i>> {
        let span = value.span;
        let array = match value.kind {
            Kind::Array(array) => array,
            other => return self.wrong_type("an array of strings", &other, span, at),
        };
        let texts = array.iter().enumerate();
        let texts = texts.map(|(index, value)| self.text(value, &at.index(index)));
        present(texts.collect(), span)
    }

    pub(crate) fn table<'i, T>(
        &mut self,
        value: Value<'i>,
        at: &Path<'_>,
        read: impl Fn(&mut Self, Table<'i>, &Path<'_>) -> T,
    ) -> Field<T> {
        let span = value.span;
        match value.kind {
            Kind::Table(table) => present(read(self, table, at), span),
            other => self.wrong_type("a table", &other, span, at),
        }
    }

    pub(crate) fn list<'i, T>(
        &mut self,
        value: Value<'i>,
        at: &Path<'_>,
        read: impl Fn(&mut Self, Table<'i>, &Path<'_>) -> T,
    ) -> List<T> {
        let span = value.span;
        let array = match value.kind {
            Kind::Array(array) => array,
            other => return self.wrong_type("an array of tables", &other, span, at),
        };
        let items = array.iter().enumerate();
        let items = items.map(|(index, value)| self.table(value, &at.index(index), &read));
        present(items.collect(), span)
    }

    fn wrong_type<T>(
        &mut self,
        expected: &'static str,
        found: &Kind<'_>,
        span: Span,
        at: &Path<'_>,
    ) -> Field<T> {
        let found = found.described();
        let problem = ProblemKind::WrongType { expected, found };
        self.report.push(at, Some(span), problem);
        Field::Unreadable
    }

    /// Reports a field of the document as a whole that was read before, under
    /// the name `first`.
    pub(crate) fn single<T>(&mut self, field: &Field<T>, key: Key<'_>, first: &'static str) {
        if !matches!(field, Field::Absent) {
            let root = Path::Root;
            let path = root.field(key.text);
            let problem = ProblemKind::RepeatedField { first };
            self.report.push(&path, Some(key.span), problem);
        }
    }

    pub(crate) fn unknown(&mut self, key: Key<'_>, at: &Path<'_>, known: &'static [&'static str]) {
        let field = key.text;
        let problem = ProblemKind::UnknownField {
            field: excerpt(field),
            nearest: if self.report.is_full() {
                None
            } else {
                nearest(field, known.iter().copied())
            },
            known,
        };
        self.report.push(&at.field(field), Some(key.span), problem);
    }
}

fn present<T>(value: T, span: Span) -> Field<T> {
    Field::Present(At {
        value,
        span: Some(span),
    })
}
