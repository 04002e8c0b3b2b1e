//! What an application consists of, and other forms than a bindle to write it
//! down in.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use spin_manifest::package::{
    Collected, CollectedFile, Content, Fidelity, ModuleKind, PackageOptions,
};
use spin_manifest::{Manifest, ManifestReader};

use crate::files::{MODULE, collect, package};

const LONG: &[u8] = &[b'x'; Content::KEPT + 1];

fn files() -> BTreeMap<&'static str, &'static [u8]> {
    BTreeMap::from([
        ("a.wasm", MODULE),
        ("b.wasm", b"\0asm\x0d\0\x01\0"),
        ("s/a.txt", b"a"),
        ("s/b.txt", &LONG[1..]),
        ("s/c.txt", LONG),
        ("t/a.txt", b"other"),
    ])
}

const V2: &str = r#"
spin_manifest_version = 2
application = { name = "shop", version = "1.2.3" }
[[trigger.http]]
route = "/..."
component = "front"
executor = { type = "spin" }
[[trigger.redis]]
channel = "c"
component = { source = "b.wasm" }
dependencies.middleware = [{ path = "a.wasm" }]
[component.front]
source = "a.wasm"
files = [{ source = "s", destination = "/static" }, "s/*.txt"]
dependencies."shop:cart" = { path = "b.wasm" }
"#;

#[test]
fn components_modules_and_files() {
    let manifest = Manifest::from_toml(V2).unwrap();
    let collected = collect(&manifest, &files(), &PackageOptions::new()).unwrap();
    assert!(collected.id().to_string().starts_with("shop/1.2.3+q"));
    assert_eq!(collected.manifest(), &manifest);
    let ids = collected.components().iter();
    let ids = ids.map(|component| (component.written_id(), component.id().as_str()));
    assert_eq!(
        ids.collect::<Vec<_>>(),
        [(Some("front"), "front"), (None, "redis-trigger1-component")]
    );
    let front = &collected.components()[0];
    let kinds = front.dependencies().map(|(name, module)| {
        let kind = module.content().module_kind();
        (name.to_string(), kind)
    });
    assert_eq!(
        front.module().content().module_kind(),
        Some(ModuleKind::Module)
    );
    assert_eq!(
        kinds.collect::<Vec<_>>(),
        [("shop:cart".to_owned(), Some(ModuleKind::Component))]
    );
    let mounts = front.mounts().iter();
    let mounts = mounts.map(|file| (file.entry(), file.guest(), file.path()));
    assert_eq!(
        mounts.collect::<Vec<_>>(),
        [
            (0, "static/a.txt", "s/a.txt"),
            (0, "static/b.txt", "s/b.txt"),
            (0, "static/c.txt", "s/c.txt"),
            (1, "s/a.txt", "s/a.txt"),
            (1, "s/b.txt", "s/b.txt"),
            (1, "s/c.txt", "s/c.txt"),
        ]
    );
    // By path, not as they are mounted.
    let first = front.files().next().map(CollectedFile::guest);
    assert_eq!(first, Some("s/a.txt"));
    let needed = &collected.trigger_modules()[0];
    assert_eq!(
        (needed.trigger(), needed.role()),
        ("redis-trigger1", "middleware")
    );
    assert_eq!(needed.module(), front.module());
}

#[test]
fn only_small_contents_are_kept() {
    let manifest = Manifest::from_toml(V2).unwrap();
    let collected = collect(&manifest, &files(), &PackageOptions::new()).unwrap();
    let kept = |guest| {
        let file = collected.components()[0].file(guest).unwrap();
        file.content().bytes()
    };
    assert_eq!(kept("s/a.txt"), Some(&b"a"[..]));
    assert_eq!(kept("s/b.txt"), Some(&LONG[1..]));
    assert_eq!(kept("s/c.txt"), None);
}

#[test]
fn ids_of_the_first_format_are_kept_as_they_are_written() {
    let text = "spin_version = '1'\nname = 'a'\nversion = '1.0.0'\n\
                trigger = { type = 'http', base = '/' }\n\
                [[component]]\nid = 'Hello_World'\nsource = 'a.wasm'\ntrigger = { route = '/' }\n\
                [[component]]\nid = 'no id'\nsource = 'b.wasm'\ntrigger = { route = '/b' }\n";
    let manifest = Manifest::from_toml(text).unwrap();
    let collected = collect(&manifest, &files(), &PackageOptions::new()).unwrap();
    let ids = collected.components().iter();
    let ids = ids.map(|component| (component.written_id(), component.id().as_str()));
    assert_eq!(
        ids.collect::<Vec<_>>(),
        [
            (Some("Hello_World"), "hello-world"),
            (Some("no id"), "no id")
        ]
    );
}

