use serde_json::{Value, json};

use crate::{inspect, inspect_input, manifests, records, text, write};

const HELLO: &str = r#"spin_version = "1"
name = "hello"
version = "0.1.0"
trigger = { type = "http", base = "/" }
[[component]]
id = "two words"
source = "hello.wasm"
allowed_http_hosts = ["example.com"]
[component.trigger]
route = "/..."
"#;

#[test]
fn a_manifest_has_a_normal_form() {
    let hello = HELLO.replace("two words", "hello");
    let output = inspect_input(&["manifest", "--json", "-"], hello.as_bytes());
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(
        records(&output),
        [json!({
            "path": "-",
            "ok": true,
            "version": 1,
            "problems": [],
            "normalized": {
                "spin_manifest_version": 2,
                "application": {
                    "name": "hello",
                    "version": "0.1.0",
                    "trigger": { "http": { "base": "/" } },
                },
                "trigger": {
                    "http": [{ "id": "trigger-hello", "component": "hello", "route": "/..." }],
                },
                "component": {
                    "hello": {
                        "source": "hello.wasm",
                        "allowed_outbound_hosts": [
                            "redis://*:*",
                            "mysql://*:*",
                            "postgres://*:*",
                            "http://example.com",
                            "https://example.com",
                        ],
                    },
                },
            },
            "allowed_outbound_hosts": {
                "hello": [
                    "redis://*:*",
                    "mysql://*:*",
                    "postgres://*:*",
                    "http://example.com",
                    "https://example.com",
                ],
            },
        })]
    );
}

#[test]
fn each_era_has_its_rules() {
    let run = |era| inspect_input(&["manifest", "--json", "--era", era, "-"], HELLO.as_bytes());
    for era in ["0.6", "1.5"] {
        let output = run(era);
        assert_eq!(output.status.code(), Some(0), "{era}");
        assert_eq!(records(&output)[0]["ok"], true, "{era}");
    }
    let output = run("current");
    assert_eq!(output.status.code(), Some(1));
    let record = &records(&output)[0];
    assert_eq!(record["ok"], false);
    assert_eq!(record["version"], 1);
    assert_eq!(record["normalized"], Value::Null);
    assert_eq!(
        record["problems"],
        json!([{
            "severity": "error",
            "code": "invalid-id",
            "message": "component id \"two words\" has the character ' ' at position 4; \
                        join words by `-`",
            "path": "component[0].id",
            "line": 6, "column": 6, "start": 111, "end": 122,
            "hint": "did you mean `two-words`?",
            "related": [],
        }])
    );
    assert_eq!(run("0.7").status.code(), Some(2));
    // By the rules of the oldest era that accepts it.
    let output = inspect_input(&["manifest", "-"], HELLO.as_bytes());
    let told = text(&output);
    assert!(
        told.0
            .starts_with("-: hello 0.1.0, by the rules of Spin 0.6\n"),
        "{told:?}"
    );
    assert_eq!(told.1, Some(0));
}

#[test]
fn problems_of_several_files_are_shown_in_their_places() {
    let folder = tempfile::tempdir().unwrap();
    let broken = HELLO.replace("source", "sorce");
    let (_, broken) = write(folder.path(), "broken.toml", broken);
    let (_, no_text) = write(folder.path(), "no-text.toml", b"name = \"\xff\"");
    let (_, hello) = write(folder.path(), "hello.toml", HELLO);
    let files = [&*broken, "absent.toml", &no_text, &hello];
    let output = inspect(&[&["manifest"], &files[..]].concat());
    let (told, status) = text(&output);
    assert_eq!(status, Some(1));
    let expected = format!(
        "\
error: unknown field `sorce`
 --> {broken}:7:1
  |
7 | sorce = \"hello.wasm\"
  | ^^^^^
  = hint: did you mean `source`?

absent.toml cannot be read: "
    );
    assert!(told.starts_with(&expected), "{told}");
    assert!(told.contains("error: the text is not UTF-8\n"), "{told}");
    assert!(told.contains(&format!("{hello}: hello 0.1.0,")), "{told}");

    let output = inspect(&[&["manifest", "--json"], &files[..]].concat());
    assert_eq!(output.status.code(), Some(1));
    let records = records(&output);
    let brief = records.iter().map(|record| {
        let problems = record["problems"].as_array().unwrap().len();
        (record["ok"].as_bool().unwrap(), problems)
    });
    let expected = [(false, 1), (false, 0), (false, 1), (true, 0)];
    assert_eq!(brief.collect::<Vec<_>>(), expected);
    let error = records[1]["error"].as_str().unwrap();
    assert!(error.starts_with("absent.toml cannot be read: "), "{error}");
}

#[test]
fn what_spin_lets_pass_is_ok_and_reported() {
    let path = manifests("mistakes/06-trigger-missing-component.toml");
    let output = inspect(&["manifest", "--json", &path]);
    assert_eq!(output.status.code(), Some(1));
    let record = &records(&output)[0];
    let problem = &record["problems"][0];
    assert_eq!(problem["code"], "unresolved");
    assert_eq!(problem["severity"], "error");
}

#[test]
fn a_profile_changes_the_normal_form() {
    let path = manifests("json-schema/v2.toml");
    let run = |profile| inspect(&["manifest", "--json", "--profile", profile, &path]);
    let output = run("debug");
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let front = &records(&output)[0]["normalized"]["component"]["front"];
    assert_eq!(front["source"], "front.debug.wasm");
    let output = run("release");
    assert_eq!(output.status.code(), Some(1));
    let record = &records(&output)[0];
    assert_eq!(record["ok"], false);
    assert_eq!(
        record["error"],
        "no component has the profile \"release\"; there is `debug`"
    );
}

/// Fields that the official parser writes although nothing is said of them.
fn without_nulls(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.retain(|_, value| !value.is_null());
            map.values_mut().for_each(without_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(without_nulls),
        _ => {}
    }
}

#[test]
#[expect(clippy::print_stderr, reason = "says that the test is skipped")]
fn real_manifests_mean_what_they_mean_to_spin() {
    let Some(folder) = std::env::var_os("BINDLE_VECTORS") else {
        eprintln!("real_manifests_mean_what_they_mean_to_spin is skipped: no BINDLE_VECTORS");
        return;
    };
    let workspace = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let folder = workspace.join(folder).join("spin-manifest");
    let official = std::fs::read_to_string(folder.join("official.jsonl")).unwrap();
    let lines = official
        .lines()
        .map(|line| serde_json::from_str(line).unwrap());
    let official: Vec<Value> = lines.collect();
    let paths = official.iter().map(|line| {
        let path = folder.join(line["path"].as_str().unwrap());
        path.to_str().unwrap().to_owned()
    });
    let paths: Vec<_> = paths.collect();
    let paths = paths.iter().map(String::as_str);
    let arguments: Vec<_> = ["manifest", "--json", "--era", "current"]
        .into_iter()
        .chain(paths)
        .collect();
    let records = records(&inspect(&arguments));
    assert_eq!(records.len(), official.len());
    for (record, mut official) in records.iter().zip(official) {
        let path = &official["path"];
        assert_eq!(record["ok"], official["ok"], "{path}");
        assert_eq!(record["version"], official["version"], "{path}");
        if official["ok"] == true {
            let hosts = &official["normalized_allowed_outbound_hosts"];
            assert_eq!(&record["allowed_outbound_hosts"], hosts, "{path}");
            let path = path.clone();
            without_nulls(&mut official["normalized"]);
            assert_eq!(record["normalized"], official["normalized"], "{path}");
        } else {
            assert_ne!(record["problems"], json!([]), "{path}");
        }
    }
}
