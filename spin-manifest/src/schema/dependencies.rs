//! The dependencies of components and triggers.

use std::collections::BTreeMap;

use bindle_core::semver::VersionReq;
use bindle_core::text::Span;

use super::common::{Fields, Findings, Node};
use super::parts;
use super::v2::Scope;
use crate::dependency::{Dependency, DependencyName, DependencySource, Inherit};
use crate::diagnose::{Draft, Path, ProblemKind};
use crate::era::Eras;

/// What has the dependency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    /// A component, whose imports have names.
    Component,
    /// A trigger, which knows only packages by name.
    Trigger,
}

pub(super) fn dependencies(
    node: &Node<'_>,
    findings: &mut Findings,
    path: &Path<'_>,
    scope: &mut Scope<'_>,
) -> Option<BTreeMap<DependencyName, Dependency>> {
    let mut dependencies = BTreeMap::new();
    let mut spans: Vec<(DependencyName, Span)> = Vec::new();
    for (key, node) in node.entries(findings, path)? {
        let path = &path.key(&key);
        let name = match key.parse::<DependencyName>() {
            Ok(name) => Some(name),
            Err(error) => {
                let kind = ProblemKind::InvalidId;
                findings.report(Draft::error(kind, path, key.span(), error.to_string()));
                None
            }
        };
        let found = dependency(&node, findings, path, Use::Component, scope);
        let Some(name) = name else {
            continue;
        };
        report_conflict(&name, key.span(), &spans, findings, path);
        spans.push((name.clone(), key.span()));
        if let Some(dependency) = found {
            report_form(&name, &dependency, &node, findings, path);
            dependencies.insert(name, dependency);
        }
    }
    Some(dependencies)
}

/// Reports the first dependency before this one that could mean the same
/// import.
fn report_conflict(
    name: &DependencyName,
    span: Span,
    spans: &[(DependencyName, Span)],
    findings: &mut Findings,
    path: &Path<'_>,
) {
    let DependencyName::Package(package) = name else {
        return;
    };
    let other = spans.iter().find(|(other, _)| match other {
        DependencyName::Package(other) => package.conflicts_with(other),
        DependencyName::Plain(_) => false,
    });
    if let Some((other, other_span)) = other {
        let message = format!("the dependencies `{other}` and `{name}` could mean one import");
        let draft = Draft::error(ProblemKind::Conflict, path, span, message);
        let hint = "keep one, or name other interfaces or incompatible versions";
        let draft = draft.related(*other_span, "the other one").hint(hint);
        findings.report(draft.stricter());
    }
}

/// Reports what this name can not be satisfied by.
fn report_form(
    name: &DependencyName,
    dependency: &Dependency,
    node: &Node<'_>,
    findings: &mut Findings,
    path: &Path<'_>,
) {
    let has_no_package = matches!(
        dependency.source,
        DependencySource::Version(_) | DependencySource::Package { package: None, .. }
    );
    if has_no_package && matches!(name, DependencyName::Plain(_)) {
        let message = format!("the dependency `{name}` needs the name of a package");
        let draft = Draft::error(ProblemKind::MissingField, path, node.span, message);
        let hint = "write `{ package = \"example:package\", version = \"1.0.0\" }`";
        findings.report(draft.hint(hint).stricter());
    }
    let is_package = matches!(name, DependencyName::Package(name) if name.interface().is_none());
    if is_package && dependency.export.is_some() {
        let message = format!(
            "the dependency `{name}` is a whole package, for which no single export can stand"
        );
        let draft = Draft::error(ProblemKind::Conflict, path, node.span, message);
        let hint = "remove `export`, or name an interface of the package";
        findings.report(draft.hint(hint).stricter());
    }
}

/// Reads one dependency: a version, or a table.
pub(super) fn dependency(
    node: &Node<'_>,
    findings: &mut Findings,
    path: &Path<'_>,
    user: Use,
    scope: &mut Scope<'_>,
) -> Option<Dependency> {
    if let (Some(version), Use::Component) = (node.as_str(), user) {
        report_requirement(version, node.span, findings, path);
        return Some(Dependency {
            source: DependencySource::Version(version.to_owned()),
            export: None,
            inherit: None,
        });
    }
    if !node.is_table() {
        let expected = match user {
            Use::Component => "a version or a table",
            Use::Trigger => "a table",
        };
        let draft = node.wrong_type(path, expected);
        findings.report(draft.hint("write `{ path = \"dependency.wasm\" }`"));
        return None;
    }
    let fields = node.fields(findings, path)?;
    let source = source(&fields, node, findings, path, user, scope);
    let export = fields.optional(findings, path, "export", Node::string);
    let inherit = fields.optional(findings, path, "inherit_configuration", inherit);
    Some(Dependency {
        source: source?,
        export,
        inherit,
    })
}

