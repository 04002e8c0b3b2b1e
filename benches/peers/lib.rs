//! The reference implementation beside the suite: what the tests and the
//! benches of this package share.

mod sample;
pub mod servers;

pub use sample::{Sample, SampleGroup, SampleParcel};
