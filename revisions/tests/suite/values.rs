//! Values: policies, addresses, times, and what all public types can do.

use std::borrow::Borrow;
use std::fmt::{Debug, Display};
use std::hash::Hash;
use std::time::Duration;

use revisions::*;

#[test]
fn policies_that_cannot_be_followed_say_why() {
    let second = Duration::from_secs(1);
    for (builder, message) in [
        (
            Policy::builder().steps([Step::new(0, second)]),
            "step 1 has weight 0; expected 1 to 99 (the last step to 100 is implied)",
        ),
        (
            Policy::builder().steps([Step::new(10, second), Step::new(100, second)]),
            "step 2 has weight 100; expected 1 to 99 (the last step to 100 is implied)",
        ),
        (
            Policy::builder().steps([Step::new(50, second), Step::new(50, second)]),
            "step 2 has weight 50, not above the 50 of the step before",
        ),
        (
            Policy::builder().healthy_deadline(10 * second),
            "min_healthy is 10s, but healthy_deadline is 10s: no revision could become healthy in \
             time",
        ),
        (
            Policy::builder().progress_deadline(9 * second),
            "min_healthy is 10s, but progress_deadline is 9s: no revision could become healthy in \
             time",
        ),
    ] {
        assert_eq!(builder.build().unwrap_err().to_string(), message);
    }
}

#[test]
fn policies_read_through_the_same_checks() {
    let json = serde_json::to_string(&Policy::default()).unwrap();
    assert_eq!(
        serde_json::from_str::<Policy>(&json).unwrap(),
        Policy::default()
    );
    assert_eq!(
        serde_json::from_str::<Policy>("{}").unwrap(),
        Policy::default()
    );
    let error = serde_json::from_str::<Policy>("{\"min-healthy\": 300000}").unwrap_err();
    assert_eq!(
        error.to_string(),
        "min_healthy is 300s, but healthy_deadline is 300s: no revision could become healthy in time"
    );
    assert!(serde_json::from_str::<Policy>("{\"min_healthy\": 1}").is_err());
    assert!(serde_json::from_str::<Policy>("{\"max-attempts\": 0}").is_err());
}

#[test]
fn names_and_addresses_that_are_none_say_why() {
    let long = "a".repeat(64);
    let chars = "use ASCII letters, digits and `-`, with dots between the parts";
    for (text, message) in [
        ("", "address \"\" has an empty part".to_owned()),
        ("a..b", "address \"a..b\" has an empty part".to_owned()),
        (
            "a:80",
            format!("address \"a:80\" has the character ':'; {chars}"),
        ),
        (
            "a_b",
            format!("address \"a_b\" has the character '_'; {chars}"),
        ),
        (
            "*.b",
            format!("address \"*.b\" has the character '*'; {chars}"),
        ),
        ("ä", format!("address \"ä\" has the character 'ä'; {chars}")),
        (
            "a.-b",
            "address \"a.-b\" has the part \"-b\"; a part starts and ends with a letter or digit"
                .to_owned(),
        ),
        (
            &long,
            format!("address \"{long}\" has a part of 64 bytes; at most 63 are allowed"),
        ),
        (
            &"a.".repeat(127),
            format!(
                "address \"{}\" has 254 bytes; at most 253 are allowed",
                "a.".repeat(40)
            ),
        ),
    ] {
        assert_eq!(text.parse::<Address>().unwrap_err().to_string(), message);
        assert!(text.parse::<Domain>().is_err());
    }
    for (text, message) in [
        ("", "application name \"\" has an empty part"),
        (
            "a.b",
            "application name \"a.b\" has the character '.'; use ASCII letters, digits, `-` and `_`",
        ),
        (
            "_a",
            "application name \"_a\" has the part \"_a\"; a part starts and ends with a letter or \
             digit",
        ),
    ] {
        assert_eq!(
            text.parse::<ApplicationName>().unwrap_err().to_string(),
            message
        );
        assert!(text.parse::<ChannelName>().is_err());
    }
}

#[test]
fn the_longest_names_and_addresses_are_taken() {
    let label = "a".repeat(63);
    let longest = format!("{label}.{label}.{label}.{}", "a".repeat(61));
    assert_eq!(longest.len(), 253);
    assert_eq!(longest.parse::<Address>().unwrap().as_str(), longest);
    assert_eq!(label.parse::<ApplicationName>().unwrap().as_str(), label);
}

#[test]
fn addresses_of_long_names_are_refused() {
    let domain: Domain = "a.b".parse().unwrap();
    let application: ApplicationName = "a".repeat(60).parse().unwrap();
    assert!(Address::of_first(&application, &domain).is_ok());
    assert!(Address::of_channel(&"cc".parse().unwrap(), &application, &domain).is_ok());
    assert_eq!(
        Address::of_channel(&"ccc".parse().unwrap(), &application, &domain)
            .unwrap_err()
            .to_string(),
        format!(
            "the names make the address \"ccc-{application}.a.b\", which has a part of 64 bytes; at \
             most 63 are allowed"
        )
    );
}

