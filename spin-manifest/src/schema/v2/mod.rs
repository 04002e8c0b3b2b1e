//! Manifests of the second format: `spin_manifest_version = 2`.

mod component;
mod dependencies;
mod details;
mod scope;
mod trigger;

use std::collections::BTreeMap;

pub(crate) use self::dependencies::read_inherit;
pub use self::details::Details;
use self::scope::Scope;
pub use self::trigger::{ComponentRef, Trigger, TriggerGroup};
use super::parts;
use crate::component::Component;
use crate::diagnose::{Findings, Path};
use crate::document::Fields;
use crate::era::Eras;
use crate::id::KebabId;
use crate::value::Located;
use crate::variable::Variable;

/// A manifest of the second format, as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Application {
    /// What it says about the application as a whole.
    pub details: Details,
    /// The settings that come from outside.
    pub variables: BTreeMap<String, Variable>,
    /// What starts the components: the types of triggers, in the order of the
    /// text.
    pub triggers: Vec<TriggerGroup>,
    /// The components, in the order of the text.
    pub components: Vec<(Located<KebabId>, Component)>,
}

impl Application {
    /// Reads the document, without its version field.
    pub(crate) fn read(fields: &Fields<'_>, findings: &mut Findings) -> Option<Self> {
        let path = &Path::Root;
        let known = [
            "spin_manifest_version",
            // Reported where the version is read.
            "spin_version",
            "application",
            "variables",
            "trigger",
            "component",
        ];
        fields.deny_unknown(findings, path, &known.map(|key| (key, Eras::ALL)));
        let example = "[application]";
        let details = fields.required(findings, path, "application", example, Details::read);
        let variables = fields.optional(findings, path, "variables", parts::variables);
        let scope = &mut Scope::of(fields);
        let example = "[[trigger.http]]";
        let triggers = fields.required(
            findings,
            path,
            "trigger",
            example,
            |node, findings, path| trigger::read_triggers(node, findings, path, scope),
        );
        let components = fields.optional(findings, path, "component", |node, findings, path| {
            component::read_components(node, findings, path, scope)
        });
        let components = components.unwrap_or_default();
        scope.report_resources(&components, findings);
        Some(Self {
            details: details?,
            variables: variables.unwrap_or_default(),
            triggers: triggers?,
            components,
        })
    }
}
