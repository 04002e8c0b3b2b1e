//! TOML in the layout of Spin's own packages: literal strings where they can
//! be, one item a line in lists of several, a blank line before each table
//! that is not the first of its parent. Digests depend on it.

use std::fmt::Write as _;

use bindle_core::Digest;

use crate::value::{Table, Value};

/// A table whose fields have an order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fields<'f>(Vec<(&'f str, Item<'f>)>);

#[derive(Clone, Debug)]
enum Item<'f> {
    Boolean(bool),
    Digest(Digest),
    Integer(u64),
    Str(&'f str),
    Strings(Vec<&'f str>),
    Table(Fields<'f>),
    Tables(Vec<Fields<'f>>),
    Value(&'f Value),
}

impl<'f> Fields<'f> {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn str(mut self, key: &'f str, value: &'f str) -> Self {
        self.0.push((key, Item::Str(value)));
        self
    }

    pub(crate) fn boolean(mut self, key: &'f str, value: bool) -> Self {
        self.0.push((key, Item::Boolean(value)));
        self
    }

    pub(crate) fn digest(mut self, key: &'f str, digest: Digest) -> Self {
        self.0.push((key, Item::Digest(digest)));
        self
    }

    pub(crate) fn integer(mut self, key: &'f str, value: u64) -> Self {
        self.0.push((key, Item::Integer(value)));
        self
    }

    pub(crate) fn strings(
        mut self,
        key: &'f str,
        items: impl IntoIterator<Item = &'f str>,
    ) -> Self {
        let items = items.into_iter().collect();
        self.0.push((key, Item::Strings(items)));
        self
    }

    pub(crate) fn table(mut self, key: &'f str, fields: Self) -> Self {
        self.0.push((key, Item::Table(fields)));
        self
    }

    pub(crate) fn tables(mut self, key: &'f str, tables: Vec<Self>) -> Self {
        self.0.push((key, Item::Tables(tables)));
        self
    }

    pub(crate) fn value(mut self, key: &'f str, value: &'f Value) -> Self {
        self.0.push((key, Item::Value(value)));
        self
    }

    /// Adds the fields of an open table: values, lists of tables, then tables.
    pub(crate) fn open(mut self, table: &'f Table) -> Self {
        let mut lists = Vec::new();
        let mut tables = Vec::new();
        for (key, value) in table {
            if let Value::Table(table) = value {
                tables.push((key.as_str(), Item::Table(Self::new().open(table))));
            } else if let Some(items) = all_tables(value) {
                let items = items.into_iter().map(|table| Self::new().open(table));
                lists.push((key.as_str(), Item::Tables(items.collect())));
            } else {
                self.0.push((key, Item::Value(value)));
            }
        }
        self.0.extend(lists.into_iter().chain(tables));
        self
    }

    pub(crate) fn map(mut self, entries: impl IntoIterator<Item = (&'f str, &'f str)>) -> Self {
        for (key, value) in entries {
            self.0.push((key, Item::Str(value)));
        }
        self
    }

    pub(crate) fn to_toml(&self) -> String {
        let mut writer = Writer::default();
        // The document itself has no header.
        writer.fields(self, true);
        writer.text
    }
}

/// The items of a list, if it has some, and all are tables.
fn all_tables(value: &Value) -> Option<Vec<&Table>> {
    let Value::Array(items) = value else {
        return None;
    };
    let tables = items.iter().map(|item| match item {
        Value::Table(table) => Some(table),
        _ => None,
    });
    tables
        .collect::<Option<Vec<_>>>()
        .filter(|tables| !tables.is_empty())
}

#[derive(Default)]
struct Writer {
    text: String,
    /// The keys from the root to the table that is being written.
    path: Vec<String>,
}

impl Writer {
    fn fields(&mut self, fields: &Fields<'_>, mut has_header: bool) {
        let header = self.text.len();
        for (index, (key, item)) in fields.0.iter().enumerate() {
            self.path.push(quoted_key(key));
            match item {
                Item::Table(table) => {
                    self.table(table, index == 0);
                    self.path.pop();
                    continue;
                }
                Item::Tables(tables) => {
                    for (item, table) in tables.iter().enumerate() {
                        let blank = if index + item == 0 { "" } else { "\n" };
                        let path = self.path.join(".");
                        let _ = writeln!(self.text, "{blank}[[{path}]]");
                        self.fields(table, true);
                    }
                    self.path.pop();
                    continue;
                }
                _ => {}
            }
            let key = self.path.pop().unwrap_or_default();
            if !has_header {
                self.header(header);
                has_header = true;
            }
            let _ = write!(self.text, "{key} = ");
            self.value(item);
            self.text.push('\n');
        }
        if fields.0.is_empty() && !has_header {
            self.header(header);
        }
    }

    fn table(&mut self, table: &Fields<'_>, is_first: bool) {
        let start = self.text.len();
        self.fields(table, false);
        // A table of tables alone has no header, and no blank line of its own.
        let has_header = self.text[start..].starts_with(&format!("[{}]\n", self.path.join(".")));
        if has_header && !is_first {
            self.text.insert(start, '\n');
        }
    }

    fn header(&mut self, at: usize) {
        let header = format!("[{}]\n", self.path.join("."));
        self.text.insert_str(at, &header);
    }

    fn value(&mut self, item: &Item<'_>) {
        match item {
            Item::Boolean(value) => {
                let _ = write!(self.text, "{value}");
            }
            Item::Digest(digest) => {
                let _ = write!(self.text, "'{digest}'");
            }
            Item::Integer(value) => {
                let _ = write!(self.text, "{value}");
            }
            Item::Str(value) => self.string(value),
            Item::Strings(items) => self.list(items, |writer, item| writer.string(item)),
            Item::Value(value) => self.open(value),
            Item::Table(_) | Item::Tables(_) => {}
        }
    }

    fn list<T>(&mut self, items: &[T], mut write: impl FnMut(&mut Self, &T)) {
        let is_long = items.len() > 1;
        self.text.push_str(if is_long { "[\n" } else { "[" });
        for item in items {
            if is_long {
                self.text.push_str("    ");
            }
            write(self, item);
            if is_long {
                self.text.push_str(",\n");
            }
        }
        self.text.push(']');
    }

    fn open(&mut self, value: &Value) {
        match value {
            Value::Array(items) => self.list(items, Self::open),
            Value::Boolean(value) => {
                let _ = write!(self.text, "{value}");
            }
            Value::Datetime(text) => self.text.push_str(text),
            Value::Float(value) => {
                let _ = match value {
                    value if value.is_nan() && value.is_sign_negative() => {
                        write!(self.text, "-nan")
                    }
                    value if value.is_nan() => write!(self.text, "nan"),
                    value if value.is_infinite() => write!(self.text, "{value}"),
                    value if value.fract() == 0.0 => write!(self.text, "{value}.0"),
                    value => write!(self.text, "{value}"),
                };
            }
            Value::Integer(value) => {
                let _ = write!(self.text, "{value}");
            }
            Value::String(value) => self.string(value),
            Value::Table(table) => {
                self.text.push_str("{ ");
                for (index, (key, value)) in table.iter().enumerate() {
                    let comma = if index == 0 { "" } else { ", " };
                    let _ = write!(self.text, "{comma}{} = ", quoted_key(key));
                    self.open(value);
                }
                self.text.push_str(" }");
            }
        }
    }

    fn string(&mut self, value: &str) {
        let has_lines = value.contains('\n');
        // Three quotes end a literal string, and nothing in it can be escaped.
        let is_literal = !value.contains("'''")
            && !value.ends_with('\'')
            && !value
                .chars()
                .any(|c| is_control(c) && !matches!(c, '\t' | '\n'));
        match (is_literal, has_lines) {
            (true, true) => {
                let _ = write!(self.text, "'''\n{value}'''");
            }
            (true, false) if value.contains('\'') => {
                let _ = write!(self.text, "'''{value}'''");
            }
            (true, false) => {
                let _ = write!(self.text, "'{value}'");
            }
            (false, true) => {
                self.text.push_str("\"\"\"\n");
                self.text.push_str(&escaped(value, Newlines::Kept));
                self.text.push_str("\"\"\"");
            }
            (false, false) => self.text.push_str(&quoted(value)),
        }
    }
}

fn quoted_key(key: &str) -> String {
    let is_bare = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    if !key.is_empty() && key.bytes().all(is_bare) {
        key.to_owned()
    } else {
        quoted(key)
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", escaped(text, Newlines::Escaped))
}

#[derive(Clone, Copy, PartialEq)]
enum Newlines {
    Escaped,
    Kept,
}

fn escaped(text: &str, newlines: Newlines) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\u{8}' => escaped.push_str("\\b"),
            '\t' => escaped.push_str("\\t"),
            '\n' if newlines == Newlines::Kept => escaped.push('\n'),
            '\n' => escaped.push_str("\\n"),
            '\u{c}' => escaped.push_str("\\f"),
            '\r' => escaped.push_str("\\r"),
            '"' => escaped.push_str("\\\""),
            '\\' => escaped.push_str("\\\\"),
            c if is_control(c) => {
                let _ = write!(escaped, "\\u{:04X}", u32::from(c));
            }
            c => escaped.push(c),
        }
    }
    escaped
}

fn is_control(character: char) -> bool {
    character.is_ascii_control()
}

#[cfg(test)]
mod tests {
    use super::Fields;
    use crate::Value;

    #[test]
    fn floats_are_floats_to_toml() {
        for (number, text) in [
            (2.0, "2.0"),
            (-0.0, "-0.0"),
            (0.5, "0.5"),
            (1e9, "1000000000.0"),
            (f64::INFINITY, "inf"),
            (f64::NEG_INFINITY, "-inf"),
            (f64::NAN, "nan"),
            (-f64::NAN, "-nan"),
        ] {
            let number = Value::Float(number);
            let written = Fields::new().value("a", &number).to_toml();
            assert_eq!(written, format!("a = {text}\n"));
        }
    }
}
