//! TOML with the place of each key and value, read several times as fast as by
//! the crate `toml`, and to the same effect: what invoices, keyrings and
//! manifests are read with.

mod decode;
mod deserialize;
mod events;
mod field;
#[cfg(any(all(test, feature = "std"), fuzzing))]
pub(crate) mod oracle;
mod plain;
pub(crate) mod problem;
mod report;
mod syntax;
mod table;
mod toml_text;
mod value;
mod walk;

pub(crate) use self::decode::decode;
pub(crate) use self::deserialize::ValueDeserializer;
pub(crate) use self::field::{At, Field, List, Text, TextMap, owned_map};
pub(crate) use self::problem::{Place, Problem, ProblemKind, Problems, Severity};
pub(crate) use self::report::{Path, Report, control_character};
pub use self::syntax::SyntaxError;
pub use self::table::Document;
pub(crate) use self::toml_text::TomlText;
pub use self::value::{Array, Entries, Integer, Items, Key, Kind, Table, Value};
pub(crate) use self::walk::{Bounds, Decode, Walk, parse_toml, read_toml, read_toml_by, utf8};
