//! The problems of a reading, as they are found.

use std::collections::BTreeSet;

use super::{Diagnostics, Draft, Weight};
use crate::era::{Era, Eras};

/// Collects the problems of a reading, each with the eras in which it is one.
#[derive(Debug)]
pub(crate) struct Findings {
    /// The eras of which anything is asked.
    asked: Eras,
    /// The first problems of each era; of more, only what they weigh is known.
    drafts: Vec<(Eras, Draft)>,
    /// How many of them are problems in each era.
    listed: [usize; Era::ALL.len()],
    weights: Vec<(Eras, Weight)>,
}

impl Findings {
    /// How many problems are listed; more are only counted.
    pub(crate) const MOST: usize = 1_000;

    /// Collects what is a problem in one of the `asked` eras.
    pub(crate) fn of(asked: Eras) -> Self {
        Self {
            asked,
            drafts: Vec::new(),
            listed: Default::default(),
            weights: Vec::new(),
        }
    }

    /// Asks no longer of other eras than `asked`.
    pub(crate) fn ask_only(&mut self, asked: Eras) {
        self.asked = asked;
    }

    /// Those of `eras` of which anything is asked; of others it is not worth
    /// the time to put a problem together.
    pub(crate) fn asked(&self, eras: Eras) -> Eras {
        eras.and(self.asked)
    }

    /// A problem in every era.
    pub(crate) fn report(&mut self, draft: Draft) {
        self.report_in(Eras::ALL, draft);
    }

    pub(crate) fn report_in(&mut self, eras: Eras, draft: Draft) {
        let eras = self.asked(eras);
        if !eras.is_empty() {
            self.weights.push((eras, draft.weight()));
            self.list(eras, draft);
        }
    }

    /// Lists a problem, if one of `eras` has room for it.
    fn list(&mut self, eras: Eras, draft: Draft) {
        if !self.is_full_in(eras) {
            for era in eras.iter() {
                self.listed[era as usize] += 1;
            }
            self.drafts.push((eras, draft));
        }
    }

    /// Takes what `others` found.
    pub(crate) fn take(&mut self, others: Self) {
        self.weights.extend(others.weights);
        for (eras, draft) in others.drafts {
            self.list(eras, draft);
        }
    }

    /// Whether no further problem is listed, so that it is not worth the time to
    /// say much about it.
    pub(crate) fn is_full(&self) -> bool {
        self.is_full_in(self.asked)
    }

    /// Whether each of `eras` has as many problems as are listed.
    fn is_full_in(&self, eras: Eras) -> bool {
        eras.iter()
            .all(|era| self.listed[era as usize] >= Self::MOST)
    }

    /// The one of `names` that `word` was most likely meant to be. Among many
    /// it is not looked for, nor for a problem that is not listed.
    pub(crate) fn nearest<'n>(&self, word: &str, names: &BTreeSet<&'n str>) -> Option<&'n str> {
        const MANY: usize = 256;
        if names.len() > MANY || self.is_full() {
            return None;
        }
        bindle_core::text::nearest(word, names.iter().copied())
    }

    /// How many problems of an era weigh.
    pub(crate) fn count(&self, era: Era, weighs: impl Fn(Weight) -> bool) -> usize {
        let weights = self.weights.iter();
        let weights = weights.filter(|(eras, weight)| eras.contains(era) && weighs(*weight));
        weights.count()
    }

    /// The problems in one of `eras`.
    pub(crate) fn into_diagnostics(self, text: &str, eras: Eras) -> Diagnostics {
        let weights = self.weights.iter();
        let count = weights.filter(|(of, _)| of.intersects(eras)).count();
        let drafts = self.drafts.into_iter();
        let drafts = drafts.filter(|(of, _)| of.intersects(eras));
        let drafts = drafts.map(|(_, draft)| draft).take(Self::MOST);
        let mut drafts: Vec<_> = drafts.collect();
        let omitted = count - drafts.len();
        // A field that is there under another name is not missing.
        let meant = drafts.iter().filter_map(|draft| draft.meant_path());
        let meant: BTreeSet<_> = meant.map(ToOwned::to_owned).collect();
        if !meant.is_empty() {
            drafts.retain(|draft| {
                draft
                    .missing_path()
                    .is_none_or(|path| !meant.contains(path))
            });
        }
        Diagnostics::new(text, drafts, omitted)
    }

    /// Of `candidates` the oldest era in which no problem weighs; and if there is
    /// none, the era of its time in which the fewest do.
    pub(crate) fn fitting(&self, candidates: Eras, weighs: impl Fn(Weight) -> bool) -> Era {
        let errors = |era: &Era| self.count(*era, &weighs);
        let accepts = candidates.iter().find(|era| errors(era) == 0);
        // What Spin 2.0 and later say of a manifest that was written for Spin
        // 0.9 or earlier is less than what its author wants to hear: they leave
        // triggers unchecked.
        let of_its_time = match candidates.contains(Era::Spin0_6) {
            true => candidates.without(Eras::CURRENT),
            false => candidates,
        };
        accepts
            .or_else(|| of_its_time.iter().min_by_key(errors))
            .unwrap_or(Era::Current)
    }
}
