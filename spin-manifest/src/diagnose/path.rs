use std::borrow::Cow;
use std::fmt;

/// A place in a document, as the way from its root. It lives on the stack of
/// the reader; only a problem turns it into text.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Path<'p> {
    Root,
    Key(&'p Self, &'p str),
    Index(&'p Self, usize),
}

impl<'p> Path<'p> {
    pub(crate) fn key(&'p self, key: &'p str) -> Self {
        Self::Key(self, key)
    }

    pub(crate) fn index(&'p self, index: usize) -> Self {
        Self::Index(self, index)
    }

    /// What stands in the header of the table: the keys alone.
    pub(crate) fn header(&self) -> String {
        match self {
            Self::Root => String::new(),
            Self::Index(parent, _) => parent.header(),
            Self::Key(Self::Root, _) => self.to_string(),
            Self::Key(parent, key) => {
                let key = Self::Root.key(key).to_string();
                format!("{}.{key}", parent.header())
            }
        }
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => Ok(()),
            Self::Key(parent, key) => {
                parent.fmt(formatter)?;
                if !matches!(parent, Self::Root) {
                    formatter.write_str(".")?;
                }
                let key = &beginning(key);
                if is_bare(key) {
                    formatter.write_str(key)
                } else {
                    write!(formatter, "{key:?}")
                }
            }
            Self::Index(parent, index) => {
                parent.fmt(formatter)?;
                write!(formatter, "[{index}]")
            }
        }
    }
}

/// Enough of a key to recognise it by: many problems may be below it.
fn beginning(key: &str) -> Cow<'_, str> {
    const CHARACTERS: usize = 80;
    match key.char_indices().nth(CHARACTERS) {
        Some((end, _)) => Cow::Owned(format!("{}…", &key[..end])),
        None => Cow::Borrowed(key),
    }
}

/// Whether TOML takes the key without quotes.
fn is_bare(key: &str) -> bool {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    !key.is_empty() && key.bytes().all(legal)
}
