//! A log or a snapshot that is read gives the same bytes again.

#![no_main]

use libfuzzer_sys::fuzz_target;
use revisions::{Checkpoint, Ledger};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(ledger) = Ledger::from_log(bytes) {
        assert_eq!(ledger.to_log(), bytes);
        let snapshot = ledger.to_snapshot();
        let again = Ledger::from_snapshot(&snapshot).expect("what was written is read");
        assert_eq!(again.to_snapshot(), snapshot);
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
});
