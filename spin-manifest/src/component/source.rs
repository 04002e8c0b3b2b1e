use std::fmt;

use bindle_core::Digest;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

/// Where the WebAssembly module of a component comes from.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Source {
    /// A parcel of a bindle, in Spin 0.1 to 0.10.
    Bindle {
        /// The id of the bindle.
        reference: String,
        /// The digest or name of the parcel.
        parcel: String,
    },
    /// A file, relative to the folder of the manifest.
    Path(String),
    /// A package from a registry.
    Registry(RegistrySource),
    /// A file to download.
    Url(UrlSource),
}

/// A module to download, and its digest.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct UrlSource {
    /// The address.
    pub url: String,
    /// The digest, as `sha256:` and 64 hexadecimal digits. Spin reads any text
    /// here; [`UrlSource::sha256`] says whether it is a digest.
    pub digest: String,
}

impl UrlSource {
    /// The SHA-256 of the module, if [`digest`](Self::digest) contains one.
    #[must_use]
    pub fn sha256(&self) -> Option<Digest> {
        self.digest.strip_prefix("sha256:")?.parse().ok()
    }
}

/// A package from a registry.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RegistrySource {
    /// The registry; `None` means the default of the host.
    pub registry: Option<String>,
    /// The package, `NAMESPACE:NAME`.
    pub package: String,
    /// The version.
    pub version: String,
}

impl fmt::Display for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bindle { reference, parcel } => {
                write!(formatter, "parcel {parcel} of bindle {reference}")
            }
            Self::Path(path) => formatter.write_str(path),
            Self::Registry(source) => write!(formatter, "{}@{}", source.package, source.version),
            Self::Url(source) => formatter.write_str(&source.url),
        }
    }
}

impl Serialize for RegistrySource {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if let Some(registry) = &self.registry {
            map.serialize_entry("registry", registry)?;
        }
        map.serialize_entry("package", &self.package)?;
        map.serialize_entry("version", &self.version)?;
        map.end()
    }
}

/// Serialises as in a manifest: as a string or a table.
impl Serialize for Source {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Bindle { reference, parcel } => {
                let mut map = serializer.serialize_map(Some(2))?;
                map.serialize_entry("reference", reference)?;
                map.serialize_entry("parcel", parcel)?;
                map.end()
            }
            Self::Path(path) => path.serialize(serializer),
            Self::Registry(source) => source.serialize(serializer),
            Self::Url(source) => source.serialize(serializer),
        }
    }
}
