use alloc::borrow::ToOwned;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use thiserror::Error;

use super::{CreateError, GetError, ParcelError, Policy, Refusal, UploadError, Yank};
use crate::protocol::{Format, Request, Resource, Response, read_invoice};
use crate::query::{Index, Matches, Query, Total, Yanked};
use crate::{ContentError, Digest, Id, Invoice, InvoiceReader, Keyring, Label, UnixTime};

/// A complete registry in memory: for tests, and as the default where a
/// registry is embedded.
///
/// It can be called in code, as here, or by the protocol with
/// [`handle`](Self::handle).
///
/// ```
/// use bindle_core::query::{Query, Yanked};
/// use bindle_core::registry::{MemoryRegistry, Policy};
/// use bindle_core::{Digest, Invoice, KeyEntry, Keyring, Label, Role, SecretKey};
/// use bindle_core::{SecretKeyEntry, UnixTime};
///
/// let ada = SecretKeyEntry::new("Ada", SecretKey::from_seed(&[7; 32]), [Role::Creator]);
/// let page = b"<h1>hello</h1>";
/// let mut invoice = Invoice::builder("example.com/hello/1.0.0".parse()?)
///     .parcel(Label::of("index.html", "text/html".parse()?, page))
///     .build()?;
/// let now = UnixTime::from_seconds(1_700_000_000);
/// invoice.sign(&ada, Role::Creator, now)?;
/// let id = invoice.id().clone();
///
/// let creators = Keyring::from_iter([KeyEntry::from(&ada)]);
/// let mut registry = MemoryRegistry::new(Policy::new(creators));
/// for label in registry.create(invoice, now)? {
///     registry.upload(&id, &label.digest(), page)?;
/// }
/// assert!(registry.missing(&id)?.is_empty());
/// assert_eq!(registry.parcel(&id, &Digest::of(page), Yanked::Excluded)?, page);
/// assert_eq!(registry.query(&Query::new("hello"), now).hits().len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct MemoryRegistry {
    policy: Policy,
    keys: Keyring,
    invoices: BTreeMap<Id, Invoice>,
    parcels: BTreeMap<Digest, Vec<u8>>,
    index: Index,
}

/// The headers of a request that matter to a registry; absent ones are empty.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Headers<'h> {
    /// `Accept`: the formats of the answer that the client accepts.
    pub accept: &'h str,
    /// `Content-Type`: the format of the body.
    pub content_type: &'h str,
}

impl MemoryRegistry {
    /// An empty registry, which serves the key of its host.
    #[must_use]
    pub fn new(policy: Policy) -> Self {
        Self {
            keys: policy.host_keys(),
            policy,
            ..Self::default()
        }
    }

    /// Sets the keys that are served, in place of that of the host.
    #[must_use]
    pub fn with_keys(mut self, keys: Keyring) -> Self {
        self.keys = keys;
        self
    }

