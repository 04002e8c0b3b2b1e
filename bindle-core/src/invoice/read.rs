//! From TOML to the fields of the document.

use alloc::borrow::Cow;
use alloc::collections::BTreeMap;

use super::wire::{
    SIZE, TIME, WireBindle, WireConditions, WireGroup, WireInvoice, WireLabel, WireParcel,
    WireSection, WireSignature,
};
use super::{Invoice, check};
use crate::document::{self, At, Bounds, Decode, Field, Path, Problems, Table, Text, Walk};
use crate::text::Span;

/// Limits on what an invoice may contain, as a guard against hostile text.
///
/// Nesting is limited to 80 levels by the TOML parser; an invoice needs five.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes of text; 64 MiB by default. Reading an invoice briefly takes about
    /// ten times its size in memory; text that is not an invoice, or that
    /// consists of very short strings only, takes up to about 130 times its
    /// size.
    pub bytes: usize,
    /// TOML tables in the text, whether an invoice has such tables or not;
    /// 4,000,000 by default. Each may take a kilobyte of memory, so this limit
    /// bounds the memory for text that is not an honest invoice. It applies to
    /// the number of brackets, braces and dots outside of strings and comments,
    /// which is never less than the number of tables; an ordinary parcel has
    /// about ten.
    pub tables: usize,
    /// Parcels; 250,000 by default.
    pub parcels: usize,
    /// Groups; 50,000 by default.
    pub groups: usize,
    /// Signatures, and signatures of a yank; 100 each by default. Checking one
    /// takes time proportional to the number of parcels.
    pub signatures: usize,
    /// Problems that are listed; 1,000 by default. Further ones are only
    /// counted.
    pub problems: usize,
}

impl Limits {
    /// For what was checked before, and is in memory already.
    pub(super) const NONE: Self = Self {
        bytes: usize::MAX,
        tables: usize::MAX,
        parcels: usize::MAX,
        groups: usize::MAX,
        signatures: usize::MAX,
        problems: usize::MAX,
    };

    /// The limits that apply before the document is known to be an invoice.
    pub(crate) fn bounds(&self) -> Bounds {
        Bounds {
            bytes: self.bytes,
            tables: self.tables,
            problems: self.problems,
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 64 << 20,
            tables: 4_000_000,
            parcels: 250_000,
            groups: 50_000,
            signatures: 100,
            problems: 1_000,
        }
    }
}

/// Reads invoices from TOML, within limits.
///
/// ```
/// use bindle_core::{InvoiceReader, Severity};
///
/// let text = r#"
/// bindleVersion = "1.0.0"
/// [bindle]
/// name = "example.com/hello"
/// version = "1.0.0"
/// "#;
/// let read = InvoiceReader::new().with_limits(|limits| limits.bytes = 10_000).read(text)?;
/// assert_eq!(read.invoice().id().to_string(), "example.com/hello/1.0.0");
/// // Nobody has signed it, and registries ask for that.
/// assert_eq!(read.lints().iter().next().map(|lint| lint.severity()), Some(Severity::Lint));
/// # Ok::<(), bindle_core::Problems>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InvoiceReader {
    limits: Limits,
}

/// An invoice that was read, with its lints: what the specification advises
/// against.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadInvoice {
    invoice: Invoice,
    lints: Problems,
}

impl ReadInvoice {
    /// The invoice.
    #[must_use]
    pub fn invoice(&self) -> &Invoice {
        &self.invoice
    }

    /// Takes the invoice out.
    #[must_use]
    pub fn into_invoice(self) -> Invoice {
        self.invoice
    }

    /// The lints, with their places in the text.
    #[must_use]
    pub fn lints(&self) -> &Problems {
        &self.lints
    }
}

impl InvoiceReader {
    /// A reader with the default limits.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Changes the limits.
    #[must_use]
    pub fn with_limits(mut self, change: impl FnOnce(&mut Limits)) -> Self {
        change(&mut self.limits);
        self
    }

