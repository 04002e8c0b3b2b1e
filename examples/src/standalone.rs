//! Standalone bindles in folders and in archives.
//!
//! The library says what belongs into one, and checks it; this brings the
//! files, and hands over each as it finds it: what is a link, or leads
//! elsewhere, is never followed and never opened.

use std::cell::Cell;
use std::fs::{self, File};
use std::io::{self, BufRead as _, BufReader, BufWriter, Read, Write};
use std::path::Path;
use std::rc::Rc;

use bindle_core::standalone::{
    Content, EntryKind, Layout, ProblemKind, Reader, Refused, Standalone, UnwritableInvoice,
};
use bindle_core::{ContentCheck, ContentError, Invoice, Label};
use flate2::Compression;
use flate2::bufread::MultiGzDecoder;
use flate2::write::GzEncoder;
use tar::{Archive, EntryType, Header};
use thiserror::Error;

/// How a compressed file begins.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// As much as an archive may tell of one file beside its content, in bytes. It
/// is held.
const LONGEST_HEADERS: u64 = 64 << 10;

/// As much of an archive as may be no part of a bindle, in bytes.
const MOST_SKIPPED: u64 = 64 << 20;

/// Reads the standalone bindle at `place`: the folder of the bindle, one that
/// holds it, or an archive, `.tar.gz`, of it.
///
/// `reader` checks the files, and those that it takes are kept as `keep` wants
/// it; none of them is to be trusted before all is read.
///
/// # Errors
///
/// What cannot be read or kept, and what `reader` refuses.
pub fn read(
    place: &Path,
    mut reader: Reader,
    keep: &mut impl Keep,
) -> Result<Standalone, ReadError> {
    let mut visit = |path: &str, member: Member<'_>| {
        let taken = match member {
            Member::File(content) => match reader.handle_file(path) {
                Err(kind) => Err(kind),
                Ok(mut entry) => {
                    let mut copy = keep.begin(entry.kind())?;
                    let mut chunk = vec![0; 64 << 10];
                    loop {
                        let length = content.read(&mut chunk)?;
                        if length == 0 {
                            entry.finish();
                            break Ok(());
                        }
                        if let Err(kind) = entry.update(&chunk[..length]) {
                            break Err(kind);
                        }
                        if let Some(copy) = &mut copy {
                            copy.write_all(&chunk[..length])?;
                        }
                    }
                }
            },
            Member::Folder => reader.handle_folder(path),
            Member::Other => Err(reader.handle_other(path)),
        };
        Ok(match taken {
            Ok(()) => Next::Inside,
            Err(ProblemKind::Limit { .. }) => Next::Nothing,
            Err(_) => Next::Beside,
        })
    };
    if fs::metadata(place)?.is_dir() {
        visit_folder(place, &mut visit)?;
    } else {
        visit_archive(File::open(place)?, &mut visit)?;
    }
    Ok(reader.finish()?)
}

/// Where the content of files is kept while it is read.
pub trait Keep {
    /// Where that of the next file goes; `None` if it is not kept.
    ///
    /// # Errors
    ///
    /// Whatever prevents it from being kept.
    fn begin(&mut self, file: EntryKind) -> io::Result<Option<&mut dyn Write>>;
}

/// Nothing is kept.
impl Keep for () {
    fn begin(&mut self, _: EntryKind) -> io::Result<Option<&mut dyn Write>> {
        Ok(None)
    }
}

/// Something in a folder or an archive.
enum Member<'m> {
    File(&'m mut dyn Read),
    Folder,
    /// A link, for example.
    Other,
}

/// What to visit after something.
#[derive(PartialEq)]
enum Next {
    /// What is in it, and then what is beside it.
    Inside,
    Beside,
    Nothing,
}

type Visit<'v> = dyn FnMut(&str, Member<'_>) -> io::Result<Next> + 'v;

