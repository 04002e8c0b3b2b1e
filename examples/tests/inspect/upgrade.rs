use crate::{inspect_input, manifests, records, text};

const OLD: &str = r#"# Says hello.
spin_version = "1"
name = "hello"
version = "0.1.0"
description = """Says
"hello"."""
trigger = { type = "http", base = "/" }

[variables]
greeting = { default = "hi" }

# The only one.
[[component]]
source = "hello.wasm"
id = "Say_Hello"
allowed_http_hosts = ["example.com"]
config = { say = "{{ greeting }}" }
environment = { B = "2", A = "1" }
files = ["static/*", { source = "assets", destination = "/" }]
[component.trigger]
route = "/..."
executor = { type = "wagi" }
[component.build]
command = "make"
"#;

const NEW: &str = r#"spin_manifest_version = 2

[application]
name = "hello"
version = "0.1.0"
description = "Says\n\"hello\"."

[application.trigger.http]
base = "/"

[variables]
greeting = { default = "hi" }

[[trigger.http]]
id = "trigger-say-hello"
component = "say-hello"
executor = { type = "wagi" }
route = "/..."

[component.say-hello]
source = "hello.wasm"
files = ["static/*", { source = "assets", destination = "/" }]
allowed_outbound_hosts = ["redis://*:*", "mysql://*:*", "postgres://*:*", "http://example.com", "https://example.com"]

[component.say-hello.variables]
say = "{{ greeting }}"

[component.say-hello.environment]
A = "1"
B = "2"

[component.say-hello.build]
command = "make"
"#;

#[test]
fn an_old_manifest_becomes_a_new_one() {
    let output = inspect_input(&["upgrade", "-"], OLD.as_bytes());
    assert_eq!(output.stderr, b"");
    assert_eq!(text(&output), (NEW.to_owned(), Some(0)));
    // Which is right, and as new as can be.
    let output = inspect_input(&["manifest", "--json", "-"], NEW.as_bytes());
    assert_eq!(output.status.code(), Some(0));
    let record = &records(&output)[0];
    assert_eq!(record["version"], 2);
    assert_eq!(record["problems"], serde_json::json!([]));
    let output = inspect_input(&["upgrade", "-"], NEW.as_bytes());
    assert_eq!(text(&output), (NEW.to_owned(), Some(0)));
    // And means the same.
    let output = inspect_input(&["manifest", "--json", "-"], OLD.as_bytes());
    assert_eq!(records(&output)[0]["normalized"], record["normalized"]);
}

#[test]
fn what_can_not_be_upgraded_is_said() {
    let old = OLD.replace("Say_Hello", "say 2");
    let output = inspect_input(&["upgrade", "-"], old.as_bytes());
    assert_eq!(text(&output), (String::new(), Some(1)));
    assert_eq!(
        String::from_utf8(output.stderr).unwrap(),
        "\
error: component id \"say 2\" has the character ' ' at position 4; join words by `-`
  --> -:15:6
   |
15 | id = \"say 2\"
   |      ^^^^^^^
   = hint: did you mean `say2`?

"
    );
    // Mistakes that Spin does not look at are kept, and said as well.
    let old = OLD.replace(r#"{ default = "hi" }"#, "{}");
    let output = inspect_input(&["upgrade", "-"], old.as_bytes());
    assert_eq!(output.status.code(), Some(0));
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(
        told.starts_with("error: the variable `greeting` is neither required nor has a default\n"),
        "{told}"
    );
    let absent = manifests("absent.toml");
    let output = inspect_input(&["upgrade", &absent], b"");
    assert_eq!(output.status.code(), Some(1));
}
