use alloc::borrow::ToOwned;
use alloc::boxed::Box;
use alloc::vec::Vec;

use thiserror::Error;

use crate::invoice;
use crate::query::Yanked;
use crate::{ContentCheck, Digest, Id, Invoice, Label, Parcel, Rejected, Verified};

/// Decides on an invoice that is offered: `existing` is what is stored under
/// its id, and `has` tells which parcels are stored.
///
/// If the invoice is accepted, store it before you do anything else, in a way
/// that fails if there is one by now. After that, the
/// [missing](Created::missing) parcels can be uploaded.
///
/// ```
/// use bindle_core::{Digest, Invoice, KeyEntry, Keyring, Label, Role, SecretKey};
/// use bindle_core::{SecretKeyEntry, Strategy, UnixTime, registry};
///
/// let ada = SecretKeyEntry::new("Ada", SecretKey::from_seed(&[7; 32]), [Role::Creator]);
/// let mut invoice = Invoice::builder("example.com/hello/1.0.0".parse()?)
///     .parcel(Label::of("index.html", "text/html".parse()?, b"<h1>hello</h1>"))
///     .parcel(Label::of("style.css", "text/css".parse()?, b"h1 { color: red }"))
///     .build()?;
/// invoice.sign(&ada, Role::Creator, UnixTime::from_seconds(1_700_000_000))?;
/// let keyring = Keyring::from_iter([KeyEntry::from(&ada)]);
/// let invoice = Strategy::default().verify(invoice, &keyring)?;
///
/// let stored = [Digest::of(b"<h1>hello</h1>")];
/// let created = registry::create(&invoice, None, |digest| stored.contains(digest))?;
/// assert_eq!(created.missing().len(), 1);
/// assert_eq!(created.missing()[0].name(), "style.css");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// - an id that is taken, by the same or by other content;
/// - an invoice that is yanked before it was ever there.
pub fn create<'i>(
    invoice: &'i Verified<Invoice>,
    existing: Option<&Invoice>,
    has: impl FnMut(&Digest) -> bool,
) -> Result<Created<'i>, CreateError> {
    if let Some(existing) = existing {
        let id = invoice.id().clone();
        let (stored, offered) = (existing.content_digest(), invoice.content_digest());
        return Err(if stored == offered {
            CreateError::Exists { id }
        } else {
            CreateError::OtherContent {
                id,
                stored,
                offered,
            }
        });
    }
    if invoice.is_yanked() {
        return Err(CreateError::Yanked {
            id: invoice.id().clone(),
        });
    }
    Ok(Created {
        missing: missing(invoice, has),
    })
}

/// The labels of the parcels that are not stored, in the order of the invoice,
/// each content once; `has` is asked once for each content.
pub fn missing(invoice: &Invoice, has: impl FnMut(&Digest) -> bool) -> Vec<&Label> {
    invoice::missing(invoice.parcels().iter().map(Parcel::label), has)
}

/// Decides on a parcel that is offered for a stored invoice, and returns the
/// check that its content has to pass while it is received. Content that fails
/// must be dropped without a trace.
///
/// # Errors
///
/// - content that no parcel of the invoice has;
/// - content that is stored already, as `is_stored` tells.
pub fn upload(
    invoice: &Invoice,
    digest: &Digest,
    is_stored: bool,
) -> Result<ContentCheck, UploadError> {
    match find_label(invoice, digest) {
        None => Err(UploadError::NotInInvoice {
            id: invoice.id().clone(),
            digest: *digest,
        }),
        Some(_) if is_stored => Err(UploadError::Exists { digest: *digest }),
        Some(label) => Ok(label.check()),
    }
}

/// Decides on a request for a stored invoice: a yanked one is served only to
/// clients that explicitly ask for it.
///
/// Use this with [`Yanked::Excluded`] to decide on uploads and on requests for
/// missing parcels, too.
///
/// # Errors
///
/// - an id under which nothing is stored;
/// - a yanked bindle, unless [`Yanked::Included`].
pub fn get<'i>(
    id: &Id,
    stored: Option<&'i Invoice>,
    yanked: Yanked,
) -> Result<&'i Invoice, GetError> {
    let invoice = stored.ok_or_else(|| GetError::NotFound { id: id.clone() })?;
    if invoice.is_yanked() && yanked == Yanked::Excluded {
        return Err(GetError::Yanked {
            id: id.clone(),
            reason: invoice.yanked_reason().to_owned().into(),
        });
    }
    Ok(invoice)
}

