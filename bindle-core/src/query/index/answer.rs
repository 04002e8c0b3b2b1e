use alloc::string::String;
use alloc::vec::Vec;
use core::cmp::Ordering;
use core::fmt::Write as _;
use core::iter;
use core::ops::Bound;

use semver::Version;

use super::set::Set;
use super::sorted::Iter;
use super::{Entry, Index, Package, Releases};
use crate::query::terms::{Rank, Terms, fold};
use crate::query::{Matches, Mode, Query, Total, Yanked};
use crate::range::VersionQuery;
use crate::{Id, UnixTime};

/// So many candidates are looked at without a thought of other ways.
const FEW: u64 = 4_096;

/// So many steps are tried to find that a page is soon full.
const SOON: u64 = 256;

impl Index {
    /// Answers a query as [`Query::scan`] would, with ids.
    ///
    /// ```
    /// use bindle_core::query::{Index, Query, Total};
    /// use bindle_core::{Invoice, UnixTime};
    ///
    /// let mut index = Index::new();
    /// index.insert(&Invoice::builder("example.com/hello/1.0.0".parse()?).build()?);
    /// let now = UnixTime::from_seconds(1_700_000_000);
    /// let matches = index.answer(&Query::new("hello"), Total::WhereCheap, now);
    /// assert_eq!(matches.hits(), ["example.com/hello/1.0.0".parse()?]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn answer(&self, query: &Query, total: Total, now: UnixTime) -> Matches<Id> {
        let page = Search::new(self, query).run(total);
        let id = |number: &u32| {
            let entry = self.entry(*number);
            let name = self.package(entry.package).name.clone();
            Id::new(name, entry.version.clone())
        };
        Matches {
            query: query.clone(),
            timestamp: now,
            total: page.total,
            has_more: page.has_more,
            hits: page.entries.iter().map(id).collect(),
        }
    }

    fn entry(&self, number: u32) -> &Entry {
        &self.entries[number as usize]
    }

    fn package(&self, number: u32) -> &Package {
        &self.packages[number as usize]
    }
}

/// A query while it is answered.
struct Search<'q> {
    index: &'q Index,
    query: &'q Query,
    terms: Terms,
    /// The terms as the grams have them.
    folded: Vec<String>,
    /// Whether any of them could be in a version: those are not kept as texts.
    are_in_versions: bool,
}

/// Between which versions all those lie that are asked for, these included, by
/// precedence; `None` is without limit.
#[derive(Clone, Copy)]
struct Bounds<'q> {
    lower: Option<&'q Version>,
    upper: Option<&'q Version>,
}

impl<'q> Search<'q> {
    fn new(index: &'q Index, query: &'q Query) -> Self {
        let terms = Terms::of(query);
        let is_in_version = |term: &String| index.versions.count(term, 1) > 0;
        Self {
            index,
            query,
            folded: terms.iter().map(|term| fold(term).into_owned()).collect(),
            are_in_versions: terms.iter().any(is_in_version),
            terms,
        }
    }

    fn run(&self, total: Total) -> Page {
        let Some(bounds) = Bounds::of(self.query.version()) else {
            return Page::new(self.query).counted();
        };
        let everything = self.index.entries.len() as u64;
        let Some((rarest, candidates)) = self.rarest_term() else {
            return self
                .walk(bounds, total, u64::MAX)
                .unwrap_or_else(|| Page::new(self.query));
        };
        if total == Total::WhereCheap && candidates > FEW {
            // What is everywhere soon fills a page.
            if let Some(page) = self.walk(bounds, total, SOON) {
                return page;
            }
        }
        let common = self.common_packages(candidates);
        let candidates = common.as_ref().map_or(candidates, |common| {
            let in_common = self.bindles(common.len(), self.index.packages.len());
            in_common.min(candidates)
        });
        match total {
            Total::Always if candidates > everything / 4 => self.walk(bounds, total, u64::MAX),
            Total::WhereCheap if candidates > FEW => self.walk(bounds, total, candidates),
            _ => None,
        }
        .unwrap_or_else(|| self.gather(bounds, rarest, common.as_ref()))
    }

    /// The term that is in the fewest bindles, folded, and in how many it could
    /// be.
    fn rarest_term(&self) -> Option<(&str, u64)> {
        let index = self.index;
        let enough = index.entries.len();
        let estimate = |term: &str| {
            let in_names = index.names.count(term, enough) as u64;
            let in_names = self.bindles(in_names, index.packages.len());
            if self.query.mode() == Mode::Strict {
                return in_names;
            }
            let in_texts = index.descriptions.count(term, enough) as u64;
            let in_versions = index.versions.count(term, enough) as u64;
            in_names + self.bindles(in_texts, index.texts.len()) + in_versions
        };
        let terms = self.folded.iter().map(|term| &**term);
        let estimates = terms.map(|term| (term, estimate(term)));
        estimates.min_by_key(|(_, estimate)| *estimate)
    }

