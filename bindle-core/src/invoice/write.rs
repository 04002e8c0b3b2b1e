//! To TOML, in the order and style of the reference implementation.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write as _;

use super::{BINDLE_VERSION, Invoice, Label, Parcel, SatisfiedBy, SignatureBlock};

impl Invoice {
    /// The invoice as TOML: one order of fields, whatever order they were read
    /// in; LF line ends; what is empty or default is left out. The same
    /// invoice always gives the same bytes, and reads back equal.
    #[must_use]
    pub fn to_toml(&self) -> String {
        self.write_toml(Audience::Everyone)
    }

    /// The invoice as TOML that the reference implementation 0.9 can read, and
    /// what had to be left out for that.
    #[must_use]
    pub fn to_reference_toml(&self) -> ReferenceToml {
        let mut left_out = Vec::new();
        if !self.yanked_reason().is_empty() {
            left_out.push("yankedReason");
        }
        ReferenceToml {
            text: self.write_toml(Audience::Reference),
            left_out,
        }
    }

    fn write_toml(&self, audience: Audience) -> String {
        // Enough for most parcels; growing is cheap beside it.
        let mut toml = Toml {
            text: String::with_capacity(512 + 256 * self.parcels.len()),
            audience,
        };
        toml.invoice(self, "");
        toml.text
    }
}

/// TOML that the reference implementation 0.9 can read.
///
/// The reference insists on `label.name`, so an empty one is written where
/// there is none, and it refuses any reason for a yank, so that is left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReferenceToml {
    text: String,
    left_out: Vec<&'static str>,
}

impl ReferenceToml {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Gives the text away.
    #[must_use]
    pub fn into_string(self) -> String {
        self.text
    }

    /// The fields that had to be left out.
    #[must_use]
    pub fn left_out(&self) -> &[&'static str] {
        &self.left_out
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Audience {
    Everyone,
    Reference,
}

/// A document that grows. Keys and headers come from here and need no quotes;
/// names and values from the invoice do.
struct Toml {
    text: String,
    audience: Audience,
}

impl Toml {
    /// Writes an invoice whose tables are below `prefix`, which is empty or
    /// ends in a dot.
    fn invoice(&mut self, invoice: &Invoice, prefix: &str) {
        self.key("bindleVersion").string(BINDLE_VERSION);
        if invoice.is_yanked() {
            self.key("yanked").raw("true\n");
        }
        if !invoice.yanked_reason().is_empty() && self.audience == Audience::Everyone {
            self.key("yankedReason").string(invoice.yanked_reason());
        }
        for block in invoice.yanked_signatures() {
            self.signature(block, prefix, "yankedSignature");
        }
        self.blank().header(prefix, "bindle");
        self.key("name").string(invoice.id.name().as_str());
        // A SemVer version has no character that needs escaping.
        let _ = writeln!(self.text, "version = \"{}\"", invoice.id.version());
        self.text_field("description", &invoice.description);
        if !invoice.authors.is_empty() {
            self.key("authors").strings(&invoice.authors);
        }
        if !invoice.annotations.is_empty() {
            self.blank().header(prefix, "annotations");
            self.map(&invoice.annotations);
        }
        for parcel in &invoice.parcels {
            self.blank().array_header(prefix, "parcel");
            self.parcel(parcel, prefix);
        }
        for group in &invoice.groups {
            self.blank().array_header(prefix, "group");
            self.key("name").string(&group.name);
            if group.required {
                self.key("required").raw("true\n");
            }
            if group.satisfied_by != SatisfiedBy::default() {
                self.key("satisfiedBy").string(group.satisfied_by.as_str());
            }
        }
        for block in &invoice.signatures {
            self.signature(block, prefix, "signature");
        }
    }

    fn parcel(&mut self, parcel: &Parcel, prefix: &str) {
        self.header(prefix, "parcel.label");
        self.label(&parcel.label, prefix, "parcel.label");
        if !(parcel.member_of.is_empty() && parcel.requires.is_empty()) {
            self.blank().header(prefix, "parcel.conditions");
            self.key("memberOf").strings(&parcel.member_of);
            self.key("requires").strings(&parcel.requires);
        }
    }

    /// Writes the fields of a label whose tables are below `prefix` and `at`.
    fn label(&mut self, label: &Label, prefix: &str, at: &str) {
        let _ = writeln!(self.text, "sha256 = \"{}\"", label.digest);
        self.key("mediaType").string(label.media_type.as_str());
        if !label.name.is_empty() || self.audience == Audience::Reference {
            self.key("name").string(&label.name);
        }
        let _ = writeln!(self.text, "size = {}", label.size);
        self.text_field("origin", &label.origin);
        if !label.annotations.is_empty() {
            self.blank().nested_header(prefix, at, "annotations");
            self.map(&label.annotations);
        }
        for (index, (section, properties)) in label.features.iter().enumerate() {
            // The reference sets the first section close to what is above.
            if index > 0 {
                self.blank();
            }
            self.raw("[")
                .raw(prefix)
                .raw(at)
                .raw(".feature.")
                .name(section)
                .raw("]\n");
            self.map(properties);
        }
    }

    fn signature(&mut self, block: &SignatureBlock, prefix: &str, name: &str) {
        self.blank().array_header(prefix, name);
        self.key("by").string(&block.by);
        self.key("signature").string(&block.signature);
        self.key("key").string(&block.key);
        self.key("role").string(block.role.as_str());
        let _ = writeln!(self.text, "at = {}", block.at);
    }

    fn map(&mut self, map: &BTreeMap<String, String>) {
        for (name, value) in map {
            self.name(name).raw(" = ").string(value);
        }
    }

    fn text_field(&mut self, key: &str, value: &str) {
        if !value.is_empty() {
            self.key(key).string(value);
        }
    }

    fn blank(&mut self) -> &mut Self {
        self.raw("\n")
    }

    fn header(&mut self, prefix: &str, name: &str) {
        self.raw("[").raw(prefix).raw(name).raw("]\n");
    }

    fn nested_header(&mut self, prefix: &str, at: &str, name: &str) {
        self.raw("[")
            .raw(prefix)
            .raw(at)
            .raw(".")
            .raw(name)
            .raw("]\n");
    }

    fn array_header(&mut self, prefix: &str, name: &str) {
        self.raw("[[").raw(prefix).raw(name).raw("]]\n");
    }

    fn key(&mut self, key: &str) -> &mut Self {
        self.raw(key).raw(" = ")
    }

    fn raw(&mut self, text: &str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    /// Writes a key, quoted if it has to be.
    fn name(&mut self, name: &str) -> &mut Self {
        let is_bare = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        if !name.is_empty() && name.bytes().all(is_bare) {
            return self.raw(name);
        }
        self.quoted(name);
        self
    }

    fn strings<'s>(&mut self, strings: impl IntoIterator<Item = &'s String>) {
        self.raw("[");
        for (index, string) in strings.into_iter().enumerate() {
            if index > 0 {
                self.raw(", ");
            }
            self.quoted(string);
        }
        self.raw("]\n");
    }

    fn string(&mut self, string: &str) {
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
