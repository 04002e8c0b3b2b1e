//! The rules of a registry, as decisions over facts that the caller looks up,
//! and a registry in memory that is these decisions over maps.
//!
//! A bindle is uploaded in two steps: its invoice, which tells what is missing
//! ([`create`]), then each missing parcel ([`upload`]). Once there, neither
//! ever changes; a bindle can be yanked, one way.
//!
//! A server verifies an invoice by its [`Policy`], decides by the functions of
//! this module, does what was decided, and answers with a
//! [`Response`](crate::protocol::Response), or with what a [`Refusal`] makes
//! of an error. The guide has all of it over an
//! [object store](crate::guide::object_storage), and [`Push`] and [`Pull`] in an
//! [async program](crate::guide::async_service).
//!
//! Specification: *Bindle Protocol* (`protocol-spec.md`).

mod decide;
mod memory;
mod policy;
mod refusal;
mod transfer;

pub use self::decide::{
    CreateError, Created, GetError, ParcelError, UploadError, create, get, missing, parcel, upload,
};
pub use self::memory::{Headers, MemoryRegistry, UploadContentError};
pub use self::policy::{Policy, Yank, keys};
pub use self::refusal::Refusal;
pub use self::transfer::{
    Payload, Pull, PullError, Push, PushError, Refused, Ticket, Trust, UnknownTicket,
};
