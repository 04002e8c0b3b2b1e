//! Tests of the public interface, one module a room.

#![allow(clippy::disallowed_methods, reason = "tests read their fixtures")]

mod invoice;
mod sample;
mod toml_style;
mod trust;
