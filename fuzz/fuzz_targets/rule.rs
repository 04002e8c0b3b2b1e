//! Rules are read or refused at a character.

#![no_main]

use bindle_core::semver::Version;
use libfuzzer_sys::fuzz_target;
use revisions::{Rule, parse_legacy};

fuzz_target!(|text: &str| {
    match text.parse::<Rule>() {
        Ok(rule) => {
            assert_eq!(rule.as_str().parse::<Rule>().as_ref(), Ok(&rule));
            let _ = rule.matches(&Version::new(1, 2, 3));
        }
        Err(error) => {
            assert!(text.is_char_boundary(error.offset()));
            assert!(!error.to_string().is_empty());
        }
    }
    if let Err(error) = parse_legacy(text) {
        assert!(!error.to_string().is_empty());
    }
});
