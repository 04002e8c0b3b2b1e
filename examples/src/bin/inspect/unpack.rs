use std::io::{self, Write};
use std::path::{Path, PathBuf};

use bindle_core::Digest;
use bindle_core::standalone::EntryKind;
use examples::standalone::{self, Keep, ReadError};
use serde::Serialize;
use spin_manifest::package::{Application, UnpackError};
use thiserror::Error;

use crate::standalone::reader;
use crate::style::{BAD, GOOD, SUBJECT};
use crate::{Format, Outcome, print_record};

/// More than any manifest has, in bytes: it is held.
const LARGEST_MANIFEST: u64 = 16 << 20;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The folder of the bindle, one that holds it, or an archive (`.tar.gz`).
    #[arg(value_name = "STANDALONE")]
    place: PathBuf,
}

#[derive(Serialize)]
struct Record<'a> {
    path: String,
    ok: bool,
    /// In case of an error, there is none.
    #[serde(flatten)]
    application: Option<&'a Application>,
    error: Option<String>,
}

pub(crate) fn run(
    arguments: &Arguments,
    format: Format,
    out: &mut impl Write,
) -> io::Result<Outcome> {
    let unpacked = unpack(&arguments.place);
    match format {
        Format::Json => {
            let record = Record {
                path: arguments.place.display().to_string(),
                ok: unpacked.is_ok(),
                application: unpacked.as_ref().ok(),
                error: unpacked.as_ref().err().map(ToString::to_string),
            };
            print_record(out, &record)?;
        }
        Format::Text => print_text(out, &arguments.place, &unpacked)?,
    }
    Ok(match unpacked {
        Ok(_) => Outcome::Well,
        Err(_) => Outcome::Wrong,
    })
}

/// Why there is no application.
#[derive(Debug, Error)]
enum Failure {
    #[error("the manifest has {0} bytes, which is more than {LARGEST_MANIFEST}")]
    LargeManifest(u64),
    #[error("the parcel {0}, which is the manifest, is missing")]
    NoManifest(Digest),
    #[error("{0}")]
    Read(#[from] ReadError),
    #[error(transparent)]
    Unpack(#[from] UnpackError),
}

/// Reads the bindle twice: once for the invoice, which tells which parcel is the
/// manifest, and once for that.
fn unpack(place: &Path) -> Result<Application, Failure> {
    let standalone = standalone::read(place, reader(false, None), &mut ())?;
    let label = Application::manifest_label(standalone.invoice())?;
    if label.size() > LARGEST_MANIFEST {
        return Err(Failure::LargeManifest(label.size()));
    }
    let digest = label.digest();
    if !standalone.has(&digest) {
        return Err(Failure::NoManifest(digest));
    }
    let content = Vec::new();
    let mut manifest = One { digest, content };
    let standalone = standalone::read(place, reader(false, None), &mut manifest)?;
    Ok(Application::unpack(
        standalone.invoice(),
        &manifest.content,
    )?)
}

/// Keeps one parcel, in memory.
struct One {
    digest: Digest,
    content: Vec<u8>,
}

impl Keep for One {
    fn begin(&mut self, file: EntryKind) -> io::Result<Option<&mut dyn Write>> {
        let is_it = file == EntryKind::Parcel(self.digest);
        Ok(is_it.then_some(&mut self.content))
    }
}

fn print_text(
    out: &mut impl Write,
    place: &Path,
    unpacked: &Result<Application, Failure>,
) -> io::Result<()> {
    let path = place.display();
    let application = match unpacked {
        Ok(application) => application,
        Err(error) => return writeln!(out, "{SUBJECT}{path}{SUBJECT:#}: {BAD}{error}{BAD:#}"),
    };
    let id = &application.id;
    writeln!(out, "{SUBJECT}{path}{SUBJECT:#}: {GOOD}{id}{GOOD:#}")?;
    for component in &application.components {
        writeln!(out, "  component {}", component.id)?;
        writeln!(out, "    {}", component.module)?;
        for (path, digest) in &component.files {
            writeln!(out, "    {digest}  /{path}")?;
        }
    }
    for trigger in &application.triggers {
        let component = trigger.component.as_deref().unwrap_or_default();
        writeln!(
            out,
            "  {} trigger {} starts {component}",
            trigger.kind, trigger.id
        )?;
    }
    Ok(())
}
