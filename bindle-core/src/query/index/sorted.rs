use alloc::vec::Vec;
use core::cmp::Ordering;
use core::iter::Sum;
use core::ops::AddAssign;

use super::super::Yanked;

/// A sorted sequence of numbers in chunks, each of which knows how many bindles
/// its numbers stand for: finding takes logarithmic time, inserting moves one
/// chunk, and many can be passed over at once. What "sorted" means is up to the
/// caller, who compares with what the numbers stand for; the same way in every
/// call.
#[derive(Clone, Debug, Default)]
pub(super) struct Sorted {
    /// None of them is empty.
    chunks: Vec<Chunk>,
}

#[derive(Clone, Debug)]
struct Chunk {
    numbers: Vec<u32>,
    count: Count,
}

/// Numbers in a chunk at most.
const CHUNK: usize = 256;

/// Before which number: a chunk, and a place in it. The end is (chunks, 0).
type Place = (usize, usize);

impl Sorted {
    /// The number that `compare` finds equal.
    pub(super) fn find(&self, compare: impl FnMut(u32) -> Ordering) -> Option<u32> {
        let (chunk, place) = self.search(compare).ok()?;
        self.chunks.get(chunk)?.numbers.get(place).copied()
    }

    /// Puts `number` where `compare` says, before all that are greater. An
    /// equal one must not be there. `count` tells what each number stands for.
    pub(super) fn insert(
        &mut self,
        number: u32,
        compare: impl FnMut(u32) -> Ordering,
        count: impl Fn(u32) -> Count,
    ) {
        let (Ok((at, place)) | Err((at, place))) = self.search(compare);
        let is_last = at + 1 >= self.chunks.len();
        let Some(chunk) = self.chunks.get_mut(at) else {
            self.chunks.push(Chunk::of(Vec::from([number]), &count));
            return;
        };
        if chunk.numbers.len() < CHUNK {
            chunk.numbers.insert(place, number);
            chunk.count += count(number);
        } else if is_last && place == CHUNK {
            // What comes in order leaves full chunks behind, not halves.
            self.chunks.push(Chunk::of(Vec::from([number]), &count));
        } else {
            let mut upper = chunk.numbers.split_off(CHUNK / 2);
            match place.checked_sub(CHUNK / 2) {
                Some(place) => upper.insert(place, number),
                None => chunk.numbers.insert(place, number),
            }
            chunk.count = chunk.numbers.iter().copied().map(&count).sum();
            self.chunks.insert(at + 1, Chunk::of(upper, &count));
        }
    }

    /// Changes what the number that `compare` finds equal stands for.
    pub(super) fn change(
        &mut self,
        compare: impl FnMut(u32) -> Ordering,
        change: impl FnOnce(&mut Count),
    ) {
        if let Ok((at, _)) = self.search(compare) {
            if let Some(chunk) = self.chunks.get_mut(at) {
                change(&mut chunk.count);
            }
        }
    }

    /// All numbers in their order.
    pub(super) fn iter(&self) -> Iter<'_> {
        Iter {
            chunks: &self.chunks,
            rest: &[],
        }
    }

    /// The numbers from the first for which `is_before` does not hold. It has
    /// to hold for all those before, and for none after.
    pub(super) fn from(&self, mut is_before: impl FnMut(u32) -> bool) -> Iter<'_> {
        let mut order = |number| {
            if is_before(number) {
                Ordering::Less
            } else {
                Ordering::Greater
            }
        };
        let (Ok((at, place)) | Err((at, place))) = self.search(&mut order);
        let (rest, chunks) = match self.chunks.get(at..).and_then(<[Chunk]>::split_first) {
            Some((chunk, chunks)) => (&chunk.numbers[place..], chunks),
            None => (&[][..], &[][..]),
        };
        Iter { chunks, rest }
    }

    /// The place of the number that `compare` finds equal, or where it would
    /// be.
    fn search(&self, mut compare: impl FnMut(u32) -> Ordering) -> Result<Place, Place> {
        // The last chunk whose first number is not greater.
        let after = self.chunks.partition_point(|chunk| {
            let first = chunk.numbers.first();
            first.is_some_and(|first| compare(*first).is_le())
        });
        let Some(at) = after.checked_sub(1) else {
            return Err((0, 0));
        };
        let numbers = &self.chunks[at].numbers;
        match numbers.binary_search_by(|number| compare(*number)) {
            Ok(place) => Ok((at, place)),
            Err(place) => Err((at, place)),
        }
    }
}

impl Chunk {
    fn of(numbers: Vec<u32>, count: impl Fn(u32) -> Count) -> Self {
        let count = numbers.iter().copied().map(count).sum();
        Self { numbers, count }
    }
}

/// Numbers of a [`Sorted`], in their order.
#[derive(Clone, Debug)]
pub(super) struct Iter<'s> {
    /// The chunks that come later.
    chunks: &'s [Chunk],
    /// What is left of this chunk.
    rest: &'s [u32],
}

impl<'s> Iter<'s> {
    pub(super) fn of_one(number: &'s u32) -> Self {
        Self {
            chunks: &[],
            rest: core::slice::from_ref(number),
        }
    }

    /// Passes over whole chunks, as long as they stand for no more than
    /// `bindles`, which are counted down. To be called before the first number
    /// is taken.
    pub(super) fn pass_over(&mut self, bindles: &mut u64, yanked: Yanked) {
        while let Some((chunk, later)) = self.chunks.split_first() {
            match bindles.checked_sub(chunk.count.of(yanked)) {
                Some(left) => *bindles = left,
                None => return,
            }
            self.chunks = later;
        }
    }
}

impl Iterator for Iter<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        while self.rest.is_empty() {
            let (next, later) = self.chunks.split_first()?;
            (self.rest, self.chunks) = (&next.numbers, later);
        }
        let (number, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*number)
    }
}

/// How many bindles there are, those apart that are yanked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Count {
    live: u32,
    yanked: u32,
}

impl Count {
    pub(super) fn of_one(is_yanked: bool) -> Self {
        Self {
            live: u32::from(!is_yanked),
            yanked: u32::from(is_yanked),
        }
    }

    pub(super) fn of(self, yanked: Yanked) -> u64 {
        let yanked = match yanked {
            Yanked::Excluded => 0,
            Yanked::Included => self.yanked,
        };
        u64::from(self.live) + u64::from(yanked)
    }

    /// One bindle was yanked.
    pub(super) fn yank_one(&mut self) {
        self.live -= 1;
        self.yanked += 1;
    }
}

impl AddAssign for Count {
    fn add_assign(&mut self, other: Self) {
        self.live += other.live;
        self.yanked += other.yanked;
    }
}

impl Sum for Count {
    fn sum<I: Iterator<Item = Self>>(counts: I) -> Self {
        let mut sum = Self::default();
        counts.for_each(|count| sum += count);
        sum
    }
}
