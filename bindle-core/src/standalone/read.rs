use alloc::boxed::Box;
use alloc::collections::btree_map as map;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::ToString;
use alloc::vec;
use alloc::vec::Vec;

use super::path::{self, Target};
use super::problem::Found;
use super::{ProblemKind, Refused};
use crate::registry;
use crate::text::excerpt;
use crate::{ContentError, Digest, Digester, Invoice, InvoiceReader, Label, Problems, ReadInvoice};

/// What a standalone bindle may hold at most: a guard against hostile
/// archives.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes of all files together; 4 GiB by default. They are only counted,
    /// not held.
    pub bytes: u64,
    /// Files, folders and other entries; 300,000 by default. About 100 bytes
    /// are held for each parcel, and 500 for one in a folder of its own.
    pub entries: u64,
    /// What the invoice may contain.
    pub invoice: crate::Limits,
    /// Problems that are listed; 1,000 by default. Further ones are only
    /// counted.
    pub problems: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 4 << 30,
            entries: 300_000,
            invoice: crate::Limits::default(),
            problems: 1_000,
        }
    }
}

/// Whether all parcels have to be there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Completeness {
    /// Each parcel of the invoice.
    #[default]
    Complete,
    /// Any number of them, even none. The specification allows this for clients
    /// that fetch the rest from a registry.
    Partial,
}

/// Checks the files of a standalone bindle while they are read, one after the
/// other, in any order.
///
/// The reader holds the invoice, and the digest and size of each parcel.
/// Parcels that come before the invoice are checked against it at the end;
/// those that come after it are checked at once. [`finish`](Self::finish)
/// reports everything that is wrong; each step reports what makes it pointless
/// to read on.
///
/// ```
/// use bindle_core::standalone::Reader;
///
/// let mut reader = Reader::new();
/// let error = reader.handle_file("../../etc/passwd").unwrap_err();
/// assert_eq!(error.code(), "dot-segment");
/// let refused = reader.finish().unwrap_err();
/// assert_eq!(refused.to_string(), "\"../../etc/passwd\": the path has a segment `.` or `..`, \
///     which may lead out of the bindle\n\"invoice.toml\": the invoice is missing");
/// ```
#[derive(Clone, Debug)]
pub struct Reader {
    limits: Limits,
    completeness: Completeness,
    entries: u64,
    bytes: u64,
    invoice: Option<InvoiceFile>,
    /// The folders of bindles, each with its number: one, unless something is
    /// wrong.
    directories: BTreeMap<Box<str>, usize>,
    /// The parcels, by the number of their folder.
    parcels: BTreeMap<(usize, Digest), ParcelState>,
    found: Found,
}

/// The first invoice that came.
#[derive(Clone, Debug)]
struct InvoiceFile {
    directory: Box<str>,
    state: InvoiceState,
}

#[derive(Clone, Debug)]
enum InvoiceState {
    Incomplete,
    /// What is wrong with it was told.
    Refused,
    Read {
        invoice: Box<ReadInvoice>,
        /// The announced size of each content.
        sizes: BTreeMap<Digest, u64>,
    },
}

/// What came of a parcel.
#[derive(Clone, Copy, Debug)]
enum ParcelState {
    Incomplete,
    /// What is wrong with it was told.
    Refused,
    /// It was left unread where the invoice had announced its end.
    TooLong {
        announced: u64,
    },
    Whole {
        digest: Digest,
        size: u64,
    },
}

impl Reader {
    /// A reader of complete bindles, with the default limits.
    #[must_use]
    pub fn new() -> Self {
        let limits = Limits::default();
        Self {
            completeness: Completeness::default(),
            entries: 0,
            bytes: 0,
            invoice: None,
            directories: BTreeMap::new(),
            parcels: BTreeMap::new(),
            found: Found::up_to(limits.problems),
            limits,
        }
    }

    /// Sets whether all parcels have to be there.
    #[must_use]
    pub fn with_completeness(mut self, completeness: Completeness) -> Self {
        self.completeness = completeness;
        self
    }

