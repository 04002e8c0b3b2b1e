//! The parts that both formats share.

use std::collections::{BTreeMap, BTreeSet};

use bindle_core::semver::Version;
use bindle_core::text::Span;

use crate::component::{
    Build, Commands, FileEntry, PackageName, Placement, RegistrySource, Source, UrlSource,
};
use crate::diagnose::{Draft, Findings, Path, ProblemKind};
use crate::document::{Fields, Node};
use crate::era::Eras;
use crate::hosts::is_authority;
use crate::id::{KebabId, SnakeId};
use crate::value::Located;
use crate::variable::{Requirement, Secrecy, Variable};
use crate::{hosts, id, template};

pub(super) fn source(node: &Node<'_>, findings: &mut Findings, path: &Path<'_>) -> Option<Source> {
    const BINDLE: Eras = Eras::SPIN_0_6;
    const URL: [&str; 2] = ["url", "digest"];
    const REGISTRY: [&str; 3] = ["registry", "package", "version"];
    if let Some(text) = node.as_str() {
        if text.is_empty() {
            let message = "the path of the module is empty";
            let draft = Draft::error(ProblemKind::InvalidPath, path, node.span, message);
            findings.report(draft.hint("name the file of the module").stricter());
        }
        return Some(Source::Path(text.to_owned()));
    }
    if !node.is_table() {
        findings.report(node.wrong_type(path, "a path or a table").hint(
            "write `source = \"app.wasm\"`, or `source = { url = \"…\", digest = \"sha256:…\" }`",
        ));
        return None;
    }
    let fields = node.fields(findings, path)?;
    let has = |keys: &[&str]| keys.iter().any(|key| fields.get(key).is_some());
    let is_bindle = has(&["reference", "parcel"]);
    if usize::from(is_bindle) + usize::from(has(&URL)) + usize::from(has(&REGISTRY)) > 1 {
        let message = "the source is named in more than one way";
        findings.report(
            Draft::error(ProblemKind::Conflict, path, node.span, message)
                .hint("keep `url` and `digest`, or `package` and `version`"),
        );
        return None;
    }
    if is_bindle {
        fields.deny_unknown(
            findings,
            path,
            &[("reference", Eras::ALL), ("parcel", Eras::ALL)],
        );
        let unknown = findings.asked(Eras::ALL.without(BINDLE));
        for era in unknown.iter() {
            let message = format!("{era} knows no component source in a bindle");
            let draft = Draft::error(ProblemKind::Unsupported, path, node.span, message);
            findings.report_in(
                era.into(),
                draft.hint("name a file, or `{ url = \"…\", digest = \"sha256:…\" }`"),
            );
        }
        let example = "reference = \"example.com/app/1.0.0\"";
        let reference = fields.required(findings, path, "reference", example, Node::string);
        let example = "parcel = \"…\"";
        let parcel = fields.required(findings, path, "parcel", example, Node::string);
        return Some(Source::Bindle {
            reference: reference?,
            parcel: parcel?,
        });
    }
    if has(&REGISTRY) {
        fields.deny_unknown(findings, path, &REGISTRY.map(|key| (key, Eras::ALL)));
        for era in findings.asked(Eras::BINDLE).iter() {
            let message = format!("{era} knows no component source in a registry");
            let draft = Draft::error(ProblemKind::Unsupported, path, node.span, message);
            findings.report_in(era.into(), draft);
        }
        return registry_source(&fields, findings, path);
    }
    fields.deny_unknown(findings, path, &URL.map(|key| (key, Eras::ALL)));
    if !findings.asked(Eras::SPIN_0_6).is_empty() {
        let message = "Spin 0.6 knows no component source at a URL";
        let draft = Draft::error(ProblemKind::Unsupported, path, node.span, message);
        findings.report_in(Eras::SPIN_0_6, draft);
    }
    url_source(&fields, findings, path).map(Source::Url)
}

