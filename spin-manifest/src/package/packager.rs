use std::collections::BTreeMap;
use std::sync::Arc;

use bindle_core::semver::{self, Version};
use bindle_core::{Digest, Digester, Id, Name};

use super::bindle::Package;
use super::collected::{
    self, Collected, CollectedComponent, CollectedFile, CollectedModule, TriggerModule,
};
use super::content::{Content, ContentReader, ContentSource};
use super::error::{self, PackageError, PackageWarning};
use super::options::{BuildMetadata, Fidelity, PackageOptions};
use super::plan::{Listings, Mount, Plan, Written, walk_order};
use super::sources::{self, Needed};
use super::uses::{Asking, Purpose, Use, Uses};
use crate::Era;
use crate::id;
use crate::manifest::{Document, Manifest};
use crate::normalise::{self, ComponentId, Normalised};
use crate::pattern::Depth;
use crate::reader::Rules;

/// Packages an application step by step: it says which listings and contents it
/// needs, you bring them, and in the end it returns a [`Package`].
///
/// Poll it after each answer until nothing is needed, then finish it. Contents
/// are passed in chunks and not kept. Listings and contents may be answered in
/// any order, except that with [`BuildMetadata::Auto`] each content is asked
/// for only after the one before was answered, because the build metadata is
/// computed over the contents in the order of the manifest.
///
/// The same application always gives the same package, byte for byte.
///
/// `examples/src/folder.rs` in the repository packages the application in a
/// folder, and is meant to be copied.
///
/// ```
/// use spin_manifest::Manifest;
/// use spin_manifest::package::{Need, PackageOptions, Packager};
///
/// let manifest = Manifest::from_toml(
///     r#"
/// spin_version = "1"
/// name = "hello"
/// version = "0.1.0"
/// trigger = { type = "http", base = "/" }
///
/// [[component]]
/// id = "hello"
/// source = "hello.wasm"
/// files = ["static/*"]
/// [component.trigger]
/// route = "/..."
/// "#,
/// )?;
/// let mut packager = Packager::new(&manifest, &PackageOptions::new())?;
/// while let Some((ticket, need)) = packager.poll_need() {
///     match need {
///         // All files in the folder, and in the folders below for `Depth::Whole`.
///         Need::Listing { folder, .. } => {
///             assert_eq!(folder, "static");
///             packager.handle_listing(ticket, ["static/index.html"])?;
///         }
///         Need::File { path, .. } => {
///             let content: &[u8] = match path.as_str() {
///                 "hello.wasm" => b"\0asm\x01\0\0\0",
///                 _ => b"<h1>hello</h1>",
///             };
///             packager.handle_chunk(ticket, content)?;
///             packager.handle_end(ticket)?;
///         }
///         Need::Download { .. } => unreachable!("the manifest has none"),
///         _ => unreachable!("there is no other need yet"),
///     }
/// }
/// let package = packager.finish()?;
/// assert_eq!(package.invoice().id().to_string(), "hello/0.1.0+q44debdd");
/// assert_eq!(package.parcels().len(), 3);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Packager<'m> {
    manifest: &'m Manifest,
    normalised: Normalised,
    options: PackageOptions,
    name: Name,
    version: Version,
    plans: Vec<Plan>,
    /// What triggers themselves need.
    needed: Vec<Needed>,
    /// The listings that have not been asked for, in reverse order.
    folders: Vec<(String, Depth)>,
    open: BTreeMap<Ticket, Open>,
    next_ticket: u64,
    listings: Listings,
    /// The files of each plan: where its component sees them, and the index of
    /// the entry that mounts them.
    mounts: Vec<Vec<(String, usize)>>,
    /// The contents that are used; none before all listings are there.
    uses: Uses,
    build: Digester,
    warnings: Vec<PackageWarning>,
    /// What went wrong already; there is no package after that.
    failure: Option<PackageError>,
}

/// A need that has been asked for and not been answered.
#[derive(Clone, Debug)]
enum Open {
    /// The content of the use with this index.
    Content(usize, Box<ContentReader>),
    Listing(String, Depth),
}

