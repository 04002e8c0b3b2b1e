//! What holds in a channel, and how it comes to hold.

use alloc::boxed::Box;
use alloc::collections::{BTreeMap, VecDeque};
use alloc::vec::Vec;
use core::cmp::Reverse;
use core::time::Duration;

use semver::Version;
use serde::{Deserialize, Serialize};

use super::model::Withdrawal;
use super::model::{Action, Event, Failure, Instance, Notice, Report, Route, Routes, Selection};
use super::policy::{OnYank, Policy, Promotion, Step};
use crate::{Ledger, Revision, Timestamp};

/// How many notices a channel remembers.
pub(super) const MAX_HISTORY: usize = 100;
/// How many revisions that served before a channel remembers.
const MAX_SERVED: usize = 32;

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

/// An instance that was started and not stopped.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Live {
    pub(super) instance: Instance,
    pub(super) health: Health,
    /// Its share of the traffic, in hundredths.
    pub(super) weight: u8,
    pub(super) traffic: Traffic,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Health {
    /// No report yet.
    Unknown,
    Healthy {
        since: Timestamp,
    },
    Unhealthy {
        since: Timestamp,
        reason: Box<str>,
    },
    Ended {
        since: Timestamp,
        reason: Box<str>,
    },
}

/// Whether requests may be under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Traffic {
    Never,
    /// It has a share.
    Some,
    /// It lost its last share then.
    DrainsSince(Timestamp),
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

