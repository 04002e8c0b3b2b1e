use alloc::borrow::ToOwned;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use thiserror::Error;

use super::{CreateError, GetError, UploadError};
use crate::document::Problem;
use crate::trust::check_signer;
use crate::{
    ContentError, Digest, Id, Invoice, KeyEntry, Keyring, Label, Role, SecretKeyEntry, SignError,
    Strategy, UnixTime,
};

/// A complete registry in memory: for tests, and as the default where a
/// registry is embedded.
///
/// ```
/// use bindle_core::registry::MemoryRegistry;
/// use bindle_core::{Invoice, KeyEntry, Keyring, Label, Role, SecretKey};
/// use bindle_core::{SecretKeyEntry, UnixTime};
///
/// let ada = SecretKeyEntry::new("Ada", SecretKey::from_seed(&[7; 32]), [Role::Creator]);
/// let page = b"<h1>hello</h1>";
/// let mut invoice = Invoice::builder("example.com/hello/1.0.0".parse()?)
///     .parcel(Label::of("index.html", "text/html".parse()?, page))
///     .build()?;
/// invoice.sign(&ada, Role::Creator, UnixTime::from_seconds(1_700_000_000))?;
/// let id = invoice.id().clone();
///
/// let creators = Keyring::from_iter([KeyEntry::from(&ada)]);
/// let mut registry = MemoryRegistry::new(creators);
/// for label in registry.create(invoice, UnixTime::from_seconds(1_700_000_001))? {
///     registry.upload(&id, &label.digest(), page)?;
/// }
/// assert!(registry.missing(&id)?.is_empty());
/// assert_eq!(registry.parcel(&id, &bindle_core::Digest::of(page)), Some(&page[..]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct MemoryRegistry {
    keyring: Keyring,
    strategy: Strategy,
    host: Option<SecretKeyEntry>,
    invoices: BTreeMap<Id, Invoice>,
    parcels: BTreeMap<Digest, Vec<u8>>,
}

impl MemoryRegistry {
    /// An empty registry that accepts what the creators on `keyring` sign.
    #[must_use]
    pub fn new(keyring: Keyring) -> Self {
        Self {
            keyring,
            ..Self::default()
        }
    }

    /// Sets which signatures an invoice needs to be accepted.
    #[must_use]
    pub fn with_strategy(mut self, strategy: Strategy) -> Self {
        self.strategy = strategy;
        self
    }

    /// Sets the key that the registry signs with as host what it accepts. It
    /// is known to the registry from then on, so that an invoice that carries
    /// a bad signature under this key is refused.
    ///
    /// # Errors
    ///
    /// - a key that is not marked for the role `host`;
    /// - a control character in its label, which is signed text.
    pub fn with_host(mut self, host: SecretKeyEntry) -> Result<Self, SignError> {
        check_signer(&host, Role::Host)?;
        let key = host.key().public_key();
        self.keyring
            .insert(KeyEntry::new(host.label(), key, [Role::Host]));
        self.host = Some(host);
        Ok(self)
    }

    /// Takes an invoice, and gives the labels of the parcels that have to be
    /// uploaded still. The host signs it, unless it has done so before.
    ///
    /// # Errors
    ///
    /// As [`create`](super::create), and an invoice that the registry's
    /// strategy rejects.
    pub fn create(&mut self, invoice: Invoice, now: UnixTime) -> Result<Vec<Label>, CreateError> {
        let invoice = self.strategy.verify(invoice, &self.keyring)?;
        let existing = self.invoices.get(invoice.id());
        let has = |digest: &Digest| self.parcels.contains_key(digest);
        let created = super::create(&invoice, existing, has)?;
        let missing = created
            .missing()
            .iter()
            .map(|label| (*label).clone())
            .collect();
        let mut invoice = invoice.into_inner();
        if let Some(host) = &self.host {
            // The one error that is left is that the host has signed before,
            // which it does not do again.
            let _ = invoice.sign(host, Role::Host, now);
        }
        self.invoices.insert(invoice.id().clone(), invoice);
        Ok(missing)
    }

    /// Takes the content of a parcel. Nothing of it stays if it is refused.
    ///
    /// # Errors
    ///
    /// - an id that there is no invoice of;
    /// - as [`upload`](super::upload): content that the invoice does not list,
    ///   or that is there;
    /// - content that is not what its label says.
    pub fn upload(
        &mut self,
        id: &Id,
        digest: &Digest,
        content: &[u8],
    ) -> Result<(), UploadContentError> {
        let invoice = super::get(id, self.invoices.get(id), true)?;
        let mut check = super::upload(invoice, digest, self.parcels.contains_key(digest))?;
        check.update(content)?;
        check.finish()?;
        self.parcels.insert(*digest, content.to_owned());
        Ok(())
    }

    /// The invoice of a bindle that is not yanked.
    ///
    /// # Errors
    ///
    /// An id that there is no invoice of, and a yanked bindle.
    pub fn get(&self, id: &Id) -> Result<&Invoice, GetError> {
        super::get(id, self.invoices.get(id), false)
    }

    /// The invoice of a bindle, yanked or not.
    ///
    /// # Errors
    ///
    /// An id that there is no invoice of.
    pub fn get_yanked_too(&self, id: &Id) -> Result<&Invoice, GetError> {
        super::get(id, self.invoices.get(id), true)
    }

    /// The content of a parcel of a bindle, if both are there.
    #[must_use]
    pub fn parcel(&self, id: &Id, digest: &Digest) -> Option<&[u8]> {
        let parcels = self.invoices.get(id)?.parcels();
        parcels
            .iter()
            .find(|parcel| parcel.label().digest() == *digest)?;
        self.parcels.get(digest).map(Vec::as_slice)
    }

    /// The labels of the parcels that have to be uploaded still.
    ///
    /// # Errors
    ///
    /// An id that there is no invoice of.
    pub fn missing(&self, id: &Id) -> Result<Vec<&Label>, GetError> {
        let invoice = super::get(id, self.invoices.get(id), true)?;
        Ok(super::missing(invoice, |digest| {
            self.parcels.contains_key(digest)
        }))
    }

    /// Withdraws a bindle, for `reason` (empty for none given). Does nothing
    /// if that was done before. The host signs the yank.
    ///
    /// # Errors
    ///
    /// An id that there is no invoice of, and a control character in the
    /// reason.
    pub fn yank(
        &mut self,
        id: &Id,
        reason: impl Into<String>,
        now: UnixTime,
    ) -> Result<(), YankError> {
        let invoice = self.invoices.get_mut(id);
        let invoice = invoice.ok_or_else(|| GetError::NotFound { id: id.clone() })?;
        invoice.yank(reason)?;
        if let Some(host) = &self.host {
            // It may have signed the yank before, which it does not do again.
            let _ = invoice.sign_yank(host, now);
        }
        Ok(())
    }
}

/// Why the content of a parcel was not taken.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(transparent)]
#[non_exhaustive]
pub enum UploadContentError {
    /// It is not what its label says.
    Content(#[from] ContentError),
    /// There is no such bindle.
    Invoice(#[from] GetError),
    /// The parcel is not wanted.
    Parcel(#[from] UploadError),
}

/// Why a bindle was not yanked.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(transparent)]
#[non_exhaustive]
pub enum YankError {
    /// There is no such bindle.
    Invoice(#[from] GetError),
    /// The reason can not be signed.
    Reason(#[from] Problem),
}
