mod answer;
mod grams;
mod set;
mod sorted;

use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::cmp::Ordering;

use semver::Version;

use self::grams::Grams;
use self::sorted::{Count, Sorted};
use super::terms::fold;
use crate::{Id, Invoice, Name};

/// Answers queries without looking at all invoices. It keeps what a query can
/// ask about, and returns ids.
///
/// # Time
///
/// If the rarest term of a query is in few bindles, the query takes time for
/// those, whichever page is asked for: for a thousand of a million bindles,
/// less than 500 µs. The same holds if all terms are common, but rarely
/// together. If the terms are common together, as terms of one or two
/// characters mostly are, it takes time for the matches up to the end of the
/// page. Listing everything takes the same time for each page; listing certain
/// versions of everything takes time for the matches before the page. The worst
/// case is time for all bindles and each term, also with
/// [`Total::Always`](super::Total::Always) if there are many matches.
///
/// Inserting a bindle takes time for what is new in it, independent of the
/// number of bindles: some microseconds for a version, and about 100 µs if the
/// name and the description are new as well.
///
/// # Memory
///
/// For a million bindles whose ids, descriptions and authors have 117 bytes,
/// about 230 bytes each if every name has ten versions with the same
/// description, and about 550 if each has its own name and description.
#[derive(Clone, Debug)]
pub struct Index {
    /// In the order in which their first bindles were registered.
    packages: Vec<Package>,
    /// The packages by name.
    order: Sorted,
    /// Which packages have something in their names, folded.
    names: Grams,
    /// In the order of registration.
    entries: Vec<Entry>,
    /// The entries by package and version, build metadata and all.
    ids: Sorted,
    /// Which entries have something in their versions, folded.
    versions: Grams,
    /// The first is empty.
    texts: Vec<Text>,
    /// Which texts have something in them.
    descriptions: Grams,
    count: Count,
}

/// The bindles of one name.
#[derive(Clone, Debug)]
struct Package {
    name: Name,
    releases: Releases,
    count: Count,
    /// What was last written about it.
    text: u32,
}

/// A bindle.
#[derive(Clone, Debug)]
struct Entry {
    version: Version,
    package: u32,
    text: u32,
    /// The entry before this one that has the same text; itself if there is
    /// none.
    previous: u32,
    is_yanked: bool,
}

/// Description and authors, folded, with a space between any two of them: no
/// term reaches over that.
#[derive(Clone, Debug, Default)]
struct Text {
    folded: Box<str>,
    /// That of all bindles that have it.
    package: u32,
    /// The last entry that has it.
    newest: u32,
}

/// The place of the text that is empty.
const NO_TEXT: u32 = 0;

/// The entries of a package, by precedence, then in the order of registration.
#[derive(Clone, Debug)]
enum Releases {
    One(u32),
    More(Sorted),
}

impl Index {
    /// The maximal number of bindles in an index; further ones are ignored.
    pub const MAX_LEN: usize = u32::MAX as usize;

    /// An empty index.
    #[must_use]
    pub fn new() -> Self {
        Self {
            packages: Vec::new(),
            order: Sorted::default(),
            names: Grams::default(),
            entries: Vec::new(),
            ids: Sorted::default(),
            versions: Grams::default(),
            texts: Vec::from([Text::default()]),
            descriptions: Grams::default(),
            count: Count::default(),
        }
    }

