//! Manifests of the second format: `spin_manifest_version = 2`.

use std::collections::{BTreeMap, BTreeSet};

use bindle_core::semver::Version;
use bindle_core::text::Span;

use super::dependencies::{self, Use};
use super::parts::{self, Labels};
use crate::component::{Component, Dependency, DependencyName, Profile, Target};
use crate::diagnose::{Draft, Findings, Path, ProblemKind, Severity};
use crate::document::{Fields, Node};
use crate::era::Eras;
use crate::hosts;
use crate::id::{KebabId, ParseIdentifierError};
use crate::value::{Located, Table};
use crate::variable::Variable;

/// A manifest of the second format, as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Application {
    /// What it says about the application as a whole.
    pub details: Details,
    /// The settings that come from outside.
    pub variables: BTreeMap<String, Variable>,
    /// What starts the components: the types of triggers, in the order of the
    /// text.
    pub triggers: Vec<TriggerGroup>,
    /// The components, in the order of the text.
    pub components: Vec<(Located<KebabId>, Component)>,
}

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

/// The triggers of one type.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TriggerGroup {
    /// The type, such as `http`.
    pub kind: String,
    /// The triggers.
    pub triggers: Vec<Trigger>,
}

/// What starts a component.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Trigger {
    /// The id; may be empty, to be given one later.
    pub id: Located<String>,
    /// The component that it starts.
    pub component: Option<ComponentRef>,
    /// Further components, by the part that they play.
    pub components: BTreeMap<String, Vec<ComponentRef>>,
    /// What the trigger itself needs, by the part that it plays.
    pub dependencies: BTreeMap<String, Vec<Dependency>>,
    /// The settings, which only the trigger knows.
    pub settings: Table,
}

/// A component that a trigger names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ComponentRef {
    /// A component of the table `component`.
    Id(KebabId),
    /// A component that is written in place.
    Inline(Box<Component>),
}

/// What the parts of a document may refer to, and the references whose check
/// has to wait until every component is read.
#[derive(Default)]
pub(super) struct Scope<'d> {
    components: BTreeSet<&'d str>,
    variables: BTreeSet<&'d str>,
    dependencies: Vec<DependencyRef>,
}

struct DependencyRef {
    component: KebabId,
    span: Span,
    path: String,
}

impl Scope<'_> {
    /// Reports a component that is not there; `id` is how it is referred to.
    pub(super) fn report_component(
        &self,
        id: &str,
        span: Span,
        findings: &mut Findings,
        path: &Path<'_>,
    ) -> Option<KebabId> {
        // An id that is wrong is reported where the component is.
        if self.components.contains(id) {
            return id.parse().ok();
        }
        match id.parse::<KebabId>() {
            Ok(parsed) => {
                let message = format!("there is no component `{id}`");
                let draft = Draft::error(ProblemKind::Unresolved, path, span, message);
                let near = findings.nearest(id, &self.components);
                let hint = match near {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("add [component.{id}]"),
                };
                findings.report(draft.hint(hint).stricter());
                Some(parsed)
            }
            Err(error) => {
                findings.report(invalid_id(&error, id, span, path));
                None
            }
        }
    }

    /// Remembers a dependency on a component of the application.
    pub(super) fn depend(&mut self, component: KebabId, span: Span, path: &Path<'_>) {
        self.dependencies.push(DependencyRef {
            component,
            span,
            path: path.to_string(),
        });
    }
}

fn invalid_id(error: &ParseIdentifierError, id: &str, span: Span, path: &Path<'_>) -> Draft {
    let draft = Draft::error(ProblemKind::InvalidId, path, span, error.to_string());
    match KebabId::nearest(id) {
        Some(nearest) => draft.hint(format!("did you mean `{nearest}`?")),
        None => draft,
    }
}

impl Application {
    /// Reads the document, without its version field.
    pub(crate) fn read(fields: &Fields<'_>, findings: &mut Findings) -> Option<Self> {
        let path = &Path::Root;
        let known = [
            "spin_manifest_version",
            // Reported where the version is read.
            "spin_version",
            "application",
            "variables",
            "trigger",
            "component",
        ];
        fields.deny_unknown(findings, path, &known.map(|key| (key, Eras::ALL)));
        let example = "[application]";
        let details = fields.required(findings, path, "application", example, Details::read);
        let variables = fields.optional(findings, path, "variables", parts::variables);
        let mut scope = Scope::default();
        for (key, names) in [
            ("component", &mut scope.components),
            ("variables", &mut scope.variables),
        ] {
            let Some(node) = fields.get(key) else {
                continue;
            };
            names.extend(node.keys().into_iter().flatten());
            // Those of the first format, which are reported as a whole.
            names.extend(node.each("id"));
        }
        let example = "[[trigger.http]]";
        let scope = &mut scope;
        let triggers = fields.required(
            findings,
            path,
            "trigger",
            example,
            |node, findings, path| read_triggers(node, findings, path, scope),
        );
        let components = fields.optional(findings, path, "component", |node, findings, path| {
            read_components(node, findings, path, scope)
        });
        let components = components.unwrap_or_default();
        report_resources(&components, scope, findings);
        Some(Self {
            details: details?,
            variables: variables.unwrap_or_default(),
            triggers: triggers?,
            components,
        })
    }
}

