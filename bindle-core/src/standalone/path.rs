//! The paths of the files: which one is what.

use alloc::format;
use alloc::string::String;

use super::ProblemKind;
use crate::Digest;

/// The longest name that file systems give to a folder, in bytes.
const LONGEST_NAME: usize = 255;

const INVOICE: &str = "invoice.toml";
const PARCELS: &str = "parcels";

/// The path of the invoice in the folder `directory`.
pub(super) fn invoice(directory: &str) -> String {
    format!("{directory}/{INVOICE}")
}

/// The path of the folder of the parcels in the folder `directory`.
pub(super) fn parcels(directory: &str) -> String {
    format!("{directory}/{PARCELS}")
}

/// The path of a parcel in the folder `directory`.
pub(super) fn parcel(directory: &str, digest: &Digest) -> String {
    format!("{directory}/{PARCELS}/{digest}.dat")
}

/// What a path leads to, and the folder of the bindle that it is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target<'p> {
    /// The file with the invoice.
    Invoice { directory: &'p str },
    /// The file of a parcel.
    Parcel { directory: &'p str, digest: Digest },
}

/// Tells what the path of a file leads to.
pub(super) fn file(path: &str) -> Result<Target<'_>, ProblemKind> {
    let path = strip_here(path);
    check(path)?;
    let (directory, rest) = path.split_once('/').ok_or(ProblemKind::UnknownFile)?;
    if directory.len() > LONGEST_NAME {
        return Err(ProblemKind::UnknownFile);
    }
    if rest == INVOICE {
        return Ok(Target::Invoice { directory });
    }
    let name = match rest.split_once('/') {
        Some((PARCELS, name)) if !name.contains('/') => name,
        _ => return Err(ProblemKind::UnknownFile),
    };
    let digest = name.strip_suffix(".dat").ok_or(ProblemKind::UnknownFile)?;
    let digest = digest.parse().map_err(ProblemKind::ParcelName)?;
    Ok(Target::Parcel { directory, digest })
}

/// Tells which folder of a bindle the path of a folder leads to, or is in;
/// `None` is the one that all is in.
pub(super) fn folder(path: &str) -> Result<Option<&str>, ProblemKind> {
    let path = strip_here(path);
    if matches!(path, "" | ".") {
        return Ok(None);
    }
    let bare = path.strip_suffix('/').filter(|bare| !bare.is_empty());
    let path = bare.unwrap_or(path);
    check(path)?;
    let directory = match path.split_once('/') {
        None => path,
        Some((directory, PARCELS)) => directory,
        Some(_) => return Err(ProblemKind::UnknownFolder),
    };
    if directory.len() > LONGEST_NAME {
        return Err(ProblemKind::UnknownFolder);
    }
    Ok(Some(directory))
}

/// Archives of the folder `.` have paths that start there.
fn strip_here(path: &str) -> &str {
    path.strip_prefix("./").unwrap_or(path)
}

/// Refuses whatever may lead out of the folder that a path is put below, on
/// any system.
fn check(path: &str) -> Result<(), ProblemKind> {
    let is_drive = |path: &str| {
        let mut characters = path.chars();
        let letter = characters.next().is_some_and(|c| c.is_ascii_alphabetic());
        letter && characters.next() == Some(':')
    };
    if path.starts_with('/') || is_drive(path) {
        return Err(ProblemKind::AbsolutePath);
    }
    if path.contains('\\') {
        return Err(ProblemKind::Backslash);
    }
    let mut segments = path.split('/');
    match segments.find(|segment| matches!(*segment, "" | "." | "..")) {
        None => Ok(()),
        Some("") => Err(ProblemKind::EmptySegment),
        Some(_) => Err(ProblemKind::DotSegment),
    }
}
