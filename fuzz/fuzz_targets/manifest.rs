//! Manifests of both formats and of every era are read, and normalised, or
//! refused with problems in their text.

#![no_main]

use libfuzzer_sys::fuzz_target;
use spin_manifest::{Diagnostics, Era, ManifestReader, Related, Rules, Strictness};

fuzz_target!(|text: &str| {
    let rules = [
        Rules::Fitting,
        Rules::Of(Era::Spin0_6),
        Rules::Of(Era::Spin1_5),
        Rules::Of(Era::Current),
    ];
    for rules in rules {
        for strictness in [Strictness::Strict, Strictness::LikeSpin] {
            let reader = ManifestReader::new()
                .with_rules(rules)
                .with_strictness(strictness);
            match reader.read(text) {
                Ok(manifest) => {
                    check(manifest.problems(), text);
                    for profile in [None, Some("debug")] {
                        if let Err(error) = manifest.normalised(profile) {
                            assert!(!error.to_string().is_empty());
                        }
                    }
                }
                Err(diagnostics) => {
                    assert!(!diagnostics.is_empty());
                    check(&diagnostics, text);
                }
            }
        }
    }
});

fn check(diagnostics: &Diagnostics, text: &str) {
    for problem in diagnostics.iter() {
        let related = problem.related().iter().map(Related::span);
        for span in related.chain([problem.span()]) {
            assert!(text.get(span.start..span.end).is_some());
        }
        assert!(!problem.message().is_empty());
    }
    if !diagnostics.is_empty() {
        assert!(!diagnostics.render("spin.toml", text).to_string().is_empty());
    }
}
