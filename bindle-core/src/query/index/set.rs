use alloc::vec;
use alloc::vec::Vec;

/// A set of numbers below a limit, a bit for each.
#[derive(Clone, Debug)]
pub(super) struct Set {
    words: Vec<u64>,
}

impl Set {
    /// The empty set of numbers below `limit`.
    pub(super) fn below(limit: usize) -> Self {
        Self {
            words: vec![0; Self::words(limit)],
        }
    }

    /// How many words such a set takes.
    pub(super) fn words(limit: usize) -> usize {
        limit.div_ceil(64)
    }

    /// Adds a number, which has to be below the limit.
    pub(super) fn insert(&mut self, number: u32) {
        self.words[number as usize / 64] |= 1 << (number % 64);
    }

    pub(super) fn contains(&self, number: u32) -> bool {
        let word = self.words.get(number as usize / 64);
        word.is_some_and(|word| word & (1 << (number % 64)) != 0)
    }

    /// Keeps the numbers that are in `other`, too, which has the same limit.
    pub(super) fn intersect(&mut self, other: &Self) {
        let words = self.words.iter_mut().zip(&other.words);
        words.for_each(|(word, other)| *word &= other);
    }

    pub(super) fn len(&self) -> u64 {
        let ones = self.words.iter().map(|word| u64::from(word.count_ones()));
        ones.sum()
    }

    /// The numbers in ascending order.
    pub(super) fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.words.iter().enumerate().flat_map(|(place, word)| {
            let some = |word: u64| Some(word).filter(|word| *word != 0);
            // Without the lowest bit, time after time.
            let rests = core::iter::successors(some(*word), move |word| some(word & (word - 1)));
            rests.map(move |rest| place as u32 * 64 + rest.trailing_zeros())
        })
    }
}
