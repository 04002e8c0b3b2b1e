use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt::{self, Write as _};
use core::str::FromStr;

use semver::Version;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

use super::{Digest, Name, ParseNameError};
use crate::Digester;
use crate::percent::{self, DecodeError};
use crate::text::excerpt;

/// The id of a bindle: a name and a [SemVer 2](https://semver.org) version.
///
/// Build metadata is part of the identity: `hello/0.1.0+q1a2b3c4` and
/// `hello/0.1.0+q5d6e7f8` are two bindles.
///
/// # Syntax
///
/// `NAME/VERSION`, split at the last `/`.
///
/// # Order
///
/// By name, then by version as [`semver::Version`] orders them: a total order
/// for maps and listings. The text of two builds does not tell which one is
/// *newer*.
///
/// ```
/// use bindle_core::Id;
///
/// let id: Id = "example.com/hello/0.1.0+q1a2b3c4".parse()?;
/// assert_eq!(id.name().as_str(), "example.com/hello");
/// assert_eq!(id.version().minor, 1);
///
/// let error = "example.com/hello/v0.1".parse::<Id>().unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "version \"v0.1\" of bindle id \"example.com/hello/v0.1\" is not a SemVer version: \
///      it starts with `v`; did you mean `0.1.0`?"
/// );
/// # Ok::<(), bindle_core::ParseIdError>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id {
    name: Name,
    version: Version,
}

impl Id {
    /// The id of the bindle `name` with this `version`.
    #[must_use]
    pub fn new(name: Name, version: Version) -> Self {
        Self { name, version }
    }

    /// The name of the bindle.
    #[must_use]
    pub fn name(&self) -> &Name {
        &self.name
    }

    /// The version of the bindle, build metadata included.
    #[must_use]
    pub fn version(&self) -> &Version {
        &self.version
    }

    /// Splits the id into name and version.
    #[must_use]
    pub fn into_parts(self) -> (Name, Version) {
        (self.name, self.version)
    }

    /// The SHA-256 of `NAME/VERSION`, which is the key of the bindle in a
    /// store.
    ///
    /// ```
    /// # use bindle_core::Id;
    /// let id: Id = "example.com/demo/app/1.2.3".parse()?;
    /// assert_eq!(
    ///     id.canonical_name().to_string(),
    ///     "6a4747191c36c66e5b2d4ed5e07623c9e4cc5abd530b0a29c6a1d7d658c4da59"
    /// );
    /// # Ok::<(), bindle_core::ParseIdError>(())
    /// ```
    #[must_use]
    pub fn canonical_name(&self) -> Digest {
        struct Hash(Digester);
        impl fmt::Write for Hash {
            fn write_str(&mut self, text: &str) -> fmt::Result {
                self.0.update(text.as_bytes());
                Ok(())
            }
        }
        let mut hash = Hash(Digester::new());
        // Neither side can fail: the hash takes all, and both display as text.
        let _ = write!(hash, "{self}");
        hash.0.finish().0
    }

    /// The id as a URI, `bindle:NAME/VERSION`, percent-encoded where
    /// [RFC 3986](https://www.rfc-editor.org/rfc/rfc3986) asks for it.
    ///
    /// ```
    /// # use bindle_core::Id;
    /// let id: Id = "käse/1.0.0+a".parse()?;
    /// assert_eq!(id.to_uri(), "bindle:k%C3%A4se/1.0.0+a");
    /// assert_eq!(Id::from_uri("bindle:k%C3%A4se/1.0.0+a").as_ref(), Ok(&id));
    /// # Ok::<(), bindle_core::ParseIdError>(())
    /// ```
    #[must_use]
    pub fn to_uri(&self) -> String {
        format!("bindle:{}", self.to_path())
    }

    /// The id as part of the path of a URI.
    pub(crate) fn to_path(&self) -> String {
        // All the ASCII characters of an id are `pchar` or `/`.
        percent::encode(&self.to_string(), |_| true)
    }

