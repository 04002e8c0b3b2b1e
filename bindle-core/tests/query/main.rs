//! Queries: their parameters, what matches and in which order, and that an
//! index answers as a scan does.

#![allow(
    clippy::unwrap_used,
    reason = "in a test that is a failure like any other"
)]

mod index;
mod pairs;
mod rules;
