//! Rules: which revision a channel picks.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use core::fmt;
use core::str::FromStr;

use semver::Version;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

/// A rule that picks the best of several revisions.
///
/// ```
/// use revisions::Rule;
///
/// let rule: Rule = "*".parse()?;
/// assert!(rule.matches(&"1.2.3".parse()?));
/// assert!("".parse::<Rule>().is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Rule(Kind);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Kind {
    Any,
    Exact(Version),
}

impl Rule {
    /// The rule `*`: the highest release.
    #[must_use]
    pub fn any() -> Self {
        Self(Kind::Any)
    }

    /// Whether the rule would pick a revision of this number, were it the only
    /// one.
    #[must_use]
    pub fn matches(&self, number: &Version) -> bool {
        match &self.0 {
            Kind::Any => number.pre.is_empty(),
            Kind::Exact(exact) => exact == number,
        }
    }

    pub(crate) fn exact(&self) -> Option<&Version> {
        match &self.0 {
            Kind::Exact(number) => Some(number),
            Kind::Any => None,
        }
    }
}

/// The rule `*`, which a channel without a rule follows.
impl Default for Rule {
    fn default() -> Self {
        Self::any()
    }
}

impl FromStr for Rule {
    type Err = ParseRuleError;

    /// Reads a rule.
    ///
    /// # Errors
    ///
    /// - anything but `*` and a full version.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "*" {
            return Ok(Self(Kind::Any));
        }
        match Version::parse(text) {
            Ok(number) => Ok(Self(Kind::Exact(number))),
            Err(error) => Err(ParseRuleError {
                text: text.into(),
                error,
            }),
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Any => formatter.pad("*"),
            Kind::Exact(number) => fmt::Display::fmt(number, formatter),
        }
    }
}

impl Serialize for Rule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Rule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// A text that is no rule.
#[derive(Debug, Error)]
#[error("rule {text:?} is neither `*` nor a version: {error}")]
pub struct ParseRuleError {
    text: Box<str>,
    error: semver::Error,
}
