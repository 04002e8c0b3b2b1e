//! Long random walks: many revisions, long times, and laws that hold on every
//! way.

use std::time::Duration;

use bindle_core::Digest;
use proptest::prelude::*;
use revisions::{
    Action, Channel, Command, Instance, Ledger, OnYank, Policy, Promotion, Report, Selection, Step,
    Timestamp,
};

#[derive(Clone, Debug)]
enum Call {
    Register(u8),
    Yank(u8),
    /// On one of the latest instances.
    Report(u8, u8),
    Wake,
    Pass(u32),
    Command(u8, u8),
}

fn call() -> impl Strategy<Value = Call> {
    prop_oneof![
        3 => (0..40u8).prop_map(Call::Register),
        1 => (0..40u8).prop_map(Call::Yank),
        6 => (0..3u8, 0..8u8).prop_map(|(which, report)| Call::Report(which, report)),
        6 => Just(Call::Wake),
        3 => (0..400_000u32).prop_map(Call::Pass),
        2 => (0..10u8, 0..40u8).prop_map(|(command, number)| Call::Command(command, number)),
    ]
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
                .steps(
                    steps
                        .into_iter()
                        .map(|(weight, hold)| Step::new(weight, seconds(hold))),
                )
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

/// A channel and all that it ever did.
struct Walk {
    ledger: Ledger,
    channel: Channel,
    now: Timestamp,
    /// What the times are ahead by.
    shift: u64,
    started: Vec<Instance>,
    actions: Vec<Action>,
}

impl Walk {
    fn new(policy: &Policy, shift: u64) -> Self {
        let ledger = Ledger::new("hello".parse().unwrap());
        let now = Timestamp::from_millis(shift);
        let channel = Channel::new(Selection::default(), policy.clone(), &ledger, now).unwrap();
        let mut walk = Self {
            ledger,
            channel,
            now,
            shift,
            started: Vec::new(),
            actions: Vec::new(),
        };
        walk.follow();
        walk
    }

    fn take(&mut self, call: &Call) {
        match call {
            Call::Register(index) => {
                let id = format!("hello/{}", number(*index)).parse().unwrap();
                let _ = self.ledger.register(&id, Digest::of(b"any")).unwrap();
                self.channel.handle_ledger(&self.ledger, self.now);
            }
            Call::Yank(index) => {
                if self.ledger.yank(&number(*index).parse().unwrap()).is_ok() {
                    self.channel.handle_ledger(&self.ledger, self.now);
                }
            }
            Call::Report(which, report) => {
                let latest = self.started.iter().rev().nth(usize::from(*which));
                let report = match report {
                    0 => Report::failed("over"),
                    1 => Report::unhealthy("sick"),
                    _ => Report::Healthy,
                };
                if let Some(instance) = latest {
                    self.channel
                        .handle_report(instance, report, &self.ledger, self.now);
                }
            }
            Call::Wake => {
                self.now = self.channel.next_wake().unwrap_or(self.now);
                self.channel.handle_wake(&self.ledger, self.now);
            }
            Call::Pass(millis) => {
                self.now = self.now + Duration::from_millis(u64::from(*millis));
                self.channel.handle_wake(&self.ledger, self.now);
            }
            Call::Command(which, index) => {
                let command = command(*which, *index);
                let _ = self.channel.handle_command(command, &self.ledger, self.now);
            }
        }
        self.follow();
    }

    fn follow(&mut self) {
        while let Some(action) = self.channel.poll_action() {
            if let Action::Start(instance) = &action {
                self.started.push(instance.clone());
            }
            self.actions.push(action);
        }
    }

    /// All that was done, with the times as they were without the shift.
    fn unshifted(&self) -> Vec<String> {
        let json = self
            .actions
            .iter()
            .map(|action| serde_json::to_value(action).unwrap());
        json.map(|mut action| {
            set_back(&mut action, self.shift);
            action.to_string()
        })
        .collect()
    }
}

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

    /// What is safe to see from outside, on long ways.
    #[test]
    fn traffic_is_never_lost(
        policy in policy(),
        calls in proptest::collection::vec(call(), 1..200),
    ) {
        let mut walk = Walk::new(&policy, 0);
        let mut running: Vec<Instance> = Vec::new();
        let mut routed: Vec<Instance> = Vec::new();
        let mut seen = walk.actions.len();
        for call in &calls {
            walk.take(call);
            for action in &walk.actions[seen..] {
                match action {
                    Action::Start(instance) => {
                        prop_assert!(!running.contains(instance));
                        let revision = walk.ledger.get(instance.revision()).unwrap();
                        prop_assert!(!revision.is_yanked());
                        running.push(instance.clone());
                    }
                    Action::Route(routes) => {
                        let sum: u32 = routes.iter().map(|it| u32::from(it.weight())).sum();
                        prop_assert_eq!(sum, 100);
                        routed = routes.iter().map(|it| it.instance().clone()).collect();
                        prop_assert!(routed.iter().all(|it| running.contains(it)));
                    }
                    Action::Stop(instance) => {
                        prop_assert!(!routed.contains(instance));
                        prop_assert!(running.contains(instance));
                        running.retain(|it| it != instance);
                    }
                    Action::WakeAt(time) => prop_assert!(*time > walk.now),
                    Action::Notify(notice) => prop_assert_eq!(notice.at(), walk.now),
                }
            }
            seen = walk.actions.len();
            prop_assert_eq!(routed.is_empty(), walk.channel.serving().is_none());
            prop_assert!(walk.channel.history().count() <= 100);
        }
    }

    /// The same calls lead to the same actions, whatever the time of day.
    #[test]
    fn shifted_times_shift_the_actions(
        policy in policy(),
        calls in proptest::collection::vec(call(), 1..80),
    ) {
        // Larger than any number that is no time.
        let shift = 1 << 50;
        let mut here = Walk::new(&policy, 0);
        let mut there = Walk::new(&policy, shift);
        for call in &calls {
            here.take(call);
            there.take(call);
        }
        prop_assert_eq!(here.unshifted(), there.unshifted());
    }

    /// A channel that was written and read back goes on as the other does.
    #[test]
    fn a_snapshot_goes_on(
        policy in policy(),
        before in proptest::collection::vec(call(), 1..60),
        after in proptest::collection::vec(call(), 1..60),
    ) {
        let mut walk = Walk::new(&policy, 0);
        for call in &before {
            walk.take(call);
        }
        let written = serde_json::to_string(&walk.channel).unwrap();
        let channel: Channel = serde_json::from_str(&written).unwrap();
        prop_assert_eq!(&channel, &walk.channel);
        let mut other = Walk {
            ledger: Ledger::from_snapshot(&walk.ledger.to_snapshot()).unwrap(),
            channel,
            started: walk.started.clone(),
            actions: walk.actions.clone(),
            ..walk
        };
        for call in &after {
            walk.take(call);
            other.take(call);
        }
        prop_assert_eq!(&walk.actions, &other.actions);
        prop_assert_eq!(&walk.channel, &other.channel);
    }

    /// Whichever of the revisions came first, the same one is selected.
    #[test]
    fn selection_does_not_depend_on_the_order_of_events(
        indexes in proptest::collection::btree_set((0..40u8).prop_filter("no ties", |it| it % 5 != 1), 1..12),
        order in any::<u64>(),
        yanked in 0..40u8,
    ) {
        let policy = Policy::default();
        let mut shuffled: Vec<u8> = indexes.iter().copied().collect();
        shuffled.sort_by_key(|it| (u64::from(*it) + 1).wrapping_mul(order | 1).rotate_left(17));
        let last = |indexes: &[u8]| {
            let mut walk = Walk::new(&policy, 0);
            for index in indexes {
                walk.take(&Call::Register(*index));
                walk.take(&Call::Report(0, 2));
                walk.take(&Call::Pass(1000));
            }
            walk.take(&Call::Yank(yanked));
            for _ in 0..40 {
                walk.take(&Call::Report(0, 2));
                walk.take(&Call::Pass(20_000));
            }
            walk.channel.serving().cloned()
        };
        let sorted: Vec<u8> = indexes.into_iter().collect();
        prop_assert_eq!(last(&sorted), last(&shuffled));
    }
}

