use alloc::vec::Vec;
use core::cmp::Ordering;

/// A sorted sequence in chunks: finding takes logarithmic time, inserting and
/// removing move one chunk. What "sorted" means is up to the caller, who
/// compares with what the items stand for; the same way in every call.
#[derive(Clone, Debug)]
pub(super) struct Sorted<T> {
    chunks: Vec<Chunk<T>>,
}

/// Neighbours: at least one, at most [`CHUNK`].
#[derive(Clone, Debug)]
struct Chunk<T> {
    /// The first of the items once more: a search for the chunk stays in one
    /// piece of memory.
    first: T,
    items: Vec<T>,
}

/// This many items fill a page of memory.
const CHUNK: usize = 256;

/// Before which item: a chunk, and a place in it. The end is (chunks, 0).
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    chunk: usize,
    item: usize,
}

impl<T: Copy> Sorted<T> {
    pub(super) const fn new() -> Self {
        Self { chunks: Vec::new() }
    }

    /// The item that `compare` finds equal, or where it would be: before all
    /// that are greater.
    pub(super) fn find(&self, compare: impl FnMut(&T) -> Ordering) -> Result<T, Place> {
        let place = self.search(compare)?;
        Ok(self.chunks[place.chunk].items[place.item])
    }

    /// Puts `item` where [`find`](Self::find) did not find it.
    pub(super) fn insert(&mut self, item: T, place: Place) {
        let is_last = place.chunk + 1 >= self.chunks.len();
        let Some(chunk) = self.chunks.get_mut(place.chunk) else {
            self.chunks.push(Chunk::from(Vec::from([item])));
            return;
        };
        if chunk.items.len() < CHUNK {
            chunk.insert(place.item, item);
        } else if is_last && place.item == CHUNK {
            // Numbers mostly rise: leave full chunks behind, not halves.
            self.chunks.push(Chunk::from(Vec::from([item])));
        } else {
            let mut upper = Chunk::from(chunk.items.split_off(CHUNK / 2));
            match place.item.checked_sub(CHUNK / 2) {
                Some(item_in_upper) => upper.insert(item_in_upper, item),
                None => chunk.insert(place.item, item),
            }
            self.chunks.insert(place.chunk + 1, upper);
        }
    }

    /// Takes out the item that `compare` finds equal.
    pub(super) fn remove(&mut self, compare: impl FnMut(&T) -> Ordering) {
        let Ok(place) = self.search(compare) else {
            return;
        };
        let chunk = &mut self.chunks[place.chunk];
        chunk.items.remove(place.item);
        match chunk.items.first() {
            Some(first) => chunk.first = *first,
            None => drop(self.chunks.remove(place.chunk)),
        }
    }

    /// The items from the greatest that `compare` finds less or equal, down.
    pub(super) fn down_from(&self, compare: impl FnMut(&T) -> Ordering) -> Down<'_, T> {
        let (chunk, end) = match self.search(compare) {
            Ok(Place { chunk, item }) => (chunk, item + 1),
            Err(Place { chunk, item }) => (chunk, item),
        };
        Down {
            lower: self.chunks.get(..chunk).unwrap_or_default(),
            rest: (self.chunks.get(chunk)).map_or(&[], |chunk| &chunk.items[..end]),
        }
    }

    /// The place of the item that `compare` finds equal, or where it would be.
    fn search(&self, mut compare: impl FnMut(&T) -> Ordering) -> Result<Place, Place> {
        // The last chunk whose first item is not greater.
        let after = self
            .chunks
            .partition_point(|chunk| compare(&chunk.first).is_le());
        let Some(chunk) = after.checked_sub(1) else {
            return Err(Place { chunk: 0, item: 0 });
        };
        match self.chunks[chunk].items.binary_search_by(compare) {
            Ok(item) => Ok(Place { chunk, item }),
            Err(item) => Err(Place { chunk, item }),
        }
    }
}

impl<T: Copy> Chunk<T> {
    fn insert(&mut self, place: usize, item: T) {
        self.items.insert(place, item);
        self.first = self.items[0];
    }
}

impl<T: Copy> From<Vec<T>> for Chunk<T> {
    /// Of at least one item.
    fn from(items: Vec<T>) -> Self {
        Self {
            first: items[0],
            items,
        }
    }
}

/// Items of a [`Sorted`], the greatest first.
#[derive(Clone, Debug)]
pub(super) struct Down<'s, T> {
    /// The chunks that come later.
    lower: &'s [Chunk<T>],
    /// What is left of this chunk.
    rest: &'s [T],
}

impl<T: Copy> Iterator for Down<'_, T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        if self.rest.is_empty() {
            let (next, lower) = self.lower.split_last()?;
            (self.rest, self.lower) = (next.items.as_slice(), lower);
        }
        let (item, rest) = self.rest.split_last()?;
        self.rest = rest;
        Some(*item)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted_of(items: impl IntoIterator<Item = usize>) -> Sorted<usize> {
        let mut sorted = Sorted::<usize>::new();
        for item in items {
            if let Err(place) = sorted.find(|it| it.cmp(&item)) {
                sorted.insert(item, place);
            }
        }
        sorted
    }

    fn lengths(sorted: &Sorted<usize>) -> Vec<usize> {
        sorted.chunks.iter().map(|it| it.items.len()).collect()
    }

    #[test]
    fn rising_items_fill_their_chunks() {
        let sorted = sorted_of(0..2 * CHUNK + 1);
        assert_eq!(lengths(&sorted), [CHUNK, CHUNK, 1]);
    }

    #[test]
    fn a_full_chunk_is_split_where_something_comes_in_between() {
        let even = (0..CHUNK).map(|it| 2 * it);
        for (odd, expected) in [
            (1, [CHUNK / 2 + 1, CHUNK / 2]),
            (CHUNK + 1, [CHUNK / 2, CHUNK / 2 + 1]),
        ] {
            let mut sorted = sorted_of(even.clone().chain([odd]));
            assert_eq!(lengths(&sorted), expected);
            let down: Vec<_> = sorted.down_from(|_| Ordering::Less).collect();
            assert!(down.is_sorted_by(|one, other| one > other));
            assert_eq!(down.len(), CHUNK + 1);
            for item in 0..CHUNK {
                sorted.remove(|it| it.cmp(&(2 * item)));
            }
            assert_eq!(lengths(&sorted), [1]);
            assert_eq!(sorted.chunks[0].first, odd);
        }
    }

    #[test]
    fn down_from_an_item_starts_with_it() {
        let sorted = sorted_of([1, 3, 5]);
        let down = |from: usize| -> Vec<_> { sorted.down_from(|it| it.cmp(&from)).collect() };
        assert!(down(0).is_empty());
        assert_eq!(down(1), [1]);
        assert_eq!(down(3), [3, 1]);
        assert_eq!(down(4), [3, 1]);
        assert_eq!(down(9), [5, 3, 1]);
    }
}
