//! Ranges are read or refused at a character; what is printed means the same;
//! what matches lies within the bounds.

#![no_main]

use std::ops::Bound;

use bindle_core::range::{Prereleases, Range, VersionQuery};
use bindle_core::semver::Version;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    for prereleases in [Prereleases::Named, Prereleases::Included] {
        match Range::parse_with(text, prereleases) {
            Ok(range) => check(&range),
            Err(error) => {
                assert!(text.is_char_boundary(error.offset()));
                assert!(!error.to_string().is_empty());
            }
        }
    }
    if let Ok(query) = text.parse::<VersionQuery>() {
        let printed = query.to_string();
        assert!(printed.parse::<VersionQuery>().is_ok(), "{printed}");
    }
});

fn check(range: &Range) {
    let printed = range.to_string();
    let again = Range::parse_with(&printed, range.prereleases()).expect(&printed);
    assert_eq!(again.to_string().parse::<Range>().is_ok(), true);
    for version in neighbours(range) {
        let is_in = range.matches(&version);
        assert_eq!(again.matches(&version), is_in, "{printed} {version}");
        let is_within = range.alternatives().any(|alternative| {
            alternative.bounds().is_some_and(|(lower, upper)| {
                let above = match lower {
                    Bound::Included(lower) => version.cmp_precedence(lower).is_ge(),
                    Bound::Excluded(lower) => version.cmp_precedence(lower).is_gt(),
                    Bound::Unbounded => true,
                };
                above
                    && match upper {
                        Bound::Included(upper) => version.cmp_precedence(upper).is_le(),
                        Bound::Excluded(upper) => version.cmp_precedence(upper).is_lt(),
                        Bound::Unbounded => true,
                    }
            })
        });
        assert!(is_within || !is_in, "{printed} {version}");
    }
    if let Some(lowest) = range.min_version() {
        assert!(range.matches(&lowest));
    }
    assert!(range.is_subset(range));
    assert_eq!(range.intersects(&again), again.intersects(range));
}

/// The versions that the range names, and those next to them.
fn neighbours(range: &Range) -> Vec<Version> {
    let mut versions = vec![Version::new(0, 0, 0)];
    for alternative in range.alternatives() {
        for comparator in alternative.comparators() {
            let Version {
                major,
                minor,
                patch,
                ..
            } = *comparator.version();
            versions.push(comparator.version().clone());
            versions.push(Version::new(major, minor, patch));
            versions.push(Version::new(major, minor, patch + 1));
            versions.push(Version::new(major, minor, patch.saturating_sub(1)));
        }
    }
    versions
}
