//! `inspect`, run as its users run it.
#![allow(clippy::unwrap_used)]

mod manifest;
mod package;
mod query;
mod range;
mod standalone;
mod unpack;
mod upgrade;

use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

/// `inspect` in the folder of documents that the reference wrote.
fn command_in_fixtures() -> Command {
    let fixtures = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../bindle-core/tests/reference-wire"
    );
    let mut command = Command::new(env!("CARGO_BIN_EXE_inspect"));
    command.current_dir(fixtures);
    command
}

fn inspect(arguments: &[&str]) -> Output {
    command_in_fixtures().args(arguments).output().unwrap()
}

/// Runs `inspect` with `input` as its standard input.
fn inspect_input(arguments: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_inspect"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // It reads nothing where the command line is wrong, and may be gone by now.
    match child.stdin.take().unwrap().write_all(input) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => {}
        written => written.unwrap(),
    }
    child.wait_with_output().unwrap()
}

/// The path of a file in the tests of `spin-manifest`.
fn manifests(path: &str) -> String {
    let tests = concat!(env!("CARGO_MANIFEST_DIR"), "/../spin-manifest/tests");
    format!("{tests}/{path}")
}

/// The standard output and the exit status.
fn text(output: &Output) -> (String, Option<i32>) {
    let out = String::from_utf8(output.stdout.clone()).unwrap();
    (out, output.status.code())
}

fn records(output: &Output) -> Vec<Value> {
    let lines = text(output).0;
    lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn write(folder: &Path, name: &str, content: impl AsRef<[u8]>) -> (PathBuf, String) {
    let path = folder.join(name);
    std::fs::write(&path, content).unwrap();
    let text = path.to_str().unwrap().to_owned();
    (path, text)
}

#[test]
fn shows_a_valid_invoice() {
    let output = inspect(&["invoice", "invoice_signed_2.toml"]);
    assert_eq!(
        text(&output),
        (
            "invoice_signed_2.toml: example.com/demo/app/1.2.3
  canonical name  6a4747191c36c66e5b2d4ed5e07623c9e4cc5abd530b0a29c6a1d7d658c4da59
  content digest  eaf234e94cbd6b1557a92e2750f8ed7280648fa91c4069efc28adcd4d346d5a8
  parcels         2, 22 bytes
  groups          1
  signed          by Ada Creator <ada@example.com> as creator at 1795383009
  signed          by Ann Approver <ann@example.com> as approver at 1795383009
"
            .to_owned(),
            Some(0)
        )
    );
}

#[test]
fn reports_problems_as_records() {
    let folder = tempfile::tempdir().unwrap();
    let toml = "bindleVersion = '1.0.0'\n[bindle]\nname = 'a'\nverison = '1.0.0'\n";
    let (_, bad) = write(folder.path(), "bad.toml", toml);
    let output = inspect(&["--json", "invoice", &bad, "label_a.toml", "absent.toml"]);
    assert_eq!(output.status.code(), Some(1));
    let records = records(&output);
    assert_eq!(records.len(), 3);
    assert_eq!(
        records[0],
        json!({
            "path": bad,
            "ok": false,
            "id": null,
            "canonical_name": null,
            "content_digest": null,
            "problems": [
                {
                    "severity": "error", "code": "missing-field",
                    "message": "this field is required, and missing",
                    "path": "bindle.version",
                    "line": 2, "column": 1, "start": 24, "end": 32, "hint": null,
                },
                {
                    "severity": "error", "code": "unknown-field",
                    "message": "there is no field `verison` here",
                    "path": "bindle.verison",
                    "line": 4, "column": 1, "start": 44, "end": 51,
                    "hint": "did you mean `version`?",
                },
            ],
        })
    );
    let problem = &records[2]["problems"][0];
    let message = problem["message"].as_str().unwrap();
    assert!(
        message.starts_with("absent.toml cannot be read"),
        "{message}"
    );
    assert_eq!(
        records[2],
        json!({
            "path": "absent.toml",
            "ok": false,
            "id": null,
            "canonical_name": null,
            "content_digest": null,
            "problems": [{
                "severity": "error", "code": "unreadable", "message": message, "path": "",
                "line": null, "column": null, "start": null, "end": null, "hint": null,
            }],
            "error": message,
        })
    );
}

#[test]
fn verifies_against_a_keyring() {
    let verify = |strategy| {
        inspect(&[
            "verify",
            "--keyring=client_keyring.toml",
            "--strategy",
            strategy,
            "--json",
            "invoice_signed_creator.toml",
        ])
    };
    let output = verify("creativeintegrity");
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(
        records(&output),
        [json!({
            "path": "invoice_signed_creator.toml",
            "verdict": "verified",
            "reason": null,
            "findings": [{
                "by": "Ada Creator <ada@example.com>",
                "role": "creator",
                "key": "VT/5n9sLqcs9ShSzcCqyoA5iqfhIUSP7ex+vYhYZRnw=",
                "status": "valid",
                "known": true,
                "role_granted": true,
                "form": "reference",
            }],
        })]
    );
    let output = verify("MultipleAttestation[creator, approver]");
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        records(&output)[0]["reason"],
        "no signature as `approver` counts"
    );
    assert_eq!(verify("MultipleAttestation[]").status.code(), Some(2));
}

