//! How the candidate goes on, through its stages to the promotion or out.

use semver::Version;

use super::candidate::{Candidate, Stage};
use super::live::Health;
use super::model::{Event, Failure};
use super::state::{Mark, Outbox, State, Yank};

/// How many revisions that served before a channel remembers.
const MAX_SERVED: usize = 32;

impl State {
    /// Takes the candidate as far as it has come. Tells whether anything
    /// changed.
    pub(super) fn progress(&mut self, out: &mut Outbox) -> bool {
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
        let ripe = candidate.ripe(&live.health, &self.policy, self.serving.is_none());
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
        let Some(stage) = candidate.next(&self.policy, is_first) else {
            return self.promote(out);
        };
        candidate.stage = stage;
        candidate.since = now;
        let start = candidate.start;
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

    pub(super) fn take_candidate(&mut self) -> Option<(Candidate, Version)> {
        let revision = self.candidate_revision()?.clone();
        Some((self.candidate.take()?, revision))
    }

    /// Whether something serves that is not healthy.
    fn is_serving_sick(&self) -> bool {
        let serving = self.serving.and_then(|start| self.find(start));
        serving.is_some_and(|live| !live.is_healthy())
    }
}
