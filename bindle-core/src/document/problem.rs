use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::{self, Vec};
use core::{fmt, slice};

use serde::ser::SerializeStruct as _;
use serde::{Serialize, Serializer};
use thiserror::Error;

use crate::text::{Position, Span, nearest, write_problems};
use crate::{ParseDigestError, ParseMediaTypeError, ParseNameError, Role, SatisfiedBy};

/// Everything that is wrong with an invoice, in the order of the text it was
/// read from, or of its fields if it was built in code.
///
/// As an error it displays every problem on a line of its own.
///
/// ```
/// use bindle_core::Invoice;
///
/// let problems = Invoice::from_toml("bindleVersion = '2'\n").unwrap_err();
/// assert_eq!(
///     problems.to_string(),
///     "1:1: bindle: this field is required, and missing\n\
///      1:17: bindleVersion: this is an invoice of the unknown version \"2\"; \
///      expected \"1.0.0\""
/// );
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Problems {
    problems: Vec<Problem>,
    omitted: usize,
}

impl Problems {
    pub(super) fn new(problems: Vec<Problem>, omitted: usize) -> Self {
        Self { problems, omitted }
    }

    /// The problems in order.
    pub fn iter(&self) -> slice::Iter<'_, Problem> {
        self.problems.iter()
    }

    /// How many problems are listed.
    #[must_use]
    pub fn len(&self) -> usize {
        self.problems.len()
    }

    /// Whether no problem is listed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.problems.is_empty()
    }

    pub(crate) fn without_lints(mut self) -> Self {
        self.problems
            .retain(|problem| problem.severity() == Severity::Error);
        self
    }

    /// How many further problems there are that are not listed: see
    /// [`Limits::problems`](crate::Limits).
    #[must_use]
    pub fn omitted(&self) -> usize {
        self.omitted
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_problems(formatter, &self.problems, self.omitted)
    }
}

impl core::error::Error for Problems {}

impl IntoIterator for Problems {
    type Item = Problem;
    type IntoIter = vec::IntoIter<Problem>;

    fn into_iter(self) -> Self::IntoIter {
        self.problems.into_iter()
    }
}

impl<'a> IntoIterator for &'a Problems {
    type Item = &'a Problem;
    type IntoIter = slice::Iter<'a, Problem>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl Serialize for Problems {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.problems.serialize(serializer)
    }
}

/// One thing that is wrong with an invoice, and where.
///
/// It displays as `line:column: path: message`; the first part is there only
/// if the invoice came from text. It serialises as a flat record of `severity`,
/// `code`, `message`, `path`, `line`, `column`, `start`, `end`, `hint`.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub struct Problem {
    path: String,
    kind: ProblemKind,
    place: Option<Place>,
}

/// A place in the text that an invoice was read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Place {
    /// The bytes of the text.
    pub span: Span,
    /// Line and column of the first of them.
    pub start: Position,
}

impl Problem {
    pub(crate) fn at_path(path: &str, kind: ProblemKind) -> Self {
        Self {
            path: path.into(),
            kind,
            place: None,
        }
    }

    pub(super) fn with_place(mut self, place: Option<Place>) -> Self {
        self.place = place;
        self
    }

    /// What is wrong.
    #[must_use]
    pub fn kind(&self) -> &ProblemKind {
        &self.kind
    }

    /// How bad it is: whether the invoice is refused because of it.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.kind.severity()
    }

    /// Where in the document: `parcel[3].label.sha256`, counted from 0; empty
    /// for the document as a whole.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Where in the text, if the invoice came from text.
    #[must_use]
    pub fn place(&self) -> Option<Place> {
        self.place
    }

    /// What would be right, if that is known.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        self.kind.hint()
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = self.place {
            write!(formatter, "{}: ", place.start)?;
        }
        if !self.path.is_empty() {
            write!(formatter, "{}: ", self.path)?;
        }
        write!(formatter, "{}", self.kind)?;
        match self.hint() {
            Some(hint) => write!(formatter, "; {hint}"),
            None => Ok(()),
        }
    }
}

impl Serialize for Problem {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut record = serializer.serialize_struct("Problem", 9)?;
        record.serialize_field("severity", &self.severity())?;
        record.serialize_field("code", self.kind.code())?;
        record.serialize_field("message", &format_args!("{}", self.kind))?;
        record.serialize_field("path", &self.path)?;
        record.serialize_field("line", &self.place.map(|place| place.start.line))?;
        record.serialize_field("column", &self.place.map(|place| place.start.column))?;
        record.serialize_field("start", &self.place.map(|place| place.span.start))?;
        record.serialize_field("end", &self.place.map(|place| place.span.end))?;
        record.serialize_field("hint", &self.hint())?;
        record.end()
    }
}

/// How bad a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The specification advises against it (its SHOULDs); the invoice stands.
    Lint,
    /// The invoice is refused.
    Error,
}

