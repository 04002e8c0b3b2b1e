//! Real manifests against what Spin 4.1 makes of them.

use std::fs;

use serde_json::Value;
use spin_manifest::{Era, Manifest, ManifestReader, Problem, Rules, Severity, Strictness};

use crate::folder;

/// The lines of a file of vectors: those that Spin accepts, or the others.
fn official(test: &str, is_valid: bool) -> Vec<(Value, String)> {
    let Some(folder) = folder::vectors(test) else {
        return Vec::new();
    };
    let lines = fs::read_to_string(folder.join("official.jsonl")).unwrap();
    let lines = lines
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    let lines = lines.filter(|line| line["ok"] == is_valid);
    let lines = lines.map(|line| {
        let path = folder.join(line["path"].as_str().unwrap());
        let text = String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned();
        (line, text)
    });
    lines.collect()
}

/// Fields that the official parser writes although nothing is said of them.
fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let entries = map.iter().filter(|(_, value)| !value.is_null());
            entries
                .map(|(key, value)| (key.clone(), without_nulls(value)))
                .collect()
        }
        Value::Array(items) => items.iter().map(without_nulls).collect(),
        value => value.clone(),
    }
}

#[test]
fn normal_forms_are_those_of_spin() {
    agrees("normal_forms_are_those_of_spin", Rules::Of(Era::Current));
}

#[test]
fn normal_forms_are_the_same_by_the_rules_that_fit() {
    let test = "normal_forms_are_the_same_by_the_rules_that_fit";
    agrees(test, Rules::Fitting);
}