/// Visits what is in a folder, in the order of the names.
fn visit_folder(place: &Path, visit: &mut Visit<'_>) -> io::Result<()> {
    let is_there = |name| fs::symlink_metadata(place.join(name)).is_ok();
    if is_there("invoice.toml") || is_there("parcels") {
        // The bindle itself, whose name counts.
        let place = fs::canonicalize(place)?;
        let name = place.file_name().unwrap_or_default().to_string_lossy();
        if visit(&name, Member::Folder)? == Next::Inside {
            visit_below(&place, &format!("{name}/"), visit)?;
        }
        return Ok(());
    }
    visit_below(place, "", visit).map(|_| ())
}

/// The recursion ends where folders are refused, below the second.
fn visit_below(folder: &Path, prefix: &str, visit: &mut Visit<'_>) -> io::Result<Next> {
    let entries = fs::read_dir(folder)?;
    let mut entries: Vec<_> = entries.collect::<Result<_, _>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        // A name that is not UTF-8 is none of a bindle's, and stays none.
        let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
        let kind = entry.file_type()?;
        let next = if kind.is_dir() {
            match visit(&path, Member::Folder)? {
                Next::Inside => visit_below(&entry.path(), &format!("{path}/"), visit)?,
                next => next,
            }
        } else if kind.is_file() {
            visit(&path, Member::File(&mut File::open(entry.path())?))?
        } else {
            visit(&path, Member::Other)?
        };
        if next == Next::Nothing {
            return Ok(next);
        }
    }
    Ok(Next::Beside)
}

/// Visits what is in an archive, in its order.
fn visit_archive(archive: impl Read, visit: &mut Visit<'_>) -> io::Result<()> {
    let mut archive = BufReader::new(archive);
    if !archive.fill_buf()?.starts_with(&GZIP) {
        let error = "it is neither a folder nor a `.tar.gz` archive";
        return Err(io::Error::new(io::ErrorKind::InvalidData, error));
    }
    let budget = Rc::new(Cell::new(LONGEST_HEADERS));
    let mut archive = Archive::new(Budgeted {
        inner: MultiGzDecoder::new(archive),
        left: Rc::clone(&budget),
    });
    let mut skipped = 0_u64;
    for entry in archive.entries()? {
        let mut entry = entry?;
        let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let kind = entry.header().entry_type();
        // What a sparse file has is less than what it is read as.
        let size = match kind {
            EntryType::Regular => entry.size(),
            _ => entry.header().entry_size()?,
        };
        budget.set(u64::MAX);
        let next = match kind {
            // A remark on the whole archive.
            EntryType::XGlobalHeader => {
                skipped += 512;
                Next::Beside
            }
            EntryType::Directory => visit(&path, Member::Folder)?,
            EntryType::Regular => visit(&path, Member::File(&mut entry))?,
            _ => visit(&path, Member::Other)?,
        };
        if next == Next::Nothing {
            return Ok(());
        }
        let read = u64::MAX - budget.get();
        let unread = size.saturating_sub(read);
        skipped = skipped.saturating_add(unread);
        if skipped > MOST_SKIPPED {
            let error = format!("too much of the archive is not part of a bindle, as of {path:?}");
            return Err(io::Error::new(io::ErrorKind::InvalidData, error));
        }
        budget.set(LONGEST_HEADERS + unread);
    }
    // The checksum is at the very end.
    budget.set(MOST_SKIPPED);
    io::copy(&mut archive.into_inner(), &mut io::sink())?;
    Ok(())
}

/// Gives what is left of a budget, and fails then.
struct Budgeted<R> {
    inner: R,
    left: Rc<Cell<u64>>,
}

impl<R: Read> Read for Budgeted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.inner.read(buffer)?;
        let Some(left) = self.left.get().checked_sub(length as u64) else {
            let error = "a header of the archive is too long";
            return Err(io::Error::new(io::ErrorKind::InvalidData, error));
        };
        self.left.set(left);
        Ok(length)
    }
}

