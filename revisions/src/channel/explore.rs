//! Every state that a small channel can come to, and in each of them every
//! invariant: an exhaustive exploration of the code itself.
//!
//! Three revisions are registered, in an order that is not theirs; any may be
//! yanked. Instances become healthy, sick or end, and an operator interferes, as
//! often as the bounds say. Time goes on to the next wake, and, as often as the
//! bounds say, only half of the way, or past it.
//!
//! Two states are one if they differ only by the time of day, by the names of
//! instances, or by what is long past.

#![allow(
    clippy::disallowed_types,
    reason = "the order of what was seen does not matter"
)]
#![allow(clippy::unwrap_used, reason = "a test fails by it")]

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};
use std::format;
use std::hash::{Hash, Hasher};
use std::io::Write as _;
use std::string::String;
use std::time::Duration;
use std::vec::Vec;

use bindle_core::Digest;
use semver::Version;

use super::live::{Health, Traffic};
use super::state::{Mark, Outlook};
use super::watched::{Call, Watched};
use super::*;

/// Registered one after the other; the third is between the others.
const NUMBERS: [Version; 3] = [
    Version::new(1, 0, 0),
    Version::new(3, 0, 0),
    Version::new(2, 0, 0),
];

/// No span of a policy is longer: what is longer ago is just long ago.
const LONG_AGO: u64 = 16_000;
/// The time of day to which every state is set back.
const NOON: u64 = 1_000_000;

/// No fair way is as long, nor are there as many states, even within the larger
/// bounds: what goes on and on is a fault too.
const LONGEST_WAY: usize = 60;
const MOST_STATES: usize = 20_000_000;

/// What may still happen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
struct Budget {
    commands: u8,
    sicknesses: u8,
    yanks: u8,
    /// Wakes that come too early or too late.
    detours: u8,
}

/// A channel under watch, and what the world around it has come to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct World {
    watched: Watched,
    /// How many of the numbers are registered.
    registered: usize,
    yanked: [bool; 3],
    budget: Budget,
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
        Self {
            watched: Watched::new(policy, ledger, Timestamp::from_millis(NOON)),
            registered: 0,
            yanked: [false; 3],
            budget,
        }
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
        for it in &self.watched.running {
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
        if self.watched.channel.next_wake().is_some() {
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
        if self.watched.channel.candidate().is_some() {
            commands.extend([Command::Abort, Command::Promote]);
        }
        commands.push(match self.watched.channel.state.paused {
            None => Command::Pause,
            Some(_) => Command::Resume,
        });
        for number in &NUMBERS[..self.registered] {
            let to = Some(number.clone());
            commands.push(Command::Rollback { to });
            commands.push(Command::Select(Selection::Fixed(number.clone())));
            if self.watched.held_back.contains(number) {
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
        let now = self.watched.channel.state.now;
        let wake = self.watched.channel.next_wake().unwrap_or(now);
        let (call, at) = match step {
            Step::Register => {
                self.registered += 1;
                (Call::Ledger, now)
            }
            Step::Yank(index) => {
                self.yanked[*index] = true;
                self.budget.yanks -= 1;
                (Call::Ledger, now)
            }
            Step::Report(instance, report) => {
                if *report != Report::Healthy {
                    self.budget.sicknesses -= 1;
                }
                (Call::Report(instance.clone(), report.clone()), now)
            }
            Step::Wake => (Call::Wake, wake),
            Step::EarlyWake => {
                self.budget.detours -= 1;
                (Call::Wake, now + wake.since(now) / 2)
            }
            Step::LateWake => {
                self.budget.detours -= 1;
                (Call::Wake, wake + seconds(1))
            }
            Step::Command(command) => {
                self.budget.commands -= 1;
                (Call::Command(command.clone()), now)
            }
        };
        self.watched.take(&call, ledgers.of(self), at).map(drop)
    }

    /// From here on health is fair, and the operator lets things run: the best
    /// revision comes to serve, alone. Ways that lead to `settling` are known to
    /// end well.
    fn check_convergence(
        &self,
        settling: &mut HashSet<u128>,
        ledgers: &Ledgers,
    ) -> Result<(), String> {
        let ledger = ledgers.of(self);
        let mut world = self.clone();
        world.budget = Budget::default();
        let mut way = Vec::new();
        loop {
            world = world.normal();
            let state = world.fingerprint();
            if settling.contains(&state) {
                break;
            }
            way.push(state);
            let Some((call, at)) = world.watched.next_fair() else {
                if !world.watched.is_settled() {
                    return Err(format!("rests too early: {:?}", world.watched.running));
                }
                break;
            };
            let _ = world.watched.take(&call, ledger, at)?;
            if way.len() > LONGEST_WAY {
                return Err(format!("does not settle: {:?}", world.watched.running));
            }
        }
        settling.extend(way);
        Ok(())
    }

    /// The one of all equal states that is explored.
    fn normal(mut self) -> Self {
        let Watched {
            channel,
            running,
            wake,
            ..
        } = &mut self.watched;
        let state = &mut channel.state;
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
        for it in running {
            rename(&mut it.instance.start);
            set_back(&mut it.since);
            it.unrouted.as_mut().map(set_back);
        }
        wake.as_mut().map(set_back);
        state.now = Timestamp::from_millis(NOON);
        self
    }

    /// The name of the phase, as the diagram has it.
    fn phase(&self) -> String {
        let name = format!("{:?}", self.watched.channel.status().phase());
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
#[expect(clippy::disallowed_methods, reason = "tells how many states it saw")]
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
            if let Err(fault) = next.take(&step, &ledgers) {
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
                assert!(seen.len() <= MOST_STATES, "{name}: does not come to an end");
            }
        }
    }
    // Past the capture of the tests' output: how much was explored is to be seen.
    let count = seen.len();
    writeln!(
        std::io::stderr(),
        "{name}: {count} states, {transitions} transitions"
    )
    .unwrap();
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
        .min_healthy(seconds(2))
        .healthy_deadline(seconds(7))
        .progress_deadline(seconds(11))
        .drain(seconds(3))
}

/// The bounds, or larger ones if the variable `EXPLORE` is `large` when this is
/// compiled.
fn budget([commands, sicknesses, yanks, detours]: [u8; 4]) -> Budget {
    let more = u8::from(option_env!("EXPLORE") == Some("large"));
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
    // What was withdrawn runs on for so long that it can be taken over.
    let builder = || {
        policy()
            .drain(seconds(8))
            .max_attempts(2.try_into().unwrap())
            .retry_delay(seconds(5))
    };
    let steps = [super::Step::new(20, seconds(1))];
    let manual = builder()
        .steps(steps)
        .promotion(Promotion::Manual)
        .build()
        .unwrap();
    let mut seen = explore("diagram, manual", &manual, budget([2, 0, 1, 0]));
    let automatic = builder().steps(steps).build().unwrap();
    seen.extend(explore(
        "diagram, automatic",
        &automatic,
        budget([0, 1, 2, 0]),
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
