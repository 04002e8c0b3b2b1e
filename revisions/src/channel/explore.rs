//! Every state that a small channel can come to, and in each of them every
//! invariant: an exhaustive exploration of the code itself.
//!
//! A platform in the model follows the actions of a channel and keeps its own
//! account of what runs, what is healthy and where the traffic goes; the
//! invariants are checked on that account. Three revisions are registered, in
//! an order that is not theirs; any may be yanked. Instances become healthy,
//! sick or end, and an operator interferes, as often as the bounds say. Time
//! goes on to the next wake, and, as often as the bounds say, only half of the
//! way, or past it.
//!
//! Two states are one if they differ only by the time of day, by the names of
//! instances, or by what is long past.

#![allow(
    clippy::disallowed_types,
    reason = "the order of what was seen does not matter"
)]
#![allow(
    clippy::disallowed_methods,
    reason = "a larger run is asked for by a variable"
)]
#![allow(clippy::print_stdout, reason = "says how much was explored")]
#![allow(clippy::unwrap_used, reason = "a test fails by it")]

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};
use std::format;
use std::hash::{Hash, Hasher};
use std::string::String;
use std::time::Duration;
use std::vec::Vec;

use bindle_core::Digest;
use semver::Version;

use super::model::Withdrawal;
use super::state::{Health, Mark, Outlook, Traffic};
use super::*;
use crate::Revision;

/// Registered one after the other; the third is between the others.
const NUMBERS: [Version; 3] = [
    Version::new(1, 0, 0),
    Version::new(3, 0, 0),
    Version::new(2, 0, 0),
];

const MIN_HEALTHY: Duration = Duration::from_secs(2);
const DRAIN: Duration = Duration::from_secs(3);

/// No span of a policy is longer: what is longer ago is just long ago.
const LONG_AGO: u64 = 16_000;
/// The time of day to which every state is set back.
const NOON: u64 = 1_000_000;

/// What may still happen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
struct Budget {
    commands: u8,
    sicknesses: u8,
    yanks: u8,
    /// Wakes that come too early or too late.
    detours: u8,
}

/// A channel, and the platform's own account of what it was told to do.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct World {
    channel: Channel,
    /// How many of the numbers are registered.
    registered: usize,
    yanked: [bool; 3],
    running: Vec<Running>,
    /// Whether anything was ever promoted.
    has_served: bool,
    /// What must not be selected until an operator says so.
    held_back: BTreeSet<Version>,
    wake: Option<Timestamp>,
    budget: Budget,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Running {
    instance: Instance,
    report: Option<Report>,
    /// Since when the last report holds.
    since: Timestamp,
    weight: u8,
    /// When it lost all its traffic, if it has none but had some.
    unrouted: Option<Timestamp>,
}

#[derive(Clone, Debug)]
enum Step {
    Register,
    Yank(usize),
    Report(Instance, Report),
    Wake,
    /// Half of the time to the next wake passes.
    EarlyWake,
    /// The wake comes a second late.
    LateWake,
    Command(Command),
}

/// The ledgers that there can be, made once.
struct Ledgers(HashMap<(usize, [bool; 3]), Ledger>);

impl Ledgers {
    fn new() -> Self {
        let mut ledgers = HashMap::new();
        for registered in 0..=3 {
            for bits in 0..8 {
                let yanked = [0, 1, 2].map(|index| bits >> index & 1 == 1);
                let mut ledger = Ledger::new("app".parse().unwrap());
                for (number, is_yanked) in NUMBERS.iter().zip(yanked).take(registered) {
                    let id = format!("app/{number}").parse().unwrap();
                    let _ = ledger.register(&id, Digest::of(b"any")).unwrap();
                    if is_yanked {
                        let _ = ledger.yank(number).unwrap();
                    }
                }
                ledgers.insert((registered, yanked), ledger);
            }
        }
        Self(ledgers)
    }

    fn of(&self, world: &World) -> &Ledger {
        &self.0[&(world.registered, world.yanked)]
    }
}

