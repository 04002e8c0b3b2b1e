use bindle_core::Digest;
use serde::Serialize;
use thiserror::Error;

use super::node_hash;

/// Checks that `leaf` is the leaf at `index` in a history of `size` leaves with
/// the root `root`.
///
/// # Errors
///
/// - an index that is not below the size;
/// - a proof whose length does not fit the index and the size;
/// - a proof that leads to another root.
pub fn verify_inclusion(
    leaf: Digest,
    index: u64,
    size: u64,
    proof: &[Digest],
    root: Digest,
) -> Result<(), ProofError> {
    if index >= size {
        return Err(ProofError::Index { index, size });
    }
    let expected = inclusion_length(index, size);
    if proof.len() != expected {
        return Err(ProofError::length(proof, expected));
    }
    // RFC 9162, 2.1.3.2: the same tree, its check spelled out. It skips the
    // levels without a sibling to see whether the proof ends at the top; here
    // that is known from its length.
    let (mut node, mut last) = (index, size - 1);
    let mut hash = leaf;
    for sibling in proof {
        if node & 1 == 1 || node == last {
            hash = node_hash(*sibling, hash);
        } else {
            hash = node_hash(hash, *sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    same_root(hash, root, size)
}

/// Checks that a history of `new_size` leaves with the root `new_root` starts
/// with the history of `old_size` leaves with the root `old_root`.
///
/// # Errors
///
/// - an old size above the new one;
/// - an empty old history: there is nothing to prove;
/// - equal sizes with different roots;
/// - a proof whose length does not fit the sizes;
/// - a proof that leads to another root, old or new.
pub fn verify_consistency(
    old_size: u64,
    old_root: Digest,
    new_size: u64,
    new_root: Digest,
    proof: &[Digest],
) -> Result<(), ProofError> {
    if old_size > new_size {
        return Err(ProofError::Shorter { old_size, new_size });
    }
    if old_size == 0 {
        same_root(Digest::of(b""), old_root, 0)?;
        if new_size > 0 {
            return Err(ProofError::Empty);
        }
    }
    let expected = consistency_length(old_size, new_size);
    if proof.len() != expected {
        return Err(ProofError::length(proof, expected));
    }
    if old_size == new_size {
        return same_root(old_root, new_root, new_size);
    }
    // RFC 9162, 2.1.4.2, without the skips either. A complete old tree is itself
    // the first node.
    let (mut node, mut last) = (old_size - 1, new_size - 1);
    while node & 1 == 1 {
        node >>= 1;
        last >>= 1;
    }
    let mut rest = proof.iter();
    let first = if old_size.is_power_of_two() {
        old_root
    } else {
        match rest.next() {
            Some(first) => *first,
            None => return Err(ProofError::length(proof, expected)),
        }
    };
    let (mut old_hash, mut new_hash) = (first, first);
    for sibling in rest {
        if node & 1 == 1 || node == last {
            old_hash = node_hash(*sibling, old_hash);
            new_hash = node_hash(*sibling, new_hash);
        } else {
            new_hash = node_hash(new_hash, *sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    same_root(old_hash, old_root, old_size)?;
    same_root(new_hash, new_root, new_size)
}

/// How many hashes prove the leaf at `index` of `size`.
fn inclusion_length(index: u64, size: u64) -> usize {
    // Below the place where the paths of this and the last leaf part, every
    // level has a sibling; above it, only where the path turns right.
    let inner = u64::BITS - (index ^ (size - 1)).leading_zeros();
    let border = index.checked_shr(inner).unwrap_or(0).count_ones();
    (inner + border) as usize
}

/// How many hashes prove that `new_size` leaves start with `old_size` leaves.
fn consistency_length(old_size: u64, new_size: u64) -> usize {
    if old_size == 0 || old_size == new_size {
        return 0;
    }
    let shift = old_size.trailing_zeros();
    let inner = u64::BITS - ((old_size - 1) ^ (new_size - 1)).leading_zeros();
    let border = (old_size - 1).checked_shr(inner).unwrap_or(0).count_ones();
    // Levels below the largest complete subtree at the old end need no proof;
    // that subtree itself is left out where it is the whole old tree.
    let start = u32::from(!old_size.is_power_of_two());
    (inner.saturating_sub(shift) + border + start) as usize
}

fn same_root(computed: Digest, expected: Digest, size: u64) -> Result<(), ProofError> {
    if computed == expected {
        Ok(())
    } else {
        Err(ProofError::Root {
            size,
            computed,
            expected,
        })
    }
}

/// A proof that does not hold.
#[derive(Clone, Debug, PartialEq, Eq, Error, Serialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
#[non_exhaustive]
pub enum ProofError {
    /// The older history is empty.
    #[error("every history starts with the empty one; there is nothing to prove")]
    Empty,
    /// The index is not in the history.
    #[error("entry {index} is not in a history of {size} entries")]
    Index {
        /// The index that was asked for, from 0.
        index: u64,
        /// The size of the history.
        size: u64,
    },
    /// The newer history is shorter than the older one.
    #[error("the newer history has {new_size} entries, fewer than the {old_size} before")]
    Shorter {
        /// The size of the older history.
        old_size: u64,
        /// The size of the newer history.
        new_size: u64,
    },
    /// The proof has too many or too few hashes.
    #[error("the proof has {found} hashes; expected {expected}")]
    Length {
        /// The number that it has.
        found: usize,
        /// The number that it needs.
        expected: usize,
    },
    /// The proof leads to another root.
    #[error(
        "the proof leads to the root {computed} for {size} entries; the history says {expected}"
    )]
    Root {
        /// The size of the history whose root differs.
        size: u64,
        /// The root that the proof leads to.
        computed: Digest,
        /// The root that the history has.
        expected: Digest,
    },
}

impl ProofError {
    fn length(proof: &[Digest], expected: usize) -> Self {
        Self::Length {
            found: proof.len(),
            expected,
        }
    }
}
