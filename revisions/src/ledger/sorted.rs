use alloc::vec::Vec;
use core::cmp::Ordering;

/// A sorted sequence in chunks: finding takes logarithmic time, inserting and
/// removing move one chunk. What "sorted" means is up to the caller, who
/// compares with what the items stand for; the same way in every call.
#[derive(Clone, Debug)]
pub(super) struct Sorted<T> {
    /// None of them is empty.
    chunks: Vec<Vec<T>>,
}

/// Half of this many items fit into a page of memory.
const CHUNK: usize = 256;

/// Before which item: a chunk, and a place in it. The end is (chunks, 0).
type Place = (usize, usize);

impl<T> Sorted<T> {
    pub(super) const fn new() -> Self {
        Self { chunks: Vec::new() }
    }

    /// The item that `compare` finds equal.
    pub(super) fn find(&self, compare: impl FnMut(&T) -> Ordering) -> Option<&T> {
        let (chunk, place) = self.search(compare).ok()?;
        self.chunks.get(chunk)?.get(place)
    }

    /// Puts `item` where `compare` says: before all that are greater. An equal
    /// one must not be there.
    pub(super) fn insert(&mut self, item: T, compare: impl FnMut(&T) -> Ordering) {
        let (Ok((at, place)) | Err((at, place))) = self.search(compare);
        let is_last = at + 1 >= self.chunks.len();
        let Some(chunk) = self.chunks.get_mut(at) else {
            self.chunks.push(Vec::from([item]));
            return;
        };
        if chunk.len() < CHUNK {
            chunk.insert(place, item);
        } else if is_last && place == CHUNK {
            // Numbers mostly rise: leave full chunks behind, not halves.
            self.chunks.push(Vec::from([item]));
        } else {
            let mut upper = chunk.split_off(CHUNK / 2);
            match place.checked_sub(CHUNK / 2) {
                Some(place) => upper.insert(place, item),
                None => chunk.insert(place, item),
            }
            self.chunks.insert(at + 1, upper);
        }
    }

    /// Takes out the item that `compare` finds equal.
    pub(super) fn remove(&mut self, compare: impl FnMut(&T) -> Ordering) {
        let Ok((at, place)) = self.search(compare) else {
            return;
        };
        let Some(chunk) = self.chunks.get_mut(at) else {
            return;
        };
        chunk.remove(place);
        if chunk.is_empty() {
            self.chunks.remove(at);
        }
    }

    /// The items from the greatest that `compare` finds less or equal, down.
    pub(super) fn down_from(&self, compare: impl FnMut(&T) -> Ordering) -> Down<'_, T> {
        let (chunk, place) = match self.search(compare) {
            Ok((chunk, place)) => (chunk, place + 1),
            Err(place) => place,
        };
        Down {
            lower: self.chunks.get(..chunk).unwrap_or_default(),
            rest: self.chunks.get(chunk).map_or(&[], |chunk| &chunk[..place]),
        }
    }

    /// The place of the item that `compare` finds equal, or where it would be.
    fn search(&self, mut compare: impl FnMut(&T) -> Ordering) -> Result<Place, Place> {
        // The last chunk whose first item is not greater.
        let after = self
            .chunks
            .partition_point(|chunk| chunk.first().is_some_and(|first| compare(first).is_le()));
        let Some(at) = after.checked_sub(1) else {
            return Err((0, 0));
        };
        match self.chunks[at].binary_search_by(compare) {
            Ok(place) => Ok((at, place)),
            Err(place) => Err((at, place)),
        }
    }
}

/// Items of a [`Sorted`], the greatest first.
#[derive(Clone, Debug)]
pub(super) struct Down<'s, T> {
    /// The chunks that come later.
    lower: &'s [Vec<T>],
    /// What is left of this chunk.
    rest: &'s [T],
}

impl<'s, T> Iterator for Down<'s, T> {
    type Item = &'s T;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            let (next, lower) = self.lower.split_last()?;
            (self.rest, self.lower) = (next, lower);
        }
        let (item, rest) = self.rest.split_last()?;
        self.rest = rest;
        Some(item)
    }
}
