use std::io::{self, BufRead as _, Write};

use bindle_core::range::Prereleases;
use bindle_core::semver::Version;
use bindle_core::{Digest, Id, Name};
use revisions::{Ledger, Rule, parse_legacy};
use serde::{Deserialize, Serialize};

use crate::{Format, Outcome, print_record};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Let ranges admit prereleases that they do not name.
    #[arg(long)]
    include_prerelease: bool,
    /// Read questions from standard input, one on each line: `{"rule",
    /// "numbers", "includePrerelease"}`. The rule `null` is `*`.
    #[arg(long, conflicts_with_all = ["rule", "numbers"])]
    stdin: bool,
    /// A range as in npm, a full version, or `P:RANGE-PREFIX-*`.
    #[arg(required_unless_present = "stdin")]
    rule: Option<String>,
    /// Revision numbers in the order of their registration, including those of
    /// Hippo with leading zeros in their timestamps.
    #[arg(value_name = "NUMBER")]
    numbers: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Question {
    rule: Option<String>,
    numbers: Vec<String>,
    include_prerelease: Option<bool>,
}

#[derive(Default, Serialize)]
struct Record {
    rule: String,
    ok: bool,
    /// What a channel with this rule selects.
    selected: Option<String>,
    /// All that match, the best first.
    matches: Vec<String>,
    error: Option<String>,
    /// The byte of the rule from which on it is wrong.
    offset: Option<usize>,
}

pub(crate) fn run(
    arguments: &Arguments,
    format: Format,
    out: &mut impl Write,
) -> io::Result<Outcome> {
    if !arguments.stdin {
        return answer(
            Question {
                rule: arguments.rule.clone(),
                numbers: arguments.numbers.clone(),
                include_prerelease: Some(arguments.include_prerelease),
            },
            format,
            out,
        );
    }
    let mut outcome = Outcome::Well;
    for line in io::stdin().lock().split(b'\n') {
        match serde_json::from_slice::<Question>(&line?) {
            Ok(mut question) => {
                let default = arguments.include_prerelease;
                question.include_prerelease.get_or_insert(default);
                if answer(question, format, out)? == Outcome::Wrong {
                    outcome = Outcome::Wrong;
                }
            }
            Err(error) => {
                let error = Some(format!("the line is not a question: {error}"));
                let record = Record {
                    error,
                    ..Record::default()
                };
                print(&record, format, out)?;
                outcome = Outcome::Wrong;
            }
        }
    }
    Ok(outcome)
}

fn answer(question: Question, format: Format, out: &mut impl Write) -> io::Result<Outcome> {
    let record = select(question);
    print(&record, format, out)?;
    Ok(if record.ok {
        Outcome::Well
    } else {
        Outcome::Wrong
    })
}

fn select(question: Question) -> Record {
    let prereleases = if question.include_prerelease == Some(true) {
        Prereleases::Included
    } else {
        Prereleases::Named
    };
    let text = question.rule.unwrap_or_else(|| "*".to_owned());
    let mut record = Record {
        rule: text.clone(),
        ..Record::default()
    };
    let rule = match Rule::parse_with(&text, prereleases) {
        Ok(rule) => rule,
        Err(error) => {
            record.offset = Some(error.offset());
            record.error = Some(error.to_string());
            return record;
        }
    };
    match matches(&rule, &question.numbers) {
        Ok(matches) => {
            record.ok = true;
            record.selected = matches.first().cloned();
            record.matches = matches;
        }
        Err(error) => record.error = Some(error),
    }
    record
}

/// The numbers that the rule selects, as they were written.
fn matches(rule: &Rule, numbers: &[String]) -> Result<Vec<String>, String> {
    let name: Name = "example".parse().map_err(|error| format!("{error}"))?;
    let mut ledger = Ledger::new(name.clone());
    let mut written = Vec::new();
    for text in numbers {
        let number: Version = parse_legacy(text).map_err(|error| error.to_string())?;
        let id = Id::new(name.clone(), number);
        let registered = ledger.register(&id, Digest::of(b""));
        let registered = registered.map_err(|error| error.to_string())?;
        if registered.receipt().is_some() {
            written.push(text);
        }
    }
    let found = ledger.matches(rule).filter_map(|revision| {
        let place = usize::try_from(revision.sequence()).ok()?;
        written.get(place).map(ToString::to_string)
    });
    Ok(found.collect())
}

fn print(record: &Record, format: Format, out: &mut impl Write) -> io::Result<()> {
    if format == Format::Json {
        return print_record(out, record);
    }
    if let Some(error) = &record.error {
        return writeln!(out, "error: {error}");
    }
    if record.matches.is_empty() {
        return writeln!(out, "{}: none", record.rule);
    }
    writeln!(out, "{}: {}", record.rule, record.matches.join(", "))
}
