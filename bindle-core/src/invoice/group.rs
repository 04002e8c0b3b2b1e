use alloc::boxed::Box;
use alloc::string::String;
use core::fmt;
use core::str::FromStr;

use thiserror::Error;

use crate::text::excerpt;

/// A group that parcels can be members of.
///
/// ```
/// use bindle_core::{Group, SatisfiedBy};
///
/// let group = Group::new("cli")
///     .with_required(true)
///     .with_satisfied_by(SatisfiedBy::OneOf);
/// assert!(group.is_required());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Group {
    pub(super) name: String,
    pub(super) required: bool,
    pub(super) satisfied_by: SatisfiedBy,
}

impl Group {
    /// A group called `name` that is not required and is satisfied by all of
    /// its members.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            required: false,
            satisfied_by: SatisfiedBy::default(),
        }
    }

    /// Sets whether the group is needed without being asked for.
    #[must_use]
    pub fn with_required(mut self, required: bool) -> Self {
        self.required = required;
        self
    }

    /// Sets which of its members satisfy the group.
    #[must_use]
    pub fn with_satisfied_by(mut self, satisfied_by: SatisfiedBy) -> Self {
        self.satisfied_by = satisfied_by;
        self
    }

    /// The name of the group.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether the group is needed without being asked for.
    #[must_use]
    pub fn is_required(&self) -> bool {
        self.required
    }

    /// Which of its members satisfy the group.
    #[must_use]
    pub fn satisfied_by(&self) -> SatisfiedBy {
        self.satisfied_by
    }
}

/// Which members satisfy a group that is needed (`satisfiedBy`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum SatisfiedBy {
    /// All of them.
    #[default]
    AllOf,
    /// At least one.
    OneOf,
    /// Any number of them, including none. `anyOf` is an alias.
    Optional,
}

impl SatisfiedBy {
    /// The texts that an invoice may use, including aliases.
    pub(crate) const TEXTS: [(&'static str, Self); 4] = [
        ("allOf", Self::AllOf),
        ("oneOf", Self::OneOf),
        ("optional", Self::Optional),
        ("anyOf", Self::Optional),
    ];

    /// The text that an invoice uses for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AllOf => "allOf",
            Self::OneOf => "oneOf",
            Self::Optional => "optional",
        }
    }
}

impl FromStr for SatisfiedBy {
    type Err = ParseSatisfiedByError;

    /// Reads `allOf`, `oneOf`, `optional` or its alias `anyOf`.
    ///
    /// # Errors
    ///
    /// Any other text.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let known = Self::TEXTS.into_iter().find(|(known, _)| *known == text);
        known
            .map(|(_, value)| value)
            .ok_or_else(|| ParseSatisfiedByError(excerpt(text)))
    }
}

impl fmt::Display for SatisfiedBy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

/// A text that is not a [`SatisfiedBy`].
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("expected `allOf`, `oneOf` or `optional`, found {0:?}")]
pub struct ParseSatisfiedByError(Box<str>);
