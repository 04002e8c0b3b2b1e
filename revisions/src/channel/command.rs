use alloc::boxed::Box;
use core::time::Duration;

use semver::Version;
use thiserror::Error;

use super::candidate::Path;
use super::live::Health;
use super::model::{Command, Event, Selection, Withdrawal};
use super::state::{Mark, Outbox, Outlook, State};
use crate::Ledger;

impl State {
    /// Does what an operator asks for; the consequences are for
    /// [`State::settle`].
    pub(super) fn obey(
        &mut self,
        command: Command,
        ledger: &Ledger,
        out: &mut Outbox,
    ) -> Result<(), CommandError> {
        match command {
            Command::Abort => self.abort(out),
            Command::Pause => {
                if self.paused.is_none() {
                    self.paused = Some(self.now);
                    self.notify(Event::Paused, out);
                }
                Ok(())
            }
            Command::Promote => self.promote_now(out),
            Command::Resume => {
                self.resume(out);
                Ok(())
            }
            Command::Retry { revision } => self.retry(revision, out),
            Command::Rollback { to } => self.roll_back(to, ledger, out),
            Command::Select(selection) => self.select_by(selection, ledger, out),
            Command::SetPolicy(policy) => {
                if policy != self.policy {
                    self.policy = policy;
                    self.notify(Event::PolicySet, out);
                }
                Ok(())
            }
        }
    }

    fn abort(&mut self, out: &mut Outbox) -> Result<(), CommandError> {
        let revision = self.candidate_revision().cloned();
        let revision = revision.ok_or(CommandError::NoCandidate)?;
        if self.rollback.as_ref() == Some(&revision) {
            // What serves is not left any more.
            self.rollback = None;
            if let Some(serving) = self.serving_revision().cloned() {
                self.marks.remove(&serving);
            }
        }
        self.marks.insert(revision, Mark::Aborted);
        self.withdraw(Withdrawal::Aborted, out);
        Ok(())
    }

    fn promote_now(&mut self, out: &mut Outbox) -> Result<(), CommandError> {
        let candidate = self.candidate.as_ref().ok_or(CommandError::NoCandidate)?;
        let live = self
            .find(candidate.start)
            .ok_or(CommandError::NoCandidate)?;
        if self.paused.is_some() {
            return Err(CommandError::Paused);
        }
        let healthy_for = match live.health {
            Health::Healthy { since } => Some(self.now.since(since)),
            _ => None,
        };
        let needed = self.policy.min_healthy();
        if healthy_for.is_none_or(|span| span.as_millis() < needed.as_millis()) {
            return Err(CommandError::NotHealthyYet {
                revision: live.instance.revision.clone(),
                healthy_for,
                needed,
            });
        }
        self.promote(out);
        Ok(())
    }

    fn resume(&mut self, out: &mut Outbox) {
        let Some(since) = self.paused.take() else {
            return;
        };
        let pause = self.now.since(since);
        if let Some(candidate) = &mut self.candidate {
            candidate.delay(pause);
        }
        self.notify(Event::Resumed, out);
    }

    fn retry(&mut self, revision: Version, out: &mut Outbox) -> Result<(), CommandError> {
        if self.marks.remove(&revision).is_none() {
            return Err(CommandError::NotHeldBack(revision));
        }
        self.notify(Event::Retried { revision }, out);
        Ok(())
    }

    fn roll_back(
        &mut self,
        to: Option<Version>,
        ledger: &Ledger,
        out: &mut Outbox,
    ) -> Result<(), CommandError> {
        let from = self.serving_revision().cloned();
        let from = from.ok_or(CommandError::NothingServes)?;
        let to = match to {
            Some(to) => to,
            None if self.candidate.is_some() => return Err(CommandError::RolloutUnderWay),
            None => self
                .served_before(&from)
                .ok_or(CommandError::NothingBefore)?,
        };
        if to == from {
            return Err(CommandError::Serves(to));
        }
        let target = check_registered(&to, ledger)?;
        match &self.selection {
            Selection::Fixed(_) => self.selection = Selection::Fixed(to.clone()),
            Selection::Rule(rule) => {
                if !rule.matches(&to) {
                    return Err(CommandError::NotAdmitted {
                        revision: to,
                        selection: Box::new(self.selection.clone()),
                    });
                }
                let above = ledger.matches(rule);
                let above = above.take_while(|revision| revision.number() != target.number());
                for revision in above {
                    self.marks
                        .insert(revision.number().clone(), Mark::RolledBack);
                }
                self.marks.insert(from.clone(), Mark::RolledBack);
            }
        }
        self.marks.remove(&to);
        if self.candidate_revision() == Some(&to) {
            if let Some(candidate) = &mut self.candidate {
                candidate.path = Path::Direct;
            }
        }
        self.rollback = Some(to.clone());
        self.notify(Event::RolledBack { from, to }, out);
        self.resume(out);
        Ok(())
    }

