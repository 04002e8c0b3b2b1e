use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::{self, Vec};
use core::{fmt, slice};

use serde::ser::SerializeStruct as _;
use serde::{Serialize, Serializer};
use thiserror::Error;

use super::{At, Field};

use crate::text::{Lines, Position, Span, nearest};
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

    /// How many more there were than are listed: see
    /// [`Limits::problems`](crate::Limits).
    #[must_use]
    pub fn omitted(&self) -> usize {
        self.omitted
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            let separator = if index == 0 { "" } else { "\n" };
            write!(formatter, "{separator}{problem}")?;
        }
        match self.omitted {
            0 => Ok(()),
            omitted => write!(formatter, "\nand {omitted} more"),
        }
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

    /// What is wrong.
    #[must_use]
    pub fn kind(&self) -> &ProblemKind {
        &self.kind
    }

    /// Whether the invoice is refused for it.
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

    /// What would be right, if that can be told.
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
        record.serialize_field("message", &self.kind.to_string())?;
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
    /// A control character, a line break for example, in a text that is
    /// signed or that identifies something.
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
    /// A feature whose section or name has a `-` or `.` in it. A lint.
    #[error(
        "the feature name {name:?} has a `{character}` in it, which not every agent can address"
    )]
    FeatureName {
        /// The section or name.
        name: Box<str>,
        /// The character.
        character: char,
    },
    /// A group that, through what its members require, requires itself. A
    /// lint: what it means for a selection is decided there.
    #[error("the group requires itself: {}", .path.join(" → "))]
    GroupCycle {
        /// The names of the groups on the way, the first one again at the end.
        path: Vec<String>,
    },
    /// The version of a file of keys is not one that this crate knows.
    #[error("this is a file of keys of the unknown version {found:?}")]
    KeyFileVersion {
        /// The text of the field.
        found: Box<str>,
    },
    /// More of something than the limits allow.
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
    #[error("this is no public key: {reason}")]
    MalformedKey {
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A signature that is not 64 bytes in padded standard base64. A lint: it
    /// counts for nothing.
    #[error("this is no signature: {reason}")]
    MalformedSignature {
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A media type that does not parse.
    #[error(transparent)]
    MediaType(ParseMediaTypeError),
    /// A field that has to be there is not.
    #[error("this field is required, and missing")]
    MissingField,
    /// A bindle name that does not parse.
    #[error(transparent)]
    Name(ParseNameError),
    /// No signature with the role `creator`. A lint: a registry will refuse
    /// the invoice.
    #[error("no creator has signed the invoice; registries will refuse it")]
    NoCreator,
    /// An integer outside of the range of its field.
    #[error("expected {expected}, found {found}")]
    OutOfRange {
        /// What is expected.
        expected: &'static str,
        /// The integer as text.
        found: Box<str>,
    },
    /// A text that names no role.
    #[error("there is no role {found:?}")]
    Role {
        /// The text of the field.
        found: Box<str>,
    },
    /// A `satisfiedBy` that is none.
    #[error("a group can not be satisfied by {found:?}")]
    SatisfiedBy {
        /// The text of the field.
        found: Box<str>,
    },
    /// The text is not TOML.
    #[error("{message}")]
    Syntax {
        /// What the TOML parser has to say.
        message: Box<str>,
    },
    /// A group that no `[[group]]` declares.
    #[error("there is no group {group:?}")]
    UndeclaredGroup {
        /// The name of the group.
        group: Box<str>,
        /// A declared group of a similar name.
        nearest: Option<Box<str>>,
    },
    /// A field that the specification does not have.
    #[error("there is no field `{field}` here")]
    UnknownField {
        /// The name of the field.
        field: Box<str>,
        /// A field of a similar name.
        nearest: Option<&'static str>,
        /// The fields that there are.
        known: &'static [&'static str],
    },
    /// A key that no signature should be trusted for, or that is no key.
    #[error("the key can not be used: {reason}")]
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
            Self::MalformedSignature { .. } => "malformed-signature",
            Self::MediaType(_) => "media-type",
            Self::MissingField => "missing-field",
            Self::Name(_) => "name",
            Self::NoCreator => "no-creator",
            Self::OutOfRange { .. } => "out-of-range",
            Self::Role { .. } => "role",
            Self::SatisfiedBy { .. } => "satisfied-by",
            Self::Syntax { .. } => "syntax",
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

/// Where a problem is in the document, while the document is walked.
#[derive(Clone, Copy)]
pub(crate) enum Path<'p> {
    Root,
    Field(&'p Self, &'p str),
    Index(&'p Self, usize),
}

impl<'p> Path<'p> {
    pub(crate) fn field(&'p self, name: &'p str) -> Self {
        Self::Field(self, name)
    }

    pub(crate) fn index(&'p self, index: usize) -> Self {
        Self::Index(self, index)
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Path::Root => Ok(()),
            Path::Index(parent, index) => write!(formatter, "{parent}[{index}]"),
            Path::Field(parent, name) => {
                let separator = if matches!(parent, Path::Root) {
                    ""
                } else {
                    "."
                };
                let is_bare = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
                if !name.is_empty() && name.chars().all(is_bare) {
                    write!(formatter, "{parent}{separator}{name}")
                } else {
                    let name: String = name.chars().take(80).collect();
                    write!(formatter, "{parent}{separator}{name:?}")
                }
            }
        }
    }
}

