use core::cmp::Ordering;

use semver::Version;

use super::pages::Pages;
use super::sorted::Sorted;
use crate::Revision;
use crate::rule::Rule;

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
}

/// The rank of a release, kept here so that a search stays in the cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Release {
    major: u64,
    minor: u64,
    patch: u64,
    ordinal: usize,
}

impl Index {
    pub(super) const fn new() -> Self {
        Self {
            numbers: Sorted::new(),
            releases: Sorted::new(),
            prereleases: Sorted::new(),
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
        } else {
            self.prereleases
                .remove(|other| at(*other, revisions, |other| other.cmp_rank(revision)));
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

    /// Those not yanked that `rule` selects, best first.
    pub(super) fn matches<'i>(
        &'i self,
        rule: &Rule,
        revisions: &'i Pages<Revision>,
    ) -> impl Iterator<Item = &'i Revision> + use<'i> {
        let exact = rule.exact().and_then(|number| self.find(number, revisions));
        let exact = exact.and_then(|ordinal| revisions.get(ordinal));
        let exact = exact.filter(|revision| !revision.is_yanked());
        let all = rule
            .exact()
            .is_none()
            .then(|| self.releases.down_from(|_| Ordering::Less));
        let all = all.into_iter().flatten();
        exact
            .into_iter()
            .chain(all.filter_map(|release| revisions.get(release.ordinal)))
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
