//! What matches, and in which order.

use bindle_core::query::{Matches, Mode, Query, Yanked};
use bindle_core::range::VersionQuery;
use bindle_core::{Invoice, UnixTime};
use serde_json::json;

const NOW: UnixTime = UnixTime::from_seconds(1_700_000_000);

fn invoice(id: &str) -> Invoice {
    Invoice::builder(id.parse().unwrap()).build().unwrap()
}

fn described(id: &str, description: &str, author: &str) -> Invoice {
    let builder = Invoice::builder(id.parse().unwrap()).description(description);
    builder.author(author).build().unwrap()
}

fn yanked(mut invoice: Invoice) -> Invoice {
    invoice.yank("").unwrap();
    invoice
}

fn ids(matches: &Matches<&Invoice>) -> Vec<String> {
    let ids = matches
        .hits()
        .iter()
        .map(|invoice| invoice.id().to_string());
    ids.collect()
}

/// The ids of all that match.
fn found(query: &Query, invoices: &[Invoice]) -> Vec<String> {
    ids(&query.scan(invoices, NOW))
}

fn strict(text: &str) -> Query {
    Query::new(text).with_mode(Mode::Strict)
}

fn version(text: &str) -> VersionQuery {
    text.parse().unwrap()
}

/// The examples of the protocol specification, "Strict Mode".
#[test]
fn examples_of_the_specification() {
    let invoices = [
        invoice("foo-bar-baz/1.0.0"),
        invoice("foo/bar/baz/1.0.0"),
        invoice("foo/hello/bar/baz/1.0.0"),
        described("hello/1.0.0", "foo/bar/baz", ""),
        invoice("hello/foo/bar/baz/goodbye/1.0.0"),
    ];
    assert_eq!(
        found(&strict("foo/bar/baz"), &invoices),
        ["foo/bar/baz/1.0.0", "hello/foo/bar/baz/goodbye/1.0.0"]
    );
    assert_eq!(
        found(&strict("foo bar baz"), &invoices),
        [
            "foo-bar-baz/1.0.0",
            "foo/bar/baz/1.0.0",
            "foo/hello/bar/baz/1.0.0",
            "hello/foo/bar/baz/goodbye/1.0.0",
        ]
    );
}

#[test]
fn strict_mode_minds_the_case() {
    let invoices = [invoice("example.com/Hello/1.0.0")];
    assert_eq!(found(&strict("hello"), &invoices), [""; 0]);
    assert_eq!(found(&strict("Hello"), &invoices).len(), 1);
    assert_eq!(found(&Query::new("hELLO"), &invoices).len(), 1);
}

#[test]
fn standard_mode_looks_at_four_fields() {
    let invoices = [
        invoice("a/greeting/1.0.0"),
        described("b/1.0.0", "A Greeting", "Ada"),
        described("c/1.0.0", "", "Greeting <greeting@example.com>"),
        invoice("d/1.0.0-greeting.1"),
        invoice("e/1.0.0+greeting"),
        invoice("f/1.0.0"),
    ];
    let all = [
        "a/greeting/1.0.0",
        "b/1.0.0",
        "c/1.0.0",
        "d/1.0.0-greeting.1",
        "e/1.0.0+greeting",
    ];
    assert_eq!(found(&Query::new("greeting"), &invoices), all);
    // Each term in another field; and no term reaches from one to the next.
    assert_eq!(
        found(&Query::new("ada b greet 1.0"), &invoices),
        ["b/1.0.0"]
    );
    assert_eq!(found(&Query::new("greetingada"), &invoices), [""; 0]);
}

#[test]
fn annotations_and_parcels_are_not_looked_at() {
    let invoice = Invoice::builder("a/1.0.0".parse().unwrap()).annotation("secret", "secret");
    let label = bindle_core::Label::of("secret", "text/secret".parse().unwrap(), b"secret");
    let invoice = invoice.parcel(label).build().unwrap();
    assert_eq!(found(&Query::new("secret"), &[invoice]), [""; 0]);
}

#[test]
fn case_is_folded_character_by_character() {
    let finds = |text: &str, description: &str| {
        !found(&Query::new(text), &[described("a/1.0.0", description, "")]).is_empty()
    };
    assert!(finds("KÄSE", "Viel käse"));
    assert!(finds("οδοσ", "ΟΔΟΣ"));
    assert!(finds("ΟΔΟΣ", "ΟΔΟΣΑ"));
    assert!(!finds("STRASSE", "straße"));
    assert!(finds("İ", "i̇"));
}

#[test]
fn hits_in_the_name_come_first() {
    let invoices = [
        described("a/1.0.0", "hello world", ""),
        described("b/hello/1.0.0", "world", ""),
        invoice("c/hello/world/1.0.0"),
    ];
    assert_eq!(
        found(&Query::new("hello world"), &invoices),
        ["c/hello/world/1.0.0", "a/1.0.0", "b/hello/1.0.0"]
    );
    assert_eq!(
        found(&Query::new("hello"), &invoices),
        ["b/hello/1.0.0", "c/hello/world/1.0.0", "a/1.0.0"]
    );
}

