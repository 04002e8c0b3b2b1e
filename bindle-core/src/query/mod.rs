//! Queries, which find bindles of a registry by terms in their names or
//! descriptions, and by version.
//!
//! ```
//! use bindle_core::query::{Index, Query, Total};
//! use bindle_core::{Invoice, UnixTime};
//!
//! let mut index = Index::new();
//! for id in ["example.com/hello/1.0.0", "example.com/hello/1.1.0", "example.com/bye/1.0.0"] {
//!     index.insert(&Invoice::builder(id.parse()?).build()?);
//! }
//!
//! let query = Query::from_pairs([("q", "hello"), ("v", "^1.0"), ("l", "1")])?;
//! let now = UnixTime::from_seconds(1_700_000_000);
//! let matches = index.answer(&query, Total::WhereCheap, now);
//! assert_eq!(matches.hits(), ["example.com/hello/1.0.0".parse()?]);
//! assert_eq!(matches.total(), Some(2));
//! assert!(matches.has_more());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Specification: *Bindle Protocol* (`protocol-spec.md`), "The Query Endpoint".

mod index;
mod matches;
mod pairs;
mod scan;
mod terms;

use alloc::string::String;

pub use self::index::Index;
pub use self::matches::Matches;
pub use self::pairs::ParseQueryError;
use crate::range::VersionQuery;

/// A query to a registry: which bindles are wanted, and which page of them.
///
/// # What matches
///
/// The text is a list of terms separated by spaces (U+0020), and a bindle has
/// to match all of them; without terms, all bindles do. [`Mode`] says where a
/// term is looked for. A bindle also has to be one that the [`VersionQuery`]
/// asks for, if there is one, and not yanked, unless [`Yanked::Included`].
///
/// # Order
///
/// By the bytes of the name, then by the precedence of the version, lowest
/// first, then by registration. In standard mode, bindles with all terms in the
/// name come before the others.
///
/// ```
/// use bindle_core::query::{Mode, Query};
///
/// let query = Query::new("hello")
///     .with_mode(Mode::Strict)
///     .with_version("^1.2".parse::<bindle_core::range::VersionQuery>()?)
///     .with_limit(10);
/// assert_eq!(query.offset(), 0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Query {
    text: String,
    mode: Mode,
    yanked: Yanked,
    version: Option<VersionQuery>,
    offset: u64,
    limit: u8,
}

impl Query {
    /// The maximal number of bindles on a page by default, as in the reference
    /// implementation.
    pub const DEFAULT_LIMIT: u8 = 50;

    /// A query for the first page of the bindles that match `text` in standard
    /// mode and are not yanked.
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            mode: Mode::default(),
            yanked: Yanked::default(),
            version: None,
            offset: 0,
            limit: Self::DEFAULT_LIMIT,
        }
    }

    /// Sets where the terms are looked for.
    #[must_use]
    pub fn with_mode(mut self, mode: Mode) -> Self {
        self.mode = mode;
        self
    }

    /// Sets whether yanked bindles match, too.
    #[must_use]
    pub fn with_yanked(mut self, yanked: Yanked) -> Self {
        self.yanked = yanked;
        self
    }

    /// Asks for certain versions only.
    #[must_use]
    pub fn with_version(mut self, version: impl Into<VersionQuery>) -> Self {
        self.version = Some(version.into());
        self
    }

    /// Sets the number of matches before the page.
    #[must_use]
    pub fn with_offset(mut self, offset: u64) -> Self {
        self.offset = offset;
        self
    }

    /// Sets the maximal number of matches on the page; with 0, the page is
    /// empty.
    #[must_use]
    pub fn with_limit(mut self, limit: u8) -> Self {
        self.limit = limit;
        self
    }

    /// The text as it was given.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The terms of the text, in their order.
    pub fn terms(&self) -> impl Iterator<Item = &str> + Clone {
        self.text.split(' ').filter(|term| !term.is_empty())
    }

    /// Where the terms are looked for.
    #[must_use]
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// Whether yanked bindles match, too.
    #[must_use]
    pub fn yanked(&self) -> Yanked {
        self.yanked
    }

    /// Which versions are asked for; `None` for all, prereleases included.
    #[must_use]
    pub fn version(&self) -> Option<&VersionQuery> {
        self.version.as_ref()
    }

    /// The number of matches before the page.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// The maximal number of matches on the page.
    #[must_use]
    pub fn limit(&self) -> u8 {
        self.limit
    }
}

/// [`Query::new`] with an empty text: the first page of all bindles.
impl Default for Query {
    fn default() -> Self {
        Self::new("")
    }
}

/// Where a term is looked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mode {
    /// In the name, the version, the description and the authors, ignoring
    /// case. Each term may be in any of them.
    ///
    /// Case is ignored by comparing the Unicode lower case of single
    /// characters: `STRASSE` finds `strasse`, but not `straße`.
    #[default]
    Standard,
    /// In the name only, respecting case.
    Strict,
}

/// Whether yanked bindles match.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Yanked {
    /// They do not.
    #[default]
    Excluded,
    /// They match like others.
    Included,
}

/// Whether an [`Index`] counts all matches, to tell their total.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Total {
    /// Always. A query with many matches takes time for all of them. The
    /// reference client cannot read an answer without a total.
    #[default]
    Always,
    /// Only where that takes no extra effort.
    WhereCheap,
}
