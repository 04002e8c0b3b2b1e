//! Spin manifests: read, checked, packaged and unpacked, without I/O.
#![forbid(unsafe_code)]

mod build;
mod component;
mod dependency;
mod diagnose;
mod era;
mod files;
mod hosts;
mod id;
mod manifest;
mod normalise;
pub mod package;
mod pattern;
mod reader;
pub mod schema;
mod source;
mod template;
mod value;
mod variable;

pub use crate::build::{Build, Commands};
pub use crate::component::{Component, Profile, Target};
pub use crate::dependency::{
    Dependency, DependencyName, DependencySource, Inherit, PackageDependencyName, PackageName,
    ParseDependencyNameError,
};
pub use crate::diagnose::{Diagnostics, Problem, ProblemKind, Related, Rendered, Severity};
pub use crate::era::Era;
pub use crate::files::{FileEntry, Placement};
pub use crate::hosts::{
    Host, HostPattern, HttpHost, OutboundHost, ParseHttpHostError, ParseOutboundHostError,
    PortPattern, SchemePattern,
};
pub use crate::id::{KebabId, LowerSnakeId, ParseIdentifierError, SnakeId};
pub use crate::manifest::{Document, Manifest};
pub use crate::normalise::{ComponentId, NormaliseError, Normalised, NormalisedTrigger};
pub use crate::reader::{ManifestReader, Rules, Strictness};
pub use crate::source::{RegistrySource, Source, UrlSource};
pub use crate::value::{List, Located, Settings, Table, Value};
pub use crate::variable::{Requirement, Secrecy, Variable};
