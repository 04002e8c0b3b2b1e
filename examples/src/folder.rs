//! The files of a folder, as a packager wants to hear of them.
//!
//! Copy this file: the libraries touch no files, and this is the part that a
//! tool on an ordinary machine brings along.

use std::fs;
use std::io;
use std::path::Path;

/// The paths of all files below `folder`, relative to it, with `/` on every
/// system, sorted. Links to files are followed and links to folders are not;
/// files whose names are not UTF-8 are left out.
///
/// # Errors
///
/// Whatever reading a folder gives.
pub fn files(folder: &Path) -> io::Result<Vec<String>> {
    let mut found = Vec::new();
    // Folders still to be read, with what the paths of their files start with.
    let mut folders = vec![(folder.to_owned(), String::new())];
    while let Some((folder, prefix)) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            let Ok(name) = entry.file_name().into_string() else {
                continue;
            };
            if entry.file_type()?.is_dir() {
                folders.push((entry.path(), format!("{prefix}{name}/")));
            } else if fs::metadata(entry.path()).is_ok_and(|target| target.is_file()) {
                found.push(format!("{prefix}{name}"));
            }
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_listed_with_their_paths_in_order() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("a/b")).unwrap();
        for path in ["z", "a/.dot", "a/b/c", "a.txt"] {
            fs::write(folder.path().join(path), path).unwrap();
        }
        assert_eq!(
            files(folder.path()).unwrap(),
            ["a.txt", "a/.dot", "a/b/c", "z"]
        );
    }

    #[cfg(unix)]
    #[test]
    fn links_to_files_are_followed_and_circles_are_not() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("file"), "").unwrap();
        std::os::unix::fs::symlink("file", folder.path().join("link")).unwrap();
        std::os::unix::fs::symlink("nothing", folder.path().join("broken")).unwrap();
        std::os::unix::fs::symlink(".", folder.path().join("circle")).unwrap();
        assert_eq!(files(folder.path()).unwrap(), ["file", "link"]);
    }
}
