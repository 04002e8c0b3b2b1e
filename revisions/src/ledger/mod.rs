//! The ledger: registrations and yanks, in order.

mod checkpoint;
mod entry;
mod index;
mod log;
mod matches;
pub mod merkle;
mod pages;
mod snapshot;
mod sorted;

use alloc::string::ToString;
use alloc::vec::Vec;
use core::fmt;
use core::num::NonZeroU64;

use bindle_core::{Digest, Id, Name};
use semver::Version;
use serde::Serialize;
use thiserror::Error;

pub use self::checkpoint::{Checkpoint, ExtensionError, ParseCheckpointError};
pub use self::entry::{DecodeEntryError, Entry};
use self::index::Index;
pub use self::log::{ApplyError, ReadLogError, Receipt};
use self::matches::Matches;
use self::merkle::{Frontier, Tree};
use self::pages::Pages;
pub use self::snapshot::ReadSnapshotError;
use crate::{Revision, Rule};

/// An append-only ledger of the revisions of one application.
///
/// A registered number stands for the same content for ever, and a yank cannot
/// be undone. The [guide](crate::guide::history) shows how others can check that.
///
/// ```
/// use bindle_core::{Digest, Id};
/// use revisions::{Ledger, Recorded};
///
/// let mut ledger = Ledger::new("example.com/hello".parse()?);
/// let id: Id = "example.com/hello/0.1.0+q1a2b3c4".parse()?;
/// assert!(matches!(ledger.register(&id, Digest::of(b"one"))?, Recorded::New(_)));
/// assert!(matches!(ledger.register(&id, Digest::of(b"one"))?, Recorded::Known));
///
/// let error = ledger.register(&id, Digest::of(b"two")).unwrap_err();
/// assert!(error.to_string().starts_with("revision 0.1.0+q1a2b3c4 is registered with the content"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Ledger {
    name: Name,
    precedence: Precedence,
    revisions: Pages<Revision>,
    index: Index,
    history: Frontier,
}

/// Whether revisions may differ in build metadata alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Precedence {
    /// They may. The one that is registered later is the newer one.
    #[default]
    Shared,
    /// They may not.
    Unique,
}

impl Ledger {
    /// An empty ledger for the bindles with this name.
    #[must_use]
    pub fn new(name: Name) -> Self {
        Self {
            name,
            precedence: Precedence::Shared,
            revisions: Pages::new(),
            index: Index::new(),
            history: Frontier::default(),
        }
    }

    /// Sets whether further revisions may differ from others in build metadata
    /// alone.
    #[must_use]
    pub fn with_precedence(mut self, precedence: Precedence) -> Self {
        self.precedence = precedence;
        self
    }

    /// The name of the bindles.
    #[must_use]
    pub fn name(&self) -> &Name {
        &self.name
    }

