use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::vec::Vec;

use super::MediaType;
use crate::{ContentCheck, ContentError, Digest};

/// Features of a parcel: section, name, value.
pub type Features = BTreeMap<String, BTreeMap<String, String>>;

/// What is known about a parcel: the digest and the size of its content, and
/// how to use it.
///
/// Specification: *Label Specification* (`label-spec.md`).
///
/// ```
/// use bindle_core::{Digest, Label};
///
/// let label = Label::of("hello.txt", "text/plain".parse()?, b"hello");
/// assert_eq!(label.digest(), Digest::of(b"hello"));
/// assert_eq!(label.size(), 5);
/// assert!(label.verify(b"hello").is_ok());
/// assert!(label.verify(b"HELLO").is_err());
/// # Ok::<(), bindle_core::ParseMediaTypeError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Label {
    pub(super) digest: Digest,
    pub(super) size: u64,
    pub(super) media_type: MediaType,
    pub(super) name: String,
    pub(super) origin: String,
    pub(super) annotations: BTreeMap<String, String>,
    pub(super) features: Features,
}

impl Label {
    /// Makes the label of `content`, by hashing and measuring it.
    #[must_use]
    pub fn of(name: impl Into<String>, media_type: MediaType, content: &[u8]) -> Self {
        Self::new(Digest::of(content), content.len() as u64, media_type).with_name(name)
    }

    /// Makes the label of content that was hashed and measured elsewhere, for
    /// example by a [`Digester`](crate::Digester). `size` is in bytes.
    #[must_use]
    pub fn new(digest: Digest, size: u64, media_type: MediaType) -> Self {
        Self {
            digest,
            size,
            media_type,
            name: String::new(),
            origin: String::new(),
            annotations: BTreeMap::new(),
            features: Features::new(),
        }
    }

    /// Sets the file name that is recommended for the content.
    #[must_use]
    pub fn with_name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// Sets the bindle that the parcel was first part of, by convention as
    /// `NAME/VERSION`.
    #[must_use]
    pub fn with_origin(mut self, origin: impl Into<String>) -> Self {
        self.origin = origin.into();
        self
    }

    /// Adds an annotation, or replaces the one with that name.
    #[must_use]
    pub fn with_annotation(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.annotations.insert(name.into(), value.into());
        self
    }

    /// Adds a feature, or replaces the one with that section and name.
    #[must_use]
    pub fn with_feature(
        mut self,
        section: impl Into<String>,
        name: impl Into<String>,
        value: impl Into<String>,
    ) -> Self {
        let section = self.features.entry(section.into()).or_default();
        section.insert(name.into(), value.into());
        self
    }

    /// The SHA-256 of the content.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// The size of the content in bytes.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The media type of the content.
    #[must_use]
    pub fn media_type(&self) -> &MediaType {
        &self.media_type
    }

    /// The recommended file name; empty if there is none.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The bindle that the parcel was first part of, as its text; empty if
    /// there is none.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The bindle that the parcel was first part of, if its text is
    /// `NAME/VERSION` or, as in an example of the specification, `NAME
    /// VERSION`.
    #[must_use]
    pub fn origin_id(&self) -> Option<crate::Id> {
        self.origin.parse().ok().or_else(|| {
            let (name, version) = self.origin.split_once(' ')?;
            Some(crate::Id::new(name.parse().ok()?, version.parse().ok()?))
        })
    }

    /// Free-form names and values for tools.
    #[must_use]
    pub fn annotations(&self) -> &BTreeMap<String, String> {
        &self.annotations
    }

    /// The features, by section and name.
    #[must_use]
    pub fn features(&self) -> &Features {
        &self.features
    }

    /// Starts a check of content that comes in chunks.
    #[must_use]
    pub fn check(&self) -> ContentCheck {
        ContentCheck::new(self.digest, self.size)
    }

    /// Checks that `content` is what the label says.
    ///
    /// # Errors
    ///
    /// Content with another size or another digest.
    pub fn verify(&self, content: &[u8]) -> Result<(), ContentError> {
        let mut check = self.check();
        check.update(content)?;
        check.finish()
    }
}

/// The labels of what is missing, each content once; `has` is asked once for
/// each content.
pub(crate) fn missing<'i>(
    labels: impl Iterator<Item = &'i Label>,
    mut has: impl FnMut(&Digest) -> bool,
) -> Vec<&'i Label> {
    let mut asked = BTreeSet::new();
    labels
        .filter(|label| asked.insert(label.digest()) && !has(&label.digest()))
        .collect()
}
