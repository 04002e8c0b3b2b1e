//! Groups that require themselves.

use alloc::collections::{BTreeMap, VecDeque};
use alloc::vec;
use alloc::vec::Vec;

use super::{Group, Parcel};

/// Of each knot of groups that require each other, a shortest way around from
/// the first group of the knot, as indexes of groups.
///
/// A group requires what its members require. The way from one to the other
/// leads over the members, for listing the pairs would take quadratic space.
pub(super) fn of(groups: &[Group], parcels: &[Parcel]) -> Vec<Vec<usize>> {
    if !parcels.iter().any(may_be_on_a_cycle) {
        return Vec::new();
    }
    let graph = Graph::of(groups, parcels);
    let ways = graph.ways_around().map(|mut way| {
        way.retain(|node| *node < groups.len());
        way
    });
    ways.collect()
}

/// The first way around that leads over some of the parcels, as indexes of
/// groups and, counted on from those, of these parcels.
pub(crate) fn first(groups: &[Group], parcels: &[&Parcel]) -> Option<Vec<usize>> {
    Graph::of(groups, parcels.iter().copied())
        .ways_around()
        .next()
}

fn may_be_on_a_cycle(parcel: &Parcel) -> bool {
    !(parcel.member_of.is_empty() || parcel.requires.is_empty())
}

/// Groups, then parcels, by index; edges lead from a group to its members and
/// from a parcel to the groups that it requires.
struct Graph {
    groups: usize,
    edges: Vec<Vec<usize>>,
}

impl Graph {
    fn of<'a>(groups: &[Group], parcels: impl IntoIterator<Item = &'a Parcel>) -> Self {
        let names = groups.iter().enumerate();
        let indexes: BTreeMap<&str, usize> = names
            .map(|(index, group)| (group.name.as_str(), index))
            .collect();
        let mut edges = vec![Vec::new(); groups.len()];
        for (parcel, node) in parcels.into_iter().zip(groups.len()..) {
            edges.push(Vec::new());
            if !may_be_on_a_cycle(parcel) {
                continue;
            }
            for name in &parcel.member_of {
                if let Some(group) = indexes.get(name.as_str()) {
                    edges[*group].push(node);
                }
            }
            let required = parcel.requires.iter();
            edges[node].extend(required.filter_map(|name| indexes.get(name.as_str())));
        }
        Self {
            groups: groups.len(),
            edges,
        }
    }

    /// Of each knot a shortest way around from its first group.
    fn ways_around(&self) -> impl Iterator<Item = Vec<usize>> {
        let knots = self.knots();
        let mut is_done = vec![false; knots.len()];
        (0..self.groups).filter_map(move |group| {
            let is_done = core::mem::replace(&mut is_done[knots[group]], true);
            if is_done {
                None
            } else {
                self.way_around(group, &knots)
            }
        })
    }

    /// For each node the number of its strongly connected component (Tarjan,
    /// without recursion).
    fn knots(&self) -> Vec<usize> {
        const UNSEEN: usize = usize::MAX;
        let nodes = self.edges.len();
        let mut knots = vec![UNSEEN; nodes];
        let mut order = vec![UNSEEN; nodes];
        let mut lowest = vec![UNSEEN; nodes];
        let (mut open, mut seen, mut closed) = (Vec::new(), 0, 0);
        for start in 0..self.groups {
            if order[start] != UNSEEN {
                continue;
            }
            // The nodes on the way, each with the next edge to follow.
            let mut way = vec![(start, 0)];
            while let Some((node, next)) = way.last_mut() {
                let node = *node;
                if order[node] == UNSEEN {
                    (order[node], lowest[node]) = (seen, seen);
                    seen += 1;
                    open.push(node);
                }
                if let Some(&child) = self.edges[node].get(*next) {
                    *next += 1;
                    if order[child] == UNSEEN {
                        way.push((child, 0));
                    } else if knots[child] == UNSEEN {
                        lowest[node] = lowest[node].min(order[child]);
                    }
                    continue;
                }
                way.pop();
                if lowest[node] == order[node] {
                    while let Some(member) = open.pop() {
                        knots[member] = closed;
                        if member == node {
                            break;
                        }
                    }
                    closed += 1;
                }
                if let Some((parent, _)) = way.last() {
                    lowest[*parent] = lowest[*parent].min(lowest[node]);
                }
            }
        }
        knots
    }

    /// The nodes on a shortest way from `start` to itself within its knot.
    fn way_around(&self, start: usize, knots: &[usize]) -> Option<Vec<usize>> {
        let mut came_from = BTreeMap::new();
        let mut queue = VecDeque::from([start]);
        while let Some(node) = queue.pop_front() {
            let inside = self.edges[node].iter();
            for &child in inside.filter(|child| knots[**child] == knots[start]) {
                if child == start {
                    let way =
                        core::iter::successors(Some(node), |node| came_from.get(node).copied());
                    let mut way: Vec<_> = way.collect();
                    way.reverse();
                    return Some(way);
                }
                came_from.entry(child).or_insert_with(|| {
                    queue.push_back(child);
                    node
                });
            }
        }
        None
    }
}
