//! Fifteen flaws of Hippo, each as a test that it is not one of ours.

use std::time::Duration;

use bindle_core::Digest;
use revisions::semver::Version;
use revisions::{
    AddressBook, Application, Channel, Command, Ledger, Policy, Recorded, Report, Rule, Selection,
    Timestamp, parse_legacy,
};

use crate::world::World;

const NOON: Timestamp = Timestamp::from_millis(43_200_000);

fn number(text: &str) -> Version {
    text.parse().unwrap()
}

fn ledger_of(numbers: &[&str]) -> Ledger {
    let mut ledger = Ledger::new("hello".parse().unwrap());
    for number in numbers {
        let id = format!("hello/{number}").parse().unwrap();
        let _ = ledger.register(&id, Digest::of(b"any")).unwrap();
    }
    ledger
}

fn highest(numbers: &[&str], rule: &str) -> Option<String> {
    let rule: Rule = rule.parse().unwrap();
    let ledger = ledger_of(numbers);
    ledger
        .highest(&rule)
        .map(|revision| revision.number().to_string())
}

/// Registering an older revision after a newer one took the older one live: the
/// rule was asked of the new one alone.
#[test]
fn order_dependent_downgrade() {
    let mut world = World::new(Policy::default());
    world.register("1.1.0");
    world.healthy("1.1.0");
    world.pass(60);
    world.register("1.0.0");
    world.pass(60);
    assert_eq!(world.channel.serving(), Some(&number("1.1.0")));
    assert_eq!(world.channel.candidate(), None);
}

/// A registration whose event got lost was never looked at again, and a change
/// of the rule not before the next registration.
#[test]
fn lost_event() {
    let mut world = World::serving("1.0.0", Policy::default());
    let _ = world
        .ledger
        .register(&"hello/1.1.0".parse().unwrap(), Digest::of(b"any"))
        .unwrap();
    // Nobody tells the channel; the next call of any kind finds it.
    world.healthy("1.0.0");
    assert_eq!(world.channel.candidate(), Some(&number("1.1.0")));
    let rule = Selection::Rule("<1.1".parse().unwrap());
    world.command(Command::Select(rule)).unwrap();
    assert_eq!(world.channel.candidate(), None);
}

/// The same revision twice made every later evaluation fail.
#[test]
fn duplicate_revision() {
    let mut ledger = ledger_of(&["1.0.0", "1.1.0"]);
    let again = ledger.register(&"hello/1.1.0".parse().unwrap(), Digest::of(b"any"));
    assert_eq!(again, Ok(Recorded::Known));
    assert_eq!(
        *ledger.highest(&Rule::default()).unwrap().number(),
        number("1.1.0")
    );
}

/// One version with a number above 2³¹ made the evaluation of all fail.
#[test]
fn overflowing_version() {
    let largest = format!("{0}.{0}.{0}", u64::MAX);
    assert_eq!(highest(&["1.0.0", &largest], "*"), Some(largest.clone()));
    assert_eq!(
        highest(&["1.0.0", &largest], "^1"),
        Some("1.0.0".to_owned())
    );
    assert_eq!(
        highest(&["1.0.0", "3000000000.0.0"], ">=3000000000"),
        Some("3000000000.0.0".to_owned())
    );
    assert!("^9007199254740991".parse::<Rule>().is_err());
}

/// A rule that is none was found out by the next registration.
#[test]
fn bad_rule_noticed_late() {
    let error = "1.q".parse::<Rule>().unwrap_err();
    assert_eq!(error.offset(), 2);
    // No other way leads to a rule.
    assert!(serde_json::from_str::<Selection>("{\"rule\": \"1.q\"}").is_err());
}

/// A missing rule meant everything, an empty one was an error at a distance.
#[test]
fn empty_rule() {
    assert_eq!(Selection::default(), Selection::Rule("*".parse().unwrap()));
    assert_eq!(
        "".parse::<Rule>().unwrap_err().to_string(),
        "the rule is empty; `*` picks the highest release"
    );
}

/// A bindle that was yanked kept being deployed.
#[test]
fn yank_never_seen() {
    let mut world = World::new(Policy::default());
    world.register("1.0.0");
    world.register("1.1.0");
    world.healthy("1.1.0");
    world.pass(60);
    world.yank("1.1.0");
    world.healthy("1.0.0");
    world.pass(60);
    assert_eq!(world.channel.serving(), Some(&number("1.0.0")));
}

