//! From the events of the TOML parser to the tables of a document.
//!
//! Which text is refused, in which words, and what is made of broken text is as
//! in the crate `toml`, which stands on the same events.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use core::mem;

use toml_datetime::Datetime;
use toml_parser::decoder::ScalarKind;
use toml_parser::lexer::{Lexer, Token, TokenKind};
use toml_parser::parser::{Event, EventKind};
use toml_parser::{ErrorSink as _, ParseError, Source};

use super::Report;
use super::events::{Blanks, DEEPEST, Events, Receiver};
use super::plain::{self, Line, Parts};
use super::syntax::Errors;
use super::table::{Child, Content, Document, NodeKey, Origin, Slot};
use crate::text::Span;

/// What was made of a text, and what is wrong with it as TOML.
pub(crate) struct Decoded<'i> {
    pub(super) document: Document<'i>,
    /// Of the parser, which come first, and of what follows it.
    pub(super) errors: [Errors; 2],
}

impl Decoded<'_> {
    pub(super) fn has_errors(&self) -> bool {
        !self.errors.iter().all(Errors::is_empty)
    }

    pub(super) fn report(&self, report: &mut Report) {
        self.errors.iter().for_each(|errors| errors.report(report));
    }
}

/// How many tokens there may be room for without need: the values of a long
/// expression should not have to be in memory beside its tokens.
const MOST_SPARE: usize = 1_000;

/// Reads a text, of which so many errors are kept.
pub(crate) fn decode(text: &str, most_errors: usize) -> Decoded<'_> {
    let mut errors = Errors::new(most_errors);
    let mut decoder = Decoder::new(text, most_errors);
    let mut tokens = Vec::new();
    let mut receiver = Receiver::new();
    let mut start = 0;
    while let Some(rest) = text.get(start..).filter(|rest| !rest.is_empty()) {
        if let Some(end) = decoder.plain_line(rest, start) {
            start += end;
            continue;
        }
        // From the line break before it: the parser passes over a byte order
        // mark at the start of what it is given.
        let base = start.saturating_sub(1);
        let source = Source::new(text.get(base..).unwrap_or(rest));
        let mut lexer = source.lex();
        tokens.clear();
        take_expression(&mut tokens, &mut lexer);
        let mut is_clean = true;
        let mut on_error = |_| is_clean = false;
        receiver.parse(source, &tokens, Blanks::Dropped, &mut on_error);
        if !(is_clean && receiver.is_sound()) {
            // Where the parser finds its way again depends on what follows.
            tokens.extend(lexer);
            errors.set_base(base);
            receiver.parse(source, &tokens, Blanks::Kept, &mut errors);
        }
        start = base + tokens.last().map_or(rest.len(), |token| token.span().end());
        if tokens.len() > MOST_SPARE {
            tokens = Vec::new();
        }
        decoder.expressions(receiver.events(base));
    }
    decoder.finish_table();
    Decoded {
        document: decoder.document,
        errors: [errors, decoder.errors],
    }
}

/// Takes an expression and what is left of its line, or more if the text is
/// broken.
fn take_expression(tokens: &mut Vec<Token>, lexer: &mut Lexer<'_>) {
    let mut depth = 0_isize;
    for token in lexer {
        let is_first = tokens.is_empty();
        tokens.push(token);
        match token.kind() {
            TokenKind::LeftSquareBracket | TokenKind::LeftCurlyBracket => depth += 1,
            TokenKind::RightSquareBracket | TokenKind::RightCurlyBracket => depth -= 1,
            TokenKind::Newline if depth == 0 && !is_first => break,
            _ => {}
        }
    }
}

struct Decoder<'i> {
    document: Document<'i>,
    errors: Errors,
    /// The table that fields are put into.
    table: usize,
    /// The header of that table, if it is not in the document yet: it is of an
    /// array, or under something that is not a table.
    header: Option<Header<'i>>,
    /// Whether something was so broken that all that follows is passed over.
    is_over: bool,
    /// For the parents of the next key.
    spare: Vec<NodeKey<'i>>,
}

struct Header<'i> {
    parents: Vec<NodeKey<'i>>,
    key: Option<NodeKey<'i>>,
    span: Span,
    is_array: bool,
}

