use alloc::boxed::Box;
use thiserror::Error;

use crate::MediaType;
use crate::text::excerpt;

/// The format of the documents in bodies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Format {
    /// `application/toml`, which every implementation supports.
    #[default]
    Toml,
    /// `application/json`.
    #[cfg(feature = "json")]
    Json,
}

impl Format {
    /// The format that a header `Accept` asks for: the first known one in the
    /// list, whatever its `q`, as in the reference implementation. TOML if none
    /// is known.
    ///
    /// ```
    /// use bindle_core::protocol::Format;
    ///
    /// assert_eq!(Format::accepted("text/html, application/toml;q=0.9"), Format::Toml);
    /// assert_eq!(Format::accepted("*/*"), Format::Toml);
    /// # #[cfg(feature = "json")]
    /// assert_eq!(Format::accepted("application/json"), Format::Json);
    /// ```
    #[must_use]
    pub fn accepted(accept: &str) -> Self {
        accept.split(',').find_map(Self::known).unwrap_or_default()
    }

    /// The format of a body with the header `Content-Type`; TOML if that is
    /// empty.
    ///
    /// # Errors
    ///
    /// A content type whose subtype, up to a `+`, is neither `toml` nor, with the
    /// feature `json`, `json`; the type and parameters do not matter, as in the
    /// reference implementation.
    pub fn of_content(content_type: &str) -> Result<Self, UnsupportedContentType> {
        if content_type.is_empty() {
            return Ok(Self::Toml);
        }
        Self::known(content_type).ok_or_else(|| UnsupportedContentType {
            found: excerpt(content_type),
        })
    }

    fn known(media_type: &str) -> Option<Self> {
        let essence = media_type.split(';').next().unwrap_or_default().trim();
        let (_, subtype) = essence.split_once('/')?;
        // `json+x` is JSON, and `x+json` is not, as in the reference.
        let subtype = subtype.split('+').next().unwrap_or_default();
        if subtype.eq_ignore_ascii_case("toml") {
            return Some(Self::Toml);
        }
        #[cfg(feature = "json")]
        if subtype.eq_ignore_ascii_case("json") {
            return Some(Self::Json);
        }
        None
    }

    /// The content type of documents in this format.
    #[must_use]
    pub fn media_type(self) -> MediaType {
        match self {
            Self::Toml => MediaType::TOML,
            #[cfg(feature = "json")]
            Self::Json => MediaType::JSON,
        }
    }
}

/// A content type that is not used by the protocol.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("the content type {found:?} is not understood; send `application/toml`{}", if cfg!(feature = "json") { " or `application/json`" } else { "" })]
pub struct UnsupportedContentType {
    found: Box<str>,
}
