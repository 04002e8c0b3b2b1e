//! Packaging applications into bindles, and unpacking them.
//!
//! A [`Packager`] collects everything that an application consists of, as
//! [`Collected`]. A bindle, [`Package`], is one form of it, and an
//! [`Application`] is what a runtime gets from a bindle. The guide shows [the
//! whole way](crate::guide::packaging).

mod application;
mod bindle;
mod collected;
mod content;
mod error;
mod media_type;
mod options;
mod packager;
mod plan;
mod pretty;
mod sources;
mod stored;
mod unpack;
mod uses;

pub use self::application::{
    Application, ApplicationComponent, ApplicationDependency, ApplicationTrigger,
};
pub use self::bindle::{Package, PackagedParcel, ParcelContent};
pub use self::collected::{
    Collected, CollectedComponent, CollectedFile, CollectedModule, TriggerModule,
};
pub use self::content::{Content, ContentSource, ModuleKind};
pub use self::error::{PackageError, PackageWarning};
pub use self::options::{BuildMetadata, Fidelity, PackageOptions};
pub use self::packager::{Need, Packager, Ticket};
pub use self::unpack::UnpackError;
pub use crate::pattern::Depth;