pub(super) fn url_source(
    fields: &Fields<'_>,
    findings: &mut Findings,
    path: &Path<'_>,
) -> Option<UrlSource> {
    let example = "url = \"https://example.com/app.wasm\"";
    let url = fields.required(findings, path, "url", example, |node, findings, path| {
        let url = node.string(findings, path)?;
        if !(url.starts_with("https://") || url.starts_with("http://")) {
            let message = format!("{url:?} is not an address to download from");
            let draft = Draft::error(ProblemKind::InvalidValue, path, node.span, message);
            findings.report(
                draft
                    .hint("write one that starts with `https://`")
                    .stricter(),
            );
        }
        Some(url)
    });
    let example = "digest = \"sha256:…\"";
    let digest = fields.required(findings, path, "digest", example, located);
    let (url, digest) = (url?, digest?);
    let span = digest.span();
    let source = UrlSource {
        url,
        digest: digest.into_value(),
    };
    if source.sha256().is_none() {
        let message = format!("{:?} is not the digest of a module", source.digest);
        let path = path.key("digest");
        let draft = Draft::error(ProblemKind::InvalidDigest, &path, span, message);
        let hint = "write `sha256:` and 64 lower-case hexadecimal digits";
        findings.report(draft.hint(hint).stricter());
    }
    Some(source)
}

fn registry_source(
    fields: &Fields<'_>,
    findings: &mut Findings,
    path: &Path<'_>,
) -> Option<Source> {
    let registry = fields.optional(findings, path, "registry", |node, findings, path| {
        let registry = node.string(findings, path)?;
        if let Some(draft) = wrong_registry(&registry, node.span, path) {
            findings.report(draft);
        }
        Some(registry)
    });
    let example = "package = \"example:app\"";
    let package = fields.required(
        findings,
        path,
        "package",
        example,
        |node, findings, path| {
            let package = node.string(findings, path)?;
            if let Some(draft) = wrong_package(&package, node.span, path) {
                findings.report(draft);
            }
            Some(package)
        },
    );
    let example = "version = \"1.0.0\"";
    let version = fields.required(
        findings,
        path,
        "version",
        example,
        |node, findings, path| {
            let version = node.string(findings, path)?;
            if let Err(error) = Version::parse(&version) {
                let message = format!("{version:?} is not a SemVer version: {error}");
                let draft = Draft::error(ProblemKind::InvalidVersion, path, node.span, message);
                findings.report(draft.hint("write one such as `1.2.3`").stricter());
            }
            Some(version)
        },
    );
    Some(Source::Registry(RegistrySource {
        registry,
        package: package?,
        version: version?,
    }))
}

/// What is wrong with the host of a registry.
pub(super) fn wrong_registry(text: &str, span: Span, path: &Path<'_>) -> Option<Draft> {
    if is_authority(text) {
        return None;
    }
    let message = format!("{text:?} is not a registry host");
    let draft = Draft::error(ProblemKind::InvalidHost, path, span, message);
    Some(draft.hint("write one such as `registry.example.com`, with a port if need be"))
}

/// What is wrong with the name of a package.
pub(super) fn wrong_package(text: &str, span: Span, path: &Path<'_>) -> Option<Draft> {
    let error = text.parse::<PackageName>().err()?;
    let message = error.to_string();
    Some(Draft::error(ProblemKind::InvalidId, path, span, message))
}

/// A text that must not be empty, such as the name of an application.
pub(super) fn name(
    node: &Node<'_>,
    findings: &mut Findings,
    path: &Path<'_>,
) -> Option<Located<String>> {
    let name = located(node, findings, path)?;
    if name.is_empty() {
        let message = "the name of the application is empty";
        let draft = Draft::warning(ProblemKind::InvalidValue, path, node.span, message);
        findings.report(draft.hint("only applications with a name can be packaged"));
    }
    Some(name)
}

pub(super) fn located(
    node: &Node<'_>,
    findings: &mut Findings,
    path: &Path<'_>,
) -> Option<Located<String>> {
    let text = node.string(findings, path)?;
    Some(Located::new(text, node.span))
}

pub(super) fn located_strings(
    node: &Node<'_>,
    findings: &mut Findings,
    path: &Path<'_>,
) -> Option<Vec<Located<String>>> {
    node.list(findings, path, located)
}

pub(super) fn located_source(
    node: &Node<'_>,
    findings: &mut Findings,
    path: &Path<'_>,
) -> Option<Located<Source>> {
    let source = source(node, findings, path)?;
    Some(Located::new(source, node.span))
}

