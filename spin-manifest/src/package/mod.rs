//! Packaging an application into a bindle, and back.

mod application;
mod bindle;
mod collect;
mod error;
mod media_type;
mod options;
mod packager;

mod pretty;
mod stored;

pub use self::application::{Application, ApplicationComponent, ApplicationTrigger, UnpackError};
pub use self::bindle::{Package, PackagedParcel, ParcelContent};
pub use self::collect::{Content, ContentSource, ModuleKind};
pub use self::error::{PackageError, PackageWarning};
pub use self::options::{BuildMetadata, Fidelity, PackageOptions};
pub use self::packager::{Need, Packager, Ticket};
pub use crate::pattern::Depth;
