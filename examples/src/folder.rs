//! Packages the application in a folder.
//!
//! Copy this file: the libraries touch no files, and this is the part that a
//! tool on an ordinary machine brings along.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use bindle_core::Digest;
use spin_manifest::Manifest;
use spin_manifest::package::{
    Depth, Need, Package, PackageError, PackageOptions, Packager, Ticket,
};
use thiserror::Error;

/// Packages the application of `manifest`, with the files in `folder`, and what
/// has been downloaded to `downloads`: see [`download`].
///
/// # Errors
///
/// What the packager refuses, files and folders that cannot be read, and what
/// would have to be downloaded or be fetched from a registry: this adapter has
/// no network.
pub fn package(
    folder: &Path,
    downloads: Option<&Path>,
    manifest: &Manifest,
    options: &PackageOptions,
) -> Result<Package, FolderError> {
    let mut packager = Packager::new(manifest, options)?;
    while let Some((ticket, need)) = packager.poll_need() {
        match need {
            Need::Listing {
                folder: below,
                depth,
            } => match list(folder, &below, depth).map_err(|error| unreadable(&below, &error))? {
                Some(paths) => packager.handle_listing(ticket, paths)?,
                None => packager.handle_missing(ticket)?,
            },
            Need::File { path, .. } => {
                let failed = |error| unreadable(&path, &error);
                match existing(File::open(folder.join(&path))).map_err(failed)? {
                    Some(file) => feed(&mut packager, ticket, file, &path)?,
                    None => packager.handle_missing(ticket)?,
                }
            }
            Need::Download { url, digest, .. } => {
                let path = downloads.map(|downloads| download(downloads, &digest));
                let file = path.map_or(Ok(None), |path| existing(File::open(path)));
                match file.map_err(|error| unreadable(&url, &error))? {
                    Some(file) => feed(&mut packager, ticket, file, &url)?,
                    None => return Err(FolderError::Download { url, digest }),
                }
            }
            Need::Package {
                package, version, ..
            } => return Err(FolderError::Registry { package, version }),
            need => return Err(FolderError::Unknown(format!("{need:?}"))),
        }
    }
    Ok(packager.finish()?)
}

/// Where in the folder `downloads` a download with this digest is expected:
/// under the name that Spin's own tool gives it, `sha256_` and the digest.
#[must_use]
pub fn download(downloads: &Path, digest: &Digest) -> PathBuf {
    downloads.join(format!("sha256_{digest}"))
}

/// Answers a need with the content of a file.
fn feed(
    packager: &mut Packager<'_>,
    ticket: Ticket,
    mut file: File,
    name: &str,
) -> Result<(), FolderError> {
    let mut chunk = vec![0; 64 << 10];
    loop {
        match file
            .read(&mut chunk)
            .map_err(|error| unreadable(name, &error))?
        {
            0 => return Ok(packager.handle_end(ticket)?),
            length => packager.handle_chunk(ticket, &chunk[..length])?,
        }
    }
}

/// The paths of the files in `root/below`, relative to `root` and with `/` on
/// every system; nothing if there is no such folder. Links to files are
/// followed and links to folders are not; names that are not UTF-8 are left
/// out.
fn list(root: &Path, below: &str, depth: Depth) -> io::Result<Option<Vec<String>>> {
    let mut files = Vec::new();
    let mut folders = vec![below.to_owned()];
    while let Some(folder) = folders.pop() {
        let mut place = root.join(&folder);
        if place.as_os_str().is_empty() {
            // The present folder has no entries by this name.
            place.push(".");
        }
        let Some(entries) = existing(fs::read_dir(place))? else {
            return Ok(None);
        };
        for entry in entries {
            let entry = entry?;
            let Ok(name) = entry.file_name().into_string() else {
                continue;
            };
            let path = match folder.as_str() {
                "" => name,
                folder => format!("{folder}/{name}"),
            };
            if entry.file_type()?.is_dir() {
                folders.extend((depth == Depth::Whole).then_some(path));
            } else if fs::metadata(entry.path()).is_ok_and(|target| target.is_file()) {
                files.push(path);
            }
        }
    }
    Ok(Some(files))
}

/// Nothing instead of an error if there is no such file or folder.
fn existing<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    use io::ErrorKind::{NotADirectory, NotFound};
    match result {
        Ok(found) => Ok(Some(found)),
        Err(error) if matches!(error.kind(), NotADirectory | NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

fn unreadable(path: &str, error: &io::Error) -> FolderError {
    FolderError::Unreadable {
        path: path.to_owned(),
        reason: error.to_string(),
    }
}

/// An application that cannot be packaged.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum FolderError {
    /// It has a part that is not downloaded.
    #[error(
        "{url} is not downloaded; put it among the downloads as `sha256_{digest}`, or name a file \
         instead"
    )]
    Download {
        /// The address.
        url: String,
        /// The digest that it is to have.
        digest: Digest,
    },
    /// The packager refuses it.
    #[error(transparent)]
    Package(#[from] PackageError),
    /// It has a part from a registry of components, in which this adapter cannot
    /// look anything up.
    #[error(
        "the package {package} {version} would have to be fetched from its registry; fetch it, \
         and name the file instead"
    )]
    Registry {
        /// The package.
        package: String,
        /// The version, or what is required of it.
        version: String,
    },
    /// The packager needs what this adapter does not know.
    #[error("the packager needs {0}, which this tool cannot bring")]
    Unknown(String),
    /// A file or a folder cannot be read.
    #[error("{path:?} cannot be read: {reason}")]
    Unreadable {
        /// The path, relative to the application.
        path: String,
        /// Why.
        reason: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_listed_as_deep_as_asked() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("a/b")).unwrap();
        for path in ["z", "a/.dot", "a/b/c"] {
            fs::write(folder.path().join(path), path).unwrap();
        }
        let listed = |below, depth| {
            let mut paths = list(folder.path(), below, depth).unwrap()?;
            paths.sort();
            Some(paths.join(" "))
        };
        assert_eq!(listed("", Depth::Whole).unwrap(), "a/.dot a/b/c z");
        assert_eq!(listed("", Depth::Direct).unwrap(), "z");
        assert_eq!(listed("a", Depth::Whole).unwrap(), "a/.dot a/b/c");
        assert_eq!(listed("a/b", Depth::Direct).unwrap(), "a/b/c");
        assert_eq!(listed("missing", Depth::Whole), None);
        assert_eq!(listed("z", Depth::Whole), None);
    }

    #[cfg(unix)]
    #[test]
    fn links_to_files_are_followed_and_circles_are_not() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("file"), "").unwrap();
        for (target, link) in [("file", "link"), ("nothing", "broken"), (".", "circle")] {
            std::os::unix::fs::symlink(target, folder.path().join(link)).unwrap();
        }
        let mut paths = list(folder.path(), "", Depth::Whole).unwrap().unwrap();
        paths.sort();
        assert_eq!(paths, ["file", "link"]);
    }
}
