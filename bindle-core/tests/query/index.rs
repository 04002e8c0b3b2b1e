//! An index answers exactly as a scan does.

use std::collections::BTreeMap;

use bindle_core::query::{Index, Matches, Mode, Query, Total, Yanked};
use bindle_core::range::VersionQuery;
use bindle_core::{Id, Invoice, InvoiceBuilder, UnixTime};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

const NOW: UnixTime = UnixTime::from_seconds(1_700_000_000);

/// An index, and beside it what was put into it, in the order of registration.
#[derive(Clone, Debug, Default)]
struct Registry {
    index: Index,
    invoices: Vec<Invoice>,
    places: BTreeMap<Id, usize>,
}

impl Registry {
    fn of(invoices: impl IntoIterator<Item = Invoice>) -> Self {
        let mut registry = Self::default();
        assert!(registry.index.is_empty());
        for invoice in invoices {
            registry.insert(invoice);
        }
        registry
    }

    fn insert(&mut self, invoice: Invoice) {
        let is_new = self.index.insert(&invoice);
        match self.places.get(invoice.id()) {
            Some(place) => {
                assert!(!is_new);
                if invoice.is_yanked() {
                    self.invoices[*place].yank("").unwrap();
                }
            }
            None => {
                assert!(is_new);
                self.places
                    .insert(invoice.id().clone(), self.invoices.len());
                self.invoices.push(invoice);
            }
        }
        assert_eq!(self.index.len(), self.invoices.len());
        assert_eq!(self.index.is_empty(), self.invoices.is_empty());
    }

    fn yank(&mut self, id: &Id) {
        let place = self.places.get(id);
        assert_eq!(self.index.yank(id), place.is_some());
        if let Some(place) = place {
            self.invoices[*place].yank("").unwrap();
        }
    }

    /// The answer with a total, if it is the one of a scan, and the one
    /// without effort is, too.
    #[track_caller]
    fn answer(&self, query: &Query) -> Matches<Id> {
        let scan = query.scan(&self.invoices, NOW);
        let scan = scan.map(|invoice| invoice.id().clone());
        assert_eq!(self.index.answer(query, Total::Always, NOW), scan);
        let cheap = self.index.answer(query, Total::WhereCheap, NOW);
        assert_eq!(cheap.hits(), scan.hits(), "{query:?}");
        assert_eq!(cheap.has_more(), scan.has_more(), "{query:?}");
        assert!(
            cheap.total().is_none() || cheap.total() == scan.total(),
            "{query:?}"
        );
        scan
    }
}

/// Parts of names and descriptions that overlap, so that terms are found within
/// and across them, and not found though all their grams are.
fn piece() -> impl Strategy<Value = &'static str> {
    select(vec![
        "a",
        "b",
        "ab",
        "abc",
        "abcd",
        "bcd",
        "bcda",
        "cdab",
        "abcdabcd",
        "hello",
        "Hello",
        "ello",
        "he",
        "llo-w",
        "-",
        "_",
        ".x",
        "1",
        "10",
        "1.0",
        "k\u{e4}se",
        "K\u{c4}SE",
        "\u{df}",
        "\u{3c3}",
        "\u{3a3}",
        "\u{3c2}",
        "\u{130}",
        "\u{5b57}",
    ])
}

fn name() -> impl Strategy<Value = String> {
    let segment = prop::collection::vec(piece(), 1..4).prop_map(|pieces| pieces.concat());
    let name = prop::collection::vec(segment, 1..4).prop_map(|segments| segments.join("/"));
    name.prop_filter("a name", |name| name.parse::<bindle_core::Name>().is_ok())
}

fn version() -> impl Strategy<Value = &'static str> {
    select(vec![
        "0.1.0",
        "1.0.0-a",
        "1.0.0-ab.10",
        "1.0.0-HELLO",
        "1.0.0",
        "1.0.0+b",
        "1.0.0+a",
        "1.0.1",
        "1.10.0",
        "1.9.0",
        "2.0.0-a",
        "2.0.0",
        "10.0.0+abcd",
    ])
}

fn line() -> impl Strategy<Value = String> {
    let words = prop::collection::vec(piece(), 0..4);
    (words, select(vec!["", " ", "  "])).prop_map(|(words, join)| words.join(join))
}

fn invoice() -> impl Strategy<Value = Invoice> {
    let authors = prop::collection::vec(line(), 0..3);
    let is_yanked = prop::bool::weighted(0.2);
    (name(), version(), line(), authors, is_yanked).prop_map(
        |(name, version, description, authors, is_yanked)| {
            let id = format!("{name}/{version}").parse().unwrap();
            let builder = Invoice::builder(id).description(description);
            let builder = authors.into_iter().fold(builder, InvoiceBuilder::author);
            let mut invoice = builder.build().unwrap();
            if is_yanked {
                invoice.yank("").unwrap();
            }
            invoice
        },
    )
}

