//! What the suite writes, the reference implementation reads, and the other
//! way round; what one signs, the other verifies.

mod differences;
mod invoices;
mod keys;
mod same;
mod signatures;
