//! Version ranges: the syntax and its errors, the laws of the operations, and
//! agreement with node-semver.

#![allow(clippy::disallowed_methods, reason = "tests read their fixtures")]

mod laws;
mod node;
mod shapes;
mod syntax;
mod vectors;
