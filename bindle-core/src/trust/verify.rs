use alloc::borrow::ToOwned;
use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use core::slice;

use serde::ser::SerializeStruct as _;
use serde::{Serialize, Serializer};

use super::signed_text::invalidated_text;
use super::{Keyring, PublicKey, SignedTextForm};
use crate::{Invoice, Role, SignatureBlock, UnixTime};

/// What is known about each signature of an invoice, in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Findings(Vec<Finding>);

impl Findings {
    /// Checks every signature of `invoice` against its own key, and every key
    /// against `keyring`. A [`Strategy`](super::Strategy), or the caller,
    /// decides what follows from that.
    #[must_use]
    pub fn of(invoice: &Invoice, keyring: &Keyring) -> Self {
        let mut first_uses = BTreeMap::new();
        let blocks = invoice.signatures().iter().enumerate();
        let findings = blocks.map(|(index, block)| {
            let first = *first_uses.entry(block.key()).or_insert(index);
            let repeats = Some(first).filter(|first| *first < index);
            Finding::of(invoice, block, keyring, repeats)
        });
        Self(findings.collect())
    }

    /// The findings in the order of the signatures.
    pub fn iter(&self) -> slice::Iter<'_, Finding> {
        self.0.iter()
    }

    /// The number of signatures.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no signature.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<'a> IntoIterator for &'a Findings {
    type Item = &'a Finding;
    type IntoIter = slice::Iter<'a, Finding>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// What is known about one signature.
///
/// It serialises as a flat record of `by`, `role`, `at`, `key`, `status`,
/// `form`, `known`, `label`, `role_granted`, `repeats`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    by: String,
    role: Role,
    at: UnixTime,
    key: Box<str>,
    status: SignatureStatus,
    label: Option<String>,
    role_granted: bool,
    repeats: Option<usize>,
}

/// Whether a signature is valid for the text that it should sign, under the key
/// that it names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum SignatureStatus {
    /// It is valid.
    Valid(SignedTextForm),
    /// It is not valid.
    Invalid,
    /// It signs the text that the specification recommends for invalidating a
    /// bindle on purpose. The signer wants the bindle not to be used.
    InvalidatedOnPurpose,
    /// The signature is not 64 bytes in base64, or the key is not a key.
    Malformed {
        /// What is wrong.
        reason: &'static str,
    },
}

impl SignatureStatus {
    /// `valid`, `invalid`, `invalidated-on-purpose` or `malformed`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Valid(_) => "valid",
            Self::Invalid => "invalid",
            Self::InvalidatedOnPurpose => "invalidated-on-purpose",
            Self::Malformed { .. } => "malformed",
        }
    }
}

impl Finding {
    fn of(
        invoice: &Invoice,
        block: &SignatureBlock,
        keyring: &Keyring,
        repeats: Option<usize>,
    ) -> Self {
        let bytes = block.key_bytes();
        let entry = bytes.ok().and_then(|bytes| keyring.get(&bytes));
        Self {
            by: block.by().to_owned(),
            role: block.role(),
            at: block.at(),
            key: block.key().into(),
            status: status(invoice, block, entry.map(super::KeyEntry::key)),
            label: entry.map(|entry| entry.label().to_owned()),
            role_granted: entry.is_some_and(|entry| keyring.grants(entry.key(), block.role())),
            repeats,
        }
    }

    /// The name that the signer claims.
    #[must_use]
    pub fn by(&self) -> &str {
        &self.by
    }

    /// The role that the signer claims.
    #[must_use]
    pub fn role(&self) -> Role {
        self.role
    }

    /// When the signer claims to have signed. The signature covers it only in
    /// [`SignedTextForm::Specification`].
    #[must_use]
    pub fn at(&self) -> UnixTime {
        self.at
    }

    /// The text of the key that the signature names.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Whether the signature is valid under that key.
    #[must_use]
    pub fn status(&self) -> SignatureStatus {
        self.status
    }

    /// Whether the signature is valid, in either form.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        matches!(self.status, SignatureStatus::Valid(_))
    }

    /// The form of the signed text, if the signature is valid.
    #[must_use]
    pub fn form(&self) -> Option<SignedTextForm> {
        match self.status {
            SignatureStatus::Valid(form) => Some(form),
            _ => None,
        }
    }

    /// Whether the keyring has the key.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.label.is_some()
    }

    /// The label of the key on the keyring, if the key is known. Unlike
    /// [`by`](Self::by), it can be trusted.
    #[must_use]
    pub fn label(&self) -> Option<&str> {
        self.label.as_deref()
    }

    /// Whether the label on the keyring is the name that the signer claims;
    /// `None` if the key is not known.
    #[must_use]
    pub fn label_matches(&self) -> Option<bool> {
        self.label.as_ref().map(|label| *label == self.by)
    }

    /// Whether the keyring grants the claimed role to the key.
    #[must_use]
    pub fn is_role_granted(&self) -> bool {
        self.role_granted
    }

    /// The index of the first signature by the same key, if this is not it.
    #[must_use]
    pub fn repeats(&self) -> Option<usize> {
        self.repeats
    }

    /// Whether the signature counts for its role: it is valid, and the keyring
    /// grants the role to its key.
    #[must_use]
    pub fn counts(&self) -> bool {
        self.is_valid() && self.role_granted
    }
}

/// Checks a signature with the key it names; `known` is that key, if the
/// keyring has it parsed.
fn status(invoice: &Invoice, block: &SignatureBlock, known: Option<&PublicKey>) -> SignatureStatus {
    let key = match known {
        Some(key) => Ok(*key),
        None => block.key().parse::<PublicKey>(),
    };
    let key = match key {
        Ok(key) => key,
        Err(error) => {
            return SignatureStatus::Malformed {
                reason: error.reason(),
            };
        }
    };
    let signature = match block.signature_bytes() {
        Ok(signature) => signature,
        Err(malformed) => {
            return SignatureStatus::Malformed {
                reason: malformed.reason(),
            };
        }
    };
    let (by, role, at) = (block.by(), block.role(), block.at());
    // No signature fits both texts, so the order is only a matter of speed:
    // what is deployed is in the reference form.
    for form in [SignedTextForm::Reference, SignedTextForm::Specification] {
        let text = form.text(invoice, by, role, at);
        if key.is_signature_of(&signature, text.as_bytes()) {
            return SignatureStatus::Valid(form);
        }
    }
    let text = invalidated_text(invoice, by, role, at);
    if key.is_signature_of(&signature, text.as_bytes()) {
        SignatureStatus::InvalidatedOnPurpose
    } else {
        SignatureStatus::Invalid
    }
}

impl Serialize for Finding {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut record = serializer.serialize_struct("Finding", 10)?;
        record.serialize_field("by", &self.by)?;
        record.serialize_field("role", &self.role)?;
        record.serialize_field("at", &self.at)?;
        record.serialize_field("key", &self.key)?;
        record.serialize_field("status", self.status.as_str())?;
        record.serialize_field("form", &self.form())?;
        record.serialize_field("known", &self.is_known())?;
        record.serialize_field("label", &self.label)?;
        record.serialize_field("role_granted", &self.role_granted)?;
        record.serialize_field("repeats", &self.repeats)?;
        record.end()
    }
}
