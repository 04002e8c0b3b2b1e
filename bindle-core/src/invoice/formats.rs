//! Invoices and labels in other formats than TOML.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::wire::{WireInvoice, WireLabel};
use super::{Invoice, Label, Limits, check};
use crate::document::{At, Path, Report};

/// Goes through the same checks as TOML.
impl<'de> Deserialize<'de> for Invoice {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let wire = At::nowhere(WireInvoice::deserialize(deserializer)?);
        checked(|report| check::invoice(wire, &Limits::default(), report))
    }
}

/// With the field names of the document.
impl Serialize for Invoice {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        WireInvoice::from(self).serialize(serializer)
    }
}

/// With the field names of the document.
impl Serialize for Label {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        WireLabel::from(self).serialize(serializer)
    }
}

/// Goes through the same checks as a label in an invoice.
impl<'de> Deserialize<'de> for Label {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let wire = At::deserialize(deserializer)?;
        checked(|report| check::label(wire, &Path::Root, report))
    }
}

fn checked<T, E: Error>(check: impl FnOnce(&mut Report) -> Option<T>) -> Result<T, E> {
    let mut report = Report::new(Limits::default().problems);
    match check(&mut report) {
        Some(value) if !report.has_errors() => Ok(value),
        _ => Err(E::custom(report.finish(None).without_lints())),
    }
}
