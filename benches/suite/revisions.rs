//! Ledgers and channels.

use std::collections::BTreeMap;
use std::hint::black_box;

use ::revisions::{Channel, Ledger, Policy, Revision, Rule, Selection, Timestamp};
use benches::{Suite, Unit};
use bindle_core::{Digest, Id};
use semver::Version;

pub(crate) fn rows(suite: &mut Suite) {
    highest_match(suite);
    registration(suite);
    channels(suite);
}

/// The number of the revision that is registered as the `index`th: minor
/// versions of a hundred patches, each with a build of its own.
fn number(index: u64) -> Version {
    let text = format!("1.{}.{}+q{index:07x}", index / 100, index % 100);
    text.parse().expect("a version")
}

fn id(index: u64) -> Id {
    Id::new("example.com/shop".parse().expect("a name"), number(index))
}

fn ledger(revisions: u64) -> Ledger {
    let mut ledger = Ledger::new("example.com/shop".parse().expect("a name"));
    for index in 0..revisions {
        let _ = ledger
            .register(&id(index), Digest::from([7; 32]))
            .expect("a new revision");
    }
    ledger
}

/// Ids from the `start`th on. As many as a row takes on most machines are made
/// before the clock runs.
fn ids(start: u64) -> impl Iterator<Item = Id> {
    let ids: Vec<Id> = (start..start + MADE).map(id).collect();
    ids.into_iter().chain((start + MADE..).map(id))
}

const MADE: u64 = 500_000;

/// How Hippo finds the revision of a rule: it keeps numbers as text, reads them
/// all, sorts, and takes the first that matches.
fn as_hippo_does(numbers: &[String], rule: &Rule) -> Option<Version> {
    let versions = numbers.iter().filter_map(|text| Version::parse(text).ok());
    let mut versions: Vec<Version> = versions.collect();
    versions.sort_by(|a, b| b.cmp_precedence(a));
    versions.into_iter().find(|version| rule.matches(version))
}

fn by_a_scan<'l>(ledger: &'l Ledger, rule: &Rule) -> Option<&'l Revision> {
    let matching = (ledger.revisions()).filter(|revision| rule.matches(revision.number()));
    matching.max_by(|a, b| a.cmp_rank(b))
}

fn texts(ledger: &Ledger) -> Vec<String> {
    let numbers = ledger.revisions().map(Revision::number);
    numbers.map(ToString::to_string).collect()
}

fn highest_match(suite: &mut Suite) {
    for (label, revisions) in [
        ("1,000", 1_000),
        ("100,000", 100_000),
        ("1,000,000", 1_000_000),
    ] {
        let ledger = ledger(revisions);
        let rule: Rule = format!("~1.{}", revisions / 200).parse().expect("a rule");
        let texts = texts(&ledger);
        suite
            .row(&format!("highest match of {label} revisions"), Unit::Time)
            .ours(|| black_box(&ledger).highest(black_box(&rule)))
            .limit("a scan", || by_a_scan(&ledger, &rule))
            .peer("as Hippo does", || as_hippo_does(&texts, &rule))
            .measure();
    }
}

fn registration(suite: &mut Suite) {
    const THERE: u64 = 1_000_000;
    let content = Digest::from([7; 32]);
    let mut ours = ledger(THERE);
    let mut map: BTreeMap<Version, Digest> =
        (0..THERE).map(|index| (number(index), content)).collect();
    let (mut ids_of_ours, mut ids_of_map) = (ids(THERE), ids(THERE));
    suite
        .row("register the 1,000,001st revision", Unit::Time)
        .ours(|| {
            let id = ids_of_ours.next().expect("enough of them");
            ours.register(&id, content).map(drop)
        })
        .limit("a sorted map, no history", || {
            let id = ids_of_map.next().expect("enough of them");
            map.insert(id.version().clone(), content)
        })
        .measure();
    scattered_registration(suite);
    let mut history = ledger(THERE);
    let mut ids = ids(THERE);
    suite
        .row("append to a ledger and take its root", Unit::Time)
        .ours(|| {
            let id = ids.next().expect("enough of them");
            let _ = history.register(&id, content);
            history.root()
        })
        .limit("two hashes of 65 bytes", || {
            (
                Digest::of(black_box(&[1; 65])),
                Digest::of(black_box(&[2; 65])),
            )
        })
        .measure();
}

/// Numbers that come in no order, as when an old history is taken over.
fn scattered_registration(suite: &mut Suite) {
    const THERE: u64 = 1_000_000;
    // Odd, so that each of 2²¹ numbers comes once.
    let scattered = |index: u64| id(index.wrapping_mul(0x9e37_79b1) % (1 << 21));
    let content = Digest::from([7; 32]);
    let mut ours = Ledger::new("example.com/shop".parse().expect("a name"));
    let mut map = BTreeMap::new();
    for id in (0..THERE).map(scattered) {
        let _ = ours.register(&id, content).expect("a new revision");
        map.insert(id.version().clone(), content);
    }
    // All that are left: a row takes fewer.
    let ids: Vec<Id> = (THERE..1 << 21).map(scattered).collect();
    let (mut ids_of_ours, mut ids_of_map) = (ids.iter(), ids.iter());
    suite
        .row("register among 1,000,000 in no order", Unit::Time)
        .ours(|| {
            let id = ids_of_ours.next().expect("enough of them");
            ours.register(id, content).map(drop)
        })
        .limit("a sorted map, no history", || {
            let id = ids_of_map.next().expect("enough of them");
            map.insert(id.version().clone(), content)
        })
        .measure();
}

fn channels(suite: &mut Suite) {
    const CHANNELS: u64 = 1_000;
    let content = Digest::from([7; 32]);
    let now = Timestamp::from_millis(0);
    let rules: Vec<Rule> = (0..CHANNELS)
        .map(|index| format!("~1.{index}").parse().expect("a rule"))
        .collect();
    for (label, revisions) in [("1,000", 1_000), ("100,000", 100_000)] {
        let mut ours = ledger(revisions);
        let mut channels: Vec<Channel> = rules
            .iter()
            .map(|rule| {
                let selection = Selection::Rule(rule.clone());
                Channel::new(selection, Policy::default(), &ours, now).expect("a channel")
            })
            .collect();
        for channel in &mut channels {
            while channel.poll_action().is_some() {}
        }
        let mut ids = ids(revisions);
        let scanned = ledger(revisions);
        let texts = texts(&scanned);
        let row = suite
            .row(
                &format!("1,000 channels of {label} revisions and more, after another"),
                Unit::Time,
            )
            .ours(|| {
                let id = ids.next().expect("enough of them");
                let _ = ours.register(&id, content);
                for channel in &mut channels {
                    channel.handle_ledger(&ours, now);
                    while let Some(action) = channel.poll_action() {
                        black_box(action);
                    }
                }
            });
        if revisions > 1_000 {
            // A scan for each would take seconds.
            let new = number(revisions);
            row.limit("each rule on the new one alone", || {
                let matching = rules.iter().filter(|rule| rule.matches(black_box(&new)));
                matching.count()
            })
            .measure();
        } else {
            row.limit("a scan for each rule", || {
                let found = rules.iter().map(|rule| by_a_scan(&scanned, rule));
                found.flatten().count()
            })
            .peer("as Hippo does", || {
                let found = rules.iter().map(|rule| as_hippo_does(&texts, rule));
                found.flatten().count()
            })
            .measure();
        }
    }
}
