//! The input and output of a channel.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;

use semver::Version;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use super::Policy;
use crate::{Rule, Timestamp};

/// How a channel selects its revision.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Selection {
    /// Always this one.
    Fixed(Version),
    /// The best match of a rule, over the whole ledger.
    Rule(Rule),
}

impl Selection {
    /// Whether a revision with this number would be selected if it were the
    /// only one.
    #[must_use]
    pub fn admits(&self, number: &Version) -> bool {
        match self {
            Self::Fixed(fixed) => fixed == number,
            Self::Rule(rule) => rule.matches(number),
        }
    }
}

/// The rule `*`.
impl Default for Selection {
    fn default() -> Self {
        Self::Rule(Rule::default())
    }
}

/// `1.0.0 (fixed)`, or the rule.
impl fmt::Display for Selection {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fixed(number) => write!(formatter, "{number} (fixed)"),
            Self::Rule(rule) => write!(formatter, "{rule}"),
        }
    }
}

/// One start of one revision: the thing that runs, gets traffic, and is
/// stopped.
///
/// If a revision is started again, that is another instance, so that a late
/// report about the first is not mistaken for one about the second.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Instance {
    pub(super) revision: Version,
    pub(super) start: u64,
}

impl Instance {
    /// The number of the revision.
    #[must_use]
    pub fn revision(&self) -> &Version {
        &self.revision
    }

    /// Which start of the channel this is, counted from 1.
    #[must_use]
    pub fn start(&self) -> u64 {
        self.start
    }
}

/// `1.0.0#2`: the revision, and which start of the channel it is.
impl fmt::Display for Instance {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}#{}", self.revision, self.start)
    }
}

/// A report of the platform about an instance.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Report {
    /// It answers requests, or would.
    Healthy,
    /// It does not answer as it should, but may become healthy later.
    Unhealthy {
        /// Why, in the platform's words.
        reason: Box<str>,
    },
    /// It will not become healthy: it could not be started, or it ended. A
    /// candidate fails at once. The serving instance only becomes unhealthy,
    /// since restarting it in its place is the platform's task.
    Failed {
        /// Why, in the platform's words.
        reason: Box<str>,
    },
}

impl Report {
    /// An [`Unhealthy`](Self::Unhealthy) report.
    #[must_use]
    pub fn unhealthy(reason: impl Into<Box<str>>) -> Self {
        let reason = reason.into();
        Self::Unhealthy { reason }
    }

    /// A [`Failed`](Self::Failed) report.
    #[must_use]
    pub fn failed(reason: impl Into<Box<str>>) -> Self {
        let reason = reason.into();
        Self::Failed { reason }
    }
}

/// A command of an operator to a channel.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Command {
    /// Stop the rollout of the candidate, and do not select it again. If that is
    /// a rollback, what serves stays.
    Abort,
    /// Change nothing until [`Resume`](Self::Resume), except what is needed for
    /// safety: a candidate that fails or is yanked still loses its traffic.
    Pause,
    /// Give the candidate all the traffic now, skipping the remaining steps.
    Promote,
    /// Go on after [`Pause`](Self::Pause). The time in between does not count
    /// for any deadline.
    Resume,
    /// Allow a revision to be selected again that failed, was aborted or was
    /// rolled back.
    Retry {
        /// Its number.
        revision: Version,
    },
    /// Go back to an earlier revision without any steps, and do not select any
    /// revision above it that is registered by now. Ends a pause.
    Rollback {
        /// The revision to go back to; by default, the one that served before.
        to: Option<Version>,
    },
    /// Change how the channel selects.
    Select(Selection),
    /// Change the policy. A rollout that is under way finishes its step, and
    /// continues with the next higher one of the new policy. One that awaits its
    /// promotion goes on if the new policy has a higher step, or promotes by
    /// itself.
    SetPolicy(Policy),
}

/// What the platform has to do.
///
/// The actions of one call come in the order of the variants below, so that it
/// is always safe to carry them out in order: an instance runs before it gets
/// traffic, and gets none when it is stopped.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Start an instance, and report how it is.
    Start(Instance),
    /// Send the traffic there, instead of where it went before.
    Route(Routes),
    /// Stop an instance. It gets no traffic any more.
    Stop(Instance),
    /// Call [`Channel::handle_wake`](crate::Channel::handle_wake) at this time
    /// or soon after. A later `WakeAt` replaces an earlier one.
    WakeAt(Timestamp),
    /// Tell people what happened.
    Notify(Notice),
}

/// How the traffic of a channel is shared: every weight is above 0, and they
/// sum to 100, or there is none while nothing serves.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct Routes(pub(super) Vec<Route>);

