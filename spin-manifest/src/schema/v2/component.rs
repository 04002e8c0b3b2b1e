//! The components, with what they depend on and their profiles.

use std::collections::BTreeMap;

use super::dependencies::{self, Use};
use super::details::{read_targets, tables};
use super::scope::Scope;
use crate::component::{Component, Dependency, DependencyName, Profile, Source};
use crate::diagnose::{Draft, Findings, Path, ProblemKind};
use crate::document::{Fields, Node};
use crate::era::Eras;
use crate::hosts;
use crate::id::{self, KebabId};
use crate::schema::parts::{self, Labels};
use crate::value::Located;

pub(super) fn read_components(
    node: &Node<'_>,
    findings: &mut Findings,
    path: &Path<'_>,
    scope: &mut Scope<'_>,
) -> Option<Vec<(Located<KebabId>, Component)>> {
    if node.is_array() {
        let draft = node.wrong_type(path, "a table of components");
        let hint = "write [component.hello] with the id of the component; \
                    [[component]] belongs to spin_manifest_version = \"1\"";
        findings.report(draft.hint(hint));
        return None;
    }
    let mut components = Vec::new();
    for (id, node) in node.entries(findings, path)? {
        let path = path.key(&id);
        let parsed = id.parse::<KebabId>().map_err(|error| {
            findings.report(id::invalid(&error, KebabId::nearest(&id), id.span(), &path));
        });
        if !node.is_table() {
            let draft = node.wrong_type(&path, "a table");
            let hint = format!("write [component.{}] and `source = \"…\"`", *id);
            findings.report(draft.hint(hint));
            continue;
        }
        let Some(fields) = node.fields(findings, &path) else {
            continue;
        };
        let component = read_component(&fields, findings, &path, scope);
        if let (Ok(parsed), Some(component)) = (parsed, component) {
            components.push((Located::new(parsed, id.span()), component));
        }
    }
    Some(components)
}

pub(super) fn read_component(
    fields: &Fields<'_>,
    findings: &mut Findings,
    path: &Path<'_>,
    scope: &mut Scope<'_>,
) -> Option<Component> {
    let known = [
        "source",
        "description",
        "variables",
        "environment",
        "files",
        "exclude_files",
        "allowed_http_hosts",
        "allowed_outbound_hosts",
        "key_value_stores",
        "sqlite_databases",
        "ai_models",
        "targets",
        "build",
        "tool",
        "dependencies_inherit_configuration",
        "dependencies",
        "profile",
    ];
    fields.deny_unknown(findings, path, &known.map(|key| (key, Eras::ALL)));
    let example = "source = \"hello.wasm\"";
    let source = fields.required(findings, path, "source", example, parts::located_source);
    // Without a source the component is of no use, but all that is wrong with
    // it can still be told.
    let nowhere = || Located::new(Source::Path(String::new()), fields.span);
    let is_whole = source.is_some();
    let mut component = Component::new(source.unwrap_or_else(nowhere));
    component.ai_models = fields
        .optional(findings, path, "ai_models", Node::strings)
        .unwrap_or_default();
    let mut list = |key| fields.optional(findings, path, key, parts::located_strings);
    component.exclude_files = list("exclude_files").unwrap_or_default();
    component.allowed_http_hosts = list("allowed_http_hosts").unwrap_or_default();
    let outbound = fields.optional(
        findings,
        path,
        "allowed_outbound_hosts",
        |node, findings, path| parts::outbound_hosts(node, findings, path, &scope.variables),
    );
    component.allowed_outbound_hosts = outbound.unwrap_or_default();
    let mut labels = |key| {
        let labels = fields.optional(findings, path, key, |node, findings, path| {
            parts::labels(node, findings, path, Labels::Checked)
        });
        labels.unwrap_or_default()
    };
    component.key_value_stores = labels("key_value_stores");
    component.sqlite_databases = labels("sqlite_databases");
    component.description = fields
        .optional(findings, path, "description", Node::string)
        .unwrap_or_default();
    let variables = fields.optional(findings, path, "variables", |node, findings, path| {
        parts::settings(node, findings, path, &scope.variables)
    });
    component.variables = variables.unwrap_or_default();
    let environment = fields.optional(findings, path, "environment", Node::string_map);
    component.environment = environment.unwrap_or_default();
    component.files = fields
        .optional(findings, path, "files", parts::file_entries)
        .unwrap_or_default();
    component.targets = fields
        .optional(findings, path, "targets", read_targets)
        .into();
    component.build = fields.optional(findings, path, "build", parts::build);
    component.tool = fields
        .optional(findings, path, "tool", tables)
        .unwrap_or_default();
    report_http_hosts(&component, fields, findings, path);
    read_dependencies(&mut component, fields, findings, path, scope);
    let profiles = fields.optional(findings, path, "profile", |node, findings, path| {
        read_profiles(node, findings, path, scope)
    });
    component.profiles = profiles.unwrap_or_default();
    is_whole.then_some(component)
}

