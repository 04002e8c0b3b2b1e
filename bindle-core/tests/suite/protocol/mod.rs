//! The HTTP protocol: requests and back, answers to the byte.

mod bodies;
mod formats;
mod requests;
