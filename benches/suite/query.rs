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
    insertion(suite);
}

fn beside_a_scan(suite: &mut Suite) {
    const THERE: usize = 100_000;
    let invoices = LazyCell::new(|| samples::bindles(THERE).collect::<Vec<Invoice>>());
    let index = LazyCell::new(|| index(THERE));
    let range: VersionQuery = "^1.2".parse().expect("a range");
    let word = samples::word(7);
    for (name, query) in [
        (
            "term and range",
            Query::new(&word).with_version(range.clone()),
        ),
        (
            "strict term and range",
            Query::new(&word)
                .with_version(range.clone())
                .with_mode(Mode::Strict),
        ),
        (
            "common term and range",
            Query::new("example").with_version(range),
        ),
        (
            "everything, a page in the middle",
            Query::default().with_offset(THERE as u64 / 2),
        ),
    ] {
        let name = format!("query 100,000 invoices, {name}");
        if !suite.keeps(&name) {
            continue;
        }
        // Not within the time of whoever comes first.
        let (index, invoices) = (&*index, &*invoices);
        suite
            .row(&name, Unit::Time)
            .ours(|| index.answer(black_box(&query), Total::WhereCheap, samples::AT))
            .limit("a scan", || black_box(&query).scan(invoices, samples::AT))
            .measure();
    }
}

/// Of what has a thousand hits or less, two common terms which are seldom
/// together take the most time. Of 100 samples of that, 31 are in finding the
/// packages that have both, from the lists of grams; 22 in putting a page in order;
/// 18 in looking for the terms in names; 13 wait for bindles, which lie anywhere in
/// memory; 5 are the allocator's.
fn at_a_million(suite: &mut Suite) {
    const THERE: usize = 1_000_000;
    let index = LazyCell::new(|| index(THERE));
    let names = LazyCell::new(|| {
        let names = samples::bindles(THERE).map(|invoice| invoice.id().name().clone());
        names.collect::<Vec<Name>>()
    });
    let range: VersionQuery = "^1.2".parse().expect("a range");
    // In about a thousand bindles.
    let (one, other) = (samples::word(7), samples::word(8));
    let strict = Query::new(&one).with_mode(Mode::Strict);
    for (name, query) in [
        ("strict term", strict.clone()),
        ("strict term, last page", strict.clone().with_offset(1_000)),
        ("strict term and range", strict.with_version(range.clone())),
        // In names only, by what follows it there.
        ("term, 810 hits", Query::new(format!("{one}-"))),
        (
            "term and range, 648 hits",
            Query::new(format!("{one}-")).with_version(range.clone()),
        ),
        ("term, 3,720 hits", Query::new(&one)),
        (
            "term and range, 2,976 hits",
            Query::new(&one).with_version(range),
        ),
        ("two terms", Query::new(format!("{one} {other}"))),
        ("two common terms, seldom together", Query::new("dob afi")),
        ("build", Query::new("q1a2b3")),
        ("two letters", Query::new("be")),
        ("common term", Query::new("example")),
        ("everything", Query::default()),
        (
            "everything, a page in the middle",
            Query::default().with_offset(THERE as u64 / 2),
        ),
    ] {
        let term = query.terms().next().unwrap_or_default();
        let name = format!("query 1,000,000 invoices, {name}");
        if !suite.keeps(&name) {
            continue;
        }
        let (index, names) = (&*index, &*names);
        suite
            .row(&name, Unit::Time)
            .ours(|| index.answer(black_box(&query), Total::WhereCheap, samples::AT))
            .limit("a look at every name", || {
                let names = names.iter().map(Name::as_str);
                names.filter(|name| name.contains(black_box(term))).count()
            })
            .measure();
    }
}

fn insertion(suite: &mut Suite) {
    const THERE: usize = 1_000_000;
    let index = LazyCell::new(|| index(THERE));
    let names = THERE / samples::VERSIONS;
    let new_name = |number| samples::bindle(names + number, usize::MAX);
    let new_version = |number| samples::bindle(THERE + number, names);
    insert(suite, "a new name", &index, new_name);
    insert(suite, "a new version", &index, new_version);
}

fn insert(
    suite: &mut Suite,
    what: &str,
    index: &LazyCell<Index, impl FnOnce() -> Index>,
    invoice: impl Fn(usize) -> Invoice,
) {
    let name = format!("insert into an index of 1,000,000 invoices, {what}");
    if !suite.keeps(&name) {
        return;
    }
    let mut index = Index::clone(index);
    let (mut new, mut made) = (0.., 0..);
    suite
        .row(&name, Unit::Time)
        .ours(|| new.next().map(|number| index.insert(&invoice(number))))
        .limit("to make the invoice", || made.next().map(&invoice))
        .measure();
}

fn index(count: usize) -> Index {
    let mut index = Index::new();
    for invoice in samples::bindles(count) {
        index.insert(&invoice);
    }
    index
}
