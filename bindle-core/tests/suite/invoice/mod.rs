mod content_digest;
mod read;
mod write;