#[test]
fn colours_are_for_terminals() {
    let invoices = ["invoice_signed_2.toml", "label_a.toml"];
    let verify = ["verify", "--keyring=client_keyring.toml"];
    for command in [&["invoice"][..], &verify] {
        let run = |more: &[&str], variable: &str| {
            let output = command_in_fixtures()
                .args(command)
                .args(more)
                .args(invoices)
                .env(variable, "1")
                .output()
                .unwrap();
            text(&output).0
        };
        // Nobody looks at this output on a terminal.
        let plain = run(&[], "UNRELATED");
        assert!(!plain.contains('\u{1b}'), "{plain}");
        let coloured = run(&[], "CLICOLOR_FORCE");
        assert!(coloured.contains("\u{1b}["), "{coloured}");
        assert_eq!(anstream::adapter::strip_str(&coloured).to_string(), plain);
        let json = run(&["--json"], "CLICOLOR_FORCE");
        assert!(!json.contains('\u{1b}'), "{json}");
    }
}

#[test]
fn a_keyring_with_a_label_that_was_tampered_with_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let fixture = include_str!("../../../bindle-core/tests/reference-wire/client_keyring.toml");
    let (_, keyring) = write(folder.path(), "keyring.toml", fixture.replace("Ann", "Eve"));
    let output = inspect(&["verify", "--keyring", &keyring, "invoice_signed_2.toml"]);
    assert_eq!(output.status.code(), Some(1));
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(
        error.contains("the key has not signed this label"),
        "{error}"
    );
}

#[test]
fn signs_as_the_reference_does() {
    let sign = |file: &str, role, form| {
        let at = "1795383009";
        let arguments = [
            "sign",
            "--secret=secret_keys.toml",
            "--at",
            at,
            "--role",
            role,
        ];
        inspect(&[&arguments[..], &["--form", form, file]].concat())
    };
    let (signed, status) = text(&sign(
        "invoice_signed_creator.toml",
        "approver",
        "reference",
    ));
    let expected = include_str!("../../../bindle-core/tests/reference-wire/invoice_signed_2.toml");
    assert_eq!((signed.as_str(), status), (expected, Some(0)));

    // The same key may not sign twice.
    let output = sign("invoice_signed_creator.toml", "creator", "reference");
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        String::from_utf8_lossy(&output.stderr),
        "error: invoice_signed_creator.toml was not signed: the key of \"Ada Creator \
         <ada@example.com>\" has signed already (entry 0); a key may sign once\n"
    );

    // In the specification's form, the time is signed.
    let folder = tempfile::tempdir().unwrap();
    let (signed, _) = text(&sign("invoice_signed_creator.toml", "approver", "spec"));
    let (_, as_signed) = write(folder.path(), "signed.toml", &signed);
    let altered = signed.replacen("at = 1795383009", "at = 1795383010", 2);
    let (_, altered) = write(folder.path(), "altered.toml", altered);
    let output = inspect(&[
        "verify",
        "--keyring=client_keyring.toml",
        "--json",
        &as_signed,
        &altered,
    ]);
    let records = records(&output);
    assert_eq!(records[0]["findings"][1]["form"], "specification");
    assert_eq!(records[0]["verdict"], "verified");
    assert_eq!(records[1]["findings"][0]["status"], "valid");
    assert_eq!(records[1]["findings"][1]["status"], "invalid");
    assert_eq!(records[1]["reason"], "signature[1] is bad");
}

