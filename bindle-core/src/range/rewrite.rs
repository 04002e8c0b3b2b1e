//! What node-semver reads beyond its grammar.
//!
//! It knows no grammar: it rewrites the text by regular expressions and looks
//! at the result. So it also reads `==1.2`, `vv1`, `~ > 1`, `+a 1.2.3` or
//! `1.2.*3`, and deployed ranges are whatever it reads. The same steps are
//! taken here, by hand and in linear time, for alternatives that do not follow
//! the grammar. `None` stands for a text that node-semver refuses, too.

use alloc::string::String;

use super::Prereleases;
use super::build::{Builder, Partial};
use super::scanner::{Scanner, is_space};

/// Reads a text without `||`.
pub(super) fn alternative(text: &str, builder: &mut Builder) -> Option<()> {
    let line = without_build_metadata(&with_single_spaces(text)?);
    if let Some(range) = Hyphen::read(&line) {
        return range.add_to(builder);
    }
    let line = without_spaces_after_operators(&line);
    let line = without_spaces_after_tildes(&line);
    let line = line.replace("^ ", "^");
    line.split(' ')
        .try_for_each(|word| comparator(word, builder))
}

/// `None` if there is a character beyond ASCII: no rewriting removes it.
fn with_single_spaces(text: &str) -> Option<String> {
    let mut line = String::with_capacity(text.len());
    for word in text.split(is_space).filter(|word| !word.is_empty()) {
        if !word.is_ascii() {
            return None;
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    Some(line)
}

/// Build metadata goes first, wherever it stands, which may leave a space at
/// either end or several in a row.
pub(super) fn without_build_metadata(line: &str) -> String {
    let mut kept = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(plus) = rest.find('+') {
        let length = identifiers_length(&rest[plus + 1..]);
        let end = if length == 0 { plus } else { plus + 1 + length };
        kept.push_str(&rest[..plus]);
        if length == 0 {
            kept.push('+');
        }
        rest = &rest[end.max(plus + 1)..];
    }
    kept + rest
}

/// The length of the identifiers, joined by dots, that a text starts with.
fn identifiers_length(text: &str) -> usize {
    let mut length = 0;
    for identifier in text.split('.') {
        let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'-';
        let count = identifier.bytes().take_while(is_part).count();
        if count == 0 {
            break;
        }
        length += count + usize::from(length > 0);
        if count < identifier.len() {
            break;
        }
    }
    length
}

/// A hyphen range with what stands before its versions.
struct Hyphen<'line> {
    from_prefix: &'line str,
    from: Partial,
    to_prefix: &'line str,
    to: Partial,
}

impl<'line> Hyphen<'line> {
    fn read(line: &'line str) -> Option<Self> {
        let line = line.strip_prefix(' ').unwrap_or(line);
        let (from_prefix, from, rest) = prefixed_partial(line)?;
        let (to_prefix, to, rest) = prefixed_partial(rest.strip_prefix(" - ")?)?;
        matches!(rest, "" | " ").then_some(Self {
            from_prefix,
            from,
            to_prefix,
            to,
        })
    }

    /// The text of a bound goes on as it is where it is a full version that is
    /// used whole, and then only these prefixes make a comparator.
    fn add_to(self, builder: &mut Builder) -> Option<()> {
        let is_plain = |prefix| matches!(prefix, "" | " " | "v" | " v");
        let to_is_rewritten =
            !self.to.pre.is_empty() || builder.prereleases() == Prereleases::Included;
        if self.from.is_full() && !is_plain(self.from_prefix)
            || self.to.is_full() && !to_is_rewritten && !is_plain(self.to_prefix)
        {
            return None;
        }
        builder.hyphen(self.from, self.to).ok()
    }
}

/// A version after any number of `v`, `=` and spaces, and what follows it.
fn prefixed_partial(line: &str) -> Option<(&str, Partial, &str)> {
    let start = line.find(|c| !matches!(c, 'v' | '=' | ' '))?;
    let mut scanner = Scanner::new(&line[start..]);
    let mut partial = scanner.partial().ok()?;
    let prefix = &line[..start];
    partial.has_prefix = prefix.ends_with('v');
    Some((prefix, partial, &line[start + scanner.offset..]))
}

/// `> 1.2` becomes `>1.2`: the one space goes that stands between an operator
/// and a version, or where the operator would stand.
fn without_spaces_after_operators(line: &str) -> String {
    let mut kept = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        let operator = rest.strip_prefix(' ').unwrap_or(rest);
        let slot = operator.strip_prefix(['<', '>']).unwrap_or(operator);
        let slot = slot.strip_prefix('=').unwrap_or(slot);
        let prefix = slot.strip_prefix(' ').unwrap_or(slot);
        let version = prefix.trim_start_matches(['v', '=', ' ']);
        let length = version_length(version);
        let (before, after) = if length == 0 {
            rest.split_at(first.len_utf8())
        } else {
            kept.push_str(&rest[..rest.len() - slot.len()]);
            prefix.split_at(prefix.len() - version.len() + length)
        };
        kept.push_str(before);
        rest = after;
    }
    kept
}