impl<'i> Decoder<'i> {
    fn new(text: &str, most_errors: usize) -> Self {
        // As many values as an ordinary text has, unless it is a long one.
        let values = (text.len() / 32).min(1_000);
        Self {
            document: Document::with_capacity(values),
            errors: Errors::new(most_errors),
            table: Document::ROOT,
            header: None,
            is_over: false,
            spare: Vec::new(),
        }
    }

    /// Puts headers and fields into the document.
    fn expressions(&mut self, mut events: Events<'_, 'i>) {
        self.errors.set_base(events.base());
        self.document.reserve(events.values());
        while let Some(event) = events.next().filter(|_| !self.is_over) {
            match event.kind() {
                EventKind::StdTableOpen | EventKind::ArrayTableOpen => {
                    self.finish_table();
                    let header = self.header(event, &mut events);
                    self.start_table(header);
                }
                EventKind::SimpleKey => {
                    self.is_over = self.field(event, &mut events).is_none();
                }
                _ => {}
            }
        }
    }

    /// Puts the first line of a text, which stands at `start`, into the document
    /// if it is a plain one. Gives the length of the line.
    fn plain_line(&mut self, text: &'i str, start: usize) -> Option<usize> {
        let end = plain::find(text, b'\n')?;
        let line = text.get(..end)?;
        let line = line.strip_suffix('\r').unwrap_or(line);
        let line_end = start + line.len();
        match Line::of(line)? {
            Line::Blank => {}
            Line::Header { path, is_array } => {
                let (parents, key) = self.plain_key(path, start + 1 + usize::from(is_array))?;
                let header = Header {
                    parents,
                    key: Some(key),
                    span: Span::from(start..line_end),
                    is_array,
                };
                if !self.is_over {
                    self.finish_table();
                    self.start_table(header);
                }
            }
            Line::Field { path, value } => {
                let (parents, key) = self.plain_key(path, start)?;
                let size = self.document.size();
                let Some(value) = self.plain_value(value, line_end - value.len()) else {
                    // The parser reads all of them again.
                    self.document.truncate(size);
                    return None;
                };
                if !self.is_over {
                    self.put(&parents, key, value);
                    self.reuse(parents);
                }
            }
        }
        Some(end + 1)
    }

    /// Reads a value that is plain by itself, or an array or a table of such.
    fn plain_value(&mut self, text: &'i str, start: usize) -> Option<Child> {
        match text.as_bytes() {
            [b'[', ..] => self.plain_array(text, start),
            [b'{', ..] => self.plain_table(text, start),
            _ => self.plain_scalar(text, start),
        }
    }

    fn plain_scalar(&mut self, text: &'i str, start: usize) -> Option<Child> {
        let content = plain::value(text)?;
        let span = Span::from(start..start + text.len());
        Some(self.document.add(span, content))
    }

    fn plain_array(&mut self, text: &'i str, start: usize) -> Option<Child> {
        let items = Parts::of_array(text)?;
        let span = Span::from(start..start + text.len());
        let array = self.document.add(span, Content::array());
        for (item, offset) in items {
            let start = start + offset;
            let item = match item.as_bytes() {
                [b'{', ..] => self.plain_table(item, start)?,
                _ => self.plain_scalar(item, start)?,
            };
            self.document.append(array.get(), item);
        }
        Some(array)
    }

    fn plain_table(&mut self, text: &'i str, start: usize) -> Option<Child> {
        let fields = Parts::of_table(text)?;
        let span = Span::from(start..start + text.len());
        let content = Content::table(Origin::Own, true);
        let table = self.document.add(span, content);
        for (field, offset) in fields {
            let start = start + offset;
            let (name, value) = plain::field(field)?;
            if !plain::is_bare(name) {
                return None;
            }
            let value = self.plain_scalar(value, start + field.len() - value.len())?;
            // One that is there twice is for the parser's events to tell.
            let Slot::Free(after) = self.document.slot(table.get(), name) else {
                return None;
            };
            let key = NodeKey {
                text: Cow::Borrowed(name),
                span: Span::from(start..start + name.len()),
            };
            self.document.insert(table.get(), after, key, value);
        }
        Some(table)
    }

