//! The sample applications, the parts of the tools, and the tools themselves.
#![allow(clippy::unwrap_used)]

mod application;
mod deploy;
mod mistakes;
mod modules;
mod platform;
mod program;
mod runtime;
mod storage;
mod store;
