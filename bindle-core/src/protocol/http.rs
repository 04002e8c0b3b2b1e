//! Conversions from and to the types of the crate `http`.

use alloc::vec::Vec;

use http::header::{ALLOW, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};

use super::{Prefix, Request, RequestError, Response, Status, Target};

impl Request {
    /// Reads a request from its method and URI. Needs the feature `http`.
    ///
    /// ```
    /// use bindle_core::protocol::{Prefix, Request, Resource};
    /// use bindle_core::query::Query;
    ///
    /// let request = http::Request::get("https://example.com/v1/_q?q=hello").body(())?;
    /// let request = Request::from_http(&"/v1".parse::<Prefix>()?, &request)?;
    /// assert_eq!(request, Request::Get(Resource::Matches(Query::new("hello"))));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Request::read`].
    pub fn from_http<B>(prefix: &Prefix, request: &http::Request<B>) -> Result<Self, RequestError> {
        let (method, uri) = (request.method(), request.uri());
        let query = uri.query().unwrap_or_default();
        Self::read(prefix, method.as_str(), uri.path(), query)
    }
}

/// A request without a host and without a body.
///
/// # Errors
///
/// A path and query string of more than 65,534 bytes, which `http` does not
/// accept.
impl TryFrom<&Target> for http::Request<()> {
    type Error = http::Error;

    fn try_from(target: &Target) -> Result<Self, Self::Error> {
        use alloc::string::ToString as _;
        let uri = target.to_string();
        Self::builder().method(target.method()).uri(uri).body(())
    }
}

/// Sets the headers `Content-Type`, `Content-Length` and, if there is something
/// to tell, `Allow`.
impl From<Response> for http::Response<Vec<u8>> {
    fn from(response: Response) -> Self {
        let status = response.status().into();
        let content_type = response.content_type().as_str().as_bytes();
        let content_type = HeaderValue::from_bytes(content_type);
        let length = response.content_length();
        let allow = response.allow();
        let mut converted = Self::new(response.into_body());
        *converted.status_mut() = status;
        let headers = converted.headers_mut();
        // A media type has no control characters, so that it always is one.
        if let Ok(content_type) = content_type {
            headers.insert(CONTENT_TYPE, content_type);
        }
        headers.insert(CONTENT_LENGTH, length.into());
        if !allow.is_empty() {
            headers.insert(ALLOW, HeaderValue::from_static(allow));
        }
        converted
    }
}

impl From<http::StatusCode> for Status {
    fn from(status: http::StatusCode) -> Self {
        Self::from_code(status.as_u16())
    }
}

/// A code that is not a status, below 100 or above 999, becomes 500.
impl From<Status> for http::StatusCode {
    fn from(status: Status) -> Self {
        Self::from_u16(status.code()).unwrap_or(Self::INTERNAL_SERVER_ERROR)
    }
}
