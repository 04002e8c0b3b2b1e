//! The events of the TOML parser.

use alloc::vec::Vec;
use core::slice;

use toml_parser::decoder::Encoding;
use toml_parser::lexer::Token;
use toml_parser::parser::{Event, EventKind, EventReceiver, parse_document};
use toml_parser::{ErrorSink, ParseError, Raw, Source, Span};

/// How deep values may be nested, and how many parts a dotted key may have.
pub(super) const DEEPEST: usize = 80;

/// Keeps the events of some tokens.
pub(super) struct Receiver<'i> {
    source: Source<'i>,
    events: Vec<Event>,
    blanks: Blanks,
    /// How many values are open, less those that are closed: broken text may
    /// close more than it opens.
    depth: isize,
    /// Whether each event is of something that is there.
    is_sound: bool,
}

/// What becomes of white space, line breaks and comments, which are checked in
/// any case. They are a good half of all events, and matter in broken text only.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Blanks {
    Dropped,
    Kept,
}

impl<'i> Receiver<'i> {
    pub(super) fn new() -> Self {
        Self {
            source: Source::new(""),
            events: Vec::new(),
            blanks: Blanks::Dropped,
            depth: 0,
            is_sound: true,
        }
    }

    pub(super) fn parse(
        &mut self,
        source: Source<'i>,
        tokens: &[Token],
        blanks: Blanks,
        errors: &mut dyn ErrorSink,
    ) {
        self.source = source;
        self.events.clear();
        self.blanks = blanks;
        self.depth = 0;
        self.is_sound = true;
        parse_document(tokens, self, errors);
    }

    /// The events of what was parsed last, which stands at `base` in the text.
    pub(super) fn events(&self, base: usize) -> Events<'_, 'i> {
        Events {
            rest: self.events.iter(),
            source: self.source,
            base,
        }
    }

    /// Whether the parser has put in nothing that was missing, and has passed
    /// over nothing: it does so without an error where one will come of what it
    /// has put in.
    pub(super) fn is_sound(&self) -> bool {
        self.is_sound
    }

    fn push(&mut self, kind: EventKind, encoding: Option<Encoding>, span: Span) {
        self.is_sound &= kind != EventKind::Error && !span.is_empty();
        self.events.push(Event::new_unchecked(kind, encoding, span));
    }

    /// Tells whether the parser may go into the value that is opened.
    fn open(&mut self, kind: EventKind, span: Span, errors: &mut dyn ErrorSink) -> bool {
        self.push(kind, None, span);
        self.depth += 1;
        let is_too_deep = usize::try_from(self.depth).is_ok_and(|depth| depth > DEEPEST);
        if is_too_deep {
            let message = "cannot recurse further; max recursion depth met";
            errors.report_error(ParseError::new(message).with_unexpected(span));
        }
        !is_too_deep
    }

    fn close(&mut self, kind: EventKind, span: Span) {
        self.push(kind, None, span);
        self.depth -= 1;
    }

    fn blank(&mut self, kind: EventKind, span: Span) {
        if self.blanks == Blanks::Kept {
            self.push(kind, None, span);
        }
    }
}

