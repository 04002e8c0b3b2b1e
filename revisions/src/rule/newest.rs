use alloc::boxed::Box;
use alloc::string::{String, ToString};
use core::cmp::Ordering;

use bindle_core::range::{ParseRangeError, Range};
use semver::{Prerelease, Version};
use thiserror::Error;

/// Hippo's rule for prereleases, `P:RANGE-PREFIX-*`: the newest prerelease
/// whose prefix is PREFIX, and whose version without it is in RANGE.
///
/// A prerelease has a prefix if it ends in `-` and a timestamp, which is
/// numbers joined by dots: `1.1.3-alice-2021.4.4.4.4.4.444` has the prefix
/// `alice`. The newest prerelease is the one with the greatest timestamp,
/// whatever its version. Timestamps are compared number by number; if one of
/// them continues the other, it is the greater. If timestamps are equal, the
/// higher revision is picked.
///
/// PREFIX is everything between the first hyphen of the rule and the last, so
/// RANGE cannot contain a hyphen. It is compared as a whole: `alice` is not the
/// prefix of `1.1.3-alice-b-2021.1.1`.
///
/// ```
/// use revisions::Rule;
///
/// let rule: Rule = "P:~1.1-alice-*".parse()?;
/// assert!(rule.matches(&"1.1.3-alice-2021.4.4.4.4.4.444".parse()?));
/// assert!(!rule.matches(&"1.1.3-bob-2021.4.4.4.4.4.444".parse()?));
/// assert!(!rule.matches(&"1.2.0-alice-2021.4.4.4.4.4.444".parse()?));
///
/// let error = "P:~1.1-alice".parse::<Rule>().unwrap_err();
/// assert_eq!(error.to_string(), "rule \"P:~1.1-alice\" does not end in `-*`, as `P:*-PREFIX-*` does");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct NewestPrerelease {
    range: Range,
    prefix: Box<str>,
}

impl NewestPrerelease {
    /// The range of the versions without their prerelease.
    #[must_use]
    pub fn range(&self) -> &Range {
        &self.range
    }

    /// The text before the timestamp.
    #[must_use]
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// Whether the rule would pick a revision with this number if it were the
    /// only one.
    #[must_use]
    pub fn matches(&self, number: &Version) -> bool {
        Stamp::of(number).is_some_and(|stamp| stamp.prefix == &*self.prefix) && self.admits(number)
    }

    /// Whether the version without its prerelease is in the range.
    pub(crate) fn admits(&self, number: &Version) -> bool {
        let release = Version::new(number.major, number.minor, number.patch);
        self.range.matches(&release)
    }

    /// Reads a rule, given whole and without its tag.
    pub(super) fn parse(rule: &str, body: &str) -> Result<Self, NewestError> {
        let start = rule.len() - body.len();
        let error = |offset, problem| NewestError {
            rule: rule.into(),
            offset,
            problem,
        };
        let Some(body) = body.strip_suffix("-*") else {
            return Err(error(rule.len(), Problem::End));
        };
        let Some((range, prefix)) = body.split_once('-') else {
            return Err(error(start + body.len(), Problem::NoPrefix));
        };
        if range.is_empty() {
            return Err(error(start, Problem::NoRange));
        }
        let range = Range::parse(range)
            .map_err(|problem| error(start + problem.offset(), Problem::Range(problem)))?;
        let offset = rule.len() - "-*".len() - prefix.len();
        if prefix.is_empty() {
            return Err(error(offset, Problem::NoPrefix));
        }
        // With any timestamp it must be the prerelease of a version.
        if Prerelease::new(&alloc::format!("{prefix}-0")).is_err() {
            return Err(error(offset, Problem::Prefix(prefix.into())));
        }
        Ok(Self {
            range,
            prefix: prefix.into(),
        })
    }
}