#[test]
fn addresses_are_lower_case() {
    let address: Address = "Hello.Fermyon.APP".parse().unwrap();
    assert_eq!(address.as_str(), "hello.fermyon.app");
    let json = serde_json::to_string(&address).unwrap();
    assert_eq!(serde_json::from_str::<Address>(&json).unwrap(), address);
    assert!(serde_json::from_str::<Address>("\"a b\"").is_err());
}

#[test]
fn a_book_routes_by_host() {
    let mut world = crate::world::World::serving("1.0.0", Policy::default());
    let mut book = AddressBook::default();
    let address: Address = "hello.fermyon.app".parse().unwrap();
    let routes = world.routes.take().unwrap();
    assert!(!book.route(&address, routes.clone()));
    let owner = Owner::new("hello".parse().unwrap(), "main".parse().unwrap());
    book.claim(address.clone(), owner.clone()).unwrap();
    assert_eq!(book.routes("hello.fermyon.app"), None);
    assert!(book.route(&address, routes.clone()));
    for host in [
        "hello.fermyon.app",
        "HELLO.fermyon.app",
        "hello.fermyon.app:443",
    ] {
        assert_eq!(book.routes(host), Some(&routes));
        assert_eq!(book.owner(host), Some(&owner));
    }
    for host in ["", "other.fermyon.app", ":", "hello.fermyon.app/"] {
        assert_eq!(book.routes(host), None);
    }
}

/// Claiming an address again for the same channel is not a conflict.
#[test]
fn an_address_is_for_ever() {
    let mut book = AddressBook::default();
    let address: Address = "hello.hippos.rocks".parse().unwrap();
    let owner = Owner::new("hello".parse().unwrap(), "main".parse().unwrap());
    book.claim(address.clone(), owner.clone()).unwrap();
    book.claim(address, owner).unwrap();
    assert_eq!(book.iter().count(), 1);
}

/// Points are spread as the weights say.
#[test]
fn routes_share_out_points() {
    let policy = Policy::builder()
        .steps([Step::new(30, Duration::from_secs(60))])
        .build()
        .unwrap();
    let mut world = crate::world::World::serving("1.0.0", policy);
    world.register("1.1.0");
    world.healthy("1.1.0");
    world.pass(20);
    let routes = world.routes.unwrap();
    let new: semver::Version = "1.1.0".parse().unwrap();
    let picked = (0..1000).map(|point| routes.pick(point).unwrap());
    assert_eq!(
        picked
            .filter(|instance| *instance.revision() == new)
            .count(),
        300
    );
    assert!(routes.pick(u64::MAX).is_some());
}

#[test]
fn times_stop_at_the_last() {
    let last = Timestamp::from_millis(u64::MAX);
    assert_eq!(last + Duration::MAX, last);
    assert_eq!(Timestamp::from_millis(5).since(last), Duration::ZERO);
    assert_eq!(Timestamp::from_millis(61_005).to_string(), "61.005s");
    // A policy of very long spans neither fails nor wakes early.
    let policy = Policy::builder()
        .healthy_deadline(Duration::MAX)
        .progress_deadline(Duration::MAX)
        .min_healthy(Duration::from_secs(u64::MAX / 2000))
        .drain(Duration::MAX)
        .build()
        .unwrap();
    let mut world = crate::world::World::new(policy);
    world.register("1.0.0");
    world.healthy("1.0.0");
    world.pass(1_000_000);
    assert!(world.channel.candidate().is_some());
}

#[test]
fn an_application_says_what_it_has_not() {
    let mut app = Application::new("hello".parse().unwrap(), "hello".parse().unwrap());
    let mut book = AddressBook::default();
    let (domain, now) = ("a.b".parse().unwrap(), Timestamp::default());
    let main: ChannelName = "main".parse().unwrap();
    let mut add = |app: &mut Application, selection| {
        let policy = Policy::default();
        app.add_channel(main.clone(), selection, policy, &mut book, &domain, now)
            .cloned()
    };
    let fixed = Selection::Fixed("1.0.0".parse().unwrap());
    assert_eq!(
        add(&mut app, fixed).unwrap_err().to_string(),
        "revision 1.0.0 is not registered"
    );
    let address = add(&mut app, Selection::default()).unwrap();
    assert_eq!(
        add(&mut app, Selection::default()).unwrap_err().to_string(),
        "there is a channel main already"
    );
    let other = "other".parse().unwrap();
    assert_eq!(
        app.handle_command(&other, Command::Pause, now)
            .unwrap_err()
            .to_string(),
        "application hello has no channel other"
    );
    assert_eq!(
        app.handle_command(&main, Command::Abort, now)
            .unwrap_err()
            .to_string(),
        "no rollout is under way"
    );
    let channel = app.channel(&main).unwrap().clone();
    let mut restored = Application::with_ledger("hello".parse().unwrap(), app.ledger().clone());
    restored
        .restore_channel(main.clone(), address.clone(), channel.clone(), &mut book)
        .unwrap();
    assert!(
        restored
            .restore_channel(main, address, channel, &mut book)
            .is_err()
    );
}

