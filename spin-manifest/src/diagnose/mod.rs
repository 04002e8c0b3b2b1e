//! What is wrong with a manifest, and where.

mod findings;
#[cfg(feature = "miette")]
mod miette;
mod path;
mod render;

use std::fmt;

use bindle_core::text::{Lines, Position, Span};
use serde::ser::SerializeStruct as _;
use serde::{Serialize, Serializer};

pub(crate) use self::findings::Findings;
#[cfg(feature = "miette")]
pub use self::miette::MietteDiagnostics;
pub(crate) use self::path::Path;
pub use self::render::Rendered;

/// Everything that was found while reading a manifest, in the order of the
/// text.
///
/// ```
/// use spin_manifest::Manifest;
///
/// let text = "spin_version = '1'\nname = 'hello'\nversoin = '0.1.0'\n";
/// let diagnostics = Manifest::from_toml(text).unwrap_err();
/// let typing_error = diagnostics.iter().find(|problem| problem.path() == "versoin").unwrap();
/// assert_eq!(typing_error.position().to_string(), "3:1");
/// assert_eq!(typing_error.hint(), Some("did you mean `version`?"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct Diagnostics {
    problems: Vec<Problem>,
    #[serde(skip)]
    omitted: usize,
}

impl Diagnostics {
    pub(crate) fn new(text: &str, mut drafts: Vec<Draft>, omitted: usize) -> Self {
        if drafts.is_empty() {
            return Self::default();
        }
        drafts.sort_by_key(|draft| (draft.span.start, draft.span.end));
        let lines = Lines::new(text);
        let problems = drafts.into_iter().map(|draft| draft.place(&lines));
        Self {
            problems: problems.collect(),
            omitted,
        }
    }

    /// The number of further problems that are not listed; not 0 only if a text
    /// has more than [`MAX_PROBLEMS`](crate::ManifestReader::MAX_PROBLEMS).
    #[must_use]
    pub fn omitted(&self) -> usize {
        self.omitted
    }

    /// The problems, ordered by where they start.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Problem> {
        self.problems.iter()
    }

    /// The number of listed problems, including warnings.
    #[must_use]
    pub fn len(&self) -> usize {
        self.problems.len()
    }

    /// Whether there is nothing to report.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.problems.is_empty()
    }

    /// The report for a terminal: each problem with its place, an excerpt of
    /// `text` with a caret under the offending part, and its hint. `name` is
    /// what to call the text, such as `spin.toml`.
    #[must_use]
    pub fn render<'d>(&'d self, name: &'d str, text: &'d str) -> Rendered<'d> {
        Rendered::new(self, name, text)
    }
}

impl<'d> IntoIterator for &'d Diagnostics {
    type Item = &'d Problem;
    type IntoIter = std::slice::Iter<'d, Problem>;

    fn into_iter(self) -> Self::IntoIter {
        self.problems.iter()
    }
}

/// One line for each problem: place, sentence, hint.
impl fmt::Display for Diagnostics {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            if index > 0 {
                formatter.write_str("\n")?;
            }
            write!(formatter, "{problem}")?;
        }
        match self.omitted {
            0 => Ok(()),
            omitted => write!(formatter, "\nand {omitted} more"),
        }
    }
}

impl std::error::Error for Diagnostics {}

/// One thing that is wrong with a manifest, or that deserves a warning.
///
/// It displays as `line:column: path: message; hint`, and serialises as a flat
/// record of `severity`, `code`, `message`, `path`, `line`, `column`, `start`,
/// `end`, `hint`, and of `related`, a list of such places.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Problem {
    kind: ProblemKind,
    severity: Severity,
    path: String,
    span: Span,
    position: Position,
    message: String,
    hint: Option<String>,
    related: Vec<Related>,
}

impl Problem {
    /// The kind of problem.
    #[must_use]
    pub fn kind(&self) -> ProblemKind {
        self.kind
    }

