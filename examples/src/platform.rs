//! A platform in one process: it keeps the ledger of an application, and runs
//! what its channel says.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use bindle_core::semver::Version;
use bindle_core::{Digest, Id, Keyring, Name};
use revisions::{
    Action, Channel, Command, CommandError, Event, Failure, Instance, Ledger, Policy, PolicyError,
    Recorded, RegisterError, Report, Rule, Selection, Timestamp,
};
use thiserror::Error;
use tokio::sync::{mpsc, oneshot};
use tokio::task::AbortHandle;
use tokio::time::Instant;

use crate::application::Running;
use crate::runtime::Runtime;
use crate::server::Traffic;
use crate::store::{Put, Store, StoreError, StoredLedgerError};

/// How often a candidate is checked until it has all the traffic.
const CHECK_INTERVAL: Duration = Duration::from_millis(250);

/// How a platform selects and upgrades.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The rule of the channel; without one, each release pins the channel to
    /// its revision.
    pub rule: Option<Rule>,
    /// What every component is asked for before it gets traffic; without,
    /// each for its own route.
    pub health_path: Option<String>,
    /// How long a candidate is healthy before it gets traffic.
    pub min_healthy: Duration,
    /// By when a candidate must have been healthy for that long.
    pub healthy_deadline: Duration,
    /// How long an instance runs on after it lost its traffic.
    pub drain: Duration,
}

impl Settings {
    fn policy(&self) -> Result<Policy, PolicyError> {
        Policy::builder()
            .min_healthy(self.min_healthy)
            .healthy_deadline(self.healthy_deadline)
            .progress_deadline(self.min_healthy + self.healthy_deadline)
            .drain(self.drain)
            .max_attempts(NonZeroU32::MIN)
            .build()
    }
}

/// What became of a release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is live.
    Serves,
    /// It failed, and what served before still does.
    Failed {
        /// Why.
        reason: String,
        /// What serves, if anything does.
        serving: Option<Version>,
    },
    /// The rule of the channel, or a later release, selects another revision.
    NotSelected {
        /// What serves, if anything does.
        serving: Option<Version>,
    },
}

/// A platform; it runs until it is dropped.
pub struct Platform {
    messages: mpsc::UnboundedSender<Message>,
}

enum Message {
    Release {
        id: Id,
        content: Digest,
        reply: oneshot::Sender<Result<Outcome, ReleaseError>>,
    },
    Serving(oneshot::Sender<Option<Version>>),
    Started(Instance, Arc<Running>),
    Report(Instance, Report),
}

impl Platform {
    /// A platform for the application `name`, with the ledger that is stored.
    ///
    /// # Errors
    ///
    /// Settings that cannot be followed, a ledger that cannot be read, and a store
    /// that cannot be written to.
    pub async fn start(
        name: Name,
        store: Store,
        keyring: Keyring,
        runtime: Runtime,
        traffic: Traffic,
        settings: Settings,
    ) -> Result<Self, StartPlatformError> {
        let policy = settings.policy()?;
        let ledger = store.ledger(name).await?;
        // Who appended last may not have come so far.
        store.put_checkpoint(&ledger.checkpoint()).await?;
        let (messages, inbox) = mpsc::unbounded_channel();
        let host = Host {
            store,
            keyring,
            runtime,
            traffic,
            settings,
            policy,
            ledger,
            channel: None,
            epoch: Instant::now(),
            instances: Vec::new(),
            releases: Vec::new(),
            messages: messages.downgrade(),
        };
        tokio::spawn(host.run(inbox));
        Ok(Self { messages })
    }

    /// Registers a bindle that is in the store, and waits until the channel
    /// has come to rest.
    ///
    /// # Errors
    ///
    /// If it cannot be registered, or its revision cannot be selected.
    pub async fn release(&self, id: Id, content: Digest) -> Result<Outcome, ReleaseError> {
        let (reply, outcome) = oneshot::channel();
        self.send(Message::Release { id, content, reply });
        outcome.await.unwrap_or(Err(ReleaseError::Stopped))
    }

    /// The revision that serves.
    pub async fn serving(&self) -> Option<Version> {
        let (reply, serving) = oneshot::channel();
        self.send(Message::Serving(reply));
        serving.await.ok().flatten()
    }

    fn send(&self, message: Message) {
        // If no one listens any more, the reply tells.
        let _ = self.messages.send(message);
    }
}

