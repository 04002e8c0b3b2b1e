//! Where the vectors are that are not part of this project.

use std::path::PathBuf;

/// The folder that `BINDLE_VECTORS` names, relative to the workspace. Without
/// it, the tests that need it are skipped.
pub(crate) fn folder(name: &str) -> Option<PathBuf> {
    let Some(vectors) = std::env::var_os("BINDLE_VECTORS") else {
        eprintln!("skipped: BINDLE_VECTORS names no folder");
        return None;
    };
    let workspace = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    Some(PathBuf::from(workspace).join(vectors).join(name))
}
