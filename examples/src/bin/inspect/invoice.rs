use std::io::{self, Write};
use std::path::PathBuf;

use bindle_core::{Digest, Id, Invoice, InvoiceReader, Problems, ReadInvoice, Severity};
use serde::Serialize;

use crate::style::{BAD, DOUBTFUL, GOOD, SUBJECT};
use crate::{Format, Outcome, print_record, source};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Files of invoices in TOML; `-` for standard input.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

#[derive(Serialize)]
struct Record<'a> {
    path: &'a str,
    ok: bool,
    id: Option<&'a Id>,
    canonical_name: Option<Digest>,
    content_digest: Option<Digest>,
    problems: ProblemRecords<'a>,
    /// Why the file cannot be read, if it cannot.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum ProblemRecords<'a> {
    OfText(&'a Problems),
    OfFile([UnreadableFile<'a>; 1]),
}

/// As a problem of a text, which is not there to be pointed into.
#[derive(Serialize)]
struct UnreadableFile<'a> {
    severity: Severity,
    code: &'static str,
    message: &'a str,
    path: &'static str,
    line: Option<usize>,
    column: Option<usize>,
    start: Option<usize>,
    end: Option<usize>,
    hint: Option<&'static str>,
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
            Format::Json => print_record(out, &record(&path, &read))?,
            Format::Text => print_text(out, &path, &read)?,
        }
    }
    Ok(outcome)
}

type Read = Result<Result<ReadInvoice, Problems>, String>;

fn record<'a>(path: &'a str, read: &'a Read) -> Record<'a> {
    let invoice = match read {
        Ok(Ok(read)) => Some(read.invoice()),
        Ok(Err(_)) | Err(_) => None,
    };
    Record {
        path,
        ok: invoice.is_some(),
        id: invoice.map(Invoice::id),
        canonical_name: invoice.map(|invoice| invoice.id().canonical_name()),
        content_digest: invoice.map(Invoice::content_digest),
        problems: match read {
            Ok(Ok(read)) => ProblemRecords::OfText(read.lints()),
            Ok(Err(problems)) => ProblemRecords::OfText(problems),
            Err(message) => ProblemRecords::OfFile([UnreadableFile {
                severity: Severity::Error,
                code: "unreadable",
                message,
                path: "",
                line: None,
                column: None,
                start: None,
                end: None,
                hint: None,
            }]),
        },
        error: read.as_ref().err().map(String::as_str),
    }
}

fn print_text(out: &mut impl Write, path: &str, read: &Read) -> io::Result<()> {
    let problems = match read {
        Err(error) => return writeln!(out, "{BAD}{error}{BAD:#}"),
        Ok(Err(problems)) => {
            writeln!(
                out,
                "{SUBJECT}{path}{SUBJECT:#}: {BAD}not a valid invoice{BAD:#}"
            )?;
            problems
        }
        Ok(Ok(read)) => {
            print_invoice(out, path, read.invoice())?;
            read.lints()
        }
    };
    print_problems(out, problems)
}

/// Prints what an invoice says.
pub(crate) fn print_invoice(out: &mut impl Write, path: &str, invoice: &Invoice) -> io::Result<()> {
    let parcels = invoice.parcels().iter();
    let sizes = parcels.map(|parcel| parcel.label().size());
    let bytes = sizes.fold(0, u64::saturating_add);
    let id = invoice.id();
    write!(out, "{SUBJECT}{path}{SUBJECT:#}: {GOOD}{id}{GOOD:#}")?;
    if invoice.is_yanked() {
        write!(out, " {DOUBTFUL}(yanked){DOUBTFUL:#}")?;
    }
    writeln!(out)?;
    writeln!(out, "  canonical name  {}", id.canonical_name())?;
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
    Ok(())
}

/// Prints what is wrong with an invoice, or to be looked at.
pub(crate) fn print_problems(out: &mut impl Write, problems: &Problems) -> io::Result<()> {
    for problem in problems {
        match problem.severity() {
            Severity::Error => writeln!(out, "  {BAD}error{BAD:#}: {problem}")?,
            Severity::Lint => writeln!(out, "  {DOUBTFUL}lint{DOUBTFUL:#}: {problem}")?,
        }
    }
    match problems.omitted() {
        0 => Ok(()),
        omitted => writeln!(out, "  and {omitted} more"),
    }
}