/// Every channel hears of every entry, and of the time.
#[test]
fn an_application_runs_its_channels() {
    let mut app = Application::new("hello".parse().unwrap(), "hello".parse().unwrap());
    let mut book = AddressBook::default();
    let domain = "a.b".parse().unwrap();
    let mut now = Timestamp::default();
    for (name, rule) in [("stable", "^1"), ("next", "*"), ("previews", ">=0.0.0-0")] {
        let selection = Selection::Rule(rule.parse().unwrap());
        let name = name.parse().unwrap();
        app.add_channel(name, selection, Policy::default(), &mut book, &domain, now)
            .unwrap();
    }
    for number in ["1.0.0", "2.0.0", "1.1.0"] {
        let id = format!("hello/{number}").parse().unwrap();
        let _ = app
            .register(&id, bindle_core::Digest::of(b"any"), now)
            .unwrap();
        let _ = app
            .register(&id, bindle_core::Digest::of(b"any"), now)
            .unwrap();
    }
    loop {
        while let Some((channel, action)) = app.poll_action() {
            let channel = channel.clone();
            match action {
                Action::Start(instance) => {
                    app.handle_report(&channel, &instance, Report::Healthy, now)
                        .unwrap();
                }
                Action::Route(routes) => {
                    let (_, address, _) = app.channels().find(|it| *it.0 == channel).unwrap();
                    book.route(address, routes);
                }
                Action::Stop(_) | Action::WakeAt(_) | Action::Notify(_) => {}
            }
        }
        let Some(wake) = app.next_wake() else { break };
        now = wake;
        app.handle_wake(now);
    }
    let serves = |host: &str| {
        book.routes(host)
            .unwrap()
            .pick(0)
            .unwrap()
            .revision()
            .to_string()
    };
    assert_eq!(serves("hello.a.b"), "1.1.0");
    assert_eq!(serves("next-hello.a.b"), "2.0.0");
    assert_eq!(serves("previews-hello.a.b"), "2.0.0");
    let _ = app.yank(&"2.0.0".parse().unwrap(), now).unwrap();
    assert_eq!(
        app.channels()
            .filter(|(_, _, channel)| channel.candidate().is_some())
            .count(),
        2
    );
}

#[test]
fn all_types_are_values() {
    fn value<T: Send + Sync + Clone + Debug + 'static>() {}
    fn equal<T: Eq>() {}
    fn hashed<T: Hash + Eq>() {}
    fn shown<T: Display>() {}
    fn error<T: core::error::Error + Clone + Eq + Send + Sync + 'static>() {}
    fn text<T: AsRef<str> + Borrow<str> + Ord + Hash>() {}
    fn written<T: serde::Serialize>() {}
    fn read<T: serde::de::DeserializeOwned>() {}

    text::<Address>();
    text::<ApplicationName>();
    text::<ChannelName>();
    text::<Domain>();
    value::<Address>();
    value::<AddressBook>();
    value::<Application>();
    value::<Channel>();
    value::<Checkpoint>();
    value::<Command>();
    value::<Entry>();
    value::<Ledger>();
    value::<Policy>();
    value::<Rule>();
    value::<Status>();
    value::<merkle::Frontier>();
    value::<merkle::Tree>();
    equal::<AddressBook>();
    equal::<Ledger>();
    equal::<Status>();
    hashed::<Action>();
    hashed::<Channel>();
    hashed::<Checkpoint>();
    hashed::<Command>();
    hashed::<Entry>();
    hashed::<Instance>();
    hashed::<Notice>();
    hashed::<Policy>();
    hashed::<Receipt>();
    hashed::<Revision>();
    hashed::<Rule>();
    hashed::<Timestamp>();
    shown::<Checkpoint>();
    shown::<Entry>();
    shown::<Event>();
    shown::<Instance>();
    shown::<Notice>();
    shown::<Routes>();
    shown::<Rule>();
    shown::<Selection>();
    shown::<Status>();
    shown::<Timestamp>();
    written::<Action>();
    written::<Entry>();
    written::<Receipt>();
    written::<Revision>();
    written::<Status>();
    read::<Action>();
    read::<Channel>();
    read::<Checkpoint>();
    read::<Command>();
    read::<Notice>();
    read::<Policy>();
    read::<Report>();
    read::<Rule>();
    read::<Selection>();
    error::<AddChannelError>();
    error::<AddressError>();
    error::<AddressTaken>();
    error::<ApplyError>();
    error::<ChannelError>();
    error::<CommandError>();
    error::<DecodeEntryError>();
    error::<ExtensionError>();
    error::<ParseAddressError>();
    error::<ParseCheckpointError>();
    error::<ParseLegacyError>();
    error::<ParseRuleError>();
    error::<PolicyError>();
    error::<ReadLogError>();
    error::<ReadSnapshotError>();
    error::<RegisterError>();
    error::<UnknownChannel>();
    error::<YankError>();
    error::<merkle::ProofError>();
}
