//! Manifests of the first format: `spin_version = "1"` of Spin 0.1 to 0.9 and
//! `spin_manifest_version = "1"` of Spin 0.10 to 1.5.

use std::collections::{BTreeMap, BTreeSet};

use bindle_core::text::Span;

use super::parts::{self, Labels};
use super::trigger_settings;
use crate::component::{Build, FileEntry, Source};
use crate::diagnose::{Draft, Findings, Path, ProblemKind};
use crate::document::{Fields, Node};
use crate::era::Eras;
use crate::hosts;
use crate::id::{self, KebabId};
use crate::value::{List, Located, Settings, Table, Value};
use crate::variable::Variable;

/// A manifest of the first format, as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Application {
    /// The name of the application.
    pub name: Located<String>,
    /// The version, if there is one; Spin does not look at it before it
    /// packages.
    pub version: Option<Located<String>>,
    /// What the application is for.
    pub description: Option<String>,
    /// Who wrote it.
    pub authors: List<String>,
    /// A group of applications, which no version of Spin used.
    pub namespace: Option<String>,
    /// What starts the components.
    pub trigger: Trigger,
    /// The settings that come from outside.
    pub variables: BTreeMap<String, Variable>,
    /// The components, in the order of the text.
    pub components: Vec<Component>,
}

/// What starts the components of an application: one trigger for all.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Trigger {
    /// The type, such as `http`.
    pub kind: String,
    /// The settings other than `type`.
    pub settings: Table,
}

/// A component.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Component {
    /// The id, which may be any text up to Spin 1.5.
    pub id: Located<String>,
    /// The module.
    pub source: Located<Source>,
    /// What the component is for.
    pub description: Option<String>,
    /// The files that it sees.
    pub files: List<Located<FileEntry>>,
    /// Patterns of the files that it does not see.
    pub exclude_files: Vec<Located<String>>,
    /// The hosts to which it may send HTTP requests.
    pub allowed_http_hosts: List<Located<String>>,
    /// The hosts to which it may connect; since Spin 2.0.
    pub allowed_outbound_hosts: List<Located<String>>,
    /// The key-value stores that it may open; since Spin 0.9.
    pub key_value_stores: List<String>,
    /// The databases that it may open; since Spin 1.3.
    pub sqlite_databases: List<String>,
    /// The models that it may use; since Spin 1.5.
    pub ai_models: List<String>,
    /// Its environment variables.
    pub environment: Settings,
    /// Its own settings, which may refer to variables of the application.
    pub config: Settings,
    /// How it is built.
    pub build: Option<Build>,
    /// Which events of the application's trigger start it.
    pub trigger: Table,
}

const COMPONENT_EXAMPLE: &str = "\
add a component, such as
    [[component]]
    id = \"hello\"
    source = \"hello.wasm\"
    [component.trigger]
    route = \"/...\"";

impl Application {
    /// Reads the document, without its version field; `None` if there is
    /// something wrong with it in every era.
    pub(crate) fn read(fields: &Fields<'_>, findings: &mut Findings) -> Option<Self> {
        let path = &Path::Root;
        fields.deny_unknown(
            findings,
            path,
            &[
                ("spin_manifest_version", Eras::ALL),
                ("spin_version", Eras::ALL),
                ("name", Eras::ALL),
                ("version", Eras::ALL),
                ("description", Eras::ALL),
                ("authors", Eras::ALL),
                ("namespace", Eras::BINDLE),
                ("trigger", Eras::ALL),
                ("variables", Eras::ALL),
                ("component", Eras::ALL),
            ],
        );
        let name = fields.required(findings, path, "name", "name = \"my-app\"", parts::name);
        let version = fields.optional(findings, path, "version", parts::located);
        if fields.get("version").is_none() {
            let draft = fields.missing(path, "version", "version = \"0.1.0\"");
            findings.report_in(Eras::BINDLE, draft);
        }
        let description = fields.optional(findings, path, "description", Node::string);
        let authors = fields.optional(findings, path, "authors", Node::strings);
        let namespace = fields.optional(findings, path, "namespace", Node::string);
        let example = "trigger = { type = \"http\", base = \"/\" }";
        let trigger = fields.required(findings, path, "trigger", example, Trigger::read);
        let variables = fields.optional(findings, path, "variables", parts::variables);
        let names = fields.get("variables").and_then(|node| node.keys());
        let names = names.into_iter().flatten().collect();
        let kind = trigger.as_ref().map(|trigger| trigger.kind.as_str());
        let components = fields.optional(findings, path, "component", |node, findings, path| {
            read_components(kind, &names, node, findings, path)
        });
        if fields.get("component").is_none_or(|node| node.is_empty()) {
            report_no_component(fields, findings);
        }
        Some(Self {
            name: name?,
            version,
            description,
            authors: authors.into(),
            namespace,
            trigger: trigger?,
            variables: variables.unwrap_or_default(),
            components: components.unwrap_or_default(),
        })
    }
}

