//! What went wrong with a request, as the protocol tells it.

use std::fmt;

use bindle_core::protocol::{BodyError, Format, RequestError, Response, Status};
use bindle_core::registry::{CreateError, GetError, UploadError};
use bindle_core::{Digest, Id, Label};

use super::access::Refused;
use crate::store::StoreError;
use crate::upload::OfferError;

/// Why something was not done.
#[derive(Debug)]
pub(super) struct Failure {
    status: Status,
    message: String,
    /// What is for the log only: what is wrong inside is no client's concern.
    internal: Option<String>,
    /// The request, if nothing that there is was asked for.
    request: Option<RequestError>,
}

impl Failure {
    pub(super) fn new(status: Status, message: impl fmt::Display) -> Self {
        Self {
            status,
            message: message.to_string(),
            internal: None,
            request: None,
        }
    }

    pub(super) fn response(&self, format: Format) -> Response {
        match &self.request {
            Some(error) => Response::refused(error, format),
            None => Response::error(self.status, &self.message, format),
        }
    }

    pub(super) fn for_the_log(self) -> String {
        self.internal.unwrap_or(self.message)
    }

    pub(super) fn internal(reason: impl fmt::Display) -> Self {
        Self {
            internal: Some(reason.to_string()),
            ..Self::new(Status::INTERNAL_SERVER_ERROR, "the registry failed")
        }
    }

    pub(super) fn not_in(id: &Id, digest: &Digest) -> Self {
        let (id, digest) = (id.clone(), *digest);
        UploadError::NotInInvoice { id, digest }.into()
    }

    pub(super) fn parcel_too_large(label: &Label, most: u64) -> Self {
        let message = format_args!(
            "the parcel {:?} has {} bytes; this registry takes no more than {most}",
            label.name(),
            label.size(),
        );
        Self::new(Status::CONTENT_TOO_LARGE, message)
    }
}

impl From<RequestError> for Failure {
    fn from(error: RequestError) -> Self {
        Self {
            request: Some(error.clone()),
            ..Self::new(error.status(), error)
        }
    }
}

impl From<CreateError> for Failure {
    fn from(error: CreateError) -> Self {
        let status = match &error {
            CreateError::Exists { .. } | CreateError::OtherContent { .. } => Status::CONFLICT,
            CreateError::Yanked { .. } => Status::UNPROCESSABLE_CONTENT,
            // Not verified, and what may come.
            _ => Status::BAD_REQUEST,
        };
        Self::new(status, error)
    }
}

impl From<GetError> for Failure {
    fn from(error: GetError) -> Self {
        let status = match &error {
            GetError::Yanked { .. } => Status::FORBIDDEN,
            _ => Status::NOT_FOUND,
        };
        Self::new(status, error)
    }
}

impl From<UploadError> for Failure {
    fn from(error: UploadError) -> Self {
        let status = match &error {
            UploadError::Exists { .. } => Status::CONFLICT,
            _ => Status::BAD_REQUEST,
        };
        Self::new(status, error)
    }
}

impl From<BodyError> for Failure {
    fn from(error: BodyError) -> Self {
        Self::new(error.status(), error)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match &error {
            StoreError::Content { digest, reason } => Self::new(
                Status::BAD_REQUEST,
                format_args!("the parcel {digest} was not stored: {reason}"),
            ),
            StoreError::Read { digest, .. } => Self {
                internal: Some(error.to_string()),
                ..Self::new(
                    Status::BAD_REQUEST,
                    format_args!("the parcel {digest} was not stored: its content broke off"),
                )
            },
            StoreError::NoParcel(digest) => Self::new(
                Status::NOT_FOUND,
                format_args!("the parcel {digest} is not there"),
            ),
            _ => Self::internal(error),
        }
    }
}

impl From<OfferError> for Failure {
    fn from(error: OfferError) -> Self {
        match error {
            OfferError::Refused(error) => error.into(),
            OfferError::Store(error) => error.into(),
        }
    }
}

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Self {
        let status = match refused {
            Refused::NoToken | Refused::OtherToken => Status::UNAUTHORIZED,
            Refused::ReadOnly => Status::FORBIDDEN,
        };
        Self::new(status, refused)
    }
}
