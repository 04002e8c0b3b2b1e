//! The HTTP protocol: requests and back, answers to the byte.

mod bodies;
mod formats;
#[cfg(feature = "http")]
mod http;
mod requests;
mod statuses;
