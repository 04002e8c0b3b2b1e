//! The values of a document, to look at.

use alloc::vec::Vec;
use core::fmt;

use super::decode::{Decoded, decode};
use super::syntax::{Errors, SyntaxError};
use super::table::{Child, Content, Document, Fields, Node};
use crate::text::Span;

impl<'i> Document<'i> {
    /// Reads a text, and tells all that keeps it from being TOML 1.1, first what is
    /// wrong by itself and then keys that are there twice and the like; if
    /// there is anything, the document is of what can be understood. Errors and
    /// document are those of the crate `toml`.
    ///
    /// Values may be nested 80 levels deep. Time and memory are linear in the
    /// length of the text, with up to a kilobyte for each of its tables:
    /// [`tables_beyond`](crate::text::tables_beyond) tells beforehand if there may be
    /// too many.
    ///
    /// ```
    /// use bindle_core::document::{Document, Kind};
    ///
    /// let (document, errors) = Document::parse_recoverable("[trigger]\ntype = 'http'\n");
    /// assert!(errors.is_empty());
    /// let (_, trigger) = document.root().get("trigger").unwrap();
    /// let Kind::Table(trigger) = trigger.kind else { panic!("not a table") };
    /// let (key, value) = trigger.get("type").unwrap();
    /// assert!(matches!(value.kind, Kind::String("http")));
    /// assert_eq!((key.span.start, value.span.start), (10, 17));
    ///
    /// let (_, errors) = Document::parse_recoverable("a = 1\na = 2\n");
    /// assert_eq!(errors[0].message(), "duplicate key");
    /// assert_eq!(errors[0].span().unwrap().start, 6);
    /// ```
    #[must_use]
    pub fn parse_recoverable(text: &'i str) -> (Self, Vec<SyntaxError>) {
        let Decoded { document, errors } = decode(text, usize::MAX);
        (document, errors.iter().flat_map(Errors::iter).collect())
    }

    /// The table that is the document as a whole.
    #[must_use]
    pub fn root(&self) -> Table<'_> {
        match self.value(self.node(Self::ROOT)).kind {
            Kind::Table(table) => table,
            _ => Table {
                document: self,
                fields: &Fields::NONE,
            },
        }
    }

    fn entry<'d>(&'d self, node: &'d Node<'d>) -> (Key<'d>, Value<'d>) {
        let key = Key {
            text: &node.key.text,
            span: node.key.span,
        };
        (key, self.value(node))
    }

    fn value<'d>(&'d self, node: &'d Node<'d>) -> Value<'d> {
        let kind = match &node.content {
            Content::String(text) => Kind::String(text),
            Content::Integer { digits, radix } => Kind::Integer(Integer {
                digits,
                radix: *radix,
            }),
            Content::Float(text) => Kind::Float(text),
            Content::Boolean(value) => Kind::Boolean(*value),
            Content::Datetime(text) => Kind::Datetime(text),
            Content::Array(items) => Kind::Array(Array {
                document: self,
                first: items.first,
            }),
            Content::Table(fields) => Kind::Table(Table {
                document: self,
                fields,
            }),
        };
        let span = node.span;
        Value { kind, span }
    }
}

impl fmt::Debug for Document<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.root().fmt(formatter)
    }
}

/// A key of a table, and where it stands; a table that several headers name has
/// the key of its own header, or of the first below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key<'d> {
    /// The key as it is meant: without quotes, and with what its escapes stand for.
    pub text: &'d str,
    /// Where it stands, with its quotes.
    pub span: Span,
}

/// A value, and where it stands.
#[derive(Clone, Copy, Debug)]
pub struct Value<'d> {
    /// What it is.
    pub kind: Kind<'d>,
    /// Where it stands: for a table with a header that is the header, for an array
    /// of those the first of them, and for a table that only dotted keys or the
    /// headers of other tables imply, the key in the first of these.
    pub span: Span,
}