fn report_no_component(fields: &Fields<'_>, findings: &mut Findings) {
    let span = fields.key_span("component").unwrap_or(fields.span);
    let message = "the application has no component";
    let kind = ProblemKind::MissingComponents;
    let path = &Path::Root.key("component");
    // Spin 2.0 and later read this as an application that does nothing.
    let draft = Draft::warning(kind, path, span, message).hint(COMPONENT_EXAMPLE);
    findings.report_in(Eras::CURRENT, draft.clone());
    findings.report_in(Eras::BINDLE, draft.into_error());
}

impl Trigger {
    fn read(node: &Node<'_>, findings: &mut Findings, path: &Path<'_>) -> Option<Self> {
        let fields = node.fields(findings, path)?;
        let example = "type = \"http\"";
        let kind = fields.required(findings, path, "type", example, Node::string)?;
        let settings = fields.open_values(findings, path, &["type"]);
        let (setting, example) = match kind.as_str() {
            "http" => ("base", "base = \"/\""),
            "redis" => ("address", "address = \"redis://localhost:6379\""),
            _ => {
                let message = format!("Spin 0.6 knows no trigger of type {kind:?}");
                let span = fields.get("type").map_or(node.span, |node| node.span);
                let path = path.key("type");
                let draft = Draft::error(ProblemKind::Unsupported, &path, span, message);
                let draft = draft.nearest(&kind, ["http", "redis"]);
                findings.report_in(Eras::SPIN_0_6, draft);
                return Some(Self { kind, settings });
            }
        };
        // Up to Spin 1.5 these two types were closed, but for fields that
        // nobody had written down.
        match settings.get(setting) {
            None => {
                findings.report_in(Eras::BINDLE, fields.missing(path, setting, example));
            }
            Some(Value::String(_)) => {}
            Some(_) => {
                if let Some(node) = fields.get(setting) {
                    let draft = node.wrong_type(&path.key(setting), "a string");
                    findings.report_in(Eras::BINDLE, draft);
                }
            }
        }
        Some(Self { kind, settings })
    }
}

fn read_components(
    kind: Option<&str>,
    variables: &BTreeSet<&str>,
    node: &Node<'_>,
    findings: &mut Findings,
    path: &Path<'_>,
) -> Option<Vec<Component>> {
    if node.is_table() {
        let draft = node.wrong_type(path, "a list of components");
        findings.report(draft.hint("write [[component]] with two brackets"));
        return None;
    }
    let mut ids: BTreeMap<String, (String, Span)> = BTreeMap::new();
    node.list(findings, path, |node, findings, path| {
        let fields = node.fields(findings, path)?;
        if let Some(id) = fields.get("id") {
            if let Some(text) = id.as_str() {
                report_component_id(text, id.span, findings, path, &mut ids);
            }
        }
        Component::read(kind, variables, &fields, findings, path)
    })
}

