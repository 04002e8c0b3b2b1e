//! The modules of the sample applications and their sources.

use std::fs;
use std::path::{Path, PathBuf};

/// Every `.wat` assembles to the `.wasm` beside it. With `SNAPSHOTS=overwrite`
/// in the environment the latter are written anew.
#[test]
fn sources_and_binaries_agree() {
    let overwrite = std::env::var_os("SNAPSHOTS").is_some_and(|value| value == "overwrite");
    let apps = Path::new(env!("CARGO_MANIFEST_DIR")).join("apps");
    let mut sources = 0;
    for source in files(&apps) {
        if source
            .extension()
            .is_none_or(|extension| extension != "wat")
        {
            continue;
        }
        sources += 1;
        let assembled = wat::parse_file(&source).unwrap();
        let binary = source.with_extension("wasm");
        if overwrite {
            fs::write(&binary, &assembled).unwrap();
        }
        let stored = fs::read(&binary).unwrap_or_default();
        assert!(
            assembled == stored,
            "{} is not what {} assembles to; run the tests with SNAPSHOTS=overwrite",
            binary.display(),
            source.display()
        );
    }
    assert_eq!(sources, 11);
}

/// All files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found
}
