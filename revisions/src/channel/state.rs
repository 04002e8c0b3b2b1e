//! What holds in a channel, and in which order its consequences are drawn.

use alloc::collections::{BTreeMap, VecDeque};
use alloc::vec::Vec;

use semver::Version;
use serde::{Deserialize, Serialize};

use super::candidate::Candidate;
use super::live::{Health, Live};
use super::model::{Action, Event, Instance, Notice, Report, Selection};
use super::policy::Policy;
use crate::{Ledger, Timestamp};

/// How many notices a channel remembers.
pub(super) const MAX_HISTORY: usize = 100;

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct State {
    /// The latest time that was told: a clock that goes back is not followed.
    pub(super) now: Timestamp,
    pub(super) selection: Selection,
    pub(super) policy: Policy,
    /// How many instances were started.
    pub(super) starts: u64,
    /// Every instance that was started and not stopped, by start.
    pub(super) live: Vec<Live>,
    /// The start of the instance that serves.
    pub(super) serving: Option<u64>,
    pub(super) serving_yanked: Yank,
    pub(super) candidate: Option<Candidate>,
    pub(super) marks: Marks,
    /// What served, the latest last, each once.
    pub(super) served: Vec<Version>,
    /// What an operator went back to, until it serves or something else is
    /// selected.
    pub(super) rollback: Option<Version>,
    pub(super) paused: Option<Timestamp>,
    pub(super) outlook: Outlook,
    /// The wake that was asked for last.
    pub(super) wake: Option<Timestamp>,
    /// The latest notice that is a turn of the rollout.
    pub(super) turn: Option<Notice>,
    pub(super) history: VecDeque<Notice>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Yank {
    Unseen,
    Seen,
}

/// What the selection gave when it was last asked.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Outlook {
    Unknown,
    Nothing,
    Selected,
    /// A revision that failed is started again then.
    RetryAt(Timestamp),
}

/// Why revisions are not, or not now, selected in this channel.
pub(super) type Marks = BTreeMap<Version, Mark>;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Mark {
    Aborted,
    Failed { attempts: u32 },
    Retries { attempts: u32, at: Timestamp },
    RolledBack,
}

/// What one call leads to, until it is put in order.
#[derive(Default)]
pub(super) struct Outbox {
    pub(super) starts: Vec<Instance>,
    pub(super) stops: Vec<Instance>,
    pub(super) notices: Vec<Notice>,
}

impl State {
    pub(super) fn new(selection: Selection, policy: Policy, now: Timestamp) -> Self {
        Self {
            now,
            selection,
            policy,
            starts: 0,
            live: Vec::new(),
            serving: None,
            serving_yanked: Yank::Unseen,
            candidate: None,
            marks: Marks::new(),
            served: Vec::new(),
            rollback: None,
            paused: None,
            outlook: Outlook::Unknown,
            wake: None,
            turn: None,
            history: VecDeque::new(),
        }
    }

    /// Takes in what was reported of an instance, if it is one of ours.
    pub(super) fn take_report(&mut self, instance: &Instance, report: Report, out: &mut Outbox) {
        let since = self.now;
        let Some(live) = self.live.iter_mut().find(|live| live.instance == *instance) else {
            return;
        };
        let revision = instance.revision.clone();
        let event = match (report, &live.health) {
            (Report::Healthy, Health::Healthy { .. })
            | (Report::Unhealthy { .. }, Health::Unhealthy { .. })
            | (Report::Failed { .. }, Health::Ended { .. }) => return,
            (Report::Healthy, _) => {
                live.health = Health::Healthy { since };
                Event::Healthy { revision }
            }
            (Report::Unhealthy { reason }, _) => {
                live.health = Health::Unhealthy {
                    since,
                    reason: reason.clone(),
                };
                Event::Unhealthy { revision, reason }
            }
            (Report::Failed { reason }, _) => {
                live.health = Health::Ended {
                    since,
                    reason: reason.clone(),
                };
                Event::Unhealthy { revision, reason }
            }
        };
        self.notify(event, out);
    }

    /// Draws every consequence of what holds now.
    pub(super) fn settle(
        &mut self,
        ledger: &Ledger,
        queue: &mut VecDeque<Action>,
        mut out: Outbox,
    ) {
        self.see_yank(ledger, &mut out);
        // Every round gives up, starts, raises or promotes a candidate. A new one
        // cannot fail at once, so there is at most one that is given up, and
        // another that is started, taken through all steps, and promoted.
        let mut rounds = 0;
        while self.select(ledger, &mut out) || self.progress(&mut out) {
            rounds += 1;
            debug_assert!(
                rounds <= self.policy.steps().len() + 3,
                "the channel does not come to rest"
            );
        }
        let routes = self.route();
        self.clean_up(&mut out);
        queue.extend(out.starts.into_iter().map(Action::Start));
        queue.extend(routes.map(Action::Route));
        queue.extend(out.stops.into_iter().map(Action::Stop));
        queue.extend(self.ask_for_wake().map(Action::WakeAt));
        queue.extend(out.notices.into_iter().map(Action::Notify));
    }

    /// The next time at which anything changes by itself, if it is another one
    /// than was asked for.
    fn ask_for_wake(&mut self) -> Option<Timestamp> {
        let next = self.next_wake();
        let is_new = next != self.wake;
        self.wake = next;
        next.filter(|_| is_new)
    }

    pub(super) fn next_wake(&self) -> Option<Timestamp> {
        let drain = self.policy.drain();
        let drains = self.live.iter().filter(|live| !self.is_needed(live));
        let drains = drains.filter_map(|live| live.drained_at(drain));
        let candidate = self.candidate.as_ref().filter(|_| self.paused.is_none());
        let rollout = candidate.into_iter().flat_map(|candidate| {
            let health = self.find(candidate.start).map(|live| &live.health);
            health.into_iter().flat_map(|health| {
                let ripe = candidate.ripe(health, &self.policy, self.serving.is_none());
                let deadline = candidate.deadline(health, &self.policy);
                ripe.into_iter().chain(deadline)
            })
        });
        let retry = match self.outlook {
            Outlook::RetryAt(at) if self.paused.is_none() => Some(at),
            _ => None,
        };
        // What is due is done; only what is ahead needs a wake.
        let all = drains.chain(rollout).chain(retry);
        all.filter(|at| *at > self.now).min()
    }

    pub(super) fn notify(&mut self, event: Event, out: &mut Outbox) {
        let notice = Notice {
            at: self.now,
            event,
        };
        if notice.event.is_turn() {
            self.turn = Some(notice.clone());
        }
        if self.history.len() == MAX_HISTORY {
            self.history.pop_front();
        }
        self.history.push_back(notice.clone());
        out.notices.push(notice);
    }

    pub(super) fn find(&self, start: u64) -> Option<&Live> {
        self.live.iter().find(|live| live.instance.start == start)
    }

    pub(super) fn serving_revision(&self) -> Option<&Version> {
        Some(&self.find(self.serving?)?.instance.revision)
    }

    pub(super) fn candidate_revision(&self) -> Option<&Version> {
        let candidate = self.candidate.as_ref()?;
        Some(&self.find(candidate.start)?.instance.revision)
    }
}
