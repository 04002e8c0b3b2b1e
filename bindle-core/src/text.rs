//! Places in a text: byte spans, lines and columns, and near spellings.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;

/// A range of bytes in a text: `start` is the first byte, `end` is one past
/// the last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub struct Span {
    /// Offset of the first byte.
    pub start: usize,
    /// Offset just after the last byte.
    pub end: usize,
}

impl From<core::ops::Range<usize>> for Span {
    fn from(range: core::ops::Range<usize>) -> Self {
        Self {
            start: range.start,
            end: range.end,
        }
    }
}

/// A line and a column, both counted from 1; columns count characters, not
/// bytes.
///
/// ```
/// use bindle_core::text::Lines;
///
/// let lines = Lines::new("name = 'käse'\nsize = 1\n");
/// assert_eq!(lines.position(21).to_string(), "2:7");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub struct Position {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
}

impl fmt::Display for Position {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.line, self.column)
    }
}

/// The lines of a text, to turn byte offsets into [`Position`]s.
///
/// Building it reads the text once; each look-up is a binary search, however
/// long the lines are.
#[derive(Clone, Debug)]
pub struct Lines<'text> {
    text: &'text str,
    /// Offset of the first byte of each line.
    starts: Vec<usize>,
    /// How many characters start before each multiple of [`STRIDE`] bytes.
    characters: Vec<usize>,
}

/// Bytes between two counts of characters.
const STRIDE: usize = 256;

impl<'text> Lines<'text> {
    /// Finds the lines of `text`, which end at `\n`.
    #[must_use]
    pub fn new(text: &'text str) -> Self {
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let starts = core::iter::once(0).chain(ends.map(|(end, _)| end + 1));
        let mut count = 0;
        let characters = text.as_bytes().chunks(STRIDE).map(|chunk| {
            let before = count;
            count += characters_starting_in(chunk);
            before
        });
        Self {
            text,
            starts: starts.collect(),
            characters: characters.collect(),
        }
    }

    /// The line and column of the byte at `offset`; an offset past the end, or
    /// inside a character, counts as the place just before it.
    #[must_use]
    pub fn position(&self, offset: usize) -> Position {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.starts.partition_point(|start| *start <= offset);
        let start = self.starts[line - 1];
        let mut column = self.characters_before(offset) - self.characters_before(start) + 1;
        // A byte order mark is not a character to an editor.
        if line == 1 && self.text.starts_with('\u{feff}') {
            column = column.saturating_sub(1).max(1);
        }
        Position { line, column }
    }

    fn characters_before(&self, offset: usize) -> usize {
        let stride = offset / STRIDE;
        match self.characters.get(stride) {
            Some(before) => {
                before + characters_starting_in(&self.text.as_bytes()[stride * STRIDE..offset])
            }
            // The end of a text whose length is a multiple of the stride.
            None => self.characters.last().map_or(0, |before| {
                before + characters_starting_in(&self.text.as_bytes()[(stride - 1) * STRIDE..])
            }),
        }
    }

    /// The texts of all lines, without their line endings.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &'text str> {
        (1..=self.starts.len()).filter_map(|line| self.line(line))
    }

    /// The offset of the first byte of a line counted from 1; `None` past the
    /// last one.
    #[must_use]
    pub fn start(&self, line: usize) -> Option<usize> {
        self.starts.get(line.checked_sub(1)?).copied()
    }

    /// The text of a line counted from 1, without its line ending; `None` past
    /// the last one.
    #[must_use]
    pub fn line(&self, line: usize) -> Option<&'text str> {
        let start = *self.starts.get(line.checked_sub(1)?)?;
        let end = self
            .starts
            .get(line)
            .map_or(self.text.len(), |next| next - 1);
        let line = &self.text[start..end];
        Some(line.strip_suffix('\r').unwrap_or(line))
    }
}

fn characters_starting_in(bytes: &[u8]) -> usize {
    const CONTINUATION: u8 = 0b1000_0000;
    bytes
        .iter()
        .filter(|byte| **byte & 0b1100_0000 != CONTINUATION)
        .count()
}

/// Enough of a text to recognise it by: its first 80 characters, and `…` if
/// there are more.
///
/// ```
/// use bindle_core::text::excerpt;
///
/// assert_eq!(&*excerpt("sha257"), "sha257");
/// assert_eq!(excerpt(&"a".repeat(1_000)).chars().count(), 81);
/// ```
#[must_use]
pub fn excerpt(text: &str) -> Box<str> {
    beginning(text, 80)
}

/// The beginning of a text that is longer than that.
pub(crate) fn beginning(text: &str, characters: usize) -> Box<str> {
    match text.char_indices().nth(characters) {
        None => text.into(),
        Some((end, _)) => alloc::format!("{}…", &text[..end]).into(),
    }
}

/// Writes each problem on a line of its own, and how many more there are.
pub(crate) fn write_problems(
    formatter: &mut fmt::Formatter<'_>,
    problems: &[impl fmt::Display],
    omitted: usize,
) -> fmt::Result {
    for (index, problem) in problems.iter().enumerate() {
        let separator = if index == 0 { "" } else { "\n" };
        write!(formatter, "{separator}{problem}")?;
    }
    match omitted {
        0 => Ok(()),
        omitted => write!(formatter, "\nand {omitted} more"),
    }
}

