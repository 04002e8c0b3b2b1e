//! Tests of the public interface, one module a room.

#![allow(clippy::disallowed_methods, reason = "tests read their fixtures")]

mod content;
mod hostile;
mod identity;
mod invoice;
mod media_type;
mod public_types;
mod reference_wire;
mod registry;
mod sample;
mod text;
mod toml_style;
mod trust;
