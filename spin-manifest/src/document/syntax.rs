//! Where a text is not TOML: what the parser found, without what only follows
//! from it, in the words of those who write manifests.

use std::ops::ControlFlow;

use bindle_core::text::Span;
use toml::de::{DeTable, DeValue, Error};

use crate::diagnose::{Draft, Findings, Path, ProblemKind};

/// The message of the parser for a key that is there twice.
pub(crate) const DUPLICATE: &str = "duplicate key";

/// How its message starts for keys below a value that is not a table.
const EXTENSION: &str = "cannot extend value of type ";

/// Reports the `errors` of a text, of which at least one is about its syntax.
/// Gives the offset from which on keys may stand where they were not meant to
/// be, so that it tells nothing if one is there twice.
pub(crate) fn report(text: &str, errors: &[Error], findings: &mut Findings) -> usize {
    // A list that nothing closes takes in all that follows, and what is below a
    // broken header, or a key without `=`, is not looked at: it is then read again
    // without that. Each time takes as long as the text.
    const TIMES: usize = 8;
    if let Some(draft) = other_format(text) {
        findings.report(draft);
        return 0;
    }
    let mut report = Report {
        text,
        line: Span::default(),
        is_broken: false,
        reported: 0,
        open_string: 0,
        openings: Openings::default(),
        lost: text.len(),
        times: TIMES,
        findings,
    };
    let mut next = report.all(errors, 0);
    while let ControlFlow::Break(from) = next {
        report.times -= 1;
        let (_, errors) = DeTable::parse_recoverable(&text[from..]);
        next = report.all(&errors, from);
    }
    report.lost
}

/// A text that was never meant to be TOML, or is not saved as such.
fn other_format(text: &str) -> Option<Draft> {
    let start = text.find(|c: char| !(c.is_whitespace() || c == '\u{feff}'))?;
    if text[start..].starts_with('{') {
        let message = "the text looks like JSON; manifests are TOML";
        let hint = "write lines such as `spin_manifest_version = 2`";
        return Some(draft(Span::from(start..start + 1), message).hint(hint));
    }
    let end = text.find('\r')?;
    if text.contains('\n') {
        return None;
    }
    let message = "the lines end with carriage returns alone";
    let hint = "save it with line feeds, or with both, at the ends of lines";
    Some(draft(Span::from(end..end + 1), message).hint(hint))
}

fn draft(span: Span, message: impl Into<String>) -> Draft {
    Draft::error(ProblemKind::Syntax, &Path::Root, span, message)
}

/// What a value of several is called, and what it stands between.
#[derive(Clone, Copy)]
struct Brackets {
    name: &'static str,
    open: char,
    close: char,
}

const LIST: Brackets = Brackets {
    name: "list",
    open: '[',
    close: ']',
};

const INLINE_TABLE: Brackets = Brackets {
    name: "inline table",
    open: '{',
    close: '}',
};

/// Where settings opened a list and an inline table last, in the text up to
/// `end`: found by going through it once, however often it is asked for.
#[derive(Default)]
struct Openings {
    list: Option<usize>,
    inline_table: Option<usize>,
    end: usize,
}

impl Openings {
    fn go_on(&mut self, text: &str, end: usize) {
        let next = text.get(self.end..end).unwrap_or_default();
        for (at, bracket) in next.match_indices([LIST.open, INLINE_TABLE.open]) {
            let at = self.end + at;
            if text[..at].trim_end().ends_with('=') {
                match bracket.starts_with(LIST.open) {
                    true => self.list = Some(at),
                    false => self.inline_table = Some(at),
                }
            }
        }
        self.end = end;
    }
}

/// Goes through the errors from left to right.
struct Report<'t, 'f> {
    text: &'t str,
    /// The line of the last error, with its end.
    line: Span,
    /// Whether what is left of this line cannot be understood.
    is_broken: bool,
    /// Where what was reported last ends.
    reported: usize,
    /// Where the last string ends that nothing closes.
    open_string: usize,
    /// What the lines before this one open.
    openings: Openings,
    /// Where it starts to be uncertain to which table a key belongs.
    lost: usize,
    /// How often what is left may still be read again.
    times: usize,
    findings: &'f mut Findings,
}

