//! The same tables by way of the crate `toml`: what the decoder is held
//! against.

use alloc::borrow::{Cow, ToOwned as _};
use alloc::format;
use alloc::string::String;

use toml::Spanned;
use toml::de::{DeTable, DeValue};
use toml_parser::{ErrorSink as _, ParseError};

use super::Report;
use super::decode::{Decoded, decode};
use super::syntax::Errors;
use super::table::{Child, Content, Document, NodeKey, Origin, Slot};
use super::value::{Integer, Kind, Table, Value};
use crate::InvoiceReader;
use crate::text::Span;

/// Makes the tables of a text, and keeps so many errors.
fn decode_by_toml(text: &str, most_errors: usize) -> Decoded<'_> {
    let (table, found) = DeTable::parse_recoverable(text);
    let mut errors = Errors::new(most_errors);
    for error in found {
        let span = error.span().map(Span::from);
        let error = ParseError::new(error.message().to_owned());
        errors.report_error(match span {
            Some(span) => {
                error.with_unexpected(toml_parser::Span::new_unchecked(span.start, span.end))
            }
            None => error,
        });
    }
    let mut document = Document::with_capacity(0);
    copy_fields(&mut document, Document::ROOT, table.into_inner());
    Decoded {
        document,
        errors: [errors, Errors::new(0)],
    }
}

fn copy_fields<'i>(document: &mut Document<'i>, table: usize, fields: DeTable<'i>) {
    for (key, value) in fields {
        let value = copy(document, value);
        let span = Span::from(key.span());
        let text = key.into_inner();
        if let Slot::Free(after) = document.slot(table, &text) {
            document.insert(table, after, NodeKey { text, span }, value);
        }
    }
}

fn copy<'i>(document: &mut Document<'i>, value: Spanned<DeValue<'i>>) -> Child {
    let span = Span::from(value.span());
    let content = match value.into_inner() {
        DeValue::String(text) => Content::String(text),
        DeValue::Integer(integer) => Content::Integer {
            digits: Cow::Owned(integer.as_str().to_owned()),
            radix: integer.radix(),
        },
        DeValue::Float(float) => Content::Float(Cow::Owned(float.as_str().to_owned())),
        DeValue::Boolean(value) => Content::Boolean(value),
        DeValue::Datetime(datetime) => Content::Datetime(Cow::Owned(datetime.to_string())),
        DeValue::Array(items) => {
            let array = document.add(span, Content::array());
            for item in items {
                let item = copy(document, item);
                document.append(array.get(), item);
            }
            return array;
        }
        DeValue::Table(fields) => {
            let table = document.add(span, Content::table(Origin::Own, false));
            copy_fields(document, table.get(), fields);
            return table;
        }
    };
    document.add(span, content)
}

impl Decoded<'_> {
    /// All that the rest of the crate can see of it.
    fn shown(&self, text: &str, limit: usize) -> String {
        let mut shown = String::new();
        show_table(&mut shown, self.document.root());
        let mut report = Report::new(limit);
        self.report(&mut report);
        shown + &format!("\n{:?}", report.finish(Some(text)))
    }
}

fn show_table(shown: &mut String, table: Table<'_>) {
    shown.push('{');
    for (name, value) in table {
        *shown += &format!("{:?} at {:?} = ", name.text, name.span);
        show(shown, value);
    }
    shown.push('}');
}

fn show(shown: &mut String, value: Value<'_>) {
    match value.kind {
        Kind::String(text) => *shown += &format!("{text:?}"),
        Kind::Integer(Integer { digits, radix }) => *shown += &format!("{digits} of {radix}"),
        Kind::Float(text) => *shown += &format!("float {text}"),
        Kind::Boolean(value) => *shown += &format!("{value}"),
        Kind::Datetime(text) => *shown += &format!("datetime {text}"),
        Kind::Array(items) => {
            shown.push('[');
            for item in items {
                show(shown, item);
            }
            shown.push(']');
        }
        Kind::Table(table) => show_table(shown, table),
    }
    *shown += &format!(" at {:?}, ", value.span);
}

