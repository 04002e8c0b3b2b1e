//! A secret key file that is read is written and read again without loss.

#![no_main]

use bindle_core::SecretKeyFile;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    match SecretKeyFile::from_toml(text) {
        Ok(file) => {
            let written = file.to_secret_toml();
            let again = SecretKeyFile::from_toml(&written).expect("what was written is read");
            assert_eq!(*again.to_secret_toml(), *written);
        }
        Err(problems) => assert!(!problems.to_string().is_empty()),
    }
});
