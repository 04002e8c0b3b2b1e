//! The same questions to node-semver itself.
//!
//! Runs where `NODE_SEMVER` names a folder that npm installed `semver` into
//! (`…/node_modules/semver`) and `node` is on the path.

use std::io::Write;
use std::process::Stdio;

use bindle_core::range::{Prereleases, Range};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use semver::Version;
use serde_json::{Value, json};

use crate::shapes;

/// How many questions one process of node answers.
const BATCH: usize = 20_000;

/// Reads one question a line and answers each with one line.
const SCRIPT: &str = r#"
const semver = require(process.argv[1]);
const lines = require("fs").readFileSync(0, "utf8").split("\n").filter(Boolean);
const attempt = (f) => { try { return f() } catch (_) { return null } };
const answers = lines.map((line) => {
  const { range, other, versions, includePrerelease } = JSON.parse(line);
  const options = { includePrerelease };
  return JSON.stringify({
    canonical: semver.validRange(range, options),
    satisfied: versions.filter((version) => semver.satisfies(version, range, options)),
    max: semver.maxSatisfying(versions, range, options),
    min: semver.minSatisfying(versions, range, options),
    // It hands out a version that it would refuse to read.
    lowest: attempt(() => semver.valid(semver.minVersion(range, options).version)),
    intersects: attempt(() => semver.intersects(range, other, options)),
    subset: attempt(() => {
      // It remembers texts and takes the same one twice for a subset unseen.
      const [sub, dom] = [range, other].map((text) => new semver.Range(text, options).range);
      return semver.subset(sub, dom, options);
    }),
  });
});
console.log(JSON.stringify(require(process.argv[1] + "/package.json").version));
console.log(answers.join("\n"));
"#;

#[derive(Debug)]
struct Question {
    range: String,
    other: String,
    versions: Vec<Version>,
    prereleases: Prereleases,
}

impl Question {
    fn to_json(&self) -> Value {
        let versions: Vec<String> = self.versions.iter().map(Version::to_string).collect();
        json!({
            "range": self.range,
            "other": self.other,
            "versions": versions,
            "includePrerelease": self.prereleases == Prereleases::Included,
        })
    }

    fn answer(&self) -> Value {
        let Ok(range) = Range::parse_with(&self.range, self.prereleases) else {
            return json!({
                "canonical": null, "satisfied": [], "max": null, "min": null,
                "lowest": null, "intersects": null, "subset": null,
            });
        };
        let other = Range::parse_with(&self.other, self.prereleases).ok();
        let again = |range: &Range| Range::parse_with(&range.to_string(), self.prereleases).ok();
        let is_subset = other
            .as_ref()
            .and_then(|other| Some(again(&range)?.is_subset(&again(other)?)));
        let text = |version: &Version| version.to_string();
        let is_theirs = |version: &Version| version.patch <= Range::MAX_NUMBER;
        let lowest = range.min_version().filter(is_theirs);
        let satisfied = self
            .versions
            .iter()
            .filter(|version| range.matches(version));
        json!({
            "canonical": range.to_string(),
            "satisfied": satisfied.map(text).collect::<Vec<_>>(),
            "max": range.max_satisfying(&self.versions).map(text),
            "min": range.min_satisfying(&self.versions).map(text),
            "lowest": lowest.as_ref().map(text),
            "intersects": other.as_ref().map(|other| range.intersects(other)),
            "subset": is_subset,
        })
    }
}

fn questions() -> impl Strategy<Value = Question> {
    let text = || prop_oneof![shapes::range(), shapes::soup(), shapes::slips()];
    let prereleases = prop_oneof![Just(Prereleases::Named), Just(Prereleases::Included)];
    let versions = prop::collection::vec(shapes::version(), 12);
    (text(), text(), versions, prereleases).prop_map(|(range, other, versions, prereleases)| {
        Question {
            range,
            other,
            versions,
            prereleases,
        }
    })
}

#[test]
#[expect(clippy::disallowed_methods, reason = "asks a program, where told to")]
#[expect(clippy::print_stdout, reason = "tells what it compared with")]
fn agrees_with_node_semver() {
    let Ok(package) = std::env::var("NODE_SEMVER") else {
        println!("skipped: NODE_SEMVER is not set");
        return;
    };
    let count = std::env::var("NODE_SEMVER_CASES").ok();
    let count = count.and_then(|count| count.parse().ok()).unwrap_or(20_000);
    let mut runner = TestRunner::default();
    let mut ask = || {
        questions()
            .new_tree(&mut runner)
            .expect("no filter")
            .current()
    };
    let mut asked = 0;
    while asked < count {
        let questions: Vec<Question> = (asked..count).take(BATCH).map(|_| ask()).collect();
        asked += questions.len();
        let version = agree(&questions, &package);
        if asked == count {
            println!("node-semver {version}, {count} questions");
        }
    }
}

/// Panics with all differences, or gives the version of node-semver.
fn agree(questions: &[Question], package: &str) -> String {
    let input: String = questions
        .iter()
        .map(|q| format!("{}\n", q.to_json()))
        .collect();
    let output = run_node(package, input);
    let mut answers = output.lines();
    let version = answers.next().unwrap_or_default();
    let mut differences = Vec::new();
    for question in questions {
        let line = answers.next().expect("one answer a question");
        let theirs: Value = serde_json::from_str(line).expect("answers are JSON");
        let ours = question.answer();
        if ours != theirs {
            differences.push(format!(
                "{}\n  ours {ours}\n  node-semver {version} {theirs}",
                question.to_json()
            ));
        }
    }
    let shown = &differences[..differences.len().min(20)];
    assert!(
        differences.is_empty(),
        "{} differences\n{}",
        differences.len(),
        shown.join("\n")
    );
    version.trim_matches('"').into()
}

#[expect(clippy::disallowed_types, reason = "asks a program")]
#[expect(
    clippy::disallowed_methods,
    reason = "feeds and reads a pipe at the same time"
)]
fn run_node(package: &str, input: String) -> String {
    let mut node = std::process::Command::new("node")
        .args(["-e", SCRIPT, package])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("node is on the path");
    let mut stdin = node.stdin.take().expect("piped");
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = node.wait_with_output().expect("node runs");
    writer
        .join()
        .expect("no panic")
        .expect("node reads its input");
    assert!(output.status.success());
    String::from_utf8(output.stdout).expect("node writes UTF-8")
}