#[test]
fn tells_the_story_of_a_rollout() {
    let scenario = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/canary.toml");
    let (told, status) = text(&inspect(&["rollout", scenario]));
    assert_eq!(status, Some(0));
    let end = "\
  430.000s  1.2.0 failed: out of memory
              route 1.1.0#2 100%
              stop 1.2.0#3
              notify: 1.2.0 is not healthy: out of memory
              notify: 1.2.0 failed: it ended: out of memory
              notify: 1.2.0 is stopped
  430.000s  in the end
              Serving 1.1.0: 1.1.0#2 100%
              Last: 430.000s 1.2.0 failed: it ended: out of memory
              Held back: 1.2.0, failed
";
    assert!(told.ends_with(end), "{told}");
    let records = records(&inspect(&["--json", "rollout", scenario]));
    let shares = records
        .iter()
        .filter_map(|record| record["action"]["route"].as_array());
    let shares: Vec<Vec<u64>> = shares
        .map(|routes| {
            routes
                .iter()
                .map(|route| route["weight"].as_u64().unwrap())
                .collect()
        })
        .collect();
    assert_eq!(
        shares,
        [
            vec![100],
            vec![90, 10],
            vec![50, 50],
            vec![100],
            vec![90, 10],
            vec![100]
        ]
    );
    assert_eq!(records.last().unwrap()["status"]["serving"], "1.1.0");
}

/// With `SNAPSHOTS=overwrite`, what is told is written down instead.
#[test]
fn tells_every_scenario() {
    let scenarios = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios");
    let overwrite = std::env::var_os("SNAPSHOTS").is_some_and(|value| value == "overwrite");
    let files = std::fs::read_dir(scenarios).unwrap();
    let files = files.map(|entry| entry.unwrap().path());
    let mut told = 0;
    for scenario in files.filter(|path| path.extension().is_some_and(|it| it == "toml")) {
        let output = inspect(&["rollout", scenario.to_str().unwrap()]);
        assert_eq!(output.status.code(), Some(0), "{}", scenario.display());
        let timeline = scenario.with_extension("txt");
        if overwrite {
            std::fs::write(&timeline, &output.stdout).unwrap();
        }
        let expected = std::fs::read_to_string(&timeline).unwrap();
        assert_eq!(text(&output).0, expected, "{}", scenario.display());
        told += 1;
    }
    assert!(told >= 10, "{told}");
}

#[test]
fn selects_by_a_rule() {
    let numbers = ["1.0.0", "1.1.0-rc.1", "1.0.1+b", "1.0.1+a", "2.0.0"];
    let output = inspect(&[&["--json", "rule", "~1.0"], &numbers[..]].concat());
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(
        records(&output),
        [json!({
            "rule": "~1.0", "ok": true, "selected": "1.0.1+a",
            "matches": ["1.0.1+a", "1.0.1+b", "1.0.0"], "error": null, "offset": null,
        })]
    );
    // Numbers of Hippo's early days come back as they were written.
    let numbers = ["1.1.4-alice-2021.01.02.03", "1.1.3-alice-2021.04.04.04"];
    let output = inspect(&[&["rule", "P:*-alice-*"], &numbers[..]].concat());
    let told = "P:*-alice-*: 1.1.3-alice-2021.04.04.04, 1.1.4-alice-2021.01.02.03\n";
    assert_eq!(text(&output), (told.to_owned(), Some(0)));

    let output = inspect(&["--json", "rule", "~1.q"]);
    assert_eq!(output.status.code(), Some(1));
    let record = &records(&output)[0];
    assert_eq!(
        (&record["ok"], &record["offset"]),
        (&json!(false), &json!(3))
    );
    let output = inspect(&["--json", "rule", "*", "1.q"]);
    let error = records(&output)[0]["error"].clone();
    assert!(
        error
            .as_str()
            .unwrap()
            .starts_with("\"1.q\" is not a version"),
        "{error}"
    );
}

#[test]
fn answers_a_question_about_rules_for_each_line() {
    // The last line has no end.
    let questions = br#"{"rule": null, "numbers": ["1.0.0", "1.1.0-rc.1"]}
{"rule": "*", "numbers": ["1.0.0", "1.1.0-rc.1"], "includePrerelease": true}
{"rule": "", "numbers": []}
{"rule": "*"}

"#;
    let questions = [&questions[..], b"{\"rule\": \"\xff\"}"].concat();
    let output = inspect_input(&["--json", "rule", "--stdin"], &questions);
    assert_eq!(output.status.code(), Some(1));
    let records = records(&output);
    let selected: Vec<_> = records.iter().map(|it| it["selected"].as_str()).collect();
    assert_eq!(
        selected,
        [Some("1.0.0"), Some("1.1.0-rc.1"), None, None, None, None]
    );
    assert_eq!(
        records[2]["error"],
        "the rule is empty; `*` picks the highest release"
    );
    let error = records[3]["error"].as_str().unwrap();
    assert!(error.contains("missing field `numbers`"), "{error}");
    for record in &records[4..] {
        let error = record["error"].as_str().unwrap();
        assert!(error.starts_with("the line is not a question: "), "{error}");
    }
}