    /// How bad it is.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.severity
    }

    /// The place in the document, such as `component[0].files[1].source`;
    /// empty for the document itself.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The place in the text, in bytes.
    #[must_use]
    pub fn span(&self) -> Span {
        self.span
    }

    /// The place in the text: where [`span`](Self::span) starts.
    #[must_use]
    pub fn position(&self) -> Position {
        self.position
    }

    /// A sentence that says what is wrong, without its place.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What would be right, where that is known.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    /// Other places that are part of the problem, such as the first of two
    /// equal ids.
    #[must_use]
    pub fn related(&self) -> &[Related] {
        &self.related
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: ", self.position)?;
        if !self.path.is_empty() {
            write!(formatter, "{}: ", self.path)?;
        }
        formatter.write_str(&self.message)?;
        if let Some(hint) = &self.hint {
            // A hint of several lines is an example, for which one line has no room.
            write!(formatter, "; {}", hint.lines().next().unwrap_or_default())?;
        }
        Ok(())
    }
}

impl Serialize for Problem {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut record = serializer.serialize_struct("Problem", 10)?;
        record.serialize_field("severity", &self.severity)?;
        record.serialize_field("code", &self.kind)?;
        record.serialize_field("message", &self.message)?;
        record.serialize_field("path", &self.path)?;
        record.serialize_field("line", &self.position.line)?;
        record.serialize_field("column", &self.position.column)?;
        record.serialize_field("start", &self.span.start)?;
        record.serialize_field("end", &self.span.end)?;
        record.serialize_field("hint", &self.hint)?;
        record.serialize_field("related", &self.related)?;
        record.end()
    }
}

/// A second place of a [`Problem`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Related {
    span: Span,
    position: Position,
    message: String,
}

impl Related {
    /// The place in the text, in bytes.
    #[must_use]
    pub fn span(&self) -> Span {
        self.span
    }

    /// The place in the text: where [`span`](Self::span) starts.
    #[must_use]
    pub fn position(&self) -> Position {
        self.position
    }

    /// What is at that place, such as "first used here".
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl Serialize for Related {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut record = serializer.serialize_struct("Related", 5)?;
        record.serialize_field("message", &self.message)?;
        record.serialize_field("line", &self.position.line)?;
        record.serialize_field("column", &self.position.column)?;
        record.serialize_field("start", &self.span.start)?;
        record.serialize_field("end", &self.span.end)?;
        record.end()
    }
}

/// How bad a [`Problem`] is; warnings come before errors in the order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// It works, but probably not as intended.
    Warning,
    /// It does not work as it is written, whether Spin reports that when it
    /// reads the manifest, when it starts the application, or never.
    Error,
}

impl fmt::Display for Severity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

/// The kind of a [`Problem`]. It displays as its name, such as `missing-field`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ProblemKind {
    /// Two settings that exclude each other.
    Conflict,
    /// Something is still read, but should be written in another way.
    Deprecated,
    /// An id or a key is there twice.
    Duplicate,
    /// A digest is not SHA-256 as `sha256:` and 64 hexadecimal digits.
    InvalidDigest,
    /// A host is malformed.
    InvalidHost,
    /// An id, a name or a label is malformed.
    InvalidId,
    /// A path is not a relative path within the application.
    InvalidPath,
    /// A value is not among those that are allowed here.
    InvalidValue,
    /// A version is not SemVer, or a version requirement is malformed.
    InvalidVersion,
    /// The application has no component.
    MissingComponents,
    /// A required field is missing.
    MissingField,
    /// The text is not TOML.
    Syntax,
    /// The text is longer than any manifest, or has more tables.
    TooLong,
    /// A field is not known, or not known in this version of Spin.
    UnknownField,
    /// A version of the manifest format is not known.
    UnknownManifestVersion,
    /// Something refers to a component, variable or profile that does not
    /// exist.
    Unresolved,
    /// A feature is not known to this version of Spin.
    Unsupported,
    /// A value has the wrong type.
    WrongType,
}

impl fmt::Display for ProblemKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(formatter)
    }
}

/// What of a problem decides whether a manifest is accepted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Weight {
    pub(crate) kind: ProblemKind,
    pub(crate) is_error: bool,
    pub(crate) is_stricter: bool,
}

