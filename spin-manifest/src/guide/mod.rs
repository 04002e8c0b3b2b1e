//! How to do things with this crate, and what to rely on. These modules contain text
//! only, no code.
//!
//! | | |
//! |---|---|
//! | [`packaging`] | from a `spin.toml` to a signed bindle, and back |
//! | [`compatibility`] | what each era of Spin reads and writes, and every deliberate difference |
//! | [`migration`] | migrating from Spin's own `spin-manifest` |

#[doc = include_str!("compatibility.md")]
pub mod compatibility {}

#[doc = include_str!("migration.md")]
pub mod migration {}

#[doc = include_str!("packaging.md")]
pub mod packaging {}