#[test]
fn a_question_about_a_rule_that_says_nothing_of_prereleases_is_as_the_option_says() {
    let questions = br#"{"rule": "*", "numbers": ["1.0.0-a"]}
{"rule": "*", "numbers": ["1.0.0-a"], "includePrerelease": false}
"#;
    let arguments = ["--json", "rule", "--stdin", "--include-prerelease"];
    let records = records(&inspect_input(&arguments, questions));
    let selected: Vec<_> = records.iter().map(|it| it["selected"].as_str()).collect();
    assert_eq!(selected, [Some("1.0.0-a"), None]);
}

#[test]
fn errors_that_nobody_reads_change_nothing() {
    let command = || Command::new(env!("CARGO_BIN_EXE_inspect"));
    for arguments in [
        ["upgrade", "no-such-file"],
        ["package", "no-such-folder"],
        ["ledger", "no-such-folder"],
    ] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let status = command().args(arguments).stderr(writer).status().unwrap();
        assert_eq!(status.code(), Some(1), "{arguments:?}");
    }
}

#[test]
fn refuses_what_is_no_scenario() {
    let folder = tempfile::tempdir().unwrap();
    let event = |what: &str| format!("[[event]]\nat = 0\n{what}\n");
    for (text, place, mistake) in [
        (
            "[policy]\nmin-helthy = 3\n".to_owned(),
            "line 2, column 1",
            "unknown field `min-helthy`",
        ),
        (
            "[policy]\nmin-healthy = 600_000\n".to_owned(),
            "line 1, column 1",
            "min_healthy is 600s, but healthy_deadline is 300s: no revision could become healthy",
        ),
        (
            event("register = \"1.0\""),
            "line 3, column 12",
            "unexpected end of input while parsing minor version number",
        ),
        (
            event("yank = \"1.0.0\"\nfoo = 1"),
            "line 4, column 1",
            "unknown field `foo`",
        ),
        (
            event("report = { revision = \"1.0.0\", is = \"well\" }"),
            "line 3, column 37",
            "unknown variant `well`, expected one of `healthy`",
        ),
        (
            event("command = { select = { rule = \"1.q\" } }"),
            "line 3, column 22",
            "has 'q' at position 3",
        ),
        (
            event(""),
            "line 1, column 1",
            "the event says nothing but its time; expected `register`, `yank`",
        ),
        (
            event("register = \"1.0.0\"\nyank = \"1.0.0\""),
            "line 1, column 1",
            "two things happen in one event; write an `[[event]]` for each",
        ),
    ] {
        let (_, path) = write(folder.path(), "bad.toml", &text);
        let output = inspect(&["rollout", &path]);
        assert_eq!(output.status.code(), Some(1), "{text}");
        assert!(output.stdout.is_empty(), "{text}");
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(error.contains(place), "{error}");
        assert!(error.contains(mistake), "{error}");
    }
}

