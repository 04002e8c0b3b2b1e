//! Ranges compared with each other, as node-semver compares them.

use alloc::vec::Vec;
use core::ops::Bound;

use semver::{Prerelease, Version};

use super::{Alternative, Comparator, Operator, Prereleases, Range};

impl Range {
    /// Whether the comparators of both ranges can hold together.
    ///
    /// As in node-semver this looks at bounds: there need not be a release
    /// between them, so `>1.2.3` and `<1.2.4` intersect. Under
    /// [`Prereleases::Named`], an exact prerelease such as `1.2.3-beta`
    /// intersects only with alternatives that name a prerelease of 1.2.3
    /// (or are `*`, asked whether they intersect with it). If the two ranges
    /// admit different prereleases, `Named` counts.
    ///
    /// ```
    /// use bindle_core::range::Range;
    ///
    /// let range: Range = "^1.2".parse()?;
    /// assert!(range.intersects(&"<1.3 || >=3".parse()?));
    /// assert!(!range.intersects(&"~1.1".parse()?));
    /// # Ok::<(), bindle_core::range::ParseRangeError>(())
    /// ```
    #[must_use]
    pub fn intersects(&self, other: &Self) -> bool {
        let prereleases = self.prereleases.both(other.prereleases);
        let others = other.alternatives();
        // Once: it takes time for all pairs of comparators.
        let others: Vec<_> = others
            .filter(|alternative| is_satisfiable(alternative, prereleases))
            .collect();
        self.alternatives()
            .filter(|alternative| is_satisfiable(alternative, prereleases))
            .any(|left| {
                others
                    .iter()
                    .any(|right| all_intersect(&left, right, prereleases))
            })
    }

    /// Whether every version of this range is also in `other`.
    ///
    /// As in node-semver each alternative must lie within one alternative of
    /// the other range: `1.x` is a subset of `>=1.0.0`, but not seen to be one
    /// of `<1.5.0 || >=1.5.0`. So `true` is certain, `false` is not. A range
    /// that nothing can satisfy is a subset of every other. If the two ranges
    /// admit different prereleases, `Named` counts.
    ///
    /// ```
    /// use bindle_core::range::Range;
    ///
    /// let range: Range = "~1.2.3".parse()?;
    /// assert!(range.is_subset(&"^1.2".parse()?));
    /// assert!(!range.is_subset(&">=1.2.5".parse()?));
    /// # Ok::<(), bindle_core::range::ParseRangeError>(())
    /// ```
    #[must_use]
    pub fn is_subset(&self, other: &Self) -> bool {
        let prereleases = self.prereleases.both(other.prereleases);
        let mut saw_satisfiable = false;
        for left in self.alternatives() {
            let mut is_within = false;
            for right in other.alternatives() {
                let verdict = within(left.comparators, right.comparators, prereleases);
                saw_satisfiable |= verdict != Within::Empty;
                if verdict == Within::Yes {
                    is_within = true;
                    break;
                }
            }
            if !is_within && saw_satisfiable {
                return false;
            }
        }
        true
    }

    /// The lowest version that can be in the range, or `None` if node-semver
    /// finds none: it looks at the lower bounds, not at every version.
    ///
    /// ```
    /// use bindle_core::range::Range;
    /// use bindle_core::semver::Version;
    ///
    /// assert_eq!(">1.2.3".parse::<Range>()?.min_version(), Some(Version::new(1, 2, 4)));
    /// assert_eq!(">2 <1".parse::<Range>()?.min_version(), None);
    /// # Ok::<(), bindle_core::range::ParseRangeError>(())
    /// ```
    #[must_use]
    pub fn min_version(&self) -> Option<Version> {
        let release = Version::new(0, 0, 0);
        if self.matches(&release) {
            return Some(release);
        }
        let lowest = Version {
            pre: Prerelease::new("0").ok()?,
            ..release
        };
        if self.matches(&lowest) {
            return Some(lowest);
        }
        let starts = self.alternatives().filter_map(|alternative| {
            let lower = alternative.comparators.iter();
            let lower = lower.filter(|comparator| !comparator.operator.is_upper_bound());
            lower.map(first_satisfying).reduce(|highest, version| {
                if version.cmp_precedence(&highest).is_gt() {
                    version
                } else {
                    highest
                }
            })
        });
        let lowest = starts.reduce(|lowest, version| {
            if version.cmp_precedence(&lowest).is_lt() {
                version
            } else {
                lowest
            }
        });
        lowest.filter(|version| self.matches(version))
    }
}

/// The lowest version that a comparator other than an upper bound admits.
fn first_satisfying(comparator: &Comparator) -> Version {
    let mut version = comparator.version.clone();
    if comparator.operator == Operator::Greater {
        if version.pre.is_empty() {
            version.patch += 1;
        } else if let Ok(pre) = Prerelease::new(&alloc::format!("{}.0", version.pre)) {
            version.pre = pre;
        }
    }
    version
}

