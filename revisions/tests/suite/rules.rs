//! Rules: Hippo's cases, errors, and the index against a scan.

use bindle_core::Digest;
use bindle_core::range::Prereleases;
use proptest::prelude::*;
use revisions::semver::Version;
use revisions::{Ledger, Revision, Rule, parse_legacy};

use crate::vectors;

fn ledger_of(numbers: &[Version]) -> Ledger {
    let mut ledger = Ledger::new("hello".parse().unwrap());
    for number in numbers {
        let id = format!("hello/{number}").parse().unwrap();
        let _ = ledger.register(&id, Digest::of(b"any")).unwrap();
    }
    ledger
}

#[test]
fn hippo_cases() {
    let Some(folder) = vectors::folder("hippo") else {
        return;
    };
    let table = std::fs::read_to_string(folder.join("range-rules.tsv")).unwrap();
    let mut seen = 0;
    for row in table.lines().skip(1) {
        let columns: Vec<_> = row.split('\t').collect();
        let [id, kind, rule, candidates, expected, ..] = columns[..] else {
            panic!("{row}");
        };
        let candidates: Vec<String> = serde_json::from_str(candidates).unwrap();
        let candidates: Vec<_> = candidates
            .iter()
            .map(|it| parse_legacy(it).unwrap())
            .collect();
        let mut reversed = candidates.clone();
        reversed.reverse();
        match (kind, rule) {
            ("historic", "(null rule)") => assert_eq!(Rule::default().to_string(), "*"),
            ("historic", "(empty string rule)") => assert!("".parse::<Rule>().is_err()),
            // Not a rule: the channel is fixed to a revision.
            ("historic", _) if rule.starts_with('(') => {}
            // The newest timestamp wins, not the highest version.
            ("historic-commented-out", "P:~1.1-alice-*") => {
                for candidates in [&candidates, &reversed] {
                    let best = best_of(candidates, rule).unwrap();
                    assert_eq!(
                        best,
                        parse_legacy("1.1.3-alice-2021.04.04.04.04.04.444").unwrap()
                    );
                }
            }
            ("historic-superseded", "P:*-canary-*") => {
                for candidates in [&candidates, &reversed] {
                    let best = best_of(candidates, rule).unwrap();
                    assert_eq!(
                        best,
                        parse_legacy("2.1.1-canary-2021.04.04.04.04.04.444").unwrap()
                    );
                }
            }
            ("historic", _) => {
                let expected = parse_legacy(expected).unwrap();
                for candidates in [&candidates, &reversed] {
                    assert_eq!(best_of(candidates, rule), Some(expected.clone()), "{id}");
                }
            }
            _ => panic!("{id}: unknown kind {kind} for {rule}"),
        }
        seen += 1;
    }
    assert!(seen > 20);
}

fn best_of(candidates: &[Version], rule: &str) -> Option<Version> {
    let ledger = ledger_of(candidates);
    let rule: Rule = rule.parse().unwrap();
    ledger
        .highest(&rule)
        .map(|revision| revision.number().clone())
}

#[test]
fn bad_rules_say_where() {
    for (rule, offset, message) in [
        ("", 0, "the rule is empty; `*` picks the highest release"),
        (
            "~1.q",
            3,
            "version range \"~1.q\" has 'q' at position 4; expected a number, `x` or `*`",
        ),
        (
            "P:",
            2,
            "rule \"P:\" does not end in `-*`, as `P:*-PREFIX-*` does",
        ),
        (
            "P:*-alice",
            9,
            "rule \"P:*-alice\" does not end in `-*`, as `P:*-PREFIX-*` does",
        ),
        (
            "P:*-*",
            3,
            "rule \"P:*-*\" has no prefix between its range and `-*`, as `P:*-PREFIX-*` has",
        ),
        (
            "P:*--*",
            4,
            "rule \"P:*--*\" has no prefix between its range and `-*`, as `P:*-PREFIX-*` has",
        ),
        (
            "P:-alice-*",
            2,
            "rule \"P:-alice-*\" has no range before its first hyphen; write `*` for every version",
        ),
        (
            "P:*-al ice-*",
            4,
            "rule \"P:*-al ice-*\" has the prefix \"al ice\", which no prerelease can have: use \
             letters, digits, `-` and single dots between them",
        ),
        (
            "P:~1.q-alice-*",
            5,
            "rule \"P:~1.q-alice-*\" has a bad range before its first hyphen: version range \
             \"~1.q\" has 'q' at position 4; expected a number, `x` or `*`",
        ),
    ] {
        let error = rule.parse::<Rule>().unwrap_err();
        assert_eq!(error.to_string(), message);
        assert_eq!(error.offset(), offset, "{rule}");
    }
}

