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
    /// In their order.
    names: Vec<(&'i str, usize)>,
    /// The [`key`] of each of them.
    keys: Vec<u64>,
}

impl<'i> Names<'i> {
    fn of(groups: &'i [Group]) -> Self {
        let names = groups.iter().enumerate();
        let mut names: Vec<_> = names.map(|(index, group)| (group.name(), index)).collect();
        names.sort_unstable();
        let shared = match (names.first(), names.last()) {
            (Some((first, _)), Some((last, _))) => {
                let pairs = first.bytes().zip(last.bytes());
                pairs.take_while(|(first, last)| first == last).count()
            }
            _ => 0,
        };
        let keys = names.iter().map(|(name, _)| key(name, shared)).collect();
        Self {
            shared,
            names,
            keys,
        }
    }

    fn index(&self, name: &str) -> Option<usize> {
        let key = key(name, self.shared);
        let start = self.keys.partition_point(|other| *other < key);
        let names = &self.names[start..];
        match names.first() {
            Some((first, index)) if *first == name => Some(*index),
            // Others may have the same key.
            _ => {
                let place = names.binary_search_by_key(&name, |(name, _)| name);
                place.ok().map(|place| names[place].1)
            }
        }
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
