//! The form that manifests of all formats have in common.

mod dependencies;
mod from_v1;
mod inline;
mod toml_text;
mod write;

pub(crate) use self::from_v1::ids_of_v1;

use std::borrow::Borrow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use thiserror::Error;

use crate::component::{Component, Dependency, Fields};
use crate::manifest::Document;
use crate::schema::v2::Details;
use crate::value::Table;
use crate::variable::Variable;

/// A manifest in the form that all formats have in common. It is the complete
/// second format: every trigger has an id, every component is in the table of
/// components, and every reference resolves.
///
/// It serialises as a manifest of the second format.
///
/// ```
/// use spin_manifest::Manifest;
///
/// let manifest = Manifest::from_toml(
///     r#"
/// spin_manifest_version = 2
/// application = { name = "hello" }
///
/// [[trigger.http]]
/// route = "/..."
/// component = { source = "hello.wasm" }
/// "#,
/// )?;
/// let normalised = manifest.normalised(None)?;
/// let trigger = normalised.triggers().next().unwrap();
/// assert_eq!(trigger.id(), "http-trigger1");
/// assert_eq!(trigger.component().unwrap().as_str(), "http-trigger1-component");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Normalised {
    details: Details,
    variables: BTreeMap<String, Variable>,
    groups: Vec<(String, Vec<NormalisedTrigger>)>,
    components: Vec<(ComponentId, Component)>,
    by_id: BTreeMap<ComponentId, usize>,
}

/// A trigger of a [`Normalised`] manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NormalisedTrigger {
    kind: String,
    id: String,
    component: Option<ComponentId>,
    components: BTreeMap<String, Vec<ComponentId>>,
    dependencies: BTreeMap<String, Vec<Dependency>>,
    settings: Table,
}

/// The id of a component of a [`Normalised`] manifest.
///
/// It is in kebab case, unless the manifest has the first format and its id
/// cannot be converted; then it is the id as it is written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct ComponentId(Box<str>);

impl ComponentId {
    pub(crate) fn new(id: impl Into<Box<str>>) -> Self {
        Self(id.into())
    }

    /// The text of the id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for ComponentId {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for ComponentId {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ComponentId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}

impl NormalisedTrigger {
    /// The type, such as `http`.
    #[must_use]
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// The id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The component that it starts.
    #[must_use]
    pub fn component(&self) -> Option<&ComponentId> {
        self.component.as_ref()
    }

    /// Further components, by their role.
    #[must_use]
    pub fn components(&self) -> &BTreeMap<String, Vec<ComponentId>> {
        &self.components
    }

    /// The dependencies of the trigger itself, by their role.
    #[must_use]
    pub fn dependencies(&self) -> &BTreeMap<String, Vec<Dependency>> {
        &self.dependencies
    }

    /// The settings, whose meaning only the trigger knows.
    #[must_use]
    pub fn settings(&self) -> &Table {
        &self.settings
    }
}

impl Normalised {
    pub(crate) fn new(document: &Document, profile: Option<&str>) -> Result<Self, NormaliseError> {
        let mut normalised = match document {
            Document::V1(application) => from_v1::normalised(application),
            Document::V2(application) => inline::normalised(application),
        };
        normalised.apply_profile(profile)?;
        dependencies::resolve(&mut normalised)?;
        normalised.check_references()?;
        Ok(normalised)
    }

    fn from_parts(
        details: Details,
        variables: BTreeMap<String, Variable>,
        groups: Vec<(String, Vec<NormalisedTrigger>)>,
        components: Vec<(ComponentId, Component)>,
    ) -> Self {
        let ids = components.iter().enumerate();
        Self {
            details,
            variables,
            groups,
            by_id: ids.map(|(index, (id, _))| (id.clone(), index)).collect(),
            components,
        }
    }

    /// What the manifest says about the application as a whole.
    #[must_use]
    pub fn details(&self) -> &Details {
        &self.details
    }

    /// The variables of the application, by name.
    #[must_use]
    pub fn variables(&self) -> &BTreeMap<String, Variable> {
        &self.variables
    }

    /// The triggers, those of one type together, in the order of the text.
    pub fn triggers(&self) -> impl Iterator<Item = &NormalisedTrigger> {
        self.groups.iter().flat_map(|(_, triggers)| triggers)
    }

    /// The components, in the order of the text; those that are written in
    /// triggers last.
    #[must_use]
    pub fn components(&self) -> impl ExactSizeIterator<Item = (&ComponentId, &Component)> {
        self.components
            .iter()
            .map(|(id, component)| (id, component))
    }

    /// The component with the id `id`.
    #[must_use]
    pub fn component(&self, id: &str) -> Option<&Component> {
        let index = self.by_id.get(id)?;
        self.components.get(*index).map(|(_, component)| component)
    }

    /// Writes the manifest in the second format. Every reader of that format
    /// gets the same normal form from the text, unless the first format has what
    /// the second has no room for: see [`Manifest::upgraded`].
    ///
    /// [`Manifest::upgraded`]: crate::Manifest::upgraded
    #[must_use]
    pub fn to_toml(&self) -> String {
        write::to_toml(self)
    }