/// A share of the traffic.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Route {
    pub(super) instance: Instance,
    #[serde(deserialize_with = "read_weight")]
    pub(super) weight: u8,
}

impl Routes {
    /// The shares, by start.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Route> + Clone {
        self.0.iter()
    }

    /// The instance at `point` if the shares are laid side by side. If the
    /// points of requests are spread evenly from 0 to 99, every instance gets
    /// its share. From 100 on, points wrap around.
    #[must_use]
    pub fn pick(&self, point: u64) -> Option<&Instance> {
        let mut left = point % 100;
        for route in &self.0 {
            match left.checked_sub(u64::from(route.weight)) {
                None => return Some(&route.instance),
                Some(rest) => left = rest,
            }
        }
        None
    }
}

impl Route {
    /// Where the traffic goes.
    #[must_use]
    pub fn instance(&self) -> &Instance {
        &self.instance
    }

    /// The share in percent: 1 to 100.
    #[must_use]
    pub fn weight(&self) -> u8 {
        self.weight
    }
}

impl<'de> Deserialize<'de> for Routes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let routes = Vec::<Route>::deserialize(deserializer)?;
        let sum: usize = routes.iter().map(|route| usize::from(route.weight)).sum();
        if !matches!(sum, 0 | 100) {
            let problem = alloc::format!("the shares add up to {sum}, not to 100");
            return Err(D::Error::custom(problem));
        }
        let starts = routes.iter().map(|route| route.instance.start);
        if !starts.is_sorted_by(|one, other| one < other) {
            let problem = "the shares are not in the order of their starts";
            return Err(D::Error::custom(problem));
        }
        Ok(Self(routes))
    }
}

fn read_weight<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u8, D::Error> {
    match u8::deserialize(deserializer)? {
        weight @ 1..=100 => Ok(weight),
        other => Err(D::Error::custom(alloc::format!(
            "a share of {other}%; expected 1 to 100"
        ))),
    }
}

/// `1.0.0#1 90%, 1.1.0#2 10%`.
impl fmt::Display for Routes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, route) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { ", " };
            write!(formatter, "{separator}{} {}%", route.instance, route.weight)?;
        }
        Ok(())
    }
}

/// Something that happened in a channel, and when.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Notice {
    pub(super) at: Timestamp,
    pub(super) event: Event,
}

impl Notice {
    /// When it happened.
    #[must_use]
    pub fn at(&self) -> Timestamp {
        self.at
    }

    /// What happened.
    #[must_use]
    pub fn event(&self) -> &Event {
        &self.event
    }
}

/// `12.000s 1.1.0 serves`.
impl fmt::Display for Notice {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.at, self.event)
    }
}

/// What happened in a channel.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "event")]
#[non_exhaustive]
pub enum Event {
    /// A candidate has passed all steps and waits for an operator.
    AwaitsPromotion {
        /// The candidate.
        revision: Version,
    },
    /// A candidate failed. The serving revision keeps the traffic.
    Failed {
        /// The candidate.
        revision: Version,
        /// How it failed.
        why: Failure,
        /// When it will be started again, if it will.
        retry_at: Option<Timestamp>,
    },
    /// An instance became healthy.
    Healthy {
        /// Its revision.
        revision: Version,
    },
    /// No revision can be selected. The serving one keeps serving.
    NothingSelected {
        /// How the channel selects.
        selection: Selection,
    },
    /// The rollout was paused.
    Paused,
    /// The policy was changed.
    PolicySet,
    /// A candidate got all the traffic.
    Promoted {
        /// The candidate.
        revision: Version,
        /// What served before, if anything did.
        previous: Option<Version>,
    },
    /// The rollout was resumed.
    Resumed,
    /// A revision may be selected again.
    Retried {
        /// The revision.
        revision: Version,
    },
    /// An operator went back to an earlier revision.
    RolledBack {
        /// The revision that served.
        from: Version,
        /// The revision that is to serve.
        to: Version,
    },
    /// The way of selecting was changed.
    SelectionSet {
        /// The new way of selecting.
        selection: Selection,
    },
    /// The serving revision was yanked.
    ServingYanked {
        /// The revision.
        revision: Version,
    },
    /// A candidate is started, or taken over while it still runs.
    Started {
        /// The candidate.
        revision: Version,
        /// The number of the attempt, counted from 1.
        attempt: u32,
    },
    /// A candidate got a share of the traffic.
    StepReached {
        /// The candidate.
        revision: Version,
        /// Its share in percent.
        weight: u8,
    },
    /// An instance is stopped.
    Stopped {
        /// Its revision.
        revision: Version,
    },
    /// An instance is no longer healthy, or not yet.
    Unhealthy {
        /// Its revision.
        revision: Version,
        /// Why, in the platform's words.
        reason: Box<str>,
    },
    /// A candidate was given up although it did not fail.
    Withdrawn {
        /// The candidate.
        revision: Version,
        /// Why.
        why: Withdrawal,
    },
}

