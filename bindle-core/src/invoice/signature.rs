use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::string::String;
use core::fmt;
use core::str::FromStr;

use base64ct::{Base64, Encoding as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

use crate::text::excerpt;

/// What a signer is to the bindle.
///
/// Specification: *Signing and Roles* (`signing-spec.md`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Role {
    /// Made the bindle.
    Creator,
    /// Has checked its contents.
    Approver,
    /// Serves it.
    Host,
    /// Passed it on.
    Proxy,
}

impl Role {
    /// All roles, in the order of their declaration.
    pub const ALL: [Self; 4] = [Self::Creator, Self::Approver, Self::Host, Self::Proxy];

    /// The text of the role in documents and signed texts.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Creator => "creator",
            Self::Approver => "approver",
            Self::Host => "host",
            Self::Proxy => "proxy",
        }
    }
}

impl FromStr for Role {
    type Err = ParseRoleError;

    /// Reads `creator`, `approver`, `host` or `proxy`.
    ///
    /// # Errors
    ///
    /// Any other text.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let known = Self::ALL.into_iter().find(|role| role.as_str() == text);
        known.ok_or_else(|| ParseRoleError(excerpt(text)))
    }
}

impl fmt::Display for Role {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

impl Serialize for Role {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Role {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// A text that is not a [`Role`].
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("expected the role `creator`, `approver`, `host` or `proxy`, found {0:?}")]
pub struct ParseRoleError(Box<str>);

/// A time in whole seconds since 1970-01-01T00:00:00Z.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize,
)]
#[serde(transparent)]
pub struct UnixTime(#[serde(deserialize_with = "seconds")] u64);

impl UnixTime {
    /// The time `seconds` after the epoch, but at most 9,223,372,036,854,775,807,
    /// the largest integer that TOML has.
    #[must_use]
    pub const fn from_seconds(seconds: u64) -> Self {
        const MAX: u64 = i64::MAX as u64;
        Self(if seconds < MAX { seconds } else { MAX })
    }

    /// The seconds since the epoch.
    #[must_use]
    pub const fn as_seconds(self) -> u64 {
        self.0
    }
}

fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    u64::deserialize(deserializer).map(|seconds| UnixTime::from_seconds(seconds).0)
}

impl fmt::Display for UnixTime {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// A signature as the invoice carries it, checked or not.
///
/// The signature and the key are kept as the text in the invoice, which should
/// be base64: a stranger's garbage must not make the whole invoice unreadable.
/// Verification tells what they are worth.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SignatureBlock {
    pub(crate) by: String,
    pub(crate) signature: Box<str>,
    pub(crate) key: Box<str>,
    pub(crate) role: Role,
    pub(crate) at: UnixTime,
}

impl SignatureBlock {
    /// The name that the signer claims; free text.
    #[must_use]
    pub fn by(&self) -> &str {
        &self.by
    }

    /// The text of the signature: 64 bytes in padded standard base64, if it is
    /// well formed.
    #[must_use]
    pub fn signature(&self) -> &str {
        &self.signature
    }

    /// The text of the public key: 32 bytes in padded standard base64, if it
    /// is well formed.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The 64 bytes of the signature.
    ///
    /// # Errors
    ///
    /// A text that is not the padded standard base64 of 64 bytes.
    pub fn signature_bytes(&self) -> Result<[u8; 64], MalformedBase64> {
        decode(&self.signature)
    }

    /// The 32 bytes of the public key.
    ///
    /// # Errors
    ///
    /// A text that is not the padded standard base64 of 32 bytes.
    pub fn key_bytes(&self) -> Result<[u8; 32], MalformedBase64> {
        decode(&self.key)
    }

    /// The role that the signer claims.
    #[must_use]
    pub fn role(&self) -> Role {
        self.role
    }

    /// When the signer claims to have signed. The deployed form of the signed
    /// text does not cover it.
    #[must_use]
    pub fn at(&self) -> UnixTime {
        self.at
    }
}

/// Decodes padded standard base64 of exactly `N` bytes, in its one canonical
/// form.
pub(crate) fn decode<const N: usize>(text: &str) -> Result<[u8; N], MalformedBase64> {
    let mut bytes = [0; N];
    match Base64::decode(text, &mut bytes) {
        Ok(decoded) if decoded.len() == N => Ok(bytes),
        Ok(_) | Err(base64ct::Error::InvalidLength) => Err(MalformedBase64(match N {
            32 => "expected the base64 of 32 bytes",
            _ => "expected the base64 of 64 bytes",
        })),
        Err(base64ct::Error::InvalidEncoding) => Err(MalformedBase64(
            "expected padded standard base64, in its canonical form",
        )),
    }
}

/// A text that is not base64 of the length it should have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct MalformedBase64(&'static str);

impl MalformedBase64 {
    /// What is wrong with the text.
    #[must_use]
    pub fn reason(self) -> &'static str {
        self.0
    }
}
