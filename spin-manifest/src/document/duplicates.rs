//! Keys that a document has twice: the one break of syntax after which all the
//! rest can still be read.

use std::collections::BTreeMap;

use bindle_core::document::{Kind, SyntaxError, Table};
use bindle_core::text::{Lines, Span};

use super::syntax;
use crate::diagnose::{Draft, Findings, Path, ProblemKind};

/// Reports the keys that are there twice, of which the parser says so among its
/// `errors`, up to the offset `end`.
pub(crate) fn report(
    text: &str,
    table: Table<'_>,
    errors: &[SyntaxError],
    end: usize,
    findings: &mut Findings,
) {
    let errors = errors
        .iter()
        .filter(|error| error.message() == syntax::DUPLICATE);
    let spans = errors.filter_map(SyntaxError::span);
    let mut spans = spans.filter(|span| span.start < end).peekable();
    if spans.peek().is_none() {
        return;
    }
    let mut places = Places::new(text, table);
    // All keys below a header that is there twice may be there twice too.
    let mut section = 0;
    for span in spans {
        if span.start < section {
            continue;
        }
        if places.line_of(span).is_header {
            let next = text[span.end..].find("\n[");
            section = next.map_or(text.len(), |offset| span.end + offset);
        }
        let key = text.get(span.start..span.end).unwrap_or_default();
        let key = key.trim_matches(['"', '\'']);
        let message = format!("the key `{key}` is there twice");
        let draft = Draft::error(ProblemKind::Duplicate, &Path::Root, span, message);
        let draft = draft.hint("keep one of them");
        findings.report(match places.earlier(key, span) {
            Some(first) => draft.related(first, "first here"),
            None => draft,
        });
    }
}

/// Where keys and headers are.
struct Places<'d> {
    lines: Lines<'d>,
    /// The places of all keys, in order.
    keys: BTreeMap<&'d str, Vec<Span>>,
    /// The first line of each header that reads the same, by its text.
    headers: BTreeMap<&'d str, usize>,
    /// What was looked up last: a line may have many keys.
    line: Line,
}

/// A line of the text.
#[derive(Clone, Copy, Default)]
struct Line {
    /// Counted from 1; 0 before anything was looked up.
    number: usize,
    start: usize,
    /// Whether it opens a table.
    is_header: bool,
    /// Where the first header starts that reads the same.
    first: usize,
}

impl<'d> Places<'d> {
    fn new(text: &'d str, table: Table<'d>) -> Self {
        let mut keys = BTreeMap::new();
        collect(table, &mut keys);
        for places in keys.values_mut() {
            places.sort_by_key(|place: &Span| place.start);
        }
        let mut headers = BTreeMap::new();
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            if line.trim_start().starts_with('[') {
                headers.entry(header(line)).or_insert(start);
            }
            start += line.len();
        }
        Self {
            lines: Lines::new(text),
            keys,
            headers,
            line: Line::default(),
        }
    }

    /// The line on which `span` starts.
    fn line_of(&mut self, span: Span) -> Line {
        let number = self.lines.position(span.start).line;
        if number != self.line.number {
            let line = self.lines.line(number).unwrap_or_default();
            let start = self.lines.start(number).unwrap_or_default();
            self.line = Line {
                number,
                start,
                is_header: line.trim_start().starts_with('['),
                first: self.headers.get(header(line)).copied().unwrap_or(start),
            };
        }
        self.line
    }

    /// The place of the key `key` before `span`: the nearest one in the table, or
    /// that in an earlier header that reads the same.
    fn earlier(&mut self, key: &str, span: Span) -> Option<Span> {
        let places = self.keys.get(key).map_or(&[][..], Vec::as_slice);
        let before = places.partition_point(|place| place.start < span.start);
        if let Some(place) = places[..before].last() {
            return Some(*place);
        }
        let line = self.line_of(span);
        let shift = line.start - line.first;
        (line.is_header && shift > 0).then(|| Span::from(span.start - shift..span.end - shift))
    }
}

/// A line up to its last bracket: the header of one that has a header.
fn header(line: &str) -> &str {
    line.rfind(']').map_or(line, |end| &line[..end])
}

/// The places of all keys. The parser limits how deep they nest.
fn collect<'d>(table: Table<'d>, keys: &mut BTreeMap<&'d str, Vec<Span>>) {
    for (key, value) in table {
        keys.entry(key.text).or_default().push(key.span);
        collect_value(value.kind, keys);
    }
}

fn collect_value<'d>(value: Kind<'d>, keys: &mut BTreeMap<&'d str, Vec<Span>>) {
    match value {
        Kind::Array(items) => {
            for item in items {
                collect_value(item.kind, keys);
            }
        }
        Kind::Table(table) => collect(table, keys),
        _ => {}
    }
}
