//! The dependencies of components and triggers.

use std::collections::BTreeMap;

use bindle_core::semver::{Version, VersionReq};
use bindle_core::text::Span;

use super::scope::Scope;
use crate::component::{
    Dependency, DependencyName, DependencySource, Inherit, PackageDependencyName, PackageName,
    compatible,
};
use crate::diagnose::{Draft, Findings, Path, ProblemKind};
use crate::document::{Fields, Node};
use crate::era::Eras;
use crate::id::KebabId;
use crate::schema::parts;

/// What has the dependency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    /// A component, whose imports have names.
    Component,
    /// A component, if a profile is chosen.
    Profile,
    /// A trigger, which knows only packages by name.
    Trigger,
}

pub(super) fn dependencies(
    node: &Node<'_>,
    findings: &mut Findings,
    path: &Path<'_>,
    user: Use,
    scope: &mut Scope<'_>,
) -> Option<BTreeMap<DependencyName, Dependency>> {
    let mut dependencies = BTreeMap::new();
    let mut imports = Imports::default();
    for (key, node) in node.entries(findings, path)? {
        let path = &path.key(&key);
        let name = match key.parse::<DependencyName>() {
            Ok(name) => Some(name),
            Err(error) => {
                let kind = ProblemKind::InvalidId;
                findings.report(Draft::error(kind, path, key.span(), error.to_string()));
                None
            }
        };
        let found = dependency(&node, findings, path, user, scope);
        let Some(name) = name else {
            continue;
        };
        if let DependencyName::Package(package) = &name {
            if let Some(other) = imports.enter(package, key.span()) {
                findings.report(conflict(&name, key.span(), other, path));
            }
        }
        if let Some(dependency) = found {
            report_form(&name, &dependency, &node, findings, path);
            dependencies.insert(name, dependency);
        }
    }
    Some(dependencies)
}

fn conflict(
    name: &DependencyName,
    span: Span,
    (other, other_span): (&PackageDependencyName, Span),
    path: &Path<'_>,
) -> Draft {
    let message = format!("the dependencies `{other}` and `{name}` could mean one import");
    let draft = Draft::error(ProblemKind::Conflict, path, span, message);
    let hint = "keep one, or name other interfaces or incompatible versions";
    let draft = draft.related(other_span, "the other one").hint(hint);
    draft.stricter()
}

/// The dependencies of a component so far, by what they could mean, so that
/// another with the same meaning is found without a look at all of them.
#[derive(Default)]
struct Imports {
    names: Vec<(PackageDependencyName, Span)>,
    first: BTreeMap<Meaning, usize>,
}

/// A package with its compatible versions and an interface, where a name has
/// them; either may be left open.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Meaning {
    package: PackageName,
    versions: Part<Version>,
    interface: Part<KebabId>,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Part<T> {
    /// Whatever the name has.
    Any,
    /// What the name has; `None` stands for all.
    Own(Option<T>),
}

impl<T: Clone> Part<T> {
    /// What stands for something that `own` could mean too.
    fn matching(own: Option<&T>) -> Vec<Self> {
        match own {
            None => vec![Self::Any],
            Some(own) => vec![Self::Own(None), Self::Own(Some(own.clone()))],
        }
    }

    /// All that `own` is found by.
    fn found_by(own: Option<&T>) -> [Self; 2] {
        [Self::Any, Self::Own(own.cloned())]
    }
}

impl Imports {
    /// Adds a name, and gives the first before it that
    /// [conflicts](PackageDependencyName::conflicts_with) with it.
    fn enter(
        &mut self,
        name: &PackageDependencyName,
        span: Span,
    ) -> Option<(&PackageDependencyName, Span)> {
        let versions = name.version().map(compatible);
        let interface = name.interface();
        let meanings = |versions: &[Part<Version>], interfaces: &[Part<KebabId>]| {
            let pairs = versions.iter().flat_map(|versions| {
                let interfaces = interfaces.iter();
                interfaces.map(move |interface| (versions.clone(), interface.clone()))
            });
            let meanings = pairs.map(|(versions, interface)| Meaning {
                package: name.package().clone(),
                versions,
                interface,
            });
            meanings.collect::<Vec<_>>()
        };
        let matching = meanings(
            &Part::matching(versions.as_ref()),
            &Part::matching(interface),
        );
        let other = matching
            .iter()
            .filter_map(|meaning| self.first.get(meaning));
        let other = other.min().copied();
        let found_by = meanings(
            &Part::found_by(versions.as_ref()),
            &Part::found_by(interface),
        );
        for meaning in found_by {
            self.first.entry(meaning).or_insert(self.names.len());
        }
        self.names.push((name.clone(), span));
        let (other, span) = self.names.get(other?)?;
        Some((other, *span))
    }
}

