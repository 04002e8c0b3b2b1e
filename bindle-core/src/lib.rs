//! [Bindle](https://github.com/deislabs/bindle) as plain values: ids, digests,
//! invoices, signatures and the rules of a registry, without I/O.
//!
//! A *bindle* is a package that never changes. Its *invoice* lists its
//! *parcels*, which are files addressed by their SHA-256, and carries the
//! signatures of those who vouch for it. This crate reads, checks, writes,
//! signs and verifies invoices, selects from them, and makes the decisions of a
//! registry. Files, network and clocks are left to the caller.
//!
//! ```
//! use bindle_core::registry::{MemoryRegistry, Policy};
//! use bindle_core::{Invoice, KeyEntry, Keyring, Label, MediaType, Role, Strategy};
//! use bindle_core::{SecretKey, SecretKeyEntry, UnixTime};
//!
//! // Build: making the label of a parcel hashes and measures its content.
//! let content = b"\0asm...";
//! let mut invoice = Invoice::builder("example.com/hello/1.0.0".parse()?)
//!     .description("A greeting")
//!     .parcel(Label::of("hello.wasm", MediaType::WASM, content))
//!     .build()?;
//!
//! // Sign: the seed and the time come from you.
//! let (seed, now) = ([7; 32], UnixTime::from_seconds(1_700_000_000));
//! let key = SecretKey::from_seed(&seed);
//! let ada = SecretKeyEntry::new("Ada <ada@example.com>", key, [Role::Creator]);
//! invoice.sign(&ada, Role::Creator, now)?;
//!
//! // Verify: the result carries the evidence.
//! let keyring = Keyring::from_iter([KeyEntry::from(&ada)]);
//! let verified = Strategy::CreativeIntegrity.verify(invoice, &keyring)?;
//! assert_eq!(verified.findings().iter().next().unwrap().by(), ada.label());
//!
//! // Create and upload: the registry says which parcels are missing.
//! let id = verified.id().clone();
//! let mut registry = MemoryRegistry::new(Policy::new(keyring));
//! for label in registry.create(verified.into_inner(), now)? {
//!     registry.upload(&id, &label.digest(), content)?;
//! }
//! assert!(registry.missing(&id)?.is_empty());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Contents
//!
//! In the order in which a bindle encounters them:
//!
//! 1. **Names.** [`Name`] and [`Id`] (name and version), also as a `bindle:`
//!    URI; [`Digest`]; version ranges in [`range`].
//! 2. **Content.** [`Digester`] hashes it as it arrives; [`ContentCheck`]
//!    checks it against an announced digest and size.
//! 3. **The invoice.** [`Label`], [`Parcel`], [`Group`] and [`Invoice`]:
//!    [built](Invoice::builder) in code, [read](InvoiceReader) from TOML, or
//!    deserialised; [written](Invoice::to_toml) to the same bytes each time;
//!    pinned by its [content digest](Invoice::content_digest).
//! 4. **Problems.** [`Problems`] lists everything that is wrong with a text,
//!    each [`Problem`] with its path, span, line and column; [`text`] helps
//!    tools to show them. [`document`] reads any TOML, with the place of each
//!    key and value.
//! 5. **Keys.** [`SecretKey`] and [`PublicKey`]; [`SecretKeyFile`] and
//!    [`Keyring`] hold them with their [`Role`]s.
//! 6. **Trust.** [`Invoice::sign`] adds a signature. [`Findings`] tell what
//!    each signature is worth, a [`Strategy`] decides on them, and [`Verified`]
//!    is the proof. [`Invoice::yank`] withdraws a bindle.
//! 7. **Selection.** [`Invoice::select`] tells which parcels a run needs, and
//!    why: see [`select`].
//! 8. **Queries.** [`query`] finds bindles by terms and versions.
//! 9. **The protocol.** [`protocol`] has the requests and responses of the HTTP
//!    protocol as values.
//! 10. **The registry.** [`registry`] has decisions over facts, a registry in
//!     memory, and state machines that push and pull bindles.
//! 11. **Standalone bindles.** [`standalone`] reads and writes an invoice and
//!     its parcels as a folder of files, or as an archive of it.
//!
//! # Guide
//!
//! The [`guide`] has chapters on verifying in an [admission
//! check](guide::admission), embedding in an [async
//! service](guide::async_service), running a registry on [object
//! storage](guide::object_storage), [migrating](guide::migration) from the
//! crate `bindle` 0.9, what a signature [covers](guide::signatures), the
//! [security model](guide::security), and [compatibility](guide::compatibility)
//! with deployed systems, with every deliberate difference.
//!
//! # Guarantees
//!
//! - **No I/O.** The crate uses no files, network, environment, clock,
//!   randomness, threads or output. Times and seeds are arguments.
//! - **No panic and no endless loop** on any input. Time and memory are linear
//!   in its size, within [`Limits`].
//! - **Deterministic output.** Nothing depends on the order of a hash table.
//! - **No unsafe code** in this crate, and **`no_std`** with `alloc` if the
//!   feature `std` is off. That feature only adds [`std::io::Write`] for the
//!   types that take content ([`Digester`], [`ContentCheck`],
//!   [`standalone::Entry`]). The features `json` (protocol bodies in JSON) and
//!   `http` (conversions to the types of that crate) are off by default.
//! - **Rust 1.85** or later.
#![cfg_attr(not(feature = "std"), no_std)]
// Documentation tells which feature an item needs.
#![cfg_attr(docsrs, feature(doc_cfg))]

extern crate alloc;

mod content;
pub mod document;
#[cfg(doc)]
pub mod guide;
mod identity;
mod invoice;
mod percent;
pub mod protocol;
pub mod query;
pub mod range;
pub mod registry;
pub mod select;
pub mod standalone;
pub mod text;
mod trust;

/// The examples of the README, which are run as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

/// Panics if the decoder of TOML and the crate `toml` do not agree on a text, of
/// whose problems so many are listed.
#[cfg(fuzzing)]
#[doc(hidden)]
pub fn decoder_agrees(text: &str, limit: usize) {
    document::oracle::agree(text, limit);
}

pub use semver;

pub use crate::content::{ContentCheck, ContentError, Digester};
pub use crate::document::problem::{Place, Problem, ProblemKind, Problems, Severity};
pub use crate::identity::{
    Digest, Id, Name, ParseDigestError, ParseIdError, ParseNameError, ParseUriError,
};
pub use crate::invoice::{
    Features, Group, Invoice, InvoiceBuilder, InvoiceReader, Label, Limits, MalformedBase64,
    MediaType, Parcel, ParseMediaTypeError, ParseRoleError, ParseSatisfiedByError, ReadInvoice,
    ReferenceToml, Role, SatisfiedBy, SignatureBlock, UnixTime,
};
pub use crate::trust::{
    Finding, Findings, KeyEntry, Keyring, LabelStatus, NoRoles, ParseStrategyError, PublicKey,
    PublicKeyError, RejectReason, Rejected, RequiredRoles, RoleSet, SecretKey, SecretKeyEntry,
    SecretKeyFile, SignError, SignatureStatus, SignedTextForm, Strategy, Verified, YankFinding,
    YankKey,
};
