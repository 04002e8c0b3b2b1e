//! Bindles, ledgers and a keyring in an object store.
//!
//! ```text
//! invoices/ID/invoice.toml     ID is the canonical name of the bindle
//! invoices/ID/yanked.toml      the same invoice with its yank, if it has one
//! parcels/DIGEST/parcel.dat
//! ledgers/NAME/SEQUENCE.entry  NAME is the SHA-256 of the bindle name
//! ledgers/NAME/SIZE.checkpoint what the ledger was with that many entries
//! keyring.toml
//! ```
//!
//! Nothing that is there is ever written again. Invoices, yanks, entries,
//! checkpoints and the keyring are put if they are absent, so that several
//! programs may use one store; parcels appear only when they are complete and
//! checked, and are checked again whenever they are read. A yank is an object
//! of its own so that it needs nothing but that either: what is there stays
//! there, so a yank goes one way, and of two at once the first stays.

use std::collections::BTreeSet;
use std::error::Error;
use std::fmt;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bindle_core::{ContentCheck, ContentError, Digest, Id, Invoice, Keyring, Label, Name};
use bytes::Bytes;
use futures::stream::BoxStream;
use futures::{Stream, StreamExt as _, TryStreamExt as _};
use object_store::local::LocalFileSystem;
use object_store::path::Path as Key;
use object_store::{ObjectStore, ObjectStoreExt as _, PutMode, PutPayload, WriteMultipart};
use revisions::{Checkpoint, ExtensionError, Ledger, ReadLogError};
use thiserror::Error;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};

/// The size of the pieces in which parcels pass through memory.
const CHUNK: usize = 64 << 10;

/// How many objects are asked for at once.
pub(crate) const AT_ONCE: usize = 16;

/// A store of bindles.
#[derive(Clone, Debug)]
pub struct Store {
    objects: Arc<dyn ObjectStore>,
}

/// What became of an object that was to be put if absent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Put {
    /// It is there now.
    Done,
    /// Another was there before.
    Taken,
}

