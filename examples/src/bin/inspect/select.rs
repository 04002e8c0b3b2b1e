use std::io::{self, Write};
use std::path::{Path, PathBuf};

use bindle_core::select::{Selection, Wanted};
use bindle_core::{Digest, Invoice, InvoiceReader, ReadInvoice};
use serde::Serialize;

use crate::{Outcome, print_record, source};

/// Print which parcels of a bindle a run needs, and why, as one record:
/// `selected` and `left_out`, in the order of the invoice, and the open
/// `choices`; or none of these and an `error`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The invoice in TOML; `-` for standard input.
    #[arg(value_name = "INVOICE")]
    file: PathBuf,
    /// Ask for a group.
    #[arg(long = "group", value_name = "GROUP")]
    groups: Vec<String>,
    /// Exclude a group.
    #[arg(long = "without", value_name = "GROUP")]
    excluded: Vec<String>,
    /// Activate a feature; a name has one value, and the last one counts.
    #[arg(long = "feature", value_name = "SECTION.NAME=VALUE", value_parser = feature)]
    activated: Vec<Feature>,
    /// Deactivate a feature.
    #[arg(long = "not-feature", value_name = "SECTION.NAME=VALUE", value_parser = feature)]
    deactivated: Vec<Feature>,
    /// Where one of several parcels has to be chosen, prefer this one: a name
    /// or a SHA-256. The first preference counts most.
    #[arg(long = "prefer", value_name = "PARCEL")]
    preferences: Vec<String>,
}

#[derive(Clone)]
struct Feature {
    section: String,
    name: String,
    value: String,
}

fn feature(text: &str) -> Result<Feature, String> {
    let parts = text.split_once('=').and_then(|(feature, value)| {
        let (section, name) = feature.split_once('.')?;
        Some((section, name, value))
    });
    match parts {
        Some((section, name, value)) if !section.is_empty() && !name.is_empty() => Ok(Feature {
            section: section.into(),
            name: name.into(),
            value: value.into(),
        }),
        _ => Err("expected `SECTION.NAME=VALUE`, such as `wasm.ui_kit=electron`".into()),
    }
}

impl Arguments {
    fn wanted(&self) -> Wanted {
        let groups = self.groups.iter();
        let wanted = groups.fold(Wanted::new(), Wanted::group);
        let excluded = self.excluded.iter();
        let wanted = excluded.fold(wanted, Wanted::without_group);
        let activated = self.activated.iter().cloned();
        let wanted = activated.fold(wanted, |wanted, feature| {
            wanted.feature(feature.section, feature.name, feature.value)
        });
        let deactivated = self.deactivated.iter().cloned();
        let wanted = deactivated.fold(wanted, |wanted, feature| {
            wanted.without_feature(feature.section, feature.name, feature.value)
        });
        let preferences = self.preferences.iter();
        preferences.fold(wanted, |wanted, text| match text.parse::<Digest>() {
            Ok(digest) => wanted.prefer_digest(digest),
            Err(_) => wanted.prefer(text),
        })
    }
}

/// What goes out in place of a selection.
#[derive(Default, Serialize)]
struct Failure {
    selected: [(); 0],
    left_out: [(); 0],
    choices: [(); 0],
    error: String,
}

#[derive(Serialize)]
struct Success<'s, 'i> {
    #[serde(flatten)]
    selection: &'s Selection<'i>,
    error: (),
}

pub(crate) fn run(arguments: &Arguments, out: &mut impl Write) -> io::Result<Outcome> {
    let invoice = read(&arguments.file);
    let selection = invoice.as_ref().map_err(Clone::clone).and_then(|invoice| {
        let selection = invoice.select(&arguments.wanted());
        selection.map_err(|error| error.to_string())
    });
    match selection {
        Ok(selection) => {
            let (selection, error) = (&selection, ());
            print_record(out, &Success { selection, error })?;
            Ok(Outcome::Well)
        }
        Err(error) => {
            let none = Failure::default();
            print_record(out, &Failure { error, ..none })?;
            Ok(Outcome::Wrong)
        }
    }
}

fn read(path: &Path) -> Result<Invoice, String> {
    let read = InvoiceReader::new().read_bytes(&source::read(path)?);
    read.map(ReadInvoice::into_invoice)
        .map_err(|problems| format!("it is not a valid invoice:\n{problems}"))
}
