//! Queries.

use std::hint::black_box;

use benches::{Suite, Unit, samples};
use bindle::search::{Search as _, SearchOptions, StrictEngine};
use bindle_core::Invoice;
use bindle_core::query::{Index, Mode, Query, Total};
use bindle_core::range::VersionQuery;
use tokio::runtime::Runtime;

use crate::REFERENCE;

/// It has a strict mode only, always counts, and copies all that it finds, of
/// which one page goes out.
pub(crate) fn rows(suite: &mut Suite, runtime: &Runtime) {
    for (there, shown) in [(10_000, "10,000"), (100_000, "100,000")] {
        let word = samples::word(7);
        let cases = [
            ("strict term", &*word, ""),
            ("strict term and range", &word, "^1.2"),
            ("strict common term and range", "example", "^1.2"),
        ]
        .map(|(what, term, range)| (format!("query {shown} invoices, {what}"), term, range));
        if !cases.iter().any(|(name, ..)| suite.keeps(name)) {
            continue;
        }
        let mut ours = Index::new();
        let theirs = StrictEngine::default();
        for invoice in samples::bindles(there) {
            ours.insert(&invoice);
            let invoice = their(&invoice);
            let indexed = runtime.block_on(theirs.index(&invoice));
            indexed.expect("they take it");
        }
        for (name, term, range) in cases {
            let mut query = Query::new(term).with_mode(Mode::Strict);
            if !range.is_empty() {
                query = query.with_version(range.parse::<VersionQuery>().expect("a range"));
            }
            let search = || runtime.block_on(theirs.query(term, range, SearchOptions::default()));
            let answer = |query: &Query| ours.answer(query, Total::Always, samples::AT);
            let found = answer(&query).total();
            assert_eq!(search().ok().map(|found| found.total), found);
            suite
                .row(&name, Unit::Time)
                .ours(|| answer(black_box(&query)))
                .peer(REFERENCE, search)
                .measure();
        }
    }
}

/// An invoice as the reference has it.
pub(crate) fn their(invoice: &Invoice) -> bindle::Invoice {
    toml::from_str(invoice.to_reference_toml().as_str()).expect("they read it")
}
