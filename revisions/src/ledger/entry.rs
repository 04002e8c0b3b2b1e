use alloc::boxed::Box;
use alloc::string::ToString;
use alloc::vec::Vec;
use core::fmt;
use core::str::FromStr;

use bindle_core::Digest;
use semver::Version;
use serde::Serialize;
use thiserror::Error;

use super::merkle;
use crate::Revision;

/// An entry of a ledger, which never changes.
///
/// # Encoding
///
/// Every entry has exactly one encoding, which tells its own length:
///
/// | bytes | register | yank |
/// |---|---|---|
/// | 1 | `01` | `02` |
/// | 2 | length of the number, big-endian | the same |
/// | … | the number as text | the same |
/// | 32 | the content digest | |
///
/// ```
/// use revisions::Entry;
///
/// let yank = Entry::Yank { number: "1.0.0".parse()? };
/// let mut bytes = yank.to_bytes();
/// assert_eq!(bytes, b"\x02\x00\x051.0.0");
/// bytes.push(1);
/// assert_eq!(Entry::decode(&bytes)?, (yank, &[1][..]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Entry {
    /// From here on, the number stands for this content.
    Register {
        /// The number of the revision.
        number: Version,
        /// The content digest of its invoice.
        content: Digest,
    },
    /// From here on, the revision is not newly selected.
    Yank {
        /// The number of the revision.
        number: Version,
    },
}

const REGISTER: u8 = 1;
const YANK: u8 = 2;

impl Entry {
    /// The number that the entry is about.
    #[must_use]
    pub fn number(&self) -> &Version {
        match self {
            Self::Register { number, .. } | Self::Yank { number } => number,
        }
    }

    /// The encoding of the entry.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(64);
        match self {
            Self::Register { number, content } => {
                bytes.push(REGISTER);
                encode_number(number, &mut bytes);
                bytes.extend_from_slice(content.as_bytes());
            }
            Self::Yank { number } => {
                bytes.push(YANK);
                encode_number(number, &mut bytes);
            }
        }
        bytes
    }

    /// Reads one entry from the start of `bytes`, and returns it with the bytes
    /// after it.
    ///
    /// # Errors
    ///
    /// - bytes that end before the entry does;
    /// - a first byte other than 1 and 2;
    /// - a number that is longer than [`Revision::MAX_NUMBER_LEN`], or is not a
    ///   SemVer version.
    pub fn decode(bytes: &[u8]) -> Result<(Self, &[u8]), DecodeEntryError> {
        let (&[kind], rest) = split::<1>(bytes)?;
        if !matches!(kind, REGISTER | YANK) {
            return Err(DecodeEntryError::UnknownKind(kind));
        }
        let (length, rest) = split::<2>(rest)?;
        let length = usize::from(u16::from_be_bytes(*length));
        if length > Revision::MAX_NUMBER_LEN {
            return Err(DecodeEntryError::TooLong(length));
        }
        let (text, rest) = rest
            .split_at_checked(length)
            .ok_or(DecodeEntryError::Truncated)?;
        let number = read_number(text)?;
        if kind == YANK {
            return Ok((Self::Yank { number }, rest));
        }
        let (content, rest) = split::<32>(rest)?;
        let content = Digest::from(*content);
        Ok((Self::Register { number, content }, rest))
    }

    /// The hash of the entry as a leaf of the history.
    #[must_use]
    pub fn leaf_hash(&self) -> Digest {
        merkle::leaf_hash(&self.to_bytes())
    }
}

/// `register 1.0.0 sha256:…` or `yank 1.0.0`.
impl fmt::Display for Entry {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Register { number, content } => {
                write!(formatter, "register {number} sha256:{content}")
            }
            Self::Yank { number } => write!(formatter, "yank {number}"),
        }
    }
}

fn encode_number(number: &Version, bytes: &mut Vec<u8>) {
    struct Text<'a>(&'a mut Vec<u8>);
    impl fmt::Write for Text<'_> {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            self.0.extend_from_slice(text.as_bytes());
            Ok(())
        }
    }
    let place = bytes.len();
    bytes.extend_from_slice(&[0; 2]);
    // Neither side can fail: bytes take all, and a version displays as text.
    let _ = fmt::write(&mut Text(bytes), format_args!("{number}"));
    let length = bytes.len() - place - 2;
    // Numbers of entries that a ledger takes are far shorter.
    let length = u16::try_from(length).unwrap_or(u16::MAX);
    bytes[place..place + 2].copy_from_slice(&length.to_be_bytes());
}

fn read_number(text: &[u8]) -> Result<Version, DecodeEntryError> {
    let text = core::str::from_utf8(text).map_err(|_| DecodeEntryError::NotText)?;
    Version::from_str(text).map_err(|error| DecodeEntryError::Number {
        found: text.into(),
        reason: error.to_string().into(),
    })
}

fn split<const N: usize>(bytes: &[u8]) -> Result<(&[u8; N], &[u8]), DecodeEntryError> {
    bytes
        .split_first_chunk::<N>()
        .ok_or(DecodeEntryError::Truncated)
}

/// Bytes that are not an entry of a ledger.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum DecodeEntryError {
    /// The bytes end before the entry does.
    #[error("the bytes end in the middle of the entry")]
    Truncated,
    /// The first byte is not a kind of entry.
    #[error("it starts with {0:#04x}; expected 0x01 for a registration or 0x02 for a yank")]
    UnknownKind(u8),
    /// The number is longer than [`Revision::MAX_NUMBER_LEN`].
    #[error("its number has {0} bytes; at most {max} are allowed", max = Revision::MAX_NUMBER_LEN)]
    TooLong(usize),
    /// The number is not UTF-8.
    #[error("its number is not UTF-8")]
    NotText,
    /// The number is not a SemVer version.
    #[error("its number {found:?} is not a SemVer version: {reason}")]
    Number {
        /// The text in its place.
        found: Box<str>,
        /// What is wrong with it.
        reason: Box<str>,
    },
}
