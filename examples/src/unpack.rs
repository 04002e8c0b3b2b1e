//! Gets the application out of a standalone bindle: as a runtime needs it, and
//! as a folder that can be packaged again.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use bindle_core::standalone::{Completeness, EntryKind, Reader, Standalone};
use bindle_core::{Digest, Invoice};
use serde::{Serialize, Serializer};
use spin_manifest::package::{
    Application, ApplicationComponent, ApplicationDependency, UnpackError,
};
use spin_manifest::{Inherit, KebabId, Manifest, Table, Variable};
use thiserror::Error;

use crate::standalone::{Keep, ReadError, read};

/// More than any manifest has, in bytes: it is held.
const LARGEST_MANIFEST: u64 = 16 << 20;

/// Reads the application in the standalone bindle at `place`. Its modules and
/// files need not be there.
///
/// # Errors
///
/// A place where no standalone bindle is, or one without an application.
pub fn unpack(place: &Path) -> Result<Application, Failure> {
    // Twice: the invoice tells which parcel is the manifest.
    let standalone = read(place, partial(), &mut ())?;
    let label = Application::manifest_label(standalone.invoice())?;
    if label.size() > LARGEST_MANIFEST {
        return Err(Failure::LargeManifest(label.size()));
    }
    let digest = label.digest();
    let content = Vec::new();
    let mut manifest = One { digest, content };
    let standalone = read(place, partial(), &mut manifest)?;
    if !standalone.has(&digest) {
        return Err(Failure::Missing(digest));
    }
    let application = Application::unpack(standalone.invoice(), &manifest.content)?;
    Ok(application)
}

fn partial() -> Reader {
    Reader::new().with_completeness(Completeness::Partial)
}

/// Keeps one parcel, in memory.
struct One {
    digest: Digest,
    content: Vec<u8>,
}

impl Keep for One {
    fn begin(&mut self, file: EntryKind) -> io::Result<Option<&mut dyn Write>> {
        let is_it = file == EntryKind::Parcel(self.digest);
        Ok(is_it.then_some(&mut self.content))
    }
}

/// Writes the application in the standalone bindle at `place` to the new folder
/// `folder`: its modules, its files, and a `spin.toml` of the second format.
/// Packaged again it is the same application.
///
/// The manifest that it was packaged from is not in a bindle: what only a
/// developer needs, such as how to build it, is lost.
///
/// # Errors
///
/// As [`unpack`]; further a parcel that is missing, a file whose path leads out
/// of the folder, and an application that the second format has no words for.
pub fn restore(place: &Path, folder: &Path) -> Result<Application, Failure> {
    let application = unpack(place)?;
    fs::create_dir(folder).map_err(|reason| Failure::Folder {
        folder: folder.display().to_string(),
        reason,
    })?;
    let written = write(place, folder, &application);
    if written.is_err() {
        // The folder is new: nothing in it is anybody's.
        let _ = fs::remove_dir_all(folder);
    }
    written.map(|()| application)
}

fn write(place: &Path, folder: &Path, application: &Application) -> Result<(), Failure> {
    let parcels = folder.join("parcels");
    fs::create_dir(&parcels)?;
    let mut keep = All {
        folder: &parcels,
        file: None,
    };
    let standalone = read(place, partial(), &mut keep)?;
    let copy = |digest: &Digest, path: &str| {
        if !standalone.has(digest) {
            return Err(Failure::Missing(*digest));
        }
        let path = folder.join(path);
        path.parent().map_or(Ok(()), fs::create_dir_all)?;
        let mut parcel = File::open(parcels.join(digest.to_string()))?;
        io::copy(&mut parcel, &mut File::create_new(path)?)?;
        Ok(())
    };
    let ids = Ids::of(application)?;
    let mut modules = BTreeSet::new();
    for component in &application.components {
        modules.insert(component.module);
        modules.extend(component.dependencies.values().map(|one| one.module));
        let id = ids.of_component(&component.id);
        for (path, digest) in &component.files {
            if !is_plain(path) {
                return Err(Failure::Path(path.clone()));
            }
            copy(digest, &format!("files/{id}/{path}"))?;
        }
    }
    let triggers = application.triggers.iter();
    let needed = triggers.flat_map(|trigger| trigger.dependencies.values().flatten());
    modules.extend(needed.map(|one| one.module));
    for module in &modules {
        copy(module, &module_path(module))?;
    }
    let manifest = manifest(&standalone, application, &ids)?;
    fs::write(folder.join("spin.toml"), manifest)?;
    fs::remove_dir_all(parcels)?;
    Ok(())
}