    /// The number of entries.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.history.size()
    }

    /// The root of the hash tree over all entries.
    #[must_use]
    pub fn root(&self) -> Digest {
        self.history.root()
    }

    /// The size and the root, under the name of the ledger.
    #[must_use]
    pub fn checkpoint(&self) -> Checkpoint {
        Checkpoint::new(self.name.clone(), self.size(), self.root())
    }

    /// Makes the hash tree over all entries, which can prove what is in the
    /// ledger. This hashes every entry: keep the tree, and
    /// [append](Tree::append) to it.
    #[must_use]
    pub fn tree(&self) -> Tree {
        self.entries().map(|entry| entry.leaf_hash()).collect()
    }

    /// Checks that the ledger still starts with the entries of an earlier
    /// checkpoint. This hashes every entry up to there.
    ///
    /// # Errors
    ///
    /// - a checkpoint of another ledger;
    /// - fewer entries than at the checkpoint;
    /// - other entries than at the checkpoint.
    pub fn check_extends(&self, older: &Checkpoint) -> Result<(), ExtensionError> {
        let mut history = Frontier::default();
        let size = usize::try_from(older.size()).unwrap_or(usize::MAX);
        for entry in self.entries().take(size) {
            history.append(entry.leaf_hash());
        }
        older.check_same(&self.name, history.size(), history.root())
    }

    /// Registers the bindle `id` as a revision; `content` is the content digest
    /// of its invoice.
    ///
    /// Registering the same again changes nothing, which the result says. That
    /// also holds for a yanked revision, which stays yanked.
    ///
    /// # Errors
    ///
    /// - the name is not that of the ledger;
    /// - the number is longer than [`Revision::MAX_NUMBER_LEN`];
    /// - the number is registered with other content;
    /// - under [`Precedence::Unique`], a registered number differs in build
    ///   metadata alone.
    pub fn register(&mut self, id: &Id, content: Digest) -> Result<Recorded, RegisterError> {
        let entry = self.insert_revision(id, content)?;
        Ok(self.recorded(entry))
    }

    fn insert_revision(
        &mut self,
        id: &Id,
        content: Digest,
    ) -> Result<Option<Entry>, RegisterError> {
        let number = id.version();
        if *id.name() != self.name {
            return Err(RegisterError::OtherName {
                id: id.clone(),
                name: self.name.clone(),
            });
        }
        let vacancy = match self.index.find(number, &self.revisions) {
            Ok(ordinal) => return self.check_same(ordinal, content).map(|()| None),
            Err(vacancy) => vacancy,
        };
        self.check_number(number)?;
        let revision = Revision {
            number: number.clone(),
            content,
            sequence: self.revisions.len() as u64,
            yanked: None,
        };
        self.index.register(&revision, vacancy, &self.revisions);
        self.revisions.push(revision);
        let number = number.clone();
        Ok(Some(self.append(Entry::Register { number, content })))
    }

    /// Checks that a registered revision stands for this content.
    fn check_same(&self, ordinal: usize, content: Digest) -> Result<(), RegisterError> {
        match self.revisions.get(ordinal) {
            Some(known) if known.content != content => Err(RegisterError::OtherContent {
                number: known.number.clone(),
                registered: known.content,
                refused: content,
            }),
            _ => Ok(()),
        }
    }

    fn check_number(&self, number: &Version) -> Result<(), RegisterError> {
        // Only the texts have no limit of their own: the rest is at most three numbers
        // of 20 digits and four separators.
        if number.pre.len() + number.build.len() > Revision::MAX_NUMBER_LEN - 64 {
            let length = number.to_string().len();
            if length > Revision::MAX_NUMBER_LEN {
                return Err(RegisterError::TooLong { length });
            }
        }
        if self.precedence == Precedence::Unique {
            if let Some(other) = self.index.same_precedence(number, &self.revisions) {
                return Err(RegisterError::SharedPrecedence {
                    number: number.clone(),
                    registered: other.number.clone(),
                });
            }
        }
        Ok(())
    }

    /// Yanks a revision, so that it is not selected any more. This cannot be
    /// undone.
    ///
    /// # Errors
    ///
    /// - the number is not registered.
    pub fn yank(&mut self, number: &Version) -> Result<Recorded, YankError> {
        let entry = self.insert_yank(number)?;
        Ok(self.recorded(entry))
    }

    fn insert_yank(&mut self, number: &Version) -> Result<Option<Entry>, YankError> {
        let unknown = || YankError::Unregistered(number.clone());
        let ordinal = self.index.find(number, &self.revisions);
        let ordinal = ordinal.map_err(|_| unknown())?;
        let place = self.size();
        let revision = self.revisions.get_mut(ordinal).ok_or_else(unknown)?;
        if revision.is_yanked() {
            return Ok(None);
        }
        revision.yanked = NonZeroU64::new(place);
        self.index.yank(ordinal, &self.revisions);
        let number = number.clone();
        Ok(Some(self.append(Entry::Yank { number })))
    }

    fn append(&mut self, entry: Entry) -> Entry {
        self.history.append(entry.leaf_hash());
        entry
    }

    fn recorded(&self, entry: Option<Entry>) -> Recorded {
        entry.map_or(Recorded::Known, |entry| Recorded::New(self.receipt(entry)))
    }

    /// The receipt of the last entry.
    fn receipt(&self, entry: Entry) -> Receipt {
        let history = self.history.clone();
        Receipt { entry, history }
    }

    /// The revision with exactly this number, including build metadata.
    #[must_use]
    pub fn get(&self, number: &Version) -> Option<&Revision> {
        let ordinal = self.index.find(number, &self.revisions).ok()?;
        self.revisions.get(ordinal)
    }

    /// Every revision, yanked ones included, in the order of registration.
    #[must_use]
    pub fn revisions(&self) -> impl DoubleEndedIterator<Item = &Revision> + Clone {
        self.revisions.iter()
    }

    /// The highest revision that `rule` selects among those not yanked.
    #[must_use]
    pub fn highest(&self, rule: &Rule) -> Option<&Revision> {
        self.matches(rule).next()
    }

    /// The revisions that `rule` selects among those not yanked, best first.
    ///
    /// The iterator is lazy, and does not look at revisions that do not match.
    /// Only a `P:` rule looks at all prereleases with its prefix, the newest
    /// first, until one is in its range.
    pub fn matches<'l, 'r>(
        &'l self,
        rule: &'r Rule,
    ) -> impl Iterator<Item = &'l Revision> + use<'l, 'r> {
        Matches::new(self, rule)
    }

    /// Every entry, in order.
    pub fn entries(&self) -> impl Iterator<Item = Entry> + '_ {
        let mut yanks: Vec<(u64, &Revision)> = self
            .revisions()
            .filter_map(|revision| Some((revision.yanked?.get(), revision)))
            .collect();
        yanks.sort_unstable_by_key(|(place, _)| *place);
        let mut yanks = yanks.into_iter().peekable();
        let mut revisions = self.revisions();
        (0..self.size()).map_while(move |place| {
            if let Some((_, revision)) = yanks.next_if(|(at, _)| *at == place) {
                let number = revision.number.clone();
                return Some(Entry::Yank { number });
            }
            revisions.next().map(|revision| Entry::Register {
                number: revision.number.clone(),
                content: revision.content,
            })
        })
    }
}