    /// Reads a key, dotted or not, of which no part is in quotes.
    fn plain_key(
        &mut self,
        path: &'i str,
        start: usize,
    ) -> Option<(Vec<NodeKey<'i>>, NodeKey<'i>)> {
        let mut parents = mem::take(&mut self.spare);
        let (mut rest, mut start) = (path, start);
        loop {
            let (part, behind) = rest.split_at_checked(plain::bare_length(rest))?;
            let key = NodeKey {
                text: Cow::Borrowed(part),
                span: Span::from(start..start + part.len()),
            };
            if part.is_empty() {
                return None;
            }
            if behind.is_empty() {
                return (parents.len() < DEEPEST).then_some((parents, key));
            }
            parents.push(key);
            rest = behind.strip_prefix('.')?;
            start += part.len() + 1;
        }
    }

    fn field(&mut self, event: &Event, events: &mut Events<'_, 'i>) -> Option<()> {
        let (parents, key) = self.key(event, events);
        let key = key?;
        events.skip_whitespace();
        events
            .next()
            .filter(|event| event.kind() == EventKind::KeyValSep)?;
        events.skip_whitespace();
        let value = self.value(events);
        self.put(&parents, key, value);
        self.reuse(parents);
        Some(())
    }

    fn put(&mut self, parents: &[NodeKey<'i>], key: NodeKey<'i>, value: Child) {
        let is_dotted = !parents.is_empty();
        let Some(table) = self.descend(self.table, parents, is_dotted) else {
            return;
        };
        if is_dotted && self.document.origin(table) == Some(Origin::Own) {
            self.errors.push("duplicate key", key.span);
            return;
        }
        self.insert(table, key, value);
    }

    fn insert(&mut self, table: usize, key: NodeKey<'i>, value: Child) {
        match self.document.slot(table, &key.text) {
            Slot::Free(after) => self.document.insert(table, after, key, value),
            Slot::Taken(_) => self.errors.push("duplicate key", key.span),
        }
    }

    fn header(&mut self, open: &Event, events: &mut Events<'_, 'i>) -> Header<'i> {
        let mut header = Header {
            parents: Vec::new(),
            key: None,
            span: events.span(open),
            is_array: open.kind() == EventKind::ArrayTableOpen,
        };
        while let Some(event) = events.next() {
            match event.kind() {
                EventKind::StdTableClose | EventKind::ArrayTableClose => {
                    header.span.end = events.span(event).end;
                    break;
                }
                EventKind::SimpleKey => {
                    (header.parents, header.key) = self.key(event, events);
                }
                _ => {}
            }
        }
        header
    }

    /// Finds or makes the table of a header. That of an array is put into it
    /// once it is finished.
    fn start_table(&mut self, header: Header<'i>) {
        let place = match &header.key {
            Some(key) if !header.is_array => self
                .descend(Document::ROOT, &header.parents, false)
                .map(|parent| (parent, key)),
            _ => None,
        };
        let Some((parent, key)) = place else {
            let table = Content::table(Origin::Own, false);
            self.table = self.document.add(header.span, table).get();
            self.header = Some(header);
            return;
        };
        let key = key.clone();
        match self.document.slot(parent, &key.text) {
            Slot::Free(after) => {
                let table = Content::table(Origin::Own, false);
                let table = self.document.add(header.span, table);
                self.document.insert(parent, after, key, table);
                self.table = table.get();
            }
            Slot::Taken(field) => {
                if self.document.origin(field.get()) != Some(Origin::Implied) {
                    self.errors.push("duplicate key", key.span);
                }
                self.document.redefine(field, key, header.span);
                self.table = field.get();
            }
        }
        self.reuse(header.parents);
    }

    /// Puts the table of a header into its array. What is wrong with a header
    /// that leads nowhere is told once more.
    fn finish_table(&mut self) {
        let Some(header) = self.header.take() else {
            return;
        };
        let Some(key) = header.key else {
            return;
        };
        let Some(parent) = self.descend(Document::ROOT, &header.parents, false) else {
            return;
        };
        let array = match self.document.slot(parent, &key.text) {
            Slot::Taken(field) if self.document.last_table(field.get()).is_some() => field,
            Slot::Taken(_) => {
                self.errors.push("duplicate key", key.span);
                return;
            }
            Slot::Free(after) => {
                let array = self.document.add(header.span, Content::array_of_tables());
                self.document.insert(parent, after, key, array);
                array
            }
        };
        if let Some(table) = Child::new(self.table) {
            self.document.append(array.get(), table);
        }
        self.reuse(header.parents);
    }

