//! What is to serve next, and how far it has come.

use core::time::Duration;

use serde::{Deserialize, Serialize};

use super::live::Health;
use super::policy::{Policy, Promotion, Step};
use crate::Timestamp;

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

impl Candidate {
    /// The share of the traffic that it is due, in hundredths.
    pub(super) fn weight(&self) -> u8 {
        match self.stage {
            Stage::Starting => 0,
            Stage::Step(step) => step.weight(),
            Stage::AwaitsPromotion { weight } => weight,
        }
    }

    /// The stage after this one, or none if that is the promotion. The first
    /// revision has nothing to share the traffic with, so it takes no steps.
    pub(super) fn next(&self, policy: &Policy, is_first: bool) -> Option<Stage> {
        if self.path == Path::Direct {
            return None;
        }
        let weight = self.weight();
        let mut steps = policy.steps().iter();
        let step = steps.find(|step| !is_first && step.weight() > weight);
        match (step, policy.promotion()) {
            (Some(step), _) => Some(Stage::Step(*step)),
            (None, Promotion::Manual) => Some(Stage::AwaitsPromotion { weight }),
            (None, Promotion::Automatic) => None,
        }
    }

    /// When it may go on to the next stage, if it stays healthy.
    pub(super) fn ripe(
        &self,
        health: &Health,
        policy: &Policy,
        is_first: bool,
    ) -> Option<Timestamp> {
        let Health::Healthy { since } = *health else {
            return None;
        };
        let healthy = since + policy.min_healthy();
        match self.stage {
            Stage::Starting => Some(healthy),
            _ if self.path == Path::Direct => Some(healthy),
            Stage::Step(step) => Some(healthy.max(self.since.max(since) + step.hold())),
            // Another policy may let it go on.
            awaits => (self.next(policy, is_first) != Some(awaits)).then_some(healthy),
        }
    }

    /// When it has failed, if it has not gone on by then.
    pub(super) fn deadline(&self, health: &Health, policy: &Policy) -> Option<Timestamp> {
        let progress = policy.progress_deadline();
        let (start, span) = match (self.stage, health) {
            (Stage::Starting, _) => (self.since, policy.healthy_deadline()),
            (Stage::Step(step), _) => (self.since + step.hold(), progress),
            (Stage::AwaitsPromotion { .. }, Health::Unhealthy { since, .. }) => {
                (self.since.max(*since), progress)
            }
            (Stage::AwaitsPromotion { .. }, _) => return None,
        };
        // Nothing is after the last moment: what starts then has no deadline.
        Some(start + span).filter(|end| *end > start)
    }

    /// Leaves the time of a pause out of account.
    pub(super) fn delay(&mut self, pause: Duration) {
        self.since = self.since + pause;
    }
}