    /// Reads an invoice from bytes of TOML.
    ///
    /// # Errors
    ///
    /// Bytes that are not UTF-8, and whatever [`read`](Self::read) refuses.
    pub fn read_bytes(&self, bytes: &[u8]) -> Result<ReadInvoice, Problems> {
        self.read(document::utf8(bytes)?)
    }

    /// Reads an invoice from TOML.
    ///
    /// # Errors
    ///
    /// Every problem of the text, each with its kind and place: see
    /// [`ProblemKind`](crate::ProblemKind) for what can be wrong. Lints come with them.
    pub fn read(&self, text: &str) -> Result<ReadInvoice, Problems> {
        self.read_by(document::decode, text)
    }

    /// [`read`](Self::read) by a decoder of the caller's choice.
    pub(crate) fn read_by(&self, decode: Decode, text: &str) -> Result<ReadInvoice, Problems> {
        let bounds = self.limits.bounds();
        let (invoice, lints) = document::read_toml_by(decode, text, &bounds, |walk, table| {
            let wire = invoice(walk, table);
            check::invoice(wire, &self.limits, walk.report)
        })?;
        Ok(ReadInvoice { invoice, lints })
    }
}

fn invoice<'i>(walk: &mut Walk<'_>, table: Table<'i>) -> At<WireInvoice<'i>> {
    const KNOWN: &[&str] = &[
        "bindleVersion",
        "yanked",
        "yankedReason",
        "yankedSignature",
        "bindle",
        "annotations",
        "parcel",
        "group",
        "signature",
    ];
    let mut wire = WireInvoice::default();
    let root = Path::Root;
    for (key, value) in table {
        let path = root.field(key.text);
        match key.text {
            "bindleVersion" => wire.bindle_version = walk.text(value, &path),
            "yanked" => wire.yanked = walk.boolean(value, &path),
            "yankedReason" => wire.yanked_reason = walk.text(value, &path),
            "yankedSignature" => wire.yanked_signature = walk.list(value, &path, signature),
            // As the specification writes them. Keys come in the order of their
            // bytes, so that these come second.
            "yanked_reason" => {
                walk.single(&wire.yanked_reason, key, "yankedReason");
                wire.yanked_reason = walk.text(value, &path);
            }
            "yanked_signature" => {
                walk.single(&wire.yanked_signature, key, "yankedSignature");
                wire.yanked_signature = walk.list(value, &path, signature);
            }
            "bindle" => wire.bindle = walk.table(value, &path, bindle),
            "annotations" => wire.annotations = walk.table(value, &path, Walk::text_map),
            "parcel" => wire.parcel = walk.list(value, &path, parcel),
            "group" => wire.group = walk.list(value, &path, group),
            "signature" => wire.signature = walk.list(value, &path, signature),
            _ => walk.unknown(key, &root, KNOWN),
        }
    }
    At {
        value: wire,
        span: Some(Span::default()),
    }
}

fn bindle<'i>(walk: &mut Walk<'_>, table: Table<'i>, at: &Path<'_>) -> WireBindle<'i> {
    const KNOWN: &[&str] = &["name", "version", "description", "authors"];
    let mut wire = WireBindle::default();
    for (key, value) in table {
        let path = at.field(key.text);
        match key.text {
            "name" => wire.name = walk.text(value, &path),
            "version" => wire.version = walk.text(value, &path),
            "description" => wire.description = walk.text(value, &path),
            "authors" => wire.authors = walk.texts(value, &path),
            _ => walk.unknown(key, at, KNOWN),
        }
    }
    wire
}

fn parcel<'i>(walk: &mut Walk<'_>, table: Table<'i>, at: &Path<'_>) -> WireParcel<'i> {
    const KNOWN: &[&str] = &["label", "conditions"];
    let mut wire = WireParcel::default();
    for (key, value) in table {
        let path = at.field(key.text);
        match key.text {
            "label" => wire.label = walk.table(value, &path, label),
            "conditions" => wire.conditions = walk.table(value, &path, conditions),
            _ => walk.unknown(key, at, KNOWN),
        }
    }
    wire
}

