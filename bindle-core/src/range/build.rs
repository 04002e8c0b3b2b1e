//! From what was written to comparators: the meaning of each form.

use alloc::vec::Vec;

use semver::{BuildMetadata, Prerelease, Version};

use super::error::Fault;
use super::{Comparator, Operator, Prereleases, Range};

/// A version of which parts may be wildcards or left out.
pub(super) struct Partial {
    /// Whether a `v` stands before it.
    pub(super) has_prefix: bool,
    pub(super) major: Part,
    pub(super) minor: Part,
    pub(super) patch: Part,
    pub(super) pre: Prerelease,
}

impl Partial {
    /// Whether all three numbers are there.
    pub(super) fn is_full(&self) -> bool {
        let parts = [self.major, self.minor, self.patch];
        parts.iter().all(|part| matches!(part, Part::Number { .. }))
    }

    fn number_after_wildcard(&self) -> Option<Fault> {
        match (self.major, self.minor, self.patch) {
            (Part::Wildcard, Part::Number { offset, .. }, _)
            | (_, Part::Wildcard, Part::Number { offset, .. }) => {
                Some(Fault::NumberAfterWildcard { offset })
            }
            _ => None,
        }
    }
}

/// The major, minor or patch part of a [`Partial`].
#[derive(Clone, Copy)]
pub(super) enum Part {
    /// A number that starts at `offset` in the text; one that does not fit is
    /// `u64::MAX`.
    Number { value: u64, offset: usize },
    /// `x`, `X`, `*`, or nothing.
    Wildcard,
}

/// A part that is known to be a number. Whether it is too large is asked only
/// when it is used: npm does not mind the patch number of `~1.x.99…9`.
#[derive(Clone, Copy)]
struct Number {
    value: u64,
    offset: usize,
}

impl Number {
    fn value(self) -> Result<u64, Fault> {
        let Self { value, offset } = self;
        if value > Range::MAX_NUMBER {
            return Err(Fault::NumberTooLarge { offset });
        }
        Ok(value)
    }

    fn next(self) -> Result<u64, Fault> {
        let value = self.value()?;
        if value == Range::MAX_NUMBER {
            return Err(Fault::NoNext {
                offset: self.offset,
            });
        }
        Ok(value + 1)
    }
}

/// How much of a [`Partial`] is there, up to its first wildcard.
enum Extent {
    Nothing,
    Major(Number),
    Minor(Number, Number),
    Full(Number, Number, Number),
}

impl Extent {
    fn of(partial: &Partial) -> Self {
        let number = |part| match part {
            Part::Number { value, offset } => Some(Number { value, offset }),
            Part::Wildcard => None,
        };
        let Some(major) = number(partial.major) else {
            return Self::Nothing;
        };
        let Some(minor) = number(partial.minor) else {
            return Self::Major(major);
        };
        match number(partial.patch) {
            None => Self::Minor(major, minor),
            Some(patch) => Self::Full(major, minor, patch),
        }
    }
}

/// Collects the comparators of a range.
pub(super) struct Builder {
    comparators: Vec<Comparator>,
    ends: Vec<usize>,
    /// Where the open alternative starts in `comparators`.
    start: usize,
    /// An alternative without comparators came: every version is in.
    has_any: bool,
    prereleases: Prereleases,
}

impl Builder {
    pub(super) fn new(prereleases: Prereleases) -> Self {
        Self {
            comparators: Vec::new(),
            ends: Vec::new(),
            start: 0,
            has_any: false,
            prereleases,
        }
    }

    pub(super) fn prereleases(&self) -> Prereleases {
        self.prereleases
    }

    /// Forgets what came since the last `||`.
    pub(super) fn reopen_alternative(&mut self) {
        self.comparators.truncate(self.start);
    }

    /// Ends the alternative at a `||`.
    pub(super) fn next_alternative(&mut self) {
        self.close_alternative();
        if self.comparators.len() > self.start {
            self.ends.push(self.comparators.len());
            self.start = self.comparators.len();
        }
    }