impl Report<'_, '_> {
    /// Reports errors whose places are counted from `start`; breaks at the line
    /// from which on the text is to be read again.
    fn all(&mut self, errors: &[Error], start: usize) -> ControlFlow<usize> {
        let errors = errors.iter().filter(|error| error.message() != DUPLICATE);
        let errors = errors.map(|error| {
            let span = error.span().unwrap_or_default();
            let span = Span::from(start + span.start..start + span.end);
            (span, error.message())
        });
        let mut errors: Vec<_> = errors.collect();
        errors.sort_by_key(|(span, _)| span.start);
        for (span, message) in errors {
            self.one(span, message)?;
        }
        ControlFlow::Continue(())
    }

    fn one(&mut self, span: Span, message: &str) -> ControlFlow<usize> {
        if span.start < self.reported {
            return ControlFlow::Continue(());
        }
        if span.start >= self.line.end {
            self.enter_line(span.start);
        }
        let is_extension = message.starts_with(EXTENSION);
        let (what, expected) = message.split_once(", expected ").unwrap_or((message, ""));
        if self.is_broken || is_extension && span.start >= self.lost {
            return self.after(what);
        }
        let unclosed = self.unclosed_before(span, what);
        if let Some(value) = unclosed.filter(|_| self.times > 0) {
            let Brackets { name, open, close } = value;
            let span = Span::from(span.start..self.line.start + self.line_text().len());
            let message = format!("the {name} before this line is not closed");
            let draft = draft(span, message).hint(format!("write `{close}` at its end"));
            match self.opening(open) {
                Some(opening) if opening.start < self.open_string => {}
                Some(opening) => self
                    .findings
                    .report(draft.related(opening, "it starts here")),
                None => self.findings.report(draft),
            }
            self.lost = self.lost.min(self.line.start);
            let next = self.line.start;
            // The line itself is read again.
            self.line.end = next;
            return ControlFlow::Break(next);
        }
        let draft = self.explained(span, what, expected, message);
        self.findings.report(draft);
        // What is reported at the end of the text is past it.
        let end = self.character(span.start).end.max(span.start + 1);
        self.reported = self.reported.max(end);
        self.after(what)
    }

    /// Breaks at the next line if the parser stopped at this one.
    fn after(&self, what: &str) -> ControlFlow<usize> {
        let is_stop = matches!(
            what,
            "key with no value"
                | "missing value for key"
                | "unclosed table"
                | "unclosed array table"
        );
        match is_stop && self.times > 0 && self.line.end < self.text.len() {
            true => ControlFlow::Break(self.line.end),
            false => ControlFlow::Continue(()),
        }
    }

    fn enter_line(&mut self, offset: usize) {
        let start = self.text[..offset].rfind('\n').map_or(0, |end| end + 1);
        let end = self.text[offset..].find('\n');
        self.line = Span::from(start..end.map_or(self.text.len() + 1, |end| offset + end + 1));
        self.is_broken = false;
        let line = self.line_text();
        let marks = ["<<<<<<< ", "||||||| ", "=======", ">>>>>>> "];
        if marks.iter().any(|mark| line.starts_with(mark)) {
            let span = Span::from(start..start + line.len());
            let message = "a merge left its mark here";
            let draft = draft(span, message);
            self.findings
                .report(draft.hint("keep one of the two versions, and remove the marks"));
            self.lose();
        }
    }

    /// The line without its end.
    fn line_text(&self) -> &str {
        let end = self.line.end.min(self.text.len());
        self.text[self.line.start..end].trim_end_matches(['\n', '\r'])
    }

    /// The whole character that starts at `offset`.
    fn character(&self, offset: usize) -> Span {
        let character = self.text[offset..].chars().next();
        Span::from(offset..offset + character.map_or(0, char::len_utf8))
    }

    /// Nothing more is said of this line, and what keys are there twice from
    /// here on may not tell anything.
    fn lose(&mut self) {
        self.is_broken = true;
        self.lost = self.lost.min(self.line.start);
    }

    /// The value of an earlier line that should have ended before this line.
    fn unclosed_before(&mut self, span: Span, what: &str) -> Option<Brackets> {
        // Where a value is written in more lines, it is closed nearby.
        const LINES: usize = 50;
        let value = match what {
            "missing comma between array elements" => LIST,
            "missing comma between key-value pairs" | "missing key for inline table element" => {
                INLINE_TABLE
            }
            _ => return None,
        };
        let before = &self.text[self.line.start..span.start];
        let line = self.line_text();
        if !before.trim().is_empty() || !(is_header(line) || is_setting(line)) {
            return None;
        }
        let opening = self.opening(value.open);
        if opening.is_some_and(|opening| opening.start < self.open_string) {
            // The string took in what closes it, which was reported then.
            return Some(value);
        }
        let mut lines = self.text[self.line.start..].lines().take(LINES);
        let end = lines.find(|line| is_header(line) || line.trim_start().starts_with(value.close));
        end.is_none_or(is_header).then_some(value)
    }

