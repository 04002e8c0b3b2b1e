//! The parts of an application, before they are written in any form.

use std::collections::BTreeMap;

use bindle_core::{Digest, Id};

use super::content::{Content, ContentSource};
use super::error::{PackageError, PackageWarning};
use super::options::Fidelity;
use crate::component::DependencyName;
use crate::manifest::Manifest;
use crate::normalise::{ComponentId, Normalised};

/// Everything that an application consists of, returned by
/// [`Packager::collect`]. From this, any form of package can be written without
/// reading a file again.
///
/// A bindle is one such form: [`Collected::to_bindle`].
///
/// ```
/// # use spin_manifest::Manifest;
/// # use spin_manifest::package::{Need, PackageOptions, Packager};
/// # let manifest = Manifest::from_toml(
/// #     "spin_manifest_version = 2\napplication = { name = 'hello', version = '0.1.0' }\n\
/// #      [[trigger.http]]\nroute = '/'\ncomponent = 'hello'\n\
/// #      [component.hello]\nsource = 'hello.wasm'\nfiles = ['index.html']\n",
/// # )?;
/// # let mut packager = Packager::new(&manifest, &PackageOptions::new())?;
/// # while let Some((ticket, need)) = packager.poll_need() {
/// #     let content: &[u8] = match need {
/// #         Need::Listing { .. } => {
/// #             packager.handle_listing(ticket, ["index.html"])?;
/// #             continue;
/// #         }
/// #         Need::File { path, .. } if path == "index.html" => b"<h1>hello</h1>",
/// #         _ => b"\0asm\x01\0\0\0",
/// #     };
/// #     packager.handle_chunk(ticket, content)?;
/// #     packager.handle_end(ticket)?;
/// # }
/// let collected = packager.collect()?;
/// let component = &collected.components()[0];
/// assert_eq!(component.id().as_str(), "hello");
/// let index = component.file("index.html").unwrap();
/// assert_eq!(index.content().bytes(), Some(&b"<h1>hello</h1>"[..]));
/// let package = collected.to_bindle()?;
/// assert_eq!(package.parcels().len(), 3);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// [`Packager::collect`]: super::Packager::collect
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Collected<'m> {
    pub(super) id: Id,
    pub(super) manifest: &'m Manifest,
    pub(super) normalised: Normalised,
    pub(super) fidelity: Fidelity,
    pub(super) components: Vec<CollectedComponent>,
    pub(super) trigger_modules: Vec<TriggerModule>,
    pub(super) warnings: Vec<PackageWarning>,
}

impl<'m> Collected<'m> {
    /// The name and version of the application, with build metadata if
    /// requested.
    #[must_use]
    pub fn id(&self) -> &Id {
        &self.id
    }

    /// The manifest as it is written.
    #[must_use]
    pub fn manifest(&self) -> &'m Manifest {
        self.manifest
    }

    /// The manifest in the form that all formats have in common; its triggers
    /// are in order, with their settings.
    #[must_use]
    pub fn normalised(&self) -> &Normalised {
        &self.normalised
    }

    /// The components, in the order of the manifest.
    #[must_use]
    pub fn components(&self) -> &[CollectedComponent] {
        &self.components
    }

    /// The modules that triggers themselves need, in the order of the triggers.
    #[must_use]
    pub fn trigger_modules(&self) -> &[TriggerModule] {
        &self.trigger_modules
    }

    /// The warnings: what deserves a look.
    #[must_use]
    pub fn warnings(&self) -> &[PackageWarning] {
        &self.warnings
    }

    /// The digest of each content, by where it comes from.
    pub(super) fn digests(&self) -> BTreeMap<&ContentSource, Digest> {
        let of_components = self.components.iter().flat_map(|component| {
            let dependencies = component.dependencies.iter().map(|(_, module)| module);
            std::iter::once(&component.module).chain(dependencies)
        });
        let of_triggers = self.trigger_modules.iter().map(|needed| &needed.module);
        let modules = of_components.chain(of_triggers);
        modules
            .map(|module| (&module.source, module.content.digest()))
            .collect()
    }
}

/// A component of a [`Collected`] application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CollectedComponent {
    pub(super) written_id: Option<String>,
    pub(super) id: ComponentId,
    /// Its id in a bindle.
    pub(super) packaged_id: String,
    pub(super) module_name: String,
    pub(super) module: CollectedModule,
    pub(super) dependencies: Vec<(DependencyName, CollectedModule)>,
    pub(super) files: Vec<CollectedFile>,
    /// The indices of the files that it sees, ordered by their paths.
    pub(super) resolved: Vec<usize>,
}

impl CollectedComponent {
    /// The id as it is written in the manifest; a component within a trigger has
    /// none.
    #[must_use]
    pub fn written_id(&self) -> Option<&str> {
        self.written_id.as_deref()
    }

