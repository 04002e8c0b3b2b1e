//! Writing down what was collected as a bindle.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use bindle_core::{Digest, Group, Invoice, Label, MediaType, Parcel};

use super::application::Application;
use super::collected::{Collected, CollectedFile};
use super::content::{Content, ContentSource};
use super::error::{PackageError, PackageWarning};
use super::media_type;
use super::options::Fidelity;
use super::pretty;
use super::stored::{self, Stored, group_of};
use super::uses::first_equal;
use crate::manifest::Document;
use crate::value::List;

/// Tells Spin's own tool to delete the file once it has been uploaded.
const DELETE_ON_WRITE: (&str, &str) = ("fermyon:spin:delete_on_write", ".");

/// An application as a bindle: an invoice, and the source of the content of
/// each parcel.
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

    /// The text of the invoice: with [`Fidelity::Exact`] as Spin's own tool
    /// writes it, otherwise [`Invoice::to_toml`].
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

    /// The application that a runtime unpacks from the bindle.
    #[must_use]
    pub fn application(&self) -> &Application {
        &self.application
    }

    /// The warnings: what deserves a look.
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
    /// It is one of the contents for which the packager asked.
    Source(ContentSource),
}

/// A parcel on its way to the invoice.
struct Draft {
    label: Label,
    /// The indices of the components that see it, in order; one that mounts it
    /// twice is there twice.
    components: Vec<usize>,
    source: Option<ContentSource>,
}

impl Collected<'_> {
    /// Writes the application as a bindle.
    ///
    /// # Errors
    ///
    /// Texts that an invoice cannot contain: ids of components or names of
    /// files with control characters.
    pub fn to_bindle(&self) -> Result<Package, PackageError> {
        let stored = Stored::new(self);
        let manifest_text = stored.to_toml();
        let drafts = drafts(self, &manifest_text);
        let components = self.components.iter();
        let groups: Vec<_> = components
            .map(|component| group_of(&component.packaged_id))
            .collect();
        let invoice = invoice(self, &drafts, &groups)?;
        let invoice_text = match self.fidelity {
            Fidelity::Checked => invoice.to_toml(),
            Fidelity::Exact => exact_text(self, &drafts, &groups),
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
            warnings: self.warnings.clone(),
        })
    }
}

fn drafts(collected: &Collected<'_>, manifest: &str) -> Vec<Draft> {
    let media_type = stored::MEDIA_TYPE
        .parse()
        .unwrap_or(MediaType::OCTET_STREAM);
    let digest = Digest::of(manifest.as_bytes());
    let label = Label::of(
        format!("spin.{digest}.toml"),
        media_type,
        manifest.as_bytes(),
    );
    let mut drafts = vec![Draft {
        label: label.with_annotation(DELETE_ON_WRITE.0, DELETE_ON_WRITE.1),
        components: Vec::new(),
        source: None,
    }];
    let label =
        |content: &Content, media_type| Label::new(content.digest(), content.size(), media_type);
    let of_components = collected.components.iter().flat_map(|component| {
        let dependencies = component.dependencies.iter();
        let dependencies = dependencies.map(|(_, module)| (module, module.source.name()));
        std::iter::once((&component.module, component.module_name.as_str())).chain(dependencies)
    });
    let of_triggers = collected
        .trigger_modules
        .iter()
        .map(|needed| &needed.module);
    let of_triggers = of_triggers.map(|module| (module, module.source.name()));
    let first_module = drafts.len();
    let mut seen = BTreeSet::new();
    for (module, name) in of_components.chain(of_triggers) {
        let label = label(&module.content, MediaType::WASM).with_name(name);
        let modules = &drafts[first_module..];
        let is_there = match collected.fidelity {
            Fidelity::Checked => !seen.insert(label.digest()),
            Fidelity::Exact => modules
                .last()
                .is_some_and(|m| m.label.digest() == label.digest()),
        };
        if !is_there {
            drafts.push(Draft {
                label,
                components: Vec::new(),
                source: Some(module.source.clone()),
            });
        }
    }
    let assets = assets(collected);
    let firsts = first_equal(assets.len(), |left, right| {
        assets[left].order(&assets[right])
    });
    let mut parcels = vec![0; assets.len()];
    drafts.reserve(assets.len());
    for (index, (asset, first)) in assets.into_iter().zip(firsts).enumerate() {
        if first == index {
            parcels[index] = drafts.len();
            drafts.push(Draft {
                label: label(&asset.file.content, asset.media_type).with_name(&asset.file.guest),
                components: Vec::new(),
                source: Some(ContentSource::File {
                    path: asset.file.path.clone(),
                }),
            });
        }
        drafts[parcels[first]].components.push(asset.component);
    }
    drafts
}

/// A file on its way to a parcel.
struct Asset<'c> {
    /// The index of the component.
    component: usize,
    file: &'c CollectedFile,
    media_type: MediaType,
}

impl Asset<'_> {
    /// Equal are those that share a parcel.
    fn order(&self, other: &Self) -> Ordering {
        let (file, others) = (self.file, other.file);
        let order = file.guest.cmp(&others.guest);
        let order = order.then_with(|| file.content.digest().cmp(&others.content.digest()));
        order.then_with(|| self.media_type.cmp(&other.media_type))
    }
}

fn assets<'c>(collected: &'c Collected<'_>) -> Vec<Asset<'c>> {
    let mut media_types = BTreeMap::new();
    let mut assets = Vec::new();
    for (component, collected) in collected.components.iter().enumerate() {
        assets.extend(collected.files.iter().map(|file| {
            let extension = media_type::extension(&file.path);
            let media_type = media_types.entry(extension);
            let media_type = media_type.or_insert_with(|| media_type::of_extension(extension));
            Asset {
                component,
                file,
                media_type: media_type.clone(),
            }
        }));
    }
    assets
}

fn invoice(
    collected: &Collected<'_>,
    drafts: &[Draft],
    groups: &[String],
) -> Result<Invoice, PackageError> {
    let mut builder = Invoice::builder(collected.id.clone());
    let details = collected.normalised.details();
    if !details.description.is_empty() {
        builder = builder.description(&details.description);
    }
    for author in &details.authors {
        builder = builder.author(author);
    }
    builder = builder.parcels(drafts.iter().map(|draft| {
        let groups = draft.components.iter().map(|index| &groups[*index]);
        Parcel::from(draft.label.clone()).member_of(groups)
    }));
    let mut seen = BTreeSet::new();
    for group in groups {
        if seen.insert(group) {
            builder = builder.group(Group::new(group));
        }
    }
    builder.build().map_err(PackageError::Invoice)
}

/// The invoice as Spin's own tool writes it.
fn exact_text(collected: &Collected<'_>, drafts: &[Draft], groups: &[String]) -> String {
    use pretty::Fields;

    let name = collected.id.name().as_str();
    let version = collected.id.version().to_string();
    let mut bindle = Fields::new().str("name", name).str("version", &version);
    let details = collected.normalised.details();
    // Spin told what is empty from what is not there.
    let (description, authors) = match collected.manifest.document() {
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
        let conditions = match draft.components.as_slice() {
            [] => Fields::new(),
            components => {
                let groups = components.iter().map(|index| groups[*index].as_str());
                Fields::new().strings("memberOf", groups)
            }
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
