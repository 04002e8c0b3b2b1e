//! Tests of the public interface, one module a room.

#![allow(clippy::disallowed_methods, reason = "tests read their fixtures")]

mod invoice;
mod trust;
