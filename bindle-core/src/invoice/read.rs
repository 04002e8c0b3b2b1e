//! From TOML to the fields of the document.

use alloc::borrow::Cow;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use toml::Spanned;
use toml::de::{DeInteger, DeTable, DeValue};

use super::problem::{Path, Report};
use super::wire::{
    At, Field, Text, TextMap, WireBindle, WireConditions, WireGroup, WireInvoice, WireLabel,
    WireParcel, WireSignature,
};
use super::{Invoice, ProblemKind, Problems, check};
use crate::text::{Lines, Span, nearest};

/// What an invoice may hold at the most: a guard against hostile text.
///
/// Nesting is limited to 80 levels by the TOML parser; an invoice needs five.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes of text; 64 MiB unless set. Reading takes up to about 25 times
    /// the size of the text in memory, for a short time.
    pub bytes: usize,
    /// Parcels; 250,000 unless set.
    pub parcels: usize,
    /// Groups; 50,000 unless set.
    pub groups: usize,
    /// Signatures; 1,000 unless set.
    pub signatures: usize,
    /// Problems that are listed; 1,000 unless set. More are counted only.
    pub problems: usize,
}

impl Limits {
    /// For what was checked before, and is there in memory already.
    pub(super) const NONE: Self = Self {
        bytes: usize::MAX,
        parcels: usize::MAX,
        groups: usize::MAX,
        signatures: usize::MAX,
        problems: usize::MAX,
    };
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 64 << 20,
            parcels: 250_000,
            groups: 50_000,
            signatures: 1_000,
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
#[derive(Clone, Debug, Default)]
pub struct InvoiceReader {
    limits: Limits,
}

/// An invoice that was read, and what the specification advises against in it.
#[derive(Clone, Debug)]
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

    /// Gives the invoice away.
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
        match core::str::from_utf8(bytes) {
            Ok(text) => self.read(text),
            Err(error) => {
                let valid = core::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default();
                let end = error.valid_up_to() + error.error_len().unwrap_or(1);
                let mut report = Report::new(1);
                let span = Span::from(valid.len()..end);
                report.push(&Path::Root, Some(span), ProblemKind::Utf8);
                Err(report.finish(Some(&Lines::new(valid))))
            }
        }
    }

    /// Reads an invoice from TOML.
    ///
    /// # Errors
    ///
    /// Every problem of the text, each with its kind and place: see
    /// [`ProblemKind`] for what can be wrong. Lints come with them.
    pub fn read(&self, text: &str) -> Result<ReadInvoice, Problems> {
        let mut report = Report::new(self.limits.problems.max(1));
        if text.len() > self.limits.bytes {
            let problem = ProblemKind::Limit {
                what: "bytes",
                found: text.len(),
                limit: self.limits.bytes,
            };
            report.push(&Path::Root, None, problem);
            return Err(report.finish(None));
        }
        let (table, errors) = DeTable::parse_recoverable(text);
        for error in &errors {
            let problem = ProblemKind::Syntax {
                message: error.message().into(),
            };
            report.push(&Path::Root, error.span().map(Span::from), problem);
        }
        let wire = Walk {
            report: &mut report,
        }
        .invoice(table);
        let invoice = check::invoice(wire, &self.limits, &mut report);
        // Lines are looked for only where a problem needs one.
        match invoice {
            Some(invoice) if !report.has_errors() => Ok(ReadInvoice {
                lints: if report.is_empty() {
                    Problems::default()
                } else {
                    report.finish(Some(&Lines::new(text)))
                },
                invoice,
            }),
            _ => {
                let lines = Lines::new(text);
                if !errors.is_empty() {
                    report.drop_consequences_of_syntax(&lines);
                }
                Err(report.finish(Some(&lines)))
            }
        }
    }
}

/// Walks the parsed TOML and reports what is not of its field's type.
struct Walk<'r> {
    report: &'r mut Report,
}

