use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use crate::{Group, Invoice, Parcel};

/// The groups of an invoice by their names, and who is in them. Groups and
/// parcels are their indexes in the invoice.
pub(super) struct Graph<'i> {
    names: Names<'i>,
    /// Of each parcel the groups that it is a member of.
    pub(super) groups: Lists,
    /// Of each group its members.
    pub(super) members: Lists,
}

impl<'i> Graph<'i> {
    pub(super) fn of(invoice: &'i Invoice) -> Self {
        let names = Names::of(invoice.groups());
        let mut groups = Lists::with_capacity(invoice.parcels().len());
        for parcel in invoice.parcels() {
            groups.push(names.indexes(parcel.groups()));
        }
        Self {
            names,
            members: groups.inverted(invoice.groups().len()),
            groups,
        }
    }

    pub(super) fn index(&self, name: &str) -> Option<usize> {
        self.names.index(name)
    }

    /// The groups that a parcel requires.
    pub(super) fn requirements(&self, parcel: &Parcel) -> impl Iterator<Item = usize> {
        self.names.indexes(parcel.required_groups())
    }
}

/// The names of groups, to be looked up: more than anything else, that is what
/// a selection does.
struct Names<'i> {
    /// The length of the prefix that all of the names share.
    shared: usize,
    /// In the order of the names, each with its [`key`].
    sorted: Vec<(u64, &'i str, usize)>,
}

impl<'i> Names<'i> {
    fn of(groups: &'i [Group]) -> Self {
        let first = groups.first().map_or("", Group::name);
        let shared = groups.iter().map(|group| {
            let pairs = first.bytes().zip(group.name().bytes());
            pairs.take_while(|(left, right)| left == right).count()
        });
        let shared = shared.min().unwrap_or(0);
        let names = groups.iter().enumerate();
        let mut sorted: Vec<_> = names
            .map(|(index, group)| (key(group.name(), shared), group.name(), index))
            .collect();
        sorted.sort_unstable();
        Self { shared, sorted }
    }

    fn index(&self, name: &str) -> Option<usize> {
        let wanted = (key(name, self.shared), name);
        let place = self
            .sorted
            .binary_search_by(|(key, name, _)| (*key, *name).cmp(&wanted));
        place.ok().map(|place| self.sorted[place].2)
    }

    /// A checked invoice names declared groups only.
    fn indexes(&self, names: &BTreeSet<String>) -> impl Iterator<Item = usize> {
        names.iter().filter_map(|name| self.index(name))
    }
}

/// The first bytes after the prefix: where these differ, numbers are compared
/// instead of texts.
fn key(name: &str, shared: usize) -> u64 {
    let rest = name.as_bytes().get(shared..).unwrap_or_default();
    let mut bytes = [0; 8];
    let length = rest.len().min(bytes.len());
    bytes[..length].copy_from_slice(&rest[..length]);
    u64::from_be_bytes(bytes)
}

/// Lists of numbers, one after the other in the same memory.
#[derive(Default)]
pub(super) struct Lists {
    ends: Vec<usize>,
    items: Vec<usize>,
}

impl Lists {
    pub(super) fn with_capacity(lists: usize) -> Self {
        Self {
            ends: Vec::with_capacity(lists),
            items: Vec::with_capacity(lists),
        }
    }

    pub(super) fn push(&mut self, list: impl Iterator<Item = usize>) {
        self.items.extend(list);
        self.ends.push(self.items.len());
    }

    /// The number of lists.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(super) fn get(&self, index: usize) -> &[usize] {
        let start = index.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.items[start..self.ends[index]]
    }

    /// Of each number below `count` the indexes of the lists that it is in,
    /// rising.
    fn inverted(&self, count: usize) -> Self {
        let mut ends = vec![0; count];
        for &item in &self.items {
            ends[item] += 1;
        }
        // Where each list starts, which moves to its end as it is filled.
        let mut next = 0;
        for end in &mut ends {
            next += core::mem::replace(end, next);
        }
        let mut items = vec![0; self.items.len()];
        for index in 0..self.len() {
            for &item in self.get(index) {
                items[ends[item]] = index;
                ends[item] += 1;
            }
        }
        Self { ends, items }
    }
}
