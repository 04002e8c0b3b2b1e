//! A log or a snapshot that is read gives the same bytes again, and a log that
//! was changed is refused. Each line of the input is something to do:
//! `+VERSION` registers a revision, `-VERSION` yanks one, and `!NUMBER` changes
//! a byte of the log.

#![no_main]

use bindle_core::{Digest, Id, Name};
use libfuzzer_sys::fuzz_target;
use revisions::{Checkpoint, Ledger};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(ledger) = Ledger::from_log(bytes) {
        assert_eq!(ledger.to_log(), bytes);
    }
    if let Ok(ledger) = Ledger::from_snapshot(bytes) {
        assert_eq!(ledger.to_snapshot(), bytes);
    }
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    if let Ok(checkpoint) = text.parse::<Checkpoint>() {
        let printed = checkpoint.to_string();
        assert_eq!(printed.parse::<Checkpoint>().as_ref(), Ok(&checkpoint));
    }
    history(text);
});

fn history(text: &str) {
    let name: Name = "hello".parse().expect("a name");
    let mut ledger = Ledger::new(name.clone());
    let header = ledger.to_log().len();
    let mut changes: Vec<usize> = Vec::new();
    for line in text.lines() {
        if let Some(Ok(version)) = line.strip_prefix('+').map(str::parse) {
            let id = Id::new(name.clone(), version);
            let _ = ledger.register(&id, Digest::of(line.as_bytes()));
        } else if let Some(Ok(version)) = line.strip_prefix('-').map(str::parse) {
            let _ = ledger.yank(&version);
        } else if let Some(Ok(place)) = line.strip_prefix('!').map(str::parse) {
            changes.push(place);
        }
    }
    let log = ledger.to_log();
    let read = Ledger::from_log(&log).expect("what was written is read");
    assert_eq!(read.root(), ledger.root());
    assert_eq!(read.to_log(), log);
    let snapshot = ledger.to_snapshot();
    let read = Ledger::from_snapshot(&snapshot).expect("what was written is read");
    assert_eq!(read.root(), ledger.root());
    assert_eq!(read.to_snapshot(), snapshot);
    for place in changes {
        let mut changed = log.clone();
        let place = place % log.len();
        changed[place] ^= 1;
        match Ledger::from_log(&changed) {
            Ok(read) => {
                assert!(place < header, "a change at {place} went unnoticed");
                assert_eq!(read.to_log(), changed);
            }
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    }
}
