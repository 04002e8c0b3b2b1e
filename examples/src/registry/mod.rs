//! The Bindle protocol as an HTTP server, over a [store](crate::store).
//!
//! What is asked is read and what is answered is written by
//! [`bindle_core::protocol`]; what is decided is decided by
//! [`bindle_core::registry`]. The server looks up the facts and carries out
//! the decisions, and has limits for all that comes in.
//!
//! Any number of servers may have one store in common. An invoice is there for
//! all of them as soon as one has put it, and nothing that one puts can take
//! the place of what is there. Only the index that answers queries is each
//! server's own: it hears of the others' bindles when it
//! [looks again](Registry::refresh), or when one is asked for by name. A yank is
//! never missed, since the bindles on a page are read from the store.

mod access;
mod answer;
mod directory;
mod failure;
mod line;
mod serve;

use std::io;

use bindle_core::protocol::Format;
use bindle_core::query::{Matches, Query, Yanked};
use bindle_core::registry::{self as rules, CreateError, Policy, Yank};
use bindle_core::{
    Digest, Id, Invoice, InvoiceReader, KeyEntry, Keyring, Label, Role, RoleSet, SecretKeyEntry,
    SignError, UnixTime, protocol,
};
use bytes::Bytes;
use futures::{Stream, StreamExt as _};
use thiserror::Error;
use tokio_util::io::StreamReader;

pub use self::access::{Access, Token, TokenError};
pub use self::directory::Seen;
pub use self::serve::{Server, Timing};

use self::directory::Directory;
use self::failure::Failure;
use crate::store::{AT_ONCE, Pace, Store, StoreError};
use crate::upload;

/// What a registry takes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// The most bytes of an invoice.
    pub invoice: usize,
    /// The most bytes of a parcel.
    pub parcel: u64,
}

/// A registry: the rules of [`bindle_core::registry`] over a store.
pub struct Registry {
    store: Store,
    policy: Policy,
    /// The keys that are given to whoever asks.
    keys: Keyring,
    sizes: Sizes,
    directory: Directory,
}

impl Registry {
    /// A registry that accepts what the creators on `creators` sign, and signs
    /// as `host` what it accepts. It knows of no bindles before its first
    /// [look](Self::refresh) at the store.
    ///
    /// # Errors
    ///
    /// - a keyring without any creator;
    /// - a key of the host's that cannot sign in that role, or is a
    ///   creator's.
    pub fn new(
        store: Store,
        creators: Keyring,
        host: &SecretKeyEntry,
        sizes: Sizes,
    ) -> Result<Self, KeysError> {
        let is_creator = |entry: &KeyEntry| entry.roles().contains(Role::Creator);
        if !creators.iter().any(is_creator) {
            return Err(KeysError::NoCreator);
        }
        if let Some(entry) = creators.get(host.key().public_key().as_bytes())
            && entry.roles().iter().any(|role| role != Role::Host)
        {
            return Err(KeysError::HostIsCreator(host.label().to_owned()));
        }
        let policy = Policy::new(creators).with_host(host)?;
        Ok(Self {
            store,
            keys: policy.host_keys(),
            policy,
            sizes,
            directory: Directory::default(),
        })
    }

    /// Gives these keys to whoever asks, besides that of the host. Mind that
    /// the reference client asks for no roles, and takes the keys that it gets
    /// for hosts'.
    #[must_use]
    pub fn with_keys(mut self, keys: &Keyring) -> Self {
        self.keys = self.keys.iter().chain(keys.iter()).cloned().collect();
        self
    }

    /// Looks at the store again for bindles and yanks that other servers have
    /// put there, and gives how many were new, and what could not be read.
    ///
    /// # Errors
    ///
    /// If the store cannot be listed.
    pub async fn refresh(&self) -> Result<Seen, StoreError> {
        self.directory.refresh(&self.store).await
    }

