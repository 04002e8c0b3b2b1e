//! What went wrong with a request.

use std::fmt;

use bindle_core::Label;
use bindle_core::protocol::{Format, Response, Status};
use bindle_core::registry::{CreateError, Refusal};

use super::access::Refused;
use crate::store::StoreError;
use crate::upload::OfferError;

/// Why something was not done.
#[derive(Debug)]
pub(super) enum Failure {
    /// The protocol is against it.
    Refusal(Refusal),
    /// This server is.
    Here(Status, String),
    /// Something is wrong inside, which is for the log only.
    Internal(String),
}

impl Failure {
    pub(super) fn internal(reason: impl fmt::Display) -> Self {
        Self::Internal(reason.to_string())
    }

    pub(super) fn parcel_too_large(label: &Label, most: u64) -> Self {
        let message = format!(
            "the parcel {:?} has {} bytes; this registry takes no more than {most}",
            label.name(),
            label.size(),
        );
        Self::Here(Status::CONTENT_TOO_LARGE, message)
    }

    pub(super) fn response(&self, format: Format) -> Response {
        match self {
            Self::Refusal(refusal) => refusal.response(format),
            Self::Here(status, message) => Response::error(*status, message, format),
            Self::Internal(_) => {
                let message = "the registry failed";
                Response::error(Status::INTERNAL_SERVER_ERROR, message, format)
            }
        }
    }
}

/// As it is told to the log.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refusal(refusal) => refusal.fmt(f),
            Self::Here(_, message) | Self::Internal(message) => f.write_str(message),
        }
    }
}

impl<E: Into<Refusal>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Refusal(error.into())
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Content { reason, .. } => reason.into(),
            StoreError::Read { .. } => Self::Here(Status::BAD_REQUEST, error.to_string()),
            error => Self::internal(error),
        }
    }
}

impl From<OfferError> for Failure {
    fn from(error: OfferError) -> Self {
        match error {
            OfferError::Refused(error) => CreateError::into(error),
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
        Self::Here(status, refused.to_string())
    }
}