impl EventReceiver for Receiver<'_> {
    fn std_table_open(&mut self, span: Span, _: &mut dyn ErrorSink) {
        self.push(EventKind::StdTableOpen, None, span);
    }

    fn std_table_close(&mut self, span: Span, _: &mut dyn ErrorSink) {
        self.push(EventKind::StdTableClose, None, span);
    }

    fn array_table_open(&mut self, span: Span, _: &mut dyn ErrorSink) {
        self.push(EventKind::ArrayTableOpen, None, span);
    }

    fn array_table_close(&mut self, span: Span, _: &mut dyn ErrorSink) {
        self.push(EventKind::ArrayTableClose, None, span);
    }

    fn inline_table_open(&mut self, span: Span, errors: &mut dyn ErrorSink) -> bool {
        self.open(EventKind::InlineTableOpen, span, errors)
    }

    fn inline_table_close(&mut self, span: Span, _: &mut dyn ErrorSink) {
        self.close(EventKind::InlineTableClose, span);
    }

    fn array_open(&mut self, span: Span, errors: &mut dyn ErrorSink) -> bool {
        self.open(EventKind::ArrayOpen, span, errors)
    }

    fn array_close(&mut self, span: Span, _: &mut dyn ErrorSink) {
        self.close(EventKind::ArrayClose, span);
    }

    fn simple_key(&mut self, span: Span, encoding: Option<Encoding>, _: &mut dyn ErrorSink) {
        self.push(EventKind::SimpleKey, encoding, span);
    }

    fn key_sep(&mut self, span: Span, _: &mut dyn ErrorSink) {
        self.push(EventKind::KeySep, None, span);
    }

    fn key_val_sep(&mut self, span: Span, _: &mut dyn ErrorSink) {
        self.push(EventKind::KeyValSep, None, span);
    }

    fn scalar(&mut self, span: Span, encoding: Option<Encoding>, _: &mut dyn ErrorSink) {
        self.push(EventKind::Scalar, encoding, span);
    }

    fn value_sep(&mut self, span: Span, _: &mut dyn ErrorSink) {
        self.push(EventKind::ValueSep, None, span);
    }

    fn whitespace(&mut self, span: Span, _: &mut dyn ErrorSink) {
        self.blank(EventKind::Whitespace, span);
    }

    fn comment(&mut self, span: Span, errors: &mut dyn ErrorSink) {
        raw(self.source, span, None).decode_comment(errors);
        self.blank(EventKind::Comment, span);
    }

    fn newline(&mut self, span: Span, errors: &mut dyn ErrorSink) {
        raw(self.source, span, None).decode_newline(errors);
        self.blank(EventKind::Newline, span);
    }

    fn error(&mut self, span: Span, _: &mut dyn ErrorSink) {
        self.push(EventKind::Error, None, span);
    }
}

/// Events that are to come.
pub(super) struct Events<'e, 'i> {
    rest: slice::Iter<'e, Event>,
    source: Source<'i>,
    base: usize,
}

impl<'e, 'i> Events<'e, 'i> {
    pub(super) fn next(&mut self) -> Option<&'e Event> {
        self.rest.next()
    }

    pub(super) fn base(&self) -> usize {
        self.base
    }

    /// How many values and headers are to come.
    pub(super) fn values(&self) -> usize {
        let is_value = |event: &&Event| {
            matches!(
                event.kind(),
                EventKind::Scalar
                    | EventKind::ArrayOpen
                    | EventKind::InlineTableOpen
                    | EventKind::StdTableOpen
                    | EventKind::ArrayTableOpen
            )
        };
        self.rest.clone().filter(is_value).count()
    }

    pub(super) fn span(&self, event: &Event) -> crate::text::Span {
        crate::text::Span {
            start: self.base + event.span().start(),
            end: self.base + event.span().end(),
        }
    }

    pub(super) fn raw(&self, event: &Event) -> Raw<'i> {
        raw(self.source, event.span(), event.encoding())
    }

    fn kind(&self, ahead: usize) -> Option<EventKind> {
        self.rest.as_slice().get(ahead).map(Event::kind)
    }

    pub(super) fn skip_whitespace(&mut self) {
        if self.kind(0) == Some(EventKind::Whitespace) {
            self.rest.next();
        }
    }

    /// Whether a key goes on.
    pub(super) fn is_dot_next(&self) -> bool {
        match self.kind(0) {
            Some(EventKind::Whitespace) => self.kind(1) == Some(EventKind::KeySep),
            kind => kind == Some(EventKind::KeySep),
        }
    }
}

fn raw<'i>(source: Source<'i>, span: Span, encoding: Option<Encoding>) -> Raw<'i> {
    let text = source.input().get(span.start()..span.end());
    Raw::new_unchecked(text.unwrap_or_default(), encoding, span)
}