#[test]
fn shows_the_ledgers_of_a_store_and_the_first_wrong_entry() {
    let store = tempfile::tempdir().unwrap();
    let apps = concat!(env!("CARGO_MANIFEST_DIR"), "/apps");
    let deployed = Command::new(env!("CARGO_BIN_EXE_deploy"))
        .args(["--once", "--listen=127.0.0.1:0", "--store"])
        .arg(store.path())
        .args(["hello-0.1.0", "hello-0.1.1"].map(|app| format!("{apps}/{app}")))
        .output()
        .unwrap();
    assert!(deployed.status.success());
    let path = store.path().to_str().unwrap();
    let output = inspect(&["--json", "ledger", path]);
    let record = &records(&output)[0];
    assert_eq!(record["name"], "hello-fermyon-cloud");
    assert_eq!(record["entries"][1]["number"], "0.1.1+q3ac8164");
    assert_eq!(record["proved"], 2);
    assert_eq!(output.status.code(), Some(0));

    let folder = record["path"].as_str().unwrap();
    let entry = format!("{folder}/00000000000000000001.entry");
    let mut bytes = std::fs::read(&entry).unwrap();
    bytes[20] ^= 1;
    std::fs::write(&entry, bytes).unwrap();
    let output = inspect(&["ledger", path]);
    assert_eq!(output.status.code(), Some(1));
    let told = text(&output).0;
    assert!(told.contains("entry 1"), "{told}");

    std::fs::write(&entry, "").unwrap();
    let told = text(&inspect(&["ledger", path])).0;
    assert!(told.contains("1.entry is not one entry"), "{told}");

    let later = format!("{folder}/00000000000000000002.entry");
    std::fs::rename(&entry, &later).unwrap();
    let told = text(&inspect(&["ledger", path])).0;
    assert!(told.contains("1.entry is missing"), "{told}");

    // What is left is sound by itself, but not all that there was.
    std::fs::remove_file(&later).unwrap();
    let told = text(&inspect(&["ledger", path])).0;
    let shorter = "the newer history has 1 entries, fewer than the 2 before";
    assert!(told.contains(shorter), "{told}");

    #[cfg(unix)]
    {
        // What cannot be looked at is not the end of a shorter ledger.
        std::fs::remove_file(format!("{folder}/00000000000000000002.checkpoint")).unwrap();
        assert_eq!(inspect(&["ledger", path]).status.code(), Some(0));
        std::os::unix::fs::symlink(&entry, &entry).unwrap();
        let (told, status) = text(&inspect(&["ledger", path]));
        assert!(told.contains("1.entry cannot be read: "), "{told}");
        assert_eq!(status, Some(1));
    }
}

const CHOICE: &str = r#"
bindleVersion = "1.0.0"
bindle = { name = "example/weather", version = "0.1.0" }

[[group]]
name = "entrypoint"
satisfiedBy = "oneOf"
required = true

[[group]]
name = "docs"

