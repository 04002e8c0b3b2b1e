//! Identity: names, ids and digests.

mod digest;
mod id;
mod name;

pub use self::digest::{Digest, ParseDigestError};
pub(crate) use self::id::version_reason;
pub use self::id::{Id, ParseIdError, ParseUriError};
pub use self::name::{Name, ParseNameError};
