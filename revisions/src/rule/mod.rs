//! Rules, which pick the revision of a channel.

mod newest;

use alloc::borrow::Cow;
use alloc::boxed::Box;
use core::fmt;
use core::str::FromStr;

use bindle_core::range::{ParseRangeError, Prereleases, Range, VersionQuery};
use semver::Version;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

pub(crate) use self::newest::Stamp;
pub use self::newest::{NewestPrerelease, ParseLegacyError, parse_legacy};

/// A rule that picks the best of several revisions.
///
/// # Syntax
///
/// | text | picks |
/// |---|---|
/// | a full version: `1.2.0`, `1.2.0+q1a2b3c4` | exactly this number, build metadata compared |
/// | `P:RANGE-PREFIX-*` | the newest prerelease, see [`NewestPrerelease`] |
/// | anything else: `*`, `~1.1`, `^1 \|\| ^2` | the highest in an npm [`Range`] |
///
/// A malformed rule is refused when it is parsed, before any channel follows it.
///
/// # Equality
///
/// Two rules are equal if they are written the same.
///
/// ```
/// use revisions::Rule;
///
/// let rule: Rule = "~1.1".parse()?;
/// assert!(rule.matches(&"1.1.7+q1a2b3c4".parse()?));
/// assert!(!rule.matches(&"1.2.0".parse()?));
///
/// let error = "~1.q".parse::<Rule>().unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "version range \"~1.q\" has 'q' at position 4; expected a number, `x` or `*`"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Rule {
    text: Box<str>,
    prereleases: Prereleases,
    kind: Kind,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    Exact(Version),
    Range(Range),
    Newest(NewestPrerelease),
}

impl Rule {
    /// Reads a rule and fixes which prereleases a range in it admits.
    ///
    /// ```
    /// use bindle_core::range::Prereleases;
    /// use revisions::Rule;
    ///
    /// let rule = Rule::parse_with("*", Prereleases::Included)?;
    /// assert!(rule.matches(&"1.0.0-rc.1".parse()?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Rule::from_str`].
    pub fn parse_with(text: &str, prereleases: Prereleases) -> Result<Self, ParseRuleError> {
        if text.is_empty() {
            return Err(ParseRuleError(ErrorKind::Empty));
        }
        let kind = match newest::strip_tag(text) {
            Some(body) => Kind::Newest(NewestPrerelease::parse(text, body)?),
            None => match VersionQuery::parse_with(text, prereleases).map_err(ErrorKind::Range)? {
                VersionQuery::Exact(number) => Kind::Exact(number),
                VersionQuery::Range(range) => Kind::Range(range),
            },
        };
        Ok(Self {
            text: text.into(),
            prereleases,
            kind,
        })
    }

    /// The text of the rule as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Which prereleases a range in the rule admits.
    #[must_use]
    pub fn prereleases(&self) -> Prereleases {
        self.prereleases
    }

    /// Whether the rule would pick a revision with this number if it were the
    /// only one.
    #[must_use]
    pub fn matches(&self, number: &Version) -> bool {
        match &self.kind {
            Kind::Exact(exact) => exact == number,
            Kind::Range(range) => range.matches(number),
            Kind::Newest(newest) => newest.matches(number),
        }
    }

    pub(crate) fn kind(&self) -> &Kind {
        &self.kind
    }
}

/// The rule `*`, which a channel without a rule follows.
impl Default for Rule {
    fn default() -> Self {
        // Every range of this form reads.
        let kind = match Range::parse("*") {
            Ok(range) => Kind::Range(range),
            Err(_) => Kind::Exact(Version::new(0, 0, 0)),
        };
        Self {
            text: "*".into(),
            prereleases: Prereleases::default(),
            kind,
        }
    }
}

impl FromStr for Rule {
    type Err = ParseRuleError;

    /// Reads a rule, with [`Prereleases::Named`].
    ///
    /// # Errors
    ///
    /// - an empty text: write `*` for the highest revision;
    /// - a text that [`Range::parse`] refuses, with the position;
    /// - after `P:`, a text that is not as [`NewestPrerelease`] describes.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse_with(text, Prereleases::Named)
    }
}

impl From<Version> for Rule {
    fn from(number: Version) -> Self {
        Self {
            text: alloc::format!("{number}").into(),
            prereleases: Prereleases::default(),
            kind: Kind::Exact(number),
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.text)
    }
}

/// The serialized form: only a text, unless prereleases are included.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Form<'a> {
    Text(Cow<'a, str>),
    Included { included_prereleases: Cow<'a, str> },
}

/// Serialises as its text, or as a map from `included_prereleases` to the text.
impl Serialize for Rule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = Cow::Borrowed(self.as_str());
        let form = match self.prereleases {
            Prereleases::Named => Form::Text(text),
            Prereleases::Included => Form::Included {
                included_prereleases: text,
            },
        };
        form.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Rule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (text, prereleases) = match Form::deserialize(deserializer)? {
            Form::Text(text) => (text, Prereleases::Named),
            Form::Included {
                included_prereleases: text,
            } => (text, Prereleases::Included),
        };
        Self::parse_with(&text, prereleases).map_err(serde::de::Error::custom)
    }
}

/// A text that is not a rule.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(transparent)]
pub struct ParseRuleError(#[from] ErrorKind);

#[derive(Clone, Debug, PartialEq, Eq, Error)]
enum ErrorKind {
    #[error("the rule is empty; `*` picks the highest release")]
    Empty,
    #[error(transparent)]
    Newest(#[from] newest::NewestError),
    #[error(transparent)]
    Range(ParseRangeError),
}

impl From<newest::NewestError> for ParseRuleError {
    fn from(error: newest::NewestError) -> Self {
        Self(ErrorKind::Newest(error))
    }
}

impl ParseRuleError {
    /// The byte offset at which the text is wrong.
    #[must_use]
    pub fn offset(&self) -> usize {
        match &self.0 {
            ErrorKind::Empty => 0,
            ErrorKind::Newest(error) => error.offset(),
            ErrorKind::Range(error) => error.offset(),
        }
    }
}
