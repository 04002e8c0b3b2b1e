//! Queries as the parameters of a URL.

use bindle_core::query::{Mode, Query, Yanked};
use bindle_core::range::VersionQuery;
use proptest::prelude::*;
use semver::Version;

#[track_caller]
fn fails(pairs: &[(&str, &str)], parameter: &str, message: &str) {
    let error = Query::from_pairs(pairs.iter().copied()).unwrap_err();
    assert_eq!(error.parameter(), parameter);
    assert_eq!(error.to_string(), format!("query parameter {message}"));
}

#[test]
fn defaults() {
    let query = Query::from_pairs::<&str, &str>([]).unwrap();
    assert_eq!(query, Query::default());
    assert_eq!(query.text(), "");
    assert_eq!(query.terms().count(), 0);
    assert_eq!(query.mode(), Mode::Standard);
    assert_eq!(query.yanked(), Yanked::Excluded);
    assert_eq!(query.version(), None);
    assert_eq!((query.offset(), query.limit()), (0, 50));
    assert_eq!(query.to_pairs(), []);
}

#[test]
fn both_sets_of_names() {
    let asked = Query::new("a b")
        .with_version("^1".parse::<VersionQuery>().unwrap())
        .with_offset(u64::MAX)
        .with_limit(0)
        .with_mode(Mode::Strict)
        .with_yanked(Yanked::Included);
    let offset = "18446744073709551615";
    let short = [
        ("q", "a b"),
        ("v", "^1"),
        ("o", offset),
        ("l", "0"),
        ("strict", "true"),
        ("yanked", "true"),
    ];
    assert_eq!(Query::from_pairs(short).as_ref(), Ok(&asked));
    // As the reference client sends them.
    let long = [
        ("query", "a b"),
        ("version", "^1"),
        ("offset", offset),
        ("limit", "0"),
        ("strict", "true"),
        ("yanked", "true"),
    ];
    assert_eq!(Query::from_pairs(long).as_ref(), Ok(&asked));
    let off = [("strict", "false"), ("yanked", "false"), ("v", "")];
    assert_eq!(Query::from_pairs(off), Ok(Query::default()));
}

#[test]
fn terms_are_separated_by_spaces() {
    let query = Query::new("  a\tb  c/d ");
    assert_eq!(query.terms().collect::<Vec<_>>(), ["a\tb", "c/d"]);
    assert_eq!(query.text(), "  a\tb  c/d ");
}

#[test]
fn versions_and_ranges() {
    let version = |text| Query::from_pairs([("v", text)]).map(|query| query.version().cloned());
    let exact = VersionQuery::Exact(Version::parse("1.2.3+q1").unwrap());
    assert_eq!(version("1.2.3+q1"), Ok(Some(exact)));
    assert_eq!(version("*"), Ok(Some("*".parse().unwrap())));
    assert_eq!(version(""), Ok(None));
}

#[test]
fn what_is_refused() {
    let limit = "expected a whole number from 0 to 255";
    fails(&[("l", "256")], "l", &format!("`l` is \"256\"; {limit}"));
    fails(
        &[("limit", "-1")],
        "limit",
        &format!("`limit` is \"-1\"; {limit}"),
    );
    fails(&[("l", "")], "l", &format!("`l` is \"\"; {limit}"));
    fails(&[("l", "+1")], "l", &format!("`l` is \"+1\"; {limit}"));
    fails(
        &[("o", "18446744073709551616")],
        "o",
        "`o` is \"18446744073709551616\"; expected a whole number from 0 to 18446744073709551615",
    );
    fails(
        &[("strict", "1")],
        "strict",
        "`strict` is \"1\"; expected `true` or `false`",
    );
    fails(
        &[("yanked", "True")],
        "yanked",
        "`yanked` is \"True\"; expected `true` or `false`",
    );
    fails(
        &[("v", ">=1.2.q")],
        "v",
        "`v` is neither a version nor a range: version range \">=1.2.q\" has 'q' at position 7; \
         expected a number, `x` or `*`",
    );
    let twice = "is there twice, or by both of its names; give it once";
    fails(&[("q", "a"), ("q", "a")], "q", &format!("`q` {twice}"));
    fails(
        &[("l", "1"), ("limit", "1")],
        "limit",
        &format!("`limit` {twice}"),
    );
    fails(
        &[("ofset", "1")],
        "ofset",
        "`ofset` is not known; did you mean `offset`?",
    );
    fails(
        &[("page", "1")],
        "page",
        "`page` is not known; the parameters are `q`, `o`, `l`, `v`, `strict` and `yanked`",
    );
    let long = "x".repeat(1_000);
    let error = Query::from_pairs([(&long, &long)]).unwrap_err();
    assert!(error.to_string().len() < 250);
}

/// The longest texts of ranges print the longest ranges.
#[test]
fn a_range_that_prints_longer_than_it_was_written() {
    let numbers = (1..=66).map(|number: u32| number.to_string());
    let range = numbers.collect::<Vec<_>>().join("||");
    let query = Query::from_pairs([("v", &range)]).unwrap();
    let pairs = query.to_pairs();
    assert!(pairs[0].1.len() > 5 * range.len());
    assert_eq!(Query::from_pairs(pairs).as_ref(), Ok(&query));
}

fn queries() -> impl Strategy<Value = Query> {
    let text = "[a-z /&+%é]{0,12}";
    let mode = prop_oneof![Just(Mode::Standard), Just(Mode::Strict)];
    let yanked = prop_oneof![Just(Yanked::Excluded), Just(Yanked::Included)];
    let version = prop::option::of(prop::sample::select(vec![
        "^1.2",
        "1.2.3",
        "=1.2.3",
        "1.2.3+a",
        "*",
        "<1 || 2.x",
        "1.0.0-rc.1",
        "1||2||3||4||5||6||7||8||9||10||11||12||13||14||15||16||17||18||19||20",
    ]));
    (text, mode, yanked, version, any::<u64>(), any::<u8>()).prop_map(
        |(text, mode, yanked, version, offset, limit)| {
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
    #[test]
    fn what_is_written_reads_back(query in queries()) {
        let pairs = query.to_pairs();
        prop_assert_eq!(Query::from_pairs(pairs), Ok(query));
    }

    #[test]
    fn any_pairs_are_read_or_refused(
        pairs in prop::collection::vec(("[qolv]|strict|yanked|\\PC*", "\\PC*"), 0..4),
    ) {
        if let Err(error) = Query::from_pairs(pairs.clone()) {
            prop_assert!(!error.to_string().is_empty());
            prop_assert!(pairs.iter().any(|(name, _)| name.starts_with(
                error.parameter().trim_end_matches('…')
            )));
        }
    }
}
