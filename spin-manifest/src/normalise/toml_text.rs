//! TOML as people write it: one line for each field, strings in double quotes.

use std::fmt::Write as _;

use crate::value::{Table, Value};

/// A document that grows.
#[derive(Default)]
pub(crate) struct Document {
    text: String,
}

impl Document {
    /// Opens a table; `header` is what stands in its line.
    pub(crate) fn header(&mut self, header: &str) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.text.push_str(header);
        self.text.push('\n');
    }

    pub(crate) fn table_header(&mut self, path: &[&str]) {
        self.header(&format!("[{}]", joined(path)));
    }

    pub(crate) fn array_header(&mut self, path: &[&str]) {
        self.header(&format!("[[{}]]", joined(path)));
    }

    /// Adds a field; `value` is written as it stands.
    pub(crate) fn field(&mut self, key: &str, value: &str) {
        let _ = writeln!(self.text, "{} = {value}", Inline::key(key));
    }

    /// Adds a list, unless it is empty.
    pub(crate) fn list(&mut self, key: &str, items: impl Iterator<Item = String>) {
        let mut items = items.peekable();
        if items.peek().is_some() {
            self.field(key, &Inline::list(items));
        }
    }

    /// Adds a list of strings, unless it is empty.
    pub(crate) fn strings<'s>(&mut self, key: &str, items: impl Iterator<Item = &'s str>) {
        self.list(key, items.map(Inline::string));
    }

    /// Adds a whole table.
    pub(crate) fn table(&mut self, path: &[&str], table: &Table) {
        self.table_header(path);
        for (key, value) in table {
            self.field(key, &Inline::value(value));
        }
    }

    pub(crate) fn finish(self) -> String {
        self.text
    }
}

fn joined(path: &[&str]) -> String {
    let keys: Vec<_> = path.iter().map(|key| Inline::key(key)).collect();
    keys.join(".")
}

/// Values in one line.
pub(crate) struct Inline;

impl Inline {
    pub(crate) fn key(key: &str) -> String {
        let is_bare = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        if !key.is_empty() && key.bytes().all(is_bare) {
            key.to_owned()
        } else {
            Self::string(key)
        }
    }

    pub(crate) fn string(text: &str) -> String {
        let mut quoted = String::with_capacity(text.len() + 2);
        quoted.push('"');
        for character in text.chars() {
            match character {
                '"' => quoted.push_str("\\\""),
                '\\' => quoted.push_str("\\\\"),
                '\n' => quoted.push_str("\\n"),
                '\r' => quoted.push_str("\\r"),
                '\t' => quoted.push_str("\\t"),
                c if c.is_ascii_control() => {
                    let _ = write!(quoted, "\\u{:04X}", u32::from(c));
                }
                c => quoted.push(c),
            }
        }
        quoted.push('"');
        quoted
    }

    pub(crate) fn list(items: impl IntoIterator<Item = String>) -> String {
        let items: Vec<_> = items.into_iter().collect();
        format!("[{}]", items.join(", "))
    }

    pub(crate) fn table<'k>(fields: impl IntoIterator<Item = (&'k str, String)>) -> String {
        let fields = fields.into_iter();
        let fields: Vec<_> = fields
            .map(|(key, value)| format!("{} = {value}", Self::key(key)))
            .collect();
        if fields.is_empty() {
            return "{}".to_owned();
        }
        format!("{{ {} }}", fields.join(", "))
    }

    pub(crate) fn value(value: &Value) -> String {
        match value {
            Value::Array(items) => Self::list(items.iter().map(Self::value)),
            Value::Boolean(value) => value.to_string(),
            Value::Datetime(text) => text.clone(),
            Value::Float(value) if value.is_nan() => {
                let sign = if value.is_sign_negative() { "-" } else { "" };
                format!("{sign}nan")
            }
            Value::Float(value) if value.is_finite() && value.fract() == 0.0 => {
                format!("{value}.0")
            }
            Value::Float(value) => value.to_string(),
            Value::Integer(value) => value.to_string(),
            Value::String(text) => Self::string(text),
            Value::Table(table) => Self::table(
                table
                    .iter()
                    .map(|(key, value)| (key.as_str(), Self::value(value))),
            ),
        }
    }
}