    /// The colon that comes next in the line, or that was the last thing in it.
    fn colon(&self, span: Span) -> Option<usize> {
        let after = self.text[span.start..].trim_start_matches(BLANKS);
        if after.starts_with(':') {
            return Some(self.text.len() - after.len());
        }
        let before = self.text[self.line.start..span.start].trim_end();
        let colon = before.strip_suffix(':')?;
        Some(self.line.start + colon.len())
    }

    /// The last place before this line where a setting opens a list or a table.
    fn opening(&mut self, open: char) -> Option<Span> {
        self.openings.go_on(self.text, self.line.start);
        let place = match open == LIST.open {
            true => self.openings.list,
            false => self.openings.inline_table,
        };
        place.map(|at| Span::from(at..at + 1))
    }

    /// An error of the parser in other words, and with a hint.
    fn explained(&mut self, span: Span, what: &str, expected: &str, message: &str) -> Draft {
        let rest = &self.text[span.start..];
        let next = rest.trim_start_matches(BLANKS).chars().next();
        let is_about_key = matches!(
            what,
            "key with no value"
                | "missing assignment between key-value pairs"
                | "invalid unquoted key"
        );
        if is_about_key {
            if let Some(colon) = self.colon(span) {
                return self.colon_for_equals(colon);
            }
        }
        match what {
            "string values must be quoted"
            | "invalid boolean"
            | "invalid exponent"
            | "invalid float"
            | "invalid fraction"
            | "invalid integer"
            | "invalid mantissa"
            | "missing opening quote"
            | "redundant numeric sign"
            | "`_` may only go between digits"
            | "unexpected leading zero" => self.value(span),
            "invalid basic string"
            | "invalid literal string"
            | "invalid multi-line basic string"
            | "invalid multi-line literal string" => {
                let quote = if what.contains("literal") { "'" } else { "\"" };
                let count = if what.contains("multi-line") { 3 } else { 1 };
                self.string(span, expected, &quote.repeat(count))
            }
            "missing escaped value" if rest.starts_with("\r\n") => {
                self.string(span, expected, "\"")
            }
            "missing escaped value" => self.escape(span),
            "invalid value" => draft(span, "the escape stands for no character")
                .hint("write the number of a character, or `\\\\` for a backslash"),
            "too few unicode value digits" => draft(span, "the escape has too few digits")
                .hint("`\\u` has four hexadecimal digits; write `\\\\` for a backslash"),
            "missing assignment between key-value pairs" => {
                self.is_broken = true;
                draft(span, "there is no `=` between the key and its value")
                    .hint("write `=` before this")
            }
            "key with no value" if !ends_here(rest) => {
                self.lose();
                let line = &self.text[self.line.start..span.start];
                if line.trim() == "--" {
                    let start = span.start - line.trim_start().len();
                    return other_comment(Span::from(start..start + 2));
                }
                let start = span.start + rest.len() - rest.trim_start_matches(BLANKS).len();
                let message = "there is no `=` between the key and its value";
                draft(self.character(start), message).hint("write `=` before this")
            }
            "key with no value" => {
                self.lose();
                let line = &self.text[self.line.start..span.start];
                let key = line.trim();
                let quote = key.get(..1).filter(|sign| ["\"", "'"].contains(sign));
                if let Some(quote) = quote.filter(|quote| !key[1..].ends_with(quote)) {
                    return draft(span, "the string is not closed")
                        .hint(format!("write `{quote}` at its end"));
                }
                let start = span.start - line.trim_start().len();
                let draft = draft(Span::from(start..start + key.len()), "the key has no value");
                match is_short(key) && (quote.is_some() || is_key(key)) {
                    true => draft.hint(format!("write `{key} = \"…\"`")),
                    false => draft,
                }
            }
            "invalid unquoted key" => self.key(span),
            "keys cannot be multi-line basic strings"
            | "keys cannot be multi-line literal strings" => {
                self.lose();
                draft(span, "a key has one quote at each end")
                    .hint("write one in place of the three")
            }
            "unexpected key or value" => self.more(span),
            "unclosed table" | "unclosed array table" => self.header(span),
            "unquoted keys cannot be empty" | "missing value for key" => {
                self.lose();
                match self.line_text().trim_start().starts_with("[[[") {
                    true => draft(span, "a header has at most two brackets")
                        .hint("write `[[trigger.http]]`, or `[component.hello]`"),
                    false => draft(span, "a key is missing"),
                }
            }
            "missing comma between array elements" | "missing comma between key-value pairs" => {
                self.is_broken = true;
                match next {
                    Some(other @ (';' | ':')) => {
                        draft(span, format!("there is `{other}` where `,` belongs"))
                            .hint("write `,`")
                    }
                    Some(']' | '}') => stray_bracket(span),
                    _ => {
                        draft(span, "there is no `,` before this").hint("write `,` between the two")
                    }
                }
            }
            "unexpected `=` in array" => {
                self.is_broken = true;
                draft(span, "there is `=` in a list")
                    .hint("a table in a list is written `{ key = value }`")
            }
            "missing key for inline table element" | "invalid inline table element" => {
                self.is_broken = true;
                draft(span, "this is not `key = value`")
            }
            "extra `=`" | "extra assignment between key-value pairs" => {
                self.is_broken = true;
                draft(span, "there is one `=` too much").hint("remove it")
            }
            "extra comma in inline table"
                if !self.text[..span.start].trim_end().ends_with(['{', ',']) =>
            {
                self.is_broken = true;
                draft(span, "the key before this has no value").hint("write `key = value`")
            }
            "extra comma in array" | "extra comma in inline table" => {
                draft(span, "there is one `,` too much").hint("remove it")
            }
            "unclosed array" => self.unclosed(span, LIST),
            "unclosed inline table" => self.unclosed(span, INLINE_TABLE),
            "carriage return must be followed by newline" => {
                self.is_broken = true;
                draft(span, "there is a carriage return within the line").hint("remove it")
            }
            "invalid comment character" => {
                draft(span, "the comment has a control character").hint("remove it")
            }
            "radix must be lowercase" => draft(span, "`x`, `o` and `b` in numbers are lower case"),
            "integers with a radix cannot be signed" => {
                draft(span, "a number with a prefix has no sign").hint("remove it")
            }
            "missing table open" | "missing array opening" | "missing inline table opening" => {
                self.is_broken = true;
                stray_bracket(span)
            }
            "invalid key-value pair" => {
                self.is_broken = true;
                draft(span, "this is neither `key = value` nor a `[header]`")
            }
            "cannot recurse further; max recursion depth met" => {
                self.is_broken = true;
                draft(span, "the values are nested too deeply")
            }
            _ => match what.strip_prefix(EXTENSION) {
                Some(kind) => {
                    let kind = kind.split(" with").next().unwrap_or_default();
                    let message = format!("this is of type {kind} already, and has no keys");
                    draft(span, message).hint("keep one of the two")
                }
                None => draft(span, message),
            },
        }
    }

