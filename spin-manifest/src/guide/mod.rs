//! How things are done with this crate, and what to rely on; there is no code
//! in here.
//!
//! | | |
//! |---|---|
//! | [`packaging`] | from a `spin.toml` to a signed bindle, and back |
//! | [`compatibility`] | what each era of Spin reads and writes, and every deliberate difference |
//! | [`migration`] | leaving Spin's own `spin-manifest`, name by name |

#[doc = include_str!("compatibility.md")]
pub mod compatibility {}

#[doc = include_str!("migration.md")]
pub mod migration {}

#[doc = include_str!("packaging.md")]
pub mod packaging {}
