use std::io::{self, Write};
use std::path::PathBuf;

use bindle_core::semver::Version;
use bindle_core::{Digest, Id, Name};
use revisions::{
    Action, Channel, Command, Instance, Ledger, Policy, Report, Selection, Status, Timestamp,
};
use serde::{Deserialize, Serialize};

use crate::{Format, Outcome, fail, print_record, source};

/// How often a scenario may wake by itself: if it does so more often, it goes
/// round in circles.
const MOST_WAKES: usize = 100_000;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The file of the scenario in TOML; `-` for standard input.
    ///
    /// Times are in milliseconds. `select` and `policy` say how the channel
    /// selects and upgrades; each `[[event]]` has the time `at`, and one of
    /// `register`, `yank` (a version), `report` (a version and how its instance
    /// is) and `command`. See examples/scenarios/README.md.
    #[arg(value_name = "SCENARIO")]
    file: PathBuf,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Scenario {
    /// The name of the bindle.
    #[serde(default = "example")]
    bindle: Name,
    #[serde(default)]
    select: Selection,
    #[serde(default)]
    policy: Policy,
    /// When to stop; without it, when nothing is left to wait for.
    until: Option<Timestamp>,
    #[serde(default)]
    event: Vec<Event>,
}

fn example() -> Name {
    "example"
        .parse()
        .unwrap_or_else(|_| unreachable!("it is a name"))
}

#[derive(Deserialize)]
#[serde(try_from = "WrittenEvent")]
struct Event {
    at: Timestamp,
    input: Input,
}

/// An event as the file has it: a mistake has the place of the value.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenEvent {
    at: Timestamp,
    register: Option<Version>,
    yank: Option<Version>,
    report: Option<Observation>,
    command: Option<Command>,
}

impl TryFrom<WrittenEvent> for Event {
    type Error = String;

    fn try_from(written: WrittenEvent) -> Result<Self, String> {
        let at = written.at;
        let inputs = [
            written.register.map(Input::Register),
            written.yank.map(Input::Yank),
            written.report.map(Input::Report),
            written.command.map(Input::Command),
        ];
        let mut inputs = inputs.into_iter().flatten();
        match (inputs.next(), inputs.next()) {
            (Some(input), None) => Ok(Self { at, input }),
            (None, _) => Err("the event says nothing but its time; \
                              expected `register`, `yank`, `report` or `command`"
                .into()),
            (Some(_), Some(_)) => Err("two things happen in one event; \
                                       write an `[[event]]` for each"
                .into()),
        }
    }
}

