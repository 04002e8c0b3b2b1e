use std::fmt;
use std::str::FromStr;

use bindle_core::semver::{BuildMetadata, Version};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

use super::{RegistrySource, Source, UrlSource};
use crate::id::{KebabId, ParseIdentifierError, package_label};

/// The name of an import of a component that has to be satisfied.
///
/// # Syntax
///
/// A kebab-case word, or `NAMESPACE:PACKAGE[/INTERFACE][@VERSION]` with a whole
/// SemVer version.
///
/// ```
/// use spin_manifest::DependencyName;
///
/// let name: DependencyName = "wasi:http/types@0.2.0".parse()?;
/// assert_eq!(name.to_string(), "wasi:http/types@0.2.0");
/// let error = "wasi:http@0.2".parse::<DependencyName>().unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "dependency \"wasi:http@0.2\" has the version \"0.2\"; write a whole one, such as `1.2.3`"
/// );
/// # Ok::<(), spin_manifest::ParseDependencyNameError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DependencyName {
    /// A package, or one of its interfaces.
    Package(PackageDependencyName),
    /// A plain name.
    Plain(KebabId),
}

/// The name of a package, or of one of its interfaces.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PackageDependencyName {
    package: PackageName,
    interface: Option<KebabId>,
    version: Option<Version>,
}

impl PackageDependencyName {
    /// The package.
    #[must_use]
    pub fn package(&self) -> &PackageName {
        &self.package
    }

    /// The interface, unless the whole package is meant.
    #[must_use]
    pub fn interface(&self) -> Option<&KebabId> {
        self.interface.as_ref()
    }

    /// The version, if one is named.
    #[must_use]
    pub fn version(&self) -> Option<&Version> {
        self.version.as_ref()
    }

    /// Whether both could mean the same import: they have the same package, and
    /// neither incompatible versions nor different interfaces.
    #[must_use]
    pub fn conflicts_with(&self, other: &Self) -> bool {
        let differ = |left: Option<&Version>, right: Option<&Version>| match (left, right) {
            (Some(left), Some(right)) => compatible(left) != compatible(right),
            _ => false,
        };
        let has_other_interface = matches!(
            (&self.interface, &other.interface),
            (Some(left), Some(right)) if left != right
        );
        self.package == other.package
            && !differ(self.version.as_ref(), other.version.as_ref())
            && !has_other_interface
    }
}

/// What the versions that are compatible with `version` have in common.
pub(crate) fn compatible(version: &Version) -> Version {
    let mut version = version.clone();
    version.build = BuildMetadata::EMPTY;
    if version.pre.is_empty() {
        if version.major > 0 {
            version.minor = 0;
        }
        if version.major > 0 || version.minor > 0 {
            version.patch = 0;
        }
    }
    version
}

/// The name of a WebAssembly package: `NAMESPACE:NAME`, both in kebab case and
/// in lower case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PackageName {
    namespace: KebabId,
    name: KebabId,
}

impl FromStr for PackageName {
    type Err = ParseDependencyNameError;

    /// Reads `NAMESPACE:NAME`.
    ///
    /// # Errors
    ///
    /// - no `:`;
    /// - a part that is not a [`KebabId`], or has upper-case letters.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        package(text).map_err(|kind| ParseDependencyNameError::new(text, kind))
    }
}

fn package(text: &str) -> Result<PackageName, ErrorKind> {
    let (namespace, name) = text.split_once(':').ok_or(ErrorKind::NoNamespace)?;
    Ok(PackageName {
        namespace: package_label(namespace).map_err(ErrorKind::Identifier)?,
        name: package_label(name).map_err(ErrorKind::Identifier)?,
    })
}

impl FromStr for DependencyName {
    type Err = ParseDependencyNameError;

    /// Reads the name of a dependency.
    ///
    /// # Errors
    ///
    /// - a word, a namespace, a package or an interface that is not a [`KebabId`];
    /// - a namespace or a package with upper-case letters;
    /// - a version that is not a whole SemVer version.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse(text).map_err(|kind| ParseDependencyNameError::new(text, kind))
    }
}

fn parse(text: &str) -> Result<DependencyName, ErrorKind> {
    if !text.contains([':', '/']) {
        return text
            .parse()
            .map(DependencyName::Plain)
            .map_err(ErrorKind::Identifier);
    }
    let (name, version) = match text.split_once('@') {
        Some((name, version)) => {
            let parsed = Version::parse(version);
            (
                name,
                Some(parsed.map_err(|_| ErrorKind::Version(version.into()))?),
            )
        }
        None => (text, None),
    };
    let (name, interface) = match name.split_once('/') {
        Some((name, interface)) => (
            name,
            Some(interface.parse().map_err(ErrorKind::Identifier)?),
        ),
        None => (name, None),
    };
    Ok(DependencyName::Package(PackageDependencyName {
        package: package(name)?,
        interface,
        version,
    }))
}

impl fmt::Display for PackageName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.namespace, self.name)
    }
}

