//! Which revision is to serve next, and its start as the candidate.

use semver::Version;

use super::candidate::{Candidate, Path, Stage};
use super::live::{Health, Live, Traffic};
use super::model::{Event, Instance, Selection, Withdrawal};
use super::policy::OnYank;
use super::state::{Mark, Outbox, Outlook, State, Yank};
use crate::{Ledger, Revision};

impl State {
    pub(super) fn see_yank(&mut self, ledger: &Ledger, out: &mut Outbox) {
        let Some(revision) = self.serving_revision().cloned() else {
            return;
        };
        if self.serving_yanked == Yank::Unseen && !is_selectable(ledger, &revision) {
            self.serving_yanked = Yank::Seen;
            self.notify(Event::ServingYanked { revision }, out);
        }
    }

    /// Makes the selected revision the candidate. Tells whether anything
    /// changed.
    pub(super) fn select(&mut self, ledger: &Ledger, out: &mut Outbox) -> bool {
        let wanted = match self.paused {
            None => self.wanted(ledger).map(Revision::number),
            Some(_) => None,
        };
        let candidate = self.candidate_revision();
        // What is wanted is not yanked.
        let is_yanked = candidate.is_some_and(|candidate| {
            wanted != Some(candidate) && !is_selectable(ledger, candidate)
        });
        if is_yanked {
            self.withdraw(Withdrawal::Yanked, out);
            return true;
        }
        if self.paused.is_some() {
            return false;
        }
        self.note_outlook(wanted, out);
        let wanted = wanted.filter(|wanted| self.serving_revision() != Some(wanted));
        match (self.candidate_revision(), wanted) {
            (Some(candidate), Some(wanted)) if candidate == wanted => false,
            (Some(_), Some(wanted)) => {
                self.withdraw(Withdrawal::Superseded(wanted.clone()), out);
                true
            }
            (Some(_), None) => {
                self.withdraw(Withdrawal::NotSelected, out);
                true
            }
            (None, Some(wanted)) => match self.marks.get(wanted) {
                Some(Mark::Retries { at, .. }) if self.now < *at => {
                    self.outlook = Outlook::RetryAt(*at);
                    false
                }
                _ => {
                    self.start(wanted.clone(), out);
                    true
                }
            },
            (None, None) => false,
        }
    }

    /// The best eligible revision: what is to serve, if it can.
    fn wanted<'l>(&self, ledger: &'l Ledger) -> Option<&'l Revision> {
        let is_eligible = |revision: &&Revision| {
            matches!(
                self.marks.get(revision.number()),
                None | Some(Mark::Retries { .. })
            )
        };
        let best = match &self.selection {
            Selection::Fixed(number) => ledger
                .get(number)
                .filter(|revision| !revision.is_yanked())
                .filter(is_eligible),
            Selection::Rule(rule) => ledger.matches(rule).find(is_eligible),
        };
        let kept = match self.policy.on_yank() {
            OnYank::Keep => (self.serving_revision()).and_then(|number| ledger.get(number)),
            OnYank::Replace => None,
        };
        match kept {
            // A yank alone is no reason to go down.
            Some(serving)
                if serving.is_yanked()
                    && is_eligible(&serving)
                    && self.selection.admits(serving.number())
                    && best.is_none_or(|best| best.cmp_rank(serving).is_lt()) =>
            {
                Some(serving)
            }
            _ => best,
        }
    }

    fn note_outlook(&mut self, wanted: Option<&Version>, out: &mut Outbox) {
        let before = core::mem::replace(&mut self.outlook, Outlook::Selected);
        if wanted.is_none() {
            self.outlook = Outlook::Nothing;
            if before != Outlook::Nothing {
                let selection = self.selection.clone();
                self.notify(Event::NothingSelected { selection }, out);
            }
        }
    }

    fn start(&mut self, revision: Version, out: &mut Outbox) {
        let attempt = match self.marks.get(&revision) {
            Some(Mark::Retries { attempts, .. }) => attempts.saturating_add(1),
            _ => 1,
        };
        // One that still runs from before, and is well, need not start again.
        let mut running = self.live.iter();
        let running = running.find(|live| live.instance.revision == revision && live.is_healthy());
        let start = match running {
            Some(live) => live.instance.start,
            None => {
                self.starts += 1;
                let instance = Instance {
                    revision: revision.clone(),
                    start: self.starts,
                };
                out.starts.push(instance.clone());
                self.live.push(Live {
                    instance,
                    health: Health::Unknown,
                    weight: 0,
                    traffic: Traffic::Never,
                });
                self.starts
            }
        };
        let path = if self.rollback.as_ref() == Some(&revision) {
            Path::Direct
        } else {
            Path::Steps
        };
        self.candidate = Some(Candidate {
            start,
            attempt,
            path,
            stage: Stage::Starting,
            since: self.now,
        });
        self.notify(Event::Started { revision, attempt }, out);
    }

    pub(super) fn withdraw(&mut self, why: Withdrawal, out: &mut Outbox) {
        if let Some((_, revision)) = self.take_candidate() {
            self.notify(Event::Withdrawn { revision, why }, out);
        }
    }
}

/// Whether a revision is registered and not yanked.
pub(super) fn is_selectable(ledger: &Ledger, revision: &Version) -> bool {
    ledger
        .get(revision)
        .is_some_and(|revision| !revision.is_yanked())
}