/// A component that others depend on is only a module to them: what else it
/// has would be lost.
fn report_resources(
    components: &[(Located<KebabId>, Component)],
    scope: &Scope<'_>,
    findings: &mut Findings,
) {
    if scope.dependencies.is_empty() {
        return;
    }
    let components = components.iter();
    let by_id: BTreeMap<&KebabId, _> = components.map(|entry| (&*entry.0, entry)).collect();
    for reference in &scope.dependencies {
        let Some((id, component)) = by_id.get(&reference.component) else {
            continue;
        };
        let resources = component.own_resources();
        if resources.is_empty() {
            continue;
        }
        let message = format!(
            "the component `{id}` can be no dependency, because it has its own {}",
            resources.join(", ")
        );
        let draft = Draft::error(
            ProblemKind::Conflict,
            &reference.path,
            reference.span,
            message,
        );
        let hint =
            "a dependency has only a module; it can inherit the configuration of its dependent";
        findings.report(draft.related(id.span(), "this component").hint(hint));
    }
}

impl Details {
    fn read(node: &Node<'_>, findings: &mut Findings, path: &Path<'_>) -> Option<Self> {
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

fn tables(
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

fn read_targets(node: &Node<'_>, findings: &mut Findings, path: &Path<'_>) -> Option<Vec<Target>> {
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

fn read_triggers(
    node: &Node<'_>,
    findings: &mut Findings,
    path: &Path<'_>,
    scope: &mut Scope<'_>,
) -> Option<Vec<TriggerGroup>> {
    if node.is_array() {
        let draft = node.wrong_type(path, "a table of triggers");
        findings.report(draft.hint("write [[trigger.http]] with the type of the trigger"));
        return None;
    }
    if node
        .field("type")
        .is_some_and(|kind| kind.as_str().is_some())
    {
        let message = "this is the one trigger of the first format";
        let draft = Draft::error(ProblemKind::WrongType, path, node.span, message);
        let hint = "write [[trigger.http]] with the `component` that it starts; \
                    what all have in common is in [application.trigger.http]";
        findings.report(draft.hint(hint));
        return None;
    }
    let mut ids: BTreeMap<String, Span> = BTreeMap::new();
    let mut groups = Vec::new();
    for (kind, node) in node.entries(findings, path)? {
        let path = path.key(&kind);
        if !node.is_array() {
            let draft = node.wrong_type(&path, "a list of triggers");
            let hint = format!("write [[trigger.{}]] with two brackets", *kind);
            findings.report(draft.hint(hint));
            continue;
        }
        let triggers = node.list(findings, &path, |node, findings, path| {
            let trigger = Trigger::read(&kind, node, findings, path, scope)?;
            if !trigger.id.is_empty() {
                report_trigger_id(&trigger.id, findings, path, &mut ids);
            }
            Some(trigger)
        });
        groups.push(TriggerGroup {
            kind: (*kind).to_owned(),
            triggers: triggers.unwrap_or_default(),
        });
    }
    Some(groups)
}

fn report_trigger_id(
    id: &Located<String>,
    findings: &mut Findings,
    path: &Path<'_>,
    ids: &mut BTreeMap<String, Span>,
) {
    if let Some(first) = ids.get(&**id) {
        let message = format!("the trigger id {:?} is used twice", **id);
        let path = path.key("id");
        let draft = Draft::error(ProblemKind::Duplicate, &path, id.span(), message);
        let draft = draft.related(*first, "first used here");
        findings.report(
            draft
                .hint("give each trigger an id of its own, or none")
                .stricter(),
        );
    } else {
        ids.insert((**id).clone(), id.span());
    }
}

/// Warns of a setting that is nearly one which the trigger has. All settings of
/// a trigger are its own business, but no trigger has two of nearly one name.
pub(super) fn report_near_settings(
    known: &[&str],
    fields: &Fields<'_>,
    findings: &mut Findings,
    path: &Path<'_>,
) {
    for name in fields.names() {
        if known.contains(&&**name) {
            continue;
        }
        let absent = known.iter().copied();
        let absent = absent.filter(|known| fields.get(known).is_none());
        if let Some(near) = bindle_core::text::nearest(&name, absent) {
            let draft = near_setting(&name, near, path, Severity::Warning);
            findings.report_in(Eras::CURRENT, draft);
        }
    }
}

/// That a setting of a trigger is nearly another.
pub(super) fn near_setting(
    name: &Located<&str>,
    near: &str,
    path: &Path<'_>,
    severity: Severity,
) -> Draft {
    let message = format!("the trigger has no setting `{}`", **name);
    let (kind, path, span) = (ProblemKind::UnknownField, path.key(name), name.span());
    let draft = match severity {
        Severity::Error => Draft::error(kind, &path, span, message),
        Severity::Warning => Draft::warning(kind, &path, span, message),
    };
    draft.hint(format!("did you mean `{near}`?"))
}

/// The settings of the triggers that are part of Spin.
fn known_settings(kind: &str) -> &'static [&'static str] {
    match kind {
        "http" => &[
            "id",
            "component",
            "components",
            "dependencies",
            "executor",
            "route",
            "static_response",
        ],
        "redis" => &[
            "id",
            "component",
            "components",
            "dependencies",
            "address",
            "channel",
            "executor",
        ],
        _ => &[],
    }
}

impl Trigger {
    fn read(
        kind: &str,
        node: &Node<'_>,
        findings: &mut Findings,
        path: &Path<'_>,
        scope: &mut Scope<'_>,
    ) -> Option<Self> {
        let fields = node.fields(findings, path)?;
        let id = fields.optional(findings, path, "id", parts::located);
        let component = fields.optional(findings, path, "component", |node, findings, path| {
            ComponentRef::read(node, findings, path, scope)
        });
        let components = fields.optional(findings, path, "components", |node, findings, path| {
            let mut roles = BTreeMap::new();
            for (role, node) in node.entries(findings, path)? {
                let path = path.key(&role);
                let refs = if node.is_array() {
                    node.list(findings, &path, |node, findings, path| {
                        ComponentRef::read(node, findings, path, scope)
                    })
                } else {
                    ComponentRef::read(&node, findings, &path, scope).map(|one| vec![one])
                };
                roles.insert((*role).to_owned(), refs.unwrap_or_default());
            }
            Some(roles)
        });
        let dependencies =
            fields.optional(findings, path, "dependencies", |node, findings, path| {
                let mut roles = BTreeMap::new();
                for (role, node) in node.entries(findings, path)? {
                    let list = node.list(findings, &path.key(&role), |node, findings, path| {
                        dependencies::dependency(node, findings, path, Use::Trigger, scope)
                    });
                    roles.insert((*role).to_owned(), list.unwrap_or_default());
                }
                Some(roles)
            });
        if let (Some(source), Some(_)) = (fields.key_span("source"), fields.get("component")) {
            let message = "the trigger names a component and has a `source`";
            let path = path.key("source");
            let draft = Draft::error(ProblemKind::Conflict, &path, source, message);
            let hint = "a source belongs to a component: write it there, or remove it";
            findings.report(draft.hint(hint).stricter());
        }
        report_near_settings(known_settings(kind), &fields, findings, path);
        let known = ["id", "component", "components", "dependencies"];
        let settings = fields.open_values(findings, path, &known);
        Some(Self {
            id: id.unwrap_or_else(|| Located::new(String::new(), node.span)),
            component,
            components: components.unwrap_or_default(),
            dependencies: dependencies.unwrap_or_default(),
            settings,
        })
    }
}

impl ComponentRef {
    fn read(
        node: &Node<'_>,
        findings: &mut Findings,
        path: &Path<'_>,
        scope: &mut Scope<'_>,
    ) -> Option<Self> {
        if let Some(id) = node.as_str() {
            return scope
                .report_component(id, node.span, findings, path)
                .map(Self::Id);
        }
        if !node.is_table() {
            let draft = node.wrong_type(path, "the id of a component, or a component");
            findings.report(draft.hint("write `component = \"hello\"`"));
            return None;
        }
        let fields = node.fields(findings, path)?;
        let component = read_component(&fields, findings, path, scope)?;
        Some(Self::Inline(Box::new(component)))
    }
}

fn read_components(
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
            findings.report(invalid_id(&error, &id, id.span(), &path));
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

fn read_component(
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
    let nowhere = || Located::new(crate::Source::Path(String::new()), fields.span);
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
        dependencies::dependencies(node, findings, path, scope)
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
                dependencies::dependencies(node, findings, path, scope)
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
