//! The order of revisions, as `order-cases.json` has it.

use bindle_core::Digest;
use revisions::semver::Version;
use revisions::{Ledger, Rule};
use serde_json::Value;

fn cases() -> Value {
    serde_json::from_str(include_str!("order-cases.json")).unwrap()
}

fn texts(list: &Value) -> Vec<&str> {
    list.as_array()
        .unwrap()
        .iter()
        .map(|text| text.as_str().unwrap())
        .collect()
}

fn ledger_of(numbers: &[&str]) -> Ledger {
    let mut ledger = Ledger::new("hello".parse().unwrap());
    for number in numbers {
        let id = format!("hello/{number}").parse().unwrap();
        let _ = ledger.register(&id, Digest::of(number.as_bytes())).unwrap();
    }
    ledger
}

/// In whatever order they are registered.
#[test]
fn chains_rise() {
    for chain in cases()["chains"].as_array().unwrap() {
        let rising = texts(&chain["asc"]);
        let mut falling = rising.clone();
        falling.reverse();
        for registered in [&rising, &falling] {
            let ledger = ledger_of(registered);
            let mut ranked: Vec<_> = ledger.revisions().collect();
            ranked.sort_by(|a, b| a.cmp_rank(b));
            let ranked: Vec<_> = ranked
                .iter()
                .map(|revision| revision.number().to_string())
                .collect();
            assert_eq!(ranked, rising);
        }
    }
}

#[test]
fn ties_go_to_the_one_registered_later() {
    for tie in cases()["ties"].as_array().unwrap() {
        let ledger = ledger_of(&texts(&tie["registered"]));
        let latest: Version = tie["latest"].as_str().unwrap().parse().unwrap();
        let ranked = ledger.revisions().max_by(|a, b| a.cmp_rank(b)).unwrap();
        assert_eq!(*ranked.number(), latest, "{tie}");
        assert_eq!(
            *ledger.highest(&Rule::default()).unwrap().number(),
            latest,
            "{tie}"
        );
    }
}
