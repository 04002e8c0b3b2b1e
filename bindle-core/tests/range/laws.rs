//! Laws that hold for every range.

use core::ops::{Bound, RangeBounds};

use bindle_core::range::{Prereleases, Range, VersionQuery};
use proptest::prelude::*;
use semver::Version;

use crate::shapes;

fn policy() -> impl Strategy<Value = Prereleases> {
    prop_oneof![Just(Prereleases::Named), Just(Prereleases::Included)]
}

/// A legal range.
fn range(prereleases: Prereleases) -> impl Strategy<Value = Range> {
    let text = prop_oneof![9 => shapes::range(), 1 => shapes::crowd()];
    text.prop_filter_map("no range", move |text| {
        Range::parse_with(&text, prereleases).ok()
    })
}

fn one() -> impl Strategy<Value = Range> {
    policy().prop_flat_map(range)
}

fn two() -> impl Strategy<Value = (Range, Range)> {
    policy().prop_flat_map(|policy| (range(policy), range(policy)))
}

fn versions() -> impl Strategy<Value = Vec<Version>> {
    prop::collection::vec(shapes::version(), 0..20)
}

/// A version by its precedence, as an index would sort it.
#[derive(PartialEq, Eq)]
struct ByPrecedence<'a>(&'a Version);

impl Ord for ByPrecedence<'_> {
    fn cmp(&self, other: &Self) -> core::cmp::Ordering {
        self.0.cmp_precedence(other.0)
    }
}

impl PartialOrd for ByPrecedence<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<core::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn any_text_is_read_or_refused_at_a_character(text in "\\PC*|[0-9x*.<>=~^|v+ -]{0,40}") {
        for policy in [Prereleases::Named, Prereleases::Included] {
            if let Err(error) = Range::parse_with(&text, policy) {
                prop_assert!(text.is_char_boundary(error.offset()));
                prop_assert!(!error.to_string().is_empty());
            }
        }
    }

    #[test]
    fn what_is_printed_means_the_same(range in one(), versions in versions()) {
        let printed = range.to_string();
        let again = Range::parse_with(&printed, range.prereleases());
        let again = again.map_err(|error| TestCaseError::fail(error.to_string()))?;
        for version in &versions {
            prop_assert_eq!(again.matches(version), range.matches(version));
        }
        let third = Range::parse_with(&again.to_string(), range.prereleases());
        prop_assert_eq!(third, Ok(again));
    }

    #[test]
    fn what_asks_for_versions_reads_back(text in prop_oneof![shapes::range(), shapes::crowd()]) {
        if let Ok(query) = text.parse::<VersionQuery>() {
            let printed = query.to_string();
            let again = printed.parse::<VersionQuery>();
            let again = again.map_err(|error| TestCaseError::fail(error.to_string()))?;
            prop_assert_eq!(again.to_string().parse::<VersionQuery>(), Ok(again));
        }
    }

    #[test]
    fn build_metadata_is_ignored(range in one(), version in shapes::version()) {
        let mut bare = version.clone();
        bare.build = semver::BuildMetadata::EMPTY;
        prop_assert_eq!(range.matches(&version), range.matches(&bare));
    }

    #[test]
    fn alternatives_are_a_union(range in one(), version in shapes::version()) {
        let any = range.alternatives().any(|alternative| alternative.matches(&version));
        prop_assert_eq!(range.matches(&version), any);
        for alternative in range.alternatives() {
            let all = alternative.comparators().iter().all(|c| c.matches(&version));
            prop_assert!(all || !alternative.matches(&version));
            prop_assert!(alternative.matches(&version) || !all || !version.pre.is_empty());
        }
    }

    #[test]
    fn bounds_hold_all_that_matches(range in one(), version in shapes::version()) {
        for alternative in range.alternatives() {
            let is_within = alternative.bounds().is_some_and(|(lower, upper)| {
                let bounds: (Bound<ByPrecedence<'_>>, Bound<ByPrecedence<'_>>) =
                    (lower.map(ByPrecedence), upper.map(ByPrecedence));
                bounds.contains(&ByPrecedence(&version))
            });
            let all = alternative.comparators().iter().all(|c| c.matches(&version));
            prop_assert_eq!(is_within, all);
        }
    }

    #[test]
    fn included_prereleases_only_add(text in shapes::range(), version in shapes::version()) {
        let named = Range::parse_with(&text, Prereleases::Named);
        let included = Range::parse_with(&text, Prereleases::Included);
        prop_assert_eq!(named.is_ok(), included.is_ok());
        if let (Ok(named), Ok(included)) = (named, included) {
            prop_assert!(included.matches(&version) || !named.matches(&version));
        }
    }

    #[test]
    fn highest_and_lowest_are_found(range in one(), versions in versions()) {
        let matching = || versions.iter().filter(|version| range.matches(version));
        let max = range.max_satisfying(&versions);
        let min = range.min_satisfying(&versions);
        prop_assert_eq!(max.is_some(), matching().next().is_some());
        prop_assert_eq!(min.is_some(), max.is_some());
        for version in matching() {
            prop_assert!(max.is_some_and(|max| version.cmp_precedence(max).is_le()));
            prop_assert!(min.is_some_and(|min| version.cmp_precedence(min).is_ge()));
        }
    }

    #[test]
    fn common_versions_mean_intersection((a, b) in two(), versions in versions()) {
        let common = versions.iter().any(|version| {
            version.pre.is_empty() && a.matches(version) && b.matches(version)
        });
        prop_assert!(a.intersects(&b) || !common);
    }

    #[test]
    fn intersection_is_symmetric((a, b) in two()) {
        let has_any = |range: &Range| range.to_string() == "*";
        if !has_any(&a) && !has_any(&b) {
            prop_assert_eq!(a.intersects(&b), b.intersects(&a));
        }
    }

    #[test]
    fn a_subset_holds_no_other_releases((a, b) in two(), versions in versions()) {
        if a.is_subset(&b) {
            for version in versions.iter().filter(|version| version.pre.is_empty()) {
                prop_assert!(b.matches(version) || !a.matches(version));
            }
        }
    }

    #[test]
    fn a_range_is_its_own_subset(range in one()) {
        prop_assert!(range.is_subset(&range));
    }

    #[test]
    fn the_lowest_version_is_in_and_nothing_released_is_below(
        range in one(),
        versions in versions(),
    ) {
        if let Some(lowest) = range.min_version() {
            prop_assert!(range.matches(&lowest));
            let releases = versions.iter().filter(|version| version.pre.is_empty());
            let mut below = releases.filter(|version| version.cmp_precedence(&lowest).is_lt());
            prop_assert!(!below.any(|version| range.matches(version)));
        }
    }

    #[test]
    fn a_version_asks_for_itself(version in shapes::version(), other in shapes::version()) {
        let query: VersionQuery = version.to_string().parse().map_err(
            |error: bindle_core::range::ParseRangeError| TestCaseError::fail(error.to_string()),
        )?;
        prop_assert_eq!(query.matches(&other), version == other);
    }
}
