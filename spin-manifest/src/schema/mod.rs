//! What a document says, field by field, in the words of its own format.

mod parts;
mod trigger_settings;
pub mod v1;
pub mod v2;

/// The contents of a manifest, in the words of its own format.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Document {
    /// `spin_version = "1"` or `spin_manifest_version = "1"`.
    V1(v1::Application),
    /// `spin_manifest_version = 2`.
    V2(v2::Application),
}