/// Checks that what Spin accepts is accepted by the rules, and has the same
/// normal form.
#[track_caller]
fn agrees(test: &str, rules: Rules) {
    let reader = ManifestReader::new()
        .with_rules(rules)
        .with_strictness(Strictness::LikeSpin);
    let mut failures = Vec::new();
    for (line, text) in official(test, true) {
        let path = &line["path"];
        let manifest = match reader.read(&text) {
            Ok(manifest) => manifest,
            Err(diagnostics) => {
                failures.push(format!("{path}: {diagnostics}"));
                continue;
            }
        };
        let normalised = match manifest.normalised(None) {
            Ok(normalised) => normalised,
            Err(error) => {
                failures.push(format!("{path}: {error}"));
                continue;
            }
        };
        let actual = serde_json::to_value(&normalised).unwrap();
        let expected = without_nulls(&line["normalized"]);
        if actual != expected {
            failures.push(format!("{path}:\n{actual}\n-- instead of\n{expected}"));
        }
        let hosts = normalised.components().map(|(id, component)| {
            let hosts = component.outbound_hosts();
            let hosts = hosts.into_iter().map(|host| Value::from(host.into_value()));
            (id.to_string(), Value::Array(hosts.collect()))
        });
        let hosts: Value = hosts.collect::<serde_json::Map<_, _>>().into();
        let expected = &line["normalized_allowed_outbound_hosts"];
        if hosts != *expected {
            failures.push(format!("{path}:\n{hosts}\n-- instead of\n{expected}"));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

/// What today's Spin refuses, and the Spin of its time did not.
const OF_THEIR_TIME: [(&str, Era, &str); 10] = [
    ("invalid/034.toml", Era::Spin0_6, OTHER_IDS),
    ("invalid/035.toml", Era::Spin0_6, OTHER_IDS),
    ("invalid/040.toml", Era::Spin0_6, OTHER_IDS),
    ("invalid/041.toml", Era::Spin0_6, OTHER_IDS),
    ("invalid/042.toml", Era::Spin1_5, OTHER_IDS),
    ("invalid/043.toml", Era::Spin1_5, OTHER_IDS),
    ("invalid/044.toml", Era::Spin1_5, OTHER_IDS),
    ("invalid/066.toml", Era::Spin1_5, OTHER_IDS),
    ("invalid/073.toml", Era::Spin1_5, OTHER_VARIABLES),
    ("invalid/080.toml", Era::Spin1_5, OTHER_VARIABLES),
];
const OTHER_IDS: &str = "any text was an id of a component";
const OTHER_VARIABLES: &str = "names of variables were looked at later";

#[test]
fn what_spin_refuses_is_refused_or_of_another_time() {
    let mut failures = Vec::new();
    let test = "what_spin_refuses_is_refused_or_of_another_time";
    for (line, text) in official(test, false) {
        let path = &line["path"];
        let current = ManifestReader::new().with_era(Era::Current);
        let reader = ManifestReader::new().with_strictness(Strictness::LikeSpin);
        if current
            .with_strictness(Strictness::LikeSpin)
            .read(&text)
            .is_ok()
        {
            failures.push(format!("{path} is accepted, but {}", line["error"]));
        }
        let era = reader.read(&text).ok().map(|manifest| manifest.era());
        let listed = OF_THEIR_TIME.iter().find(|(listed, ..)| path == listed);
        let listed = listed.map(|(_, era, reason)| (*era, *reason));
        if era != listed.map(|(era, _)| era) {
            failures.push(format!("{path} is of {era:?}, and not {listed:?}"));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

#[test]
fn mistakes_that_spin_lets_pass_are_errors_all_the_same() {
    let text = "spin_manifest_version = 2\napplication = { name = 'a' }\n\
                [[trigger.http]]\nroute = '/'\ncomponent = 'a'\n\
                [component.a]\nsource = 'a.wasm'\nallowed_outbound_hosts = ['self']\n";
    let diagnostics = Manifest::from_toml(text).unwrap_err();
    let reader = ManifestReader::new().with_strictness(Strictness::LikeSpin);
    let manifest = reader.read(text).unwrap();
    assert_eq!(manifest.problems(), &diagnostics);
    let severities = diagnostics.iter().map(Problem::severity);
    assert_eq!(severities.collect::<Vec<_>>(), [Severity::Error]);
}

/// Reads text as Spin would, and gives its normal form.
fn reread(text: &str) -> Value {
    let reader = ManifestReader::new()
        .with_era(Era::Current)
        .with_strictness(Strictness::LikeSpin);
    let manifest = reader.read(text);
    let manifest = manifest.unwrap_or_else(|error| panic!("{error}\n{text}"));
    serde_json::to_value(manifest.normalised(None).unwrap()).unwrap()
}

#[test]
fn the_text_of_a_normal_form_has_the_same() {
    for (line, text) in official("the_text_of_a_normal_form_has_the_same", true) {
        let reader = ManifestReader::new()
            .with_era(Era::Current)
            .with_strictness(Strictness::LikeSpin);
        let normalised = reader.read(&text).unwrap().normalised(None).unwrap();
        let expected = serde_json::to_value(&normalised).unwrap();
        assert_eq!(reread(&normalised.to_toml()), expected, "{}", line["path"]);
    }
}

#[test]
fn upgrades_mean_the_same() {
    for (line, text) in official("upgrades_mean_the_same", true) {
        let reader = ManifestReader::new()
            .with_era(Era::Current)
            .with_strictness(Strictness::LikeSpin);
        let path = &line["path"];
        let upgraded = reader.read(&text).unwrap().upgraded().unwrap();
        assert!(upgraded.contains("spin_manifest_version = 2"), "{path}");
        let expected = without_nulls(&line["normalized"]);
        assert_eq!(reread(&upgraded), expected, "{path}");
        // And nothing is wrong with it that was not wrong before.
        let count = |text: &str| {
            let manifest = reader.read(text).unwrap();
            let problems = manifest.problems().iter();
            let errors = problems.filter(|problem| problem.severity() == Severity::Error);
            errors.count()
        };
        assert!(count(&upgraded) <= count(&text), "{path}:\n{upgraded}");
    }
}