impl World {
    fn new(policy: Policy, budget: Budget, ledgers: &Ledgers) -> Self {
        let ledger = &ledgers.0[&(0, [false; 3])];
        let now = Timestamp::from_millis(NOON);
        let channel = Channel::new(Selection::default(), policy, ledger, now).unwrap();
        let mut world = Self {
            channel,
            registered: 0,
            yanked: [false; 3],
            running: Vec::new(),
            has_served: false,
            held_back: BTreeSet::new(),
            wake: None,
            budget,
        };
        world.follow(ledger).unwrap();
        world
    }

    /// Everything that can happen next.
    fn steps(&self) -> Vec<Step> {
        let mut steps = Vec::new();
        if self.registered < NUMBERS.len() {
            steps.push(Step::Register);
        }
        if self.budget.yanks > 0 {
            let all = (0..self.registered).filter(|index| !self.yanked[*index]);
            steps.extend(all.map(Step::Yank));
        }
        for it in &self.running {
            let instance = &it.instance;
            if it.report != Some(Report::Healthy) {
                steps.push(Step::Report(instance.clone(), Report::Healthy));
            }
            if self.budget.sicknesses > 0 {
                for report in [Report::unhealthy("sick"), Report::failed("over")] {
                    if it.report.as_ref() != Some(&report) {
                        steps.push(Step::Report(instance.clone(), report));
                    }
                }
            }
        }
        if self.channel.next_wake().is_some() {
            steps.push(Step::Wake);
            if self.budget.detours > 0 {
                steps.extend([Step::EarlyWake, Step::LateWake]);
            }
        }
        if self.budget.commands > 0 {
            steps.extend(self.commands().into_iter().map(Step::Command));
        }
        steps
    }

    fn commands(&self) -> Vec<Command> {
        let mut commands = Vec::from([Command::Rollback { to: None }]);
        if self.channel.candidate().is_some() {
            commands.extend([Command::Abort, Command::Promote]);
        }
        commands.push(match self.channel.state.paused {
            None => Command::Pause,
            Some(_) => Command::Resume,
        });
        for number in &NUMBERS[..self.registered] {
            let to = Some(number.clone());
            commands.push(Command::Rollback { to });
            commands.push(Command::Select(Selection::Fixed(number.clone())));
            if self.held_back.contains(number) {
                let revision = number.clone();
                commands.push(Command::Retry { revision });
            }
        }
        commands.push(Command::Select(Selection::Rule("<3".parse().unwrap())));
        commands.push(Command::Select(Selection::default()));
        commands
    }

    /// Lets something happen, and checks everything that the channel does.
    fn take(&mut self, step: &Step, ledgers: &Ledgers) -> Result<(), String> {
        let now = self.channel.state.now;
        match step {
            Step::Register => {
                self.registered += 1;
                self.channel.handle_ledger(ledgers.of(self), now);
            }
            Step::Yank(index) => {
                self.yanked[*index] = true;
                self.budget.yanks -= 1;
                self.channel.handle_ledger(ledgers.of(self), now);
            }
            Step::Report(instance, report) => {
                if *report != Report::Healthy {
                    self.budget.sicknesses = self.budget.sicknesses.saturating_sub(1);
                }
                for it in &mut self.running {
                    if it.instance == *instance && it.report.as_ref() != Some(report) {
                        (it.report, it.since) = (Some(report.clone()), now);
                    }
                }
                let ledger = ledgers.of(self);
                self.channel
                    .handle_report(instance, report.clone(), ledger, now);
            }
            Step::Wake => {
                let wake = self.channel.next_wake().unwrap();
                self.channel.handle_wake(ledgers.of(self), wake);
            }
            Step::EarlyWake => {
                self.budget.detours -= 1;
                let left = self.channel.next_wake().unwrap().since(now);
                self.channel.handle_wake(ledgers.of(self), now + left / 2);
                if let Some(action) = self.channel.poll_action() {
                    return Err(format!("woke early, and said {action:?}"));
                }
            }
            Step::LateWake => {
                self.budget.detours -= 1;
                let late = self.channel.next_wake().unwrap() + seconds(1);
                self.channel.handle_wake(ledgers.of(self), late);
            }
            Step::Command(command) => {
                self.budget.commands = self.budget.commands.saturating_sub(1);
                let before = self.channel.clone();
                let ledger = ledgers.of(self);
                match self.channel.handle_command(command.clone(), ledger, now) {
                    Ok(()) => self.heed(command)?,
                    Err(_) if self.channel == before => {}
                    Err(error) => return Err(format!("refused, but changed: {error}")),
                }
            }
        }
        let ledger = ledgers.of(self);
        self.follow(ledger)?;
        self.check(ledger)
    }

