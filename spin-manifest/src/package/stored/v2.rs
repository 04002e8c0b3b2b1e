//! The format of Spin 2.0 and later, which never wrote one of its own: the
//! normalised manifest with the digest of a module for its source, and the name
//! of a group for its files.
//!
//! ```toml
//! spin_manifest_version = 2
//!
//! [application]
//! name = 'hello'
//! version = '0.1.0'
//!
//! [[trigger.http]]
//! id = 'hello-http-trigger'
//! component = 'hello'
//! route = '/...'
//!
//! [component.hello]
//! source = 'b94d…'
//! files = 'files-hello'
//! ```

use std::collections::BTreeMap;

use bindle_core::Digest;

use super::{Contents, digest, group_of};
use crate::component::{Dependency, DependencyName, Inherit};
use crate::diagnose::{Findings, Path};
use crate::document::{Fields, Node};
use crate::era::Eras;
use crate::normalise::Normalised;
use crate::package::application::{
    ApplicationComponent, ApplicationDependency, ApplicationTrigger,
};
use crate::package::content::ContentSource;
use crate::package::pretty;
use crate::package::sources;
use crate::schema::v2::read_inherit;
use crate::value::Table;
use crate::variable::{Requirement, Secrecy, Variable};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StoredManifest {
    name: String,
    version: String,
    trigger_settings: BTreeMap<String, Table>,
    variables: BTreeMap<String, Variable>,
    triggers: Vec<ApplicationTrigger>,
    components: Vec<(ApplicationComponent, Option<String>)>,
}

impl StoredManifest {
    pub(super) fn new(
        normalised: &Normalised,
        modules: &[Digest],
        digests: &BTreeMap<&ContentSource, Digest>,
    ) -> Self {
        let stored = |name: Option<&DependencyName>, dependency: &Dependency| {
            Some(ApplicationDependency {
                module: *digests.get(&sources::of_dependency(name, dependency).ok()?)?,
                export: dependency.export.clone(),
                inherit: dependency
                    .inherit
                    .clone()
                    .filter(|inherit| *inherit != Inherit::Nothing),
            })
        };
        let components = normalised.components().zip(modules);
        let components = components.map(|((id, component), module)| {
            let hosts = component.outbound_hosts().into_iter();
            let dependencies = component
                .dependencies
                .iter()
                .filter_map(|(name, dependency)| {
                    Some((name.to_string(), stored(Some(name), dependency)?))
                });
            let contents = ApplicationComponent {
                id: id.to_string(),
                description: component.description.clone(),
                module: *module,
                files: BTreeMap::new(),
                environment: component.environment.clone(),
                settings: component.variables.clone(),
                allowed_outbound_hosts: hosts.map(crate::Located::into_value).collect(),
                key_value_stores: component.key_value_stores.clone(),
                sqlite_databases: component.sqlite_databases.clone(),
                ai_models: component.ai_models.clone(),
                dependencies: dependencies.collect(),
            };
            let group = (!component.files.is_empty()).then(|| group_of(id.as_str()));
            (contents, group)
        });
        let triggers = normalised.triggers().map(|trigger| {
            let components = trigger.components().iter().map(|(role, ids)| {
                let ids = ids.iter().map(ToString::to_string);
                (role.clone(), ids.collect())
            });
            let dependencies = trigger.dependencies().iter().map(|(role, dependencies)| {
                let dependencies = dependencies.iter();
                let dependencies = dependencies.filter_map(|dependency| stored(None, dependency));
                (role.clone(), dependencies.collect::<Vec<_>>())
            });
            // A list of tables that is empty has no text.
            let dependencies = dependencies.filter(|(_, dependencies)| !dependencies.is_empty());
            ApplicationTrigger {
                kind: trigger.kind().to_owned(),
                id: trigger.id().to_owned(),
                component: trigger.component().map(ToString::to_string),
                components: components.collect(),
                dependencies: dependencies.collect(),
                settings: trigger.settings().clone(),
            }
        });
        let details = normalised.details();
        Self {
            name: (*details.name).clone(),
            version: (*details.version).clone(),
            trigger_settings: details.trigger_settings.clone(),
            variables: normalised.variables().clone(),
            triggers: triggers.collect(),
            components: components.collect(),
        }
    }

