use bindle_core::document::{Document as Parsed, SyntaxError};
use bindle_core::text::Span;

use crate::Era;
use crate::diagnose::{Diagnostics, Draft, Findings, Path, ProblemKind, Weight};
use crate::document::{Fields, Node, duplicates, syntax, toml_1_1};
use crate::era::Eras;
use crate::manifest::{Document, Manifest};
use crate::schema::{v1, v2};

/// The rules by which to read a manifest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Rules {
    /// Those of the oldest era that accepts the manifest; if none does, those
    /// of the era with the fewest objections.
    #[default]
    Fitting,
    /// Those of one era.
    Of(Era),
}

/// Which manifests to refuse. Mistakes that Spin itself overlooks when it reads
/// a manifest, and that make it fail or misbehave later, are reported as errors
/// in any case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Strictness {
    /// Manifests with any error.
    #[default]
    Strict,
    /// Manifests that Spin itself refuses to read. Other errors are among the
    /// [`Manifest::problems`].
    LikeSpin,
}

/// Reads manifests by given rules.
///
/// ```
/// use spin_manifest::{Era, ManifestReader};
///
/// let text = "spin_version = '1'\nname = 'a'\nversion = '1.0.0'\ntrigger = { type = 'cron' }\n\
///             [[component]]\nid = 'a'\nsource = 'a.wasm'\ntrigger = {}\n";
/// assert!(ManifestReader::new().with_era(Era::Spin1_5).read(text).is_ok());
/// let diagnostics = ManifestReader::new().with_era(Era::Spin0_6).read(text).unwrap_err();
/// assert_eq!(
///     diagnostics.to_string(),
///     "4:20: trigger.type: Spin 0.6 knows no trigger of type \"cron\""
/// );
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct ManifestReader {
    rules: Rules,
    strictness: Strictness,
}

impl ManifestReader {
    /// The maximal length of a manifest in bytes. Reading briefly takes up to
    /// about 40 times the size of the text in memory; text of nothing but
    /// mistakes or one-digit numbers takes up to about 400 times its size.
    pub const MAX_LEN: usize = 4 << 20;

    /// The maximal number of TOML tables, whether a manifest has such tables or
    /// not. The limit applies to the number of brackets, braces and dots
    /// outside of strings and comments, which is never less than the number of
    /// tables; a component has about ten. Each table may take a kilobyte of
    /// memory, so this limit bounds the memory for text that is not an honest
    /// manifest.
    pub const MAX_TABLES: usize = 250_000;

    /// The maximal number of listed problems; [`Diagnostics::omitted`] counts
    /// further ones.
    pub const MAX_PROBLEMS: usize = Findings::MOST;

    /// A reader by the rules of the oldest era that accepts a manifest.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads by the rules of `era`.
    #[must_use]
    pub fn with_era(self, era: Era) -> Self {
        self.with_rules(Rules::Of(era))
    }

    /// Reads by `rules`.
    #[must_use]
    pub fn with_rules(self, rules: Rules) -> Self {
        Self { rules, ..self }
    }

    /// Reads as strictly as `strictness` says.
    #[must_use]
    pub fn with_strictness(self, strictness: Strictness) -> Self {
        Self { strictness, ..self }
    }

    /// Reads a manifest.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it, including warnings, if the
    /// [`Strictness`] refuses any of it:
    ///
    /// - text that is not TOML 1.0, or longer than [`Self::MAX_LEN`], or with more than
    ///   [`Self::MAX_TABLES`];
    /// - a manifest version that is missing, unknown or unknown to the era;
    /// - fields that are missing, unknown or of another type;
    /// - values that are not valid for their field.
    pub fn read(&self, text: &str) -> Result<Manifest, Diagnostics> {
        let mut findings = Findings::of(Eras::ALL);
        if let Some(draft) = excess(text) {
            return Err(Diagnostics::new(text, vec![draft], 0));
        }
        let (parsed, errors) = Parsed::parse_recoverable(text);
        let mut messages = errors.iter().map(SyntaxError::message);
        let is_broken = messages.any(|message| message != syntax::DUPLICATE);
        let end = match is_broken {
            true => syntax::report(text, &errors, &mut findings),
            false => text.len(),
        };
        duplicates::report(text, parsed.root(), &errors, end, &mut findings);
        if is_broken {
            // What is left of a broken document tells more about its breaks
            // than about the manifest.
            return Err(findings.into_diagnostics(text, Eras::ALL));
        }
        toml_1_1::report(text, parsed.root(), &mut findings);
        let fields = Fields::of(parsed.root(), Span::from(0..0));
        let format = read_version(&fields, &mut findings);
        let candidates = match format {
            Some(Format::V1(eras)) => eras,
            Some(Format::V2) => Eras::CURRENT,
            None => Eras::ALL,
        };
        findings.ask_only(match self.rules {
            Rules::Of(era) => era.into(),
            Rules::Fitting => candidates,
        });
        let document = format.and_then(|format| format.read(&fields, &mut findings));
        self.conclude(text, document, candidates, findings)
    }

