//! How things are done with this crate, and what to rely on; there is no code
//! in here.
//!
//! | to do | |
//! |---|---|
//! | let only trusted bindles run | [`admission`] |
//! | push, pull and serve in an async program | [`async_service`] |
//! | keep a registry in an object store | [`object_storage`] |
//! | leave the crate `bindle` 0.9 | [`migration`] |
//!
//! | to know | |
//! |---|---|
//! | what a signature covers, and what it does not | [`signatures`] |
//! | who can do what to whom | [`security`] |
//! | what other systems read, write and do | [`compatibility`] |
//!
//! The guides of the other crates: packaging an application in
//! `spin_manifest::guide`, and a rollout controller in `revisions::guide`.

#[doc = include_str!("admission.md")]
pub mod admission {}

#[doc = include_str!("async_service.md")]
pub mod async_service {}

#[doc = include_str!("compatibility.md")]
pub mod compatibility {}

#[doc = include_str!("migration.md")]
pub mod migration {}

#[doc = include_str!("object_storage.md")]
pub mod object_storage {}

#[doc = include_str!("security.md")]
pub mod security {}

#[doc = include_str!("signatures.md")]
pub mod signatures {}
