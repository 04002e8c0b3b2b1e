//! Standalone bindles: an invoice and its parcels as a folder of files, for
//! places from which no registry can be reached.
//!
//! ```text
//! 6a4747191c36c66e5b2d4ed5e07623c9e4cc5abd530b0a29c6a1d7d658c4da59/
//!   invoice.toml
//!   parcels/
//!     23f310b54076878fd4c36f0c60ec92011a8b406349b98dd37d08577d17397de5.dat
//! ```
//!
//! The folder is named by the [canonical name](crate::Id::canonical_name) of
//! the bindle, and each parcel by the digest of its content. A `.tar.gz` of
//! that folder is a standalone bindle, too. A [`Layout`] says what to write,
//! and a [`Reader`] checks files while they are read: it never holds a whole
//! parcel or archive.
//!
//! The reader makes sure that the files are those that the invoice lists. Who
//! vouches for the invoice is a different question, for a
//! [`Strategy`](crate::Strategy).
//!
//! ```
//! use bindle_core::standalone::{Content, Layout, Reader};
//! use bindle_core::{Invoice, Label};
//!
//! let invoice = Invoice::builder("example.com/hello/1.0.0".parse()?)
//!     .parcel(Label::of("hello.txt", "text/plain".parse()?, b"hello"))
//!     .build()?;
//!
//! let mut reader = Reader::new();
//! for file in Layout::new(&invoice)?.files() {
//!     let mut entry = reader.handle_file(file.path())?;
//!     match file.content() {
//!         Content::Invoice(text) => entry.update(text.as_bytes())?,
//!         // From wherever the content is, in chunks.
//!         Content::Parcel(label) => assert_eq!(label.name(), "hello.txt"),
//!     }
//!     # if matches!(file.content(), Content::Parcel(_)) { entry.update(b"hello")?; }
//!     entry.finish();
//! }
//! assert_eq!(*reader.finish()?.invoice(), invoice);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Specification: *Standalone Bindle* (`standalone-bindle-spec.md`). It asks
//! for a folder `parcels` in every bindle; since archives need not list
//! folders, a bindle without parcels is also read without it.

mod path;
mod problem;
mod read;
mod write;

pub use self::problem::{Problem, ProblemKind, Refused};
pub use self::read::{Arrival, Completeness, Entry, EntryKind, Limits, Reader, Standalone};
pub use self::write::{Content, File, Layout, UnwritableInvoice};
