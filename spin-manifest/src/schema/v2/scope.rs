//! What the parts of a manifest refer to.

use std::collections::{BTreeMap, BTreeSet};

use bindle_core::text::Span;

use super::dependencies::Use;
use crate::component::Component;
use crate::diagnose::{Draft, Findings, Path, ProblemKind};
use crate::document::{Fields, Node};
use crate::id::{self, KebabId};
use crate::value::Located;

/// What the parts of a document may refer to, and the references whose check
/// has to wait until every component is read.
pub(super) struct Scope<'d> {
    components: BTreeSet<&'d str>,
    pub(super) variables: BTreeSet<&'d str>,
    dependencies: Vec<DependencyRef>,
}

struct DependencyRef {
    component: KebabId,
    span: Span,
    path: String,
    user: Use,
}

impl<'d> Scope<'d> {
    /// What the document has, whatever is wrong with it.
    pub(super) fn of(document: &Fields<'d>) -> Self {
        let names = |key| {
            let node = document.get(key);
            let keys = node.iter().filter_map(Node::keys).flatten();
            // Those of the first format, which are reported as a whole.
            let ids = node.iter().flat_map(|node| node.texts_of_items("id"));
            keys.chain(ids).collect()
        };
        Self {
            components: names("component"),
            variables: names("variables"),
            dependencies: Vec::new(),
        }
    }

    /// Reports a component that is not there; `id` is how it is referred to.
    pub(super) fn report_component(
        &self,
        id: &str,
        span: Span,
        findings: &mut Findings,
        path: &Path<'_>,
    ) -> Option<KebabId> {
        // An id that is wrong is reported where the component is.
        if self.components.contains(id) {
            return id.parse().ok();
        }
        match id.parse::<KebabId>() {
            Ok(parsed) => {
                let message = format!("there is no component `{id}`");
                let draft = Draft::error(ProblemKind::Unresolved, path, span, message);
                let near = findings.nearest(id, &self.components);
                let hint = match near {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("add [component.{id}]"),
                };
                findings.report(draft.hint(hint).stricter());
                Some(parsed)
            }
            Err(error) => {
                findings.report(id::invalid(&error, KebabId::nearest(id), span, path));
                None
            }
        }
    }

    /// Remembers a dependency on a component of the application.
    pub(super) fn depend(&mut self, component: KebabId, span: Span, path: &Path<'_>, user: Use) {
        self.dependencies.push(DependencyRef {
            component,
            span,
            path: path.to_string(),
            user,
        });
    }

    /// A component that others depend on is only a module to them: what else it
    /// has would be lost.
    pub(super) fn report_resources(
        &self,
        components: &[(Located<KebabId>, Component)],
        findings: &mut Findings,
    ) {
        if self.dependencies.is_empty() {
            return;
        }
        let components = components.iter();
        let by_id: BTreeMap<&KebabId, _> = components.map(|entry| (&*entry.0, entry)).collect();
        for reference in &self.dependencies {
            let Some((id, component)) = by_id.get(&reference.component) else {
                continue;
            };
            let resources = component.own_resources();
            if resources.is_empty() {
                continue;
            }
            let message = format!(
                "the component `{id}` can be no dependency, because it has its own {}",
                resources.join(", ")
            );
            let draft = Draft::error(
                ProblemKind::Conflict,
                &reference.path,
                reference.span,
                message,
            );
            let hint =
                "a dependency has only a module; it can inherit the configuration of its dependent";
            let draft = draft.related(id.span(), "this component").hint(hint);
            findings.report(match reference.user {
                // Spin itself looks at those of the profile that is chosen.
                Use::Profile => draft.stricter(),
                Use::Component | Use::Trigger => draft,
            });
        }
    }
}
