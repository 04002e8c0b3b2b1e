//! Writing down what was collected as a bindle.

use std::collections::{BTreeMap, BTreeSet};

use bindle_core::{Digest, Group, Id, Invoice, Label, MediaType, Parcel};

use super::application::Application;
use super::content::{Content, ContentSource};
use super::error::{PackageError, PackageWarning};
use super::media_type;
use super::options::Fidelity;
use super::plan::{Mount, Plan};
use super::pretty;
use super::stored::{Stored, group_of};
use crate::manifest::{Document, Manifest};
use crate::normalise::Normalised;
use crate::value::List;

/// The media type of the parcel that holds the manifest.
pub(super) const MANIFEST: &str = "application/vnd.fermyon.spin+toml";

/// Tells Spin's own tool to delete the file once it has been uploaded.
const DELETE_ON_WRITE: (&str, &str) = ("fermyon:spin:delete_on_write", ".");

/// An application as a bindle: an invoice, and where the content of each parcel
/// comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package {
    invoice: Invoice,
    invoice_text: String,
    parcels: Vec<PackagedParcel>,
    application: Application,
    warnings: Vec<PackageWarning>,
}

impl Package {
    /// The invoice.
    #[must_use]
    pub fn invoice(&self) -> &Invoice {
        &self.invoice
    }

    /// The invoice as text: in [`Fidelity::Exact`] what Spin's own tool writes,
    /// otherwise [`Invoice::to_toml`].
    #[must_use]
    pub fn invoice_text(&self) -> &str {
        &self.invoice_text
    }

    /// The parcels, each content once, in the order of the invoice.
    #[must_use]
    pub fn parcels(&self) -> &[PackagedParcel] {
        &self.parcels
    }

    /// The text of the manifest as the bindle stores it, which is the first
    /// parcel.
    #[must_use]
    pub fn manifest_text(&self) -> &str {
        match self.parcels.first().map(PackagedParcel::content) {
            Some(ParcelContent::Made(text)) => text,
            _ => "",
        }
    }

    /// The application, as whoever unpacks the bindle sees it.
    #[must_use]
    pub fn application(&self) -> &Application {
        &self.application
    }

    /// What deserves a look.
    #[must_use]
    pub fn warnings(&self) -> &[PackageWarning] {
        &self.warnings
    }
}

/// A parcel of a [`Package`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackagedParcel {
    label: Label,
    content: ParcelContent,
}

impl PackagedParcel {
    /// Its label in the invoice; the first, if several have this content.
    #[must_use]
    pub fn label(&self) -> &Label {
        &self.label
    }

    /// Where its content comes from.
    #[must_use]
    pub fn content(&self) -> &ParcelContent {
        &self.content
    }
}

/// Where the content of a parcel comes from.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ParcelContent {
    /// It was made while packaging.
    Made(String),
    /// It is one of the contents that the packager asked for.
    Source(ContentSource),
}

/// What is known once everything was collected.
pub(super) struct Parts<'m> {
    pub(super) id: Id,
    pub(super) manifest: &'m Manifest,
    pub(super) normalised: &'m Normalised,
    pub(super) fidelity: Fidelity,
    pub(super) plans: Vec<Plan>,
    /// What triggers themselves need.
    pub(super) modules: Vec<ContentSource>,
    pub(super) mounts: Vec<Vec<Mount>>,
    pub(super) contents: BTreeMap<ContentSource, Content>,
    pub(super) warnings: Vec<PackageWarning>,
}

/// A parcel on its way to the invoice.
struct Draft {
    label: Label,
    /// The groups in the order of the components; a component that mounts a
    /// file twice is there twice.
    groups: Vec<String>,
    source: Option<ContentSource>,
}

pub(super) fn encode(parts: Parts<'_>) -> Result<Package, PackageError> {
    let modules = parts.plans.iter().map(|plan| parts.digest(&plan.module));
    let modules: Vec<_> = modules.collect();
    let digest = |source: &ContentSource| parts.digest(source);
    let stored = Stored::new(parts.manifest, parts.normalised, &digest, &modules);
    let manifest_text = stored.to_toml();
    let drafts = parts.drafts(&manifest_text)?;
    let groups: Vec<_> = parts.plans.iter().map(|plan| group_of(&plan.id)).collect();
    let invoice = invoice(&parts, &drafts, &groups)?;
    let invoice_text = match parts.fidelity {
        Fidelity::Checked => invoice.to_toml(),
        Fidelity::Exact => exact_text(&parts, &drafts, &groups),
    };
    let application = Application::assemble(&invoice, stored.contents());
    let mut seen = BTreeSet::new();
    let drafts = drafts
        .into_iter()
        .filter(|draft| seen.insert(draft.label.digest()));
    let parcels = drafts.map(|draft| PackagedParcel {
        label: draft.label,
        content: match draft.source {
            None => ParcelContent::Made(manifest_text.clone()),
            Some(source) => ParcelContent::Source(source),
        },
    });
    Ok(Package {
        parcels: parcels.collect(),
        invoice,
        invoice_text,
        application,
        warnings: parts.warnings,
    })
}