/// Identifies the need that an answer belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket(u64);

/// Something that a [`Packager`] needs.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Need {
    /// The content of a download. Its digest is checked.
    Download {
        /// The address.
        url: String,
        /// Its digest.
        digest: Digest,
        /// What it is for, such as `component "hello"`.
        dependent: String,
    },
    /// The content of a file.
    File {
        /// The path, relative to the folder of the application.
        path: String,
        /// What it is for, such as `component "hello"`.
        dependent: String,
    },
    /// The module of a package from a registry.
    Package {
        /// The registry; `None` means the default of the host.
        registry: Option<String>,
        /// The package, `NAMESPACE:NAME`.
        package: String,
        /// The version, or the version requirement.
        version: String,
        /// What it is for, such as `component "hello"`.
        dependent: String,
    },
    /// The paths of the files in a folder.
    Listing {
        /// The folder, relative to the folder of the application; empty for
        /// that folder itself.
        folder: String,
        /// Whether to list subfolders as well.
        depth: Depth,
    },
}

impl<'m> Packager<'m> {
    /// Starts to package the application of `manifest`.
    ///
    /// # Errors
    ///
    /// - a name that a bindle cannot have;
    /// - no version, one that is not SemVer, or one that already has build
    ///   metadata if some are to be added;
    /// - names of variables, settings and stores that Spin 1.5 does not package, by
    ///   its rules;
    /// - a manifest without the profile that is asked for, or without another
    ///   [normal form](Manifest::normalised);
    /// - a component from a bindle or, by the rules of Spin 0.6 and 1.5, from a
    ///   registry;
    /// - a download whose digest is malformed, or a dependency without the name
    ///   of its package;
    /// - a malformed pattern or path, or one that leads out of the folder;
    /// - a placement whose destination is not absolute.
    pub fn new(manifest: &'m Manifest, options: &PackageOptions) -> Result<Self, PackageError> {
        let name = name(manifest.name(), manifest.era())?;
        let version = version(manifest.version(), &options.build_metadata)?;
        names_of_spin_1_5(manifest)?;
        let profile = options.profile.as_deref();
        let normalised = manifest
            .normalised(profile)
            .map_err(PackageError::Normalise)?;
        let rules = match options.file_rules {
            Rules::Fitting => manifest.era(),
            Rules::Of(era) => era,
        };
        let plans = written(manifest, &normalised)?.into_iter();
        let plans = plans.map(|written| Plan::new(written, rules, options.fidelity));
        let plans: Vec<_> = plans.collect::<Result<_, _>>()?;
        let needed = sources::of_triggers(&normalised)?;
        let mut listings: Vec<_> = plans.iter().flat_map(Plan::listings).collect();
        listings.sort();
        listings.dedup();
        listings.reverse();
        let mut packager = Self {
            manifest,
            normalised,
            options: options.clone(),
            name,
            version,
            plans,
            needed,
            folders: listings,
            open: BTreeMap::new(),
            next_ticket: 0,
            listings: Listings::new(),
            mounts: Vec::new(),
            uses: Uses::default(),
            build: Digester::new(),
            warnings: Vec::new(),
            failure: None,
        };
        packager.go_on()?;
        Ok(packager)
    }

    /// The next need, with the ticket for its answer; `None` if nothing is
    /// needed any more, or nothing before an answer arrives.
    ///
    /// Poll it again after each answer.
    #[must_use = "what is needed is named only once"]
    pub fn poll_need(&mut self) -> Option<(Ticket, Need)> {
        let ticket = Ticket(self.next_ticket);
        let (open, need) = if let Some((folder, depth)) = self.folders.pop() {
            let open = Open::Listing(folder.clone(), depth);
            (open, Need::Listing { folder, depth })
        } else {
            let is_ordered = self.options.build_metadata == BuildMetadata::Auto;
            if is_ordered && !self.open.is_empty() {
                return None;
            }
            let (index, used) = self.uses.ask()?;
            (Open::Content(index, Box::default()), need(used))
        };
        self.next_ticket += 1;
        self.open.insert(ticket, open);
        Some((ticket, need))
    }

