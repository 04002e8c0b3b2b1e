//! The tables of a TOML document, while it is made.

use alloc::borrow::Cow;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::cmp::Ordering;
use core::num::NonZeroUsize;
use core::ops::Bound;

use crate::text::Span;

/// A document of TOML: its values, with the place of each in the text.
///
/// All of them are in one list: no table takes an allocation of its own, and
/// however deep they are nested, dropping them takes no recursion.
#[derive(Clone)]
pub struct Document<'i> {
    /// The first one is the root.
    nodes: Vec<Node<'i>>,
    /// Of the tables that have many fields: for each key its field.
    indexes: Vec<BTreeMap<Cow<'i, str>, Child>>,
}

/// The place of a node that is, or will be, in a table or an array.
pub(super) type Child = NonZeroUsize;

#[derive(Clone)]
pub(super) struct Node<'i> {
    /// Empty in an array.
    pub(super) key: NodeKey<'i>,
    pub(super) span: Span,
    pub(super) content: Content<'i>,
    pub(super) next: Option<Child>,
}

/// A key, and where it stands.
#[derive(Clone, Default)]
pub(super) struct NodeKey<'i> {
    pub(super) text: Cow<'i, str>,
    pub(super) span: Span,
}

#[derive(Clone)]
pub(super) enum Content<'i> {
    String(Cow<'i, str>),
    Integer {
        /// With a sign, if there is one.
        digits: Cow<'i, str>,
        radix: u32,
    },
    /// Without underscores.
    Float(Cow<'i, str>),
    Boolean(bool),
    /// As RFC 3339 has it.
    Datetime(Cow<'i, str>),
    Array(Items),
    Table(Fields),
}

/// The items of an array, in its order.
#[derive(Clone, Default)]
pub(super) struct Items {
    pub(super) first: Option<Child>,
    last: Option<Child>,
    /// Whether they come of `[[headers]]`, so that there may be more.
    are_tables: bool,
}

/// The fields of a table, in the order of their keys.
#[derive(Clone)]
pub(super) struct Fields {
    pub(super) first: Option<Child>,
    count: usize,
    /// The place of the table's index, if it has one.
    index: Option<usize>,
    pub(super) origin: Origin,
    /// Whether it stands in braces.
    pub(super) is_inline: bool,
}

impl Fields {
    pub(super) const NONE: Self = Self {
        first: None,
        count: 0,
        index: None,
        origin: Origin::Own,
        is_inline: false,
    };
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
            origin,
            is_inline,
            ..Fields::NONE
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
            Self::Float(_) => "float",
            Self::Boolean(_) => "boolean",
            Self::Datetime(_) => "datetime",
            Self::Array(_) => "array",
            Self::Table(_) => "table",
        }
    }
}

/// How much is in a document.
#[derive(Clone, Copy)]
pub(super) struct Size {
    nodes: usize,
    indexes: usize,
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

    /// A document with room for so many values.
    pub(super) fn with_capacity(values: usize) -> Self {
        let mut document = Self {
            nodes: Vec::with_capacity(values),
            indexes: Vec::new(),
        };
        document.push(Span::default(), Content::table(Origin::Own, false));
        document
    }

    /// Makes room for so many more values.
    pub(super) fn reserve(&mut self, values: usize) {
        self.nodes.reserve(values);
    }

    pub(super) fn size(&self) -> Size {
        Size {
            nodes: self.nodes.len(),
            indexes: self.indexes.len(),
        }
    }

    /// Forgets what was added since a document had that size, and is in no table
    /// or array from before.
    pub(super) fn truncate(&mut self, size: Size) {
        self.nodes.truncate(size.nodes);
        self.indexes.truncate(size.indexes);
    }

    fn push(&mut self, span: Span, content: Content<'i>) {
        self.nodes.push(Node {
            key: NodeKey::default(),
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

    pub(super) fn node(&self, node: usize) -> &Node<'i> {
        &self.nodes[node]
    }

    pub(super) fn set_span(&mut self, node: Child, span: Span) {
        self.nodes[node.get()].span = span;
    }

    /// Gives a field to a header: a table goes on, and all else is replaced.
    pub(super) fn redefine(&mut self, field: Child, key: NodeKey<'i>, span: Span) {
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

    pub(super) fn field(&self, fields: &Fields, key: &str) -> Option<&Node<'i>> {
        if let Some(index) = fields.index {
            let field = self.indexes[index].get(key)?;
            return Some(self.node(field.get()));
        }
        // Texts of other lengths are told apart faster than which comes first.
        let mut next = fields.first;
        while let Some(field) = next {
            let node = self.node(field.get());
            if node.key.text == key {
                return Some(node);
            }
            next = node.next;
        }
        None
    }

    /// Puts a value into a table, in the free slot that its key has there.
    pub(super) fn insert(
        &mut self,
        table: usize,
        after: Option<Child>,
        key: NodeKey<'i>,
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
