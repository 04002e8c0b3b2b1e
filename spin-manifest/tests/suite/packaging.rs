//! Packages against those that Spin 0.6.0 and 1.5.1 made.

use std::fs;

use serde_json::Value;
use spin_manifest::package::{Application, BuildMetadata, Fidelity, PackageOptions, ParcelContent};
use spin_manifest::{Era, Manifest, ManifestReader, Strictness};

use crate::folder;

fn golden(file: &str) -> Vec<Value> {
    let text = fs::read_to_string(folder::tests().join("packaging").join(file)).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn agrees(era: Era, file: &str) {
    let mut failures = Vec::new();
    for expected in golden(file) {
        let path = expected["path"].as_str().unwrap();
        let application = folder::tests().join("packaging").join(path);
        let root = application.parent().unwrap();
        let text = fs::read_to_string(&application).unwrap();
        let reader = ManifestReader::new()
            .with_era(era)
            .with_strictness(Strictness::LikeSpin);
        // To these Spin was given none.
        let build = match path.starts_with("more/") {
            true => BuildMetadata::None,
            false => BuildMetadata::Auto,
        };
        let options = PackageOptions::new()
            .with_fidelity(Fidelity::Exact)
            .with_build_metadata(build);
        let package = reader
            .read(&text)
            .map_err(|diagnostics| diagnostics.to_string());
        let package = package.and_then(|manifest| {
            folder::package(root, &manifest, &options).map_err(|error| error.to_string())
        });
        let package = match (package, expected["ok"].as_bool().unwrap()) {
            (Ok(package), true) => package,
            (Err(_), false) => continue,
            // A limit of the TOML that Spin 1.5 wrote, whose tables came last.
            (Ok(_), false)
                if expected["error"]
                    .as_str()
                    .unwrap()
                    .contains("ValueAfterTable") =>
            {
                continue;
            }
            (Ok(_), false) => {
                failures.push(format!("{path} is packaged, but {}", expected["error"]));
                continue;
            }
            // A name that no bindle has, although Spin 0.6 did not look.
            (Err(_), true) if path == "err-name-no-slash/spin.toml" => continue,
            // A parcel that a runtime would write outside of its folder.
            (Err(_), true) if path == "more/29-err-destination.toml" => continue,
            (Err(error), true) => {
                failures.push(format!("{path}: {error}"));
                continue;
            }
        };
        if package.invoice_text() != expected["invoice"] {
            failures.push(format!(
                "{path}:\n{}\n-- instead of\n{}",
                package.invoice_text(),
                expected["invoice"].as_str().unwrap()
            ));
        }
        let id = package.invoice().id();
        assert_eq!(id.to_string(), expected["id"], "{path}");
        if let Some(build) = expected["buildinfo"].as_str() {
            assert_eq!(id.version().build.as_str(), build, "{path}");
        }
        assert_eq!(
            id.canonical_name().to_string(),
            expected["id_sha"],
            "{path}"
        );
        let manifest = &expected["parcels"][0]["content"];
        if package.manifest_text() != manifest {
            failures.push(format!(
                "{path}:\n{}\n-- instead of\n{}",
                package.manifest_text(),
                manifest.as_str().unwrap()
            ));
        }
        let unpacked =
            Application::unpack(package.invoice(), package.manifest_text().as_bytes()).unwrap();
        assert_eq!(&unpacked, package.application(), "{path}");
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

#[test]
fn packages_are_those_of_spin_0_6() {
    agrees(Era::Spin0_6, "golden-06.jsonl");
    agrees(Era::Spin0_6, "more-06.jsonl");
}

#[test]
fn packages_are_those_of_spin_1_5() {
    agrees(Era::Spin1_5, "golden-15.jsonl");
    agrees(Era::Spin1_5, "more-15.jsonl");
}

#[test]
fn modules_have_to_be_webassembly() {
    let root = folder::tests().join("packaging/01-minimal");
    let text = fs::read_to_string(root.join("spin.toml")).unwrap();
    let manifest = Manifest::from_toml(&text).unwrap();
    let error = folder::package(&root, &manifest, &PackageOptions::new()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the file \"hello.wasm\" of component \"hello\" is not WebAssembly; was it built?"
    );
}

#[test]
fn the_manifest_is_the_only_parcel_that_is_made() {
    let root = folder::tests().join("packaging/02-maximal");
    let text = fs::read_to_string(root.join("spin.toml")).unwrap();
    let manifest = ManifestReader::new()
        .with_era(Era::Spin0_6)
        .read(&text)
        .unwrap();
    let options = PackageOptions::new().with_fidelity(Fidelity::Exact);
    let package = folder::package(&root, &manifest, &options).unwrap();
    let made = package
        .parcels()
        .iter()
        .map(|parcel| match parcel.content() {
            ParcelContent::Made(text) => {
                parcel.label().verify(text.as_bytes()).unwrap();
                true
            }
            _ => false,
        });
    assert_eq!(made.filter(|is_made| *is_made).count(), 1);
}