    /// The number of bindles, including yanked ones.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are no bindles.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Registers a bindle, and returns whether it is new. If it was there
    /// already, nothing but its being yanked can have changed, which is taken
    /// over.
    pub fn insert(&mut self, invoice: &Invoice) -> bool {
        let id = invoice.id();
        let known = self.find_package(id.name());
        if known.is_some_and(|package| self.find_entry(package, id.version()).is_some()) {
            if invoice.is_yanked() {
                self.yank(id);
            }
            return false;
        }
        if self.entries.len() >= Self::MAX_LEN {
            return false;
        }
        let package = known.unwrap_or(self.packages.len() as u32);
        let entry = self.entries.len() as u32;
        let count = Count::of_one(invoice.is_yanked());
        let before = known.map_or(NO_TEXT, |package| self.packages[package as usize].text);
        let text = Text {
            folded: written_about(invoice).into(),
            package,
            newest: entry,
        };
        let text = self.add_text(before, text);
        let previous = core::mem::replace(&mut self.texts[text as usize].newest, entry);
        self.entries.push(Entry {
            version: id.version().clone(),
            package,
            text,
            previous,
            is_yanked: invoice.is_yanked(),
        });
        let same = by_id(&self.entries, package, id.version());
        self.ids.insert(entry, same, |_| Count::default());
        self.versions
            .insert(entry, &fold(&id.version().to_string()));
        self.count += count;
        if known.is_some() {
            let same = by_name(&self.packages, id.name());
            self.order.change(same, |of_chunk| *of_chunk += count);
            let package = &mut self.packages[package as usize];
            package.releases.insert(entry, &self.entries);
            package.count += count;
            package.text = text;
        } else {
            self.packages.push(Package {
                name: id.name().clone(),
                releases: Releases::One(entry),
                count,
                text,
            });
            let packages = &self.packages;
            let count = |package: u32| packages[package as usize].count;
            self.order
                .insert(package, by_name(packages, id.name()), count);
            self.names.insert(package, &fold(id.name().as_str()));
        }
        true
    }

    /// Marks a bindle as yanked, and returns whether it is in the index.
    pub fn yank(&mut self, id: &Id) -> bool {
        let Some(package) = self.find_package(id.name()) else {
            return false;
        };
        let Some(number) = self.find_entry(package, id.version()) else {
            return false;
        };
        let entry = &mut self.entries[number as usize];
        if core::mem::replace(&mut entry.is_yanked, true) {
            return true;
        }
        self.count.yank_one();
        let same = by_name(&self.packages, id.name());
        self.order.change(same, Count::yank_one);
        let package = &mut self.packages[package as usize];
        package.count.yank_one();
        if let Releases::More(releases) = &mut package.releases {
            releases.change(by_precedence(&self.entries, number), Count::yank_one);
        }
        true
    }

    fn find_package(&self, name: &Name) -> Option<u32> {
        self.order.find(by_name(&self.packages, name))
    }

    fn find_entry(&self, package: u32, version: &Version) -> Option<u32> {
        self.ids.find(by_id(&self.entries, package, version))
    }

    /// The number of a text: `before`, if it is the same.
    fn add_text(&mut self, before: u32, text: Text) -> u32 {
        if text.folded.is_empty() {
            return NO_TEXT;
        }
        if text.folded == self.texts[before as usize].folded {
            return before;
        }
        let number = self.texts.len() as u32;
        self.descriptions.insert(number, &text.folded);
        self.texts.push(text);
        number
    }
}

impl Default for Index {
    fn default() -> Self {
        Self::new()
    }
}

impl Releases {
    /// Adds an entry, which is the last of `entries`.
    fn insert(&mut self, number: u32, entries: &[Entry]) {
        let insert = |sorted: &mut Sorted, number| {
            let count = |number: u32| Count::of_one(entries[number as usize].is_yanked);
            sorted.insert(number, by_precedence(entries, number), count);
        };
        match self {
            Self::One(one) => {
                let mut sorted = Sorted::default();
                insert(&mut sorted, *one);
                insert(&mut sorted, number);
                *self = Self::More(sorted);
            }
            Self::More(sorted) => insert(sorted, number),
        }
    }
}

fn by_name(packages: &[Package], name: &Name) -> impl Fn(u32) -> Ordering {
    move |other| packages[other as usize].name.cmp(name)
}

fn by_id(entries: &[Entry], package: u32, version: &Version) -> impl Fn(u32) -> Ordering {
    move |other| {
        let entry = &entries[other as usize];
        entry
            .package
            .cmp(&package)
            .then_with(|| entry.version.cmp(version))
    }
}

fn by_precedence(entries: &[Entry], number: u32) -> impl Fn(u32) -> Ordering {
    let version = &entries[number as usize].version;
    move |other| {
        let by_precedence = entries[other as usize].version.cmp_precedence(version);
        by_precedence.then(other.cmp(&number))
    }
}

fn written_about(invoice: &Invoice) -> String {
    let mut text = fold(invoice.description()).into_owned();
    for author in invoice.authors() {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(&fold(author));
    }
    text
}