    /// Takes the answer to [`Need::Listing`]: the paths of the files, relative
    /// to the folder of the application, in any order. Listing more files than
    /// requested does no harm. Poll afterwards.
    ///
    /// # Errors
    ///
    /// - a path with `\`, an absolute path, or one with an empty part, `.` or
    ///   `..`;
    /// - a ticket that was not for a listing;
    /// - what only shows once all listings are there, such as a folder of a
    ///   placement that does not exist.
    pub fn handle_listing<P: AsRef<str>>(
        &mut self,
        ticket: Ticket,
        paths: impl IntoIterator<Item = P>,
    ) -> Result<(), PackageError> {
        let Some(Open::Listing(folder, depth)) = self.open.get(&ticket) else {
            return Err(PackageError::UnknownTicket(ticket));
        };
        let mut listed = Vec::new();
        for path in paths {
            let path = path.as_ref();
            if !is_listable(path) {
                return Err(PackageError::ListedPath { path: path.into() });
            }
            let below = match folder.as_str() {
                "" => Some(path),
                folder => path
                    .strip_prefix(folder)
                    .and_then(|rest| rest.strip_prefix('/')),
            };
            let is_asked = below.is_some_and(|rest| *depth == Depth::Whole || !rest.contains('/'));
            if is_asked {
                listed.push(path.to_owned());
            }
        }
        listed.sort_by(|left, right| walk_order(left, right));
        listed.dedup();
        let key = (folder.clone(), *depth);
        self.open.remove(&ticket);
        self.listings.insert(key, Some(listed));
        self.go_on()
    }

    /// Takes the next bytes of a content. Several contents may be passed
    /// concurrently if they were asked for.
    ///
    /// # Errors
    ///
    /// A ticket that was not for a content.
    pub fn handle_chunk(&mut self, ticket: Ticket, chunk: &[u8]) -> Result<(), PackageError> {
        let Some(Open::Content(index, reader)) = self.open.get_mut(&ticket) else {
            return Err(PackageError::UnknownTicket(ticket));
        };
        reader.update(chunk);
        if self.options.build_metadata == BuildMetadata::Auto {
            // The digest of a download is part of the manifest.
            let is_pinned = matches!(self.uses.get(*index).source, ContentSource::Url { .. });
            if !is_pinned {
                self.build.update(chunk);
            }
        }
        Ok(())
    }

    /// Takes the end of a content. Poll afterwards.
    ///
    /// # Errors
    ///
    /// - a ticket that was not for a content;
    /// - a content that differs from the one that the same file had before;
    /// - a download with another digest;
    /// - a module that is not WebAssembly, unless modules are not checked.
    pub fn handle_end(&mut self, ticket: Ticket) -> Result<(), PackageError> {
        match self.open.remove(&ticket) {
            Some(Open::Content(index, reader)) => {
                let taken = self.content(index, reader.finish());
                taken.map_err(|error| self.fail(error))
            }
            open => {
                open.and_then(|open| self.open.insert(ticket, open));
                Err(PackageError::UnknownTicket(ticket))
            }
        }
    }

    /// Takes the answer that a file or a folder does not exist. Poll
    /// afterwards.
    ///
    /// # Errors
    ///
    /// - a file: a package needs it;
    /// - a folder, if it is that of a placement, and not only of a pattern;
    /// - a ticket that is not open.
    pub fn handle_missing(&mut self, ticket: Ticket) -> Result<(), PackageError> {
        match self.open.remove(&ticket) {
            Some(Open::Content(index, _)) => {
                let used = self.uses.get(index);
                let error = PackageError::MissingFile {
                    dependent: used.dependent.to_string(),
                    path: used.source.name().to_owned(),
                };
                Err(self.fail(error))
            }
            Some(Open::Listing(folder, depth)) => {
                self.listings.insert((folder, depth), None);
                self.go_on()
            }
            None => Err(PackageError::UnknownTicket(ticket)),
        }
    }