    /// How many bindles so many packages or texts stand for, out of all.
    fn bindles(&self, count: u64, of: usize) -> u64 {
        count * self.index.entries.len().div_ceil(of.max(1)) as u64
    }

    /// The packages of which each of several terms could be in something. Those
    /// terms do not count that are in so much that it is cheaper to look at the
    /// `candidates` for another.
    fn common_packages(&self, candidates: u64) -> Option<Set> {
        // To look at a bindle takes as long as to go on over so many numbers.
        const WORTH: u64 = 16;
        let index = self.index;
        if self.folded.len() < 2 {
            return None;
        }
        let mut budget = candidates.saturating_mul(WORTH);
        let enough = usize::try_from(budget).unwrap_or(usize::MAX);
        let is_standard = self.query.mode() == Mode::Standard;
        let cost = |term: &str| {
            let mut numbers = index.names.count(term, enough);
            if is_standard {
                numbers += index.descriptions.count(term, enough);
                numbers += index.versions.count(term, enough);
            }
            (numbers + Set::words(index.packages.len())) as u64
        };
        let terms = self.folded.iter().map(|term| (cost(term), &**term));
        let mut terms: Vec<(u64, &str)> = terms.collect();
        terms.sort_unstable();
        let mut common: Option<Set> = None;
        for (cost, term) in terms {
            budget = match budget.checked_sub(cost) {
                Some(budget) => budget,
                None => break,
            };
            let mut packages = Set::below(index.packages.len());
            let mut insert = |package| packages.insert(package);
            index.names.for_each_candidate(term, &mut insert);
            if is_standard {
                let of_text = |text| insert(index.texts[text as usize].package);
                index.descriptions.for_each_candidate(term, of_text);
                let of_entry = |entry| insert(index.entry(entry).package);
                index.versions.for_each_candidate(term, of_entry);
            }
            match &mut common {
                Some(common) => common.intersect(&packages),
                None => common = Some(packages),
            }
        }
        common
    }

    /// Goes through the packages in their order until the page is full, or to
    /// the end where all is to be counted; `None` if that took all `steps`.
    fn walk(&self, bounds: Bounds<'_>, total: Total, mut steps: u64) -> Option<Page> {
        let yanked = self.query.yanked();
        let all_versions = self.query.version().is_none();
        let mut page = Page::new(self.query);
        let mut packages = self.index.order.iter();
        if self.terms.is_empty() && all_versions {
            page.pass_over(&mut packages, yanked);
            page.total = Some(self.index.count.of(yanked));
        }
        let is_done =
            |page: &Page| page.has_more && (page.total.is_some() || total == Total::WhereCheap);
        for package in packages {
            steps = steps.checked_sub(1)?;
            let package = self.index.package(package);
            if !self.terms.are_in(&package.name) {
                continue;
            }
            let mut entries = bounds.entries_of(package, &self.index.entries);
            if all_versions {
                if page.passes_over(package.count.of(yanked)) {
                    continue;
                }
                page.pass_over(&mut entries, yanked);
            }
            for number in entries {
                steps = steps.checked_sub(1)?;
                let entry = self.index.entry(number);
                if bounds.are_below(&entry.version) {
                    break;
                }
                if self.admits(entry) {
                    page.push(number);
                    if is_done(&page) {
                        return Some(page);
                    }
                }
            }
        }
        if self.query.mode() == Mode::Strict || self.terms.is_empty() {
            return Some(page.counted());
        }
        let mut look = Look::new(self);
        for package in self.index.order.iter() {
            steps = steps.checked_sub(1)?;
            let package = self.index.package(package);
            look.at_package(package);
            if look.is_in_name() {
                continue;
            }
            for number in bounds.entries_of(package, &self.index.entries) {
                steps = steps.checked_sub(1)?;
                let entry = self.index.entry(number);
                if bounds.are_below(&entry.version) {
                    break;
                }
                if self.admits(entry) && look.finds(entry) {
                    page.push(number);
                    if is_done(&page) {
                        return Some(page);
                    }
                }
            }
        }
        Some(page.counted())
    }