/// The state of a platform: one task owns it, and hears messages.
struct Host {
    store: Store,
    keyring: Keyring,
    runtime: Runtime,
    traffic: Traffic,
    settings: Settings,
    policy: Policy,
    ledger: Ledger,
    channel: Option<Channel>,
    epoch: Instant,
    instances: Vec<Hosted>,
    releases: Vec<Release>,
    messages: mpsc::WeakUnboundedSender<Message>,
}

/// An instance, from its start to its stop.
struct Hosted {
    instance: Instance,
    running: Option<Arc<Running>>,
    checks: AbortHandle,
}

impl Drop for Hosted {
    fn drop(&mut self) {
        self.checks.abort();
    }
}

/// A release that is under way.
struct Release {
    revision: Version,
    failure: Option<String>,
    reply: oneshot::Sender<Result<Outcome, ReleaseError>>,
}

impl Host {
    async fn run(mut self, mut inbox: mpsc::UnboundedReceiver<Message>) {
        loop {
            let wake = self.channel.as_ref().and_then(Channel::next_wake);
            let wake = wake.map(|at| self.epoch + Duration::from_millis(at.as_millis()));
            let woken = async {
                match wake {
                    Some(at) => tokio::time::sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                message = inbox.recv() => match message {
                    Some(message) => self.hear(message).await,
                    None => return,
                },
                () = woken => {
                    let now = self.now();
                    if let Some(channel) = &mut self.channel {
                        channel.handle_wake(&self.ledger, now);
                    }
                }
            }
            self.act();
            self.reply_if_settled();
        }
    }

    async fn hear(&mut self, message: Message) {
        match message {
            Message::Release { id, content, reply } => {
                let revision = id.version().clone();
                match self.register_and_select(&id, content).await {
                    Ok(()) => self.releases.push(Release {
                        revision,
                        failure: None,
                        reply,
                    }),
                    Err(error) => drop(reply.send(Err(error))),
                }
            }
            Message::Serving(reply) => {
                let serving = self.channel.as_ref().and_then(Channel::serving);
                let _ = reply.send(serving.cloned());
            }
            Message::Started(instance, running) => {
                let mut hosted = self.instances.iter_mut();
                if let Some(hosted) = hosted.find(|hosted| hosted.instance == instance) {
                    hosted.running = Some(running);
                    self.report(&instance, Report::Healthy);
                }
            }
            Message::Report(instance, report) => self.report(&instance, report),
        }
    }

    fn report(&mut self, instance: &Instance, report: Report) {
        let now = self.now();
        if let Some(channel) = &mut self.channel {
            channel.handle_report(instance, report, &self.ledger, now);
        }
    }

    async fn register_and_select(&mut self, id: &Id, content: Digest) -> Result<(), ReleaseError> {
        self.register(id, content).await?;
        let revision = id.version().clone();
        let selection = match &self.settings.rule {
            Some(rule) => Selection::Rule(rule.clone()),
            None => Selection::Fixed(revision.clone()),
        };
        let now = self.now();
        let Some(channel) = &mut self.channel else {
            let policy = self.policy.clone();
            self.channel = Some(Channel::new(selection, policy, &self.ledger, now)?);
            return Ok(());
        };
        channel.handle_ledger(&self.ledger, now);
        if *channel.selection() != selection {
            channel.handle_command(Command::Select(selection), &self.ledger, now)?;
        }
        // Whoever deploys what failed before wants to see it tried again.
        match channel.handle_command(Command::Retry { revision }, &self.ledger, now) {
            Ok(()) | Err(CommandError::NotHeldBack(_)) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    async fn register(&mut self, id: &Id, content: Digest) -> Result<(), ReleaseError> {
        loop {
            // The ledger changes only with what is stored.
            let mut ledger = self.ledger.clone();
            let Recorded::New(receipt) = ledger.register(id, content)? else {
                break;
            };
            let sequence = self.ledger.size();
            let entry = receipt.to_bytes();
            match self.store.put_entry(ledger.name(), sequence, entry).await? {
                Put::Done => {
                    self.ledger = ledger;
                    break;
                }
                // Another program was faster.
                Put::Taken => self.ledger = self.store.longer_ledger(&self.ledger).await?,
            }
        }
        // Also of what was known: who registered it may not have come so far.
        self.store.put_checkpoint(&self.ledger.checkpoint()).await?;
        Ok(())
    }

    /// Carries out what the channel says, in its order.
    fn act(&mut self) {
        while let Some(action) = self.channel.as_mut().and_then(Channel::poll_action) {
            match action {
                Action::Start(instance) => self.start(instance),
                Action::Route(routes) => {
                    // No others, so that the files of one that is stopped can go.
                    let running = routes.iter().filter_map(|route| {
                        let mut hosted = self.instances.iter();
                        let hosted = hosted.find(|h| h.instance == *route.instance())?;
                        let running = hosted.running.as_ref()?;
                        Some((hosted.instance.clone(), Arc::clone(running)))
                    });
                    let running = running.collect();
                    for route in routes.iter().filter(|route| route.weight() == 100) {
                        let mut hosted = self.instances.iter();
                        if let Some(hosted) = hosted.find(|h| h.instance == *route.instance()) {
                            hosted.checks.abort();
                        }
                    }
                    self.traffic.switch(routes, running);
                }
                Action::Stop(instance) => {
                    self.instances.retain(|hosted| hosted.instance != instance);
                }
                // The loop asks for the time itself.
                Action::WakeAt(_) => {}
                Action::Notify(notice) => self.note(notice.event()),
            }
        }
    }

    fn note(&mut self, event: &Event) {
        let Event::Failed { revision, why, .. } = event else {
            return;
        };
        for release in &mut self.releases {
            if release.revision == *revision {
                release.failure = Some(match why {
                    Failure::Ended(reason) | Failure::Unhealthy(reason) => reason.to_string(),
                    other => other.to_string(),
                });
            }
        }
    }

    /// Starts an instance and its checks; a first one that fails is the end of
    /// it, since what it depends on does not change.
    fn start(&mut self, instance: Instance) {
        let id = Id::new(self.ledger.name().clone(), instance.revision().clone());
        let registered = self.ledger.get(instance.revision());
        let registered = registered.map(revisions::Revision::content);
        let (store, keyring) = (self.store.clone(), self.keyring.clone());
        let (runtime, messages) = (self.runtime.clone(), self.messages.clone());
        let health_path = self.settings.health_path.clone();
        let checked = instance.clone();
        let checks = tokio::spawn(async move {
            let tell = |message| {
                if let Some(messages) = messages.upgrade() {
                    let _ = messages.send(message);
                }
            };
            let failed = |reason| Message::Report(checked.clone(), Report::failed(reason));
            let Some(registered) = registered else {
                return tell(failed(format!("{id} is not registered")));
            };
            let started = Running::start(&id, registered, &store, &keyring, &runtime).await;
            let running = match started {
                Ok(running) => Arc::new(running),
                Err(error) => return tell(failed(error.to_string())),
            };
            loop {
                match running.check(health_path.as_deref()).await {
                    Ok(()) => tell(Message::Started(checked.clone(), Arc::clone(&running))),
                    Err(error) => return tell(failed(error.to_string())),
                }
                tokio::time::sleep(CHECK_INTERVAL).await;
            }
        });
        self.instances.push(Hosted {
            instance,
            running: None,
            checks: checks.abort_handle(),
        });
    }

    /// Tells the outcome of all releases as soon as no candidate is on its way.
    fn reply_if_settled(&mut self) {
        let Some(channel) = &self.channel else { return };
        if channel.candidate().is_some() {
            return;
        }
        for release in self.releases.drain(..) {
            let serving = channel.serving().cloned();
            let outcome = match release.failure {
                _ if serving.as_ref() == Some(&release.revision) => Outcome::Serves,
                Some(reason) => Outcome::Failed { reason, serving },
                None => Outcome::NotSelected { serving },
            };
            let _ = release.reply.send(Ok(outcome));
        }
    }

    fn now(&self) -> Timestamp {
        let millis = self.epoch.elapsed().as_millis();
        Timestamp::from_millis(u64::try_from(millis).unwrap_or(u64::MAX))
    }
}

/// A platform that cannot start.
#[derive(Debug, Error)]
pub enum StartPlatformError {
    /// The ledger cannot be read.
    #[error(transparent)]
    Ledger(#[from] StoredLedgerError),
    /// The timings contradict one another.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A release that did not get as far as being tried.
#[derive(Debug, Error)]
pub enum ReleaseError {
    /// The ledger cannot be read anew.
    #[error(transparent)]
    Ledger(#[from] StoredLedgerError),
    /// It cannot be registered.
    #[error(transparent)]
    Register(#[from] RegisterError),
    /// It cannot be selected.
    #[error(transparent)]
    Select(#[from] CommandError),
    /// The platform is not there any more.
    #[error("the platform has stopped")]
    Stopped,
    /// The store failed. What is registered by then stays so, and releasing it again
    /// goes on from there.
    #[error(transparent)]
    Store(#[from] StoreError),
}
