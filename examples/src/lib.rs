//! Tools that embed the crates and bring real I/O.
//!
//! The [`registry`] is a server of bindles in a [`store`], which a [`location`]
//! names, and the [`client`] talks to it or to any other.
//!
//! The modules in the order in which an application walks through them:
//! [`folder`] packages it, [`keys`] has the key that signs it, [`upload`]
//! brings it into a [`store`]; the [`platform`] registers it and runs it as a
//! running [`application`] in the [`runtime`], and the [`server`] sends it the
//! requests that its [`routes`] match.

#[cfg(feature = "runtime")]
pub mod application;
pub mod client;
pub mod connections;
pub mod folder;
pub mod keys;
pub mod location;
#[cfg(feature = "runtime")]
pub mod platform;
pub mod process;
pub mod registry;
#[cfg(feature = "runtime")]
pub mod routes;
#[cfg(feature = "runtime")]
pub mod runtime;
#[cfg(feature = "runtime")]
pub mod server;
pub mod standalone;
pub mod store;
pub mod unpack;
pub mod upload;

/// The samples of the suite's README, which are run as tests.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
