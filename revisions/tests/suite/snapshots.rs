//! Channels that were written and read back.

use revisions::{Channel, Policy, Route, Routes};
use serde_json::json;

use crate::world::World;

/// Before anything serves, and with as long a history as there can be.
#[test]
fn every_state_reads_back() {
    let mut world = World::new(Policy::default());
    let is_read_back = |world: &World| {
        let written = serde_json::to_string(&world.channel).unwrap();
        serde_json::from_str::<Channel>(&written).unwrap() == world.channel
    };
    assert!(is_read_back(&world));
    world.register("1.0.0");
    assert!(is_read_back(&world));
    for _ in 0..60 {
        world.healthy("1.0.0");
        world.sick("1.0.0");
    }
    assert_eq!(world.channel.history().count(), 100);
    assert!(is_read_back(&world));
}

#[test]
fn a_state_that_no_channel_comes_to_is_refused() {
    let mut world = World::serving("3.2.0", Policy::default());
    world.register("3.3.0");
    let sound = serde_json::to_value(&world.channel).unwrap();
    assert!(serde_json::from_value::<Channel>(sound.clone()).is_ok());
    type Change = fn(&mut serde_json::Value);
    let changes: [(Change, &str); 13] = [
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
            |it| it["state"]["starts"] = u64::MAX.into(),
            "it counted 18446744073709551615 starts",
        ),
        (
            |it| {
                let instance = it["state"]["live"][0]["instance"].clone();
                it["actions"] = json!([{"route": [{"instance": instance, "weight": 99}]}]);
            },
            "the shares add up to 99, not to 100",
        ),
        (
            |it| it["state"]["live"].as_array_mut().unwrap().reverse(),
            "the instances are not in the order of their starts",
        ),
        (
            |it| it["state"]["live"][1]["instance"]["start"] = 1.into(),
            "the instances are not in the order of their starts",
        ),
        (
            |it| it["state"]["candidate"]["stage"] = json!({"step": {"weight": 100, "hold": 0}}),
            "the candidate has a step of 100",
        ),
        (
            |it| {
                let notice = it["state"]["history"][0].clone();
                it["state"]["history"] = vec![notice; 101].into();
            },
            "the history has over 100 notices",
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

#[test]
fn shares_that_do_not_add_up_are_refused() {
    let route = |start: u64, weight: u8| {
        let instance = json!({"revision": "1.0.0", "start": start});
        json!({"instance": instance, "weight": weight})
    };
    for sound in [
        json!([]),
        json!([route(1, 100)]),
        json!([route(1, 1), route(2, 99)]),
    ] {
        let routes: Routes = serde_json::from_value(sound.clone()).unwrap();
        assert_eq!(serde_json::to_value(&routes).unwrap(), sound);
    }
    for (wrong, message) in [
        (json!([route(1, 99)]), "the shares add up to 99, not to 100"),
        (
            json!([route(1, 100), route(2, 100), route(3, 56)]),
            "the shares add up to 256, not to 100",
        ),
        (
            json!([route(1, 0), route(2, 100)]),
            "a share of 0%; expected 1 to 100",
        ),
        (json!([route(1, 255)]), "a share of 255%; expected 1 to 100"),
        (
            json!([route(2, 50), route(1, 50)]),
            "the shares are not in the order of their starts",
        ),
        (
            json!([route(1, 50), route(1, 50)]),
            "the shares are not in the order of their starts",
        ),
    ] {
        let error = serde_json::from_value::<Routes>(wrong).unwrap_err();
        assert_eq!(error.to_string(), message);
    }
    let error = serde_json::from_value::<Route>(route(1, 101)).unwrap_err();
    assert_eq!(error.to_string(), "a share of 101%; expected 1 to 100");
}
