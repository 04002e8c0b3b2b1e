//! The tests of the crate, in one binary.
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests bring their own I/O"
)]

mod agreement;
mod collected;
mod errors;
mod files;
mod folder;
mod formats;
mod hostile;
mod hosts;
mod json_schema;
mod like_spin;
#[cfg(feature = "miette")]
mod miette;
mod normal_forms;
mod packaging;
mod patterns;
mod properties;
mod reports;
mod snapshots;
mod values;
