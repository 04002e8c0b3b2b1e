//! The sample applications, the parts of the tools, and the tools themselves.

mod deploy;
mod mistakes;
mod modules;
mod program;
mod runtime;
mod storage;
