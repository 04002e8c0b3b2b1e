use alloc::boxed::Box;

use thiserror::Error;

use super::Status;
use crate::percent::DecodeError;
use crate::query::ParseQueryError;
use crate::{ParseDigestError, ParseIdError, ParseRoleError};

/// A request that is not one of the protocol.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(transparent)]
pub struct RequestError(#[from] ErrorKind);

impl RequestError {
    /// The status to answer with: 404 for a path that is not an endpoint, 405
    /// for a method that the endpoint does not have, 400 for everything else.
    #[must_use]
    pub fn status(&self) -> Status {
        match self.0 {
            ErrorKind::Endpoint(_) => Status::NOT_FOUND,
            ErrorKind::Method { .. } => Status::METHOD_NOT_ALLOWED,
            _ => Status::BAD_REQUEST,
        }
    }

    /// The methods that the endpoint has, as the value of the header `Allow`;
    /// empty if it is not the method that is wrong.
    #[must_use]
    pub fn allow(&self) -> &'static str {
        match self.0 {
            ErrorKind::Method { allow, .. } => allow,
            _ => "",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(super) enum ErrorKind {
    #[error("there is no endpoint {0:?}")]
    Endpoint(Box<str>),
    #[error(transparent)]
    Id(ParseIdError),
    #[error("the method {method:?} is not allowed here; allowed are {allow}")]
    Method {
        method: Box<str>,
        allow: &'static str,
    },
    #[error("the parcel is named by no digest: {0}")]
    Parcel(ParseDigestError),
    #[error("the path {path:?} {error}")]
    Path { path: Box<str>, error: DecodeError },
    #[error(transparent)]
    Parameter(ParseQueryError),
    #[error("the query string {text:?} {error}")]
    Query { text: Box<str>, error: DecodeError },
    #[error("the parameter `{0}` is there twice; give it once")]
    Repeated(&'static str),
    #[error("the parameter `roles` is a list separated by commas: {0}")]
    Roles(ParseRoleError),
    #[error(
        "there is no parameter {name:?} here{}",
        match (*is_near, *known) {
            (true, known) => alloc::format!("; did you mean `{known}`?"),
            (false, "") => ", nor any other".into(),
            (false, known) => alloc::format!("; there is `{known}`"),
        }
    )]
    Unknown {
        name: Box<str>,
        known: &'static str,
        is_near: bool,
    },
    #[error("the parameter `yanked` is {0:?}; expected `true` or `false`")]
    Yanked(Box<str>),
}