    pub(super) fn contents(&self) -> Contents {
        Contents {
            trigger_settings: self.trigger_settings.clone(),
            variables: self.variables.clone(),
            components: self.components.clone(),
            triggers: self.triggers.clone(),
        }
    }

    pub(super) fn to_toml(&self) -> String {
        use pretty::Fields;

        let mut application = Fields::new()
            .str("name", &self.name)
            .str("version", &self.version);
        if !self.trigger_settings.is_empty() {
            let settings = self.trigger_settings.iter();
            let settings = settings.fold(Fields::new(), |all, (kind, settings)| {
                all.table(kind, Fields::new().open(settings))
            });
            application = application.table("trigger", settings);
        }
        let mut document = Fields::new()
            .integer("spin_manifest_version", 2)
            .table("application", application);
        if !self.variables.is_empty() {
            let variables = self.variables.iter();
            let variables = variables.fold(Fields::new(), |all, (name, variable)| {
                all.table(name, variable_fields(variable))
            });
            document = document.table("variables", variables);
        }
        let mut groups: Vec<(&str, Vec<Fields<'_>>)> = Vec::new();
        for trigger in &self.triggers {
            let fields = trigger_fields(trigger);
            // Those of one type follow one another.
            match groups.last_mut() {
                Some((kind, group)) if *kind == trigger.kind => group.push(fields),
                _ => groups.push((&trigger.kind, vec![fields])),
            }
        }
        let triggers = groups.into_iter();
        let triggers = triggers.fold(Fields::new(), |all, (kind, group)| all.tables(kind, group));
        let components = self.components.iter();
        let components = components.fold(Fields::new(), |all, (component, group)| {
            all.table(&component.id, component_fields(component, group.as_deref()))
        });
        document
            .table("trigger", triggers)
            .table("component", components)
            .to_toml()
    }
}

fn variable_fields(variable: &Variable) -> pretty::Fields<'_> {
    let mut fields = pretty::Fields::new();
    if !variable.description.is_empty() {
        fields = fields.str("description", &variable.description);
    }
    if variable.is_required() {
        fields = fields.boolean("required", true);
    }
    if let Some(value) = variable.default_value() {
        fields = fields.str("default", value);
    }
    if variable.is_secret() {
        fields = fields.boolean("secret", true);
    }
    fields
}

fn trigger_fields(trigger: &ApplicationTrigger) -> pretty::Fields<'_> {
    let mut fields = pretty::Fields::new().str("id", &trigger.id);
    if let Some(component) = &trigger.component {
        fields = fields.str("component", component);
    }
    fields = fields.open(&trigger.settings);
    if !trigger.components.is_empty() {
        let components = trigger.components.iter();
        let components = components.fold(pretty::Fields::new(), |all, (role, ids)| {
            all.strings(role, ids.iter().map(String::as_str))
        });
        fields = fields.table("components", components);
    }
    if !trigger.dependencies.is_empty() {
        let dependencies = trigger.dependencies.iter();
        let dependencies = dependencies.fold(pretty::Fields::new(), |all, (role, list)| {
            all.tables(role, list.iter().map(dependency_fields).collect())
        });
        fields = fields.table("dependencies", dependencies);
    }
    fields
}

fn component_fields<'c>(
    component: &'c ApplicationComponent,
    group: Option<&'c str>,
) -> pretty::Fields<'c> {
    let mut fields = pretty::Fields::new().digest("source", component.module);
    if !component.description.is_empty() {
        fields = fields.str("description", &component.description);
    }
    if let Some(group) = group {
        fields = fields.str("files", group);
    }
    let lists = [
        ("allowed_outbound_hosts", &component.allowed_outbound_hosts),
        ("key_value_stores", &component.key_value_stores),
        ("sqlite_databases", &component.sqlite_databases),
        ("ai_models", &component.ai_models),
    ];
    for (key, list) in lists {
        if !list.is_empty() {
            fields = fields.strings(key, list.iter().map(String::as_str));
        }
    }
    for (key, map) in [
        ("variables", &component.settings),
        ("environment", &component.environment),
    ] {
        if !map.is_empty() {
            let entries = map
                .iter()
                .map(|(key, value)| (key.as_str(), value.as_str()));
            fields = fields.table(key, pretty::Fields::new().map(entries));
        }
    }
    if !component.dependencies.is_empty() {
        let dependencies = component.dependencies.iter();
        let dependencies = dependencies.fold(pretty::Fields::new(), |all, (name, dependency)| {
            all.table(name, dependency_fields(dependency))
        });
        fields = fields.table("dependencies", dependencies);
    }
    fields
}

