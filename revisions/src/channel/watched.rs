//! A channel under watch: a platform that follows its actions, keeps its own
//! account of what runs, what is healthy and where the traffic goes, and checks
//! every invariant on that account.
//!
//! The invariants have the numbers of `states.md`.

use std::collections::BTreeSet;
use std::format;
use std::string::String;
use std::vec::Vec;

use semver::Version;

use super::model::Withdrawal;
use super::state::{Mark, Outlook};
use super::*;
use crate::Revision;

/// A channel, and the platform's account of what it was told to do.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Watched {
    pub(super) channel: Channel,
    pub(super) running: Vec<Running>,
    /// What must not be selected until an operator says so.
    pub(super) held_back: BTreeSet<Version>,
    /// The wake that was asked for last.
    pub(super) wake: Option<Timestamp>,
    /// Whether anything was ever promoted.
    has_served: bool,
    /// From what to what an operator went back, until that is over.
    rollback: Option<(Version, Version)>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Running {
    pub(super) instance: Instance,
    pub(super) report: Option<Report>,
    /// Since when the last report holds.
    pub(super) since: Timestamp,
    /// When it lost all its traffic, if it has none but had some.
    pub(super) unrouted: Option<Timestamp>,
    weight: u8,
}

/// What a platform tells a channel.
#[derive(Clone, Debug)]
pub(super) enum Call {
    /// The ledger has new entries.
    Ledger,
    Report(Instance, Report),
    Wake,
    Command(Command),
}

impl Watched {
    pub(super) fn new(policy: Policy, ledger: &Ledger, now: Timestamp) -> Self {
        let channel = Channel::new(Selection::default(), policy, ledger, now);
        let mut watched = Self {
            channel: channel.expect("a rule can always be selected by"),
            running: Vec::new(),
            held_back: BTreeSet::new(),
            wake: None,
            has_served: false,
            rollback: None,
        };
        watched.follow(ledger).expect("there is little to do yet");
        watched
    }

    /// Makes a call, follows the actions that come of it, and checks everything
    /// that was and is. Gives the actions.
    pub(super) fn take(
        &mut self,
        call: &Call,
        ledger: &Ledger,
        now: Timestamp,
    ) -> Result<Vec<Action>, String> {
        let wake = self.channel.next_wake();
        match call {
            Call::Ledger => self.channel.handle_ledger(ledger, now),
            Call::Report(instance, report) => {
                self.channel
                    .handle_report(instance, report.clone(), ledger, now);
                let since = self.channel.state.now;
                for it in &mut self.running {
                    if it.instance == *instance && it.report.as_ref() != Some(report) {
                        (it.report, it.since) = (Some(report.clone()), since);
                    }
                }
            }
            Call::Wake => {
                self.channel.handle_wake(ledger, now);
                if wake.is_none_or(|wake| now < wake) && !self.channel.actions.is_empty() {
                    let actions = &self.channel.actions;
                    return Err(format!("it woke early, and said {actions:?}"));
                }
            }
            Call::Command(command) => {
                let mut unmoved = self.channel.clone();
                unmoved.handle_wake(ledger, now);
                match self.channel.handle_command(command.clone(), ledger, now) {
                    Ok(()) => self.heed(command, ledger)?,
                    Err(_) if self.channel == unmoved => {}
                    Err(error) => return Err(format!("refused, but changed: {error}")),
                }
            }
        }
        let actions = self.follow(ledger)?;
        self.check(ledger)?;
        self.check_repetitions(call, ledger)?;
        Ok(actions)
    }

    /// What an operator may say so: what is not held back any more.
    fn heed(&mut self, command: &Command, ledger: &Ledger) -> Result<(), String> {
        if let Command::Select(_) = command {
            self.rollback = None;
        }
        let asked = match command {
            Command::Retry { revision } => Some(revision),
            Command::Rollback { to } => to.as_ref(),
            Command::Select(Selection::Fixed(number)) => Some(number),
            _ => None,
        };
        let Some(number) = asked else {
            return Ok(());
        };
        self.held_back.remove(number);
        match command {
            Command::Retry { .. } => Ok(()),
            _ if !select::is_selectable(ledger, number) => {
                Err(format!("12: {number} is yanked, but was not refused"))
            }
            _ => Ok(()),
        }
    }