/// The length of what looks like a version at the start of a text.
fn version_length(text: &str) -> usize {
    let mut length = 0;
    for part in 0..3 {
        let rest = &text[length..];
        let rest = if part == 0 {
            rest
        } else {
            rest.strip_prefix('.').unwrap_or("")
        };
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let count = digits.max(usize::from(rest.starts_with(['x', 'X', '*'])));
        if count == 0 {
            return length;
        }
        length += count + usize::from(part > 0);
    }
    length + identifiers_length(&text[length..])
}

/// `~ 1` and `~> 1` become `~1`, and so does the `~> >1` that `~> > 1` was.
fn without_spaces_after_tildes(line: &str) -> String {
    let mut kept = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('~') {
        kept.push_str(before);
        kept.push('~');
        let arrow = after.strip_prefix('>').unwrap_or(after);
        rest = arrow.strip_prefix(' ').unwrap_or(after);
    }
    kept + rest
}

fn comparator(word: &str, builder: &mut Builder) -> Option<()> {
    if word.is_empty() {
        return Some(());
    }
    if let Some(rest) = word.strip_prefix('^') {
        return builder.caret(only_partial(rest)?).ok();
    }
    if let Some(rest) = word.strip_prefix('~') {
        let rest = rest.strip_prefix('>').unwrap_or(rest);
        return builder.tilde(only_partial(rest)?).ok();
    }
    let mut scanner = Scanner::new(word);
    let operator = scanner.operator();
    match only_partial(&word[scanner.offset..]) {
        Some(partial) if !partial.is_full() => builder.comparator(operator, partial).ok(),
        _ => full_comparator(&without_star(word), builder),
    }
}

/// A version after any number of `v` and `=`, and nothing else.
fn only_partial(word: &str) -> Option<Partial> {
    let (_, partial, rest) = prefixed_partial(word)?;
    rest.is_empty().then_some(partial)
}

/// The first `*` goes, with the operator before it: `1.2.3>=*` is `1.2.3`.
fn without_star(word: &str) -> String {
    let Some((before, after)) = word.split_once('*') else {
        return word.into();
    };
    let before = before.strip_suffix('=').unwrap_or(before);
    let before = before.strip_suffix(['<', '>']).unwrap_or(before);
    String::from(before) + after
}

fn full_comparator(word: &str, builder: &mut Builder) -> Option<()> {
    let mut scanner = Scanner::new(word);
    let operator = scanner.operator();
    let partial = scanner.prefixed_partial().ok()?;
    scanner.build_metadata().ok()?;
    if !partial.is_full() || !scanner.is_at_end() {
        return None;
    }
    builder.comparator(operator, partial).ok()
}
