//! What an application consists of, before any encoding: which files each
//! component has, and what is in them.

use std::collections::{BTreeMap, BTreeSet};

use bindle_core::{Digest, Digester};

use super::error::{PackageError, PackageWarning};
use super::options::Fidelity;
use crate::pattern::{Depth, ExcludePattern, FilePattern, relative};
use crate::files::FileEntry;
use crate::schema::v1;
use crate::source::Source;

/// What is known of a content, without keeping it.
///
/// Contents of at most [`Content::KEPT`] bytes are kept.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Content {
    pub(super) digest: Digest,
    pub(super) size: u64,
    pub(super) start: Vec<u8>,
}

impl Content {
    /// The size in bytes up to which contents are kept.
    pub const KEPT: usize = 128;

    /// The SHA-256 of the content.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// The size in bytes.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The content itself, if it is small.
    #[must_use]
    pub fn bytes(&self) -> Option<&[u8]> {
        (self.start.len() as u64 == self.size).then_some(&self.start)
    }

    /// What kind of WebAssembly it is, if any.
    #[must_use]
    pub fn module_kind(&self) -> Option<ModuleKind> {
        match self.start.get(..8)? {
            b"\0asm\x01\0\0\0" => Some(ModuleKind::Module),
            [b'\0', b'a', b's', b'm', _, _, 1, 0] => Some(ModuleKind::Component),
            _ => None,
        }
    }
}

/// The two kinds of WebAssembly binaries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ModuleKind {
    /// A component of the component model.
    Component,
    /// A core module.
    Module,
}

/// Learns what there is to know of a content that comes in chunks.
#[derive(Clone, Debug, Default)]
pub(super) struct ContentReader {
    digester: Digester,
    start: Vec<u8>,
}

impl ContentReader {
    pub(super) fn update(&mut self, chunk: &[u8]) {
        let room = Content::KEPT.saturating_sub(self.start.len());
        self.start
            .extend_from_slice(&chunk[..chunk.len().min(room)]);
        self.digester.update(chunk);
    }

    pub(super) fn finish(self) -> Content {
        let (digest, size) = self.digester.finish();
        Content {
            digest,
            size,
            start: self.start,
        }
    }
}

/// Where a content comes from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ContentSource {
    /// A file, relative to the application folder.
    File {
        /// Its path.
        path: String,
    },
    /// A download.
    Url {
        /// Its address.
        url: String,
        /// What its digest has to be.
        digest: Digest,
    },
}

impl ContentSource {
    /// How it is named in messages.
    pub(super) fn name(&self) -> &str {
        match self {
            Self::File { path } => path,
            Self::Url { url, .. } => url,
        }
    }
}

/// A component of which the files are not known yet.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) id: String,
    pub(super) module: ContentSource,
    /// The module as it is written, which is its name in a package.
    pub(super) module_name: String,
    patterns: Vec<(String, FilePattern)>,
    placements: Vec<PlannedPlacement>,
    excludes: Vec<ExcludePattern>,
}

#[derive(Clone, Debug)]
struct PlannedPlacement {
    folder: String,
    /// Without slashes at its ends.
    destination: String,
}

/// A file that a component sees.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Mount {
    pub(super) guest: String,
    pub(super) path: String,
}

/// The answers to listings: the paths below a folder in the order of a walk, or
/// `None` if there is no such folder.
pub(super) type Listings = BTreeMap<(String, Depth), Option<Vec<String>>>;

impl Plan {
    pub(super) fn new(component: &v1::Component) -> Result<Self, PackageError> {
        let id = (*component.id).clone();
        let invalid = |(message, hint): (String, &'static str)| PackageError::InvalidPath {
            component: id.clone(),
            message,
            hint,
        };
        let module = match &*component.source {
            Source::Path(path) => ContentSource::File {
                path: relative(path).map_err(invalid)?,
            },
            Source::Url(source) => ContentSource::Url {
                url: source.url.clone(),
                digest: source.sha256().ok_or_else(|| {
                    let message = format!("{:?} is not the digest of a module", source.digest);
                    invalid((message, "write `sha256:` and 64 hexadecimal digits"))
                })?,
            },
            Source::Bindle { .. } => {
                return Err(PackageError::BindleSource { component: id });
            }
            source @ Source::Registry(_) => {
                return Err(PackageError::UnsupportedSource {
                    component: id,
                    source_text: source.to_string(),
                    era: crate::Era::Spin1_5,
                });
            }
        };
        let module_name = match &*component.source {
            Source::Url(source) => url_path(&source.url).to_owned(),
            source => source.to_string(),
        };
        let mut patterns = Vec::new();
        let mut placements = Vec::new();
        for entry in &component.files {
            match &**entry {
                FileEntry::Pattern(text) => {
                    let pattern = FilePattern::new(text).map_err(invalid)?;
                    patterns.push((text.clone(), pattern));
                }
                FileEntry::Placement(placement) => {
                    if !placement.destination.starts_with('/') {
                        return Err(PackageError::RelativeDestination {
                            component: id,
                            source_path: placement.source.clone(),
                            destination: placement.destination.clone(),
                        });
                    }
                    placements.push(PlannedPlacement {
                        folder: relative(&placement.source).map_err(invalid)?,
                        destination: relative(placement.destination.trim_start_matches('/'))
                            .map_err(invalid)?,
                    });
                }
            }
        }
        let excludes = component.exclude_files.iter();
        let excludes = excludes.map(|text| ExcludePattern::new(text).map_err(invalid));
        Ok(Self {
            module,
            module_name,
            patterns,
            placements,
            excludes: excludes.collect::<Result<_, _>>()?,
            id,
        })
    }

