//! npm's published grammar, read in one pass:
//!
//! ```text
//! range      ::= alternative ( '||' alternative )*
//! alternative::= hyphen | simple ( ' ' simple )* | ''
//! hyphen     ::= version ' - ' version
//! simple     ::= [ '<' | '>' | '<=' | '>=' | '=' | '~' | '~>' | '^' ] version
//! version    ::= [ 'v' ] part [ '.' part [ '.' part [ '-' pre ] ] ] [ '+' build ]
//! part       ::= number | 'x' | 'X' | '*'
//! ```
//!
//! with white space after operators, and around everything. What node-semver
//! reads beyond it is in [`rewrite`](super::rewrite), to which an alternative
//! goes that does not follow the grammar.

use semver::Prerelease;

use super::build::{Builder, Part, Partial};
use super::error::{Expected, Fault};
use super::{Operator, Prereleases, Range, rewrite};

pub(super) fn parse(text: &str, prereleases: Prereleases) -> Result<Range, Fault> {
    check_length(text)?;
    let mut builder = Builder::new(prereleases);
    let mut scanner = Scanner::new(text);
    loop {
        let start = scanner.offset;
        if let Err(fault) = scanner.alternative(&mut builder) {
            let rest = &text[start..];
            let alternative = rest.split_once("||").map_or(rest, |(before, _)| before);
            builder.reopen_alternative();
            rewrite::alternative(alternative, &mut builder).ok_or(fault)?;
            scanner.offset = start + alternative.len();
        }
        if !scanner.take("||") {
            return Ok(builder.finish());
        }
        builder.next_alternative();
    }
}

fn check_length(text: &str) -> Result<(), Fault> {
    if text.len() <= Range::MAX_LEN {
        return Ok(());
    }
    if text.len() > Range::MAX_TOTAL_LEN {
        return Err(Fault::TooLong {
            length: text.len(),
            max: Range::MAX_TOTAL_LEN,
        });
    }
    let length = rewrite::without_build_metadata(text).len();
    if length > Range::MAX_LEN && !is_canonical(text) {
        return Err(Fault::TooLong {
            length,
            max: Range::MAX_LEN,
        });
    }
    Ok(())
}

/// Whether a text has nothing but full comparators, set as a range prints them,
/// and none that is too long by itself.
fn is_canonical(text: &str) -> bool {
    let is_full = |comparator: &str| {
        let mut scanner = Scanner::new(comparator);
        scanner.operator();
        let length = comparator.len() - scanner.offset;
        let partial = scanner.partial();
        length <= Range::MAX_LEN && partial.is_ok_and(|it| it.is_full()) && scanner.is_at_end()
    };
    text.split("||")
        .flat_map(|alternative| alternative.split(' '))
        .all(is_full)
}

/// White space as JavaScript understands it.
pub(super) fn is_space(character: char) -> bool {
    match character {
        '\u{85}' => false,
        '\u{feff}' => true,
        _ => character.is_whitespace(),
    }
}

/// A place in a text, moving forward over what it recognises.
pub(super) struct Scanner<'text> {
    text: &'text str,
    pub(super) offset: usize,
}

impl<'text> Scanner<'text> {
    pub(super) fn new(text: &'text str) -> Self {
        Self { text, offset: 0 }
    }

    /// Everything up to the next `||` or the end.
    fn alternative(&mut self, builder: &mut Builder) -> Result<(), Fault> {
        self.spaces();
        if self.is_at_end_of_alternative() {
            return Ok(());
        }
        if self.peek().is_some_and(starts_version) {
            let version = self.version()?;
            self.boundary()?;
            if self.peek() == Some(b'-') {
                return self.hyphen(version, builder);
            }
            builder.comparator(Operator::Exact, version)?;
        }
        while !self.is_at_end_of_alternative() {
            self.simple(builder)?;
        }
        Ok(())
    }

    /// The rest of a hyphen range, from the hyphen on.
    fn hyphen(&mut self, from: Partial, builder: &mut Builder) -> Result<(), Fault> {
        self.offset += 1;
        if self.spaces() == 0 {
            return Err(self.unexpected(Expected::HyphenEnd));
        }
        let to = self.version()?;
        self.boundary()?;
        if !self.is_at_end_of_alternative() {
            return Err(self.unexpected(Expected::Alternative));
        }
        builder.hyphen(from, to)
    }

    fn simple(&mut self, builder: &mut Builder) -> Result<(), Fault> {
        if self.take("^") {
            self.spaces();
            let version = self.version()?;
            self.boundary()?;
            return builder.caret(version);
        }
        if self.take("~") {
            self.take(">");
            self.spaces();
            let version = self.version()?;
            self.boundary()?;
            return builder.tilde(version);
        }
        let start = self.offset;
        let operator = self.operator();
        if self.offset > start {
            self.spaces();
        } else if !self.peek().is_some_and(starts_version) {
            return Err(self.unexpected(Expected::Start));
        }
        let version = self.version()?;
        self.boundary()?;
        builder.comparator(operator, version)
    }

