//! The normal form as text.

use super::toml_text::{Document, Inline};
use super::{Normalised, NormalisedTrigger};
use crate::component::{
    Component, Dependency, DependencySource, FileEntry, Inherit, Profile, Source, Target,
};
use crate::variable::Variable;
use crate::{Build, Commands};

pub(super) fn to_toml(normalised: &Normalised) -> String {
    let mut document = Document::default();
    document.field("spin_manifest_version", "2");
    let details = &normalised.details;
    document.header("[application]");
    document.field("name", &Inline::string(&details.name));
    if !details.version.is_empty() {
        document.field("version", &Inline::string(&details.version));
    }
    if !details.description.is_empty() {
        document.field("description", &Inline::string(&details.description));
    }
    document.strings("authors", details.authors.iter().map(String::as_str));
    document.list("targets", details.targets.iter().map(target));
    for (kind, settings) in &details.trigger_settings {
        document.table(&["application", "trigger", kind], settings);
    }
    for (tool, settings) in &details.tool {
        document.table(&["application", "tool", tool], settings);
    }
    if !normalised.variables.is_empty() {
        document.header("[variables]");
        for (name, value) in &normalised.variables {
            document.field(name, &variable(value));
        }
    }
    for (kind, triggers) in &normalised.groups {
        for one in triggers {
            trigger(&mut document, kind, one);
        }
    }
    // The table is required, and a type without triggers is still there.
    let groups = normalised.groups.iter();
    let (empty, others): (Vec<_>, Vec<_>) = groups.partition(|(_, triggers)| triggers.is_empty());
    if others.is_empty() || !empty.is_empty() {
        document.header("[trigger]");
        for (kind, _) in empty {
            document.field(kind, "[]");
        }
    }
    for (id, one) in &normalised.components {
        component(&mut document, id.as_str(), one);
    }
    document.finish()
}

fn trigger(document: &mut Document, kind: &str, trigger: &NormalisedTrigger) {
    document.array_header(&["trigger", kind]);
    document.field("id", &Inline::string(&trigger.id));
    if let Some(component) = &trigger.component {
        document.field("component", &Inline::string(component.as_str()));
    }
    for (key, value) in &trigger.settings {
        document.field(key, &Inline::value(value));
    }
    if !trigger.components.is_empty() {
        let roles = trigger.components.iter().map(|(role, ids)| {
            let ids = ids.iter().map(|id| Inline::string(id.as_str()));
            (role.as_str(), Inline::list(ids))
        });
        document.field("components", &Inline::table(roles));
    }
    if !trigger.dependencies.is_empty() {
        let roles = trigger.dependencies.iter().map(|(role, dependencies)| {
            let dependencies = dependencies.iter().map(dependency);
            (role.as_str(), Inline::list(dependencies))
        });
        document.field("dependencies", &Inline::table(roles));
    }
}

fn component(document: &mut Document, id: &str, component: &Component) {
    document.table_header(&["component", id]);
    document.field("source", &source(&component.source));
    if !component.description.is_empty() {
        document.field("description", &Inline::string(&component.description));
    }
    document.list(
        "files",
        component.files.iter().map(|entry| file_entry(entry)),
    );
    for (key, list) in [
        ("exclude_files", &component.exclude_files),
        ("allowed_http_hosts", &component.allowed_http_hosts),
        ("allowed_outbound_hosts", &component.allowed_outbound_hosts),
    ] {
        document.strings(key, list.iter().map(|text| text.as_str()));
    }
    for (key, list) in [
        ("key_value_stores", &component.key_value_stores),
        ("sqlite_databases", &component.sqlite_databases),
        ("ai_models", &component.ai_models),
    ] {
        document.strings(key, list.iter().map(String::as_str));
    }
    if component.targets.is_written() {
        let targets = component.targets.iter().map(target);
        document.field("targets", &Inline::list(targets));
    }
    if let Some(inherit) = component.dependencies_inherit_configuration {
        document.field("dependencies_inherit_configuration", &inherit.to_string());
    }
    for (key, map) in [
        ("variables", &component.variables),
        ("environment", &component.environment),
    ] {
        if !map.is_empty() {
            document.table_header(&["component", id, key]);
            for (name, value) in map {
                document.field(name, &Inline::string(value));
            }
        }
    }
    if let Some(one) = &component.build {
        document.table_header(&["component", id, "build"]);
        build(document, one);
    }
    for (tool, settings) in &component.tool {
        document.table(&["component", id, "tool", tool], settings);
    }
    if !component.dependencies.is_empty() {
        document.table_header(&["component", id, "dependencies"]);
        for (name, one) in &component.dependencies {
            document.field(&name.to_string(), &dependency(one));
        }
    }
    for (name, one) in &component.profiles {
        document.table_header(&["component", id, "profile", name]);
        profile(document, one);
    }
}

