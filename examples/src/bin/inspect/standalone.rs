use std::io::{self, Write};
use std::path::PathBuf;

use bindle_core::standalone::{Completeness, Reader, Refused, Standalone};
use bindle_core::{Digest, Id, Invoice, Label, Parcel, Severity};
use examples::standalone::{ReadError, read};
use serde::Serialize;

use crate::invoice::{print_invoice, print_problems};
use crate::style::{BAD, DOUBTFUL, SUBJECT};
use crate::{Format, Outcome, print_record};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Refuse bindles with missing parcels.
    #[arg(long)]
    complete: bool,
    /// How many bytes all files together may have; 4 GiB by default.
    #[arg(long, value_name = "BYTES")]
    limit: Option<u64>,
    /// Folders of bindles, folders that contain one, or archives (`.tar.gz`).
    #[arg(required = true, value_name = "DIR_OR_TARBALL")]
    places: Vec<PathBuf>,
}

#[derive(Serialize)]
struct Record<'a> {
    path: &'a str,
    ok: bool,
    id: Option<&'a Id>,
    canonical_name: Option<Digest>,
    content_digest: Option<Digest>,
    /// Its text.
    invoice: Option<String>,
    /// All that the invoice lists, if the bindle is one.
    parcels: Vec<ParcelRecord<'a>>,
    /// Of these, what is not there: each content once.
    missing: Vec<ParcelRecord<'a>>,
    problems: Vec<ProblemRecord>,
    error: Option<String>,
}

#[derive(Serialize)]
struct ParcelRecord<'a> {
    sha256: Digest,
    name: &'a str,
    size: u64,
    media_type: &'a str,
    present: bool,
}

#[derive(Serialize)]
struct ProblemRecord {
    severity: Severity,
    code: &'static str,
    path: String,
    message: String,
}

pub(crate) fn run(
    arguments: &Arguments,
    format: Format,
    out: &mut impl Write,
) -> io::Result<Outcome> {
    let mut outcome = Outcome::Well;
    for place in &arguments.places {
        let completeness = match arguments.complete {
            true => Completeness::Complete,
            false => Completeness::Partial,
        };
        let reader = Reader::new().with_completeness(completeness);
        let reader = reader.with_limits(|limits| {
            limits.bytes = arguments.limit.unwrap_or(limits.bytes);
        });
        let result = read(place, reader, &mut ());
        let path = place.display().to_string();
        if result.is_err() {
            outcome = Outcome::Wrong;
        }
        match format {
            Format::Json => print_record(out, &record(&path, &result))?,
            Format::Text => print_text(out, &path, &result)?,
        }
    }
    Ok(outcome)
}

fn record<'a>(path: &'a str, result: &'a Result<Standalone, ReadError>) -> Record<'a> {
    let (standalone, refused) = match result {
        Ok(standalone) => (Some(standalone), None),
        Err(ReadError::Refused(refused)) => (None, Some(refused)),
        Err(ReadError::Io(_)) => (None, None),
    };
    let invoice = standalone.map(Standalone::invoice);
    let invoice = invoice.or_else(|| refused?.invoice());
    let labels = |standalone: &'a Standalone| standalone.invoice().parcels().iter();
    let parcel = |label: &'a Label| ParcelRecord {
        sha256: label.digest(),
        name: label.name(),
        size: label.size(),
        media_type: label.media_type().as_str(),
        present: standalone.is_some_and(|standalone| standalone.has(&label.digest())),
    };
    let parcels = standalone.into_iter().flat_map(labels).map(Parcel::label);
    let missing = standalone.into_iter().flat_map(Standalone::missing);
    let problems = refused.into_iter().flat_map(Refused::problems);
    let problems = problems.map(|problem| ProblemRecord {
        severity: Severity::Error,
        code: problem.kind().code(),
        path: problem.path().to_owned(),
        message: problem.kind().to_string(),
    });
    let lints = standalone.into_iter().flat_map(|standalone| {
        let path = format!(
            "{}/invoice.toml",
            standalone.invoice().id().canonical_name()
        );
        standalone.lints().iter().map(move |lint| ProblemRecord {
            severity: lint.severity(),
            code: lint.kind().code(),
            path: path.clone(),
            message: lint.to_string(),
        })
    });
    Record {
        path,
        ok: standalone.is_some(),
        id: invoice.map(Invoice::id),
        canonical_name: invoice.map(|invoice| invoice.id().canonical_name()),
        content_digest: invoice.map(Invoice::content_digest),
        invoice: invoice.map(Invoice::to_toml),
        parcels: parcels.map(parcel).collect(),
        missing: missing.map(parcel).collect(),
        problems: problems.chain(lints).collect(),
        error: result.as_ref().err().map(ToString::to_string),
    }
}

fn print_text(
    out: &mut impl Write,
    path: &str,
    result: &Result<Standalone, ReadError>,
) -> io::Result<()> {
    match result {
        Ok(standalone) => {
            print_invoice(out, path, standalone.invoice())?;
            for label in standalone.missing() {
                let (digest, name) = (label.digest(), label.name());
                writeln!(
                    out,
                    "  {DOUBTFUL}missing{DOUBTFUL:#}         {digest}  {name}"
                )?;
            }
            print_problems(out, standalone.lints())
        }
        Err(ReadError::Io(error)) => {
            writeln!(out, "{BAD}{path} cannot be read: {error}{BAD:#}")
        }
        Err(ReadError::Refused(refused)) => {
            writeln!(
                out,
                "{SUBJECT}{path}{SUBJECT:#}: {BAD}not a standalone bindle{BAD:#}"
            )?;
            let report = refused.to_string();
            report
                .lines()
                .try_for_each(|line| writeln!(out, "  {line}"))
        }
    }
}
