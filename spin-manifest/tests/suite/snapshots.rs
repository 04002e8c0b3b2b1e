//! What a user is told about each of many mistakes and oddities: a file each,
//! beside which stands the report. Files are read as of today, and as of the
//! time that the end of their name tells.

use std::fmt::Write as _;
use std::fs;

use snapbox::Data;
use spin_manifest::{Era, ManifestReader};

use crate::folder;

fn snapshots(folder: &str) {
    let folder = folder::tests().join(folder);
    let mut paths: Vec<_> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.retain(|path| {
        path.extension()
            .is_some_and(|extension| extension == "toml")
    });
    paths.sort();
    assert!(!paths.is_empty());
    for path in paths {
        let bytes = fs::read(&path).unwrap();
        let mut report = String::new();
        let name = path.file_stem().unwrap().to_str().unwrap();
        let era = match name.rsplit_once("-in-") {
            Some((_, "0.6")) => Era::Spin0_6,
            Some((_, "1.5")) => Era::Spin1_5,
            _ => Era::Current,
        };
        let read = ManifestReader::new().with_era(era).read_bytes(&bytes);
        let text = String::from_utf8_lossy(&bytes);
        match &read {
            Ok(manifest) => {
                let _ = write!(report, "{}", manifest.problems().render("spin.toml", &text));
                let normalised = manifest.normalised(None).unwrap();
                let json = serde_json::to_string_pretty(&normalised).unwrap();
                let _ = writeln!(report, "{json}");
            }
            Err(diagnostics) => {
                let _ = write!(report, "{}", diagnostics.render("spin.toml", &text));
            }
        }
        snapbox::Assert::new().action_env("SNAPSHOTS").eq(
            report,
            Data::read_from(&path.with_extension("txt"), None).raw(),
        );
    }
}

#[test]
fn mistakes() {
    snapshots("mistakes");
}

#[test]
fn edge_cases() {
    snapshots("edge");
}
