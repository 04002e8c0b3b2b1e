//! The words of a range: operators, versions, white space.

use semver::Prerelease;

use super::Operator;
use super::build::{Part, Partial};
use super::error::{Expected, Fault};

/// A place in a text, moving forward over what it recognises.
pub(super) struct Scanner<'text> {
    text: &'text str,
    pub(super) offset: usize,
}

impl<'text> Scanner<'text> {
    pub(super) fn new(text: &'text str) -> Self {
        Self { text, offset: 0 }
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

    /// Moves over white space and tells how many bytes it had.
    pub(super) fn spaces(&mut self) -> usize {
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

    pub(super) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.offset).copied()
    }

    pub(super) fn is_at(&self, token: &str) -> bool {
        self.text.as_bytes()[self.offset..].starts_with(token.as_bytes())
    }

    pub(super) fn take(&mut self, token: &str) -> bool {
        let is_next = self.is_at(token);
        if is_next {
            self.offset += token.len();
        }
        is_next
    }

    pub(super) fn unexpected(&self, expected: Expected) -> Fault {
        let offset = self.offset;
        Fault::Unexpected { offset, expected }
    }
}

/// White space as JavaScript understands it.
pub(super) fn is_space(character: char) -> bool {
    match character {
        '\u{85}' => false,
        '\u{feff}' => true,
        _ => character.is_whitespace(),
    }
}