/// Reports what this name cannot be satisfied by.
fn report_form(
    name: &DependencyName,
    dependency: &Dependency,
    node: &Node<'_>,
    findings: &mut Findings,
    path: &Path<'_>,
) {
    let is_of_a_registry = matches!(
        dependency.source,
        DependencySource::Version(_) | DependencySource::Package { .. }
    );
    let keys = node.keys();
    let has_no_package =
        is_of_a_registry && keys.is_none_or(|mut keys| keys.all(|key| key != "package"));
    if has_no_package && matches!(name, DependencyName::Plain(_)) {
        let message = format!("the dependency `{name}` needs the name of a package");
        let draft = Draft::error(ProblemKind::MissingField, path, node.span, message);
        let hint = "write `{ package = \"example:package\", version = \"1.0.0\" }`";
        findings.report(draft.hint(hint).stricter());
    }
    let is_package = matches!(name, DependencyName::Package(name) if name.interface().is_none());
    if is_package && dependency.export.is_some() {
        let message = format!(
            "the dependency `{name}` is a whole package, for which no single export can stand"
        );
        let draft = Draft::error(ProblemKind::Conflict, path, node.span, message);
        let hint = "remove `export`, or name an interface of the package";
        findings.report(draft.hint(hint).stricter());
    }
}

/// Reads one dependency: a version, or a table.
pub(super) fn dependency(
    node: &Node<'_>,
    findings: &mut Findings,
    path: &Path<'_>,
    user: Use,
    scope: &mut Scope<'_>,
) -> Option<Dependency> {
    if let (Some(version), Use::Component | Use::Profile) = (node.as_str(), user) {
        report_requirement(version, node.span, findings, path);
        return Some(Dependency {
            source: DependencySource::Version(version.to_owned()),
            export: None,
            inherit: None,
        });
    }
    if !node.is_table() {
        let expected = match user {
            Use::Component | Use::Profile => "a version or a table",
            Use::Trigger => "a table",
        };
        let draft = node.wrong_type(path, expected);
        findings.report(draft.hint("write `{ path = \"dependency.wasm\" }`"));
        return None;
    }
    let fields = node.fields(findings, path)?;
    let source = source(&fields, node, findings, path, user, scope);
    let export = fields.optional(findings, path, "export", Node::string);
    let inherit = fields.optional(findings, path, "inherit_configuration", read_inherit);
    Some(Dependency {
        source: source?,
        export,
        inherit,
    })
}