    /// Takes an invoice, and gives it as it is stored, with the labels of the
    /// parcels that have to be uploaded still.
    async fn create(
        &self,
        body: Bytes,
        format: Format,
        now: UnixTime,
    ) -> Result<(Invoice, Vec<Label>), Failure> {
        let size = self.sizes.invoice;
        let policy = self.policy.clone();
        // To read a large one and to check its signatures takes a while.
        let checked = tokio::task::spawn_blocking(move || {
            let reader = InvoiceReader::new().with_limits(|limits| limits.bytes = size);
            let invoice = protocol::read_invoice(&body, format, &reader)?;
            Ok::<_, Failure>(policy.verify(invoice)?)
        });
        let invoice = checked.await.map_err(Failure::internal)??;
        let too_large = invoice
            .parcels()
            .iter()
            .find(|parcel| parcel.label().size() > self.sizes.parcel);
        if let Some(parcel) = too_large {
            return Err(Failure::parcel_too_large(parcel.label(), self.sizes.parcel));
        }
        let sign = |invoice| self.policy.sign(invoice, now);
        let offer = upload::offer(&self.store, &invoice, sign).await?;
        self.directory.note(&offer.invoice);
        if offer.existed {
            let id = offer.invoice.id().clone();
            return Err(CreateError::Exists { id }.into());
        }
        Ok((offer.invoice, offer.missing))
    }

    /// The invoice of a bindle.
    async fn invoice(&self, id: &Id, yanked: Yanked) -> Result<Invoice, Failure> {
        let stored = self.store.invoice(id).await?;
        if let Some(invoice) = &stored {
            self.directory.note(invoice);
        }
        Ok(rules::get(id, stored.as_ref(), yanked)?.clone())
    }

    /// The labels of the parcels that have to be uploaded still.
    async fn missing(&self, id: &Id) -> Result<Vec<Label>, Failure> {
        let invoice = self.invoice(id, Yanked::Excluded).await?;
        let stored = self.store.stored_parcels(&invoice).await?;
        let missing = rules::missing(&invoice, |digest| stored.contains(digest));
        Ok(missing.into_iter().cloned().collect())
    }

    /// Takes the content of a parcel. Nothing of it stays if it is refused.
    async fn upload(
        &self,
        id: &Id,
        digest: &Digest,
        content: impl Stream<Item = io::Result<Bytes>> + Send,
    ) -> Result<(), Failure> {
        let invoice = self.invoice(id, Yanked::Excluded).await?;
        let is_stored = self.store.has_parcel(digest).await?;
        let check = rules::upload(&invoice, digest, is_stored)?;
        let content = std::pin::pin!(content);
        let content = StreamReader::new(content);
        let put = self
            .store
            .put_parcel(digest, check, content, Pace::default(), |_| {});
        Ok(put.await?)
    }

    /// The label of a parcel that is there.
    async fn label(&self, id: &Id, digest: &Digest, yanked: Yanked) -> Result<Label, Failure> {
        let invoice = self.invoice(id, yanked).await?;
        let is_stored = self.store.has_parcel(digest).await?;
        Ok(rules::parcel(&invoice, digest, is_stored)?.clone())
    }

    /// The content of a parcel, checked: small content as a whole before
    /// anything of it is given, and other content before its last piece is.
    async fn content(
        &self,
        label: &Label,
    ) -> Result<impl Stream<Item = Result<Bytes, StoreError>> + Send + 'static, Failure> {
        let content = self.store.parcel(label).await?;
        let mut content = Box::pin(content.peekable());
        if let Some(Err(error)) = content.as_mut().peek().await {
            return Err(error.clone().into());
        }
        Ok(content)
    }

    /// Withdraws a bindle. Does nothing if that was done before.
    async fn yank(&self, id: &Id, now: UnixTime) -> Result<(), Failure> {
        let stored = self.store.invoice(id).await?;
        if let Yank::Replace(yanked) = self.policy.yank(id, stored.as_ref(), now)? {
            // Where another server was faster, it is yanked all the same.
            self.store.put_yank(&yanked).await?;
            self.directory.note(&yanked);
        }
        Ok(())
    }

    /// A page of bindles that match, and their invoices.
    async fn matches(
        &self,
        query: &Query,
        now: UnixTime,
    ) -> Result<(Matches<Id>, Vec<Invoice>), Failure> {
        loop {
            let matches = self.directory.answer(query, now);
            let found = matches.hits().iter().cloned().map(|id| {
                let store = self.store.clone();
                async move {
                    let invoice = store.invoice(&id).await;
                    (id, invoice)
                }
            });
            let found: Vec<_> = futures::stream::iter(found)
                .buffered(AT_ONCE)
                .collect()
                .await;
            let mut invoices = Vec::new();
            let mut is_stale = false;
            for (id, invoice) in found {
                match invoice {
                    Ok(Some(invoice)) => {
                        // Also if another request was the first to note it.
                        self.directory.note(&invoice);
                        is_stale |= invoice.is_yanked() && query.yanked() == Yanked::Excluded;
                        invoices.push(invoice);
                    }
                    // One that is lost or damaged must not keep the others.
                    Ok(None) => tracing::error!(%id, "a bindle is gone from the store"),
                    Err(
                        error @ (StoreError::Malformed { .. } | StoreError::OtherInvoice { .. }),
                    ) => {
                        tracing::error!(%id, %error, "a bindle is left out of a page");
                    }
                    Err(error) => return Err(error.into()),
                }
            }
            // Another server has yanked one: the page is another then.
            if !is_stale {
                return Ok((matches, invoices));
            }
        }
    }

    /// The keys with one of these roles; without any, all that there are.
    fn keys(&self, roles: RoleSet) -> Keyring {
        rules::keys(&self.keys, roles)
    }
}