    pub(super) fn finish(mut self) -> Range {
        self.close_alternative();
        if self.has_any {
            self.comparators.clear();
            self.ends.clear();
        } else if self.comparators.is_empty() {
            let nothing = prerelease_zero([0, 0, 0]);
            self.add(Operator::Less, nothing);
        } else if !self.ends.is_empty() {
            if self.comparators.len() > self.start {
                self.ends.push(self.comparators.len());
            }
            if self.ends.len() == 1 {
                self.ends.clear();
            }
        }
        Range {
            comparators: self.comparators,
            ends: self.ends,
            prereleases: self.prereleases,
        }
    }

    fn close_alternative(&mut self) {
        let open = &self.comparators[self.start..];
        if open.is_empty() {
            self.has_any = true;
        } else if open.iter().any(is_empty_by_form) {
            self.comparators.truncate(self.start);
        }
    }

    /// `A - B`
    pub(super) fn hyphen(&mut self, from: Partial, to: Partial) -> Result<(), Fault> {
        match Extent::of(&from) {
            Extent::Nothing => {}
            Extent::Major(major) => self.push_floor([major.value()?, 0, 0]),
            Extent::Minor(major, minor) => self.push_floor([major.value()?, minor.value()?, 0]),
            Extent::Full(major, minor, patch) => {
                let numbers = [major.value()?, minor.value()?, patch.value()?];
                let version = if from.pre.is_empty() {
                    self.floor(numbers)
                } else {
                    version(numbers, from.pre)
                };
                self.push_written(Operator::GreaterEq, version, from.has_prefix);
            }
        }
        match Extent::of(&to) {
            Extent::Nothing => {}
            Extent::Major(major) => self.push_ceiling([major.next()?, 0, 0]),
            Extent::Minor(major, minor) => self.push_ceiling([major.value()?, minor.next()?, 0]),
            Extent::Full(major, minor, patch) => {
                let (major, minor) = (major.value()?, minor.value()?);
                if to.pre.is_empty() && self.prereleases == Prereleases::Included {
                    self.push_ceiling([major, minor, patch.next()?]);
                } else {
                    let version = version([major, minor, patch.value()?], to.pre);
                    self.push(Operator::LessEq, version);
                }
            }
        }
        Ok(())
    }

    /// `^A`: up to the next change of the leftmost number that is not zero.
    pub(super) fn caret(&mut self, partial: Partial) -> Result<(), Fault> {
        match Extent::of(&partial) {
            Extent::Nothing => {}
            Extent::Major(major) => {
                self.push_floor([major.value()?, 0, 0]);
                self.push_ceiling([major.next()?, 0, 0]);
            }
            Extent::Minor(major, minor) => {
                self.push_floor([major.value()?, minor.value()?, 0]);
                self.push_ceiling(match major.value {
                    0 => [0, minor.next()?, 0],
                    _ => [major.next()?, 0, 0],
                });
            }
            Extent::Full(major, minor, patch) => {
                let numbers = [major.value()?, minor.value()?, patch.value()?];
                self.push(Operator::GreaterEq, version(numbers, partial.pre));
                self.push_ceiling(match (major.value, minor.value) {
                    (0, 0) => [0, 0, patch.next()?],
                    (0, _) => [0, minor.next()?, 0],
                    _ => [major.next()?, 0, 0],
                });
            }
        }
        Ok(())
    }

    /// `~A`: up to the next minor version, or the next major one if only that
    /// is given.
    pub(super) fn tilde(&mut self, partial: Partial) -> Result<(), Fault> {
        match Extent::of(&partial) {
            Extent::Nothing => {}
            Extent::Major(major) => {
                self.push_floor([major.value()?, 0, 0]);
                self.push_ceiling([major.next()?, 0, 0]);
            }
            Extent::Minor(major, minor) => {
                self.push_floor([major.value()?, minor.value()?, 0]);
                self.push_ceiling([major.value()?, minor.next()?, 0]);
            }
            Extent::Full(major, minor, patch) => {
                let numbers = [major.value()?, minor.value()?, patch.value()?];
                self.push(Operator::GreaterEq, version(numbers, partial.pre));
                self.push_ceiling([numbers[0], minor.next()?, 0]);
            }
        }
        Ok(())
    }

