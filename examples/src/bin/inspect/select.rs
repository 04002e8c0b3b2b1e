use std::io::{self, Write};
use std::path::{Path, PathBuf};

use bindle_core::select::{Selection, Wanted};
use bindle_core::{Digest, Invoice, InvoiceReader, ReadInvoice};
use serde::Serialize;
use serde_json::{Value, json};

use crate::{Format, Outcome, print_record, source};

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
    /// Activate a feature; one name has one value, the last one.
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

#[derive(Serialize)]
struct Record<'s, 'i> {
    #[serde(flatten)]
    selection: &'s Selection<'i>,
    /// In case of an error, there is no selection.
    error: Option<Value>,
}

pub(crate) fn run(
    arguments: &Arguments,
    format: Format,
    out: &mut impl Write,
) -> io::Result<Outcome> {
    let invoice = read(&arguments.file);
    let selection = invoice.as_ref().map_err(Clone::clone).and_then(|invoice| {
        let selection = invoice.select(&arguments.wanted());
        selection.map_err(|error| error.to_string())
    });
    match (&selection, format) {
        (Ok(selection), Format::Json) => {
            let error = None;
            print_record(out, &Record { selection, error })?;
        }
        (Ok(selection), Format::Text) => print_text(out, selection)?,
        (Err(error), Format::Json) => {
            let none: [Value; 0] = [];
            let record =
                json!({ "selected": none, "left_out": none, "choices": none, "error": error });
            print_record(out, &record)?;
        }
        (Err(error), Format::Text) => {
            writeln!(out, "{}: {error}", arguments.file.display())?;
        }
    }
    Ok(match selection {
        Ok(_) => Outcome::Well,
        Err(_) => Outcome::Wrong,
    })
}

fn read(path: &Path) -> Result<Invoice, String> {
    let read = InvoiceReader::new().read_bytes(&source::read(path)?);
    read.map(ReadInvoice::into_invoice)
        .map_err(|problems| format!("it is not a valid invoice:\n{problems}"))
}

fn print_text(out: &mut impl Write, selection: &Selection<'_>) -> io::Result<()> {
    for selected in selection.selected() {
        let label = selected.parcel().label();
        let (digest, reason) = (label.digest(), selected.reason());
        writeln!(out, "+ {digest} {}: {reason}", label.name())?;
    }
    for left_out in selection.left_out() {
        let label = left_out.parcel().label();
        let (digest, omission) = (label.digest(), left_out.omission());
        writeln!(out, "- {digest} {}: {omission}", label.name())?;
    }
    for choice in selection.choices() {
        let name = |parcel: &bindle_core::Parcel| match parcel.label().name() {
            "" => parcel.label().digest().to_string(),
            name => name.to_owned(),
        };
        let others = choice.alternatives().iter();
        let others: Vec<_> = others.map(|parcel| name(parcel)).collect();
        let (group, chosen) = (choice.group().name(), name(choice.chosen()));
        writeln!(
            out,
            "? group {group:?}: {chosen} or {}",
            others.join(" or ")
        )?;
    }
    Ok(())
}