    /// Changes the limits.
    #[must_use]
    pub fn with_limits(mut self, change: impl FnOnce(&mut Limits)) -> Self {
        change(&mut self.limits);
        self.found = Found::up_to(self.limits.problems);
        self
    }

    /// Begins a file. Pass its content to the [`Entry`].
    ///
    /// # Errors
    ///
    /// The reason why the content need not be read: see [`ProblemKind`]. The
    /// problem will also be in the report of [`finish`](Self::finish).
    ///
    /// - a path that is not one of a standalone bindle, or might lead out of it;
    /// - a file that came before, or an invoice beside that of the bindle;
    /// - a parcel that the invoice, if it came before, does not list;
    /// - more entries than the limit.
    pub fn handle_file<'r>(&'r mut self, path: &'r str) -> Result<Entry<'r>, ProblemKind> {
        self.count(path)?;
        let target = match path::file(path) {
            Ok(target) => target,
            Err(kind) => return Err(self.found.tell(path, kind)),
        };
        let part = match target {
            Target::Invoice { directory } => {
                if let Some(first) = &self.invoice {
                    let kind = if *first.directory == *directory {
                        ProblemKind::Duplicate
                    } else {
                        let directory = first.directory.clone();
                        ProblemKind::OtherDirectory { directory }
                    };
                    return Err(self.found.tell(path, kind));
                }
                let file = self.invoice.insert(InvoiceFile {
                    directory: directory.into(),
                    state: InvoiceState::Incomplete,
                });
                Part::Invoice {
                    state: &mut file.state,
                    text: Vec::new(),
                }
            }
            Target::Parcel { directory, digest } => {
                let number = self.number(directory);
                let map::Entry::Vacant(vacant) = self.parcels.entry((number, digest)) else {
                    return Err(self.found.tell(path, ProblemKind::Duplicate));
                };
                let state = vacant.insert(ParcelState::Incomplete);
                let announced = match &self.invoice {
                    Some(file) if *file.directory == *directory => match file.announced(&digest) {
                        Ok(announced) => announced,
                        Err(kind) => {
                            *state = ParcelState::Refused;
                            return Err(self.found.tell(path, kind));
                        }
                    },
                    Some(_) | None => None,
                };
                Part::Parcel {
                    state,
                    name: digest,
                    announced,
                    digester: Digester::new(),
                }
            }
        };
        Ok(Entry {
            path,
            limits: &self.limits,
            bytes: &mut self.bytes,
            found: &mut self.found,
            part,
            failure: None,
        })
    }

    /// Takes note of a folder. If your listing has no folders, you need not
    /// call it.
    ///
    /// # Errors
    ///
    /// As [`handle_file`](Self::handle_file), for a path that is neither the
    /// folder of a bindle nor `parcels` in it.
    pub fn handle_folder(&mut self, path: &str) -> Result<(), ProblemKind> {
        self.count(path)?;
        match path::folder(path) {
            Ok(Some(directory)) => {
                self.number(directory);
                Ok(())
            }
            Ok(None) => Ok(()),
            Err(kind) => Err(self.found.tell(path, kind)),
        }
    }

    /// Takes note of something that is neither a file nor a folder, such as a
    /// link, and refuses it, whatever its path.
    pub fn handle_other(&mut self, path: &str) -> ProblemKind {
        match self.count(path) {
            Ok(()) => self.found.tell(path, ProblemKind::NotAFile),
            Err(kind) => kind,
        }
    }

    /// The number of a folder of a bindle.
    fn number(&mut self, directory: &str) -> usize {
        if let Some(number) = self.directories.get(directory) {
            return *number;
        }
        let number = self.directories.len();
        self.directories.insert(directory.into(), number);
        number
    }

    fn count(&mut self, path: &str) -> Result<(), ProblemKind> {
        self.entries = self.entries.saturating_add(1);
        let limit = self.limits.entries;
        if self.entries <= limit {
            return Ok(());
        }
        let what = "files and folders";
        let kind = ProblemKind::Limit { what, limit };
        // Once will do.
        if self.entries == limit.saturating_add(1) {
            self.found.push(path, kind.clone());
        }
        Err(kind)
    }