/// Decides on a request for the content of a parcel of an invoice, and returns
/// its label. A parcel is served only as part of a bindle.
///
/// # Errors
///
/// - content that no parcel of the invoice has;
/// - content that is not stored, as `is_stored` tells.
pub fn parcel<'i>(
    invoice: &'i Invoice,
    digest: &Digest,
    is_stored: bool,
) -> Result<&'i Label, ParcelError> {
    match find_label(invoice, digest) {
        None => Err(ParcelError::NotInInvoice {
            id: invoice.id().clone(),
            digest: *digest,
        }),
        Some(_) if !is_stored => Err(ParcelError::NotUploaded {
            id: invoice.id().clone(),
            digest: *digest,
        }),
        Some(label) => Ok(label),
    }
}

fn find_label<'i>(invoice: &'i Invoice, digest: &Digest) -> Option<&'i Label> {
    let mut labels = invoice.parcels().iter().map(Parcel::label);
    labels.find(|label| label.digest() == *digest)
}

/// An invoice that was accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Created<'i> {
    missing: Vec<&'i Label>,
}

impl<'i> Created<'i> {
    /// The parcels that still have to be uploaded, in the order of the invoice,
    /// each content once. If there are none, the bindle is complete.
    #[must_use]
    pub fn missing(&self) -> &[&'i Label] {
        &self.missing
    }
}

/// Why an invoice was not accepted.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CreateError {
    /// This very bindle exists already.
    #[error("{id} exists already, with the same content")]
    Exists {
        /// The id of both.
        id: Id,
    },
    /// No creator has signed it. The specification requires one, whatever else
    /// a registry may require.
    #[error("{id} is not signed by a creator, and no bindle is hosted without that")]
    NoCreator {
        /// The id of the bindle.
        id: Id,
    },
    /// No strategy of the registry accepts its signatures.
    #[error(transparent)]
    NotVerified(#[from] Box<Rejected>),
    /// Another bindle with this id exists, and will not change.
    #[error(
        "{id} exists already, with other content: its content digest is {stored}, \
         that of the one offered is {offered}"
    )]
    OtherContent {
        /// The id of both.
        id: Id,
        /// The content digest of the invoice that is stored.
        stored: Digest,
        /// The content digest of the invoice that was offered.
        offered: Digest,
    },
    /// It has as many signatures as readers take, which leaves no room for the
    /// one of the host.
    #[error("{id} has {signatures} signatures; with that of the host, nobody could read it")]
    TooManySignatures {
        /// The id of the bindle.
        id: Id,
        /// How many there are.
        signatures: usize,
    },
    /// It is signed by a creator whom the registry does not know. The
    /// specification requires all of them to be known.
    #[error("{id} has a creator that is not known here: signature[{index}], by {by:?}")]
    UnknownCreator {
        /// The id of the bindle.
        id: Id,
        /// Which signature.
        index: usize,
        /// The name that the signer claims; free text.
        by: Box<str>,
    },
    /// It is yanked before it was ever there.
    #[error("{id} is yanked; a yanked bindle cannot be created")]
    Yanked {
        /// The id of the bindle.
        id: Id,
    },
}

/// Why a parcel was not taken.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum UploadError {
    /// Its content is stored already.
    #[error("the parcel {digest} exists already")]
    Exists {
        /// The digest of the content.
        digest: Digest,
    },
    /// The invoice lists no such parcel.
    #[error("{id} has no parcel {digest}")]
    NotInInvoice {
        /// The id of the bindle.
        id: Id,
        /// The digest that was named.
        digest: Digest,
    },
}

/// Why an invoice was not served.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum GetError {
    /// There is none with that id.
    #[error("there is no bindle {id}")]
    NotFound {
        /// The id that was asked for.
        id: Id,
    },
    /// It was withdrawn.
    #[error("{id} is yanked{}{reason}", if reason.is_empty() { "" } else { ": " })]
    Yanked {
        /// The id that was asked for.
        id: Id,
        /// Why; empty if no reason was given.
        reason: Box<str>,
    },
}

/// Why the content of a parcel was not served.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ParcelError {
    /// The invoice lists no such parcel.
    #[error("{id} has no parcel {digest}")]
    NotInInvoice {
        /// The id of the bindle.
        id: Id,
        /// The digest that was named.
        digest: Digest,
    },
    /// The invoice lists it, but nobody has uploaded it.
    #[error("the parcel {digest} of {id} was not uploaded yet")]
    NotUploaded {
        /// The id of the bindle.
        id: Id,
        /// The digest of the parcel.
        digest: Digest,
    },
}