/// What can be wrong with an invoice.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ProblemKind {
    /// The `bindleVersion` is not one that this crate knows.
    #[error("this is an invoice of the unknown version {found:?}")]
    BindleVersion {
        /// The text of the field.
        found: Box<str>,
    },
    /// A control character, such as a line break, in a text that is signed or
    /// that identifies something.
    #[error("the control character {character:?} is not allowed here")]
    ControlCharacter {
        /// The character.
        character: char,
    },
    /// A digest that does not parse.
    #[error(transparent)]
    Digest(ParseDigestError),
    /// Two groups of the same name.
    #[error("the group {group:?} is declared already, as group[{first}]")]
    DuplicateGroup {
        /// The name of the group.
        group: Box<str>,
        /// The index of the first group of that name.
        first: usize,
    },
    /// Two signatures by the same key. A lint: verification decides.
    #[error("the key has made signature[{first}] already; a key may sign an invoice once")]
    DuplicateKey {
        /// The index of the first signature by that key.
        first: usize,
    },
    /// A parcel that is listed twice with the same digest, name and
    /// conditions. A lint.
    #[error("this is parcel[{first}] again: the same digest, name and conditions")]
    DuplicateParcel {
        /// The index of the first of them.
        first: usize,
    },
    /// A name that is empty.
    #[error("a name is required here, and the text is empty")]
    EmptyName,
    /// A feature whose section or name contains a `-` or a `.`. A lint.
    #[error(
        "the feature name {name:?} has a `{character}` in it, which not every agent can address"
    )]
    FeatureName {
        /// The section or name.
        name: Box<str>,
        /// The character.
        character: char,
    },
    /// A group that requires itself through what its members require. A lint: a
    /// selection decides whether it matters.
    #[error("the group requires itself: {}", .path.join(" → ").escape_debug())]
    GroupCycle {
        /// The names of the groups along the cycle, with the first one repeated
        /// at the end.
        path: Vec<String>,
    },
    /// The version of a file of keys is not one that this crate knows.
    #[error("this is a file of keys of the unknown version {found:?}")]
    KeyFileVersion {
        /// The text of the field.
        found: Box<str>,
    },
    /// More of something than the limits allow, such as parcels.
    #[error("{found} {what} are more than the limit of {limit}")]
    Limit {
        /// What there is too much of.
        what: &'static str,
        /// How much there is.
        found: usize,
        /// How much is allowed.
        limit: usize,
    },
    /// A feature value of more than 2048 characters. A lint.
    #[error("the feature value has {characters} characters; more than 2048 are advised against")]
    LongFeatureValue {
        /// How many characters it has.
        characters: usize,
    },
    /// A public key that is not 32 bytes in padded standard base64. A lint:
    /// the signature counts for nothing.
    #[error("this is not a public key: {reason}")]
    MalformedKey {
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A signature of a key's label that is not 64 bytes in padded standard
    /// base64.
    #[error("this is not a signature of a label: {reason}")]
    MalformedLabelSignature {
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A signature that is not 64 bytes in padded standard base64. A lint: it
    /// counts for nothing.
    #[error("this is not a signature: {reason}")]
    MalformedSignature {
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A media type that does not parse.
    #[error(transparent)]
    MediaType(ParseMediaTypeError),
    /// A required field is missing.
    #[error("this field is required, and missing")]
    MissingField,
    /// A bindle name that does not parse.
    #[error(transparent)]
    Name(ParseNameError),
    /// No signature with the role `creator`. A lint: a registry will refuse
    /// the invoice.
    #[error("no creator has signed the invoice; registries will refuse it")]
    NoCreator,
    /// A parcel with the digest of an earlier parcel, but with another size.
    #[error("the content has the digest of parcel[{first}], but not its size of {size}")]
    OtherSize {
        /// The index of the first parcel with that content.
        first: usize,
        /// The size in bytes that was given there.
        size: u64,
    },
    /// An integer outside of the range of its field.
    #[error("expected {expected}, found {found}")]
    OutOfRange {
        /// What is expected.
        expected: &'static str,
        /// The integer as text.
        found: Box<str>,
    },
    /// A field that is present under both of its names.
    #[error("the field is there already, as `{first}`")]
    RepeatedField {
        /// The other name.
        first: &'static str,
    },
    /// A text that is not a role.
    #[error("there is no role {found:?}")]
    Role {
        /// The text of the field.
        found: Box<str>,
    },
    /// A `satisfiedBy` that is not one of the criteria.
    #[error("a group cannot be satisfied by {found:?}")]
    SatisfiedBy {
        /// The text of the field.
        found: Box<str>,
    },
    /// The text is not TOML.
    #[error("{message}")]
    Syntax {
        /// The message of the TOML parser.
        message: Box<str>,
    },
    /// A label of a key that differs from the one that the key signed.
    #[error("the key has not signed this label: one of the two was replaced")]
    TamperedLabel,
    /// A group that no `[[group]]` declares.
    #[error("there is no group {group:?}")]
    UndeclaredGroup {
        /// The name of the group.
        group: Box<str>,
        /// A declared group of a similar name.
        nearest: Option<Box<str>>,
    },
    /// A field that the specification does not have.
    #[error("there is no field `{}` here", .field.escape_debug())]
    UnknownField {
        /// The name of the field.
        field: Box<str>,
        /// A field of a similar name.
        nearest: Option<&'static str>,
        /// The fields that exist there.
        known: &'static [&'static str],
    },
    /// A key that no signature should be trusted for, or that is not a key.
    #[error("the key cannot be used: {reason}")]
    UnusableKey {
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The text is not UTF-8.
    #[error("the text is not UTF-8")]
    Utf8,
    /// A version that is not SemVer.
    #[error("{found:?} is not a SemVer version: {reason}")]
    Version {
        /// The text of the field.
        found: Box<str>,
        /// What is wrong with it.
        reason: Box<str>,
    },
    /// A value of another type than the field has.
    #[error("expected {expected}, found {found}")]
    WrongType {
        /// The type of the field, with its article.
        expected: &'static str,
        /// The type of the value, with its article.
        found: &'static str,
    },
    /// Signatures of a yank, or a reason for one, without `yanked = true`. A
    /// lint: the bindle counts as yanked, since a yank is one-way.
    #[error("there are traces of a yank, but `yanked` is not true; the bindle counts as yanked")]
    YankFlag,
}

impl ProblemKind {
    /// A stable name of the kind for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::BindleVersion { .. } => "bindle-version",
            Self::ControlCharacter { .. } => "control-character",
            Self::Digest(_) => "digest",
            Self::DuplicateGroup { .. } => "duplicate-group",
            Self::DuplicateKey { .. } => "duplicate-key",
            Self::DuplicateParcel { .. } => "duplicate-parcel",
            Self::EmptyName => "empty-name",
            Self::FeatureName { .. } => "feature-name",
            Self::GroupCycle { .. } => "group-cycle",
            Self::KeyFileVersion { .. } => "key-file-version",
            Self::Limit { .. } => "limit",
            Self::LongFeatureValue { .. } => "long-feature-value",
            Self::MalformedKey { .. } => "malformed-key",
            Self::MalformedLabelSignature { .. } => "malformed-label-signature",
            Self::MalformedSignature { .. } => "malformed-signature",
            Self::MediaType(_) => "media-type",
            Self::MissingField => "missing-field",
            Self::Name(_) => "name",
            Self::NoCreator => "no-creator",
            Self::OtherSize { .. } => "other-size",
            Self::OutOfRange { .. } => "out-of-range",
            Self::RepeatedField { .. } => "repeated-field",
            Self::Role { .. } => "role",
            Self::SatisfiedBy { .. } => "satisfied-by",
            Self::Syntax { .. } => "syntax",
            Self::TamperedLabel => "tampered-label",
            Self::UndeclaredGroup { .. } => "undeclared-group",
            Self::UnknownField { .. } => "unknown-field",
            Self::UnusableKey { .. } => "unusable-key",
            Self::Utf8 => "utf-8",
            Self::Version { .. } => "version",
            Self::WrongType { .. } => "wrong-type",
            Self::YankFlag => "yank-flag",
        }
    }

    /// How bad it is.
    #[must_use]
    pub fn severity(&self) -> Severity {
        match self {
            Self::DuplicateKey { .. }
            | Self::DuplicateParcel { .. }
            | Self::FeatureName { .. }
            | Self::GroupCycle { .. }
            | Self::LongFeatureValue { .. }
            | Self::MalformedKey { .. }
            | Self::MalformedSignature { .. }
            | Self::NoCreator
            | Self::YankFlag => Severity::Lint,
            _ => Severity::Error,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::BindleVersion { .. } => Some("expected \"1.0.0\"".into()),
            Self::KeyFileVersion { .. } => Some("expected \"1.0\"".into()),
            Self::Role { found } => {
                let roles = Role::ALL.map(Role::as_str);
                Some(did_you_mean(nearest(found, roles), &roles))
            }
            Self::SatisfiedBy { found } => {
                let texts = SatisfiedBy::TEXTS.map(|(text, _)| text);
                Some(did_you_mean(nearest(found, texts), &texts))
            }
            Self::UndeclaredGroup { nearest, .. } => Some(match nearest {
                Some(nearest) => format!("did you mean {nearest:?}?"),
                None => "declare it in a `[[group]]`".into(),
            }),
            Self::UnknownField { nearest, known, .. } => Some(did_you_mean(*nearest, known)),
            _ => None,
        }
    }
}

fn did_you_mean(nearest: Option<&str>, known: &[&str]) -> String {
    match nearest {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None => format!("expected one of `{}`", known.join("`, `")),
    }
}
