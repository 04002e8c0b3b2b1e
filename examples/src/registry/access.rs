//! Who may write.

use std::fmt;

use axum::http::HeaderValue;
use bindle_core::Digest;
use subtle::ConstantTimeEq as _;
use thiserror::Error;

/// The fewest characters that a token may have.
const SHORTEST: usize = 16;

/// Who may create and yank bindles. Everybody may read.
#[derive(Clone, Debug, Default)]
pub enum Access {
    /// Nobody.
    #[default]
    ReadOnly,
    /// Whoever has the token.
    Token(Token),
    /// Everybody who can reach the server.
    Open,
}

impl Access {
    /// Decides on a write by the `Authorization` that came with it.
    pub(super) fn admit(&self, authorization: Option<&HeaderValue>) -> Result<(), Refused> {
        match self {
            Self::Open => Ok(()),
            Self::ReadOnly => Err(Refused::ReadOnly),
            Self::Token(token) => {
                let given = authorization.ok_or(Refused::NoToken)?;
                let (scheme, given) = split_at_space(given.as_bytes());
                if scheme.eq_ignore_ascii_case(b"bearer") && token.is(given) {
                    Ok(())
                } else {
                    Err(Refused::OtherToken)
                }
            }
        }
    }
}

impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ReadOnly => "read-only",
            Self::Token(_) => "token",
            Self::Open => "open",
        })
    }
}

fn split_at_space(text: &[u8]) -> (&[u8], &[u8]) {
    match text.iter().position(|byte| *byte == b' ') {
        Some(space) => (&text[..space], text[space..].trim_ascii()),
        None => (text, b""),
    }
}

/// Why a write was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(super) enum Refused {
    #[error("send the token of this registry, as `Authorization: Bearer TOKEN`")]
    NoToken,
    #[error("that is not the token of this registry")]
    OtherToken,
    #[error("this registry takes nothing in: it was started without a token, and not as open")]
    ReadOnly,
}

/// What those who may write send as `Authorization: Bearer TOKEN`.
#[derive(Clone)]
pub struct Token {
    /// Of one length for all tokens, so that comparing two tells nothing.
    digest: Digest,
}

impl Token {
    /// A token, of a text with 16 or more visible ASCII characters; white
    /// space around it does not matter.
    ///
    /// # Errors
    ///
    /// Texts that are shorter, or have other characters.
    pub fn new(text: &str) -> Result<Self, TokenError> {
        let text = text.trim();
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(TokenError::Character);
        }
        if text.len() < SHORTEST {
            return Err(TokenError::TooShort(text.len()));
        }
        let digest = Digest::of(text.as_bytes());
        Ok(Self { digest })
    }

    fn is(&self, given: &[u8]) -> bool {
        let given = Digest::of(given);
        self.digest.as_bytes().ct_eq(given.as_bytes()).into()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}

/// Why a text is not a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum TokenError {
    /// It has characters that a header cannot carry.
    #[error("a token has visible ASCII characters only")]
    Character,
    /// It could be guessed.
    #[error("a token has {SHORTEST} characters at least, this has {0}")]
    TooShort(usize),
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "0123456789abcdef";

    fn admits(access: &Access, authorization: Option<&str>) -> Result<(), Refused> {
        let authorization = authorization.map(|text| HeaderValue::from_str(text).unwrap());
        access.admit(authorization.as_ref())
    }

    #[test]
    fn whoever_has_the_token_writes() {
        let access = Access::Token(Token::new(&format!("{TOKEN}\n")).unwrap());
        for scheme in ["Bearer", "bearer", "Bearer "] {
            let authorization = format!("{scheme} {TOKEN}");
            assert_eq!(admits(&access, Some(&authorization)), Ok(()));
        }
        for other in [
            "",
            "Bearer",
            "Bearer ",
            TOKEN,
            "Basic 0123456789abcdef",
            "Bearer 0123456789abcde",
            "Bearer 0123456789abcdeg",
            "Bearer 0123456789abcdef0",
        ] {
            assert_eq!(admits(&access, Some(other)), Err(Refused::OtherToken));
        }
        assert_eq!(admits(&access, None), Err(Refused::NoToken));
    }

    #[test]
    fn without_a_token_nobody_does_unless_all_may() {
        let authorization = Some("Bearer 0123456789abcdef");
        let read_only = Access::default();
        assert_eq!(admits(&read_only, authorization), Err(Refused::ReadOnly));
        assert_eq!(admits(&Access::Open, None), Ok(()));
    }

    #[test]
    fn tokens_can_not_be_guessed_or_seen() {
        assert_eq!(Token::new(" \n").unwrap_err(), TokenError::TooShort(0));
        let error = Token::new("0123456789abcde").unwrap_err();
        assert_eq!(
            error.to_string(),
            "a token has 16 characters at least, this has 15"
        );
        let error = Token::new("0123456789 abcdef").unwrap_err();
        assert_eq!(error, TokenError::Character);
        let token = Token::new(TOKEN).unwrap();
        assert_eq!(format!("{token:?}"), "Token(..)");
        // As it is logged.
        assert_eq!(Access::Token(token).to_string(), "token");
        assert_eq!(Access::Open.to_string(), "open");
        assert_eq!(Access::ReadOnly.to_string(), "read-only");
    }
}
