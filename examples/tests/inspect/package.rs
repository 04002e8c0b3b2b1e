use std::fs;

use bindle_core::Digest;
use examples::folder::download;
use serde_json::{Value, json};

use crate::{command_in_fixtures, inspect, manifests, records, text, write};

fn package(arguments: &[&str]) -> std::process::Output {
    inspect(&[&["package", "--json"], arguments].concat())
}

/// Where Spin has the download of `06-v15`.
const DOWNLOADED: &str =
    "downloads/sha256_2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881";

/// Packages the applications that Spin 0.6 and 1.5 packaged, as they did.
fn agree(era: &str, golden: &str) {
    let downloads = tempfile::tempdir().unwrap();
    fs::write(download(downloads.path(), &Digest::of(b"x")), "x").unwrap();
    let golden = fs::read_to_string(manifests(&format!("packaging/{golden}"))).unwrap();
    let mut packaged = 0;
    for line in golden.lines() {
        let expected: Value = serde_json::from_str(line).unwrap();
        let path = expected["path"].as_str().unwrap();
        let folder = path.strip_suffix("/spin.toml").unwrap();
        let application = manifests(&format!("packaging/{folder}"));
        let downloads = downloads.path().to_str().unwrap();
        let output = package(&[
            "--exact",
            "--era",
            era,
            "--downloads",
            downloads,
            &application,
        ]);
        let record = &records(&output)[0];
        // It has a name that no bindle has, though Spin 0.6 did not look.
        let is_beyond = (era, folder) == ("0.6", "err-name-no-slash");
        if expected["ok"] == false || is_beyond {
            assert_eq!(output.status.code(), Some(1), "{path}");
            assert!(record["error"].is_string(), "{path}");
            continue;
        }
        packaged += 1;
        assert_eq!(output.status.code(), Some(0), "{path}: {record}");
        assert_eq!(record["id"], expected["id"], "{path}");
        assert_eq!(record["invoice"], expected["invoice"], "{path}");
        let parcels = record["parcels"].as_array().unwrap();
        let content = &expected["parcels"][0]["content"];
        assert_eq!(parcels[0]["content"], *content, "{path}");
        for parcel in &parcels[1..] {
            let source = match parcel["source"].as_str().unwrap() {
                "https://example.com/dir/x.wasm" => DOWNLOADED,
                source => source,
            };
            let is_same = |official: &Value| {
                let fields = ["name", "sha256"];
                fields.map(|field| &official[field]) == fields.map(|field| &parcel[field])
                    && official["source"].as_str().unwrap().ends_with(source)
            };
            let mut official = expected["parcels"].as_array().unwrap().iter();
            assert!(official.any(is_same), "{path}: {parcel}");
        }
    }
    assert!(packaged > 4, "{packaged}");
}

#[test]
fn packages_are_those_of_spin_0_6() {
    agree("0.6", "golden-06.jsonl");
}

#[test]
fn packages_are_those_of_spin_1_5() {
    agree("1.5", "golden-15.jsonl");
}

const REDIS: &str = "0b1df175d6936986471c7ac9c053d110bb6106362ed6294700086410e7331054";

#[test]
fn a_record_has_the_content_or_its_source() {
    let path = manifests("packaging/03-redis/spin.toml");
    let output = package(&["--exact", &path]);
    let mut record = records(&output).remove(0);
    let invoice = record["invoice"].take();
    let invoice = invoice.as_str().unwrap();
    assert!(
        invoice.contains("\nversion = '0.1.0+qd700459'\n"),
        "{invoice}"
    );
    assert_eq!(
        record,
        json!({
            "id": "r/0.1.0+qd700459",
            "invoice": null,
            "parcels": [
                {
                    "sha256": REDIS,
                    "name": format!("spin.{REDIS}.toml"),
                    "size": 198,
                    "media_type": "application/vnd.fermyon.spin+toml",
                    "content": "[trigger]\ntype = 'redis'\naddress = 'redis://localhost:6379'\n\n\
                                [[component]]\nsource = '2e7d2c03a9507ae265ecf5b5356885a53393a2029d241394997265a1a25aefc6'\n\
                                id = 'c'\n\n[component.trigger]\nchannel = 'msgs'\n",
                },
                {
                    "sha256": "2e7d2c03a9507ae265ecf5b5356885a53393a2029d241394997265a1a25aefc6",
                    "name": "c.wasm",
                    "size": 1,
                    "media_type": "application/wasm",
                    "source": "c.wasm",
                },
            ],
            "warnings": [],
        })
    );
    let output = inspect(&["package", "--exact", &path]);
    assert_eq!(
        text(&output).0,
        format!(
            "r/0.1.0+qd700459
  {REDIS}        198  application/vnd.fermyon.spin+toml  spin.{REDIS}.toml  (made while packaging)
  2e7d2c03a9507ae265ecf5b5356885a53393a2029d241394997265a1a25aefc6          1  application/wasm  c.wasm  (c.wasm)
"
        )
    );
}

