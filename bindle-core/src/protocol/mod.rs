//! The HTTP protocol of registries, as values: requests, responses, and the
//! documents in their bodies.
//!
//! Nothing here makes a connection or needs an HTTP crate; the feature `http`
//! adds conversions from and to the types of the crate `http`.
//!
//! A server reads a [`Request`] from its method, path and query string, looks
//! up facts, [decides](crate::registry), and makes a [`Response`]. A client
//! does the reverse: [`Request::target`] says where to send a request, and the
//! answer is read by [`CreatedBody`], [`MissingBody`], [`MatchesBody`],
//! [`ErrorBody`], [`Invoice::from_toml`](crate::Invoice::from_toml) and
//! [`Keyring::from_toml`](crate::Keyring::from_toml).
//!
//! Specification: *Bindle Protocol* (`protocol-spec.md`).

mod body;
mod error;
mod format;
#[cfg(feature = "http")]
mod http;
mod parameters;
mod prefix;
mod request;
mod response;
mod status;

pub use self::body::{BodyError, CreatedBody, ErrorBody, MatchesBody, MissingBody, read_invoice};
pub use self::error::RequestError;
pub use self::format::{Format, UnsupportedContentType};
pub use self::prefix::{ParsePrefixError, Prefix};
pub use self::request::{Request, Resource, Target};
pub use self::response::Response;
pub use self::status::Status;
