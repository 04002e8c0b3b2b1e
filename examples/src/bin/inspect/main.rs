//! `inspect` shows what the crates know about a file, for people or, with
//! `--json`, for programs, with a record on each line.
//!
//! Text for people has colours on a terminal.
//!
//! The exit status is 0 if all is well, 1 if something is wrong with a file,
//! and 2 if something is wrong with the command line.

mod invoice;
mod ledger;
mod manifest;
mod package;
mod query;
mod range;
mod rollout;
mod rule;
mod select;
mod sign;
mod source;
mod standalone;
mod style;
mod unpack;
mod upgrade;
mod verify;

use std::fmt;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// What the exit status says.
const STATUS: &str = "Exit status: 0 if all is well, 1 if something is wrong with a file, 2 if \
                      something is wrong with the command line";

/// Look into manifests, packages, bindles, signatures, ledgers and rollouts.
#[derive(Parser)]
#[command(name = "inspect", version, max_term_width = 100, after_help = STATUS)]
struct CommandLine {
    /// Print JSON, with a record on each line.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Check invoices, and show what they say.
    Invoice(invoice::Arguments),
    /// Check the ledgers in a store, and show their entries.
    Ledger(ledger::Arguments),
    /// Check Spin manifests, and show their normalised form.
    Manifest(manifest::Arguments),
    /// Package an application, and show what would be uploaded.
    Package(package::Arguments),
    /// Answer a query as a registry of the invoices would.
    Query(query::Arguments),
    /// Tell which versions are in a range.
    Range(range::Arguments),
    /// Run the scenario of a rollout, and print its timeline.
    Rollout(rollout::Arguments),
    /// Show which of several revisions a rule selects.
    Rule(rule::Arguments),
    /// Tell which parcels of a bindle a run needs, and why.
    Select(select::Arguments),
    /// Sign an invoice, and print it.
    Sign(sign::Arguments),
    /// Check standalone bindles, and show what is in them.
    Standalone(standalone::Arguments),
    /// Show the application in a standalone bindle.
    Unpack(unpack::Arguments),
    /// Rewrite a Spin manifest of the first format in the second.
    Upgrade(upgrade::Arguments),
    /// Verify the signatures of invoices.
    Verify(verify::Arguments),
}

/// How results are printed.
#[derive(Clone, Copy, PartialEq)]
enum Format {
    Json,
    Text,
}

/// Whether something was wrong with a file.
#[derive(Clone, Copy, PartialEq)]
enum Outcome {
    Well,
    Wrong,
}

fn main() -> ExitCode {
    let arguments = CommandLine::parse();
    let format = if arguments.json {
        Format::Json
    } else {
        Format::Text
    };
    // Leaves colours out where they are not wanted: `NO_COLOR`, no terminal.
    let mut out = anstream::stdout().lock();
    let outcome = match arguments.command {
        Command::Invoice(arguments) => invoice::run(&arguments, format, &mut out),
        Command::Ledger(arguments) => ledger::run(&arguments, format, &mut out),
        Command::Manifest(arguments) => manifest::run(&arguments, format, &mut out),
        Command::Package(arguments) => package::run(&arguments, format, &mut out),
        Command::Query(arguments) => query::run(&arguments, format, &mut out),
        Command::Range(arguments) => range::run(arguments, &mut out),
        Command::Rollout(arguments) => rollout::run(&arguments, format, &mut out),
        Command::Rule(arguments) => rule::run(&arguments, format, &mut out),
        Command::Select(arguments) => select::run(&arguments, &mut out),
        Command::Sign(arguments) => sign::run(&arguments, format, &mut out),
        Command::Standalone(arguments) => standalone::run(&arguments, format, &mut out),
        Command::Unpack(arguments) => unpack::run(&arguments, format, &mut out),
        Command::Upgrade(arguments) => upgrade::run(&arguments, format, &mut out),
        Command::Verify(arguments) => verify::run(&arguments, format, &mut out),
    };
    match outcome.and_then(|outcome| out.flush().map(|()| outcome)) {
        Ok(Outcome::Well) => ExitCode::SUCCESS,
        Ok(Outcome::Wrong) => ExitCode::FAILURE,
        // Whoever reads the output has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            complain(format_args!("error: the output cannot be written: {error}"));
            ExitCode::FAILURE
        }
    }
}

/// Tells those who look at standard error; whether anybody does changes nothing.
fn complain(text: impl fmt::Display) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// Tells that a file is wrong, and that there is nothing else to show of it.
fn fail(out: &mut impl Write, format: Format, path: &Path, error: &str) -> io::Result<Outcome> {
    #[derive(serde::Serialize)]
    struct Failure<'a> {
        path: String,
        ok: bool,
        error: &'a str,
    }

    match format {
        Format::Json => {
            let path = path.display().to_string();
            let ok = false;
            print_record(out, &Failure { path, ok, error })?;
        }
        Format::Text => complain(format_args!("error: {error}")),
    }
    Ok(Outcome::Wrong)
}

/// Prints a record as a line of JSON.
fn print_record(out: &mut impl Write, record: &impl serde::Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *out, record)?;
    writeln!(out)
}