    /// `A`, `=A`, `>A`, `>=A`, `<A` or `<=A`
    pub(super) fn comparator(&mut self, operator: Operator, partial: Partial) -> Result<(), Fault> {
        if let Some(fault) = partial.number_after_wildcard() {
            return Err(fault);
        }
        // The first version of those that the partial one stands for, and the
        // first version after them.
        let (first, after) = match Extent::of(&partial) {
            Extent::Nothing => {
                if matches!(operator, Operator::Greater | Operator::Less) {
                    self.push_ceiling([0, 0, 0]);
                }
                return Ok(());
            }
            Extent::Major(major) => {
                let after = || Ok([major.next()?, 0, 0]);
                ([major.value()?, 0, 0], operator.needs_next().then(after))
            }
            Extent::Minor(major, minor) => {
                let numbers = [major.value()?, minor.value()?, 0];
                let after = || Ok([numbers[0], minor.next()?, 0]);
                (numbers, operator.needs_next().then(after))
            }
            Extent::Full(major, minor, patch) => {
                let numbers = [major.value()?, minor.value()?, patch.value()?];
                let version = version(numbers, partial.pre);
                self.push_written(operator, version, partial.has_prefix);
                return Ok(());
            }
        };
        let after = after.transpose()?.unwrap_or(first);
        match operator {
            Operator::Exact => {
                self.push_floor(first);
                self.push_ceiling(after);
            }
            Operator::Greater => self.push_floor(after),
            Operator::GreaterEq => self.push_floor(first),
            Operator::Less => self.push_ceiling(first),
            Operator::LessEq => self.push_ceiling(after),
        }
        Ok(())
    }

    fn push_floor(&mut self, numbers: [u64; 3]) {
        let floor = self.floor(numbers);
        self.push(Operator::GreaterEq, floor);
    }

    fn push_ceiling(&mut self, numbers: [u64; 3]) {
        self.push(Operator::Less, prerelease_zero(numbers));
    }

    /// The lowest version with these numbers that is meant when they were not
    /// all written.
    fn floor(&self, numbers: [u64; 3]) -> Version {
        match self.prereleases {
            Prereleases::Named => version(numbers, Prerelease::EMPTY),
            Prereleases::Included => prerelease_zero(numbers),
        }
    }

    /// Adds a comparator with a version as it was written. npm leaves out
    /// `>=0.0.0`, which is not a condition, but keeps `>=v0.0.0`.
    fn push_written(&mut self, operator: Operator, version: Version, has_prefix: bool) {
        if has_prefix {
            self.add(operator, version);
        } else {
            self.push(operator, version);
        }
    }

    /// Adds a comparator, unless every version satisfies it.
    fn push(&mut self, operator: Operator, version: Version) {
        let is_lowest = match self.prereleases {
            Prereleases::Named => version.pre.is_empty(),
            Prereleases::Included => version.pre.as_str() == "0",
        };
        let numbers = [version.major, version.minor, version.patch];
        if !(operator == Operator::GreaterEq && numbers == [0; 3] && is_lowest) {
            self.add(operator, version);
        }
    }

    /// Adds a comparator, unless the alternative has it already.
    fn add(&mut self, operator: Operator, version: Version) {
        let comparator = Comparator { operator, version };
        if !self.comparators[self.start..].contains(&comparator) {
            self.comparators.push(comparator);
        }
    }
}

impl Operator {
    /// Whether the operator, before a partial version, asks for the one after.
    fn needs_next(self) -> bool {
        matches!(self, Self::Exact | Self::Greater | Self::LessEq)
    }
}

/// `<0.0.0-0`: below the lowest of all versions.
fn is_empty_by_form(comparator: &Comparator) -> bool {
    let Comparator { operator, version } = comparator;
    *operator == Operator::Less
        && [version.major, version.minor, version.patch] == [0; 3]
        && version.pre.as_str() == "0"
}

/// The lowest of all versions with these numbers: `1.2.3-0`.
fn prerelease_zero(numbers: [u64; 3]) -> Version {
    version(numbers, Prerelease::new("0").unwrap_or_default())
}

fn version([major, minor, patch]: [u64; 3], pre: Prerelease) -> Version {
    Version {
        major,
        minor,
        patch,
        pre,
        build: BuildMetadata::EMPTY,
    }
}
