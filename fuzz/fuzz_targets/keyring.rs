//! A keyring that is read is written and read again without loss.

#![no_main]

use bindle_core::Keyring;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    match Keyring::from_toml(text) {
        Ok(keyring) => {
            let written = keyring.to_toml();
            let again = Keyring::from_toml(&written).expect(&written);
            assert_eq!(again, keyring);
            for entry in &keyring {
                let _ = entry.label_status();
                assert!(keyring.get(entry.key().as_bytes()).is_some());
            }
        }
        Err(problems) => assert!(!problems.to_string().is_empty()),
    }
});
