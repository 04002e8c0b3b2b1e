//! Queries.

use std::cell::LazyCell;
use std::hint::black_box;

use benches::{Suite, Unit, samples};
use bindle_core::query::{Index, Mode, Query, Total};
use bindle_core::range::VersionQuery;
use bindle_core::{Invoice, Name};

pub(crate) fn rows(suite: &mut Suite) {
    beside_a_scan(suite);
    at_a_million(suite);
}

fn range(text: &str) -> VersionQuery {
    text.parse().expect("a range")
}

fn beside_a_scan(suite: &mut Suite) {
    const THERE: usize = 100_000;
    let invoices = LazyCell::new(|| samples::bindles(THERE).collect::<Vec<Invoice>>());
    let index = LazyCell::new(|| index(&*invoices));
    let word = samples::word(7);
    for (name, query) in [
        (
            "term and range",
            Query::new(&word).with_version(range("^1.2")),
        ),
        (
            "strict term and range",
            Query::new(&word)
                .with_mode(Mode::Strict)
                .with_version(range("^1.2")),
        ),
        (
            "common term and range",
            Query::new("example").with_version(range("^1.2")),
        ),
        (
            "everything from the middle",
            Query::default().with_offset(THERE as u64 / 2),
        ),
    ] {
        suite
            .row(&format!("query 100,000 invoices, {name}"), Unit::Time)
            .ours(|| index.answer(black_box(&query), Total::WhereCheap, samples::AT))
            .limit("a scan", || query.scan(&*invoices, samples::AT))
            .measure();
    }
}

fn index<'i>(invoices: impl IntoIterator<Item = &'i Invoice>) -> Index {
    let mut index = Index::new();
    for invoice in invoices {
        index.insert(invoice);
    }
    index
}

fn at_a_million(suite: &mut Suite) {
    const THERE: usize = 1_000_000;
    let large = LazyCell::new(|| {
        let mut index = Index::new();
        for invoice in samples::bindles(THERE) {
            index.insert(&invoice);
        }
        index
    });
    let names = LazyCell::new(|| {
        let invoices = samples::bindles(THERE);
        invoices
            .map(|invoice| invoice.id().name().clone())
            .collect::<Vec<Name>>()
    });
    let word = samples::word(7);
    let (first, second) = (samples::word(7), samples::word(8));
    for (name, query) in [
        ("strict term", Query::new(&word).with_mode(Mode::Strict)),
        (
            "strict term and range",
            Query::new(&word)
                .with_mode(Mode::Strict)
                .with_version(range("^1.2")),
        ),
        (
            "strict term, last page",
            Query::new(&word).with_mode(Mode::Strict).with_offset(900),
        ),
        ("term", Query::new(&word)),
        (
            "term and range",
            Query::new(&word).with_version(range("^1.2")),
        ),
        ("two terms", Query::new(format!("{first} {second}"))),
        ("build", Query::new("q1a2b3")),
        ("short term", Query::new("be")),
        ("common term", Query::new("example")),
        ("everything", Query::default()),
        (
            "everything from the middle",
            Query::default().with_offset(THERE as u64 / 2),
        ),
    ] {
        if std::env::var_os("EXPLORE").is_some() {
            let m = large.answer(&query, Total::WhereCheap, samples::AT);
            println!(
                "{name}: {:?} {} {:?}",
                m.total(),
                m.hits().len(),
                m.hits().first()
            );
        }
        suite
            .row(&format!("query 1,000,000 invoices, {name}"), Unit::Time)
            .ours(|| large.answer(black_box(&query), Total::WhereCheap, samples::AT))
            .limit("a look at every name", || {
                let term = query.terms().next().unwrap_or_default();
                names
                    .iter()
                    .filter(|name| name.as_str().contains(term))
                    .count()
            })
            .measure();
    }
}