fn report_http_hosts(
    component: &Component,
    fields: &Fields<'_>,
    findings: &mut Findings,
    path: &Path<'_>,
) {
    let Some(span) = fields.key_span("allowed_http_hosts") else {
        return;
    };
    let path = path.key("allowed_http_hosts");
    let http = &component.allowed_http_hosts;
    hosts::report_http_hosts(http, hosts::Checked::Later, findings, &path);
    let message = "`allowed_http_hosts` is the earlier form of `allowed_outbound_hosts`";
    let draft = Draft::warning(ProblemKind::Deprecated, &path, span, message);
    let converted = hosts::converted(&component.allowed_http_hosts);
    let converted: Vec<_> = converted
        .iter()
        .map(|host| format!("{:?}", **host))
        .collect();
    findings.report(if converted.is_empty() {
        draft.hint("remove it")
    } else {
        draft.hint(format!(
            "write `allowed_outbound_hosts = [{}]`",
            converted.join(", ")
        ))
    });
}

fn read_dependencies(
    component: &mut Component,
    fields: &Fields<'_>,
    findings: &mut Findings,
    path: &Path<'_>,
    scope: &mut Scope<'_>,
) {
    const ALL: &str = "dependencies_inherit_configuration";
    component.dependencies_inherit_configuration = fields.optional(findings, path, ALL, Node::bool);
    let dependencies = fields.optional(findings, path, "dependencies", |node, findings, path| {
        dependencies::dependencies(node, findings, path, Use::Component, scope)
    });
    component.dependencies = dependencies.unwrap_or_default();
    let single = component
        .dependencies
        .values()
        .any(|dependency| dependency.inherit.is_some());
    if let (Some(span), true) = (fields.key_span(ALL), single) {
        let message = format!("`{ALL}` and `inherit_configuration` exclude each other");
        let path = path.key(ALL);
        let draft = Draft::error(ProblemKind::Conflict, &path, span, message);
        findings.report(draft.hint("say it for all dependencies, or for each"));
    }
}

fn read_profiles(
    node: &Node<'_>,
    findings: &mut Findings,
    path: &Path<'_>,
    scope: &mut Scope<'_>,
) -> Option<BTreeMap<String, Profile>> {
    let mut profiles = BTreeMap::new();
    for (name, node) in node.entries(findings, path)? {
        let path = &path.key(&name);
        if let Some(source) = node.as_str() {
            let draft = node.wrong_type(path, "a table");
            findings.report(draft.hint(format!("write `{{ source = {source:?} }}`")));
            continue;
        }
        let Some(fields) = node.fields(findings, path) else {
            continue;
        };
        let known = ["source", "environment", "dependencies", "build"];
        fields.deny_unknown(findings, path, &known.map(|key| (key, Eras::ALL)));
        let source = fields.optional(findings, path, "source", parts::located_source);
        let environment = fields.optional(findings, path, "environment", Node::string_map);
        let build = fields.optional(findings, path, "build", |node, findings, path| {
            if let Some(command) = node.as_str() {
                let draft = node.wrong_type(path, "a table");
                findings.report(draft.hint(format!("write `{{ command = {command:?} }}`")));
                return None;
            }
            let fields = node.fields(findings, path)?;
            fields.deny_unknown(findings, path, &[("command", Eras::ALL)]);
            let example = "command = \"make\"";
            fields.required(findings, path, "command", example, parts::commands)
        });
        let overrides: Option<BTreeMap<DependencyName, Dependency>> =
            fields.optional(findings, path, "dependencies", |node, findings, path| {
                dependencies::dependencies(node, findings, path, Use::Profile, scope)
            });
        let profile = Profile {
            source,
            environment: environment.unwrap_or_default(),
            dependencies: overrides.unwrap_or_default(),
            build,
        };
        profiles.insert((*name).to_owned(), profile);
    }
    Some(profiles)
}
