use std::collections::BTreeMap;

use bindle_core::{Digest, Id};
use serde::Serialize;

use crate::component::Inherit;
use crate::value::Table;
use crate::variable::Variable;

/// An application as a runtime needs it, with digests for modules and files.
///
/// It is unpacked from a bindle by [`Application::unpack`], or comes from
/// packaging by [`Package::application`](super::Package::application); both
/// give the same. It serialises as its fields.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Application {
    /// The id of the bindle.
    pub id: Id,
    /// The settings of each type of trigger for the whole application, such as
    /// `base` of `http`.
    pub trigger_settings: BTreeMap<String, Table>,
    /// The variables, whose values come from outside, by name.
    pub variables: BTreeMap<String, Variable>,
    /// The components, in the order of the manifest.
    pub components: Vec<ApplicationComponent>,
    /// The triggers, which start components, in the order of the manifest.
    pub triggers: Vec<ApplicationTrigger>,
}

/// A component of an [`Application`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ApplicationComponent {
    /// The id.
    pub id: String,
    /// What it is for; may be empty.
    pub description: String,
    /// The module.
    pub module: Digest,
    /// The files that it sees, by path, without a leading slash.
    pub files: BTreeMap<String, Digest>,
    /// Its environment variables.
    pub environment: BTreeMap<String, String>,
    /// Its settings, which may refer to [`Application::variables`] as `{{ name
    /// }}`.
    pub settings: BTreeMap<String, String>,
    /// The hosts to which it may connect; each is an
    /// [`OutboundHost`](crate::OutboundHost), or a text with `{{ name }}` that
    /// becomes one.
    pub allowed_outbound_hosts: Vec<String>,
    /// The key-value stores that it may open.
    pub key_value_stores: Vec<String>,
    /// The databases that it may open.
    pub sqlite_databases: Vec<String>,
    /// The models that it may use.
    pub ai_models: Vec<String>,
    /// The modules that satisfy its imports, by the name of the import.
    pub dependencies: BTreeMap<String, ApplicationDependency>,
}

/// A module that satisfies an import of a component, or a need of a trigger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ApplicationDependency {
    /// The module.
    pub module: Digest,
    /// The export that satisfies it; `None` means the one with the name of the
    /// import.
    pub export: Option<String>,
    /// Which parts of its dependent's configuration it may use; `None` means
    /// nothing.
    pub inherit: Option<Inherit>,
}

/// A trigger of an [`Application`], which starts a component.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ApplicationTrigger {
    /// The type, such as `http`.
    pub kind: String,
    /// The id, which is unique.
    pub id: String,
    /// The id of the component that it starts, one of
    /// [`Application::components`].
    pub component: Option<String>,
    /// The ids of further components, by their role.
    pub components: BTreeMap<String, Vec<String>>,
    /// The modules that the trigger itself needs, by their role.
    pub dependencies: BTreeMap<String, Vec<ApplicationDependency>>,
    /// The settings, such as `route` and `executor` of `http`.
    pub settings: Table,
}

impl Application {
    /// The component with the id `id`.
    #[must_use]
    pub fn component(&self, id: &str) -> Option<&ApplicationComponent> {
        self.components.iter().find(|component| component.id == id)
    }
}
