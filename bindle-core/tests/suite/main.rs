//! Tests of the public interface, one module a room.

#![allow(
    clippy::disallowed_methods,
    reason = "snapshots are looked up and updated in the sources"
)]
#![allow(
    clippy::unwrap_used,
    reason = "in a test that is a failure like any other"
)]

mod content;
mod document;
mod hostile;
mod identity;
mod invoice;
mod media_type;
mod protocol;
mod public_types;
mod reference_wire;
mod registry;
mod sample;
mod select;
mod standalone;
mod text;
mod toml_style;
mod trust;
