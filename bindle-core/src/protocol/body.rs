//! The documents in the bodies of requests and responses.

use alloc::string::String;
use alloc::vec::Vec;

use serde::Deserialize;
use thiserror::Error;

use super::{Format, Status, UnsupportedContentType};
use crate::document::{TomlText, ValueDeserializer, parse_toml, utf8};
use crate::invoice::{write_reference_invoice, write_reference_label};
use crate::query::{Matches, Mode, Yanked};
use crate::{Invoice, InvoiceReader, Keyring, Label, Limits, Problems, UnixTime};

/// Reads the invoice that is the body of a [`Create`](super::Request::Create),
/// within the limits of `reader` if it is TOML.
///
/// # Errors
///
/// A body that is not a valid invoice, or that is in another format.
pub fn read_invoice(
    body: &[u8],
    format: Format,
    reader: &InvoiceReader,
) -> Result<Invoice, BodyError> {
    match format {
        Format::Toml => Ok(reader.read_bytes(body)?.into_invoice()),
        #[cfg(feature = "json")]
        Format::Json => serde_json::from_slice(body).map_err(|error| BodyError::of_json(&error)),
    }
}

/// The answer to a [`Create`](super::Request::Create).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CreatedBody {
    /// The invoice as it was stored, with the signature of the host.
    pub invoice: Invoice,
    /// The labels of the parcels that still have to be uploaded.
    pub missing: Vec<Label>,
}

impl CreatedBody {
    /// Reads the answer.
    ///
    /// # Errors
    ///
    /// A body that is in another format, has no `invoice`, or has an invoice or
    /// labels that are not valid.
    pub fn read(body: &[u8], format: Format) -> Result<Self, BodyError> {
        #[derive(Deserialize)]
        struct Wire {
            invoice: Invoice,
            // The reference writes JSON with `null`.
            missing: Option<Vec<Label>>,
        }
        let Wire { invoice, missing } = read(body, format)?;
        let missing = missing.unwrap_or_default();
        Ok(Self { invoice, missing })
    }
}

/// The answer to a request for [missing](super::Resource::Missing) parcels.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct MissingBody {
    /// The labels of the parcels that still have to be uploaded.
    pub missing: Vec<Label>,
}

impl MissingBody {
    /// Reads the answer.
    ///
    /// # Errors
    ///
    /// A body that is in another format, has no `missing`, or has labels that
    /// are not valid.
    pub fn read(body: &[u8], format: Format) -> Result<Self, BodyError> {
        read(body, format)
    }
}

/// The answer to a [query](super::Resource::Matches).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MatchesBody {
    /// The text of the query.
    pub query: String,
    /// How it was answered.
    pub mode: Mode,
    /// The number of matches before these.
    pub offset: u64,
    /// The maximal number of matches on a page.
    pub limit: u8,
    /// When it was answered; `None` if the server does not tell, as the
    /// reference does not.
    pub timestamp: Option<UnixTime>,
    /// The number of matches on all pages; `None` if they were not counted.
    pub total: Option<u64>,
    /// Whether there are matches after these.
    pub more: bool,
    /// Whether yanked bindles may be among them.
    pub yanked: Yanked,
    /// The invoices.
    pub invoices: Vec<Invoice>,
}

impl MatchesBody {
    /// Reads the answer.
    ///
    /// # Errors
    ///
    /// A body that is in another format, lacks a field that the specification
    /// requires (except `timestamp`), or has invoices that are not valid.
    pub fn read(body: &[u8], format: Format) -> Result<Self, BodyError> {
        #[derive(Deserialize)]
        struct Wire {
            query: String,
            strict: bool,
            offset: u64,
            limit: u8,
            timestamp: Option<UnixTime>,
            total: Option<u64>,
            more: Option<bool>,
            yanked: bool,
            #[serde(default)]
            invoices: Vec<Invoice>,
        }
        let wire: Wire = read(body, format)?;
        let mode = if wire.strict {
            Mode::Strict
        } else {
            Mode::Standard
        };
        let yanked = if wire.yanked {
            Yanked::Included
        } else {
            Yanked::Excluded
        };
        Ok(Self {
            query: wire.query,
            mode,
            offset: wire.offset,
            limit: wire.limit,
            timestamp: wire.timestamp,
            total: wire.total,
            more: wire.more.unwrap_or_default(),
            yanked,
            invoices: wire.invoices,
        })
    }
}

/// The body of an answer that says what went wrong.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct ErrorBody {
    /// The message, for people.
    pub error: String,
}

impl ErrorBody {
    /// Reads the answer.
    ///
    /// # Errors
    ///
    /// A body that is in another format, or has no `error`.
    pub fn read(body: &[u8], format: Format) -> Result<Self, BodyError> {
        read(body, format)
    }
}

fn read<T: for<'de> Deserialize<'de>>(body: &[u8], format: Format) -> Result<T, BodyError> {
    match format {
        Format::Toml => {
            let document = parse_toml(utf8(body)?, &Limits::default().bounds())?;
            let read = T::deserialize(ValueDeserializer::from(document.root()));
            read.map_err(|error| BodyError::message(&alloc::format!("{error}")))
        }
        #[cfg(feature = "json")]
        Format::Json => serde_json::from_slice(body).map_err(|error| BodyError::of_json(&error)),
    }
}