    /// Ends the listing.
    ///
    /// # Errors
    ///
    /// Everything that is wrong, together with the invoice if that is valid:
    ///
    /// - what [`handle_file`](Self::handle_file) and the others refused;
    /// - no invoice, or one that is not valid;
    /// - a folder that is not named by the canonical name of the bindle;
    /// - another folder beside it;
    /// - parcels that are not what their file names and labels announce, or that
    ///   the invoice does not list;
    /// - parcels that are missing, unless the bindle may be
    ///   [partial](Completeness::Partial), or there is more than may be read;
    /// - files that were begun and not ended.
    pub fn finish(mut self) -> Result<Standalone, Refused> {
        let Some(InvoiceFile { directory, state }) = self.invoice.take() else {
            let first = self.directories.keys().next();
            let path = first.map_or("invoice.toml".into(), |first| path::invoice(first));
            if !self.is_cut_short() {
                self.found.push(path, ProblemKind::MissingInvoice);
            }
            return Err(self.refuse());
        };
        let (invoice, sizes) = match state {
            InvoiceState::Read { invoice, sizes } => (invoice, sizes),
            InvoiceState::Refused => return Err(self.refuse()),
            InvoiceState::Incomplete => {
                let path = path::invoice(&directory);
                self.found.push(path, ProblemKind::Incomplete);
                return Err(self.refuse());
            }
        };

        let id = invoice.invoice().id();
        let expected = id.canonical_name();
        if *directory != *expected.to_string() {
            let id = id.clone();
            let kind = ProblemKind::WrongDirectory { id, expected };
            self.found.push(&*directory, kind);
        }
        for other in self.directories.keys().filter(|it| **it != directory) {
            let directory = directory.clone();
            let kind = ProblemKind::OtherDirectory { directory };
            self.found.push(other, kind);
        }
        let here = self.directories.get(&directory).copied();
        self.check_parcels(|number, name, state| match sizes.get(name) {
            // The whole folder is in the wrong place.
            _ if here != Some(number) => Ok(()),
            None => Err(ProblemKind::NotInInvoice { id: id.clone() }),
            Some(size) => state.check(name, Some(*size)),
        });
        let there = self.parcels.keys();
        let there = there.filter(|(number, _)| here == Some(*number));
        let standalone = Standalone {
            there: there.map(|(_, digest)| *digest).collect(),
            invoice: *invoice,
        };
        if self.completeness == Completeness::Complete && !self.is_cut_short() {
            for label in standalone.missing() {
                let name = excerpt(label.name());
                let path = path::parcel(&directory, &label.digest());
                self.found.push(path, ProblemKind::MissingParcel { name });
            }
        }
        if self.found.is_empty() {
            return Ok(standalone);
        }
        let invoice = standalone.into_invoice();
        Err(self.found.refuse(Some(invoice.into())))
    }

    /// Whether there is more than was read: what is missing may be there.
    fn is_cut_short(&self) -> bool {
        self.entries > self.limits.entries || self.bytes > self.limits.bytes
    }

    /// The report if there is no invoice that says anything about the parcels.
    fn refuse(mut self) -> Refused {
        self.check_parcels(|_, name, state| state.check(name, None));
        self.found.refuse(None)
    }

    /// Checks the parcels about which nothing was reported before.
    fn check_parcels(
        &mut self,
        check: impl Fn(usize, &Digest, ParcelState) -> Result<(), ProblemKind>,
    ) {
        let mut directories = vec![""; self.directories.len()];
        for (directory, number) in &self.directories {
            directories[*number] = directory;
        }
        for ((number, name), state) in &self.parcels {
            if matches!(state, ParcelState::Refused) {
                continue;
            }
            if let Err(kind) = check(*number, name, *state) {
                let path = path::parcel(directories[*number], name);
                self.found.push(path, kind);
            }
        }
    }
}

impl Default for Reader {
    fn default() -> Self {
        Self::new()
    }
}

