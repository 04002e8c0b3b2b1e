//! What programs get of a normal form.

use snapbox::{assert_data_eq, str};
use spin_manifest::{ComponentId, Manifest, Normalised};

fn normalised(text: &str) -> Normalised {
    Manifest::from_toml(text).unwrap().normalised(None).unwrap()
}

#[test]
fn parts_of_a_trigger() {
    let text = "\
spin_manifest_version = 2
application = { name = 'a' }
[[trigger.http]]
id = 'b'
route = '/'
component = 'c'
components = { middle = ['d', 'c'], last = 'd' }
dependencies = { role = [{ component = 'd' }] }
[component.c]
source = 'c.wasm'
[component.d]
source = 'd.wasm'
";
    let normalised = normalised(text);
    let trigger = normalised.triggers().next().unwrap();
    assert_eq!((trigger.kind(), trigger.id()), ("http", "b"));
    let component = trigger.component().unwrap();
    assert_eq!((component.as_str(), component.as_ref()), ("c", "c"));
    assert!(normalised.component(component.as_ref()).is_some());
    let roles = trigger.components().iter();
    let roles: Vec<(&str, Vec<_>)> = roles
        .map(|(role, ids)| (role.as_str(), ids.iter().map(ComponentId::as_str).collect()))
        .collect();
    assert_eq!(roles, [("last", vec!["d"]), ("middle", vec!["d", "c"])]);
    let roles: Vec<_> = trigger.dependencies().keys().collect();
    assert_eq!(roles, ["role"]);
    let settings: Vec<_> = trigger.settings().keys().collect();
    assert_eq!(settings, ["route"]);
}

#[test]
fn commands_in_the_order_in_which_they_run() {
    for (command, expected) in [("'b'", &["b"][..]), ("['c', 'b']", &["c", "b"])] {
        let text = format!(
            "spin_manifest_version = 2\napplication = {{ name = 'a' }}\n\
             [[trigger.http]]\nroute = '/'\ncomponent = 'a'\n\
             [component.a]\nsource = 'a.wasm'\nbuild = {{ command = {command} }}\n"
        );
        let normalised = normalised(&text);
        let build = normalised.component("a").unwrap().build.as_ref().unwrap();
        assert_eq!(build.command.as_slice(), expected);
    }
}

/// What is written by hand stays readable: parts apart, keys without quotes where
/// they need none.
#[test]
fn its_text() {
    let text = "\
spin_manifest_version = 2
[application]
name = 'a'
version = '1.0.0'
description = 'says hello'
authors = ['Ada']
trigger.http = { base = '/' }
[application.tool.x]
'a key' = [1, -0.0, 2.0, 0.5, 1e9, inf, -inf, nan, -nan, 2026-11-30, true]
'' = { b_-1 = {} }
[[trigger.http]]
id = 'b'
route = '/'
component = 'c'
[component.c]
source = 'c.wasm'
build = { command = ['d', 'e'], workdir = 'f', watch = ['g'] }
";
    assert_data_eq!(
        normalised(text).to_toml(),
        str![[r#"
spin_manifest_version = 2

[application]
name = "a"
version = "1.0.0"
description = "says hello"
authors = ["Ada"]

[application.trigger.http]
base = "/"

[application.tool.x]
"" = { b_-1 = {} }
"a key" = [1, -0.0, 2.0, 0.5, 1000000000.0, inf, -inf, nan, -nan, 2026-11-30, true]

[[trigger.http]]
id = "b"
component = "c"
route = "/"

[component.c]
source = "c.wasm"

[component.c.build]
command = ["d", "e"]
workdir = "f"
watch = ["g"]

"#]]
    );
}
