//! A platform in memory with a clock of its own, for tests that read like
//! stories.

use std::fmt::Write as _;
use std::time::Duration;

use bindle_core::Digest;
use revisions::semver::Version;
use revisions::{
    Action, Channel, Command, CommandError, Instance, Ledger, Policy, Report, Routes, Selection,
    Timestamp,
};

pub(crate) struct World {
    pub(crate) ledger: Ledger,
    pub(crate) channel: Channel,
    pub(crate) now: Timestamp,
    /// What runs.
    pub(crate) running: Vec<Instance>,
    pub(crate) routes: Option<Routes>,
    timeline: String,
}

impl World {
    pub(crate) fn new(policy: Policy) -> Self {
        let ledger = Ledger::new("hello".parse().unwrap());
        let now = Timestamp::from_millis(0);
        let channel = Channel::new(Selection::default(), policy, &ledger, now).unwrap();
        let mut world = Self {
            ledger,
            channel,
            now,
            running: Vec::new(),
            routes: None,
            timeline: String::new(),
        };
        world.follow();
        world
    }

    /// A world in which this revision serves, and its story begins.
    pub(crate) fn serving(number: &str, policy: Policy) -> Self {
        let mut world = Self::new(policy);
        world.register(number);
        world.healthy(number);
        let wait = world.channel.policy().min_healthy();
        world.pass(wait.as_secs());
        assert_eq!(world.channel.serving().unwrap().to_string(), number);
        world.timeline.clear();
        world
    }

    pub(crate) fn register(&mut self, number: &str) {
        let id = format!("hello/{number}").parse().unwrap();
        let _ = self
            .ledger
            .register(&id, Digest::of(number.as_bytes()))
            .unwrap();
        self.channel.handle_ledger(&self.ledger, self.now);
        self.follow();
    }

    pub(crate) fn yank(&mut self, number: &str) {
        let _ = self.ledger.yank(&number.parse().unwrap()).unwrap();
        self.channel.handle_ledger(&self.ledger, self.now);
        self.follow();
    }

    pub(crate) fn healthy(&mut self, number: &str) {
        self.report(number, Report::Healthy);
    }

    pub(crate) fn sick(&mut self, number: &str) {
        self.report(number, Report::unhealthy("it answers 500"));
    }

    pub(crate) fn ended(&mut self, number: &str) {
        self.report(number, Report::failed("it trapped"));
    }

    /// Reports on the latest instance of the revision that runs.
    pub(crate) fn report(&mut self, number: &str, report: Report) {
        let number: Version = number.parse().unwrap();
        let running = self.running.iter().rev();
        let instance = running
            .clone()
            .find(|it| *it.revision() == number)
            .unwrap()
            .clone();
        self.report_of(&instance, report);
    }

    pub(crate) fn report_of(&mut self, instance: &Instance, report: Report) {
        self.channel
            .handle_report(instance, report, &self.ledger, self.now);
        self.follow();
    }

    pub(crate) fn command(&mut self, command: Command) -> Result<(), CommandError> {
        let result = self.channel.handle_command(command, &self.ledger, self.now);
        self.follow();
        result
    }

    /// Lets seconds pass, and wakes the channel when it asked for it.
    pub(crate) fn pass(&mut self, seconds: u64) {
        let end = self.now + Duration::from_secs(seconds);
        while let Some(wake) = self.channel.next_wake().filter(|wake| *wake <= end) {
            self.wake_at(wake);
        }
        self.now = end;
    }

    pub(crate) fn wake_at(&mut self, time: Timestamp) {
        self.now = time;
        self.channel.handle_wake(&self.ledger, time);
        self.follow();
    }

    /// The story since the last time it was told.
    pub(crate) fn story(&mut self) -> String {
        std::mem::take(&mut self.timeline)
    }

    fn follow(&mut self) {
        while let Some(action) = self.channel.poll_action() {
            let now = self.now;
            match action {
                Action::Start(instance) => {
                    writeln!(self.timeline, "{now} start {instance}").unwrap();
                    self.running.push(instance);
                }
                Action::Route(routes) => {
                    writeln!(self.timeline, "{now} route {routes}").unwrap();
                    for route in routes.iter() {
                        assert!(self.running.contains(route.instance()));
                    }
                    self.routes = Some(routes);
                }
                Action::Stop(instance) => {
                    writeln!(self.timeline, "{now} stop {instance}").unwrap();
                    let is_routed =
                        |routes: &Routes| routes.iter().any(|it| *it.instance() == instance);
                    assert!(!self.routes.as_ref().is_some_and(is_routed));
                    self.running.retain(|it| *it != instance);
                }
                Action::WakeAt(_) => {}
                Action::Notify(notice) => writeln!(self.timeline, "{notice}").unwrap(),
            }
        }
    }
}
