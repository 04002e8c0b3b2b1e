use alloc::boxed::Box;
use alloc::string::String;

use base64ct::{Base64, Encoding as _};
use thiserror::Error;

use super::signed_text::yank_text;
use super::{RoleSet, SecretKeyEntry, SignedTextForm};
use crate::document::control_character;
use crate::{Invoice, Role, SignatureBlock, UnixTime};

impl Invoice {
    /// Appends a signature over the parcel list, in the form that deployed
    /// verifiers accept.
    ///
    /// It covers the signer's name and role, the id of the bindle, and the
    /// digests of the parcels in their order, and nothing else: see
    /// [what a signature covers](crate::guide::signatures).
    ///
    /// ```
    /// use bindle_core::{Invoice, Role, SecretKey, SecretKeyEntry, UnixTime};
    ///
    /// let mut invoice = Invoice::builder("example.com/hello/1.0.0".parse()?).build()?;
    /// let key = SecretKey::from_seed(&[7; 32]);
    /// let ada = SecretKeyEntry::new("Ada <ada@example.com>", key, [Role::Creator]);
    /// let signature = invoice.sign(&ada, Role::Creator, UnixTime::from_seconds(1_700_000_000))?;
    /// assert_eq!(signature.by(), "Ada <ada@example.com>");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// - a key that has signed the invoice already, in any role;
    /// - a role that the key is not marked for;
    /// - a control character in the label of the key, which is signed text.
    pub fn sign(
        &mut self,
        signer: &SecretKeyEntry,
        role: Role,
        at: UnixTime,
    ) -> Result<&SignatureBlock, SignError> {
        self.sign_in_form(signer, role, at, SignedTextForm::default())
    }

    /// Appends a signature over the parcel list, in the given form.
    ///
    /// # Errors
    ///
    /// As [`sign`](Self::sign).
    pub fn sign_in_form(
        &mut self,
        signer: &SecretKeyEntry,
        role: Role,
        at: UnixTime,
        form: SignedTextForm,
    ) -> Result<&SignatureBlock, SignError> {
        check_signer(signer, role)?;
        check_first(self.signatures(), signer)?;
        let text = form.text(self, signer.label(), role, at);
        Ok(self.push_signature(signature_block(signer, role, at, &text)))
    }

    /// Appends a host's signature over the yank of the bindle. This does not
    /// yank the bindle.
    ///
    /// # Errors
    ///
    /// - a bindle that is not [yanked](Invoice::yank);
    /// - a key that has signed the yank already;
    /// - a key that is not marked for the role `host`;
    /// - a control character in the label of the key, which is signed text.
    pub fn sign_yank(
        &mut self,
        signer: &SecretKeyEntry,
        at: UnixTime,
    ) -> Result<&SignatureBlock, SignError> {
        if !self.is_yanked() {
            return Err(SignError::NotYanked);
        }
        check_signer(signer, Role::Host)?;
        check_first(self.yanked_signatures(), signer)?;
        let text = yank_text(self, signer.label(), at);
        Ok(self.push_yanked_signature(signature_block(signer, Role::Host, at, &text)))
    }
}

/// Checks that `signer` could sign something in `role`.
pub(crate) fn check_signer(signer: &SecretKeyEntry, role: Role) -> Result<(), SignError> {
    if control_character(signer.label()).is_some() {
        return Err(SignError::ControlCharacter {
            label: signer.label().into(),
        });
    }
    if !signer.roles().contains(role) {
        return Err(SignError::Role {
            label: signer.label().into(),
            role,
            roles: signer.roles(),
        });
    }
    Ok(())
}

fn check_first(signatures: &[SignatureBlock], signer: &SecretKeyEntry) -> Result<(), SignError> {
    let key = *signer.key().public_key().as_bytes();
    match signatures
        .iter()
        .position(|block| block.key_bytes() == Ok(key))
    {
        None => Ok(()),
        Some(index) => Err(SignError::SignedAlready {
            label: signer.label().into(),
            index,
        }),
    }
}

fn signature_block(
    signer: &SecretKeyEntry,
    role: Role,
    at: UnixTime,
    text: &str,
) -> SignatureBlock {
    SignatureBlock {
        by: String::from(signer.label()),
        signature: Base64::encode_string(&signer.key().sign(text.as_bytes())).into(),
        key: Base64::encode_string(signer.key().public_key().as_bytes()).into(),
        role,
        at,
    }
}

/// Why an invoice was not signed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SignError {
    /// The label of the key could forge other lines of the signed text.
    #[error(
        "the label {label:?} of the key has a control character, and is part of what is signed"
    )]
    ControlCharacter {
        /// The label of the key.
        label: Box<str>,
    },
    /// The bindle is not yanked, so there is no yank to sign.
    #[error("the bindle is not yanked: yank it, then sign that")]
    NotYanked,
    /// The key is not marked for the role.
    #[error("the key of {label:?} is marked for the roles [{roles}], not for `{role}`")]
    Role {
        /// The label of the key.
        label: Box<str>,
        /// The role that was asked for.
        role: Role,
        /// The roles that the key is marked for.
        roles: RoleSet,
    },
    /// The key has signed already; it may do so only once.
    #[error("the key of {label:?} has signed already (entry {index}); a key may sign once")]
    SignedAlready {
        /// The label of the key.
        label: Box<str>,
        /// The index of its signature.
        index: usize,
    },
}
