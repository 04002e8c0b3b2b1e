//! Measures things beside each other: what the suite does, the limit that the
//! machine or a library below sets, and a peer.
//!
//! All contenders of a row run in one process and take turns, so that whatever
//! disturbs the machine disturbs them alike: ratios hold where absolute figures
//! wander.
//!
//! ```no_run
//! use benches::{Suite, Unit};
//!
//! let numbers: Vec<u64> = (0..1_000).collect();
//! let mut suite = Suite::from_args();
//! suite
//!     .row("sum of 1,000 numbers", Unit::Time)
//!     .ours(|| numbers.iter().sum::<u64>())
//!     .limit("a loop", || numbers.iter().fold(0, |sum, number| sum + number))
//!     .measure();
//! suite.finish().unwrap();
//! ```

pub mod callgrind;
mod measure;
mod report;
pub mod samples;
pub mod typed;

pub use crate::measure::{Row, Suite};
pub use crate::report::Unit;
