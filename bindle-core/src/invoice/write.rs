//! To TOML, in the order and style of the reference implementation.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use super::{BINDLE_VERSION, Invoice, Label, Parcel, SatisfiedBy, SignatureBlock};
use crate::document::TomlText;

impl Invoice {
    /// Writes the invoice as TOML, with a fixed order of fields and LF line
    /// ends; empty and default values are left out, but of a parcel's
    /// conditions both lists are written, or neither. The same invoice always
    /// gives the same bytes, and they read back as an equal invoice.
    #[must_use]
    pub fn to_toml(&self) -> String {
        self.write_toml(Audience::Everyone)
    }

    /// Writes the invoice as TOML that the reference implementation 0.9 can
    /// read, and tells what had to be left out.
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
        let mut toml = TomlText::with_capacity(512 + 256 * self.parcels.len());
        write_invoice(&mut toml, self, audience);
        toml.into_string()
    }
}

/// TOML that the reference implementation 0.9 can read.
///
/// The reference requires `label.name`, so an empty one is written where there
/// is none. It refuses a reason for a yank, so the reason is left out.
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

    /// Takes the text out.
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

/// Writes an invoice for the reference implementation into a document that
/// holds more: in the table that the prefix of `toml` names, whose header is
/// written.
pub(crate) fn write_reference_invoice(toml: &mut TomlText, invoice: &Invoice) {
    write_invoice(toml, invoice, Audience::Reference);
}

/// Writes a label for the reference implementation into the table `at`, whose
/// header is written.
pub(crate) fn write_reference_label(toml: &mut TomlText, label: &Label, at: &str) {
    write_label(toml, label, at, Audience::Reference);
}

#[derive(Clone, Copy, PartialEq)]
enum Audience {
    Everyone,
    Reference,
}

fn write_invoice(toml: &mut TomlText, invoice: &Invoice, audience: Audience) {
    toml.key("bindleVersion").string(BINDLE_VERSION);
    if invoice.is_yanked() {
        toml.key("yanked").raw("true\n");
    }
    if audience == Audience::Everyone {
        toml.text_field("yankedReason", invoice.yanked_reason());
    }
    for block in invoice.yanked_signatures() {
        write_signature(toml, block, "yankedSignature");
    }
    toml.blank().header("bindle");
    toml.key("name").string(invoice.id.name().as_str());
    // A SemVer version has no character that needs escaping.
    toml.raw("version = \"")
        .display(invoice.id.version())
        .raw("\"\n");
    toml.text_field("description", &invoice.description);
    if !invoice.authors.is_empty() {
        toml.key("authors").strings(&invoice.authors);
    }
    if !invoice.annotations.is_empty() {
        toml.blank().header("annotations");
        write_map(toml, &invoice.annotations);
    }
    for parcel in &invoice.parcels {
        toml.blank().array_header("parcel");
        write_parcel(toml, parcel, audience);
    }
    for group in &invoice.groups {
        toml.blank().array_header("group");
        toml.key("name").string(&group.name);
        if group.required {
            toml.key("required").raw("true\n");
        }
        if group.satisfied_by != SatisfiedBy::default() {
            toml.key("satisfiedBy").string(group.satisfied_by.as_str());
        }
    }
    for block in &invoice.signatures {
        write_signature(toml, block, "signature");
    }
}

fn write_parcel(toml: &mut TomlText, parcel: &Parcel, audience: Audience) {
    toml.header("parcel.label");
    write_label(toml, &parcel.label, "parcel.label", audience);
    if !(parcel.member_of.is_empty() && parcel.requires.is_empty()) {
        toml.blank().header("parcel.conditions");
        toml.key("memberOf").strings(&parcel.member_of);
        toml.key("requires").strings(&parcel.requires);
    }
}

fn write_label(toml: &mut TomlText, label: &Label, at: &str, audience: Audience) {
    toml.raw("sha256 = \"").display(label.digest).raw("\"\n");
    toml.key("mediaType").string(label.media_type.as_str());
    if !label.name.is_empty() || audience == Audience::Reference {
        toml.key("name").string(&label.name);
    }
    toml.key("size").display(label.size).raw("\n");
    toml.text_field("origin", &label.origin);
    if !label.annotations.is_empty() {
        toml.blank().named_header(&[at], "annotations");
        write_map(toml, &label.annotations);
    }
    for (index, (section, properties)) in label.features.iter().enumerate() {
        // The reference sets the first section close to what is above.
        if index > 0 {
            toml.blank();
        }
        toml.named_header(&[at, "feature"], section);
        write_map(toml, properties);
    }
}

fn write_signature(toml: &mut TomlText, block: &SignatureBlock, name: &str) {
    toml.blank().array_header(name);
    toml.key("by").string(&block.by);
    toml.key("signature").string(&block.signature);
    toml.key("key").string(&block.key);
    toml.key("role").string(block.role.as_str());
    toml.key("at").display(block.at).raw("\n");
}

fn write_map(toml: &mut TomlText, map: &BTreeMap<String, String>) {
    for (name, value) in map {
        toml.name(name).raw(" = ").string(value);
    }
}
