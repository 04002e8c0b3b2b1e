//! Revisions: a number, the content that it stands for, and their order.

use core::cmp::Ordering;
use core::num::NonZeroU64;

use bindle_core::{Digest, Id, Name};
use semver::Version;
use serde::Serialize;

/// A registered revision of an application: a number and the content that it
/// stands for, for ever.
///
/// # Order
///
/// By SemVer precedence of the number, then by registration: see
/// [`Revision::cmp_rank`]. Build metadata tells two revisions apart, but says
/// nothing about which is newer.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Revision {
    pub(crate) number: Version,
    pub(crate) content: Digest,
    pub(crate) sequence: u64,
    /// The place of the yank in the ledger, which is never the first entry.
    pub(crate) yanked: Option<NonZeroU64>,
}

impl Revision {
    /// The maximal length of the text of a number, in bytes.
    pub const MAX_NUMBER_LEN: usize = 256;

    /// The number: a SemVer version, including its build metadata.
    #[must_use]
    pub fn number(&self) -> &Version {
        &self.number
    }

    /// The content digest of the invoice.
    #[must_use]
    pub fn content(&self) -> Digest {
        self.content
    }

    /// The number of revisions that the ledger registered before this one.
    #[must_use]
    pub fn sequence(&self) -> u64 {
        self.sequence
    }

    /// Whether the revision was yanked. If so, it is never newly selected, and
    /// stays yanked.
    #[must_use]
    pub fn is_yanked(&self) -> bool {
        self.yanked.is_some()
    }

    /// The id of the bindle, where `name` is the name of the ledger.
    #[must_use]
    pub fn id(&self, name: &Name) -> Id {
        Id::new(name.clone(), self.number.clone())
    }

    /// Compares two revisions of one ledger by SemVer precedence. If that is
    /// equal, the one that was registered later is greater.
    ///
    /// ```
    /// use bindle_core::Digest;
    /// use revisions::Ledger;
    ///
    /// let mut ledger = Ledger::new("example.com/hello".parse()?);
    /// for version in ["0.1.0+q9f00000", "0.1.0+q1000000"] {
    ///     let id = format!("example.com/hello/{version}").parse()?;
    ///     ledger.register(&id, Digest::of(version.as_bytes()))?;
    /// }
    /// let [old, new] = ledger.revisions().collect::<Vec<_>>()[..] else { unreachable!() };
    /// assert!(new.cmp_rank(old).is_gt());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn cmp_rank(&self, other: &Self) -> Ordering {
        self.number
            .cmp_precedence(&other.number)
            .then(self.sequence.cmp(&other.sequence))
    }
}
