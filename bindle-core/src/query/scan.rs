use alloc::vec::Vec;

use super::terms::Terms;
use super::{Matches, Query, Yanked};
use crate::range::VersionQuery;
use crate::{Invoice, UnixTime};

impl Query {
    /// Answers the query by looking at all `invoices`, which have different ids
    /// and are in the order of registration. An [`Index`](super::Index) gives
    /// the same answers without looking at all of them; use this for a few
    /// pages of bindles.
    ///
    /// ```
    /// use bindle_core::query::Query;
    /// use bindle_core::{Invoice, UnixTime};
    ///
    /// let invoice = Invoice::builder("example.com/hello/1.0.0".parse()?)
    ///     .description("A greeting")
    ///     .build()?;
    /// let now = UnixTime::from_seconds(1_700_000_000);
    /// let matches = Query::new("greet").scan([&invoice], now);
    /// assert_eq!(matches.hits(), [&invoice]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn scan<'i>(
        &self,
        invoices: impl IntoIterator<Item = &'i Invoice>,
        now: UnixTime,
    ) -> Matches<&'i Invoice> {
        let terms = Terms::of(self);
        let mut found: Vec<_> = invoices
            .into_iter()
            .filter(|invoice| self.admits(invoice))
            .filter_map(|invoice| Some((terms.rank(invoice)?, invoice)))
            .collect();
        // Stable, so that registration decides in the end.
        found.sort_by(|(left_rank, left), (right_rank, right)| {
            let (left, right) = (left.id(), right.id());
            let by_rank = left_rank.cmp(right_rank);
            let by_name = by_rank.then_with(|| left.name().cmp(right.name()));
            by_name.then_with(|| left.version().cmp_precedence(right.version()))
        });
        let total = found.len();
        let page = self.page(total);
        Matches {
            query: self.clone(),
            timestamp: now,
            total: Some(total as u64),
            has_more: page.end < total,
            hits: found[page].iter().map(|(_, invoice)| *invoice).collect(),
        }
    }

    fn admits(&self, invoice: &Invoice) -> bool {
        let asks_for = |version: &VersionQuery| version.matches(invoice.id().version());
        (self.yanked == Yanked::Included || !invoice.is_yanked())
            && self.version.as_ref().is_none_or(asks_for)
    }

    /// The part of so many matches that is on the page.
    pub(super) fn page(&self, total: usize) -> core::ops::Range<usize> {
        let start = usize::try_from(self.offset).map_or(total, |offset| offset.min(total));
        start..total.min(start.saturating_add(self.limit.into()))
    }
}