/// Keeps all parcels, in files that are named by their digests.
struct All<'f> {
    folder: &'f Path,
    file: Option<File>,
}

impl Keep for All<'_> {
    fn begin(&mut self, file: EntryKind) -> io::Result<Option<&mut dyn Write>> {
        let EntryKind::Parcel(digest) = file else {
            return Ok(None);
        };
        let file = File::create_new(self.folder.join(digest.to_string()))?;
        Ok(Some(self.file.insert(file)))
    }
}

/// Whether a path leads to a place below where it starts, on any system.
fn is_plain(path: &str) -> bool {
    let is_name = |part: &str| !matches!(part, "" | "." | "..");
    !path.contains(['\\', ':', '\0']) && path.split('/').all(is_name)
}

fn module_path(digest: &Digest) -> String {
    format!("modules/{digest}.wasm")
}

/// The ids of the components in the second format, which is stricter.
struct Ids<'a>(BTreeMap<&'a str, KebabId>);

impl<'a> Ids<'a> {
    fn of(application: &'a Application) -> Result<Self, Failure> {
        let ids = application.components.iter().map(|one| one.id.as_str());
        // Those that are legal stay as they are.
        let mut taken: BTreeSet<KebabId> = ids.clone().filter_map(|id| id.parse().ok()).collect();
        let ids = ids.map(|id| {
            let kebab = id.parse().unwrap_or_else(|_| {
                let similar = id.replace('_', "-").to_lowercase();
                let numbered = (1..).map(|number| format!("component-c{number}"));
                let mut candidates = std::iter::once(similar).chain(numbered);
                let free = candidates.find_map(|candidate| {
                    let candidate: KebabId = candidate.parse().ok()?;
                    taken.insert(candidate.clone()).then_some(candidate)
                });
                free.expect("there are as many as there are numbers")
            });
            (id, kebab)
        });
        let ids: BTreeMap<_, _> = ids.collect();
        if ids.len() < application.components.len() {
            let reason = "two components have the same id";
            return Err(Failure::Unwritable(reason.to_owned()));
        }
        Ok(Self(ids))
    }

    /// That of a component; whatever starts one was checked to name one.
    fn of_component(&self, id: &str) -> &str {
        self.0[id].as_str()
    }
}

#[derive(Serialize)]
struct Written<'a> {
    spin_manifest_version: u8,
    application: Details<'a>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    variables: &'a BTreeMap<String, Variable>,
    trigger: BTreeMap<&'a str, Vec<Trigger<'a>>>,
    component: Ordered<'a>,
}

/// The components, in their order.
struct Ordered<'a>(Vec<(&'a str, Component<'a>)>);

impl Serialize for Ordered<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(id, component)| (id, component)))
    }
}

#[derive(Serialize)]
struct Details<'a> {
    name: String,
    version: String,
    #[serde(skip_serializing_if = "str::is_empty")]
    description: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    authors: Vec<&'a str>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    trigger: &'a BTreeMap<String, Table>,
}

#[derive(Serialize)]
struct Trigger<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    component: Option<&'a str>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    components: BTreeMap<&'a str, Vec<&'a str>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    dependencies: BTreeMap<&'a str, Vec<Dependency<'a>>>,
    #[serde(flatten)]
    settings: &'a Table,
}

#[derive(Serialize)]
struct Component<'a> {
    source: String,
    #[serde(skip_serializing_if = "str::is_empty")]
    description: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    files: Vec<Placement>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    allowed_outbound_hosts: &'a [String],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    key_value_stores: &'a [String],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    sqlite_databases: &'a [String],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    ai_models: &'a [String],
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    environment: &'a BTreeMap<String, String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    variables: &'a BTreeMap<String, String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    dependencies: BTreeMap<&'a str, Dependency<'a>>,
}

#[derive(Serialize)]
struct Placement {
    source: String,
    destination: &'static str,
}