#[test]
fn ids_that_become_one_stay_apart() {
    let component = |(index, id): (usize, &&str)| {
        format!("[[component]]\nid = '{id}'\nsource = '{index}.wasm'\ntrigger.route = '/{index}'\n")
    };
    let sources = ["0.wasm", "1.wasm", "2.wasm"];
    let files = sources.map(|path| (path, MODULE)).into();
    for (written, expected) in [
        (&["a_b", "a-b"][..], &["a_b", "a-b"][..]),
        (&["a-b", "a_b"], &["a-b", "a_b"]),
        (&["aB", "ab"], &["aB", "ab"]),
        (&["X_y", "x_Y"], &["x-y", "x_Y"]),
        (&["X_y", "x_Y", "x-y"], &["X_y", "x_Y", "x-y"]),
    ] {
        let components: String = written.iter().enumerate().map(component).collect();
        let text = format!(
            "spin_version = '1'\nname = 'a'\nversion = '1.0.0'\n\
             trigger = {{ type = 'http', base = '/' }}\n{components}"
        );
        let manifest = ManifestReader::new().read(&text).unwrap();
        let collected = collect(&manifest, &files, &PackageOptions::new()).unwrap();
        let ids = collected.components().iter().map(|one| one.id().as_str());
        assert_eq!(ids.collect::<Vec<_>>(), expected);
        let normalised = collected.normalised();
        for (id, source) in expected.iter().zip(sources) {
            let component = normalised.component(id).unwrap();
            assert_eq!(component.source.to_string(), source, "{written:?}");
        }
    }
}

#[test]
fn of_two_files_at_one_path_the_later_one_is_seen() {
    let text = V2.replace(
        r#""s/*.txt""#,
        r#"{ source = "t", destination = "/static" }"#,
    );
    let manifest = ManifestReader::new().read(&text).unwrap();
    let options = PackageOptions::new().with_fidelity(Fidelity::Exact);
    let collected = collect(&manifest, &files(), &options).unwrap();
    let front = &collected.components()[0];
    assert_eq!(front.mounts().len(), 4);
    assert_eq!(front.files().len(), 3);
    let file = front.file("static/a.txt").unwrap();
    assert_eq!(file.path(), "t/a.txt");
    assert_eq!(collected.warnings().len(), 1);
    let package = package(&manifest, &files(), &options).unwrap();
    let unpacked = package.application().component("front").unwrap();
    assert_eq!(unpacked.files["static/a.txt"], file.content().digest());
}

/// A form as today's Spin has it: a configuration that names contents by digest,
/// with small ones in it, and a layer for each of the others.
fn artifact(collected: &Collected<'_>) -> (Value, BTreeMap<String, String>) {
    let mut layers = BTreeMap::new();
    let mut reference = |content: &Content, source: String| match content.bytes() {
        Some(bytes) => json!({ "inline": bytes }),
        None => {
            layers.insert(content.digest().to_string(), source);
            json!({ "digest": content.digest() })
        }
    };
    let components = collected.components().iter().map(|component| {
        let module = component.module();
        let files = component.files().map(|file| {
            let content = reference(file.content(), file.path().to_owned());
            json!({ "path": file.guest(), "content": content })
        });
        let files: Vec<_> = files.collect();
        let source = reference(module.content(), format!("{:?}", module.source()));
        json!({ "id": component.id(), "source": source, "files": files })
    });
    let components: Vec<_> = components.collect();
    let triggers = collected.normalised().triggers().map(|trigger| {
        json!({
            "id": trigger.id(),
            "trigger_type": trigger.kind(),
            "component": trigger.component(),
            "trigger_config": trigger.settings(),
        })
    });
    let config = json!({
        "name": collected.normalised().details().name,
        "triggers": triggers.collect::<Vec<_>>(),
        "components": components,
    });
    (config, layers)
}

#[test]
fn another_form_needs_no_file_again() {
    let manifest = Manifest::from_toml(V2).unwrap();
    let collected = collect(&manifest, &files(), &PackageOptions::new()).unwrap();
    let (config, layers) = artifact(&collected);
    let layer = bindle_core::Digest::of(LONG).to_string();
    let settings = &config["triggers"][0]["trigger_config"];
    assert_eq!(
        settings,
        &json!({ "route": "/...", "executor": { "type": "spin" } })
    );
    assert_eq!(
        config["components"][0]["files"][2],
        json!({ "path": "s/c.txt", "content": { "digest": layer } })
    );
    assert_eq!(layers, BTreeMap::from([(layer, "s/c.txt".to_owned())]));
}
