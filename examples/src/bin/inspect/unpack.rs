use std::io::{self, Write};
use std::path::{Path, PathBuf};

use examples::unpack::{Failure, restore, unpack};
use serde::Serialize;
use spin_manifest::package::Application;

use crate::style::{BAD, GOOD, SUBJECT};
use crate::{Format, Outcome, print_record};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Also write the application to this new folder, with a manifest by which
    /// it can be packaged.
    #[arg(long, value_name = "FOLDER")]
    to: Option<PathBuf>,
    /// The folder of the bindle, a folder that contains it, or an archive
    /// (`.tar.gz`).
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
    let place = &arguments.place;
    let unpacked = match &arguments.to {
        None => unpack(place),
        Some(folder) => restore(place, folder),
    };
    match format {
        Format::Json => {
            let record = Record {
                path: place.display().to_string(),
                ok: unpacked.is_ok(),
                application: unpacked.as_ref().ok(),
                error: unpacked.as_ref().err().map(ToString::to_string),
            };
            print_record(out, &record)?;
        }
        Format::Text => print_text(out, place, &unpacked)?,
    }
    Ok(match unpacked {
        Ok(_) => Outcome::Well,
        Err(_) => Outcome::Wrong,
    })
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