impl Store {
    /// The store in `folder`, which is made if it is not there.
    ///
    /// # Errors
    ///
    /// If the folder cannot be made or is none that can be written to.
    pub fn in_folder(folder: &Path) -> io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        // Noticed here, with the folder's name, instead of at the first put.
        tempfile::tempfile_in(folder)?;
        let objects = LocalFileSystem::new_with_prefix(folder).map_err(io::Error::other)?;
        Ok(Self::new(Arc::new(objects.with_fsync(true))))
    }

    /// A store in whatever keeps objects.
    #[must_use]
    pub fn new(objects: Arc<dyn ObjectStore>) -> Self {
        Self { objects }
    }

    /// The invoice of a bindle, if it is there.
    ///
    /// # Errors
    ///
    /// If the store fails, or keeps what is not an invoice or one of another id.
    pub async fn invoice(&self, id: &Id) -> Result<Option<Invoice>, StoreError> {
        self.invoice_named(&id.canonical_name()).await
    }

    /// The invoice of the bindle with a canonical name, if it is there.
    ///
    /// # Errors
    ///
    /// As [`invoice`](Self::invoice).
    pub async fn invoice_named(&self, name: &Digest) -> Result<Option<Invoice>, StoreError> {
        let key = invoice_key(name);
        let Some(invoice) = self.stored_invoice(&key, name).await? else {
            return Ok(None);
        };
        let key = yank_key(name);
        let Some(yanked) = self.stored_invoice(&key, name).await? else {
            return Ok(Some(invoice));
        };
        if !yanked.is_yanked() || yanked.content_digest() != invoice.content_digest() {
            let reason = "it is not the invoice beside it, yanked";
            return Err(malformed(&key, &reason));
        }
        Ok(Some(yanked))
    }

    async fn stored_invoice(
        &self,
        key: &Key,
        name: &Digest,
    ) -> Result<Option<Invoice>, StoreError> {
        let Some(text) = self.text(key).await? else {
            return Ok(None);
        };
        let invoice = Invoice::from_toml(&text).map_err(|problems| malformed(key, &problems))?;
        if invoice.id().canonical_name() != *name {
            let found = invoice.id().clone();
            let key = key.to_string();
            return Err(StoreError::OtherInvoice { key, found });
        }
        Ok(Some(invoice))
    }

    /// Stores an invoice, unless there is one of its id, in the form that the
    /// reference implementation reads from where it is.
    ///
    /// # Errors
    ///
    /// If the store fails.
    pub async fn put_invoice(&self, invoice: &Invoice) -> Result<Put, StoreError> {
        let key = invoice_key(&invoice.id().canonical_name());
        let text = invoice.to_reference_toml().into_string();
        self.put_if_absent(&key, text.into()).await
    }

    /// Stores the yank of an invoice that is stored, unless there is one.
    ///
    /// # Errors
    ///
    /// If the store fails.
    pub async fn put_yank(&self, yanked: &Invoice) -> Result<Put, StoreError> {
        let key = yank_key(&yanked.id().canonical_name());
        self.put_if_absent(&key, yanked.to_toml().into()).await
    }

    /// What is stored of bindles, in any order: each invoice once, and each
    /// yank once.
    pub fn bindles(&self) -> impl Stream<Item = Result<Stored, StoreError>> + Send + 'static {
        let folder = Key::from("invoices");
        let objects = self.objects.list(Some(&folder));
        objects.filter_map(move |object| {
            let stored = match object {
                Ok(object) => Stored::from_key(&object.location).map(Ok),
                Err(error) => Some(Err(failed(&folder, &error))),
            };
            futures::future::ready(stored)
        })
    }

    /// Whether the content of a parcel is there. It may still turn out to be
    /// damaged when it is read.
    ///
    /// # Errors
    ///
    /// If the store fails.
    pub async fn has_parcel(&self, digest: &Digest) -> Result<bool, StoreError> {
        let key = parcel_key(digest);
        match self.objects.head(&key).await {
            Ok(_) => Ok(true),
            Err(object_store::Error::NotFound { .. }) => Ok(false),
            Err(error) => Err(failed(&key, &error)),
        }
    }

    /// Which parcels of an invoice are there.
    ///
    /// # Errors
    ///
    /// If the store fails.
    pub async fn stored_parcels(&self, invoice: &Invoice) -> Result<BTreeSet<Digest>, StoreError> {
        let parcels = invoice.parcels().iter();
        let digests: BTreeSet<_> = parcels.map(|parcel| parcel.label().digest()).collect();
        let asked = digests.into_iter().map(|digest| {
            let store = self.clone();
            async move {
                let is_there = store.has_parcel(&digest).await?;
                Ok(is_there.then_some(digest))
            }
        });
        futures::stream::iter(asked)
            .buffer_unordered(AT_ONCE)
            .try_filter_map(futures::future::ok)
            .try_collect()
            .await
    }

    /// Stores the content of a parcel that has to pass `check`, as fast as
    /// `pace` allows. Each piece that was stored is told to `progress` by its
    /// length.
    ///
    /// # Errors
    ///
    /// If the content cannot be read or is not what was announced, or the
    /// store fails. The parcel does not appear then.
    pub async fn put_parcel(
        &self,
        digest: &Digest,
        mut check: ContentCheck,
        mut content: impl AsyncRead + Unpin,
        pace: Pace,
        mut progress: impl FnMut(u64),
    ) -> Result<(), StoreError> {
        let key = parcel_key(digest);
        let upload = self.objects.put_multipart(&key).await;
        let mut upload = WriteMultipart::new(upload.map_err(|error| failed(&key, &error))?);
        let refused = |reason| StoreError::Content {
            digest: *digest,
            reason,
        };
        let copied = async {
            let mut chunk = vec![0; pace.chunk()];
            loop {
                let length = content.read(&mut chunk).await;
                let length = length.map_err(|reason| StoreError::Read {
                    digest: *digest,
                    reason: reason.to_string(),
                })?;
                if length == 0 {
                    return check.finish().map_err(refused);
                }
                check.update(&chunk[..length]).map_err(refused)?;
                let room = upload.wait_for_capacity(4).await;
                room.map_err(|error| failed(&key, &error))?;
                upload.write(&chunk[..length]);
                progress(length as u64);
                pace.rest(length).await;
            }
        };
        if let Err(error) = copied.await {
            // What is left behind then is not a parcel and in no one's way.
            let _ = upload.abort().await;
            return Err(error);
        }
        let finished = upload.finish().await;
        finished.map(drop).map_err(|error| failed(&key, &error))
    }

    /// The content of a parcel, checked, in pieces. Its last piece comes only
    /// after the check of the whole: who gets all pieces has what was stored.
    ///
    /// # Errors
    ///
    /// If it is not there or the store fails.
    pub async fn parcel(
        &self,
        label: &Label,
    ) -> Result<impl Stream<Item = Result<Bytes, StoreError>> + Send + 'static, StoreError> {
        let digest = label.digest();
        let key = parcel_key(&digest);
        let content = match self.objects.get(&key).await {
            Ok(found) => found.into_stream(),
            Err(object_store::Error::NotFound { .. }) => return Err(StoreError::NoParcel(digest)),
            Err(error) => return Err(failed(&key, &error)),
        };
        let reading = Reading {
            key,
            digest,
            content,
            check: Some(label.check()),
            held: Bytes::new(),
        };
        Ok(futures::stream::try_unfold(reading, Reading::next))
    }

    /// The whole content of a parcel.
    ///
    /// # Errors
    ///
    /// If it is not there or was changed, or the store fails.
    pub async fn read_parcel(&self, label: &Label) -> Result<Vec<u8>, StoreError> {
        let pieces = self.parcel(label).await?;
        let mut content = Vec::new();
        let mut pieces = std::pin::pin!(pieces);
        while let Some(piece) = pieces.try_next().await? {
            content.extend_from_slice(&piece);
        }
        Ok(content)
    }

    /// Writes the content of a parcel to a new file.
    ///
    /// # Errors
    ///
    /// If it is not there or was changed, the store fails or the file cannot
    /// be written. What was written by then is to be thrown away.
    pub async fn copy_parcel(&self, label: &Label, file: &Path) -> Result<(), StoreError> {
        let unwritable = |reason: io::Error| StoreError::Write {
            file: file.display().to_string(),
            reason: reason.to_string(),
        };
        let pieces = self.parcel(label).await?;
        let mut pieces = std::pin::pin!(pieces);
        let mut target = tokio::fs::File::create_new(file)
            .await
            .map_err(unwritable)?;
        while let Some(piece) = pieces.try_next().await? {
            target.write_all(&piece).await.map_err(unwritable)?;
        }
        target.flush().await.map_err(unwritable)
    }

    /// The ledger of an application, which has no entries if none are stored.
    ///
    /// # Errors
    ///
    /// If the store fails, or the entries are not all of those, and in that order,
    /// that were stored.
    pub async fn ledger(&self, name: Name) -> Result<Ledger, StoredLedgerError> {
        // Each entry is sealed by the root after it. Whether the whole was shortened,
        // or changed and sealed anew, the highest checkpoint tells, by a proof that
        // the history extends it. It is read first, since another program may append
        // meanwhile.
        let kept = self.checkpoint(&name).await?;
        let mut ledger = Ledger::new(name);
        for sequence in 0.. {
            let key = entry_key(ledger.name(), sequence);
            let Some(entry) = self.bytes(&key).await? else {
                break;
            };
            ledger.read_log_tail(&entry)?;
            if ledger.size() != sequence + 1 {
                return Err(StoredLedgerError::NotAnEntry(key.to_string()));
            }
        }
        if let Some(kept) = kept {
            // Of fewer entries there is no proof, and the check says so.
            let proof = ledger.tree().prove_consistency(kept.size(), ledger.size());
            kept.check_extended_by(&ledger.checkpoint(), &proof.unwrap_or_default())?;
        }
        Ok(ledger)
    }

    /// A ledger that another program has appended to since it was `known`.
    ///
    /// # Errors
    ///
    /// As [`ledger`](Self::ledger), and if it does not start with the known entries,
    /// or has no more of them.
    pub async fn longer_ledger(&self, known: &Ledger) -> Result<Ledger, StoredLedgerError> {
        let ledger = self.ledger(known.name().clone()).await?;
        ledger.check_extends(&known.checkpoint())?;
        if ledger.size() == known.size() {
            let key = entry_key(known.name(), known.size());
            return Err(StoredLedgerError::NotAnEntry(key.to_string()));
        }
        Ok(ledger)
    }

    /// Appends an entry to a ledger that has `sequence` entries.
    ///
    /// # Errors
    ///
    /// If the store fails.
    pub async fn put_entry(
        &self,
        name: &Name,
        sequence: u64,
        entry: Vec<u8>,
    ) -> Result<Put, StoreError> {
        self.put_if_absent(&entry_key(name, sequence), entry.into())
            .await
    }

    /// The highest checkpoint of a ledger.
    async fn checkpoint(&self, name: &Name) -> Result<Option<Checkpoint>, StoreError> {
        let folder = ledger_folder(name);
        let mut objects = self.objects.list(Some(&folder));
        let mut highest = None;
        while let Some(object) = objects.next().await {
            let object = object.map_err(|error| failed(&folder, &error))?;
            if object.location.extension() == Some("checkpoint") {
                highest = highest.max(Some(object.location));
            }
        }
        let Some(key) = highest else {
            return Ok(None);
        };
        let Some(text) = self.text(&key).await? else {
            return Ok(None);
        };
        let checkpoint = text.parse().map_err(|error| malformed(&key, &error))?;
        Ok(Some(checkpoint))
    }

    /// Notes what a ledger has come to, unless that was noted before.
    ///
    /// # Errors
    ///
    /// If the store fails.
    pub async fn put_checkpoint(&self, checkpoint: &Checkpoint) -> Result<(), StoreError> {
        // There is nothing to lose yet.
        if checkpoint.size() == 0 {
            return Ok(());
        }
        let key = checkpoint_key(checkpoint.origin(), checkpoint.size());
        let put = self.put_if_absent(&key, checkpoint.to_string().into());
        put.await.map(drop)
    }

    /// The keyring, and if there is none yet, `first` as the keyring from now
    /// on.
    ///
    /// # Errors
    ///
    /// If the store fails or keeps what is not a keyring.
    pub async fn keyring_or(&self, first: &Keyring) -> Result<Keyring, StoreError> {
        let key = Key::from("keyring.toml");
        self.put_if_absent(&key, first.to_toml().into()).await?;
        let text = self.text(&key).await?.unwrap_or_default();
        Keyring::from_toml(&text).map_err(|problems| malformed(&key, &problems))
    }

    async fn put_if_absent(&self, key: &Key, content: PutPayload) -> Result<Put, StoreError> {
        let put = self.objects.put_opts(key, content, PutMode::Create.into());
        match put.await {
            Ok(_) => Ok(Put::Done),
            Err(object_store::Error::AlreadyExists { .. }) => Ok(Put::Taken),
            Err(error) => Err(failed(key, &error)),
        }
    }

    async fn bytes(&self, key: &Key) -> Result<Option<Bytes>, StoreError> {
        let content = async { self.objects.get(key).await?.bytes().await };
        match content.await {
            Ok(content) => Ok(Some(content)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(failed(key, &error)),
        }
    }

    async fn text(&self, key: &Key) -> Result<Option<String>, StoreError> {
        let Some(content) = self.bytes(key).await? else {
            return Ok(None);
        };
        let text = String::from_utf8(content.into());
        text.map(Some).map_err(|error| malformed(key, &error))
    }
}