impl InvoiceFile {
    /// The size of a content, if the invoice could be read.
    fn announced(&self, digest: &Digest) -> Result<Option<u64>, ProblemKind> {
        match &self.state {
            InvoiceState::Incomplete | InvoiceState::Refused => Ok(None),
            InvoiceState::Read { invoice, sizes } => match sizes.get(digest) {
                Some(size) => Ok(Some(*size)),
                None => Err(ProblemKind::NotInInvoice {
                    id: invoice.invoice().id().clone(),
                }),
            },
        }
    }
}

impl ParcelState {
    /// Compares the content with the name of its file, and with the announced
    /// size, if there is one.
    fn check(self, name: &Digest, announced: Option<u64>) -> Result<(), ProblemKind> {
        let (actual, size) = match self {
            Self::Incomplete => return Err(ProblemKind::Incomplete),
            // What is wrong was told.
            Self::Refused => return Ok(()),
            Self::TooLong { announced } => {
                let expected = announced;
                return Err(ContentError::TooLong { expected }.into());
            }
            Self::Whole { digest, size } => (digest, size),
        };
        match announced {
            Some(expected) if size > expected => Err(ContentError::TooLong { expected }.into()),
            Some(expected) if size < expected => {
                let actual = size;
                Err(ContentError::TooShort { expected, actual }.into())
            }
            _ if actual != *name => {
                let expected = *name;
                Err(ContentError::Digest { expected, actual }.into())
            }
            _ => Ok(()),
        }
    }
}

/// A file that is being read.
///
/// With the feature `std` it is a [`std::io::Write`]. One that is dropped
/// before it is [finished](Self::finish) was not read to its end.
#[derive(Debug)]
pub struct Entry<'r> {
    path: &'r str,
    limits: &'r Limits,
    /// Of all files so far.
    bytes: &'r mut u64,
    found: &'r mut Found,
    part: Part<'r>,
    failure: Option<ProblemKind>,
}

#[derive(Debug)]
enum Part<'r> {
    Invoice {
        state: &'r mut InvoiceState,
        text: Vec<u8>,
    },
    Parcel {
        state: &'r mut ParcelState,
        /// The digest that the file is named by.
        name: Digest,
        announced: Option<u64>,
        digester: Digester,
    },
}

/// Which file of a standalone bindle it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntryKind {
    /// The invoice.
    Invoice,
    /// The parcel whose content is announced to have this digest.
    Parcel(Digest),
}

/// What is known about a file that was read to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Arrival {
    /// The invoice, which is valid.
    Invoice,
    /// A parcel with the digest in the name of its file. The invoice has not
    /// been read yet, so only the end will show whether it lists the parcel.
    Named(Digest),
    /// A parcel of the invoice, with the digest and the size of its label.
    Verified(Digest),
    /// Something is wrong with it, which will be in the report.
    Refused,
}

