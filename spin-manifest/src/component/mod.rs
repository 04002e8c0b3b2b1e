//! Components and their parts.

mod build;
mod dependency;
mod files;
mod source;

use std::collections::BTreeMap;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::hosts;
use crate::value::{List, Located, Table};

pub use self::build::{Build, Commands};
pub(crate) use self::dependency::compatible;
pub use self::dependency::{
    Dependency, DependencyName, DependencySource, Inherit, PackageDependencyName, PackageName,
    ParseDependencyNameError,
};
pub use self::files::{FileEntry, Placement};
pub use self::source::{RegistrySource, Source, UrlSource};

/// A component, as manifests of the second format describe it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Component {
    /// The module.
    pub source: Located<Source>,
    /// What it is for; may be empty.
    pub description: String,
    /// Its settings, which may refer to variables of the application as `{{
    /// name }}`.
    pub variables: BTreeMap<String, String>,
    /// Its environment variables.
    pub environment: BTreeMap<String, String>,
    /// The files that it sees.
    pub files: Vec<Located<FileEntry>>,
    /// Patterns of the files that it does not see.
    pub exclude_files: Vec<Located<String>>,
    /// The hosts to which it may send HTTP requests, in the earlier form of
    /// [`allowed_outbound_hosts`](Self::allowed_outbound_hosts).
    pub allowed_http_hosts: Vec<Located<String>>,
    /// The hosts to which it may connect.
    pub allowed_outbound_hosts: Vec<Located<String>>,
    /// The key-value stores that it may open.
    pub key_value_stores: Vec<String>,
    /// The databases that it may open.
    pub sqlite_databases: Vec<String>,
    /// The models that it may use.
    pub ai_models: Vec<String>,
    /// The environments in which it has to run, instead of those of the
    /// application.
    pub targets: List<Target>,
    /// How it is built.
    pub build: Option<Build>,
    /// Settings for tools, by tool.
    pub tool: BTreeMap<String, Table>,
    /// Whether its dependencies may use all of its configuration; `None` if
    /// that is not specified.
    pub dependencies_inherit_configuration: Option<bool>,
    /// How its imports are satisfied, by name.
    pub dependencies: BTreeMap<DependencyName, Dependency>,
    /// The changes in named profiles.
    pub profiles: BTreeMap<String, Profile>,
}

/// The changes of a [`Component`] in a profile, such as for a debug build.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Profile {
    /// Another module.
    pub source: Option<Located<Source>>,
    /// Additional environment variables, or other values.
    pub environment: BTreeMap<String, String>,
    /// Additional dependencies, or replacements.
    pub dependencies: BTreeMap<DependencyName, Dependency>,
    /// Other commands for building it.
    pub build: Option<Commands>,
}

/// An environment in which an application has to run.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Target {
    /// A name in the public catalogue, such as `spin-up:3.3`.
    Catalogue(String),
    /// A file that describes it.
    Path(String),
    /// The URL of such a file.
    Url(String),
}

impl Component {
    /// A component with the module `source` and nothing else.
    pub(crate) fn new(source: Located<Source>) -> Self {
        Self {
            source,
            description: String::new(),
            variables: BTreeMap::new(),
            environment: BTreeMap::new(),
            files: Vec::new(),
            exclude_files: Vec::new(),
            allowed_http_hosts: Vec::new(),
            allowed_outbound_hosts: Vec::new(),
            key_value_stores: Vec::new(),
            sqlite_databases: Vec::new(),
            ai_models: Vec::new(),
            targets: List::Absent,
            build: None,
            tool: BTreeMap::new(),
            dependencies_inherit_configuration: None,
            dependencies: BTreeMap::new(),
            profiles: BTreeMap::new(),
        }
    }

    /// All hosts to which it may connect:
    /// [`allowed_outbound_hosts`](Self::allowed_outbound_hosts), and the
    /// equivalents of [`allowed_http_hosts`](Self::allowed_http_hosts).
    #[must_use]
    pub fn outbound_hosts(&self) -> Vec<Located<String>> {
        let mut hosts = self.allowed_outbound_hosts.clone();
        hosts.extend(hosts::converted(&self.allowed_http_hosts));
        hosts
    }

