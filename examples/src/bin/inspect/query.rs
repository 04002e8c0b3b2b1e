use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use bindle_core::query::{Index, ParseQueryError, Query, Total};
use bindle_core::{Id, Invoice, InvoiceReader, UnixTime};
use serde::Serialize;

use crate::{Format, Outcome, fail, print_record, source};

/// Print which of the invoices a query finds, as the record with which a
/// registry would answer, or `{"error": …}` if the query is not valid.
///
/// Files without a valid invoice are left out, and named on standard error or,
/// with `--json`, in a record before the answer.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Look for the terms in names only, respecting case.
    #[arg(long)]
    strict: bool,
    /// Find yanked bindles, too.
    #[arg(long)]
    yanked: bool,
    /// A version, including its build metadata, or a range.
    #[arg(long, value_name = "RANGE")]
    version: Option<String>,
    /// How many matches to skip.
    #[arg(long, value_name = "N")]
    offset: Option<String>,
    /// How many matches to show, at most 255.
    #[arg(long, value_name = "N")]
    limit: Option<String>,
    /// Terms, separated by spaces; an empty text finds everything.
    #[arg(value_name = "TERM")]
    text: String,
    /// Files of invoices in TOML, in the order of registration; `-` for
    /// standard input.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

#[derive(Serialize)]
struct Failure {
    error: String,
}

pub(crate) fn run(
    arguments: &Arguments,
    format: Format,
    out: &mut impl Write,
) -> io::Result<Outcome> {
    let query = match arguments.query() {
        Ok(query) => query,
        Err(error) => {
            let error = error.to_string();
            print_record(out, &Failure { error })?;
            return Ok(Outcome::Wrong);
        }
    };
    let mut outcome = Outcome::Well;
    let mut index = Index::new();
    let mut invoices: BTreeMap<Id, Invoice> = BTreeMap::new();
    for path in &arguments.files {
        match read(path) {
            Ok(invoice) => {
                index.insert(&invoice);
                invoices.entry(invoice.id().clone()).or_insert(invoice);
            }
            Err(error) => {
                outcome = fail(out, format, path, &error)?;
            }
        }
    }
    let now = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
    let now = UnixTime::from_seconds(now.as_secs());
    let matches = index.answer(&query, Total::Always, now);
    print_record(out, &matches.map(|id| invoices.get(&id)))?;
    Ok(outcome)
}

impl Arguments {
    fn query(&self) -> Result<Query, ParseQueryError> {
        let flag = |is_on: bool| Some(is_on.to_string());
        let pairs = [
            ("q", Some(self.text.clone())),
            ("v", self.version.clone()),
            ("offset", self.offset.clone()),
            ("limit", self.limit.clone()),
            ("strict", flag(self.strict)),
            ("yanked", flag(self.yanked)),
        ];
        Query::from_pairs(
            pairs
                .into_iter()
                .filter_map(|(name, value)| Some((name, value?))),
        )
    }
}

fn read(path: &Path) -> Result<Invoice, String> {
    let bytes = source::read(path)?;
    match InvoiceReader::new().read_bytes(&bytes) {
        Ok(read) => Ok(read.into_invoice()),
        Err(problems) => Err(format!(
            "{} is not an invoice:\n{problems}",
            source::name(path)
        )),
    }
}
