//! Ids for triggers that have none, and components out of triggers.

use std::collections::{BTreeMap, BTreeSet};

use super::{ComponentId, Normalised, NormalisedTrigger};
use crate::component::Component;
use crate::id::KebabId;
use crate::schema::v2::{Application, ComponentRef, Trigger};

pub(super) fn normalised(application: &Application) -> Normalised {
    let ids = trigger_ids(application);
    let mut ids = ids.into_iter();
    let components = application.components.iter();
    let components =
        components.map(|(id, component)| (ComponentId::new(id.as_str()), component.clone()));
    let mut components = Components::new(components.collect());
    let groups = application.triggers.iter().map(|group| {
        let triggers = group.triggers.iter().zip(ids.by_ref());
        let triggers = triggers.map(|(trigger, id)| components.lift(&group.kind, id, trigger));
        (group.kind.clone(), triggers.collect())
    });
    let groups = groups.collect();
    let details = application.details.clone();
    let variables = application.variables.clone();
    Normalised::from_parts(details, variables, groups, components.list)
}

/// The ids of all triggers, in order: those that are written, and
/// `COMPONENT-TYPE-trigger` or `TYPE-triggerNUMBER` where none is.
fn trigger_ids(application: &Application) -> Vec<String> {
    let triggers = application
        .triggers
        .iter()
        .flat_map(|group| &group.triggers);
    let mut taken: BTreeSet<String> = triggers.map(|trigger| (*trigger.id).clone()).collect();
    let mut ids = Vec::new();
    for group in &application.triggers {
        let mut number = 1;
        for trigger in &group.triggers {
            if !trigger.id.is_empty() {
                ids.push((*trigger.id).clone());
                continue;
            }
            let natural = match &trigger.component {
                Some(ComponentRef::Id(id)) => Some(format!("{id}-{}-trigger", group.kind)),
                _ => None,
            };
            let id = match natural {
                Some(id) if !taken.contains(&id) => id,
                _ => loop {
                    let id = format!("{}-trigger{number}", group.kind);
                    if !taken.contains(&id) {
                        break id;
                    }
                    number += 1;
                },
            };
            taken.insert(id.clone());
            ids.push(id);
        }
    }
    ids
}

/// The components, to which those of triggers are added.
struct Components {
    list: Vec<(ComponentId, Component)>,
    taken: BTreeSet<ComponentId>,
    /// All `inline-componentNUMBER` before this one are taken.
    number: u64,
}

impl Components {
    fn new(list: Vec<(ComponentId, Component)>) -> Self {
        let taken = list.iter().map(|(id, _)| id.clone());
        Self {
            taken: taken.collect(),
            list,
            number: 1,
        }
    }

    /// Puts ids in the place of the components of a trigger.
    fn lift(&mut self, kind: &str, id: String, trigger: &Trigger) -> NormalisedTrigger {
        let others: usize = trigger.components.values().map(Vec::len).sum();
        let is_single = others + usize::from(trigger.component.is_some()) == 1;
        let mut lift = |reference: &ComponentRef| match reference {
            ComponentRef::Id(id) => ComponentId::new(id.as_str()),
            ComponentRef::Inline(component) => {
                let id = self.free_id(&id, is_single);
                self.taken.insert(id.clone());
                self.list.push((id.clone(), (**component).clone()));
                id
            }
        };
        let component = trigger.component.as_ref().map(&mut lift);
        let mut components = BTreeMap::new();
        for (role, references) in &trigger.components {
            components.insert(role.clone(), references.iter().map(&mut lift).collect());
        }
        NormalisedTrigger {
            kind: kind.to_owned(),
            id,
            component,
            components,
            dependencies: trigger.dependencies.clone(),
            settings: trigger.settings.clone(),
        }
    }

    /// `TRIGGER-component` for the only component of a trigger, if that can be
    /// and is free, else `inline-componentNUMBER`.
    fn free_id(&mut self, trigger: &str, is_single: bool) -> ComponentId {
        let natural = format!("{trigger}-component");
        if is_single && natural.parse::<KebabId>().is_ok() {
            let natural = ComponentId::new(natural);
            if !self.taken.contains(&natural) {
                return natural;
            }
        }
        loop {
            let id = ComponentId::new(format!("inline-component{}", self.number));
            if !self.taken.contains(&id) {
                return id;
            }
            self.number += 1;
        }
    }
}