#[test]
fn order() {
    let registered = [
        "b/1.0.0+9f00000",
        "a-b/1.0.0",
        "a/b/1.0.0",
        "b/1.0.0+1000000",
        "b/1.0.0-rc.10",
        "a/10.0.0",
        "b/1.0.0-rc.9",
        "B/1.0.0",
        "a/9.0.0",
    ];
    let invoices = registered.map(invoice);
    assert_eq!(
        found(&Query::default(), &invoices),
        [
            "B/1.0.0",
            "a/9.0.0",
            "a/10.0.0",
            "a-b/1.0.0",
            "a/b/1.0.0",
            "b/1.0.0-rc.9",
            "b/1.0.0-rc.10",
            // Registered in this order.
            "b/1.0.0+9f00000",
            "b/1.0.0+1000000",
        ]
    );
}

#[test]
fn yanked_bindles_only_when_asked_for() {
    let invoices = [invoice("a/1.0.0"), yanked(invoice("a/1.1.0"))];
    assert_eq!(found(&Query::new("a"), &invoices), ["a/1.0.0"]);
    let query = Query::new("a").with_yanked(Yanked::Included);
    assert_eq!(found(&query, &invoices), ["a/1.0.0", "a/1.1.0"]);
}

#[test]
fn versions() {
    let ids = ["1.0.0-rc.1", "1.0.0", "1.0.0+a", "1.2.0", "2.0.0"];
    let invoices = ids.map(|version| invoice(&format!("a/{version}")));
    let found = |text| {
        let query = Query::default().with_version(version(text));
        let found = found(&query, &invoices);
        found
            .iter()
            .map(|id| id[2..].to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(found("^1"), ["1.0.0", "1.0.0+a", "1.2.0"]);
    assert_eq!(found("1.0.0"), ["1.0.0"]);
    assert_eq!(found("1.0.0+a"), ["1.0.0+a"]);
    assert_eq!(found("=1.0.0"), ["1.0.0", "1.0.0+a"]);
    assert_eq!(found("<1.0.0"), [""; 0]);
    assert_eq!(found("1.0.0-rc.1"), ["1.0.0-rc.1"]);
    assert_eq!(found("<1.1 || 2"), ["1.0.0", "1.0.0+a", "2.0.0"]);
}

#[test]
fn pages() {
    let invoices = ["1.0.0", "1.1.0", "1.2.0"].map(|version| invoice(&format!("a/{version}")));
    let page = |offset, limit| {
        let query = Query::new("a").with_offset(offset).with_limit(limit);
        let matches = query.scan(&invoices, NOW);
        assert_eq!(matches.total(), Some(3));
        (ids(&matches), matches.has_more())
    };
    let ids = ["a/1.0.0", "a/1.1.0", "a/1.2.0"].map(String::from);
    assert_eq!(page(0, 2), (ids[..2].to_vec(), true));
    assert_eq!(page(2, 2), (ids[2..].to_vec(), false));
    assert_eq!(page(0, 3), (ids.to_vec(), false));
    // No results, though there are some.
    assert_eq!(page(0, 0), (vec![], true));
    assert_eq!(page(3, 0), (vec![], false));
    assert_eq!(page(3, 1), (vec![], false));
    assert_eq!(page(u64::MAX, 255), (vec![], false));
}

#[test]
fn the_answer_in_the_fields_of_the_protocol() {
    let invoices = [invoice("a/1.0.0"), invoice("a/1.1.0")];
    let query = strict("a").with_limit(1).with_yanked(Yanked::Included);
    let matches = query.scan(&invoices, NOW);
    assert_eq!(matches.query(), &query);
    assert_eq!(matches.timestamp(), NOW);
    assert_eq!(
        serde_json::to_value(matches.map(Invoice::id)).unwrap(),
        json!({
            "query": "a",
            "strict": true,
            "offset": 0,
            "limit": 1,
            "timestamp": 1_700_000_000,
            "total": 2,
            "more": true,
            "yanked": true,
            "invoices": ["a/1.0.0"],
        })
    );
}

#[test]
fn hits_are_replaced_by_what_is_kept_under_them() {
    let invoices = [invoice("a/1.0.0"), invoice("a/1.1.0")];
    let matches = Query::new("a").scan(&invoices, NOW);
    let numbers = matches.clone().map(|invoice| invoice.id().version().minor);
    assert_eq!(numbers.into_hits(), [0, 1]);
    let matches = matches.with_hits(vec!["first", "second"]);
    assert_eq!(
        (matches.hits(), matches.total()),
        (&["first", "second"][..], Some(2))
    );
}
