//! Lines in the style in which programs write: they are understood without the
//! parser, several times as fast, and nothing can be wrong with one by itself.

use alloc::borrow::Cow;

use super::table::Content;

/// A plain line.
pub(super) enum Line<'i> {
    Blank,
    Header { path: &'i str, is_array: bool },
    Field { path: &'i str, value: &'i str },
}

impl<'i> Line<'i> {
    /// What a line is, given without its end; nothing if it takes the parser to
    /// tell. Paths and values are still to be looked at.
    pub(super) fn of(line: &'i str) -> Option<Self> {
        if line.is_empty() {
            return Some(Self::Blank);
        }
        if let Some(rest) = line.strip_prefix('[') {
            let rest = rest.strip_suffix(']')?;
            let array = rest
                .strip_prefix('[')
                .and_then(|rest| rest.strip_suffix(']'));
            return Some(Self::Header {
                path: array.unwrap_or(rest),
                is_array: array.is_some(),
            });
        }
        let (path, value) = field(line)?;
        Some(Self::Field { path, value })
    }
}

/// What stands before and behind ` = `.
pub(super) fn field(text: &str) -> Option<(&str, &str)> {
    let end = find(text, b' ')?;
    let (path, rest) = text.split_at_checked(end)?;
    let value = rest.strip_prefix(" = ")?;
    Some((path, value))
}

/// The items of an array, or the fields of a table in braces, each with its
/// distance from the start of the whole.
pub(super) struct Parts<'i> {
    rest: Option<&'i str>,
    offset: usize,
}

impl<'i> Parts<'i> {
    /// Of an array that is written as `["a", { b = "c" }]`.
    pub(super) fn of_array(text: &'i str) -> Option<Self> {
        Self::between(text, "[", "]")
    }

    /// Of a table that is written as `{ a = 1, b = "c" }`.
    pub(super) fn of_table(text: &'i str) -> Option<Self> {
        Self::between(text, "{ ", " }")
    }

    fn between(text: &'i str, open: &str, close: &str) -> Option<Self> {
        let rest = text.strip_prefix(open)?.strip_suffix(close)?;
        Some(Self {
            rest: Some(rest),
            offset: open.len(),
        })
    }
}

impl<'i> Iterator for Parts<'i> {
    type Item = (&'i str, usize);

    /// What is not divided as programs do it is one part to the end.
    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.rest.take()?;
        let end = match rest.starts_with('{') {
            true => find(rest, b'}').map(|brace| brace + 1),
            false => find(rest, b','),
        };
        let offset = self.offset;
        let divided = end.and_then(|end| rest.split_at_checked(end));
        let divided = divided.and_then(|(part, rest)| Some((part, rest.strip_prefix(", ")?)));
        let Some((part, next)) = divided else {
            return Some((rest, offset));
        };
        self.rest = Some(next);
        self.offset += rest.len() - next.len();
        Some((part, offset))
    }
}

/// Where a byte comes first. In texts so short, the search of the standard
/// library would be preparing for most of the time.
pub(super) fn find(text: &str, byte: u8) -> Option<usize> {
    const STEP: usize = 16;
    let is_wanted = |other: &u8| *other == byte;
    // So many at once that the compiler looks at all of them in one step.
    let steps = text.as_bytes().chunks_exact(STEP);
    let has_none = |step: &[u8]| !step.iter().fold(false, |any, byte| any | is_wanted(byte));
    let before = steps.take_while(|step| has_none(step)).count() * STEP;
    let rest = text.as_bytes().get(before..)?;
    rest.iter().position(is_wanted).map(|at| before + at)
}

/// Whether a key needs no quotes.
pub(super) fn is_bare(key: &str) -> bool {
    !key.is_empty() && bare_length(key) == key.len()
}

/// How many bytes at the start of a text may stand in a key without quotes.
pub(super) fn bare_length(text: &str) -> usize {
    let is_bare = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    let end = text.bytes().position(|byte| !is_bare(byte));
    end.unwrap_or(text.len())
}

/// The value that a text is if it is a string on one line without escapes, a
/// number in digits, or a boolean.
pub(super) fn value(text: &str) -> Option<Content<'_>> {
    match text.as_bytes() {
        [b'"', ..] => {
            let string = text.strip_prefix('"')?.strip_suffix('"')?;
            let is_plain = |byte: &u8| !matches!(byte, 0..b' ' | b'"' | b'\\' | 0x7f);
            // So many at once that the compiler looks at all of them in one step.
            let mut chunks = string.as_bytes().chunks(32);
            chunks
                .all(|chunk| chunk.iter().fold(true, |all, byte| all & is_plain(byte)))
                .then_some(Content::String(Cow::Borrowed(string)))
        }
        b"0" | [b'1'..=b'9', ..] => {
            let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
            is_number.then_some(Content::Integer {
                digits: Cow::Borrowed(text),
                radix: 10,
            })
        }
        b"true" => Some(Content::Boolean(true)),
        b"false" => Some(Content::Boolean(false)),
        _ => None,
    }
}