/// Whether all comparators can hold together.
fn is_satisfiable(alternative: &Alternative<'_>, prereleases: Prereleases) -> bool {
    let comparators = alternative.comparators;
    (1..comparators.len()).rev().all(|index| {
        let mut others = comparators[..index].iter();
        others.all(|other| intersect(&comparators[index], other, prereleases))
    })
}

fn all_intersect(
    left: &Alternative<'_>,
    right: &Alternative<'_>,
    prereleases: Prereleases,
) -> bool {
    if left.comparators.is_empty() {
        return true;
    }
    if right.comparators.is_empty() {
        return left.comparators.iter().all(|comparator| {
            comparator.operator != Operator::Exact
                || comparator.version.pre.is_empty()
                || prereleases == Prereleases::Included
        });
    }
    left.comparators.iter().all(|left| {
        let mut others = right.comparators.iter();
        others.all(|right| intersect(left, right, prereleases))
    })
}

fn intersect(left: &Comparator, right: &Comparator, prereleases: Prereleases) -> bool {
    if left.operator == Operator::Exact {
        return admits(right, &left.version, prereleases);
    }
    if right.operator == Operator::Exact {
        return admits(left, &right.version, prereleases);
    }
    if is_below_all(left, prereleases) || is_below_all(right, prereleases) {
        return false;
    }
    let (lower, upper) = match (
        left.operator.is_lower_bound(),
        right.operator.is_lower_bound(),
    ) {
        (true, false) => (left, right),
        (false, true) => (right, left),
        _ => return true,
    };
    match lower.version.cmp_precedence(&upper.version) {
        core::cmp::Ordering::Less => true,
        core::cmp::Ordering::Equal => {
            lower.operator == Operator::GreaterEq && upper.operator == Operator::LessEq
        }
        core::cmp::Ordering::Greater => false,
    }
}

/// Whether a range of this one comparator matches `version`.
fn admits(comparator: &Comparator, version: &Version, prereleases: Prereleases) -> bool {
    let comparators = core::slice::from_ref(comparator);
    let alternative = Alternative {
        comparators,
        prereleases,
    };
    alternative.matches(version)
}

/// Whether an upper bound leaves nothing below it.
fn is_below_all(comparator: &Comparator, prereleases: Prereleases) -> bool {
    let Comparator { operator, version } = comparator;
    *operator == Operator::Less
        && [version.major, version.minor, version.patch] == [0; 3]
        && (prereleases == Prereleases::Named || version.pre.as_str() == "0")
}

/// Whether one alternative lies within another.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Within {
    Yes,
    No,
    /// Nothing can be in the first one.
    Empty,
}

impl From<bool> for Within {
    fn from(is_within: bool) -> Self {
        if is_within { Self::Yes } else { Self::No }
    }
}

fn within(left: &[Comparator], right: &[Comparator], prereleases: Prereleases) -> Within {
    if left == right {
        return Within::Yes;
    }
    if right.is_empty() && prereleases == Prereleases::Included {
        return Within::Yes;
    }
    // `*` stands for the lowest version and all above.
    let lowest = lowest(prereleases);
    let left = if left.is_empty() {
        core::slice::from_ref(&lowest)
    } else {
        left
    };
    let right = if right.is_empty() {
        core::slice::from_ref(&lowest)
    } else {
        right
    };

    let Some(Limits {
        exact,
        lower,
        upper,
    }) = limits(left)
    else {
        return Within::Empty;
    };
    if let Some(exact) = exact {
        let is_in = |limit: &Comparator| admits(limit, &exact.version, prereleases);
        if ![lower, upper].into_iter().flatten().all(is_in) {
            return Within::Empty;
        }
        return right.iter().all(is_in).into();
    }
    let span = (lower, upper);
    (right.iter().all(|limit| lies_within_limit(span, limit))
        && names_what_is_needed(span, right, prereleases)
        && is_limited_as(span, right))
    .into()
}

/// `>=0.0.0`, or `>=0.0.0-0` where prereleases are included.
fn lowest(prereleases: Prereleases) -> Comparator {
    let mut version = Version::new(0, 0, 0);
    if prereleases == Prereleases::Included {
        version.pre = Prerelease::new("0").unwrap_or_default();
    }
    Comparator {
        operator: Operator::GreaterEq,
        version,
    }
}

/// The tightest comparators of an alternative.
struct Limits<'range> {
    exact: Option<&'range Comparator>,
    lower: Option<&'range Comparator>,
    upper: Option<&'range Comparator>,
}