impl Entry<'_> {
    /// Which file it is.
    #[must_use]
    pub fn kind(&self) -> EntryKind {
        match &self.part {
            Part::Invoice { .. } => EntryKind::Invoice,
            Part::Parcel { name, .. } => EntryKind::Parcel(*name),
        }
    }

    /// Takes the next bytes.
    ///
    /// # Errors
    ///
    /// The reason why the rest of the file need not be read:
    ///
    /// - more bytes than the invoice, if it came before, announces;
    /// - more bytes than the limit of the invoice or of all files.
    pub fn update(&mut self, chunk: &[u8]) -> Result<(), ProblemKind> {
        if let Some(failure) = &self.failure {
            return Err(failure.clone());
        }
        let length = chunk.len() as u64;
        let limit = self.limits.bytes;
        let was_within = *self.bytes <= limit;
        *self.bytes = self.bytes.saturating_add(length);
        if *self.bytes > limit {
            let what = "bytes of files";
            let kind = ProblemKind::Limit { what, limit };
            // Once will do.
            if was_within {
                self.found.push(self.path, kind.clone());
            }
            return Err(self.refuse(kind));
        }
        match &mut self.part {
            Part::Invoice { text, .. } => {
                let limit = self.limits.invoice.bytes;
                if chunk.len() > limit - text.len() {
                    let limit = limit as u64;
                    let what = "bytes of the invoice";
                    let kind = self
                        .found
                        .tell(self.path, ProblemKind::Limit { what, limit });
                    return Err(self.refuse(kind));
                }
                text.extend_from_slice(chunk);
            }
            Part::Parcel {
                state,
                announced,
                digester,
                ..
            } => {
                digester.update(chunk);
                if let Some(announced) = announced.filter(|size| digester.size() > *size) {
                    **state = ParcelState::TooLong { announced };
                    let expected = announced;
                    let kind = ProblemKind::from(ContentError::TooLong { expected });
                    self.failure = Some(kind.clone());
                    return Err(kind);
                }
            }
        }
        Ok(())
    }

    /// Ends the file, and returns whether it is what it should be. If it is
    /// not, the report at the end says what is wrong.
    #[expect(clippy::must_use_candidate, reason = "the report tells it, too")]
    pub fn finish(self) -> Arrival {
        if self.failure.is_some() {
            return Arrival::Refused;
        }
        match self.part {
            Part::Invoice { state, text } => {
                let reader = InvoiceReader::new();
                let reader = reader.with_limits(|limits| *limits = self.limits.invoice.clone());
                match reader.read_bytes(&text) {
                    Ok(invoice) => {
                        let parcels = invoice.invoice().parcels().iter();
                        let sizes = parcels.map(|parcel| {
                            let label = parcel.label();
                            (label.digest(), label.size())
                        });
                        *state = InvoiceState::Read {
                            sizes: sizes.collect(),
                            invoice: invoice.into(),
                        };
                        Arrival::Invoice
                    }
                    Err(problems) => {
                        *state = InvoiceState::Refused;
                        self.found.push_all(self.path, problems);
                        Arrival::Refused
                    }
                }
            }
            Part::Parcel {
                state,
                name,
                announced,
                digester,
            } => {
                let (digest, size) = digester.finish();
                *state = ParcelState::Whole { digest, size };
                match (state.check(&name, announced), announced) {
                    (Err(_), _) => Arrival::Refused,
                    (Ok(()), Some(_)) => Arrival::Verified(name),
                    (Ok(()), None) => Arrival::Named(name),
                }
            }
        }
    }

    /// Marks the file as one about which nothing more is to be reported.
    fn refuse(&mut self, kind: ProblemKind) -> ProblemKind {
        match &mut self.part {
            Part::Invoice { state, .. } => **state = InvoiceState::Refused,
            Part::Parcel { state, .. } => **state = ParcelState::Refused,
        }
        self.failure = Some(kind.clone());
        kind
    }
}

#[cfg(feature = "std")]
impl std::io::Write for Entry<'_> {
    fn write(&mut self, chunk: &[u8]) -> std::io::Result<usize> {
        self.update(chunk)
            .map_err(|error| std::io::Error::new(std::io::ErrorKind::InvalidData, error))?;
        Ok(chunk.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// A standalone bindle that was read. Every file in it is what the invoice
/// lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standalone {
    invoice: ReadInvoice,
    there: BTreeSet<Digest>,
}

impl Standalone {
    /// The invoice.
    #[must_use]
    pub fn invoice(&self) -> &Invoice {
        self.invoice.invoice()
    }

    /// Takes the invoice out.
    #[must_use]
    pub fn into_invoice(self) -> Invoice {
        self.invoice.into_invoice()
    }

    /// What the specification advises against in the invoice.
    #[must_use]
    pub fn lints(&self) -> &Problems {
        self.invoice.lints()
    }

    /// Whether the content with this digest is there.
    #[must_use]
    pub fn has(&self, digest: &Digest) -> bool {
        self.there.contains(digest)
    }

    /// The missing parcels in the order of the invoice, each content once.
    /// There are none unless the bindle may be
    /// [partial](Completeness::Partial).
    #[must_use]
    pub fn missing(&self) -> Vec<&Label> {
        registry::missing(self.invoice(), |digest| self.has(digest))
    }
}