    /// What an operator may say so: what is not held back any more.
    fn heed(&mut self, command: &Command) -> Result<(), String> {
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
            _ if self.is_yanked(number) => {
                Err(format!("12: {number} is yanked, but was not refused"))
            }
            _ => Ok(()),
        }
    }

    fn is_yanked(&self, number: &Version) -> bool {
        NUMBERS
            .iter()
            .zip(self.yanked)
            .any(|(it, is_yanked)| it == number && is_yanked)
    }

    /// Follows all actions in their order, and checks each as it comes.
    fn follow(&mut self, ledger: &Ledger) -> Result<(), String> {
        let now = self.channel.state.now;
        let mut has_failed = false;
        let mut has_stepped = false;
        while let Some(action) = self.channel.poll_action() {
            match action {
                Action::Start(instance) => self.running.push(Running {
                    instance,
                    report: None,
                    since: now,
                    weight: 0,
                    unrouted: None,
                }),
                Action::Route(routes) => self.reroute(&routes)?,
                Action::Stop(instance) => {
                    let place = self.running.iter().position(|it| it.instance == instance);
                    let place =
                        place.ok_or_else(|| format!("{instance} stopped, but not running"))?;
                    let stopped = self.running.remove(place);
                    if stopped.weight > 0 {
                        return Err(format!("3: {instance} stopped while routed"));
                    }
                    let is_drained = match (&stopped.report, stopped.unrouted) {
                        (Some(Report::Failed { .. }), _) | (_, None) => true,
                        (_, Some(since)) => now >= since + DRAIN,
                    };
                    if !is_drained {
                        return Err(format!("3: {instance} stopped before it drained"));
                    }
                    let before = self.channel.clone();
                    self.channel
                        .handle_report(&instance, Report::failed("late"), ledger, now);
                    if self.channel != before {
                        return Err(format!("a late report on {instance} changed something"));
                    }
                }
                Action::WakeAt(time) => self.wake = Some(time),
                Action::Notify(notice) => {
                    has_failed |= matches!(notice.event, Event::Failed { .. });
                    has_stepped |= matches!(notice.event, Event::StepReached { .. });
                    self.hear(&notice.event, now)?;
                }
            }
        }
        let serving = self.channel.state.serving;
        let serving = self
            .running
            .iter()
            .find(|it| Some(it.instance.start) == serving);
        if has_failed
            && !has_stepped
            && serving.is_some_and(|it| it.report == Some(Report::Healthy) && it.weight != 100)
        {
            return Err("8: after a failure the serving revision has not all the traffic".into());
        }
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

    /// Checks what is told of the course of a rollout.
    fn hear(&mut self, event: &Event, now: Timestamp) -> Result<(), String> {
        let is_ripe = |revision: &Version| {
            let mut instances = self
                .running
                .iter()
                .filter(|it| it.instance.revision == *revision);
            instances.any(|it| it.report == Some(Report::Healthy) && now >= it.since + MIN_HEALTHY)
        };
        match event {
            Event::Started { revision, .. } if self.is_yanked(revision) => {
                Err(format!("5: {revision} is yanked, but started"))
            }
            Event::Started { revision, .. } if self.held_back.contains(revision) => {
                Err(format!("12: {revision} is held back, but started"))
            }
            Event::Promoted { revision, .. } | Event::StepReached { revision, .. }
                if !is_ripe(revision) =>
            {
                Err(format!(
                    "9: {revision} was not healthy long enough: {event}"
                ))
            }
            Event::Promoted { revision, .. } => {
                self.has_served = true;
                self.held_back.remove(revision);
                Ok(())
            }
            Event::Failed {
                revision,
                retry_at: None,
                ..
            }
            | Event::Withdrawn {
                revision,
                why: Withdrawal::Aborted,
            } => {
                self.held_back.insert(revision.clone());
                Ok(())
            }
            Event::RolledBack { from, to } => {
                if matches!(self.channel.selection(), Selection::Rule(_)) {
                    self.held_back.insert(from.clone());
                }
                self.held_back.remove(to);
                Ok(())
            }
            _ => Ok(()),
        }
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
        if let Some(number) = self.channel.candidate().filter(|it| self.is_yanked(it)) {
            return Err(format!("5: the candidate {number} is yanked"));
        }
        for it in &self.running {
            let start = Some(it.instance.start);
            let is_drained = it.unrouted.is_none_or(|since| state.now >= since + DRAIN);
            if start != state.serving && start != candidate && it.weight == 0 && is_drained {
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
        let best = admitted.max_by(|a, b| a.cmp_rank(b)).map(Revision::number);
        let is_kept = self.channel.policy().on_yank() == OnYank::Keep
            && self.channel.serving().is_some_and(|it| self.is_yanked(it));
        let is_on_its_way = best.is_none()
            || best == self.channel.serving()
            || best == self.channel.candidate()
            || matches!(state.outlook, Outlook::RetryAt(_));
        if state.paused.is_none() && !is_kept && !is_on_its_way {
            return Err(format!("{best:?} is the best, but not on its way"));
        }
        Ok(())
    }

    /// What is told twice changes nothing.
    fn check_repetitions(&self, step: &Step, ledgers: &Ledgers) -> Result<(), String> {
        let ledger = ledgers.of(self);
        let mut again = self.channel.clone();
        let now = again.state.now;
        again.handle_wake(ledger, now);
        if let Step::Report(instance, report) = step {
            again.handle_report(instance, report.clone(), ledger, now);
        }
        again.handle_wake(ledger, Timestamp::from_millis(0));
        if again == self.channel {
            Ok(())
        } else {
            Err("the same again changed something".into())
        }
    }

    /// From here on health is fair, and the operator lets things run: the best
    /// revision comes to serve, alone. Ways that lead to `settling` are known to
    /// end well.
    fn check_convergence(
        &self,
        settling: &mut HashSet<u128>,
        ledgers: &Ledgers,
    ) -> Result<(), String> {
        let mut world = self.clone();
        world.budget = Budget::default();
        world.take(&Step::Command(Command::Resume), ledgers)?;
        let mut way = Vec::new();
        loop {
            world = world.normal();
            way.push(world.fingerprint());
            if way.last().is_some_and(|state| settling.contains(state)) {
                break;
            }
            let sick = world
                .running
                .iter()
                .find(|it| it.report != Some(Report::Healthy));
            let step = match sick {
                Some(it) => Step::Report(it.instance.clone(), Report::Healthy),
                None if world.channel.next_wake().is_some() => Step::Wake,
                None if world.channel.candidate().is_some() => {
                    let later = world.channel.state.now + MIN_HEALTHY;
                    world.channel.handle_wake(ledgers.of(&world), later);
                    Step::Command(Command::Promote)
                }
                None => break,
            };
            world.take(&step, ledgers)?;
            if way.len() > 60 {
                return Err(format!("does not settle: {:?}", world.running));
            }
        }
        let outlook = &world.channel.state.outlook;
        let is_alone = world.running.len() <= 1 && world.channel.candidate().is_none();
        let is_settled = is_alone && matches!(outlook, Outlook::Selected | Outlook::Nothing);
        if !is_settled && way.last().is_some_and(|state| !settling.contains(state)) {
            return Err(format!("settles too early: {:?}", world.running));
        }
        settling.extend(way);
        Ok(())
    }

    /// The one of all equal states that is explored.
    fn normal(mut self) -> Self {
        let state = &mut self.channel.state;
        let now = state.now.as_millis();
        let set_back = |time: &mut Timestamp| {
            let at = time.as_millis();
            *time = Timestamp::from_millis((at + NOON).saturating_sub(now).max(NOON - LONG_AGO));
        };
        let names: Vec<u64> = state.live.iter().map(|it| it.instance.start).collect();
        let rename = |start: &mut u64| {
            *start = names.iter().position(|it| it == start).unwrap() as u64 + 1;
        };
        state.history.clear();
        state.turn = None;
        state.starts = names.len() as u64;
        state.paused.as_mut().map(set_back);
        state.wake.as_mut().map(set_back);
        state.serving.as_mut().map(rename);
        if let Outlook::RetryAt(at) = &mut state.outlook {
            set_back(at);
        }
        for mark in state.marks.values_mut() {
            if let Mark::Retries { at, .. } = mark {
                set_back(at);
            }
        }
        if let Some(candidate) = &mut state.candidate {
            rename(&mut candidate.start);
            set_back(&mut candidate.since);
        }
        for live in &mut state.live {
            rename(&mut live.instance.start);
            match &mut live.health {
                Health::Unknown => {}
                Health::Healthy { since }
                | Health::Unhealthy { since, .. }
                | Health::Ended { since, .. } => set_back(since),
            }
            if let Traffic::DrainsSince(start) = &mut live.traffic {
                set_back(start);
            }
        }
        for it in &mut self.running {
            rename(&mut it.instance.start);
            set_back(&mut it.since);
            it.unrouted.as_mut().map(set_back);
        }
        self.wake.as_mut().map(set_back);
        state.now = Timestamp::from_millis(NOON);
        self
    }

    /// The name of the phase, as the diagram has it.
    fn phase(&self) -> String {
        let name = format!("{:?}", self.channel.status().phase());
        name.split(' ').next().unwrap_or_default().into()
    }

    fn fingerprint(&self) -> u128 {
        let mut mixer = Mixer(0);
        self.hash(&mut mixer);
        mixer.0
    }
}

/// A hash so wide that no two of a million states meet by chance.
struct Mixer(u128);

impl Hasher for Mixer {
    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.write_u64(u64::from_le_bytes(word));
        }
    }

    fn write_u8(&mut self, byte: u8) {
        self.write_u64(byte.into());
    }

    fn write_u64(&mut self, word: u64) {
        const ODD: u128 = 0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835;
        self.0 = (self.0 ^ u128::from(word)).wrapping_mul(ODD);
        self.0 ^= self.0 >> 61;
    }

    fn write_usize(&mut self, word: usize) {
        self.write_u64(word as u64);
    }

    fn finish(&self) -> u64 {
        self.0 as u64
    }
}