/// Why a standalone bindle was not read.
#[derive(Debug, Error)]
pub enum ReadError {
    /// It cannot be read, or not be copied.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// It is none.
    #[error(transparent)]
    Refused(#[from] Refused),
}

/// Writes the bindle of `invoice` to `place`: to an archive if that ends with
/// `.tar.gz` or `.tgz`, otherwise to a folder of its own in the folder `place`.
/// The same bindle gives the same archive, byte for byte.
///
/// `open` gives the content of each parcel, which is checked.
///
/// # Errors
///
/// What cannot be read or written; a place where something is; content that is
/// not that of its label; an invoice that deployed readers cannot read.
pub fn write<R: Read>(
    place: &Path,
    invoice: &Invoice,
    open: impl FnMut(&Label) -> io::Result<R>,
) -> Result<(), WriteError> {
    let layout = Layout::new(invoice)?;
    let name = place.file_name().unwrap_or_default().to_string_lossy();
    if name.ends_with(".tar.gz") || name.ends_with(".tgz") {
        let file = File::create_new(place)?;
        write_archive(file, &layout, open).inspect_err(|_| {
            let _ = fs::remove_file(place);
        })
    } else {
        fs::create_dir_all(place)?;
        let [bindle, parcels] = layout.folders().map(|folder| place.join(folder));
        fs::create_dir(&bindle)?;
        let written = fs::create_dir(parcels).map_err(WriteError::from);
        let written = written.and_then(|()| write_folder(place, &layout, open));
        written.inspect_err(|_| {
            let _ = fs::remove_dir_all(&bindle);
        })
    }
}

fn write_folder<R: Read>(
    place: &Path,
    layout: &Layout<'_>,
    mut open: impl FnMut(&Label) -> io::Result<R>,
) -> Result<(), WriteError> {
    for file in layout.files() {
        let mut written = File::create_new(place.join(file.path()))?;
        match file.content() {
            Content::Invoice(text) => written.write_all(text.as_bytes())?,
            Content::Parcel(label) => {
                let mut content = Checked::new(label, open(label)?);
                io::copy(&mut content, &mut written)?;
                content.finish()?;
            }
        }
    }
    Ok(())
}

fn write_archive<R: Read>(
    archive: File,
    layout: &Layout<'_>,
    mut open: impl FnMut(&Label) -> io::Result<R>,
) -> Result<(), WriteError> {
    let archive = GzEncoder::new(BufWriter::new(archive), Compression::default());
    let mut archive = tar::Builder::new(archive);
    for folder in layout.folders() {
        let header = header(&format!("{folder}/"), EntryType::Directory, 0o755, 0)?;
        archive.append(&header, io::empty())?;
    }
    for file in layout.files() {
        let size = file.content().size();
        let header = header(file.path(), EntryType::Regular, 0o644, size)?;
        match file.content() {
            Content::Invoice(text) => archive.append(&header, text.as_bytes())?,
            Content::Parcel(label) => {
                let mut content = Checked::new(label, open(label)?);
                archive.append(&header, &mut content)?;
                content.finish()?;
            }
        }
    }
    archive.into_inner()?.finish()?.flush()?;
    Ok(())
}

/// Nobody owns it, and no time has passed.
fn header(path: &str, kind: EntryType, mode: u32, size: u64) -> io::Result<Header> {
    let mut header = Header::new_ustar();
    header.set_path(path)?;
    header.set_entry_type(kind);
    header.set_mode(mode);
    header.set_size(size);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(0);
    header.set_cksum();
    Ok(header)
}

/// Content that is compared with its label while it is read.
struct Checked<R> {
    inner: R,
    check: ContentCheck,
}

impl<R: Read> Checked<R> {
    fn new(label: &Label, inner: R) -> Self {
        let check = label.check();
        Self { inner, check }
    }

    fn finish(self) -> Result<(), ContentError> {
        self.check.finish()
    }
}

impl<R: Read> Read for Checked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.inner.read(buffer)?;
        self.check.write_all(&buffer[..length])?;
        Ok(length)
    }
}

/// Why a standalone bindle was not written.
#[derive(Debug, Error)]
pub enum WriteError {
    /// A content has changed since it got its label.
    #[error("a file has changed meanwhile: {0}")]
    Content(#[from] ContentError),
    /// Deployed readers cannot read the invoice.
    #[error(transparent)]
    Invoice(#[from] UnwritableInvoice),
    /// Something cannot be read or written.
    #[error(transparent)]
    Io(#[from] io::Error),
}
