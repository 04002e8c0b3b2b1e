//! Bad input: one clear message, and nothing half-written.

use std::fs;
use std::net::TcpListener;
use std::path::Path;

use crate::program::{Ended, copy, edit, once, run, sample};

/// Deploys to a new store, and checks that nothing came of it.
fn fails(folder: &Path) -> Ended {
    let store = tempfile::tempdir().unwrap();
    let ended = once(&[folder], &["--store", store.path().to_str().unwrap()]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert_eq!(ended.err.matches("error: ").count(), 1, "{}", ended.err);
    for part in ["invoices", "parcels", "ledgers"] {
        assert!(!store.path().join(part).exists(), "{part}");
    }
    ended
}

#[test]
fn a_folder_without_a_manifest() {
    let folder = tempfile::tempdir().unwrap();
    let ended = fails(folder.path());
    let file = folder.path().join("spin.toml");
    let expected = format!("error: {} cannot be read: ", file.display());
    assert!(ended.err.starts_with(&expected), "{}", ended.err);
}

#[test]
fn a_broken_manifest_is_shown_with_all_its_problems() {
    let app = copy("hello-0.1.0");
    let file = app.path().join("spin.toml");
    edit(&file, "version = \"0.1.0\"", "version = 1");
    edit(&file, "authors", "author");
    let store = tempfile::tempdir().unwrap();
    let ended = run(&[app.path()], &["--store", store.path().to_str().unwrap()]);
    assert_eq!(ended.code, Some(1));
    assert!(ended.err.contains("spin.toml:2:1\n"), "{}", ended.err);
    assert!(ended.err.contains("spin.toml:6:11\n"), "{}", ended.err);
    assert!(
        ended.err.contains("did you mean `authors`?"),
        "{}",
        ended.err
    );
    let summary = format!("error: {} has 2 problems\n", file.display());
    assert!(ended.err.ends_with(&summary), "{}", ended.err);
}

#[test]
fn a_manifest_without_components() {
    let app = tempfile::tempdir().unwrap();
    let text = fs::read_to_string(sample("hello-0.1.0").join("spin.toml")).unwrap();
    let (head, _) = text.split_once("[[component]]").unwrap();
    fs::write(app.path().join("spin.toml"), head).unwrap();
    let ended = run(&[app.path()], &[]);
    assert_eq!(ended.code, Some(1));
    assert!(ended.err.contains("component"), "{}", ended.err);
    assert!(ended.err.contains("hint: "), "{}", ended.err);
    assert!(ended.err.contains("[[component]]"), "{}", ended.err);
}

#[test]
fn what_can_not_be_packaged_at_all() {
    let app = copy("hello-0.1.0");
    let file = app.path().join("spin.toml");
    edit(
        &file,
        "name = \"hello-fermyon-cloud\"",
        "name = \"two words\"",
    );
    let error = fails(app.path()).err;
    let start = format!("error: {}: ", file.display());
    assert!(error.starts_with(&start), "{error}");
    assert!(error.contains("two words"), "{error}");

    edit(&file, "\"two words\"", "\"hello\"");
    edit(&file, "\"0.1.0\"", "\"0.1\"");
    let error = fails(app.path()).err;
    assert!(error.contains("\"0.1\""), "{error}");
}

#[test]
fn a_component_that_was_not_built() {
    let app = copy("hello-0.1.0");
    fs::remove_file(app.path().join("hello.wasm")).unwrap();
    let ended = fails(app.path());
    let expected = "the file \"hello.wasm\" of component \"hello-fermyon-cloud\" does not exist; \
                    was it built?\n";
    assert!(ended.err.ends_with(expected), "{}", ended.err);

    fs::write(app.path().join("hello.wasm"), "fn main() {}").unwrap();
    let ended = fails(app.path());
    assert!(
        ended.err.contains("is not WebAssembly; was it built?"),
        "{}",
        ended.err
    );
}

#[test]
fn a_file_that_is_missing_is_a_warning() {
    // As for Spin: a name without wildcard is a pattern that matches nothing.
    let app = copy("hello-0.1.0");
    fs::remove_file(app.path().join("greeting.txt")).unwrap();
    let ended = once(&[app.path()], &[]);
    assert_eq!(ended.code, Some(1));
    assert!(ended.err.contains("warning: "), "{}", ended.err);
    assert!(
        ended.err.contains("\"greeting.txt\" names no file"),
        "{}",
        ended.err
    );
    // The module needs it.
    assert!(ended.err.contains("trapped"), "{}", ended.err);
}

#[test]
fn an_address_that_is_in_use() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let store = tempfile::tempdir().unwrap();
    let place = store.path().join("bindles");
    let options = ["--store", place.to_str().unwrap(), "--listen", &address];
    let ended = run(&[&sample("hello-0.1.0")], &options);
    assert_eq!((ended.code, ended.out.as_str()), (Some(1), ""));
    let expected = format!("error: cannot listen on {address}: Address already in use");
    assert!(ended.err.starts_with(&expected), "{}", ended.err);
    let hint = "; name another address by `--listen`\n";
    assert!(ended.err.ends_with(hint), "{}", ended.err);
    assert!(!place.exists());
}