/// `None` if the comparators contradict each other.
fn limits(comparators: &[Comparator]) -> Option<Limits<'_>> {
    let mut limits = Limits {
        exact: None,
        lower: None,
        upper: None,
    };
    for comparator in comparators {
        match comparator.operator {
            Operator::Exact if limits.exact.is_some() => return None,
            Operator::Exact => limits.exact = Some(comparator),
            Operator::Greater | Operator::GreaterEq => {
                let tighter = limits
                    .lower
                    .is_none_or(|lower| is_higher(comparator, lower));
                limits.lower = if tighter {
                    Some(comparator)
                } else {
                    limits.lower
                };
            }
            Operator::Less | Operator::LessEq => {
                let tighter = limits.upper.is_none_or(|upper| is_lower(comparator, upper));
                limits.upper = if tighter {
                    Some(comparator)
                } else {
                    limits.upper
                };
            }
        }
    }
    if let (Some(lower), Some(upper)) = (limits.lower, limits.upper) {
        let order = lower.version.cmp_precedence(&upper.version);
        if order.is_gt() || order.is_eq() && !are_inclusive(lower, upper) {
            return None;
        }
    }
    Some(limits)
}

fn are_inclusive(lower: &Comparator, upper: &Comparator) -> bool {
    lower.operator == Operator::GreaterEq && upper.operator == Operator::LessEq
}

/// Whether a lower bound is tighter than another.
fn is_higher(bound: &Comparator, other: &Comparator) -> bool {
    let order = bound.version.cmp_precedence(&other.version);
    let is_stricter = bound.operator == Operator::Greater && other.operator == Operator::GreaterEq;
    order.is_gt() || order.is_eq() && is_stricter
}

/// Whether an upper bound is tighter than another.
fn is_lower(bound: &Comparator, other: &Comparator) -> bool {
    let order = bound.version.cmp_precedence(&other.version);
    let is_stricter = bound.operator == Operator::Less && other.operator == Operator::LessEq;
    order.is_lt() || order.is_eq() && is_stricter
}

type Span<'range> = (Option<&'range Comparator>, Option<&'range Comparator>);

/// Whether the bounds are one and the same version.
fn is_point((lower, upper): Span<'_>) -> bool {
    lower
        .zip(upper)
        .is_some_and(|(lower, upper)| lower.version.cmp_precedence(&upper.version).is_eq())
}

/// Whether what lies between the bounds satisfies one comparator, as far as
/// the bounds on its own side tell.
fn lies_within_limit(span: Span<'_>, limit: &Comparator) -> bool {
    let (lower, upper) = span;
    let lower_is_within = lower.is_none_or(|lower| {
        if limit.operator.is_lower_bound() {
            !is_higher(limit, lower)
        } else {
            lower.operator != Operator::GreaterEq || limit.matches(&lower.version)
        }
    });
    let upper_is_within = upper.is_none_or(|upper| {
        if limit.operator.is_upper_bound() {
            !is_lower(limit, upper)
        } else {
            upper.operator != Operator::LessEq || limit.matches(&upper.version)
        }
    });
    let is_wider = limit.operator == Operator::Exact && !is_point(span);
    lower_is_within && upper_is_within && !is_wider
}

/// A bound with a prerelease admits prereleases, so the other alternative must
/// admit those, too. `<1.2.3-0` is the same as `<1.2.3` and admits none.
fn names_what_is_needed(
    (lower, upper): Span<'_>,
    right: &[Comparator],
    prereleases: Prereleases,
) -> bool {
    if prereleases == Prereleases::Included {
        return true;
    }
    let upper =
        upper.filter(|upper| upper.operator != Operator::Less || upper.version.pre.as_str() != "0");
    [lower, upper].into_iter().flatten().all(|bound| {
        bound.version.pre.is_empty()
            || right
                .iter()
                .any(|limit| limit.names_prerelease_of(&bound.version))
    })
}

/// Whether there is a bound on each side on which the other alternative has
/// one.
fn is_limited_as(span: Span<'_>, right: &[Comparator]) -> bool {
    let (lower, upper) = span;
    let has_lower = right.iter().any(|limit| limit.operator.is_lower_bound());
    let has_upper = right.iter().any(|limit| limit.operator.is_upper_bound());
    !(lower.is_some() && has_upper && upper.is_none()
        || upper.is_some() && has_lower && lower.is_none())
}

/// The tightest bounds that the comparators set, if anything is between them.
pub(super) fn bounds(comparators: &[Comparator]) -> Option<(Bound<&Version>, Bound<&Version>)> {
    let Limits {
        exact,
        lower,
        upper,
    } = limits(comparators)?;
    if upper.is_some_and(|upper| is_below_all(upper, Prereleases::Included)) {
        return None;
    }
    if let Some(exact) = exact {
        let is_in = |limit: &Comparator| limit.matches(&exact.version);
        let holds = [lower, upper].into_iter().flatten().all(is_in);
        return holds.then_some((
            Bound::Included(&exact.version),
            Bound::Included(&exact.version),
        ));
    }
    Some((bound(lower), bound(upper)))
}

fn bound(limit: Option<&Comparator>) -> Bound<&Version> {
    match limit {
        None => Bound::Unbounded,
        Some(limit) if matches!(limit.operator, Operator::Greater | Operator::Less) => {
            Bound::Excluded(&limit.version)
        }
        Some(limit) => Bound::Included(&limit.version),
    }
}
