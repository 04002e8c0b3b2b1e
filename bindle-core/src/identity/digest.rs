use alloc::borrow::Cow;
use core::fmt;
use core::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

use crate::Digester;

/// A SHA-256 digest: 32 bytes that were computed from content or parsed from
/// text.
///
/// # Syntax
///
/// Exactly 64 lower-case hexadecimal digits.
///
/// ```
/// use bindle_core::Digest;
///
/// let digest = Digest::of(b"hello world");
/// let text = "b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9";
/// assert_eq!(digest.to_string(), text);
/// assert_eq!(text.parse::<Digest>()?, digest);
/// # Ok::<(), bindle_core::ParseDigestError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest of `content`.
    #[must_use]
    pub fn of(content: &[u8]) -> Self {
        let mut digester = Digester::new();
        digester.update(content);
        digester.finish().0
    }

    /// The 32 bytes of the digest.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The 64 lower-case hexadecimal digits, as bytes of ASCII.
    fn to_hex(self) -> [u8; 64] {
        // Computed, for all digits at once: look-ups would go one by one.
        let digit = |value: u8| value + if value < 10 { b'0' } else { b'a' - 10 };
        let mut hex = [0; 64];
        for (pair, byte) in hex.chunks_exact_mut(2).zip(self.0) {
            pair[0] = digit(byte >> 4);
            pair[1] = digit(byte & 15);
        }
        hex
    }
}

impl From<[u8; 32]> for Digest {
    fn from(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl AsRef<[u8]> for Digest {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hex = self.to_hex();
        formatter.pad(core::str::from_utf8(&hex).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Digest({self})")
    }
}

impl FromStr for Digest {
    type Err = ParseDigestError;

    /// Reads 64 lower-case hexadecimal digits.
    ///
    /// # Errors
    ///
    /// - any other length; the error names the hash that it looks like;
    /// - upper-case digits;
    /// - a character that is not a hexadecimal digit.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let Ok(hex) = <&[u8; 64]>::try_from(text.as_bytes()) else {
            return Err(ParseDigestError::new(text));
        };
        // Without a branch or a look-up, so that many digits go at once.
        let mut are_digits = true;
        let values = hex.map(|byte| {
            let (number, letter) = (byte.wrapping_sub(b'0'), byte.wrapping_sub(b'a'));
            are_digits &= (number < 10) | (letter < 6);
            if number < 10 {
                number
            } else {
                letter.wrapping_add(10)
            }
        });
        if !are_digits {
            return Err(ParseDigestError::new(text));
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(values.chunks_exact(2)) {
            *byte = (pair[0] << 4) | pair[1];
        }
        Ok(Self(bytes))
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// A text that is not a SHA-256 digest.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(transparent)]
pub struct ParseDigestError(#[from] ErrorKind);

#[derive(Clone, Debug, PartialEq, Eq, Error)]
enum ErrorKind {
    #[error("expected 64 lower-case hexadecimal digits of SHA-256, found none")]
    Empty,
    #[error("expected 64 lower-case hexadecimal digits, found {0}{looks_like}", looks_like = looks_like(*.0))]
    Length(usize),
    #[error(
        "expected 64 lower-case hexadecimal digits, found the upper-case {0:?} at character {1}"
    )]
    UpperCase(char, usize),
    #[error("expected 64 lower-case hexadecimal digits, found {0:?} at character {1}")]
    Character(char, usize),
    #[error("expected only the hexadecimal digits, without the prefix `sha256:`")]
    Prefix,
}

fn looks_like(digits: usize) -> &'static str {
    match digits {
        32 => ", which looks like MD5",
        40 => ", which looks like SHA-1",
        56 => ", which looks like SHA-224",
        96 => ", which looks like SHA-384",
        128 => ", which looks like SHA-512",
        _ => "",
    }
}

impl ParseDigestError {
    /// Finds out what is wrong with a text that is known to be wrong.
    #[cold]
    fn new(text: &str) -> Self {
        let stranger = text
            .chars()
            .enumerate()
            .find(|(_, c)| !matches!(c, '0'..='9' | 'a'..='f'));
        Self(match stranger {
            _ if text.is_empty() => ErrorKind::Empty,
            _ if text.starts_with("sha256:") => ErrorKind::Prefix,
            Some((index, c @ 'A'..='F')) => ErrorKind::UpperCase(c, index + 1),
            Some((index, c)) => ErrorKind::Character(c, index + 1),
            None => ErrorKind::Length(text.len()),
        })
    }
}
