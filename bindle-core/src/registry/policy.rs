use alloc::boxed::Box;

use super::{CreateError, GetError};
use crate::query::Yanked;
use crate::trust::check_signer;
use crate::{
    Id, Invoice, KeyEntry, Keyring, Limits, Role, RoleSet, SecretKeyEntry, SignError, Strategy,
    UnixTime, Verified,
};

/// Whose bindles a registry accepts, and with which key it signs them.
///
/// A registry knows every creator whose bindles it accepts, and adds its own
/// signature as host to each, once.
///
/// ```
/// use bindle_core::registry::Policy;
/// use bindle_core::{Invoice, KeyEntry, Keyring, Role, SecretKey, SecretKeyEntry, UnixTime};
///
/// let now = UnixTime::from_seconds(1_700_000_000);
/// let ada = SecretKeyEntry::new("Ada", SecretKey::from_seed(&[7; 32]), [Role::Creator]);
/// let host = SecretKeyEntry::new("Host", SecretKey::from_seed(&[8; 32]), [Role::Host]);
/// let policy = Policy::new(Keyring::from_iter([KeyEntry::from(&ada)])).with_host(&host)?;
///
/// let mut invoice = Invoice::builder("example.com/hello/1.0.0".parse()?).build()?;
/// assert!(policy.verify(invoice.clone()).is_err());
/// invoice.sign(&ada, Role::Creator, now)?;
/// let invoice = policy.sign(policy.verify(invoice)?, now);
/// assert_eq!(invoice.signatures()[1].role(), Role::Host);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Specification: *Signing and Roles* (`signing-spec.md`).
#[derive(Clone, Debug, Default)]
pub struct Policy {
    keyring: Keyring,
    strategy: Strategy,
    host: Option<SecretKeyEntry>,
}

impl Policy {
    /// A policy that accepts what the creators on `keyring` sign, and signs
    /// nothing.
    #[must_use]
    pub fn new(keyring: Keyring) -> Self {
        Self {
            keyring,
            ..Self::default()
        }
    }

    /// Sets which signatures an invoice needs besides those of its creators.
    #[must_use]
    pub fn with_strategy(mut self, strategy: Strategy) -> Self {
        self.strategy = strategy;
        self
    }

    /// Sets the key with which the registry signs, as host, what it accepts.
    /// The key is known to the registry from then on, so an invoice with a bad
    /// signature under this key is refused.
    ///
    /// # Errors
    ///
    /// - a key that is not marked for the role `host`;
    /// - a control character in its label, which is signed text.
    pub fn with_host(mut self, host: &SecretKeyEntry) -> Result<Self, SignError> {
        check_signer(host, Role::Host)?;
        // Whatever else the key is for, here it is a host's.
        let host = SecretKeyEntry::new(host.label(), host.key().clone(), [Role::Host]);
        self.keyring.insert(KeyEntry::from(&host));
        self.host = Some(host);
        Ok(self)
    }

    /// Checks the signatures of an invoice that is offered.
    ///
    /// # Errors
    ///
    /// - an invoice that the strategy rejects;
    /// - one that no creator has signed, whatever the strategy;
    /// - one with a creator's signature that does not count: if there are
    ///   several creators, all have to be known;
    /// - one with as many signatures as readers take, so that none could read it
    ///   once the host had signed it, too.
    pub fn verify(&self, invoice: Invoice) -> Result<Verified<Invoice>, CreateError> {
        let invoice = self.strategy.verify(invoice, &self.keyring)?;
        let findings = invoice.findings().iter().enumerate();
        let mut creators = findings.filter(|(_, finding)| finding.role() == Role::Creator);
        let id = || invoice.id().clone();
        if creators.clone().next().is_none() {
            return Err(CreateError::NoCreator { id: id() });
        }
        if let Some((index, finding)) = creators.find(|(_, finding)| !finding.counts()) {
            return Err(CreateError::UnknownCreator {
                id: id(),
                index,
                by: finding.by().into(),
            });
        }
        let signatures = invoice.signatures().len();
        if signatures >= Limits::default().signatures && self.is_still_to_sign(&invoice) {
            return Err(CreateError::TooManySignatures {
                id: id(),
                signatures,
            });
        }
        Ok(invoice)
    }

    fn is_still_to_sign(&self, invoice: &Invoice) -> bool {
        self.host.as_ref().is_some_and(|host| {
            let key = *host.key().public_key().as_bytes();
            let mut signatures = invoice.signatures().iter();
            signatures.all(|signature| signature.key_bytes() != Ok(key))
        })
    }

    /// Signs an accepted invoice as host, unless that was done before or there
    /// is no key to sign with.
    #[must_use]
    pub fn sign(&self, invoice: Verified<Invoice>, now: UnixTime) -> Invoice {
        let mut invoice = invoice.into_inner();
        if let Some(host) = &self.host {
            // The one error that is left is that the host has signed before,
            // which it does not do again.
            let _ = invoice.sign(host, Role::Host, now);
        }
        invoice
    }

    /// Decides on a request to yank a bindle, where `stored` is what is stored
    /// under its id. The host signs the yank. It has no reason: the protocol
    /// has no place for one, and deployed clients could not read the invoice.
    ///
    /// # Errors
    ///
    /// An id under which nothing is stored.
    pub fn yank(&self, id: &Id, stored: Option<&Invoice>, now: UnixTime) -> Result<Yank, GetError> {
        let invoice = super::get(id, stored, Yanked::Included)?;
        if invoice.is_yanked() {
            return Ok(Yank::DoneBefore);
        }
        let mut invoice = Box::new(invoice.clone());
        // Neither can fail: no reason holds no control character, and a yank
        // that is new has no signature yet.
        let _ = invoice.yank("");
        if let Some(host) = &self.host {
            let _ = invoice.sign_yank(host, now);
        }
        Ok(Yank::Replace(invoice))
    }

    /// The key of the host, for clients that ask for it; the reference serves
    /// the same as its keys. Empty if there is no key.
    #[must_use]
    pub fn host_keys(&self) -> Keyring {
        self.host.iter().map(KeyEntry::from).collect()
    }
}

/// The decision on a request to yank a bindle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Yank {
    /// It is yanked already: there is nothing to do.
    DoneBefore,
    /// This is to be stored in place of the existing invoice. Nothing else is
    /// ever replaced.
    Replace(Box<Invoice>),
}

/// The keys that have one of `roles`, or all keys if there are no roles: the
/// answer to [`Resource::Keys`](crate::protocol::Resource::Keys).
///
/// Specification: *Keyring Protocol* (`keyring-protocol-spec.md`).
#[must_use]
pub fn keys(offered: &Keyring, roles: RoleSet) -> Keyring {
    let entries = offered.iter();
    let wanted = entries
        .filter(|entry| roles.is_empty() || entry.roles().iter().any(|role| roles.contains(role)));
    wanted.cloned().collect()
}
