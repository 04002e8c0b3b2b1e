//! What a user is told about a manifest, as rendered.

use std::iter;

use bindle_core::text::Span;
use snapbox::assert_data_eq;
use snapbox::str;
use spin_manifest::{Era, Manifest, ManifestReader, ProblemKind, Related};

fn report(text: &str) -> String {
    let diagnostics = Manifest::from_toml(text).unwrap_err();
    diagnostics.render("spin.toml", text).to_string()
}

#[test]
fn a_manifest_without_components() {
    let text = "\
spin_version = \"1\"
authors = [\"Ada <ada@example.com>\"]
description = \"says hello\"
name = \"hello\"
trigger = { type = \"http\", base = \"/\" }
version = \"0.1.0\"
";
    assert_data_eq!(
        report(text),
        str![[r#"
error: the application has no component
 --> spin.toml:1:1
  |
1 | spin_version = "1"
  | ^
  = hint: add a component, such as
        [[component]]
        id = "hello"
        source = "hello.wasm"
        [component.trigger]
        route = "/..."

"#]]
    );
    let current = ManifestReader::new()
        .with_era(Era::Current)
        .read(text)
        .unwrap();
    assert_eq!(current.problems().len(), 1);
}

#[test]
fn every_mistake_at_once() {
    let text = "\
spin_version = \"1\"
name = 5
descripton = \"says hello\"
version = \"0.1.0\"
trigger = { type = \"htpp\", base = \"/\" }
[variables]
both = { required = true, default = \"x\" }
neither = {}
[[component]]
id = \"a\"
source = \"a.wasm\"
files = [\"x\", { source = \"y\" }]
allowed_http_hosts = [\"ftp://a\", \"b/c\", \"d:99999\"]
[component.trigger]
route = \"/a\"
[[component]]
id = \"a\"
environment = { A = 1 }
[component.trigger]
executor = { type = \"wasi\" }
";
    assert_data_eq!(
        report(text),
        str![[r#"
error: expected a string, found an integer
 --> spin.toml:2:8
  |
2 | name = 5
  |        ^
  = hint: write "5" in quotes

error: unknown field `descripton`
 --> spin.toml:3:1
  |
3 | descripton = "says hello"
  | ^^^^^^^^^^
  = hint: did you mean `description`?

error: the variable `both` is required and has a default
 --> spin.toml:7:27
  |
7 | both = { required = true, default = "x" }
  |                           ^^^^^^^
  = hint: remove `default`, or `required = true`

error: the variable `neither` is neither required nor has a default
 --> spin.toml:8:11
  |
8 | neither = {}
  |           ^^
  = hint: add `required = true`, or `default = "…"`

error: the field `destination` of `component[0].files[1]` is missing
  --> spin.toml:12:15
   |
12 | files = ["x", { source = "y" }]
   |               ^^^^^^^^^^^^^^^^
   = hint: add `destination = "/"`

error: "ftp://a" has the scheme "ftp"; HTTP has `http` and `https`, and none is needed
  --> spin.toml:13:23
   |
13 | allowed_http_hosts = ["ftp://a", "b/c", "d:99999"]
   |                       ^^^^^^^^^

error: "b/c" has the path "/c"; write only a host, with a port if need be
  --> spin.toml:13:34
   |
13 | allowed_http_hosts = ["ftp://a", "b/c", "d:99999"]
   |                                  ^^^^^

error: "d:99999" has "99999" for a port; write a number up to 65535
  --> spin.toml:13:41
   |
13 | allowed_http_hosts = ["ftp://a", "b/c", "d:99999"]
   |                                         ^^^^^^^^^

error: the field `source` of `component[1]` is missing
  --> spin.toml:16:1
   |
16 | [[component]]
   | ^^^^^^^^^^^^^
   = hint: add `source = "hello.wasm"`

error: the component id "a" is used twice
  --> spin.toml:17:6
   |
17 | id = "a"
   |      ^^^
  --> spin.toml:10:6
   |
10 | id = "a"
   |      ^^^ first used here
   = hint: give each component an id of its own

error: expected a string, found an integer
  --> spin.toml:18:21
   |
18 | environment = { A = 1 }
   |                     ^
   = hint: write "1" in quotes

"#]]
    );
}

#[test]
fn a_text_that_is_not_toml() {
    assert_data_eq!(
        report("spin_version = \"1\nname = \n"),
        str![[r#"
error: the string is not closed
 --> spin.toml:1:18
  |
1 | spin_version = "1
  |                  ^
  = hint: write `"` at its end

error: the key has no value
 --> spin.toml:2:8
  |
2 | name = 
  |        ^
  = hint: write one after `=`, or remove the key

"#]]
    );
    assert_data_eq!(
        report(""),
        str![[r#"
error: the field `spin_manifest_version` is missing
 --> spin.toml:1:1
  |
1 | 
  | ^
  = hint: add `spin_manifest_version = 2`

"#]]
    );
}

#[test]
fn a_wrong_value_is_not_missing_as_well() {
    let text = "\
spin_manifest_version = 2
trigger = {}
[application]
name = \"hello\"
targets = [5, { path = 5 }, {}]
[component.hello]
source = \"hello.wasm\"
[component.hello.dependencies]
first = { package = 5, version = \"1.0\" }
second = { version = \"1.0\" }
";
    let diagnostics = Manifest::from_toml(text).unwrap_err();
    assert_eq!(
        diagnostics.to_string(),
        "\
5:12: application.targets[0]: expected a name or a table, found an integer
5:24: application.targets[1].path: expected a string, found an integer; write \"5\" in quotes
5:29: application.targets[2].url: the field `url` of `application.targets[2]` is missing; add `url = \"https://…\"`
9:21: component.hello.dependencies.first.package: expected a string, found an integer; write \"5\" in quotes
10:10: component.hello.dependencies.second: the dependency `second` needs the name of a package; write `{ package = \"example:package\", version = \"1.0.0\" }`"
    );
}

#[test]
fn an_upgrade_has_no_room_for_labels_that_are_none() {
    let text = "\
spin_manifest_version = \"1\"
name = \"hello\"
version = \"0.1.0\"
trigger = { type = \"http\", base = \"/\" }
[[component]]
id = \"hello\"
source = \"hello.wasm\"
sqlite_databases = [\"default\", \"my store\"]
[component.trigger]
route = \"/\"
";
    let manifest = Manifest::from_toml(text).unwrap();
    assert!(manifest.problems().is_empty());
    let diagnostics = manifest.upgraded().unwrap_err();
    assert_data_eq!(
        diagnostics.render("spin.toml", text).to_string(),
        str![[r#"
warning: "my store" is not a label of a store
 --> spin.toml:8:32
  |
8 | sqlite_databases = ["default", "my store"]
  |                                ^^^^^^^^^^
  = hint: did you mean `my-store`?

"#]]
    );
}

#[test]
fn a_comma_in_a_comment_is_none() {
    let problems = |text: &str| {
        let text = format!("spin_manifest_version = 2\n{text}");
        let diagnostics = Manifest::from_toml(&text).unwrap_err();
        let problems = diagnostics.iter();
        let problems = problems.filter(|problem| problem.kind() == ProblemKind::Syntax);
        let places = problems.map(|problem| problem.position().to_string());
        places.collect::<Vec<_>>()
    };
    assert_eq!(problems("application = { name = \"a\" # hi,\n}"), ["2:15"]);
    assert_eq!(
        problems("application = { name = \"a\" # hi\n, }"),
        ["2:15", "3:1"]
    );
}

/// What an upgrade of these components says.
fn upgraded(components: &str) -> String {
    let text = format!(
        "spin_version = '1'\nname = 'a'\nversion = '1.0.0'\ntrigger = {{ type = 'x' }}\n{components}"
    );
    let manifest = Manifest::from_toml(&text).unwrap();
    match manifest.upgraded() {
        Ok(text) => text,
        Err(diagnostics) => diagnostics.to_string(),
    }
}

fn component(id: &str, trigger: &str) -> String {
    format!("[[component]]\nid = '{id}'\nsource = 'a.wasm'\ntrigger = {{ {trigger} }}\n")
}

#[test]
fn an_upgrade_loses_no_component() {
    for (first, second) in [("a-b", "a_b"), ("a_b", "a-b")] {
        assert_eq!(
            upgraded(&(component(first, "") + &component(second, ""))),
            format!(
                "10:6: component[1].id: the component ids {first:?} and {second:?} are both \
                 \"a-b\" to Spin 2.0 and later"
            )
        );
    }
}

#[test]
fn an_upgrade_makes_no_settings_parts_of_a_trigger() {
    assert_eq!(
        upgraded(&component("a", "components = 'x', dependencies = 5")),
        "8:13: component[0].trigger.components: the second format has no room for a setting \
         `components`; give it another name\n\
         8:31: component[0].trigger.dependencies: the second format has no room for a setting \
         `dependencies`; give it another name"
    );
    // These Spin 2.0 and later drop.
    let text = upgraded(&component("a", "id = 5, component = 'x', setting = 1"));
    assert!(text.contains("component = \"a\"\nsetting = 1\n"), "{text}");
}

#[test]
fn redis_knew_one_executor() {
    let text = "\
spin_manifest_version = \"1\"
name = \"hello\"
version = \"0.1.0\"
trigger = { type = \"redis\", address = \"redis://localhost\" }
[[component]]
id = \"hello\"
source = \"hello.wasm\"
trigger = { channel = \"c\", executor = { type = \"wagi\" } }
";
    let reader = ManifestReader::new();
    assert_eq!(
        reader
            .with_era(Era::Spin1_5)
            .read(text)
            .unwrap_err()
            .to_string(),
        "8:48: component[0].trigger.executor.type: unknown executor \"wagi\""
    );
    assert!(reader.with_era(Era::Current).read(text).is_ok());
    let text = text.replace("wagi", "spin");
    assert!(reader.with_era(Era::Spin1_5).read(&text).is_ok());
}

/// What a program gets of a problem, as values and as a record.
#[test]
fn a_problem_as_data() {
    let text = "\
spin_manifest_version = 2
application = { name = \"a\" }
[[trigger.http]]
id = \"b\"
route = \"/\"
component = \"c\"
[[trigger.http]]
id = \"b\"
route = \"/d\"
component = \"c\"
[component.c]
source = 5
";
    let diagnostics = Manifest::from_toml(text).unwrap_err();
    assert_eq!((diagnostics.len(), diagnostics.omitted()), (2, 0));
    assert_eq!(diagnostics.iter().len(), 2);
    assert!(!diagnostics.is_empty());
    let mut problems = diagnostics.iter();
    let twice = problems.next().unwrap();
    assert_eq!(
        serde_json::to_value(twice).unwrap(),
        serde_json::json!({
            "severity": "error",
            "code": "duplicate",
            "message": twice.message(),
            "path": twice.path(),
            "line": twice.position().line,
            "column": twice.position().column,
            "start": twice.span().start,
            "end": twice.span().end,
            "hint": twice.hint(),
            "related": [{
                "message": twice.related()[0].message(),
                "line": twice.related()[0].position().line,
                "column": twice.related()[0].position().column,
                "start": twice.related()[0].span().start,
                "end": twice.related()[0].span().end,
            }],
        })
    );
    let of = |span: Span| &text[span.start..span.end];
    assert_eq!(
        (twice.path(), of(twice.span())),
        ("trigger.http[1].id", "\"b\"")
    );
    assert_eq!(twice.related()[0].message(), "first used here");
    assert_eq!(of(twice.related()[0].span()), "\"b\"");
    assert_eq!(twice.position().to_string(), "8:6");
    assert_eq!(twice.related()[0].position().to_string(), "4:6");
    let hint = twice.hint().unwrap();
    assert!(diagnostics.to_string().starts_with(&format!(
        "8:6: trigger.http[1].id: {}; {hint}\n",
        twice.message()
    )));
}

#[test]
fn what_is_marked_has_an_end() {
    fn marked(text: &str) -> Vec<&str> {
        let diagnostics = Manifest::from_toml(text).unwrap_err();
        let spans = diagnostics.iter().flat_map(|problem| {
            let related = problem.related().iter().map(Related::span);
            iter::once(problem.span()).chain(related)
        });
        spans.map(|span| &text[span.start..span.end]).collect()
    }
    assert_eq!(marked(" {}"), ["{"]);
    assert_eq!(marked("a = 1\rb = 2\r"), ["\r"]);
    assert_eq!(marked("a = 1\nb: 1\n"), [":"]);
    assert_eq!(marked("a = 1\nb 1\n"), ["1"]);
    assert_eq!(
        marked("a = 1\nb = [1\n  c.d = 2 # more\ne = 1\n"),
        ["c.d = 2 # more", "["]
    );
    assert_eq!(marked("a = 1\nb = {\n[c]\r\n"), ["[c]", "{"]);
    assert_eq!(marked("a = 1\n<<<<<<< HEAD\r\nb = 1\n"), ["<<<<<<< HEAD"]);
    assert_eq!(marked("a = 1\nb = 5;\n"), [";"]);
    assert_eq!(marked("a = 1\n -- b\n"), ["--"]);
    assert_eq!(marked("a = 1\nb = \"\\é\"\n"), ["\\é"]);
    assert_eq!(marked("a = \"\"\"\nb\n"), ["", "\"\"\""]);
    assert_eq!(marked("a = 1\nb = \"\\\"\n"), ["\\\""]);
    let text = "spin_manifest_version = 2\ntrigger = {}\napplication = {\nname = 'a', }\n";
    assert_eq!(marked(text), ["{", ","]);
}