fn query() -> impl Strategy<Value = Query> {
    let term = prop::collection::vec(piece(), 1..3).prop_map(|pieces| pieces.concat());
    let term = prop_oneof![4 => term, 1 => "[ab/.c10]{1,3}"];
    let text = prop::collection::vec(term, 0..3).prop_map(|terms| terms.join(" "));
    let ranges = vec![
        "*",
        "1.0.0",
        "1.0.0+a",
        "=1.0.0",
        "^1",
        ">=1.0.0-a",
        "<1",
        "<1 || >=2",
        "1.9.0 || 10",
        "<1 >2",
        "~1.0.0-a || 2.0.0-a",
        "10.0.0+abcd",
    ];
    let version = prop::option::of(select(ranges));
    let mode = select(vec![Mode::Standard, Mode::Strict]);
    let yanked = select(vec![Yanked::Excluded, Yanked::Included]);
    let offset = prop_oneof![4 => 0..10_u64, 1 => 0..500_u64, 1 => any::<u64>()];
    let limit = prop_oneof![4 => 0..10_u8, 1 => any::<u8>()];
    (text, version, mode, yanked, offset, limit).prop_map(
        |(text, version, mode, yanked, offset, limit)| {
            let query = Query::new(text).with_mode(mode).with_yanked(yanked);
            let query = query.with_offset(offset).with_limit(limit);
            match version {
                None => query,
                Some(version) => query.with_version(version.parse::<VersionQuery>().unwrap()),
            }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn answers_as_a_scan(
        invoices in prop::collection::vec(invoice(), 0..60),
        yanks in prop::collection::vec(any::<prop::sample::Index>(), 0..8),
        later in prop::collection::vec(invoice(), 0..10),
        queries in prop::collection::vec(query(), 8),
    ) {
        let mut registry = Registry::of(invoices);
        for query in &queries {
            registry.answer(query);
        }
        let yanks = if registry.invoices.is_empty() { &[] } else { &yanks[..] };
        for yank in yanks {
            let id = registry.invoices[yank.index(registry.invoices.len())].id().clone();
            registry.yank(&id);
            registry.yank(&id);
        }
        registry.yank(&"not/there/1.0.0".parse().unwrap());
        for invoice in later {
            registry.insert(invoice);
        }
        for query in &queries {
            registry.answer(query);
        }
    }

    #[test]
    fn pages_follow_each_other(
        invoices in prop::collection::vec(invoice(), 0..60),
        query in query(),
        limit in 1..20_u8,
    ) {
        let registry = Registry::of(invoices);
        let all = registry.answer(&query.clone().with_offset(0).with_limit(u8::MAX)).into_hits();
        let mut paged = Vec::new();
        loop {
            let query = query.clone().with_offset(paged.len() as u64).with_limit(limit);
            let matches = registry.answer(&query);
            let has_more = matches.has_more();
            paged.extend(matches.into_hits());
            if !has_more {
                break;
            }
        }
        prop_assert_eq!(paged, all);
    }
}

/// Enough bindles that it matters which way the index goes: hundreds of names,
/// one of them with thousands of versions, in random order.
#[test]
fn answers_as_a_scan_on_any_way() {
    let mut runner = TestRunner::deterministic();
    let mut invoices = Vec::new();
    let mut next = {
        let mut runner = TestRunner::deterministic();
        move || invoice().new_tree(&mut runner).unwrap().current()
    };
    for number in 0_u64..9_000 {
        let mut invoice = next();
        if number % 2 == 0 {
            // Scattered over all that may come.
            let scattered = number.wrapping_mul(0x9e37_79b9) % 3_000;
            let id = format!("abcd/many/1.{}.{}+{number}", scattered % 3, scattered / 7);
            let builder = Invoice::builder(id.parse().unwrap());
            let yanked = invoice.is_yanked();
            invoice = builder
                .description(format!("say hello {}", number % 5))
                .build()
                .unwrap();
            if yanked {
                invoice.yank("").unwrap();
            }
        }
        invoices.push(invoice);
    }
    let mut registry = Registry::of(invoices);
    for number in 0..registry.invoices.len() / 7 {
        let id = registry.invoices[number * 7].id().clone();
        registry.yank(&id);
    }
    let mut uncounted = 0;
    for text in [
        "",
        "a",
        "ab",
        "abcd",
        "many",
        "hello",
        "say",
        "y h",
        "1.2",
        "zz",
        "0 hello many",
        "ab he",
        "hello abcd",
        "say llo cd",
        "many 1.2 b",
    ] {
        for mode in [Mode::Standard, Mode::Strict] {
            for (version, offset) in [
                ("", 0),
                ("", 100),
                ("", 1_500),
                ("^1.1", 40),
                ("=1.1.100", 0),
            ] {
                let mut query = Query::new(text).with_mode(mode).with_offset(offset);
                if !version.is_empty() {
                    query = query.with_version(version.parse::<VersionQuery>().unwrap());
                }
                registry.answer(&query);
                let cheap = registry.index.answer(&query, Total::WhereCheap, NOW);
                uncounted += usize::from(cheap.total().is_none());
            }
        }
    }
    assert!(uncounted > 5, "{uncounted} without a total");
    for _ in 0..50 {
        registry.answer(&query().new_tree(&mut runner).unwrap().current());
    }
}
