//! Upgrades as stories: what happens, and what the channel does.

use revisions::{Policy, Report};
use snapbox::{assert_data_eq, str};

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
fn a_broken_upgrade_changes_nothing() {
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