    fn colon_for_equals(&mut self, colon: usize) -> Draft {
        self.lose();
        let key = self.text[self.line.start..colon].trim();
        let is_table = ends_here(&self.text[colon + 1..]) && is_short(key) && is_key(key);
        let span = Span::from(colon..colon + 1);
        let draft = draft(span, "there is `:` where `=` belongs");
        match is_table {
            true => draft.hint(format!("write `[{key}]` for a table")),
            false => draft.hint("write `=`"),
        }
    }

    /// A value without quotes.
    fn value(&mut self, span: Span) -> Draft {
        let is_end =
            |c: char| matches!(c, '=' | ',' | '[' | ']' | '{' | '}' | '#') || c.is_whitespace();
        let before = &self.text[self.line.start.max(self.reported)..span.start];
        let start = span.start - (before.len() - before.rfind(is_end).map_or(0, |at| at + 1));
        let after = &self.text[span.start..];
        let end = span.start + after.find(is_end).unwrap_or(after.len());
        let end = end.max(span.end);
        let token = self.text[start..end].trim_end();
        let span = Span::from(start..start + token.len());
        self.reported = end;
        if token.is_empty() {
            self.is_broken = true;
            return draft(Span::from(start..start), "the key has no value")
                .hint("write one after `=`, or remove the key");
        }
        let quotes = ['“', '”', '„', '‘', '’', '«', '»'];
        let plain = token.trim_matches(quotes);
        if plain.len() < token.len() {
            let draft = draft(span, "the string is in typographic quotes");
            if !token.starts_with(quotes) || !token.ends_with(quotes) || plain.is_empty() {
                // A part of it: no more is known of the rest.
                self.is_broken = true;
                return draft.hint("write `\"` at its start and at its end");
            }
            return draft.hint(format!("write {:?}", short(plain)));
        }
        if let Some(value) = token.strip_suffix(';') {
            if DeValue::parse(value).is_ok() {
                let end = start + value.len();
                return draft(Span::from(end..end + 1), "there is `;` after the value")
                    .hint("remove it");
            }
        }
        let shown = short(token);
        let lower = token.to_ascii_lowercase();
        if lower == "true" || lower == "false" {
            return draft(span, format!("`{shown}` is not a value"))
                .hint(format!("write `{lower}`"));
        }
        let quoted = format!("{shown:?}");
        if token
            .bytes()
            .all(|byte| byte.is_ascii_digit() || b"+-._".contains(&byte))
        {
            return draft(span, format!("`{shown}` is not a number"))
                .hint(format!("write {quoted} if it is a string"));
        }
        draft(span, format!("`{shown}` is a string without quotes")).hint(format!("write {quoted}"))
    }