#[test]
fn legacy_numbers_lose_their_padding() {
    for (legacy, number) in [
        (
            "1.1.3-alice-2021.01.01.01.01.01.001",
            "1.1.3-alice-2021.1.1.1.1.1.1",
        ),
        ("1.0.0-a.00.0", "1.0.0-a.0.0"),
        ("1.0.0-007+007", "1.0.0-7+007"),
        ("1.0.0-a.007b.-07", "1.0.0-a.007b.-07"),
        ("1.0.0+01.02", "1.0.0+01.02"),
    ] {
        assert_eq!(
            parse_legacy(legacy)
                .map(|it| it.to_string())
                .ok()
                .as_deref(),
            Some(number)
        );
    }
    for wrong in ["01.0.0", "1.0", "1.0.0-a..b", "", "-", "1.0.0-"] {
        assert!(parse_legacy(wrong).is_err(), "{wrong}");
    }
    assert_eq!(
        parse_legacy("1.0.0-a..01").unwrap_err().to_string(),
        "\"1.0.0-a..01\" is not a version, not even with leading zeros: empty identifier segment in \
         pre-release identifier"
    );
}

#[test]
fn timestamps_are_numbers() {
    let numbers = [
        "1.0.0-a-9",
        "1.0.0-a-10",
        "1.0.0-a-9.9",
        "0.1.0-a-10.0",
        "2.0.0-a-b-99",
        "1.0.0-a-x.1",
    ];
    let numbers: Vec<Version> = numbers.iter().map(|it| it.parse().unwrap()).collect();
    let ledger = ledger_of(&numbers);
    let rule: Rule = "P:*-a-*".parse().unwrap();
    let order: Vec<_> = ledger
        .matches(&rule)
        .map(|it| it.number().to_string())
        .collect();
    assert_eq!(
        order,
        ["0.1.0-a-10.0", "1.0.0-a-10", "1.0.0-a-9.9", "1.0.0-a-9"]
    );
}

#[test]
fn an_exact_rule_compares_build_metadata() {
    let numbers = ["1.0.0+a", "1.0.0+b"].map(|it| it.parse().unwrap());
    let ledger = ledger_of(&numbers);
    for (rule, best) in [
        ("1.0.0+a", Some("1.0.0+a")),
        ("1.0.0", None),
        ("=1.0.0", Some("1.0.0+b")),
    ] {
        let rule: Rule = rule.parse().unwrap();
        let found = ledger.highest(&rule).map(|it| it.number().to_string());
        assert_eq!(found.as_deref(), best, "{rule}");
    }
}

#[test]
fn a_version_is_the_rule_that_selects_it_alone() {
    let number: Version = "1.0.0+a".parse().unwrap();
    let rule = Rule::from(number.clone());
    assert_eq!(rule, "1.0.0+a".parse().unwrap());
    let best = best_of(std::slice::from_ref(&number), rule.as_str());
    assert_eq!(best, Some(number));
    assert!(!rule.matches(&"1.0.0+b".parse().unwrap()));
}

#[test]
fn rules_serialize_as_they_were_written() {
    assert_eq!(serde_json::to_string(&Rule::default()).unwrap(), "\"*\"");
    let included = Rule::parse_with("~1.1", Prereleases::Included).unwrap();
    assert_eq!(included.prereleases(), Prereleases::Included);
    assert_eq!(Rule::default().prereleases(), Prereleases::Named);
    let json = serde_json::to_string(&included).unwrap();
    assert_eq!(json, "{\"included_prereleases\":\"~1.1\"}");
    assert_eq!(serde_json::from_str::<Rule>(&json).unwrap(), included);
    assert!(serde_json::from_str::<Rule>("\"~q\"").is_err());
}

fn number() -> impl Strategy<Value = Version> {
    let pre = prop_oneof![
        6 => Just(String::new()),
        2 => "-(0|1|a|rc\\.[0-3]|beta)",
        2 => "-(a|b|a-b)-[0-3](\\.[0-3]){0,2}",
    ];
    let build = prop_oneof![2 => Just(String::new()), 1 => "\\+[ab]"];
    (0..3u64, 0..3u64, 0..3u64, pre, build).prop_map(|(major, minor, patch, pre, build)| {
        format!("{major}.{minor}.{patch}{pre}{build}")
            .parse()
            .unwrap()
    })
}

