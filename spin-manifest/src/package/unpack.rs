//! Making an application out of a bindle.

use std::collections::{BTreeMap, BTreeSet};

use bindle_core::{ContentError, Digest, Id, Invoice, Label, Parcel};
use thiserror::Error;

use super::application::{Application, ApplicationComponent};
use super::stored::{Contents, MEDIA_TYPE, Stored};
use crate::diagnose::Diagnostics;

impl Application {
    /// The label of the manifest in a bindle, which has to be fetched for
    /// [`Application::unpack`].
    ///
    /// # Errors
    ///
    /// [`UnpackError::NoManifest`] and [`UnpackError::ManyManifests`].
    pub fn manifest_label(invoice: &Invoice) -> Result<&Label, UnpackError> {
        let labels = invoice.parcels().iter().map(Parcel::label);
        let mut labels = labels.filter(|label| label.media_type().essence() == MEDIA_TYPE);
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
    ///   invoice does not have;
    /// - a file of a component whose path is absolute or has a part `..`, which
    ///   Spin refuses to run.
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
    // Backslashes are no less of a way out, on some systems.
    let leads_out = |path: &str| {
        path.starts_with(['/', '\\']) || path.split(['/', '\\']).any(|part| part == "..")
    };
    let names = invoice.parcels().iter().filter_map(|parcel| {
        let name = parcel.label().name();
        leads_out(name).then(|| {
            parcel
                .groups()
                .iter()
                .map(move |group| (group.as_str(), name))
        })
    });
    let outside: BTreeMap<_, _> = names.flatten().collect();
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
            if let Some(path) = outside.get(group.as_str()) {
                return Err(UnpackError::Path {
                    component: component.id.clone(),
                    path: (*path).to_owned(),
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
    /// The path of a file leads out of the folder in which a component sees it.
    #[error("component {component:?} has a file at {path:?}, which is outside of its folder")]
    Path {
        /// The component.
        component: String,
        /// The path.
        path: String,
    },
}
