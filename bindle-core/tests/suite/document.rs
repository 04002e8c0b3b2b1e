//! Documents of TOML: values, their kinds and their places.

use std::fmt::Write as _;

use allocation_counter::measure;
use bindle_core::document::{Document, Key, Kind, Table, Value};

fn parse(text: &str) -> Document<'_> {
    let (document, errors) = Document::parse_recoverable(text);
    assert_eq!(errors, [], "of {text:?}");
    document
}

fn value<'d>(table: Table<'d>, key: &str) -> Value<'d> {
    let (found, value) = table.get(key).unwrap_or_else(|| panic!("no {key}"));
    assert_eq!(found.text, key);
    value
}

fn table<'d>(parent: Table<'d>, key: &str) -> Table<'d> {
    match value(parent, key).kind {
        Kind::Table(table) => table,
        other => panic!("{key} is {}", other.described()),
    }
}

#[test]
fn each_kind_of_value_is_told_apart() {
    let document = parse(
        "string = 'a'\ninteger = +1_000\nhex = 0xfF\noctal = 0o17\nbinary = 0b1_1\n\
         float = -1_0.5e3\nnan = +nan\nboolean = true\nday = 1979-05-27\n\
         moment = 1979-05-27 07:32:00.5z\narray = [1]\ninline = { a = 1 }\n[table]\n",
    );
    let shown = |key| format!("{:?}", value(document.root(), key).kind);
    let integer =
        |digits, radix| format!("Integer(Integer {{ digits: {digits:?}, radix: {radix} }})");
    assert_eq!(shown("string"), "String(\"a\")");
    assert_eq!(shown("integer"), integer("+1000", 10));
    assert_eq!(shown("hex"), integer("fF", 16));
    assert_eq!(shown("octal"), integer("17", 8));
    assert_eq!(shown("binary"), integer("11", 2));
    assert_eq!(shown("float"), "Float(\"-10.5e3\")");
    assert_eq!(shown("nan"), "Float(\"+nan\")");
    assert_eq!(shown("boolean"), "Boolean(true)");
    assert_eq!(shown("day"), "Datetime(\"1979-05-27\")");
    assert_eq!(shown("moment"), "Datetime(\"1979-05-27T07:32:00.5Z\")");
    let described = document
        .root()
        .iter()
        .map(|(key, value)| (key.text, value.kind.described()));
    assert_eq!(
        described.collect::<Vec<_>>(),
        [
            ("array", "an array"),
            ("binary", "an integer"),
            ("boolean", "a boolean"),
            ("day", "a date or time"),
            ("float", "a float"),
            ("hex", "an integer"),
            ("inline", "a table"),
            ("integer", "an integer"),
            ("moment", "a date or time"),
            ("nan", "a float"),
            ("octal", "an integer"),
            ("string", "a string"),
            ("table", "a table"),
        ]
    );
}

#[test]
fn integers_are_shown_as_they_were_meant() {
    let document = parse("values = [0, -7, 1_0, 0xfF, 0o17, 0b11]\n");
    let Kind::Array(values) = value(document.root(), "values").kind else {
        panic!("no array");
    };
    let shown = values.iter().map(|value| match value.kind {
        Kind::Integer(integer) => integer.to_string(),
        other => panic!("{}", other.described()),
    });
    let shown: Vec<_> = shown.collect();
    assert_eq!(shown, ["0", "-7", "10", "0xfF", "0o17", "0b11"]);
}

/// What `text` has for each key and value, in the order of the keys.
fn places(text: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    in_table(text, parse(text).root(), &mut found);
    found
}

fn in_table<'t>(text: &'t str, table: Table<'_>, found: &mut Vec<(&'t str, &'t str)>) {
    for (Key { span: key, .. }, value) in table {
        let at = value.span;
        found.push((&text[key.start..key.end], &text[at.start..at.end]));
        in_value(text, value, found);
    }
}

