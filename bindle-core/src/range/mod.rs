//! Ranges of versions in npm's dialect, over [`semver::Version`].
//!
//! [`semver::VersionReq`] is cargo's dialect, in which the same text can mean
//! something else: there `1.2.3` means `^1.2.3`, here it means exactly 1.2.3.
//!
//! ```
//! use bindle_core::range::Range;
//! use bindle_core::semver::Version;
//!
//! let range: Range = "^1.2 || 3.x".parse()?;
//! assert_eq!(range.to_string(), ">=1.2.0 <2.0.0-0||>=3.0.0 <4.0.0-0");
//! assert!(range.matches(&Version::new(1, 9, 0)));
//! assert!(!range.matches(&Version::new(2, 0, 0)));
//! # Ok::<(), bindle_core::range::ParseRangeError>(())
//! ```

mod build;
mod compare;
mod error;
mod grammar;
mod query;
mod rewrite;
mod scanner;

use alloc::vec::Vec;
use core::fmt;
use core::ops::Bound;
use core::str::FromStr;

use semver::Version;

pub use self::error::ParseRangeError;
pub use self::query::VersionQuery;

/// A set of versions, written in npm's range syntax.
///
/// # Syntax
///
/// | text | means |
/// |---|---|
/// | `1.2.3`, `=1.2.3`, `v1.2.3` | exactly 1.2.3 |
/// | `<1.2.3`, `<=1.2.3`, `>1.2.3`, `>=1.2.3` | as in arithmetic |
/// | `1.2`, `1.2.x`, `1.2.*`, `1.2.X` | `>=1.2.0 <1.3.0-0` |
/// | `~1.2.3`, `~>1.2.3` | `>=1.2.3 <1.3.0-0` |
/// | `^1.2.3` | `>=1.2.3 <2.0.0-0` |
/// | `^0.2.3` | `>=0.2.3 <0.3.0-0` |
/// | `^0.0.3` | `>=0.0.3 <0.0.4-0` |
/// | `1.2 - 3.4` | `>=1.2.0 <3.5.0-0` |
/// | `*`, `x`, an empty text | every version |
/// | `A B` | in `A` and in `B` |
/// | `A \|\| B` | in `A` or in `B` |
///
/// A text of up to [`Range::MAX_LEN`] bytes is read as node-semver 7.8 reads it
/// without its `loose` option: see [the differences][compatibility]. Numbers go
/// up to [`Range::MAX_NUMBER`]. Build metadata is allowed in a range and
/// ignored, as it is in the versions that are matched; to compare it, see
/// [`VersionQuery`].
///
/// # Prereleases
///
/// See [`Prereleases`].
///
/// # Equality
///
/// Two ranges are equal if they have the same comparators in the same order and
/// the same [`Prereleases`]: `^1.2.3` equals `>=1.2.3 <2.0.0-0`.
///
/// ```
/// use bindle_core::range::Range;
///
/// let error = ">=1.2.q".parse::<Range>().unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "version range \">=1.2.q\" has 'q' at position 7; expected a number, `x` or `*`"
/// );
/// ```
///
/// [compatibility]: crate::guide::compatibility#differences-from-node-semver
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Range {
    /// The comparators of all alternatives, one alternative after the other.
    comparators: Vec<Comparator>,
    /// Where each alternative ends in `comparators`; empty if there is but one.
    ends: Vec<usize>,
    prereleases: Prereleases,
}

impl Range {
    /// The maximal length of a range as people write it, in bytes of UTF-8, not
    /// counting build metadata. A text in the form that a range prints may be
    /// longer.
    pub const MAX_LEN: usize = 256;

    /// The maximal length of any range, including printed ones and build
    /// metadata.
    pub const MAX_TOTAL_LEN: usize = 4096;

    /// The largest number that a range may name: 2⁵³ − 1, as in JavaScript.
    pub const MAX_NUMBER: u64 = (1 << 53) - 1;

    /// Reads a range under [`Prereleases::Named`].
    ///
    /// # Errors
    ///
    /// - more than [`Range::MAX_LEN`] bytes without build metadata, unless the
    ///   text is in the form that a range prints, such as `>=1.2.0
    ///   <2.0.0-0||3.0.0`; more than [`Range::MAX_TOTAL_LEN`] in any case;
    /// - a character that no range contains, or that is in the wrong place;
    /// - a number with a leading zero, as in `01.2.3`;
    /// - a number above [`Range::MAX_NUMBER`], or equal to it where the next
    ///   one is needed, as in `^9007199254740991.0.0`;
    /// - a number after a wildcard, as in `1.x.3`.
    pub fn parse(text: &str) -> Result<Self, ParseRangeError> {
        Self::parse_with(text, Prereleases::Named)
    }

