//! [Bindle](https://github.com/deislabs/bindle) as values: ids, digests,
//! invoices, signatures and the rules of a registry, without I/O.
//!
//! A *bindle* is a package that never changes. Its *invoice* lists its
//! *parcels*, which are files addressed by their SHA-256, and carries the
//! signatures of those who vouch for it. This crate reads, checks, writes,
//! signs and verifies invoices, selects from them, and decides what a registry
//! decides. Files, network and clocks are the caller's.
//!
//! ```
//! use bindle_core::registry::{MemoryRegistry, Policy};
//! use bindle_core::{Invoice, KeyEntry, Keyring, Label, MediaType, Role, Strategy};
//! use bindle_core::{SecretKey, SecretKeyEntry, UnixTime};
//!
//! // Build: a parcel is hashed and measured as its label is made.
//! let content = b"\0asm...";
//! let mut invoice = Invoice::builder("example.com/hello/1.0.0".parse()?)
//!     .description("A greeting")
//!     .parcel(Label::of("hello.wasm", MediaType::WASM, content))
//!     .build()?;
//!
//! // Sign: seed and time come from the caller.
//! let (seed, now) = ([7; 32], UnixTime::from_seconds(1_700_000_000));
//! let key = SecretKey::from_seed(&seed);
//! let ada = SecretKeyEntry::new("Ada <ada@example.com>", key, [Role::Creator]);
//! invoice.sign(&ada, Role::Creator, now)?;
//!
//! // Verify: what comes out carries the evidence.
//! let keyring = Keyring::from_iter([KeyEntry::from(&ada)]);
//! let verified = Strategy::CreativeIntegrity.verify(invoice, &keyring)?;
//! assert_eq!(verified.findings().iter().next().unwrap().by(), ada.label());
//!
//! // Create and upload: the registry says which parcels it lacks.
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
//! In the order in which a bindle meets them:
//!
//! 1. **Names.** [`Name`] and [`Id`] (name and version), also as a `bindle:`
//!    URI; [`Digest`]; version ranges in [`range`].
//! 2. **Content.** [`Digester`] hashes it as it comes; [`ContentCheck`] checks
//!    it against what was announced.
//! 3. **The invoice.** [`Label`], [`Parcel`], [`Group`] and [`Invoice`]:
//!    [built](Invoice::builder) in code, [read](InvoiceReader) from TOML, or
//!    deserialised; [written](Invoice::to_toml) to the same bytes each time;
//!    pinned by its [content digest](Invoice::content_digest).
//! 4. **Problems.** [`Problems`] lists all that is wrong with a text, each
//!    [`Problem`] with its path, span, line and column; [`text`] is for tools
//!    that show them.
//! 5. **Keys.** [`SecretKey`] and [`PublicKey`]; [`SecretKeyFile`] and
//!    [`Keyring`] hold them with their [`Role`]s.
//! 6. **Trust.** [`Invoice::sign`]; [`Findings`] tell what each signature is
//!    worth, a [`Strategy`] makes a verdict of them, and [`Verified`] is its
//!    proof. [`Invoice::yank`] withdraws a bindle.
//! 7. **Selection.** [`Invoice::select`] tells which parcels a run needs, and
//!    why: see [`select`].
//! 8. **Queries.** Which bindles have something in their names, or in what is
//!    written about them, in [`query`].
//! 9. **The protocol.** Requests and answers over HTTP as values, in
//!    [`protocol`].
//! 10. **The registry.** Decisions over facts, a registry in memory, and
//!     machines that push and pull bindles, in [`registry`].
//! 11. **Standalone bindles.** An invoice and its parcels as a folder of files,
//!     or an archive of it, in [`standalone`].
//!
//! # What a signature covers
//!
//! | of the invoice | signature | content digest |
//! |---|---|---|
//! | name and version | covered | covered |
//! | digests of the parcels, in their order | covered | covered |
//! | label names, media types, sizes, origins, annotations, features | | covered |
//! | conditions and groups | | covered |
//! | description, authors, annotations | | covered |
//! | signer's name and role | covered | |
//! | time of signing | covered in [`SignedTextForm::Specification`] only | |
//! | other signatures, yank | | |
//!
//! That is the specification's choice, and deployed verifiers accept no other.
//! A size that is a lie comes out when the content is checked. Where anything
//! else in the third column matters, pin the content digest: tell it along
//! with the id over a channel that you trust.
//!
//! # Compatibility
//!
//! The documents are those of the Bindle specification 1.0.0 and of its
//! reference implementation 0.9, which reads what
//! [`Invoice::to_reference_toml`] writes. These differences are deliberate.
//!
//! From the specification:
//!
//! - Names may have `.` and `-` in them: its own examples and all that is
//!   deployed do. They have at most 255 bytes, and no segment `.` or `..`.
//! - Signatures are made in the reference's form of the signed text, since
//!   deployed verifiers accept no other; both forms verify, and a [`Finding`]
//!   tells which it was.
//! - Control characters are refused in all that is signed or names something:
//!   the signed text is joined by line breaks.
//! - A bad signature by an *unknown* key, which fails its strategy 4, and an
//!   unknown key that signs twice do not count rather than fail, so that no
//!   stranger can take a package away: see [`Strategy`].
//! - A registry offers no login (`/login`): who may do what is the server's.
//! - `bindleVersion = "v1.0.0"` of its sample is read, and `1.0.0` written;
//!   `yanked_signature` is read, and `yankedSignature` written, as deployed.
//!
//! From the reference implementation:
//!
//! - Names, versions, digests, media types and groups are checked. It accepts
//!   `../../etc` as a name, `not-a-sha` as a digest and groups that nobody
//!   declared.
//! - One content has one size in an invoice: two labels of one digest and
//!   different sizes are refused.
//! - The keyring decides on roles: a key counts only in a role that is granted
//!   to it. There every key counts in every role.
//! - The same known key twice is refused; `MultipleAttestation` takes one role
//!   at the least. There the first counts twice, and no role accepts everything.
//! - A valid signature by an unknown host is no reason for
//!   `GreedyVerification` to reject.
//! - A label may have an origin, features and annotations at once, and no
//!   name. A yank may have a reason.
//! - Traces of a yank count as a yank, whatever the flag says.
//! - A selection heeds `satisfiedBy`, is in the order of the invoice, and
//!   refuses cycles, undeclared groups and the exclusion of what is required.
//!   There every needed group is taken whole, in any order.
//! - Queries have a standard mode, and their terms are looked for one by one.
//!   There each query is strict, and its text one term.
//!
//! From the reference server and client, in the [`protocol`] and in the
//! [`registry`]:
//!
//! - Paths are decoded, so that `käse/1.0.0` has an address; ids and digests in
//!   them are parsed, so that none leads out of a store. There they are taken
//!   as they come.
//! - A parameter that an endpoint does not know is refused everywhere; there on
//!   `/_q` and `/bindle-keys` only.
//! - Yanked bindles are in no answer to a query but on demand; their parcels
//!   are served on demand. There queries have them always, and their parcels
//!   nobody gets.
//! - All creators of a bindle are known to a registry that takes it, as the
//!   specification wants it. There one of them is enough.
//! - The answer to a query has the `timestamp` that the specification requires.
//! - `limit=0` is no results, and a bad range an error. There the first breaks
//!   the connection, and the second finds nothing.
//! - A parcel that the invoice does not list is 404 on `GET`, and 400 on
//!   `POST` only. There it is 400 on both.
//! - A failed upload leaves nothing. There, after one of the wrong size, the
//!   right content is refused for ever.
//! - Errors are in JSON for those who accept that. There they are TOML always.
//! - `/bindle-keys?roles=creator` is a list, empty or not. There it is an error.
//! - Content that was fetched is checked. There it is handed out as it came.
//! - A standalone bindle is checked, from the name of its folder to the content
//!   of its parcels. There each folder with an invoice in it is one, whatever
//!   its name, and its files are sent as they are.
//!
//! # Guarantees
//!
//! - **No I/O.** No files, network, environment, clock, randomness, threads or
//!   output. Times and seeds are arguments.
//! - **No panic, no endless loop** on any input; time and memory grow as the
//!   input does, within [`Limits`].
//! - **The same bytes each time.** Nothing that comes out depends on the order
//!   of a hash table.
//! - **No unsafe code** in this crate, and **`no_std`** with `alloc` where the
//!   feature `std` is off. It adds [`std::io::Write`] for [`Digester`] and
//!   [`ContentCheck`], and nothing else. The features `json` (bodies of the
//!   protocol in JSON) and `http` (the types of that crate) are off by default.
//! - Rust 1.85 or later.
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod content;
mod document;
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

pub use semver;

pub use crate::content::{ContentCheck, ContentError, Digester};
pub use crate::document::{Place, Problem, ProblemKind, Problems, Severity};
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
