//! The files that are looked into.

use std::io::Read as _;
use std::path::Path;
use std::{fs, io};

/// What messages call a file; `-` is standard input.
pub(crate) fn name(path: &Path) -> String {
    if path == Path::new("-") {
        "standard input".to_owned()
    } else {
        path.display().to_string()
    }
}

/// Reads a file whole; `-` is standard input.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, String> {
    let result = if path == Path::new("-") {
        let mut bytes = Vec::new();
        io::stdin().lock().read_to_end(&mut bytes).map(|_| bytes)
    } else {
        fs::read(path)
    };
    result.map_err(|error| {
        let path = name(path);
        match error.kind() {
            io::ErrorKind::IsADirectory => format!("{path} cannot be read: name a file in it"),
            _ => format!("{path} cannot be read: {error}"),
        }
    })
}

/// Reads a file of text whole.
pub(crate) fn read_text(path: &Path) -> Result<String, String> {
    String::from_utf8(read(path)?).map_err(|_| format!("{} is not UTF-8", name(path)))
}
