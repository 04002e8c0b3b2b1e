use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use bindle_core::{Digest, InvoiceReader, Name};
use revisions::{Checkpoint, Entry, Ledger};
use serde::Serialize;

use crate::{Format, Outcome, fail, print_record, source};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The folder of a store, as `deploy --store` keeps it.
    #[arg(value_name = "DIR")]
    store: PathBuf,
}

#[derive(Serialize)]
struct Record {
    path: String,
    ok: bool,
    name: Option<Name>,
    entries: Vec<Entry>,
    root: Option<Digest>,
    checkpoint: Option<String>,
    /// How many entries the kept checkpoint covers, all of which are still there
    /// by a proof of consistency.
    proved: Option<u64>,
    error: Option<String>,
}

pub(crate) fn run(
    arguments: &Arguments,
    format: Format,
    out: &mut impl Write,
) -> io::Result<Outcome> {
    let ledgers = subfolders(&arguments.store.join("ledgers"));
    let (ledgers, names) = match ledgers.and_then(|all| Ok((all, names(&arguments.store)?))) {
        Ok(found) => found,
        Err(error) => {
            let error = format!("{error}; name a store, as `deploy --store` keeps it");
            return fail(out, format, &arguments.store, &error);
        }
    };
    let mut outcome = Outcome::Well;
    for path in ledgers {
        // The checkpoint first: a program may append while this one reads.
        let ledger = checkpoint(&path).and_then(|kept| {
            let ledger = read(&path, &names)?;
            let proved = kept.map(|kept| prove(&kept, &ledger)).transpose()?;
            Ok((ledger, proved))
        });
        let record = record(&path, ledger);
        if !record.ok {
            outcome = Outcome::Wrong;
        }
        match format {
            Format::Json => print_record(out, &record)?,
            Format::Text => print_text(out, &record)?,
        }
    }
    Ok(outcome)
}

/// The names of all bindles in the store, by the digest that their ledgers
/// are kept under.
fn names(store: &Path) -> Result<BTreeMap<String, Name>, String> {
    let invoices = subfolders(&store.join("invoices"))?;
    let invoices = invoices.into_iter().filter_map(|folder| {
        let bytes = source::read(&folder.join("invoice.toml")).ok()?;
        let invoice = InvoiceReader::new().read_bytes(&bytes).ok()?.into_invoice();
        let name = invoice.id().name().clone();
        Some((Digest::of(name.as_str().as_bytes()).to_string(), name))
    });
    Ok(invoices.collect())
}

fn subfolders(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let mut folders = Vec::new();
    for path in contents(folder)? {
        let metadata = std::fs::metadata(&path);
        if metadata
            .map_err(|error| unreadable(&path, &error))?
            .is_dir()
        {
            folders.push(path);
        }
    }
    Ok(folders)
}

/// What is in a folder, in the order of its names.
fn contents(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let list = || -> io::Result<Vec<PathBuf>> {
        let entries = std::fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path()));
        let mut paths = entries.collect::<io::Result<Vec<_>>>()?;
        paths.sort();
        Ok(paths)
    };
    list().map_err(|error| unreadable(folder, &error))
}

fn contents_of_kind(folder: &Path, kind: &str) -> Result<Vec<PathBuf>, String> {
    let mut paths = contents(folder)?;
    paths.retain(|path| path.extension().is_some_and(|end| end == kind));
    Ok(paths)
}

fn unreadable(path: &Path, error: &io::Error) -> String {
    format!("{} cannot be read: {error}", path.display())
}

fn read(folder: &Path, names: &BTreeMap<String, Name>) -> Result<Ledger, String> {
    let key = folder.file_name().unwrap_or_default().to_string_lossy();
    let name = names
        .get(&*key)
        .ok_or("no bindle in the store is of this ledger")?;
    let mut ledger = Ledger::new(name.clone());
    for (sequence, path) in (0_u64..).zip(contents_of_kind(folder, "entry")?) {
        let expected = folder.join(format!("{sequence:020}.entry"));
        if path != expected {
            return Err(format!("{} is missing", expected.display()));
        }
        let entry = source::read(&path)?;
        ledger
            .read_log_tail(&entry)
            .map_err(|error| error.to_string())?;
        if ledger.size() != sequence + 1 {
            return Err(format!("{} is not one entry", path.display()));
        }
    }
    Ok(ledger)
}

/// The highest checkpoint that is kept beside the ledger, if there is one.
fn checkpoint(folder: &Path) -> Result<Option<Checkpoint>, String> {
    let Some(path) = contents_of_kind(folder, "checkpoint")?.pop() else {
        return Ok(None);
    };
    let kept = (source::read_text(&path)?.parse())
        .map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(Some(kept))
}

/// Proves that the ledger extends the checkpoint, and tells how many entries
/// that covers.
fn prove(kept: &Checkpoint, ledger: &Ledger) -> Result<u64, String> {
    // Of fewer entries there is no proof, and the check says so.
    let proof = ledger.tree().prove_consistency(kept.size(), ledger.size());
    kept.check_extended_by(&ledger.checkpoint(), &proof.unwrap_or_default())
        .map_err(|error| error.to_string())?;
    Ok(kept.size())
}

fn record(path: &Path, ledger: Result<(Ledger, Option<u64>), String>) -> Record {
    let path = path.display().to_string();
    match ledger {
        Ok((ledger, proved)) => Record {
            path,
            ok: true,
            name: Some(ledger.name().clone()),
            entries: ledger.entries().collect(),
            root: Some(ledger.root()),
            checkpoint: Some(Checkpoint::to_string(&ledger.checkpoint())),
            proved,
            error: None,
        },
        Err(error) => Record {
            path,
            ok: false,
            name: None,
            entries: Vec::new(),
            root: None,
            checkpoint: None,
            proved: None,
            error: Some(error),
        },
    }
}

fn print_text(out: &mut impl Write, record: &Record) -> io::Result<()> {
    if let Some(error) = &record.error {
        return writeln!(out, "{}: {error}", record.path);
    }
    if let Some(name) = &record.name {
        writeln!(out, "{name}")?;
    }
    for (sequence, entry) in record.entries.iter().enumerate() {
        writeln!(out, "  {sequence:>6}  {entry}")?;
    }
    if let Some(checkpoint) = &record.checkpoint {
        writeln!(out, "  checkpoint")?;
        checkpoint
            .lines()
            .try_for_each(|line| writeln!(out, "    {line}"))?;
    }
    if let Some(size) = record.proved {
        let entries = if size == 1 { "entry" } else { "entries" };
        writeln!(out, "  extends the kept checkpoint of {size} {entries}")?;
    }
    Ok(())
}
