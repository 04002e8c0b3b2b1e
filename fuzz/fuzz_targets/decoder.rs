//! The decoder of TOML makes of any text what the crate `toml` does: the same
//! tables in the same places, the same errors, the same invoice and problems.

#![no_main]

use bindle_core::decoder_agrees;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    for limit in [1_000, 2] {
        decoder_agrees(text, limit);
    }
});
