//! What is known of contents, and where they come from.

use bindle_core::{Digest, Digester};

/// What is known of a content, without keeping it.
///
/// Contents of at most [`Content::KEPT`] bytes are kept.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Content {
    digest: Digest,
    size: u64,
    kept: Option<Box<[u8]>>,
    module_kind: Option<ModuleKind>,
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
        self.kept.as_deref()
    }

    /// What kind of WebAssembly it is, if any.
    #[must_use]
    pub fn module_kind(&self) -> Option<ModuleKind> {
        self.module_kind
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

impl ModuleKind {
    /// The kind of a binary that starts with `start`.
    fn of(start: &[u8]) -> Option<Self> {
        match start.get(..8)? {
            b"\0asm\x01\0\0\0" => Some(Self::Module),
            [b'\0', b'a', b's', b'm', _, _, 1, 0] => Some(Self::Component),
            _ => None,
        }
    }
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
            module_kind: ModuleKind::of(&self.start),
            kept: (self.start.len() as u64 == size).then(|| self.start.into()),
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
    /// A package of a registry.
    Registry {
        /// The registry; `None` is the one that the host prefers.
        registry: Option<String>,
        /// The package.
        package: String,
        /// The version, or what is required of it.
        version: String,
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
            Self::Registry { package, .. } => package,
            Self::Url { url, .. } => url,
        }
    }

    pub(super) fn into_name(self) -> String {
        match self {
            Self::File { path } => path,
            Self::Registry { package, .. } => package,
            Self::Url { url, .. } => url,
        }
    }
}
