//! Documents: fields with their places, and everything that is wrong with
//! them.

mod field;
mod problem;
mod toml_text;
mod walk;

pub(crate) use self::field::{At, Field, Text, TextMap, owned_map};
pub(crate) use self::problem::{Path, Report, control_character, excerpt};
pub use self::problem::{Place, Problem, ProblemKind, Problems, Severity};
pub(crate) use self::toml_text::TomlText;
pub(crate) use self::walk::{Walk, read_toml, utf8};
