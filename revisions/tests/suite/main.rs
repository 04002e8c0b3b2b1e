//! The tests of the crate, in one binary.

mod ledger;
mod order;
mod scenarios;
mod world;