#[test]
fn a_state_that_no_channel_comes_to_is_refused() {
    let mut walk = Walk::new(&Policy::default(), 0);
    walk.take(&Call::Register(2));
    walk.take(&Call::Report(0, 2));
    walk.take(&Call::Wake);
    walk.take(&Call::Register(17));
    let sound = serde_json::to_value(&walk.channel).unwrap();
    assert!(serde_json::from_value::<Channel>(sound.clone()).is_ok());
    type Change = fn(&mut serde_json::Value);
    let changes: [(Change, &str); 8] = [
        (
            |it| it["state"]["live"][0]["weight"] = 99.into(),
            "the shares add up to 99, not to 100",
        ),
        (
            |it| it["state"]["serving"] = 7.into(),
            "what serves does not run",
        ),
        (
            |it| it["state"]["serving"] = serde_json::Value::Null,
            "the shares add up to 100, but nothing serves",
        ),
        (
            |it| it["state"]["candidate"]["start"] = 7.into(),
            "the candidate does not run",
        ),
        (
            |it| it["state"]["candidate"]["start"] = 1.into(),
            "the candidate 3.2.0 serves already",
        ),
        (
            |it| it["state"]["starts"] = 1.into(),
            "an instance has a start that was not counted",
        ),
        (
            |it| it["state"]["live"].as_array_mut().unwrap().reverse(),
            "the instances are not in the order of their starts",
        ),
        (
            |it| it["state"]["now"] = 5.into(),
            "a notice is of 10.000s, but it is only 0.005s",
        ),
    ];
    for (change, message) in changes {
        let mut changed = sound.clone();
        change(&mut changed);
        let error = serde_json::from_value::<Channel>(changed).unwrap_err();
        assert_eq!(error.to_string(), message);
    }
}
