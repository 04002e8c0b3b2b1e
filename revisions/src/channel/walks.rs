//! Long random walks: many revisions, long times, policies that change, clocks
//! that go back, restarts. Every invariant holds on every way, and so do laws
//! that compare two ways.

#![allow(clippy::unwrap_used, reason = "a test fails by it")]

use std::format;
use std::string::{String, ToString as _};
use std::time::Duration;
use std::vec::Vec;

use bindle_core::Digest;
use proptest::prelude::*;

use super::watched::{Call, Watched};
use super::*;

/// A stretch of the way.
#[derive(Clone, Debug)]
enum Stretch {
    Register(u8),
    Yank(u8),
    /// On one of the latest instances.
    Report(u8, u8),
    Wake,
    Pass(u64),
    /// The clock goes back.
    SetBack(u64),
    Command(Command),
    /// The channel is written, and read back.
    Restart,
}

fn stretch() -> impl Strategy<Value = Stretch> {
    let command = (0..10u8, 0..40u8).prop_map(|(which, index)| command(which, index));
    let command = prop_oneof![4 => command, 1 => policy().prop_map(Command::SetPolicy)];
    let pass = prop_oneof![6 => 0..400_000u64, 1 => 0..1_000_000_000_000u64];
    prop_oneof![
        6 => (0..40u8).prop_map(Stretch::Register),
        2 => (0..40u8).prop_map(Stretch::Yank),
        12 => (0..3u8, 0..8u8).prop_map(|(which, report)| Stretch::Report(which, report)),
        12 => Just(Stretch::Wake),
        6 => pass.prop_map(Stretch::Pass),
        1 => (0..400_000u64).prop_map(Stretch::SetBack),
        5 => command.prop_map(Stretch::Command),
        1 => Just(Stretch::Restart),
    ]
}

fn way(longest: usize) -> impl Strategy<Value = Vec<Stretch>> {
    proptest::collection::vec(stretch(), 1..longest)
}

fn policy() -> impl Strategy<Value = Policy> {
    let spans = (0..20u64, 1..300u64, 1..300u64, 0..60u64, 0..60u64);
    let steps = proptest::collection::btree_map(1..100u8, 0..90u64, 0..4);
    let promotion = prop_oneof![3 => Just(Promotion::Automatic), 1 => Just(Promotion::Manual)];
    let on_yank = prop_oneof![Just(OnYank::Replace), Just(OnYank::Keep)];
    (spans, steps, 1..4u32, promotion, on_yank).prop_map(
        |((healthy, deadline, progress, drain, retry), steps, attempts, promotion, on_yank)| {
            let seconds = Duration::from_secs;
            Policy::builder()
                .steps((steps.into_iter()).map(|(weight, hold)| Step::new(weight, seconds(hold))))
                .min_healthy(seconds(healthy))
                .healthy_deadline(seconds(healthy + deadline))
                .progress_deadline(seconds(healthy + progress))
                .drain(seconds(drain))
                .retry_delay(seconds(retry))
                .max_attempts(attempts.try_into().unwrap())
                .promotion(promotion)
                .on_yank(on_yank)
                .build()
                .unwrap()
        },
    )
}

/// Numbers with ties and prereleases among them.
fn number(index: u8) -> String {
    let (major, minor) = (1 + index % 3, index % 7);
    match index % 5 {
        0 => format!("{major}.{minor}.0-rc.{index}"),
        1 => format!("{major}.{minor}.0+b{index}"),
        _ => format!("{major}.{minor}.0"),
    }
}

fn command(which: u8, index: u8) -> Command {
    let revision = number(index).parse().unwrap();
    match which {
        0 => Command::Abort,
        1 => Command::Pause,
        2 | 3 => Command::Resume,
        4 => Command::Promote,
        5 => Command::Retry { revision },
        6 => Command::Rollback { to: None },
        7 => Command::Rollback { to: Some(revision) },
        8 => Command::Select(Selection::Fixed(revision)),
        _ => {
            let rule = ["*", "^1", "~2.3 || ^3", ">1.2.0-rc.0"][usize::from(index) % 4];
            Command::Select(Selection::Rule(rule.parse().unwrap()))
        }
    }
}

