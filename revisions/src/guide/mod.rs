//! How to do things with this crate, and what to rely on. These modules contain text
//! only, no code.
//!
//! | | |
//! |---|---|
//! | [`controller`] | writing a rollout controller |
//! | [`history`] | keeping a ledger that others can check |
//! | [`compatibility`] | compatibility with Hippo and npm, and every deliberate difference |

#[doc = include_str!("compatibility.md")]
pub mod compatibility {}

#[doc = include_str!("controller.md")]
pub mod controller {}

#[doc = include_str!("history.md")]
pub mod history {}