    /// Reads a URI `bindle:NAME/VERSION`.
    ///
    /// # Errors
    ///
    /// - another scheme, or none;
    /// - an authority: `bindle://…`;
    /// - a query or a fragment;
    /// - a `%` without two hexadecimal digits, or bytes that are not UTF-8;
    /// - whatever [`Id::from_str`] refuses.
    pub fn from_uri(uri: &str) -> Result<Self, ParseUriError> {
        let error = |kind| ParseUriError {
            uri: excerpt(uri),
            kind,
        };
        let Some(path) = strip_scheme(uri) else {
            return Err(error(UriErrorKind::Scheme));
        };
        if path.starts_with("//") {
            return Err(error(UriErrorKind::Authority));
        }
        if let Some(character) = path.chars().find(|c| matches!(c, '?' | '#')) {
            return Err(error(UriErrorKind::Suffix(character)));
        }
        let path = percent::decode(path).map_err(|e| error(e.into()))?;
        path.parse().map_err(|e| error(UriErrorKind::Id(e)))
    }
}

/// Schemes are case-insensitive (RFC 3986, 3.1).
fn strip_scheme(uri: &str) -> Option<&str> {
    let (scheme, path) = uri.split_once(':')?;
    scheme.eq_ignore_ascii_case("bindle").then_some(path)
}

impl FromStr for Id {
    type Err = ParseIdError;

    /// Reads `NAME/VERSION`.
    ///
    /// # Errors
    ///
    /// - no `/`;
    /// - a part before the last `/` that is not a [`Name`];
    /// - a part after it that is not a SemVer 2 version: `1.0`, `v1.0.0`,
    ///   `01.0.0`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let Some((name, version)) = text.rsplit_once('/') else {
            return Err(ParseIdError(ErrorKind::NoVersion(excerpt(text))));
        };
        let name = name.parse().map_err(ErrorKind::Name)?;
        let version = Version::parse(version).map_err(|error| ErrorKind::Version {
            id: excerpt(text),
            version: excerpt(version),
            reason: version_reason(version, &error),
        })?;
        Ok(Self { name, version })
    }
}

/// Says why a text is not a version, and what would be one.
pub(crate) fn version_reason(text: &str, error: &semver::Error) -> Box<str> {
    let digits = text.strip_prefix(['v', 'V', '=']).unwrap_or(text);
    let reason = if digits.len() < text.len() {
        format!("it starts with `{}`", &text[..1])
    } else {
        error.to_string()
    };
    match completed(digits).filter(|version| version != text && version.len() <= 80) {
        Some(version) => format!("{reason}; did you mean `{version}`?").into(),
        None => reason.into(),
    }
}

/// The version that was probably meant by one with leading zeros or missing
/// parts.
fn completed(text: &str) -> Option<String> {
    let (core, suffix) = text.split_at(text.find(['-', '+']).unwrap_or(text.len()));
    let mut parts = Vec::new();
    for part in core.split('.') {
        parts.push(part.parse::<u64>().ok()?.to_string());
    }
    parts.resize(parts.len().max(3), String::from("0"));
    let version = parts.join(".") + suffix;
    Version::parse(&version).is_ok().then_some(version)
}

impl fmt::Display for Id {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.name, self.version)
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Id({self})")
    }
}

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// A text that is not a bindle id.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(transparent)]
pub struct ParseIdError(#[from] ErrorKind);

#[derive(Clone, Debug, PartialEq, Eq, Error)]
enum ErrorKind {
    #[error(transparent)]
    Name(ParseNameError),
    #[error("bindle id {0:?} has no `/`; expected NAME/VERSION, such as `example.com/hello/1.0.0`")]
    NoVersion(Box<str>),
    #[error("version {version:?} of bindle id {id:?} is not a SemVer version: {reason}")]
    Version {
        id: Box<str>,
        version: Box<str>,
        reason: Box<str>,
    },
}

/// A text that is not a `bindle:` URI.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("URI {uri:?} {kind}")]
pub struct ParseUriError {
    uri: Box<str>,
    kind: UriErrorKind,
}

#[derive(Clone, Debug, PartialEq, Eq, Error)]
enum UriErrorKind {
    #[error("has an authority; a bindle URI has none: write `bindle:NAME/VERSION` without `//`")]
    Authority,
    #[error(transparent)]
    Encoding(#[from] DecodeError),
    #[error("names no bindle: {0}")]
    Id(ParseIdError),
    #[error("does not start with `bindle:`")]
    Scheme,
    #[error("has a part starting with {0:?}; a bindle URI has neither query nor fragment")]
    Suffix(char),
}
