//! What TOML 1.1 added. The parser reads it, and no Spin does: all of them read
//! TOML 1.0 or older.

use bindle_core::document::{Kind, Table, Value};
use bindle_core::text::Span;

use crate::diagnose::{Draft, Findings, Path, ProblemKind};

/// Reports the syntax of TOML 1.1 in a text that the parser took for `document`.
pub(crate) fn report(text: &str, document: Table<'_>, findings: &mut Findings) {
    // Escapes stand in keys too, of which a document keeps one place each.
    if text.as_bytes().contains(&b'\\') || needs_scan(text, document) {
        scan(text, findings);
    }
}

fn scan(text: &str, findings: &mut Findings) {
    let scan = Scan {
        text,
        at: 0,
        open: Vec::new(),
        comment: 0,
        findings,
    };
    scan.run();
}

/// Whether some value may be written as only TOML 1.1 allows, but for escapes:
/// in most manifests none is. The parser limits how deep values nest.
fn needs_scan(text: &str, table: Table<'_>) -> bool {
    let mut entries = table.iter();
    entries.any(|(_, value)| value_needs_scan(text, value))
}

fn value_needs_scan(text: &str, value: Value<'_>) -> bool {
    match value.kind {
        Kind::Datetime(_) => true,
        Kind::Array(items) => items.iter().any(|item| value_needs_scan(text, item)),
        Kind::Table(table) => {
            let written = text.get(value.span.start..value.span.end);
            // The span of any other table is that of its header or its key.
            let inside = written.and_then(|written| written.strip_prefix('{')?.strip_suffix('}'));
            match inside {
                None => needs_scan(text, table),
                Some(inside) => {
                    inside.contains('\n')
                        || inside.trim_end().ends_with(',')
                        || needs_scan(text, table)
                }
            }
        }
        _ => false,
    }
}

/// Goes through a text from left to right.
struct Scan<'t, 'f> {
    text: &'t str,
    at: usize,
    /// The brackets and braces that are open.
    open: Vec<Open>,
    /// Where the last comment ends.
    comment: usize,
    findings: &'f mut Findings,
}

/// The bytes at which a scan stops outside of strings.
const SPECIAL: [bool; 256] = {
    let mut special = [false; 256];
    let mut bytes: &[u8] = b"#\"'[]{}\n:";
    while let [byte, rest @ ..] = bytes {
        special[*byte as usize] = true;
        bytes = rest;
    }
    special
};

enum Open {
    Bracket,
    /// An inline table, by where it starts and whether it was reported as one
    /// of several lines.
    Brace(usize, bool),
}

impl Scan<'_, '_> {
    fn run(mut self) {
        while let Some(byte) = self.find(|byte| SPECIAL[usize::from(byte)]) {
            match byte {
                b'#' => self.skip_comment(),
                b'"' | b'\'' => self.skip_string(byte),
                b'[' => self.open.push(Open::Bracket),
                b'{' => self.open.push(Open::Brace(self.at, false)),
                b']' => drop(self.open.pop()),
                b'}' => {
                    self.report_comma();
                    self.open.pop();
                }
                b'\n' => self.report_lines(),
                _ => self.report_time(),
            }
            self.at += 1;
        }
    }

    /// Goes to the next byte that `is_wanted`; the present one may be it.
    fn find(&mut self, is_wanted: impl Fn(u8) -> bool) -> Option<u8> {
        let rest = self.text.as_bytes().get(self.at..)?;
        let offset = rest.iter().position(|byte| is_wanted(*byte))?;
        self.at += offset;
        Some(rest[offset])
    }

    /// The byte so many after the present one.
    fn byte(&self, offset: usize) -> Option<u8> {
        self.text.as_bytes().get(self.at + offset).copied()
    }

    /// Stops before the end of the line.
    fn skip_comment(&mut self) {
        match self.find(|byte| byte == b'\n') {
            Some(_) => {
                self.comment = self.at;
                self.at -= 1;
            }
            None => self.at = self.text.len(),
        }
    }

    /// Stops at the last quote.
    fn skip_string(&mut self, quote: u8) {
        let rest = &self.text.as_bytes()[self.at..];
        let quotes = if rest.starts_with(&[quote; 3]) { 3 } else { 1 };
        self.at += quotes;
        let escape = if quote == b'"' { b'\\' } else { quote };
        while let Some(byte) = self.find(|byte| byte == quote || byte == escape) {
            let rest = &self.text.as_bytes()[self.at..];
            if byte != quote {
                self.report_escape();
                self.at += 1;
            } else if rest.starts_with(&[quote; 3][..quotes]) {
                // The first two of five quotes belong to the content.
                let all = rest.iter().take_while(|byte| **byte == quote);
                self.at += all.count() - 1;
                return;
            }
            self.at += 1;
        }
    }

    fn report_escape(&mut self) {
        let (length, code) = match self.byte(1) {
            Some(b'e') => (2, "1B".to_owned()),
            Some(b'x') => {
                let digits = self.text.get(self.at + 2..self.at + 4);
                (4, digits.unwrap_or("HH").to_uppercase())
            }
            _ => return,
        };
        let span = Span::from(self.at..self.at + length);
        let escape = self.text.get(self.at..self.at + length).unwrap_or_default();
        let message = format!("the escape `{escape}` is of TOML 1.1, which Spin does not read");
        self.report(span, message, format!("write `\\u00{code}`"));
    }

