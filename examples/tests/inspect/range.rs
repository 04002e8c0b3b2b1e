//! Versions and ranges.

use std::process::Command;

use serde_json::{Value, json};

use crate::{inspect, inspect_input, records, text, write};

#[test]
fn tells_which_versions_are_in_a_range() {
    let output = inspect(&[
        "range",
        "^1.2 || 3",
        "1.1.0",
        "v1.9.0+b",
        "3.0.0-rc.1",
        "1.2.0",
    ]);
    assert_eq!(
        text(&output),
        (
            r#"{"range":"^1.2 || 3","canonical":">=1.2.0 <2.0.0-0||>=3.0.0 <4.0.0-0","ok":true,"#
                .to_owned()
                + r#""satisfied":["v1.9.0+b","1.2.0"],"max":"v1.9.0+b","min":"1.2.0","error":null}"#
                + "\n",
            Some(0)
        )
    );
    let output = inspect(&["range", "--include-prerelease", "3", "3.0.0-rc.1"]);
    assert_eq!(records(&output)[0]["satisfied"], json!(["3.0.0-rc.1"]));
    // A version that is none satisfies nothing, and does not go unnoticed.
    let output = inspect(&["range", "*", "1.0", "1.0.0", "9007199254740992.0.0"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        records(&output),
        [json!({
            "range": "*", "canonical": "*", "ok": true,
            "satisfied": ["1.0.0"], "max": "1.0.0", "min": "1.0.0",
            "error": "\"1.0\" is not a version: unexpected end of input while parsing minor version \
                      number; \"9007199254740992.0.0\" is not a version: it has a number over \
                      9007199254740991",
        })]
    );
    // Not taken for an option.
    let output = inspect(&["range", "-1", "1.0.0"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        records(&output),
        [json!({
            "range": "-1", "canonical": null, "ok": false,
            "satisfied": [], "max": null, "min": null,
            "error": "version range \"-1\" has '-' at position 1; expected a version or one of \
                      `<`, `<=`, `>`, `>=`, `=`, `~`, `^`",
        })]
    );
}

#[test]
fn answers_a_line_with_a_line() {
    let folder = tempfile::tempdir().unwrap();
    let questions = [
        r#"{"range": "~1.2", "versions": ["1.2.3", "1.3.0"]}"#,
        r#"{"range": "1.2.q", "versions": ["1.2.3"]}"#,
        "",
        r#"{"versions": ["1.2.3"]}"#,
        "not JSON",
        r#"{"range": "", "expect": "else"}"#,
        r#"{"range": ">=1.0.0-a", "versions": ["1.0.1-a", 7], "includePrerelease": true}"#,
        // White space is what JavaScript takes for it.
        r#"{"range": "1", "versions": ["\ufeff1.0.0\u00a0", "\u00851.0.0"], "includePrerelease": null}"#,
        r#"{"range": "1", "versions": null}"#,
    ];
    let (path, _) = write(folder.path(), "questions", questions.join("\n"));
    let output = Command::new(env!("CARGO_BIN_EXE_inspect"))
        .args(["range", "--stdin"])
        .stdin(std::fs::File::open(path).unwrap())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let records = records(&output);
    assert_eq!(records.len(), questions.len());
    let field = |name: &str| records.iter().map(|r| r[name].clone()).collect::<Vec<_>>();
    assert_eq!(
        field("ok"),
        [true, false, false, false, false, true, true, true, true]
    );
    assert_eq!(field("satisfied")[0], json!(["1.2.3"]));
    assert_eq!(
        field("range")[2..5],
        [Value::Null, Value::Null, Value::Null]
    );
    assert_eq!(
        field("error")[2..5],
        [
            "line 3 is not a question: EOF while parsing a value at line 1 column 0",
            "line 4 is not a question: missing field `range` at line 1 column 23",
            "line 5 is not a question: expected ident at line 1 column 2",
        ]
    );
    assert_eq!(field("canonical")[5], "*");
    assert_eq!(field("satisfied")[6], json!(["1.0.1-a"]));
    assert_eq!(field("error")[6], "7 is not a string");
    assert_eq!(field("satisfied")[7], json!(["\u{feff}1.0.0\u{a0}"]));
    assert_eq!(field("satisfied")[8], json!([]));
}

#[test]
fn answers_every_line_whatever_is_in_it() {
    let deep = "[".repeat(100_000);
    let long = format!(r#"{{"range": "{}"}}"#, "1 || ".repeat(5_000));
    // And whether it is a question.
    let lines: &[(&[u8], bool)] = &[
        (b"{\"range\": \"1\", \"versions\": [\"1.0.0\"]}\r", true),
        (b"\r", false),
        (b" \t", false),
        (b"null", false),
        (b"[\"1\", [\"1.0.0\"]]", false),
        (b"{\"range\": 1}", false),
        (b"{\"range\": null}", false),
        (b"{\"range\": \"1\", \"range\": \"2\"}", false),
        (b"{\"range\": \"1\", \"versions\": \"1.0.0\"}", false),
        (b"{\"range\": \"1\", \"versions\": [1e999]}", false),
        (b"{\"range\": \"1\", \"includePrerelease\": 1}", false),
        (b"{\"range\": \"1\"} {\"range\": \"1\"}", false),
        (b"{\"range\": \"1\", \"versions\": [\"\xff\"]}", false),
        (b"{\"range\": \"1\", \"versions\": [\"\\ud800\"]}", false),
        (b"\xef\xbb\xbf{\"range\": \"1\"}", false),
        (b"\0", false),
        (deep.as_bytes(), false),
        (long.as_bytes(), true),
        // The last line has no end.
        (
            b"{\"range\": \"1\", \"versions\": [\"1.0.0\", null, 7.5]}",
            true,
        ),
    ];
    let input: Vec<&[u8]> = lines.iter().map(|(line, _)| *line).collect();
    let output = inspect_input(&["range", "--stdin"], &input.join(&b'\n'));
    assert_eq!(output.status.code(), Some(1));
    let records = records(&output);
    assert_eq!(records.len(), lines.len());
    for (record, (line, is_question)) in records.iter().zip(lines) {
        let line = String::from_utf8_lossy(line);
        assert_eq!(
            record["range"].is_string(),
            *is_question,
            "{line}: {record}"
        );
        assert!(
            *is_question || record["error"].is_string(),
            "{line}: {record}"
        );
    }
    assert_eq!(records[0]["satisfied"], json!(["1.0.0"]));
    let last = &records[lines.len() - 1];
    assert_eq!(last["satisfied"], json!(["1.0.0"]));
    assert_eq!(last["error"], "null is not a string; 7.5 is not a string");
    assert_eq!(inspect_input(&["range", "--stdin"], b"").stdout, b"");
}
