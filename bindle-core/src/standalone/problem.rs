use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::fmt;

use thiserror::Error;

use crate::text::{beginning, write_problems};
use crate::{ContentError, Digest, Id, Invoice, ParseDigestError, Problems, Severity};

/// The number of characters of a path that are shown: more than a valid one
/// has.
const LONGEST_PATH: usize = 200;

/// One thing that is wrong with a standalone bindle, and where.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{path:?}: {kind}")]
pub struct Problem {
    pub(super) path: Box<str>,
    #[source]
    pub(super) kind: ProblemKind,
}

impl Problem {
    /// The path of the file or folder as it was given, or as it would have to
    /// be if something is missing; only its beginning if it is very long.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What is wrong.
    #[must_use]
    pub fn kind(&self) -> &ProblemKind {
        &self.kind
    }
}

/// What can be wrong with a standalone bindle.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ProblemKind {
    /// A path from the root of a file system, or of a drive of it.
    #[error("the path is absolute; expected one relative to the bindle")]
    AbsolutePath,
    /// A path with a `\`, which some systems take for a `/`.
    #[error("the path has a `\\` in it; folders are separated by `/` on every system")]
    Backslash,
    /// A parcel that is not what the name of its file or its label announces.
    #[error(transparent)]
    Content(ContentError),
    /// A path with a segment `.` or `..`, which may lead anywhere.
    #[error("the path has a segment `.` or `..`, which may lead out of the bindle")]
    DotSegment,
    /// A file that was there before.
    #[error("this file is there twice")]
    Duplicate,
    /// A path with nothing between two `/`, before the first or after the last.
    #[error("the path has an empty segment")]
    EmptySegment,
    /// A file that was begun but not ended.
    #[error("this file was not read to its end")]
    Incomplete,
    /// Something is wrong with the invoice.
    #[error("{0}")]
    Invoice(crate::Problem),
    /// More of something than is allowed.
    #[error("more than {limit} {what}, which is the limit")]
    Limit {
        /// What there is too much of.
        what: &'static str,
        /// How much may be there.
        limit: u64,
    },
    /// There is no invoice.
    #[error("the invoice is missing")]
    MissingInvoice,
    /// A parcel of the invoice is missing, although all are required.
    #[error("the parcel {name:?} of the invoice is missing")]
    MissingParcel {
        /// The name that the label has for it, which may be empty.
        name: Box<str>,
    },
    /// What is neither a file nor a folder: a link or a device.
    #[error("this is neither a file nor a folder; a bindle has no links and no devices")]
    NotAFile,
    /// A parcel that the invoice does not list.
    #[error("{id} has no such parcel")]
    NotInInvoice {
        /// The id of the bindle.
        id: Id,
    },
    /// A folder beside the one with the invoice, or an invoice in it.
    #[error("this is outside of {directory:?}, the folder of the bindle")]
    OtherDirectory {
        /// The folder of the bindle.
        directory: Box<str>,
    },
    /// A file below `parcels` that is not named by a digest.
    #[error("the file name is not a digest: {0}")]
    ParcelName(ParseDigestError),
    /// A file that has no place in a standalone bindle.
    #[error("expected `SHA256/invoice.toml` or `SHA256/parcels/SHA256.dat`")]
    UnknownFile,
    /// A folder that has no place in a standalone bindle.
    #[error("expected `SHA256` or `SHA256/parcels`")]
    UnknownFolder,
    /// A folder that does not have the name of its bindle.
    #[error("this is not the folder of {id}, which is named {expected}")]
    WrongDirectory {
        /// The id of the bindle.
        id: Id,
        /// Its canonical name.
        expected: Digest,
    },
}

