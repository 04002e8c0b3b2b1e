use std::collections::BTreeSet;

use bindle_core::text::Span;

use crate::diagnose::{Draft, Path, ProblemKind};
use crate::schema::common::Findings;

/// The names of variables that a text refers to as `{{ name }}`, in order; an
/// error holds what follows a `{{` that nothing closes.
pub(crate) fn references(text: &str) -> Result<Vec<&str>, &str> {
    let mut names = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once("{{") {
        let (name, after) = after.split_once("}}").ok_or(after)?;
        names.push(name.trim());
        rest = after;
    }
    Ok(names)
}

/// Reports what a text refers to and is not among `variables`. Spin itself
/// finds it only when the component asks for the value.
pub(crate) fn report_references(
    text: &str,
    span: Span,
    variables: &BTreeSet<&str>,
    findings: &mut Findings,
    path: &Path<'_>,
) {
    match references(text) {
        Err(_) => {
            let message = "the text has `{{` without `}}`";
            let draft = Draft::error(ProblemKind::InvalidValue, path, span, message);
            let hint = "write `{{ name }}` for the value of a variable";
            findings.report(draft.hint(hint).stricter());
        }
        Ok(names) => {
            let mut reported = BTreeSet::new();
            for name in names {
                if variables.contains(name) || !reported.insert(name) {
                    continue;
                }
                let message = format!("the application has no variable `{name}`");
                let draft = Draft::error(ProblemKind::Unresolved, path, span, message);
                let near = findings.nearest(name, variables);
                let hint = match near {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("add `{name} = {{ required = true }}` to [variables]"),
                };
                findings.report(draft.hint(hint).stricter());
            }
        }
    }
}
