//! From the first format to the second.

use std::collections::{BTreeMap, BTreeSet};

use super::{ComponentId, Normalised, NormalisedTrigger};
use crate::component::Component;
use crate::hosts;
use crate::id;
use crate::schema::v1;
use crate::schema::v2::Details;
use crate::value::{List, Located};

pub(super) fn normalised(application: &v1::Application) -> Normalised {
    let kind = &application.trigger.kind;
    let settings = application.trigger.settings.clone();
    let nowhere = application.name.span();
    let details = Details {
        name: application.name.clone(),
        version: application
            .version
            .clone()
            .unwrap_or_else(|| Located::new(String::new(), nowhere)),
        description: application.description.clone().unwrap_or_default(),
        authors: application.authors.as_slice().to_vec(),
        targets: Vec::new(),
        trigger_settings: BTreeMap::from([(kind.clone(), settings)]),
        tool: BTreeMap::new(),
    };
    let ids = ids_of_v1(application);
    let mut components: Vec<(ComponentId, Component)> = Vec::new();
    let mut places = BTreeMap::new();
    let mut triggers = Vec::new();
    for (v1, id) in application.components.iter().zip(ids) {
        let component = component(v1);
        // Of two components with one id, Spin has only the later one.
        let place = *places.entry(id.clone()).or_insert(components.len());
        match components.get_mut(place) {
            Some(earlier) => earlier.1 = component,
            None => components.push((id.clone(), component)),
        }
        let mut settings = v1.trigger.clone();
        for key in ["id", "component"] {
            settings.remove(key);
        }
        triggers.push(NormalisedTrigger {
            kind: kind.clone(),
            id: format!("trigger-{id}"),
            component: Some(id),
            components: BTreeMap::new(),
            dependencies: BTreeMap::new(),
            settings,
        });
    }
    let groups = match triggers.is_empty() {
        true => Vec::new(),
        false => vec![(kind.clone(), triggers)],
    };
    let variables = application.variables.clone();
    Normalised::from_parts(details, variables, groups, components)
}

/// The ids of the components. One that Spin 2.0 and later would not have, or
/// would have twice, stays as it is written.
pub(crate) fn ids_of_v1(application: &v1::Application) -> Vec<ComponentId> {
    let written = application.components.iter();
    let written: BTreeSet<_> = written.map(|component| component.id.as_str()).collect();
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    let mut ids = Vec::new();
    for component in &application.components {
        let id = component.id.as_str();
        let converted = id::from_v1(id).map_or_else(|_| id.to_owned(), |id| id.to_string());
        // One that has the text as it is written keeps it, wherever it stands.
        let is_written = converted != id && written.contains(converted.as_str());
        let is_taken = is_written || *seen.entry(converted.clone()).or_insert(id) != id;
        ids.push(ComponentId::new(if is_taken {
            id.to_owned()
        } else {
            converted
        }));
    }
    ids
}

fn component(v1: &v1::Component) -> Component {
    let mut component = Component::new(v1.source.clone());
    let map = |settings: &crate::Settings| {
        settings
            .iter()
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect()
    };
    component.description = v1.description.clone().unwrap_or_default();
    component.variables = map(&v1.config);
    component.environment = map(&v1.environment);
    component.files = v1.files.as_slice().to_vec();
    component.exclude_files.clone_from(&v1.exclude_files);
    component.allowed_outbound_hosts = outbound_hosts(v1);
    component.key_value_stores = v1.key_value_stores.as_slice().to_vec();
    component.sqlite_databases = v1.sqlite_databases.as_slice().to_vec();
    component.ai_models = v1.ai_models.as_slice().to_vec();
    component.build.clone_from(&v1.build);
    component
}

fn outbound_hosts(v1: &v1::Component) -> Vec<Located<String>> {
    let mut outbound = match &v1.allowed_outbound_hosts {
        List::Absent => hosts::DATABASES
            .map(|host| Located::new(host.to_owned(), v1.id.span()))
            .to_vec(),
        List::Written(hosts) => hosts.clone(),
    };
    outbound.extend(hosts::converted(v1.allowed_http_hosts.as_slice()));
    outbound
}
