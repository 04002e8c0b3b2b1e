use bindle_core::text::Span;
use toml::de::DeTable;

use crate::Era;
use crate::diagnose::{Diagnostics, Draft, Path, ProblemKind};
use crate::era::Eras;
use crate::schema::common::{Fields, Findings};
use crate::schema::v1;

/// A manifest, read and checked.
///
/// It keeps what the document says, in the words of its own format.
///
/// ```
/// use spin_manifest::Manifest;
///
/// let manifest = Manifest::parse(
///     r#"
/// spin_version = "1"
/// name = "hello"
/// version = "0.1.0"
/// trigger = { type = "http", base = "/" }
///
/// [[component]]
/// id = "hello"
/// source = "hello.wasm"
/// [component.trigger]
/// route = "/..."
/// "#,
/// )?;
/// assert_eq!(manifest.name(), "hello");
/// assert!(manifest.warnings().is_empty());
/// # Ok::<(), spin_manifest::Diagnostics>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    text: String,
    era: Era,
    document: Document,
    warnings: Diagnostics,
}

/// What a manifest says, in the words of its own format.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Document {
    /// `spin_version = "1"` or `spin_manifest_version = "1"`.
    V1(v1::Application),
}

/// By whose rules to read a manifest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Rules {
    /// Those of the oldest era that accepts the manifest; if none does, those
    /// of the era that has least to say against it.
    #[default]
    Fitting,
    /// Those of one era.
    Of(Era),
}

/// What to do about mistakes that Spin itself lets pass when it reads a
/// manifest, to fail later or to go on with half of what was meant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Strictness {
    /// They are errors.
    #[default]
    Strict,
    /// They are warnings: what Spin accepts is accepted.
    LikeSpin,
}

/// Reads manifests, by given rules.
///
/// ```
/// use spin_manifest::{Era, ManifestReader};
///
/// let text = "spin_version = '1'\nname = 'a'\nversion = '1.0.0'\ntrigger = { type = 'cron' }\n\
///             [[component]]\nid = 'a'\nsource = 'a.wasm'\ntrigger = {}\n";
/// assert!(ManifestReader::new().era(Era::Spin1_5).read(text).is_ok());
/// let diagnostics = ManifestReader::new().era(Era::Spin0_6).read(text).unwrap_err();
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
    /// The length that no manifest exceeds, in bytes.
    pub const MAX_LEN: usize = 4 << 20;

    /// Reads by the rules of the oldest era that accepts a manifest.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads by the rules of `era`.
    #[must_use]
    pub fn era(self, era: Era) -> Self {
        self.rules(Rules::Of(era))
    }

    /// Reads by `rules`.
    #[must_use]
    pub fn rules(self, rules: Rules) -> Self {
        Self { rules, ..self }
    }

    /// Reads as strictly as `strictness` says.
    #[must_use]
    pub fn strictness(self, strictness: Strictness) -> Self {
        Self { strictness, ..self }
    }

    /// Reads a manifest.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it, warnings included:
    ///
    /// - text that is not TOML, or longer than [`Self::MAX_LEN`];
    /// - a manifest version that is missing, unknown or unknown to the era;
    /// - fields that are missing, unknown or of another type;
    /// - values that are not what their field needs.
    pub fn read(&self, text: &str) -> Result<Manifest, Diagnostics> {
        let mut findings = Findings::default();
        if text.len() > Self::MAX_LEN {
            let message = format!("the manifest has {} bytes", text.len());
            let draft = Draft::error(ProblemKind::TooLong, &Path::Root, Span::from(0..0), message);
            let draft = draft.hint(format!("at most {} are read", Self::MAX_LEN));
            return Err(Diagnostics::new(text, vec![draft]));
        }
        let (table, errors) = DeTable::parse_recoverable(text);
        if !errors.is_empty() {
            // What is left of a broken document tells more about its breaks
            // than about the manifest.
            let drafts = errors.iter().map(|error| {
                let span = error.span().unwrap_or_default();
                let message = error.message();
                Draft::error(ProblemKind::Syntax, &Path::Root, span.into(), message)
            });
            return Err(Diagnostics::new(text, drafts.collect()));
        }
        let fields = Fields::of(table.get_ref(), Span::from(0..0));
        let (document, candidates) = read_document(&fields, &mut findings);
        self.conclude(text, document, candidates, findings)
    }

    fn conclude(
        &self,
        text: &str,
        document: Option<Document>,
        candidates: Eras,
        mut findings: Findings,
    ) -> Result<Manifest, Diagnostics> {
        let era = match self.rules {
            Rules::Of(era) => {
                if !candidates.contains(era) {
                    findings.report(wrong_era(era, candidates));
                }
                era
            }
            Rules::Fitting => findings.fitting(candidates),
        };
        let drafts = findings.into_drafts().into_iter();
        let drafts = drafts.filter(|(eras, _)| eras.contains(era));
        let drafts = drafts.map(|(_, draft)| match self.strictness {
            Strictness::Strict => draft,
            Strictness::LikeSpin => draft.relaxed(),
        });
        let drafts: Vec<_> = drafts.collect();
        let is_valid = !drafts.iter().any(Draft::is_error);
        let diagnostics = Diagnostics::new(text, drafts);
        match document {
            Some(document) if is_valid => Ok(Manifest {
                text: text.to_owned(),
                era,
                document,
                warnings: diagnostics,
            }),
            _ => Err(diagnostics),
        }
    }
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

/// Reads the version and, if it is known, the rest; with the eras that know it.
fn read_document(fields: &Fields<'_>, findings: &mut Findings) -> (Option<Document>, Eras) {
    const NEW: &str = "spin_manifest_version";
    const OLD: &str = "spin_version";
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
            let draft = fields.missing(path, NEW, "spin_manifest_version = 2");
            findings.report(draft);
            return (None, Eras::ALL);
        }
    };
    if node.as_str() == Some("1") {
        let document = v1::Application::read(fields, findings).map(Document::V1);
        // `spin_version` is an alias to all later ones.
        let candidates = match key {
            NEW => Eras::SPIN_1_5 | Eras::CURRENT,
            _ => Eras::ALL,
        };
        return (document, candidates);
    }
    let draft = Draft::error(
        ProblemKind::UnknownManifestVersion,
        &path.key(key),
        node.span,
        "this version of the manifest format is not known",
    );
    findings.report(draft.hint("write `spin_manifest_version = 2`, or `= \"1\"` with quotes"));
    (None, Eras::ALL)
}

impl Manifest {
    /// Reads a manifest by the rules of the oldest era that accepts it, as
    /// [`ManifestReader::new`] does.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it: see [`ManifestReader::read`].
    pub fn parse(text: &str) -> Result<Self, Diagnostics> {
        ManifestReader::new().read(text)
    }

    /// The text that it was read from.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The era by whose rules it was read.
    #[must_use]
    pub fn era(&self) -> Era {
        self.era
    }

    /// What it says, in the words of its own format.
    #[must_use]
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// What deserves a look, though the manifest can be used.
    #[must_use]
    pub fn warnings(&self) -> &Diagnostics {
        &self.warnings
    }

    /// The name of the application.
    #[must_use]
    pub fn name(&self) -> &str {
        match &self.document {
            Document::V1(application) => &application.name,
        }
    }

    /// The version of the application as it is written; `None` if it is not.
    #[must_use]
    pub fn version(&self) -> Option<&str> {
        match &self.document {
            Document::V1(application) => application.version.as_ref().map(|text| text.as_str()),
        }
    }
}
