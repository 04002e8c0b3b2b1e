use alloc::borrow::Cow;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::{Mode, Query};
use crate::{Invoice, Name};

/// The terms of a query, as they are compared.
pub(super) struct Terms {
    mode: Mode,
    /// Folded in standard mode.
    terms: Vec<String>,
}

impl Terms {
    pub(super) fn of(query: &Query) -> Self {
        let mode = query.mode();
        let compared = |term| compared(mode, term).into_owned();
        let mut terms: Vec<_> = query.terms().map(compared).collect();
        // All have to match, so neither order nor repetition means anything.
        terms.sort_unstable();
        terms.dedup();
        Self { mode, terms }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    pub(super) fn iter(&self) -> core::slice::Iter<'_, String> {
        self.terms.iter()
    }

    /// Whether all terms are in a name.
    pub(super) fn are_in(&self, name: &Name) -> bool {
        let name = compared(self.mode, name.as_str());
        self.terms.iter().all(|term| name.contains(&**term))
    }

    /// How well an invoice matches; `None` if it does not.
    pub(super) fn rank(&self, invoice: &Invoice) -> Option<Rank> {
        let (name, version) = (invoice.id().name(), invoice.id().version());
        if self.are_in(name) {
            return Some(Rank::Name);
        }
        if self.mode == Mode::Strict {
            return None;
        }
        let version = version.to_string();
        let fields = [name.as_str(), &version, invoice.description()];
        let authors = invoice.authors().iter().map(|author| &**author);
        let fields: Vec<Cow<'_, str>> = fields.into_iter().chain(authors).map(fold).collect();
        let is_somewhere = |term: &String| fields.iter().any(|field| field.contains(&**term));
        self.terms.iter().all(is_somewhere).then_some(Rank::Other)
    }
}

/// What comes first among matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    /// All terms are in the name.
    Name,
    /// One of them is elsewhere.
    Other,
}

/// A text as it is compared in a mode.
fn compared(mode: Mode, text: &str) -> Cow<'_, str> {
    match mode {
        Mode::Standard => fold(text),
        Mode::Strict => text.into(),
    }
}

/// A text without its case: the lower case of each character by itself, so that
/// what is a part of a text is one of it folded. (`str::to_lowercase` looks at
/// the characters around a sigma.)
pub(super) fn fold(text: &str) -> Cow<'_, str> {
    let is_folded = |byte: u8| byte.is_ascii() && !byte.is_ascii_uppercase();
    if text.bytes().all(is_folded) {
        return text.into();
    }
    text.chars().flat_map(char::to_lowercase).collect()
}