    /// The listings that tell which files it has.
    pub(super) fn listings(&self) -> impl Iterator<Item = (String, Depth)> {
        let patterns = self.patterns.iter();
        let patterns = patterns.map(|(_, pattern)| (pattern.folder().to_owned(), pattern.depth()));
        let placements = self.placements.iter();
        patterns.chain(placements.map(|placement| (placement.folder.clone(), Depth::Whole)))
    }

    /// Its files, in the order of the manifest: those of patterns, then those
    /// of placements.
    pub(super) fn mounts(
        &self,
        listings: &Listings,
        warnings: &mut Vec<PackageWarning>,
    ) -> Result<Vec<Mount>, PackageError> {
        let listing = |folder: &str, depth| {
            let listing = listings.get(&(folder.to_owned(), depth));
            listing.and_then(Option::as_deref)
        };
        let mut mounts = Vec::new();
        for (text, pattern) in &self.patterns {
            let paths = listing(pattern.folder(), pattern.depth()).unwrap_or_default();
            let count = mounts.len();
            let matches = paths.iter().filter(|path| pattern.matches(path));
            mounts.extend(matches.map(|path| Mount {
                guest: path.clone(),
                path: path.clone(),
            }));
            if mounts.len() == count {
                warnings.push(PackageWarning::NoMatch {
                    component: self.id.clone(),
                    entry: text.clone(),
                });
            }
        }
        for placement in &self.placements {
            let Some(paths) = listing(&placement.folder, Depth::Whole) else {
                return Err(PackageError::MissingFolder {
                    component: self.id.clone(),
                    folder: placement.folder.clone(),
                });
            };
            if paths.is_empty() {
                warnings.push(PackageWarning::NoMatch {
                    component: self.id.clone(),
                    entry: placement.folder.clone(),
                });
            }
            let mut paths: Vec<_> = paths.iter().collect();
            paths.sort_by_cached_key(|path| files_first(path));
            mounts.extend(paths.iter().map(|path| placement.mount(path)));
        }
        mounts.retain(|mount| {
            !self
                .excludes
                .iter()
                .any(|exclude| exclude.matches(&mount.path))
        });
        Ok(mounts)
    }

    /// Looks for two files at one path. The contents tell whether it matters.
    pub(super) fn collisions(
        &self,
        mounts: &[Mount],
        fidelity: Fidelity,
        digest: impl Fn(&str) -> Option<Digest>,
        warnings: &mut Vec<PackageWarning>,
    ) -> Result<(), PackageError> {
        let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
        let mut reported = BTreeSet::new();
        for mount in mounts {
            let Some(first) = seen.insert(&mount.guest, &mount.path) else {
                continue;
            };
            if first == mount.path
                || digest(first) == digest(&mount.path)
                || !reported.insert(&mount.guest)
            {
                continue;
            }
            let (component, guest) = (self.id.clone(), mount.guest.clone());
            let (first, second) = (first.to_owned(), mount.path.clone());
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
        Ok(())
    }
}

impl PlannedPlacement {
    fn mount(&self, path: &str) -> Mount {
        let below = match self.folder.as_str() {
            "" => path,
            folder => path
                .strip_prefix(folder)
                .unwrap_or(path)
                .trim_start_matches('/'),
        };
        let guest = match self.destination.as_str() {
            "" => below.to_owned(),
            destination => format!("{destination}/{below}"),
        };
        Mount {
            guest,
            path: path.to_owned(),
        }
    }
}

/// Orders paths as a walk does that goes through the files of a folder before
/// it goes into the folders below. Spin leaves the order of placed files to the
/// file system.
fn files_first(path: &str) -> Vec<(bool, String)> {
    let parts = path.split('/');
    let last = path.matches('/').count();
    parts
        .enumerate()
        .map(|(index, part)| (index < last, part.to_owned()))
        .collect()
}

/// The path of a URL, by which the official tool calls the module.
fn url_path(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let path = rest.split_once('/').map_or("", |(_, path)| path);
    path.split(['?', '#']).next().unwrap_or_default()
}