    /// Answers a request, as a server without further requirements does: it
    /// asks for no token, and has no limits on bodies except those of
    /// [`InvoiceReader`].
    ///
    /// ```
    /// use bindle_core::protocol::{Prefix, Request};
    /// use bindle_core::registry::{Headers, MemoryRegistry};
    /// use bindle_core::UnixTime;
    ///
    /// let mut registry = MemoryRegistry::default();
    /// let request = Request::read(&Prefix::default(), "GET", "/_i/example.com/hello/1.0.0", "")?;
    /// let now = UnixTime::from_seconds(1_700_000_000);
    /// let response = registry.handle(&request, Headers::default(), b"", now);
    /// assert_eq!(response.status().code(), 404);
    /// assert_eq!(response.body(), b"error = \"there is no bindle example.com/hello/1.0.0\"\n");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn handle(
        &mut self,
        request: &Request,
        headers: Headers<'_>,
        body: &[u8],
        now: UnixTime,
    ) -> Response {
        let format = Format::accepted(headers.accept);
        let answer = match request {
            Request::Create => self.handle_create(headers, body, now),
            Request::Get(resource) => self.give(resource, format, now),
            Request::Head(resource) => {
                let answer = self.give(resource, format, now);
                return answer
                    .unwrap_or_else(|refusal| refusal.response(format))
                    .without_body();
            }
            Request::Upload { id, digest } => {
                let uploaded = self.upload(id, digest, body);
                uploaded
                    .map(|()| Response::uploaded(format))
                    .map_err(Refusal::from)
            }
            Request::Yank { id } => {
                let yanked = self.yank(id, now);
                yanked
                    .map(|()| Response::yanked(format))
                    .map_err(Refusal::from)
            }
        };
        answer.unwrap_or_else(|refusal| refusal.response(format))
    }

    fn handle_create(
        &mut self,
        headers: Headers<'_>,
        body: &[u8],
        now: UnixTime,
    ) -> Result<Response, Refusal> {
        let format = Format::of_content(headers.content_type)?;
        let invoice = read_invoice(body, format, &InvoiceReader::new())?;
        let id = invoice.id().clone();
        let missing = self.create(invoice, now)?;
        let format = Format::accepted(headers.accept);
        Ok(Response::created(
            self.get(&id, Yanked::Excluded)?,
            &missing,
            format,
        ))
    }

    fn give(
        &self,
        resource: &Resource,
        format: Format,
        now: UnixTime,
    ) -> Result<Response, Refusal> {
        Ok(match resource {
            Resource::Invoice { id, yanked } => Response::invoice(self.get(id, *yanked)?, format),
            Resource::Keys { roles } => Response::keys(&super::keys(&self.keys, *roles), format),
            Resource::Matches(query) => Response::matches(&self.query(query, now), format),
            Resource::Missing { id } => Response::missing(self.missing(id)?, format),
            Resource::Parcel { id, digest, yanked } => {
                let (label, content) = self.find_parcel(id, digest, *yanked)?;
                Response::parcel(label).with_content(content)
            }
        })
    }

    /// Takes an invoice, and returns the labels of the parcels that still have
    /// to be uploaded. The host signs the invoice, unless it has done so
    /// before.
    ///
    /// # Errors
    ///
    /// As [`Policy::verify`] and [`create`](super::create).
    pub fn create(&mut self, invoice: Invoice, now: UnixTime) -> Result<Vec<Label>, CreateError> {
        let invoice = self.policy.verify(invoice)?;
        let existing = self.invoices.get(invoice.id());
        let has = |digest: &Digest| self.parcels.contains_key(digest);
        let created = super::create(&invoice, existing, has)?;
        let missing = created.missing().iter().copied().cloned().collect();
        let invoice = self.policy.sign(invoice, now);
        self.index.insert(&invoice);
        self.invoices.insert(invoice.id().clone(), invoice);
        Ok(missing)
    }

    /// Takes the content of a parcel. If it is refused, nothing of it is kept.
    ///
    /// # Errors
    ///
    /// - an id without an invoice, or a yanked bindle;
    /// - as [`upload`](super::upload): content that the invoice does not list,
    ///   or that is there;
    /// - content that is not what its label says.
    pub fn upload(
        &mut self,
        id: &Id,
        digest: &Digest,
        content: &[u8],
    ) -> Result<(), UploadContentError> {
        let invoice = self.get(id, Yanked::Excluded)?;
        let mut check = super::upload(invoice, digest, self.parcels.contains_key(digest))?;
        check.update(content)?;
        check.finish()?;
        self.parcels.insert(*digest, content.to_owned());
        Ok(())
    }

    /// The invoice of a bindle.
    ///
    /// # Errors
    ///
    /// As [`get`](super::get).
    pub fn get(&self, id: &Id, yanked: Yanked) -> Result<&Invoice, GetError> {
        super::get(id, self.invoices.get(id), yanked)
    }

    /// The content of a parcel of a bindle.
    ///
    /// # Errors
    ///
    /// As [`get`](super::get) and [`parcel`](super::parcel), in a [`Refusal`].
    pub fn parcel(&self, id: &Id, digest: &Digest, yanked: Yanked) -> Result<&[u8], Refusal> {
        let (_, content) = self.find_parcel(id, digest, yanked)?;
        Ok(content)
    }

    fn find_parcel(
        &self,
        id: &Id,
        digest: &Digest,
        yanked: Yanked,
    ) -> Result<(&Label, &[u8]), Refusal> {
        let invoice = self.get(id, yanked)?;
        let content = self.parcels.get(digest);
        let label = super::parcel(invoice, digest, content.is_some())?;
        let content = content.ok_or_else(|| ParcelError::NotUploaded {
            id: id.clone(),
            digest: *digest,
        })?;
        Ok((label, content))
    }

    /// The labels of the parcels that still have to be uploaded.
    ///
    /// # Errors
    ///
    /// An id without an invoice, or a yanked bindle, to which nothing can be
    /// uploaded any more.
    pub fn missing(&self, id: &Id) -> Result<Vec<&Label>, GetError> {
        let invoice = self.get(id, Yanked::Excluded)?;
        let has = |digest: &Digest| self.parcels.contains_key(digest);
        Ok(super::missing(invoice, has))
    }

    /// The invoices that match a query.
    #[must_use]
    pub fn query(&self, query: &Query, now: UnixTime) -> Matches<&Invoice> {
        // The index has what the map has, and the reference client wants a
        // total.
        self.index
            .answer(query, Total::Always, now)
            .map(|id| &self.invoices[&id])
    }

    /// Withdraws a bindle, and signs the yank as host. Does nothing if it is
    /// withdrawn already.
    ///
    /// # Errors
    ///
    /// An id without an invoice.
    pub fn yank(&mut self, id: &Id, now: UnixTime) -> Result<(), GetError> {
        match self.policy.yank(id, self.invoices.get(id), now)? {
            Yank::DoneBefore => {}
            Yank::Replace(invoice) => {
                self.index.yank(id);
                self.invoices.insert(id.clone(), *invoice);
            }
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
    /// There is no such bindle, or it is yanked.
    Invoice(#[from] GetError),
    /// The parcel is not wanted.
    Parcel(#[from] UploadError),
}