    /// What served before `serving`, and was not rolled back since.
    fn served_before(&self, serving: &Version) -> Option<Version> {
        let mut before = self.served.iter().rev();
        before
            .find(|revision| *revision != serving && !self.marks.contains_key(revision))
            .cloned()
    }

    fn select_by(
        &mut self,
        selection: Selection,
        ledger: &Ledger,
        out: &mut Outbox,
    ) -> Result<(), CommandError> {
        check_selection(&selection, ledger)?;
        if let Selection::Fixed(revision) = &selection {
            // To fix a revision is to ask for it, whatever became of it before.
            self.marks.remove(revision);
        }
        self.rollback = None;
        if selection != self.selection {
            self.selection = selection.clone();
            self.outlook = Outlook::Unknown;
            self.notify(Event::SelectionSet { selection }, out);
        }
        Ok(())
    }
}

/// Checks that a fixed revision can be selected.
pub(super) fn check_selection(selection: &Selection, ledger: &Ledger) -> Result<(), CommandError> {
    match selection {
        Selection::Fixed(revision) => check_registered(revision, ledger).map(|_| ()),
        Selection::Rule(_) => Ok(()),
    }
}

fn check_registered<'l>(
    revision: &Version,
    ledger: &'l Ledger,
) -> Result<&'l crate::Revision, CommandError> {
    match ledger.get(revision) {
        None => Err(CommandError::Unregistered(revision.clone())),
        Some(found) if found.is_yanked() => Err(CommandError::Yanked(revision.clone())),
        Some(found) => Ok(found),
    }
}

/// A command that cannot be followed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CommandError {
    /// No rollout is under way.
    #[error("no rollout is under way")]
    NoCandidate,
    /// The rule does not admit the revision to go back to.
    #[error("revision {revision} does not match {selection}; change the rule first")]
    NotAdmitted {
        /// The revision.
        revision: Version,
        /// How the channel selects.
        selection: Box<Selection>,
    },
    /// The candidate was not healthy long enough.
    #[error("revision {revision} cannot be promoted yet: {}", so_far(*.healthy_for, *.needed))]
    NotHealthyYet {
        /// The candidate.
        revision: Version,
        /// For how long it has been healthy, if it is.
        healthy_for: Option<Duration>,
        /// For how long it must be.
        needed: Duration,
    },
    /// The revision is not held back.
    #[error("revision {0} neither failed nor was it aborted or rolled back")]
    NotHeldBack(Version),
    /// There is nothing to go back to.
    #[error("no earlier revision is left to go back to; name one")]
    NothingBefore,
    /// There is nothing to go back from.
    #[error("nothing serves yet")]
    NothingServes,
    /// The channel is paused.
    #[error("the channel is paused; resume it first")]
    Paused,
    /// A rollout is under way, so that it is not clear what "back" means.
    #[error("a rollout is under way; abort it, or name the revision to go back to")]
    RolloutUnderWay,
    /// The revision serves already.
    #[error("revision {0} serves already")]
    Serves(Version),
    /// The revision is not registered.
    #[error("revision {0} is not registered")]
    Unregistered(Version),
    /// The revision was yanked.
    #[error("revision {0} was yanked, and cannot be selected any more")]
    Yanked(Version),
}

fn so_far(span: Option<Duration>, needed: Duration) -> alloc::string::String {
    match span {
        None => alloc::format!("it is not healthy; {needed:?} are needed"),
        Some(span) => alloc::format!("it is healthy for {span:?}; {needed:?} are needed"),
    }
}
