use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use super::set::Set;

/// Finds the texts that contain a term without reading them all.
///
/// A *gram* is what stands in four bytes from any place of a text; after its
/// end stands a byte that is in no text. Each gram has the list of the texts
/// that have it. A text that contains a term of four bytes or more is on the
/// lists of all grams of the term; one that contains a shorter term is on the
/// list of a gram that starts with it, and those are neighbours.
///
/// The texts are the caller's, who knows them by numbers.
#[derive(Clone, Debug, Default)]
pub(super) struct Grams {
    lists: BTreeMap<Gram, List>,
}

type Gram = [u8; LENGTH];

const LENGTH: usize = 4;

/// In no UTF-8.
const AFTER_THE_END: u8 = 0xff;

impl Grams {
    /// Takes up a text. Its number must be greater than those before.
    pub(super) fn insert(&mut self, number: u32, text: &str) {
        let text = text.as_bytes();
        for start in 0..text.len() {
            let mut gram = [AFTER_THE_END; LENGTH];
            let end = text.len().min(start + LENGTH);
            gram[..end - start].copy_from_slice(&text[start..end]);
            self.lists.entry(gram).or_default().push(number);
        }
    }

    /// How many texts could contain `term`, at most; counting stops at
    /// `enough`.
    pub(super) fn count(&self, term: &str, enough: usize) -> usize {
        if term.len() >= LENGTH {
            let lengths = grams(term).map(|gram| self.lists.get(gram).map_or(0, List::len));
            return lengths.min().unwrap_or(0);
        }
        let mut count = 0;
        for list in self.starting_with(term) {
            count += list.len();
            if count >= enough {
                break;
            }
        }
        count
    }

    /// The numbers of the texts that could contain `term`, in ascending order.
    /// All that do are among them.
    pub(super) fn candidates(&self, term: &str) -> Vec<u32> {
        if term.len() < LENGTH {
            return self.candidates_of_short(term);
        }
        let lists: Option<Vec<&List>> = grams(term).map(|gram| self.lists.get(gram)).collect();
        let Some(mut lists) = lists else {
            return Vec::new();
        };
        lists.sort_unstable_by_key(|list| list.len());
        let Some((shortest, others)) = lists.split_first() else {
            return Vec::new();
        };
        let mut candidates: Vec<u32> = shortest.iter().collect();
        for list in others {
            // To read on in a list is cheap, but to look at a text is not so
            // dear that a list of any length would be worth it.
            const WORTH: usize = 32;
            if list.len() / WORTH > candidates.len() {
                break;
            }
            list.retain_common(&mut candidates);
        }
        candidates
    }

    /// Does something with each number of a text that could contain `term`, in
    /// any order, perhaps more than once.
    pub(super) fn for_each_candidate(&self, term: &str, mut each: impl FnMut(u32)) {
        if term.len() < LENGTH {
            let lists = self.starting_with(term);
            lists.flat_map(List::iter).for_each(each);
        } else {
            self.candidates(term).into_iter().for_each(&mut each);
        }
    }

    fn candidates_of_short(&self, term: &str) -> Vec<u32> {
        let lists = || self.starting_with(term);
        let limit = lists()
            .map(|list| list.last as usize + 1)
            .max()
            .unwrap_or(0);
        let numbers = || lists().flat_map(List::iter);
        // To go through the bits of a set is cheaper than to sort numbers, if
        // they are many.
        const MANY: usize = 64;
        if lists().map(List::len).sum::<usize>() > limit / MANY {
            let mut set = Set::below(limit);
            numbers().for_each(|number| set.insert(number));
            return set.iter().collect();
        }
        let mut candidates: Vec<u32> = numbers().collect();
        candidates.sort_unstable();
        candidates.dedup();
        candidates
    }

    /// The lists of the grams that start with a term shorter than a gram.
    fn starting_with(&self, term: &str) -> impl Iterator<Item = &List> {
        let (mut first, mut last) = ([0; LENGTH], [AFTER_THE_END; LENGTH]);
        first[..term.len()].copy_from_slice(term.as_bytes());
        last[..term.len()].copy_from_slice(term.as_bytes());
        self.lists.range(first..=last).map(|(_, list)| list)
    }
}

/// The grams within a term of at least that length.
fn grams(term: &str) -> impl Iterator<Item = &Gram> {
    term.as_bytes()
        .windows(LENGTH)
        .filter_map(|gram| gram.try_into().ok())
}

/// Ascending numbers, each as its distance from the one before, seven bits a
/// byte.
#[derive(Clone, Debug, Default)]
struct List {
    bytes: Vec<u8>,
    length: u32,
    last: u32,
}

const SEVEN_BITS: u8 = 0x7f;
const MORE: u8 = 0x80;

impl List {
    fn len(&self) -> usize {
        self.length as usize
    }

    /// Appends a number, unless it is the last one already.
    fn push(&mut self, number: u32) {
        if self.length > 0 && self.last == number {
            return;
        }
        let mut distance = number - self.last;
        while distance > u32::from(SEVEN_BITS) {
            self.bytes.push(distance as u8 & SEVEN_BITS | MORE);
            distance >>= 7;
        }
        self.bytes.push(distance as u8);
        self.length += 1;
        self.last = number;
    }

    fn iter(&self) -> Numbers<'_> {
        Numbers {
            bytes: self.bytes.iter(),
            last: 0,
        }
    }

    /// Keeps those of the ascending `numbers` that are on this list.
    fn retain_common(&self, numbers: &mut Vec<u32>) {
        let mut list = self.iter();
        let mut next = list.next();
        numbers.retain(|number| {
            while next.is_some_and(|next| next < *number) {
                next = list.next();
            }
            next == Some(*number)
        });
    }
}

/// The numbers of a [`List`].
struct Numbers<'l> {
    bytes: core::slice::Iter<'l, u8>,
    last: u32,
}

impl Iterator for Numbers<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        let mut byte = *self.bytes.next()?;
        let mut distance = u32::from(byte & SEVEN_BITS);
        let mut shift = 7;
        while byte & MORE != 0 {
            byte = *self.bytes.next()?;
            distance |= u32::from(byte & SEVEN_BITS) << shift;
            shift += 7;
        }
        self.last += distance;
        Some(self.last)
    }
}
