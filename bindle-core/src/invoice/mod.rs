//! The invoice: what a bindle consists of.

mod builder;
mod check;
mod content_digest;
pub(crate) mod cycles;
mod formats;
mod group;
mod label;
mod media_type;
mod parcel;
mod read;
mod signature;
mod wire;
mod write;

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use crate::document::{Problem, Problems, control_character};
use crate::{Digest, Id};

pub use self::builder::InvoiceBuilder;
pub use self::group::{Group, ParseSatisfiedByError, SatisfiedBy};
pub(crate) use self::label::missing;
pub use self::label::{Features, Label};
pub use self::media_type::{MediaType, ParseMediaTypeError};
pub use self::parcel::Parcel;
pub use self::read::{InvoiceReader, Limits, ReadInvoice};
pub(crate) use self::signature::decode;
pub use self::signature::{MalformedBase64, ParseRoleError, Role, SignatureBlock, UnixTime};
pub use self::write::ReferenceToml;
pub(crate) use self::write::{write_reference_invoice, write_reference_label};

/// The version of the invoice format that this crate reads and writes.
const BINDLE_VERSION: &str = "1.0.0";

/// What a bindle consists of: its id, a list of parcels, the groups they
/// belong to, and the signatures made over it.
///
/// An invoice can be built in code ([`Invoice::builder`]), read from TOML
/// ([`Invoice::from_toml`]), or deserialised with serde; all three go through
/// the same checks. Once made, it does not change, except that signatures are
/// appended and that it can be yanked.
///
/// Specification: *The Invoice* (`invoice-spec.md`).
///
/// ```
/// use bindle_core::{Group, Invoice, Label, Parcel};
///
/// let page = Label::of("index.html", "text/html".parse()?, b"<h1>hello</h1>");
/// let invoice = Invoice::builder("example.com/hello/1.0.0".parse()?)
///     .description("A greeting")
///     .parcel(Parcel::from(page).member_of(["pages"]))
///     .group(Group::new("pages").with_required(true))
///     .build()?;
///
/// let text = invoice.to_toml();
/// assert_eq!(Invoice::from_toml(&text)?, invoice);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invoice {
    id: Id,
    description: String,
    authors: Vec<String>,
    annotations: BTreeMap<String, String>,
    parcels: Vec<Parcel>,
    groups: Vec<Group>,
    signatures: Vec<SignatureBlock>,
    yank: Option<Yank>,
}

/// That, and why, a bindle was withdrawn.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Yank {
    reason: String,
    signatures: Vec<SignatureBlock>,
}

impl Invoice {
    /// Starts an invoice for the bindle `id`.
    pub fn builder(id: Id) -> InvoiceBuilder {
        InvoiceBuilder::new(id)
    }

    /// Reads an invoice from TOML. Use [`InvoiceReader`] to get the lints as
    /// well, or to set limits.
    ///
    /// # Errors
    ///
    /// Everything for which the text is refused, each with its kind and place:
    /// see [`ProblemKind`](crate::ProblemKind) for what can be wrong.
    pub fn from_toml(text: &str) -> Result<Self, Problems> {
        InvoiceReader::new()
            .read(text)
            .map(ReadInvoice::into_invoice)
            .map_err(Problems::without_lints)
    }

    /// The name and version of the bindle.
    #[must_use]
    pub fn id(&self) -> &Id {
        &self.id
    }

    /// A line of text for end users; empty if there is none.
    #[must_use]
    pub fn description(&self) -> &str {
        &self.description
    }

    /// The authors in the order given, by convention as `Name <mail address>`.
    #[must_use]
    pub fn authors(&self) -> &[String] {
        &self.authors
    }

    /// Free-form names and values for tools.
    #[must_use]
    pub fn annotations(&self) -> &BTreeMap<String, String> {
        &self.annotations
    }

    /// The parcels in the order given; signatures cover this order.
    #[must_use]
    pub fn parcels(&self) -> &[Parcel] {
        &self.parcels
    }

