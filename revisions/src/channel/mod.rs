//! A channel: which revision serves, and how the traffic goes over to another.

mod candidate;
mod command;
#[cfg(test)]
mod explore;
mod live;
mod model;
mod policy;
mod rollout;
mod select;
mod snapshot;
mod state;
mod status;
mod traffic;
#[cfg(test)]
mod walks;
#[cfg(test)]
mod watched;

use alloc::collections::VecDeque;

use semver::Version;

pub use self::command::CommandError;
pub use self::model::{
    Action, Command, Event, Failure, Instance, Notice, Report, Route, Routes, Selection, Withdrawal,
};
pub use self::policy::{OnYank, Policy, PolicyBuilder, PolicyError, Promotion, Step};
use self::state::{Outbox, State};
pub use self::status::{HeldBack, Phase, Status};
use crate::{Ledger, Timestamp};

/// A channel of an application, which selects a revision and upgrades to it
/// without ever leaving its users without one that serves.
///
/// A channel is a state machine without I/O. Call its `handle_` methods to tell
/// it what happened; after each call, carry out the actions that
/// [`poll_action`](Self::poll_action) returns, in order. It knows the time only
/// from `now`, which should not go backwards; if it does, the latest time so
/// far counts. The same calls always lead to the same actions.
///
/// # A whole upgrade
///
/// ```
/// use std::collections::{BTreeMap, VecDeque};
/// use bindle_core::Digest;
/// use revisions::{Action, Channel, Ledger, Policy, Report, Selection, Timestamp};
///
/// let mut ledger = Ledger::new("example.com/hello".parse()?);
/// let mut now = Timestamp::from_millis(0);
/// let mut channel = Channel::new(Selection::default(), Policy::default(), &ledger, now)?;
///
/// for version in ["0.1.0", "0.1.1"] {
///     let id = format!("example.com/hello/{version}").parse()?;
///     ledger.register(&id, Digest::of(version.as_bytes()))?;
///     channel.handle_ledger(&ledger, now);
///     loop {
///         while let Some(action) = channel.poll_action() {
///             match action {
///                 // A real platform starts it, and reports when it knows more.
///                 Action::Start(instance) => {
///                     channel.handle_report(&instance, Report::Healthy, &ledger, now);
///                 }
///                 Action::Route(routes) => println!("traffic goes to {routes}"),
///                 Action::Stop(instance) => println!("{instance} is not needed any more"),
///                 Action::WakeAt(_) => {} // or set a timer; here, see `next_wake`
///                 Action::Notify(notice) => println!("{notice}"),
///             }
///         }
///         // A real platform waits here for a report, a command or the time.
///         let Some(wake) = channel.next_wake() else { break };
///         now = wake;
///         channel.handle_wake(&ledger, now);
///     }
///     assert_eq!(channel.serving(), Some(&version.parse()?));
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc = include_str!("states.md")]
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Channel {
    state: State,
    actions: VecDeque<Action>,
}

impl Channel {
    /// A channel that serves nothing yet, and starts what `selection` selects.
    ///
    /// # Errors
    ///
    /// - a fixed revision that is not registered, or yanked.
    pub fn new(
        selection: Selection,
        policy: Policy,
        ledger: &Ledger,
        now: Timestamp,
    ) -> Result<Self, CommandError> {
        command::check_selection(&selection, ledger)?;
        let mut channel = Self {
            state: State::new(selection, policy, now),
            actions: VecDeque::new(),
        };
        channel.handle_ledger(ledger, now);
        Ok(channel)
    }

    /// Handles new entries of the ledger. Call it after each registration and
    /// each yank; superfluous calls, or one call for several entries, do no
    /// harm.
    pub fn handle_ledger(&mut self, ledger: &Ledger, now: Timestamp) {
        self.handle_wake(ledger, now);
    }

    /// Handles a report of the platform about an instance. Reports about
    /// stopped instances, and repeated ones, change nothing.
    pub fn handle_report(
        &mut self,
        instance: &Instance,
        report: Report,
        ledger: &Ledger,
        now: Timestamp,
    ) {
        let mut out = self.hear(now);
        self.state.take_report(instance, report, &mut out);
        self.state.settle(ledger, &mut self.actions, out);
    }

    /// Handles the passing of time. Call it at the time of the last
    /// [`Action::WakeAt`] or soon after; a call too early does no harm.
    pub fn handle_wake(&mut self, ledger: &Ledger, now: Timestamp) {
        let out = self.hear(now);
        self.state.settle(ledger, &mut self.actions, out);
    }

    /// Handles a command of an operator.
    ///
    /// # Errors
    ///
    /// The command cannot be followed, and nothing but the time changes:
    ///
    /// - `Abort` without a candidate;
    /// - `Promote` without a candidate, while paused, or before the candidate
    ///   was healthy for [`Policy::min_healthy`] without a break;
    /// - `Retry` of a revision that is not held back;
    /// - `Rollback` while nothing serves, to nothing that served before, or to
    ///   a revision that serves, is yanked, not registered, or not admitted by
    ///   the rule;
    /// - `Select` of a fixed revision that is not registered, or yanked.
    pub fn handle_command(
        &mut self,
        command: Command,
        ledger: &Ledger,
        now: Timestamp,
    ) -> Result<(), CommandError> {
        let mut out = self.hear(now);
        let result = self.state.obey(command, ledger, &mut out);
        self.state.settle(ledger, &mut self.actions, out);
        result
    }

    /// The next action to carry out, if there is one.
    #[must_use]
    pub fn poll_action(&mut self) -> Option<Action> {
        self.actions.pop_front()
    }

    /// When the next change happens if nothing else is handled before: the time
    /// of the last [`Action::WakeAt`], unless that is past.
    #[must_use]
    pub fn next_wake(&self) -> Option<Timestamp> {
        self.state.next_wake()
    }

    /// The revision that serves.
    #[must_use]
    pub fn serving(&self) -> Option<&Version> {
        self.state.serving_revision()
    }

    /// The revision that is to serve next.
    #[must_use]
    pub fn candidate(&self) -> Option<&Version> {
        self.state.candidate_revision()
    }

    /// How the channel selects.
    #[must_use]
    pub fn selection(&self) -> &Selection {
        &self.state.selection
    }

    /// How the channel upgrades.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.state.policy
    }

    /// What happened recently, the latest last: at most 100 notices.
    #[must_use]
    pub fn history(&self) -> impl DoubleEndedIterator<Item = &Notice> {
        self.state.history.iter()
    }

    /// The status of the channel, for an operator to read.
    #[must_use]
    pub fn status(&self) -> Status {
        Status::of(&self.state)
    }

    /// Starts a call: sets the clock forward, never back.
    fn hear(&mut self, now: Timestamp) -> Outbox {
        self.state.now = self.state.now.max(now);
        Outbox::default()
    }
}
