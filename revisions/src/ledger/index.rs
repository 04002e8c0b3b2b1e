use core::cmp::Ordering;
use core::ops::Bound;

use semver::Version;

use super::pages::Pages;
use super::sorted::{Down, Place, Sorted};
use crate::Revision;
use crate::rule::Stamp;

/// Finds revisions without looking at all of them.
#[derive(Clone, Debug)]
pub(super) struct Index {
    /// Every revision, by number with its build metadata.
    numbers: Sorted<Entry>,
    /// Those without prerelease and not yanked, by rank.
    releases: Sorted<Entry>,
    /// Those with prerelease and not yanked, by rank.
    prereleases: Sorted<Entry>,
    /// Those of them with a timestamp, by prefix, then by time, then by rank.
    stamped: Sorted<Entry>,
}

/// A revision in a sorted list.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    key: Key,
    /// Its place in the pages of revisions.
    pub(super) ordinal: usize,
}

/// The start of what a list is sorted by, so that a search stays in the list:
/// it looks at a revision only where keys are equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key(u64);

/// Where a number that is not registered belongs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Vacancy(Place);

impl Index {
    pub(super) const fn new() -> Self {
        Self {
            numbers: Sorted::new(),
            releases: Sorted::new(),
            prereleases: Sorted::new(),
            stamped: Sorted::new(),
        }
    }

    /// The ordinal of exactly this number, or where it belongs.
    pub(super) fn find(
        &self,
        number: &Version,
        revisions: &Pages<Revision>,
    ) -> Result<usize, Vacancy> {
        let key = Key::of_number(number);
        let found = self
            .numbers
            .find(|entry| entry.cmp(key, revisions, |revision| revision.number.cmp(number)));
        found.map(|entry| entry.ordinal).map_err(Vacancy)
    }

    /// Takes up a revision that is to be the next of `revisions`.
    pub(super) fn register(
        &mut self,
        revision: &Revision,
        Vacancy(place): Vacancy,
        revisions: &Pages<Revision>,
    ) {
        let ordinal = revisions.len();
        let key = Key::of_number(&revision.number);
        self.numbers.insert(Entry { key, ordinal }, place);
        for (list, key, compare) in self.ranked(revision) {
            let entry = Entry { key, ordinal };
            let place = list.find(|entry| entry.cmp(key, revisions, |it| compare(it, revision)));
            if let Err(place) = place {
                list.insert(entry, place);
            }
        }
    }

    /// Leaves out a revision that was yanked.
    pub(super) fn yank(&mut self, ordinal: usize, revisions: &Pages<Revision>) {
        let Some(revision) = revisions.get(ordinal) else {
            return;
        };
        for (list, key, compare) in self.ranked(revision) {
            list.remove(|entry| entry.cmp(key, revisions, |it| compare(it, revision)));
        }
    }

    /// The lists in which a revision is until it is yanked, with its key there
    /// and what they are sorted by.
    fn ranked(
        &mut self,
        revision: &Revision,
    ) -> impl Iterator<Item = (&mut Sorted<Entry>, Key, Compare)> {
        let number = &revision.number;
        let key = Key::of_number(number);
        let by_rank = if number.pre.is_empty() {
            &mut self.releases
        } else {
            &mut self.prereleases
        };
        let stamp = Stamp::of(number);
        let by_time = stamp.map(|stamp| {
            let key = Key::of_text(stamp.prefix);
            (&mut self.stamped, key, cmp_stamped as Compare)
        });
        let by_rank = (by_rank, key, Revision::cmp_rank as Compare);
        core::iter::once(by_rank).chain(by_time)
    }

