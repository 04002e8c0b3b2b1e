//! The rules of a registry, as decisions over facts that the caller looks up,
//! and a registry in memory that is these decisions over maps.
//!
//! A bindle is uploaded in two steps: its invoice, which tells what is missing
//! ([`create`]), then each missing parcel ([`upload`]). Once there, neither
//! ever changes; a bindle can be yanked, one way.
//!
//! Specification: *Bindle Protocol* (`protocol-spec.md`).

mod decide;
mod memory;

pub use self::decide::{CreateError, Created, GetError, UploadError, create, get, missing, upload};
pub use self::memory::{MemoryRegistry, UploadContentError, YankError};