/// A channel on its way, and all that it did.
#[derive(Clone)]
struct Walk {
    ledger: Ledger,
    watched: Watched,
    now: Timestamp,
    started: Vec<Instance>,
    actions: Vec<Action>,
}

impl Walk {
    fn new(policy: &Policy, now: Timestamp) -> Self {
        let ledger = Ledger::new("hello".parse().unwrap());
        Self {
            watched: Watched::new(policy.clone(), &ledger, now),
            ledger,
            now,
            started: Vec::new(),
            actions: Vec::new(),
        }
    }

    fn go(&mut self, way: &[Stretch]) -> Result<(), String> {
        way.iter().try_for_each(|stretch| self.take(stretch))
    }

    fn take(&mut self, stretch: &Stretch) -> Result<(), String> {
        match stretch {
            Stretch::Register(index) => {
                let before = self.ledger.checkpoint();
                let id = format!("hello/{}", number(*index)).parse().unwrap();
                let _ = self.ledger.register(&id, Digest::of(b"any")).unwrap();
                self.ledger.check_extends(&before).unwrap();
                self.tell(&Call::Ledger)
            }
            Stretch::Yank(index) => {
                let before = self.ledger.checkpoint();
                let _ = self.ledger.yank(&number(*index).parse().unwrap());
                self.ledger.check_extends(&before).unwrap();
                self.tell(&Call::Ledger)
            }
            Stretch::Report(which, report) => {
                let report = match report {
                    0 => Report::failed("over"),
                    1 => Report::unhealthy("sick"),
                    _ => Report::Healthy,
                };
                let latest = self.started.iter().rev().nth(usize::from(*which));
                latest.cloned().map_or(Ok(()), |instance| {
                    self.tell(&Call::Report(instance, report))
                })
            }
            Stretch::Wake => {
                self.now = self.watched.channel.next_wake().unwrap_or(self.now);
                self.tell(&Call::Wake)
            }
            Stretch::Pass(millis) => {
                self.now = self.now + Duration::from_millis(*millis);
                self.tell(&Call::Wake)
            }
            Stretch::SetBack(millis) => {
                self.now = Timestamp::from_millis(self.now.as_millis().saturating_sub(*millis));
                self.tell(&Call::Wake)
            }
            Stretch::Command(command) => self.tell(&Call::Command(command.clone())),
            Stretch::Restart => {
                let before = self.clone();
                self.restart();
                if (&self.watched, &self.ledger) == (&before.watched, &before.ledger) {
                    Ok(())
                } else {
                    Err("what was read back is not what was written".into())
                }
            }
        }
    }

    fn tell(&mut self, call: &Call) -> Result<(), String> {
        for action in self.watched.take(call, &self.ledger, self.now)? {
            if let Action::Start(instance) = &action {
                self.started.push(instance.clone());
            }
            self.actions.push(action);
        }
        match self.watched.channel.history().count() {
            0..=100 => Ok(()),
            length => Err(format!("there are {length} notices in the history")),
        }
    }

    fn restart(&mut self) {
        let written = serde_json::to_string(&self.watched.channel).unwrap();
        self.watched.channel = serde_json::from_str(&written).unwrap();
        self.ledger = Ledger::from_snapshot(&self.ledger.to_snapshot()).unwrap();
    }

    /// Health is fair from here on, and the operator lets things run.
    fn converge(&mut self) -> Result<(), String> {
        for _ in 0..LONGEST_WAY {
            let Some((call, at)) = self.watched.next_fair() else {
                return match self.watched.is_settled() {
                    true => Ok(()),
                    false => Err(format!("rests too early: {:?}", self.watched.running)),
                };
            };
            self.now = at;
            self.tell(&call)?;
        }
        Err(format!("does not settle: {:?}", self.watched.running))
    }

