//! Typed reads of a value, which report what does not fit and go on with the
//! rest.

use std::collections::BTreeMap;

use bindle_core::document::{Array, Kind, Table as Entries, Value as Parsed};
use bindle_core::text::Span;

use super::Fields;
use crate::diagnose::{Draft, Findings, Path, ProblemKind};
use crate::value::{Located, Table, Value};

/// A value of the document on its way to be read.
#[derive(Clone, Copy)]
pub(crate) struct Node<'d> {
    kind: Kind<'d>,
    pub(crate) span: Span,
}

impl<'d> Node<'d> {
    pub(crate) fn new(value: Parsed<'d>) -> Self {
        let Parsed { kind, span } = value;
        Self { kind, span }
    }

    pub(crate) fn is_table(&self) -> bool {
        matches!(self.kind, Kind::Table(_))
    }

    pub(crate) fn is_array(&self) -> bool {
        matches!(self.kind, Kind::Array(_))
    }

    /// Whether it is `[]`.
    pub(crate) fn is_empty(&self) -> bool {
        self.items().is_some_and(Array::is_empty)
    }

    fn items(&self) -> Option<Array<'d>> {
        match self.kind {
            Kind::Array(items) => Some(items),
            _ => None,
        }
    }

    fn as_table(&self) -> Option<Entries<'d>> {
        match self.kind {
            Kind::Table(table) => Some(table),
            _ => None,
        }
    }

    pub(crate) fn as_str(&self) -> Option<&'d str> {
        match self.kind {
            Kind::String(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn as_integer(&self) -> Option<i64> {
        match self.kind {
            Kind::Integer(number) => i64::from_str_radix(number.digits, number.radix).ok(),
            _ => None,
        }
    }

    pub(crate) fn wrong_type(&self, path: &Path<'_>, expected: &str) -> Draft {
        let found = self.kind.described();
        let message = format!("expected {expected}, found {found}");
        Draft::error(ProblemKind::WrongType, path, self.span, message)
    }

    /// That it is not a table; where it is several, which a header with one bracket
    /// less would not be.
    fn wrong_table(&self, path: &Path<'_>) -> Draft {
        let draft = self.wrong_type(path, "a table");
        let items = self.items().filter(|items| !items.is_empty());
        let is_table = |item: Parsed<'_>| matches!(item.kind, Kind::Table(_));
        match items.is_some_and(|items| items.iter().all(is_table)) {
            true => draft.hint(format!("write [{}] with one bracket", path.header())),
            false => draft,
        }
    }

    pub(crate) fn str(&self, findings: &mut Findings, path: &Path<'_>) -> Option<&'d str> {
        if let Some(text) = self.as_str() {
            return Some(text);
        }
        let draft = self.wrong_type(path, "a string");
        findings.report(match self.kind {
            Kind::Integer(number) => draft.hint(format!("write \"{number}\" in quotes")),
            Kind::Float(number) => draft.hint(format!("write \"{number}\" in quotes")),
            Kind::Boolean(value) => draft.hint(format!("write \"{value}\" in quotes")),
            _ => draft,
        });
        None
    }

    pub(crate) fn string(&self, findings: &mut Findings, path: &Path<'_>) -> Option<String> {
        self.str(findings, path).map(ToOwned::to_owned)
    }

    pub(crate) fn bool(&self, findings: &mut Findings, path: &Path<'_>) -> Option<bool> {
        let value = match self.kind {
            Kind::Boolean(value) => Some(value),
            _ => None,
        };
        if value.is_none() {
            let draft = self.wrong_type(path, "`true` or `false`");
            findings.report(match self.as_str() {
                Some(text @ ("true" | "false")) => {
                    draft.hint(format!("write {text} without quotes"))
                }
                _ => draft,
            });
        }
        value
    }

    /// The items of an array, each read by `read`; those that cannot be read
    /// are left out.
    pub(crate) fn list<T>(
        &self,
        findings: &mut Findings,
        path: &Path<'_>,
        mut read: impl FnMut(&Self, &mut Findings, &Path<'_>) -> Option<T>,
    ) -> Option<Vec<T>> {
        let Kind::Array(items) = self.kind else {
            let draft = self.wrong_type(path, "a list");
            findings.report(match (self.as_str(), self.is_table()) {
                (Some(text), _) => draft.hint(format!("write [{text:?}]")),
                (None, true) => draft.hint("write it in brackets: `[{ … }]`"),
                (None, false) => draft,
            });
            return None;
        };
        let mut values = Vec::new();
        for (index, item) in items.iter().enumerate() {
            values.extend(read(&Node::new(item), findings, &path.index(index)));
        }
        Some(values)
    }

    pub(crate) fn strings(&self, findings: &mut Findings, path: &Path<'_>) -> Option<Vec<String>> {
        self.list(findings, path, Self::string)
    }

    /// The entries of a table, in the order of the text.
    pub(crate) fn entries(
        &self,
        findings: &mut Findings,
        path: &Path<'_>,
    ) -> Option<Vec<(Located<&'d str>, Self)>> {
        let Kind::Table(table) = self.kind else {
            findings.report(self.wrong_table(path));
            return None;
        };
        Some(in_order(table))
    }

    /// The field `key` of each item of an array, if it is one, where it is a
    /// string.
    pub(crate) fn texts_of_items(&self, key: &str) -> impl Iterator<Item = &'d str> + use<'d> {
        let items = self.items().into_iter().flatten();
        let key = key.to_owned();
        items.filter_map(move |item| Self::new(item).field(&key)?.as_str())
    }

    /// The field `key`, if it is a table that has it.
    pub(crate) fn field(&self, key: &str) -> Option<Self> {
        let (_, value) = self.as_table()?.get(key)?;
        Some(Self::new(value))
    }

    /// The keys of a table, if it is one, in no order.
    pub(crate) fn keys(&self) -> Option<impl Iterator<Item = &'d str> + use<'d>> {
        let table = self.as_table()?;
        Some(table.iter().map(|(key, _)| key.text))
    }

    /// A table from strings to strings.
    pub(crate) fn string_map(
        &self,
        findings: &mut Findings,
        path: &Path<'_>,
    ) -> Option<BTreeMap<String, String>> {
        let mut map = BTreeMap::new();
        if self.is_array() {
            let draft = self.wrong_type(path, "a table");
            findings.report(draft.hint("write `{ NAME = \"value\" }`"));
            return None;
        }
        for (key, node) in self.entries(findings, path)? {
            if let Some(text) = node.string(findings, &path.key(&key)) {
                map.insert((*key).to_owned(), text);
            }
        }
        Some(map)
    }

    /// A table with known fields.
    pub(crate) fn fields(&self, findings: &mut Findings, path: &Path<'_>) -> Option<Fields<'d>> {
        let Kind::Table(table) = self.kind else {
            findings.report(self.wrong_table(path));
            return None;
        };
        Some(Fields::of(table, self.span))
    }

    /// A table whose contents are open.
    pub(crate) fn table(&self, findings: &mut Findings, path: &Path<'_>) -> Option<Table> {
        match self.open_value(findings, path)? {
            Value::Table(table) => Some(table),
            _ => {
                findings.report(self.wrong_table(path));
                None
            }
        }
    }

    /// Any value. The parser limits how deep they nest.
    pub(crate) fn open_value(&self, findings: &mut Findings, path: &Path<'_>) -> Option<Value> {
        Some(match self.kind {
            Kind::String(text) => Value::String(text.to_owned()),
            Kind::Boolean(value) => Value::Boolean(value),
            Kind::Datetime(datetime) => Value::Datetime(datetime.to_owned()),
            Kind::Integer(number) => {
                match i64::from_str_radix(number.digits, number.radix) {
                    Ok(number) => Value::Integer(number),
                    Err(_) => {
                        // The parser takes a prefix as a number.
                        let (message, hint) = match number.digits {
                            "" => ("has no digits", "write it in quotes if it is a string"),
                            _ => (
                                "is too large",
                                "whole numbers have at most 64 bits, with sign",
                            ),
                        };
                        let message = format!("the number {number} {message}");
                        let kind = ProblemKind::InvalidValue;
                        findings.report(Draft::error(kind, path, self.span, message).hint(hint));
                        return None;
                    }
                }
            }
            Kind::Float(number) => {
                let value = number.parse::<f64>().ok();
                let Some(value) = value.filter(|value| value.is_finite() || !has_digits(number))
                else {
                    let message = format!("the number {number} is too large");
                    let hint = "the largest has 309 digits";
                    let kind = ProblemKind::InvalidValue;
                    findings.report(Draft::error(kind, path, self.span, message).hint(hint));
                    return None;
                };
                Value::Float(value)
            }
            Kind::Array(_) => Value::Array(self.list(findings, path, Self::open_value)?),
            Kind::Table(table) => {
                Value::Table(Fields::of(table, self.span).open_values(findings, path, &[]))
            }
        })
    }
}

/// The entries of a table; the parser keeps them by key, their places tell how
/// they were written.
fn in_order(table: Entries<'_>) -> Vec<(Located<&str>, Node<'_>)> {
    let entries = table
        .iter()
        .map(|(key, value)| (Located::new(key.text, key.span), Node::new(value)));
    let mut entries: Vec<_> = entries.collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    entries
}

/// Whether a number is written with digits, and not as `inf` or `nan`.
fn has_digits(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_digit())
}