impl ProblemKind {
    /// A short, stable name in lower case with `-`. For a problem of the
    /// invoice, the name of [its kind](crate::ProblemKind::code).
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::AbsolutePath => "absolute-path",
            Self::Backslash => "backslash",
            Self::Content(ContentError::Digest { .. }) => "wrong-content",
            Self::Content(_) => "wrong-size",
            Self::DotSegment => "dot-segment",
            Self::Duplicate => "duplicate",
            Self::EmptySegment => "empty-segment",
            Self::Incomplete => "incomplete",
            Self::Invoice(problem) => problem.kind().code(),
            Self::Limit { .. } => "limit",
            Self::MissingInvoice => "missing-invoice",
            Self::MissingParcel { .. } => "missing-parcel",
            Self::NotAFile => "not-a-file",
            Self::NotInInvoice { .. } => "not-in-invoice",
            Self::OtherDirectory { .. } => "other-directory",
            Self::ParcelName(_) => "parcel-name",
            Self::UnknownFile => "unknown-file",
            Self::UnknownFolder => "unknown-folder",
            Self::WrongDirectory { .. } => "wrong-directory",
        }
    }
}

/// A standalone bindle with something wrong.
///
/// It displays each problem on a line of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    pub(super) invoice: Option<Box<Invoice>>,
    pub(super) problems: Vec<Problem>,
    pub(super) omitted: usize,
}

impl Refused {
    /// The invoice, if there is one and nothing is wrong with it.
    #[must_use]
    pub fn invoice(&self) -> Option<&Invoice> {
        self.invoice.as_deref()
    }

    /// Everything that is wrong, ordered by path. Of files that exclude one
    /// another, such as two invoices, the first that came counts.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// How many further problems there are that are not listed: see
    /// [`Limits::problems`](super::Limits::problems).
    #[must_use]
    pub fn omitted(&self) -> usize {
        self.omitted
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_problems(formatter, &self.problems, self.omitted)
    }
}

impl core::error::Error for Refused {}

impl From<ContentError> for ProblemKind {
    fn from(error: ContentError) -> Self {
        Self::Content(error)
    }
}

/// Problems while they are collected: of all that are found, the first ones in
/// the order of the report.
#[derive(Clone, Debug)]
pub(super) struct Found {
    problems: BTreeMap<Rank, ProblemKind>,
    /// How many of them are kept, which is one at least.
    limit: usize,
    /// How many were found.
    count: usize,
}

/// What the report is ordered by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    path: Box<str>,
    /// Nothing for those of the invoice, which stay in the order of its text.
    code: &'static str,
    /// Tells apart what is the same otherwise.
    number: usize,
}

impl Found {
    pub(super) fn up_to(limit: usize) -> Self {
        Self {
            problems: BTreeMap::new(),
            limit: limit.max(1),
            count: 0,
        }
    }

    /// Takes note of a problem.
    pub(super) fn push(&mut self, path: impl AsRef<str>, kind: ProblemKind) {
        let rank = Rank {
            path: beginning(path.as_ref(), LONGEST_PATH),
            code: match kind {
                ProblemKind::Invoice(_) => "",
                _ => kind.code(),
            },
            number: self.count,
        };
        self.count += 1;
        self.problems.insert(rank, kind);
        if self.problems.len() > self.limit {
            self.problems.pop_last();
        }
    }

    /// Takes note of a problem that the caller is told of, too.
    pub(super) fn tell(&mut self, path: &str, kind: ProblemKind) -> ProblemKind {
        self.push(path, kind.clone());
        kind
    }

    /// Takes note of what is wrong with the invoice.
    pub(super) fn push_all(&mut self, path: &str, problems: Problems) {
        let omitted = problems.omitted();
        let errors = problems.into_iter();
        for problem in errors.filter(|problem| problem.severity() == Severity::Error) {
            self.push(path, ProblemKind::Invoice(problem));
        }
        self.count += omitted;
    }

    pub(super) fn is_empty(&self) -> bool {
        self.count == 0
    }

    pub(super) fn refuse(self, invoice: Option<Box<Invoice>>) -> Refused {
        let omitted = self.count - self.problems.len();
        let problems = self.problems.into_iter();
        let problems = problems.map(|(Rank { path, .. }, kind)| Problem { path, kind });
        Refused {
            invoice,
            problems: problems.collect(),
            omitted,
        }
    }
}
