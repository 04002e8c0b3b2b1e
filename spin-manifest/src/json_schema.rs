//! [JSON Schemas](https://json-schema.org/specification) of `spin.toml`, with
//! which editors complete, explain and check what their users write.
//!
//! A schema accepts what a [strict](crate::Strictness::Strict) reader does, but
//! for the rules that no schema can express: names that are looked up or
//! compared elsewhere in the document, and whether a host is one.
//!
//! They are of draft 2020-12, and keep to keywords that draft 7 has as well.
//!
//! ```
//! let schema = spin_manifest::json_schema::V2;
//! assert!(schema.contains("https://json-schema.org/draft/2020-12/schema"));
//! ```

/// Of the first format: `spin_version = "1"` and `spin_manifest_version = "1"`.
///
/// Its definitions `spin-0.6`, `spin-1.5` and `current` hold what only the
/// [`Era`](crate::Era) of this name demands; a manifest has to satisfy one of
/// them.
pub const V1: &str = include_str!("../schema/spin-v1.schema.json");

/// Of the second format: `spin_manifest_version = 2`.
pub const V2: &str = include_str!("../schema/spin-v2.schema.json");