/// Reports an id that Spin 2.0 and later cannot turn into one of theirs, and
/// one that is there already.
fn report_component_id(
    id: &str,
    span: Span,
    findings: &mut Findings,
    path: &Path<'_>,
    ids: &mut BTreeMap<String, (String, Span)>,
) {
    let path = path.key("id");
    let converted = match id::from_v1(id) {
        Ok(converted) => converted.to_string(),
        Err(error) => {
            let draft = id::invalid(&error, KebabId::nearest(id), span, &path);
            findings.report_in(Eras::CURRENT, draft);
            id.to_owned()
        }
    };
    let Some((first, first_span)) = ids.get(&converted) else {
        ids.insert(converted, (id.to_owned(), span));
        return;
    };
    if first == id {
        let message = format!("the component id {id:?} is used twice");
        let draft = Draft::error(ProblemKind::Duplicate, &path, span, message);
        let draft = draft.related(*first_span, "first used here");
        findings.report(
            draft
                .hint("give each component an id of its own")
                .stricter(),
        );
    } else {
        let message = format!(
            "the component ids {first:?} and {id:?} are both {converted:?} to Spin 2.0 and later"
        );
        let draft = Draft::warning(ProblemKind::Duplicate, &path, span, message);
        let draft = draft.related(*first_span, "the other one");
        findings.report_in(Eras::BINDLE, draft.clone());
        findings.report_in(Eras::CURRENT, draft.into_error().stricter());
    }
}

impl Component {
    fn read(
        kind: Option<&str>,
        variables: &BTreeSet<&str>,
        fields: &Fields<'_>,
        findings: &mut Findings,
        path: &Path<'_>,
    ) -> Option<Self> {
        let since_1_5 = Eras::SPIN_1_5 | Eras::CURRENT;
        fields.deny_unknown(
            findings,
            path,
            &[
                ("id", Eras::ALL),
                ("source", Eras::ALL),
                ("description", Eras::ALL),
                ("files", Eras::ALL),
                ("exclude_files", Eras::ALL),
                ("allowed_http_hosts", Eras::ALL),
                ("allowed_outbound_hosts", Eras::CURRENT),
                ("key_value_stores", since_1_5),
                ("sqlite_databases", since_1_5),
                ("ai_models", since_1_5),
                ("environment", Eras::ALL),
                ("config", Eras::ALL),
                ("build", Eras::ALL),
                ("trigger", Eras::ALL),
            ],
        );
        let id = fields.required(findings, path, "id", "id = \"hello\"", parts::located);
        let example = "source = \"hello.wasm\"";
        let source = fields.required(findings, path, "source", example, parts::located_source);
        let description = fields.optional(findings, path, "description", Node::string);
        let files = fields.optional(findings, path, "files", parts::file_entries);
        let exclude_files =
            fields.optional(findings, path, "exclude_files", parts::located_strings);
        let http_hosts =
            fields.optional(findings, path, "allowed_http_hosts", parts::located_strings);
        if let Some(list) = &http_hosts {
            let path = path.key("allowed_http_hosts");
            hosts::report_http_hosts(list, hosts::Checked::AtOnce, findings, &path);
        }
        let outbound = fields.optional(
            findings,
            path,
            "allowed_outbound_hosts",
            |node, findings, path| parts::outbound_hosts(node, findings, path, variables),
        );
        let mut labels = |key, labels| {
            fields.optional(findings, path, key, |node, findings, path| {
                parts::labels(node, findings, path, labels)
            })
        };
        let stores = labels("key_value_stores", Labels::OpenStores);
        let databases = labels("sqlite_databases", Labels::Open);
        let models = fields.optional(findings, path, "ai_models", Node::strings);
        let environment = fields.optional(findings, path, "environment", Node::string_map);
        let config = fields.optional(findings, path, "config", |node, findings, path| {
            parts::settings(node, findings, path, variables)
        });
        let build = fields.optional(findings, path, "build", parts::build);
        let example = match kind {
            Some("redis") => "[component.trigger] channel = \"messages\"",
            _ => "[component.trigger] route = \"/...\"",
        };
        let trigger = fields.required(
            findings,
            path,
            "trigger",
            example,
            |node, findings, path| {
                report_trigger(kind, node, findings, path);
                node.table(findings, path)
            },
        );
        Some(Self {
            id: id?,
            source: source?,
            description,
            files: files.into(),
            exclude_files: exclude_files.unwrap_or_default(),
            allowed_http_hosts: http_hosts.into(),
            allowed_outbound_hosts: outbound.into(),
            key_value_stores: stores.into(),
            sqlite_databases: databases.into(),
            ai_models: models.into(),
            environment: environment.into(),
            config: config.into(),
            build,
            trigger: trigger?,
        })
    }
}

