//! Dependencies: whose configuration they inherit, and modules for components.

use std::collections::BTreeMap;

use super::{NormaliseError, Normalised};
use crate::component::{Dependency, DependencySource, Inherit, Source};

pub(super) fn resolve(normalised: &mut Normalised) -> Result<(), NormaliseError> {
    let sources = normalised.components.iter();
    let sources = sources.map(|(id, component)| (id.clone(), (*component.source).clone()));
    let sources: BTreeMap<_, _> = sources.collect();
    let module = |dependency: &mut Dependency, dependent: &dyn Fn() -> String| {
        let DependencySource::Component(id) = &dependency.source else {
            return Ok(());
        };
        let source: &Source =
            sources
                .get(id.as_str())
                .ok_or_else(|| NormaliseError::MissingComponent {
                    component: id.to_string(),
                    dependent: dependent(),
                })?;
        *dependency = dependency.clone().with_component(source);
        Ok(())
    };
    for (id, component) in &mut normalised.components {
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
