use alloc::boxed::Box;
use core::fmt;
use core::str::FromStr;

use thiserror::Error;

use crate::percent;
use crate::text::excerpt;

/// The path under which a server has the endpoints of the protocol, such as
/// `/v1`; by default the root.
///
/// # Syntax
///
/// `/` alone for the root; otherwise one or more segments, each after a `/`,
/// none of which is empty, `.` or `..`. A `/` at the end does not matter. The
/// text is not percent-encoded; that happens when it becomes part of a URI.
///
/// ```
/// use bindle_core::protocol::Prefix;
///
/// let prefix: Prefix = "/api/v1/".parse()?;
/// assert_eq!(prefix.to_string(), "/api/v1");
/// assert_eq!("/".parse(), Ok(Prefix::default()));
/// assert!("v1".parse::<Prefix>().is_err());
/// # Ok::<(), bindle_core::protocol::ParsePrefixError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Prefix(Box<str>);

impl Prefix {
    /// The rest of a decoded path, which starts with a `/`.
    pub(super) fn strip<'p>(&self, path: &'p str) -> Option<&'p str> {
        let rest = path.strip_prefix(&*self.0)?;
        rest.starts_with('/').then_some(rest)
    }

    pub(super) fn to_path(&self) -> alloc::string::String {
        let is_plain =
            |byte: u8| byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/".contains(&byte);
        percent::encode(&self.0, is_plain)
    }
}

impl FromStr for Prefix {
    type Err = ParsePrefixError;

    /// Reads a prefix.
    ///
    /// # Errors
    ///
    /// - a text that does not start with a `/`;
    /// - a segment that is empty, `.` or `..`;
    /// - a control character.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = |reason| ParsePrefixError {
            text: excerpt(text),
            reason,
        };
        if text == "/" {
            return Ok(Self::default());
        }
        let prefix = text.strip_suffix('/').unwrap_or(text);
        let Some(segments) = prefix.strip_prefix('/') else {
            return Err(error("does not start with `/`"));
        };
        if segments
            .split('/')
            .any(|segment| matches!(segment, "" | "." | ".."))
        {
            return Err(error("has a segment that is empty, `.` or `..`"));
        }
        if segments.chars().any(char::is_control) {
            return Err(error("has a control character"));
        }
        Ok(Self(prefix.into()))
    }
}

/// Prints its text, without a `/` at the end; `/` for the root.
impl fmt::Display for Prefix {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(if self.0.is_empty() { "/" } else { &self.0 })
    }
}

/// A text that is not a [`Prefix`].
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("the prefix {text:?} {reason}; expected a path such as `/v1`")]
pub struct ParsePrefixError {
    text: Box<str>,
    reason: &'static str,
}