/// Up to Spin 1.5 the settings of `http` and `redis` were checked by the
/// manifest; later they are open, and the trigger itself checks them.
fn report_trigger(
    kind: Option<&str>,
    node: &Node<'_>,
    findings: &mut Findings,
    path: &Path<'_>,
) -> Option<()> {
    if !node.is_table() {
        return None;
    }
    let fields = node.fields(findings, path)?;
    let mut found = Findings::of(findings.asked(Eras::BINDLE));
    match kind? {
        "http" => {
            let example = "route = \"/...\"";
            require_setting("route", example, &fields, &mut found, path);
            fields.optional(&mut found, path, "executor", |node, found, path| {
                read_executor(&["spin", "wagi"], node, found, path)
            });
        }
        "redis" => {
            let example = "channel = \"messages\"";
            require_setting("channel", example, &fields, &mut found, path);
            fields.optional(&mut found, path, "executor", |node, found, path| {
                read_executor(&["spin"], node, found, path)
            });
        }
        _ => {}
    }
    findings.take(found);
    let known: &[&str] = match kind? {
        "http" => &["executor", "route"],
        "redis" => &["channel", "executor"],
        _ => &[],
    };
    trigger_settings::report_near_settings(known, &fields, findings, path);
    for name in NAMES_OF_V2 {
        if let Some(span) = fields.key_span(name) {
            let message = format!("the second format has no room for a setting `{name}`");
            let path = path.key(name);
            let draft = Draft::warning(ProblemKind::Unsupported, &path, span, message);
            findings.report_in(Eras::CURRENT, draft.hint("give it another name"));
        }
    }
    Some(())
}

/// What are settings of a trigger in the first format, and in the second parts
/// of the trigger that have a meaning of their own. Spin itself drops settings
/// called `id` and `component`.
pub(crate) const NAMES_OF_V2: [&str; 2] = ["components", "dependencies"];

/// Reports the setting `key` missing, or what was most likely meant to be it.
fn require_setting(
    key: &str,
    example: &str,
    fields: &Fields<'_>,
    found: &mut Findings,
    path: &Path<'_>,
) {
    if fields.get(key).is_some() {
        fields.optional(found, path, key, Node::str);
        return;
    }
    let mut names = fields.names();
    let near = names.find(|name| bindle_core::text::nearest(name, [key]).is_some());
    found.report(match near {
        Some(name) => trigger_settings::near_setting(&name, key, path).into_error(),
        None => fields.missing(path, key, example),
    });
}

/// Reads an executor, which is one of `known`.
fn read_executor(
    known: &[&str],
    node: &Node<'_>,
    findings: &mut Findings,
    path: &Path<'_>,
) -> Option<()> {
    let fields = node.fields(findings, path)?;
    let example = "type = \"spin\"";
    let kind = fields.required(findings, path, "type", example, Node::str)?;
    match kind {
        kind if !known.contains(&kind) => {
            let message = format!("unknown executor {kind:?}");
            let path = path.key("type");
            let span = fields.get("type").map_or(node.span, |node| node.span);
            let draft = Draft::error(ProblemKind::InvalidValue, &path, span, message);
            findings.report(draft.nearest(kind, known.iter().copied()));
        }
        // Spin overlooks what else there is, and does not store it.
        "spin" => {
            for name in fields.names().filter(|name| **name != "type") {
                let message = format!("unknown field `{}`", *name);
                let (kind, path) = (ProblemKind::UnknownField, path.key(&name));
                let draft = Draft::error(kind, &path, name.span(), message);
                findings.report(draft.hint("remove it").stricter());
            }
        }
        _ => {
            let known = ["type", "entrypoint", "argv"].map(|key| (key, Eras::ALL));
            fields.deny_unknown(findings, path, &known);
            fields.optional(findings, path, "entrypoint", Node::str);
            fields.optional(findings, path, "argv", Node::str);
        }
    }
    Some(())
}
