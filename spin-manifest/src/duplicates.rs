//! Keys that a document has twice: the one break of syntax after which all the
//! rest can still be read.

use std::collections::BTreeMap;

use bindle_core::text::Span;
use toml::de::{DeTable, DeValue};

use crate::diagnose::{Draft, Path, ProblemKind};

/// The reports on `errors`, if all of them are about keys that are there twice.
pub(crate) fn report(
    text: &str,
    table: &DeTable<'_>,
    errors: &[toml::de::Error],
) -> Option<Vec<Draft>> {
    if errors
        .iter()
        .any(|error| error.message() != "duplicate key")
    {
        return None;
    }
    let mut keys = BTreeMap::new();
    if !errors.is_empty() {
        collect(table, &mut keys);
    }
    let mut drafts = Vec::new();
    // All keys below a header that is there twice may be there twice too.
    let mut section = 0;
    for error in errors {
        let span = Span::from(error.span()?);
        if span.start < section {
            continue;
        }
        if is_header(text, span.start) {
            let next = text[span.end..].find("\n[");
            section = next.map_or(text.len(), |offset| span.end + offset);
        }
        let key = text.get(span.start..span.end)?.trim_matches(['"', '\'']);
        let message = format!("the key `{key}` is there twice");
        let draft = Draft::error(ProblemKind::Duplicate, &Path::Root, span, message);
        let places: &[Span] = keys.get(key).map_or(&[], Vec::as_slice);
        let first = places.iter().filter(|place| place.start < span.start);
        let first = first.max_by_key(|place| place.start).copied();
        let draft = draft.hint("keep one of them");
        drafts.push(match first.or_else(|| same_header(text, span)) {
            Some(first) => draft.related(first, "first here"),
            None => draft,
        });
    }
    Some(drafts)
}

/// Whether the line up to `offset` opens a table.
fn is_header(text: &str, offset: usize) -> bool {
    let line = text[..offset].rfind('\n').map_or(0, |end| end + 1);
    text[line..offset].trim_start().starts_with('[')
}

/// The place of the key in an earlier header that reads the same.
fn same_header(text: &str, span: Span) -> Option<Span> {
    let start = text[..span.start].rfind('\n').map_or(0, |end| end + 1);
    let line = text[start..].lines().next()?.trim_end();
    let first = text[..start].find(line)?;
    Some(Span::from(
        first + span.start - start..first + span.end - start,
    ))
}

/// The places of all keys. The parser limits how deep they nest.
fn collect<'d>(table: &'d DeTable<'d>, keys: &mut BTreeMap<&'d str, Vec<Span>>) {
    for (key, value) in table {
        keys.entry(key.get_ref())
            .or_default()
            .push(key.span().into());
        collect_value(value.get_ref(), keys);
    }
}

fn collect_value<'d>(value: &'d DeValue<'d>, keys: &mut BTreeMap<&'d str, Vec<Span>>) {
    match value {
        DeValue::Array(items) => {
            for item in items {
                collect_value(item.get_ref(), keys);
            }
        }
        DeValue::Table(table) => collect(table, keys),
        _ => {}
    }
}
