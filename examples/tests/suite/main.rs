//! The sample applications, the parts of the tools, and the tools themselves.

mod modules;
mod runtime;