/// Explores breadth first, so that the shortest way to a fault is found.
///
/// Gives every change from one phase to another that was seen.
fn explore(name: &str, policy: &Policy, budget: Budget) -> BTreeSet<(String, String)> {
    let ledgers = Ledgers::new();
    let first = World::new(policy.clone(), budget, &ledgers).normal();
    let mut seen = HashMap::from([(first.fingerprint(), None)]);
    let mut queue = VecDeque::from([first]);
    let mut settling = HashSet::new();
    let mut transitions = 0;
    let mut turns = BTreeSet::new();
    while let Some(world) = queue.pop_front() {
        let from = world.fingerprint();
        if let Err(fault) = world.check_convergence(&mut settling, &ledgers) {
            panic!("{name}: {fault}\n{}", path(&seen, from));
        }
        for step in world.steps() {
            transitions += 1;
            let mut next = world.clone();
            let taken = next.take(&step, &ledgers);
            if let Err(fault) = taken.and_then(|()| next.check_repetitions(&step, &ledgers)) {
                panic!(
                    "{name}: {fault}\n{}then {step:?}\nin {world:#?}",
                    path(&seen, from)
                );
            }
            let turn = (world.phase(), next.phase());
            if turn.0 != turn.1 && !turns.contains(&turn) {
                turns.insert(turn);
            }
            let next = next.normal();
            if let Entry::Vacant(place) = seen.entry(next.fingerprint()) {
                place.insert(Some((from, step)));
                queue.push_back(next);
            }
        }
    }
    println!("{name}: {} states, {transitions} transitions", seen.len());
    turns
}

