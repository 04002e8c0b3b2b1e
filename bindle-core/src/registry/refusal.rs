use alloc::boxed::Box;
use alloc::string::ToString as _;

use thiserror::Error;

use super::{CreateError, GetError, ParcelError, UploadContentError, UploadError};
use crate::ContentError;
use crate::protocol::{BodyError, Format, RequestError, Response, Status, UnsupportedContentType};

/// Why a registry refuses a request: any of its errors, with the status that
/// belongs to it.
///
/// | error | status |
/// |---|---|
/// | [`RequestError`] | 404, 405 or 400 |
/// | [`BodyError`] | 415 or 400 |
/// | [`CreateError::Exists`], [`CreateError::OtherContent`] | 409 |
/// | [`CreateError::Yanked`] | 422 |
/// | [`CreateError::NotVerified`], [`CreateError::NoCreator`], [`CreateError::TooManySignatures`], [`CreateError::UnknownCreator`] | 400 |
/// | [`UploadError::Exists`] | 409 |
/// | [`UploadError::NotInInvoice`] | 400 |
/// | [`ContentError`] | 400 |
/// | [`GetError::NotFound`], [`ParcelError`] | 404 |
/// | [`GetError::Yanked`] | 403 |
///
/// ```
/// use bindle_core::protocol::{Format, Prefix, Request, Status};
/// use bindle_core::registry::Refusal;
///
/// fn read(path: &str) -> Result<Request, Refusal> {
///     Ok(Request::read(&Prefix::default(), "GET", path, "")?)
/// }
///
/// let refusal = read("/etc/passwd").unwrap_err();
/// assert_eq!(refusal.response(Format::Toml).status(), Status::NOT_FOUND);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(transparent)]
#[non_exhaustive]
pub enum Refusal {
    /// The body is not valid.
    Body(#[from] BodyError),
    /// The content of a parcel is not what its label says.
    Content(#[from] ContentError),
    /// An invoice was not accepted.
    Create(Box<CreateError>),
    /// An invoice was not served.
    Get(#[from] GetError),
    /// A parcel was not served.
    Parcel(#[from] ParcelError),
    /// The request asks for something that does not exist.
    Request(#[from] RequestError),
    /// A parcel was not taken.
    Upload(#[from] UploadError),
}

impl Refusal {
    /// The status to answer with.
    #[must_use]
    pub fn status(&self) -> Status {
        match self {
            Self::Body(error) => error.status(),
            Self::Content(_) | Self::Upload(UploadError::NotInInvoice { .. }) => {
                Status::BAD_REQUEST
            }
            Self::Create(error) => match **error {
                CreateError::Exists { .. } | CreateError::OtherContent { .. } => Status::CONFLICT,
                CreateError::Yanked { .. } => Status::UNPROCESSABLE_CONTENT,
                CreateError::NoCreator { .. }
                | CreateError::NotVerified(_)
                | CreateError::TooManySignatures { .. }
                | CreateError::UnknownCreator { .. } => Status::BAD_REQUEST,
            },
            Self::Upload(UploadError::Exists { .. }) => Status::CONFLICT,
            Self::Get(GetError::NotFound { .. }) | Self::Parcel(_) => Status::NOT_FOUND,
            Self::Get(GetError::Yanked { .. }) => Status::FORBIDDEN,
            Self::Request(error) => error.status(),
        }
    }

    /// The answer: the status, and the message in `error`.
    #[must_use]
    pub fn response(&self, format: Format) -> Response {
        match self {
            Self::Request(error) => Response::refused(error, format),
            _ => Response::error(self.status(), &self.to_string(), format),
        }
    }
}

impl From<CreateError> for Refusal {
    fn from(error: CreateError) -> Self {
        Self::Create(Box::new(error))
    }
}

impl From<UnsupportedContentType> for Refusal {
    fn from(error: UnsupportedContentType) -> Self {
        Self::Body(error.into())
    }
}

impl From<UploadContentError> for Refusal {
    fn from(error: UploadContentError) -> Self {
        match error {
            UploadContentError::Content(error) => Self::Content(error),
            UploadContentError::Invoice(error) => Self::Get(error),
            UploadContentError::Parcel(error) => Self::Upload(error),
        }
    }
}