    /// Goes from a table to one in it, and makes those that are missing.
    fn descend(&mut self, table: usize, path: &[NodeKey<'i>], is_dotted: bool) -> Option<usize> {
        let origin = if is_dotted {
            Origin::Dotted
        } else {
            Origin::Implied
        };
        let mut table = table;
        for key in path {
            let field = match self.document.slot(table, &key.text) {
                Slot::Taken(field) => field.get(),
                Slot::Free(after) => {
                    table = self.imply(table, after, key, Content::table(origin, false));
                    continue;
                }
            };
            let kind = match self.document.content(field) {
                Content::Table(fields) if fields.is_inline => "inline table",
                Content::Table(fields) if is_dotted && fields.origin == Origin::Own => {
                    self.errors.push("duplicate key", key.span);
                    return None;
                }
                Content::Table(fields) => {
                    if is_dotted {
                        fields.origin = Origin::Dotted;
                    }
                    table = field;
                    continue;
                }
                content => content.name(),
            };
            let Some(last) = self.document.last_table(field) else {
                self.refuse_to_extend(kind, key);
                return None;
            };
            table = last;
        }
        Some(table)
    }

    /// The same for a key in braces.
    fn descend_inline(&mut self, table: usize, path: &[NodeKey<'i>]) -> Option<usize> {
        let mut table = table;
        for key in path {
            let field = match self.document.slot(table, &key.text) {
                Slot::Taken(field) => field.get(),
                Slot::Free(after) => {
                    let content = Content::table(Origin::Dotted, true);
                    table = self.imply(table, after, key, content);
                    continue;
                }
            };
            match self.document.content(field) {
                Content::Table(fields) if fields.origin == Origin::Own => {
                    self.errors.push("duplicate key", key.span);
                    return None;
                }
                Content::Table(_) => table = field,
                content => {
                    let kind = content.name();
                    self.refuse_to_extend(kind, key);
                    return None;
                }
            }
        }
        Some(table)
    }

    fn imply(
        &mut self,
        parent: usize,
        after: Option<Child>,
        key: &NodeKey<'i>,
        content: Content<'i>,
    ) -> usize {
        let table = self.document.add(key.span, content);
        self.document.insert(parent, after, key.clone(), table);
        table.get()
    }

    fn refuse_to_extend(&mut self, kind: &str, key: &NodeKey<'i>) {
        let message = format!("cannot extend value of type {kind} with a dotted key");
        self.errors.push(message, key.span);
    }

    /// Reads a key with its parents, if it is a dotted one.
    fn key(
        &mut self,
        first: &Event,
        events: &mut Events<'_, 'i>,
    ) -> (Vec<NodeKey<'i>>, Option<NodeKey<'i>>) {
        let mut parents = mem::take(&mut self.spare);
        let mut key = None;
        let mut part = Some(first);
        let mut is_more = events.is_dot_next();
        while is_more {
            let Some(event) = events.next() else {
                break;
            };
            match event.kind() {
                EventKind::SimpleKey => {
                    part = Some(event);
                    is_more = events.is_dot_next();
                }
                EventKind::KeySep => {
                    let part = part.take().map(|part| self.part(part, events));
                    parents.extend(part.and_then(|part| key.replace(part)));
                }
                _ => {}
            }
        }
        let part = part.map(|part| self.part(part, events));
        parents.extend(part.and_then(|part| key.replace(part)));
        if parents.len() >= DEEPEST {
            self.errors.report_error(ParseError::new("recursion limit"));
            return (Vec::new(), None);
        }
        (parents, key)
    }

    /// Keeps the memory of parents that are not needed any more.
    fn reuse(&mut self, mut parents: Vec<NodeKey<'i>>) {
        parents.clear();
        self.spare = parents;
    }

    fn part(&mut self, event: &Event, events: &Events<'_, 'i>) -> NodeKey<'i> {
        let raw = events.raw(event);
        let mut text = Cow::Borrowed(raw.as_str());
        if event.encoding().is_some() || !plain::is_bare(&text) {
            text = Cow::Borrowed("");
            raw.decode_key(&mut text, &mut self.errors);
        }
        NodeKey {
            text,
            span: events.span(event),
        }
    }

    /// Reads a value, which is not put anywhere yet.
    fn value(&mut self, events: &mut Events<'_, 'i>) -> Child {
        let mut open = match events.next() {
            Some(event) if event.kind() == EventKind::Scalar => return self.scalar(event, events),
            Some(event) if opens(event) => self.open(event, events),
            // As if it were there.
            _ => {
                let zero = Content::Integer {
                    digits: Cow::Borrowed("0"),
                    radix: 10,
                };
                return self.document.add(Span::default(), zero);
            }
        };
        let mut outer = Vec::new();
        loop {
            match events.next() {
                Some(event) if opens(event) => {
                    open.span.end = events.span(event).end;
                    outer.push(mem::replace(&mut open, self.open(event, events)));
                    continue;
                }
                Some(event) => {
                    open.span.end = events.span(event).end;
                    if !self.is_closed_by(&mut open, event, events) {
                        continue;
                    }
                }
                None => {}
            }
            self.document.set_span(open.value, open.span);
            let Some(parent) = outer.pop() else {
                return open.value;
            };
            let inner = mem::replace(&mut open, parent);
            open.last = Some(inner.value);
        }
    }

    fn open(&mut self, event: &Event, events: &Events<'_, 'i>) -> Open<'i> {
        let is_table = event.kind() == EventKind::InlineTableOpen;
        let content = if is_table {
            Content::table(Origin::Own, true)
        } else {
            Content::array()
        };
        let span = events.span(event);
        Open {
            value: self.document.add(span, content),
            is_table,
            span,
            key: None,
            last: None,
        }
    }

