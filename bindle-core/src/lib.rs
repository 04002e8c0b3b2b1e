//! Bindle as values: ids, digests, invoices, signatures and the rules of a
//! registry, without I/O.
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod content;
mod identity;
pub mod text;

pub use semver;

pub use crate::content::{ContentCheck, ContentError, Digester};
pub use crate::identity::{
    Digest, Id, Name, ParseDigestError, ParseIdError, ParseNameError, ParseUriError,
};