impl Walk<'_> {
    fn invoice<'i>(&mut self, table: Spanned<DeTable<'i>>) -> At<WireInvoice<'i>> {
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
        for (key, value) in table.into_inner() {
            let path = root.field(key.get_ref());
            match &**key.get_ref() {
                "bindleVersion" => wire.bindle_version = self.text(value, &path),
                "yanked" => wire.yanked = self.boolean(value, &path),
                "yankedReason" | "yanked_reason" => wire.yanked_reason = self.text(value, &path),
                "yankedSignature" | "yanked_signature" => {
                    wire.yanked_signature = self.list(value, &path, Self::signature);
                }
                "bindle" => wire.bindle = self.table(value, &path, Self::bindle),
                "annotations" => wire.annotations = self.table(value, &path, Self::text_map),
                "parcel" => wire.parcel = self.list(value, &path, Self::parcel),
                "group" => wire.group = self.list(value, &path, Self::group),
                "signature" => wire.signature = self.list(value, &path, Self::signature),
                _ => self.unknown(&key, &root, KNOWN),
            }
        }
        At {
            value: wire,
            span: Some(Span::default()),
        }
    }

    fn bindle<'i>(&mut self, table: DeTable<'i>, at: &Path<'_>) -> WireBindle<'i> {
        const KNOWN: &[&str] = &["name", "version", "description", "authors"];
        let mut wire = WireBindle::default();
        for (key, value) in table {
            let path = at.field(key.get_ref());
            match &**key.get_ref() {
                "name" => wire.name = self.text(value, &path),
                "version" => wire.version = self.text(value, &path),
                "description" => wire.description = self.text(value, &path),
                "authors" => wire.authors = self.texts(value, &path),
                _ => self.unknown(&key, at, KNOWN),
            }
        }
        wire
    }

    fn parcel<'i>(&mut self, table: DeTable<'i>, at: &Path<'_>) -> WireParcel<'i> {
        const KNOWN: &[&str] = &["label", "conditions"];
        let mut wire = WireParcel::default();
        for (key, value) in table {
            let path = at.field(key.get_ref());
            match &**key.get_ref() {
                "label" => wire.label = self.table(value, &path, Self::label),
                "conditions" => wire.conditions = self.table(value, &path, Self::conditions),
                _ => self.unknown(&key, at, KNOWN),
            }
        }
        wire
    }

    fn label<'i>(&mut self, table: DeTable<'i>, at: &Path<'_>) -> WireLabel<'i> {
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
            let path = at.field(key.get_ref());
            match &**key.get_ref() {
                "sha256" => wire.sha256 = self.text(value, &path),
                "mediaType" => wire.media_type = self.text(value, &path),
                "name" => wire.name = self.text(value, &path),
                "size" => wire.size = self.unsigned(value, &path, "a size in bytes, from 0"),
                "annotations" => wire.annotations = self.table(value, &path, Self::text_map),
                "feature" => wire.feature = self.table(value, &path, Self::features),
                "origin" => wire.origin = self.text(value, &path),
                _ => self.unknown(&key, at, KNOWN),
            }
        }
        wire
    }

    fn conditions<'i>(&mut self, table: DeTable<'i>, at: &Path<'_>) -> WireConditions<'i> {
        const KNOWN: &[&str] = &["memberOf", "requires"];
        let mut wire = WireConditions::default();
        for (key, value) in table {
            let path = at.field(key.get_ref());
            match &**key.get_ref() {
                "memberOf" => wire.member_of = self.texts(value, &path),
                "requires" => wire.requires = self.texts(value, &path),
                _ => self.unknown(&key, at, KNOWN),
            }
        }
        wire
    }

    fn group<'i>(&mut self, table: DeTable<'i>, at: &Path<'_>) -> WireGroup<'i> {
        const KNOWN: &[&str] = &["name", "required", "satisfiedBy"];
        let mut wire = WireGroup::default();
        for (key, value) in table {
            let path = at.field(key.get_ref());
            match &**key.get_ref() {
                "name" => wire.name = self.text(value, &path),
                "required" => wire.required = self.boolean(value, &path),
                "satisfiedBy" => wire.satisfied_by = self.text(value, &path),
                _ => self.unknown(&key, at, KNOWN),
            }
        }
        wire
    }

    fn signature<'i>(&mut self, table: DeTable<'i>, at: &Path<'_>) -> WireSignature<'i> {
        const KNOWN: &[&str] = &["by", "signature", "key", "role", "at"];
        let mut wire = WireSignature::default();
        for (key, value) in table {
            let path = at.field(key.get_ref());
            match &**key.get_ref() {
                "by" => wire.by = self.text(value, &path),
                "signature" => wire.signature = self.text(value, &path),
                "key" => wire.key = self.text(value, &path),
                "role" => wire.role = self.text(value, &path),
                "at" => wire.at = self.unsigned(value, &path, "a time in seconds, from 0"),
                _ => self.unknown(&key, at, KNOWN),
            }
        }
        wire
    }

    fn features<'i>(
        &mut self,
        table: DeTable<'i>,
        at: &Path<'_>,
    ) -> BTreeMap<Text<'i>, At<TextMap<'i>>> {
        let mut sections = BTreeMap::new();
        for (key, value) in table {
            let path = at.field(key.get_ref());
            if let Field::Present(section) = self.table(value, &path, Self::text_map) {
                sections.insert(key.into_inner(), section);
            }
        }
        sections
    }

    fn text_map<'i>(&mut self, table: DeTable<'i>, at: &Path<'_>) -> TextMap<'i> {
        let mut map = TextMap::new();
        for (key, value) in table {
            let path = at.field(key.get_ref());
            if let Field::Present(text) = self.text(value, &path) {
                map.insert(key.into_inner(), text);
            }
        }
        map
    }

    fn text<'i>(&mut self, value: Spanned<DeValue<'i>>, at: &Path<'_>) -> Field<Text<'i>> {
        let span = Span::from(value.span());
        match value.into_inner() {
            DeValue::String(value) => present(value, span),
            other => self.wrong_type("a string", &other, span, at),
        }
    }

    fn boolean(&mut self, value: Spanned<DeValue<'_>>, at: &Path<'_>) -> Field<bool> {
        let span = Span::from(value.span());
        match value.into_inner() {
            DeValue::Boolean(value) => present(value, span),
            other => self.wrong_type("true or false", &other, span, at),
        }
    }

    fn unsigned(
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

    fn texts<'i>(
        &mut self,
        value: Spanned<DeValue<'i>>,
        at: &Path<'_>,
    ) -> Field<Vec<At<Text<'i>>>> {
        let span = Span::from(value.span());
        let array = match value.into_inner() {
            DeValue::Array(array) => array,
            other => return self.wrong_type("an array of strings", &other, span, at),
        };
        let mut texts = Vec::with_capacity(array.len());
        for (index, value) in array.into_iter().enumerate() {
            if let Field::Present(text) = self.text(value, &at.index(index)) {
                texts.push(text);
            }
        }
        present(texts, span)
    }

    fn table<'i, T>(
        &mut self,
        value: Spanned<DeValue<'i>>,
        at: &Path<'_>,
        read: fn(&mut Self, DeTable<'i>, &Path<'_>) -> T,
    ) -> Field<T> {
        let span = Span::from(value.span());
        match value.into_inner() {
            DeValue::Table(table) => present(read(self, table, at), span),
            other => self.wrong_type("a table", &other, span, at),
        }
    }

    fn list<'i, T>(
        &mut self,
        value: Spanned<DeValue<'i>>,
        at: &Path<'_>,
        read: fn(&mut Self, DeTable<'i>, &Path<'_>) -> T,
    ) -> Field<Vec<At<T>>> {
        let span = Span::from(value.span());
        let array = match value.into_inner() {
            DeValue::Array(array) => array,
            other => return self.wrong_type("an array of tables", &other, span, at),
        };
        let mut items = Vec::with_capacity(array.len());
        let mut unreadable = false;
        for (index, value) in array.into_iter().enumerate() {
            match self.table(value, &at.index(index), read) {
                Field::Present(item) => items.push(item),
                Field::Absent | Field::Unreadable => unreadable = true,
            }
        }
        // Indexes after an item that is no table would be off by one.
        if unreadable {
            Field::Unreadable
        } else {
            present(items, span)
        }
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

    fn unknown(
        &mut self,
        key: &Spanned<Cow<'_, str>>,
        at: &Path<'_>,
        known: &'static [&'static str],
    ) {
        let field: &str = key.get_ref();
        let problem = ProblemKind::UnknownField {
            field: field.chars().take(80).collect(),
            nearest: nearest(field, known.iter().copied()),
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
