use std::fs;
use std::path::Path;
use std::process::Output;

use bindle_core::{Digest, Group, Invoice, Label, MediaType, Parcel};
use serde_json::{Value, json};

use crate::standalone::{files, in_folder, standalone, written};
use crate::{inspect, manifests, records, text};

fn run(command: &str, arguments: &[&str]) -> Output {
    inspect(&[&["--json", command], arguments].concat())
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let bindle = folder.path().join("bindle.tar.gz");
    let bindle = bindle.to_str().unwrap();
    let application = manifests("../../examples/apps/hello-0.1.0");
    let packaged = run("package", &["--standalone", bindle, &application]);
    assert_eq!(packaged.status.code(), Some(0));
    for (name, reason) in [(".", "File exists"), ("no/such/folder", "No such file")] {
        let place = folder.path().join(name);
        let place = place.to_str().unwrap();
        let output = run("unpack", &["--to", place, bindle]);
        assert_eq!(output.status.code(), Some(1));
        let error = records(&output)[0]["error"].as_str().unwrap().to_owned();
        let expected = format!("the folder {place} cannot be made: {reason}");
        assert!(error.starts_with(&expected), "{error}");
    }
}

/// Packages an application as a folder and as an archive, and unpacks both.
#[track_caller]
fn round_trip(application: &str, options: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let places = ["folder", "bindle.tar.gz"].map(|name| folder.path().join(name));
    let unpacked = places.each_ref().map(|place| {
        let place = place.to_str().unwrap();
        let arguments = [options, &["--standalone", place, application]].concat();
        let packaged = run("package", &arguments);
        assert_eq!(packaged.status.code(), Some(0), "{application}");
        let packaged = records(&packaged).remove(0);
        // Once there, it stays.
        assert_eq!(run("package", &arguments).status.code(), Some(1));

        let (checked, status) = standalone(Path::new(place), &["--complete"]);
        assert_eq!(status, Some(0), "{checked}");
        assert_eq!(checked["id"], packaged["id"]);

        let output = run("unpack", &[place]);
        assert_eq!(output.status.code(), Some(0), "{application}");
        let mut unpacked = records(&output).remove(0);
        assert_eq!(unpacked["path"].take(), place);
        assert_eq!(unpacked["id"], packaged["id"]);
        check_parcels(Path::new(application), &packaged, &unpacked);
        unpacked
    });
    let [mut unpacked, archive] = unpacked;
    assert_eq!(unpacked, archive);

    // Out of the bindle comes a folder, and out of that the same again.
    let restored = folder.path().join("restored");
    let restored = restored.to_str().unwrap();
    let output = run("unpack", &["--to", restored, places[1].to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(0), "{application}");
    let again = folder.path().join("again.tar.gz");
    let again = again.to_str().unwrap();
    let output = run("package", &["--exact", "--standalone", again, restored]);
    assert_eq!(output.status.code(), Some(0), "{application}");
    let mut again = records(&run("unpack", &[again])).remove(0);
    again["path"].take();
    for id in [&mut again["id"], &mut unpacked["id"]] {
        let (release, _) = id.as_str().unwrap().split_once('+').unwrap();
        *id = release.into();
    }
    // Ids that the second format does not allow are others there.
    for (list, field) in [("components", "id"), ("triggers", "component")] {
        for item in unpacked[list].as_array_mut().unwrap() {
            if let Some("two words!" | "it's") = item[field].as_str() {
                item[field] = "component-c1".into();
            }
        }
    }
    assert_eq!(again, unpacked);
}

/// Whether the modules and files of the application are those in its folder.
#[track_caller]
fn check_parcels(application: &Path, packaged: &Value, unpacked: &Value) {
    let components = unpacked["components"].as_array().unwrap();
    let mut found = 0;
    for parcel in packaged["parcels"].as_array().unwrap() {
        let Some(source) = parcel["source"].as_str() else {
            continue;
        };
        let content = fs::read(application.join(source)).unwrap();
        assert_eq!(parcel["sha256"], Digest::of(&content).to_string());
        let name = parcel["name"].as_str().unwrap();
        // A file may be WebAssembly as well.
        let is_used = |component: &Value| {
            component["module"] == parcel["sha256"] || component["files"][name] == parcel["sha256"]
        };
        assert!(
            components.iter().any(is_used),
            "{parcel} is in no component"
        );
        found += 1;
    }
    assert!(found >= components.len().min(1));
    let modules = components.iter().map(|component| &component["module"]);
    let parcels = packaged["parcels"].as_array().unwrap();
    for module in modules {
        assert!(parcels.iter().any(|parcel| parcel["sha256"] == *module));
    }
}

#[test]
fn applications_come_out_as_they_went_in() {
    let apps = concat!(env!("CARGO_MANIFEST_DIR"), "/apps");
    let mut count = 0;
    for entry in fs::read_dir(apps).unwrap() {
        let path = entry.unwrap().path();
        if path.join("spin.toml").is_file() {
            round_trip(path.to_str().unwrap(), &[]);
            count += 1;
        }
    }
    assert!(count > 5, "{count}");
    for (name, era) in [
        ("01-minimal", "0.6"),
        ("01-minimal", "1.5"),
        ("02-maximal", "0.6"),
        ("03-redis", "1.5"),
        ("05-strings", "1.5"),
    ] {
        let application = manifests(&format!("packaging/{name}"));
        round_trip(&application, &["--exact", "--era", era]);
    }
}

/// As deployed: the invoices and manifests in Spin's own words.
#[test]
fn what_spin_packaged_is_unpacked() {
    let mut count = 0;
    for golden in ["golden-06.jsonl", "golden-15.jsonl"] {
        let golden = fs::read_to_string(manifests(&format!("packaging/{golden}"))).unwrap();
        for line in golden.lines() {
            let packaged: Value = serde_json::from_str(line).unwrap();
            if packaged["ok"] == false {
                continue;
            }
            let field = |value: &Value| value.as_str().unwrap().to_owned();
            let bindle = field(&packaged["id_sha"]);
            let invoice = field(&packaged["invoice"]).into_bytes();
            let mut files = vec![(format!("{bindle}/invoice.toml"), invoice)];
            for parcel in packaged["parcels"].as_array().unwrap() {
                let content = match (parcel["content"].as_str(), field(&parcel["source"])) {
                    (Some(content), _) => content.as_bytes().to_vec(),
                    // What Spin had downloaded.
                    (None, source) if source.starts_with("SCRATCH/") => b"x".to_vec(),
                    (None, source) => fs::read(manifests(&format!("packaging/{source}"))).unwrap(),
                };
                let path = format!("{bindle}/parcels/{}.dat", field(&parcel["sha256"]));
                files.push((path, content));
            }
            let folder = in_folder(&files);
            let (checked, status) = standalone(folder.path(), &["--complete"]);
            // Groups of one name, and a name that is none.
            let path = field(&packaged["path"]);
            if ["err-dup-id/spin.toml", "err-name-no-slash/spin.toml"].contains(&path.as_str()) {
                assert_eq!(status, Some(1), "{path}");
                continue;
            }
            assert_eq!(status, Some(0), "{path}: {checked}");
            let output = run("unpack", &[folder.path().to_str().unwrap()]);
            let unpacked = records(&output).remove(0);
            assert_eq!(output.status.code(), Some(0), "{path}: {unpacked}");
            assert_eq!(unpacked["id"], packaged["id"], "{path}");
            count += 1;
        }
    }
    assert!(count > 8, "{count}");
}

#[test]
fn what_is_no_application_is_not_unpacked() {
    let folder = in_folder(&files());
    let place = folder.path().to_str().unwrap();
    let output = run("unpack", &[place]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        records(&output)[0],
        json!({
            "path": place,
            "ok": false,
            "error": "the invoice of example.com/demo/app/1.2.3 does not contain a Spin manifest",
        })
    );
    let (told, _) = text(&inspect(&["unpack", place]));
    assert!(told.ends_with(
        ": the invoice of example.com/demo/app/1.2.3 does not contain a Spin manifest\n"
    ));

    // The manifest is what tells the rest.
    let application = concat!(env!("CARGO_MANIFEST_DIR"), "/apps/hello-0.1.0");
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().to_str().unwrap();
    let packaged = records(&run("package", &["--standalone", place, application])).remove(0);
    let bindle = standalone(folder.path(), &[]).0["canonical_name"].clone();
    let manifest = packaged["parcels"][0]["sha256"].as_str().unwrap();
    let parcel = format!("{}/parcels/{manifest}.dat", bindle.as_str().unwrap());
    fs::remove_file(folder.path().join(parcel)).unwrap();
    assert_eq!(
        records(&run("unpack", &[place]))[0]["error"],
        format!("the parcel {manifest}, which the application needs, is missing")
    );
}

/// A bindle of an application with one component, `a`, that sees a file.
fn application(file: &str) -> Vec<(String, Vec<u8>)> {
    let module = Digest::of(b"\0asm");
    let manifest = format!(
        "[trigger]\ntype = 'http'\nbase = '/'\n\n[[component]]\nsource = '{module}'\nid = 'a'\n\
         files = 'files-a'\n\n[component.trigger]\nroute = '/'\n"
    );
    let media_type = "application/vnd.fermyon.spin+toml".parse().unwrap();
    let contents: [&[u8]; 3] = [manifest.as_bytes(), b"\0asm", b"hello"];
    let invoice = Invoice::builder("hello/1.0.0".parse().unwrap())
        .parcel(Label::of("spin.toml", media_type, contents[0]))
        .parcel(Label::of("a.wasm", MediaType::WASM, contents[1]))
        .parcel(
            Parcel::from(Label::of(file, MediaType::OCTET_STREAM, contents[2]))
                .member_of(["files-a"]),
        )
        .group(Group::new("files-a"))
        .build()
        .unwrap();
    written(&invoice, &contents)
}

#[test]
fn no_file_is_restored_outside_of_the_folder() {
    let restored = |path: &str| {
        let bindle = in_folder(&application(path));
        let place = bindle.path().to_str().unwrap();
        let unpacked = run("unpack", &[place]);
        let folder = bindle.path().with_extension("to");
        let output = run("unpack", &["--to", folder.to_str().unwrap(), place]);
        assert_eq!(output.status.code(), Some(1), "{path}");
        assert!(!folder.exists(), "{path}");
        (unpacked, records(&output)[0]["error"].clone())
    };
    for path in ["../x", "a/../../x", "/x", "a\\..\\x"] {
        let (unpacked, error) = restored(path);
        assert_eq!(unpacked.status.code(), Some(1), "{path}");
        assert_eq!(
            error,
            format!("component \"a\" has a file at {path:?}, which is outside of its folder")
        );
    }
    for path in ["C:/x", ".", ""] {
        let (unpacked, error) = restored(path);
        // A runtime mounts it as it likes.
        assert_eq!(unpacked.status.code(), Some(0), "{path}");
        assert_eq!(
            error,
            format!("a component sees a file at {path:?}, which is not a path within a folder")
        );
    }
    let bindle = in_folder(&application("x/y"));
    let place = bindle.path().to_str().unwrap();
    let folder = bindle.path().with_extension("to");
    let arguments = ["--to", folder.to_str().unwrap(), place];
    assert_eq!(run("unpack", &arguments).status.code(), Some(0));
    assert_eq!(fs::read(folder.join("files/a/x/y")).unwrap(), b"hello");
    // What is there stays.
    let output = run("unpack", &arguments);
    assert_eq!(output.status.code(), Some(1));
    assert!(folder.join("spin.toml").exists());
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn what_is_missing_is_not_restored() {
    let mut files = application("x");
    files.retain(|(_, bytes)| bytes != b"hello");
    let bindle = in_folder(&files);
    let place = bindle.path().to_str().unwrap();
    assert_eq!(run("unpack", &[place]).status.code(), Some(0));
    let folder = bindle.path().with_extension("to");
    let output = run("unpack", &["--to", folder.to_str().unwrap(), place]);
    let digest = Digest::of(b"hello");
    assert_eq!(
        records(&output)[0]["error"],
        format!("the parcel {digest}, which the application needs, is missing")
    );
    assert!(!folder.exists());
}
