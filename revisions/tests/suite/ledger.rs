//! Registering, yanking, and the log.

use bindle_core::{Digest, Id};
use revisions::{Entry, Ledger, Precedence, Recorded, Revision, Rule};

fn ledger() -> Ledger {
    Ledger::new("hello".parse().unwrap())
}

fn id(number: &str) -> Id {
    format!("hello/{number}").parse().unwrap()
}

fn content(text: &str) -> Digest {
    Digest::of(text.as_bytes())
}

/// Two revisions, of which the second is yanked, then a third.
fn small() -> Ledger {
    let mut ledger = ledger();
    let _ = ledger.register(&id("1.0.0"), content("a")).unwrap();
    let _ = ledger
        .register(&id("2.0.0-rc.1+build"), content("b"))
        .unwrap();
    let _ = ledger.yank(&"2.0.0-rc.1+build".parse().unwrap()).unwrap();
    let _ = ledger.register(&id("1.5.0"), content("a")).unwrap();
    ledger
}

#[test]
fn changed_content_is_refused_naming_both() {
    let mut ledger = small();
    let before = ledger.clone();
    let error = ledger.register(&id("1.0.0"), content("b")).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "revision 1.0.0 is registered with the content {}, which never changes; refused {}: \
             give the new content a new version or build metadata",
            content("a"),
            content("b")
        )
    );
    assert_eq!(ledger, before);
}

#[test]
fn the_same_again_is_known() {
    let mut ledger = small();
    let before = ledger.clone();
    assert_eq!(
        ledger.register(&id("1.0.0"), content("a")),
        Ok(Recorded::Known)
    );
    assert_eq!(ledger, before);
}

#[test]
fn a_yank_is_for_ever() {
    let mut ledger = small();
    let number = "2.0.0-rc.1+build".parse().unwrap();
    let before = ledger.clone();
    assert_eq!(ledger.yank(&number), Ok(Recorded::Known));
    assert_eq!(
        ledger.register(&id("2.0.0-rc.1+build"), content("b")),
        Ok(Recorded::Known)
    );
    assert!(ledger.get(&number).unwrap().is_yanked());
    assert_eq!(ledger, before);
    assert!(
        ledger
            .register(&id("2.0.0-rc.1+build"), content("a"))
            .is_err()
    );
}

#[test]
fn a_yank_of_the_unknown_is_refused() {
    let error = small().yank(&"1.0.0+other".parse().unwrap()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "revision 1.0.0+other is not registered, so there is nothing to yank"
    );
}

#[test]
fn another_name_is_refused() {
    let error = ledger()
        .register(&"other/1.0.0".parse().unwrap(), content("a"))
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "bindle other/1.0.0 is not of the ledger of hello"
    );
}

#[test]
fn a_long_number_is_refused() {
    let longest = format!("1.0.0+{}", "x".repeat(Revision::MAX_NUMBER_LEN - 6));
    let mut ledger = ledger();
    assert!(ledger.register(&id(&longest), content("a")).is_ok());
    assert_eq!(Ledger::from_log(&ledger.to_log()).unwrap(), ledger);
    let error = ledger
        .register(&id(&(longest + "x")), content("a"))
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "the revision number has 257 bytes; at most 256 are allowed"
    );
}

/// Also if every part of it is as long as it can be.
#[test]
fn a_number_is_taken_only_if_it_reads_back() {
    let max = u64::MAX;
    for length in 250..=260 {
        let text = length - 64;
        let pre = "a".repeat(text / 2);
        let build = "b".repeat(text - text / 2);
        let number = format!("{max}.{max}.{max}-{pre}+{build}");
        assert_eq!(number.len(), length);
        let mut ledger = ledger();
        let result = ledger.register(&id(&number), content("a"));
        assert_eq!(
            result.is_ok(),
            length <= Revision::MAX_NUMBER_LEN,
            "{length}"
        );
        assert_eq!(Ledger::from_log(&ledger.to_log()).unwrap(), ledger);
        let snapshot = ledger.to_snapshot();
        assert_eq!(Ledger::from_snapshot(&snapshot).unwrap(), ledger);
    }
}