/// A parcel that is being read.
struct Reading {
    key: Key,
    digest: Digest,
    content: BoxStream<'static, object_store::Result<Bytes>>,
    /// `None` after the end.
    check: Option<ContentCheck>,
    /// What came last. It is kept back until it is known not to be the end, or
    /// the end to be the right one.
    held: Bytes,
}

impl Reading {
    async fn next(mut self) -> Result<Option<(Bytes, Self)>, StoreError> {
        let digest = self.digest;
        let tampered = |reason| StoreError::Tampered { digest, reason };
        while let Some(check) = &mut self.check {
            let piece = match self.content.try_next().await {
                Ok(Some(piece)) => {
                    check.update(&piece).map_err(tampered)?;
                    piece
                }
                Ok(None) => {
                    let whole = self.check.take().map_or(Ok(()), ContentCheck::finish);
                    whole.map_err(tampered)?;
                    Bytes::new()
                }
                Err(error) => return Err(failed(&self.key, &error)),
            };
            let known = std::mem::replace(&mut self.held, piece);
            if !known.is_empty() {
                return Ok(Some((known, self)));
            }
        }
        Ok(None)
    }
}

/// An object of a bindle in a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stored {
    /// The invoice of the bindle with this canonical name.
    Invoice(Digest),
    /// The yank of the bindle with this canonical name.
    Yank(Digest),
}

