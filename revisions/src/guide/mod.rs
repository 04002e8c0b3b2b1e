//! How things are done with this crate, and what to rely on; there is no code
//! in here.
//!
//! | | |
//! |---|---|
//! | [`controller`] | writing a rollout controller |
//! | [`history`] | a ledger that others can check |
//! | [`compatibility`] | what Hippo and npm read and do, and every deliberate difference |

#[doc = include_str!("compatibility.md")]
pub mod compatibility {}

#[doc = include_str!("controller.md")]
pub mod controller {}

#[doc = include_str!("history.md")]
pub mod history {}