    /// A revision, yanked or not, that differs at most in build metadata.
    pub(super) fn same_precedence<'r>(
        &self,
        number: &Version,
        revisions: &'r Pages<Revision>,
    ) -> Option<&'r Revision> {
        let key = Key::of_number(number);
        let found = self.numbers.find(|entry| {
            entry.cmp(key, revisions, |revision| {
                revision.number.cmp_precedence(number)
            })
        });
        revisions.get(found.ok()?.ordinal)
    }

    /// The releases not yanked that are below the bound, the highest first.
    pub(super) fn releases(
        &self,
        revisions: &Pages<Revision>,
        upper: Bound<&Version>,
    ) -> Down<'_, Entry> {
        (self.releases).down_from(|entry| entry.cmp_upper(upper, revisions))
    }

    /// The prereleases not yanked that are below the bound, the highest first.
    pub(super) fn prereleases(
        &self,
        revisions: &Pages<Revision>,
        upper: Bound<&Version>,
    ) -> Down<'_, Entry> {
        (self.prereleases).down_from(|entry| entry.cmp_upper(upper, revisions))
    }

    /// The same from the highest prerelease of the version `of` on.
    pub(super) fn prereleases_of(
        &self,
        of: &Version,
        revisions: &Pages<Revision>,
        upper: Bound<&Version>,
    ) -> Down<'_, Entry> {
        let key = Key::of_number(of);
        self.prereleases.down_from(|entry| {
            let by_release = |revision: &Revision| cmp_release(&revision.number, of);
            (entry.cmp(key, revisions, by_release)).then_with(|| entry.cmp_upper(upper, revisions))
        })
    }

    /// The prereleases with a timestamp not yanked, from the greatest that has
    /// the prefix down.
    pub(super) fn stamped(&self, revisions: &Pages<Revision>, prefix: &str) -> Down<'_, Entry> {
        let key = Key::of_text(prefix);
        self.stamped.down_from(|entry| {
            entry.cmp(key, revisions, |revision| {
                match Stamp::of(&revision.number) {
                    Some(stamp) if stamp.prefix > prefix => Ordering::Greater,
                    _ => Ordering::Less,
                }
            })
        })
    }
}

/// How two revisions of a list compare.
type Compare = fn(&Revision, &Revision) -> Ordering;

impl Entry {
    /// By the key, then by the revision.
    fn cmp(
        &self,
        key: Key,
        revisions: &Pages<Revision>,
        compare: impl FnOnce(&Revision) -> Ordering,
    ) -> Ordering {
        // The revision is there, since the index holds it.
        let by_revision = || {
            revisions
                .get(self.ordinal)
                .map_or(Ordering::Greater, compare)
        };
        self.key.cmp(&key).then_with(by_revision)
    }

    /// Less if below the upper bound, otherwise greater.
    fn cmp_upper(&self, upper: Bound<&Version>, revisions: &Pages<Revision>) -> Ordering {
        let (Bound::Included(bound) | Bound::Excluded(bound)) = upper else {
            return Ordering::Less;
        };
        self.cmp(Key::of_number(bound), revisions, |revision| match revision
            .number
            .cmp_precedence(bound)
        {
            Ordering::Equal if matches!(upper, Bound::Included(_)) => Ordering::Less,
            Ordering::Equal => Ordering::Greater,
            order => order,
        })
    }
}

impl Key {
    /// Major, minor and patch, as far as they go: the lower of two numbers never
    /// has the higher key. Versions that are dates fit.
    fn of_number(number: &Version) -> Self {
        const fn largest(bits: u32) -> u64 {
            (1 << bits) - 1
        }
        let Version {
            major,
            minor,
            patch,
            ..
        } = *number;
        let below_minor = patch.min(largest(19));
        let below_major = if minor < largest(19) {
            minor << 19 | below_minor
        } else {
            largest(38)
        };
        Self(if major < largest(26) {
            major << 38 | below_major
        } else {
            u64::MAX
        })
    }

    /// The first bytes.
    fn of_text(text: &str) -> Self {
        let mut start = [0; 8];
        for (to, byte) in start.iter_mut().zip(text.bytes()) {
            *to = byte;
        }
        Self(u64::from_be_bytes(start))
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

/// Compares without prerelease and build metadata.
pub(super) fn cmp_release(one: &Version, other: &Version) -> Ordering {
    (one.major, one.minor, one.patch).cmp(&(other.major, other.minor, other.patch))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_never_contradict_the_order() {
        let parts = [
            0,
            1,
            (1 << 19) - 2,
            (1 << 19) - 1,
            1 << 19,
            1 << 20,
            (1 << 26) - 1,
            1 << 26,
            u64::MAX,
        ];
        let mut numbers = alloc::vec::Vec::new();
        for major in parts {
            for minor in parts {
                numbers.extend(parts.map(|patch| Version::new(major, minor, patch)));
            }
        }
        for pair in numbers.windows(2) {
            assert!(
                Key::of_number(&pair[0]) <= Key::of_number(&pair[1]),
                "{pair:?}"
            );
        }
        let small = [(1, 2, 3), (1, 2, 4), (1, 3, 0), (20_261_125, 0, 0)];
        let small = small.map(|(major, minor, patch)| Version::new(major, minor, patch));
        assert!(small.is_sorted_by_key(Key::of_number));
        assert_eq!(
            small
                .map(|it| Key::of_number(&it))
                .windows(2)
                .filter(|it| it[0] == it[1])
                .count(),
            0
        );
        let texts = ["", "a", "a-b", "alice", "alice-and-bob", "bob"];
        assert!(texts.is_sorted_by_key(|text| Key::of_text(text)));
    }
}
