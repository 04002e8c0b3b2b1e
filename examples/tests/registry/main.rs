//! The program `registry`: the protocol over real connections, its limits, its
//! start and its end, and several of it at once.
#![allow(clippy::unwrap_used)]

mod http;
mod limits;
mod protocol;
mod server;
mod several;
mod start;
