//! Dependencies: whose configuration they inherit, and modules for components.

use std::collections::BTreeMap;

use super::{NormaliseError, Normalised};
use crate::component::{Dependency, DependencySource, Inherit};

pub(super) fn resolve(normalised: &mut Normalised) -> Result<(), NormaliseError> {
    let components = normalised.components.iter().map(|(id, component)| {
        let source = (*component.source).clone();
        (id.clone(), (source, component.own_resources()))
    });
    let components: BTreeMap<_, _> = components.collect();
    let module = |dependency: &mut Dependency, dependent: &dyn Fn() -> String| {
        let DependencySource::Component(id) = &dependency.source else {
            return Ok(());
        };
        let Some((source, resources)) = components.get(id.as_str()) else {
            return Err(NormaliseError::MissingComponent {
                component: id.to_string(),
                dependent: dependent(),
            });
        };
        if !resources.is_empty() {
            return Err(NormaliseError::UnfitDependency {
                component: id.to_string(),
                dependent: dependent(),
                resources: resources.clone(),
            });
        }
        *dependency = dependency.clone().with_component(source);
        Ok(())
    };
    for (id, component) in &mut normalised.components {
        if component.dependencies_inherit_configuration.is_some() {
            let mut dependencies = component.dependencies.iter();
            if let Some((name, _)) = dependencies.find(|(_, one)| one.inherit.is_some()) {
                return Err(NormaliseError::InheritConflict {
                    component: id.to_string(),
                    dependency: name.to_string(),
                });
            }
        }
        if component.dependencies_inherit_configuration == Some(true) {
            component.dependencies_inherit_configuration = None;
            for dependency in component.dependencies.values_mut() {
                if !matches!(dependency.source, DependencySource::Version(_)) {
                    dependency.inherit = Some(Inherit::All);
                }
            }
        }
        for dependency in component.dependencies.values_mut() {
            module(dependency, &|| format!("component {id}"))?;
        }
    }
    for trigger in normalised
        .groups
        .iter_mut()
        .flat_map(|(_, triggers)| triggers)
    {
        let id = &trigger.id;
        for dependency in trigger.dependencies.values_mut().flatten() {
            module(dependency, &|| format!("trigger {id}"))?;
        }
    }
    Ok(())
}
