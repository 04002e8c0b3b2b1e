use alloc::vec::Vec;
use core::num::NonZeroU32;
use core::time::Duration;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// How a channel upgrades to another revision.
///
/// | | means | default |
/// |---|---|---|
/// | `steps` | shares of the traffic before all of it | none: 0 → 100 |
/// | `promotion` | who decides on the last step | automatic |
/// | `min_healthy` | healthy this long without a break before any traffic | 10 s |
/// | `healthy_deadline` | failed if not by then, from the start | 5 min |
/// | `progress_deadline` | failed if a step takes longer than its hold and this | 10 min |
/// | `drain` | from losing the traffic to the stop | 30 s |
/// | `max_attempts` | starts of one revision before it counts as failed | 1 |
/// | `retry_delay` | from a failure to the next attempt | 30 s |
/// | `on_yank` | what a yank of the serving revision does | replace |
///
/// ```
/// use core::time::Duration;
/// use revisions::{Policy, Step};
///
/// let policy = Policy::builder()
///     .steps([Step::new(10, Duration::from_secs(60)), Step::new(50, Duration::from_secs(60))])
///     .min_healthy(Duration::from_secs(5))
///     .build()?;
/// assert_eq!(policy.steps().len(), 2);
///
/// let error = Policy::builder().min_healthy(Duration::from_secs(600)).build().unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "min_healthy is 600s, but healthy_deadline is 300s: no revision could become healthy in time"
/// );
/// # Ok::<(), revisions::PolicyError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "PolicyBuilder")]
pub struct Policy(PolicyBuilder);

impl Policy {
    /// Starts from the defaults.
    #[must_use]
    pub fn builder() -> PolicyBuilder {
        PolicyBuilder::default()
    }

    /// The shares of the traffic that a candidate gets before it gets all.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.0.steps
    }

    /// Who decides that a candidate gets all the traffic.
    #[must_use]
    pub fn promotion(&self) -> Promotion {
        self.0.promotion
    }

    /// How long a candidate has to be healthy without a break before it gets
    /// traffic.
    #[must_use]
    pub fn min_healthy(&self) -> Duration {
        self.0.min_healthy
    }

    /// How long after its start a candidate fails if it did not become healthy.
    #[must_use]
    pub fn healthy_deadline(&self) -> Duration {
        self.0.healthy_deadline
    }

    /// How much longer than its hold a step may take.
    #[must_use]
    pub fn progress_deadline(&self) -> Duration {
        self.0.progress_deadline
    }

    /// How long an instance that lost its traffic keeps running.
    #[must_use]
    pub fn drain(&self) -> Duration {
        self.0.drain
    }

    /// How many times one revision is started before it counts as failed.
    #[must_use]
    pub fn max_attempts(&self) -> NonZeroU32 {
        self.0.max_attempts
    }

    /// How long after a failure the next attempt starts.
    #[must_use]
    pub fn retry_delay(&self) -> Duration {
        self.0.retry_delay
    }

    /// What happens when the serving revision is yanked.
    #[must_use]
    pub fn on_yank(&self) -> OnYank {
        self.0.on_yank
    }
}

/// One step of a rollout: a share of the traffic, held for a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Step {
    weight: u8,
    #[serde(with = "millis")]
    hold: Duration,
}

impl Step {
    /// A step in which the candidate gets `weight` percent of the traffic for
    /// at least `hold`.
    #[must_use]
    pub const fn new(weight: u8, hold: Duration) -> Self {
        Self { weight, hold }
    }

    /// The share of the candidate in percent.
    #[must_use]
    pub const fn weight(&self) -> u8 {
        self.weight
    }

    /// How long the step lasts at least.
    #[must_use]
    pub const fn hold(&self) -> Duration {
        self.hold
    }
}

/// Who decides that a candidate gets all the traffic.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Promotion {
    /// The time: after the last step.
    #[default]
    Automatic,
    /// An operator: after the last step the candidate waits for
    /// [`Command::Promote`](crate::Command::Promote).
    Manual,
}

/// What happens when the serving revision is yanked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OnYank {
    /// It stays until a higher one takes over.
    Keep,
    /// The best remaining revision takes over, even if it is a lower one. Until
    /// then, and if there is none, the yanked one keeps the traffic.
    #[default]
    Replace,
}

/// Builds a [`Policy`].
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct PolicyBuilder {
    steps: Vec<Step>,
    promotion: Promotion,
    #[serde(with = "millis")]
    min_healthy: Duration,
    #[serde(with = "millis")]
    healthy_deadline: Duration,
    #[serde(with = "millis")]
    progress_deadline: Duration,
    #[serde(with = "millis")]
    drain: Duration,
    max_attempts: NonZeroU32,
    #[serde(with = "millis")]
    retry_delay: Duration,
    on_yank: OnYank,
}