    /// Follows all actions in their order, and checks each as it comes.
    fn follow(&mut self, ledger: &Ledger) -> Result<Vec<Action>, String> {
        let now = self.channel.state.now;
        let mut actions = Vec::new();
        let mut has_failed = false;
        let mut has_stepped = false;
        while let Some(action) = self.channel.poll_action() {
            match &action {
                Action::Start(instance) => self.start(instance.clone())?,
                Action::Route(routes) => self.reroute(routes)?,
                Action::Stop(instance) => self.stop(instance, ledger)?,
                Action::WakeAt(time) if *time <= now => {
                    return Err(format!("a wake is asked for at {time}, but it is {now}"));
                }
                Action::WakeAt(time) => self.wake = Some(*time),
                Action::Notify(notice) if notice.at != now => {
                    return Err(format!("a notice is of {}, but it is {now}", notice.at));
                }
                Action::Notify(notice) => {
                    has_failed |= matches!(notice.event, Event::Failed { .. });
                    has_stepped |= matches!(notice.event, Event::StepReached { .. });
                    self.hear(&notice.event, ledger)?;
                }
            }
            actions.push(action);
        }
        let serving = self.channel.state.serving;
        let mut running = self.running.iter();
        let serving = running.find(|it| Some(it.instance.start) == serving);
        if has_failed
            && !has_stepped
            && serving.is_some_and(|it| it.report == Some(Report::Healthy) && it.weight != 100)
        {
            return Err("8: after a failure the serving revision has not all the traffic".into());
        }
        Ok(actions)
    }

    fn start(&mut self, instance: Instance) -> Result<(), String> {
        if self.running.iter().any(|it| it.instance == instance) {
            return Err(format!("{instance} is started, but runs"));
        }
        self.running.push(Running {
            instance,
            report: None,
            since: self.channel.state.now,
            unrouted: None,
            weight: 0,
        });
        Ok(())
    }

    fn reroute(&mut self, routes: &Routes) -> Result<(), String> {
        let now = self.channel.state.now;
        let sum: u32 = routes.iter().map(|it| u32::from(it.weight())).sum();
        if sum != 100 {
            return Err(format!("2: weights sum to {sum}"));
        }
        for route in routes.iter() {
            if !self.running.iter().any(|it| it.instance == route.instance) {
                return Err(format!(
                    "10: {} is routed, but does not run",
                    route.instance
                ));
            }
        }
        for it in &mut self.running {
            let route = routes.iter().find(|route| route.instance == it.instance);
            let weight = route.map_or(0, Route::weight);
            if weight > it.weight && it.report != Some(Report::Healthy) {
                return Err(format!("1: {} rises, but is not healthy", it.instance));
            }
            if weight == 0 && it.weight > 0 {
                it.unrouted = Some(now);
            } else if weight > 0 {
                it.unrouted = None;
            }
            it.weight = weight;
        }
        Ok(())
    }

    fn stop(&mut self, instance: &Instance, ledger: &Ledger) -> Result<(), String> {
        let now = self.channel.state.now;
        let place = self.running.iter().position(|it| it.instance == *instance);
        let place = place.ok_or_else(|| format!("{instance} stopped, but not running"))?;
        let stopped = self.running.remove(place);
        if stopped.weight > 0 {
            return Err(format!("3: {instance} stopped while routed"));
        }
        if !matches!(stopped.report, Some(Report::Failed { .. })) && !self.is_drained(&stopped) {
            return Err(format!("3: {instance} stopped before it drained"));
        }
        let before = self.channel.clone();
        self.channel
            .handle_report(instance, Report::failed("late"), ledger, now);
        if self.channel != before {
            return Err(format!("a late report on {instance} changed something"));
        }
        Ok(())
    }

