//! Where modules come from: those of components, of dependencies and of
//! triggers.

use super::content::ContentSource;
use super::error::{self, Complaint, PackageError};
use crate::Era;
use crate::component::{
    Component, Dependency, DependencyName, DependencySource, Source, UrlSource,
};
use crate::normalise::Normalised;
use crate::pattern::relative;

/// Where the module of a component comes from, by the rules of an era.
pub(super) fn of_component(
    id: &str,
    source: &Source,
    rules: Era,
) -> Result<ContentSource, PackageError> {
    let invalid = |complaint| PackageError::invalid_path(error::component(id), complaint);
    match source {
        Source::Path(path) => Ok(ContentSource::File {
            path: module_path(path).map_err(invalid)?,
        }),
        Source::Url(source) => of_url(source).map_err(invalid),
        Source::Registry(source) if rules == Era::Current => Ok(ContentSource::Registry {
            registry: source.registry.clone(),
            package: source.package.clone(),
            version: source.version.clone(),
        }),
        Source::Bindle { .. } => Err(PackageError::BindleSource {
            component: id.to_owned(),
        }),
        Source::Registry(_) => Err(PackageError::UnsupportedSource {
            component: id.to_owned(),
            source_text: source.to_string(),
            era: rules,
        }),
    }
}

/// The module of a component as it is written, by which packages call it.
pub(super) fn name(source: &Source) -> String {
    match source {
        Source::Url(source) => url_path(&source.url).to_owned(),
        source => source.to_string(),
    }
}

/// The path of a URL, by which the official tool calls the module.
fn url_path(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let path = rest.split_once('/').map_or("", |(_, path)| path);
    path.split(['?', '#']).next().unwrap_or_default()
}

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
            "a dependency needs the name of a package".to_owned(),
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

fn of_url(source: &UrlSource) -> Result<ContentSource, Complaint> {
    let digest = source.sha256().ok_or_else(|| {
        let message = format!("{:?} is not the digest of a module", source.digest);
        (message, "write `sha256:` and 64 hexadecimal digits")
    })?;
    Ok(ContentSource::Url {
        url: source.url.clone(),
        digest,
    })
}

/// The modules of the dependencies of a component.
pub(super) fn of_dependencies(
    id: &str,
    component: &Component,
) -> Result<Vec<(DependencyName, ContentSource)>, PackageError> {
    let dependencies = component.dependencies.iter();
    let sources = dependencies.map(|(name, dependency)| {
        let source = of_dependency(Some(name), dependency);
        Ok((
            name.clone(),
            source
                .map_err(|complaint| PackageError::invalid_path(error::component(id), complaint))?,
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
                let source = of_dependency(None, dependency).map_err(|complaint| {
                    PackageError::invalid_path(error::trigger(trigger.id()), complaint)
                });
                needed.push(Needed {
                    trigger: trigger.id().to_owned(),
                    role: role.clone(),
                    source: source?,
                });
            }
        }
    }
    Ok(needed)
}

/// The path of a module, which may be outside of the application folder: the
/// target folder of a workspace often is.
fn module_path(text: &str) -> Result<String, Complaint> {
    let mut rest = text;
    let mut up = String::new();
    loop {
        let below = rest.trim_start_matches("./");
        let Some(above) = below.strip_prefix("../") else {
            break;
        };
        up.push_str("../");
        rest = above;
    }
    match relative(rest) {
        Ok(path) if path.is_empty() => Err((
            format!("the path {text:?} is a folder"),
            "name the file of the module",
        )),
        Ok(path) => Ok(up + &path),
        // Steps up that are not at the start, such as `a/../../b`.
        Err(complaint) => Err(complaint),
    }
}