/// Traffic went to a new revision before it answered, if it ever did.
#[test]
fn unhealthy_gets_traffic() {
    let mut world = World::serving("1.0.0", Policy::default());
    world.register("1.1.0");
    for _ in 0..100 {
        world.pass(10);
        let routed: Vec<_> = world.routes.as_ref().unwrap().iter().cloned().collect();
        assert_eq!(routed.len(), 1);
        assert_eq!(*routed[0].instance().revision(), number("1.0.0"));
    }
}

/// The old revision was stopped first, and whoever asked meanwhile got nothing.
#[test]
fn old_one_stopped_first() {
    let mut world = World::serving("1.0.0", Policy::default());
    world.register("1.1.0");
    world.healthy("1.1.0");
    world.pass(600);
    let story = world.story();
    let place = |line: &str| story.find(line).unwrap();
    assert!(place("start 1.1.0#2") < place("route 1.1.0#2 100%"));
    assert!(place("route 1.1.0#2 100%") < place("stop 1.0.0#1"));
}

/// A rule that nothing matched any more left the channel without a revision.
#[test]
fn no_match_leaves_nothing() {
    let mut world = World::serving("1.0.0", Policy::default());
    let rule = Selection::Rule("^2".parse().unwrap());
    world.command(Command::Select(rule)).unwrap();
    world.pass(600);
    assert_eq!(world.channel.serving(), Some(&number("1.0.0")));
    assert_eq!(world.routes.as_ref().unwrap().to_string(), "1.0.0#1 100%");
}

/// Builds of one version were told apart by their text, not by their age.
#[test]
fn ties_by_text() {
    let builds = ["0.1.0+q9f00000", "0.1.0+q1000000"];
    assert_eq!(highest(&builds, "*").as_deref(), Some("0.1.0+q1000000"));
}

/// `alice` matched `alice-wip` too, and timestamps were compared as text.
#[test]
fn overgenerous_prefix() {
    let numbers = [
        "1.0.0-alice-wip-2022.1.1",
        "1.0.0-alice-2021.9.1",
        "1.0.0-alice-2021.10.1",
    ];
    assert_eq!(
        highest(&numbers, "P:*-alice-*").as_deref(),
        Some("1.0.0-alice-2021.10.1")
    );
    assert!(parse_legacy("1.0.0-alice-2021.09.01").is_ok());
}

/// Two channels could be given one address.
#[test]
fn shared_address() {
    let mut book = AddressBook::default();
    let domain = "hippos.rocks".parse().unwrap();
    let mut add = |application: &str, channel: &str| {
        let mut app = Application::new(application.parse().unwrap(), "hello".parse().unwrap());
        let first = "first".parse().unwrap();
        let policy = Policy::default();
        let selection = Selection::default();
        app.add_channel(
            first,
            selection.clone(),
            policy.clone(),
            &mut book,
            &domain,
            NOON,
        )?;
        let name = channel.parse().unwrap();
        app.add_channel(name, selection, policy, &mut book, &domain, NOON)
            .cloned()
    };
    assert_eq!(add("a-b", "c_d").unwrap().as_str(), "c-d-a-b.hippos.rocks");
    assert_eq!(
        add("d-a-b", "c").unwrap_err().to_string(),
        "address c-d-a-b.hippos.rocks belongs to channel c_d of a-b"
    );
    assert_eq!(
        add("A_B", "c").unwrap_err().to_string(),
        "address a-b.hippos.rocks belongs to channel first of a-b"
    );
}

/// A channel could be fixed to a revision of another application, or to none.
#[test]
fn fixed_to_the_unregistered() {
    let ledger = ledger_of(&["1.0.0"]);
    let fixed = Selection::Fixed(number("2.0.0"));
    let error = Channel::new(fixed, Policy::default(), &ledger, NOON).unwrap_err();
    assert_eq!(error.to_string(), "revision 2.0.0 is not registered");
}

/// A revision that could not start was started again for ever.
#[test]
fn started_for_ever() {
    let attempts = 3.try_into().unwrap();
    let policy = Policy::builder()
        .max_attempts(attempts)
        .retry_delay(Duration::from_secs(1));
    let mut world = World::serving("1.0.0", policy.build().unwrap());
    world.register("1.1.0");
    let mut starts = 0;
    for _ in 0..1000 {
        if world.channel.candidate().is_some() {
            starts += 1;
            world.report("1.1.0", Report::failed("it traps"));
        }
        world.pass(1);
    }
    assert_eq!(starts, 3);
}