    /// What it has that a mere dependency must not, by field.
    pub(crate) fn own_resources(&self) -> Vec<&'static str> {
        let fields = [
            ("ai_models", self.ai_models.is_empty()),
            ("allowed_http_hosts", self.allowed_http_hosts.is_empty()),
            (
                "allowed_outbound_hosts",
                self.allowed_outbound_hosts.is_empty(),
            ),
            ("dependencies", self.dependencies.is_empty()),
            ("environment", self.environment.is_empty()),
            ("files", self.files.is_empty()),
            ("key_value_stores", self.key_value_stores.is_empty()),
            ("sqlite_databases", self.sqlite_databases.is_empty()),
            ("variables", self.variables.is_empty()),
        ];
        let present = fields.into_iter().filter(|(_, is_empty)| !is_empty);
        present.map(|(field, _)| field).collect()
    }
}

/// Serialises as in a manifest, without empty fields.
impl Serialize for Component {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = Fields(serializer.serialize_map(None)?);
        map.0.serialize_entry("source", &self.source)?;
        map.entry(
            "description",
            &self.description,
            self.description.is_empty(),
        )?;
        map.entry("variables", &self.variables, self.variables.is_empty())?;
        map.entry(
            "environment",
            &self.environment,
            self.environment.is_empty(),
        )?;
        map.list("files", &self.files)?;
        map.list("exclude_files", &self.exclude_files)?;
        map.list("allowed_http_hosts", &self.allowed_http_hosts)?;
        map.list("allowed_outbound_hosts", &self.allowed_outbound_hosts)?;
        map.list("key_value_stores", &self.key_value_stores)?;
        map.list("sqlite_databases", &self.sqlite_databases)?;
        map.list("ai_models", &self.ai_models)?;
        map.entry(
            "targets",
            &self.targets.as_slice(),
            !self.targets.is_written(),
        )?;
        map.entry("build", &self.build, self.build.is_none())?;
        map.entry("tool", &self.tool, self.tool.is_empty())?;
        let inherit = &self.dependencies_inherit_configuration;
        map.entry(
            "dependencies_inherit_configuration",
            inherit,
            inherit.is_none(),
        )?;
        map.entry(
            "dependencies",
            &self.dependencies,
            self.dependencies.is_empty(),
        )?;
        map.entry("profile", &self.profiles, self.profiles.is_empty())?;
        map.0.end()
    }
}

impl Serialize for Profile {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Build<'b> {
            command: &'b Commands,
        }
        let mut map = Fields(serializer.serialize_map(None)?);
        map.entry("source", &self.source, self.source.is_none())?;
        map.entry(
            "environment",
            &self.environment,
            self.environment.is_empty(),
        )?;
        map.entry(
            "dependencies",
            &self.dependencies,
            self.dependencies.is_empty(),
        )?;
        let build = self.build.as_ref().map(|command| Build { command });
        map.entry("build", &build, build.is_none())?;
        map.0.end()
    }
}

impl Serialize for Target {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (key, value) = match self {
            Self::Catalogue(name) => return name.serialize(serializer),
            Self::Path(path) => ("path", path),
            Self::Url(url) => ("url", url),
        };
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry(key, value)?;
        map.end()
    }
}

/// A map that leaves out what is the default.
pub(crate) struct Fields<M>(pub(crate) M);

impl<M: SerializeMap> Fields<M> {
    pub(crate) fn entry<T: Serialize>(
        &mut self,
        key: &'static str,
        value: &T,
        is_default: bool,
    ) -> Result<(), M::Error> {
        if is_default {
            return Ok(());
        }
        self.0.serialize_entry(key, value)
    }

    pub(crate) fn list<T: Serialize>(
        &mut self,
        key: &'static str,
        items: &[T],
    ) -> Result<(), M::Error> {
        self.entry(key, &items, items.is_empty())
    }
}
