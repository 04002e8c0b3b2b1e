use std::io::{self, Write};
use std::path::PathBuf;

use bindle_core::{Digest, Id, InvoiceReader, Problems, ReadInvoice};
use serde::Serialize;

use crate::{Format, Outcome, print_record, source};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Files of invoices in TOML; `-` for standard input.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

#[derive(Serialize)]
struct Record {
    path: String,
    ok: bool,
    id: Option<Id>,
    canonical_name: Option<Digest>,
    content_digest: Option<Digest>,
    problems: Problems,
    /// Why the file could not be read, if so.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

pub(crate) fn run(
    arguments: &Arguments,
    format: Format,
    out: &mut impl Write,
) -> io::Result<Outcome> {
    let reader = InvoiceReader::new();
    let mut outcome = Outcome::Well;
    for path in &arguments.files {
        let read = source::read(path).map(|bytes| reader.read_bytes(&bytes));
        let path = path.display().to_string();
        if !matches!(read, Ok(Ok(_))) {
            outcome = Outcome::Wrong;
        }
        match format {
            Format::Json => print_record(out, &record(path, &read))?,
            Format::Text => print_text(out, &path, &read)?,
        }
    }
    Ok(outcome)
}

type Read = Result<Result<ReadInvoice, Problems>, String>;

fn record(path: String, read: &Read) -> Record {
    let mut record = Record {
        path,
        ok: false,
        id: None,
        canonical_name: None,
        content_digest: None,
        problems: Problems::default(),
        error: None,
    };
    match read {
        Ok(Ok(read)) => {
            let invoice = read.invoice();
            record.ok = true;
            record.id = Some(invoice.id().clone());
            record.canonical_name = Some(invoice.id().canonical_name());
            record.content_digest = Some(invoice.content_digest());
            record.problems = read.lints().clone();
        }
        Ok(Err(problems)) => record.problems = problems.clone(),
        Err(error) => record.error = Some(error.clone()),
    }
    record
}

fn print_text(out: &mut impl Write, path: &str, read: &Read) -> io::Result<()> {
    let problems = match read {
        Err(error) => return writeln!(out, "{error}"),
        Ok(Err(problems)) => {
            writeln!(out, "{path}: not a valid invoice")?;
            problems
        }
        Ok(Ok(read)) => {
            let invoice = read.invoice();
            let bytes: u64 = invoice
                .parcels()
                .iter()
                .map(|parcel| parcel.label().size())
                .sum();
            let yanked = if invoice.is_yanked() { " (yanked)" } else { "" };
            writeln!(out, "{path}: {}{yanked}", invoice.id())?;
            writeln!(out, "  canonical name  {}", invoice.id().canonical_name())?;
            writeln!(out, "  content digest  {}", invoice.content_digest())?;
            writeln!(
                out,
                "  parcels         {}, {bytes} bytes",
                invoice.parcels().len()
            )?;
            writeln!(out, "  groups          {}", invoice.groups().len())?;
            for signature in invoice.signatures() {
                let (role, by, at) = (signature.role(), signature.by(), signature.at());
                writeln!(out, "  signed          by {by} as {role} at {at}")?;
            }
            read.lints()
        }
    };
    for problem in problems {
        let severity = match problem.severity() {
            bindle_core::Severity::Error => "error",
            bindle_core::Severity::Lint => "lint",
        };
        writeln!(out, "  {severity}: {problem}")?;
    }
    match problems.omitted() {
        0 => Ok(()),
        omitted => writeln!(out, "  and {omitted} more"),
    }
}
