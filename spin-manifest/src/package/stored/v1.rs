//! The format of Spin 0.6 to 1.5.

use std::collections::BTreeMap;

use bindle_core::Digest;

use super::{Contents, digest, group_of};
use crate::Era;
use crate::diagnose::{Findings, Path};
use crate::document::{Fields, Node};
use crate::era::Eras;
use crate::hosts;
use crate::package::application::{ApplicationComponent, ApplicationTrigger};
use crate::package::pretty;
use crate::schema::v1;
use crate::value::{List, Settings, Table, Value};
use crate::variable::{Requirement, Secrecy, Variable};

/// The stored manifest of an application of the first format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StoredManifest {
    pub(crate) kind: String,
    pub(crate) settings: Table,
    pub(crate) variables: BTreeMap<String, Variable>,
    pub(crate) components: Vec<StoredComponent>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StoredComponent {
    pub(crate) source: Digest,
    pub(crate) id: String,
    pub(crate) description: Option<String>,
    /// The group of its files; `None` if it has no list of files.
    pub(crate) files: Option<String>,
    pub(crate) allowed_http_hosts: List<String>,
    pub(crate) key_value_stores: List<String>,
    pub(crate) sqlite_databases: List<String>,
    pub(crate) ai_models: List<String>,
    pub(crate) environment: Settings,
    pub(crate) trigger: Table,
    pub(crate) config: Settings,
}

impl StoredManifest {
    /// What to store of `application`, whose modules have the digests
    /// `modules`, one for each component.
    pub(crate) fn new(application: &v1::Application, modules: &[Digest], era: Era) -> Self {
        let kind = application.trigger.kind.as_str();
        let components = application.components.iter().zip(modules);
        let components = components.map(|(component, module)| {
            let since_1_5 = |list: &List<String>| match era {
                Era::Spin0_6 => List::Absent,
                _ => list.clone(),
            };
            StoredComponent {
                source: *module,
                id: (*component.id).clone(),
                description: component.description.clone(),
                files: component
                    .files
                    .is_written()
                    .then(|| group_of(&component.id)),
                allowed_http_hosts: plain(&component.allowed_http_hosts),
                key_value_stores: since_1_5(&component.key_value_stores),
                sqlite_databases: since_1_5(&component.sqlite_databases),
                ai_models: since_1_5(&component.ai_models),
                environment: component.environment.clone(),
                trigger: component_trigger(kind, &component.trigger),
                config: component.config.clone(),
            }
        });
        Self {
            kind: kind.to_owned(),
            settings: application_trigger(kind, &application.trigger.settings),
            variables: application.variables.clone(),
            components: components.collect(),
        }
    }

    pub(crate) fn to_toml(&self) -> String {
        let trigger = pretty::Fields::new()
            .str("type", &self.kind)
            .open(&self.settings);
        let mut document = pretty::Fields::new().table("trigger", trigger);
        if !self.variables.is_empty() {
            let variables = self.variables.iter();
            let variables = variables.fold(pretty::Fields::new(), |all, (name, variable)| {
                let mut fields = pretty::Fields::new().boolean("required", variable.is_required());
                if let Some(value) = variable.default_value() {
                    fields = fields.str("default", value);
                }
                all.table(name, fields.boolean("secret", variable.is_secret()))
            });
            document = document.table("variables", variables);
        }
        let components = self.components.iter().map(StoredComponent::fields);
        document.tables("component", components.collect()).to_toml()
    }
}

fn plain(list: &List<crate::Located<String>>) -> List<String> {
    match list {
        List::Absent => List::Absent,
        List::Written(items) => List::Written(items.iter().map(|item| (**item).clone()).collect()),
    }
}

/// The settings of an application's trigger that Spin knew, and so stored: the
/// others went lost.
fn application_trigger(kind: &str, settings: &Table) -> Table {
    match kind {
        "http" => only(settings, &["base"]),
        "redis" => only(settings, &["address"]),
        _ => settings.clone(),
    }
}