pub(super) fn file_entries(
    node: &Node<'_>,
    findings: &mut Findings,
    path: &Path<'_>,
) -> Option<Vec<Located<FileEntry>>> {
    node.list(findings, path, |node, findings, path| {
        let entry = file_entry(node, findings, path)?;
        Some(Located::new(entry, node.span))
    })
}

fn file_entry(node: &Node<'_>, findings: &mut Findings, path: &Path<'_>) -> Option<FileEntry> {
    if let Some(pattern) = node.as_str() {
        return Some(FileEntry::Pattern(pattern.to_owned()));
    }
    if !node.is_table() {
        let draft = node.wrong_type(path, "a pattern or a table");
        findings.report(
            draft.hint(
                "write \"assets/*\", or `{ source = \"assets\", destination = \"/assets\" }`",
            ),
        );
        return None;
    }
    let fields = node.fields(findings, path)?;
    fields.deny_unknown(
        findings,
        path,
        &[("source", Eras::ALL), ("destination", Eras::ALL)],
    );
    let example = "source = \"assets\"";
    let source = fields.required(findings, path, "source", example, Node::string);
    let example = "destination = \"/\"";
    let destination = fields.required(findings, path, "destination", example, Node::string);
    Some(FileEntry::Placement(Placement {
        source: source?,
        destination: destination?,
    }))
}

pub(super) fn variables(
    node: &Node<'_>,
    findings: &mut Findings,
    path: &Path<'_>,
) -> Option<BTreeMap<String, Variable>> {
    let mut variables = BTreeMap::new();
    for (name, node) in node.entries(findings, path)? {
        let path = path.key(&name);
        id::report_variable_name(&name, name.span(), findings, &path);
        if let Some(variable) = variable(&name, &node, findings, &path) {
            variables.insert((*name).to_owned(), variable);
        }
    }
    Some(variables)
}

fn variable(
    name: &str,
    node: &Node<'_>,
    findings: &mut Findings,
    path: &Path<'_>,
) -> Option<Variable> {
    if let Some(text) = node.as_str() {
        let draft = node.wrong_type(path, "a table");
        findings.report(draft.hint(format!("write `{name} = {{ default = {text:?} }}`")));
        return None;
    }
    if !node.is_table() {
        let draft = node.wrong_type(path, "a table");
        findings.report(draft.hint(format!("write `{name} = {{ default = \"…\" }}`")));
        return None;
    }
    let fields = node.fields(findings, path)?;
    let known = [
        ("description", Eras::CURRENT),
        ("required", Eras::ALL),
        ("default", Eras::ALL),
        ("secret", Eras::ALL),
    ];
    fields.deny_unknown(findings, path, &known);
    let description = fields.optional(findings, path, "description", Node::string);
    let required = fields.optional(findings, path, "required", Node::bool);
    let default = fields.optional(findings, path, "default", Node::string);
    let secret = fields.optional(findings, path, "secret", Node::bool);
    let is_whole = !fields.has_unknown(&known)
        && fields.get("default").is_some() == default.is_some()
        && fields.get("required").is_some() == required.is_some();
    let requirement = Requirement::new(required.unwrap_or(false), default);
    match &requirement {
        Requirement::RequiredWithDefault(_) => {
            let message = format!("the variable `{name}` is required and has a default");
            let span = fields.key_span("default").unwrap_or(node.span);
            let draft = Draft::error(ProblemKind::Conflict, path, span, message);
            let hint = "remove `default`, or `required = true`";
            findings.report(draft.hint(hint).stricter());
        }
        Requirement::Unspecified if is_whole => {
            let message = format!("the variable `{name}` is neither required nor has a default");
            let draft = Draft::error(ProblemKind::MissingField, path, node.span, message);
            let hint = "add `required = true`, or `default = \"…\"`";
            findings.report(draft.hint(hint).stricter());
        }
        _ => {}
    }
    Some(Variable {
        description: description.unwrap_or_default(),
        requirement,
        secrecy: Secrecy::new(secret.unwrap_or(false)),
    })
}

