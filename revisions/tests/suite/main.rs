//! The tests of the crate, in one binary.

#![allow(clippy::disallowed_methods, reason = "tests read their fixtures")]
#![allow(clippy::print_stderr, reason = "a skipped test says so")]
#![allow(clippy::unwrap_used, reason = "tests fail by it")]

mod flaws;
mod history;
mod ledger;
mod order;
mod rules;
mod scenarios;
mod snapshots;
mod values;
mod vectors;
mod world;