[[parcel]]
label = { sha256 = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", mediaType = "application/wasm", size = 1, name = "ui.wasm", feature = { wasm = { ui_kit = "a=b.c" } } }
conditions.memberOf = ["entrypoint"]

[[parcel]]
label = { sha256 = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb", mediaType = "application/wasm", size = 1, name = "cli.wasm" }
conditions.memberOf = ["entrypoint"]

[[parcel]]
label = { sha256 = "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc", mediaType = "text/html", size = 1, name = "help.html" }
conditions.memberOf = ["docs"]
"#;

#[test]
fn selects_what_a_run_needs() {
    let folder = tempfile::tempdir().unwrap();
    let (_, path) = write(folder.path(), "invoice.toml", CHOICE);
    let [a, b, c] = ["a", "b", "c"].map(|digit| digit.repeat(64));
    let output = inspect(&["select", &path, "--group=docs", "--prefer", "cli.wasm"]);
    assert_eq!(
        text(&output),
        (
            format!(
                r#"{{"selected":[{{"sha256":"{b}","name":"cli.wasm","why":"chosen from oneOf group \"entrypoint\""}},"#
            ) + &format!(
                r#"{{"sha256":"{c}","name":"help.html","why":"asked for in group \"docs\""}}],"#
            ) + &format!(
                r#""left_out":[{{"sha256":"{a}","name":"ui.wasm","why":"alternative not chosen from oneOf group \"entrypoint\""}}],"#
            ) + &format!(
                r#""choices":[{{"group":"entrypoint","chosen":{{"sha256":"{b}","name":"cli.wasm"}},"#
            ) + &format!(
                r#""alternatives":[{{"sha256":"{a}","name":"ui.wasm"}}]}}],"error":null}}"#
            ) + "\n",
            Some(0)
        )
    );

    let output = inspect(&["--json", "select", &path, "--prefer", &b, "--without=docs"]);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(
        records(&output),
        [json!({
            "selected": [{
                "sha256": b,
                "name": "cli.wasm",
                "why": "chosen from oneOf group \"entrypoint\"",
            }],
            "left_out": [
                {
                    "sha256": a,
                    "name": "ui.wasm",
                    "why": "alternative not chosen from oneOf group \"entrypoint\"",
                },
                { "sha256": c, "name": "help.html", "why": "excluded group \"docs\"" },
            ],
            "choices": [{
                "group": "entrypoint",
                "chosen": { "sha256": b, "name": "cli.wasm" },
                "alternatives": [{ "sha256": a, "name": "ui.wasm" }],
            }],
            "error": null,
        })]
    );
}

#[test]
fn selects_by_features() {
    let folder = tempfile::tempdir().unwrap();
    let (_, path) = write(folder.path(), "invoice.toml", CHOICE);
    let selected = |option: &str| {
        let output = inspect(&["select", &path, option, "--json"]);
        assert_eq!(output.status.code(), Some(0));
        records(&output)[0]["selected"][0]["name"].clone()
    };
    assert_eq!(selected("--feature=wasm.ui_kit=a=b.c"), "ui.wasm");
    assert_eq!(selected("--not-feature=wasm.ui_kit=a=b.c"), "cli.wasm");
    assert_eq!(selected("--feature=wasm.ui_kit=other"), "cli.wasm");
}

#[test]
fn says_why_nothing_can_be_selected() {
    let folder = tempfile::tempdir().unwrap();
    let (_, path) = write(folder.path(), "invoice.toml", CHOICE);
    let output = inspect(&["select", &path, "--without=entrypoint"]);
    assert_eq!(
        text(&output),
        (
            concat!(
                r#"{"selected":[],"left_out":[],"choices":[],"#,
                r#""error":"group \"entrypoint\" is required, and cannot be excluded"}"#,
                "\n"
            )
            .into(),
            Some(1)
        )
    );
    let output = inspect(&["select", &path, "--group=doc", "--json"]);
    let error = &records(&output)[0]["error"];
    assert_eq!(error, "there is no group \"doc\"; did you mean \"docs\"?");
    let output = inspect(&["select", "absent.toml", "--json"]);
    assert_eq!(output.status.code(), Some(1));
    let error = records(&output)[0]["error"].clone();
    assert!(
        error
            .as_str()
            .unwrap()
            .starts_with("absent.toml cannot be read")
    );
    for feature in ["wasm=a", "wasm.ui_kit", ".ui_kit=a", "wasm.=a"] {
        let output = inspect(&["select", &path, "--feature", feature]);
        assert_eq!(output.status.code(), Some(2));
    }
}

#[test]
fn mistakes_are_answered_with_what_to_write() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().to_str().unwrap();
    let error = |arguments: &[&str]| {
        let output = inspect(arguments);
        (
            String::from_utf8(output.stderr).unwrap(),
            output.status.code(),
        )
    };
    let (message, status) = error(&["upgrade", place]);
    assert_eq!(
        (message, status),
        (
            format!("error: {place} cannot be read: name a file in it\n"),
            Some(1)
        )
    );
    let (message, status) = error(&["ledger", place]);
    let hint = "; name a store, as `deploy --store` keeps it\n";
    assert!(message.ends_with(hint), "{message}");
    assert_eq!(status, Some(1));
    let sign = ["sign", "--secret=a", "--role=host", "b"];
    let (message, status) = error(&[&sign[..], &["--at=now"]].concat());
    let hint = "write whole seconds, such as `1700000000`";
    assert!(message.contains(hint), "{message}");
    assert_eq!(status, Some(2));
}

#[test]
fn its_help_tells_what_the_exit_status_says() {
    let (help, status) = text(&inspect(&["--help"]));
    assert!(
        help.contains("\nExit status: 0 if all is well, 1 if "),
        "{help}"
    );
    assert_eq!(status, Some(0));
}

#[test]
fn a_file_that_cannot_be_read_has_its_record() {
    let folder = tempfile::tempdir().unwrap();
    let absent = folder.path().join("absent");
    let absent = absent.to_str().unwrap();
    for arguments in [
        &["invoice"][..],
        &["ledger"],
        &["manifest"],
        &["package"],
        &["query", "hello"],
        &["rollout"],
        &["select"],
        &["sign", "--secret", absent, "--role=host", "--at=1"],
        &["standalone"],
        &["unpack"],
        &["upgrade"],
        &["verify", "--keyring", absent],
    ] {
        let output = inspect(&[arguments, &["--json", absent]].concat());
        let first = output.stdout.split(|byte| *byte == b'\n').next().unwrap();
        let record: serde_json::Value = serde_json::from_slice(first).unwrap();
        let error = record["error"].as_str().unwrap_or_default();
        assert!(error.contains("No such file"), "{arguments:?}: {record}");
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
    }
}

#[test]
fn standard_input_is_called_so() {
    for arguments in [&["rollout", "-"][..], &["query", "hello", "-"]] {
        let output = inspect_input(arguments, b"nonsense");
        let message = String::from_utf8(output.stderr).unwrap();
        assert!(
            message.starts_with("error: standard input is not "),
            "{message}"
        );
    }
}
