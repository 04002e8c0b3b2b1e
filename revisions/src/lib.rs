//! Revisions of an application, from their registration to the traffic that
//! they get, as pure values and state machines without I/O.
//!
//! A developer deploys a *revision*: a number, and the content of a bindle. The
//! [`Ledger`] registers it for ever, and can prove that it does. Each *channel*
//! of an application follows a [`Rule`] or is fixed to a revision. A
//! [`Channel`] starts the selected revision beside the one that serves, and
//! moves the traffic as soon as the new one is healthy. If it never is, nothing
//! changes for anybody.
//!
//! In the order in which data walks through them:
//!
//! | | |
//! |---|---|
//! | [`Revision`] | a number, its content, and the order of revisions |
//! | [`Rule`] | npm ranges, exact numbers, Hippo's rule for prereleases |
//! | [`Ledger`] | register, yank, the best match; [`Entry`], logs, snapshots |
//! | [`merkle`], [`Checkpoint`] | proofs that a ledger was only added to |
//! | [`Policy`] | how to go over to another revision: steps, deadlines, attempts |
//! | [`Channel`] | the rollout: [`Report`] and [`Command`] in, [`Action`] out |
//! | [`Status`], [`Notice`] | what an operator sees |
//! | [`Application`], [`AddressBook`] | channels with a ledger, and their addresses |
//!
//! # You bring the I/O
//!
//! Nothing here reads a clock, a file or a socket. You pass the time as a
//! [`Timestamp`] with every call, and carry out the [`Action`]s that come out.
//! To keep state, you store bytes ([`Ledger::to_log`], [`Receipt::to_bytes`])
//! or values that serialize ([`Channel`]). The documentation of [`Channel`]
//! shows a whole upgrade in a loop of thirty lines.
//!
//! # Guide
//!
//! The [`guide`] has chapters on writing a [rollout
//! controller](guide::controller), on keeping a [history](guide::history) that
//! others can check, and on [compatibility](guide::compatibility) with Hippo
//! and npm, with every deliberate difference.
//!
//! # Ids, digests, versions
//!
//! They come from the crates [`bindle_core`] and [`semver`], which are
//! re-exported here so that you use matching versions.
//!
//! # Features
//!
//! Without the default feature `std`, the crate is `no_std` + `alloc`.
#![cfg_attr(not(feature = "std"), no_std)]
// Documentation tells which feature an item needs.
#![cfg_attr(docsrs, feature(doc_cfg))]

extern crate alloc;

mod address;
mod application;
mod channel;
#[cfg(doc)]
pub mod guide;
mod ledger;
mod revision;
mod rule;
mod time;

/// The examples of the README, which are run as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

pub use bindle_core::{self, range, semver};

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
    Precedence, ReadLogError, ReadSnapshotError, Receipt, Recorded, RegisterError, YankError,
};
pub use crate::revision::Revision;
pub use crate::rule::{NewestPrerelease, ParseLegacyError, ParseRuleError, Rule, parse_legacy};
pub use crate::time::Timestamp;