/// What happens to the channel.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
enum Input {
    Register(Version),
    Yank(Version),
    Report(Observation),
    Command(Command),
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Observation {
    revision: Version,
    is: Report,
}

/// A line of the timeline.
#[derive(Serialize)]
struct Line<'a> {
    at: Timestamp,
    #[serde(flatten)]
    what: What<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
enum What<'a> {
    Input(&'a Input),
    Refused(String),
    Action(&'a Action),
    Status(&'a Status),
}

pub(crate) fn run(
    arguments: &Arguments,
    format: Format,
    out: &mut impl Write,
) -> io::Result<Outcome> {
    let scenario = source::read_text(&arguments.file).and_then(|text| {
        toml::from_str::<Scenario>(&text).map_err(|error| {
            let name = source::name(&arguments.file);
            format!("{name} is not a scenario:\n{error}")
        })
    });
    let told = match scenario {
        Ok(scenario) => Story::start(&scenario, format, out).and_then(|story| story.tell(scenario)),
        Err(error) => Err(StoryError::Scenario(error)),
    };
    match told {
        Ok(()) => Ok(Outcome::Well),
        Err(StoryError::Output(error)) => Err(error),
        Err(StoryError::Scenario(error)) => fail(out, format, &arguments.file, &error),
    }
}

enum StoryError {
    Scenario(String),
    Output(io::Error),
}

impl From<io::Error> for StoryError {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

/// A scenario while it runs.
struct Story<'o, W> {
    ledger: Ledger,
    channel: Channel,
    /// The instances that were started, the latest last.
    instances: Vec<Instance>,
    format: Format,
    out: &'o mut W,
}

impl<'o, W: Write> Story<'o, W> {
    fn start(scenario: &Scenario, format: Format, out: &'o mut W) -> Result<Self, StoryError> {
        let ledger = Ledger::new(scenario.bindle.clone());
        let now = Timestamp::default();
        // A fixed revision can be selected only once it is there, so a
        // scenario selects it by a command.
        let channel = Channel::new(
            scenario.select.clone(),
            scenario.policy.clone(),
            &ledger,
            now,
        );
        Ok(Self {
            channel: channel.map_err(|error| StoryError::Scenario(format!("select: {error}")))?,
            ledger,
            instances: Vec::new(),
            format,
            out,
        })
    }

    fn tell(mut self, scenario: Scenario) -> Result<(), StoryError> {
        let mut events = scenario.event;
        events.sort_by_key(|event| event.at);
        let mut now = Timestamp::default();
        let mut wakes = 0;
        self.act(now)?;
        for event in events {
            self.wait(&mut now, event.at, &mut wakes)?;
            now = now.max(event.at);
            self.print(now, What::Input(&event.input))?;
            if let Err(reason) = self.take(event.input, now) {
                self.print(now, What::Refused(reason))?;
            }
            self.act(now)?;
        }
        let until = scenario.until.unwrap_or(Timestamp::from_millis(u64::MAX));
        self.wait(&mut now, until, &mut wakes)?;
        if scenario.until.is_some() {
            now = now.max(until);
        }
        let status = self.channel.status();
        self.print(now, What::Status(&status))?;
        Ok(())
    }

    /// Wakes the channel as often as it asks for it before `until`.
    fn wait(
        &mut self,
        now: &mut Timestamp,
        until: Timestamp,
        wakes: &mut usize,
    ) -> Result<(), StoryError> {
        while let Some(wake) = self.channel.next_wake().filter(|wake| *wake <= until) {
            *wakes += 1;
            if *wakes > MOST_WAKES {
                let error = "it does not come to an end; say `until` when to stop";
                return Err(StoryError::Scenario(error.to_owned()));
            }
            *now = wake.max(*now);
            if self.format == Format::Text {
                writeln!(self.out, "{:>10}  time passes", now.to_string())?;
            }
            self.channel.handle_wake(&self.ledger, *now);
            self.act(*now)?;
        }
        Ok(())
    }

    fn take(&mut self, input: Input, now: Timestamp) -> Result<(), String> {
        match input {
            Input::Register(number) => {
                let content = Digest::of(number.to_string().as_bytes());
                let id = Id::new(self.ledger.name().clone(), number);
                let _ = self
                    .ledger
                    .register(&id, content)
                    .map_err(|error| error.to_string())?;
                self.channel.handle_ledger(&self.ledger, now);
            }
            Input::Yank(number) => {
                let _ = self
                    .ledger
                    .yank(&number)
                    .map_err(|error| error.to_string())?;
                self.channel.handle_ledger(&self.ledger, now);
            }
            Input::Report(Observation { revision, is }) => {
                let mut instances = self.instances.iter().rev();
                let instance = instances
                    .find(|instance| *instance.revision() == revision)
                    .ok_or_else(|| format!("{revision} was not started yet"))?;
                self.channel.handle_report(instance, is, &self.ledger, now);
            }
            Input::Command(command) => {
                let obeyed = self.channel.handle_command(command, &self.ledger, now);
                obeyed.map_err(|error| error.to_string())?;
            }
        }
        Ok(())
    }

    /// Follows the actions of the channel.
    fn act(&mut self, now: Timestamp) -> io::Result<()> {
        while let Some(action) = self.channel.poll_action() {
            if let Action::Start(instance) = &action {
                self.instances.push(instance.clone());
            }
            self.print(now, What::Action(&action))?;
        }
        Ok(())
    }

    fn print(&mut self, at: Timestamp, what: What<'_>) -> io::Result<()> {
        if self.format == Format::Json {
            return print_record(self.out, &Line { at, what });
        }
        let at = at.to_string();
        match what {
            What::Input(input) => writeln!(self.out, "{at:>10}  {input}"),
            What::Refused(reason) => writeln!(self.out, "{:>10}    refused: {reason}", ""),
            What::Action(action) => writeln!(self.out, "{:>10}    {}", "", sentence(action)),
            What::Status(status) => {
                writeln!(self.out, "{at:>10}  in the end")?;
                status
                    .to_string()
                    .lines()
                    .try_for_each(|line| writeln!(self.out, "{:>10}    {line}", ""))
            }
        }
    }
}

fn sentence(action: &Action) -> String {
    match action {
        Action::Start(instance) => format!("start {instance}"),
        Action::Route(routes) => format!("route {routes}"),
        Action::Stop(instance) => format!("stop {instance}"),
        Action::WakeAt(at) => format!("wake at {at}"),
        Action::Notify(notice) => format!("notify: {}", notice.event()),
    }
}

impl std::fmt::Display for Input {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Register(number) => write!(formatter, "{number} is registered"),
            Self::Yank(number) => write!(formatter, "{number} is yanked"),
            Self::Report(Observation { revision, is }) => match is {
                Report::Healthy => write!(formatter, "{revision} is healthy"),
                Report::Unhealthy { reason } => {
                    write!(formatter, "{revision} is not healthy: {reason}")
                }
                Report::Failed { reason } => write!(formatter, "{revision} failed: {reason}"),
            },
            Self::Command(command) => {
                let command = serde_json::to_string(command).map_err(|_| std::fmt::Error)?;
                write!(formatter, "an operator says {command}")
            }
        }
    }
}
