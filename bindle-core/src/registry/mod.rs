//! The rules of a registry, as decisions over facts that the caller looks up,
//! and a registry in memory, which applies these decisions to maps.
//!
//! A bindle is uploaded in two steps: first its invoice, which shows what is
//! missing ([`create`]), then each missing parcel ([`upload`]). Once there,
//! neither ever changes; a bindle can be yanked, but never unyanked.
//!
//! A server verifies an invoice by its [`Policy`], decides by the functions of
//! this module, does what was decided, and answers with a
//! [`Response`](crate::protocol::Response), which a [`Refusal`] makes of an
//! error. The guide shows all of this over an [object
//! store](crate::guide::object_storage), and [`Push`] and [`Pull`] in an [async
//! program](crate::guide::async_service).
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