/// Why a registry cannot work with the keys that it was given.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum KeysError {
    /// The key that it signs with as host is a creator's, too: a key signs an
    /// invoice once.
    #[error("the host key {0:?} is on the keyring in another role; a host has a key of its own")]
    HostIsCreator(String),
    /// Nothing could ever be accepted.
    #[error("the keyring has no key with the role `creator`, so nothing could be created")]
    NoCreator,
    /// The key cannot sign as a host's.
    #[error(transparent)]
    Host(#[from] SignError),
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::fs;
    use std::path::Path;

    use bindle_core::{Role, SecretKey};

    use super::*;

    const NOW: UnixTime = UnixTime::from_seconds(1_700_000_000);

    fn key(seed: u8, role: Role) -> SecretKeyEntry {
        SecretKeyEntry::new(format!("{role}"), SecretKey::from_seed(&[seed; 32]), [role])
    }

    /// A registry over a folder, by the keys that all of these tests have.
    fn registry(folder: &Path) -> Registry {
        let store = Store::in_folder(folder).unwrap();
        let creators = Keyring::from_iter([KeyEntry::from(&key(1, Role::Creator))]);
        let sizes = Sizes {
            invoice: 1 << 20,
            parcel: 1 << 20,
        };
        Registry::new(store, creators, &key(2, Role::Host), sizes).unwrap()
    }

    async fn create(registry: &Registry, id: &Id) {
        let mut invoice = Invoice::builder(id.clone()).build().unwrap();
        let creator = key(1, Role::Creator);
        invoice.sign(&creator, Role::Creator, NOW).unwrap();
        let body = invoice.to_toml().into();
        let created = registry.create(body, Format::Toml, NOW).await;
        assert_eq!(created.ok().unwrap().0.id(), id);
    }

    #[tokio::test]
    async fn no_page_has_what_another_registry_has_yanked() {
        let folder = tempfile::tempdir().unwrap();
        let (first, second) = (registry(folder.path()), registry(folder.path()));
        let id: Id = "example.com/hello/1.0.0".parse().unwrap();
        create(&first, &id).await;
        second.refresh().await.unwrap();
        assert!(first.yank(&id, NOW).await.is_ok());

        // Both find it in the index before either has read the yank.
        let query = Query::new("");
        let pages = [second.matches(&query, NOW), second.matches(&query, NOW)];
        for page in futures::future::join_all(pages).await {
            let (matches, invoices) = page.ok().unwrap();
            assert_eq!((matches.hits(), invoices.len()), (&[][..], 0));
        }
        let query = query.with_yanked(Yanked::Included);
        let (matches, invoices) = second.matches(&query, NOW).await.ok().unwrap();
        assert_eq!(matches.hits(), [id]);
        assert!(invoices[0].is_yanked());
    }

    #[tokio::test]
    async fn what_cannot_be_read_is_told_once() {
        let folder = tempfile::tempdir().unwrap();
        let first = registry(folder.path());
        let id: Id = "example.com/hello/1.0.0".parse().unwrap();
        create(&first, &id).await;
        let name = id.canonical_name();
        let yank = format!("invoices/{name}/yanked.toml");
        fs::write(folder.path().join(&yank), "yanked").unwrap();

        let second = registry(folder.path());
        let seen = second.refresh().await.unwrap();
        assert_eq!((seen.new, seen.unreadable.len()), (0, 1), "{seen:?}");
        let told = seen.unreadable[0].to_string();
        assert!(told.contains(&yank), "{told}");
        assert_eq!(second.refresh().await.unwrap(), Seen::default());
    }
}
