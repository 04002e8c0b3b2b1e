//! Brings a package into a store, by the rules of a registry.

use std::path::Path;

use bindle_core::registry::{self, CreateError, UploadError};
use bindle_core::{Digest, Invoice, Label, Verified};
use spin_manifest::package::{ContentSource, Package, PackagedParcel, ParcelContent};
use thiserror::Error;

use crate::store::{Pace, Put, Store, StoreError};

/// An invoice that is stored, and what is missing of its parcels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The invoice as it is stored.
    pub invoice: Invoice,
    /// Whether it was there before.
    pub existed: bool,
    /// The labels of the parcels that have to be uploaded.
    pub missing: Vec<Label>,
}

/// Stores an invoice, unless it is there, and finds out what is missing. It is
/// stored as `complete` makes it, which may sign it.
///
/// # Errors
///
/// If its id stands for other content, or the store fails.
pub async fn offer(
    store: &Store,
    invoice: &Verified<Invoice>,
    complete: impl FnOnce(Verified<Invoice>) -> Invoice,
) -> Result<Offer, OfferError> {
    let stored = store.stored_parcels(invoice).await?;
    let has = |digest: &Digest| stored.contains(digest);
    let completed = complete(invoice.clone());
    loop {
        let existing = store.invoice(invoice.id()).await?;
        let (invoice, existed, missing) = match registry::create(invoice, existing.as_ref(), has) {
            Ok(created) => match store.put_invoice(&completed).await? {
                Put::Done => (completed, false, created.missing().to_vec()),
                // Another program was faster: see what it brought.
                Put::Taken => continue,
            },
            Err(error @ CreateError::Exists { .. }) => {
                let existing = existing.ok_or(error)?;
                let missing = registry::missing(invoice, has);
                (existing, true, missing)
            }
            Err(error) => return Err(error.into()),
        };
        return Ok(Offer {
            invoice,
            existed,
            missing: missing.into_iter().cloned().collect(),
        });
    }
}

/// Uploads one parcel of a package; `folder` is that of its files.
///
/// # Errors
///
/// If its content cannot be read, is not what it was when it was packaged, or
/// the store fails.
pub async fn parcel(
    store: &Store,
    package: &Package,
    folder: &Path,
    label: &Label,
    pace: Pace,
    progress: impl FnMut(u64),
) -> Result<(), ParcelError> {
    let digest = label.digest();
    let check = registry::upload(package.invoice(), &digest, false)?;
    let mut parcels = package.parcels().iter();
    let parcel = parcels.find(|parcel| parcel.label().digest() == digest);
    match parcel.map(PackagedParcel::content) {
        Some(ParcelContent::Made(text)) => {
            let content = text.as_bytes();
            store
                .put_parcel(&digest, check, content, pace, progress)
                .await?;
        }
        Some(ParcelContent::Source(ContentSource::File { path })) => {
            let file = folder.join(path);
            let content = tokio::fs::File::open(&file).await;
            let content = content.map_err(|error| StoreError::Read {
                digest,
                reason: format!("{}: {error}", file.display()),
            })?;
            store
                .put_parcel(&digest, check, content, pace, progress)
                .await?;
        }
        _ => return Err(ParcelError::NoContent(digest)),
    }
    Ok(())
}

/// An invoice that was not stored.
#[derive(Debug, Error)]
pub enum OfferError {
    /// The rules of the registry are against it.
    #[error(transparent)]
    Refused(#[from] CreateError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A parcel that was not stored.
#[derive(Debug, Error)]
pub enum ParcelError {
    /// Nobody knows where its content is.
    #[error("the package has no content for parcel {0}")]
    NoContent(Digest),
    /// The rules of the registry are against it.
    #[error(transparent)]
    Refused(#[from] UploadError),
    /// The content or the store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
