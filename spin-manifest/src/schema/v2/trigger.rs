//! What starts the components.

use std::collections::BTreeMap;

use bindle_core::text::Span;

use super::component;
use super::dependencies::{self, Use};
use super::scope::Scope;
use crate::component::{Component, Dependency};
use crate::diagnose::{Draft, Findings, Path, ProblemKind};
use crate::document::Node;
use crate::id::KebabId;
use crate::schema::{parts, trigger_settings};
use crate::value::{Located, Table};

/// The triggers of one type.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TriggerGroup {
    /// The type, such as `http`.
    pub kind: String,
    /// The triggers.
    pub triggers: Vec<Trigger>,
}

/// What starts a component.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Trigger {
    /// The id; may be empty, to be given one later.
    pub id: Located<String>,
    /// The component that it starts.
    pub component: Option<ComponentRef>,
    /// Further components, by the part that they play.
    pub components: BTreeMap<String, Vec<ComponentRef>>,
    /// What the trigger itself needs, by the part that it plays.
    pub dependencies: BTreeMap<String, Vec<Dependency>>,
    /// The settings, which only the trigger knows.
    pub settings: Table,
}

/// A component that a trigger names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ComponentRef {
    /// A component of the table `component`.
    Id(KebabId),
    /// A component that is written in place.
    Inline(Box<Component>),
}

pub(super) fn read_triggers(
    node: &Node<'_>,
    findings: &mut Findings,
    path: &Path<'_>,
    scope: &mut Scope<'_>,
) -> Option<Vec<TriggerGroup>> {
    if node.is_array() {
        let draft = node.wrong_type(path, "a table of triggers");
        findings.report(draft.hint("write [[trigger.http]] with the type of the trigger"));
        return None;
    }
    if node
        .field("type")
        .is_some_and(|kind| kind.as_str().is_some())
    {
        let message = "this is the one trigger of the first format";
        let draft = Draft::error(ProblemKind::WrongType, path, node.span, message);
        let hint = "write [[trigger.http]] with the `component` that it starts; \
                    what all have in common is in [application.trigger.http]";
        findings.report(draft.hint(hint));
        return None;
    }
    let mut ids: BTreeMap<String, Span> = BTreeMap::new();
    let mut groups = Vec::new();
    for (kind, node) in node.entries(findings, path)? {
        let path = path.key(&kind);
        if !node.is_array() {
            let draft = node.wrong_type(&path, "a list of triggers");
            let hint = format!("write [[trigger.{}]] with two brackets", *kind);
            findings.report(draft.hint(hint));
            continue;
        }
        let triggers = node.list(findings, &path, |node, findings, path| {
            let trigger = Trigger::read(&kind, node, findings, path, scope)?;
            if !trigger.id.is_empty() {
                report_trigger_id(&trigger.id, findings, path, &mut ids);
            }
            Some(trigger)
        });
        groups.push(TriggerGroup {
            kind: (*kind).to_owned(),
            triggers: triggers.unwrap_or_default(),
        });
    }
    Some(groups)
}

fn report_trigger_id(
    id: &Located<String>,
    findings: &mut Findings,
    path: &Path<'_>,
    ids: &mut BTreeMap<String, Span>,
) {
    if let Some(first) = ids.get(&**id) {
        let message = format!("the trigger id {:?} is used twice", **id);
        let path = path.key("id");
        let draft = Draft::error(ProblemKind::Duplicate, &path, id.span(), message);
        let draft = draft.related(*first, "first used here");
        findings.report(
            draft
                .hint("give each trigger an id of its own, or none")
                .stricter(),
        );
    } else {
        ids.insert((**id).clone(), id.span());
    }
}

impl Trigger {
    fn read(
        kind: &str,
        node: &Node<'_>,
        findings: &mut Findings,
        path: &Path<'_>,
        scope: &mut Scope<'_>,
    ) -> Option<Self> {
        let fields = node.fields(findings, path)?;
        let id = fields.optional(findings, path, "id", parts::located);
        let component = fields.optional(findings, path, "component", |node, findings, path| {
            ComponentRef::read(node, findings, path, scope)
        });
        let components = fields.optional(findings, path, "components", |node, findings, path| {
            let mut roles = BTreeMap::new();
            for (role, node) in node.entries(findings, path)? {
                let path = path.key(&role);
                let refs = if node.is_array() {
                    node.list(findings, &path, |node, findings, path| {
                        ComponentRef::read(node, findings, path, scope)
                    })
                } else {
                    ComponentRef::read(&node, findings, &path, scope).map(|one| vec![one])
                };
                roles.insert((*role).to_owned(), refs.unwrap_or_default());
            }
            Some(roles)
        });
        let dependencies =
            fields.optional(findings, path, "dependencies", |node, findings, path| {
                let mut roles = BTreeMap::new();
                for (role, node) in node.entries(findings, path)? {
                    let list = node.list(findings, &path.key(&role), |node, findings, path| {
                        dependencies::dependency(node, findings, path, Use::Trigger, scope)
                    });
                    roles.insert((*role).to_owned(), list.unwrap_or_default());
                }
                Some(roles)
            });
        if let (Some(source), Some(_)) = (fields.key_span("source"), fields.get("component")) {
            let message = "the trigger names a component and has a `source`";
            let path = path.key("source");
            let draft = Draft::error(ProblemKind::Conflict, &path, source, message);
            let hint = "a source belongs to a component: write it there, or remove it";
            findings.report(draft.hint(hint).stricter());
        }
        trigger_settings::report_near_settings(known_settings(kind), &fields, findings, path);
        let known = ["id", "component", "components", "dependencies"];
        let settings = fields.open_values(findings, path, &known);
        Some(Self {
            id: id.unwrap_or_else(|| Located::new(String::new(), node.span)),
            component,
            components: components.unwrap_or_default(),
            dependencies: dependencies.unwrap_or_default(),
            settings,
        })
    }
}

/// The settings of the triggers that are part of Spin.
fn known_settings(kind: &str) -> &'static [&'static str] {
    match kind {
        "http" => &[
            "id",
            "component",
            "components",
            "dependencies",
            "executor",
            "route",
            "static_response",
        ],
        "redis" => &[
            "id",
            "component",
            "components",
            "dependencies",
            "address",
            "channel",
            "executor",
        ],
        _ => &[],
    }
}

impl ComponentRef {
    fn read(
        node: &Node<'_>,
        findings: &mut Findings,
        path: &Path<'_>,
        scope: &mut Scope<'_>,
    ) -> Option<Self> {
        if let Some(id) = node.as_str() {
            return scope
                .report_component(id, node.span, findings, path)
                .map(Self::Id);
        }
        if !node.is_table() {
            let draft = node.wrong_type(path, "the id of a component, or a component");
            findings.report(draft.hint("write `component = \"hello\"`"));
            return None;
        }
        let fields = node.fields(findings, path)?;
        let component = component::read_component(&fields, findings, path, scope)?;
        Some(Self::Inline(Box::new(component)))
    }
}
