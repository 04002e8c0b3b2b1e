//! The query string of a request.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write as _;

use super::error::{ErrorKind, RequestError};
use crate::percent;
use crate::text::{excerpt, nearest};

/// The parameters of a query string, which comes without its `?`, decoded as
/// those of HTML forms are: a `+` is a space.
pub(super) fn read(query: &str) -> Result<Vec<(String, String)>, RequestError> {
    let decode = |text: &str| {
        let encoded = if text.contains('+') {
            Cow::Owned(text.replace('+', "%20"))
        } else {
            Cow::Borrowed(text)
        };
        percent::decode(&encoded).map_err(|error| ErrorKind::Query {
            text: excerpt(text),
            error,
        })
    };
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    let pairs = pairs.map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        Ok((decode(name)?, decode(value)?))
    });
    pairs.collect()
}

/// The value of the only parameter that there may be.
pub(super) fn only(known: &'static str, query: &str) -> Result<Option<String>, RequestError> {
    let mut found = None;
    for (name, value) in read(query)? {
        if name != known {
            return Err(unknown(&name, Some(known)));
        }
        if found.replace(value).is_some() {
            return Err(ErrorKind::Repeated(known).into());
        }
    }
    Ok(found)
}

/// Checks that there is no parameter.
pub(super) fn none(query: &str) -> Result<(), RequestError> {
    match read(query)?.first() {
        None => Ok(()),
        Some((name, _)) => Err(unknown(name, None)),
    }
}

fn unknown(name: &str, known: Option<&'static str>) -> RequestError {
    let kind = ErrorKind::Unknown {
        name: excerpt(name),
        known: known.unwrap_or_default(),
        is_near: nearest(name, known).is_some(),
    };
    kind.into()
}

/// The query string of parameters, without a `?`.
pub(super) fn write<'p>(pairs: impl IntoIterator<Item = (&'p str, Cow<'p, str>)>) -> String {
    let mut query = String::new();
    for (name, value) in pairs {
        if !query.is_empty() {
            query.push('&');
        }
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/,".contains(&byte);
        // Writing to a string cannot fail.
        let _ = write!(query, "{name}={}", percent::encode(&value, is_plain));
    }
    query
}
