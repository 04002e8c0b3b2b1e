use alloc::vec::Vec;

use bindle_core::Digest;

use super::node_hash;

/// A history with all its hashes, in about 64 bytes for each entry. It makes
/// proofs, also for any earlier size.
///
/// ```
/// use revisions::merkle::{Tree, leaf_hash, verify_consistency, verify_inclusion};
///
/// let leaves = ["a", "b", "c"].map(|text| leaf_hash(text.as_bytes()));
/// let tree = Tree::from_iter(leaves);
///
/// let proof = tree.prove_inclusion(1, 3).expect("entry 1 of 3");
/// verify_inclusion(leaves[1], 1, 3, &proof, tree.root())?;
///
/// let proof = tree.prove_consistency(2, 3).expect("2 of 3");
/// verify_consistency(2, tree.root_at(2).expect("2 of 3"), 3, tree.root(), &proof)?;
/// # Ok::<(), revisions::merkle::ProofError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Tree {
    /// The hashes of the complete subtrees of 1, 2, 4, … leaves, from the left.
    levels: Vec<Vec<Digest>>,
}

impl Tree {
    /// Adds a leaf, given by its hash.
    pub fn append(&mut self, leaf: Digest) {
        let mut node = leaf;
        for level in &mut self.levels {
            level.push(node);
            if level.len() % 2 == 1 {
                return;
            }
            node = node_hash(level[level.len() - 2], node);
        }
        self.levels.push(Vec::from([node]));
    }

    /// The number of leaves.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.levels.first().map_or(0, |leaves| leaves.len() as u64)
    }

    /// The root over all leaves; without leaves, the hash of no bytes.
    #[must_use]
    pub fn root(&self) -> Digest {
        self.root_of(0, self.size())
    }

    /// The root over the first `size` leaves, if there are that many.
    #[must_use]
    pub fn root_at(&self, size: u64) -> Option<Digest> {
        (size <= self.size()).then(|| self.root_of(0, size))
    }

    /// The proof that the leaf at `index` is in the history of the first `size`
    /// leaves, lowest hash first. `None` if it is not, or if there are fewer
    /// leaves.
    #[must_use]
    pub fn prove_inclusion(&self, index: u64, size: u64) -> Option<Vec<Digest>> {
        if index >= size || size > self.size() {
            return None;
        }
        let mut proof = Vec::new();
        let (mut start, mut end) = (0, size);
        while end - start > 1 {
            let middle = start + split(end - start);
            if index < middle {
                proof.push(self.root_of(middle, end));
                end = middle;
            } else {
                proof.push(self.root_of(start, middle));
                start = middle;
            }
        }
        proof.reverse();
        Some(proof)
    }

    /// The proof that the history of the first `new_size` leaves starts with
    /// that of the first `old_size`, lowest hash first. `None` if the sizes are
    /// the wrong way round, or if there are fewer leaves.
    #[must_use]
    pub fn prove_consistency(&self, old_size: u64, new_size: u64) -> Option<Vec<Digest>> {
        if old_size > new_size || new_size > self.size() {
            return None;
        }
        let mut proof = Vec::new();
        if old_size == 0 {
            return Some(proof);
        }
        let (mut start, mut end) = (0, new_size);
        while old_size < end {
            let middle = start + split(end - start);
            if old_size <= middle {
                proof.push(self.root_of(middle, end));
                end = middle;
            } else {
                proof.push(self.root_of(start, middle));
                start = middle;
            }
        }
        if start > 0 {
            proof.push(self.root_of(start, end));
        }
        proof.reverse();
        Some(proof)
    }

    /// The first entry in which two histories differ, including the case that
    /// only one of them has it. `None` if they are equal.
    #[must_use]
    pub fn first_difference(&self, other: &Self) -> Option<u64> {
        let common = self.size().min(other.size());
        if self.root_of(0, common) == other.root_of(0, common) {
            return (self.size() != other.size()).then_some(common);
        }
        let (mut start, mut end) = (0, common);
        while end - start > 1 {
            let middle = start + split(end - start);
            if self.root_of(start, middle) == other.root_of(start, middle) {
                start = middle;
            } else {
                end = middle;
            }
        }
        Some(start)
    }

    /// The root over the leaves from `start` to `end`, where `start` is a
    /// multiple of the largest power of two below their number or equal to it.
    fn root_of(&self, start: u64, end: u64) -> Digest {
        let mut complete = Vec::new();
        let mut start = start;
        while start < end {
            let level = (end - start).ilog2();
            let nodes = self.levels.get(level as usize);
            let place = usize::try_from(start >> level).unwrap_or(usize::MAX);
            complete.extend(nodes.and_then(|nodes| nodes.get(place)));
            start += 1 << level;
        }
        let roots = complete.into_iter().rev().copied();
        roots
            .reduce(|right, left| node_hash(left, right))
            .unwrap_or_else(|| Digest::of(b""))
    }
}

/// Where RFC 6962 splits `size` leaves, of which there are at least two: at the
/// largest power of two below.
fn split(size: u64) -> u64 {
    1 << (size - 1).ilog2()
}

impl FromIterator<Digest> for Tree {
    fn from_iter<I: IntoIterator<Item = Digest>>(leaves: I) -> Self {
        let mut tree = Self::default();
        tree.extend(leaves);
        tree
    }
}

impl Extend<Digest> for Tree {
    fn extend<I: IntoIterator<Item = Digest>>(&mut self, leaves: I) {
        for leaf in leaves {
            self.append(leaf);
        }
    }
}
