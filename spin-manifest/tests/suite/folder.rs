//! Real folders, as a caller would walk them.

use std::fs;
use std::path::{Path, PathBuf};

use spin_manifest::Manifest;
use spin_manifest::package::{Depth, Need, Package, PackageError, PackageOptions, Packager};

/// The folder of vectors that may be part of the project.
pub(crate) fn tests() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")
}

/// The folder of vectors that may not, where there is one.
#[expect(clippy::print_stderr, reason = "says which tests are skipped")]
pub(crate) fn vectors(test: &str) -> Option<PathBuf> {
    let Some(folder) = std::env::var_os("BINDLE_VECTORS") else {
        eprintln!("{test} is skipped: BINDLE_VECTORS is not set");
        return None;
    };
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    Some(workspace.join(folder).join("spin-manifest"))
}

/// The paths of the files in `folder`, relative to `root`; `None` if there is
/// no such folder.
pub(crate) fn list(root: &Path, folder: &str, depth: Depth) -> Option<Vec<String>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(root.join(folder)).ok()? {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        let path = match folder {
            "" => name,
            folder => format!("{folder}/{name}"),
        };
        // `metadata` follows links.
        let metadata = fs::metadata(entry.path()).unwrap();
        if metadata.is_file() {
            paths.push(path);
        } else if depth == Depth::Whole {
            paths.extend(list(root, &path, depth).unwrap_or_default());
        }
    }
    Some(paths)
}

/// Packages the application in a folder.
pub(crate) fn package(
    root: &Path,
    manifest: &Manifest,
    options: &PackageOptions,
) -> Result<Package, PackageError> {
    let mut packager = Packager::new(manifest, options)?;
    while let Some((ticket, need)) = packager.poll_need() {
        match need {
            Need::Listing { folder, depth } => match list(root, &folder, depth) {
                Some(paths) => packager.handle_listing(ticket, paths)?,
                None => packager.handle_missing(ticket)?,
            },
            Need::File { path, .. } => match fs::read(root.join(path)) {
                Ok(content) => {
                    for chunk in content.chunks(3) {
                        packager.handle_chunk(ticket, chunk)?;
                    }
                    packager.handle_end(ticket)?;
                }
                Err(_) => packager.handle_missing(ticket)?,
            },
            // The only download of these applications.
            Need::Download { .. } => {
                packager.handle_chunk(ticket, b"x")?;
                packager.handle_end(ticket)?;
            }
            need => panic!("{need:?}"),
        }
    }
    packager.finish()
}
