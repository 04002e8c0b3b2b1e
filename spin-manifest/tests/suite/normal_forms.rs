//! What programs get of a normal form.

use spin_manifest::Manifest;

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
    let normalised = Manifest::from_toml(text).unwrap().normalised(None).unwrap();
    let trigger = normalised.triggers().next().unwrap();
    assert_eq!((trigger.kind(), trigger.id()), ("http", "b"));
    let component = trigger.component().unwrap();
    assert_eq!((component.as_str(), component.as_ref()), ("c", "c"));
    assert!(normalised.component(component.as_ref()).is_some());
    let roles: Vec<_> = trigger
        .components()
        .iter()
        .map(|(role, ids)| {
            format!(
                "{role}: {}",
                ids.iter()
                    .map(AsRef::as_ref)
                    .collect::<Vec<&str>>()
                    .join(", ")
            )
        })
        .collect();
    assert_eq!(roles, ["last: d", "middle: d, c"]);
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
        let normalised = Manifest::from_toml(&text)
            .unwrap()
            .normalised(None)
            .unwrap();
        let build = normalised.component("a").unwrap().build.as_ref().unwrap();
        assert_eq!(build.command.as_slice(), expected);
    }
}