/// What a value is: the types of TOML.
#[derive(Clone, Copy, Debug)]
pub enum Kind<'d> {
    /// A string, with what its escapes stand for.
    String(&'d str),
    /// A whole number.
    Integer(Integer<'d>),
    /// A number with a fraction or an exponent, or `inf` or `nan`, each with a
    /// sign if there is one, and without underscores.
    Float(&'d str),
    /// `true` or `false`.
    Boolean(bool),
    /// A date, a time, or both, as RFC 3339 writes it.
    Datetime(&'d str),
    /// An array, or the tables of several headers `[[…]]`.
    Array(Array<'d>),
    /// A table.
    Table(Table<'d>),
}

impl Kind<'_> {
    /// What a sentence calls such a value, with an article: `a string`.
    #[must_use]
    pub fn described(&self) -> &'static str {
        match self {
            Self::String(_) => "a string",
            Self::Integer(_) => "an integer",
            Self::Float(_) => "a float",
            Self::Boolean(_) => "a boolean",
            Self::Datetime(_) => "a date or time",
            Self::Array(_) => "an array",
            Self::Table(_) => "a table",
        }
    }
}

/// A whole number, of any length: [`u64::from_str_radix`] and its kind tell
/// whether it fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Integer<'d> {
    /// Its digits, with a sign if there is one, and without prefix and
    /// underscores; empty if the text has a prefix only, which the parser takes.
    pub digits: &'d str,
    /// 2, 8, 10 or 16.
    pub radix: u32,
}

impl fmt::Display for Integer<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let prefix = match self.radix {
            2 => "0b",
            8 => "0o",
            16 => "0x",
            _ => "",
        };
        write!(formatter, "{prefix}{}", self.digits)
    }
}

/// A table of a document; its entries are in the order of their keys.
#[derive(Clone, Copy)]
pub struct Table<'d> {
    document: &'d Document<'d>,
    fields: &'d Fields,
}

impl<'d> Table<'d> {
    /// The entry of a key, if the table has it.
    #[must_use]
    pub fn get(self, key: &str) -> Option<(Key<'d>, Value<'d>)> {
        let field = self.document.field(self.fields, key)?;
        Some(self.document.entry(field))
    }

    /// The entries, in the order of their keys.
    #[must_use]
    pub fn iter(self) -> Entries<'d> {
        Entries(Chain {
            document: self.document,
            next: self.fields.first,
        })
    }
}

impl<'d> IntoIterator for Table<'d> {
    type Item = (Key<'d>, Value<'d>);
    type IntoIter = Entries<'d>;

    fn into_iter(self) -> Entries<'d> {
        self.iter()
    }
}

impl fmt::Debug for Table<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.iter().fmt(formatter)
    }
}

/// An array of a document, in the order of the text.
#[derive(Clone, Copy)]
pub struct Array<'d> {
    document: &'d Document<'d>,
    first: Option<Child>,
}

impl<'d> Array<'d> {
    /// Whether it has no items.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.first.is_none()
    }

    /// The items, in the order of the text.
    #[must_use]
    pub fn iter(self) -> Items<'d> {
        Items(Chain {
            document: self.document,
            next: self.first,
        })
    }
}

impl<'d> IntoIterator for Array<'d> {
    type Item = Value<'d>;
    type IntoIter = Items<'d>;

    fn into_iter(self) -> Items<'d> {
        self.iter()
    }
}

impl fmt::Debug for Array<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.iter().fmt(formatter)
    }
}

/// The entries of a [`Table`] that are left to look at.
#[derive(Clone)]
pub struct Entries<'d>(Chain<'d>);

impl<'d> Iterator for Entries<'d> {
    type Item = (Key<'d>, Value<'d>);

    fn next(&mut self) -> Option<Self::Item> {
        let document = self.0.document;
        self.0.next().map(|node| document.entry(node))
    }
}

/// The items of an [`Array`] that are left to look at.
#[derive(Clone)]
pub struct Items<'d>(Chain<'d>);

impl<'d> Iterator for Items<'d> {
    type Item = Value<'d>;

    fn next(&mut self) -> Option<Self::Item> {
        let document = self.0.document;
        self.0.next().map(|node| document.value(node))
    }
}

impl fmt::Debug for Entries<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_map().entries(self.clone()).finish()
    }
}

impl fmt::Debug for Items<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.clone()).finish()
    }
}

#[derive(Clone)]
struct Chain<'d> {
    document: &'d Document<'d>,
    next: Option<Child>,
}

impl<'d> Iterator for Chain<'d> {
    type Item = &'d Node<'d>;

    fn next(&mut self) -> Option<Self::Item> {
        let node = self.document.node(self.next?.get());
        self.next = node.next;
        Some(node)
    }
}