#[derive(Serialize)]
struct Dependency<'a> {
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    export: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    inherit_configuration: Option<&'a Inherit>,
}

impl<'a> From<&'a ApplicationDependency> for Dependency<'a> {
    fn from(dependency: &'a ApplicationDependency) -> Self {
        Self {
            path: module_path(&dependency.module),
            export: dependency.export.as_deref(),
            inherit_configuration: dependency.inherit.as_ref(),
        }
    }
}

fn component<'a>(component: &'a ApplicationComponent, id: &str) -> Component<'a> {
    let placement = Placement {
        source: format!("files/{id}"),
        destination: "/",
    };
    let has_files = !component.files.is_empty();
    let dependencies = component.dependencies.iter();
    Component {
        source: module_path(&component.module),
        description: &component.description,
        files: has_files.then_some(placement).into_iter().collect(),
        allowed_outbound_hosts: &component.allowed_outbound_hosts,
        key_value_stores: &component.key_value_stores,
        sqlite_databases: &component.sqlite_databases,
        ai_models: &component.ai_models,
        environment: &component.environment,
        variables: &component.settings,
        dependencies: dependencies
            .map(|(name, one)| (name.as_str(), one.into()))
            .collect(),
    }
}

fn manifest(
    standalone: &Standalone,
    application: &Application,
    ids: &Ids<'_>,
) -> Result<String, Failure> {
    let invoice: &Invoice = standalone.invoice();
    let mut version = application.id.version().clone();
    // It is made anew by whoever packages it.
    version.build = bindle_core::semver::BuildMetadata::EMPTY;
    let mut triggers: BTreeMap<&str, Vec<Trigger<'_>>> = BTreeMap::new();
    for trigger in &application.triggers {
        let components = trigger.components.iter().map(|(role, components)| {
            let components = components.iter().map(|id| ids.of_component(id));
            (role.as_str(), components.collect())
        });
        let dependencies = trigger.dependencies.iter().map(|(role, dependencies)| {
            let dependencies = dependencies.iter().map(Dependency::from);
            (role.as_str(), dependencies.collect())
        });
        triggers.entry(&trigger.kind).or_default().push(Trigger {
            id: &trigger.id,
            component: trigger.component.as_deref().map(|id| ids.of_component(id)),
            components: components.collect(),
            dependencies: dependencies.collect(),
            settings: &trigger.settings,
        });
    }
    let components = application.components.iter().map(|one| {
        let id = ids.of_component(&one.id);
        (id, component(one, id))
    });
    let written = Written {
        spin_manifest_version: 2,
        application: Details {
            name: application.id.name().to_string(),
            version: version.to_string(),
            description: invoice.description(),
            authors: invoice.authors().iter().map(String::as_str).collect(),
            trigger: &application.trigger_settings,
        },
        variables: &application.variables,
        trigger: triggers,
        component: Ordered(components.collect()),
    };
    let text = toml::to_string(&written).map_err(|error| Failure::Unwritable(error.to_string()))?;
    // Names that were legal in the first format may not be in the second.
    match Manifest::from_toml(&text) {
        Ok(_) => Ok(text),
        Err(problems) => Err(Failure::Unwritable(
            problems.render("spin.toml", &text).to_string(),
        )),
    }
}

/// Why there is no application, or no folder of it.
#[derive(Debug, Error)]
pub enum Failure {
    /// The new folder cannot be made.
    #[error("the folder {folder} cannot be made: {reason}")]
    Folder {
        /// The folder.
        folder: String,
        /// Why.
        reason: io::Error,
    },
    /// Something cannot be written.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The manifest is larger than any.
    #[error("the manifest has {0} bytes, which is more than {LARGEST_MANIFEST}")]
    LargeManifest(u64),
    /// A parcel of the application is not there.
    #[error("the parcel {0}, which the application needs, is missing")]
    Missing(Digest),
    /// A file would be outside of the folder.
    #[error("a component sees a file at {0:?}, which is not a path within a folder")]
    Path(String),
    /// There is no standalone bindle.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The second format has no words for the application.
    #[error("the application cannot be written as a manifest of the second format: {0}")]
    Unwritable(String),
    /// There is no application in it.
    #[error(transparent)]
    Unpack(#[from] UnpackError),
}
