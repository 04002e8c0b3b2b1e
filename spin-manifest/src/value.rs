use std::collections::BTreeMap;
use std::fmt;

use serde::{Serialize, Serializer};

/// A table whose contents Spin does not look into, such as the settings of a
/// trigger; ordered by key.
pub type Table = BTreeMap<String, Value>;

/// A value of TOML.
///
/// It serialises as what it holds; a date or time as its text.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Value {
    /// A list.
    Array(Vec<Self>),
    /// `true` or `false`.
    Boolean(bool),
    /// A date, a time or both, as it is written.
    Datetime(String),
    /// A floating point number.
    Float(f64),
    /// A whole number.
    Integer(i64),
    /// A text.
    String(String),
    /// A table.
    Table(Table),
}

impl Value {
    /// The text, if it is one.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The table, if it is one.
    #[must_use]
    pub fn as_table(&self) -> Option<&Table> {
        match self {
            Self::Table(table) => Some(table),
            _ => None,
        }
    }

    /// What TOML calls values of this type, with its article.
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Array(_) => "an array",
            Self::Boolean(_) => "a boolean",
            Self::Datetime(_) => "a date or time",
            Self::Float(_) => "a float",
            Self::Integer(_) => "an integer",
            Self::String(_) => "a string",
            Self::Table(_) => "a table",
        }
    }
}

/// Floats are equal if they are the same bits, so that equality is total.
impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Array(left), Self::Array(right)) => left == right,
            (Self::Boolean(left), Self::Boolean(right)) => left == right,
            (Self::Datetime(left), Self::Datetime(right))
            | (Self::String(left), Self::String(right)) => left == right,
            (Self::Float(left), Self::Float(right)) => left.to_bits() == right.to_bits(),
            (Self::Integer(left), Self::Integer(right)) => left == right,
            (Self::Table(left), Self::Table(right)) => left == right,
            _ => false,
        }
    }
}

impl Eq for Value {}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::String(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::String(text)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Boolean(value)
    }
}

impl From<Table> for Value {
    fn from(table: Table) -> Self {
        Self::Table(table)
    }
}

impl<T: Into<Self>> From<Vec<T>> for Value {
    fn from(items: Vec<T>) -> Self {
        Self::Array(items.into_iter().map(Into::into).collect())
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Array(items) => items.serialize(serializer),
            Self::Boolean(value) => value.serialize(serializer),
            Self::Datetime(text) | Self::String(text) => text.serialize(serializer),
            Self::Float(value) => value.serialize(serializer),
            Self::Integer(value) => value.serialize(serializer),
            Self::Table(table) => table.serialize(serializer),
        }
    }
}

/// A value of the document with the place where it is written. Two of them are
/// equal if their values are, wherever they stand.
#[derive(Clone, Copy, Debug)]
pub struct Located<T> {
    value: T,
    span: bindle_core::text::Span,
}

impl<T> Located<T> {
    pub(crate) fn new(value: T, span: bindle_core::text::Span) -> Self {
        Self { value, span }
    }

    /// Where it is written, in bytes of the manifest.
    #[must_use]
    pub fn span(&self) -> bindle_core::text::Span {
        self.span
    }

    /// The value alone.
    #[must_use]
    pub fn into_value(self) -> T {
        self.value
    }
}

impl<T> std::ops::Deref for Located<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: PartialEq> PartialEq for Located<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<T: Eq> Eq for Located<T> {}

impl<T: fmt::Display> fmt::Display for Located<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(formatter)
    }
}

impl<T: Serialize> Serialize for Located<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value.serialize(serializer)
    }
}

/// A list that may be left out: a bindle tells the empty list from none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum List<T> {
    /// The list is not there.
    #[default]
    Absent,
    /// The list is there, if only as `[]`.
    Written(Vec<T>),
}

impl<T> List<T> {
    /// The items.
    #[must_use]
    pub fn as_slice(&self) -> &[T] {
        match self {
            Self::Absent => &[],
            Self::Written(items) => items,
        }
    }

    /// Whether the list is there, if only as `[]`.
    #[must_use]
    pub fn is_written(&self) -> bool {
        matches!(self, Self::Written(_))
    }

    /// The items, in order.
    pub fn iter(&self) -> std::slice::Iter<'_, T> {
        self.as_slice().iter()
    }
}

impl<T> From<Option<Vec<T>>> for List<T> {
    fn from(items: Option<Vec<T>>) -> Self {
        items.map_or(Self::Absent, Self::Written)
    }
}

impl<'l, T> IntoIterator for &'l List<T> {
    type Item = &'l T;
    type IntoIter = std::slice::Iter<'l, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// A table from names to texts that may be left out: a bindle tells the empty
/// table from none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum Settings {
    /// The table is not there.
    #[default]
    Absent,
    /// The table is there, if only as `{}`.
    Written(BTreeMap<String, String>),
}

impl Settings {
    /// The entries, ordered by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let entries = match self {
            Self::Absent => None,
            Self::Written(entries) => Some(entries.iter()),
        };
        let entries = entries.into_iter().flatten();
        entries.map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Whether the table is there, if only as `{}`.
    #[must_use]
    pub fn is_written(&self) -> bool {
        matches!(self, Self::Written(_))
    }
}

impl From<Option<BTreeMap<String, String>>> for Settings {
    fn from(entries: Option<BTreeMap<String, String>>) -> Self {
        entries.map_or(Self::Absent, Self::Written)
    }
}
