//! A URI that is read names an id that comes back from its own URI.

#![no_main]

use bindle_core::Id;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    match Id::from_uri(text) {
        Ok(id) => assert_eq!(Id::from_uri(&id.to_uri()).as_ref(), Ok(&id)),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
});