    /// Returns the application as a bindle, once nothing is needed any more.
    ///
    /// # Errors
    ///
    /// Whatever [`Packager::collect`] and [`Collected::to_bindle`] refuse.
    pub fn finish(self) -> Result<Package, PackageError> {
        self.collect()?.to_bindle()
    }

    /// Returns everything that the application consists of, once nothing is
    /// needed any more, to be written in any form.
    ///
    /// # Errors
    ///
    /// - listings or contents that were not answered;
    /// - whatever went wrong before;
    /// - two files at one path of a component, unless that is not checked.
    pub fn collect(mut self) -> Result<Collected<'m>, PackageError> {
        if let Some(failure) = self.failure {
            return Err(failure);
        }
        let open = self.open.len() + self.folders.len() + self.uses.waiting();
        if open > 0 {
            return Err(PackageError::Incomplete { open });
        }
        if let Some(build) = self.build_metadata() {
            self.version.build = build;
        }
        let fidelity = self.options.fidelity;
        // In the order in which they were put together.
        let mut known = self.uses.known();
        let mut next = || {
            known
                .next()
                .unwrap_or(Err(PackageError::Incomplete { open: 1 }))
        };
        let mut components = Vec::with_capacity(self.plans.len());
        for (plan, mounts) in self.plans.into_iter().zip(self.mounts) {
            let module = CollectedModule::from(next()?);
            let dependencies = plan.dependencies.into_iter();
            let dependencies = dependencies.map(|(name, _)| Ok((name, next()?.into())));
            let dependencies = dependencies.collect::<Result<_, PackageError>>()?;
            let mut files = Vec::with_capacity(mounts.len());
            for (guest, entry) in mounts {
                let (source, content) = next()?;
                files.push(CollectedFile {
                    guest,
                    path: source.into_name(),
                    entry,
                    content,
                });
            }
            components.push(CollectedComponent {
                resolved: collected::resolve(&plan.id, &files, fidelity, &mut self.warnings)?,
                written_id: plan.written_id,
                id: plan.normal_id,
                packaged_id: plan.id,
                module_name: plan.module_name,
                module,
                dependencies,
                files,
            });
        }
        let trigger_modules = self.needed.into_iter().map(|needed| {
            Ok(TriggerModule {
                trigger: needed.trigger,
                role: needed.role,
                module: next()?.into(),
            })
        });
        let trigger_modules = trigger_modules.collect::<Result<_, PackageError>>()?;
        Ok(Collected {
            id: Id::new(self.name, self.version),
            manifest: self.manifest,
            fidelity,
            components,
            trigger_modules,
            normalised: self.normalised,
            warnings: self.warnings,
        })
    }

    fn build_metadata(&self) -> Option<semver::BuildMetadata> {
        match &self.options.build_metadata {
            BuildMetadata::None => None,
            BuildMetadata::Given(build) => Some(build.clone()),
            BuildMetadata::Auto => {
                let mut digester = self.build.clone();
                digester.update(self.manifest.text().as_bytes());
                let digest = digester.finish().0.to_string();
                semver::BuildMetadata::new(&format!("q{}", &digest[..7])).ok()
            }
        }
    }

    /// Asks for contents once all listings are there.
    fn go_on(&mut self) -> Result<(), PackageError> {
        self.want_contents().map_err(|error| self.fail(error))
    }

    fn fail(&mut self, error: PackageError) -> PackageError {
        self.failure.get_or_insert(error).clone()
    }

    fn want_contents(&mut self) -> Result<(), PackageError> {
        if !self.folders.is_empty() || !self.open.is_empty() {
            return Ok(());
        }
        let mut uses = Vec::new();
        for plan in &self.plans {
            let dependent = Arc::from(error::component(&plan.id));
            let add = |source, purpose| Use::new(&dependent, source, purpose);
            uses.push(add(plan.module.clone(), Purpose::Module));
            for (_, source) in &plan.dependencies {
                uses.push(add(source.clone(), Purpose::Module));
            }
            let mounts = plan.mounts(&self.listings, &mut self.warnings)?;
            uses.reserve(mounts.len());
            let mut guests = Vec::with_capacity(mounts.len());
            for Mount { guest, path, entry } in mounts {
                uses.push(add(ContentSource::File { path }, Purpose::File));
                guests.push((guest, entry));
            }
            self.mounts.push(guests);
        }
        for needed in &self.needed {
            let dependent = Arc::from(error::trigger(&needed.trigger));
            uses.push(Use::new(&dependent, needed.source.clone(), Purpose::Module));
        }
        let asking = match self.options.build_metadata {
            BuildMetadata::Auto => Asking::Each,
            BuildMetadata::Given(_) | BuildMetadata::None => Asking::Once,
        };
        self.uses = Uses::new(uses, asking);
        Ok(())
    }

    /// Takes what is known of the content of the use `index`.
    fn content(&mut self, index: usize, content: Content) -> Result<(), PackageError> {
        let source = &self.uses.get(index).source;
        let digest = content.digest();
        if let ContentSource::Url {
            url,
            digest: expected,
        } = source
        {
            if *expected != digest {
                return Err(PackageError::Remote {
                    url: url.clone(),
                    expected: *expected,
                    actual: digest,
                });
            }
        }
        let name = || source.name().to_owned();
        if let Some(first) = self.uses.digest(index).filter(|first| *first != digest) {
            return Err(PackageError::Changed {
                path: name(),
                first,
                second: digest,
            });
        }
        if self.options.fidelity == Fidelity::Checked && content.module_kind().is_none() {
            if let Some(dependent) = self.uses.module_of(index) {
                return Err(PackageError::NotWebAssembly {
                    dependent: dependent.to_owned(),
                    path: name(),
                });
            }
        }
        self.uses.learn(index, content);
        Ok(())
    }
}