#[test]
fn unique_precedence_refuses_another_build() {
    let mut ledger = ledger().with_precedence(Precedence::Unique);
    let _ = ledger.register(&id("1.0.0+a"), content("a")).unwrap();
    for (other, is_refused) in [("1.0.0+b", true), ("1.0.0", true), ("1.0.0-rc+a", false)] {
        let result = ledger.register(&id(other), content("a"));
        assert_eq!(result.is_err(), is_refused, "{other}");
    }
    let error = ledger.register(&id("1.0.0+b"), content("a")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "revision 1.0.0+b has the same precedence as 1.0.0+a: they differ in build metadata alone; \
         raise the version"
    );
    assert_eq!(
        ledger.register(&id("1.0.0+a"), content("a")),
        Ok(Recorded::Known)
    );
}

#[test]
fn ledgers_of_other_names_or_entries_differ() {
    let of = |name: &str, numbers: &[&str]| {
        let mut ledger = Ledger::new(name.parse().unwrap());
        for number in numbers {
            let id = format!("{name}/{number}").parse().unwrap();
            let _ = ledger.register(&id, content("a")).unwrap();
        }
        ledger
    };
    let ledger = of("hello", &["1.0.0", "1.1.0"]);
    assert_eq!(ledger, of("hello", &["1.0.0", "1.1.0"]));
    assert_ne!(ledger, of("other", &["1.0.0", "1.1.0"]));
    assert_ne!(ledger, of("hello", &["1.1.0", "1.0.0"]));
    assert_ne!(ledger, of("hello", &["1.0.0"]));
    let mut yanked = ledger.clone();
    let _ = yanked.yank(&"1.0.0".parse().unwrap()).unwrap();
    assert_ne!(ledger, yanked);
    // What a failed test shows: not a million revisions.
    assert_eq!(
        format!("{ledger:?}"),
        format!(
            "Ledger {{ name: Name(hello), size: 2, root: {:?}, .. }}",
            ledger.root()
        )
    );
}

#[test]
fn a_yanked_revision_is_not_selected() {
    let mut ledger = small();
    let any = Rule::default();
    assert_eq!(ledger.highest(&any).unwrap().number().to_string(), "1.5.0");
    let _ = ledger.yank(&"1.5.0".parse().unwrap()).unwrap();
    assert_eq!(ledger.highest(&any).unwrap().number().to_string(), "1.0.0");
    let exact: Rule = "1.5.0".parse().unwrap();
    assert_eq!(ledger.highest(&exact), None);
    let _ = ledger.yank(&"1.0.0".parse().unwrap()).unwrap();
    assert_eq!(ledger.highest(&any), None);
}

#[test]
fn entries_come_in_order() {
    let entries: Vec<_> = small().entries().map(|entry| entry.to_string()).collect();
    let (a, b) = (content("a"), content("b"));
    assert_eq!(
        entries,
        [
            format!("register 1.0.0 sha256:{a}"),
            format!("register 2.0.0-rc.1+build sha256:{b}"),
            "yank 2.0.0-rc.1+build".into(),
            format!("register 1.5.0 sha256:{a}"),
        ]
    );
}

#[test]
fn revisions_know_what_was_registered() {
    let ledger = small();
    let known: Vec<_> = ledger
        .revisions()
        .map(|it| {
            let id = it.id(ledger.name()).to_string();
            (id, it.sequence(), it.content(), it.is_yanked())
        })
        .collect();
    assert_eq!(
        known,
        [
            ("hello/1.0.0".to_owned(), 0, content("a"), false),
            ("hello/2.0.0-rc.1+build".to_owned(), 1, content("b"), true),
            ("hello/1.5.0".to_owned(), 2, content("a"), false),
        ]
    );
}