/// Collects problems as they are found.
pub(crate) struct Report {
    problems: Vec<(Option<Span>, Problem)>,
    limit: usize,
    omitted: usize,
    errors: bool,
}

impl Report {
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            problems: Vec::new(),
            limit,
            omitted: 0,
            errors: false,
        }
    }

    pub(crate) fn push(&mut self, path: &Path<'_>, span: Option<Span>, kind: ProblemKind) {
        self.errors |= kind.severity() == Severity::Error;
        if self.problems.len() < self.limit {
            let problem = Problem {
                path: path.to_string(),
                kind,
                place: None,
            };
            self.problems.push((span, problem));
        } else {
            self.omitted += 1;
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.problems.is_empty()
    }

    /// Whether the invoice is to be refused.
    pub(crate) fn has_errors(&self) -> bool {
        self.errors
    }

    /// Drops what is likely to follow from broken syntax only: fields that are
    /// missing, and what is wrong on a line that could not be read.
    pub(crate) fn drop_consequences_of_syntax(&mut self, lines: &Lines<'_>) {
        let line = |span: Option<Span>| span.map(|span| lines.position(span.start).line);
        let is_syntax = |kind: &ProblemKind| matches!(kind, ProblemKind::Syntax { .. });
        let broken: alloc::collections::BTreeSet<_> = self
            .problems
            .iter()
            .filter(|(_, problem)| is_syntax(&problem.kind))
            .map(|(span, _)| line(*span))
            .collect();
        self.problems.retain(|(span, problem)| match problem.kind {
            ProblemKind::Syntax { .. } => true,
            ProblemKind::MissingField | ProblemKind::UndeclaredGroup { .. } => false,
            _ => problem.severity() == Severity::Error && !broken.contains(&line(*span)),
        });
    }

    /// The value of a field that has to be there.
    pub(crate) fn required<T>(
        &mut self,
        field: Field<T>,
        parent: Option<Span>,
        at: &Path<'_>,
    ) -> Option<At<T>> {
        match field {
            Field::Present(at) => Some(at),
            Field::Unreadable => None,
            Field::Absent => {
                self.push(at, parent, ProblemKind::MissingField);
                None
            }
        }
    }

    /// The value, if there is one; its problem is reported if not.
    pub(crate) fn keep<T>(
        &mut self,
        result: Result<T, ProblemKind>,
        span: Option<Span>,
        at: &Path<'_>,
    ) -> Option<T> {
        result.map_err(|problem| self.push(at, span, problem)).ok()
    }

    /// The problems in the order of the text, with their lines and columns.
    pub(crate) fn finish(mut self, lines: Option<&Lines<'_>>) -> Problems {
        self.problems.sort_by_key(|(span, _)| *span);
        let problems = self.problems.into_iter().map(|(span, mut problem)| {
            problem.place = lines.zip(span).map(|(lines, span)| Place {
                span,
                start: lines.position(span.start),
            });
            problem
        });
        Problems {
            problems: problems.collect(),
            omitted: self.omitted,
        }
    }
}

/// Enough of a text to recognise it by.
pub(crate) fn excerpt(text: &str) -> Box<str> {
    text.chars().take(80).collect()
}

/// The problem with a text that is signed or identifies something, if it has
/// a control character.
pub(crate) fn control_character(text: &str) -> Option<ProblemKind> {
    let character = text.chars().find(|c| c.is_control())?;
    Some(ProblemKind::ControlCharacter { character })
}