#[test]
fn a_store_that_can_not_be_used() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    for place in [file.clone(), file.join("below")] {
        let ended = run(
            &[&sample("hello-0.1.0")],
            &["--store", place.to_str().unwrap()],
        );
        assert_eq!((ended.code, ended.out.as_str()), (Some(1), ""));
        let expected = format!("error: the store {} cannot be used: ", place.display());
        assert!(ended.err.starts_with(&expected), "{}", ended.err);
        assert_eq!(ended.err.lines().count(), 1, "{}", ended.err);
    }
}

#[test]
fn folders_of_two_applications_are_a_usage_error() {
    let ended = run(&[&sample("hello-0.1.0"), &sample("site")], &[]);
    assert_eq!((ended.code, ended.out.as_str()), (Some(2), ""));
    assert!(
        ended
            .err
            .starts_with("error: all folders must hold versions of one application, but "),
        "{}",
        ended.err
    );
    assert!(ended.err.contains("Usage: "), "{}", ended.err);
    assert_eq!(run(&[], &[]).code, Some(2));
    let rule = run(&[&sample("site")], &["--channel-rule", "newest"]);
    assert_eq!(rule.code, Some(2));
}

#[test]
fn what_this_platform_can_not_run_is_named() {
    let app = copy("hello-0.1.0");
    let file = app.path().join("spin.toml");
    edit(&file, "executor = { type = \"wagi\" }\n", "");
    let ended = once(&[app.path()], &[]);
    assert_eq!(ended.code, Some(1));
    assert!(
        ended.err.contains(
            "component \"hello-fermyon-cloud\" is a module, and its executor is not `wagi`; \
             this example runs WASI modules with `executor = { type = \"wagi\" }` and components \
             that export `wasi:http/incoming-handler`"
        ),
        "{}",
        ended.err
    );

    let text = "spin_version = \"1\"\nname = \"queue\"\nversion = \"0.1.0\"\n\
                trigger = { type = \"redis\", address = \"redis://localhost\" }\n\
                [[component]]\nid = \"queue\"\nsource = \"hello.wasm\"\n\
                [component.trigger]\nchannel = \"messages\"\n";
    fs::write(&file, text).unwrap();
    let ended = once(&[app.path()], &[]);
    assert_eq!(ended.code, Some(1));
    assert!(
        ended.err.contains(
            "component \"queue\" has a trigger of type \"redis\"; this example serves `http`"
        ),
        "{}",
        ended.err
    );
}

#[test]
fn all_components_that_this_platform_can_not_run_are_named() {
    let app = copy("guide");
    let file = app.path().join("spin.toml");
    let text = fs::read_to_string(&file).unwrap();
    let more = "
[[trigger.redis]]
channel = \"orders\"
component = \"queue\"
[[trigger.http]]
route = \"/linked\"
component = \"linked\"
[[trigger.http]]
route = \"/bare\"
component = { source = \"static.wasm\" }
[[trigger.http]]
route = \"/odd\"
component = \"odd\"
executor = { type = \"odd\" }
[component.queue]
source = \"component.wasm\"
[component.odd]
source = \"component.wasm\"
[component.linked]
source = \"component.wasm\"
dependencies = { \"example:log\" = { path = \"component.wasm\" } }
";
    fs::write(&file, text + more).unwrap();
    let ended = once(&[app.path()], &[]);
    assert_eq!(ended.code, Some(1));
    for part in [
        "component \"queue\" has a trigger of type \"redis\"; this example serves `http`",
        "component \"linked\" needs further modules; this example runs modules that stand alone",
        "-component\" is a module, and its executor is not `wagi`;",
        "component \"odd\" has the executor \"odd\"; `spin` and `wagi` are known",
    ] {
        assert!(ended.err.contains(part), "{part}: {}", ended.err);
    }
    assert!(!ended.err.contains("\"pages\""), "{}", ended.err);
}