    /// Reads a range with the given choice of prereleases.
    ///
    /// ```
    /// use bindle_core::range::{Prereleases, Range};
    ///
    /// let range = Range::parse_with("^1.2", Prereleases::Included)?;
    /// assert_eq!(range.to_string(), ">=1.2.0-0 <2.0.0-0");
    /// # Ok::<(), bindle_core::range::ParseRangeError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Range::parse`].
    pub fn parse_with(text: &str, prereleases: Prereleases) -> Result<Self, ParseRangeError> {
        grammar::parse(text, prereleases).map_err(|fault| ParseRangeError::new(text, fault))
    }

    /// Which prereleases the range admits.
    #[must_use]
    pub fn prereleases(&self) -> Prereleases {
        self.prereleases
    }

    /// The parts joined by `||`, at least one. A part that obviously matches
    /// nothing, such as `<*`, is left out if others remain.
    #[must_use]
    pub fn alternatives(&self) -> impl ExactSizeIterator<Item = Alternative<'_>> + Clone {
        let ends = &self.ends;
        (0..ends.len().max(1)).map(move |index| {
            let start = match index.checked_sub(1) {
                Some(before) => ends[before],
                None => 0,
            };
            let end = ends.get(index).copied().unwrap_or(self.comparators.len());
            Alternative {
                comparators: &self.comparators[start..end],
                prereleases: self.prereleases,
            }
        })
    }

    /// Whether `version` is in the range. Its build metadata does not count.
    ///
    /// ```
    /// use bindle_core::range::Range;
    /// use bindle_core::semver::Version;
    ///
    /// let range: Range = "1.2.x".parse()?;
    /// assert!(range.matches(&Version::parse("1.2.7+build")?));
    /// assert!(!range.matches(&Version::parse("1.3.0")?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn matches(&self, version: &Version) -> bool {
        self.alternatives()
            .any(|alternative| alternative.matches(version))
    }

    /// The highest of the `versions` that are in the range; of those with equal
    /// precedence, the first.
    pub fn max_satisfying<'v>(
        &self,
        versions: impl IntoIterator<Item = &'v Version>,
    ) -> Option<&'v Version> {
        let matching = versions.into_iter().filter(|version| self.matches(version));
        matching.reduce(|best, version| {
            if version.cmp_precedence(best).is_gt() {
                version
            } else {
                best
            }
        })
    }

    /// The lowest of the `versions` that are in the range; of those with equal
    /// precedence, the first.
    pub fn min_satisfying<'v>(
        &self,
        versions: impl IntoIterator<Item = &'v Version>,
    ) -> Option<&'v Version> {
        let matching = versions.into_iter().filter(|version| self.matches(version));
        matching.reduce(|best, version| {
            if version.cmp_precedence(best).is_lt() {
                version
            } else {
                best
            }
        })
    }
}

impl FromStr for Range {
    type Err = ParseRangeError;

    /// As [`Range::parse`].
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

/// Prints the range as comparators, in node-semver's canonical form: `>=1.2.0
/// <2.0.0-0||3.0.0`, or `*`. The text reads back as a range that means the same
/// under the same [`Prereleases`].
impl fmt::Display for Range {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, alternative) in self.alternatives().enumerate() {
            if index > 0 {
                formatter.write_str("||")?;
            }
            alternative.fmt(formatter)?;
        }
        Ok(())
    }
}

/// Which prereleases a [`Range`] admits; npm calls it `includePrerelease`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Prereleases {
    /// Those for which a comparator of the same alternative has the same major,
    /// minor and patch number and a prerelease: `>=1.2.3-beta` admits
    /// `1.2.3-rc` and `1.2.4`, but not `1.2.4-rc`.
    #[default]
    Named,
    /// All that lie between the bounds. A bound that was written without all of
    /// its numbers starts at its first prerelease.
    Included,
}

impl Prereleases {
    /// What holds for two ranges together: a version has to pass both.
    fn both(self, other: Self) -> Self {
        self.min(other)
    }
}