fn label<'i>(walk: &mut Walk<'_>, table: Table<'i>, at: &Path<'_>) -> WireLabel<'i> {
    const KNOWN: &[&str] = &[
        "sha256",
        "mediaType",
        "name",
        "size",
        "annotations",
        "feature",
        "origin",
    ];
    let mut wire = WireLabel::default();
    for (key, value) in table {
        let path = at.field(key.text);
        match key.text {
            "sha256" => wire.sha256 = walk.text(value, &path),
            "mediaType" => wire.media_type = walk.text(value, &path),
            "name" => wire.name = walk.text(value, &path),
            "size" => wire.size = walk.unsigned(value, &path, SIZE),
            "annotations" => wire.annotations = walk.table(value, &path, Walk::text_map),
            "feature" => wire.feature = walk.table(value, &path, features),
            "origin" => wire.origin = walk.text(value, &path),
            _ => walk.unknown(key, at, KNOWN),
        }
    }
    wire
}

fn conditions<'i>(walk: &mut Walk<'_>, table: Table<'i>, at: &Path<'_>) -> WireConditions<'i> {
    const KNOWN: &[&str] = &["memberOf", "requires"];
    let mut wire = WireConditions::default();
    for (key, value) in table {
        let path = at.field(key.text);
        match key.text {
            "memberOf" => wire.member_of = walk.texts(value, &path),
            "requires" => wire.requires = walk.texts(value, &path),
            _ => walk.unknown(key, at, KNOWN),
        }
    }
    wire
}

fn group<'i>(walk: &mut Walk<'_>, table: Table<'i>, at: &Path<'_>) -> WireGroup<'i> {
    const KNOWN: &[&str] = &["name", "required", "satisfiedBy"];
    let mut wire = WireGroup::default();
    for (key, value) in table {
        let path = at.field(key.text);
        match key.text {
            "name" => wire.name = walk.text(value, &path),
            "required" => wire.required = walk.boolean(value, &path),
            "satisfiedBy" => wire.satisfied_by = walk.text(value, &path),
            _ => walk.unknown(key, at, KNOWN),
        }
    }
    wire
}

fn signature<'i>(walk: &mut Walk<'_>, table: Table<'i>, at: &Path<'_>) -> WireSignature<'i> {
    const KNOWN: &[&str] = &["by", "signature", "key", "role", "at"];
    let mut wire = WireSignature::default();
    for (key, value) in table {
        let path = at.field(key.text);
        match key.text {
            "by" => wire.by = walk.text(value, &path),
            "signature" => wire.signature = walk.text(value, &path),
            "key" => wire.key = walk.text(value, &path),
            "role" => wire.role = walk.text(value, &path),
            "at" => wire.at = walk.unsigned(value, &path, TIME),
            _ => walk.unknown(key, at, KNOWN),
        }
    }
    wire
}

fn features<'i>(
    walk: &mut Walk<'_>,
    table: Table<'i>,
    at: &Path<'_>,
) -> BTreeMap<Text<'i>, At<WireSection<'i>>> {
    let mut sections = BTreeMap::new();
    for (key, value) in table {
        let path = at.field(key.text);
        if let Field::Present(section) = walk.table(value, &path, section) {
            sections.insert(Cow::Borrowed(key.text), section);
        }
    }
    sections
}

fn section<'i>(walk: &mut Walk<'_>, table: Table<'i>, at: &Path<'_>) -> WireSection<'i> {
    let mut wire = WireSection::default();
    for (key, value) in table {
        let path = at.field(key.text);
        if let Field::Present(text) = walk.text(value, &path) {
            wire.names.push(key.span);
            wire.properties.insert(Cow::Borrowed(key.text), text);
        }
    }
    wire
}