impl Stored {
    fn from_key(key: &Key) -> Option<Self> {
        let (name, object) = key.as_ref().strip_prefix("invoices/")?.split_once('/')?;
        // What is named otherwise is no concern of ours.
        let name = name.parse().ok()?;
        match object {
            "invoice.toml" => Some(Self::Invoice(name)),
            "yanked.toml" => Some(Self::Yank(name)),
            _ => None,
        }
    }
}

fn invoice_key(name: &Digest) -> Key {
    Key::from(format!("invoices/{name}/invoice.toml"))
}

fn yank_key(name: &Digest) -> Key {
    Key::from(format!("invoices/{name}/yanked.toml"))
}

fn parcel_key(digest: &Digest) -> Key {
    Key::from(format!("parcels/{digest}/parcel.dat"))
}

fn ledger_folder(name: &Name) -> Key {
    let name = Digest::of(name.as_str().as_bytes());
    Key::from(format!("ledgers/{name}"))
}

// Keys have as many digits as any number of 64 bits, so that their order is that of
// the numbers.
fn checkpoint_key(name: &Name, size: u64) -> Key {
    ledger_folder(name).join(format!("{size:020}.checkpoint"))
}

fn entry_key(name: &Name, sequence: u64) -> Key {
    ledger_folder(name).join(format!("{sequence:020}.entry"))
}

