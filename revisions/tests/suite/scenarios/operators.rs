//! What operators do in the middle of a rollout.

use revisions::semver::Version;
use revisions::{
    Command, HeldBack, OnYank, Phase, Policy, Promotion, Rule, Selection, Step, Timestamp,
};
use snapbox::{assert_data_eq, str};

use super::{canary, seconds};
use crate::world::World;

fn rollback(to: Option<&str>) -> Command {
    Command::Rollback {
        to: to.map(|number| number.parse().unwrap()),
    }
}

fn fixed(number: &str) -> Command {
    Command::Select(Selection::Fixed(number.parse().unwrap()))
}

fn rule(rule: &str) -> Command {
    Command::Select(Selection::Rule(rule.parse().unwrap()))
}

/// 1.0.0 served, 1.1.0 serves.
fn upgraded(policy: Policy) -> World {
    let mut world = World::serving("1.0.0", policy);
    world.register("1.1.0");
    world.healthy("1.1.0");
    world.pass(300);
    assert_eq!(world.channel.serving().unwrap().to_string(), "1.1.0");
    world.story();
    world
}

#[test]
fn pause_and_resume_in_a_step() {
    let mut world = World::serving("1.0.0", canary().build().unwrap());
    world.register("1.1.0");
    world.healthy("1.1.0");
    world.pass(40);
    world.command(Command::Pause).unwrap();
    world.pass(3600);
    world.command(Command::Resume).unwrap();
    world.pass(200);
    assert_data_eq!(
        world.story(),
        str![[r#"
10.000s start 1.1.0#2
10.000s 1.1.0 is started
10.000s 1.1.0 is healthy
20.000s route 1.0.0#1 90%, 1.1.0#2 10%
20.000s 1.1.0 gets 10% of the traffic
50.000s paused
3650.000s resumed
3680.000s route 1.0.0#1 50%, 1.1.0#2 50%
3680.000s 1.1.0 gets 50% of the traffic
3740.000s route 1.1.0#2 100%
3740.000s 1.1.0 serves, after 1.0.0
3770.000s stop 1.0.0#1
3770.000s 1.0.0 is stopped

"#]]
    );
}

/// The time of a pause does not count for the deadline.
#[test]
fn pause_before_it_is_healthy() {
    let mut world = World::serving("1.0.0", Policy::default());
    world.register("1.1.0");
    world.pass(100);
    world.command(Command::Pause).unwrap();
    world.command(Command::Pause).unwrap();
    world.pass(3600);
    world.command(Command::Resume).unwrap();
    world.command(Command::Resume).unwrap();
    world.pass(190);
    world.healthy("1.1.0");
    world.pass(5);
    assert!(world.channel.candidate().is_some());
    world.pass(60);
    assert_data_eq!(
        world.story(),
        str![[r#"
10.000s start 1.1.0#2
10.000s 1.1.0 is started
110.000s paused
3710.000s resumed
3900.000s 1.1.0 is healthy
3910.000s route 1.1.0#2 100%
3910.000s 1.1.0 serves, after 1.0.0
3940.000s stop 1.0.0#1
3940.000s 1.0.0 is stopped

"#]]
    );
}

#[test]
fn nothing_new_starts_in_a_pause_but_what_fails_loses_its_traffic() {
    let mut world = World::serving("1.0.0", canary().build().unwrap());
    world.register("1.1.0");
    world.healthy("1.1.0");
    world.pass(40);
    world.command(Command::Pause).unwrap();
    world.register("1.2.0");
    world.sick("1.1.0");
    world.pass(60);
    world.command(Command::Resume).unwrap();
    assert_data_eq!(
        world.story(),
        str![[r#"
10.000s start 1.1.0#2
10.000s 1.1.0 is started
10.000s 1.1.0 is healthy
20.000s route 1.0.0#1 90%, 1.1.0#2 10%
20.000s 1.1.0 gets 10% of the traffic
50.000s paused
50.000s route 1.0.0#1 100%
50.000s 1.1.0 is not healthy: it answers 500
50.000s 1.1.0 failed: it became unhealthy: it answers 500
80.000s stop 1.1.0#2
80.000s 1.1.0 is stopped
110.000s start 1.2.0#3
110.000s resumed
110.000s 1.2.0 is started

"#]]
    );
}

/// Nothing is due in a pause: it asks for no wake. What was due is done after it.
#[test]
fn no_attempt_starts_in_a_pause() {
    let policy = Policy::builder().max_attempts(2.try_into().unwrap());
    let mut world = World::serving("1.0.0", policy.build().unwrap());
    world.register("1.1.0");
    world.ended("1.1.0");
    assert!(world.channel.next_wake().is_some());
    world.command(Command::Pause).unwrap();
    assert_eq!(world.channel.next_wake(), None);
    world.pass(600);
    assert_eq!(world.channel.candidate(), None);
    world.command(Command::Resume).unwrap();
    assert!(world.channel.candidate().is_some());
}

#[test]
fn abort_in_a_step_and_try_again() {
    let mut world = World::serving("1.0.0", canary().build().unwrap());
    world.register("1.1.0");
    world.healthy("1.1.0");
    world.pass(40);
    world.command(Command::Abort).unwrap();
    world.pass(600);
    let revision = "1.1.0".parse().unwrap();
    world.command(Command::Retry { revision }).unwrap();
    world.healthy("1.1.0");
    world.pass(300);
    assert_data_eq!(
        world.story(),
        str![[r#"
10.000s start 1.1.0#2
10.000s 1.1.0 is started
10.000s 1.1.0 is healthy
20.000s route 1.0.0#1 90%, 1.1.0#2 10%
20.000s 1.1.0 gets 10% of the traffic
50.000s route 1.0.0#1 100%
50.000s 1.1.0 is withdrawn: aborted
80.000s stop 1.1.0#2
80.000s 1.1.0 is stopped
650.000s start 1.1.0#3
650.000s 1.1.0 may be selected again
650.000s 1.1.0 is started
650.000s 1.1.0 is healthy
660.000s route 1.0.0#1 90%, 1.1.0#3 10%
660.000s 1.1.0 gets 10% of the traffic
720.000s route 1.0.0#1 50%, 1.1.0#3 50%
720.000s 1.1.0 gets 50% of the traffic
780.000s route 1.1.0#3 100%
780.000s 1.1.0 serves, after 1.0.0
810.000s stop 1.0.0#1
810.000s 1.0.0 is stopped

"#]]
    );
}

#[test]
fn promote_past_the_steps() {
    let mut world = World::serving("1.0.0", canary().build().unwrap());
    world.register("1.1.0");
    world.healthy("1.1.0");
    world.pass(5);
    assert_eq!(
        world.command(Command::Promote).unwrap_err().to_string(),
        "revision 1.1.0 cannot be promoted yet: it is healthy for 5s; 10s are needed"
    );
    world.pass(10);
    world.command(Command::Promote).unwrap();
    assert_data_eq!(
        world.story(),
        str![[r#"
10.000s start 1.1.0#2
10.000s 1.1.0 is started
10.000s 1.1.0 is healthy
20.000s route 1.0.0#1 90%, 1.1.0#2 10%
20.000s 1.1.0 gets 10% of the traffic
25.000s route 1.1.0#2 100%
25.000s 1.1.0 serves, after 1.0.0

"#]]
    );
}

/// Back without steps, and not forward again until something new comes.
#[test]
fn rollback_to_what_served_before() {
    let mut world = upgraded(canary().build().unwrap());
    world.register("1.0.5");
    world.command(rollback(None)).unwrap();
    world.healthy("1.0.0");
    world.pass(600);
    world.register("1.0.6");
    world.healthy("1.0.6");
    world.pass(300);
    assert_data_eq!(
        world.story(),
        str![[r#"
310.000s start 1.0.0#3
310.000s rolled back from 1.1.0 to 1.0.0
310.000s 1.0.0 is started
310.000s 1.0.0 is healthy
320.000s route 1.0.0#3 100%
320.000s 1.0.0 serves, after 1.1.0
350.000s stop 1.1.0#2
350.000s 1.1.0 is stopped
910.000s start 1.0.6#4
910.000s 1.0.6 is started
910.000s 1.0.6 is healthy
920.000s route 1.0.0#3 90%, 1.0.6#4 10%
920.000s 1.0.6 gets 10% of the traffic
980.000s route 1.0.0#3 50%, 1.0.6#4 50%
980.000s 1.0.6 gets 50% of the traffic
1040.000s route 1.0.6#4 100%
1040.000s 1.0.6 serves, after 1.0.0
1070.000s stop 1.0.0#3
1070.000s 1.0.0 is stopped

"#]]
    );
}

#[test]
fn rollback_while_the_old_one_drains_takes_no_start() {
    let mut world = World::serving("1.0.0", Policy::default());
    world.register("1.1.0");
    world.healthy("1.1.0");
    world.pass(15);
    world.story();
    world.command(rollback(None)).unwrap();
    assert_data_eq!(
        world.story(),
        str![[r#"
25.000s route 1.0.0#1 100%
25.000s rolled back from 1.1.0 to 1.0.0
25.000s 1.0.0 is started
25.000s 1.0.0 serves, after 1.1.0

"#]]
    );
}

#[test]
fn rollback_of_a_fixed_channel_fixes_the_older_one() {
    let mut world = upgraded(Policy::default());
    world.command(fixed("1.1.0")).unwrap();
    world.command(rollback(None)).unwrap();
    assert_eq!(world.channel.selection().to_string(), "1.0.0 (fixed)");
    world.healthy("1.0.0");
    world.pass(60);
    assert_eq!(world.channel.serving().unwrap().to_string(), "1.0.0");
}

/// What is kept though it was yanked is kept from a yank, not from an operator.
#[test]
fn rollback_from_a_yanked_one_that_is_kept() {
    let mut world = upgraded(Policy::builder().on_yank(OnYank::Keep).build().unwrap());
    world.yank("1.1.0");
    assert_eq!(world.channel.candidate(), None);
    world.command(rollback(None)).unwrap();
    world.healthy("1.0.0");
    world.pass(60);
    assert_eq!(world.channel.serving().unwrap().to_string(), "1.0.0");
}

#[test]
fn rollback_in_a_pause_ends_it() {
    let mut world = upgraded(Policy::default());
    world.command(Command::Pause).unwrap();
    world.command(rollback(Some("1.0.0"))).unwrap();
    world.healthy("1.0.0");
    world.pass(60);
    assert_eq!(world.channel.serving().unwrap().to_string(), "1.0.0");
}

/// What goes through the steps, or has been through them, need not any more.
#[test]
fn rollback_to_the_candidate_takes_no_further_steps() {
    let mut world = upgraded(canary().build().unwrap());
    world.yank("1.1.0");
    world.healthy("1.0.0");
    world.pass(20);
    world.command(rollback(Some("1.0.0"))).unwrap();
    assert_data_eq!(
        world.story(),
        str![[r#"
310.000s start 1.0.0#3
310.000s 1.1.0, which serves, was yanked
310.000s 1.0.0 is started
310.000s 1.0.0 is healthy
320.000s route 1.1.0#2 90%, 1.0.0#3 10%
320.000s 1.0.0 gets 10% of the traffic
330.000s route 1.0.0#3 100%
330.000s rolled back from 1.1.0 to 1.0.0
330.000s 1.0.0 serves, after 1.1.0

"#]]
    );
    let manual = Policy::builder().promotion(Promotion::Manual);
    let mut world = World::new(manual.build().unwrap());
    for number in ["1.0.0", "1.1.0"] {
        world.register(number);
        world.healthy(number);
        world.pass(60);
        world.command(Command::Promote).unwrap();
        world.pass(60);
    }
    world.yank("1.1.0");
    world.healthy("1.0.0");
    world.pass(5);
    world.command(rollback(Some("1.0.0"))).unwrap();
    world.pass(4);
    assert_eq!(world.channel.serving().unwrap().to_string(), "1.1.0");
    world.pass(1);
    assert_eq!(world.channel.serving().unwrap().to_string(), "1.0.0");
    // It awaits its promotion, and the rollback is that.
    world.register("1.2.0");
    world.healthy("1.2.0");
    world.pass(60);
    assert_eq!(world.channel.status().phase(), Phase::AwaitsPromotion);
    world.command(rollback(Some("1.2.0"))).unwrap();
    assert_eq!(world.channel.serving().unwrap().to_string(), "1.2.0");
}

/// It does not go on to the next lower one.
#[test]
fn an_aborted_rollback_leaves_what_serves() {
    let mut world = upgraded(Policy::default());
    world.register("1.2.0");
    world.healthy("1.2.0");
    world.pass(300);
    world.story();
    world.command(rollback(None)).unwrap();
    world.command(Command::Abort).unwrap();
    world.pass(60);
    world.register("1.2.1");
    assert_data_eq!(
        world.story(),
        str![[r#"
610.000s start 1.1.0#4
610.000s rolled back from 1.2.0 to 1.1.0
610.000s 1.1.0 is started
610.000s stop 1.1.0#4
610.000s 1.1.0 is withdrawn: aborted
610.000s 1.1.0 is stopped
670.000s start 1.2.1#5
670.000s 1.2.1 is started

"#]]
    );
    // What serves is not held back, if it ever has to be started again.
    world.healthy("1.2.1");
    world.pass(60);
    world.yank("1.2.1");
    assert_eq!(world.channel.candidate().unwrap().to_string(), "1.2.0");
}

/// While the rollback has not begun because something newer came, aborting that
/// lets it begin.
#[test]
fn an_abort_of_what_came_after_a_rollback_returns_to_it() {
    let mut world = upgraded(Policy::default());
    world.command(rollback(None)).unwrap();
    world.register("1.2.0");
    assert_eq!(world.channel.candidate().unwrap().to_string(), "1.2.0");
    world.command(Command::Abort).unwrap();
    assert_eq!(world.channel.candidate().unwrap().to_string(), "1.0.0");
}

#[test]
fn commands_that_can_not_be_followed_say_why() {
    let mut world = World::new(Policy::default());
    let number = |text: &str| text.parse().unwrap();
    let cases = [
        (Command::Abort, "no rollout is under way"),
        (Command::Promote, "no rollout is under way"),
        (rollback(None), "nothing serves yet"),
        (fixed("1.0.0"), "revision 1.0.0 is not registered"),
        (
            Command::Retry {
                revision: number("1.0.0"),
            },
            "revision 1.0.0 neither failed nor was it aborted or rolled back",
        ),
    ];
    for (command, message) in cases {
        assert_eq!(world.command(command).unwrap_err().to_string(), message);
    }
    let mut world = World::serving("1.0.0", Policy::default());
    world.register("0.9.0");
    world.yank("0.9.0");
    world.register("0.8.0");
    let cases = [
        (
            rollback(None),
            "no earlier revision is left to go back to; name one",
        ),
        (rollback(Some("1.0.0")), "revision 1.0.0 serves already"),
        (rollback(Some("0.7.0")), "revision 0.7.0 is not registered"),
        (
            rollback(Some("0.9.0")),
            "revision 0.9.0 was yanked, and cannot be selected any more",
        ),
        (
            fixed("0.9.0"),
            "revision 0.9.0 was yanked, and cannot be selected any more",
        ),
    ];
    for (command, message) in cases {
        assert_eq!(world.command(command).unwrap_err().to_string(), message);
    }
    world.command(rule("^1")).unwrap();
    assert_eq!(
        world
            .command(rollback(Some("0.8.0")))
            .unwrap_err()
            .to_string(),
        "revision 0.8.0 does not match ^1; change the rule first"
    );
    world.register("1.1.0");
    assert_eq!(
        world.command(rollback(None)).unwrap_err().to_string(),
        "a rollout is under way; abort it, or name the revision to go back to"
    );
    assert_eq!(
        world.command(Command::Promote).unwrap_err().to_string(),
        "revision 1.1.0 cannot be promoted yet: it is not healthy; 10s are needed"
    );
    world.command(Command::Pause).unwrap();
    assert_eq!(
        world.command(Command::Promote).unwrap_err().to_string(),
        "the channel is paused; resume it first"
    );
}

#[test]
fn the_rule_changes_in_a_rollout() {
    let mut world = World::serving("1.0.0", canary().build().unwrap());
    world.register("2.0.0");
    world.healthy("2.0.0");
    world.pass(40);
    world.command(rule("^1")).unwrap();
    world.pass(60);
    world.register("1.1.0");
    assert_data_eq!(
        world.story(),
        str![[r#"
10.000s start 2.0.0#2
10.000s 2.0.0 is started
10.000s 2.0.0 is healthy
20.000s route 1.0.0#1 90%, 2.0.0#2 10%
20.000s 2.0.0 gets 10% of the traffic
50.000s route 1.0.0#1 100%
50.000s selects by ^1
50.000s 2.0.0 is withdrawn: it is not selected any more
80.000s stop 2.0.0#2
80.000s 2.0.0 is stopped
110.000s start 1.1.0#3
110.000s 1.1.0 is started

"#]]
    );
}

/// What serves keeps serving.
#[test]
fn a_rule_that_nothing_matches() {
    let mut world = World::serving("1.0.0", Policy::default());
    world.command(rule("^2")).unwrap();
    world.pass(600);
    assert_data_eq!(
        world.story(),
        str![[r#"
10.000s selects by ^2
10.000s no revision can be selected by ^2

"#]]
    );
}

/// As `spin deploy` does: each deployment fixes the channel to its revision, be
/// it a lower one.
#[test]
fn a_lower_revision_is_fixed() {
    let mut world = World::serving("0.1.1", Policy::default());
    world.register("0.1.0");
    world.command(fixed("0.1.0")).unwrap();
    world.healthy("0.1.0");
    world.pass(60);
    assert_data_eq!(
        world.story(),
        str![[r#"
10.000s start 0.1.0#2
10.000s selects by 0.1.0 (fixed)
10.000s 0.1.0 is started
10.000s 0.1.0 is healthy
20.000s route 0.1.0#2 100%
20.000s 0.1.0 serves, after 0.1.1
50.000s stop 0.1.1#1
50.000s 0.1.1 is stopped

"#]]
    );
}

/// To fix a revision that failed is to ask for it again.
#[test]
fn a_failed_revision_is_fixed() {
    let mut world = World::serving("1.0.0", Policy::default());
    world.register("1.1.0");
    world.ended("1.1.0");
    assert!(world.channel.candidate().is_none());
    world.command(fixed("1.1.0")).unwrap();
    assert!(world.channel.candidate().is_some());
}

#[test]
fn the_policy_changes_in_a_step() {
    let mut world = World::serving("1.0.0", canary().build().unwrap());
    world.register("1.1.0");
    world.healthy("1.1.0");
    world.pass(30);
    world
        .command(Command::SetPolicy(Policy::default()))
        .unwrap();
    world.pass(100);
    assert_data_eq!(
        world.story(),
        str![[r#"
10.000s start 1.1.0#2
10.000s 1.1.0 is started
10.000s 1.1.0 is healthy
20.000s route 1.0.0#1 90%, 1.1.0#2 10%
20.000s 1.1.0 gets 10% of the traffic
40.000s policy changed
80.000s route 1.1.0#2 100%
80.000s 1.1.0 serves, after 1.0.0
110.000s stop 1.0.0#1
110.000s 1.0.0 is stopped

"#]]
    );
}

/// Whether it awaits after steps or without any, and beside one that serves or
/// as the first.
#[test]
fn the_policy_changes_while_a_candidate_awaits_its_promotion() {
    let step = |weight| Step::new(weight, seconds(30));
    let manual = || Policy::builder().promotion(Promotion::Manual);
    let with_step = |weight| manual().steps([step(weight)]).build().unwrap();

    let mut world = World::new(with_step(10));
    world.register("1.0.0");
    world.healthy("1.0.0");
    world.pass(60);
    // The first has nothing to share the traffic with, whatever the steps.
    world.command(Command::SetPolicy(with_step(20))).unwrap();
    assert_eq!(world.channel.status().phase(), Phase::AwaitsPromotion);
    world
        .command(Command::SetPolicy(Policy::default()))
        .unwrap();
    assert_eq!(world.channel.serving().unwrap().to_string(), "1.0.0");

    world.command(Command::SetPolicy(with_step(10))).unwrap();
    world.register("1.1.0");
    world.healthy("1.1.0");
    world.pass(60);
    world.story();
    // A lower step is none.
    world.command(Command::SetPolicy(with_step(5))).unwrap();
    world.command(Command::Pause).unwrap();
    world.command(Command::SetPolicy(with_step(50))).unwrap();
    world.pass(10);
    world.command(Command::Resume).unwrap();
    world.pass(60);
    let automatic = manual().promotion(Promotion::Automatic);
    let automatic = automatic.steps([step(90)]).min_healthy(seconds(200));
    world
        .command(Command::SetPolicy(automatic.build().unwrap()))
        .unwrap();
    world.pass(120);
    assert_data_eq!(
        world.story(),
        str![[r#"
120.000s policy changed
120.000s paused
120.000s policy changed
130.000s route 1.0.0#1 50%, 1.1.0#2 50%
130.000s resumed
130.000s 1.1.0 gets 50% of the traffic
160.000s 1.1.0 is ready, and waits to be promoted
190.000s policy changed
260.000s route 1.0.0#1 10%, 1.1.0#2 90%
260.000s 1.1.0 gets 90% of the traffic
290.000s route 1.1.0#2 100%
290.000s 1.1.0 serves, after 1.0.0

"#]]
    );
}

#[test]
fn status_reads_like_a_deployment() {
    let mut world = World::new(canary().build().unwrap());
    let mut told = String::new();
    let mut tell = |world: &World| {
        told += &world.channel.status().to_string();
        told += "---\n";
    };
    tell(&world);
    world.register("1.0.0");
    world.healthy("1.0.0");
    tell(&world);
    world.pass(60);
    tell(&world);
    world.register("1.1.0");
    world.healthy("1.1.0");
    world.pass(20);
    tell(&world);
    world.command(Command::Pause).unwrap();
    tell(&world);
    world.ended("1.1.0");
    tell(&world);
    assert_data_eq!(
        told,
        str![[r#"
Nothing to serve, selected by *
Last: 0.000s no revision can be selected by *
---
Deploying 1.0.0, selected by *
Waiting for 1.0.0 to become ready... since 0.000s
---
Serving 1.0.0: 1.0.0#1 100%
Last: 10.000s 1.0.0 serves
---
Deploying 1.1.0, selected by *
Moving traffic to 1.1.0... 10% since 70.000s
Serving 1.0.0: 1.0.0#1 90%, 1.1.0#2 10%
---
Deploying 1.1.0, selected by *
Moving traffic to 1.1.0... 10% since 70.000s
Serving 1.0.0: 1.0.0#1 90%, 1.1.0#2 10%
Paused since 80.000s
---
Serving 1.0.0: 1.0.0#1 100%
Paused since 80.000s
Last: 80.000s 1.1.0 failed: it ended: it trapped
Held back: 1.1.0, failed
---

"#]]
    );
}

#[test]
fn status_says_what_since_when_and_why() {
    let policy = canary().promotion(Promotion::Manual).drain(seconds(0));
    let mut world = World::new(policy.build().unwrap());
    assert_eq!(world.channel.status().phase(), Phase::Empty);
    world.register("1.0.0");
    world.healthy("1.0.0");
    world.pass(20);
    let told = world.channel.status().to_string();
    assert!(
        told.ends_with("Waiting for 1.0.0 to be promoted... since 10.000s\n"),
        "{told}"
    );
    world.command(Command::Promote).unwrap();
    assert_eq!(world.channel.status().phase(), Phase::Serving);
    world.command(rule("^1")).unwrap();
    world.register("1.1.0");
    world.ended("1.1.0");
    world.register("1.2.0");

    let status = world.channel.status();
    assert_eq!(status.phase(), Phase::Starting);
    assert_eq!(status.routes().to_string(), "1.0.0#1 100%");
    world.healthy("1.2.0");
    world.pass(20);

    let status = world.channel.status();
    assert_eq!(status.phase(), Phase::Step { weight: 10 });
    assert_eq!(status.since(), Timestamp::from_millis(30_000));
    assert_eq!(
        status.why().unwrap().to_string(),
        "30.000s 1.2.0 gets 10% of the traffic"
    );
    assert_eq!(status.selection().to_string(), "^1");
    assert_eq!(status.serving().unwrap().to_string(), "1.0.0");
    assert_eq!(status.candidate().unwrap().to_string(), "1.2.0");
    assert_eq!(status.routes().to_string(), "1.0.0#1 90%, 1.2.0#3 10%");
    assert_eq!(status.next_wake(), Some(Timestamp::from_millis(90_000)));
    let held_back: Vec<_> = status.held_back().iter().collect();
    let failed: Version = "1.1.0".parse().unwrap();
    assert_eq!(held_back, [(&failed, &HeldBack::Failed { attempts: 1 })]);

    assert_eq!(status.paused_since(), None);
    world.command(Command::Pause).unwrap();
    let status = world.channel.status();
    assert_eq!(status.paused_since(), Some(Timestamp::from_millis(40_000)));
    assert_eq!(status.next_wake(), None);
}

#[test]
fn status_serializes() {
    let mut world = World::serving("1.0.0", canary().build().unwrap());
    world.register("1.1.0");
    world.healthy("1.1.0");
    world.pass(20);
    let json = serde_json::to_string_pretty(&world.channel.status()).unwrap();
    assert_data_eq!(
        json,
        str![[r#"
{
  "phase": {
    "step": {
      "weight": 10
    }
  },
  "since": 20000,
  "why": {
    "at": 20000,
    "event": {
      "event": "step-reached",
      "revision": "1.1.0",
      "weight": 10
    }
  },
  "selection": {
    "rule": "*"
  },
  "serving": "1.0.0",
  "candidate": "1.1.0",
  "routes": [
    {
      "instance": {
        "revision": "1.0.0",
        "start": 1
      },
      "weight": 90
    },
    {
      "instance": {
        "revision": "1.1.0",
        "start": 2
      },
      "weight": 10
    }
  ],
  "paused_since": null,
  "next_wake": 80000,
  "held_back": {}
}
"#]]
    );
}

#[test]
fn the_default_selection_is_every_release() {
    assert_eq!(Selection::default(), Selection::Rule(Rule::default()));
    assert_eq!(Selection::default().to_string(), "*");
}