#[test]
fn a_log_reads_back() {
    let ledger = small();
    let log = ledger.to_log();
    assert_eq!(Ledger::from_log(&log).unwrap(), ledger);
    assert_eq!(Ledger::from_log(&log).unwrap().to_log(), log);
}

#[test]
fn a_cut_log_is_sound_up_to_its_last_whole_entry() {
    let log = small().to_log();
    let header = ledger().to_log().len();
    for length in 0..log.len() {
        let cut = &log[..length];
        let Err(error) = Ledger::from_log(cut) else {
            continue;
        };
        assert_eq!(error.is_truncated(), length > header);
        if error.is_truncated() {
            let sound = Ledger::from_log(&cut[..error.offset()]).unwrap();
            assert_eq!(sound.size(), error.entry());
        } else {
            assert_eq!(
                error.to_string(),
                "entry 0 of the ledger, at byte 0: the log does not start with the line \
                 `revisions ledger 1` and a name"
            );
        }
    }
}

/// Any bit of any entry or root.
#[test]
fn a_changed_log_is_refused_at_the_first_wrong_entry() {
    let ledger = small();
    let log = ledger.to_log();
    let mut starts = vec![ledger_header().len()];
    for entry in ledger.entries() {
        starts.push(starts.last().unwrap() + entry.to_bytes().len() + 32);
    }
    for byte in ledger_header().len()..log.len() {
        for bit in 0..8 {
            let mut changed = log.clone();
            changed[byte] ^= 1 << bit;
            let error = Ledger::from_log(&changed).unwrap_err();
            let wrong = starts.iter().rposition(|start| *start <= byte).unwrap();
            // A changed length may make the entry end elsewhere, but it is the
            // one that is wrong.
            assert_eq!(
                error.entry(),
                wrong as u64,
                "byte {byte}, bit {bit}: {error}"
            );
            assert_eq!(error.offset(), starts[wrong]);
        }
    }
}

fn ledger_header() -> Vec<u8> {
    ledger().to_log()
}

#[test]
fn a_log_sealed_anew_with_other_content_contradicts_itself() {
    let mut ledger = ledger();
    let mut log = ledger.to_log();
    let first = ledger.register(&id("1.0.0"), content("a")).unwrap();
    log.extend(first.receipt().unwrap().to_bytes());
    // The seal of another history in which the second entry was the same number.
    let second = Entry::Register {
        number: "1.0.0".parse().unwrap(),
        content: content("b"),
    };
    let mut frontier = revisions::merkle::Frontier::default();
    frontier.append(first.receipt().unwrap().entry().leaf_hash());
    frontier.append(second.leaf_hash());
    log.extend(second.to_bytes());
    log.extend(frontier.root().as_bytes());
    let error = Ledger::from_log(&log).unwrap_err();
    assert_eq!(error.entry(), 1);
    assert!(
        error
            .to_string()
            .contains("revision 1.0.0 is registered with the content")
    );
}

#[test]
fn entries_that_are_none_say_why() {
    let long = [&[2, 1, 1][..], &[b'1'; 257]].concat();
    for (bytes, message) in [
        (&b""[..], "the bytes end in the middle of the entry"),
        (b"\x02\x00", "the bytes end in the middle of the entry"),
        (
            b"\x02\x00\x051.0.",
            "the bytes end in the middle of the entry",
        ),
        (
            b"\x01\x00\x051.0.0abc",
            "the bytes end in the middle of the entry",
        ),
        (
            b"\x03\x00\x051.0.0",
            "it starts with 0x03; expected 0x01 for a registration or 0x02 for a yank",
        ),
        (&long, "its number has 257 bytes; at most 256 are allowed"),
        (b"\x02\x00\x01\xff", "its number is not UTF-8"),
        (
            b"\x02\x00\x031.0",
            "its number \"1.0\" is not a SemVer version: unexpected end of input while parsing \
             minor version number",
        ),
    ] {
        assert_eq!(Entry::decode(bytes).unwrap_err().to_string(), message);
    }
}
