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

use super::build::{Builder, Partial};
use super::error::{Expected, Fault};
use super::scanner::Scanner;
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

impl Scanner<'_> {
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

    /// A version, with the `v` and the build metadata that may be around it.
    fn version(&mut self) -> Result<Partial, Fault> {
        let version = self.prefixed_partial()?;
        self.build_metadata()?;
        Ok(version)
    }

    /// The end of a simple range: white space, which it moves over, `||` or
    /// the end.
    fn boundary(&mut self) -> Result<(), Fault> {
        if self.is_at_end_of_alternative() || self.spaces() > 0 {
            return Ok(());
        }
        Err(self.unexpected(Expected::Boundary))
    }

    fn is_at_end_of_alternative(&self) -> bool {
        match self.peek() {
            None => true,
            Some(b'|') => self.is_at("||"),
            Some(_) => false,
        }
    }
}

fn starts_version(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'x' | b'X' | b'*' | b'v')
}
