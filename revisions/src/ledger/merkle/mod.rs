//! The hash tree of [RFC 6962](https://www.rfc-editor.org/rfc/rfc6962), 2.1.

mod proof;
mod tree;

use alloc::vec::Vec;

use bindle_core::{Digest, Digester};

pub use self::proof::{ProofError, verify_consistency, verify_inclusion};
pub use self::tree::Tree;

/// The hash of a leaf: SHA-256 of a zero byte and the content.
#[must_use]
pub fn leaf_hash(content: &[u8]) -> Digest {
    let mut digester = Digester::new();
    digester.update(&[0]);
    digester.update(content);
    digester.finish().0
}

/// The hash of a node: SHA-256 of a one byte and the hashes of both sides.
#[must_use]
pub fn node_hash(left: Digest, right: Digest) -> Digest {
    let mut bytes = [1; 65];
    bytes[1..33].copy_from_slice(left.as_bytes());
    bytes[33..].copy_from_slice(right.as_bytes());
    Digest::of(&bytes)
}

/// Computes the root of a growing history, keeping one hash for each binary
/// digit of its size.
///
/// ```
/// use revisions::merkle::{Frontier, leaf_hash, node_hash};
///
/// let mut frontier = Frontier::default();
/// frontier.append(leaf_hash(b"first"));
/// frontier.append(leaf_hash(b"second"));
/// assert_eq!(frontier.size(), 2);
/// assert_eq!(frontier.root(), node_hash(leaf_hash(b"first"), leaf_hash(b"second")));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Frontier {
    size: u64,
    /// The roots of the complete subtrees, largest first.
    roots: Vec<Digest>,
}

impl Frontier {
    /// Adds a leaf, given by its hash.
    pub fn append(&mut self, leaf: Digest) {
        let mut node = leaf;
        for _ in 0..self.size.trailing_ones() {
            let Some(left) = self.roots.pop() else { break };
            node = node_hash(left, node);
        }
        self.roots.push(node);
        self.size += 1;
    }

    /// The root with one more leaf.
    #[must_use]
    pub fn root_with(&self, leaf: Digest) -> Digest {
        // From the right to the left, as a carry goes.
        let complete = self.roots.iter().rev().copied();
        complete.fold(leaf, |right, left| node_hash(left, right))
    }

    /// The number of leaves.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The root over all leaves; without leaves, the hash of no bytes.
    #[must_use]
    pub fn root(&self) -> Digest {
        let complete = self.roots.iter().rev().copied();
        complete
            .reduce(|right, left| node_hash(left, right))
            .unwrap_or_else(|| Digest::of(b""))
    }
}
