//! Rollouts that fail, at every stage, and what becomes of late, repeated and
//! unknown events.

use revisions::{Command, Policy, Promotion, Report, Timestamp};
use snapbox::{assert_data_eq, str};

use super::{canary, seconds};
use crate::world::World;

#[test]
fn it_can_not_be_started() {
    let mut world = World::serving("0.1.1", Policy::default());
    world.register("0.1.2");
    world.report("0.1.2", Report::failed("its start section traps"));
    world.pass(600);
    assert_data_eq!(
        world.story(),
        str![[r#"
10.000s start 0.1.2#2
10.000s 0.1.2 is started
10.000s stop 0.1.2#2
10.000s 0.1.2 is not healthy: its start section traps
10.000s 0.1.2 failed: it ended: its start section traps
10.000s 0.1.2 is stopped

"#]]
    );
}

#[test]
fn it_never_becomes_healthy() {
    let mut world = World::serving("1.0.0", Policy::default());
    world.register("1.1.0");
    world.pass(100);
    world.sick("1.1.0");
    world.pass(600);
    assert_data_eq!(
        world.story(),
        str![[r#"
10.000s start 1.1.0#2
10.000s 1.1.0 is started
110.000s 1.1.0 is not healthy: it answers 500
310.000s stop 1.1.0#2
310.000s 1.1.0 failed: it did not become healthy in time: it answers 500
310.000s 1.1.0 is stopped

"#]]
    );
}

/// Ten seconds without a break are asked for, and it breaks after nine.
#[test]
fn it_is_never_healthy_for_long() {
    let mut world = World::serving("1.0.0", Policy::default());
    world.register("1.1.0");
    for _ in 0..40 {
        if world.channel.candidate().is_some() {
            world.healthy("1.1.0");
            world.pass(9);
            world.sick("1.1.0");
            world.pass(1);
        }
    }
    assert_eq!(world.channel.serving().unwrap().to_string(), "1.0.0");
    let story = world.story();
    assert!(
        story.contains("310.000s 1.1.0 failed: it did not become healthy in time"),
        "{story}"
    );
}

#[test]
fn it_fails_in_the_first_step() {
    let mut world = World::serving("1.0.0", canary().build().unwrap());
    world.register("1.1.0");
    world.healthy("1.1.0");
    world.pass(30);
    world.sick("1.1.0");
    world.pass(60);
    assert_data_eq!(
        world.story(),
        str![[r#"
10.000s start 1.1.0#2
10.000s 1.1.0 is started
10.000s 1.1.0 is healthy
20.000s route 1.0.0#1 90%, 1.1.0#2 10%
20.000s 1.1.0 gets 10% of the traffic
40.000s route 1.0.0#1 100%
40.000s 1.1.0 is not healthy: it answers 500
40.000s 1.1.0 failed: it became unhealthy: it answers 500
70.000s stop 1.1.0#2
70.000s 1.1.0 is stopped

"#]]
    );
}

#[test]
fn it_ends_in_the_second_step() {
    let mut world = World::serving("1.0.0", canary().build().unwrap());
    world.register("1.1.0");
    world.healthy("1.1.0");
    world.pass(100);
    world.ended("1.1.0");
    world.pass(60);
    assert_data_eq!(
        world.story(),
        str![[r#"
10.000s start 1.1.0#2
10.000s 1.1.0 is started
10.000s 1.1.0 is healthy
20.000s route 1.0.0#1 90%, 1.1.0#2 10%
20.000s 1.1.0 gets 10% of the traffic
80.000s route 1.0.0#1 50%, 1.1.0#2 50%
80.000s 1.1.0 gets 50% of the traffic
110.000s route 1.0.0#1 100%
110.000s stop 1.1.0#2
110.000s 1.1.0 is not healthy: it trapped
110.000s 1.1.0 failed: it ended: it trapped
110.000s 1.1.0 is stopped

"#]]
    );
}

#[test]
fn it_fails_while_it_waits_to_be_promoted() {
    let mut world = World::serving("1.0.0", Policy::default());
    let manual = Policy::builder()
        .promotion(Promotion::Manual)
        .build()
        .unwrap();
    world.command(Command::SetPolicy(manual)).unwrap();
    world.register("1.1.0");
    world.healthy("1.1.0");
    world.pass(100);
    world.sick("1.1.0");
    world.pass(60);
    assert_data_eq!(
        world.story(),
        str![[r#"
10.000s policy changed
10.000s start 1.1.0#2
10.000s 1.1.0 is started
10.000s 1.1.0 is healthy
20.000s 1.1.0 is ready, and waits to be promoted
110.000s stop 1.1.0#2
110.000s 1.1.0 is not healthy: it answers 500
110.000s 1.1.0 failed: it became unhealthy: it answers 500
110.000s 1.1.0 is stopped

"#]]
    );
}

#[test]
fn the_third_attempt_works() {
    let policy = Policy::builder()
        .max_attempts(3.try_into().unwrap())
        .build()
        .unwrap();
    let mut world = World::serving("1.0.0", policy);
    world.register("1.1.0");
    world.ended("1.1.0");
    world.pass(30);
    world.ended("1.1.0");
    world.pass(30);
    world.healthy("1.1.0");
    world.pass(60);
    assert_data_eq!(
        world.story(),
        str![[r#"
10.000s start 1.1.0#2
10.000s 1.1.0 is started
10.000s stop 1.1.0#2
10.000s 1.1.0 is not healthy: it trapped
10.000s 1.1.0 failed, and is tried again at 40.000s: it ended: it trapped
10.000s 1.1.0 is stopped
40.000s start 1.1.0#3
40.000s 1.1.0 is started, attempt 2
40.000s stop 1.1.0#3
40.000s 1.1.0 is not healthy: it trapped
40.000s 1.1.0 failed, and is tried again at 70.000s: it ended: it trapped
40.000s 1.1.0 is stopped
70.000s start 1.1.0#4
70.000s 1.1.0 is started, attempt 3
70.000s 1.1.0 is healthy
80.000s route 1.1.0#4 100%
80.000s 1.1.0 serves, after 1.0.0
110.000s stop 1.0.0#1
110.000s 1.0.0 is stopped

"#]]
    );
}

/// The next best is tried when the best has failed for good.
#[test]
fn the_best_fails_and_the_next_best_takes_over() {
    let mut world = World::serving("1.0.0", Policy::default());
    world.register("1.2.0");
    world.register("1.1.0");
    world.ended("1.2.0");
    world.healthy("1.1.0");
    world.pass(60);
    assert_data_eq!(
        world.story(),
        str![[r#"
10.000s start 1.2.0#2
10.000s 1.2.0 is started
10.000s start 1.1.0#3
10.000s stop 1.2.0#2
10.000s 1.2.0 is not healthy: it trapped
10.000s 1.2.0 failed: it ended: it trapped
10.000s 1.1.0 is started
10.000s 1.2.0 is stopped
10.000s 1.1.0 is healthy
20.000s route 1.1.0#3 100%
20.000s 1.1.0 serves, after 1.0.0
50.000s stop 1.0.0#1
50.000s 1.0.0 is stopped

"#]]
    );
}

/// While both sides are sick the shares stay as they are. The old one recovers.
#[test]
fn both_are_sick_and_the_old_one_recovers() {
    let mut world = World::serving("1.0.0", canary().build().unwrap());
    world.register("1.1.0");
    world.healthy("1.1.0");
    world.pass(30);
    world.sick("1.0.0");
    world.pass(5);
    world.sick("1.1.0");
    world.pass(100);
    world.healthy("1.0.0");
    world.pass(60);
    assert_data_eq!(
        world.story(),
        str![[r#"
10.000s start 1.1.0#2
10.000s 1.1.0 is started
10.000s 1.1.0 is healthy
20.000s route 1.0.0#1 90%, 1.1.0#2 10%
20.000s 1.1.0 gets 10% of the traffic
40.000s 1.0.0 is not healthy: it answers 500
45.000s 1.1.0 is not healthy: it answers 500
145.000s route 1.0.0#1 100%
145.000s 1.0.0 is healthy
145.000s 1.1.0 failed: it became unhealthy: it answers 500
175.000s stop 1.1.0#2
175.000s 1.1.0 is stopped

"#]]
    );
}

/// While both sides are sick the shares stay as they are. The new one recovers,
/// and starts its step anew.
#[test]
fn both_are_sick_and_the_new_one_recovers() {
    let mut world = World::serving("1.0.0", canary().build().unwrap());
    world.register("1.1.0");
    world.healthy("1.1.0");
    world.pass(30);
    world.sick("1.0.0");
    world.sick("1.1.0");
    world.pass(100);
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
40.000s 1.0.0 is not healthy: it answers 500
40.000s 1.1.0 is not healthy: it answers 500
140.000s 1.1.0 is healthy
200.000s route 1.0.0#1 50%, 1.1.0#2 50%
200.000s 1.1.0 gets 50% of the traffic
260.000s route 1.1.0#2 100%
260.000s 1.1.0 serves, after 1.0.0
290.000s stop 1.0.0#1
290.000s 1.0.0 is stopped

"#]]
    );
}

/// What failed keeps its share until the old one can take it; then it is
/// stopped.
#[test]
fn both_are_sick_until_the_deadline() {
    let policy = canary().progress_deadline(seconds(120)).build().unwrap();
    let mut world = World::serving("1.0.0", policy);
    world.register("1.1.0");
    world.healthy("1.1.0");
    world.pass(30);
    world.sick("1.0.0");
    world.sick("1.1.0");
    world.pass(600);
    world.healthy("1.0.0");
    world.pass(60);
    assert_data_eq!(
        world.story(),
        str![[r#"
10.000s start 1.1.0#2
10.000s 1.1.0 is started
10.000s 1.1.0 is healthy
20.000s route 1.0.0#1 90%, 1.1.0#2 10%
20.000s 1.1.0 gets 10% of the traffic
40.000s 1.0.0 is not healthy: it answers 500
40.000s 1.1.0 is not healthy: it answers 500
200.000s 1.1.0 failed: its step was not over in time
640.000s route 1.0.0#1 100%
640.000s 1.0.0 is healthy
670.000s stop 1.1.0#2
670.000s 1.1.0 is stopped

"#]]
    );
}

/// A third one takes the last share of what failed, which then is stopped too.
#[test]
fn both_are_sick_and_a_third_one_takes_over() {
    let policy = canary().progress_deadline(seconds(120)).build().unwrap();
    let mut world = World::serving("1.0.0", policy);
    world.register("1.1.0");
    world.healthy("1.1.0");
    world.pass(30);
    world.sick("1.0.0");
    world.sick("1.1.0");
    world.pass(600);
    world.story();
    world.register("1.2.0");
    world.healthy("1.2.0");
    world.pass(300);
    assert_data_eq!(
        world.story(),
        str![[r#"
640.000s start 1.2.0#3
640.000s 1.2.0 is started
640.000s 1.2.0 is healthy
650.000s route 1.0.0#1 90%, 1.2.0#3 10%
650.000s 1.2.0 gets 10% of the traffic
680.000s stop 1.1.0#2
680.000s 1.1.0 is stopped
710.000s route 1.0.0#1 50%, 1.2.0#3 50%
710.000s 1.2.0 gets 50% of the traffic
770.000s route 1.2.0#3 100%
770.000s 1.2.0 serves, after 1.0.0
800.000s stop 1.0.0#1
800.000s 1.0.0 is stopped

"#]]
    );
    assert_eq!(world.running.len(), 1);
}

/// What the sick one cannot take stays where it was first, and what the next
/// candidate takes comes from those who were given up last.
#[test]
fn the_serving_one_is_sick_and_one_after_the_other_is_superseded() {
    let mut world = World::serving("1.0.0", canary().build().unwrap());
    world.register("1.1.0");
    world.healthy("1.1.0");
    world.pass(80);
    world.sick("1.0.0");
    let mut routes = Vec::new();
    for number in ["1.2.0", "1.3.0"] {
        world.register(number);
        world.healthy(number);
        world.pass(10);
        routes.push(world.routes.as_ref().unwrap().to_string());
    }
    assert_eq!(
        routes,
        [
            "1.0.0#1 50%, 1.1.0#2 40%, 1.2.0#3 10%",
            "1.0.0#1 50%, 1.1.0#2 40%, 1.3.0#4 10%",
        ]
    );
}

/// It is taken over with the share that nobody else could take, loses that while
/// it is to become ready anew, and is then given up: the drain counts from the
/// loss.
#[test]
fn the_drain_counts_from_the_loss_of_the_last_share() {
    let policy = canary().progress_deadline(seconds(120)).build().unwrap();
    let mut world = World::serving("1.0.0", policy);
    world.register("1.1.0");
    world.healthy("1.1.0");
    world.pass(30);
    world.sick("1.0.0");
    world.sick("1.1.0");
    world.pass(600);
    world.healthy("1.1.0");
    world.story();
    let revision = "1.1.0".parse().unwrap();
    world.command(Command::Retry { revision }).unwrap();
    world.sick("1.1.0");
    world.healthy("1.0.0");
    world.pass(20);
    world.command(Command::Abort).unwrap();
    world.pass(60);
    assert_data_eq!(
        world.story(),
        str![[r#"
640.000s 1.1.0 may be selected again
640.000s 1.1.0 is started
640.000s 1.1.0 is not healthy: it answers 500
640.000s route 1.0.0#1 100%
640.000s 1.0.0 is healthy
660.000s 1.1.0 is withdrawn: aborted
670.000s stop 1.1.0#2
670.000s 1.1.0 is stopped

"#]]
    );
}

/// The platform starts it again in its place; the channel has nothing better.
#[test]
fn the_serving_one_ends_and_comes_back() {
    let mut world = World::serving("1.0.0", Policy::default());
    world.ended("1.0.0");
    world.pass(60);
    world.healthy("1.0.0");
    world.pass(60);
    assert_data_eq!(
        world.story(),
        str![[r#"
10.000s 1.0.0 is not healthy: it trapped
70.000s 1.0.0 is healthy

"#]]
    );
    assert_eq!(world.routes.as_ref().unwrap().to_string(), "1.0.0#1 100%");
}

#[test]
fn what_was_ripe_in_time_counts_however_late_the_wake() {
    let mut world = World::serving("1.0.0", Policy::default());
    world.register("1.1.0");
    world.healthy("1.1.0");
    world.wake_at(Timestamp::from_millis(10_000_000));
    assert_eq!(world.channel.serving().unwrap().to_string(), "1.1.0");
}

/// The report comes with the wake that is late; it was not healthy by then.
#[test]
fn what_breaks_before_the_late_wake_does_not_count() {
    let mut world = World::serving("1.0.0", Policy::default());
    world.register("1.1.0");
    world.healthy("1.1.0");
    world.now = Timestamp::from_millis(100_000);
    world.sick("1.1.0");
    assert_eq!(world.channel.serving().unwrap().to_string(), "1.0.0");
}

#[test]
fn repeated_events_change_nothing() {
    let mut world = World::serving("1.0.0", canary().build().unwrap());
    world.register("1.1.0");
    world.healthy("1.1.0");
    world.pass(20);
    world.wake_at(world.now);
    world.story();
    let before = world.channel.clone();
    world.healthy("1.1.0");
    world.channel.handle_ledger(&world.ledger, world.now);
    world.wake_at(world.now);
    assert_eq!(world.channel, before);
    assert_data_eq!(world.story(), str![""]);
}

#[test]
fn reports_on_what_was_stopped_change_nothing() {
    let mut world = World::serving("1.0.0", Policy::default());
    world.register("1.1.0");
    let failed = world.running.last().unwrap().clone();
    world.ended("1.1.0");
    world.story();
    let before = world.channel.clone();
    for report in [
        Report::Healthy,
        Report::unhealthy("late"),
        Report::failed("late"),
    ] {
        world.report_of(&failed, report);
    }
    assert_eq!(world.channel, before);
}

/// Another start of the same revision is another instance.
#[test]
fn a_late_report_on_the_first_attempt_is_not_one_on_the_second() {
    let policy = Policy::builder()
        .max_attempts(2.try_into().unwrap())
        .build()
        .unwrap();
    let mut world = World::serving("1.0.0", policy);
    world.register("1.1.0");
    let first = world.running.last().unwrap().clone();
    world.ended("1.1.0");
    world.pass(30);
    let second = world.running.last().unwrap();
    assert_eq!(first.revision(), second.revision());
    assert_eq!((first.start(), second.start()), (2, 3));
    world.report_of(&first, Report::Healthy);
    world.pass(20);
    assert_eq!(world.channel.serving().unwrap().to_string(), "1.0.0");
}

#[test]
fn a_clock_that_goes_back_is_not_followed() {
    let mut world = World::serving("1.0.0", Policy::default());
    world.pass(100);
    world.register("1.1.0");
    world.healthy("1.1.0");
    world.now = Timestamp::from_millis(5);
    world.channel.handle_wake(&world.ledger, world.now);
    world
        .channel
        .handle_wake(&world.ledger, Timestamp::from_millis(119_999));
    assert_eq!(world.channel.serving().unwrap().to_string(), "1.0.0");
    world
        .channel
        .handle_wake(&world.ledger, Timestamp::from_millis(120_000));
    assert_eq!(world.channel.serving().unwrap().to_string(), "1.1.0");
}
