//! Which bindles there are, for queries.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{PoisonError, RwLock};

use bindle_core::query::{Index, Matches, Query, Total};
use bindle_core::{Digest, Id, Invoice, UnixTime};
use futures::{StreamExt as _, TryStreamExt as _};

use crate::store::{AT_ONCE, Store, StoreError, Stored};

/// An index of the bindles in a store, as far as they are known.
#[derive(Default)]
pub(super) struct Directory {
    known: RwLock<Known>,
}

#[derive(Default)]
struct Known {
    index: Index,
    /// Whether the bindle of a canonical name is yanked.
    yanked: HashMap<Digest, bool>,
    /// Told once, and not read again.
    unreadable: HashSet<Stored>,
}

/// What a look at the store has found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// Bindles and yanks that were not known before.
    pub new: usize,
    /// What is kept there and cannot be read. It is told once.
    pub unreadable: Vec<StoreError>,
}

impl Seen {
    /// Tells the log what could not be read.
    pub fn log(&self) {
        for error in &self.unreadable {
            tracing::error!(%error, "a bindle is left out of queries");
        }
    }
}

impl Directory {
    /// Takes up an invoice, or its yank, and tells whether that was news.
    pub(super) fn note(&self, invoice: &Invoice) -> bool {
        let name = invoice.id().canonical_name();
        let is_known = |known: &Known| {
            let yanked = known.yanked.get(&name);
            yanked.is_some_and(|yanked| *yanked || !invoice.is_yanked())
        };
        if is_known(&self.known.read().unwrap_or_else(PoisonError::into_inner)) {
            return false;
        }
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if is_known(&known) {
            return false;
        }
        known.index.insert(invoice);
        known.yanked.insert(name, invoice.is_yanked());
        true
    }

    /// Takes up what is in a store and not known.
    pub(super) async fn refresh(&self, store: &Store) -> Result<Seen, StoreError> {
        // By name, since an invoice and its yank are read together.
        let mut unknown: BTreeMap<Digest, Vec<Stored>> = BTreeMap::new();
        let mut stored = std::pin::pin!(store.bindles());
        while let Some(stored) = stored.try_next().await? {
            let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
            let is_known = known.unreadable.contains(&stored)
                || match &stored {
                    Stored::Invoice(name) => known.yanked.contains_key(name),
                    Stored::Yank(name) => known.yanked.get(name) == Some(&true),
                };
            if !is_known {
                let (Stored::Invoice(name) | Stored::Yank(name)) = stored;
                unknown.entry(name).or_default().push(stored);
            }
        }
        let mut seen = Seen::default();
        let read = unknown.into_iter().map(|(name, stored)| {
            let store = store.clone();
            async move { (stored, store.invoice_named(&name).await) }
        });
        let mut read = futures::stream::iter(read).buffer_unordered(AT_ONCE);
        while let Some((stored, invoice)) = read.next().await {
            match invoice {
                Ok(Some(invoice)) => seen.new += usize::from(self.note(&invoice)),
                // A yank without its invoice, or one that is gone again.
                Ok(None) => {}
                Err(error @ (StoreError::Malformed { .. } | StoreError::OtherInvoice { .. })) => {
                    let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
                    known.unreadable.extend(stored);
                    seen.unreadable.push(error);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(seen)
    }

    pub(super) fn answer(&self, query: &Query, now: UnixTime) -> Matches<Id> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.index.answer(query, Total::Always, now)
    }
}