fn rule() -> impl Strategy<Value = Rule> {
    let comparator = "(|=|<|<=|>|>=|~|\\^)[0-2](\\.[0-2x](\\.[0-2](-rc\\.[0-3]|-a|-0)?)?)?";
    let range = proptest::collection::vec(comparator, 1..3).prop_map(|it| it.join(" "));
    let range = proptest::collection::vec(range, 1..4).prop_map(|it| it.join(" || "));
    let range = prop_oneof![1 => Just("*".to_owned()), 6 => range];
    let newest = ("(\\*|~?[0-2](\\.[0-2])?|\\^1\\.1)", "(a|b|a-b|c)");
    let newest = newest.prop_map(|(range, prefix)| format!("P:{range}-{prefix}-*"));
    let exact = number().prop_map(|it| it.to_string());
    let text = prop_oneof![6 => range, 2 => newest, 1 => exact];
    let prereleases = prop_oneof![Just(Prereleases::Named), Just(Prereleases::Included)];
    (text, prereleases).prop_filter_map("a rule", |(text, prereleases)| {
        Rule::parse_with(&text, prereleases).ok()
    })
}

/// What the index answers, found by looking at every revision.
fn scan<'l>(ledger: &'l Ledger, rule: &Rule) -> Vec<&'l Revision> {
    let matching = ledger
        .revisions()
        .filter(|it| !it.is_yanked() && rule.matches(it.number()));
    let mut found: Vec<_> = matching.collect();
    found.sort_by(|a, b| b.cmp_rank(a));
    if rule.as_str().starts_with("P:") {
        found.sort_by_key(|it| {
            let (_, stamp) = it.number().pre.as_str().rsplit_once('-').unwrap();
            let stamp: Vec<u64> = stamp.split('.').map(|it| it.parse().unwrap()).collect();
            std::cmp::Reverse(stamp)
        });
    }
    found
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(160))]

    #[test]
    fn the_index_finds_what_a_scan_finds(
        numbers in proptest::collection::vec(number(), 0..60),
        yanked in proptest::collection::vec(any::<prop::sample::Index>(), 0..10),
        rules in proptest::collection::vec(rule(), 1..8),
    ) {
        let mut ledger = ledger_of(&numbers);
        for index in yanked {
            if !numbers.is_empty() {
                let _ = ledger.yank(index.get(&numbers)).unwrap();
            }
        }
        for rule in rules {
            let found: Vec<_> = ledger.matches(&rule).collect();
            prop_assert_eq!(found, scan(&ledger, &rule), "{}", rule);
        }
    }

    #[test]
    fn precedence_does_not_depend_on_the_order_of_registration(
        mut numbers in proptest::collection::vec(number(), 0..30),
        rule in rule(),
    ) {
        let highest = |numbers: &[Version]| {
            let ledger = ledger_of(numbers);
            let best = ledger.highest(&rule)?;
            // Ties go by registration.
            let mut number = best.number().clone();
            number.build = revisions::semver::BuildMetadata::EMPTY;
            Some(number)
        };
        let before = highest(&numbers);
        numbers.reverse();
        prop_assert_eq!(highest(&numbers), before);
    }

    #[test]
    fn rank_is_a_total_order(numbers in proptest::collection::vec(number(), 3..30)) {
        let ledger = ledger_of(&numbers);
        let revisions: Vec<_> = ledger.revisions().collect();
        for a in &revisions {
            for b in &revisions {
                prop_assert_eq!(a.cmp_rank(b), b.cmp_rank(a).reverse());
                prop_assert_eq!(a.cmp_rank(b).is_eq(), a.number() == b.number());
                for c in &revisions {
                    if a.cmp_rank(b).is_le() && b.cmp_rank(c).is_le() {
                        prop_assert!(a.cmp_rank(c).is_le());
                    }
                }
            }
        }
    }
}

/// Enough of them to split and join the parts of the index.
#[test]
fn a_large_index_finds_what_a_scan_finds() {
    let mut state = 7u64;
    let mut random = |below: u64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let numbers: Vec<Version> = (0..6000)
        .map(|_| {
            let mut number = Version::new(random(9), random(30), random(30));
            if random(3) == 0 {
                number.pre = format!("a-{}.{}", random(50), random(50)).parse().unwrap();
            }
            number
        })
        .collect();
    let mut ledger = ledger_of(&numbers);
    for _ in 0..3000 {
        let number = &numbers[random(6000) as usize];
        let _ = ledger.yank(number).unwrap();
    }
    for rule in [
        "*",
        "~3.4",
        "^5",
        ">8.20",
        "<1 || >7.3.2",
        "P:*-a-*",
        "P:^2-a-*",
    ] {
        for prereleases in [Prereleases::Named, Prereleases::Included] {
            let rule = Rule::parse_with(rule, prereleases).unwrap();
            let found: Vec<_> = ledger.matches(&rule).collect();
            assert!(found.len() > 1, "{rule}");
            assert_eq!(found, scan(&ledger, &rule), "{rule}");
        }
    }
}