#[test]
fn builds_are_told_apart_as_asked() {
    let id = |build: &str| {
        let path = manifests("packaging/03-redis");
        let output = package(&["--exact", "--build-metadata", build, &path]);
        records(&output)[0]["id"].clone()
    };
    assert_eq!(id("auto"), "r/0.1.0+qd700459");
    assert_eq!(id("none"), "r/0.1.0");
    assert_eq!(id("b1.2"), "r/0.1.0+b1.2");
    let output = package(&["--build-metadata", "b 1", "."]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn what_is_wrong_is_said_at_once() {
    let failure = |name: &str| {
        let output = package(&[&manifests(&format!("packaging/{name}"))]);
        assert_eq!(output.status.code(), Some(1));
        let record = records(&output).remove(0);
        let told = String::from_utf8(output.stderr).unwrap();
        let error = record["error"].as_str().unwrap();
        assert_eq!(told, format!("error: {error}\n"));
        record
    };
    let record = failure("03-redis");
    let error = record["error"].as_str().unwrap();
    let expected = "the file \"c.wasm\" of component \"c\" is not WebAssembly; was it built?";
    assert!(error.ends_with(expected), "{error}");
    assert_eq!(record["problems"], json!([]));

    let record = failure("err-both-req-default");
    assert_eq!(record["problems"][0]["code"], "conflict");
    let error = record["error"].as_str().unwrap();
    assert!(
        error.starts_with("the manifest is not valid\nerror: the variable"),
        "{error}"
    );

    let record = failure("absent");
    let error = record["error"].as_str().unwrap();
    assert!(
        error.contains("absent/spin.toml cannot be read: "),
        "{error}"
    );
}

#[test]
fn what_is_not_in_the_folder_is_named() {
    let application = manifests("packaging/06-v15");
    let digest = Digest::of(b"x");
    let output = package(&["--exact", &application]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        records(&output)[0]["error"],
        format!(
            "{application}: https://example.com/dir/x.wasm is not downloaded; put it among the \
             downloads as `sha256_{digest}`, or name a file instead"
        )
    );
    let downloads = tempfile::tempdir().unwrap();
    let path = download(downloads.path(), &digest);
    let folder = downloads.path().to_str().unwrap();
    fs::write(&path, "y").unwrap();
    let output = package(&["--exact", "--downloads", folder, &application]);
    let error = records(&output)[0]["error"].clone();
    let expected = format!(
        "has the digest {}, but {digest} is expected",
        Digest::of(b"y")
    );
    assert!(error.as_str().unwrap().ends_with(&expected), "{error}");

    // The standalone bindle has it, too.
    fs::write(path, "x").unwrap();
    let place = downloads.path().join("bindle.tar.gz");
    let place = place.to_str().unwrap();
    let arguments = [
        "--exact",
        "--downloads",
        folder,
        "--standalone",
        place,
        &application,
    ];
    assert_eq!(package(&arguments).status.code(), Some(0));
    let output = inspect(&["--json", "standalone", "--complete", place]);
    assert_eq!(records(&output)[0]["parcels"][2]["name"], "dir/x.wasm");
    assert_eq!(output.status.code(), Some(0));

    // Nobody knows the digest of what a registry has.
    let folder = tempfile::tempdir().unwrap();
    let manifest = "spin_manifest_version = 2\n[application]\nname = 'hello'\n\
                    version = '1.0.0'\n[[trigger.http]]\nroute = '/...'\ncomponent = 'a'\n\
                    [component.a]\nsource = { registry = 'example.com', \
                    package = 'example:greeter', version = '1.0.0' }\n";
    let (_, path) = write(folder.path(), "spin.toml", manifest);
    let error = records(&package(&[&path]))[0]["error"].clone();
    let expected = "the package example:greeter 1.0.0 would have to be fetched from its registry; \
                    fetch it, and name the file instead";
    assert!(error.as_str().unwrap().ends_with(expected), "{error}");
}

#[test]
fn warnings_are_part_of_the_record() {
    let path = manifests("packaging/err-no-match-glob");
    let record = &records(&package(&["--exact", &path]))[0];
    assert_eq!(
        record["warnings"],
        json!(["component \"c\": \"zzz/*\" names no file"])
    );
}

#[test]
fn the_present_folder_is_that_of_a_manifest_named_alone() {
    let more = manifests("packaging/more");
    let packaged = |folder: &str, name: &str| {
        let output = command_in_fixtures()
            .current_dir(folder)
            .args(["package", "--json", "--era=0.6", name])
            .output();
        let record = records(&output.unwrap()).remove(0);
        assert_eq!(record["warnings"], json!([]), "{name}");
        record
    };
    let named = packaged(&more, "19-patterns.toml");
    let absolute = format!("{more}/19-patterns.toml");
    assert_eq!(named, packaged("/", &absolute));
}