fn source(
    fields: &Fields<'_>,
    node: &Node<'_>,
    findings: &mut Findings,
    path: &Path<'_>,
    user: Use,
    scope: &mut Scope<'_>,
) -> Option<DependencySource> {
    const FORMS: [&[&str]; 4] = [
        &["version", "registry", "package"],
        &["path"],
        &["url", "digest"],
        &["component"],
    ];
    let is_present = |keys: &&[&str]| keys.iter().any(|key| fields.get(key).is_some());
    let present: Vec<_> = FORMS.iter().copied().filter(is_present).collect();
    let shared: &[&str] = match user {
        Use::Component => &["export", "inherit_configuration"],
        Use::Trigger => &["inherit_configuration"],
    };
    let [form] = present[..] else {
        let all = FORMS.concat();
        let known: Vec<_> = all
            .iter()
            .chain(shared)
            .map(|key| (*key, Eras::ALL))
            .collect();
        fields.deny_unknown(findings, path, &known);
        let (kind, message, hint) = if present.is_empty() {
            let message = "the dependency names nothing that satisfies it";
            let hint = "write `version`, `path`, `url` and `digest`, or `component`";
            (ProblemKind::MissingField, message, hint)
        } else {
            let message = "the dependency is named in more than one way";
            let hint = "keep `version`, `path`, `url` and `digest`, or `component`";
            (ProblemKind::Conflict, message, hint)
        };
        // A misspelt field is reason enough.
        if present.len() > 1 || !fields.has_unknown(&known) {
            findings.report(Draft::error(kind, path, node.span, message).hint(hint));
        }
        return None;
    };
    let known: Vec<_> = form
        .iter()
        .chain(shared)
        .map(|key| (*key, Eras::ALL))
        .collect();
    fields.deny_unknown(findings, path, &known);
    match form[0] {
        "version" => {
            let example = "version = \"1.0.0\"";
            let version = fields.required(
                findings,
                path,
                "version",
                example,
                |node, findings, path| {
                    let version = node.string(findings, path)?;
                    report_requirement(&version, node.span, findings, path);
                    Some(version)
                },
            );
            let registry = fields.optional(findings, path, "registry", Node::string);
            let package = match user {
                Use::Component => fields.optional(findings, path, "package", Node::string),
                Use::Trigger => {
                    let example = "package = \"example:package\"";
                    Some(fields.required(findings, path, "package", example, Node::string)?)
                }
            };
            Some(DependencySource::Package {
                version: version?,
                registry,
                package,
            })
        }
        "path" => fields
            .optional(findings, path, "path", Node::string)
            .map(DependencySource::Path),
        "component" => {
            let node = fields.get("component")?;
            let path = path.key("component");
            let id = node.str(findings, &path)?;
            let id = scope.report_component(id, node.span, findings, &path)?;
            scope.depend(id.clone(), node.span, &path);
            Some(DependencySource::Component(id))
        }
        _ => parts::url_source(fields, findings, path).map(DependencySource::Url),
    }
}

fn inherit(node: &Node<'_>, findings: &mut Findings, path: &Path<'_>) -> Option<Inherit> {
    if node.is_array() {
        return node.strings(findings, path).map(Inherit::Fields);
    }
    Some(match node.bool(findings, path)? {
        true => Inherit::All,
        false => Inherit::Nothing,
    })
}

/// Spin itself looks at a requirement only when it fetches the package.
fn report_requirement(text: &str, span: Span, findings: &mut Findings, path: &Path<'_>) {
    if let Err(error) = VersionReq::parse(text) {
        let message = format!("{text:?} is no requirement of versions: {error}");
        let draft = Draft::error(ProblemKind::InvalidVersion, path, span, message);
        findings.report(
            draft
                .hint("write one such as `1.2.3`, `^1.2` or `>=1.0, <3`")
                .stricter(),
        );
    }
}
