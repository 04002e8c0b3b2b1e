use std::io::{self, BufRead as _, Write};
use std::ptr;

use bindle_core::range::{Prereleases, Range};
use bindle_core::semver::Version;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Outcome, print_record};

/// Print which of the versions are in a range of npm's dialect, as one record.
///
/// `ok` says whether the range was read; `canonical` is the range as
/// comparators. `satisfied`, `max` and `min` name versions as they were
/// written. A malformed version satisfies nothing, and is mentioned in the
/// `error`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Admit all prereleases that lie between the bounds.
    #[arg(long)]
    include_prerelease: bool,
    /// Read questions from standard input, one JSON object a line, and
    /// answer each with a record: `{"range": "^1", "versions": ["1.2.3"],
    /// "includePrerelease": true}`, of which the last two are optional; without
    /// the last one, the option counts. Every line gets a record: a malformed
    /// or empty line gets one that says so.
    #[arg(long, conflicts_with_all = ["range", "versions"])]
    stdin: bool,
    /// A range as in npm, such as `^1.2` or `>=1 <3 || 5.x`.
    #[arg(
        required_unless_present = "stdin",
        value_name = "RANGE",
        allow_hyphen_values = true
    )]
    range: Option<String>,
    /// The versions to check.
    #[arg(value_name = "VERSION")]
    versions: Vec<String>,
}

/// A line of the standard input. What else it holds is not looked at.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Question {
    range: String,
    versions: Option<Vec<Value>>,
    include_prerelease: Option<bool>,
}

#[derive(Default, Serialize)]
struct Record {
    range: Option<String>,
    canonical: Option<String>,
    ok: bool,
    satisfied: Vec<String>,
    max: Option<String>,
    min: Option<String>,
    error: Option<String>,
}

pub(crate) fn run(arguments: Arguments, out: &mut impl Write) -> io::Result<Outcome> {
    let mut outcome = Outcome::Well;
    let mut print = |record: &Record| {
        if record.error.is_some() {
            outcome = Outcome::Wrong;
        }
        print_record(out, record)
    };
    if let Some(range) = arguments.range {
        print(&answer(Question {
            range,
            versions: Some(arguments.versions.into_iter().map(Value::from).collect()),
            include_prerelease: Some(arguments.include_prerelease),
        }))?;
        return Ok(outcome);
    }
    for (index, line) in io::stdin().lock().split(b'\n').enumerate() {
        print(&match serde_json::from_slice::<Question>(&line?) {
            Ok(mut question) => {
                let default = arguments.include_prerelease;
                question.include_prerelease.get_or_insert(default);
                answer(question)
            }
            Err(error) => Record {
                error: Some(format!("line {} is not a question: {error}", index + 1)),
                ..Record::default()
            },
        })?;
    }
    Ok(outcome)
}

fn answer(question: Question) -> Record {
    let prereleases = if question.include_prerelease.unwrap_or_default() {
        Prereleases::Included
    } else {
        Prereleases::Named
    };
    let range = match Range::parse_with(&question.range, prereleases) {
        Ok(range) => range,
        Err(error) => {
            return Record {
                range: Some(question.range),
                error: Some(error.to_string()),
                ..Record::default()
            };
        }
    };
    let mut versions = Vec::new();
    let mut errors = Vec::new();
    for value in question.versions.unwrap_or_default() {
        let version = match &value {
            Value::String(text) => read_version(text).map(|version| (text.clone(), version)),
            other => Err(format!("{other} is not a string")),
        };
        match version {
            Ok(version) => versions.push(version),
            Err(error) => errors.push(error),
        }
    }
    let as_written = |version: &Version| {
        let mut versions = versions.iter();
        let written = versions.find(|(_, of_text)| ptr::eq(of_text, version));
        written.map(|(text, _)| text.clone())
    };
    let matching = versions
        .iter()
        .filter(|(_, version)| range.matches(version));
    let all = || versions.iter().map(|(_, version)| version);
    Record {
        range: Some(question.range),
        canonical: Some(range.to_string()),
        ok: true,
        satisfied: matching.map(|(text, _)| text.clone()).collect(),
        max: range.max_satisfying(all()).and_then(as_written),
        min: range.min_satisfying(all()).and_then(as_written),
        error: (!errors.is_empty()).then(|| errors.join("; ")),
    }
}

/// Reads what npm takes for a version: there may be white space around it and
/// a `v` before it, and its numbers go as far as those of ranges.
fn read_version(text: &str) -> Result<Version, String> {
    const MAX_LEN: usize = 256;
    let error = |reason| Err(format!("{text:?} is not a version: {reason}"));
    if text.len() > MAX_LEN {
        return Err(format!(
            "a version has {} bytes; at most {MAX_LEN} are allowed",
            text.len()
        ));
    }
    let trimmed = text.trim_matches(is_space);
    let version = match Version::parse(trimmed.strip_prefix('v').unwrap_or(trimmed)) {
        Ok(version) => version,
        Err(reason) => return error(reason.to_string()),
    };
    if [version.major, version.minor, version.patch]
        .iter()
        .any(|number| *number > Range::MAX_NUMBER)
    {
        return error(format!("it has a number over {}", Range::MAX_NUMBER));
    }
    Ok(version)
}

/// White space as JavaScript understands it.
fn is_space(character: char) -> bool {
    match character {
        '\u{85}' => false,
        '\u{feff}' => true,
        _ => character.is_whitespace(),
    }
}
