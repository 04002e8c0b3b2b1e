//! Where the modules of dependencies come from.

use super::content::ContentSource;
use super::error::PackageError;
use super::plan::{Complaint, module_path};
use crate::component::{Component, Dependency, DependencyName, DependencySource, UrlSource};
use crate::normalise::Normalised;

/// Where the module of a dependency comes from; `name` is that of the import,
/// which a trigger has not. It can always be told of a manifest that was read
/// strictly.
pub(super) fn of_dependency(
    name: Option<&DependencyName>,
    dependency: &Dependency,
) -> Result<ContentSource, Complaint> {
    let own_package = || match name {
        Some(DependencyName::Package(name)) => Ok(name.package().to_string()),
        Some(DependencyName::Plain(name)) => Err((
            format!("the dependency `{name}` needs the name of a package"),
            "write `{ package = \"example:package\", version = \"1.0.0\" }`",
        )),
        None => Err((
            "a dependency of the trigger needs the name of a package".to_owned(),
            "write `{ package = \"example:package\", version = \"1.0.0\" }`",
        )),
    };
    match &dependency.source {
        DependencySource::Path(path) => Ok(ContentSource::File {
            path: module_path(path)?,
        }),
        DependencySource::Url(source) => of_url(source),
        DependencySource::Package {
            version,
            registry,
            package,
        } => Ok(ContentSource::Registry {
            registry: registry.clone(),
            package: package.clone().map_or_else(own_package, Ok)?,
            version: version.clone(),
        }),
        DependencySource::Version(version) => Ok(ContentSource::Registry {
            registry: None,
            package: own_package()?,
            version: version.clone(),
        }),
        // In a normalised manifest there are none.
        DependencySource::Component(id) => Err((
            format!("the dependency on component `{id}` has no module"),
            "name the file of the module",
        )),
    }
}

pub(super) fn of_url(source: &UrlSource) -> Result<ContentSource, Complaint> {
    let digest = source.sha256().ok_or_else(|| {
        let message = format!("{:?} is not the digest of a module", source.digest);
        (message, "write `sha256:` and 64 hexadecimal digits")
    })?;
    Ok(ContentSource::Url {
        url: source.url.clone(),
        digest,
    })
}

pub(super) fn of_component(
    id: &str,
    component: &Component,
) -> Result<Vec<(DependencyName, ContentSource)>, PackageError> {
    let dependencies = component.dependencies.iter();
    let sources = dependencies.map(|(name, dependency)| {
        let source = of_dependency(Some(name), dependency);
        Ok((
            name.clone(),
            source.map_err(|complaint| invalid(id, complaint))?,
        ))
    });
    sources.collect()
}

/// A module that a trigger needs.
#[derive(Clone, Debug)]
pub(super) struct Needed {
    pub(super) trigger: String,
    pub(super) role: String,
    pub(super) source: ContentSource,
}

/// The modules that triggers themselves need.
pub(super) fn of_triggers(normalised: &Normalised) -> Result<Vec<Needed>, PackageError> {
    let mut needed = Vec::new();
    for trigger in normalised.triggers() {
        for (role, dependencies) in trigger.dependencies() {
            for dependency in dependencies {
                let source = of_dependency(None, dependency);
                needed.push(Needed {
                    trigger: trigger.id().to_owned(),
                    role: role.clone(),
                    source: source.map_err(|complaint| invalid(trigger.id(), complaint))?,
                });
            }
        }
    }
    Ok(needed)
}

fn invalid(component: &str, (message, hint): Complaint) -> PackageError {
    PackageError::InvalidPath {
        component: component.to_owned(),
        message,
        hint,
    }
}