    fn string(&mut self, span: Span, expected: &str, quote: &str) -> Draft {
        let rest = &self.text[span.start..];
        let next = rest.chars().next();
        let is_end = rest.starts_with("\r\n");
        let is_shown = |next: &char| *next == '\n' || !next.is_control();
        if let Some(next) = next.filter(|next| !is_end && !is_shown(next)) {
            let code = u32::from(next);
            return draft(span, "the string has a control character")
                .hint(format!("write `\\u{code:04X}`, in double quotes"));
        }
        self.is_broken = true;
        let is_quote = expected.starts_with(['`', '\'', '"']);
        if is_quote && matches!(next, None | Some('\n')) || is_end {
            self.open_string = span.start;
            let draft = draft(span, "the string is not closed");
            let draft = draft.hint(format!("write `{quote}` at its end"));
            let opening = self.text[..span.start].rfind(quote);
            return match opening.filter(|opening| *opening < self.line.start) {
                Some(at) => draft.related(Span::from(at..at + quote.len()), "it starts here"),
                None => draft,
            };
        }
        draft(span, "a value is missing").hint("write `key = value`")
    }

    fn escape(&mut self, span: Span) -> Draft {
        let start = span.start.saturating_sub(1);
        let escape = self.text.get(start..).unwrap_or_default();
        let mut characters = escape.chars();
        match (characters.next(), characters.next()) {
            (Some('\\'), Some('"')) => draft(
                Span::from(start..start + 2),
                "`\\\"` is a quote within the string, and does not end it",
            )
            .hint("write `\\\\` for a backslash, or the string in single quotes"),
            (Some('\\'), Some(letter)) if !letter.is_control() => {
                let span = Span::from(start..start + 1 + letter.len_utf8());
                draft(span, format!("`\\{letter}` is not an escape"))
                    .hint("write `\\\\` for a backslash, or the string in single quotes")
            }
            _ => draft(span, "the escape has no letter").hint("write `\\\\` for a backslash"),
        }
    }

    fn key(&mut self, span: Span) -> Draft {
        self.lose();
        let line = self.line_text().trim_start();
        if ["//", "/*", ";"].iter().any(|sign| line.starts_with(sign)) {
            return other_comment(span);
        }
        let token = self.text.get(span.start..span.end).unwrap_or_default();
        let draft = draft(
            span,
            format!("`{}` can be no key without quotes", short(token)),
        );
        draft.hint("keys without quotes have only letters, digits, `-` and `_`")
    }

    /// Text after the end of a value or header.
    fn more(&mut self, span: Span) -> Draft {
        self.is_broken = true;
        let before = self.text[..span.start].chars().next_back();
        let rest = &self.text[span.start..];
        let what = match self.line_text().trim_start().starts_with('[') {
            true => "header",
            false => "value",
        };
        if let Some(sign @ (';' | ',' | ']' | '}' | ')')) = rest.chars().next() {
            return draft(span, format!("there is `{sign}` after the {what}")).hint("remove it");
        }
        if ["//", "/*", "--"].iter().any(|sign| rest.starts_with(sign)) {
            return other_comment(span);
        }
        let draft = draft(span, format!("there is more text after the {what}"));
        match before {
            Some('"') => draft.hint("within a string, `\"` is written `\\\"`"),
            Some('\'') => draft.hint("a string that has `'` in it is written in double quotes"),
            _ => draft.hint("begin a new line before it, or remove it"),
        }
    }

