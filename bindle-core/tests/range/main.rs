//! Version ranges: the syntax and its errors, the laws of the operations, and
//! agreement with node-semver.

mod laws;
mod node;
mod shapes;
mod syntax;
mod vectors;
