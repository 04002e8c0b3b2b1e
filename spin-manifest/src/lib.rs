//! Reads, checks, packages and unpacks Spin applications by their manifests,
//! without I/O.
//!
//! 1. [`Manifest::from_toml`] reads a `spin.toml` of any era of Spin, or reports
//!    everything that is wrong with it as [`Diagnostics`]; [`ManifestReader`]
//!    does so by the rules of one [`Era`].
//! 2. [`Manifest::normalised`] returns the form that all formats have in
//!    common, [`Normalised`], in which every reference resolves.
//! 3. [`package::Packager`] makes a bindle of the application: it says which
//!    files it needs, and the caller brings them.
//! 4. [`package::Application::unpack`] tells a runtime what was packaged.
//!
//! [`json_schema`] has the rules of the formats for editors. With the feature
//! `miette`, [`Diagnostics`] can be converted to reports of the crate `miette`.
//!
//! ```
//! use spin_manifest::Manifest;
//!
//! let text = "spin_version = \"1\"\nname = \"hello\"\nversoin = \"0.1.0\"\n";
//! let diagnostics = Manifest::from_toml(text).unwrap_err();
//! let report = diagnostics.render("spin.toml", text).to_string();
//! assert!(report.contains("did you mean `version`?"));
//! ```
//!
//! # Guide
//!
//! The [`guide`] has chapters on [packaging](guide::packaging) an application,
//! on [compatibility](guide::compatibility) with every era of Spin, with every
//! deliberate difference, and on [migrating](guide::migration) from Spin's own
//! crate.
//!
//! # Ids, invoices, versions
//!
//! They come from the crates [`bindle_core`] and [`semver`], which are
//! re-exported here so that you use matching versions.
//!
//! # You bring the files
//!
//! `examples/src/folder.rs` in the repository is meant to be copied: it lists a
//! folder, reads its files, and feeds the packager, with nothing but `std`.
// Documentation tells which feature an item needs.
#![cfg_attr(docsrs, feature(doc_cfg))]

mod component;
mod diagnose;
mod document;
mod era;
#[cfg(doc)]
pub mod guide;
mod hosts;
mod id;
pub mod json_schema;
mod manifest;
mod normalise;
pub mod package;
mod pattern;
mod reader;
pub mod schema;
mod template;
mod upgrade;
mod value;
mod variable;

/// The examples of the README, which are run as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

pub use bindle_core::{self, semver};

pub use crate::component::{
    Build, Commands, Component, Dependency, DependencyName, DependencySource, FileEntry, Inherit,
    PackageDependencyName, PackageName, ParseDependencyNameError, Placement, Profile,
    RegistrySource, Source, Target, UrlSource,
};
#[cfg(feature = "miette")]
pub use crate::diagnose::MietteDiagnostics;
pub use crate::diagnose::{Diagnostics, Problem, ProblemKind, Related, Rendered, Severity};
pub use crate::era::Era;
pub use crate::hosts::{
    Host, HostPattern, HttpHost, OutboundHost, ParseHttpHostError, ParseOutboundHostError,
    PortPattern, SchemePattern,
};
pub use crate::id::{KebabId, LowerSnakeId, ParseIdentifierError, SnakeId};
pub use crate::manifest::{Document, Manifest};
pub use crate::normalise::{ComponentId, NormaliseError, Normalised, NormalisedTrigger};
pub use crate::reader::{ManifestReader, Rules, Strictness};
pub use crate::value::{List, Located, Settings, Table, Value};
pub use crate::variable::{Requirement, Secrecy, Variable};