    /// Reads a manifest from bytes.
    ///
    /// # Errors
    ///
    /// - bytes that are not UTF-8;
    /// - whatever [`Self::read`] refuses.
    pub fn read_bytes(&self, bytes: &[u8]) -> Result<Manifest, Diagnostics> {
        std::str::from_utf8(bytes).map_or_else(
            |error| {
                let start = error.valid_up_to();
                let end = error.error_len().map_or(bytes.len(), |len| start + len);
                let message = "the text is not UTF-8";
                let kind = ProblemKind::Syntax;
                let draft = Draft::error(kind, &Path::Root, Span::from(start..end), message);
                let text = String::from_utf8_lossy(&bytes[..start]);
                Err(Diagnostics::new(
                    &text,
                    vec![draft.hint("save it as UTF-8")],
                    0,
                ))
            },
            |text| self.read(text),
        )
    }

    fn conclude(
        &self,
        text: &str,
        document: Option<Document>,
        candidates: Eras,
        mut findings: Findings,
    ) -> Result<Manifest, Diagnostics> {
        let refuses = |weight: Weight| match self.strictness {
            Strictness::Strict => weight.is_error,
            Strictness::LikeSpin => weight.is_error && !weight.is_stricter,
        };
        // An application without components is no better in an era that would
        // start it all the same.
        let weighs = |weight: Weight| {
            let is_empty = weight.kind == ProblemKind::MissingComponents;
            refuses(weight) || is_empty && self.strictness == Strictness::Strict
        };
        let era = match self.rules {
            Rules::Of(era) => {
                if !candidates.contains(era) {
                    findings.report(wrong_era(era, candidates));
                }
                era
            }
            Rules::Fitting => findings.fitting(candidates, weighs),
        };
        let is_accepted = findings.count(era, refuses) == 0;
        let diagnostics = findings.into_diagnostics(text, era.into());
        match document {
            Some(document) if is_accepted => Ok(Manifest {
                text: text.to_owned(),
                era,
                document,
                problems: diagnostics,
            }),
            _ => Err(diagnostics),
        }
    }
}

/// What there is too much of for the text to be parsed.
fn excess(text: &str) -> Option<Draft> {
    let draft = |message, most| {
        let draft = Draft::error(ProblemKind::TooLong, &Path::Root, Span::from(0..0), message);
        Some(draft.hint(format!("at most {most} are read")))
    };
    if text.len() > ManifestReader::MAX_LEN {
        let message = format!("the manifest has {} bytes", text.len());
        return draft(message, ManifestReader::MAX_LEN);
    }
    let tables = bindle_core::text::tables_beyond(text, ManifestReader::MAX_TABLES)?;
    let message = format!("the manifest has {tables} tables");
    draft(message, ManifestReader::MAX_TABLES)
}

fn wrong_era(era: Era, candidates: Eras) -> Draft {
    let message = format!("{era} does not read manifests of this version");
    Draft::error(
        ProblemKind::UnknownManifestVersion,
        &Path::Root,
        Span::from(0..0),
        message,
    )
    .hint(format!("it is one of {candidates}"))
}

/// The format of a manifest.
enum Format {
    /// The first, in the spelling of these eras.
    V1(Eras),
    V2,
}

impl Format {
    /// Reads what a manifest of this format says.
    fn read(self, fields: &Fields<'_>, findings: &mut Findings) -> Option<Document> {
        match self {
            Self::V1(_) => v1::Application::read(fields, findings).map(Document::V1),
            Self::V2 => v2::Application::read(fields, findings).map(Document::V2),
        }
    }
}

const NEW: &str = "spin_manifest_version";
const OLD: &str = "spin_version";

