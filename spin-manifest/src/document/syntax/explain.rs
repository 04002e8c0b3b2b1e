//! What the parser found, in the words of those who write manifests.

use bindle_core::document::Document;
use bindle_core::text::Span;

use super::brackets::{Brackets, INLINE_TABLE, LIST};
use super::line::{BLANKS, ends_here, is_key};
use super::{EXTENSION, Report, draft};
use crate::diagnose::Draft;

impl Report<'_, '_> {
    /// An error of the parser in other words, and with a hint.
    pub(super) fn explained(
        &mut self,
        span: Span,
        what: &str,
        expected: &str,
        message: &str,
    ) -> Draft {
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
            if is_value(value) {
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

/// Whether a text without blanks is a value.
fn is_value(text: &str) -> bool {
    let (_, errors) = Document::parse_recoverable(&format!("value = {text}"));
    errors.is_empty()
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
