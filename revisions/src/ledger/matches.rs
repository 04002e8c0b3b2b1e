use alloc::vec::Vec;
use core::ops::Bound;

use bindle_core::range::{Alternative, Comparator, Prereleases, Range};
use semver::Version;

use super::Ledger;
use super::index::{Entry, cmp_release};
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
        rest: Down<'l, Entry>,
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
                .map_while(|entry| {
                    let revision = ledger.revisions.get(entry.ordinal)?;
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
    rest: Down<'l, Entry>,
    lower: Bound<&'r Version>,
    /// The version whose prereleases they are, if they are of one.
    of: Option<&'r Version>,
}

fn runs<'l, 'r>(ledger: &'l Ledger, range: &'r Range) -> Vec<Run<'l, 'r>> {
    let (index, revisions) = (&ledger.index, &ledger.revisions);
    let mut runs = Vec::new();
    for alternative in range.alternatives() {
        let Some((lower, upper)) = alternative.bounds() else {
            continue;
        };
        let releases = index.releases(revisions, upper);
        runs.extend(Run::new(ledger, releases, lower, None));
        match range.prereleases() {
            Prereleases::Included => {
                let prereleases = index.prereleases(revisions, upper);
                runs.extend(Run::new(ledger, prereleases, lower, None));
            }
            Prereleases::Named => runs.extend(named(alternative, upper).filter_map(|version| {
                let prereleases = index.prereleases_of(version, revisions, upper);
                Run::new(ledger, prereleases, lower, Some(version))
            })),
        }
    }
    runs
}

/// The versions whose prereleases an alternative admits.
fn named<'r>(
    alternative: Alternative<'r>,
    upper: Bound<&'r Version>,
) -> impl Iterator<Item = &'r Version> {
    let versions = alternative.comparators().iter().map(Comparator::version);
    versions.filter(move |version| {
        // No prerelease of 2.0.0 is below 2.0.0-0, where `^1` ends.
        let is_end = version.pre.as_str() == "0" && upper == Bound::Excluded(version);
        !version.pre.is_empty() && !is_end
    })
}

impl<'l, 'r> Run<'l, 'r> {
    fn new(
        ledger: &'l Ledger,
        mut rest: Down<'l, Entry>,
        lower: Bound<&'r Version>,
        of: Option<&'r Version>,
    ) -> Option<Self> {
        let head = ledger.revisions.get(rest.next()?.ordinal);
        let head = head.filter(|head| is_in(head, lower, of))?;
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
        let next = self.rest.next();
        let next = next.and_then(|next| self.ledger.revisions.get(next.ordinal));
        match next.filter(|next| is_in(next, self.lower, self.of)) {
            Some(next) => {
                self.head = next;
                true
            }
            None => false,
        }
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