    fn report_lines(&mut self) {
        let Some(Open::Brace(start, is_reported @ false)) = self.open.last_mut() else {
            return;
        };
        *is_reported = true;
        let span = Span::from(*start..*start + 1);
        let message = "an inline table of several lines is of TOML 1.1, which Spin does not read";
        let hint = "write it in one line, or as a table with a header";
        self.report(span, message.to_owned(), hint.to_owned());
    }

    /// A comma before the brace that closes an inline table.
    fn report_comma(&mut self) {
        // One within a comment is none.
        let before = self.text[..self.at].trim_end();
        if before.ends_with(',') && before.len() > self.comment {
            let span = Span::from(before.len() - 1..before.len());
            let message = "a comma before `}` is of TOML 1.1, which Spin does not read";
            self.report(span, message.to_owned(), "remove it".to_owned());
        }
    }

    /// A time without seconds, at its colon: outside of strings there are no
    /// other colons than those of times.
    fn report_time(&mut self) {
        let bytes = self.text.as_bytes();
        let Some(start) = self.at.checked_sub(2) else {
            return;
        };
        // The second colon of a time, or that of the offset from UTC.
        let is_later = start
            .checked_sub(1)
            .is_some_and(|before| matches!(bytes[before], b':' | b'+' | b'-'));
        if is_later || self.byte(3) == Some(b':') {
            return;
        }
        let span = Span::from(start..self.at + 3);
        let time = self.text.get(start..self.at + 3).unwrap_or_default();
        let message =
            format!("the time {time} without seconds is of TOML 1.1, which Spin does not read");
        self.report(span, message, format!("write `{time}:00`"));
    }

    fn report(&mut self, span: Span, message: String, hint: String) {
        let draft = Draft::error(ProblemKind::Syntax, &Path::Root, span, message);
        self.findings.report(draft.hint(hint));
    }
}

#[cfg(test)]
mod tests {
    use bindle_core::document::Document;
    use proptest::prelude::*;

    use super::{report, scan};
    use crate::diagnose::{Diagnostics, Findings};
    use crate::era::Eras;

    fn values() -> impl Strategy<Value = String> {
        let plain = prop::sample::select(vec![
            "1",
            "07:32",
            "07:32:00",
            "1979-05-27T07:32Z",
            "1979-05-27",
            "'a'",
            "'{'",
            "\"{ a, }\"",
            "\"\\e\"",
            "'\\e'",
            "\"\"\"{\n,}\"\"\"",
            "'''\n{\n'''",
        ]);
        let blank = || prop::sample::select(vec!["", " ", "\n", " # }\n", " # ,\n"]);
        plain
            .prop_map(str::to_owned)
            .prop_recursive(3, 24, 4, move |value| {
                let values = prop::collection::vec((value, blank()), 0..4);
                let end = (prop::sample::select(vec!["", ","]), blank());
                (any::<bool>(), blank(), values, end).prop_map(|(is_table, start, values, end)| {
                    let values = values.into_iter().enumerate();
                    let values = values.map(|(index, (value, blank))| match is_table {
                        true => format!("k{index} = {value}{blank}"),
                        false => value + blank,
                    });
                    let values = values.collect::<Vec<_>>().join(",");
                    let (open, close) = if is_table { ("{", "}") } else { ("[", "]") };
                    format!("{open}{start}{values}{}{}{close}", end.0, end.1)
                })
            })
    }

    fn found(text: &str) -> Diagnostics {
        let (document, errors) = Document::parse_recoverable(text);
        assert_eq!(errors, [], "of {text:?}");
        let mut findings = Findings::of(Eras::ALL);
        report(text, document.root(), &mut findings);
        findings.into_diagnostics(text, Eras::ALL)
    }

    #[test]
    fn each_piece_of_syntax_is_found_by_itself() {
        for text in [
            "a = {\n b = 1 }",
            "a = { b = 1 # c\n }",
            "a = { b = 1, }",
            "a = [{ b = 1 }, { b = 1,}]",
            "a = { b = {\n} }",
            "a = [[{ b = [{ c = 1 ,\t}] }]]",
            "a = 07:32",
            "[a]\nb = [{ c = 1979-05-27T07:32 }]",
            "a = \"\\e\"",
            "a = [{ b = \"\"\"\n\\x41\"\"\" }]",
            "\"\\e\" = 1",
            "[A]\n[\"\\x41\".b]",
        ] {
            assert!(!found(text).is_empty(), "of {text:?}");
        }
        for text in [
            "a = { b = 1 }\nc = [\n1,\n]",
            "a = '{'\nb = \"{ c = 1, }\"",
            "a = '''{\n'''",
            "a = 07:32:00",
            "a = '\\e'",
            "a = \"\\u0041\"",
        ] {
            assert!(found(text).is_empty(), "of {text:?}");
        }
    }

    proptest! {
        /// What a scan of the whole text would report is reported.
        #[test]
        fn nothing_is_passed_over(values in prop::collection::vec(values(), 1..4)) {
            let lines = values.iter().enumerate();
            let lines = lines.map(|(index, value)| format!("[t{index}]\nkey = {value}\n"));
            let text: String = lines.collect();
            prop_assume!(Document::parse_recoverable(&text).1.is_empty());
            let mut expected = Findings::of(Eras::ALL);
            scan(&text, &mut expected);
            let expected = expected.into_diagnostics(&text, Eras::ALL);
            prop_assert_eq!(found(&text), expected, "of {:?}", text);
        }
    }
}
