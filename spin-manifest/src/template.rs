use std::collections::BTreeSet;

use bindle_core::text::Span;

use crate::diagnose::{Draft, Findings, Path, ProblemKind};
use crate::id::LowerSnakeId;

/// The names of variables that a text refers to as `{{ name }}`, in order; an
/// error holds what follows a `{{` that nothing closes.
pub(crate) fn references(text: &str) -> Result<Vec<&str>, &str> {
    let mut names = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = split_at_pair(rest, b'{') {
        let (name, after) = split_at_pair(after, b'}').ok_or(after)?;
        names.push(name.trim());
        rest = after;
    }
    Ok(names)
}

/// Whether a text refers to variables.
pub(crate) fn is_template(text: &str) -> bool {
    split_at_pair(text, b'{').is_some()
}

/// What is before the first two braces, and what is after them.
fn split_at_pair(text: &str, brace: u8) -> Option<(&str, &str)> {
    let mut pairs = text.as_bytes().windows(2);
    let at = pairs.position(|pair| pair == [brace, brace])?;
    Some((&text[..at], &text[at + 2..]))
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
                let near = findings.nearest(name, variables);
                let (message, hint) = if name.parse::<LowerSnakeId>().is_ok() {
                    let hint = match near {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => format!("add `{name} = {{ required = true }}` to [variables]"),
                    };
                    (format!("the application has no variable `{name}`"), hint)
                } else {
                    let hint = match near {
                        Some(near) => format!("did you mean `{{{{ {near} }}}}`?"),
                        None => "write `{{ name }}`, in lower case".to_owned(),
                    };
                    let space = if name.is_empty() { "" } else { " " };
                    let message = format!("`{{{{{space}{name} }}}}` does not name a variable");
                    (message, hint)
                };
                let draft = Draft::error(ProblemKind::Unresolved, path, span, message);
                findings.report(draft.hint(hint).stricter());
            }
        }
    }
}
