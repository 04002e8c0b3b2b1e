//! Revisions of an application.
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod address;
mod application;
mod channel;
mod ledger;
mod revision;
mod rule;
mod time;

pub use bindle_core::{range, semver};

pub use crate::address::{
    Address, AddressBook, AddressError, AddressTaken, ApplicationName, ChannelName, Domain, Owner,
    ParseAddressError,
};
pub use crate::application::{AddChannelError, Application, ChannelError, UnknownChannel};
pub use crate::channel::{
    Action, Channel, Command, CommandError, Event, Failure, HeldBack, Instance, Notice, OnYank,
    Phase, Policy, PolicyBuilder, PolicyError, Promotion, Report, Route, Routes, Selection, Status,
    Step, Withdrawal,
};
pub use crate::ledger::merkle;
pub use crate::ledger::{
    ApplyError, Checkpoint, DecodeEntryError, Entry, ExtensionError, Ledger, ParseCheckpointError,
    Precedence, ReadLogError, ReadSnapshotError, Receipt, RegisterError, Registered, YankError,
    Yanked,
};
pub use crate::revision::Revision;
pub use crate::rule::{NewestPrerelease, ParseLegacyError, ParseRuleError, Rule, parse_legacy};
pub use crate::time::Timestamp;
