use std::collections::{BTreeMap, BTreeSet};

use bindle_core::{ContentError, Digest, Id, Invoice, Label, Parcel};
use serde::Serialize;
use thiserror::Error;

use super::bindle::MANIFEST;
use super::stored::{Contents, Stored};
use crate::component::Inherit;
use crate::diagnose::Diagnostics;
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
    /// The label of the manifest in a bindle, which has to be fetched for
    /// [`Application::unpack`].
    ///
    /// # Errors
    ///
    /// [`UnpackError::NoManifest`] and [`UnpackError::ManyManifests`].
    pub fn manifest_label(invoice: &Invoice) -> Result<&Label, UnpackError> {
        let labels = invoice.parcels().iter().map(Parcel::label);
        let mut labels = labels.filter(|label| label.media_type().essence() == MANIFEST);
        match (labels.next(), labels.next()) {
            (Some(label), None) => Ok(label),
            (None, _) => Err(UnpackError::NoManifest {
                id: invoice.id().clone(),
            }),
            (Some(_), Some(_)) => Err(UnpackError::ManyManifests {
                id: invoice.id().clone(),
            }),
        }
    }

    /// Reads the application from a bindle, where `manifest` is the content of
    /// the parcel with the label [`Application::manifest_label`].
    ///
    /// # Errors
    ///
    /// - an invoice without a Spin manifest, or with several;
    /// - a content that does not match the label;
    /// - a malformed manifest, or one that names a module or a group that the
    ///   invoice does not have.
    pub fn unpack(invoice: &Invoice, manifest: &[u8]) -> Result<Self, UnpackError> {
        let label = Self::manifest_label(invoice)?;
        label.verify(manifest).map_err(UnpackError::Content)?;
        let text = std::str::from_utf8(manifest).map_err(|_| UnpackError::NotUtf8)?;
        let stored = Stored::from_toml(text).map_err(UnpackError::Manifest)?;
        let contents = stored.contents();
        check(invoice, &contents)?;
        Ok(Self::assemble(invoice, contents))
    }

    /// Puts the stored manifest and the files of the invoice together. Of two
    /// files at one path the later one counts.
    pub(super) fn assemble(invoice: &Invoice, contents: Contents) -> Self {
        let mut files: BTreeMap<&str, Vec<(&str, Digest)>> = BTreeMap::new();
        for parcel in invoice.parcels() {
            let label = parcel.label();
            for group in parcel.groups() {
                let files = files.entry(group).or_default();
                files.push((label.name(), label.digest()));
            }
        }
        for files in files.values_mut() {
            // The later one comes first, and stays.
            files.reverse();
            files.sort_by_key(|(name, _)| *name);
            files.dedup_by_key(|(name, _)| *name);
        }
        let components = contents.components.into_iter().map(|(component, group)| {
            let files = group.and_then(|group| files.get(group.as_str()));
            let files = files.into_iter().flatten();
            ApplicationComponent {
                files: files
                    .map(|(name, digest)| ((*name).to_owned(), *digest))
                    .collect(),
                ..component
            }
        });
        Self {
            id: invoice.id().clone(),
            trigger_settings: contents.trigger_settings,
            variables: contents.variables,
            components: components.collect(),
            triggers: contents.triggers,
        }
    }

    /// The component with the id `id`.
    #[must_use]
    pub fn component(&self, id: &str) -> Option<&ApplicationComponent> {
        self.components.iter().find(|component| component.id == id)
    }
}

/// Whether the invoice has all that the manifest refers to.
fn check(invoice: &Invoice, contents: &Contents) -> Result<(), UnpackError> {
    let digests = invoice
        .parcels()
        .iter()
        .map(|parcel| parcel.label().digest());
    let digests: BTreeSet<_> = digests.collect();
    let module = |dependent: String, digest: Digest| match digests.contains(&digest) {
        true => Ok(()),
        false => Err(UnpackError::MissingModule { dependent, digest }),
    };
    let mut ids = BTreeSet::new();
    for (component, group) in &contents.components {
        ids.insert(component.id.as_str());
        let dependent = || format!("component {:?}", component.id);
        module(dependent(), component.module)?;
        for dependency in component.dependencies.values() {
            module(dependent(), dependency.module)?;
        }
        if let Some(group) = group {
            if invoice.group(group).is_none() {
                return Err(UnpackError::MissingGroup {
                    component: component.id.clone(),
                    group: group.clone(),
                });
            }
        }
    }
    for trigger in &contents.triggers {
        let others = trigger.components.values().flatten();
        for id in trigger.component.iter().chain(others) {
            if !ids.contains(id.as_str()) {
                return Err(UnpackError::MissingComponent {
                    trigger: trigger.id.clone(),
                    component: id.clone(),
                });
            }
        }
        for dependency in trigger.dependencies.values().flatten() {
            module(format!("trigger {:?}", trigger.id), dependency.module)?;
        }
    }
    Ok(())
}

/// Why a bindle is not an application.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum UnpackError {
    /// The content of the manifest is not what the invoice says.
    #[error("the manifest of the bindle is not the one of its invoice: {0}")]
    Content(ContentError),
    /// The manifest cannot be read.
    #[error("the manifest of the bindle cannot be read: {0}")]
    Manifest(Diagnostics),
    /// There are several manifests.
    #[error("the invoice of {id} contains multiple Spin manifests")]
    ManyManifests {
        /// The id of the bindle.
        id: Id,
    },
    /// A trigger starts a component that does not exist.
    #[error("trigger {trigger:?} starts the component {component:?}, which the manifest has not")]
    MissingComponent {
        /// The id of the trigger.
        trigger: String,
        /// The id of the component.
        component: String,
    },
    /// A component has files of a group that does not exist.
    #[error("component {component:?} has the files of group {group:?}, which the invoice has not")]
    MissingGroup {
        /// The component.
        component: String,
        /// The group.
        group: String,
    },
    /// A module does not exist in the bindle.
    #[error("{dependent} has the module {digest}, which the invoice has not")]
    MissingModule {
        /// What needs the module.
        dependent: String,
        /// The digest of the module.
        digest: Digest,
    },
    /// There is no manifest.
    #[error("the invoice of {id} does not contain a Spin manifest")]
    NoManifest {
        /// The id of the bindle.
        id: Id,
    },
    /// The manifest is not text.
    #[error("the manifest of the bindle is not UTF-8")]
    NotUtf8,
}
