use std::collections::BTreeMap;

use bindle_core::{ContentError, Digest, Id, Invoice, Label, Parcel};
use thiserror::Error;

use super::bindle::MANIFEST;
use super::stored::StoredManifest;
use crate::diagnose::Diagnostics;
use crate::value::Table;
use crate::variable::Variable;

/// An application as a runtime needs it, with digests for modules and files.
///
/// It comes out of a bindle, by [`Application::unpack`], or out of packaging,
/// by [`Package::application`](super::Package::application); both are equal.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Application {
    /// The id of the bindle.
    pub id: Id,
    /// The settings of each type of trigger for the whole application, such as
    /// `base` of `http`.
    pub trigger_settings: BTreeMap<String, Table>,
    /// The settings that come from outside, by name.
    pub variables: BTreeMap<String, Variable>,
    /// The components, in the order of the manifest.
    pub components: Vec<ApplicationComponent>,
    /// What starts which component, in the order of the manifest.
    pub triggers: Vec<ApplicationTrigger>,
}

/// A component of an [`Application`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ApplicationComponent {
    /// The id.
    pub id: String,
    /// What it is for; may be empty.
    pub description: String,
    /// The module.
    pub module: Digest,
    /// The files that it sees, by path without a slash at the start.
    pub files: BTreeMap<String, Digest>,
    /// Its environment variables.
    pub environment: BTreeMap<String, String>,
    /// Its own settings, which may refer to [`Application::variables`] as
    /// `{{ name }}`.
    pub settings: BTreeMap<String, String>,
    /// The hosts to which it may send HTTP requests, as they are written.
    pub allowed_http_hosts: Vec<String>,
    /// The key-value stores that it may open.
    pub key_value_stores: Vec<String>,
    /// The databases that it may open.
    pub sqlite_databases: Vec<String>,
    /// The models that it may use.
    pub ai_models: Vec<String>,
}

/// What starts a component of an [`Application`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ApplicationTrigger {
    /// The type, such as `http`.
    pub kind: String,
    /// The id of the component; it is one of [`Application::components`].
    pub component: String,
    /// The settings, such as `route` and `executor` of `http`.
    pub settings: Table,
}

impl Application {
    /// The label of the manifest in a bindle: what to fetch before
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

    /// Reads the application out of a bindle; `manifest` is the content of the
    /// parcel that [`Application::manifest_label`] names.
    ///
    /// # Errors
    ///
    /// - an invoice without a manifest of Spin, or with several;
    /// - a content that is not that of the label;
    /// - a manifest that is none, or names a module or a group that the invoice
    ///   has not.
    pub fn unpack(invoice: &Invoice, manifest: &[u8]) -> Result<Self, UnpackError> {
        let label = Self::manifest_label(invoice)?;
        label.verify(manifest).map_err(UnpackError::Content)?;
        let text = std::str::from_utf8(manifest).map_err(|_| UnpackError::NotUtf8)?;
        let stored = StoredManifest::from_toml(text).map_err(UnpackError::Manifest)?;
        for component in &stored.components {
            let mut labels = invoice.parcels().iter().map(Parcel::label);
            if !labels.any(|label| label.digest() == component.source) {
                return Err(UnpackError::MissingModule {
                    component: component.id.clone(),
                    digest: component.source,
                });
            }
            if let Some(group) = &component.files {
                if invoice.group(group).is_none() {
                    return Err(UnpackError::MissingGroup {
                        component: component.id.clone(),
                        group: group.clone(),
                    });
                }
            }
        }
        Ok(Self::assemble(invoice, &stored))
    }

    /// Puts the stored manifest and the files of the invoice together. Of two
    /// files at one path the later one counts.
    pub(super) fn assemble(invoice: &Invoice, stored: &StoredManifest) -> Self {
        let mut files: BTreeMap<&str, BTreeMap<String, Digest>> = BTreeMap::new();
        for parcel in invoice.parcels() {
            for group in parcel.groups() {
                let (name, digest) = (parcel.label().name(), parcel.label().digest());
                files
                    .entry(group)
                    .or_default()
                    .insert(name.to_owned(), digest);
            }
        }
        let components = stored.components.iter().map(|component| {
            let files = component
                .files
                .as_ref()
                .and_then(|group| files.get(group.as_str()));
            let map = |settings: &crate::value::Settings| {
                settings
                    .iter()
                    .map(|(k, v)| (k.to_owned(), v.to_owned()))
                    .collect()
            };
            ApplicationComponent {
                id: component.id.clone(),
                description: component.description.clone().unwrap_or_default(),
                module: component.source,
                files: files.cloned().unwrap_or_default(),
                environment: map(&component.environment),
                settings: map(&component.config),
                allowed_http_hosts: component.allowed_http_hosts.as_slice().to_vec(),
                key_value_stores: component.key_value_stores.as_slice().to_vec(),
                sqlite_databases: component.sqlite_databases.as_slice().to_vec(),
                ai_models: component.ai_models.as_slice().to_vec(),
            }
        });
        let triggers = stored
            .components
            .iter()
            .map(|component| ApplicationTrigger {
                kind: stored.kind.clone(),
                component: component.id.clone(),
                settings: component.trigger.clone(),
            });
        Self {
            id: invoice.id().clone(),
            trigger_settings: BTreeMap::from([(stored.kind.clone(), stored.settings.clone())]),
            variables: stored.variables.clone(),
            components: components.collect(),
            triggers: triggers.collect(),
        }
    }

    /// The component with the id `id`.
    #[must_use]
    pub fn component(&self, id: &str) -> Option<&ApplicationComponent> {
        self.components.iter().find(|component| component.id == id)
    }
}

/// Why a bindle is no application.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum UnpackError {
    /// The content of the manifest is not what the invoice says.
    #[error("the manifest of the bindle is not the one of its invoice: {0}")]
    Content(ContentError),
    /// The manifest can not be read.
    #[error("the manifest of the bindle can not be read: {0}")]
    Manifest(Diagnostics),
    /// There are several manifests.
    #[error("the invoice of {id} contains multiple Spin manifests")]
    ManyManifests {
        /// The id of the bindle.
        id: Id,
    },
    /// A component has files of a group that is not there.
    #[error("component {component:?} has the files of group {group:?}, which the invoice has not")]
    MissingGroup {
        /// The component.
        component: String,
        /// The group.
        group: String,
    },
    /// The module of a component is not there.
    #[error("component {component:?} has the module {digest}, which the invoice has not")]
    MissingModule {
        /// The component.
        component: String,
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
