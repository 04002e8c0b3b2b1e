//! What a document says, field by field, in the words of its own format.

mod dependencies;
mod parts;
pub mod v1;
pub mod v2;
