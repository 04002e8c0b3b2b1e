//! Which parcels a run needs.

mod agreement;
mod errors;
mod features;
mod groups;
mod large;
mod obvious;
mod specification;

use bindle_core::select::{Selection, Wanted};
use bindle_core::{Group, Invoice, Label, MediaType, Parcel};

/// An invoice in short, a group or a parcel a line:
///
/// ```text
/// group NAME [allOf|oneOf|optional] [required]
/// parcel NAME [in GROUP,…] [needs GROUP,…] [has SECTION.NAME=VALUE]…
/// ```
fn invoice(text: &str) -> Invoice {
    let mut invoice = Invoice::builder("example.com/app/1.0.0".parse().unwrap());
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let mut words = line.split_whitespace();
        let (kind, name) = (words.next().unwrap(), words.next().unwrap());
        if kind == "group" {
            let group = words.fold(Group::new(name), |group, word| match word {
                "required" => group.with_required(true),
                word => group.with_satisfied_by(word.parse().unwrap()),
            });
            invoice = invoice.group(group);
            continue;
        }
        assert_eq!(kind, "parcel");
        let mut label = Label::of(name, MediaType::WASM, name.as_bytes());
        let (mut member_of, mut requires) = (Vec::new(), Vec::new());
        while let Some(word) = words.next() {
            let value = words.next().unwrap();
            match word {
                "in" => member_of.extend(value.split(',')),
                "needs" => requires.extend(value.split(',')),
                _ => {
                    let (key, value) = value.split_once('=').unwrap();
                    let (section, name) = key.split_once('.').unwrap();
                    label = label.with_feature(section, name, value);
                }
            }
        }
        invoice = invoice.parcel(Parcel::from(label).member_of(member_of).requires(requires));
    }
    invoice.build().unwrap()
}

/// The names of what is selected.
fn names<'i>(selection: &Selection<'i>) -> Vec<&'i str> {
    let labels = selection.parcels().map(Parcel::label);
    labels.map(Label::name).collect()
}

/// What is selected, each parcel with its reason, and what is left out.
fn shown(invoice: &Invoice, wanted: &Wanted) -> String {
    use std::fmt::Write as _;

    let mut text = String::new();
    let selection = match invoice.select(wanted) {
        Ok(selection) => selection,
        Err(error) => return error.to_string(),
    };
    for selected in selection.selected() {
        let (name, reason) = (selected.parcel().label().name(), selected.reason());
        writeln!(text, "{name}: {reason}").unwrap();
    }
    for left_out in selection.left_out() {
        let (name, omission) = (left_out.parcel().label().name(), left_out.omission());
        writeln!(text, "not {name}: {omission}").unwrap();
    }
    for choice in selection.choices() {
        let (group, chosen) = (choice.group().name(), choice.chosen().label().name());
        let others = choice.alternatives().iter();
        let others: Vec<_> = others.map(|parcel| parcel.label().name()).collect();
        writeln!(text, "choice {group}: {chosen} or {}", others.join(", ")).unwrap();
    }
    text
}

/// Asserts what [`shown`] gives; lines may be indented.
#[track_caller]
fn assert_shown(invoice: &Invoice, wanted: &Wanted, expected: &str) {
    let lines = |text: &str| -> Vec<String> {
        let lines = text.lines().map(str::trim);
        lines
            .filter(|line| !line.is_empty())
            .map(Into::into)
            .collect()
    };
    assert_eq!(lines(&shown(invoice, wanted)), lines(expected));
}
