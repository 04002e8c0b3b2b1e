//! What a manifest says about the application as a whole.

use std::collections::BTreeMap;

use bindle_core::semver::Version;

use crate::component::Target;
use crate::diagnose::{Draft, Findings, Path, ProblemKind};
use crate::document::Node;
use crate::era::Eras;
use crate::schema::parts;
use crate::value::{Located, Table};

/// The table `application`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Details {
    /// The name of the application.
    pub name: Located<String>,
    /// The version; may be empty.
    pub version: Located<String>,
    /// What the application is for; may be empty.
    pub description: String,
    /// Who wrote it.
    pub authors: Vec<String>,
    /// The environments that it has to run in.
    pub targets: Vec<Target>,
    /// Settings of triggers for the whole application, by type.
    pub trigger_settings: BTreeMap<String, Table>,
    /// Settings of tools, by tool.
    pub tool: BTreeMap<String, Table>,
}

impl Details {
    pub(super) fn read(node: &Node<'_>, findings: &mut Findings, path: &Path<'_>) -> Option<Self> {
        if !node.is_table() {
            let draft = node.wrong_type(path, "a table");
            findings.report(draft.hint("write [application] and `name = \"my-app\"`"));
            return None;
        }
        let fields = node.fields(findings, path)?;
        let known = [
            "name",
            "version",
            "description",
            "authors",
            "targets",
            "trigger",
            "tool",
        ];
        fields.deny_unknown(findings, path, &known.map(|key| (key, Eras::ALL)));
        let name = fields.required(findings, path, "name", "name = \"my-app\"", parts::name);
        let version = fields.optional(findings, path, "version", read_version);
        let description = fields.optional(findings, path, "description", Node::string);
        let authors = fields.optional(findings, path, "authors", Node::strings);
        let targets = fields.optional(findings, path, "targets", read_targets);
        let trigger_settings = fields.optional(findings, path, "trigger", tables);
        let tool = fields.optional(findings, path, "tool", tables);
        Some(Self {
            name: name?,
            version: version.unwrap_or_else(|| Located::new(String::new(), node.span)),
            description: description.unwrap_or_default(),
            authors: authors.unwrap_or_default(),
            targets: targets.unwrap_or_default(),
            trigger_settings: trigger_settings.unwrap_or_default(),
            tool: tool.unwrap_or_default(),
        })
    }
}

fn read_version(
    node: &Node<'_>,
    findings: &mut Findings,
    path: &Path<'_>,
) -> Option<Located<String>> {
    let version = parts::located(node, findings, path)?;
    if !version.is_empty() && Version::parse(&version).is_err() {
        let message = format!("{:?} is not a SemVer version", *version);
        let draft = Draft::warning(ProblemKind::InvalidVersion, path, node.span, message);
        findings.report(draft.hint("only applications with one such as `1.2.3` can be packaged"));
    }
    Some(version)
}

pub(super) fn tables(
    node: &Node<'_>,
    findings: &mut Findings,
    path: &Path<'_>,
) -> Option<BTreeMap<String, Table>> {
    let entries = node.entries(findings, path)?.into_iter();
    let tables = entries.filter_map(|(key, node)| {
        if !node.is_table() {
            let draft = node.wrong_type(&path.key(&key), "a table");
            findings.report(draft.hint(format!("write [{}.NAME] for it", path.header())));
            return None;
        }
        let table = node.table(findings, &path.key(&key))?;
        Some(((*key).to_owned(), table))
    });
    Some(tables.collect())
}

pub(super) fn read_targets(
    node: &Node<'_>,
    findings: &mut Findings,
    path: &Path<'_>,
) -> Option<Vec<Target>> {
    node.list(findings, path, |node, findings, path| {
        if let Some(name) = node.as_str() {
            return Some(Target::Catalogue(name.to_owned()));
        }
        if !node.is_table() {
            findings.report(node.wrong_type(path, "a name or a table"));
            return None;
        }
        let fields = node.fields(findings, path)?;
        let known = ["url", "path"].map(|key| (key, Eras::ALL));
        fields.deny_unknown(findings, path, &known);
        let url = fields.optional(findings, path, "url", Node::string);
        let file = fields.optional(findings, path, "path", Node::string);
        match (url, file) {
            (Some(url), None) => Some(Target::Url(url)),
            (None, Some(path)) => Some(Target::Path(path)),
            (Some(_), Some(_)) => {
                let message = "the target is named in two ways";
                let draft = Draft::error(ProblemKind::Conflict, path, node.span, message);
                findings.report(draft.hint("keep `url` or `path`"));
                None
            }
            (None, None) => {
                let is_empty = fields.get("url").is_none() && fields.get("path").is_none();
                // A misspelt field is reason enough.
                if is_empty && !fields.has_unknown(&known) {
                    findings.report(fields.missing(path, "url", "url = \"https://…\""));
                }
                None
            }
        }
    })
}