    /// Whether requests that were under way have had their time to end.
    fn is_drained(&self, running: &Running) -> bool {
        let drain = self.channel.policy().drain();
        let now = self.channel.state.now;
        running.unrouted.is_none_or(|since| now >= since + drain)
    }

    /// Checks what is told of the course of a rollout.
    fn hear(&mut self, event: &Event, ledger: &Ledger) -> Result<(), String> {
        match event {
            Event::Started { revision, .. } if !select::is_selectable(ledger, revision) => {
                Err(format!("5: {revision} is yanked, but started"))
            }
            Event::Started { revision, .. } if self.held_back.contains(revision) => {
                Err(format!("12: {revision} is held back, but started"))
            }
            Event::Promoted { revision, .. } | Event::StepReached { revision, .. }
                if !self.is_ripe(revision) =>
            {
                Err(format!(
                    "9: {revision} was not healthy long enough: {event}"
                ))
            }
            Event::StepReached { revision, .. } | Event::AwaitsPromotion { revision }
                if self.rollback.as_ref().is_some_and(|(_, to)| to == revision) =>
            {
                Err(format!("the rollback to {revision} is not direct: {event}"))
            }
            Event::Promoted { revision, .. } => {
                self.has_served = true;
                self.rollback = None;
                self.held_back.remove(revision);
                Ok(())
            }
            Event::Failed {
                revision,
                retry_at: None,
                ..
            } => {
                self.held_back.insert(revision.clone());
                Ok(())
            }
            Event::Withdrawn {
                revision,
                why: Withdrawal::Aborted,
            } => {
                self.held_back.insert(revision.clone());
                if let Some((from, _)) = self.rollback.take_if(|(_, to)| to == revision) {
                    self.held_back.remove(&from);
                }
                Ok(())
            }
            Event::RolledBack { from, to } => {
                self.rollback = Some((from.clone(), to.clone()));
                if let (Selection::Rule(rule), Some(to)) =
                    (self.channel.selection(), ledger.get(to))
                {
                    let above = (ledger.revisions())
                        .filter(|it| rule.matches(it.number()) && it.cmp_rank(to).is_gt());
                    self.held_back
                        .extend(above.map(|above| above.number().clone()));
                    self.held_back.insert(from.clone());
                }
                self.held_back.remove(to);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Whether an instance of the revision was healthy for as long as the policy
    /// asks for.
    fn is_ripe(&self, revision: &Version) -> bool {
        let (state, min_healthy) = (&self.channel.state, self.channel.policy().min_healthy());
        self.running.iter().any(|it| {
            it.instance.revision == *revision
                && it.report == Some(Report::Healthy)
                && state.now >= it.since + min_healthy
        })
    }

    /// Checks what holds after every call.
    fn check(&self, ledger: &Ledger) -> Result<(), String> {
        let state = &self.channel.state;
        let sum: u32 = self.running.iter().map(|it| u32::from(it.weight)).sum();
        match (self.has_served, sum) {
            (false, 0) | (true, 100) => {}
            (true, sum) => return Err(format!("7: {sum}% of the traffic is left")),
            (false, sum) => return Err(format!("2: {sum}% before anything was promoted")),
        }
        let candidate = state.candidate.as_ref().map(|it| it.start);
        if candidate.is_some() && self.channel.candidate() == self.channel.serving() {
            return Err("4: the candidate is what serves".into());
        }
        let mut candidates = self.channel.candidate().into_iter();
        if let Some(number) = candidates.find(|it| !select::is_selectable(ledger, it)) {
            return Err(format!("5: the candidate {number} is yanked"));
        }
        let mut marks = state.marks.iter();
        let unasked = marks.find(|(number, mark)| {
            !matches!(mark, Mark::Retries { .. }) && !self.held_back.contains(*number)
        });
        if let Some((number, mark)) = unasked {
            return Err(format!("{number} is held back, but need not be: {mark:?}"));
        }
        for it in &self.running {
            let start = Some(it.instance.start);
            let is_needed = start == state.serving || start == candidate || it.weight > 0;
            if !is_needed && self.is_drained(it) {
                return Err(format!("11: {} is left behind", it.instance));
            }
        }
        let next = self.channel.next_wake();
        if next.is_some() && next != self.wake {
            return Err(format!(
                "the next wake is {next:?}, but {:?} was asked for",
                self.wake
            ));
        }
        let account = self.running.iter().map(|it| (&it.instance, it.weight));
        if !account.eq(state.live.iter().map(|it| (&it.instance, it.weight))) {
            return Err("the channel's account differs from the platform's".into());
        }
        self.check_selection(ledger)
    }

    /// The best eligible revision serves or is on its way, whatever happened
    /// before.
    fn check_selection(&self, ledger: &Ledger) -> Result<(), String> {
        let state = &self.channel.state;
        let admitted = ledger.revisions().filter(|it| {
            !it.is_yanked()
                && self.channel.selection().admits(it.number())
                && !state
                    .marks
                    .get(it.number())
                    .is_some_and(|mark| !matches!(mark, Mark::Retries { .. }))
        });
        let best = admitted.max_by(|a, b| a.cmp_rank(b));
        let serving = self.channel.serving().and_then(|it| ledger.get(it));
        // A yank alone need be no reason to go down.
        let is_kept = self.channel.policy().on_yank() == OnYank::Keep
            && serving.is_some_and(|serving| {
                serving.is_yanked()
                    && self.channel.selection().admits(serving.number())
                    && !self.held_back.contains(serving.number())
                    && best.is_none_or(|best| best.cmp_rank(serving).is_lt())
            });
        let best = best.map(Revision::number);
        let is_on_its_way = best.is_none()
            || best == self.channel.serving()
            || best == self.channel.candidate()
            || matches!(state.outlook, Outlook::RetryAt(_));
        if state.paused.is_none() && !is_kept && !is_on_its_way {
            return Err(format!("{best:?} is the best, but not on its way"));
        }
        Ok(())
    }

    /// What is told twice changes nothing, nor does a clock that goes back.
    fn check_repetitions(&self, call: &Call, ledger: &Ledger) -> Result<(), String> {
        let mut again = self.channel.clone();
        let now = again.state.now;
        again.handle_wake(ledger, now);
        if let Call::Report(instance, report) = call {
            again.handle_report(instance, report.clone(), ledger, now);
        }
        again.handle_wake(ledger, Timestamp::from_millis(0));
        if again == self.channel {
            Ok(())
        } else {
            Err("the same again changed something".into())
        }
    }

    /// What comes next, and when, if health is fair from here on and the
    /// operator lets things run. Without anything, the channel rests.
    pub(super) fn next_fair(&self) -> Option<(Call, Timestamp)> {
        let state = &self.channel.state;
        if state.paused.is_some() {
            return Some((Call::Command(Command::Resume), state.now));
        }
        let mut running = self.running.iter();
        if let Some(sick) = running.find(|it| it.report != Some(Report::Healthy)) {
            return Some((
                Call::Report(sick.instance.clone(), Report::Healthy),
                state.now,
            ));
        }
        if let Some(wake) = self.channel.next_wake() {
            return Some((Call::Wake, wake));
        }
        let ripe = state.now + self.channel.policy().min_healthy();
        let candidate = self.channel.candidate();
        candidate.map(|_| (Call::Command(Command::Promote), ripe))
    }

    /// Whether what is to serve does, alone.
    pub(super) fn is_settled(&self) -> bool {
        let outlook = &self.channel.state.outlook;
        self.running.len() <= 1
            && self.channel.candidate().is_none()
            && matches!(outlook, Outlook::Selected | Outlook::Nothing)
    }
}
