//! What a line of a broken text was meant to be.

/// What may stand between the words of a line.
pub(super) const BLANKS: [char; 2] = [' ', '\t'];

/// Whether a line ends where `text` starts, but for a comment.
pub(super) fn ends_here(text: &str) -> bool {
    let text = text.trim_start_matches(BLANKS);
    text.is_empty() || text.starts_with(['\n', '\r', '#'])
}

/// Whether a line opens a table.
pub(super) fn is_header(line: &str) -> bool {
    let line = line.split('#').next().unwrap_or_default().trim();
    let name = line.trim_start_matches('[');
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '"' | ' ' | ']');
    name.len() < line.len()
        && name.starts_with(|c: char| c.is_alphabetic())
        && name.chars().all(is_part)
}

/// Whether a line starts with a key.
pub(super) fn is_setting(line: &str) -> bool {
    let Some((key, _)) = line.split_once('=') else {
        return false;
    };
    is_key(key.trim())
}

/// Whether a text is a key without quotes.
pub(super) fn is_key(text: &str) -> bool {
    let is_sign = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let is_part = |part: &str| !part.is_empty() && part.chars().all(is_sign);
    text.split('.').all(is_part)
}