/// Whether a listing may have the path: a relative one, in `/`, that leads
/// nowhere else.
fn is_listable(path: &str) -> bool {
    let is_legal = |part: &str| !matches!(part, "" | "." | "..");
    !path.contains('\\') && path.split('/').all(is_legal)
}

/// What to ask for, to know the content that is used.
fn need(used: &Use) -> Need {
    let dependent = used.dependent.to_string();
    match &used.source {
        ContentSource::File { path } => Need::File {
            path: path.clone(),
            dependent,
        },
        ContentSource::Registry {
            registry,
            package,
            version,
        } => Need::Package {
            registry: registry.clone(),
            package: package.clone(),
            version: version.clone(),
            dependent,
        },
        ContentSource::Url { url, digest } => Need::Download {
            url: url.clone(),
            digest: *digest,
            dependent,
        },
    }
}

/// The components as they are packaged: with the ids of the manifest, as long as
/// the bindle is one that an earlier Spin reads.
fn written<'m>(
    manifest: &'m Manifest,
    normalised: &'m Normalised,
) -> Result<Vec<Written<'m>>, PackageError> {
    if let (Document::V1(application), Era::Spin0_6 | Era::Spin1_5) =
        (manifest.document(), manifest.era())
    {
        let ids = normalise::ids_of_v1(application);
        let components = application.components.iter().zip(ids);
        let components = components.map(|(component, normal_id)| Written {
            id: &component.id,
            written_id: Some(&component.id),
            normal_id,
            source: &component.source,
            files: component.files.as_slice(),
            exclude_files: &component.exclude_files,
            dependencies: Vec::new(),
        });
        return Ok(components.collect());
    }
    let written_ids = written_ids(manifest.document());
    let components = normalised.components().map(|(id, component)| {
        Ok(Written {
            id: id.as_str(),
            written_id: written_ids.get(id).copied(),
            normal_id: id.clone(),
            source: &component.source,
            files: &component.files,
            exclude_files: &component.exclude_files,
            dependencies: sources::of_dependencies(id.as_str(), component)?,
        })
    });
    components.collect()
}

