//! TOML text that grows, in the style of the reference implementation.

use alloc::string::String;
use core::fmt::Write as _;

/// TOML text that grows. Keys and headers are the caller's and need no quotes;
/// names and values come from users and do.
pub(crate) struct TomlText {
    text: String,
    prefix: &'static str,
}

impl TomlText {
    pub(crate) fn with_capacity(bytes: usize) -> Self {
        Self {
            text: String::with_capacity(bytes),
            prefix: "",
        }
    }

    /// Puts `prefix` before the names of all tables from here on: that of a
    /// table they are in, with a dot, or nothing.
    pub(crate) fn set_prefix(&mut self, prefix: &'static str) {
        self.prefix = prefix;
    }

    pub(crate) fn into_string(self) -> String {
        self.text
    }

    /// Writes a value that needs no quotes, or none but those around it.
    pub(crate) fn display(&mut self, value: impl core::fmt::Display) -> &mut Self {
        // Writing to a string cannot fail.
        let _ = write!(self.text, "{value}");
        self
    }

    pub(crate) fn text_field(&mut self, key: &str, value: &str) {
        if !value.is_empty() {
            self.key(key).string(value);
        }
    }

    pub(crate) fn blank(&mut self) -> &mut Self {
        self.raw("\n")
    }

    pub(crate) fn header(&mut self, name: &str) {
        let prefix = self.prefix;
        self.raw("[").raw(prefix).raw(name).raw("]\n");
    }

    pub(crate) fn array_header(&mut self, name: &str) {
        let prefix = self.prefix;
        self.raw("[[").raw(prefix).raw(name).raw("]]\n");
    }

    /// Writes a header of parts, of which the last one comes from users.
    pub(crate) fn named_header(&mut self, parents: &[&str], name: &str) {
        let prefix = self.prefix;
        self.raw("[").raw(prefix);
        for parent in parents {
            self.raw(parent).raw(".");
        }
        self.name(name).raw("]\n");
    }

    pub(crate) fn key(&mut self, key: &str) -> &mut Self {
        self.raw(key).raw(" = ")
    }

    pub(crate) fn raw(&mut self, text: &str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    /// Writes a key, quoted if it has to be.
    pub(crate) fn name(&mut self, name: &str) -> &mut Self {
        let is_bare = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        if !name.is_empty() && name.bytes().all(is_bare) {
            return self.raw(name);
        }
        self.quoted(name);
        self
    }

    pub(crate) fn strings(&mut self, strings: impl IntoIterator<Item = impl AsRef<str>>) {
        self.raw("[");
        for (index, string) in strings.into_iter().enumerate() {
            if index > 0 {
                self.raw(", ");
            }
            self.quoted(string.as_ref());
        }
        self.raw("]\n");
    }

    pub(crate) fn string(&mut self, string: &str) {
        self.quoted(string);
        self.raw("\n");
    }

    /// Writes a basic string: in quotes, on one line, with escapes where TOML
    /// asks for them.
    fn quoted(&mut self, string: &str) {
        self.raw("\"");
        let mut rest = string;
        let is_special = |byte: &u8| matches!(byte, b'"' | b'\\' | 0x7f | 0..0x20);
        while let Some(plain) = rest.as_bytes().iter().position(is_special) {
            self.raw(&rest[..plain]);
            let escape = match rest.as_bytes()[plain] {
                b'"' => "\\\"",
                b'\\' => "\\\\",
                b'\x08' => "\\b",
                b'\t' => "\\t",
                b'\n' => "\\n",
                b'\x0c' => "\\f",
                b'\r' => "\\r",
                control => {
                    let _ = write!(self.text, "\\u{control:04X}");
                    ""
                }
            };
            self.raw(escape);
            rest = &rest[plain + 1..];
        }
        self.raw(rest).raw("\"");
    }
}