    /// One of the operators of comparison, or nothing, which is
    /// [`Operator::Exact`].
    pub(super) fn operator(&mut self) -> Operator {
        let is_greater = self.take(">");
        let is_less = !is_greater && self.take("<");
        match (is_greater, is_less, self.take("=")) {
            (true, _, true) => Operator::GreaterEq,
            (true, _, false) => Operator::Greater,
            (false, true, true) => Operator::LessEq,
            (false, true, false) => Operator::Less,
            (false, false, _) => Operator::Exact,
        }
    }

    /// A version, with the `v` and the build metadata that may be around it.
    fn version(&mut self) -> Result<Partial, Fault> {
        let version = self.prefixed_partial()?;
        self.build_metadata()?;
        Ok(version)
    }

    /// A version without build metadata, after a `v` or not.
    pub(super) fn prefixed_partial(&mut self) -> Result<Partial, Fault> {
        let has_prefix = self.take("v");
        let partial = self.partial()?;
        Ok(Partial {
            has_prefix,
            ..partial
        })
    }

    /// A version without build metadata.
    pub(super) fn partial(&mut self) -> Result<Partial, Fault> {
        let major = self.part()?;
        let mut partial = Partial {
            has_prefix: false,
            major,
            minor: Part::Wildcard,
            patch: Part::Wildcard,
            pre: Prerelease::EMPTY,
        };
        if self.take(".") {
            partial.minor = self.part()?;
            if self.take(".") {
                partial.patch = self.part()?;
                if self.take("-") {
                    partial.pre = self.prerelease()?;
                }
            }
        }
        Ok(partial)
    }

    fn part(&mut self) -> Result<Part, Fault> {
        let offset = self.offset;
        match self.peek() {
            Some(b'x' | b'X' | b'*') => {
                self.offset += 1;
                return Ok(Part::Wildcard);
            }
            Some(b'0'..=b'9') => {}
            _ => return Err(self.unexpected(Expected::Number)),
        }
        let mut value: u64 = 0;
        while let Some(digit @ b'0'..=b'9') = self.peek() {
            let digit = u64::from(digit - b'0');
            value = value.saturating_mul(10).saturating_add(digit);
            self.offset += 1;
        }
        if self.text.as_bytes()[offset] == b'0' && self.offset > offset + 1 {
            return Err(Fault::LeadingZero { offset });
        }
        Ok(Part::Number { value, offset })
    }

    fn prerelease(&mut self) -> Result<Prerelease, Fault> {
        let start = self.offset;
        loop {
            let identifier = self.identifier()?;
            let is_number = identifier.bytes().all(|byte| byte.is_ascii_digit());
            if is_number && identifier.len() > 1 && identifier.starts_with('0') {
                let offset = self.offset - identifier.len();
                return Err(Fault::LeadingZero { offset });
            }
            if !self.take(".") {
                break;
            }
        }
        let fault = Fault::Unexpected {
            offset: start,
            expected: Expected::Identifier,
        };
        Prerelease::new(&self.text[start..self.offset]).map_err(|_| fault)
    }

    /// Build metadata, or nothing.
    pub(super) fn build_metadata(&mut self) -> Result<(), Fault> {
        if self.take("+") {
            self.identifier()?;
            while self.take(".") {
                self.identifier()?;
            }
        }
        Ok(())
    }

    fn identifier(&mut self) -> Result<&'text str, Fault> {
        let rest = &self.text[self.offset..];
        let is_part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        let length = rest.bytes().take_while(|byte| is_part(*byte)).count();
        if length == 0 {
            return Err(self.unexpected(Expected::Identifier));
        }
        self.offset += length;
        Ok(&rest[..length])
    }

    /// The end of a simple range: white space, which it moves over, `||` or
    /// the end.
    fn boundary(&mut self) -> Result<(), Fault> {
        if self.is_at_end_of_alternative() || self.spaces() > 0 {
            return Ok(());
        }
        Err(self.unexpected(Expected::Boundary))
    }

    /// Moves over white space and tells how many bytes it had.
    fn spaces(&mut self) -> usize {
        let start = self.offset;
        while let Some(byte) = self.peek() {
            match byte {
                b' ' => self.offset += 1,
                b'!'..=b'~' => break,
                _ => match self.text[self.offset..].chars().next() {
                    Some(character) if is_space(character) => self.offset += character.len_utf8(),
                    _ => break,
                },
            }
        }
        self.offset - start
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.offset == self.text.len()
    }

    fn is_at_end_of_alternative(&self) -> bool {
        match self.peek() {
            None => true,
            Some(b'|') => self.text.as_bytes().get(self.offset + 1) == Some(&b'|'),
            Some(_) => false,
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.offset).copied()
    }

    pub(super) fn take(&mut self, token: &str) -> bool {
        let is_next = self.text.as_bytes()[self.offset..].starts_with(token.as_bytes());
        if is_next {
            self.offset += token.len();
        }
        is_next
    }

    fn unexpected(&self, expected: Expected) -> Fault {
        let offset = self.offset;
        Fault::Unexpected { offset, expected }
    }
}

fn starts_version(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'x' | b'X' | b'*' | b'v')
}
