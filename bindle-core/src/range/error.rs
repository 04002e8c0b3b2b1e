use alloc::boxed::Box;
use core::fmt;

use super::Range;

/// A text that is not a version range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseRangeError {
    /// Empty if it is too long.
    text: Box<str>,
    fault: Fault,
}

impl ParseRangeError {
    pub(super) fn new(text: &str, fault: Fault) -> Self {
        let is_too_long = matches!(fault, Fault::TooLong { .. });
        let text = if is_too_long { "" } else { text }.into();
        Self { text, fault }
    }

    /// The byte offset of the offending character: the length of the text if it
    /// ends too early, and 0 if it is too long.
    #[must_use]
    pub fn offset(&self) -> usize {
        match self.fault {
            Fault::LeadingZero { offset }
            | Fault::NoNext { offset }
            | Fault::NumberAfterWildcard { offset }
            | Fault::NumberTooLarge { offset }
            | Fault::Unexpected { offset, .. } => offset,
            Fault::TooLong { .. } => 0,
        }
    }
}

impl fmt::Display for ParseRangeError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { text, fault } = self;
        if let Fault::TooLong { length, max } = fault {
            return write!(
                formatter,
                "version range has {length} bytes; at most {max} are allowed"
            );
        }
        let (before, rest) = text.split_at_checked(self.offset()).unwrap_or((text, ""));
        let position = before.chars().count() + 1;
        write!(formatter, "version range {text:?} ")?;
        match (fault, rest.chars().next()) {
            (Fault::Unexpected { expected, .. }, Some(found)) => {
                write!(
                    formatter,
                    "has {found:?} at position {position}; expected {expected}"
                )
            }
            (Fault::Unexpected { expected, .. }, None) => {
                write!(formatter, "ends early; expected {expected}")
            }
            (Fault::NoNext { .. }, _) => write!(
                formatter,
                "asks for the number after the one at position {position}, and there is none: \
                 the largest is {}",
                Range::MAX_NUMBER
            ),
            (Fault::NumberAfterWildcard { .. }, _) => write!(
                formatter,
                "has a number at position {position} after a wildcard; use a wildcard there, too"
            ),
            (Fault::NumberTooLarge { .. }, _) => write!(
                formatter,
                "has a number over {} at position {position}",
                Range::MAX_NUMBER
            ),
            (Fault::LeadingZero { .. } | Fault::TooLong { .. }, _) => {
                write!(
                    formatter,
                    "has a number with a leading zero at position {position}"
                )
            }
        }
    }
}

impl core::error::Error for ParseRangeError {}

/// What is wrong, and the byte at which it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    LeadingZero { offset: usize },
    NoNext { offset: usize },
    NumberAfterWildcard { offset: usize },
    NumberTooLarge { offset: usize },
    TooLong { length: usize, max: usize },
    Unexpected { offset: usize, expected: Expected },
}

/// What could have stood where something else was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expected {
    /// After the second part of a hyphen range.
    Alternative,
    /// After a whole comparator.
    Boundary,
    /// After the hyphen of a hyphen range.
    HyphenEnd,
    /// In a prerelease or in build metadata.
    Identifier,
    /// For the major, minor or patch number.
    Number,
    /// At the start of a comparator.
    Start,
}

impl fmt::Display for Expected {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Alternative => "`||` or the end, as a hyphen range stands alone",
            Self::Boundary => "a space, `||` or the end",
            Self::HyphenEnd => "a space and a version after the hyphen",
            Self::Identifier => "a letter, a digit or `-`",
            Self::Number => "a number, `x` or `*`",
            Self::Start => "a version or one of `<`, `<=`, `>`, `>=`, `=`, `~`, `^`",
        })
    }
}
