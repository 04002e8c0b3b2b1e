//! Upgrades as stories: what happens, and what the channel does.
//!
//! Times are those of the world's clock. A line that starts with `start`,
//! `route` or `stop` is an action for the platform, every other line a notice.

mod failures;
mod operators;
mod rollouts;

use std::time::Duration;

use revisions::{Policy, PolicyBuilder, Step};

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// 10 and 50 hundredths for a minute each, then all.
fn canary() -> PolicyBuilder {
    Policy::builder().steps([Step::new(10, seconds(60)), Step::new(50, seconds(60))])
}
