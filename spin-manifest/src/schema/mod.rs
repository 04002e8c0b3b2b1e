//! What a document says, field by field, in the words of its own format.

mod parts;
mod trigger_settings;
pub mod v1;
pub mod v2;
