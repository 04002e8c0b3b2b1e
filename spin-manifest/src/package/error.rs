use bindle_core::{Digest, Problems};
use thiserror::Error;

use super::Ticket;
use crate::Era;
use crate::normalise::NormaliseError;

/// Why an application cannot be packaged.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PackageError {
    /// A part of the application is in another bindle, which no version of Spin
    /// could package.
    #[error(
        "component {component:?} comes from a bindle; name a file, or `{{ url = \"…\", digest = \"sha256:…\" }}`"
    )]
    BindleSource {
        /// The component.
        component: String,
    },
    /// A file changed while it was being packaged.
    #[error(
        "the file {path:?} changed while it was packaged: its digest was {first}, then {second}"
    )]
    Changed {
        /// The path of the file.
        path: String,
        /// The digest at first.
        first: Digest,
        /// The digest later.
        second: Digest,
    },
    /// Two files of a component have the same path.
    #[error(
        "component {component:?} has two files at {guest:?}: {first:?} and {second:?}; mount one of them elsewhere, or exclude it"
    )]
    Collision {
        /// The component.
        component: String,
        /// The path that the component sees.
        guest: String,
        /// The path of one file.
        first: String,
        /// The path of the other.
        second: String,
    },
    /// A file is mounted at the path of a folder.
    #[error(
        "component {component:?} mounts the file {path:?} at {destination:?}; name the file there too"
    )]
    FolderDestination {
        /// The component.
        component: String,
        /// The path of the file.
        path: String,
        /// The destination.
        destination: String,
    },
    /// An entry of `files` is a folder, whose files Spin itself mounts below a
    /// doubled path.
    #[error(
        "component {component:?} lists the folder {folder:?}; write \"{folder}/**/*\", or `{{ source = {folder:?}, destination = \"/{folder}\" }}`"
    )]
    FolderEntry {
        /// The component.
        component: String,
        /// The folder.
        folder: String,
    },
    /// Not all needs were answered.
    #[error("the package is not complete: {open} listings and contents have not been answered")]
    Incomplete {
        /// The number of open needs.
        open: usize,
    },
    /// The application has something that an invoice cannot contain.
    #[error("the invoice cannot be written: {0}")]
    Invoice(Problems),
    /// An entry of `files` or `exclude_files`, or a path, is malformed.
    #[error("{dependent}: {message}; {hint}")]
    InvalidPath {
        /// What has it, such as `component "hello"`.
        dependent: String,
        /// What is wrong.
        message: String,
        /// What would be right.
        hint: &'static str,
    },
    /// A listing has a path that is not within the application.
    #[error(
        "the listing has {path:?}; list paths relative to the application folder, with `/` between folders"
    )]
    ListedPath {
        /// The path.
        path: String,
    },
    /// A folder, or since Spin 2.0 a file, of `files` does not exist.
    #[error("component {component:?} mounts {folder:?}, where there is no {expected}")]
    MissingFolder {
        /// The component.
        component: String,
        /// The folder.
        folder: String,
        /// What was looked for there.
        expected: &'static str,
    },
    /// A file that was listed, or that a component or a trigger runs, does not
    /// exist.
    #[error("the file {path:?} of {dependent} does not exist; was it built?")]
    MissingFile {
        /// What needs it, such as `component "hello"`.
        dependent: String,
        /// The path of the file.
        path: String,
    },
    /// The application has no version.
    #[error("the application has no version; add `version = \"0.1.0\"`")]
    MissingVersion,
    /// The name of the application cannot be the name of a bindle.
    #[error("the application cannot be packaged under the name {name:?}: {reason}{}", did_you_mean(.nearest.as_deref()))]
    Name {
        /// The name.
        name: String,
        /// What is wrong with it.
        reason: String,
        /// A similar name that can.
        nearest: Option<String>,
    },
    /// Spin 1.5 looked at the names of variables, settings and stores when it
    /// packaged an application.
    #[error(
        "the {what} {name:?} has a name that Spin 1.5 does not package; write lower-case words of letters and digits, joined by `_`"
    )]
    Named {
        /// What it is the name of.
        what: &'static str,
        /// The name.
        name: String,
    },
    /// The manifest has no normal form.
    #[error(transparent)]
    Normalise(NormaliseError),
    /// The module of a component or a trigger is not WebAssembly.
    #[error("the file {path:?} of {dependent} is not WebAssembly; was it built?")]
    NotWebAssembly {
        /// What needs it, such as `component "hello"`.
        dependent: String,
        /// The path of the file.
        path: String,
    },
    /// A download has another digest than the manifest says.
    #[error("the download {url:?} has the digest {actual}, but {expected} is expected")]
    Remote {
        /// The address.
        url: String,
        /// The digest in the manifest.
        expected: Digest,
        /// The digest of the content.
        actual: Digest,
    },
    /// The answer belongs to no open need.
    #[error("nothing was asked with {0:?}, or it has been answered")]
    UnknownTicket(Ticket),
    /// A component has a source that cannot be packaged.
    #[error("component {component:?} comes from {source_text:?}, which {era} cannot package")]
    UnsupportedSource {
        /// The component.
        component: String,
        /// Its source.
        source_text: String,
        /// The era by whose rules the application is packaged.
        era: Era,
    },
    /// The version of the application is not a SemVer version.
    #[error("the version {version:?} of the application is not a SemVer version: {reason}")]
    Version {
        /// The version.
        version: String,
        /// What is wrong with it, and what would be right.
        reason: String,
    },
}

/// A sentence about what is wrong, and what would be right.
pub(super) type Complaint = (String, &'static str);

impl PackageError {
    pub(super) fn invalid_path(dependent: String, (message, hint): Complaint) -> Self {
        Self::InvalidPath {
            dependent,
            message,
            hint,
        }
    }
}

/// A component, as what depends on something.
pub(super) fn component(id: &str) -> String {
    format!("component {id:?}")
}

/// A trigger, as what depends on something.
pub(super) fn trigger(id: &str) -> String {
    format!("trigger {id:?}")
}

fn did_you_mean(nearest: Option<&str>) -> String {
    nearest.map_or(String::new(), |name| format!("; did you mean {name:?}?"))
}

/// Something that deserves a look, although the application can be packaged.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Error)]
#[non_exhaustive]
pub enum PackageWarning {
    /// Two files of a component have the same path; it sees the later one.
    #[error(
        "component {component:?} has two files at {guest:?}; it sees {second:?}, not {first:?}"
    )]
    Collision {
        /// The component.
        component: String,
        /// The path that the component sees.
        guest: String,
        /// The path of the file that it does not see.
        first: String,
        /// The path of the file that it sees.
        second: String,
    },
    /// A pattern or a placement matches no file.
    #[error("component {component:?}: {entry:?} names no file")]
    NoMatch {
        /// The component.
        component: String,
        /// The pattern or the folder.
        entry: String,
    },
}
