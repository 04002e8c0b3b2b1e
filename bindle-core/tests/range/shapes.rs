//! Random ranges and versions.

use bindle_core::range::Range;
use proptest::prelude::*;
use semver::Version;

/// A few numbers, so that ranges and versions meet.
fn number() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["0", "0", "1", "1", "2", "3", "10"])
}

fn prerelease() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "", "", "", "", "-0", "-a", "-a.1", "-b", "-10", "-9.b-c",
    ])
}

fn build() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["", "", "", "", "", "+a", "+1.b-2"])
}

/// A full version near those that ranges name.
pub(crate) fn version() -> impl Strategy<Value = Version> {
    (number(), number(), number(), prerelease(), build()).prop_map(|(a, b, c, pre, build)| {
        let text = format!("{a}.{b}.{c}{pre}{build}");
        Version::parse(&text).expect("made of legal parts")
    })
}

fn partial() -> impl Strategy<Value = String> {
    let wildcard = prop::sample::select(vec!["x", "X", "*"]);
    prop_oneof![
        6 => (number(), number(), number(), prerelease(), build())
            .prop_map(|(a, b, c, pre, build)| format!("{a}.{b}.{c}{pre}{build}")),
        2 => (number(), number()).prop_map(|(a, b)| format!("{a}.{b}")),
        1 => (number(), number(), wildcard.clone()).prop_map(|(a, b, x)| format!("{a}.{b}.{x}")),
        2 => number().prop_map(String::from),
        1 => (number(), wildcard.clone()).prop_map(|(a, x)| format!("{a}.{x}")),
        1 => wildcard.prop_map(String::from),
    ]
}

fn simple() -> impl Strategy<Value = String> {
    let operators = vec![
        "", "", "=", "<", "<=", ">", ">=", "~", "~>", "^", "^ ", "> ", "v", "=v",
    ];
    (prop::sample::select(operators), partial())
        .prop_map(|(operator, partial)| format!("{operator}{partial}"))
}

fn alternative() -> impl Strategy<Value = String> {
    prop_oneof![
        1 => (partial(), partial()).prop_map(|(from, to)| format!("{from} - {to}")),
        6 => prop::collection::vec(simple(), 1..4).prop_map(|simples| simples.join(" ")),
    ]
}

/// A range that follows the grammar (and may have a number after a wildcard).
pub(crate) fn range() -> impl Strategy<Value = String> {
    prop::collection::vec(alternative(), 1..4).prop_map(|all| all.join(" || "))
}

/// A range as long as one may be, of which much more is printed.
pub(crate) fn crowd() -> impl Strategy<Value = String> {
    let operator = prop::sample::select(vec!["", "", "", "^", "~", "<", ">", ">=v", "0.", "0.0."]);
    let separator = prop::sample::select(vec![" ", "||"]);
    let piece = (operator, 0..100_u8, separator)
        .prop_map(|(operator, number, separator)| format!("{operator}{number}{separator}"));
    prop::collection::vec(piece, 120).prop_map(|pieces| {
        let mut text = String::new();
        for piece in pieces {
            if text.len() + piece.len() > Range::MAX_LEN {
                break;
            }
            text += &piece;
        }
        text.trim_end_matches('|').into()
    })
}

/// Tokens in any order, most of which make no range.
pub(crate) fn soup() -> impl Strategy<Value = String> {
    let token = prop::sample::select(vec![
        " ",
        " ",
        " ",
        " ",
        "  ",
        "\t",
        "\u{a0}",
        "\u{feff}",
        "\u{85}",
        "\u{2003}",
        "\u{2028}",
        "\u{200b}",
        "\r\n",
        "\0",
        "é",
        "0",
        "1",
        "2",
        "1.2",
        "1.x",
        "1.2.3",
        "1.2.3",
        "0.0.0",
        "0.0.0-0",
        "1.2.3-a",
        "1.2.3-0",
        "x",
        "*",
        "*",
        "X",
        "x.1",
        "1.*.2",
        ".",
        "-",
        " - ",
        " - ",
        "<",
        ">",
        "=",
        "<=",
        ">=",
        "~",
        "~>",
        "^",
        "||",
        " || ",
        "|",
        "v",
        "+a",
        " +b ",
        "+a.1-",
        "+",
        "01",
        "-0",
        "-01",
        "-a.b",
        "a",
        "_",
        "9007199254740990",
        "9007199254740991",
        "9007199254740992",
        "99999999999999999999",
        "-99999999999999999999",
        "00",
        "x.x.X",
        "1.2.3.4",
        "1.X.2-b",
        "1.x-a",
        "1.2.3-a+b-c.d",
        "-a.01",
        "-a..b",
        "latest",
        "!",
        ",",
    ]);
    prop::collection::vec(token, 0..9).prop_map(|tokens| tokens.concat())
}

/// A range with a few slips of the pen in it.
pub(crate) fn slips() -> impl Strategy<Value = String> {
    let character = prop::sample::select("019.xX*-+~^<>=|v a\tA_".chars().collect::<Vec<_>>());
    let slip = (any::<prop::sample::Index>(), 0..3, character);
    (range(), prop::collection::vec(slip, 1..4)).prop_map(|(text, slips)| {
        let mut text: Vec<char> = text.chars().collect();
        for (place, kind, character) in slips {
            let place = place.index(text.len() + 1);
            match kind {
                0 => text.insert(place, character),
                1 if place < text.len() => text[place] = character,
                _ if place < text.len() => drop(text.remove(place)),
                _ => {}
            }
        }
        text.into_iter().collect()
    })
}
