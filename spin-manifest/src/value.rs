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