/// One of the parts of a [`Range`] that `||` joins: comparators that a version
/// must all satisfy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Alternative<'range> {
    comparators: &'range [Comparator],
    prereleases: Prereleases,
}

impl<'range> Alternative<'range> {
    /// The comparators in the order in which they were written, without
    /// repetitions; none at all for `*`.
    #[must_use]
    pub fn comparators(&self) -> &'range [Comparator] {
        self.comparators
    }

    /// Whether `version` satisfies all comparators, and is admitted if it is a
    /// prerelease.
    #[must_use]
    pub fn matches(&self, version: &Version) -> bool {
        self.comparators
            .iter()
            .all(|comparator| comparator.matches(version))
            && self.admits(version)
    }

    fn admits(&self, version: &Version) -> bool {
        version.pre.is_empty()
            || self.prereleases == Prereleases::Included
            || self
                .comparators
                .iter()
                .any(|comparator| comparator.names_prerelease_of(version))
    }

    /// The tightest bounds set by the comparators, by SemVer precedence; `None`
    /// if nothing lies between them.
    ///
    /// All matching versions lie within them, so an index that is sorted by
    /// precedence need not look anywhere else. A prerelease within them may
    /// still not match. The versions carry no build metadata: compare them with
    /// [`Version::cmp_precedence`], as the order of [`Version`] itself puts
    /// `1.0.0+build` above `1.0.0`.
    ///
    /// ```
    /// use core::ops::Bound;
    /// use bindle_core::range::Range;
    /// use bindle_core::semver::Version;
    ///
    /// let range: Range = ">=1.0.0 >1.2.0 <3".parse()?;
    /// let alternative = range.alternatives().next().unwrap();
    /// let lower = Version::new(1, 2, 0);
    /// let upper = Version::parse("3.0.0-0")?;
    /// assert_eq!(
    ///     alternative.bounds(),
    ///     Some((Bound::Excluded(&lower), Bound::Excluded(&upper)))
    /// );
    /// assert_eq!("<1 >2".parse::<Range>()?.alternatives().next().unwrap().bounds(), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn bounds(&self) -> Option<(Bound<&'range Version>, Bound<&'range Version>)> {
        compare::bounds(self.comparators)
    }
}

impl fmt::Display for Alternative<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.comparators.is_empty() {
            return formatter.write_str("*");
        }
        for (index, comparator) in self.comparators.iter().enumerate() {
            if index > 0 {
                formatter.write_str(" ")?;
            }
            comparator.fmt(formatter)?;
        }
        Ok(())
    }
}

/// An operator and the version that it compares with, such as `>=1.2.3`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Comparator {
    operator: Operator,
    version: Version,
}

impl Comparator {
    /// How a version is compared with [`Comparator::version`].
    #[must_use]
    pub fn operator(&self) -> Operator {
        self.operator
    }

    /// The version that others are compared with. It has no build metadata.
    #[must_use]
    pub fn version(&self) -> &Version {
        &self.version
    }

    /// Whether `version` satisfies the comparator, by precedence alone;
    /// prereleases are treated like other versions.
    #[must_use]
    pub fn matches(&self, version: &Version) -> bool {
        let order = version.cmp_precedence(&self.version);
        match self.operator {
            Operator::Exact => order.is_eq(),
            Operator::Greater => order.is_gt(),
            Operator::GreaterEq => order.is_ge(),
            Operator::Less => order.is_lt(),
            Operator::LessEq => order.is_le(),
        }
    }

    fn names_prerelease_of(&self, version: &Version) -> bool {
        !self.version.pre.is_empty()
            && self.version.patch == version.patch
            && self.version.minor == version.minor
            && self.version.major == version.major
    }
}

impl fmt::Display for Comparator {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}{}", self.operator, self.version)
    }
}

/// How a [`Comparator`] compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operator {
    /// Equal precedence; printed as nothing.
    Exact,
    /// `>`
    Greater,
    /// `>=`
    GreaterEq,
    /// `<`
    Less,
    /// `<=`
    LessEq,
}

impl Operator {
    fn is_lower_bound(self) -> bool {
        matches!(self, Self::Greater | Self::GreaterEq)
    }

    fn is_upper_bound(self) -> bool {
        matches!(self, Self::Less | Self::LessEq)
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Exact => "",
            Self::Greater => ">",
            Self::GreaterEq => ">=",
            Self::Less => "<",
            Self::LessEq => "<=",
        })
    }
}
