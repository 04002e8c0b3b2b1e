use alloc::borrow::{Borrow, Cow, ToOwned};
use alloc::boxed::Box;
use core::fmt;
use core::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

use crate::text::excerpt;

/// The name of a bindle, such as `example.com/hello`.
///
/// # Syntax
///
/// One or more segments joined by `/`, at most [`Name::MAX_LEN`] bytes in all,
/// not starting with `bindle:`. A segment is one or more of: Unicode letters
/// and digits, `_`, `-`, `.`; but never `.` or `..`.
///
/// The Bindle specification lists only letters, digits, `_` and `/`, but its
/// own examples use `.`, and deployed names are full of hyphens.
///
/// ```
/// use bindle_core::Name;
///
/// let name: Name = "example.com/hello".parse()?;
/// assert_eq!(name.as_str(), "example.com/hello");
/// assert!("example.com//hello".parse::<Name>().is_err());
/// # Ok::<(), bindle_core::ParseNameError>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(Box<str>);

impl Name {
    /// The maximal length of a name, in bytes of UTF-8.
    pub const MAX_LEN: usize = 255;

    /// The text of the name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The parts of the name between the slashes.
    #[must_use]
    pub fn segments(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.0.split('/')
    }
}

impl FromStr for Name {
    type Err = ParseNameError;

    /// Reads a name.
    ///
    /// # Errors
    ///
    /// - an empty text, or one of more than [`Name::MAX_LEN`] bytes;
    /// - an empty segment: a leading, trailing or doubled `/`;
    /// - a segment `.` or `..`;
    /// - a character other than letters, digits, `_`, `-`, `.` and `/`;
    /// - the prefix `bindle:`, which belongs to a URI.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match problem(text) {
            None => Ok(Self(text.into())),
            Some(kind) => Err(ParseNameError {
                name: excerpt(text),
                kind,
            }),
        }
    }
}

fn problem(text: &str) -> Option<ErrorKind> {
    if text.is_empty() {
        return Some(ErrorKind::Empty);
    }
    if text.len() > Name::MAX_LEN {
        return Some(ErrorKind::TooLong(text.len()));
    }
    if text.starts_with("bindle:") {
        return Some(ErrorKind::Scheme);
    }
    let is_legal = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/');
    if let Some((offset, character)) = text.char_indices().find(|(_, c)| !is_legal(*c)) {
        return Some(ErrorKind::Character {
            character,
            position: text[..offset].chars().count() + 1,
        });
    }
    text.split('/').find_map(|segment| match segment {
        "" => Some(ErrorKind::EmptySegment),
        "." | ".." => Some(ErrorKind::DotSegment(segment.to_owned().into())),
        _ => None,
    })
}

impl AsRef<str> for Name {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for Name {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Name({self})")
    }
}

impl Serialize for Name {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// A text that is not a bindle name.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("bindle name {name:?} {kind}")]
pub struct ParseNameError {
    name: Box<str>,
    kind: ErrorKind,
}

#[derive(Clone, Debug, PartialEq, Eq, Error)]
enum ErrorKind {
    #[error(
        "has the character {character:?} at position {position}; use letters, digits, `_`, `-`, `.` and `/`"
    )]
    Character { character: char, position: usize },
    #[error("has the segment `{0}`, which is reserved for paths")]
    DotSegment(Box<str>),
    #[error("is empty")]
    Empty,
    #[error("has an empty segment; join segments by one `/`, with none at the start or the end")]
    EmptySegment,
    #[error("starts with `bindle:`, which belongs to a URI; leave it out, or read it as a URI")]
    Scheme,
    #[error("has {0} bytes; at most {max} are allowed", max = Name::MAX_LEN)]
    TooLong(usize),
}
