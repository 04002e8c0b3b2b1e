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
        let end = line.bytes().position(|byte| byte == b' ')?;
        let (path, rest) = line.split_at_checked(end)?;
        let value = rest.strip_prefix(" = ")?;
        Some(Self::Field { path, value })
    }
}

/// The items of an array on one line.
pub(super) fn items(text: &str) -> Option<impl Iterator<Item = &str>> {
    let items = text.strip_prefix('[')?.strip_suffix(']')?;
    Some(items.split(SEPARATOR))
}

/// What stands between the items of an array.
pub(super) const SEPARATOR: &str = ", ";

/// Whether a key needs no quotes.
pub(super) fn is_bare(key: &str) -> bool {
    let is_bare = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    !key.is_empty() && key.bytes().all(is_bare)
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