    /// A header without its last brackets.
    fn header(&mut self, span: Span) -> Draft {
        self.lose();
        let line = self.line_text().split('#').next().unwrap_or_default();
        let line = line.trim();
        let name = line.trim_matches(['[', ']']).trim();
        let (open, close) = match line.starts_with("[[") {
            true => ("[[", "]]"),
            false => ("[", "]"),
        };
        let words: Vec<_> = name.split_whitespace().collect();
        let is_plain = !name.contains(['=', '[', ']', '"']);
        let message = match is_plain && words.len() > 1 {
            true => "the header has a space in it",
            false => "the header is not closed",
        };
        let name = words.join(".");
        let draft = draft(span, message);
        match is_plain && is_short(&name) {
            true => draft.hint(format!("write `{open}{name}{close}`")),
            false => draft.hint(format!("write `{close}` at its end")),
        }
    }

    fn unclosed(&mut self, span: Span, value: Brackets) -> Draft {
        self.lose();
        let Brackets { name, open, close } = value;
        let message = format!("the {name} is not closed");
        let draft = draft(span, message).hint(format!("write `{close}` at its end"));
        let line = &self.text[self.line.start..span.start];
        match self.opening(open) {
            Some(opening) if !line.contains(open) => draft.related(opening, "it starts here"),
            _ => draft,
        }
    }
}

/// A comment of another language.
fn other_comment(span: Span) -> Draft {
    draft(span, "comments start with `#`").hint("write `#`")
}

fn stray_bracket(span: Span) -> Draft {
    draft(span, "nothing opens this bracket").hint("remove it")
}

/// What may stand between the words of a line.
const BLANKS: [char; 2] = [' ', '\t'];

/// Whether a line ends where `text` starts, but for a comment.
fn ends_here(text: &str) -> bool {
    let text = text.trim_start_matches(BLANKS);
    text.is_empty() || text.starts_with(['\n', '\r', '#'])
}

/// Whether a line opens a table.
fn is_header(line: &str) -> bool {
    let line = line.split('#').next().unwrap_or_default().trim();
    let name = line.trim_start_matches('[');
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '"' | ' ' | ']');
    name.len() < line.len()
        && name.starts_with(|c: char| c.is_alphabetic())
        && name.chars().all(is_part)
}

/// Whether a line starts with a key.
fn is_setting(line: &str) -> bool {
    let Some((key, _)) = line.split_once('=') else {
        return false;
    };
    is_key(key.trim())
}

/// Whether a text is a key without quotes.
fn is_key(text: &str) -> bool {
    let is_sign = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let is_part = |part: &str| !part.is_empty() && part.chars().all(is_sign);
    text.split('.').all(is_part)
}

const SHORT: usize = 60;

fn is_short(text: &str) -> bool {
    !text.is_empty() && text.len() <= SHORT
}

/// Enough of a text to recognise it by.
fn short(text: &str) -> String {
    match text.char_indices().nth(SHORT) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::Openings;

    #[test]
    fn openings_are_the_last_ones_of_settings() {
        let text = "a = [\nb = {}\n{ c = [1] }\n[d]\ne =\t {\n";
        let mut openings = Openings::default();
        for (line, list, inline_table) in [
            ("a", None, None),
            ("b", Some(4), None),
            ("{ c", Some(4), Some(10)),
            ("[d]", Some(19), Some(10)),
            ("e", Some(19), Some(10)),
            ("", Some(19), Some(34)),
        ] {
            let end = match line {
                "" => text.len(),
                _ => text.find(line).expect("a line"),
            };
            openings.go_on(text, end);
            assert_eq!((openings.list, openings.inline_table), (list, inline_table));
        }
    }

    #[test]
    fn what_was_gone_through_is_not_looked_at_again() {
        let mut openings = Openings::default();
        openings.go_on("a = [\n", 6);
        openings.go_on("b = {\nc = 1\n", 12);
        assert_eq!((openings.list, openings.inline_table), (Some(4), None));
    }
}