fn source(
    fields: &Fields<'_>,
    node: &Node<'_>,
    findings: &mut Findings,
    path: &Path<'_>,
    user: Use,
    scope: &mut Scope<'_>,
) -> Option<DependencySource> {
    const FORMS: [&[&str]; 4] = [
        &["version", "registry", "package"],
        &["path"],
        &["url", "digest"],
        &["component"],
    ];
    let is_present = |keys: &&[&str]| keys.iter().any(|key| fields.get(key).is_some());
    let present: Vec<_> = FORMS.iter().copied().filter(is_present).collect();
    let shared: &[&str] = match user {
        Use::Component | Use::Profile => &["export", "inherit_configuration"],
        Use::Trigger => &["inherit_configuration"],
    };
    let [form] = present[..] else {
        let all = FORMS.concat();
        let known: Vec<_> = all
            .iter()
            .chain(shared)
            .map(|key| (*key, Eras::ALL))
            .collect();
        fields.deny_unknown(findings, path, &known);
        let (kind, message, hint) = if present.is_empty() {
            let message = "the dependency names nothing that satisfies it";
            let hint = "write `version`, `path`, `url` and `digest`, or `component`";
            (ProblemKind::MissingField, message, hint)
        } else {
            let message = "the dependency is named in more than one way";
            let hint = "keep `version`, `path`, `url` and `digest`, or `component`";
            (ProblemKind::Conflict, message, hint)
        };
        // A misspelt field is reason enough.
        if present.len() > 1 || !fields.has_unknown(&known) {
            findings.report(Draft::error(kind, path, node.span, message).hint(hint));
        }
        return None;
    };
    let known: Vec<_> = form
        .iter()
        .chain(shared)
        .map(|key| (*key, Eras::ALL))
        .collect();
    fields.deny_unknown(findings, path, &known);
    match form[0] {
        "version" => {
            let example = "version = \"1.0.0\"";
            let version = fields.required(
                findings,
                path,
                "version",
                example,
                |node, findings, path| {
                    let version = node.string(findings, path)?;
                    report_requirement(&version, node.span, findings, path);
                    Some(version)
                },
            );
            let registry = fields.optional(findings, path, "registry", registry);
            let package = match user {
                Use::Component | Use::Profile => {
                    fields.optional(findings, path, "package", package)
                }
                Use::Trigger => {
                    let example = "package = \"example:package\"";
                    Some(fields.required(findings, path, "package", example, package)?)
                }
            };
            Some(DependencySource::Package {
                version: version?,
                registry,
                package,
            })
        }
        "path" => fields
            .optional(findings, path, "path", Node::string)
            .map(DependencySource::Path),
        "component" => {
            let node = fields.get("component")?;
            let path = path.key("component");
            let id = node.str(findings, &path)?;
            let id = scope.report_component(id, node.span, findings, &path)?;
            scope.depend(id.clone(), node.span, &path, user);
            Some(DependencySource::Component(id))
        }
        _ => parts::url_source(fields, findings, path).map(DependencySource::Url),
    }
}

pub(crate) fn read_inherit(
    node: &Node<'_>,
    findings: &mut Findings,
    path: &Path<'_>,
) -> Option<Inherit> {
    if node.is_array() {
        return node.strings(findings, path).map(Inherit::Fields);
    }
    Some(match node.bool(findings, path)? {
        true => Inherit::All,
        false => Inherit::Nothing,
    })
}

/// Spin itself looks at a registry, and at the name of a package, only when it
/// fetches the package.
fn registry(node: &Node<'_>, findings: &mut Findings, path: &Path<'_>) -> Option<String> {
    let registry = node.string(findings, path)?;
    if let Some(draft) = parts::wrong_registry(&registry, node.span, path) {
        findings.report(draft.stricter());
    }
    Some(registry)
}

fn package(node: &Node<'_>, findings: &mut Findings, path: &Path<'_>) -> Option<String> {
    let package = node.string(findings, path)?;
    if let Some(draft) = parts::wrong_package(&package, node.span, path) {
        findings.report(draft.stricter());
    }
    Some(package)
}

/// Nor does it look at a requirement before.
fn report_requirement(text: &str, span: Span, findings: &mut Findings, path: &Path<'_>) {
    if let Err(error) = VersionReq::parse(text) {
        let message = format!("{text:?} is not a version requirement: {error}");
        let draft = Draft::error(ProblemKind::InvalidVersion, path, span, message);
        findings.report(
            draft
                .hint("write one such as `1.2.3`, `^1.2` or `>=1.0, <3`")
                .stricter(),
        );
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn names() -> impl Strategy<Value = Vec<PackageDependencyName>> {
        let versions = [
            "", "@1.0.0", "@1.2.0", "@2.0.0", "@0.1.0", "@0.0.1", "@1.0.0-a",
        ];
        let name = ("[ab]", "(/[cd])?", prop::sample::select(versions.to_vec()));
        let name = name.prop_map(|(package, interface, version)| {
            match format!("n:{package}{interface}{version}").parse() {
                Ok(DependencyName::Package(name)) => name,
                other => unreachable!("{other:?}"),
            }
        });
        prop::collection::vec(name, 0..8)
    }

    proptest! {
        #[test]
        fn conflicts_are_those_of_each_with_each(names in names()) {
            let mut imports = Imports::default();
            for (index, name) in names.iter().enumerate() {
                let span = Span::from(index..index);
                let expected = names[..index].iter().find(|other| name.conflicts_with(other));
                let found = imports.enter(name, span).map(|(other, _)| other.clone());
                prop_assert_eq!(found.as_ref(), expected);
            }
        }
    }
}