/// The ids of components as they are written, by those of the normal form.
fn written_ids(document: &Document) -> BTreeMap<ComponentId, &str> {
    match document {
        Document::V1(application) => {
            let ids = normalise::ids_of_v1(application).into_iter();
            let components = application.components.iter();
            ids.zip(components.map(|component| component.id.as_str()))
                .collect()
        }
        Document::V2(application) => {
            let components = application.components.iter();
            components
                .map(|(id, _)| (ComponentId::new(id.as_str()), id.as_str()))
                .collect()
        }
    }
}

fn name(text: &str, era: Era) -> Result<Name, PackageError> {
    let is_legal = |c: char| match era {
        Era::Spin1_5 => c.is_alphanumeric() || matches!(c, '_' | '-'),
        _ => c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/'),
    };
    let reason = match text.parse::<Name>() {
        Ok(name) if text.chars().all(is_legal) => return Ok(name),
        Ok(_) => format!("{era} packages only names of letters, digits, `-` and `_`"),
        Err(error) => error.to_string(),
    };
    // Spaces and the like become hyphens, doubled slashes one.
    let segments = text
        .split('/')
        .filter(|segment| !matches!(*segment, "" | "." | ".."));
    let nearest = segments
        .collect::<Vec<_>>()
        .join("/")
        .replace(|c| !is_legal(c), "-");
    Err(PackageError::Name {
        name: text.to_owned(),
        reason,
        nearest: nearest.parse::<Name>().ok().map(|name| name.to_string()),
    })
}

/// Looks at the names at which Spin 1.5 looked only when it packaged an
/// application: a reader that is like Spin took any.
fn names_of_spin_1_5(manifest: &Manifest) -> Result<(), PackageError> {
    let (Document::V1(application), Era::Spin1_5) = (manifest.document(), manifest.era()) else {
        return Ok(());
    };
    let components = || application.components.iter();
    let variables = application.variables.keys();
    let variables = variables.map(|name| ("variable", name.as_str()));
    let settings = components().flat_map(|component| component.config.iter());
    let settings = settings.map(|(name, _)| ("setting", name));
    let names = variables.chain(settings);
    let names = names.filter(|(_, name)| !id::is_earlier_variable_name(name));
    let stores = components().flat_map(|component| component.key_value_stores.as_slice());
    let stores = stores.filter(|label| !id::is_earlier_store_label(label));
    let stores = stores.map(|label| ("store", label.as_str()));
    names.chain(stores).next().map_or(Ok(()), |(what, name)| {
        let name = name.to_owned();
        Err(PackageError::Named { what, name })
    })
}

fn version(text: &str, build: &BuildMetadata) -> Result<Version, PackageError> {
    if text.is_empty() {
        return Err(PackageError::MissingVersion);
    }
    let error = |reason: String| PackageError::Version {
        version: text.to_owned(),
        reason,
    };
    let version = Version::parse(text).map_err(|source| {
        let hint = completed(text);
        let hint = hint.map_or(String::new(), |hint| format!("; did you mean `{hint}`?"));
        error(format!("{source}{hint}"))
    })?;
    if !version.build.is_empty() && *build != BuildMetadata::None {
        return Err(error(
            "it has build metadata of its own; leave them out, or add no others".to_owned(),
        ));
    }
    Ok(version)
}

/// The version that was meant by one with a `v`, or with missing parts.
fn completed(text: &str) -> Option<String> {
    let text = text.strip_prefix(['v', 'V', '=']).unwrap_or(text);
    let (core, suffix) = text.split_at(text.find(['-', '+']).unwrap_or(text.len()));
    let parts = core
        .split('.')
        .map(|part| part.parse::<u64>().map(|part| part.to_string()));
    let mut parts = parts.collect::<Result<Vec<_>, _>>().ok()?;
    parts.resize(parts.len().max(3), String::from("0"));
    let version = parts.join(".") + suffix;
    Version::parse(&version).is_ok().then_some(version)
}
