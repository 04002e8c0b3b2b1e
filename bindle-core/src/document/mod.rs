//! Documents: fields with their places, and everything that is wrong with
//! them.

mod decode;
mod deserialize;
mod events;
mod field;
#[cfg(any(all(test, feature = "std"), fuzzing))]
pub(crate) mod oracle;
mod plain;
mod problem;
mod report;
mod syntax;
mod table;
mod toml_text;
mod walk;

pub(crate) use self::decode::decode;
pub(crate) use self::field::{At, Field, List, Text, TextMap, owned_map};
pub use self::problem::{Place, Problem, ProblemKind, Problems, Severity};
pub(crate) use self::report::{Path, Report, control_character};
pub(crate) use self::table::Table;
pub(crate) use self::toml_text::TomlText;
pub(crate) use self::walk::{Bounds, Decode, Walk, parse_toml, read_toml, read_toml_by, utf8};
