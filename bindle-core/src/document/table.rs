//! The tables of a TOML document.

use alloc::borrow::Cow;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::cmp::Ordering;
use core::num::NonZeroUsize;
use core::ops::Bound;

use crate::text::Span;

/// The values of a document, all in one list: however deep they are nested,
/// nothing that is done with them takes recursion, and no table takes an
/// allocation of its own.
pub(crate) struct Document<'i> {
    /// The first one is the root.
    nodes: Vec<Node<'i>>,
    /// Of the tables that have many fields: for each key its field.
    indexes: Vec<BTreeMap<Cow<'i, str>, Child>>,
}

/// The place of a node that is, or will be, in a table or an array.
pub(super) type Child = NonZeroUsize;

struct Node<'i> {
    /// Empty in an array.
    key: Key<'i>,
    span: Span,
    content: Content<'i>,
    next: Option<Child>,
}

/// A key, and where it stands.
#[derive(Clone, Default)]
pub(super) struct Key<'i> {
    pub(super) text: Cow<'i, str>,
    pub(super) span: Span,
}

pub(super) enum Content<'i> {
    String(Cow<'i, str>),
    Integer {
        /// With a sign, if there is one.
        digits: Cow<'i, str>,
        radix: u32,
    },
    Float,
    Boolean(bool),
    Datetime,
    Array(Items),
    Table(Fields),
}

/// The items of an array, in its order.
#[derive(Default)]
pub(super) struct Items {
    first: Option<Child>,
    last: Option<Child>,
    /// Whether they come of `[[headers]]`, so that there may be more.
    are_tables: bool,
}

/// The fields of a table, in the order of their keys.
pub(super) struct Fields {
    first: Option<Child>,
    count: usize,
    /// The place of the table's index, if it has one.
    index: Option<usize>,
    pub(super) origin: Origin,
    /// Whether it stands in braces.
    pub(super) is_inline: bool,
}

/// What a table comes of.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Origin {
    /// Its header, its braces, or the document.
    Own,
    /// The header of a table in it.
    Implied,
    /// A dotted key.
    Dotted,
}

impl Content<'_> {
    pub(super) fn table(origin: Origin, is_inline: bool) -> Self {
        Self::Table(Fields {
            first: None,
            count: 0,
            index: None,
            origin,
            is_inline,
        })
    }

    pub(super) fn array() -> Self {
        Self::Array(Items::default())
    }

    pub(super) fn array_of_tables() -> Self {
        Self::Array(Items {
            are_tables: true,
            ..Items::default()
        })
    }

    /// What TOML calls such a value.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::String(_) => "string",
            Self::Integer { .. } => "integer",
            Self::Float => "float",
            Self::Boolean(_) => "boolean",
            Self::Datetime => "datetime",
            Self::Array(_) => "array",
            Self::Table(_) => "table",
        }
    }
}

/// Where a key is in a table, or where it would be.
pub(super) enum Slot {
    Taken(Child),
    /// After that field, if it would not be the first.
    Free(Option<Child>),
}

/// Making a document.
impl<'i> Document<'i> {
    /// The root.
    pub(super) const ROOT: usize = 0;

    /// How many fields a table has for them to be worth an index.
    const MANY: usize = 16;

    pub(super) fn new() -> Self {
        let mut document = Self {
            nodes: Vec::new(),
            indexes: Vec::new(),
        };
        document.push(Span::default(), Content::table(Origin::Own, false));
        document
    }

    fn push(&mut self, span: Span, content: Content<'i>) {
        self.nodes.push(Node {
            key: Key::default(),
            span,
            content,
            next: None,
        });
    }

    /// Adds a value that is not in a table or an array yet.
    pub(super) fn add(&mut self, span: Span, content: Content<'i>) -> Child {
        let behind_root = self.nodes.len() - 1;
        self.push(span, content);
        Child::MIN.saturating_add(behind_root)
    }

    pub(super) fn set_span(&mut self, node: Child, span: Span) {
        self.nodes[node.get()].span = span;
    }

    /// Gives a field to a header: a table goes on, and all else is replaced.
    pub(super) fn redefine(&mut self, field: Child, key: Key<'i>, span: Span) {
        let node = &mut self.nodes[field.get()];
        node.key = key;
        node.span = span;
        match &mut node.content {
            Content::Table(fields) => fields.origin = Origin::Own,
            content => *content = Content::table(Origin::Own, false),
        }
    }

