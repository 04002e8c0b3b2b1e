//! A query as the parameters of a URL.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::string::ToString;
use alloc::vec::Vec;

use thiserror::Error;

use super::{Mode, Query, Yanked};
use crate::range::ParseRangeError;
use crate::text::{excerpt, nearest};

/// The names of the parameters: in the specification, and in the reference
/// client.
const PARAMETERS: [(Parameter, &str, &str); 6] = [
    (Parameter::Text, "q", "query"),
    (Parameter::Offset, "o", "offset"),
    (Parameter::Limit, "l", "limit"),
    (Parameter::Version, "v", "version"),
    (Parameter::Strict, "strict", "strict"),
    (Parameter::Yanked, "yanked", "yanked"),
];

#[derive(Clone, Copy)]
enum Parameter {
    Text,
    Offset,
    Limit,
    Version,
    Strict,
    Yanked,
}

impl Query {
    /// Reads the decoded parameters of a URL, in any order: `q`, `o`, `l`, `v`,
    /// `strict` and `yanked`, or `query`, `offset`, `limit` and `version` as
    /// the reference client calls them. Missing ones are as in
    /// [`Query::default`]; an empty `v` asks for all versions.
    ///
    /// ```
    /// use bindle_core::query::{Mode, Query};
    ///
    /// let query = Query::from_pairs([("query", "hello"), ("strict", "true")])?;
    /// assert_eq!(query, Query::new("hello").with_mode(Mode::Strict));
    ///
    /// let error = Query::from_pairs([("l", "300")]).unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "query parameter `l` is \"300\"; expected a whole number from 0 to 255"
    /// );
    /// # Ok::<(), bindle_core::query::ParseQueryError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// - an unknown parameter, or one that is given twice;
    /// - an offset or a limit that is not a whole number, or too large: offsets
    ///   have 64 bits, limits 8;
    /// - `strict` or `yanked` other than `true` and `false`;
    /// - a version that is neither a version nor a range.
    pub fn from_pairs<K: AsRef<str>, V: AsRef<str>>(
        pairs: impl IntoIterator<Item = (K, V)>,
    ) -> Result<Self, ParseQueryError> {
        let mut query = Self::default();
        let mut seen = [false; PARAMETERS.len()];
        for (name, value) in pairs {
            let (name, value) = (name.as_ref(), value.as_ref());
            let error = |kind| ParseQueryError {
                parameter: excerpt(name),
                kind,
            };
            let of_name =
                |(_, short, long): &(Parameter, &str, &str)| name == *short || name == *long;
            let Some(place) = PARAMETERS.iter().position(of_name) else {
                return Err(error(unknown(name)));
            };
            if core::mem::replace(&mut seen[place], true) {
                return Err(error(ErrorKind::Twice));
            }
            query.set(PARAMETERS[place].0, value).map_err(error)?;
        }
        Ok(query)
    }

    fn set(&mut self, parameter: Parameter, value: &str) -> Result<(), ErrorKind> {
        match parameter {
            Parameter::Text => self.text = value.into(),
            Parameter::Offset => {
                self.offset = number(value).ok_or_else(|| ErrorKind::Offset(excerpt(value)))?;
            }
            Parameter::Limit => {
                self.limit = number(value).ok_or_else(|| ErrorKind::Limit(excerpt(value)))?;
            }
            Parameter::Version if value.is_empty() => self.version = None,
            Parameter::Version => self.version = Some(value.parse()?),
            Parameter::Strict => {
                self.mode = if flag(value)? {
                    Mode::Strict
                } else {
                    Mode::Standard
                };
            }
            Parameter::Yanked => {
                self.yanked = if flag(value)? {
                    Yanked::Included
                } else {
                    Yanked::Excluded
                };
            }
        }
        Ok(())
    }

    /// The parameters of a URL for this query, with the names in the
    /// specification, not percent-encoded. Those that are as in
    /// [`Query::default`] are left out.
    ///
    /// A URL cannot express
    /// [`Prereleases::Included`](crate::range::Prereleases::Included); apart
    /// from that, the parameters read back as a query that means the same.
    ///
    /// ```
    /// use bindle_core::query::Query;
    ///
    /// let query = Query::new("hello").with_offset(50);
    /// assert_eq!(query.to_pairs(), [("q", "hello".into()), ("o", "50".into())]);
    /// ```
    #[must_use]
    pub fn to_pairs(&self) -> Vec<(&'static str, Cow<'_, str>)> {
        let mut pairs = Vec::new();
        if !self.text.is_empty() {
            pairs.push(("q", Cow::from(&self.text)));
        }
        if self.offset != 0 {
            pairs.push(("o", self.offset.to_string().into()));
        }
        if self.limit != Self::DEFAULT_LIMIT {
            pairs.push(("l", self.limit.to_string().into()));
        }
        if let Some(version) = &self.version {
            pairs.push(("v", version.to_string().into()));
        }
        if self.mode == Mode::Strict {
            pairs.push(("strict", "true".into()));
        }
        if self.yanked == Yanked::Included {
            pairs.push(("yanked", "true".into()));
        }
        pairs
    }
}

/// Digits only: `u64::from_str` would take `+1`.
fn number<T: core::str::FromStr>(value: &str) -> Option<T> {
    let is_number = value.bytes().all(|byte| byte.is_ascii_digit());
    value.parse().ok().filter(|_| is_number)
}

fn flag(value: &str) -> Result<bool, ErrorKind> {
    match value {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(ErrorKind::Flag(excerpt(value))),
    }
}

fn unknown(name: &str) -> ErrorKind {
    // One-letter names are near to everything.
    let names = PARAMETERS.iter().map(|(_, _, long)| *long);
    ErrorKind::Unknown(nearest(name, names))
}

/// Parameters of a URL that are not a valid query.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("query parameter `{parameter}` {kind}")]
pub struct ParseQueryError {
    parameter: Box<str>,
    kind: ErrorKind,
}

impl ParseQueryError {
    /// The name of the offending parameter as it was given, cut short if it is
    /// long.
    #[must_use]
    pub fn parameter(&self) -> &str {
        &self.parameter
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Error)]
enum ErrorKind {
    #[error("is {0:?}; expected `true` or `false`")]
    Flag(Box<str>),
    #[error("is {0:?}; expected a whole number from 0 to {max}", max = u8::MAX)]
    Limit(Box<str>),
    #[error("is {0:?}; expected a whole number from 0 to {max}", max = u64::MAX)]
    Offset(Box<str>),
    #[error("is there twice, or by both of its names; give it once")]
    Twice,
    #[error(
        "is not known; {}",
        match .0 {
            Some(name) => alloc::format!("did you mean `{name}`?"),
            None => "the parameters are `q`, `o`, `l`, `v`, `strict` and `yanked`".into(),
        }
    )]
    Unknown(Option<&'static str>),
    #[error("is neither a version nor a range: {0}")]
    Version(#[from] ParseRangeError),
}
