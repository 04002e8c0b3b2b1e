//! [JSON Schemas](https://json-schema.org/specification) of `spin.toml`, with
//! which editors can complete, explain and check what their users write.
//!
//! A schema accepts what a [strict](crate::Strictness::Strict) reader accepts,
//! except for rules that a schema cannot express: references between parts of
//! the document, and the syntax of hosts.
//!
//! They conform to draft 2020-12, and only use keywords that draft 7 has as
//! well.
//!
//! ```
//! let schema = spin_manifest::json_schema::V2;
//! assert!(schema.contains("https://json-schema.org/draft/2020-12/schema"));
//! ```

/// The schema of the first format: `spin_version = "1"` and
/// `spin_manifest_version = "1"`.
///
/// Its definitions `spin-0.6`, `spin-1.5` and `current` contain what only the
/// [`Era`](crate::Era) of that name demands; a manifest has to satisfy one of
/// them.
pub const V1: &str = include_str!("../schema/spin-v1.schema.json");

/// The schema of the second format: `spin_manifest_version = 2`.
pub const V2: &str = include_str!("../schema/spin-v2.schema.json");