/// The same of a component's trigger, with what Spin filled in.
fn component_trigger(kind: &str, settings: &Table) -> Table {
    let mut settings = match kind {
        "http" => only(settings, &["route", "executor"]),
        "redis" => only(settings, &["channel", "executor"]),
        _ => return settings.clone(),
    };
    if let Some(Value::Table(executor)) = settings.get_mut("executor") {
        match executor.get("type").and_then(Value::as_str) {
            Some("spin") => executor.retain(|key, _| key == "type"),
            Some("wagi") => {
                let defaults = [("entrypoint", "_start"), ("argv", "${SCRIPT_NAME} ${ARGS}")];
                for (key, value) in defaults {
                    executor
                        .entry(key.to_owned())
                        .or_insert_with(|| value.into());
                }
            }
            _ => {}
        }
    }
    settings
}

fn only(settings: &Table, keys: &[&str]) -> Table {
    let known = settings
        .iter()
        .filter(|(key, _)| keys.contains(&key.as_str()));
    known
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}

impl StoredComponent {
    fn fields(&self) -> pretty::Fields<'_> {
        let mut fields = pretty::Fields::new()
            .digest("source", self.source)
            .str("id", &self.id);
        if let Some(description) = &self.description {
            fields = fields.str("description", description);
        }
        if let Some(files) = &self.files {
            fields = fields.str("files", files);
        }
        let lists = [
            ("allowedHttpHosts", &self.allowed_http_hosts),
            ("keyValueStores", &self.key_value_stores),
            ("sqliteDatabases", &self.sqlite_databases),
            ("aiModels", &self.ai_models),
        ];
        for (key, list) in lists {
            if list.is_written() {
                fields = fields.strings(key, list.iter().map(String::as_str));
            }
        }
        if self.environment.is_written() {
            let environment = pretty::Fields::new().map(self.environment.iter());
            fields = fields.table("environment", environment);
        }
        fields = fields.table("trigger", trigger_fields(&self.trigger));
        if self.config.is_written() {
            fields = fields.table("config", pretty::Fields::new().map(self.config.iter()));
        }
        fields
    }
}

/// The executor of Wagi has an order of its own.
fn trigger_fields(trigger: &Table) -> pretty::Fields<'_> {
    const WAGI: [&str; 3] = ["type", "entrypoint", "argv"];
    let open = || pretty::Fields::new().open(trigger);
    let Some(Value::Table(executor)) = trigger.get("executor") else {
        return open();
    };
    let is_wagi = executor.get("type").and_then(Value::as_str) == Some("wagi");
    let has_more = executor.keys().any(|key| !WAGI.contains(&key.as_str()))
        || trigger
            .values()
            .filter(|value| value.as_table().is_some())
            .count()
            > 1;
    if !is_wagi || has_more {
        return open();
    }
    let in_order = WAGI
        .iter()
        .filter_map(|key| Some((*key, executor.get(*key)?)));
    let executor = in_order.fold(pretty::Fields::new(), |all, (key, value)| {
        all.value(key, value)
    });
    let others = trigger.iter().filter(|(key, _)| *key != "executor");
    let others = others.fold(pretty::Fields::new(), |all, (key, value)| {
        all.value(key, value)
    });
    others.table("executor", executor)
}

impl StoredManifest {
    pub(super) fn contents(&self) -> Contents {
        let components = self.components.iter().map(|component| {
            let settings = |settings: &Settings| {
                settings
                    .iter()
                    .map(|(key, value)| (key.to_owned(), value.to_owned()))
                    .collect()
            };
            let hosts = component.allowed_http_hosts.as_slice();
            let databases = hosts::DATABASES.map(ToOwned::to_owned).into_iter();
            let contents = ApplicationComponent {
                id: component.id.clone(),
                description: component.description.clone().unwrap_or_default(),
                module: component.source,
                files: BTreeMap::new(),
                environment: settings(&component.environment),
                settings: settings(&component.config),
                allowed_outbound_hosts: databases.chain(hosts::converted_texts(hosts)).collect(),
                key_value_stores: component.key_value_stores.as_slice().to_vec(),
                sqlite_databases: component.sqlite_databases.as_slice().to_vec(),
                ai_models: component.ai_models.as_slice().to_vec(),
                dependencies: BTreeMap::new(),
            };
            (contents, component.files.clone())
        });
        let triggers = self.components.iter().map(|component| ApplicationTrigger {
            kind: self.kind.clone(),
            id: format!("trigger-{}", component.id),
            component: Some(component.id.clone()),
            components: BTreeMap::new(),
            dependencies: BTreeMap::new(),
            settings: component.trigger.clone(),
        });
        Contents {
            trigger_settings: BTreeMap::from([(self.kind.clone(), self.settings.clone())]),
            variables: self.variables.clone(),
            components: components.collect(),
            triggers: triggers.collect(),
        }
    }