/// Two ledgers are equal if they have the same name and the same entries. Their
/// [`Precedence`] does not matter.
impl PartialEq for Ledger {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
            && self.history == other.history
            && self.revisions().eq(other.revisions())
    }
}

impl Eq for Ledger {}

impl fmt::Debug for Ledger {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Ledger")
            .field("name", &self.name)
            .field("size", &self.size())
            .field("root", &self.root())
            .finish_non_exhaustive()
    }
}

/// What [`Ledger::register`] and [`Ledger::yank`] did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[must_use]
pub enum Recorded {
    /// They added this entry.
    New(Receipt),
    /// Nothing, since the same was registered or yanked before.
    Known,
}

impl Recorded {
    /// The entry that was added, if one was.
    #[must_use]
    pub fn receipt(&self) -> Option<&Receipt> {
        match self {
            Self::New(receipt) => Some(receipt),
            Self::Known => None,
        }
    }
}

/// A revision that cannot be registered.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RegisterError {
    /// The number stands for other content.
    #[error(
        "revision {number} is registered with the content {registered}, which never changes; \
         refused {refused}: give the new content a new version or build metadata"
    )]
    OtherContent {
        /// The number that both have.
        number: Version,
        /// The content that it stands for.
        registered: Digest,
        /// The content that was refused.
        refused: Digest,
    },
    /// The bindle has another name than the ledger.
    #[error("bindle {id} is not of the ledger of {name}")]
    OtherName {
        /// The id that was refused.
        id: Id,
        /// The name of the ledger.
        name: Name,
    },
    /// Another revision differs in build metadata alone, which is not allowed.
    #[error(
        "revision {number} has the same precedence as {registered}: they differ in build metadata \
         alone; raise the version"
    )]
    SharedPrecedence {
        /// The number that was refused.
        number: Version,
        /// The number that is registered.
        registered: Version,
    },
    /// The number is longer than [`Revision::MAX_NUMBER_LEN`].
    #[error(
        "the revision number has {length} bytes; at most {max} are allowed",
        max = Revision::MAX_NUMBER_LEN
    )]
    TooLong {
        /// The length of its text in bytes.
        length: usize,
    },
}

/// A revision that cannot be yanked.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum YankError {
    /// The number is not registered.
    #[error("revision {0} is not registered, so there is nothing to yank")]
    Unregistered(Version),
}