    /// The groups in the order given.
    #[must_use]
    pub fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// The group called `name`.
    #[must_use]
    pub fn group(&self, name: &str) -> Option<&Group> {
        self.groups.iter().find(|group| group.name() == name)
    }

    /// The signatures over the parcel list, in the order they were appended.
    #[must_use]
    pub fn signatures(&self) -> &[SignatureBlock] {
        &self.signatures
    }

    /// Whether the bindle was withdrawn.
    #[must_use]
    pub fn is_yanked(&self) -> bool {
        self.yank.is_some()
    }

    /// Why the bindle was withdrawn; empty if no reason was given.
    #[must_use]
    pub fn yanked_reason(&self) -> &str {
        self.yank.as_ref().map_or("", |yank| &yank.reason)
    }

    /// The signatures over the withdrawal, in the order they were appended.
    #[must_use]
    pub fn yanked_signatures(&self) -> &[SignatureBlock] {
        self.yank.as_ref().map_or(&[], |yank| &yank.signatures)
    }

    /// Withdraws the bindle for `reason`, which may be empty. Does nothing if
    /// it is withdrawn already: a yank is one-way, and its reason stays.
    ///
    /// # Errors
    ///
    /// A control character in the reason, which is signed text.
    pub fn yank(&mut self, reason: impl Into<String>) -> Result<(), Problem> {
        let reason = reason.into();
        if let Some(problem) = control_character(&reason) {
            return Err(Problem::at_path("yankedReason", problem));
        }
        self.yank.get_or_insert_with(|| Yank {
            reason,
            signatures: Vec::new(),
        });
        Ok(())
    }

    /// A digest of everything in the invoice that may never change, for
    /// comparing and pinning: two invoices have the same content digest if and
    /// only if they mean the same, whatever TOML style they were written in.
    ///
    /// The yank and the signatures are left out, since they may be added later.
    ///
    /// # Encoding
    ///
    /// SHA-256 over these bytes in this order, where a *number* is 8 bytes,
    /// big-endian; a *text* is its length in bytes as a number, then its UTF-8
    /// bytes; a *list* is its length as a number, then its items; and a *map*
    /// is a list of (text, value) in the order of the bytes of its keys:
    ///
    /// 1. the ASCII text `bindle invoice content v1` and a zero byte;
    /// 2. the name, the version (in its SemVer form), the description: texts;
    /// 3. the authors: a list of texts;
    /// 4. the annotations: a map to texts;
    /// 5. the parcels: a list, with for each: the 32 bytes of the digest; the
    ///    size, a number; media type, name, origin: texts; annotations: a map
    ///    to texts; features: a map to maps to texts; `memberOf`, `requires`:
    ///    lists of texts, sorted by their bytes, each text once;
    /// 6. the groups: a list, with for each: the name, a text; one byte, 1 if
    ///    required and 0 if not; one byte, 0 for `allOf`, 1 for `oneOf`, 2 for
    ///    `optional`.
    ///
    /// Absent values are encoded like empty ones. The encoding can be parsed
    /// back, so no two contents share one.
    #[must_use]
    pub fn content_digest(&self) -> Digest {
        content_digest::of(self)
    }

    /// What the specification advises against in this invoice, as
    /// [`InvoiceReader::read`] reports it, without places in a text.
    #[must_use]
    pub fn lints(&self) -> Problems {
        check::lints(self)
    }

    pub(crate) fn push_signature(&mut self, signature: SignatureBlock) -> &SignatureBlock {
        push(&mut self.signatures, signature)
    }

    pub(crate) fn push_yanked_signature(&mut self, signature: SignatureBlock) -> &SignatureBlock {
        push(&mut self.yank.get_or_insert_default().signatures, signature)
    }
}

fn push(blocks: &mut Vec<SignatureBlock>, block: SignatureBlock) -> &SignatureBlock {
    let index = blocks.len();
    blocks.push(block);
    &blocks[index]
}
