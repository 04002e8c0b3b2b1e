//! Identifiers: words of letters and digits, joined by one character.

use std::borrow::Borrow;
use std::fmt;
use std::str::FromStr;

use bindle_core::text::Span;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

use crate::diagnose::{Draft, Findings, Path, ProblemKind};
use crate::era::Eras;

/// Declares an identifier, all of whose ways in go through one parser.
macro_rules! identifier {
    ($(#[$attribute:meta])* $name:ident, $what:literal, $rule:expr) => {
        $(#[$attribute])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Box<str>);

        impl $name {
            /// The text of the identifier.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// Checks that `text` is one, without making it one.
            pub(crate) fn check(text: &str) -> Result<(), ParseIdentifierError> {
                $rule.check(text).map_err(|kind| ParseIdentifierError {
                    what: $what,
                    text: text.into(),
                    kind,
                })
            }

            /// The identifier that `text` was most likely meant to be, if any
            /// of its letters and digits can be used.
            #[must_use]
            pub fn nearest(text: &str) -> Option<Self> {
                $rule.mend(text).parse().ok()
            }
        }

        impl FromStr for $name {
            type Err = ParseIdentifierError;

            /// Reads an identifier.
            ///
            /// # Errors
            ///
            /// - the empty text;
            /// - an empty word: a joining character at the start, at the end or
            ///   doubled;
            /// - a word that starts with a digit;
            /// - a character other than ASCII letters, digits and the joining
            ///   character;
            /// - upper-case letters where they are not allowed: in a word with
            ///   lower-case ones, or at all.
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::check(text).map(|()| Self(text.into()))
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.pad(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(formatter, "{}({self})", stringify!($name))
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

identifier! {
    /// The id of a component: words joined by `-`, such as `hello-world`.
    ///
    /// A word is an ASCII letter followed by letters and digits, either all
    /// lower-case or all upper-case.
    ///
    /// ```
    /// use spin_manifest::KebabId;
    ///
    /// assert!("hello-world2".parse::<KebabId>().is_ok());
    /// let error = "hello_world".parse::<KebabId>().unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "component id \"hello_world\" has the character '_' at position 6; join words by `-`"
    /// );
    /// ```
    KebabId, "component id", Rule { joint: '-', case: Case::PerWord }
}

identifier! {
    /// The name of a variable: words joined by `_`, such as `api_key`.
    ///
    /// A word is a lower-case ASCII letter followed by lower-case letters and
    /// digits.
    LowerSnakeId, "variable name", Rule { joint: '_', case: Case::Lower }
}

identifier! {
    /// Words joined by `_`, such as the label of a store.
    ///
    /// A word is an ASCII letter followed by letters and digits, either all
    /// lower-case or all upper-case.
    SnakeId, "label", Rule { joint: '_', case: Case::PerWord }
}

/// Whether a text is the label of a key-value store to Spin 1.5: words joined by
/// `_`, those in upper case without digits.
pub(crate) fn is_earlier_store_label(text: &str) -> bool {
    let is_upper = |word: &str| word.bytes().any(|byte| byte.is_ascii_uppercase());
    let has_digit = |word: &str| word.bytes().any(|byte| byte.is_ascii_digit());
    SnakeId::check(text).is_ok()
        && !text
            .split('_')
            .any(|word| is_upper(word) && has_digit(word))
}

/// Whether a text is the label of a store: words joined by `-`, or by `_`.
pub(crate) fn is_store_label(text: &str) -> bool {
    KebabId::check(text).is_ok() || SnakeId::check(text).is_ok()
}

/// A part of the name of a package, which is in lower case.
pub(crate) fn package_label(text: &str) -> Result<KebabId, ParseIdentifierError> {
    let rule = Rule {
        joint: '-',
        case: Case::Lower,
    };
    match rule.check(text) {
        Ok(()) => Ok(KebabId(text.into())),
        Err(kind) => Err(ParseIdentifierError {
            what: "the part",
            text: text.into(),
            kind,
        }),
    }
}

/// The id that Spin 2.0 and later give to a component of the first format: the
/// same if it is one already, otherwise in lower case with `-` for `_`.
pub(crate) fn from_v1(id: &str) -> Result<KebabId, ParseIdentifierError> {
    id.parse()
        .or_else(|_| id.replace('_', "-").to_lowercase().parse())
        .map_err(|error: ParseIdentifierError| ParseIdentifierError {
            text: id.into(),
            ..error
        })
}

/// That an identifier is malformed, and which one was meant.
pub(crate) fn invalid(
    error: &ParseIdentifierError,
    nearest: Option<impl fmt::Display>,
    span: Span,
    path: &Path<'_>,
) -> Draft {
    let draft = Draft::error(ProblemKind::InvalidId, path, span, error.to_string());
    match nearest {
        Some(nearest) => draft.hint(format!("did you mean `{nearest}`?")),
        None => draft,
    }
}

/// Reports a malformed name of a variable or a setting.
pub(crate) fn report_variable_name(
    name: &str,
    span: Span,
    findings: &mut Findings,
    path: &Path<'_>,
) {
    if let Err(error) = LowerSnakeId::check(name) {
        let draft = invalid(&error, LowerSnakeId::nearest(name), span, path);
        // Up to Spin 1.5 a word could start with a digit, and names were looked
        // at only to start or to package the application.
        if !is_earlier_variable_name(name) {
            findings.report_in(Eras::BINDLE, draft.clone().stricter());
        }
        findings.report_in(Eras::CURRENT, draft);
    }
}

/// Whether Spin 1.5 took it for the name of a variable or a setting.
pub(crate) fn is_earlier_variable_name(name: &str) -> bool {
    let is_legal = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let mut words = name.split('_');
    name.starts_with(|first: char| first.is_ascii_lowercase())
        && words.all(|word| !word.is_empty() && word.bytes().all(is_legal))
}

/// How identifiers of one sort are written.
struct Rule {
    joint: char,
    case: Case,
}

enum Case {
    Lower,
    PerWord,
}

impl Rule {
    fn check(&self, text: &str) -> Result<(), ErrorKind> {
        if self.is_plain(text) {
            return Ok(());
        }
        if text.is_empty() {
            return Err(ErrorKind::Empty);
        }
        let joint = self.joint;
        let mut position = 0;
        for word in text.split(joint) {
            let mut upper = None;
            for (index, character) in word.chars().enumerate() {
                position += 1;
                if !character.is_ascii_alphanumeric() {
                    return Err(ErrorKind::Character(character, position, joint));
                }
                if index == 0 && character.is_ascii_digit() {
                    return Err(ErrorKind::Digit(character, position));
                }
                if character.is_ascii_digit() {
                    continue;
                }
                let is_upper = character.is_ascii_uppercase();
                if is_upper && matches!(self.case, Case::Lower) {
                    return Err(ErrorKind::UpperCase(character, position));
                }
                if *upper.get_or_insert(is_upper) != is_upper {
                    return Err(ErrorKind::MixedCase(word.into()));
                }
            }
            if word.is_empty() {
                return Err(ErrorKind::EmptyWord(joint));
            }
            position += 1;
        }
        Ok(())
    }

    /// Whether the text is one in lower case: most are.
    fn is_plain(&self, text: &str) -> bool {
        let mut at_start = true;
        for byte in text.bytes() {
            at_start = match byte {
                b'a'..=b'z' => false,
                b'0'..=b'9' if !at_start => false,
                byte if char::from(byte) == self.joint && !at_start => true,
                _ => return false,
            };
        }
        !at_start
    }

    /// Lower case, one joint for each run of other characters, a letter before
    /// a digit that starts a word dropped into the word before it.
    fn mend(&self, text: &str) -> String {
        let mut mended = String::with_capacity(text.len());
        let mut at_start = true;
        for character in text.chars() {
            if !character.is_ascii_alphanumeric() {
                at_start = true;
                continue;
            }
            if at_start && !mended.is_empty() && !character.is_ascii_digit() {
                mended.push(self.joint);
            }
            at_start = false;
            mended.push(character.to_ascii_lowercase());
        }
        mended
    }
}

/// A text that is not an identifier.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{what} {text:?} {kind}")]
pub struct ParseIdentifierError {
    what: &'static str,
    text: Box<str>,
    kind: ErrorKind,
}

#[derive(Clone, Debug, PartialEq, Eq, Error)]
enum ErrorKind {
    #[error("has the character {0:?} at position {1}; {advice}", advice = advice(*.0, *.2))]
    Character(char, usize, char),
    #[error("has a word that starts with the digit {0:?} at position {1}; start it with a letter")]
    Digit(char, usize),
    #[error("is empty")]
    Empty,
    #[error("has an empty word; join words by one `{0}`, with none at the start or the end")]
    EmptyWord(char),
    #[error("mixes upper and lower case in {0:?}; write each word in one of them")]
    MixedCase(Box<str>),
    #[error("has the upper-case letter {0:?} at position {1}; write it in lower case")]
    UpperCase(char, usize),
}

fn advice(character: char, joint: char) -> String {
    if matches!(character, '-' | '_' | ' ') {
        format!("join words by `{joint}`")
    } else {
        format!("use letters, digits and `{joint}`")
    }
}
