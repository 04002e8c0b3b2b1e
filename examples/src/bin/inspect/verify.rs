use std::io::{self, Write};
use std::path::{Path, PathBuf};

use bindle_core::{Findings, InvoiceReader, Keyring, LabelStatus, ReadInvoice, Strategy};
use serde::Serialize;

use crate::{Format, Outcome, print_record, source};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The file of trusted public keys.
    #[arg(long, value_name = "FILE")]
    keyring: PathBuf,
    /// Which signatures are needed: CreativeIntegrity, AuthoritativeIntegrity,
    /// GreedyVerification, ExhaustiveVerification, MultipleAttestation[ROLE, …]
    /// or MultipleAttestationGreedy[ROLE, …].
    #[arg(long, value_name = "STRATEGY", default_value_t)]
    strategy: Strategy,
    /// Files of invoices in TOML; `-` for standard input.
    #[arg(required = true, value_name = "INVOICE")]
    files: Vec<PathBuf>,
}

#[derive(Serialize)]
struct Record {
    path: String,
    verdict: &'static str,
    reason: Option<String>,
    findings: Findings,
}

pub(crate) fn run(
    arguments: &Arguments,
    format: Format,
    out: &mut impl Write,
) -> io::Result<Outcome> {
    let keyring = match read_keyring(&arguments.keyring) {
        Ok(keyring) => keyring,
        Err(error) => {
            eprintln!("error: {error}");
            return Ok(Outcome::Wrong);
        }
    };
    let mut outcome = Outcome::Well;
    for path in &arguments.files {
        let record = verify(path, &arguments.strategy, &keyring);
        if record.reason.is_some() {
            outcome = Outcome::Wrong;
        }
        match format {
            Format::Json => print_record(out, &record)?,
            Format::Text => print_text(out, &record)?,
        }
    }
    Ok(outcome)
}

fn read_keyring(path: &Path) -> Result<Keyring, String> {
    let keyring = Keyring::from_toml(&source::read_text(path)?)
        .map_err(|problems| format!("{} is no keyring:\n{problems}", path.display()))?;
    let tampered = keyring
        .iter()
        .find(|entry| entry.label_status() == LabelStatus::Tampered);
    match tampered {
        None => Ok(keyring),
        Some(entry) => Err(format!(
            "{}: the label {:?} of the key {} is not the one that the key has signed",
            path.display(),
            entry.label(),
            entry.key()
        )),
    }
}

fn verify(path: &Path, strategy: &Strategy, keyring: &Keyring) -> Record {
    let rejected = |reason, findings| Record {
        path: path.display().to_string(),
        verdict: "rejected",
        reason: Some(reason),
        findings,
    };
    let read = source::read(path).and_then(|bytes| {
        let read = InvoiceReader::new().read_bytes(&bytes);
        read.map_err(|problems| format!("it is not a valid invoice:\n{problems}"))
    });
    match read.map(ReadInvoice::into_invoice) {
        Err(reason) => rejected(reason, Findings::default()),
        Ok(invoice) => match strategy.verify(invoice, keyring) {
            Ok(verified) => Record {
                path: path.display().to_string(),
                verdict: "verified",
                reason: None,
                findings: verified.findings().clone(),
            },
            Err(error) => rejected(error.reason().to_string(), error.findings().clone()),
        },
    }
}

fn print_text(out: &mut impl Write, record: &Record) -> io::Result<()> {
    match &record.reason {
        None => writeln!(out, "{}: verified", record.path)?,
        Some(reason) => writeln!(out, "{}: rejected: {reason}", record.path)?,
    }
    for (index, finding) in record.findings.iter().enumerate() {
        let form = finding
            .form()
            .map_or(String::new(), |form| format!(", {form} form"));
        let key = match finding.label() {
            None => "unknown key".to_owned(),
            Some(label) if finding.is_role_granted() => format!("key of {label:?}"),
            Some(label) => format!("key of {label:?}, not granted this role"),
        };
        let (by, role, status) = (finding.by(), finding.role(), finding.status().as_str());
        writeln!(
            out,
            "  signature[{index}] by {by:?} as {role}: {status}{form}; {key}"
        )?;
    }
    Ok(())
}
