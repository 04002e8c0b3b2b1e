use alloc::string::String;
use core::cmp::Ordering;
use core::fmt;
use core::hash::{Hash, Hasher};
use core::str::FromStr;

use base64ct::{Base64, Encoding as _};
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use serde::{Serialize, Serializer};
use thiserror::Error;
use zeroize::{Zeroize as _, Zeroizing};

use crate::MalformedBase64;
use crate::invoice::decode;

/// An Ed25519 key that signs.
///
/// It is wiped from memory when it is dropped, and `Debug` reveals nothing
/// about it.
///
/// ```
/// use bindle_core::SecretKey;
///
/// // A real seed comes from the system's random number generator.
/// let key = SecretKey::from_seed(&[7; 32]);
/// assert_eq!(format!("{key:?}"), "SecretKey(…)");
/// ```
#[derive(Clone)]
pub struct SecretKey(SigningKey);

impl SecretKey {
    /// Makes a key from `seed`: 32 bytes that nobody can guess.
    #[must_use]
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// Makes a key from its seed and the public key that belongs to it, 32
    /// bytes each.
    ///
    /// # Errors
    ///
    /// A public key that does not belong to the seed.
    pub fn from_keypair(keypair: &[u8; 64]) -> Result<Self, PublicKeyError> {
        SigningKey::from_keypair_bytes(keypair)
            .map(Self)
            .map_err(|_| PublicKeyError(ErrorKind::OtherSeed))
    }

    /// Reads the padded standard base64 of seed and public key, as in a secret
    /// key file.
    pub(super) fn from_base64(text: &str) -> Result<Self, PublicKeyError> {
        let mut keypair = decode(text).map_err(ErrorKind::Base64)?;
        let key = Self::from_keypair(&keypair);
        keypair.zeroize();
        key
    }

    /// The padded standard base64 of seed and public key.
    pub(super) fn to_base64(&self) -> Zeroizing<String> {
        let keypair = Zeroizing::new(self.0.to_keypair_bytes());
        Zeroizing::new(Base64::encode_string(&*keypair))
    }

    /// The public key, with which others check this key's signatures.
    #[must_use]
    pub fn public_key(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    pub(super) fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SecretKey(…)")
    }
}

/// An Ed25519 key that checks signatures: a point of the curve, but not one of
/// the few weak ones under which a signature is valid for many texts.
///
/// # Syntax
///
/// The padded standard base64 of 32 bytes.
///
/// # Order
///
/// By its bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

impl PublicKey {
    /// Makes a key from its 32 bytes.
    ///
    /// # Errors
    ///
    /// - bytes that are not a point of the curve;
    /// - a weak key.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, PublicKeyError> {
        let key = VerifyingKey::from_bytes(bytes).map_err(|_| ErrorKind::NoPoint)?;
        if key.is_weak() {
            return Err(ErrorKind::Weak.into());
        }
        Ok(Self(key))
    }

    /// The 32 bytes of the key.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    pub(super) fn is_signature_of(&self, signature: &[u8; 64], message: &[u8]) -> bool {
        let signature = Signature::from_bytes(signature);
        self.0.verify_strict(message, &signature).is_ok()
    }
}

impl PartialOrd for PublicKey {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for PublicKey {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_bytes().cmp(other.as_bytes())
    }
}

impl Hash for PublicKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_bytes().hash(state);
    }
}

impl FromStr for PublicKey {
    type Err = PublicKeyError;

    /// Reads the base64 of a key.
    ///
    /// # Errors
    ///
    /// - a text that is not the padded standard base64 of 32 bytes;
    /// - whatever [`PublicKey::from_bytes`] refuses.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bytes = decode(text).map_err(ErrorKind::Base64)?;
        Self::from_bytes(&bytes)
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&Base64::encode_string(self.as_bytes()))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "PublicKey({self})")
    }
}

impl Serialize for PublicKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Bytes or a text that are not a usable key.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(transparent)]
pub struct PublicKeyError(#[from] ErrorKind);

#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{}", self.reason())]
enum ErrorKind {
    Base64(MalformedBase64),
    NoPoint,
    OtherSeed,
    Weak,
}

impl ErrorKind {
    fn reason(&self) -> &'static str {
        match self {
            Self::Base64(malformed) => malformed.reason(),
            Self::NoPoint => "the bytes are not a point of the curve Ed25519",
            Self::OtherSeed => "the public key does not belong to the seed before it",
            Self::Weak => "the key is weak: one signature fits many texts",
        }
    }
}

impl PublicKeyError {
    pub(super) fn reason(&self) -> &'static str {
        self.0.reason()
    }
}