/// A body that cannot be read as the expected document.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(transparent)]
pub struct BodyError(#[from] BodyErrorKind);

#[derive(Clone, Debug, PartialEq, Eq, Error)]
enum BodyErrorKind {
    #[error(transparent)]
    ContentType(UnsupportedContentType),
    #[error("the body is not what was expected: {0}")]
    Message(String),
    #[error(transparent)]
    Problems(Problems),
}

impl BodyError {
    /// The status to answer with: 415 for a format that is not understood, 400
    /// for everything else.
    #[must_use]
    pub fn status(&self) -> Status {
        match self.0 {
            BodyErrorKind::ContentType(_) => Status::UNSUPPORTED_MEDIA_TYPE,
            _ => Status::BAD_REQUEST,
        }
    }

    fn message(message: &str) -> Self {
        Self(BodyErrorKind::Message(message.into()))
    }

    #[cfg(feature = "json")]
    fn of_json(error: &serde_json::Error) -> Self {
        Self::message(&alloc::format!("{error}"))
    }
}

impl From<Problems> for BodyError {
    fn from(problems: Problems) -> Self {
        Self(BodyErrorKind::Problems(problems.without_lints()))
    }
}

impl From<UnsupportedContentType> for BodyError {
    fn from(error: UnsupportedContentType) -> Self {
        Self(BodyErrorKind::ContentType(error))
    }
}

pub(super) fn created(invoice: &Invoice, missing: &[&Label], format: Format) -> Vec<u8> {
    match format {
        Format::Toml => {
            let mut toml = TomlText::with_capacity(room_for(invoice) + 256 * missing.len());
            toml.header("invoice");
            toml.set_prefix("invoice.");
            write_reference_invoice(&mut toml, invoice);
            toml.set_prefix("");
            if !missing.is_empty() {
                toml.blank();
                write_missing(&mut toml, missing);
            }
            toml.into_string().into_bytes()
        }
        #[cfg(feature = "json")]
        Format::Json => {
            #[derive(serde::Serialize)]
            struct Json<'b> {
                invoice: &'b Invoice,
                missing: &'b [&'b Label],
            }
            json(&Json { invoice, missing })
        }
    }
}

pub(super) fn invoice(invoice: &Invoice, format: Format) -> Vec<u8> {
    match format {
        Format::Toml => invoice.to_reference_toml().into_string().into_bytes(),
        #[cfg(feature = "json")]
        Format::Json => json(invoice),
    }
}

pub(super) fn missing(missing: &[&Label], format: Format) -> Vec<u8> {
    match format {
        Format::Toml if missing.is_empty() => b"missing = []\n".to_vec(),
        Format::Toml => {
            let mut toml = TomlText::with_capacity(256 * missing.len());
            write_missing(&mut toml, missing);
            toml.into_string().into_bytes()
        }
        #[cfg(feature = "json")]
        Format::Json => {
            #[derive(serde::Serialize)]
            struct Json<'b> {
                missing: &'b [&'b Label],
            }
            json(&Json { missing })
        }
    }
}

fn write_missing(toml: &mut TomlText, missing: &[&Label]) {
    for (index, label) in missing.iter().enumerate() {
        if index > 0 {
            toml.blank();
        }
        toml.array_header("missing");
        write_reference_label(toml, label, "missing");
    }
}

pub(super) fn matches(matches: &Matches<&Invoice>, format: Format) -> Vec<u8> {
    match format {
        Format::Toml => {
            let room = matches.hits().iter().map(|invoice| room_for(invoice));
            let mut toml = TomlText::with_capacity(256 + room.sum::<usize>());
            let query = matches.query();
            toml.key("query").string(query.text());
            let strict = query.mode() == Mode::Strict;
            toml.key("strict").display(strict).raw("\n");
            toml.key("offset").display(query.offset()).raw("\n");
            toml.key("limit").display(query.limit()).raw("\n");
            toml.key("timestamp").display(matches.timestamp()).raw("\n");
            if let Some(total) = matches.total() {
                toml.key("total").display(total).raw("\n");
            }
            toml.key("more").display(matches.has_more()).raw("\n");
            let yanked = query.yanked() == Yanked::Included;
            toml.key("yanked").display(yanked).raw("\n");
            if matches.hits().is_empty() {
                toml.raw("invoices = []\n");
            }
            for invoice in matches.hits() {
                toml.blank().array_header("invoices");
                toml.set_prefix("invoices.");
                write_reference_invoice(&mut toml, invoice);
                toml.set_prefix("");
            }
            toml.into_string().into_bytes()
        }
        #[cfg(feature = "json")]
        Format::Json => json(matches),
    }
}

pub(super) fn keys(keys: &Keyring, format: Format) -> Vec<u8> {
    match format {
        Format::Toml => keys.to_toml().into_bytes(),
        #[cfg(feature = "json")]
        Format::Json => json(keys),
    }
}

/// A document of one field.
pub(super) fn message(field: &str, message: &str, format: Format) -> Vec<u8> {
    match format {
        Format::Toml => {
            let mut toml = TomlText::with_capacity(16 + message.len());
            toml.key(field).string(message);
            toml.into_string().into_bytes()
        }
        #[cfg(feature = "json")]
        Format::Json => json(&alloc::collections::BTreeMap::from([(field, message)])),
    }
}

fn room_for(invoice: &Invoice) -> usize {
    512 + 256 * invoice.parcels().len()
}

#[cfg(feature = "json")]
fn json(value: &impl serde::Serialize) -> Vec<u8> {
    // All keys are texts and no number is infinite: JSON can say it.
    serde_json::to_vec(value).unwrap_or_default()
}