/// How a candidate failed.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Failure {
    /// It had not been healthy for long enough by the healthy deadline.
    HealthyDeadline {
        /// Why it was not healthy at the last report, in the platform's words.
        last: Option<Box<str>>,
    },
    /// A step was not over by the progress deadline.
    ProgressDeadline,
    /// It became unhealthy after it had been healthy for long enough.
    Unhealthy(Box<str>),
    /// It ended, or could not be started.
    Ended(Box<str>),
}

/// Why a candidate was given up.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Withdrawal {
    /// An operator aborted the rollout.
    Aborted,
    /// It is no longer selected.
    NotSelected,
    /// Another revision is selected.
    Superseded(Version),
    /// It was yanked.
    Yanked,
}

impl Event {
    /// Whether it says how the rollout stands from now on.
    pub(super) fn is_turn(&self) -> bool {
        match self {
            Self::AwaitsPromotion { .. }
            | Self::Failed { .. }
            | Self::NothingSelected { .. }
            | Self::Promoted { .. }
            | Self::Started { .. }
            | Self::StepReached { .. }
            | Self::Withdrawn { .. } => true,
            Self::Healthy { .. }
            | Self::Paused
            | Self::PolicySet
            | Self::Resumed
            | Self::Retried { .. }
            | Self::RolledBack { .. }
            | Self::SelectionSet { .. }
            | Self::ServingYanked { .. }
            | Self::Stopped { .. }
            | Self::Unhealthy { .. } => false,
        }
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AwaitsPromotion { revision } => {
                write!(f, "{revision} is ready, and waits to be promoted")
            }
            Self::Failed {
                revision,
                why,
                retry_at: None,
            } => write!(f, "{revision} failed: {why}"),
            Self::Failed {
                revision,
                why,
                retry_at: Some(at),
            } => {
                write!(f, "{revision} failed, and is tried again at {at}: {why}")
            }
            Self::Healthy { revision } => write!(f, "{revision} is healthy"),
            Self::NothingSelected { selection } => {
                write!(f, "no revision can be selected by {selection}")
            }
            Self::Paused => f.write_str("paused"),
            Self::PolicySet => f.write_str("policy changed"),
            Self::Promoted {
                revision,
                previous: None,
            } => write!(f, "{revision} serves"),
            Self::Promoted {
                revision,
                previous: Some(previous),
            } => {
                write!(f, "{revision} serves, after {previous}")
            }
            Self::Resumed => f.write_str("resumed"),
            Self::Retried { revision } => write!(f, "{revision} may be selected again"),
            Self::RolledBack { from, to } => write!(f, "rolled back from {from} to {to}"),
            Self::SelectionSet { selection } => write!(f, "selects by {selection}"),
            Self::ServingYanked { revision } => write!(f, "{revision}, which serves, was yanked"),
            Self::Started {
                revision,
                attempt: 1,
            } => write!(f, "{revision} is started"),
            Self::Started { revision, attempt } => {
                write!(f, "{revision} is started, attempt {attempt}")
            }
            Self::StepReached { revision, weight } => {
                write!(f, "{revision} gets {weight}% of the traffic")
            }
            Self::Stopped { revision } => write!(f, "{revision} is stopped"),
            Self::Unhealthy { revision, reason } => {
                write!(f, "{revision} is not healthy: {reason}")
            }
            Self::Withdrawn { revision, why } => write!(f, "{revision} is withdrawn: {why}"),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::HealthyDeadline { last: None } => {
                formatter.write_str("it did not become healthy in time")
            }
            Self::HealthyDeadline { last: Some(last) } => {
                write!(formatter, "it did not become healthy in time: {last}")
            }
            Self::ProgressDeadline => formatter.write_str("its step was not over in time"),
            Self::Unhealthy(reason) => write!(formatter, "it became unhealthy: {reason}"),
            Self::Ended(reason) => write!(formatter, "it ended: {reason}"),
        }
    }
}

impl fmt::Display for Withdrawal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Aborted => formatter.write_str("aborted"),
            Self::NotSelected => formatter.write_str("it is not selected any more"),
            Self::Superseded(by) => write!(formatter, "{by} is selected instead"),
            Self::Yanked => formatter.write_str("it was yanked"),
        }
    }
}
