use core::cmp::Ordering;

use semver::Version;

use super::pages::Pages;
use super::sorted::{Down, Sorted};
use crate::Revision;
use crate::rule::Stamp;

/// Finds revisions without looking at all of them. It holds ordinals: places in
/// the pages of revisions.
#[derive(Clone, Debug)]
pub(super) struct Index {
    /// Every revision, by number with its build metadata.
    numbers: Sorted<usize>,
    /// Those without prerelease and not yanked, by rank.
    releases: Sorted<Release>,
    /// Those with prerelease and not yanked, by rank.
    prereleases: Sorted<usize>,
    /// Those of them with a timestamp.
    stamped: Sorted<usize>,
}

/// The rank of a release, kept here so that a search stays in the cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Release {
    pub(super) major: u64,
    pub(super) minor: u64,
    pub(super) patch: u64,
    pub(super) ordinal: usize,
}

impl Index {
    pub(super) const fn new() -> Self {
        Self {
            numbers: Sorted::new(),
            releases: Sorted::new(),
            prereleases: Sorted::new(),
            stamped: Sorted::new(),
        }
    }

    /// Takes up a revision that is to be the next of `revisions`.
    pub(super) fn register(&mut self, revision: &Revision, revisions: &Pages<Revision>) {
        let ordinal = revisions.len();
        let number = &revision.number;
        self.numbers.insert(ordinal, |other| {
            at(*other, revisions, |other| other.number.cmp(number))
        });
        if number.pre.is_empty() {
            let release = Release::new(number, ordinal);
            self.releases.insert(release, |other| other.cmp(&release));
        } else {
            self.prereleases.insert(ordinal, |other| {
                at(*other, revisions, |other| other.cmp_rank(revision))
            });
            if Stamp::of(number).is_some() {
                self.stamped.insert(ordinal, |other| {
                    at(*other, revisions, |other| cmp_stamped(other, revision))
                });
            }
        }
    }

    /// Leaves out a revision that was yanked.
    pub(super) fn yank(&mut self, ordinal: usize, revisions: &Pages<Revision>) {
        let Some(revision) = revisions.get(ordinal) else {
            return;
        };
        if revision.number.pre.is_empty() {
            let release = Release::new(&revision.number, ordinal);
            self.releases.remove(|other| other.cmp(&release));
            return;
        }
        self.prereleases
            .remove(|other| at(*other, revisions, |other| other.cmp_rank(revision)));
        if Stamp::of(&revision.number).is_some() {
            self.stamped
                .remove(|other| at(*other, revisions, |other| cmp_stamped(other, revision)));
        }
    }

    /// The ordinal of exactly this number.
    pub(super) fn find(&self, number: &Version, revisions: &Pages<Revision>) -> Option<usize> {
        let compare = |other: &usize| at(*other, revisions, |other| other.number.cmp(number));
        self.numbers.find(compare).copied()
    }

    /// A revision, yanked or not, that differs at most in build metadata.
    pub(super) fn same_precedence<'r>(
        &self,
        number: &Version,
        revisions: &'r Pages<Revision>,
    ) -> Option<&'r Revision> {
        let compare = |other: &usize| {
            at(*other, revisions, |other| {
                other.number.cmp_precedence(number)
            })
        };
        revisions.get(*self.numbers.find(compare)?)
    }

    /// The releases not yanked, from the greatest that `compare` finds less or
    /// equal down.
    pub(super) fn releases(&self, compare: impl Fn(&Release) -> Ordering) -> Down<'_, Release> {
        self.releases.down_from(compare)
    }

    /// The prereleases not yanked, from the greatest that `compare` finds less
    /// or equal down.
    pub(super) fn prereleases(
        &self,
        revisions: &Pages<Revision>,
        compare: impl Fn(&Revision) -> Ordering,
    ) -> Down<'_, usize> {
        self.prereleases
            .down_from(|ordinal| at(*ordinal, revisions, &compare))
    }

    /// The prereleases with a timestamp not yanked, by prefix, then by time,
    /// then by rank; from the greatest that has the prefix down.
    pub(super) fn stamped(&self, revisions: &Pages<Revision>, prefix: &str) -> Down<'_, usize> {
        self.stamped.down_from(|ordinal| {
            at(*ordinal, revisions, |other| {
                match Stamp::of(&other.number) {
                    Some(stamp) if stamp.prefix > prefix => Ordering::Greater,
                    _ => Ordering::Less,
                }
            })
        })
    }
}

/// By prefix, then by time, then by rank.
fn cmp_stamped(one: &Revision, other: &Revision) -> Ordering {
    match (Stamp::of(&one.number), Stamp::of(&other.number)) {
        (Some(stamp), Some(other_stamp)) => (stamp.prefix.cmp(other_stamp.prefix))
            .then_with(|| stamp.cmp_time(&other_stamp))
            .then_with(|| one.cmp_rank(other)),
        (stamp, other_stamp) => stamp.is_some().cmp(&other_stamp.is_some()),
    }
}

impl Release {
    fn new(number: &Version, ordinal: usize) -> Self {
        Self {
            major: number.major,
            minor: number.minor,
            patch: number.patch,
            ordinal,
        }
    }
}

/// Compares with the revision at `ordinal`, which the index holds, so that it
/// is there.
fn at(
    ordinal: usize,
    revisions: &Pages<Revision>,
    compare: impl FnOnce(&Revision) -> Ordering,
) -> Ordering {
    revisions.get(ordinal).map_or(Ordering::Greater, compare)
}