    fn apply_profile(&mut self, profile: Option<&str>) -> Result<(), NormaliseError> {
        let Some(profile) = profile else {
            return Ok(());
        };
        let mut is_known = false;
        for (_, component) in &mut self.components {
            let Some(overrides) = component.profiles.get(profile).cloned() else {
                continue;
            };
            is_known = true;
            if let Some(command) = overrides.build {
                match &mut component.build {
                    Some(build) => build.command = command,
                    None => {
                        component.build = Some(crate::Build {
                            command,
                            workdir: None,
                            watch: Vec::new(),
                        });
                    }
                }
            }
            if let Some(source) = overrides.source {
                component.source = source;
            }
            component.environment.extend(overrides.environment);
            component.dependencies.extend(overrides.dependencies);
        }
        if is_known {
            return Ok(());
        }
        let known = self
            .components
            .iter()
            .flat_map(|(_, component)| component.profiles.keys());
        Err(NormaliseError::UnknownProfile {
            profile: profile.to_owned(),
            known: known.cloned().collect(),
        })
    }

    fn check_references(&self) -> Result<(), NormaliseError> {
        for trigger in self.triggers() {
            let others = trigger.components.values().flatten();
            for id in trigger.component.iter().chain(others) {
                if !self.by_id.contains_key(id) {
                    return Err(NormaliseError::MissingComponent {
                        component: id.to_string(),
                        dependent: format!("trigger {}", trigger.id),
                    });
                }
            }
        }
        Ok(())
    }
}

impl Serialize for Normalised {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        struct Groups<'n>(&'n [(String, Vec<NormalisedTrigger>)]);
        impl Serialize for Groups<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_map(self.0.iter().map(|(kind, triggers)| (kind, triggers)))
            }
        }
        struct Components<'n>(&'n [(ComponentId, Component)]);
        impl Serialize for Components<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_map(self.0.iter().map(|(id, component)| (id, component)))
            }
        }
        let mut map = Fields(serializer.serialize_map(None)?);
        map.entry("spin_manifest_version", &2, false)?;
        map.entry("application", &self.details, false)?;
        map.entry("variables", &self.variables, self.variables.is_empty())?;
        map.entry("trigger", &Groups(&self.groups), false)?;
        map.entry(
            "component",
            &Components(&self.components),
            self.components.is_empty(),
        )?;
        map.0.end()
    }
}

impl Serialize for Details {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = Fields(serializer.serialize_map(None)?);
        map.entry("name", &self.name, false)?;
        map.entry("version", &self.version, self.version.is_empty())?;
        map.entry(
            "description",
            &self.description,
            self.description.is_empty(),
        )?;
        map.list("authors", &self.authors)?;
        map.list("targets", &self.targets)?;
        map.entry(
            "trigger",
            &self.trigger_settings,
            self.trigger_settings.is_empty(),
        )?;
        map.entry("tool", &self.tool, self.tool.is_empty())?;
        map.0.end()
    }
}

impl Serialize for NormalisedTrigger {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(untagged)]
        enum OneOrMany<'c> {
            Many(&'c [ComponentId]),
            One(&'c ComponentId),
        }
        let components = self.components.iter().map(|(role, ids)| {
            let ids = match ids.as_slice() {
                [id] => OneOrMany::One(id),
                ids => OneOrMany::Many(ids),
            };
            (role, ids)
        });
        let components: BTreeMap<_, _> = components.collect();
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("id", &self.id)?;
        if let Some(component) = &self.component {
            map.serialize_entry("component", component)?;
        }
        if !components.is_empty() {
            map.serialize_entry("components", &components)?;
        }
        if !self.dependencies.is_empty() {
            map.serialize_entry("dependencies", &self.dependencies)?;
        }
        for (key, value) in &self.settings {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

/// Why a manifest has no normal form.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum NormaliseError {
    /// With the profile, a component says both for all its dependencies and for
    /// one whether they inherit its configuration.
    #[error(
        "component {component} has `dependencies_inherit_configuration`, and `inherit_configuration` in its dependency {dependency}; these exclude each other"
    )]
    InheritConflict {
        /// The id of the component.
        component: String,
        /// The name of the dependency.
        dependency: String,
    },
    /// Something refers to a component that does not exist.
    #[error("there is no component `{component}`, which {dependent} refers to")]
    MissingComponent {
        /// The id of the component.
        component: String,
        /// What refers to it.
        dependent: String,
    },
    /// With the profile, something depends on a component that has more than a
    /// module, which would be lost.
    #[error(
        "the component `{component}`, which {dependent} depends on, can be no dependency, because it has its own {}", .resources.join(", ")
    )]
    UnfitDependency {
        /// The id of the component.
        component: String,
        /// What depends on it.
        dependent: String,
        /// What it has, by field.
        resources: Vec<&'static str>,
    },
    /// No component has the profile.
    #[error("no component has the profile {profile:?}; {}", known_profiles(.known))]
    UnknownProfile {
        /// The name of the profile.
        profile: String,
        /// The profiles that components have.
        known: BTreeSet<String>,
    },
}

fn known_profiles(known: &BTreeSet<String>) -> String {
    if known.is_empty() {
        return "there is none at all".to_owned();
    }
    let known: Vec<_> = known.iter().map(|profile| format!("`{profile}`")).collect();
    format!("there is {}", known.join(", "))
}
