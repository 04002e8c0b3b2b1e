use alloc::boxed::Box;
use alloc::vec::Vec;

use bindle_core::{Digest, Id, Name};
use serde::ser::{Serialize, SerializeStruct, Serializer};
use thiserror::Error;

use super::merkle::Frontier;
use super::{DecodeEntryError, Entry, Ledger, RegisterError, YankError};

/// An entry that was added to a ledger, with the root of the history that ends
/// with it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Receipt {
    pub(super) entry: Entry,
    pub(super) history: Frontier,
}

impl Receipt {
    /// The entry.
    #[must_use]
    pub fn entry(&self) -> &Entry {
        &self.entry
    }

    /// The number of entries, including this one.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.history.size()
    }

    /// The root of the history that ends with this entry. Computing it takes
    /// one hash for each binary digit 1 of the size.
    #[must_use]
    pub fn root(&self) -> Digest {
        self.history.root()
    }

    /// The bytes to append to a log: the entry, and the 32 bytes of the root.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.entry.to_bytes();
        bytes.extend_from_slice(self.root().as_bytes());
        bytes
    }
}

/// Serialises as a map of `entry`, `size` and `root`.
impl Serialize for Receipt {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_struct("Receipt", 3)?;
        map.serialize_field("entry", &self.entry)?;
        map.serialize_field("size", &self.size())?;
        map.serialize_field("root", &self.root())?;
        map.end()
    }
}

const MAGIC: &[u8] = b"revisions ledger 1\n";

/// # The log: a ledger as bytes
///
/// The text `revisions ledger 1`, a line feed, the length of the name in one
/// byte, and the name; then for each entry its [encoding](Entry) and the 32
/// bytes of its [root](Receipt::root). A program that keeps the log in a file
/// writes [`Ledger::to_log`] once, and then appends [`Receipt::to_bytes`] of
/// each new entry.
///
/// Since every entry is followed by its root, a changed entry is found at its
/// place. If a log was rewritten with new roots, a
/// [`Checkpoint`](crate::Checkpoint) that is kept elsewhere shows it.
impl Ledger {
    /// Writes the whole ledger as a log.
    #[must_use]
    pub fn to_log(&self) -> Vec<u8> {
        let mut history = Frontier::default();
        let mut bytes = self.header(MAGIC);
        for entry in self.entries() {
            bytes.extend_from_slice(&entry.to_bytes());
            history.append(entry.leaf_hash());
            bytes.extend_from_slice(history.root().as_bytes());
        }
        bytes
    }

    /// Reads a log, and checks every entry and every root in it.
    ///
    /// ```
    /// use bindle_core::Digest;
    /// use revisions::Ledger;
    ///
    /// let mut ledger = Ledger::new("hello".parse()?);
    /// let mut file = ledger.to_log();
    /// for version in ["0.1.0", "0.1.1"] {
    ///     let id = format!("hello/{version}").parse()?;
    ///     let registered = ledger.register(&id, Digest::of(version.as_bytes()))?;
    ///     file.extend(registered.receipt().expect("a new revision").to_bytes());
    /// }
    /// assert_eq!(Ledger::from_log(&file)?, ledger);
    ///
    /// file[30] ^= 1;
    /// let error = Ledger::from_log(&file).unwrap_err();
    /// assert_eq!((error.entry(), error.offset()), (0, 25));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The first entry that is wrong, and where it starts:
    ///
    /// - the log does not start as described, or its name is not valid;
    /// - the bytes end in the middle of an entry, or are not an entry;
    /// - the root after an entry is not that of the entries so far;
    /// - the entry contradicts an earlier one: other content under a number
    ///   that was registered, a number registered or yanked twice, a yank of
    ///   an unknown number.
    pub fn from_log(log: &[u8]) -> Result<Self, ReadLogError> {
        let (name, rest) = read_header(log, MAGIC).map_err(|problem| ReadLogError {
            entry: 0,
            offset: 0,
            problem: Box::new(problem),
        })?;
        let mut ledger = Self::new(name);
        ledger.read_all(rest, log.len() - rest.len())?;
        Ok(ledger)
    }

    /// Reads entries that were appended to the log after those in this ledger:
    /// the bytes of their [receipts](Receipt::to_bytes), one after the other.
    ///
    /// # Errors
    ///
    /// As [`Ledger::from_log`], with the place in `tail`. All entries before
    /// the wrong one are added.
    pub fn read_log_tail(&mut self, tail: &[u8]) -> Result<(), ReadLogError> {
        self.read_all(tail, 0)
    }

    fn read_all(&mut self, mut entries: &[u8], offset: usize) -> Result<(), ReadLogError> {
        let end = offset + entries.len();
        while !entries.is_empty() {
            entries = self.take(entries).map_err(|problem| ReadLogError {
                entry: self.size(),
                offset: end - entries.len(),
                problem: Box::new(problem),
            })?;
        }
        Ok(())
    }

