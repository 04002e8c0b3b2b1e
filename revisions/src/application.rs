//! An application: a ledger, and the channels that follow it.

use alloc::vec::Vec;

use bindle_core::{Digest, Id, Name};
use semver::Version;
use serde::Serialize;
use thiserror::Error;

use crate::{
    Action, Address, AddressBook, AddressError, AddressTaken, ApplicationName, Channel,
    ChannelName, Command, CommandError, Domain, Instance, Ledger, Owner, Policy, Recorded,
    RegisterError, Report, Selection, Timestamp, YankError,
};

/// An application: the ledger of its revisions, and its channels, which are
/// notified of every new entry. The guide shows a
/// [controller](crate::guide::controller) around it.
///
/// ```
/// use bindle_core::Digest;
/// use revisions::{Action, AddressBook, Application, Policy, Selection, Timestamp};
///
/// let mut book = AddressBook::default();
/// let domain = "fermyon.app".parse()?;
/// let now = Timestamp::from_millis(0);
/// let mut app = Application::new("hello".parse()?, "example.com/hello".parse()?);
/// for channel in ["production", "canary"] {
///     let selection = Selection::default();
///     app.add_channel(channel.parse()?, selection, Policy::default(), &mut book, &domain, now)?;
/// }
/// let addresses: Vec<_> = app.channels().map(|(_, address, _)| address.as_str()).collect();
/// assert_eq!(addresses, ["hello.fermyon.app", "canary-hello.fermyon.app"]);
///
/// app.register(&"example.com/hello/0.1.0".parse()?, Digest::of(b"one"), now)?;
/// let mut starts = 0;
/// while let Some((channel, action)) = app.poll_action() {
///     if let Action::Start(instance) = action {
///         println!("{channel} starts {instance}");
///         starts += 1;
///     }
/// }
/// assert_eq!(starts, 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Application {
    name: ApplicationName,
    ledger: Ledger,
    channels: Vec<Entry>,
    /// The first channel that may have actions.
    polled: usize,
}

#[derive(Clone, Debug)]
struct Entry {
    name: ChannelName,
    address: Address,
    channel: Channel,
}

impl Application {
    /// An application without revisions or channels; `bindle` is the name of
    /// its bindles.
    #[must_use]
    pub fn new(name: ApplicationName, bindle: Name) -> Self {
        Self::with_ledger(name, Ledger::new(bindle))
    }

    /// An application with the revisions of a ledger, and no channels.
    #[must_use]
    pub fn with_ledger(name: ApplicationName, ledger: Ledger) -> Self {
        Self {
            name,
            ledger,
            channels: Vec::new(),
            polled: 0,
        }
    }

    /// The name of the application.
    #[must_use]
    pub fn name(&self) -> &ApplicationName {
        &self.name
    }

    /// Its revisions.
    #[must_use]
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Its channels with their addresses, in the order in which they were
    /// added.
    #[must_use]
    pub fn channels(&self) -> impl ExactSizeIterator<Item = (&ChannelName, &Address, &Channel)> {
        let entries = self.channels.iter();
        entries.map(|entry| (&entry.name, &entry.address, &entry.channel))
    }

    /// The channel of this name.
    #[must_use]
    pub fn channel(&self, name: &ChannelName) -> Option<&Channel> {
        let entry = self.channels.iter().find(|entry| entry.name == *name)?;
        Some(&entry.channel)
    }

    /// Adds a channel under its default address: [`Address::of_first`] for the
    /// first, [`Address::of_channel`] for the others.
    ///
    /// # Errors
    ///
    /// - a name that another channel has;
    /// - names from which no address can be made, or an address that is taken;
    /// - a fixed revision that is not registered, or yanked.
    pub fn add_channel(
        &mut self,
        name: ChannelName,
        selection: Selection,
        policy: Policy,
        book: &mut AddressBook,
        domain: &Domain,
        now: Timestamp,
    ) -> Result<&Address, AddChannelError> {
        if self.channel(&name).is_some() {
            return Err(AddChannelError::Exists(name));
        }
        let address = if self.channels.is_empty() {
            Address::of_first(&self.name, domain)?
        } else {
            Address::of_channel(&name, &self.name, domain)?
        };
        let channel = Channel::new(selection, policy, &self.ledger, now)?;
        let owner = Owner::new(self.name.clone(), name.clone());
        book.claim(address.clone(), owner)?;
        Ok(self.push(name, address, channel))
    }

