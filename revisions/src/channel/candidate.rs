//! What is to serve next, and how far it has come.

use core::time::Duration;

use serde::{Deserialize, Serialize};

use super::live::Health;
use super::policy::{Policy, Step};
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

    /// When it may go on to the next stage, if it stays healthy.
    pub(super) fn ripe(&self, health: &Health, policy: &Policy) -> Option<Timestamp> {
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
    pub(super) fn deadline(&self, health: &Health, policy: &Policy) -> Option<Timestamp> {
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
