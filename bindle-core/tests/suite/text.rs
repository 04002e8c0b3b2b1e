//! Places in a text, against the slow way of finding them; near spellings.

use bindle_core::text::{Lines, Position, Span, nearest};
use proptest::prelude::*;

/// The position of each byte, counted character by character.
fn slow_positions(text: &str) -> Vec<Position> {
    let mut positions = Vec::new();
    let mut position = Position { line: 1, column: 1 };
    for character in text.chars() {
        positions.extend([position].repeat(character.len_utf8()));
        if character == '\n' {
            position.line += 1;
            position.column = 1;
        } else {
            position.column += 1;
        }
    }
    positions.push(position);
    positions
}

fn texts() -> impl Strategy<Value = String> {
    // Some longer than the strides in which characters are counted.
    let part = proptest::sample::select(vec!["a", "é", "中", "🎈", "\n", "\r\n", "\r", "    "]);
    proptest::collection::vec(part, 0..400).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn positions_are_found_as_by_counting(text in texts()) {
        let lines = Lines::new(&text);
        let expected = slow_positions(&text);
        for (offset, expected) in expected.iter().enumerate() {
            prop_assert_eq!(lines.position(offset), *expected, "offset {} of {:?}", offset, text);
        }
        // Past the end is at the end.
        prop_assert_eq!(Some(&lines.position(usize::MAX)), expected.last());
    }

    #[test]
    fn lines_are_those_between_line_breaks(text in texts()) {
        let lines = Lines::new(&text);
        let expected: Vec<_> = text
            .split('\n')
            .map(|line| line.strip_suffix('\r').unwrap_or(line))
            .collect();
        let found: Vec<_> = (1..).map_while(|line| lines.line(line)).collect();
        prop_assert_eq!(found, expected);
        prop_assert_eq!(lines.line(0), None);
    }

    #[test]
    fn what_is_nearest_is_a_candidate(word in "[a-eA-E]{0,8}", words in proptest::collection::vec("[a-eA-E]{1,8}", 0..6)) {
        let candidates = || words.iter().map(String::as_str);
        let found = nearest(&word, candidates());
        prop_assert!(found.is_none_or(|found| words.iter().any(|word| word == found)));
        if words.contains(&word) {
            prop_assert_eq!(found, Some(word.as_str()));
        }
    }
}

#[test]
fn a_byte_order_mark_is_no_character() {
    let lines = Lines::new("\u{feff}ab\ncd");
    for (offset, line, column) in [(0, 1, 1), (3, 1, 1), (4, 1, 2), (6, 2, 1), (7, 2, 2)] {
        assert_eq!(
            lines.position(offset),
            Position { line, column },
            "{offset}"
        );
    }
}

#[test]
fn lines_start_after_line_breaks() {
    let lines = Lines::new("a\n\r\nbc");
    let starts: Vec<_> = (0..5).map(|line| lines.start(line)).collect();
    assert_eq!(starts, [None, Some(0), Some(2), Some(4), None]);
}

#[test]
fn strides_end_where_texts_do() {
    for length in [255, 256, 257, 512] {
        let text = "é".repeat(length / 2) + &"x".repeat(length % 2);
        let end = Lines::new(&text).position(text.len());
        assert_eq!(end.column, text.chars().count() + 1, "{length}");
    }
}

#[test]
fn positions_and_spans_show_themselves() {
    assert_eq!(
        Position {
            line: 3,
            column: 14
        }
        .to_string(),
        "3:14"
    );
    assert_eq!(Span::from(3..5), Span { start: 3, end: 5 });
    let json = serde_json::to_string(&(Span::from(3..5), Position { line: 1, column: 2 }));
    assert_eq!(
        json.unwrap(),
        r#"[{"start":3,"end":5},{"line":1,"column":2}]"#
    );
}

#[test]
fn slips_are_near() {
    let fields = ["sha256", "mediaType", "name", "size", "annotations"];
    for (word, meant) in [
        ("sha265", Some("sha256")),
        ("SHA256", Some("sha256")),
        ("mediatype", Some("mediaType")),
        ("media_type", Some("mediaType")),
        ("nmae", Some("name")),
        ("sizes", Some("size")),
        ("annotation", Some("annotations")),
        ("digest", None),
        ("", None),
        ("mediaTypeOfTheParcelInQuestion", None),
    ] {
        assert_eq!(nearest(word, fields), meant, "{word}");
    }
}

#[test]
fn the_first_of_equally_near_candidates_wins() {
    assert_eq!(nearest("cab", ["cat", "car", "cab2"]), Some("cat"));
    assert_eq!(nearest("cab", []), None);
}

#[test]
fn long_words_are_no_slips() {
    let word = "x".repeat(65);
    assert_eq!(nearest(&word, [word.as_str()]), None);
    assert_eq!(nearest("x", [word.as_str()]), None);
    let word = "x".repeat(64);
    assert_eq!(nearest(&word, [word.as_str()]), Some(word.as_str()));
}
