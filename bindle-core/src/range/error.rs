use alloc::boxed::Box;
use core::fmt;

use thiserror::Error;

use super::Range;

/// A text that is no version range.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("version range {problem}")]
pub struct ParseRangeError {
    offset: usize,
    problem: Problem,
}

impl ParseRangeError {
    pub(super) fn new(text: &str, fault: Fault) -> Self {
        let offset = fault.offset();
        if let Fault::TooLong { length } = fault {
            let problem = Problem::TooLong(length);
            return Self { offset, problem };
        }
        let (before, rest) = text.split_at_checked(offset).unwrap_or((text, ""));
        let problem = Problem::Syntax {
            text: text.into(),
            found: rest.chars().next(),
            position: before.chars().count() + 1,
            fault,
        };
        Self { offset, problem }
    }

    /// Where the offending character starts, in bytes from 0: the length of
    /// the text if it ends too early, [`Range::MAX_LEN`] if it is too long.
    #[must_use]
    pub fn offset(&self) -> usize {
        self.offset
    }
}

/// What is wrong, and the byte at which it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    LeadingZero { offset: usize },
    NoNext { offset: usize },
    NumberAfterWildcard { offset: usize },
    NumberTooLarge { offset: usize },
    TooLong { length: usize },
    Unexpected { offset: usize, expected: Expected },
}

impl Fault {
    fn offset(self) -> usize {
        match self {
            Self::LeadingZero { offset }
            | Self::NoNext { offset }
            | Self::NumberAfterWildcard { offset }
            | Self::NumberTooLarge { offset }
            | Self::Unexpected { offset, .. } => offset,
            Self::TooLong { .. } => Range::MAX_LEN,
        }
    }
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

#[derive(Clone, Debug, PartialEq, Eq)]
enum Problem {
    Syntax {
        text: Box<str>,
        found: Option<char>,
        position: usize,
        fault: Fault,
    },
    TooLong(usize),
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (text, found, position, fault) = match self {
            Self::TooLong(length) => {
                let max = Range::MAX_LEN;
                return write!(formatter, "has {length} bytes; at most {max} are allowed");
            }
            Self::Syntax {
                text,
                found,
                position,
                fault,
            } => (text, found, position, fault),
        };
        write!(formatter, "{text:?} ")?;
        match (fault, found) {
            (Fault::Unexpected { expected, .. }, Some(character)) => {
                write!(formatter, "has {character:?} at position {position}; expected {expected}")
            }
            (Fault::Unexpected { expected, .. }, None) => {
                write!(formatter, "ends early; expected {expected}")
            }
            (Fault::LeadingZero { .. }, _) => {
                write!(formatter, "has a number with a leading zero at position {position}")
            }
            (Fault::NoNext { .. }, _) => write!(
                formatter,
                "needs the number after the one at position {position}, which is the largest \
                 that is allowed, {max}",
                max = Range::MAX_NUMBER
            ),
            (Fault::NumberAfterWildcard { .. }, _) => write!(
                formatter,
                "has a number at position {position} after a wildcard; what follows a wildcard \
                 must be one too"
            ),
            (Fault::NumberTooLarge { .. }, _) => write!(
                formatter,
                "has a number at position {position} that is over {max}",
                max = Range::MAX_NUMBER
            ),
            (Fault::TooLong { length }, _) => write!(formatter, "has {length} bytes"),
        }
    }
}
