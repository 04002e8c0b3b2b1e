//! Real manifests against what Spin 4.1 makes of them.

use std::fs;

use serde_json::Value;
use spin_manifest::{Era, ManifestReader, Strictness};

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
    let mut failures = Vec::new();
    for (line, text) in official("normal_forms_are_those_of_spin", true) {
        let path = &line["path"];
        let reader = ManifestReader::new()
            .era(Era::Current)
            .strictness(Strictness::LikeSpin);
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

#[test]
fn what_spin_refuses_is_refused() {
    let mut failures = Vec::new();
    for (line, text) in official("what_spin_refuses_is_refused", false) {
        let path = &line["path"];
        let reader = ManifestReader::new().era(Era::Current);
        if reader.read(&text).is_ok() {
            failures.push(format!("{path} is accepted, but {}", line["error"]));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

/// Reads text as Spin would, and gives its normal form.
fn reread(text: &str) -> Value {
    let reader = ManifestReader::new()
        .era(Era::Current)
        .strictness(Strictness::LikeSpin);
    let manifest = reader.read(text);
    let manifest = manifest.unwrap_or_else(|error| panic!("{error}\n{text}"));
    serde_json::to_value(manifest.normalised(None).unwrap()).unwrap()
}

#[test]
fn the_text_of_a_normal_form_has_the_same() {
    for (line, text) in official("the_text_of_a_normal_form_has_the_same", true) {
        let reader = ManifestReader::new()
            .era(Era::Current)
            .strictness(Strictness::LikeSpin);
        let normalised = reader.read(&text).unwrap().normalised(None).unwrap();
        let expected = serde_json::to_value(&normalised).unwrap();
        assert_eq!(reread(&normalised.to_toml()), expected, "{}", line["path"]);
    }
}

#[test]
fn upgrades_mean_the_same() {
    for (line, text) in official("upgrades_mean_the_same", true) {
        let reader = ManifestReader::new()
            .era(Era::Current)
            .strictness(Strictness::LikeSpin);
        let path = &line["path"];
        let upgraded = reader.read(&text).unwrap().upgraded().unwrap();
        assert!(upgraded.contains("spin_manifest_version = 2"), "{path}");
        let expected = without_nulls(&line["normalized"]);
        assert_eq!(reread(&upgraded), expected, "{path}");
    }
}