/// The candidate that `word` was most likely meant to be, if any is near enough.
///
/// That is the candidate at the smallest edit distance, in which swapping two
/// neighbours counts as one edit and a change of case as half. Of equally near
/// candidates, the first wins.
///
/// ```
/// use bindle_core::text::nearest;
///
/// assert_eq!(nearest("memberof", ["requires", "memberOf"]), Some("memberOf"));
/// assert_eq!(nearest("colour", ["requires", "memberOf"]), None);
/// ```
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Longer words are not slips of anything that a document may hold, and the
    // distance takes quadratic time.
    const LONGEST: usize = 64;
    if word.len() > LONGEST {
        return None;
    }
    let word: Vec<char> = word.chars().collect();
    // One edit for each three characters, and in all but the shortest words one
    // letter of the other case besides.
    let limit = (word.len() / 3).max(1) * EDIT + usize::from(word.len() > 3);
    candidates
        .into_iter()
        .filter(|candidate| candidate.len() <= LONGEST)
        .map(|candidate| (edits(&word, candidate), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// An edit, in half edits.
const EDIT: usize = 2;

/// Optimal string alignment distance in half edits.
fn edits(left: &[char], right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=right.len()).map(|column| column * EDIT).collect();
    for (row, l) in left.iter().enumerate() {
        let mut current = Vec::with_capacity(above.len());
        current.push((row + 1) * EDIT);
        for (column, r) in right.iter().enumerate() {
            let substitution = if l == r {
                0
            } else if l.eq_ignore_ascii_case(r) {
                1
            } else {
                EDIT
            };
            let mut best = (above[column] + substitution)
                .min(above[column + 1] + EDIT)
                .min(current[column] + EDIT);
            if row > 0 && column > 0 && *l == right[column - 1] && left[row - 1] == *r {
                best = best.min(before[column - 1] + EDIT);
            }
            current.push(best);
        }
        before = core::mem::replace(&mut above, current);
    }
    above[right.len()]
}

/// How many tables a parser of TOML could make of a text at most, if that is
/// more than `limit`: one for each bracket, brace and dot that is not in a
/// string or in a comment. Each may take a kilobyte of memory.
///
/// ```
/// use bindle_core::text::tables_beyond;
///
/// assert_eq!(tables_beyond("[a.b]\nc = 'd.e' # f.g\n", 1), Some(2));
/// assert_eq!(tables_beyond("[a.b]\nc = 'd.e' # f.g\n", 2), None);
/// ```
#[must_use]
pub fn tables_beyond(text: &str, limit: usize) -> Option<usize> {
    // Few texts are so long, and of those few have so many such bytes even with
    // the ones in strings, which is fast to find out.
    if text.len() <= limit || table_bytes(text) <= limit {
        return None;
    }
    let tables = most_tables(text);
    (tables > limit).then_some(tables)
}

/// How many bytes of a text start a table, if they are in no string or comment.
fn table_bytes(text: &str) -> usize {
    // As many as a byte can count, so that the compiler adds up bytes.
    let chunks = text.as_bytes().chunks(usize::from(u8::MAX));
    let counts = chunks.map(|chunk| {
        let opens_table = |byte: &u8| u8::from(matches!(byte, b'[' | b'{' | b'.'));
        usize::from(chunk.iter().map(opens_table).sum::<u8>())
    });
    counts.sum()
}

fn most_tables(text: &str) -> usize {
    let mut text = text.as_bytes();
    let mut count = 0;
    while let Some((byte, rest)) = text.split_first() {
        text = match byte {
            b'[' | b'{' | b'.' => {
                count += 1;
                rest
            }
            b'#' => after(rest, false, |rest| rest[0] == b'\n'),
            b'"' | b'\'' => after_string(*byte, rest),
            _ => rest,
        };
    }
    count
}

/// What follows a string, given what follows its first quote.
fn after_string(quote: u8, text: &[u8]) -> &[u8] {
    let escapes = quote == b'"';
    match text.strip_prefix(&[quote, quote]) {
        Some(text) => {
            let rest = after(text, escapes, |rest| rest.starts_with(&[quote; 3]));
            rest.get(2..).unwrap_or_default()
        }
        // One that is not closed ends with its line.
        None => after(text, escapes, |rest| [quote, b'\n'].contains(&rest[0])),
    }
}

/// What follows the first byte at which `is_end`, which is asked of what starts
/// with that byte; a byte after a `\` is passed over if that `escapes`.
fn after(mut text: &[u8], escapes: bool, is_end: impl Fn(&[u8]) -> bool) -> &[u8] {
    while let Some((byte, rest)) = text.split_first() {
        if is_end(text) {
            return rest;
        }
        let is_escape = escapes && *byte == b'\\';
        text = rest.get(usize::from(is_escape)..).unwrap_or_default();
    }
    text
}
