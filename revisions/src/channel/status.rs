use alloc::collections::BTreeMap;
use core::fmt;

use semver::Version;
use serde::Serialize;

use super::candidate::Stage;
use super::model::{Notice, Route, Routes, Selection};
use super::state::{Mark, Outlook, State};
use crate::Timestamp;

/// The status of a channel, as an operator sees it: what it does, since when,
/// and why.
///
/// ```
/// use bindle_core::Digest;
/// use revisions::{Channel, Ledger, Policy, Selection, Timestamp};
///
/// let mut ledger = Ledger::new("hello".parse()?);
/// let _ = ledger.register(&"hello/0.1.0".parse()?, Digest::of(b"one"))?;
/// let now = Timestamp::from_millis(5_000);
/// let channel = Channel::new(Selection::default(), Policy::default(), &ledger, now)?;
/// assert_eq!(
///     channel.status().to_string(),
///     "Deploying 0.1.0, selected by *\n\
///      Waiting for 0.1.0 to become ready... since 5.000s\n"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Status {
    phase: Phase,
    since: Timestamp,
    why: Option<Notice>,
    selection: Selection,
    serving: Option<Version>,
    candidate: Option<Version>,
    routes: Routes,
    paused_since: Option<Timestamp>,
    next_wake: Option<Timestamp>,
    held_back: BTreeMap<Version, HeldBack>,
}

/// What a channel does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Phase {
    /// The candidate has passed all steps, and waits for an operator.
    AwaitsPromotion,
    /// Nothing serves, and nothing is on its way.
    Empty,
    /// A candidate failed, and will be started again at this time.
    Retries {
        /// When.
        at: Timestamp,
    },
    /// A revision serves, and none is on its way.
    Serving,
    /// The candidate is started, but has not been healthy for long enough.
    Starting,
    /// The candidate has a share of the traffic.
    Step {
        /// Its share in percent.
        weight: u8,
    },
}

/// Why a revision is not selected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum HeldBack {
    /// An operator aborted its rollout.
    Aborted,
    /// It failed at every attempt.
    Failed {
        /// The number of attempts.
        attempts: u32,
    },
    /// It failed, and will be started again.
    Retries {
        /// When.
        at: Timestamp,
    },
    /// An operator rolled back to a revision before it.
    RolledBack,
}

impl Status {
    pub(super) fn of(state: &State) -> Self {
        let stage = state.candidate.as_ref().map(|candidate| candidate.stage);
        let phase = match (stage, &state.outlook) {
            (Some(Stage::Starting), _) => Phase::Starting,
            (Some(Stage::Step(step)), _) => Phase::Step {
                weight: step.weight(),
            },
            (Some(Stage::AwaitsPromotion { .. }), _) => Phase::AwaitsPromotion,
            (None, Outlook::RetryAt(at)) => Phase::Retries { at: *at },
            (None, _) if state.serving.is_some() => Phase::Serving,
            (None, _) => Phase::Empty,
        };
        let held_back = state.marks.iter().map(|(revision, mark)| {
            let held_back = match *mark {
                Mark::Aborted => HeldBack::Aborted,
                Mark::Failed { attempts } => HeldBack::Failed { attempts },
                Mark::Retries { at, .. } => HeldBack::Retries { at },
                Mark::RolledBack => HeldBack::RolledBack,
            };
            (revision.clone(), held_back)
        });
        let routed = state.live.iter().filter(|live| live.weight > 0);
        let routes = routed.map(|live| Route {
            instance: live.instance.clone(),
            weight: live.weight,
        });
        Self {
            phase,
            since: state.turn.as_ref().map_or(state.now, Notice::at),
            why: state.turn.clone(),
            selection: state.selection.clone(),
            serving: state.serving_revision().cloned(),
            candidate: state.candidate_revision().cloned(),
            routes: Routes(routes.collect()),
            paused_since: state.paused,
            next_wake: state.next_wake(),
            held_back: held_back.collect(),
        }
    }

    /// What the channel does.
    #[must_use]
    pub fn phase(&self) -> Phase {
        self.phase
    }

    /// Since when it does so.
    #[must_use]
    pub fn since(&self) -> Timestamp {
        self.since
    }

    /// The last event that led to it.
    #[must_use]
    pub fn why(&self) -> Option<&Notice> {
        self.why.as_ref()
    }

    /// How it selects.
    #[must_use]
    pub fn selection(&self) -> &Selection {
        &self.selection
    }

    /// What serves.
    #[must_use]
    pub fn serving(&self) -> Option<&Version> {
        self.serving.as_ref()
    }

    /// The revision that is to serve next.
    #[must_use]
    pub fn candidate(&self) -> Option<&Version> {
        self.candidate.as_ref()
    }

    /// Where the traffic goes; empty before the first promotion.
    #[must_use]
    pub fn routes(&self) -> &Routes {
        &self.routes
    }

    /// Since when it is paused, if it is.
    #[must_use]
    pub fn paused_since(&self) -> Option<Timestamp> {
        self.paused_since
    }

    /// When the next change happens by itself.
    #[must_use]
    pub fn next_wake(&self) -> Option<Timestamp> {
        self.next_wake
    }

    /// The revisions that are not selected, and why.
    #[must_use]
    pub fn held_back(&self) -> &BTreeMap<Version, HeldBack> {
        &self.held_back
    }
}

/// Reads like the output of `spin deploy`.
impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(candidate) = &self.candidate {
            writeln!(f, "Deploying {candidate}, selected by {}", self.selection)?;
            let since = self.since;
            match self.phase {
                Phase::Step { weight } => {
                    writeln!(
                        f,
                        "Moving traffic to {candidate}... {weight}% since {since}"
                    )?;
                }
                Phase::AwaitsPromotion => {
                    writeln!(f, "Waiting for {candidate} to be promoted... since {since}")?;
                }
                _ => writeln!(
                    f,
                    "Waiting for {candidate} to become ready... since {since}"
                )?,
            }
        } else if let Phase::Retries { at } = self.phase {
            writeln!(f, "Waiting to try again at {at}")?;
        }
        match &self.serving {
            Some(serving) => writeln!(f, "Serving {serving}: {}", self.routes)?,
            None if self.candidate.is_none() => {
                writeln!(f, "Nothing to serve, selected by {}", self.selection)?;
            }
            None => {}
        }
        if let Some(since) = self.paused_since {
            writeln!(f, "Paused since {since}")?;
        }
        if let (None, Some(why)) = (&self.candidate, &self.why) {
            writeln!(f, "Last: {why}")?;
        }
        for (revision, why) in &self.held_back {
            writeln!(f, "Held back: {revision}, {why}")?;
        }
        Ok(())
    }
}

impl fmt::Display for HeldBack {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Aborted => formatter.write_str("aborted"),
            Self::Failed { attempts: 1 } => formatter.write_str("failed"),
            Self::Failed { attempts } => write!(formatter, "failed {attempts} times"),
            Self::Retries { at } => write!(formatter, "failed, and is tried again at {at}"),
            Self::RolledBack => formatter.write_str("rolled back"),
        }
    }
}
