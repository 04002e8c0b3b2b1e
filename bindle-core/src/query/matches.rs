use alloc::vec::Vec;

use serde::ser::{Serialize, SerializeStruct, Serializer};

use super::{Mode, Query, Yanked};
use crate::UnixTime;

/// A page of what a [`Query`] found: the ids of bindles or their invoices, in
/// the [order](Query#order) of the query.
///
/// It serialises in the form that the specification requires: `query`,
/// `strict`, `offset`, `limit`, `timestamp`, `total` if known, `more`, `yanked`
/// and, as `invoices`, the hits.
///
/// Specification: *Bindle Protocol* (`protocol-spec.md`), "Returning Matches".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matches<T> {
    pub(super) query: Query,
    pub(super) timestamp: UnixTime,
    pub(super) total: Option<u64>,
    pub(super) has_more: bool,
    pub(super) hits: Vec<T>,
}

impl<T> Matches<T> {
    /// The query that was answered.
    #[must_use]
    pub fn query(&self) -> &Query {
        &self.query
    }

    /// When the query was answered, as the caller told.
    #[must_use]
    pub fn timestamp(&self) -> UnixTime {
        self.timestamp
    }

    /// The number of matches on all pages; `None` if they were not counted.
    #[must_use]
    pub fn total(&self) -> Option<u64> {
        self.total
    }

    /// Whether there are matches after this page.
    #[must_use]
    pub fn has_more(&self) -> bool {
        self.has_more
    }

    /// What was found, in the order of the query.
    #[must_use]
    pub fn hits(&self) -> &[T] {
        &self.hits
    }

    /// What was found, in the order of the query.
    #[must_use]
    pub fn into_hits(self) -> Vec<T> {
        self.hits
    }

    /// The same page with each hit replaced, for example an id by its invoice.
    #[must_use]
    pub fn map<U>(mut self, to: impl FnMut(T) -> U) -> Matches<U> {
        let hits = core::mem::take(&mut self.hits);
        self.with_hits(hits.into_iter().map(to).collect())
    }

    /// The same page with other hits, for callers that have to look them up
    /// asynchronously.
    #[must_use]
    pub fn with_hits<U>(self, hits: Vec<U>) -> Matches<U> {
        Matches {
            query: self.query,
            timestamp: self.timestamp,
            total: self.total,
            has_more: self.has_more,
            hits,
        }
    }
}

impl<T: Serialize> Serialize for Matches<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let length = if self.total.is_some() { 9 } else { 8 };
        let mut fields = serializer.serialize_struct("Matches", length)?;
        fields.serialize_field("query", self.query.text())?;
        fields.serialize_field("strict", &(self.query.mode() == Mode::Strict))?;
        fields.serialize_field("offset", &self.query.offset())?;
        fields.serialize_field("limit", &self.query.limit())?;
        fields.serialize_field("timestamp", &self.timestamp)?;
        match &self.total {
            Some(total) => fields.serialize_field("total", total)?,
            None => fields.skip_field("total")?,
        }
        fields.serialize_field("more", &self.has_more)?;
        fields.serialize_field("yanked", &(self.query.yanked() == Yanked::Included))?;
        fields.serialize_field("invoices", &self.hits)?;
        fields.end()
    }
}
