use alloc::borrow::Cow;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::{Mode, Query};
use crate::Invoice;

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
        Self {
            mode,
            terms: query.terms().map(compared).collect(),
        }
    }

    /// How well an invoice matches; `None` if it does not.
    pub(super) fn rank(&self, invoice: &Invoice) -> Option<Rank> {
        let name = compared(self.mode, invoice.id().name().as_str());
        let is_in_name = |term: &String| name.contains(&**term);
        if self.terms.iter().all(is_in_name) {
            return Some(Rank::Name);
        }
        if self.mode == Mode::Strict {
            return None;
        }
        let version = invoice.id().version().to_string();
        let others = [&version, invoice.description()];
        let others = others
            .into_iter()
            .chain(invoice.authors().iter().map(|author| &**author));
        let others: Vec<Cow<'_, str>> = others.map(fold).collect();
        let is_in_others = |term: &String| others.iter().any(|field| field.contains(&**term));
        let mut terms = self.terms.iter();
        terms
            .all(|term| is_in_name(term) || is_in_others(term))
            .then_some(Rank::Other)
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