    /// The id in the normal form.
    #[must_use]
    pub fn id(&self) -> &ComponentId {
        &self.id
    }

    /// Its module.
    #[must_use]
    pub fn module(&self) -> &CollectedModule {
        &self.module
    }

    /// The modules that satisfy its imports, ordered by the names of these.
    #[must_use]
    pub fn dependencies(
        &self,
    ) -> impl ExactSizeIterator<Item = (&DependencyName, &CollectedModule)> {
        self.dependencies
            .iter()
            .map(|(name, module)| (name, module))
    }

    /// Its files in the order in which they are mounted. Several may have the
    /// same path, and one may be there several times.
    #[must_use]
    pub fn mounts(&self) -> &[CollectedFile] {
        &self.files
    }

    /// The files that it sees, ordered by path. If several have the same path,
    /// it sees the last one.
    #[must_use]
    pub fn files(&self) -> impl ExactSizeIterator<Item = &CollectedFile> {
        self.resolved.iter().map(|index| &self.files[*index])
    }

    /// The file that it sees at the path `guest`, which has no leading slash.
    #[must_use]
    pub fn file(&self, guest: &str) -> Option<&CollectedFile> {
        let resolved = &self.resolved;
        let at = resolved.binary_search_by(|index| (*self.files[*index].guest).cmp(guest));
        Some(&self.files[resolved[at.ok()?]])
    }
}

/// A module of a [`Collected`] application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CollectedModule {
    pub(super) source: ContentSource,
    pub(super) content: Content,
}

impl From<(ContentSource, Content)> for CollectedModule {
    fn from((source, content): (ContentSource, Content)) -> Self {
        Self { source, content }
    }
}

impl CollectedModule {
    /// Where it comes from.
    #[must_use]
    pub fn source(&self) -> &ContentSource {
        &self.source
    }

    /// What is known about its content; [`Content::module_kind`] says what kind
    /// of module it is.
    #[must_use]
    pub fn content(&self) -> &Content {
        &self.content
    }
}

/// A module that a trigger of a [`Collected`] application needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TriggerModule {
    pub(super) trigger: String,
    pub(super) role: String,
    pub(super) module: CollectedModule,
}

impl TriggerModule {
    /// The id of the trigger.
    #[must_use]
    pub fn trigger(&self) -> &str {
        &self.trigger
    }

    /// The role of the module.
    #[must_use]
    pub fn role(&self) -> &str {
        &self.role
    }

    /// The module.
    #[must_use]
    pub fn module(&self) -> &CollectedModule {
        &self.module
    }
}

/// A file that a component of a [`Collected`] application sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CollectedFile {
    pub(super) guest: String,
    pub(super) path: String,
    pub(super) entry: usize,
    pub(super) content: Content,
}

impl CollectedFile {
    /// The path at which the component sees it, without a leading slash.
    #[must_use]
    pub fn guest(&self) -> &str {
        &self.guest
    }

    /// Its path, relative to the folder of the application.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The entry of `files` that mounts it, counted from 0.
    #[must_use]
    pub fn entry(&self) -> usize {
        self.entry
    }

    /// What is known about its content.
    #[must_use]
    pub fn content(&self) -> &Content {
        &self.content
    }
}

/// Decides which files a component sees, and reports those of other content at
/// one path: as an error, unless the package has to be exact.
pub(super) fn resolve(
    component: &str,
    files: &[CollectedFile],
    fidelity: Fidelity,
    warnings: &mut Vec<PackageWarning>,
) -> Result<Vec<usize>, PackageError> {
    let mut by_guest: Vec<_> = (0..files.len()).collect();
    // Those at one path stay in order.
    by_guest.sort_by(|left, right| files[*left].guest.cmp(&files[*right].guest));
    let mut resolved = Vec::with_capacity(files.len());
    let mut collisions = Vec::new();
    for same in by_guest.chunk_by(|left, right| files[*left].guest == files[*right].guest) {
        let is_other =
            |pair: &&[usize]| files[pair[0]].content.digest() != files[pair[1]].content.digest();
        collisions.extend(
            same.windows(2)
                .find(is_other)
                .map(|pair| (pair[1], pair[0])),
        );
        resolved.extend(same.last());
    }
    collisions.sort_unstable();
    for (second, first) in collisions {
        let (component, guest) = (component.to_owned(), files[second].guest.clone());
        let (first, second) = (files[first].path.clone(), files[second].path.clone());
        match fidelity {
            Fidelity::Checked => {
                return Err(PackageError::Collision {
                    component,
                    guest,
                    first,
                    second,
                });
            }
            Fidelity::Exact => warnings.push(PackageWarning::Collision {
                component,
                guest,
                first,
                second,
            }),
        }
    }
    Ok(resolved)
}
