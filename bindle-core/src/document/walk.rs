//! From TOML to fields.

use alloc::borrow::Cow;

use toml::Spanned;
use toml::de::{DeInteger, DeTable, DeValue};

use super::{At, Field, List, Path, ProblemKind, Problems, Report, Text, TextMap};
use crate::text::{Lines, Span, excerpt, most_tables, nearest};

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
    read: impl FnOnce(&mut Walk<'_>, Spanned<DeTable<'_>>) -> Option<T>,
) -> Result<(T, Problems), Problems> {
    within_bounds(text, bounds)?;
    let mut report = Report::new(bounds.problems);
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        let problem = ProblemKind::Syntax {
            message: error.message().into(),
        };
        report.push(&Path::Root, error.span().map(Span::from), problem);
    }
    let value = read(&mut Walk::new(&mut report), table);
    match value {
        Some(value) if report.is_empty() => Ok((value, Problems::default())),
        Some(value) if !report.has_errors() => Ok((value, report.finish(Some(text)))),
        _ => {
            if !errors.is_empty() {
                report.drop_consequences_of_syntax(&Lines::new(text));
            }
            Err(report.finish(Some(text)))
        }
    }
}

/// Checks that there is not too much of a text for it to be parsed.
pub(crate) fn within_bounds(text: &str, bounds: &Bounds) -> Result<(), Problems> {
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
    // Few texts are so long, and of those few have so many such bytes even with
    // the ones in strings, which is fast to find out.
    if text.len() <= bounds.tables || table_bytes(text) <= bounds.tables {
        return None;
    }
    let tables = most_tables(text);
    (tables > bounds.tables).then_some(ProblemKind::Limit {
        what: "tables",
        found: tables,
        limit: bounds.tables,
    })
}

/// How many bytes of a text start a table, if they are in no string or comment.
fn table_bytes(text: &str) -> usize {
    // As many as a byte can count, so that the compiler adds up bytes.
    let chunks = text.as_bytes().chunks(usize::from(u8::MAX));
    let counts = chunks.map(|chunk| {
        let opens_table = |byte: &u8| u8::from(matches!(byte, b'[' | b'{' | b'.'));
        usize::from(chunk.iter().map(opens_table).sum::<u8>())
    });
    counts.sum()
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
    pub(crate) fn text_map<'i>(&mut self, table: DeTable<'i>, at: &Path<'_>) -> TextMap<'i> {
        let mut map = TextMap::new();
        for (key, value) in table {
            let path = at.field(key.get_ref());
            if let Field::Present(text) = self.text(value, &path) {
                map.insert(key.into_inner(), text);
            }
        }
        map
    }

    pub(crate) fn text<'i>(
        &mut self,
        value: Spanned<DeValue<'i>>,
        at: &Path<'_>,
    ) -> Field<Text<'i>> {
        let span = Span::from(value.span());
        match value.into_inner() {
            DeValue::String(value) => present(value, span),
            other => self.wrong_type("a string", &other, span, at),
        }
    }

    pub(crate) fn boolean(&mut self, value: Spanned<DeValue<'_>>, at: &Path<'_>) -> Field<bool> {
        let span = Span::from(value.span());
        match value.into_inner() {
            DeValue::Boolean(value) => present(value, span),
            other => self.wrong_type("true or false", &other, span, at),
        }
    }

    pub(crate) fn unsigned(
        &mut self,
        value: Spanned<DeValue<'_>>,
        at: &Path<'_>,
        expected: &'static str,
    ) -> Field<u64> {
        let span = Span::from(value.span());
        match value.into_inner() {
            DeValue::Integer(integer) => match to_u64(&integer) {
                Some(value) => present(value, span),
                None => {
                    let found = integer.as_str().chars().take(40).collect();
                    let problem = ProblemKind::OutOfRange { expected, found };
                    self.report.push(at, Some(span), problem);
                    Field::Unreadable
                }
            },
            other => self.wrong_type("an integer", &other, span, at),
        }
    }

    pub(crate) fn texts<'i>(
        &mut self,
        value: Spanned<DeValue<'i>>,
        at: &Path<'_>,
    ) -> List<Text<'i>> {
        let span = Span::from(value.span());
        let array = match value.into_inner() {
            DeValue::Array(array) => array,
            other => return self.wrong_type("an array of strings", &other, span, at),
        };
        let texts = array.into_iter().enumerate();
        let texts = texts.map(|(index, value)| self.text(value, &at.index(index)));
        present(texts.collect(), span)
    }

    pub(crate) fn table<'i, T>(
        &mut self,
        value: Spanned<DeValue<'i>>,
        at: &Path<'_>,
        read: impl Fn(&mut Self, DeTable<'i>, &Path<'_>) -> T,
    ) -> Field<T> {
        let span = Span::from(value.span());
        match value.into_inner() {
            DeValue::Table(table) => present(read(self, table, at), span),
            other => self.wrong_type("a table", &other, span, at),
        }
    }

    pub(crate) fn list<'i, T>(
        &mut self,
        value: Spanned<DeValue<'i>>,
        at: &Path<'_>,
        read: impl Fn(&mut Self, DeTable<'i>, &Path<'_>) -> T,
    ) -> List<T> {
        let span = Span::from(value.span());
        let array = match value.into_inner() {
            DeValue::Array(array) => array,
            other => return self.wrong_type("an array of tables", &other, span, at),
        };
        let items = array.into_iter().enumerate();
        let items = items.map(|(index, value)| self.table(value, &at.index(index), &read));
        present(items.collect(), span)
    }

    fn wrong_type<T>(
        &mut self,
        expected: &'static str,
        found: &DeValue<'_>,
        span: Span,
        at: &Path<'_>,
    ) -> Field<T> {
        let found = match found {
            DeValue::String(_) => "a string",
            DeValue::Integer(_) => "an integer",
            DeValue::Float(_) => "a float",
            DeValue::Boolean(_) => "a boolean",
            DeValue::Datetime(_) => "a date or time",
            DeValue::Array(_) => "an array",
            DeValue::Table(_) => "a table",
        };
        let problem = ProblemKind::WrongType { expected, found };
        self.report.push(at, Some(span), problem);
        Field::Unreadable
    }

    /// Reports a field of the document as a whole that was read before, under
    /// the name `first`.
    pub(crate) fn single<T>(
        &mut self,
        field: &Field<T>,
        key: &Spanned<Cow<'_, str>>,
        first: &'static str,
    ) {
        if !matches!(field, Field::Absent) {
            let root = Path::Root;
            let path = root.field(key.get_ref());
            let problem = ProblemKind::RepeatedField { first };
            self.report.push(&path, Some(key.span().into()), problem);
        }
    }

    pub(crate) fn unknown(
        &mut self,
        key: &Spanned<Cow<'_, str>>,
        at: &Path<'_>,
        known: &'static [&'static str],
    ) {
        let field: &str = key.get_ref();
        let problem = ProblemKind::UnknownField {
            field: excerpt(field),
            nearest: if self.report.is_full() {
                None
            } else {
                nearest(field, known.iter().copied())
            },
            known,
        };
        self.report
            .push(&at.field(field), Some(key.span().into()), problem);
    }
}

fn present<T>(value: T, span: Span) -> Field<T> {
    Field::Present(At {
        value,
        span: Some(span),
    })
}

fn to_u64(integer: &DeInteger<'_>) -> Option<u64> {
    u64::from_str_radix(integer.as_str(), integer.radix()).ok()
}
