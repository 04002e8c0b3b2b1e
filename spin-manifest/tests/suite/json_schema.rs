//! The JSON Schemas for editors against the reader: they agree on every
//! manifest, but for the rules that a schema cannot express.

use std::collections::BTreeSet;
use std::fs;
use std::sync::LazyLock;

use jsonschema::Validator;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value, json};
use spin_manifest::{Era, ManifestReader, Problem, ProblemKind, Severity, Strictness, json_schema};
use toml::Value as Toml;

use crate::folder;

fn schema(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// The schemas that speak of one era.
struct Schemas {
    spin_0_6: Validator,
    spin_1_5: Validator,
    current_v1: Validator,
    v2: Validator,
}

static SCHEMAS: LazyLock<Schemas> = LazyLock::new(|| {
    let v1 = |era: &str| {
        let mut schema = schema(json_schema::V1);
        schema["anyOf"] = json!([{ "$ref": format!("#/$defs/{era}") }]);
        jsonschema::draft202012::new(&schema).unwrap()
    };
    Schemas {
        spin_0_6: v1("spin-0.6"),
        spin_1_5: v1("spin-1.5"),
        current_v1: v1("current"),
        v2: jsonschema::draft202012::new(&schema(json_schema::V2)).unwrap(),
    }
});

impl Schemas {
    fn accept(&self, document: &Value, era: Era) -> bool {
        match era {
            Era::Spin0_6 => self.spin_0_6.is_valid(document),
            Era::Spin1_5 => self.spin_1_5.is_valid(document),
            _ => self.current_v1.is_valid(document) || self.v2.is_valid(document),
        }
    }
}

/// The document as editors hand it to a schema: dates and times are strings.
fn json(value: Toml) -> Value {
    match value {
        Toml::String(text) => text.into(),
        Toml::Integer(number) => number.into(),
        Toml::Float(number) => number.into(),
        Toml::Boolean(value) => value.into(),
        Toml::Datetime(datetime) => datetime.to_string().into(),
        Toml::Array(items) => items.into_iter().map(json).collect(),
        Toml::Table(table) => {
            let entries = table.into_iter().map(|(key, value)| (key, json(value)));
            Value::Object(entries.collect())
        }
    }
}

/// Whether a schema can express the rule that a problem breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Expressible {
    /// Wholly: schema and reader must agree.
    Yes,
    /// The gross mistakes: what the schema refuses, the reader must refuse.
    Partly,
    /// Not at all, for this reason.
    No(&'static str),
}

fn expressible(problem: &Problem, text: &str) -> Expressible {
    use Expressible::{No, Partly, Yes};
    let has = |part: &str| problem.message().contains(part);
    match problem.kind() {
        ProblemKind::Syntax => No("a value is the same however it is written"),
        ProblemKind::Unresolved => No("a name is looked up elsewhere in the document"),
        // The two names of the version field are the exception.
        ProblemKind::Duplicate if problem.path() != "spin_version" => {
            No("two values elsewhere in the document are compared")
        }
        ProblemKind::Conflict if has("could mean one import") => {
            No("the versions in two keys are compared")
        }
        ProblemKind::Conflict if has("can be no dependency") => {
            No("a name is looked up elsewhere in the document")
        }
        // To JSON dates are strings, which have a pattern in some places.
        ProblemKind::WrongType if has("found a date or time") => Partly,
        ProblemKind::UnknownManifestVersion if problem.path() == "spin_manifest_version" => {
            match text[problem.span().start..problem.span().end].parse() {
                Ok(2.0) => No("JSON has one type for all numbers"),
                _ => Yes,
            }
        }
        // That a domain is one, and a port not too large.
        ProblemKind::InvalidHost => Partly,
        _ => Yes,
    }
}

/// Checks that the schemas say of a manifest what the reader does, by the rules
/// of `era`; and gives the reasons for which they could not.
fn agree(text: &str, era: Era) -> Result<BTreeSet<Expressible>, String> {
    let reader = ManifestReader::new().with_era(era);
    let read = reader.with_strictness(Strictness::Strict).read(text);
    let Ok(table) = text.parse::<toml::Table>() else {
        // An editor has no use for a schema before the text is TOML.
        return match read {
            Ok(_) => Err("text that is not TOML is read".to_owned()),
            Err(_) => Ok(BTreeSet::new()),
        };
    };
    let errors = read.err().unwrap_or_default();
    let errors = errors.iter();
    let errors = errors.filter(|problem| problem.severity() == Severity::Error);
    let errors: Vec<_> = errors
        .map(|problem| (expressible(problem, text), problem))
        .collect();
    let reasons = errors.iter().map(|(reason, _)| *reason).collect();
    if SCHEMAS.accept(&json(Toml::Table(table)), era) {
        let unseen = errors
            .iter()
            .find(|(reason, _)| *reason == Expressible::Yes);
        return unseen.map_or(Ok(reasons), |(_, problem)| {
            Err(format!("the schema accepts this: {problem}"))
        });
    }
    let is_seen = |(reason, _): &(Expressible, _)| !matches!(reason, Expressible::No(_));
    match errors.iter().any(is_seen) {
        true => Ok(reasons),
        false => Err(format!("the schema refuses this: {errors:?}")),
    }
}

#[test]
fn schemas_are_schemas() {
    for text in [json_schema::V1, json_schema::V2] {
        jsonschema::draft202012::meta::validate(&schema(text)).unwrap();
    }
}

/// The properties that a schema speaks of, with their schemas; without those of
/// its definitions that only narrow others.
fn properties(mut schema: Value) -> Vec<(String, Value)> {
    let definitions = schema["$defs"].as_object_mut().unwrap();
    for narrowing in [
        "spin-0.6",
        "spin-1.5",
        "bindle-era",
        "no-bindle-source",
        "current",
    ] {
        definitions.remove(narrowing);
    }
    let mut found = Vec::new();
    let mut open = vec![schema];
    while let Some(schema) = open.pop() {
        match schema {
            Value::Array(items) => open.extend(items),
            Value::Object(mut map) => {
                if let Some(Value::Object(properties)) = map.remove("properties") {
                    found.extend(properties.clone());
                    open.extend(properties.into_iter().map(|(_, schema)| schema));
                }
                open.extend(map.into_iter().map(|(_, value)| value));
            }
            _ => {}
        }
    }
    found
}

#[test]
fn editors_can_explain_every_field() {
    for text in [json_schema::V1, json_schema::V2] {
        let schema = schema(text);
        for (name, property) in properties(schema.clone()) {
            let definition = property["$ref"].as_str().map(|reference| {
                let pointer = reference.strip_prefix('#').unwrap();
                schema.pointer(pointer).unwrap()
            });
            let property = definition.unwrap_or(&property);
            let is_explained = property["description"].is_string();
            assert!(is_explained || property["type"].is_null(), "{name}");
        }
    }
}

/// Manifests with every field that there is, each for the eras that accept it.
fn samples() -> Vec<(String, Vec<Era>)> {
    let samples = [
        ("spin-0.6.toml", vec![Era::Spin0_6]),
        ("spin-1.5.toml", vec![Era::Spin1_5, Era::Current]),
        ("current-v1.toml", vec![Era::Current]),
        ("v2.toml", vec![Era::Current]),
    ];
    let read = |name| fs::read_to_string(folder::tests().join("json-schema").join(name)).unwrap();
    samples.map(|(name, eras)| (read(name), eras)).into()
}

fn keys(value: &Toml, found: &mut BTreeSet<String>) {
    match value {
        Toml::Array(items) => items.iter().for_each(|item| keys(item, found)),
        Toml::Table(table) => {
            for (key, value) in table {
                found.insert(key.clone());
                keys(value, found);
            }
        }
        _ => {}
    }
}

#[test]
fn samples_are_valid_and_have_every_field() {
    let mut used = BTreeSet::new();
    for (text, eras) in samples() {
        for era in Era::ALL {
            let read = ManifestReader::new().with_era(era).read(&text);
            assert_eq!(
                read.is_ok(),
                eras.contains(&era),
                "{era}: {:?}\n{text}",
                read.err()
            );
            agree(&text, era).unwrap();
        }
        keys(&Toml::Table(text.parse().unwrap()), &mut used);
    }
    for text in [json_schema::V1, json_schema::V2] {
        for (name, _) in properties(schema(text)) {
            assert!(used.contains(&name), "no sample has `{name}`");
        }
    }
}

/// Checks that schemas and reader agree on all manifests in a folder.
fn agree_on(folder: &std::path::Path) {
    let mut failures = Vec::new();
    let mut count = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let bytes = fs::read(&path).unwrap();
        if path.extension().is_none_or(|extension| extension != "toml") {
            continue;
        }
        count += 1;
        let text = String::from_utf8_lossy(&bytes);
        for era in Era::ALL {
            if let Err(failure) = agree(&text, era) {
                failures.push(format!("{} by {era}: {failure}", path.display()));
            }
        }
    }
    assert!(count > 0, "{}", folder.display());
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn schemas_find_mistakes() {
    for name in ["mistakes", "edge"] {
        agree_on(&folder::tests().join(name));
    }
}

#[test]
fn schemas_agree_on_real_manifests() {
    let Some(folder) = folder::vectors("schemas_agree_on_real_manifests") else {
        return;
    };
    for name in ["v1", "v2", "invalid"] {
        agree_on(&folder.join(name));
    }
}

/// What a schema cannot express, and a manifest for each reason.
#[test]
fn some_rules_are_beyond_schemas() {
    let manifest =
        |rest: &str| format!("spin_manifest_version = 2\napplication = {{ name = 'a' }}\n{rest}");
    let component = |rest: &str| {
        manifest(&format!(
            "[trigger]\n[component.a]\nsource = 'a.wasm'\n{rest}"
        ))
    };
    for (text, reason) in [
        (
            manifest("[[trigger.http]]\ncomponent = 'a'"),
            "a name is looked up elsewhere in the document",
        ),
        (
            component("variables = { a = '{{ b }}' }"),
            "a name is looked up elsewhere in the document",
        ),
        (
            component(
                "dependencies = { b = { component = 'b' } }\n[component.b]\nsource = 'b.wasm'\n\
                 ai_models = ['c']",
            ),
            "a name is looked up elsewhere in the document",
        ),
        (
            manifest("[[trigger.http]]\nid = 'b'\n[[trigger.redis]]\nid = 'b'"),
            "two values elsewhere in the document are compared",
        ),
        (
            component("dependencies = { 'b:c@1.0.0' = '1', 'b:c@1.2.0' = '1' }"),
            "the versions in two keys are compared",
        ),
        (
            component("").replace("= 2", "= 2.0"),
            "JSON has one type for all numbers",
        ),
    ] {
        let found = agree(&text, Era::Current).unwrap();
        assert_eq!(found, [Expressible::No(reason)].into(), "{text}");
    }
    for (text, is_gross) in [
        ("allowed_outbound_hosts = ['a.b']", true),
        ("allowed_outbound_hosts = ['https://a/b']", true),
        ("allowed_outbound_hosts = ['https://1.2.3.4.5']", false),
        ("allowed_outbound_hosts = ['https://a:99999']", false),
        ("environment = 1979-05-27", true),
        ("environment = { A = 1979-05-27 }", false),
    ] {
        let text = component(text);
        let found = agree(&text, Era::Current).unwrap();
        assert_eq!(found, [Expressible::Partly].into(), "{text}");
        let table = Toml::Table(text.parse().unwrap());
        let is_accepted = SCHEMAS.accept(&json(table), Era::Current);
        assert_eq!(is_accepted, !is_gross, "{text}");
    }
}

/// Texts that one field or the other takes, and others not.
const TEXTS: [&str; 44] = [
    "",
    " ",
    "1",
    "a",
    "A1-b",
    "a-B2",
    "aB",
    "a_b",
    "A_b",
    "a--b",
    "-a",
    "two words",
    "ä",
    "front",
    "http",
    "redis",
    "spin",
    "wagi",
    "true",
    "a:b",
    "a:b/c",
    "a:b@1.2.3",
    "a:b/c@1.2.3-rc.1+d",
    "a:b@1.2",
    "1.2.3",
    "1.2.3-01",
    "1.x.*",
    "1.*.2",
    ">= 1, <2.0 ,~3.1.4-a",
    "1,",
    "^^1",
    " * ",
    "sha256:2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881",
    "sha256:2D711642B726B04401627CA9FBAC32F5C8530FB1903CC4DB02258717921A4881",
    "https://example.com",
    "HTTPS://u@example.com:443/?q",
    "example.com/path",
    "insecure:allow-all",
    "*://*.example.com:80..90",
    "mqtt://self/",
    "tcp://[::1]:1",
    "{{ greeting }}",
    "x{{{a}}}",
    "{{ open",
];

fn texts() -> impl Strategy<Value = String> {
    prop_oneof![4 => select(&TEXTS[..]).prop_map(str::to_owned), 1 => "\\PC{0,6}"]
}

fn values() -> impl Strategy<Value = Toml> {
    let leaf = prop_oneof![
        4 => texts().prop_map(Toml::String),
        1 => (0..4_i64).prop_map(Toml::Integer),
        1 => Just(Toml::Float(1.5)),
        1 => any::<bool>().prop_map(Toml::Boolean),
        1 => Just("1979-05-27T07:32:00Z".parse().unwrap()).prop_map(Toml::Datetime),
    ];
    let names = prop_oneof![select(&NAMES[..]).prop_map(str::to_owned), texts()];
    leaf.prop_recursive(2, 6, 3, move |inner| {
        let entries = prop::collection::btree_map(names.clone(), inner.clone(), 0..3);
        prop_oneof![
            prop::collection::vec(inner, 0..3).prop_map(Toml::Array),
            entries.prop_map(|entries| Toml::Table(entries.into_iter().collect())),
        ]
    })
}

/// Names of fields in many places.
const NAMES: [&str; 24] = [
    "allowed_http_hosts",
    "allowed_outbound_hosts",
    "argv",
    "command",
    "component",
    "default",
    "dependencies",
    "description",
    "destination",
    "digest",
    "export",
    "id",
    "inherit_configuration",
    "namespace",
    "package",
    "path",
    "required",
    "source",
    "spin_manifest_version",
    "spin_version",
    "type",
    "url",
    "version",
    "watch",
];

/// A change to one place of a document, which is chosen by its number.
#[derive(Clone, Debug)]
enum Change {
    Replace(Toml),
    Remove,
    Rename(String),
    Insert(String, Toml),
}

fn changes() -> impl Strategy<Value = (Index, Change)> {
    let names = || prop_oneof![select(&NAMES[..]).prop_map(str::to_owned), texts()];
    let change = prop_oneof![
        4 => values().prop_map(Change::Replace),
        2 => Just(Change::Remove),
        1 => names().prop_map(Change::Rename),
        2 => (names(), values()).prop_map(|(name, value)| Change::Insert(name, value)),
    ];
    (any::<Index>(), change)
}

/// How many values there are in a value, itself not counted.
fn size(value: &Toml) -> usize {
    match value {
        Toml::Array(items) => items.iter().map(|item| 1 + size(item)).sum(),
        Toml::Table(table) => table.iter().map(|(_, item)| 1 + size(item)).sum(),
        _ => 0,
    }
}

/// Makes `change` at the value of the given number, which is less than the
/// [`size`] of `value`.
fn make(change: &Change, value: &mut Toml, mut number: usize) {
    match value {
        Toml::Array(items) => {
            for index in 0..items.len() {
                let size = size(&items[index]);
                match (number, change) {
                    (0, Change::Remove) => drop(items.remove(index)),
                    (0, Change::Rename(name)) => items[index] = name.clone().into(),
                    (0, Change::Replace(value)) => items[index] = value.clone(),
                    (0, Change::Insert(_, value)) => items.insert(index, value.clone()),
                    _ if number <= size => make(change, &mut items[index], number - 1),
                    _ => {
                        number -= 1 + size;
                        continue;
                    }
                }
                return;
            }
        }
        Toml::Table(table) => {
            let keys: Vec<_> = table.keys().cloned().collect();
            for key in keys {
                let size = size(&table[&key]);
                match (number, change) {
                    (0, Change::Remove) => drop(table.remove(&key)),
                    (0, Change::Rename(name)) => {
                        let value = table.remove(&key).unwrap();
                        table.insert(name.clone(), value);
                    }
                    (0, Change::Replace(value)) => drop(table.insert(key, value.clone())),
                    (0, Change::Insert(name, value)) => {
                        table.insert(name.clone(), value.clone());
                    }
                    _ if number <= size => make(change, &mut table[&key], number - 1),
                    _ => {
                        number -= 1 + size;
                        continue;
                    }
                }
                return;
            }
        }
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn schemas_and_reader_agree(
        sample in select(samples()),
        changes in prop::collection::vec(changes(), 1..4),
    ) {
        let mut document = Toml::Table(sample.0.parse().unwrap());
        for (index, change) in changes {
            let number = index.index(size(&document));
            make(&change, &mut document, number);
        }
        let text = toml::to_string(&document).unwrap();
        for era in Era::ALL {
            if let Err(failure) = agree(&text, era) {
                prop_assert!(false, "{era}: {failure}\n{text}");
            }
        }
    }
}