/// Whether both ways make the same of a text, of whose problems so many are
/// listed: the same tables with the same places, the same errors, and the same
/// invoice, lints and problems.
///
/// # Panics
///
/// If they do not.
pub(crate) fn agree(text: &str, limit: usize) {
    let (ours, oracle) = (decode(text, limit), decode_by_toml(text, limit));
    assert_eq!(
        ours.shown(text, limit),
        oracle.shown(text, limit),
        "of {text:?}"
    );
    let reader = InvoiceReader::new().with_limits(|limits| limits.problems = limit);
    assert_eq!(
        reader.read_by(decode, text),
        reader.read_by(decode_by_toml, text),
        "of {text:?}"
    );
}

#[cfg(test)]
mod tests {
    use std::borrow::ToOwned as _;
    use std::fmt::Write as _;
    use std::format;
    use std::string::String;
    use std::vec::Vec;

    use super::agree;

    /// Texts without pattern, the same in each run.
    struct Dice(u64);

    impl Dice {
        fn roll(&mut self, sides: usize) -> usize {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            (self.0 >> 16) as usize % sides
        }

        fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
            from[self.roll(from.len())]
        }

        fn some(&mut self, most: usize, mut one: impl FnMut(&mut Self) -> String) -> String {
            (0..=self.roll(most)).map(|_| one(self)).collect()
        }
    }

    const KEYS: &[&str] = &[
        "a",
        "b",
        "c",
        "parcel",
        "label",
        "name",
        "size",
        "\"a\"",
        "'b'",
        "\"\\u0061\"",
        "\"a.b\"",
        "''",
        "1",
        "-",
    ];
    const SCALARS: &[&str] = &[
        "1",
        "0",
        "-0",
        "+7",
        "1_000",
        "0x1F",
        "0o17",
        "0b101",
        "01",
        "1__0",
        "0xg",
        "-0x1",
        "99999999999999999999",
        "1.5",
        "1e3",
        "-inf",
        "nan",
        "+nan",
        "1.",
        ".5",
        "true",
        "false",
        "True",
        "1979-05-27",
        "1979-05-27T07:32:00Z",
        "1979-05-27 07:32:00-07:00",
        "07:32:00",
        "07:32",
        "1979-13-27",
        "1979-05-27T25:00:00",
        "\"text\"",
        "\"\"",
        "''",
        "'lite\\ral'",
        "\"\\t\\u00e9\\x41\\e\\\"\"",
        "\"\\q\"",
        "\"\\u12\"",
        "\"\\ud800\"",
        "\"\u{7f}\"",
        "\"\"\"many\nlines\"\"\"",
        "\"\"\"\\\n  joined\\\\\"\"\"",
        "'''raw\n'''",
        "'''a''''",
        "\"\"\"\"\"\"\"",
        "\"open",
        "'open",
        "bare",
        "bare text",
        "\"é\u{1f600}\"",
        "\"a\tb\"",
        "",
    ];
    const SOUP: &[&str] = &[
        "[",
        "]",
        "[[",
        "]]",
        "{",
        "}",
        "=",
        ",",
        ".",
        "\n",
        "\n",
        "\r\n",
        "\r",
        " ",
        "\t",
        "#x",
        "# \u{1}\n",
        "'",
        "\"",
        "'''",
        "\"\"\"",
        "\\",
        "a",
        "b",
        "\"a\"",
        "1",
        "-",
        "+",
        "_",
        "é",
        "\u{feff}",
        "\u{7f}",
        "\0",
        " = ",
        "a = ",
        "[a]",
        "[[a]]",
        "{a = 1}",
        "a.b",
        "\"x\"\n",
    ];
    const SEEDS: &[&str] = &[
        include_str!("../../tests/reference-wire/invoice_signed_2.toml"),
        include_str!("../../tests/reference-wire/client_keyring.toml"),
        include_str!("../../tests/content-digest/everything.toml"),
    ];

    fn path(dice: &mut Dice, most: usize) -> String {
        let mut path = dice.pick(KEYS).to_owned();
        for _ in 0..dice.roll(most) {
            path += dice.pick(&[".", ".", " . "]);
            path += dice.pick(KEYS);
        }
        path
    }

    fn value(dice: &mut Dice, deepest: usize) -> String {
        let blank = |dice: &mut Dice| dice.pick(&["", "", " ", "\n", " # x\n"]);
        match dice.roll(if deepest == 0 { 3 } else { 6 }) {
            3 => {
                let items = dice.some(3, |dice| {
                    let (blank, value) = (blank(dice), value(dice, deepest - 1));
                    blank.to_owned() + &value + dice.pick(&[",", ",", ", ", "\n,", " "])
                });
                format!("[{items}{}]", blank(dice))
            }
            4 | 5 => {
                let fields = dice.some(3, |dice| {
                    let (blank, path) = (blank(dice), path(dice, 3));
                    let value = value(dice, deepest - 1);
                    format!(
                        "{blank}{path} = {value}{}",
                        dice.pick(&[",", ",", ", ", "\n"])
                    )
                });
                format!("{{{fields}{}}}", blank(dice))
            }
            _ => dice.pick(SCALARS).to_owned(),
        }
    }

    /// A value in the style in which programs write.
    fn neat(dice: &mut Dice) -> String {
        const SCALARS: &[&str] = &["0", "17", "true", "\"\"", "\"b c\"", "\"é\"", "\"{\""];
        fn table(dice: &mut Dice) -> String {
            let keys = ["a", "b-1", "c_2"].iter().take(1 + dice.roll(3));
            let fields: Vec<_> = keys
                .map(|key| format!("{key} = {}", dice.pick(SCALARS)))
                .collect();
            format!("{{ {} }}", fields.join(", "))
        }
        match dice.roll(4) {
            0 => dice.pick(SCALARS).to_owned(),
            1 => table(dice),
            _ => {
                let item = |dice: &mut Dice| match dice.roll(2) {
                    0 => dice.pick(SCALARS).to_owned(),
                    _ => table(dice),
                };
                let items: Vec<_> = (0..=dice.roll(3)).map(|_| item(dice)).collect();
                format!("[{}]", items.join(", "))
            }
        }
    }

    /// The same, or nearly so.
    fn plain(dice: &mut Dice, deepest: usize) -> String {
        let parts = |dice: &mut Dice, part: fn(&mut Dice, usize) -> String| {
            let parts: Vec<_> = (0..dice.roll(4)).map(|_| part(dice, deepest - 1)).collect();
            parts.join(dice.pick(&[", ", ", ", ", ", ", ", ",", ",  ", " , "]))
        };
        match dice.roll(if deepest == 0 { 4 } else { 8 }) {
            4 | 5 => {
                let items = parts(dice, plain);
                format!("[{items}{}]", dice.pick(&["", "", "", "", " ", ", "]))
            }
            6 | 7 => {
                let fields = parts(dice, |dice, deepest| {
                    let key = dice.pick(&["a", "b", "c", "d-1", "e_2", "'a'", "a.b", ""]);
                    format!("{key} = {}", plain(dice, deepest))
                });
                let open = dice.pick(&["{ ", "{ ", "{ ", "{ ", "{", "{  "]);
                let close = dice.pick(&[" }", " }", " }", " }", "}", ", }"]);
                format!("{open}{fields}{close}")
            }
            0 => dice.pick(SCALARS).to_owned(),
            _ => dice
                .pick(&[
                    "1",
                    "0",
                    "true",
                    "\"a\"",
                    "\"a, b\"",
                    "\"{ a }\"",
                    "\" }, x\"",
                    "\"[\"",
                ])
                .to_owned(),
        }
    }

    fn expression(dice: &mut Dice) -> String {
        let end = dice.pick(&["\n", "\n", "\n", "\r\n", " # x\n", "\t\n", " x\n", ""]);
        match dice.roll(12) {
            10 => format!("k{} = {}{end}", dice.roll(9), plain(dice, 3)),
            11 => format!("k{} = {}\n", dice.roll(9), neat(dice)),
            0 | 1 => format!("[{}]{end}", path(dice, 4)),
            2 | 3 => format!("[[{}]]{end}", path(dice, 4)),
            4 => format!("k{} = {}{end}", dice.roll(40), value(dice, 1)),
            5 if dice.roll(8) == 0 => dice.some(6, |dice| dice.pick(SOUP).to_owned()),
            _ => format!("{} = {}{end}", path(dice, 3), value(dice, 3)),
        }
    }

    /// One of the seeds with something cut out, doubled, put in or brought from
    /// another one.
    fn mutant(dice: &mut Dice) -> String {
        let mut text = dice.pick(SEEDS).to_owned();
        for _ in 0..=dice.roll(6) {
            let mut place = || {
                let mut place = dice.roll(text.len() + 1);
                while !text.is_char_boundary(place) {
                    place -= 1;
                }
                place
            };
            let (a, b) = (place(), place());
            let (start, end) = (a.min(b), a.max(b).min(a.min(b) + 60));
            let end = (end..=text.len())
                .find(|end| text.is_char_boundary(*end))
                .unwrap_or(text.len());
            match dice.roll(5) {
                0 => text.replace_range(start..end, ""),
                1 => {
                    let part = text[start..end].to_owned();
                    text.insert_str(a, &part);
                }
                2 => text.insert_str(a, dice.pick(SOUP)),
                3 => text.insert_str(a, &expression(dice)),
                _ => {
                    let lines: Vec<_> = dice.pick(SEEDS).lines().collect();
                    let line = dice.pick(&lines);
                    text.insert_str(a, &format!("\n{line}\n"));
                }
            }
        }
        text
    }

    /// Nested about as deep as is allowed, or with keys about as long.
    fn deep(dice: &mut Dice) -> String {
        let levels = 76 + dice.roll(8);
        let dots = "a.".repeat(levels);
        match dice.roll(6) {
            0 => format!("a = {}1{}\n[b]\n", "[".repeat(levels), "]".repeat(levels)),
            1 => format!("a = {}\n[b]\nc = 1\n", "[".repeat(levels)),
            2 => format!("a = {}1{}\n", "{a=".repeat(levels), "}".repeat(levels)),
            3 => format!("{dots}a = 1\nb = 1\n[c]\n"),
            4 => format!("[{dots}a]\nb = 1\n[c]\nd = 1\n"),
            _ => format!("[[{dots}a]]\nb = {{{dots}b = 1}}\n[c]\nd = 1\n"),
        }
    }

    fn text(dice: &mut Dice) -> String {
        match dice.roll(40) {
            0..12 => dice.some(14, expression),
            12..20 => dice.some(20, |dice| dice.pick(SOUP).to_owned()),
            20..38 => mutant(dice),
            38 => deep(dice),
            _ => {
                // More than is looked at in one go, with an error somewhere.
                let mut text = String::new();
                let fields = 100 + dice.roll(300);
                let broken = dice.roll(2 * fields);
                for field in 0..fields {
                    let _ = writeln!(text, "[[x]]\ny.z = {{ a = [1,\n2] }}\n[t{field}]");
                    if field == broken {
                        text += &expression(dice);
                    }
                }
                text
            }
        }
    }

    /// `DOCUMENTS=5000000 cargo test --release -p bindle-core --lib agree` for
    /// more of them, `SEED=…` for others.
    #[test]
    fn decoder_and_oracle_agree() {
        let number =
            |given: Option<&str>, or: u64| given.map_or(or, |text| text.parse().expect("a number"));
        let mut dice = Dice(number(option_env!("SEED"), 7));
        for _ in 0..number(option_env!("DOCUMENTS"), 1_000) {
            let limit = [1_000, 1_000, 1_000, 2][dice.roll(4)];
            agree(&text(&mut dice), limit);
        }
    }
}
