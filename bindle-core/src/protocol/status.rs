use core::fmt;

use serde::{Deserialize, Serialize};

/// The status code of an HTTP response.
///
/// ```
/// use bindle_core::protocol::Status;
///
/// assert!(Status::ACCEPTED.is_success());
/// assert_eq!(Status::from_code(404), Status::NOT_FOUND);
/// assert_eq!(Status::NOT_FOUND.to_string(), "404 Not Found");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(transparent)]
pub struct Status(u16);

impl Status {
    /// 200: the request succeeded.
    pub const OK: Self = Self(200);
    /// 201: the invoice is stored, and none of its parcels is missing.
    pub const CREATED: Self = Self(201);
    /// 202: the invoice is stored, and some of its parcels are missing.
    pub const ACCEPTED: Self = Self(202);
    /// 400: something is wrong with the request or with its body.
    pub const BAD_REQUEST: Self = Self(400);
    /// 401: the caller has to say who they are.
    pub const UNAUTHORIZED: Self = Self(401);
    /// 403: the bindle is yanked, or the caller may not do that.
    pub const FORBIDDEN: Self = Self(403);
    /// 404: there is no such bindle, parcel or endpoint.
    pub const NOT_FOUND: Self = Self(404);
    /// 405: the endpoint has no such method.
    pub const METHOD_NOT_ALLOWED: Self = Self(405);
    /// 409: it exists already.
    pub const CONFLICT: Self = Self(409);
    /// 413: the body is too large.
    pub const CONTENT_TOO_LARGE: Self = Self(413);
    /// 415: the body is of a content type that is not understood.
    pub const UNSUPPORTED_MEDIA_TYPE: Self = Self(415);
    /// 422: the bindle is yanked, and so cannot be created.
    pub const UNPROCESSABLE_CONTENT: Self = Self(422);
    /// 429: there are too many requests; try again later.
    pub const TOO_MANY_REQUESTS: Self = Self(429);
    /// 500: the server failed.
    pub const INTERNAL_SERVER_ERROR: Self = Self(500);
    /// 503: the server is busy; try again later.
    pub const SERVICE_UNAVAILABLE: Self = Self(503);

    /// The status of a code, known or not.
    #[must_use]
    pub const fn from_code(code: u16) -> Self {
        Self(code)
    }

    /// The three digits of the status.
    #[must_use]
    pub const fn code(self) -> u16 {
        self.0
    }

    /// Whether the request succeeded: 200 to 299.
    #[must_use]
    pub const fn is_success(self) -> bool {
        self.0 >= 200 && self.0 < 300
    }

    /// The reason phrase of the code; empty for codes that the protocol does
    /// not use.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::OK => "OK",
            Self::CREATED => "Created",
            Self::ACCEPTED => "Accepted",
            Self::BAD_REQUEST => "Bad Request",
            Self::UNAUTHORIZED => "Unauthorized",
            Self::FORBIDDEN => "Forbidden",
            Self::NOT_FOUND => "Not Found",
            Self::METHOD_NOT_ALLOWED => "Method Not Allowed",
            Self::CONFLICT => "Conflict",
            Self::CONTENT_TOO_LARGE => "Content Too Large",
            Self::UNSUPPORTED_MEDIA_TYPE => "Unsupported Media Type",
            Self::UNPROCESSABLE_CONTENT => "Unprocessable Content",
            Self::TOO_MANY_REQUESTS => "Too Many Requests",
            Self::INTERNAL_SERVER_ERROR => "Internal Server Error",
            Self::SERVICE_UNAVAILABLE => "Service Unavailable",
            _ => "",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.reason() {
            "" => write!(formatter, "{}", self.0),
            reason => write!(formatter, "{} {reason}", self.0),
        }
    }
}