    pub(super) fn header(&self, magic: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::from(magic);
        // A name has at most 255 bytes.
        bytes.push(u8::try_from(self.name.as_str().len()).unwrap_or(u8::MAX));
        bytes.extend_from_slice(self.name.as_str().as_bytes());
        bytes
    }

    /// Takes one entry with its root from a log, and returns what follows.
    fn take<'l>(&mut self, log: &'l [u8]) -> Result<&'l [u8], LogProblem> {
        let (entry, rest) = Entry::decode(log)?;
        let (root, rest) = rest
            .split_first_chunk::<32>()
            .ok_or(LogProblem::Truncated)?;
        let stated = Digest::from(*root);
        let computed = self.history.root_with(entry.leaf_hash());
        if computed != stated {
            return Err(LogProblem::Root {
                entry: Box::new(entry),
                stated,
                computed,
            });
        }
        self.insert(entry)?;
        Ok(rest)
    }

    /// Adds an entry of another ledger with the same name.
    ///
    /// # Errors
    ///
    /// - what [`Ledger::register`] and [`Ledger::yank`] refuse;
    /// - a number that is registered or yanked again: a log has each only once.
    pub fn apply(&mut self, entry: Entry) -> Result<Receipt, ApplyError> {
        let entry = self.insert(entry)?;
        Ok(self.receipt(entry))
    }

    /// As [`Ledger::apply`], without the root.
    pub(super) fn insert(&mut self, entry: Entry) -> Result<Entry, ApplyError> {
        let inserted = match &entry {
            Entry::Register { number, content } => {
                let id = Id::new(self.name.clone(), number.clone());
                self.insert_revision(&id, *content)?
            }
            Entry::Yank { number } => self.insert_yank(number)?,
        };
        inserted.ok_or_else(|| ApplyError::Repeated(Box::new(entry)))
    }
}

pub(super) fn read_header<'l>(log: &'l [u8], magic: &[u8]) -> Result<(Name, &'l [u8]), LogProblem> {
    let rest = log.strip_prefix(magic).ok_or(LogProblem::Header)?;
    let (&length, rest) = rest.split_first().ok_or(LogProblem::Header)?;
    let (name, rest) = rest
        .split_at_checked(usize::from(length))
        .ok_or(LogProblem::Header)?;
    let name = core::str::from_utf8(name).map_err(|_| LogProblem::Header)?;
    let name = name.parse().map_err(LogProblem::Name)?;
    Ok((name, rest))
}

/// An entry that cannot follow those before it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ApplyError {
    /// The registration is refused.
    #[error(transparent)]
    Register(#[from] RegisterError),
    /// The yank is refused.
    #[error(transparent)]
    Yank(#[from] YankError),
    /// The same entry is there already.
    #[error("`{0}` is there already; a ledger takes each entry once")]
    Repeated(Box<Entry>),
}

/// A log that is wrong, and its first wrong entry.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("entry {entry} of the ledger, at byte {offset}: {problem}")]
pub struct ReadLogError {
    entry: u64,
    offset: usize,
    problem: Box<LogProblem>,
}

#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(super) enum LogProblem {
    #[error(transparent)]
    Apply(#[from] ApplyError),
    #[error(transparent)]
    Entry(DecodeEntryError),
    #[error("the log does not start with the line `revisions ledger 1` and a name")]
    Header,
    #[error("the name of the ledger is wrong: {0}")]
    Name(bindle_core::ParseNameError),
    #[error(
        "`{entry}` does not belong here: the root after it is {computed}, the log says {stated}"
    )]
    Root {
        entry: Box<Entry>,
        stated: Digest,
        computed: Digest,
    },
    #[error("the bytes end in the middle of the entry")]
    Truncated,
}

impl From<DecodeEntryError> for LogProblem {
    fn from(error: DecodeEntryError) -> Self {
        match error {
            DecodeEntryError::Truncated => Self::Truncated,
            error => Self::Entry(error),
        }
    }
}

impl ReadLogError {
    /// The first wrong entry, counted from 0.
    #[must_use]
    pub fn entry(&self) -> u64 {
        self.entry
    }

    /// The byte at which it starts. Everything before it is valid.
    #[must_use]
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// Whether the log merely ends in the middle of an entry, as after an
    /// interrupted write. Up to [`ReadLogError::offset`] it is valid.
    ///
    /// False for a log that ends before its first entry could start: it has no
    /// valid part, and has to be written anew.
    #[must_use]
    pub fn is_truncated(&self) -> bool {
        matches!(*self.problem, LogProblem::Truncated)
    }
}
