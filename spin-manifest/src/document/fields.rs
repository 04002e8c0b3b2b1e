//! Tables whose fields are known.

use bindle_core::document::{Key, Table as Entries};
use bindle_core::text::Span;

use super::Node;
use crate::diagnose::{Draft, Findings, Path, ProblemKind};
use crate::era::Eras;
use crate::value::{Located, Table};

/// A table whose fields are known.
#[derive(Clone, Copy)]
pub(crate) struct Fields<'d> {
    table: Entries<'d>,
    pub(crate) span: Span,
}

impl<'d> Fields<'d> {
    pub(crate) fn of(table: Entries<'d>, span: Span) -> Self {
        Self { table, span }
    }

    /// The names of all fields, with their places.
    pub(crate) fn names(&self) -> impl Iterator<Item = Located<&'d str>> + use<'d> {
        let entries = self.table.iter();
        entries.map(|(key, _)| Located::new(key.text, key.span))
    }

    pub(crate) fn get(&self, key: &str) -> Option<Node<'d>> {
        let (_, value) = self.table.get(key)?;
        Some(Node::new(value))
    }

    /// The values of all fields but the `known` ones.
    pub(crate) fn open_values(
        &self,
        findings: &mut Findings,
        path: &Path<'_>,
        known: &[&str],
    ) -> Table {
        let mut values = Table::new();
        for (key, value) in self.table {
            if known.contains(&key.text) {
                continue;
            }
            if let Some(value) = Node::new(value).open_value(findings, &path.key(key.text)) {
                values.insert(key.text.to_owned(), value);
            }
        }
        values
    }

    /// Where the key `key` is written.
    pub(crate) fn key_span(&self, key: &str) -> Option<Span> {
        let (key, _) = self.table.get(key)?;
        Some(key.span)
    }

    /// Reads the field `key` with `read`, if it is there.
    pub(crate) fn optional<T>(
        &self,
        findings: &mut Findings,
        path: &Path<'_>,
        key: &str,
        read: impl FnOnce(&Node<'d>, &mut Findings, &Path<'_>) -> Option<T>,
    ) -> Option<T> {
        read(&self.get(key)?, findings, &path.key(key))
    }

    /// Reads the field `key` with `read`, and reports it missing otherwise.
    /// `example` shows what to write.
    pub(crate) fn required<T>(
        &self,
        findings: &mut Findings,
        path: &Path<'_>,
        key: &str,
        example: &str,
        read: impl FnOnce(&Node<'d>, &mut Findings, &Path<'_>) -> Option<T>,
    ) -> Option<T> {
        if self.get(key).is_none() {
            findings.report(self.missing(path, key, example));
        }
        self.optional(findings, path, key, read)
    }

    pub(crate) fn missing(&self, path: &Path<'_>, key: &str, example: &str) -> Draft {
        let message = match path {
            Path::Root => format!("the field `{key}` is missing"),
            _ => format!("the field `{key}` of `{path}` is missing"),
        };
        // A table of more than its header is marked where it starts.
        Draft::error(
            ProblemKind::MissingField,
            &path.key(key),
            self.span,
            message,
        )
        .hint(format!("add `{example}`"))
    }

    /// Whether there is a field that is not among `known`.
    pub(crate) fn has_unknown(&self, known: &[(&str, Eras)]) -> bool {
        let mut entries = self.table.iter();
        entries.any(|(key, _)| known.iter().all(|(known, _)| *known != key.text))
    }

    /// Reports the fields that are not among `known`, and those that are known
    /// only in some eras.
    pub(crate) fn deny_unknown(
        &self,
        findings: &mut Findings,
        path: &Path<'_>,
        known: &[(&str, Eras)],
    ) {
        for (Key { text: name, span }, _) in self.table {
            let (parent, path) = (path, path.key(name));
            let Some((_, eras)) = known.iter().find(|(known, _)| *known == name) else {
                let message = format!("unknown field `{name}`");
                let draft = Draft::error(ProblemKind::UnknownField, &path, span, message);
                let has = |field: &str| known.iter().any(|(known, _)| *known == field);
                findings.report(match meant(name, known) {
                    Some(field) => draft.meant(parent, field),
                    None => elsewhere(draft, name, &path, has),
                });
                continue;
            };
            let unknown = findings.asked(Eras::ALL.without(*eras));
            for era in unknown.iter() {
                let message = format!("{era} does not know the field `{name}`");
                let draft = Draft::error(ProblemKind::UnknownField, &path, span, message);
                findings.report_in(era.into(), draft.hint("remove it"));
            }
        }
    }
}

/// The one of the `known` fields that `name` was most likely meant to be.
fn meant<'k>(name: &str, known: &[(&'k str, Eras)]) -> Option<&'k str> {
    const OTHER_NAMES: [(&str, &str); 15] = [
        ("config", "variables"),
        ("cmd", "command"),
        ("cwd", "workdir"),
        ("dest", "destination"),
        ("directory", "workdir"),
        ("dst", "destination"),
        ("env", "environment"),
        ("from", "source"),
        ("module", "source"),
        ("sha", "digest"),
        ("sha256", "digest"),
        ("src", "source"),
        ("target", "destination"),
        ("to", "destination"),
        ("variables", "config"),
    ];
    let names = || known.iter().map(|(name, _)| *name);
    let other = OTHER_NAMES.iter().find(|(other, _)| *other == name);
    other
        .and_then(|(_, field)| names().find(|name| name == field))
        .or_else(|| bindle_core::text::nearest(name, names()))
}

/// Says where a field belongs that stands in the wrong table, if it does; `has`
/// tells the fields of the table.
fn elsewhere(draft: Draft, name: &str, path: &Path<'_>, has: impl Fn(&str) -> bool) -> Draft {
    if let Path::Key(Path::Root, _) = path {
        return match name {
            "authors" | "description" | "name" | "version" => draft
                .instead_of("application")
                .hint("write it in [application]"),
            "application" => draft.hint("it belongs to `spin_manifest_version = 2`"),
            "ai_models"
            | "allowed_http_hosts"
            | "allowed_outbound_hosts"
            | "build"
            | "config"
            | "dependencies"
            | "environment"
            | "exclude_files"
            | "files"
            | "key_value_stores"
            | "profile"
            | "source"
            | "sqlite_databases" => draft.hint("it belongs to a component"),
            "route" => draft.hint("it belongs to a trigger"),
            _ => draft,
        };
    }
    match (name, path) {
        ("component" | "variables", _) if has("authors") => {
            draft.hint(format!("write it as [{name}], outside of [application]"))
        }
        ("spin_manifest_version", _) => draft
            .instead_of("spin_manifest_version")
            .hint("write it before all tables"),
        ("id", Path::Key(Path::Key(Path::Key(Path::Root, "component"), id), _)) => draft.hint(
            format!("the id of a component is in its header: [component.{id}]"),
        ),
        ("trigger", Path::Key(Path::Key(Path::Key(Path::Root, "component"), id), _)) => {
            draft.hint(format!("write [[trigger.http]] with `component = {id:?}`"))
        }
        _ => draft,
    }
}
