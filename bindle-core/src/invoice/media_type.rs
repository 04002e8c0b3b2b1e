use alloc::borrow::Cow;
use alloc::boxed::Box;
use core::fmt;
use core::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

use crate::text::excerpt;

/// The media type of a parcel, such as `text/html; charset=utf-8`.
///
/// # Syntax
///
/// `type/subtype`, each made of the characters that RFC 6838 allows, and
/// optional parameters after a `;`, with or without spaces before it. The text
/// is kept exactly as it is.
///
/// ```
/// use bindle_core::MediaType;
///
/// let media_type: MediaType = "application/vnd.fermyon.spin+toml".parse()?;
/// assert_eq!(media_type.essence(), "application/vnd.fermyon.spin+toml");
/// assert!("html".parse::<MediaType>().is_err());
/// # Ok::<(), bindle_core::ParseMediaTypeError>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MediaType(Cow<'static, str>);

impl MediaType {
    /// `application/json`.
    pub const JSON: Self = Self(Cow::Borrowed("application/json"));

    /// `application/octet-stream`: bytes of no known type.
    pub const OCTET_STREAM: Self = Self(Cow::Borrowed("application/octet-stream"));

    /// `application/toml`.
    pub const TOML: Self = Self(Cow::Borrowed("application/toml"));

    /// `application/wasm`: a WebAssembly module or component.
    pub const WASM: Self = Self(Cow::Borrowed("application/wasm"));

    /// The whole text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// `type/subtype`, without the parameters.
    #[must_use]
    pub fn essence(&self) -> &str {
        let essence = self.0.split(';').next().unwrap_or_default();
        essence.trim_end_matches(' ')
    }
}

impl FromStr for MediaType {
    type Err = ParseMediaTypeError;

    /// Reads a media type.
    ///
    /// # Errors
    ///
    /// - an empty text, or one without exactly one `/` before the parameters;
    /// - an empty type or subtype, or one with a character outside RFC 6838;
    /// - a control character in the parameters.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = |kind| ParseMediaTypeError {
            text: excerpt(text),
            kind,
        };
        let (essence, parameters) = text.split_once(';').unwrap_or((text, ""));
        let Some((top, sub)) = essence.trim_end_matches(' ').split_once('/') else {
            return Err(error(ErrorKind::NoSlash));
        };
        if top.is_empty() || sub.is_empty() {
            return Err(error(ErrorKind::EmptyPart));
        }
        if !(is_legal(top) && is_legal(sub)) {
            let mut characters = top.chars().chain(sub.chars());
            let stranger = characters.find(|c| !LEGAL.get(*c as usize).is_some_and(|legal| *legal));
            return Err(error(ErrorKind::Character(stranger.unwrap_or_default())));
        }
        if let Some(character) = parameters.chars().find(|c| c.is_control()) {
            return Err(error(ErrorKind::Character(character)));
        }
        Ok(Self(Cow::Owned(text.into())))
    }
}

/// Whether each byte may be in a type or subtype (RFC 6838, 4.2).
const LEGAL: [bool; 256] = {
    let mut legal = [false; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        legal[byte as usize] = byte.is_ascii_alphanumeric()
            || matches!(
                byte,
                b'!' | b'#' | b'$' | b'&' | b'-' | b'^' | b'_' | b'.' | b'+'
            );
        byte += 1;
    }
    legal
};

fn is_legal(part: &str) -> bool {
    part.bytes().all(|byte| LEGAL[usize::from(byte)])
}

impl AsRef<str> for MediaType {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for MediaType {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}

impl fmt::Debug for MediaType {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "MediaType({self})")
    }
}

impl Serialize for MediaType {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for MediaType {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// A text that is not a media type.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("media type {text:?} {kind}; expected TYPE/SUBTYPE, such as `text/html`")]
pub struct ParseMediaTypeError {
    text: Box<str>,
    kind: ErrorKind,
}

#[derive(Clone, Debug, PartialEq, Eq, Error)]
enum ErrorKind {
    #[error("has the character {0:?}")]
    Character(char),
    #[error("has an empty part beside its `/`")]
    EmptyPart,
    #[error("has no `/`")]
    NoSlash,
}
