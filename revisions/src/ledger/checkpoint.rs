use alloc::borrow::Cow;
use alloc::boxed::Box;
use core::fmt;
use core::str::FromStr;

use base64ct::{Base64, Encoding};
use bindle_core::text::excerpt;
use bindle_core::{Digest, Name, ParseNameError};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

use super::merkle::{self, ProofError};

/// The state of a ledger at some size. If you keep one, you can tell later
/// whether the ledger was only added to.
///
/// # Syntax
///
/// Three lines, as transparency logs write them: the name of the ledger, the
/// number of entries, and the root in base64.
///
/// ```
/// use bindle_core::Digest;
/// use revisions::{Checkpoint, Ledger};
///
/// let mut ledger = Ledger::new("hello".parse()?);
/// let _ = ledger.register(&"hello/1.0.0".parse()?, Digest::of(b"one"))?;
/// let kept: Checkpoint = ledger.checkpoint().to_string().parse()?;
/// let _ = ledger.register(&"hello/1.1.0".parse()?, Digest::of(b"two"))?;
/// ledger.check_extends(&kept)?;
///
/// // Whoever has no ledger asks for a proof.
/// let proof = ledger.tree().prove_consistency(kept.size(), ledger.size()).expect("it is larger");
/// kept.check_extended_by(&ledger.checkpoint(), &proof)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Checkpoint {
    origin: Name,
    size: u64,
    root: Digest,
}

impl Checkpoint {
    /// The checkpoint of a ledger with the name `origin`, `size` entries and
    /// the root `root`.
    #[must_use]
    pub fn new(origin: Name, size: u64, root: Digest) -> Self {
        Self { origin, size, root }
    }

    /// The name of the ledger.
    #[must_use]
    pub fn origin(&self) -> &Name {
        &self.origin
    }

    /// The number of entries at this checkpoint.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The root over these entries.
    #[must_use]
    pub fn root(&self) -> Digest {
        self.root
    }

    /// Checks, by a proof of consistency, that the ledger at `newer` still has
    /// all the entries that it has here. An empty ledger needs no proof.
    ///
    /// # Errors
    ///
    /// - a checkpoint of another ledger;
    /// - what [`merkle::verify_consistency`] refuses.
    pub fn check_extended_by(&self, newer: &Self, proof: &[Digest]) -> Result<(), ExtensionError> {
        if self.origin != newer.origin {
            return Err(self.other_origin(&newer.origin));
        }
        let is_empty = self.size == 0 && self.root == Digest::of(b"") && proof.is_empty();
        if is_empty && newer.size > 0 {
            return Ok(());
        }
        merkle::verify_consistency(self.size, self.root, newer.size, newer.root, proof)?;
        Ok(())
    }

    /// Checks what a ledger has at the size of this checkpoint.
    pub(super) fn check_same(
        &self,
        origin: &Name,
        size: u64,
        root: Digest,
    ) -> Result<(), ExtensionError> {
        if self.origin != *origin {
            return Err(self.other_origin(origin));
        }
        if size < self.size {
            return Err(ProofError::Shorter {
                old_size: self.size,
                new_size: size,
            }
            .into());
        }
        if root != self.root {
            return Err(ExtensionError::Rewritten {
                size,
                expected: self.root,
                found: root,
            });
        }
        Ok(())
    }

    fn other_origin(&self, found: &Name) -> ExtensionError {
        ExtensionError::OtherOrigin {
            expected: self.origin.clone(),
            found: found.clone(),
        }
    }
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = [0; 44];
        let root = Base64::encode(self.root.as_bytes(), &mut text).map_err(|_| fmt::Error)?;
        write!(formatter, "{}\n{}\n{root}\n", self.origin, self.size)
    }
}

impl FromStr for Checkpoint {
    type Err = ParseCheckpointError;

    /// Reads the three lines.
    ///
    /// # Errors
    ///
    /// - fewer or more than three lines, or no line feed at the end;
    /// - a first line that is not a [`Name`];
    /// - a size that is not a decimal number, or has a leading zero;
    /// - a root that is not the base64 of 32 bytes.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut lines = text.split('\n');
        let (Some(origin), Some(size), Some(root), Some(""), None) = (
            lines.next(),
            lines.next(),
            lines.next(),
            lines.next(),
            lines.next(),
        ) else {
            return Err(ParseCheckpointError::Lines);
        };
        let is_canonical = size == "0" || size.starts_with(|c| matches!(c, '1'..='9'));
        let mut bytes = [0; 32];
        let is_root = Base64::decode(root, &mut bytes).is_ok_and(|root| root.len() == 32);
        if !is_root {
            return Err(ParseCheckpointError::Root(excerpt(root)));
        }
        Ok(Self {
            origin: origin.parse().map_err(ParseCheckpointError::Origin)?,
            size: match size.parse() {
                Ok(size) if is_canonical => size,
                _ => return Err(ParseCheckpointError::Size(excerpt(size))),
            },
            root: Digest::from(bytes),
        })
    }
}

impl Serialize for Checkpoint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Checkpoint {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// A text that is not a checkpoint.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ParseCheckpointError {
    /// There are not exactly three lines.
    #[error(
        "a checkpoint has three lines, each with its line feed: the name, the size and the root"
    )]
    Lines,
    /// The first line is not a name.
    #[error("line 1 of the checkpoint: {0}")]
    Origin(ParseNameError),
    /// The second line is not a size.
    #[error("line 2 of the checkpoint is {0:?}; expected a number of entries, such as `15`")]
    Size(Box<str>),
    /// The third line is not a root.
    #[error("line 3 of the checkpoint is {0:?}; expected a root: 32 bytes in base64")]
    Root(Box<str>),
}

/// A history that does not extend an older one.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ExtensionError {
    /// It is the history of another ledger.
    #[error("the checkpoint is of the ledger of {expected}, not of {found}")]
    OtherOrigin {
        /// The name in the older checkpoint.
        expected: Name,
        /// The name that was found.
        found: Name,
    },
    /// The proof does not hold.
    #[error("the history does not extend the checkpoint: {0}")]
    Proof(#[from] ProofError),
    /// Some of the entries are others than before.
    #[error(
        "the first {size} entries were rewritten: their root is {found}, at the checkpoint it was \
         {expected}"
    )]
    Rewritten {
        /// How many entries the checkpoint covers.
        size: u64,
        /// Their root at the checkpoint.
        expected: Digest,
        /// Their root now.
        found: Digest,
    },
}