/// The revision that is to serve next.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Candidate {
    /// The start of its instance.
    pub(super) start: u64,
    pub(super) attempt: u32,
    pub(super) path: Path,
    pub(super) stage: Stage,
    /// When it came to this stage, later by every pause.
    pub(super) since: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Path {
    /// Through the steps, to the promotion as the policy says.
    Steps,
    /// From healthy to promoted, as a rollback goes.
    Direct,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Stage {
    Starting,
    Step(Step),
    /// With the weight of the last step, or none.
    AwaitsPromotion {
        weight: u8,
    },
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
    starts: Vec<Instance>,
    stops: Vec<Instance>,
    notices: Vec<Notice>,
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

    fn see_yank(&mut self, ledger: &Ledger, out: &mut Outbox) {
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
    fn select(&mut self, ledger: &Ledger, out: &mut Outbox) -> bool {
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

    /// Takes the candidate as far as it has come. Tells whether anything
    /// changed.
    fn progress(&mut self, out: &mut Outbox) -> bool {
        let Some(candidate) = &self.candidate else {
            return false;
        };
        let Some(live) = self.find(candidate.start) else {
            return false;
        };
        match &live.health {
            Health::Ended { reason, .. } => {
                let why = Failure::Ended(reason.clone());
                self.fail(why, out);
                return true;
            }
            // While the serving one is sick too, going back helps nobody.
            Health::Unhealthy { reason, .. }
                if candidate.stage != Stage::Starting && !self.is_serving_sick() =>
            {
                let why = Failure::Unhealthy(reason.clone());
                self.fail(why, out);
                return true;
            }
            _ if self.paused.is_some() => return false,
            _ => {}
        }
        let deadline = candidate.deadline(&live.health, &self.policy);
        let ripe = candidate.ripe(&live.health, &self.policy);
        // What was ripe in time counts, however late the wake came.
        let is_in_time = ripe.zip(deadline).is_none_or(|(ripe, end)| ripe <= end);
        if ripe.is_some_and(|ripe| ripe <= self.now) && is_in_time {
            self.raise(out);
            true
        } else if deadline.is_some_and(|deadline| deadline <= self.now) {
            let why = match candidate.stage {
                Stage::Starting => Failure::HealthyDeadline {
                    last: live.health.complaint(),
                },
                Stage::Step(_) | Stage::AwaitsPromotion { .. } => Failure::ProgressDeadline,
            };
            self.fail(why, out);
            true
        } else {
            false
        }
    }

    /// Takes the candidate to its next stage.
    fn raise(&mut self, out: &mut Outbox) {
        let now = self.now;
        let is_first = self.serving.is_none();
        let Some(candidate) = &mut self.candidate else {
            return;
        };
        let weight = candidate.weight();
        let mut steps = self.policy.steps().iter();
        let next = steps.find(|step| step.weight() > weight).copied();
        let (stage, start) = match (candidate.path, next, self.policy.promotion()) {
            // With nothing to share the traffic with, there are no steps.
            (Path::Steps, Some(step), _) if !is_first => (Stage::Step(step), candidate.start),
            (Path::Steps, _, Promotion::Manual) => {
                (Stage::AwaitsPromotion { weight }, candidate.start)
            }
            _ => return self.promote(out),
        };
        candidate.stage = stage;
        candidate.since = now;
        let Some(revision) = self.find(start).map(|live| live.instance.revision.clone()) else {
            return;
        };
        let event = match stage {
            Stage::Step(step) => Event::StepReached {
                revision,
                weight: step.weight(),
            },
            _ => Event::AwaitsPromotion { revision },
        };
        self.notify(event, out);
    }

    /// Gives the candidate all the traffic.
    pub(super) fn promote(&mut self, out: &mut Outbox) {
        let previous = self.serving_revision().cloned();
        let Some(candidate) = self.candidate.take() else {
            return;
        };
        self.serving = Some(candidate.start);
        self.serving_yanked = Yank::Unseen;
        let Some(revision) = self.serving_revision().cloned() else {
            return;
        };
        self.marks.remove(&revision);
        self.rollback = None;
        self.served.retain(|served| *served != revision);
        if self.served.len() == MAX_SERVED {
            self.served.remove(0);
        }
        self.served.push(revision.clone());
        self.notify(Event::Promoted { revision, previous }, out);
    }

    fn fail(&mut self, why: Failure, out: &mut Outbox) {
        let Some((candidate, revision)) = self.take_candidate() else {
            return;
        };
        let attempts = candidate.attempt;
        let at = self.now + self.policy.retry_delay();
        let (mark, retry_at) = if attempts < self.policy.max_attempts().get() {
            (Mark::Retries { attempts, at }, Some(at))
        } else {
            (Mark::Failed { attempts }, None)
        };
        self.marks.insert(revision.clone(), mark);
        let event = Event::Failed {
            revision,
            why,
            retry_at,
        };
        self.notify(event, out);
    }

    pub(super) fn withdraw(&mut self, why: Withdrawal, out: &mut Outbox) {
        if let Some((_, revision)) = self.take_candidate() {
            self.notify(Event::Withdrawn { revision, why }, out);
        }
    }

    fn take_candidate(&mut self) -> Option<(Candidate, Version)> {
        let revision = self.candidate_revision()?.clone();
        Some((self.candidate.take()?, revision))
    }

    /// Shares out the traffic. Gives the new shares, if they changed.
    ///
    /// The candidate is due the weight of its stage, the serving instance the
    /// rest, all others nothing. But the weight of what is not healthy does not
    /// rise: what it is due and cannot take stays where it is, with the
    /// healthy first.
    fn route(&mut self) -> Option<Routes> {
        let serving = self.serving?;
        let raised = self.candidate.as_ref().map_or(0, Candidate::weight);
        let candidate = self.candidate.as_ref().map(|candidate| candidate.start);
        let due = |live: &Live| match live.instance.start {
            start if start == serving => 100 - raised,
            start if Some(start) == candidate => raised,
            _ => 0,
        };
        if self.live.iter().all(|live| due(live) == live.weight) {
            return None;
        }
        let mut weights: Vec<u8> = (self.live.iter())
            .map(|live| match due(live) {
                due if due > live.weight && !live.is_healthy() => live.weight,
                due => due,
            })
            .collect();
        let mut left = 100 - weights.iter().sum::<u8>();
        let mut by_health: Vec<usize> = (0..self.live.len()).collect();
        by_health.sort_by_key(|index| Reverse(self.live[*index].is_healthy()));
        for index in by_health {
            let kept = left.min(self.live[index].weight.saturating_sub(weights[index]));
            weights[index] += kept;
            left -= kept;
        }
        if self
            .live
            .iter()
            .map(|live| live.weight)
            .eq(weights.iter().copied())
        {
            return None;
        }
        for (live, weight) in self.live.iter_mut().zip(weights) {
            if weight > 0 {
                live.traffic = Traffic::Some;
            } else if live.weight > 0 {
                live.traffic = Traffic::DrainsSince(self.now);
            }
            live.weight = weight;
        }
        let routed = self.live.iter().filter(|live| live.weight > 0);
        let routes = routed.map(|live| Route {
            instance: live.instance.clone(),
            weight: live.weight,
        });
        Some(Routes(routes.collect()))
    }

    /// Stops what is not needed any more and has drained.
    fn clean_up(&mut self, out: &mut Outbox) {
        let (now, drain) = (self.now, self.policy.drain());
        let stays = |live: &Live| {
            let is_draining = live.drained_at(drain).is_some_and(|end| now < end);
            self.is_needed(live) || is_draining && !matches!(live.health, Health::Ended { .. })
        };
        let stopped = self.live.iter().filter(|live| !stays(live));
        let stopped: Vec<Instance> = stopped.map(|live| live.instance.clone()).collect();
        for instance in stopped {
            self.live.retain(|live| live.instance != instance);
            let revision = instance.revision.clone();
            out.stops.push(instance);
            self.notify(Event::Stopped { revision }, out);
        }
    }

    /// Whether an instance serves, is to, or has a share.
    fn is_needed(&self, live: &Live) -> bool {
        let start = Some(live.instance.start);
        let candidate = self.candidate.as_ref().map(|candidate| candidate.start);
        start == self.serving || start == candidate || live.weight > 0
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
                let ripe = candidate.ripe(health, &self.policy);
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

    /// Whether something serves that is not healthy.
    fn is_serving_sick(&self) -> bool {
        let serving = self.serving.and_then(|start| self.find(start));
        serving.is_some_and(|live| !live.is_healthy())
    }
}

impl Health {
    /// Why it is not healthy, in the platform's words.
    fn complaint(&self) -> Option<Box<str>> {
        match self {
            Self::Unknown | Self::Healthy { .. } => None,
            Self::Unhealthy { reason, .. } | Self::Ended { reason, .. } => Some(reason.clone()),
        }
    }
}

impl Live {
    pub(super) fn is_healthy(&self) -> bool {
        matches!(self.health, Health::Healthy { .. })
    }

    /// When the requests that were under way have had their time to end.
    fn drained_at(&self, drain: Duration) -> Option<Timestamp> {
        match self.traffic {
            Traffic::DrainsSince(start) => Some(start + drain),
            Traffic::Never | Traffic::Some => None,
        }
    }
}

impl Candidate {
    /// The share of the traffic that it is due, in hundredths.
    pub(super) fn weight(&self) -> u8 {
        match self.stage {
            Stage::Starting => 0,
            Stage::Step(step) => step.weight(),
            Stage::AwaitsPromotion { weight } => weight,
        }
    }

    /// When it may go on to the next stage, if it stays healthy.
    fn ripe(&self, health: &Health, policy: &Policy) -> Option<Timestamp> {
        let Health::Healthy { since } = *health else {
            return None;
        };
        let healthy = since + policy.min_healthy();
        match self.stage {
            Stage::Starting => Some(healthy),
            Stage::Step(step) => Some(healthy.max(self.since.max(since) + step.hold())),
            Stage::AwaitsPromotion { .. } => None,
        }
    }

    /// When it has failed, if it has not gone on by then.
    fn deadline(&self, health: &Health, policy: &Policy) -> Option<Timestamp> {
        match (self.stage, health) {
            (Stage::Starting, _) => Some(self.since + policy.healthy_deadline()),
            (Stage::Step(step), _) => Some(self.since + step.hold() + policy.progress_deadline()),
            (Stage::AwaitsPromotion { .. }, Health::Unhealthy { since, .. }) => {
                Some(self.since.max(*since) + policy.progress_deadline())
            }
            (Stage::AwaitsPromotion { .. }, _) => None,
        }
    }

    /// Leaves the time of a pause out of account.
    pub(super) fn delay(&mut self, pause: Duration) {
        self.since = self.since + pause;
    }
}

/// Whether a revision is registered and not yanked.
pub(super) fn is_selectable(ledger: &Ledger, revision: &Version) -> bool {
    ledger
        .get(revision)
        .is_some_and(|revision| !revision.is_yanked())
}