/// Settings of a component, which may refer to `variables` of the application.
pub(super) fn settings(
    node: &Node<'_>,
    findings: &mut Findings,
    path: &Path<'_>,
    variables: &BTreeSet<&str>,
) -> Option<BTreeMap<String, String>> {
    let mut settings = BTreeMap::new();
    for (name, node) in node.entries(findings, path)? {
        let path = path.key(&name);
        id::report_variable_name(&name, name.span(), findings, &path);
        if node.is_table() {
            let draft = node.wrong_type(&path, "a string");
            let hint = format!(
                "declare it in [variables], and write `\"{{{{ {} }}}}\"` here",
                *name
            );
            findings.report(draft.hint(hint));
            continue;
        }
        if let Some(value) = node.string(findings, &path) {
            template::report_references(&value, node.span, variables, findings, &path);
            settings.insert((*name).to_owned(), value);
        }
    }
    Some(settings)
}

/// Entries of `allowed_outbound_hosts`, which may refer to `variables` of the
/// application.
pub(super) fn outbound_hosts(
    node: &Node<'_>,
    findings: &mut Findings,
    path: &Path<'_>,
    variables: &BTreeSet<&str>,
) -> Option<Vec<Located<String>>> {
    let hosts = located_strings(node, findings, path)?;
    hosts::report_outbound_hosts(&hosts, findings, path);
    for (index, host) in hosts.iter().enumerate() {
        let path = path.index(index);
        template::report_references(host, host.span(), variables, findings, &path);
    }
    Some(hosts)
}

/// How the labels of stores are checked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Labels {
    /// Of the second format.
    Checked,
    /// Of the first format, for which any text will do.
    Open,
    /// Those of key-value stores in the first format, which Spin 1.5 checks.
    OpenStores,
}

pub(super) fn labels(
    node: &Node<'_>,
    findings: &mut Findings,
    path: &Path<'_>,
    labels: Labels,
) -> Option<Vec<String>> {
    node.list(findings, path, |node, findings, path| {
        let label = node.string(findings, path)?;
        let kind = ProblemKind::InvalidId;
        if labels == Labels::OpenStores && !id::is_earlier_store_label(&label) {
            let message = format!("{label:?} is not a label of a store to Spin 1.5");
            let draft = Draft::error(kind, path, node.span, message);
            let hint = match SnakeId::nearest(&label) {
                Some(nearest) => format!("did you mean `{nearest}`?"),
                None => "write words joined by `_`".to_owned(),
            };
            findings.report_in(Eras::SPIN_1_5, draft.hint(hint).stricter());
        }
        if !id::is_store_label(&label) {
            let message = format!("{label:?} is not a label of a store");
            let draft = match labels {
                Labels::Checked => Draft::error(kind, path, node.span, message),
                _ => Draft::warning(kind, path, node.span, message),
            };
            let hint = match KebabId::nearest(&label) {
                Some(nearest) => format!("did you mean `{nearest}`?"),
                None => "write words joined by `-` or `_`".to_owned(),
            };
            findings.report_in(Eras::CURRENT, draft.hint(hint));
        }
        Some(label)
    })
}

pub(super) fn build(node: &Node<'_>, findings: &mut Findings, path: &Path<'_>) -> Option<Build> {
    if !node.is_table() {
        let draft = node.wrong_type(path, "a table");
        findings.report(draft.hint("write `build = { command = \"…\" }`"));
        return None;
    }
    let fields = node.fields(findings, path)?;
    let known = [
        ("command", Eras::ALL),
        ("workdir", Eras::ALL),
        ("watch", Eras::ALL.without(Eras::SPIN_0_6)),
    ];
    fields.deny_unknown(findings, path, &known);
    let command = fields.required(findings, path, "command", "command = \"make\"", commands);
    let workdir = fields.optional(findings, path, "workdir", Node::string);
    let watch = fields.optional(findings, path, "watch", Node::strings);
    Some(Build {
        command: command?,
        workdir,
        watch: watch.unwrap_or_default(),
    })
}

pub(super) fn commands(
    node: &Node<'_>,
    findings: &mut Findings,
    path: &Path<'_>,
) -> Option<Commands> {
    if !node.is_array() {
        return node.string(findings, path).map(Commands::Single);
    }
    for era in findings.asked(Eras::BINDLE).iter() {
        let message = format!("{era} takes only one build command");
        let draft = Draft::error(ProblemKind::Unsupported, path, node.span, message);
        findings.report_in(era.into(), draft.hint("join the commands by ` && `"));
    }
    node.strings(findings, path).map(Commands::Sequence)
}