fn dependency_fields(dependency: &ApplicationDependency) -> pretty::Fields<'_> {
    let mut fields = pretty::Fields::new().digest("source", dependency.module);
    if let Some(export) = &dependency.export {
        fields = fields.str("export", export);
    }
    match &dependency.inherit {
        None => fields,
        Some(Inherit::All) => fields.boolean("inherit_configuration", true),
        Some(Inherit::Nothing) => fields.boolean("inherit_configuration", false),
        Some(Inherit::Fields(names)) => {
            fields.strings("inherit_configuration", names.iter().map(String::as_str))
        }
    }
}

impl StoredManifest {
    pub(super) fn read(fields: &Fields<'_>, findings: &mut Findings) -> Option<Self> {
        let path = &Path::Root;
        let known = [
            "spin_manifest_version",
            "application",
            "variables",
            "trigger",
            "component",
        ];
        fields.deny_unknown(findings, path, &known.map(|key| (key, Eras::ALL)));
        let application =
            fields.required(findings, path, "application", "[application]", read_details);
        let variables = fields.optional(findings, path, "variables", read_variables);
        let triggers = fields.required(findings, path, "trigger", "[trigger]", read_triggers);
        let components = fields.optional(findings, path, "component", read_components);
        let (name, version, trigger_settings) = application?;
        Some(Self {
            name,
            version,
            trigger_settings,
            variables: variables.unwrap_or_default(),
            triggers: triggers?,
            components: components.unwrap_or_default(),
        })
    }
}

type Details = (String, String, BTreeMap<String, Table>);

fn read_details(node: &Node<'_>, findings: &mut Findings, path: &Path<'_>) -> Option<Details> {
    let fields = node.fields(findings, path)?;
    fields.deny_unknown(
        findings,
        path,
        &["name", "version", "trigger"].map(|key| (key, Eras::ALL)),
    );
    let name = fields.required(findings, path, "name", "name = '…'", Node::string);
    let version = fields.required(findings, path, "version", "version = '…'", Node::string);
    let settings = fields.optional(findings, path, "trigger", |node, findings, path| {
        let entries = node.entries(findings, path)?.into_iter();
        let entries = entries.filter_map(|(kind, node)| {
            let settings = node.table(findings, &path.key(&kind))?;
            Some(((*kind).to_owned(), settings))
        });
        Some(entries.collect())
    });
    Some((name?, version?, settings.unwrap_or_default()))
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
        let known = ["description", "required", "default", "secret"];
        fields.deny_unknown(findings, path, &known.map(|key| (key, Eras::ALL)));
        let description = fields.optional(findings, path, "description", Node::string);
        let required = fields.optional(findings, path, "required", Node::bool);
        let default = fields.optional(findings, path, "default", Node::string);
        let secret = fields.optional(findings, path, "secret", Node::bool);
        let variable = Variable {
            description: description.unwrap_or_default(),
            requirement: Requirement::new(required == Some(true), default),
            secrecy: Secrecy::new(secret == Some(true)),
        };
        variables.insert((*name).to_owned(), variable);
    }
    Some(variables)
}

fn read_triggers(
    node: &Node<'_>,
    findings: &mut Findings,
    path: &Path<'_>,
) -> Option<Vec<ApplicationTrigger>> {
    let mut triggers = Vec::new();
    for (kind, node) in node.entries(findings, path)? {
        let list = node.list(findings, &path.key(&kind), |node, findings, path| {
            read_trigger(&kind, node, findings, path)
        });
        triggers.extend(list?);
    }
    Some(triggers)
}

