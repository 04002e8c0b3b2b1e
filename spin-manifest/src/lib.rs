//! Spin manifests: read, checked, packaged and unpacked, without I/O.
#![forbid(unsafe_code)]

mod build;
mod diagnose;
mod era;
mod files;
mod hosts;
mod id;
mod manifest;
pub mod package;
pub mod schema;
mod source;
mod value;
mod variable;

pub use crate::build::{Build, Commands};
pub use crate::diagnose::{Diagnostics, Problem, ProblemKind, Related, Rendered, Severity};
pub use crate::era::Era;
pub use crate::files::{FileEntry, Placement};
pub use crate::hosts::{HttpHost, ParseHttpHostError};
pub use crate::id::{KebabId, LowerSnakeId, ParseIdentifierError};
pub use crate::manifest::{Document, Manifest, ManifestReader, Rules, Strictness};
pub use crate::source::{RegistrySource, Source, UrlSource};
pub use crate::value::{Located, Table, Value};
pub use crate::variable::{Requirement, Secrecy, Variable};
