//! Content: addressed by hashing, checked against what was announced.

use sha2::Digest as _;
use thiserror::Error;

use crate::Digest;

/// Computes a digest and a size from content that comes in chunks.
///
/// With the feature `std` it is a [`std::io::Write`].
///
/// ```
/// use bindle_core::{Digest, Digester};
///
/// let mut digester = Digester::new();
/// digester.update(b"hello ");
/// digester.update(b"world");
/// assert_eq!(digester.finish(), (Digest::of(b"hello world"), 11));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Digester {
    sha256: sha2::Sha256,
    size: u64,
}

impl Digester {
    /// Starts with no content.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next bytes.
    pub fn update(&mut self, chunk: &[u8]) {
        self.sha256.update(chunk);
        self.size += chunk.len() as u64;
    }

    /// The number of bytes so far.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The digest of all the content, and its size in bytes.
    #[must_use]
    pub fn finish(self) -> (Digest, u64) {
        (
            Digest::from(<[u8; 32]>::from(self.sha256.finalize())),
            self.size,
        )
    }
}

#[cfg(feature = "std")]
impl std::io::Write for Digester {
    fn write(&mut self, chunk: &[u8]) -> std::io::Result<usize> {
        self.update(chunk);
        Ok(chunk.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Checks content that comes in chunks against an announced digest and size.
///
/// The check fails as soon as there is one byte too many, so that a sender
/// cannot fill a store, and at the end if the digest is wrong or bytes are
/// missing. With the feature `std` it is a [`std::io::Write`].
///
/// ```
/// use bindle_core::{ContentCheck, ContentError, Digest};
///
/// let mut check = ContentCheck::new(Digest::of(b"hello"), 5);
/// check.update(b"hel")?;
/// check.update(b"lo")?;
/// check.finish()?;
///
/// let mut check = ContentCheck::new(Digest::of(b"hello"), 5);
/// assert_eq!(check.update(b"hello!"), Err(ContentError::TooLong { expected: 5 }));
/// # Ok::<(), ContentError>(())
/// ```
#[derive(Clone, Debug)]
pub struct ContentCheck {
    digester: Digester,
    digest: Digest,
    size: u64,
    is_too_long: bool,
}

impl ContentCheck {
    /// Starts a check for `size` bytes with the digest `digest`.
    #[must_use]
    pub fn new(digest: Digest, size: u64) -> Self {
        Self {
            digester: Digester::new(),
            digest,
            size,
            is_too_long: false,
        }
    }

    /// Takes the next bytes.
    ///
    /// # Errors
    ///
    /// [`ContentError::TooLong`] if there are more bytes than were announced,
    /// now or in an earlier call.
    pub fn update(&mut self, chunk: &[u8]) -> Result<(), ContentError> {
        self.is_too_long |= chunk.len() as u64 > self.size - self.digester.size();
        self.check_length()?;
        self.digester.update(chunk);
        Ok(())
    }

    /// Ends the check.
    ///
    /// # Errors
    ///
    /// - [`ContentError::TooLong`] if there were more bytes than announced;
    /// - [`ContentError::TooShort`] if there were fewer;
    /// - [`ContentError::Digest`] if the bytes have another digest.
    pub fn finish(self) -> Result<(), ContentError> {
        self.check_length()?;
        let (actual, size) = self.digester.finish();
        if size < self.size {
            return Err(ContentError::TooShort {
                expected: self.size,
                actual: size,
            });
        }
        if actual != self.digest {
            return Err(ContentError::Digest {
                expected: self.digest,
                actual,
            });
        }
        Ok(())
    }

    fn check_length(&self) -> Result<(), ContentError> {
        if self.is_too_long {
            return Err(ContentError::TooLong {
                expected: self.size,
            });
        }
        Ok(())
    }
}

#[cfg(feature = "std")]
impl std::io::Write for ContentCheck {
    fn write(&mut self, chunk: &[u8]) -> std::io::Result<usize> {
        self.update(chunk)
            .map_err(|error| std::io::Error::new(std::io::ErrorKind::InvalidData, error))?;
        Ok(chunk.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Content that is not what was announced.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ContentError {
    /// The bytes have another digest.
    #[error("the content has the digest {actual}, but {expected} was announced")]
    Digest {
        /// The digest that was announced.
        expected: Digest,
        /// The digest of the actual bytes.
        actual: Digest,
    },
    /// There are more bytes than were announced.
    #[error("the content is longer than the {expected} bytes that were announced")]
    TooLong {
        /// The announced size in bytes.
        expected: u64,
    },
    /// There are fewer bytes than were announced.
    #[error("the content ends after {actual} of the {expected} bytes that were announced")]
    TooShort {
        /// The announced size in bytes.
        expected: u64,
        /// The actual number of bytes.
        actual: u64,
    },
}
