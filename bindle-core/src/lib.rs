//! Bindle as values: ids, digests, invoices, signatures and the rules of a
//! registry, without I/O.
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod content;
mod document;
mod identity;
mod invoice;
pub mod range;
pub mod registry;
pub mod text;
mod trust;

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