fn profile(document: &mut Document, profile: &Profile) {
    if let Some(one) = &profile.source {
        document.field("source", &source(one));
    }
    if !profile.environment.is_empty() {
        let environment = profile.environment.iter();
        let environment = environment.map(|(key, value)| (key.as_str(), Inline::string(value)));
        document.field("environment", &Inline::table(environment));
    }
    if !profile.dependencies.is_empty() {
        let dependencies = profile.dependencies.iter();
        let dependencies: Vec<_> = dependencies
            .map(|(name, one)| (name.to_string(), dependency(one)))
            .collect();
        let dependencies = dependencies.iter();
        let dependencies = dependencies.map(|(name, one)| (name.as_str(), one.clone()));
        document.field("dependencies", &Inline::table(dependencies));
    }
    if let Some(one) = &profile.build {
        document.field("build", &Inline::table([("command", commands(one))]));
    }
}

fn build(document: &mut Document, build: &Build) {
    document.field("command", &commands(&build.command));
    if let Some(workdir) = &build.workdir {
        document.field("workdir", &Inline::string(workdir));
    }
    document.strings("watch", build.watch.iter().map(String::as_str));
}

fn commands(commands: &Commands) -> String {
    match commands {
        Commands::Sequence(all) => Inline::list(all.iter().map(|one| Inline::string(one))),
        Commands::Single(one) => Inline::string(one),
    }
}

fn variable(variable: &Variable) -> String {
    let mut fields = Vec::new();
    if !variable.description.is_empty() {
        fields.push(("description", Inline::string(&variable.description)));
    }
    if variable.is_required() {
        fields.push(("required", "true".to_owned()));
    }
    if let Some(value) = variable.default_value() {
        fields.push(("default", Inline::string(value)));
    }
    if variable.is_secret() {
        fields.push(("secret", "true".to_owned()));
    }
    Inline::table(fields)
}

fn source(source: &Source) -> String {
    let fields: Vec<(&str, &str)> = match source {
        Source::Path(path) => return Inline::string(path),
        Source::Bindle { reference, parcel } => {
            vec![("reference", reference), ("parcel", parcel)]
        }
        Source::Url(source) => vec![("url", &source.url), ("digest", &source.digest)],
        Source::Registry(source) => {
            let registry = source.registry.iter();
            let registry = registry.map(|registry| ("registry", registry.as_str()));
            let package = [("package", &*source.package), ("version", &*source.version)];
            registry.chain(package).collect()
        }
    };
    let fields = fields.into_iter();
    Inline::table(fields.map(|(key, value)| (key, Inline::string(value))))
}

fn file_entry(entry: &FileEntry) -> String {
    match entry {
        FileEntry::Pattern(pattern) => Inline::string(pattern),
        FileEntry::Placement(placement) => Inline::table([
            ("source", Inline::string(&placement.source)),
            ("destination", Inline::string(&placement.destination)),
        ]),
    }
}

fn target(target: &Target) -> String {
    match target {
        Target::Catalogue(name) => Inline::string(name),
        Target::Path(path) => Inline::table([("path", Inline::string(path))]),
        Target::Url(url) => Inline::table([("url", Inline::string(url))]),
    }
}

fn dependency(dependency: &Dependency) -> String {
    let mut fields = match &dependency.source {
        DependencySource::Version(version) => return Inline::string(version),
        DependencySource::Component(id) => vec![("component", Inline::string(id.as_str()))],
        DependencySource::Package {
            version,
            registry,
            package,
        } => {
            let optional = [("registry", registry), ("package", package)];
            let optional = optional.into_iter().filter_map(|(key, value)| {
                let value = value.as_ref()?;
                Some((key, Inline::string(value)))
            });
            let version = ("version", Inline::string(version));
            std::iter::once(version).chain(optional).collect()
        }
        DependencySource::Path(path) => vec![("path", Inline::string(path))],
        DependencySource::Url(source) => vec![
            ("url", Inline::string(&source.url)),
            ("digest", Inline::string(&source.digest)),
        ],
    };
    if let Some(export) = &dependency.export {
        fields.push(("export", Inline::string(export)));
    }
    if let Some(inherit) = &dependency.inherit {
        let text = match inherit {
            Inherit::All => "true".to_owned(),
            Inherit::Nothing => "false".to_owned(),
            Inherit::Fields(names) => Inline::list(names.iter().map(|name| Inline::string(name))),
        };
        fields.push(("inherit_configuration", text));
    }
    Inline::table(fields)
}
