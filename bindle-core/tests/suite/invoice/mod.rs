mod builder;
mod content_digest;
mod problems;
mod read;
mod write;
