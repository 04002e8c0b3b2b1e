use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use super::wire::WireInvoice;
use super::{Group, Invoice, Limits, Parcel, check};
use crate::Id;
use crate::document::{At, Problems, Report};

/// Builds an [`Invoice`] in code: see [`Invoice::builder`].
#[derive(Clone, Debug)]
#[must_use = "nothing is made before `build` is called"]
pub struct InvoiceBuilder {
    invoice: Invoice,
}

impl InvoiceBuilder {
    pub(super) fn new(id: Id) -> Self {
        Self {
            invoice: Invoice {
                id,
                description: String::new(),
                authors: Vec::new(),
                annotations: BTreeMap::new(),
                parcels: Vec::new(),
                groups: Vec::new(),
                signatures: Vec::new(),
                yank: None,
            },
        }
    }

    /// Sets the description, a line of text for end users.
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.invoice.description = description.into();
        self
    }

    /// Adds an author, by convention as `Name <mail address>`.
    pub fn author(mut self, author: impl Into<String>) -> Self {
        self.invoice.authors.push(author.into());
        self
    }

    /// Adds an annotation, or replaces the one with that name.
    pub fn annotation(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.invoice.annotations.insert(name.into(), value.into());
        self
    }

    /// Adds a parcel. A [`Label`](super::Label) alone becomes a parcel of the
    /// global group.
    pub fn parcel(mut self, parcel: impl Into<Parcel>) -> Self {
        self.invoice.parcels.push(parcel.into());
        self
    }

    /// Adds several parcels.
    pub fn parcels(mut self, parcels: impl IntoIterator<Item = impl Into<Parcel>>) -> Self {
        let parcels = parcels.into_iter().map(Into::into);
        self.invoice.parcels.extend(parcels);
        self
    }

    /// Declares a group.
    pub fn group(mut self, group: Group) -> Self {
        self.invoice.groups.push(group);
        self
    }

    /// Checks the invoice, by the same rules as one that is read, and returns
    /// it.
    ///
    /// # Errors
    ///
    /// Every problem, with its place in the document:
    ///
    /// - a parcel that names an undeclared group;
    /// - two groups with the same name, or a group without a name;
    /// - two parcels with the same digest and different sizes;
    /// - a control character in the name of a label, a group or a feature, or
    ///   in an origin.
    pub fn build(self) -> Result<Invoice, Problems> {
        let mut report = Report::new(Limits::default().problems);
        let wire = At::nowhere(WireInvoice::from(&self.invoice));
        check::invoice(wire, &Limits::NONE, &mut report);
        if report.has_errors() {
            return Err(report.finish(None).without_lints());
        }
        let mut invoice = self.invoice;
        for parcel in &mut invoice.parcels {
            // A section without properties means nothing.
            parcel
                .label
                .features
                .retain(|_, section| !section.is_empty());
        }
        Ok(invoice)
    }
}
