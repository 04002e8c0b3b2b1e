//! How to do things with this crate, and what to rely on. These modules contain text
//! only, no code.
//!
//! | how to … | |
//! |---|---|
//! | let only trusted bindles run | [`admission`] |
//! | push, pull and serve in an async program | [`async_service`] |
//! | keep a registry in an object store | [`object_storage`] |
//! | migrate from the crate `bindle` 0.9 | [`migration`] |
//!
//! | what to know | |
//! |---|---|
//! | what a signature covers, and what it does not | [`signatures`] |
//! | the security model | [`security`] |
//! | compatibility with other systems, and every deliberate difference | [`compatibility`] |
//!
//! The other crates have guides as well: `spin_manifest::guide` covers packaging an
//! application, and `revisions::guide` covers writing a rollout controller.

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