fn read_trigger(
    kind: &str,
    node: &Node<'_>,
    findings: &mut Findings,
    path: &Path<'_>,
) -> Option<ApplicationTrigger> {
    let fields = node.fields(findings, path)?;
    let id = fields.required(findings, path, "id", "id = '…'", Node::string);
    let component = fields.optional(findings, path, "component", Node::string);
    let components = fields.optional(findings, path, "components", |node, findings, path| {
        let entries = node.entries(findings, path)?.into_iter();
        let entries = entries.filter_map(|(role, node)| {
            let ids = node.strings(findings, &path.key(&role))?;
            Some(((*role).to_owned(), ids))
        });
        Some(entries.collect())
    });
    let dependencies = fields.optional(findings, path, "dependencies", |node, findings, path| {
        let entries = node.entries(findings, path)?.into_iter();
        let entries = entries.filter_map(|(role, node)| {
            let list = node.list(findings, &path.key(&role), read_dependency)?;
            Some(((*role).to_owned(), list))
        });
        Some(entries.collect())
    });
    let mut settings = node.table(findings, path)?;
    for key in ["id", "component", "components", "dependencies"] {
        settings.remove(key);
    }
    Some(ApplicationTrigger {
        kind: kind.to_owned(),
        id: id?,
        component,
        components: components.unwrap_or_default(),
        dependencies: dependencies.unwrap_or_default(),
        settings,
    })
}

fn read_components(
    node: &Node<'_>,
    findings: &mut Findings,
    path: &Path<'_>,
) -> Option<Vec<(ApplicationComponent, Option<String>)>> {
    let entries = node.entries(findings, path)?.into_iter();
    let entries =
        entries.filter_map(|(id, node)| read_component(&id, &node, findings, &path.key(&id)));
    Some(entries.collect())
}

fn read_component(
    id: &str,
    node: &Node<'_>,
    findings: &mut Findings,
    path: &Path<'_>,
) -> Option<(ApplicationComponent, Option<String>)> {
    let fields = node.fields(findings, path)?;
    let known = [
        "source",
        "description",
        "files",
        "allowed_outbound_hosts",
        "key_value_stores",
        "sqlite_databases",
        "ai_models",
        "variables",
        "environment",
        "dependencies",
    ];
    fields.deny_unknown(findings, path, &known.map(|key| (key, Eras::ALL)));
    let module = fields.required(findings, path, "source", "source = '…'", digest);
    let description = fields.optional(findings, path, "description", Node::string);
    let group = fields.optional(findings, path, "files", Node::string);
    let mut list = |key| {
        fields
            .optional(findings, path, key, Node::strings)
            .unwrap_or_default()
    };
    let allowed_outbound_hosts = list("allowed_outbound_hosts");
    let key_value_stores = list("key_value_stores");
    let sqlite_databases = list("sqlite_databases");
    let ai_models = list("ai_models");
    let mut map = |key| {
        fields
            .optional(findings, path, key, Node::string_map)
            .unwrap_or_default()
    };
    let settings = map("variables");
    let environment = map("environment");
    let dependencies = fields.optional(findings, path, "dependencies", |node, findings, path| {
        let entries = node.entries(findings, path)?.into_iter();
        let entries = entries.filter_map(|(name, node)| {
            let dependency = read_dependency(&node, findings, &path.key(&name))?;
            Some(((*name).to_owned(), dependency))
        });
        Some(entries.collect())
    });
    let component = ApplicationComponent {
        id: id.to_owned(),
        description: description.unwrap_or_default(),
        module: module?,
        files: BTreeMap::new(),
        environment,
        settings,
        allowed_outbound_hosts,
        key_value_stores,
        sqlite_databases,
        ai_models,
        dependencies: dependencies.unwrap_or_default(),
    };
    Some((component, group))
}

fn read_dependency(
    node: &Node<'_>,
    findings: &mut Findings,
    path: &Path<'_>,
) -> Option<ApplicationDependency> {
    let fields = node.fields(findings, path)?;
    let known = ["source", "export", "inherit_configuration"];
    fields.deny_unknown(findings, path, &known.map(|key| (key, Eras::ALL)));
    let module = fields.required(findings, path, "source", "source = '…'", digest);
    let inherit = fields.optional(findings, path, "inherit_configuration", read_inherit);
    Some(ApplicationDependency {
        module: module?,
        export: fields.optional(findings, path, "export", Node::string),
        inherit,
    })
}