/// How fast something is uploaded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pace {
    /// In bytes per second; `None` is as fast as it goes.
    pub limit: Option<std::num::NonZeroU32>,
}

impl Pace {
    /// The size of one piece: what a tenth of a second may bring.
    fn chunk(self) -> usize {
        match self.limit {
            Some(limit) => (limit.get() as usize / 10).clamp(1, CHUNK),
            None => CHUNK,
        }
    }

    async fn rest(self, length: usize) {
        if let Some(limit) = self.limit {
            let seconds = length as f64 / f64::from(limit.get());
            tokio::time::sleep(Duration::from_secs_f64(seconds)).await;
        }
    }
}

/// A ledger that a store does not give as it was.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum StoredLedgerError {
    /// It does not extend what it was known to be.
    #[error("the ledger in the store was tampered with: {0}")]
    Extension(#[from] ExtensionError),
    /// Its entries are none of such a ledger.
    #[error("the ledger in the store was tampered with: {0}")]
    Log(#[from] ReadLogError),
    /// An object in the place of an entry is none, or more than one.
    #[error("the ledger in the store was tampered with: {0} is not one entry")]
    NotAnEntry(String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A store that fails, or content that is not what it should be.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum StoreError {
    /// Content that was to be stored is other content than was announced.
    #[error("parcel {digest} was not uploaded: {reason}; did a file change meanwhile?")]
    Content {
        /// The digest that was announced.
        digest: Digest,
        /// What is wrong with the content.
        reason: ContentError,
    },
    /// The store itself failed.
    #[error("the store failed at {key}: {reason}")]
    Failed {
        /// The object.
        key: String,
        /// What the store says.
        reason: String,
    },
    /// The store keeps something that cannot be read.
    #[error("the store keeps {key}, which cannot be read: {reason}")]
    Malformed {
        /// The object.
        key: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A parcel is not there.
    #[error("the store has no parcel {0}; deploy the application once more to upload it")]
    NoParcel(Digest),
    /// An invoice is stored where that of another bindle belongs.
    #[error("the store was tampered with: {key} is the invoice of {found}")]
    OtherInvoice {
        /// The object.
        key: String,
        /// The id in the invoice.
        found: Id,
    },
    /// Content that was to be stored could not be read.
    #[error("parcel {digest} was not uploaded, since its content could not be read: {reason}")]
    Read {
        /// The digest that was announced.
        digest: Digest,
        /// Why.
        reason: String,
    },
    /// A parcel was changed since it was stored.
    #[error(
        "the store was tampered with: parcels/{digest}/parcel.dat is not what was stored: \
         {reason}; remove it and deploy the application once more"
    )]
    Tampered {
        /// The digest that the content should have.
        digest: Digest,
        /// What is wrong with the content.
        reason: ContentError,
    },
    /// A file could not be written.
    #[error("{file} could not be written: {reason}")]
    Write {
        /// The file.
        file: String,
        /// Why.
        reason: String,
    },
}

fn failed(key: &Key, error: &object_store::Error) -> StoreError {
    // The outer ones name files and the kind of store, and repeat the inner.
    let mut cause: &dyn Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    StoreError::Failed {
        key: key.to_string(),
        reason: cause.to_string(),
    }
}

fn malformed(key: &Key, reason: &dyn fmt::Display) -> StoreError {
    StoreError::Malformed {
        key: key.to_string(),
        reason: reason.to_string(),
    }
}