    /// All that was done, with the times as they were without the shift.
    fn unshifted(&self, shift: u64) -> Vec<String> {
        let json = self
            .actions
            .iter()
            .map(|action| serde_json::to_value(action).unwrap());
        json.map(|mut action| {
            set_back(&mut action, shift);
            action.to_string()
        })
        .collect()
    }
}

/// No fair way is as long: what goes on and on is a fault too.
const LONGEST_WAY: usize = 200;

/// Sets back every time in an action: those are the only large numbers.
fn set_back(value: &mut serde_json::Value, shift: u64) {
    use serde_json::Value;
    match value {
        Value::Number(number) => {
            if let Some(at) = number.as_u64().and_then(|at| at.checked_sub(shift)) {
                *value = at.into();
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| set_back(item, shift)),
        Value::Object(fields) => fields.values_mut().for_each(|field| set_back(field, shift)),
        Value::Null | Value::Bool(_) | Value::String(_) => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn every_invariant_holds(policy in policy(), way in way(200)) {
        let mut walk = Walk::new(&policy, Timestamp::from_millis(0));
        walk.go(&way).map_err(TestCaseError::fail)?;
        walk.converge().map_err(TestCaseError::fail)?;
    }

    /// The same calls lead to the same actions, whatever the time of day.
    #[test]
    fn shifted_times_shift_the_actions(policy in policy(), way in way(80)) {
        // So early that the clock can go back all the way.
        let start = 1 << 40;
        // Larger than any number that is not a time.
        let shift = 1 << 50;
        let mut here = Walk::new(&policy, Timestamp::from_millis(start));
        let mut there = Walk::new(&policy, Timestamp::from_millis(start + shift));
        here.go(&way).map_err(TestCaseError::fail)?;
        there.go(&way).map_err(TestCaseError::fail)?;
        prop_assert_eq!(here.unshifted(shift), there.unshifted(shift));
    }

    /// A channel that was written and read back goes on as the other does, with
    /// the actions first that nobody had asked for.
    #[test]
    fn a_snapshot_goes_on(policy in policy(), before in way(60), after in way(60)) {
        let mut walk = Walk::new(&policy, Timestamp::from_millis(0));
        walk.go(&before).map_err(TestCaseError::fail)?;
        let _ = walk.ledger.register(&"hello/9.0.0".parse().unwrap(), Digest::of(b"any"));
        walk.watched.channel.handle_ledger(&walk.ledger, walk.now);
        let mut other = walk.clone();
        other.restart();
        for walk in [&mut walk, &mut other] {
            walk.tell(&Call::Ledger).map_err(TestCaseError::fail)?;
            walk.go(&after).map_err(TestCaseError::fail)?;
        }
        prop_assert_eq!(&walk.actions, &other.actions);
        prop_assert_eq!(&walk.watched, &other.watched);
    }

    /// Whichever of the revisions came first, the same one is selected.
    #[test]
    fn selection_does_not_depend_on_the_order_of_events(
        indexes in proptest::collection::btree_set(
            (0..40u8).prop_filter("no ties", |it| it % 5 != 1),
            1..12,
        ),
        order in any::<u64>(),
        yanked in 0..40u8,
    ) {
        let mut shuffled: Vec<u8> = indexes.iter().copied().collect();
        shuffled.sort_by_key(|it| (u64::from(*it) + 1).wrapping_mul(order | 1).rotate_left(17));
        let serving = |indexes: &[u8]| -> Result<_, String> {
            let mut walk = Walk::new(&Policy::default(), Timestamp::from_millis(0));
            for index in indexes {
                walk.take(&Stretch::Register(*index))?;
                walk.take(&Stretch::Report(0, 2))?;
                walk.take(&Stretch::Pass(1000))?;
            }
            walk.take(&Stretch::Yank(yanked))?;
            walk.converge()?;
            Ok(walk.watched.channel.serving().cloned())
        };
        let sorted: Vec<u8> = indexes.into_iter().collect();
        let served = serving(&sorted).map_err(TestCaseError::fail)?;
        prop_assert_eq!(served, serving(&shuffled).map_err(TestCaseError::fail)?);
    }
}