/// What follows `P:`, if that is what the rule starts with.
pub(super) fn strip_tag(rule: &str) -> Option<&str> {
    rule.strip_prefix("P:").or_else(|| rule.strip_prefix("p:"))
}

/// A prerelease that ends in a timestamp.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stamp<'v> {
    pub(crate) prefix: &'v str,
    numbers: &'v str,
}

impl<'v> Stamp<'v> {
    pub(crate) fn of(number: &'v Version) -> Option<Self> {
        let (prefix, numbers) = number.pre.as_str().rsplit_once('-')?;
        let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let is_stamp = !prefix.is_empty() && numbers.split('.').all(is_number);
        is_stamp.then_some(Self { prefix, numbers })
    }

    /// Compares the timestamps, not the prefixes.
    pub(crate) fn cmp_time(&self, other: &Self) -> Ordering {
        self.numbers().cmp(other.numbers())
    }

    /// Numbers of any size, so that they compare as numbers do: without leading
    /// zeros, the longer one is the greater.
    fn numbers(&self) -> impl Iterator<Item = (usize, &'v str)> + use<'v> {
        let digits = self
            .numbers
            .split('.')
            .map(|text| text.trim_start_matches('0'));
        digits.map(|digits| (digits.len(), digits))
    }
}

/// Reads a number of Hippo's early days, in which the numbers of a timestamp
/// have leading zeros. SemVer does not allow them, and here they are dropped.
///
/// ```
/// use revisions::parse_legacy;
///
/// let number = parse_legacy("1.1.3-alice-2021.04.04.04.04.04.044")?;
/// assert_eq!(number.to_string(), "1.1.3-alice-2021.4.4.4.4.4.44");
/// # Ok::<(), revisions::ParseLegacyError>(())
/// ```
///
/// # Errors
///
/// - a text that is not a SemVer version even without these zeros.
pub fn parse_legacy(text: &str) -> Result<Version, ParseLegacyError> {
    let (core, rest) = text.split_at(text.find(['-', '+']).unwrap_or(text.len()));
    let (pre, build) = rest.split_at(rest.find('+').unwrap_or(rest.len()));
    let mut version = String::from(core);
    let pre = pre
        .strip_prefix('-')
        .inspect(|_| version.push('-'))
        .unwrap_or(pre);
    for (index, identifier) in pre.split('.').enumerate() {
        if index > 0 {
            version.push('.');
        }
        let is_number = identifier.bytes().all(|byte| byte.is_ascii_digit());
        let digits = identifier.trim_start_matches('0');
        version.push_str(match digits {
            _ if !is_number => identifier,
            "" if !identifier.is_empty() => "0",
            digits => digits,
        });
    }
    version.push_str(build);
    Version::parse(&version).map_err(|error| ParseLegacyError {
        text: text.chars().take(80).collect(),
        reason: error.to_string(),
    })
}

/// A text that is not a version, even without leading zeros.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{text:?} is not a version, not even with leading zeros: {reason}")]
pub struct ParseLegacyError {
    text: String,
    reason: String,
}

/// A malformed rule for prereleases.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("rule {rule:?} {problem}")]
pub(super) struct NewestError {
    rule: Box<str>,
    offset: usize,
    problem: Problem,
}

#[derive(Clone, Debug, PartialEq, Eq, Error)]
enum Problem {
    #[error("does not end in `-*`, as `P:*-PREFIX-*` does")]
    End,
    #[error("has no prefix between its range and `-*`, as `P:*-PREFIX-*` has")]
    NoPrefix,
    #[error("has no range before its first hyphen; write `*` for every version")]
    NoRange,
    #[error(
        "has the prefix {0:?}, which no prerelease can have: use letters, digits, `-` and single \
         dots between them"
    )]
    Prefix(Box<str>),
    #[error("has a bad range before its first hyphen: {0}")]
    Range(ParseRangeError),
}

impl NewestError {
    pub(super) fn offset(&self) -> usize {
        self.offset
    }
}
