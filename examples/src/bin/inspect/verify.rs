use std::io::{self, Write};
use std::path::{Path, PathBuf};

use bindle_core::{
    Finding, Findings, InvoiceReader, Keyring, ReadInvoice, Role, SignedTextForm, Strategy,
};
use serde::Serialize;

use crate::style::{BAD, DOUBTFUL, GOOD, SUBJECT};
use crate::{Format, Outcome, fail, print_record, source};

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

/// What came of one invoice.
struct Verdict {
    path: String,
    /// Why the invoice is rejected, if so.
    reason: Option<String>,
    findings: Findings,
    /// Whether there was an invoice to verify.
    is_read: bool,
}

#[derive(Serialize)]
struct Record<'a> {
    path: &'a str,
    verdict: &'static str,
    reason: Option<&'a str>,
    findings: Vec<FindingRecord<'a>>,
    /// Why there is no invoice to verify, which is the reason as well.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a str>,
}

#[derive(Serialize)]
struct FindingRecord<'a> {
    by: &'a str,
    role: Role,
    key: &'a str,
    status: &'static str,
    known: bool,
    role_granted: bool,
    form: Option<SignedTextForm>,
}

impl<'a> From<&'a Verdict> for Record<'a> {
    fn from(verdict: &'a Verdict) -> Self {
        Self {
            path: &verdict.path,
            verdict: match verdict.reason {
                None => "verified",
                Some(_) => "rejected",
            },
            reason: verdict.reason.as_deref(),
            findings: verdict.findings.iter().map(FindingRecord::from).collect(),
            error: verdict.reason.as_deref().filter(|_| !verdict.is_read),
        }
    }
}

impl<'a> From<&'a Finding> for FindingRecord<'a> {
    fn from(finding: &'a Finding) -> Self {
        Self {
            by: finding.by(),
            role: finding.role(),
            key: finding.key(),
            status: finding.status().as_str(),
            known: finding.is_known(),
            role_granted: finding.is_role_granted(),
            form: finding.form(),
        }
    }
}

pub(crate) fn run(
    arguments: &Arguments,
    format: Format,
    out: &mut impl Write,
) -> io::Result<Outcome> {
    let keyring = match read_keyring(&arguments.keyring) {
        Ok(keyring) => keyring,
        Err(error) => {
            return fail(out, format, &arguments.keyring, &error);
        }
    };
    let mut outcome = Outcome::Well;
    for path in &arguments.files {
        let verdict = verify(path, &arguments.strategy, &keyring);
        if verdict.reason.is_some() {
            outcome = Outcome::Wrong;
        }
        match format {
            Format::Json => print_record(out, &Record::from(&verdict))?,
            Format::Text => print_text(out, &verdict)?,
        }
    }
    Ok(outcome)
}

fn read_keyring(path: &Path) -> Result<Keyring, String> {
    Keyring::from_toml_with_labels_checked(&source::read_text(path)?).map_err(|problems| {
        format!(
            "{} is not a keyring to trust:\n{problems}",
            source::name(path)
        )
    })
}

fn verify(path: &Path, strategy: &Strategy, keyring: &Keyring) -> Verdict {
    let read = source::read(path).and_then(|bytes| {
        let read = InvoiceReader::new().read_bytes(&bytes);
        read.map_err(|problems| format!("it is not a valid invoice:\n{problems}"))
    });
    let is_read = read.is_ok();
    let (reason, findings) = match read.map(ReadInvoice::into_invoice) {
        Err(reason) => (Some(reason), Findings::default()),
        Ok(invoice) => match strategy.verify(invoice, keyring) {
            Ok(verified) => (None, verified.findings().clone()),
            Err(error) => (Some(error.reason().to_string()), error.findings().clone()),
        },
    };
    Verdict {
        path: path.display().to_string(),
        reason,
        findings,
        is_read,
    }
}

fn print_text(out: &mut impl Write, verdict: &Verdict) -> io::Result<()> {
    write!(out, "{SUBJECT}{}{SUBJECT:#}: ", verdict.path)?;
    match &verdict.reason {
        None => writeln!(out, "{GOOD}verified{GOOD:#}")?,
        Some(reason) => writeln!(out, "{BAD}rejected{BAD:#}: {reason}")?,
    }
    for (index, finding) in verdict.findings.iter().enumerate() {
        let form = finding
            .form()
            .map_or(String::new(), |form| format!(", {form} form"));
        let key = match finding.label() {
            None => "unknown key".to_owned(),
            Some(label) if finding.is_role_granted() => format!("key of {label:?}"),
            Some(label) => format!("key of {label:?}, not granted this role"),
        };
        let (by, role, status) = (finding.by(), finding.role(), finding.status().as_str());
        let style = match (finding.counts(), finding.is_valid()) {
            (true, _) => GOOD,
            (false, true) => DOUBTFUL,
            (false, false) => BAD,
        };
        writeln!(
            out,
            "  signature[{index}] by {by:?} as {role}: {style}{status}{style:#}{form}; {key}"
        )?;
    }
    Ok(())
}
