//! The manifest as a bindle stores it: what the runtime needs, with digests for
//! modules and groups for files.

mod v1;
mod v2;

use bindle_core::Digest;
use bindle_core::document::Document as Parsed;
use bindle_core::text::Span;

use super::application::{ApplicationComponent, ApplicationTrigger};
use super::collected::Collected;
use crate::Era;
use crate::diagnose::{Diagnostics, Draft, Findings, Path, ProblemKind};
use crate::document::{Fields, Node};
use crate::era::Eras;
use crate::manifest::Document;
use crate::value::Table;
use crate::variable::Variable;
use std::collections::BTreeMap;

/// The media type of the parcel that holds the manifest.
pub(super) const MEDIA_TYPE: &str = "application/vnd.fermyon.spin+toml";

/// The group of the files of a component.
pub(super) fn group_of(component: &str) -> String {
    format!("files-{component}")
}

/// A stored manifest of either format.
pub(super) enum Stored {
    V1(v1::StoredManifest),
    V2(v2::StoredManifest),
}

/// What a stored manifest says, whichever its format.
pub(super) struct Contents {
    pub(super) trigger_settings: BTreeMap<String, Table>,
    pub(super) variables: BTreeMap<String, Variable>,
    /// The components, without their files, and the groups of these.
    pub(super) components: Vec<(ApplicationComponent, Option<String>)>,
    pub(super) triggers: Vec<ApplicationTrigger>,
}

impl Stored {
    /// What to store of an application.
    pub(super) fn new(collected: &Collected<'_>) -> Self {
        let components = collected.components().iter();
        let modules = components.map(|component| component.module().content().digest());
        let modules: Vec<_> = modules.collect();
        let manifest = collected.manifest();
        match (manifest.document(), manifest.era()) {
            // The earlier format has no room for what only today's Spin reads.
            (Document::V2(_), _) | (_, Era::Current) => {
                let digests = collected.digests();
                let normalised = collected.normalised();
                Self::V2(v2::StoredManifest::new(normalised, &modules, &digests))
            }
            (Document::V1(application), era) => {
                Self::V1(v1::StoredManifest::new(application, &modules, era))
            }
        }
    }

    pub(super) fn to_toml(&self) -> String {
        match self {
            Self::V1(stored) => stored.to_toml(),
            Self::V2(stored) => stored.to_toml(),
        }
    }

    pub(super) fn from_toml(text: &str) -> Result<Self, Diagnostics> {
        let mut findings = Findings::of(Eras::ALL);
        let (parsed, errors) = Parsed::parse_recoverable(text);
        for error in &errors {
            let span = error.span().unwrap_or_default();
            let kind = ProblemKind::Syntax;
            findings.report(Draft::error(kind, &Path::Root, span, error.message()));
        }
        let fields = Fields::of(parsed.root(), Span::from(0..0));
        let stored = match errors.as_slice() {
            [] => Self::read(&fields, &mut findings),
            _ => None,
        };
        let diagnostics = findings.into_diagnostics(text, Eras::ALL);
        match stored {
            Some(stored) if diagnostics.is_empty() => Ok(stored),
            _ => Err(diagnostics),
        }
    }

    fn read(fields: &Fields<'_>, findings: &mut Findings) -> Option<Self> {
        if fields.get("spin_manifest_version").is_some() {
            v2::StoredManifest::read(fields, findings).map(Self::V2)
        } else {
            v1::StoredManifest::read(fields, findings).map(Self::V1)
        }
    }

    pub(super) fn contents(&self) -> Contents {
        match self {
            Self::V1(stored) => stored.contents(),
            Self::V2(stored) => stored.contents(),
        }
    }
}

fn digest(node: &Node<'_>, findings: &mut Findings, path: &Path<'_>) -> Option<Digest> {
    let text = node.str(findings, path)?;
    let digest = text.parse::<Digest>().map_err(|error| {
        let kind = ProblemKind::InvalidDigest;
        findings.report(Draft::error(kind, path, node.span, error.to_string()));
    });
    digest.ok()
}
