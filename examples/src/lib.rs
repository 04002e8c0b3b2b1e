//! Tools that embed the crates and bring real I/O.
//!
//! The modules in the order in which an application walks through them:
//! [`folder`] packages it, [`keys`] has the key that signs it, [`upload`]
//! brings it into a [`store`]; the [`platform`] registers it and runs it as a
//! running [`application`] in the [`runtime`], and the [`server`] sends it the
//! requests that its [`routes`] match.

pub mod application;
pub mod folder;
pub mod keys;
pub mod platform;
pub mod routes;
pub mod runtime;
pub mod server;
pub mod store;
pub mod upload;
