use alloc::vec::Vec;

use bindle_core::Digest;
use thiserror::Error;

use super::log::{ApplyError, LogProblem, read_header};
use super::{DecodeEntryError, Entry, Ledger};

const MAGIC: &[u8] = b"revisions snapshot 1\n";

/// # Snapshots: ledgers in fewer bytes
///
/// The text `revisions snapshot 1`, a line feed, the length of the name in one
/// byte, the name, the size in eight bytes, big-endian, the 32 bytes of the
/// root, and the [entries](Entry) without their roots.
impl Ledger {
    /// Writes the whole ledger as a snapshot.
    #[must_use]
    pub fn to_snapshot(&self) -> Vec<u8> {
        let mut bytes = self.header(MAGIC);
        bytes.extend_from_slice(&self.size().to_be_bytes());
        bytes.extend_from_slice(self.root().as_bytes());
        for entry in self.entries() {
            bytes.extend_from_slice(&entry.to_bytes());
        }
        bytes
    }

    /// Reads a snapshot, and checks that its entries lead to its root.
    ///
    /// Read later entries with [`read_log_tail`](Ledger::read_log_tail): a
    /// snapshot and the tail of the log give the same ledger as the whole log.
    ///
    /// # Errors
    ///
    /// - a snapshot that does not start as described;
    /// - bytes that are not an entry, or an entry that contradicts an earlier one;
    /// - another number of entries, or another root, than the snapshot states.
    pub fn from_snapshot(snapshot: &[u8]) -> Result<Self, ReadSnapshotError> {
        let (name, rest) = read_header(snapshot, MAGIC).map_err(|problem| match problem {
            LogProblem::Name(error) => ReadSnapshotError::Name(error),
            _ => ReadSnapshotError::Header,
        })?;
        let (size, rest) = rest.split_first_chunk().ok_or(ReadSnapshotError::Header)?;
        let (root, mut rest) = rest
            .split_first_chunk::<32>()
            .ok_or(ReadSnapshotError::Header)?;
        let mut ledger = Self::new(name);
        while !rest.is_empty() {
            let entry = ledger.size();
            let (next, after) =
                Entry::decode(rest).map_err(|error| ReadSnapshotError::Entry { entry, error })?;
            ledger
                .insert(next)
                .map_err(|error| ReadSnapshotError::Apply { entry, error })?;
            rest = after;
        }
        let (size, root) = (u64::from_be_bytes(*size), Digest::from(*root));
        if (size, root) != (ledger.size(), ledger.root()) {
            return Err(ReadSnapshotError::Root {
                stated: (size, root),
                found: (ledger.size(), ledger.root()),
            });
        }
        Ok(ledger)
    }
}

/// A snapshot that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ReadSnapshotError {
    /// An entry contradicts an earlier one.
    #[error("entry {entry} of the snapshot: {error}")]
    Apply {
        /// Which entry, counted from 0.
        entry: u64,
        /// What is wrong with it.
        error: ApplyError,
    },
    /// The bytes are not an entry.
    #[error("entry {entry} of the snapshot: {error}")]
    Entry {
        /// Which entry, counted from 0.
        entry: u64,
        /// What is wrong with it.
        error: DecodeEntryError,
    },
    /// It does not start like a snapshot.
    #[error(
        "the snapshot does not start with the line `revisions snapshot 1`, a name, a size and a root"
    )]
    Header,
    /// Its name is not valid.
    #[error("the name of the ledger is wrong: {0}")]
    Name(bindle_core::ParseNameError),
    /// Its entries are not those from which it was made.
    #[error(
        "the snapshot states {} entries with the root {}, but has {} with {}",
        .stated.0, .stated.1, .found.0, .found.1
    )]
    Root {
        /// The size and the root that it states.
        stated: (u64, Digest),
        /// The size and the root that its entries have.
        found: (u64, Digest),
    },
}