    pub(super) fn read(fields: &Fields<'_>, findings: &mut Findings) -> Option<Self> {
        let path = &Path::Root;
        let known = ["trigger", "variables", "component"].map(|key| (key, Eras::ALL));
        fields.deny_unknown(findings, path, &known);
        let example = "trigger = { type = 'http', base = '/' }";
        let trigger = fields.required(findings, path, "trigger", example, Node::table);
        let kind = match trigger.as_ref().map(|trigger| trigger.get("type")) {
            Some(Some(Value::String(kind))) => Some(kind.clone()),
            Some(_) => {
                findings.report(fields.missing(&path.key("trigger"), "type", "type = 'http'"));
                None
            }
            None => None,
        };
        let variables = fields.optional(findings, path, "variables", read_variables);
        let components = fields.required(
            findings,
            path,
            "component",
            "[[component]]",
            |node, findings, path| node.list(findings, path, StoredComponent::read),
        );
        let mut settings = trigger?;
        settings.remove("type");
        Some(Self {
            kind: kind?,
            settings,
            variables: variables.unwrap_or_default(),
            components: components?,
        })
    }
}

impl StoredComponent {
    fn read(node: &Node<'_>, findings: &mut Findings, path: &Path<'_>) -> Option<Self> {
        let fields = node.fields(findings, path)?;
        let known = [
            "source",
            "id",
            "description",
            "files",
            "allowedHttpHosts",
            "keyValueStores",
            "sqliteDatabases",
            "aiModels",
            "environment",
            "trigger",
            "config",
        ];
        fields.deny_unknown(findings, path, &known.map(|key| (key, Eras::ALL)));
        let source = fields.required(findings, path, "source", "source = '…'", digest);
        let id = fields.required(findings, path, "id", "id = '…'", Node::string);
        let trigger = fields.required(findings, path, "trigger", "trigger = {}", Node::table);
        let mut list = |key| List::from(fields.optional(findings, path, key, Node::strings));
        let allowed_http_hosts = list("allowedHttpHosts");
        let key_value_stores = list("keyValueStores");
        let sqlite_databases = list("sqliteDatabases");
        let ai_models = list("aiModels");
        let mut map = |key| Settings::from(fields.optional(findings, path, key, Node::string_map));
        let environment = map("environment");
        let config = map("config");
        Some(Self {
            source: source?,
            id: id?,
            description: fields.optional(findings, path, "description", Node::string),
            files: fields.optional(findings, path, "files", Node::string),
            allowed_http_hosts,
            key_value_stores,
            sqlite_databases,
            ai_models,
            environment,
            trigger: trigger?,
            config,
        })
    }
}

fn read_variables(
    node: &Node<'_>,
    findings: &mut Findings,
    path: &Path<'_>,
) -> Option<BTreeMap<String, Variable>> {
    let mut variables = BTreeMap::new();
    for (name, node) in node.entries(findings, path)? {
        let path = &path.key(&name);
        let Some(fields) = node.fields(findings, path) else {
            continue;
        };
        let known = ["required", "default", "secret"].map(|key| (key, Eras::ALL));
        fields.deny_unknown(findings, path, &known);
        let required = fields.optional(findings, path, "required", Node::bool);
        let secret = fields.optional(findings, path, "secret", Node::bool);
        let default = fields.optional(findings, path, "default", Node::string);
        let variable = Variable {
            description: String::new(),
            requirement: Requirement::new(required == Some(true), default),
            secrecy: Secrecy::new(secret == Some(true)),
        };
        variables.insert((*name).to_owned(), variable);
    }
    Some(variables)
}
