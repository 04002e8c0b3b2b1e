//! Percent-encoding, as RFC 3986 has it in 2.1.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write as _;

use thiserror::Error;

/// Encodes all bytes but those that are plain.
pub(crate) fn encode(text: &str, is_plain: impl Fn(u8) -> bool) -> String {
    // Most texts are plain.
    if text.bytes().all(|byte| byte.is_ascii() && is_plain(byte)) {
        return text.into();
    }
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii() && is_plain(byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

pub(crate) fn decode(text: &str) -> Result<String, DecodeError> {
    if !text.contains('%') {
        return Ok(text.into());
    }
    let hex = |byte: Option<&u8>| byte.and_then(|byte| char::from(*byte).to_digit(16));
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        if *byte != b'%' {
            decoded.push(*byte);
            rest = after;
            continue;
        }
        let (Some(high), Some(low)) = (hex(after.first()), hex(after.get(1))) else {
            let escape = &text[text.len() - rest.len()..];
            return Err(DecodeError::Escape(escape.chars().take(3).collect()));
        };
        decoded.push((high * 16 + low) as u8);
        rest = &after[2..];
    }
    String::from_utf8(decoded).map_err(|_| DecodeError::Utf8)
}

/// The end of a sentence about a text that does not decode.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(crate) enum DecodeError {
    #[error("has {0:?}, where two hexadecimal digits have to follow the `%`")]
    Escape(Box<str>),
    #[error("has percent-encoded bytes that are not UTF-8")]
    Utf8,
}
