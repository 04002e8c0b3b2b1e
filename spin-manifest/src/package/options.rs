use bindle_core::semver::BuildMetadata as Build;

use crate::reader::Rules;

/// The options of packaging: how the version is extended, and how close the
/// result is to that of Spin's own tool.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct PackageOptions {
    /// What distinguishes this build of a version from others.
    pub build_metadata: BuildMetadata,
    /// How close the package is to that of Spin's own tool.
    pub fidelity: Fidelity,
    /// The rules by which `files` is read, and by which modules may come from a
    /// registry or not. [`Rules::Fitting`] means those by which the manifest was
    /// read.
    pub file_rules: Rules,
    /// The profile whose modules and dependencies are packaged.
    pub profile: Option<String>,
}

impl PackageOptions {
    /// The default options: build metadata from the contents, and all checks.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets what distinguishes this build of a version from others.
    #[must_use]
    pub fn with_build_metadata(self, build_metadata: BuildMetadata) -> Self {
        Self {
            build_metadata,
            ..self
        }
    }

    /// Sets the rules by which `files` is read.
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

    /// Sets how close the package is to that of Spin's own tool.
    #[must_use]
    pub fn with_fidelity(self, fidelity: Fidelity) -> Self {
        Self { fidelity, ..self }
    }
}

/// The text after the `+` in the version of a package.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum BuildMetadata {
    /// `q` and the first seven hexadecimal digits of the SHA-256 over, for each
    /// component, its module and its files, and at last the manifest.
    #[default]
    Auto,
    /// The given text.
    Given(Build),
    /// Nothing: the version is that of the manifest.
    None,
}

/// How close packages are to those of Spin's own tool.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Fidelity {
    /// Modules are checked to be WebAssembly, equal modules become one parcel,
    /// and two files at the same path of a component are refused.
    #[default]
    Checked,
    /// The same bytes as from the tool, for better or worse: any file passes
    /// for a module, and equal modules become one parcel only if they are
    /// adjacent.
    Exact,
}
