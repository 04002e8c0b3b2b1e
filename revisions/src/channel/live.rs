//! What runs.

use alloc::boxed::Box;
use core::time::Duration;

use serde::{Deserialize, Serialize};

use super::model::Instance;
use crate::Timestamp;

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

impl Live {
    pub(super) fn is_healthy(&self) -> bool {
        matches!(self.health, Health::Healthy { .. })
    }

    /// When the requests that were under way have had their time to end.
    pub(super) fn drained_at(&self, drain: Duration) -> Option<Timestamp> {
        match self.traffic {
            Traffic::DrainsSince(start) => Some(start + drain),
            Traffic::Never | Traffic::Some => None,
        }
    }
}

impl Health {
    /// Why it is not healthy, in the platform's words.
    pub(super) fn complaint(&self) -> Option<Box<str>> {
        match self {
            Self::Unknown | Self::Healthy { .. } => None,
            Self::Unhealthy { reason, .. } | Self::Ended { reason, .. } => Some(reason.clone()),
        }
    }
}