    /// Looks at all bindles that could have the rarest term, where the others
    /// could be as well.
    fn gather(&self, bounds: Bounds<'_>, rarest: &str, common: Option<&Set>) -> Page {
        let index = self.index;
        let is_common = |package: u32| common.is_none_or(|common| common.contains(package));
        let mut hits = Vec::new();
        let mut look = Look::new(self);
        for package in index.names.candidates(rarest) {
            if !is_common(package) {
                continue;
            }
            let package = index.package(package);
            let rank = if self.terms.are_in(&package.name) {
                Rank::Name
            } else if self.query.mode() == Mode::Standard
                && fold(package.name.as_str()).contains(rarest)
            {
                look.at_package(package);
                Rank::Other
            } else {
                continue;
            };
            for number in bounds.entries_of(package, &index.entries) {
                let entry = index.entry(number);
                if bounds.are_below(&entry.version) {
                    break;
                }
                if self.admits(entry) && (rank == Rank::Name || look.finds(entry)) {
                    hits.push((rank, number));
                }
            }
        }
        if self.query.mode() == Mode::Standard {
            self.gather_elsewhere(rarest, is_common, &mut hits);
        }
        self.page_of(hits)
    }

    /// Looks at all bindles that could have a term, but not in the name.
    fn gather_elsewhere(
        &self,
        rarest: &str,
        is_common: impl Fn(u32) -> bool,
        hits: &mut Vec<(Rank, u32)>,
    ) {
        let index = self.index;
        let mut look = Look::new(self);
        for text in index.descriptions.candidates(rarest) {
            let text = &index.texts[text as usize];
            if !is_common(text.package) || !text.folded.contains(rarest) {
                continue;
            }
            let package = index.package(text.package);
            if fold(package.name.as_str()).contains(rarest) {
                continue;
            }
            look.at_package(package);
            let previous = |number: &u32| {
                let previous = index.entry(*number).previous;
                (previous != *number).then_some(previous)
            };
            for number in iter::successors(Some(text.newest), previous) {
                let entry = index.entry(number);
                if !look.could_find(entry) {
                    break;
                }
                if self.admits(entry) && look.finds(entry) {
                    hits.push((Rank::Other, number));
                }
            }
        }
        for number in index.versions.candidates(rarest) {
            let entry = index.entry(number);
            if !is_common(entry.package) {
                continue;
            }
            let package = index.package(entry.package);
            if self.admits(entry)
                && !index.texts[entry.text as usize].folded.contains(rarest)
                && !fold(package.name.as_str()).contains(rarest)
            {
                look.at_package(package);
                if look.finds(entry) {
                    hits.push((Rank::Other, number));
                }
            }
        }
    }

    fn admits(&self, entry: &Entry) -> bool {
        let asks_for = |version: &VersionQuery| version.matches(&entry.version);
        (self.query.yanked() == Yanked::Included || !entry.is_yanked)
            && self.query.version().is_none_or(asks_for)
    }

    /// The page of the query out of all matches.
    fn page_of(&self, mut hits: Vec<(Rank, u32)>) -> Page {
        let range = self.query.page(hits.len());
        let (start, length) = (range.start, range.len());
        let mut page = Page::new(self.query);
        page.seen = hits.len() as u64;
        page.total = Some(page.seen);
        page.has_more = range.end < hits.len();
        let order = |left: &(Rank, u32), right: &(Rank, u32)| self.order(*left, *right);
        // Only the page itself is worth sorting.
        if 0 < start && start < hits.len() {
            hits.select_nth_unstable_by(start, order);
        }
        let rest = &mut hits[start..];
        if length < rest.len() {
            rest.select_nth_unstable_by(length, order);
        }
        rest[..length].sort_unstable_by(order);
        page.entries = rest[..length].iter().map(|(_, number)| *number).collect();
        page
    }

    fn order(&self, (left_rank, left): (Rank, u32), (right_rank, right): (Rank, u32)) -> Ordering {
        let (left_entry, right_entry) = (self.index.entry(left), self.index.entry(right));
        let by_name = || {
            if left_entry.package == right_entry.package {
                return Ordering::Equal;
            }
            let name = |entry: &Entry| &self.index.package(entry.package).name;
            name(left_entry).cmp(name(right_entry))
        };
        let by_rank = left_rank.cmp(&right_rank).then_with(by_name);
        let by_version = || left_entry.version.cmp_precedence(&right_entry.version);
        by_rank.then_with(by_version).then(left.cmp(&right))
    }
}

/// Looks for the terms of a query in bindles, package by package: what several
/// of them have in common is looked at once.
struct Look<'s> {
    search: &'s Search<'s>,
    /// The terms that are not in the name.
    not_in_name: Vec<&'s str>,
    /// What was last looked at.
    text: Option<u32>,
    /// The terms that are neither in the name nor in that text.
    not_in_text: Vec<&'s str>,
    version: String,
}

impl<'s> Look<'s> {
    fn new(search: &'s Search<'s>) -> Self {
        Self {
            search,
            not_in_name: Vec::new(),
            text: None,
            not_in_text: Vec::new(),
            version: String::new(),
        }
    }

    fn at_package(&mut self, package: &Package) {
        let name = fold(package.name.as_str());
        let terms = self.search.folded.iter().map(|term| &**term);
        self.not_in_name.clear();
        self.not_in_name
            .extend(terms.filter(|term| !name.contains(term)));
        self.text = None;
    }

