use core::fmt;
use core::str::FromStr;

use semver::Version;

use super::{Operator, ParseRangeError, Prereleases, Range};

/// Which versions are asked for: one version, including its build metadata, or
/// a range.
///
/// A text that is a full SemVer version is that version; anything else is read
/// as a [`Range`]. So `1.2.3+a` asks for one build, and `=1.2.3+a` for all
/// builds of 1.2.3.
///
/// ```
/// use bindle_core::range::VersionQuery;
/// use bindle_core::semver::Version;
///
/// let version = Version::parse("1.2.3+a")?;
/// assert!("1.2.3+a".parse::<VersionQuery>()?.matches(&version));
/// assert!(!"1.2.3".parse::<VersionQuery>()?.matches(&version));
/// assert!("=1.2.3".parse::<VersionQuery>()?.matches(&version));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum VersionQuery {
    /// This version and no other; build metadata is compared.
    Exact(Version),
    /// Every version of a range; build metadata is ignored.
    Range(Range),
}

impl VersionQuery {
    /// Reads a version or a range, with the given choice of prereleases.
    ///
    /// # Errors
    ///
    /// If the text is neither; the error is that of the range.
    pub fn parse_with(text: &str, prereleases: Prereleases) -> Result<Self, ParseRangeError> {
        match Version::parse(text) {
            Ok(version) => Ok(Self::Exact(version)),
            Err(_) => Range::parse_with(text, prereleases).map(Self::Range),
        }
    }

    /// Whether `version` is asked for.
    #[must_use]
    pub fn matches(&self, version: &Version) -> bool {
        match self {
            Self::Exact(exact) => exact == version,
            Self::Range(range) => range.matches(version),
        }
    }
}

impl FromStr for VersionQuery {
    type Err = ParseRangeError;

    /// Reads a version or a range under [`Prereleases::Named`].
    ///
    /// # Errors
    ///
    /// If the text is neither; the error is that of the range.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse_with(text, Prereleases::Named)
    }
}

impl From<Range> for VersionQuery {
    fn from(range: Range) -> Self {
        Self::Range(range)
    }
}

impl From<Version> for VersionQuery {
    fn from(version: Version) -> Self {
        Self::Exact(version)
    }
}

impl fmt::Display for VersionQuery {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact(version) => version.fmt(formatter),
            Self::Range(range) => {
                // Without an operator it would read back as one build only.
                if matches!(&range.comparators[..], [one] if one.operator == Operator::Exact) {
                    formatter.write_str("=")?;
                }
                range.fmt(formatter)
            }
        }
    }
}