    pub(super) fn content(&mut self, node: usize) -> &mut Content<'i> {
        &mut self.nodes[node].content
    }

    /// What a table comes of; nothing if the value is none.
    pub(super) fn origin(&self, node: usize) -> Option<Origin> {
        match &self.nodes[node].content {
            Content::Table(fields) => Some(fields.origin),
            _ => None,
        }
    }

    pub(super) fn slot(&self, table: usize, key: &str) -> Slot {
        let Content::Table(fields) = &self.nodes[table].content else {
            return Slot::Free(None);
        };
        if let Some(index) = fields.index {
            let index = &self.indexes[index];
            if let Some(field) = index.get(key) {
                return Slot::Taken(*field);
            }
            let mut before = index.range::<str, _>((Bound::Unbounded, Bound::Excluded(key)));
            return Slot::Free(before.next_back().map(|(_, field)| *field));
        }
        let mut before = None;
        let mut next = fields.first;
        while let Some(field) = next {
            let node = &self.nodes[field.get()];
            match (*node.key.text).cmp(key) {
                Ordering::Less => before = next,
                Ordering::Equal => return Slot::Taken(field),
                Ordering::Greater => break,
            }
            next = node.next;
        }
        Slot::Free(before)
    }

    /// Puts a value into a table, in the free slot that its key has there.
    pub(super) fn insert(
        &mut self,
        table: usize,
        after: Option<Child>,
        key: Key<'i>,
        value: Child,
    ) {
        let Content::Table(fields) = &mut self.nodes[table].content else {
            return;
        };
        fields.count += 1;
        let next = match after {
            None => fields.first.replace(value),
            Some(before) => self.nodes[before.get()].next.replace(value),
        };
        let node = &mut self.nodes[value.get()];
        node.next = next;
        node.key = key;
        self.index(table, value);
    }

    /// Enters a new field into the index of its table, and all the fields of
    /// one that has just become large.
    fn index(&mut self, table: usize, new: Child) {
        let Content::Table(fields) = &mut self.nodes[table].content else {
            return;
        };
        match fields.index {
            Some(index) => {
                let key = self.nodes[new.get()].key.text.clone();
                self.indexes[index].insert(key, new);
            }
            None if fields.count == Self::MANY => {
                fields.index = Some(self.indexes.len());
                let mut index = BTreeMap::new();
                let mut next = fields.first;
                while let Some(field) = next {
                    let node = &self.nodes[field.get()];
                    index.insert(node.key.text.clone(), field);
                    next = node.next;
                }
                self.indexes.push(index);
            }
            None => {}
        }
    }

    /// Puts a value at the end of an array.
    pub(super) fn append(&mut self, array: usize, value: Child) {
        let Content::Array(items) = &mut self.nodes[array].content else {
            return;
        };
        match items.last.replace(value) {
            None => items.first = Some(value),
            Some(last) => self.nodes[last.get()].next = Some(value),
        }
    }

    /// The last table of an array that was made by `[[headers]]`.
    pub(super) fn last_table(&self, array: usize) -> Option<usize> {
        match &self.nodes[array].content {
            Content::Array(items) if items.are_tables => items.last.map(Child::get),
            _ => None,
        }
    }
}

/// Looking at a document.
impl Document<'_> {
    /// The fields of the document as a whole.
    pub(crate) fn root(&self) -> Table<'_> {
        match self.value(&self.nodes[Self::ROOT]).kind {
            Kind::Table(table) => table,
            _ => Table(self.chain(None)),
        }
    }

    fn value<'d>(&'d self, node: &'d Node<'d>) -> Value<'d> {
        let kind = match &node.content {
            Content::String(text) => Kind::String(text),
            Content::Integer { digits, radix } => Kind::Integer {
                digits,
                radix: *radix,
            },
            Content::Float => Kind::Float,
            Content::Boolean(value) => Kind::Boolean(*value),
            Content::Datetime => Kind::Datetime,
            Content::Array(items) => Kind::Array(Array(self.chain(items.first))),
            Content::Table(fields) => Kind::Table(Table(self.chain(fields.first))),
        };
        let span = node.span;
        Value { kind, span }
    }

    fn chain(&self, first: Option<Child>) -> Chain<'_> {
        Chain {
            document: self,
            next: first,
        }
    }
}

/// The fields of a table that are left to look at, in the order of their keys.
pub(crate) struct Table<'d>(Chain<'d>);

/// The items of an array that are left to look at.
pub(crate) struct Array<'d>(Chain<'d>);

struct Chain<'d> {
    document: &'d Document<'d>,
    next: Option<Child>,
}

/// The name of a field, and where it stands.
#[derive(Clone, Copy)]
pub(crate) struct Name<'d> {
    pub(crate) text: &'d str,
    pub(crate) span: Span,
}

/// A value, and where it stands.
pub(crate) struct Value<'d> {
    pub(crate) kind: Kind<'d>,
    pub(crate) span: Span,
}

pub(crate) enum Kind<'d> {
    String(&'d str),
    Integer {
        /// With a sign, if there is one.
        digits: &'d str,
        radix: u32,
    },
    Float,
    Boolean(bool),
    Datetime,
    Array(Array<'d>),
    Table(Table<'d>),
}

impl Kind<'_> {
    /// What a sentence calls such a value.
    pub(super) fn described(&self) -> &'static str {
        match self {
            Self::String(_) => "a string",
            Self::Integer { .. } => "an integer",
            Self::Float => "a float",
            Self::Boolean(_) => "a boolean",
            Self::Datetime => "a date or time",
            Self::Array(_) => "an array",
            Self::Table(_) => "a table",
        }
    }
}

impl<'d> Iterator for Table<'d> {
    type Item = (Name<'d>, Value<'d>);

    fn next(&mut self) -> Option<Self::Item> {
        let document = self.0.document;
        let node = self.0.next()?;
        let name = Name {
            text: &node.key.text,
            span: node.key.span,
        };
        Some((name, document.value(node)))
    }
}

impl<'d> Iterator for Array<'d> {
    type Item = Value<'d>;

    fn next(&mut self) -> Option<Self::Item> {
        let document = self.0.document;
        self.0.next().map(|node| document.value(node))
    }
}

impl<'d> Iterator for Chain<'d> {
    type Item = &'d Node<'d>;

    fn next(&mut self) -> Option<Self::Item> {
        let node = &self.document.nodes[self.next?.get()];
        self.next = node.next;
        Some(node)
    }
}
