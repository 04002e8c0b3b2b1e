use crate::Era;
use crate::diagnose::Diagnostics;
use crate::normalise::{NormaliseError, Normalised};
use crate::reader::ManifestReader;
use crate::schema::{v1, v2};

/// A manifest that was read and checked.
///
/// It keeps the contents of the document in the words of its own format.
///
/// ```
/// use spin_manifest::Manifest;
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
/// [component.trigger]
/// route = "/..."
/// "#,
/// )?;
/// assert_eq!(manifest.name(), "hello");
/// assert!(manifest.problems().is_empty());
/// # Ok::<(), spin_manifest::Diagnostics>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    pub(crate) text: String,
    pub(crate) era: Era,
    pub(crate) document: Document,
    pub(crate) problems: Diagnostics,
}

/// The contents of a manifest, in the words of its own format.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Document {
    /// `spin_version = "1"` or `spin_manifest_version = "1"`.
    V1(v1::Application),
    /// `spin_manifest_version = 2`.
    V2(v2::Application),
}

impl Manifest {
    /// Reads a manifest by the rules of the oldest era that accepts it, as
    /// [`ManifestReader::new`] does.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it: see [`ManifestReader::read`].
    pub fn from_toml(text: &str) -> Result<Self, Diagnostics> {
        ManifestReader::new().read(text)
    }

    /// The text that it was read from.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The era by whose rules it was read.
    #[must_use]
    pub fn era(&self) -> Era {
        self.era
    }

    /// The contents, in the words of its own format.
    #[must_use]
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// What the reader found but accepted: warnings and, with
    /// [`Strictness::LikeSpin`](crate::Strictness::LikeSpin), also the errors
    /// that Spin itself overlooks.
    #[must_use]
    pub fn problems(&self) -> &Diagnostics {
        &self.problems
    }

    /// The name of the application.
    #[must_use]
    pub fn name(&self) -> &str {
        match &self.document {
            Document::V1(application) => &application.name,
            Document::V2(application) => &application.details.name,
        }
    }

    /// The version of the application as it is written; empty if there is none.
    #[must_use]
    pub fn version(&self) -> &str {
        match &self.document {
            Document::V1(application) => application.version.as_deref().map_or("", |text| text),
            Document::V2(application) => &application.details.version,
        }
    }

    /// The manifest in the form that all formats have in common, with the
    /// changes of `profile` applied.
    ///
    /// # Errors
    ///
    /// - a profile that no component has;
    /// - a profile that gives a component both `dependencies_inherit_configuration`
    ///   and a dependency with `inherit_configuration`, or a dependency on a
    ///   component that has more than a module;
    /// - a reference to a component that does not exist, which only readers
    ///   with [`Strictness::LikeSpin`](crate::Strictness::LikeSpin) accept.
    pub fn normalised(&self, profile: Option<&str>) -> Result<Normalised, NormaliseError> {
        Normalised::new(&self.document, profile)
    }
}