impl PolicyBuilder {
    /// Sets the shares of the traffic that a candidate gets before it gets all,
    /// lowest first.
    #[must_use]
    pub fn steps(mut self, steps: impl IntoIterator<Item = Step>) -> Self {
        self.steps = steps.into_iter().collect();
        self
    }

    /// Sets who decides on the last step.
    #[must_use]
    pub fn promotion(mut self, promotion: Promotion) -> Self {
        self.promotion = promotion;
        self
    }

    /// Sets how long a candidate has to be healthy before it gets traffic.
    #[must_use]
    pub fn min_healthy(mut self, span: Duration) -> Self {
        self.min_healthy = span;
        self
    }

    /// Sets by when a candidate must be healthy.
    #[must_use]
    pub fn healthy_deadline(mut self, span: Duration) -> Self {
        self.healthy_deadline = span;
        self
    }

    /// Sets how much longer than its hold a step may take.
    #[must_use]
    pub fn progress_deadline(mut self, span: Duration) -> Self {
        self.progress_deadline = span;
        self
    }

    /// Sets how long an instance keeps running after it lost its traffic.
    #[must_use]
    pub fn drain(mut self, span: Duration) -> Self {
        self.drain = span;
        self
    }

    /// Sets how many times one revision is started.
    #[must_use]
    pub fn max_attempts(mut self, attempts: NonZeroU32) -> Self {
        self.max_attempts = attempts;
        self
    }

    /// Sets how long after a failure the next attempt starts.
    #[must_use]
    pub fn retry_delay(mut self, span: Duration) -> Self {
        self.retry_delay = span;
        self
    }

    /// Sets what a yank of the serving revision does.
    #[must_use]
    pub fn on_yank(mut self, on_yank: OnYank) -> Self {
        self.on_yank = on_yank;
        self
    }

    /// Checks the policy, and returns it.
    ///
    /// # Errors
    ///
    /// - a step of weight 0, or of 100 or more;
    /// - a step that is not above the one before;
    /// - a deadline that is not after `min_healthy`.
    pub fn build(self) -> Result<Policy, PolicyError> {
        let mut before = 0;
        for (index, step) in self.steps.iter().enumerate() {
            if !(1..100).contains(&step.weight) {
                return Err(PolicyError::Weight {
                    step: index + 1,
                    weight: step.weight,
                });
            }
            if step.weight <= before {
                return Err(PolicyError::NotRising {
                    step: index + 1,
                    weight: step.weight,
                    before,
                });
            }
            before = step.weight;
        }
        for (name, deadline) in [
            ("healthy_deadline", self.healthy_deadline),
            ("progress_deadline", self.progress_deadline),
        ] {
            if deadline.as_millis() <= self.min_healthy.as_millis() {
                return Err(PolicyError::Deadline {
                    name,
                    deadline,
                    min_healthy: self.min_healthy,
                });
            }
        }
        Ok(Policy(self))
    }
}

impl Default for PolicyBuilder {
    fn default() -> Self {
        Self {
            steps: Vec::new(),
            promotion: Promotion::Automatic,
            min_healthy: Duration::from_secs(10),
            healthy_deadline: Duration::from_secs(300),
            progress_deadline: Duration::from_secs(600),
            drain: Duration::from_secs(30),
            max_attempts: NonZeroU32::MIN,
            retry_delay: Duration::from_secs(30),
            on_yank: OnYank::Replace,
        }
    }
}

impl TryFrom<PolicyBuilder> for Policy {
    type Error = PolicyError;

    fn try_from(builder: PolicyBuilder) -> Result<Self, Self::Error> {
        builder.build()
    }
}

/// Spans as whole milliseconds.
mod millis {
    use core::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(span: &Duration, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_u64(u64::try_from(span.as_millis()).unwrap_or(u64::MAX))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
        u64::deserialize(from).map(Duration::from_millis)
    }
}

/// A policy that could not be followed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PolicyError {
    /// A deadline ends before a candidate can be healthy for long enough.
    #[error(
        "min_healthy is {min_healthy:?}, but {name} is {deadline:?}: no revision could become \
         healthy in time"
    )]
    Deadline {
        /// Which deadline.
        name: &'static str,
        /// Its length.
        deadline: Duration,
        /// How long a candidate must be healthy.
        min_healthy: Duration,
    },
    /// A step is not above the one before.
    #[error("step {step} has weight {weight}, not above the {before} of the step before")]
    NotRising {
        /// Which step, counted from 1.
        step: usize,
        /// Its weight.
        weight: u8,
        /// The weight of the step before.
        before: u8,
    },
    /// A step has no share of the traffic, or all of it.
    #[error("step {step} has weight {weight}; expected 1 to 99 (the last step to 100 is implied)")]
    Weight {
        /// Which step, counted from 1.
        step: usize,
        /// Its weight.
        weight: u8,
    },
}