fn in_value<'t>(text: &'t str, value: Value<'_>, found: &mut Vec<(&'t str, &'t str)>) {
    match value.kind {
        Kind::Table(table) => in_table(text, table, found),
        Kind::Array(items) => {
            for item in items {
                found.push(("", &text[item.span.start..item.span.end]));
                in_value(text, item, found);
            }
        }
        _ => {}
    }
}

#[test]
fn keys_and_values_have_their_places() {
    let text = "\u{feff}'b' = \"x\\ty\"\na = [ 1, { c . d = 2 } ]\n[e.f] # here\n\
                g = '''\nh'''\n[[i]]\n[[i]]\nj = 07:32:00\n";
    assert_eq!(
        places(text),
        [
            ("a", "[ 1, { c . d = 2 } ]"),
            ("", "1"),
            ("", "{ c . d = 2 }"),
            ("c", "c"),
            ("d", "2"),
            ("'b'", "\"x\\ty\""),
            ("e", "e"),
            ("f", "[e.f]"),
            ("g", "'''\nh'''"),
            ("i", "[[i]]"),
            ("", "[[i]]"),
            ("", "[[i]]"),
            ("j", "07:32:00"),
        ]
    );
}

#[test]
fn lines_as_programs_write_them_have_their_places() {
    let text = "a = [{ b = 1, c-d = \"e\" }, \"f\", true]\ng.h = { i = \"\", j = 2 }\n";
    assert_eq!(
        places(text),
        [
            ("a", "[{ b = 1, c-d = \"e\" }, \"f\", true]"),
            ("", "{ b = 1, c-d = \"e\" }"),
            ("b", "1"),
            ("c-d", "\"e\""),
            ("", "\"f\""),
            ("", "true"),
            ("g", "g"),
            ("h", "{ i = \"\", j = 2 }"),
            ("i", "\"\""),
            ("j", "2"),
        ]
    );
}

#[test]
fn the_header_of_a_table_is_its_place_even_if_it_comes_later() {
    let text = "[a.b]\n[a]\nc = 1\n";
    let document = parse(text);
    let (key, value) = document.root().get("a").unwrap();
    assert_eq!((key.span.start, key.span.end), (7, 8));
    assert_eq!((value.span.start, value.span.end), (6, 9));
}

#[test]
fn fields_are_found_in_small_and_in_large_tables() {
    for count in [0, 1, 15, 16, 17, 200] {
        let mut text = String::new();
        // Neither in the order of the keys nor against it.
        for number in (0..count).map(|number| number * 7 % 211) {
            writeln!(text, "key-{number} = {number}").unwrap();
        }
        let document = parse(&text);
        let root = document.root();
        for number in 0..211 {
            let found = root.get(&format!("key-{number}"));
            let is_there = (0..count).any(|other| other * 7 % 211 == number);
            let shown = found.map(|(_, value)| match value.kind {
                Kind::Integer(integer) => integer.to_string(),
                other => panic!("{}", other.described()),
            });
            assert_eq!(shown, is_there.then(|| number.to_string()), "of {count}");
        }
        for key in ["", "key-", "key-1x", "l"] {
            assert!(root.get(key).is_none(), "{key:?} of {count}");
        }
        let keys: Vec<_> = root.iter().map(|(key, _)| key.text).collect();
        assert_eq!(keys.len(), count);
        assert!(keys.is_sorted());
    }
}

#[test]
fn arrays_tell_if_they_are_empty() {
    let document = parse("none = []\nsome = ['a', 'b']\n");
    let array = |key| match value(document.root(), key).kind {
        Kind::Array(array) => array,
        other => panic!("{}", other.described()),
    };
    assert!(array("none").is_empty());
    assert!(!array("some").is_empty());
    assert_eq!(array("none").iter().count(), 0);
    assert_eq!(array("some").iter().count(), 2);
}

#[test]
fn a_document_shows_its_values() {
    let document = parse("b = ['x']\n[a]\nc = true\n");
    let a = table(document.root(), "a");
    assert_eq!(format!("{a:?}").matches("Boolean(true)").count(), 1);
    let shown = format!("{document:?}");
    assert!(shown.starts_with("{Key { text: \"a\""), "{shown}");
    assert!(
        shown.contains("Array([Value { kind: String(\"x\")"),
        "{shown}"
    );
}

