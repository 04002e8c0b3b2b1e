//! A document of TOML, walked by typed reads.

pub(crate) mod duplicates;
mod fields;
mod node;
pub(crate) mod syntax;
pub(crate) mod toml_1_1;

pub(crate) use self::fields::Fields;
pub(crate) use self::node::Node;
