use alloc::vec::Vec;
use core::cmp::Ordering;
use core::ops::Bound;

use bindle_core::range::{Alternative, Comparator, Prereleases, Range};
use semver::Version;

use super::Ledger;
use super::index::Release;
use super::sorted::Down;
use crate::Revision;
use crate::rule::{Kind, NewestPrerelease, Rule, Stamp};

/// The revisions that a rule selects, best first.
///
/// Each part of a rule is a run of neighbours in some sorted list; the best of
/// their heads is the next.
pub(super) enum Matches<'l, 'r> {
    Exact(Option<&'l Revision>),
    Range(Vec<Run<'l, 'r>>),
    Newest {
        ledger: &'l Ledger,
        rule: &'r NewestPrerelease,
        rest: Down<'l, usize>,
    },
}

impl<'l, 'r> Matches<'l, 'r> {
    pub(super) fn new(ledger: &'l Ledger, rule: &'r Rule) -> Self {
        match rule.kind() {
            Kind::Exact(number) => {
                let revision = ledger.get(number);
                Self::Exact(revision.filter(|revision| !revision.is_yanked()))
            }
            Kind::Range(range) => Self::Range(runs(ledger, range)),
            Kind::Newest(rule) => Self::Newest {
                ledger,
                rule,
                rest: ledger.index.stamped(&ledger.revisions, rule.prefix()),
            },
        }
    }
}

impl<'l> Iterator for Matches<'l, '_> {
    type Item = &'l Revision;

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::Exact(revision) => revision.take(),
            Self::Range(runs) => next_of(runs),
            Self::Newest { ledger, rule, rest } => rest
                .map_while(|ordinal| {
                    let revision = ledger.revisions.get(*ordinal)?;
                    let stamp = Stamp::of(&revision.number)?;
                    (stamp.prefix == rule.prefix()).then_some(revision)
                })
                .find(|revision| rule.admits(&revision.number)),
        }
    }
}

/// Takes the best head of all runs. Runs may overlap: what heads several is
/// taken from each.
fn next_of<'l>(runs: &mut Vec<Run<'l, '_>>) -> Option<&'l Revision> {
    let heads = runs.iter().map(|run| run.head);
    let best = heads.reduce(|best, head| {
        if head.cmp_rank(best).is_gt() {
            head
        } else {
            best
        }
    })?;
    runs.retain_mut(|run| run.head.sequence != best.sequence || run.advance());
    Some(best)
}

/// Neighbours in a sorted list, from the highest down to a bound.
pub(super) struct Run<'l, 'r> {
    ledger: &'l Ledger,
    head: &'l Revision,
    rest: Rest<'l>,
    lower: Bound<&'r Version>,
    /// The version whose prereleases they are, if they are of one.
    of: Option<&'r Version>,
}

enum Rest<'l> {
    Releases(Down<'l, Release>),
    Prereleases(Down<'l, usize>),
}

fn runs<'l, 'r>(ledger: &'l Ledger, range: &'r Range) -> Vec<Run<'l, 'r>> {
    let mut runs = Vec::new();
    for alternative in range.alternatives() {
        let Some((lower, upper)) = alternative.bounds() else {
            continue;
        };
        let releases = ledger.index.releases(|release| release.cmp_upper(upper));
        runs.extend(Run::new(ledger, Rest::Releases(releases), lower, None));
        match range.prereleases() {
            Prereleases::Included => {
                let rest = (ledger.index)
                    .prereleases(&ledger.revisions, |revision| cmp_upper(revision, upper));
                runs.extend(Run::new(ledger, Rest::Prereleases(rest), lower, None));
            }
            Prereleases::Named => {
                for version in named(alternative) {
                    let rest = (ledger.index).prereleases(&ledger.revisions, |revision| {
                        cmp_release(&revision.number, version).then(cmp_upper(revision, upper))
                    });
                    runs.extend(Run::new(
                        ledger,
                        Rest::Prereleases(rest),
                        lower,
                        Some(version),
                    ));
                }
            }
        }
    }
    runs
}

/// The versions whose prereleases an alternative admits.
fn named<'r>(alternative: Alternative<'r>) -> impl Iterator<Item = &'r Version> {
    let versions = alternative.comparators().iter().map(Comparator::version);
    versions.filter(|version| !version.pre.is_empty())
}

impl<'l, 'r> Run<'l, 'r> {
    fn new(
        ledger: &'l Ledger,
        mut rest: Rest<'l>,
        lower: Bound<&'r Version>,
        of: Option<&'r Version>,
    ) -> Option<Self> {
        let head = rest.next(ledger).filter(|head| is_in(head, lower, of))?;
        Some(Self {
            ledger,
            head,
            rest,
            lower,
            of,
        })
    }

    /// Goes on to the next. Tells whether there is one.
    fn advance(&mut self) -> bool {
        let next = self.rest.next(self.ledger);
        match next.filter(|next| is_in(next, self.lower, self.of)) {
            Some(next) => {
                self.head = next;
                true
            }
            None => false,
        }
    }
}

impl<'l> Rest<'l> {
    fn next(&mut self, ledger: &'l Ledger) -> Option<&'l Revision> {
        let ordinal = match self {
            Self::Releases(rest) => rest.next()?.ordinal,
            Self::Prereleases(rest) => *rest.next()?,
        };
        ledger.revisions.get(ordinal)
    }
}

fn is_in(revision: &Revision, lower: Bound<&Version>, of: Option<&Version>) -> bool {
    let is_above = match lower {
        Bound::Unbounded => true,
        Bound::Included(lower) => revision.number.cmp_precedence(lower).is_ge(),
        Bound::Excluded(lower) => revision.number.cmp_precedence(lower).is_gt(),
    };
    is_above && of.is_none_or(|of| cmp_release(&revision.number, of).is_eq())
}

/// Less if below the upper bound, otherwise greater.
fn cmp_upper(revision: &Revision, upper: Bound<&Version>) -> Ordering {
    below(upper, |upper| revision.number.cmp_precedence(upper))
}

impl Release {
    /// As [`cmp_upper`], without looking at the revision.
    fn cmp_upper(&self, upper: Bound<&Version>) -> Ordering {
        below(upper, |upper| {
            let ours = (self.major, self.minor, self.patch);
            let bound = (upper.major, upper.minor, upper.patch);
            // A release is above its prereleases.
            ours.cmp(&bound).then((!upper.pre.is_empty()).cmp(&false))
        })
    }
}

fn below(upper: Bound<&Version>, compare: impl FnOnce(&Version) -> Ordering) -> Ordering {
    let is_below = match upper {
        Bound::Unbounded => true,
        Bound::Included(upper) => compare(upper).is_le(),
        Bound::Excluded(upper) => compare(upper).is_lt(),
    };
    if is_below {
        Ordering::Less
    } else {
        Ordering::Greater
    }
}

/// Compares without prerelease and build metadata.
fn cmp_release(one: &Version, other: &Version) -> Ordering {
    (one.major, one.minor, one.patch).cmp(&(other.major, other.minor, other.patch))
}
