use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use crate::{Group, Invoice};

/// The groups of an invoice by their names, and who is in them. Groups and
/// parcels are their indexes in the invoice.
pub(super) struct Graph<'i> {
    names: Names<'i>,
    /// Of each parcel the groups that it is a member of.
    pub(super) groups: Lists,
    /// Of each group its members.
    pub(super) members: Lists,
    /// Of each parcel the groups that it requires.
    pub(super) requirements: Lists,
}

impl<'i> Graph<'i> {
    pub(super) fn of(invoice: &'i Invoice) -> Self {
        let names = Names::of(invoice.groups());
        let parcels = invoice.parcels();
        let mut groups = Lists::with_capacity(parcels.len());
        let mut requirements = Lists::with_capacity(parcels.len());
        for parcel in parcels {
            groups.push(names.indexes(parcel.groups()));
            requirements.push(names.indexes(parcel.required_groups()));
        }
        Self {
            names,
            members: groups.inverted(invoice.groups().len()),
            groups,
            requirements,
        }
    }

    pub(super) fn index(&self, name: &str) -> Option<usize> {
        self.names.index(name)
    }
}

/// The names of groups, to be looked up: more than anything else, that is what
/// a selection does.
struct Names<'i> {
    groups: &'i [Group],
    /// The groups, each in the first free of the places of its name.
    slots: Vec<Option<usize>>,
    /// Those whose places were all taken. They are found in logarithmic time,
    /// so that an invoice whose names have the same places gains nothing.
    crowded: BTreeMap<&'i str, usize>,
}

impl<'i> Names<'i> {
    fn of(groups: &'i [Group]) -> Self {
        // At least two, and at most half of them used.
        let slots = (2 * groups.len()).next_power_of_two().max(2);
        let mut names = Self {
            groups,
            slots: vec![None; slots],
            crowded: BTreeMap::new(),
        };
        for (index, group) in groups.iter().enumerate() {
            let mut places = names.places(group.name());
            match places.find(|place| names.slots[*place].is_none()) {
                Some(place) => names.slots[place] = Some(index),
                None => {
                    names.crowded.insert(group.name(), index);
                }
            }
        }
        names
    }

    fn index(&self, name: &str) -> Option<usize> {
        for place in self.places(name) {
            let index = self.slots[place]?;
            if self.groups[index].name() == name {
                return Some(index);
            }
        }
        self.crowded.get(name).copied()
    }

    /// The slots that a name may be in, in the order in which they are tried.
    fn places(&self, name: &str) -> impl Iterator<Item = usize> + use<> {
        const PLACES: usize = 4;
        let slots = self.slots.len();
        let first = (hash(name) >> (64 - slots.ilog2())) as usize;
        (first..first + PLACES).map(move |place| place & (slots - 1))
    }

    /// A checked invoice names declared groups only.
    fn indexes(&self, names: &BTreeSet<String>) -> impl Iterator<Item = usize> {
        names.iter().filter_map(|name| self.index(name))
    }
}

/// A number of the first and last bytes of a name and its length, whose highest
/// bits differ where these do.
fn hash(name: &str) -> u64 {
    // 2⁶⁴ by the golden ratio, which keeps apart what lies close together.
    const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;
    let bytes = name.as_bytes();
    let number = match (bytes.first_chunk(), bytes.last_chunk()) {
        (Some(first), Some(last)) => {
            u64::from_be_bytes(*first).rotate_left(32) ^ u64::from_be_bytes(*last)
        }
        _ => bytes
            .iter()
            .fold(0, |number, byte| number << 8 | u64::from(*byte)),
    };
    (number ^ bytes.len() as u64).wrapping_mul(SPREAD)
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

#[cfg(test)]
mod tests {
    use alloc::format;
    use alloc::string::String;
    use alloc::vec::Vec;

    use super::Names;
    use crate::Group;

    fn crowded(name: impl Fn(usize) -> String) -> usize {
        let groups: Vec<Group> = (0..1_000).map(|number| Group::new(name(number))).collect();
        Names::of(&groups).crowded.len()
    }

    /// The table is worth it only if nearly all names have a place in it.
    #[test]
    fn names_are_spread_over_the_table() {
        let of_one_length = |number| format!("component-{number:03}");
        let of_several = |number| format!("component-{number}");
        let short = |number| format!("{number}");
        let that_end_alike = |number| format!("{number:03}-components-of-the-shop");
        for crowded in [
            crowded(of_one_length),
            crowded(of_several),
            crowded(short),
            crowded(that_end_alike),
        ] {
            assert!(crowded <= 50, "{crowded} of 1,000 are crowded");
        }
    }

    #[test]
    fn names_with_the_same_places_are_crowded() {
        assert_eq!(
            crowded(|number| format!("component-{number:03}-of-the-shop")),
            996
        );
    }
}
