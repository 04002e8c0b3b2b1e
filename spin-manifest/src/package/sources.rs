//! Where the modules of dependencies come from.

use super::content::ContentSource;
use super::plan::module_path;
use crate::component::Component;
use crate::dependency::{Dependency, DependencyName, DependencySource};
use crate::normalise::{Normalised, NormalisedTrigger};

/// Where the module of a dependency comes from; `name` is that of the import,
/// which a trigger has not. `None` if it can not be told, which a manifest that
/// was read strictly does not have.
pub(super) fn of_dependency(
    name: Option<&DependencyName>,
    dependency: &Dependency,
) -> Option<ContentSource> {
    let own_package = || match name {
        Some(DependencyName::Package(name)) => Some(name.package().to_string()),
        _ => None,
    };
    match &dependency.source {
        DependencySource::Path(path) => Some(ContentSource::File {
            path: module_path(path).ok()?,
        }),
        DependencySource::Url(source) => Some(ContentSource::Url {
            url: source.url.clone(),
            digest: source.sha256()?,
        }),
        DependencySource::Package {
            version,
            registry,
            package,
        } => Some(ContentSource::Registry {
            registry: registry.clone(),
            package: package.clone().or_else(own_package)?,
            version: version.clone(),
        }),
        DependencySource::Version(version) => Some(ContentSource::Registry {
            registry: None,
            package: own_package()?,
            version: version.clone(),
        }),
        // In a normalised manifest there are none.
        DependencySource::Component(_) => None,
    }
}

pub(super) fn of_component(component: &Component) -> Vec<ContentSource> {
    let dependencies = component.dependencies.iter();
    dependencies
        .filter_map(|(name, dependency)| of_dependency(Some(name), dependency))
        .collect()
}

/// The modules that triggers themselves need, each with its trigger.
pub(super) fn of_triggers(normalised: &Normalised) -> Vec<(String, ContentSource)> {
    let of_trigger = |trigger: &NormalisedTrigger| {
        let dependencies = trigger.dependencies().values().flatten();
        let sources = dependencies.filter_map(|dependency| of_dependency(None, dependency));
        sources
            .map(|source| (trigger.id().to_owned(), source))
            .collect::<Vec<_>>()
    };
    normalised.triggers().flat_map(of_trigger).collect()
}