fn read_version(fields: &Fields<'_>, findings: &mut Findings) -> Option<Format> {
    let path = &Path::Root;
    let (key, node) = match (fields.get(NEW), fields.get(OLD)) {
        (Some(node), None) => (NEW, node),
        (None, Some(node)) => (OLD, node),
        (Some(node), Some(old)) => {
            let span = fields.key_span(OLD).unwrap_or(old.span);
            let message = "`spin_version` and `spin_manifest_version` are one field";
            let path = path.key(OLD);
            let draft = Draft::error(ProblemKind::Duplicate, &path, span, message);
            let first = fields.key_span(NEW).unwrap_or(node.span);
            let draft = draft.related(first, "its later name");
            findings.report(draft.hint("keep one of them"));
            (NEW, node)
        }
        (None, None) => {
            let format = likely_format(fields);
            let example = match format {
                Some(Format::V1(_)) => "spin_manifest_version = \"1\"",
                _ => "spin_manifest_version = 2",
            };
            findings.report(fields.missing(path, NEW, example));
            return format;
        }
    };
    // `spin_version` is an alias to all that came after Spin 0.9.
    let eras = match key {
        NEW => Eras::SPIN_1_5 | Eras::CURRENT,
        _ => Eras::ALL,
    };
    match (node.as_str(), node.as_integer()) {
        (Some("1"), _) if is_v2(fields) => {
            let message = "the manifest is written in the second format, not in the first";
            let path = path.key(key);
            let draft = Draft::error(ProblemKind::Conflict, &path, node.span, message);
            findings.report(draft.hint("write `spin_manifest_version = 2`"));
            return Some(Format::V2);
        }
        (_, Some(2)) if key == NEW && is_v1(fields) => {
            let message = "the manifest is written in the first format, not in the second";
            let path = path.key(key);
            let draft = Draft::error(ProblemKind::Conflict, &path, node.span, message);
            findings.report(draft.hint("write `spin_manifest_version = \"1\"`"));
            return Some(Format::V1(Eras::SPIN_1_5 | Eras::CURRENT));
        }
        (Some("1"), _) => return Some(Format::V1(eras)),
        (_, Some(2)) if key == NEW => return Some(Format::V2),
        _ => {}
    }
    let format = likely_format(fields);
    findings.report(unknown_version(key, &node, format.as_ref()));
    format
}

fn unknown_version(key: &str, node: &Node<'_>, format: Option<&Format>) -> Draft {
    let hint = match (node.as_str(), node.as_integer(), format) {
        (_, Some(2), _) => "write `spin_manifest_version = 2`",
        (Some("2"), _, _) => "write 2 without quotes",
        (_, Some(1), _) => "write \"1\" in quotes",
        (Some(text), ..) if text.trim_start_matches('0') == "1" => {
            "write `spin_manifest_version = \"1\"`"
        }
        (_, _, Some(Format::V1(_))) => "write `spin_manifest_version = \"1\"`",
        _ => "write `spin_manifest_version = 2`",
    };
    let message = match key {
        OLD if node.as_integer() == Some(2) => {
            "this version of the manifest format is not known under this name"
        }
        _ => "this version of the manifest format is not known",
    };
    let path = Path::Root.key(key);
    Draft::error(
        ProblemKind::UnknownManifestVersion,
        &path,
        node.span,
        message,
    )
    .hint(hint)
}

/// Whether all that tells the formats apart is that of the first.
fn is_v1(fields: &Fields<'_>) -> bool {
    let components = fields.get("component").filter(Node::is_array);
    let kind = fields
        .get("trigger")
        .and_then(|trigger| trigger.field("type"));
    let is_one_trigger = kind.is_some_and(|kind| kind.as_str().is_some());
    fields.get("application").is_none() && components.is_some() && is_one_trigger
}

/// Whether all that tells the formats apart is that of the second.
fn is_v2(fields: &Fields<'_>) -> bool {
    let components = fields.get("component");
    let application = fields.get("application").filter(Node::is_table);
    fields.get("name").is_none()
        && application.is_some()
        && components.is_none_or(|components| components.is_table())
}

/// What a manifest without a valid version looks like, so that whatever else is
/// wrong with it can be told.
fn likely_format(fields: &Fields<'_>) -> Option<Format> {
    let component = fields.get("component");
    if fields.get("application").is_some() {
        Some(Format::V2)
    } else if component.is_some_and(|component| component.is_array()) {
        Some(Format::V1(Eras::ALL))
    } else {
        None
    }
}
