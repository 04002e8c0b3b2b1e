//! Documents: fields with their places, and everything that is wrong with
//! them.

mod field;
mod problem;
mod report;
mod toml_text;
mod walk;

pub(crate) use self::field::{At, Field, List, Text, TextMap, owned_map};
pub use self::problem::{Place, Problem, ProblemKind, Problems, Severity};
pub(crate) use self::report::{Path, Report, control_character};
pub(crate) use self::toml_text::TomlText;
pub(crate) use self::walk::{Bounds, Walk, read_toml, utf8, within_bounds};