type Seen = HashMap<u128, Option<(u128, Step)>>;

/// The way on which a state was first reached.
fn path(seen: &Seen, mut to: u128) -> String {
    let mut steps = Vec::new();
    while let Some(Some((from, step))) = seen.get(&to) {
        steps.push(format!("{step:?}\n"));
        to = *from;
    }
    steps.reverse();
    steps.concat()
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn policy() -> PolicyBuilder {
    Policy::builder()
        .min_healthy(MIN_HEALTHY)
        .healthy_deadline(seconds(7))
        .progress_deadline(seconds(11))
        .drain(DRAIN)
}

/// The bounds, or larger ones if the variable `EXPLORE` is `large`.
fn budget([commands, sicknesses, yanks, detours]: [u8; 4]) -> Budget {
    let more = u8::from(std::env::var("EXPLORE").is_ok_and(|it| it == "large"));
    Budget {
        commands: commands + more,
        sicknesses: sicknesses + more,
        yanks,
        detours,
    }
}

#[test]
fn all_at_once() {
    explore(
        "all at once",
        &policy().build().unwrap(),
        budget([1, 1, 1, 0]),
    );
}

#[test]
fn two_steps_with_retries() {
    let steps = [
        super::Step::new(10, seconds(4)),
        super::Step::new(50, seconds(1)),
    ];
    let policy = policy()
        .steps(steps)
        .max_attempts(2.try_into().unwrap())
        .retry_delay(seconds(5));
    explore(
        "two steps with retries",
        &policy.build().unwrap(),
        budget([0, 2, 0, 1]),
    );
}

#[test]
fn a_step_and_manual_promotion() {
    let steps = [super::Step::new(20, seconds(1))];
    let policy = policy()
        .steps(steps)
        .promotion(Promotion::Manual)
        .on_yank(OnYank::Keep);
    explore(
        "a step and manual promotion",
        &policy.build().unwrap(),
        budget([1, 2, 1, 1]),
    );
}

/// Both sides sick in a split, and then one recovers.
#[test]
fn many_sicknesses() {
    let steps = [super::Step::new(50, seconds(4))];
    let policy = policy().steps(steps);
    explore(
        "many sicknesses",
        &policy.build().unwrap(),
        budget([0, 4, 0, 1]),
    );
}

/// The diagram in the documentation has exactly the arrows that the code takes.
#[test]
fn the_diagram_is_what_happens() {
    let builder = || {
        policy()
            .max_attempts(2.try_into().unwrap())
            .retry_delay(seconds(5))
    };
    let steps = [super::Step::new(20, seconds(1))];
    let manual = builder()
        .steps(steps)
        .promotion(Promotion::Manual)
        .build()
        .unwrap();
    let mut seen = explore("diagram, manual", &manual, budget([1, 0, 1, 0]));
    let automatic = builder().steps(steps).build().unwrap();
    seen.extend(explore(
        "diagram, automatic",
        &automatic,
        budget([0, 1, 1, 0]),
    ));
    seen.extend(explore(
        "diagram, at once",
        &builder().build().unwrap(),
        budget([2, 0, 0, 0]),
    ));
    let drawn = include_str!("states.md").lines().filter_map(|line| {
        let (from, to) = line.trim().split_once(" --> ")?;
        let to = to.split(':').next()?;
        (from != "[*]").then(|| (from.into(), to.into()))
    });
    let drawn: BTreeSet<(String, String)> = drawn.collect();
    assert_eq!(drawn, seen);
}