    /// Adds a stored channel under the address that it had. Its routes are for
    /// the caller to set again, from [`Status::routes`](crate::Status::routes).
    ///
    /// # Errors
    ///
    /// - a name that another channel has;
    /// - an address that is taken.
    pub fn restore_channel(
        &mut self,
        name: ChannelName,
        address: Address,
        channel: Channel,
        book: &mut AddressBook,
    ) -> Result<(), AddChannelError> {
        if self.channel(&name).is_some() {
            return Err(AddChannelError::Exists(name));
        }
        let owner = Owner::new(self.name.clone(), name.clone());
        book.claim(address.clone(), owner)?;
        self.push(name, address, channel);
        Ok(())
    }

    fn push(&mut self, name: ChannelName, address: Address, channel: Channel) -> &Address {
        self.polled = 0;
        self.channels.push(Entry {
            name,
            address,
            channel,
        });
        let last = self.channels.len() - 1;
        &self.channels[last].address
    }

    /// Registers a revision, and lets every channel select again.
    ///
    /// # Errors
    ///
    /// As [`Ledger::register`]; in that case no channel is notified.
    pub fn register(
        &mut self,
        id: &Id,
        content: Digest,
        now: Timestamp,
    ) -> Result<Recorded, RegisterError> {
        let registered = self.ledger.register(id, content)?;
        self.handle_wake(now);
        Ok(registered)
    }

    /// Yanks a revision, and lets every channel select again.
    ///
    /// # Errors
    ///
    /// As [`Ledger::yank`]; in that case no channel is notified.
    pub fn yank(&mut self, number: &Version, now: Timestamp) -> Result<Recorded, YankError> {
        let yanked = self.ledger.yank(number)?;
        self.handle_wake(now);
        Ok(yanked)
    }

    /// Passes a report of the platform about an instance to its channel.
    ///
    /// # Errors
    ///
    /// - a channel that the application does not have.
    pub fn handle_report(
        &mut self,
        channel: &ChannelName,
        instance: &Instance,
        report: Report,
        now: Timestamp,
    ) -> Result<(), UnknownChannel> {
        let (channel, ledger) = self.parts(channel)?;
        channel.handle_report(instance, report, ledger, now);
        Ok(())
    }

    /// Passes a command of an operator to a channel.
    ///
    /// # Errors
    ///
    /// - a channel that the application does not have;
    /// - what [`Channel::handle_command`] refuses.
    pub fn handle_command(
        &mut self,
        channel: &ChannelName,
        command: Command,
        now: Timestamp,
    ) -> Result<(), ChannelError> {
        let (channel, ledger) = self.parts(channel)?;
        Ok(channel.handle_command(command, ledger, now)?)
    }

    /// Passes the time to every channel.
    pub fn handle_wake(&mut self, now: Timestamp) {
        self.polled = 0;
        for entry in &mut self.channels {
            entry.channel.handle_wake(&self.ledger, now);
        }
    }

    /// The next action, and the channel that it is for, if there is one.
    #[must_use]
    pub fn poll_action(&mut self) -> Option<(&ChannelName, Action)> {
        while let Some(entry) = self.channels.get_mut(self.polled) {
            if let Some(action) = entry.channel.poll_action() {
                return Some((&self.channels[self.polled].name, action));
            }
            self.polled += 1;
        }
        None
    }

    /// When the next change happens in any channel if nothing else is handled
    /// before.
    #[must_use]
    pub fn next_wake(&self) -> Option<Timestamp> {
        let wakes = self
            .channels
            .iter()
            .filter_map(|entry| entry.channel.next_wake());
        wakes.min()
    }

    fn parts(&mut self, name: &ChannelName) -> Result<(&mut Channel, &Ledger), UnknownChannel> {
        self.polled = 0;
        let entry = self.channels.iter_mut().find(|entry| entry.name == *name);
        match entry {
            Some(entry) => Ok((&mut entry.channel, &self.ledger)),
            None => Err(UnknownChannel {
                application: self.name.clone(),
                channel: name.clone(),
            }),
        }
    }
}

/// A channel that an application does not have.
#[derive(Clone, Debug, PartialEq, Eq, Error, Serialize)]
#[error("application {application} has no channel {channel}")]
pub struct UnknownChannel {
    application: ApplicationName,
    channel: ChannelName,
}

/// A command or report that cannot be passed to a channel.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ChannelError {
    /// The channel refuses it.
    #[error(transparent)]
    Command(#[from] CommandError),
    /// There is no such channel.
    #[error(transparent)]
    Unknown(#[from] UnknownChannel),
}

/// A channel that cannot be added.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum AddChannelError {
    /// No address can be made from its names.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// Another channel has this name.
    #[error("there is a channel {0} already")]
    Exists(ChannelName),
    /// Its selection is refused.
    #[error(transparent)]
    Selection(#[from] CommandError),
    /// Its address belongs to another channel.
    #[error(transparent)]
    Taken(#[from] AddressTaken),
}
