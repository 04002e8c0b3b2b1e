use alloc::borrow::ToOwned as _;
use alloc::vec::Vec;

use super::{Format, RequestError, Status, body};
use crate::query::Matches;
use crate::{Invoice, Keyring, Label, MediaType};

/// The response of a registry.
///
/// All documents have the form that the reference client reads. Each kind of
/// response has its own constructor, which sets the right status.
///
/// ```
/// use bindle_core::protocol::{Format, Response, Status};
///
/// let response = Response::error(Status::CONFLICT, "resource already exists", Format::Toml);
/// assert_eq!(response.body(), b"error = \"resource already exists\"\n");
/// assert_eq!(response.content_type().as_str(), "application/toml");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    status: Status,
    content_type: MediaType,
    content_length: u64,
    allow: &'static str,
    body: Vec<u8>,
}

impl Response {
    /// An invoice was stored, and these parcels have to be uploaded. The status
    /// is 202, or 201 if there are none.
    #[must_use]
    pub fn created<'l>(
        invoice: &Invoice,
        missing: impl IntoIterator<Item = &'l Label>,
        format: Format,
    ) -> Self {
        let missing: Vec<_> = missing.into_iter().collect();
        let status = if missing.is_empty() {
            Status::CREATED
        } else {
            Status::ACCEPTED
        };
        Self::document(status, format, body::created(invoice, &missing, format))
    }

    /// An invoice.
    #[must_use]
    pub fn invoice(invoice: &Invoice, format: Format) -> Self {
        Self::document(Status::OK, format, body::invoice(invoice, format))
    }

    /// The labels of the parcels that still have to be uploaded.
    #[must_use]
    pub fn missing<'l>(missing: impl IntoIterator<Item = &'l Label>, format: Format) -> Self {
        let missing: Vec<_> = missing.into_iter().collect();
        Self::document(Status::OK, format, body::missing(&missing, format))
    }

    /// The invoices that match a query.
    #[must_use]
    pub fn matches(matches: &Matches<&Invoice>, format: Format) -> Self {
        Self::document(Status::OK, format, body::matches(matches, format))
    }

    /// Keys.
    #[must_use]
    pub fn keys(keys: &Keyring, format: Format) -> Self {
        Self::document(Status::OK, format, body::keys(keys, format))
    }

    /// A parcel. The body is left empty: send the content from where it is
    /// kept.
    #[must_use]
    pub fn parcel(label: &Label) -> Self {
        Self {
            status: Status::OK,
            content_type: label.media_type().clone(),
            content_length: label.size(),
            allow: "",
            body: Vec::new(),
        }
    }

    /// A parcel was stored.
    #[must_use]
    pub fn uploaded(format: Format) -> Self {
        let body = body::message("message", "parcel created", format);
        Self::document(Status::OK, format, body)
    }

    /// A bindle was yanked, now or earlier.
    #[must_use]
    pub fn yanked(format: Format) -> Self {
        let body = body::message("message", "invoice yanked", format);
        Self::document(Status::OK, format, body)
    }

    /// Something went wrong, as `message` says.
    #[must_use]
    pub fn error(status: Status, message: &str, format: Format) -> Self {
        Self::document(status, format, body::message("error", message, format))
    }

    fn document(status: Status, format: Format, body: Vec<u8>) -> Self {
        Self {
            status,
            content_type: format.media_type(),
            content_length: body.len() as u64,
            allow: "",
            body,
        }
    }

    /// The response to an invalid request.
    #[must_use]
    pub fn refused(error: &RequestError, format: Format) -> Self {
        let message = alloc::string::ToString::to_string(error);
        let mut response = Self::error(error.status(), &message, format);
        response.allow = error.allow();
        response
    }

    /// The same response to `HEAD`: without its body, but with the length.
    #[must_use]
    pub fn without_body(mut self) -> Self {
        self.body = Vec::new();
        self
    }

    /// The same response with the content of the parcel as its body.
    #[must_use]
    pub fn with_content(mut self, content: &[u8]) -> Self {
        self.body = content.to_owned();
        self
    }

    /// The status code.
    #[must_use]
    pub fn status(&self) -> Status {
        self.status
    }

    /// The type of the body: the header `Content-Type`.
    #[must_use]
    pub fn content_type(&self) -> &MediaType {
        &self.content_type
    }

    /// The length of the body in bytes, even if the body is left out: the
    /// header `Content-Length`.
    #[must_use]
    pub fn content_length(&self) -> u64 {
        self.content_length
    }

    /// The allowed methods: the header `Allow`, which goes with the status 405;
    /// empty otherwise.
    #[must_use]
    pub fn allow(&self) -> &'static str {
        self.allow
    }

    /// The body.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// Takes the body out.
    #[must_use]
    pub fn into_body(self) -> Vec<u8> {
        self.body
    }
}