impl Parts<'_> {
    fn content(&self, source: &ContentSource) -> Option<&Content> {
        self.contents.get(source)
    }

    /// The digest of a content; all were asked for before anything is encoded.
    fn digest(&self, source: &ContentSource) -> Digest {
        self.content(source)
            .map_or_else(|| Digest::of(b""), Content::digest)
    }

    fn drafts(&self, manifest: &str) -> Result<Vec<Draft>, PackageError> {
        let media_type = MANIFEST.parse().unwrap_or(MediaType::OCTET_STREAM);
        let digest = Digest::of(manifest.as_bytes());
        let label = Label::of(
            format!("spin.{digest}.toml"),
            media_type,
            manifest.as_bytes(),
        );
        let mut drafts = vec![Draft {
            label: label.with_annotation(DELETE_ON_WRITE.0, DELETE_ON_WRITE.1),
            groups: Vec::new(),
            source: None,
        }];
        let label = |source: &ContentSource, media_type| {
            let size = self.content(source).map_or(0, Content::size);
            Label::new(self.digest(source), size, media_type)
        };
        let first_module = drafts.len();
        let of_plans = self.plans.iter().flat_map(|plan| {
            let dependencies = plan.dependencies.iter();
            let dependencies = dependencies.map(|source| (source, source.name()));
            std::iter::once((&plan.module, plan.module_name.as_str())).chain(dependencies)
        });
        let of_triggers = self.modules.iter().map(|source| (source, source.name()));
        let mut seen = BTreeSet::new();
        for (source, name) in of_plans.chain(of_triggers) {
            let label = label(source, MediaType::WASM).with_name(name);
            let modules = &drafts[first_module..];
            let is_there = match self.fidelity {
                Fidelity::Checked => !seen.insert(label.digest()),
                Fidelity::Exact => modules
                    .last()
                    .is_some_and(|m| m.label.digest() == label.digest()),
            };
            if !is_there {
                drafts.push(Draft {
                    label,
                    groups: Vec::new(),
                    source: Some(source.clone()),
                });
            }
        }
        let mut assets = BTreeMap::new();
        for (plan, mounts) in self.plans.iter().zip(&self.mounts) {
            for mount in mounts {
                let source = ContentSource::File {
                    path: mount.path.clone(),
                };
                let media_type = media_type::of_path(&mount.path);
                let key = (
                    mount.guest.clone(),
                    self.digest(&source),
                    media_type.clone(),
                );
                let index = *assets.entry(key).or_insert_with(|| {
                    drafts.push(Draft {
                        label: label(&source, media_type).with_name(&*mount.guest),
                        groups: Vec::new(),
                        source: Some(source),
                    });
                    drafts.len() - 1
                });
                drafts[index].groups.push(group_of(&plan.id));
            }
        }
        Ok(drafts)
    }
}

fn invoice(
    parts: &Parts<'_>,
    drafts: &[Draft],
    groups: &[String],
) -> Result<Invoice, PackageError> {
    let mut builder = Invoice::builder(parts.id.clone());
    let details = parts.normalised.details();
    if !details.description.is_empty() {
        builder = builder.description(&details.description);
    }
    for author in &details.authors {
        builder = builder.author(author);
    }
    for draft in drafts {
        builder = builder.parcel(Parcel::from(draft.label.clone()).member_of(&draft.groups));
    }
    let mut seen = BTreeSet::new();
    for group in groups {
        if seen.insert(group) {
            builder = builder.group(Group::new(group));
        }
    }
    builder.build().map_err(PackageError::Invoice)
}

/// The invoice as Spin's own tool writes it.
fn exact_text(parts: &Parts<'_>, drafts: &[Draft], groups: &[String]) -> String {
    use pretty::Fields;

    let name = parts.id.name().as_str();
    let version = parts.id.version().to_string();
    let mut bindle = Fields::new().str("name", name).str("version", &version);
    let details = parts.normalised.details();
    // Spin told what is empty from what is not there.
    let (description, authors) = match parts.manifest.document() {
        Document::V1(application) => (
            application.description.as_deref(),
            application.authors.clone(),
        ),
        Document::V2(_) => {
            let description = Some(details.description.as_str()).filter(|text| !text.is_empty());
            let authors = Some(details.authors.clone()).filter(|list| !list.is_empty());
            (description, List::from(authors))
        }
    };
    if let Some(description) = description {
        bindle = bindle.str("description", description);
    }
    if authors.is_written() {
        bindle = bindle.strings("authors", authors.iter().map(String::as_str));
    }
    let digests: Vec<_> = drafts
        .iter()
        .map(|draft| draft.label.digest().to_string())
        .collect();
    let parcels = drafts.iter().zip(&digests).map(|(draft, digest)| {
        let mut label = Fields::new()
            .str("sha256", digest)
            .str("mediaType", draft.label.media_type().as_str())
            .str("name", draft.label.name())
            .integer("size", draft.label.size());
        let annotations = draft.label.annotations();
        if !annotations.is_empty() {
            let annotations = annotations.iter().map(|(k, v)| (k.as_str(), v.as_str()));
            label = label.table("annotations", Fields::new().map(annotations));
        }
        let parcel = Fields::new().table("label", label);
        if draft.source.is_none() {
            return parcel;
        }
        let conditions = match draft.groups.as_slice() {
            [] => Fields::new(),
            groups => Fields::new().strings("memberOf", groups.iter().map(String::as_str)),
        };
        parcel.table("conditions", conditions)
    });
    let groups = groups.iter().map(|group| Fields::new().str("name", group));
    Fields::new()
        .str("bindleVersion", "1.0.0")
        .table("bindle", bindle)
        .tables("parcel", parcels.collect())
        .tables("group", groups.collect())
        .to_toml()
}