#[test]
fn what_is_not_toml_is_told_with_its_place_and_the_rest_is_there() {
    let text = "a = 1\nb = é\na = 2\nc = 3\n";
    let (document, errors) = Document::parse_recoverable(text);
    let shown: Vec<_> = errors
        .iter()
        .map(|error| {
            let span = error.span().expect("a place");
            format!("{:?}: {}", &text[span.start..span.end], error.message())
        })
        .collect();
    assert_eq!(
        shown,
        [
            "\"é\": string values must be quoted, expected literal string",
            "\"a\": duplicate key",
        ]
    );
    assert_eq!(errors[1].to_string(), "duplicate key");
    let keys: Vec<_> = document.root().iter().map(|(key, _)| key.text).collect();
    assert_eq!(keys, ["a", "b", "c"]);
    let deep = format!("a = {}{}", "[".repeat(100), "]".repeat(100));
    let (_, errors) = Document::parse_recoverable(&deep);
    assert!(errors[0].message().contains("recurse"), "{errors:?}");
}

#[test]
#[cfg_attr(miri, ignore = "counts allocations, of which Miri makes others")]
fn lines_as_programs_write_them_are_understood_without_the_parser() {
    // Long enough that there is room for the values of the next line.
    let first = format!("first = \"{}\"\n", "x".repeat(1_000));
    let allocations = |line: &str| {
        let text = format!("{first}{line}");
        measure(|| drop(parse(&text))).count_total
    };
    let before = allocations("");
    for line in [
        "\n",
        "\r\n",
        "[table]\n",
        "[a-table_with-a_long-name]\r\n",
        "[[table]]\n",
        "k = 1\n",
        "number = 0\n",
        "number = 1234567890123456789\n",
        "is = true\n",
        "is-it_or-is_it_not = false\n",
        "string = \"of more than sixteen bytes, and with some blanks\"\n",
        "array = [\"a\"]\n",
        "array = [\"of more than sixteen bytes\", 1, true, \"\"]\n",
        "array = [\"with,commas\"]\n",
        "table = { a = \"1\" }\n",
        "table = { a = \"{\", a-long-key-of-it = \"with } and of some length\", c = 3 }\n",
        "tables = [{ a = 1 }]\n",
        "tables = [{ a = 1, b = \"x\" }, \"y\", { a = 2, b = \"of some length\" }, { c = 3 }]\n",
    ] {
        assert_eq!(allocations(line), before, "of {line:?}");
    }
    // One for the parts of the key before the last one.
    for line in ["a.b = 1\n", "[a.b]\n", "[[a.b.c]]\n"] {
        assert_eq!(allocations(line), before + 1, "of {line:?}");
    }
    // Tokens and events.
    for line in [
        "a  = 1\n",
        "a = []\n",
        "a = 'b'\n",
        "a = {b = 1}\n",
        "a = [1,2]\n",
    ] {
        assert!(allocations(line) >= before + 2, "of {line:?}");
    }
}

/// How many bytes are in memory at once for each byte of a text.
fn memory(text: &str) -> u64 {
    let cost = measure(|| drop(Document::parse_recoverable(text)));
    cost.bytes_max / text.len() as u64
}

#[test]
#[cfg_attr(miri, ignore = "counts allocations, of which Miri makes others")]
fn long_lists_are_not_in_memory_twice() {
    // For the parser, with a token for each byte.
    let tight = format!("a = [{}]\n", "1,".repeat(100_000));
    assert!(memory(&tight) < 120, "{} times", memory(&tight));
    // First without the parser, and then with it.
    let broken = format!("a = [{}x]\n", "1, ".repeat(100_000));
    assert!(memory(&broken) < 150, "{} times", memory(&broken));
    let plain = format!("a = [{}1]\n", "1, ".repeat(100_000));
    assert!(memory(&plain) < 100, "{} times", memory(&plain));
}
