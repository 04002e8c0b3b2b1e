//! Tools that embed the crates and bring real I/O.

pub mod folder;
pub mod routes;
pub mod runtime;
pub mod store;
