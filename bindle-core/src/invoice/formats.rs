//! Invoices and labels in other formats than TOML.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::wire::{WireInvoice, WireLabel};
use super::{Invoice, Label, Limits, check};
use crate::document::{At, Path, Report};

/// Goes through the same checks as TOML.
impl<'de> Deserialize<'de> for Invoice {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let wire = At::nowhere(WireInvoice::deserialize(deserializer)?);
        let mut report = Report::new(Limits::default().problems);
        match check::invoice(wire, &Limits::default(), &mut report) {
            Some(invoice) if !report.has_errors() => Ok(invoice),
            _ => Err(D::Error::custom(report.finish(None).without_lints())),
        }
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
        let mut report = Report::new(Limits::default().problems);
        match check::label(wire, &Path::Root, &mut report) {
            Some(label) if !report.has_errors() => Ok(label),
            _ => Err(D::Error::custom(report.finish(None).without_lints())),
        }
    }
}