impl fmt::Display for DependencyName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Package(name) => name.fmt(formatter),
            Self::Plain(name) => name.fmt(formatter),
        }
    }
}

impl fmt::Display for PackageDependencyName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.package.fmt(formatter)?;
        if let Some(interface) = &self.interface {
            write!(formatter, "/{interface}")?;
        }
        match &self.version {
            Some(version) => write!(formatter, "@{version}"),
            None => Ok(()),
        }
    }
}

impl Serialize for DependencyName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for DependencyName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// A text that is not a name of a dependency or a package.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("dependency {text:?} {kind}")]
pub struct ParseDependencyNameError {
    text: Box<str>,
    kind: ErrorKind,
}

impl ParseDependencyNameError {
    fn new(text: &str, kind: ErrorKind) -> Self {
        Self {
            text: text.into(),
            kind,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Error)]
enum ErrorKind {
    #[error("has a malformed part: {0}")]
    Identifier(ParseIdentifierError),
    #[error("has no namespace; write `NAMESPACE:NAME`")]
    NoNamespace,
    #[error("has the version {0:?}; write a whole one, such as `1.2.3`")]
    Version(Box<str>),
}

/// How an import of a component, or of a trigger, is satisfied.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Dependency {
    /// What satisfies it.
    pub source: DependencySource,
    /// The export that satisfies it; `None` means the one with the name of the
    /// import.
    pub export: Option<String>,
    /// Which parts of its dependent's configuration it may use; `None` if that
    /// is not specified.
    pub inherit: Option<Inherit>,
}

/// What satisfies an import.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DependencySource {
    /// Another component of the application.
    Component(KebabId),
    /// A package from a registry.
    Package {
        /// The version requirement.
        version: String,
        /// The registry; `None` means the default of the host.
        registry: Option<String>,
        /// The package; `None` means that of the import.
        package: Option<String>,
    },
    /// A file, relative to the folder of the manifest.
    Path(String),
    /// A file to download.
    Url(UrlSource),
    /// A version requirement for the package of the import, written as a
    /// string.
    Version(String),
}

/// Which parts of its dependent's configuration a dependency may use.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Inherit {
    /// All parts.
    All,
    /// These fields, such as `ai_models`.
    Fields(Vec<String>),
    /// None of it.
    Nothing,
}

impl Dependency {
    /// The same dependency with the module of the component that it names.
    pub(crate) fn with_component(self, source: &Source) -> Self {
        let source = match source {
            Source::Path(path) => DependencySource::Path(path.clone()),
            Source::Url(source) => DependencySource::Url(source.clone()),
            Source::Registry(RegistrySource {
                registry,
                package,
                version,
            }) => DependencySource::Package {
                version: version.clone(),
                registry: registry.clone(),
                package: Some(package.clone()),
            },
            // No format has both bindles and dependencies.
            Source::Bindle { .. } => self.source,
        };
        Self { source, ..self }
    }
}

impl Serialize for Inherit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::All => serializer.serialize_bool(true),
            Self::Fields(fields) => fields.serialize(serializer),
            Self::Nothing => serializer.serialize_bool(false),
        }
    }
}

/// Serialises as in a manifest: as a string or a table.
impl Serialize for Dependency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = match &self.source {
            DependencySource::Version(version) => return version.serialize(serializer),
            _ => serializer.serialize_map(None)?,
        };
        match &self.source {
            DependencySource::Component(component) => {
                map.serialize_entry("component", component)?;
            }
            DependencySource::Package {
                version,
                registry,
                package,
            } => {
                map.serialize_entry("version", version)?;
                if let Some(registry) = registry {
                    map.serialize_entry("registry", registry)?;
                }
                if let Some(package) = package {
                    map.serialize_entry("package", package)?;
                }
            }
            DependencySource::Path(path) => map.serialize_entry("path", path)?,
            DependencySource::Url(source) => {
                map.serialize_entry("url", &source.url)?;
                map.serialize_entry("digest", &source.digest)?;
            }
            DependencySource::Version(_) => {}
        }
        if let Some(export) = &self.export {
            map.serialize_entry("export", export)?;
        }
        if let Some(inherit) = &self.inherit {
            map.serialize_entry("inherit_configuration", inherit)?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::compatible;

    #[test]
    fn versions_are_compatible_with_those_of_the_same_first_number_that_is_not_0() {
        for (version, common) in [
            ("1.2.3", "1.0.0"),
            ("1.0.3", "1.0.0"),
            ("2.1.0+b", "2.0.0"),
            ("0.2.3", "0.2.0"),
            ("0.0.3", "0.0.3"),
            ("0.0.3+b", "0.0.3"),
            ("1.2.3-rc.1", "1.2.3-rc.1"),
            ("1.2.3-rc.1+b", "1.2.3-rc.1"),
        ] {
            let found = compatible(&version.parse().expect("a version"));
            assert_eq!(found.to_string(), common, "of {version}");
        }
    }
}
