//! Ledgers and channels.

use std::collections::BTreeMap;
use std::hint::black_box;

use ::revisions::{Channel, Ledger, Policy, Rule, Selection, Timestamp};
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

fn highest_match(suite: &mut Suite) {
    for (label, revisions) in [
        ("1,000", 1_000),
        ("100,000", 100_000),
        ("1,000,000", 1_000_000),
    ] {
        let ledger = ledger(revisions);
        let rule: Rule = format!("~1.{}", revisions / 200).parse().expect("a rule");
        let row = suite
            .row(&format!("highest match of {label} revisions"), Unit::Time)
            .ours(|| black_box(&ledger).highest(black_box(&rule)))
            .limit("a scan", || {
                let matching = ledger
                    .revisions()
                    .filter(|revision| rule.matches(revision.number()));
                matching.max_by(|a, b| a.number().cmp_precedence(b.number()))
            });
        if revisions > 100_000 {
            row.measure();
            continue;
        }
        // Hippo keeps numbers as text, reads them all, sorts, and takes the first.
        let texts: Vec<String> = ledger
            .revisions()
            .map(|revision| revision.number().to_string())
            .collect();
        row.peer("as Hippo does", || {
            let versions = texts.iter().filter_map(|text| Version::parse(text).ok());
            let mut versions: Vec<Version> = versions.collect();
            versions.sort_by(|a, b| b.cmp_precedence(a));
            versions.into_iter().find(|version| rule.matches(version))
        })
        .measure();
    }
}

fn registration(suite: &mut Suite) {
    const THERE: u64 = 1_000_000;
    let mut ours = ledger(THERE);
    let mut map: BTreeMap<Version, Digest> = (0..THERE)
        .map(|index| (number(index), Digest::from([7; 32])))
        .collect();
    let (mut next, mut next_in_map) = (THERE, THERE);
    suite
        .row("register the 1,000,001st revision", Unit::Time)
        .ours(|| {
            let id = id(next);
            next += 1;
            ours.register(&id, Digest::from([7; 32])).map(drop)
        })
        .limit("a sorted map, no history", || {
            let id = id(next_in_map);
            next_in_map += 1;
            map.insert(id.version().clone(), Digest::from([7; 32]))
        })
        .measure();
    let mut ledger = ledger(1_000);
    let mut next = 1_000;
    suite
        .row("append to a ledger and take its root", Unit::Time)
        .ours(|| {
            let id = id(next);
            next += 1;
            let _ = ledger.register(&id, Digest::from([7; 32]));
            ledger.root()
        })
        .limit("two hashes of 65 bytes", || {
            (
                Digest::of(black_box(&[1; 65])),
                Digest::of(black_box(&[2; 65])),
            )
        })
        .measure();
}

fn channels(suite: &mut Suite) {
    const CHANNELS: u64 = 1_000;
    let mut ledger = ledger(100_000);
    let now = Timestamp::from_millis(0);
    let rules: Vec<Rule> = (0..CHANNELS)
        .map(|index| format!("~1.{index}").parse().expect("a rule"))
        .collect();
    let mut channels: Vec<Channel> = rules
        .iter()
        .map(|rule| {
            let selection = Selection::Rule(rule.clone());
            Channel::new(selection, Policy::default(), &ledger, now).expect("a channel")
        })
        .collect();
    for channel in &mut channels {
        while channel.poll_action().is_some() {}
    }
    let mut next = 100_000;
    let scanned = self::ledger(100_000);
    let numbers: Vec<&Version> = scanned
        .revisions()
        .map(::revisions::Revision::number)
        .collect();
    suite
        .row("1,000 channels after a registration", Unit::Time)
        .ours(|| {
            let _ = ledger.register(&id(next), Digest::from([7; 32]));
            next += 1;
            for channel in &mut channels {
                channel.handle_ledger(&ledger, now);
                while let Some(action) = channel.poll_action() {
                    black_box(action);
                }
            }
        })
        .limit("each rule on the new one alone", || {
            let new = numbers[numbers.len() - 1];
            rules
                .iter()
                .filter(|rule| rule.matches(black_box(new)))
                .count()
        })
        .measure();
}