    /// Whether all terms are in the name of the package.
    fn is_in_name(&self) -> bool {
        self.not_in_name.is_empty()
    }

    /// Whether each term is in the name or the text, or could be in a version.
    fn could_find(&mut self, entry: &Entry) -> bool {
        if self.text != Some(entry.text) {
            let text = &self.search.index.texts[entry.text as usize].folded;
            let terms = self.not_in_name.iter().copied();
            self.not_in_text.clear();
            self.not_in_text
                .extend(terms.filter(|term| !text.contains(term)));
            self.text = Some(entry.text);
        }
        self.not_in_text.is_empty() || self.search.are_in_versions
    }

    /// Whether each term is in the name, the text or the version of a bindle,
    /// which is of the package.
    fn finds(&mut self, entry: &Entry) -> bool {
        if !self.could_find(entry) {
            return false;
        }
        if self.not_in_text.is_empty() {
            return true;
        }
        self.version.clear();
        // A string takes all that is written.
        let _ = write!(self.version, "{}", entry.version);
        self.version.make_ascii_lowercase();
        let mut terms = self.not_in_text.iter();
        terms.all(|term| self.version.contains(term))
    }
}

impl<'q> Bounds<'q> {
    /// `None` if no version is asked for.
    fn of(version: Option<&'q VersionQuery>) -> Option<Self> {
        match version {
            None => Some(Self {
                lower: None,
                upper: None,
            }),
            Some(VersionQuery::Exact(exact)) => Some(Self {
                lower: Some(exact),
                upper: Some(exact),
            }),
            Some(VersionQuery::Range(range)) => {
                let bounds = range
                    .alternatives()
                    .filter_map(|alternative| alternative.bounds());
                let bounds = bounds.map(|(lower, upper)| Self {
                    lower: limit(lower),
                    upper: limit(upper),
                });
                bounds.reduce(Self::around)
            }
        }
    }

    /// The bounds around both.
    fn around(self, other: Self) -> Self {
        let lower = self.lower.zip(other.lower);
        let upper = self.upper.zip(other.upper);
        Self {
            lower: lower.map(|(a, b)| if a.cmp_precedence(b).is_le() { a } else { b }),
            upper: upper.map(|(a, b)| if a.cmp_precedence(b).is_ge() { a } else { b }),
        }
    }

    /// The entries of a package from the first that can be asked for.
    fn entries_of<'i>(&self, package: &'i Package, entries: &[Entry]) -> Iter<'i> {
        match (&package.releases, self.lower) {
            (Releases::One(number), _) => Iter::of_one(number),
            (Releases::More(sorted), None) => sorted.iter(),
            (Releases::More(sorted), Some(lower)) => sorted.from(|number| {
                let version = &entries[number as usize].version;
                version.cmp_precedence(lower).is_lt()
            }),
        }
    }

    /// Whether a version, and so all after it, is above all that is asked for.
    fn are_below(&self, version: &Version) -> bool {
        let is_below = |upper| version.cmp_precedence(upper).is_gt();
        self.upper.is_some_and(is_below)
    }
}

fn limit(bound: Bound<&Version>) -> Option<&Version> {
    match bound {
        Bound::Included(version) | Bound::Excluded(version) => Some(version),
        Bound::Unbounded => None,
    }
}

/// A page while matches come in, in their order.
struct Page {
    offset: u64,
    limit: usize,
    /// The matches that came, on this page or not.
    seen: u64,
    entries: Vec<u32>,
    has_more: bool,
    total: Option<u64>,
}

impl Page {
    fn new(query: &Query) -> Self {
        Self {
            offset: query.offset(),
            limit: query.limit().into(),
            seen: 0,
            entries: Vec::new(),
            has_more: false,
            total: None,
        }
    }

    fn push(&mut self, number: u32) {
        if self.seen >= self.offset {
            if self.entries.len() < self.limit {
                self.entries.push(number);
            } else {
                self.has_more = true;
            }
        }
        self.seen += 1;
    }

    /// Counts matches without looking at them, if none is on the page.
    fn passes_over(&mut self, matches: u64) -> bool {
        let passes = self.has_more || self.seen + matches <= self.offset;
        if passes {
            self.seen += matches;
        }
        passes
    }

    /// Passes over whole chunks of matches that come before the page.
    fn pass_over(&mut self, chunks: &mut Iter<'_>, yanked: Yanked) {
        let before = self.offset.saturating_sub(self.seen);
        let mut left = before;
        chunks.pass_over(&mut left, yanked);
        self.seen += before - left;
    }

    /// Nothing more comes.
    fn counted(mut self) -> Self {
        self.total.get_or_insert(self.seen);
        self
    }
}