/// A problem before its line and column are known.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    kind: ProblemKind,
    severity: Severity,
    path: String,
    span: Span,
    message: String,
    hint: Option<String>,
    related: Vec<(Span, String)>,
    is_stricter: bool,
    /// The path of the field that an unknown one was meant to be.
    meant: Option<String>,
}

impl Draft {
    pub(crate) fn error(
        kind: ProblemKind,
        path: &impl fmt::Display,
        span: Span,
        message: impl Into<String>,
    ) -> Self {
        Self {
            kind,
            severity: Severity::Error,
            path: path.to_string(),
            span,
            message: message.into(),
            hint: None,
            related: Vec::new(),
            is_stricter: false,
            meant: None,
        }
    }

    pub(crate) fn warning(
        kind: ProblemKind,
        path: &impl fmt::Display,
        span: Span,
        message: impl Into<String>,
    ) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(kind, path, span, message)
        }
    }

    pub(crate) fn hint(self, hint: impl Into<String>) -> Self {
        Self {
            hint: Some(hint.into()),
            ..self
        }
    }

    /// Adds "did you mean" if one of `candidates` is near `word`.
    pub(crate) fn nearest<'c>(
        self,
        word: &str,
        candidates: impl IntoIterator<Item = &'c str>,
    ) -> Self {
        match bindle_core::text::nearest(word, candidates) {
            Some(candidate) => self.hint(format!("did you mean `{candidate}`?")),
            None => self,
        }
    }

    /// That the field of another name in the table `parent` was meant.
    pub(crate) fn meant(self, parent: &Path<'_>, field: &str) -> Self {
        let path = parent.key(field).to_string();
        self.instead_of(path)
            .hint(format!("did you mean `{field}`?"))
    }

    /// That what is at `path` is not there because of it.
    pub(crate) fn instead_of(self, path: impl Into<String>) -> Self {
        Self {
            meant: Some(path.into()),
            ..self
        }
    }

    /// The path of what is not there because of it.
    pub(crate) fn meant_path(&self) -> Option<&str> {
        self.meant.as_deref()
    }

    /// The path of the field, if the problem is that it is missing.
    pub(crate) fn missing_path(&self) -> Option<&str> {
        let kinds = [ProblemKind::MissingField, ProblemKind::MissingComponents];
        kinds.contains(&self.kind).then_some(&self.path)
    }

    pub(crate) fn related(mut self, span: Span, message: impl Into<String>) -> Self {
        self.related.push((span, message.into()));
        self
    }

    /// The same problem as an error, for eras in which it is one.
    pub(crate) fn into_error(self) -> Self {
        Self {
            severity: Severity::Error,
            ..self
        }
    }

    /// Marks a problem that Spin itself lets pass when it reads a manifest.
    pub(crate) fn stricter(self) -> Self {
        Self {
            is_stricter: true,
            ..self
        }
    }

    pub(crate) fn weight(&self) -> Weight {
        Weight {
            kind: self.kind,
            is_error: self.severity == Severity::Error,
            is_stricter: self.is_stricter,
        }
    }

    fn place(self, lines: &Lines<'_>) -> Problem {
        let related = self.related.into_iter().map(|(span, message)| Related {
            span,
            position: lines.position(span.start),
            message,
        });
        Problem {
            kind: self.kind,
            severity: self.severity,
            path: self.path,
            span: self.span,
            position: lines.position(self.span.start),
            message: printable(self.message),
            hint: self.hint.map(printable),
            related: related.collect(),
        }
    }
}

/// A text without control characters but the ends of lines: what a manifest
/// has in it reaches terminals and logs.
fn printable(text: String) -> String {
    let is_command = |c: char| c.is_control() && c != '\n';
    if !text.contains(is_command) {
        return text;
    }
    let mut printable = String::with_capacity(text.len());
    for character in text.chars() {
        match is_command(character) {
            true => printable.extend(character.escape_default()),
            false => printable.push(character),
        }
    }
    printable
}
