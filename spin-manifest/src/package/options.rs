use bindle_core::semver::BuildMetadata as Build;

use crate::reader::Rules;

/// What a package is called and how close it is to those of Spin itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct PackageOptions {
    /// What tells this build of a version from others.
    pub build_metadata: BuildMetadata,
    /// How close to Spin's own tool.
    pub fidelity: Fidelity,
    /// By the rules of which era `files` is read; [`Rules::Fitting`] are those
    /// that the manifest was read by.
    pub file_rules: Rules,
    /// The profile whose modules and dependencies are packaged.
    pub profile: Option<String>,
}

impl PackageOptions {
    /// The options that most want: build metadata from the contents, every
    /// check.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets what tells this build from others.
    #[must_use]
    pub fn with_build_metadata(self, build_metadata: BuildMetadata) -> Self {
        Self {
            build_metadata,
            ..self
        }
    }

    /// Sets by which rules `files` is read.
    #[must_use]
    pub fn with_file_rules(self, file_rules: Rules) -> Self {
        Self { file_rules, ..self }
    }

    /// Sets the profile whose modules and dependencies are packaged.
    #[must_use]
    pub fn with_profile(self, profile: impl Into<String>) -> Self {
        Self {
            profile: Some(profile.into()),
            ..self
        }
    }

    /// Sets how close to stay to Spin's own tool.
    #[must_use]
    pub fn with_fidelity(self, fidelity: Fidelity) -> Self {
        Self { fidelity, ..self }
    }
}

/// What follows the `+` of a package's version.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum BuildMetadata {
    /// `q` and the first seven hexadecimal digits of the SHA-256 over, for each
    /// component, its module and its files, and at last the manifest.
    #[default]
    Auto,
    /// This text.
    Given(Build),
    /// Nothing: the version is the one of the manifest.
    None,
}

/// How close packages are to those of Spin's own tool.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Fidelity {
    /// Modules are checked to be WebAssembly, equal ones become one parcel, and
    /// two files at one path of a component are refused.
    #[default]
    Checked,
    /// The same bytes as from the tool, for better or worse: any file passes
    /// for a module, and equal modules become one parcel only if they follow
    /// one another.
    Exact,
}
