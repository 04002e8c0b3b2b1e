//! Rollouts that nobody disturbs.

use bindle_core::Digest;
use revisions::{Channel, Command, Ledger, OnYank, Policy, Promotion, Selection, Timestamp};
use snapbox::{assert_data_eq, str};

use super::{canary, seconds};
use crate::world::World;

#[test]
fn from_nothing_to_all() {
    let mut world = World::new(Policy::default());
    world.register("0.1.0");
    world.pass(2);
    world.healthy("0.1.0");
    world.pass(60);
    world.register("0.1.1");
    world.pass(1);
    world.healthy("0.1.1");
    world.pass(60);
    assert_data_eq!(
        world.story(),
        str![[r#"
0.000s no revision can be selected by *
0.000s start 0.1.0#1
0.000s 0.1.0 is started
2.000s 0.1.0 is healthy
12.000s route 0.1.0#1 100%
12.000s 0.1.0 serves
62.000s start 0.1.1#2
62.000s 0.1.1 is started
63.000s 0.1.1 is healthy
73.000s route 0.1.1#2 100%
73.000s 0.1.1 serves, after 0.1.0
103.000s stop 0.1.0#1
103.000s 0.1.0 is stopped

"#]]
    );
}

#[test]
fn a_canary_in_two_steps() {
    let mut world = World::serving("1.0.0", canary().build().unwrap());
    world.register("1.1.0");
    world.pass(5);
    world.healthy("1.1.0");
    world.pass(300);
    assert_data_eq!(
        world.story(),
        str![[r#"
10.000s start 1.1.0#2
10.000s 1.1.0 is started
15.000s 1.1.0 is healthy
25.000s route 1.0.0#1 90%, 1.1.0#2 10%
25.000s 1.1.0 gets 10% of the traffic
85.000s route 1.0.0#1 50%, 1.1.0#2 50%
85.000s 1.1.0 gets 50% of the traffic
145.000s route 1.1.0#2 100%
145.000s 1.1.0 serves, after 1.0.0
175.000s stop 1.0.0#1
175.000s 1.0.0 is stopped

"#]]
    );
}

/// There is nothing to share the traffic with.
#[test]
fn the_first_revision_takes_no_steps() {
    let mut world = World::new(canary().build().unwrap());
    world.register("1.0.0");
    world.healthy("1.0.0");
    world.pass(60);
    assert_data_eq!(
        world.story(),
        str![[r#"
0.000s no revision can be selected by *
0.000s start 1.0.0#1
0.000s 1.0.0 is started
0.000s 1.0.0 is healthy
10.000s route 1.0.0#1 100%
10.000s 1.0.0 serves

"#]]
    );
}

#[test]
fn manual_promotion() {
    let policy = canary().promotion(Promotion::Manual).build().unwrap();
    let mut world = World::new(policy);
    world.register("1.0.0");
    world.healthy("1.0.0");
    world.pass(100);
    world.command(Command::Promote).unwrap();
    world.register("1.1.0");
    world.healthy("1.1.0");
    world.pass(86_400);
    world.command(Command::Promote).unwrap();
    world.pass(60);
    assert_data_eq!(
        world.story(),
        str![[r#"
0.000s no revision can be selected by *
0.000s start 1.0.0#1
0.000s 1.0.0 is started
0.000s 1.0.0 is healthy
10.000s 1.0.0 is ready, and waits to be promoted
100.000s route 1.0.0#1 100%
100.000s 1.0.0 serves
100.000s start 1.1.0#2
100.000s 1.1.0 is started
100.000s 1.1.0 is healthy
110.000s route 1.0.0#1 90%, 1.1.0#2 10%
110.000s 1.1.0 gets 10% of the traffic
170.000s route 1.0.0#1 50%, 1.1.0#2 50%
170.000s 1.1.0 gets 50% of the traffic
230.000s 1.1.0 is ready, and waits to be promoted
86500.000s route 1.1.0#2 100%
86500.000s 1.1.0 serves, after 1.0.0
86530.000s stop 1.0.0#1
86530.000s 1.0.0 is stopped

"#]]
    );
}

#[test]
fn superseded_in_a_step() {
    let mut world = World::serving("1.0.0", canary().build().unwrap());
    world.register("1.1.0");
    world.healthy("1.1.0");
    world.pass(30);
    world.register("1.2.0");
    world.healthy("1.2.0");
    world.pass(300);
    assert_data_eq!(
        world.story(),
        str![[r#"
10.000s start 1.1.0#2
10.000s 1.1.0 is started
10.000s 1.1.0 is healthy
20.000s route 1.0.0#1 90%, 1.1.0#2 10%
20.000s 1.1.0 gets 10% of the traffic
40.000s start 1.2.0#3
40.000s route 1.0.0#1 100%
40.000s 1.1.0 is withdrawn: 1.2.0 is selected instead
40.000s 1.2.0 is started
40.000s 1.2.0 is healthy
50.000s route 1.0.0#1 90%, 1.2.0#3 10%
50.000s 1.2.0 gets 10% of the traffic
70.000s stop 1.1.0#2
70.000s 1.1.0 is stopped
110.000s route 1.0.0#1 50%, 1.2.0#3 50%
110.000s 1.2.0 gets 50% of the traffic
170.000s route 1.2.0#3 100%
170.000s 1.2.0 serves, after 1.0.0
200.000s stop 1.0.0#1
200.000s 1.0.0 is stopped

"#]]
    );
}

/// A lower revision than the candidate changes nothing.
#[test]
fn a_patch_of_an_old_line_comes_in_between() {
    let mut world = World::serving("1.0.0", canary().build().unwrap());
    world.register("2.0.0");
    world.healthy("2.0.0");
    world.pass(30);
    world.story();
    world.register("1.0.1");
    world.pass(20);
    assert_data_eq!(world.story(), str![""]);
    world.pass(300);
    assert_eq!(world.channel.serving().unwrap().to_string(), "2.0.0");
}

#[test]
fn the_candidate_is_yanked() {
    let mut world = World::serving("1.0.0", canary().build().unwrap());
    world.register("1.1.0");
    world.healthy("1.1.0");
    world.pass(30);
    world.yank("1.1.0");
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
40.000s 1.1.0 is withdrawn: it was yanked
70.000s stop 1.1.0#2
70.000s 1.1.0 is stopped

"#]]
    );
}

#[test]
fn the_serving_one_is_yanked_and_replaced_by_a_lower_one() {
    let mut world = World::new(Policy::default());
    world.register("1.0.0");
    world.register("1.1.0");
    world.healthy("1.1.0");
    world.pass(60);
    world.story();
    world.yank("1.1.0");
    world.pass(5);
    world.healthy("1.0.0");
    world.pass(60);
    assert_data_eq!(
        world.story(),
        str![[r#"
60.000s start 1.0.0#3
60.000s 1.1.0, which serves, was yanked
60.000s 1.0.0 is started
65.000s 1.0.0 is healthy
75.000s route 1.0.0#3 100%
75.000s 1.0.0 serves, after 1.1.0
105.000s stop 1.1.0#2
105.000s 1.1.0 is stopped

"#]]
    );
}

#[test]
fn the_serving_one_is_yanked_and_kept_until_a_higher_one_comes() {
    let policy = Policy::builder().on_yank(OnYank::Keep).build().unwrap();
    let mut world = World::new(policy);
    world.register("1.0.0");
    world.register("1.1.0");
    world.healthy("1.1.0");
    world.pass(60);
    world.story();
    world.yank("1.1.0");
    world.pass(600);
    world.register("1.1.1");
    world.healthy("1.1.1");
    world.pass(60);
    assert_data_eq!(
        world.story(),
        str![[r#"
60.000s 1.1.0, which serves, was yanked
660.000s start 1.1.1#3
660.000s 1.1.1 is started
660.000s 1.1.1 is healthy
670.000s route 1.1.1#3 100%
670.000s 1.1.1 serves, after 1.1.0
700.000s stop 1.1.0#2
700.000s 1.1.0 is stopped

"#]]
    );
}

/// Rather a yanked one than none.
#[test]
fn the_only_one_is_yanked() {
    let mut world = World::serving("1.0.0", Policy::default());
    world.yank("1.0.0");
    world.pass(600);
    assert_data_eq!(
        world.story(),
        str![[r#"
10.000s 1.0.0, which serves, was yanked
10.000s no revision can be selected by *

"#]]
    );
    assert_eq!(world.running.len(), 1);
}

/// It loses its traffic, but is still there when it is wanted back.
#[test]
fn a_draining_instance_is_taken_over() {
    let mut world = World::new(Policy::default());
    world.register("1.0.0");
    world.healthy("1.0.0");
    world.pass(60);
    world.register("1.1.0");
    world.healthy("1.1.0");
    world.pass(20);
    world.story();
    world.yank("1.1.0");
    world.pass(60);
    assert_data_eq!(
        world.story(),
        str![[r#"
80.000s route 1.0.0#1 100%
80.000s 1.1.0, which serves, was yanked
80.000s 1.0.0 is started
80.000s 1.0.0 serves, after 1.1.0
110.000s stop 1.1.0#2
110.000s 1.1.0 is stopped

"#]]
    );
}

#[test]
fn without_a_drain_the_old_one_stops_at_once() {
    let policy = Policy::builder().drain(seconds(0)).build().unwrap();
    let mut world = World::serving("1.0.0", policy);
    world.register("1.1.0");
    world.healthy("1.1.0");
    world.pass(10);
    assert_data_eq!(
        world.story(),
        str![[r#"
10.000s start 1.1.0#2
10.000s 1.1.0 is started
10.000s 1.1.0 is healthy
20.000s route 1.1.0#2 100%
20.000s stop 1.0.0#1
20.000s 1.1.0 serves, after 1.0.0
20.000s 1.0.0 is stopped

"#]]
    );
}

/// No deadline can be later, so none is missed at once.
#[test]
fn at_the_last_moment() {
    let mut world = World::serving("1.0.0", canary().build().unwrap());
    world.wake_at(Timestamp::from_millis(u64::MAX));
    world.register("1.1.0");
    assert_eq!(world.channel.candidate().unwrap().to_string(), "1.1.0");
    assert_eq!(world.channel.next_wake(), None);
    world.healthy("1.1.0");
    assert_eq!(world.channel.serving().unwrap().to_string(), "1.1.0");
}

#[test]
fn a_first_start_at_the_last_moment() {
    let mut ledger = Ledger::new("hello".parse().unwrap());
    for number in ["1.0.0", "1.1.0", "1.2.0"] {
        let id = format!("hello/{number}").parse().unwrap();
        let _ = ledger.register(&id, Digest::of(b"any")).unwrap();
    }
    let now = Timestamp::from_millis(u64::MAX);
    let channel = Channel::new(Selection::default(), Policy::default(), &ledger, now).unwrap();
    assert_eq!(channel.candidate().unwrap().to_string(), "1.2.0");
    assert!(channel.status().held_back().is_empty());
}