    /// Takes in what stands in an array or in braces; tells if it is their end.
    fn is_closed_by(
        &mut self,
        open: &mut Open<'i>,
        event: &Event,
        events: &mut Events<'_, 'i>,
    ) -> bool {
        match event.kind() {
            EventKind::Error | EventKind::Whitespace | EventKind::Comment | EventKind::Newline => {
                false
            }
            EventKind::Scalar => {
                open.last = Some(self.scalar(event, events));
                false
            }
            EventKind::ValueSep => {
                self.finish_item(open);
                false
            }
            EventKind::SimpleKey if open.is_table => {
                if let (parents, Some(key)) = self.key(event, events) {
                    open.key = Some((parents, key));
                }
                false
            }
            EventKind::KeyValSep => !open.is_table,
            EventKind::ArrayClose if !open.is_table => {
                self.finish_item(open);
                true
            }
            EventKind::InlineTableClose if open.is_table => {
                self.finish_item(open);
                true
            }
            _ => true,
        }
    }

    fn finish_item(&mut self, open: &mut Open<'i>) {
        let value = open.last.take();
        if !open.is_table {
            if let Some(value) = value {
                self.document.append(open.value.get(), value);
            }
            return;
        }
        let (Some((parents, key)), Some(value)) = (open.key.take(), value) else {
            return;
        };
        let Some(table) = self.descend_inline(open.value.get(), &parents) else {
            return;
        };
        if (self.document.origin(table) == Some(Origin::Dotted)) == parents.is_empty() {
            self.errors.push("duplicate key", key.span);
            return;
        }
        self.insert(table, key, value);
        self.reuse(parents);
    }

    fn scalar(&mut self, event: &Event, events: &Events<'_, 'i>) -> Child {
        let raw = events.raw(event);
        let span = events.span(event);
        let content = plain::value(raw.as_str()).unwrap_or_else(|| {
            let mut text = Cow::Borrowed("");
            match raw.decode_scalar(&mut text, &mut self.errors) {
                ScalarKind::String => Content::String(text),
                ScalarKind::Boolean(value) => Content::Boolean(value),
                ScalarKind::Float => Content::Float(text),
                ScalarKind::Integer(radix) => Content::Integer {
                    digits: text,
                    radix: radix.value(),
                },
                ScalarKind::DateTime => {
                    let datetime = text.parse::<Datetime>();
                    let shown = datetime.map(|datetime| datetime.to_string());
                    Content::Datetime(Cow::Owned(shown.unwrap_or_else(|error| {
                        self.errors.push(error.to_string(), span);
                        String::new()
                    })))
                }
            }
        });
        self.document.add(span, content)
    }
}

/// An array or a table in braces, while it is read.
struct Open<'i> {
    value: Child,
    is_table: bool,
    /// From its start to the last event that belongs to it.
    span: Span,
    key: Option<(Vec<NodeKey<'i>>, NodeKey<'i>)>,
    /// The value that was read last, if it is not in its place yet.
    last: Option<Child>,
}

fn opens(event: &Event) -> bool {
    matches!(
        event.kind(),
        EventKind::ArrayOpen | EventKind::InlineTableOpen
    )
}
