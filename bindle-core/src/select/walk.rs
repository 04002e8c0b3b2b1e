use alloc::boxed::Box;
use alloc::collections::{BTreeMap, BTreeSet, BinaryHeap};
use alloc::string::ToString;
use alloc::vec;
use alloc::vec::Vec;
use core::cmp::Reverse;

use super::graph::Graph;
use super::wanted::Preference;
use super::{
    Choice, LeftOut, Omission, Reason, SelectError, Selected, Selection, Step, Wanted, Way,
};
use crate::invoice::cycles;
use crate::text::{excerpt, nearest};
use crate::{Group, Invoice, Parcel, SatisfiedBy};

pub(super) fn select<'i>(
    invoice: &'i Invoice,
    wanted: &Wanted,
) -> Result<Selection<'i>, SelectError> {
    let mut walk = Walk::new(invoice);
    let asked = walk.read(wanted)?;
    walk.start(&asked)?;
    walk.close()?;
    while let Some(group) = walk.next_open() {
        walk.choose(group)?;
        walk.close()?;
    }
    walk.refuse_cycles()?;
    Ok(walk.finish())
}

/// A walk from what is needed in any case to what that requires. Groups and
/// parcels are their indexes in the invoice; of everything that is taken, the
/// first way to it is kept.
struct Walk<'i> {
    invoice: &'i Invoice,
    graph: Graph<'i>,
    is_excluded: Vec<bool>,
    /// Of each parcel why features put it out; empty if no feature is wanted.
    omissions: Vec<Option<Omission<'i>>>,
    /// Of each parcel the best preference for it; empty if there is none.
    ranks: Vec<usize>,
    /// Of each group why it is needed, if it is.
    needs: Vec<Option<Need>>,
    /// Of each parcel what it is taken for, if it is.
    taken: Vec<Option<Via>>,
    /// The parcels in the order in which they are taken.
    order: Vec<usize>,
    /// Of how many of them the requirements were followed.
    followed: usize,
    /// The `oneOf` groups that are needed and not looked at.
    open: BinaryHeap<Reverse<usize>>,
    choices: Vec<Choice<'i>>,
}

/// Why a group is needed.
#[derive(Clone, Copy)]
enum Need {
    Required,
    AskedFor,
    RequiredBy(usize),
}

/// What a parcel is taken for.
#[derive(Clone, Copy)]
enum Via {
    Global,
    Group(usize),
}

impl<'i> Walk<'i> {
    fn new(invoice: &'i Invoice) -> Self {
        let (groups, parcels) = (invoice.groups().len(), invoice.parcels().len());
        Self {
            invoice,
            graph: Graph::of(invoice),
            is_excluded: vec![false; groups],
            omissions: Vec::new(),
            ranks: Vec::new(),
            needs: vec![None; groups],
            taken: vec![None; parcels],
            order: Vec::with_capacity(parcels),
            followed: 0,
            open: BinaryHeap::new(),
            choices: Vec::new(),
        }
    }

    /// Takes over the request, and gives the groups that are asked for, in the
    /// order of the invoice.
    fn read(&mut self, wanted: &Wanted) -> Result<BTreeSet<usize>, SelectError> {
        let groups = wanted.groups.iter();
        let asked: Result<BTreeSet<_>, _> = groups.map(|name| self.declared(name)).collect();
        let asked = asked?;
        for name in &wanted.excluded {
            let index = self.declared(name)?;
            let group = name.as_str().into();
            if asked.contains(&index) {
                return Err(SelectError::AskedForAndExcluded { group });
            }
            if self.invoice.groups()[index].is_required() {
                return Err(SelectError::RequiredGroupExcluded { group });
            }
            self.is_excluded[index] = true;
        }
        let labels = self.invoice.parcels().iter().map(Parcel::label);
        if wanted.has_features() {
            self.omissions = labels.map(|label| wanted.mismatch(label)).collect();
        }
        if !wanted.preferences.is_empty() {
            self.rank(&wanted.preferences)?;
        }
        Ok(asked)
    }

    /// The index of a group that the request names.
    fn declared(&self, name: &str) -> Result<usize, SelectError> {
        self.graph.index(name).ok_or_else(|| {
            let groups = self.invoice.groups().iter().map(Group::name);
            SelectError::UndeclaredGroup {
                group: excerpt(name),
                nearest: nearest(name, groups).map(Into::into),
            }
        })
    }

    fn rank(&mut self, preferences: &[Preference]) -> Result<(), SelectError> {
        // The first of the same preferences counts.
        let mut ranks = BTreeMap::new();
        for (rank, preference) in preferences.iter().enumerate() {
            ranks.entry(preference.as_ref()).or_insert(rank);
        }
        // Of each preference a parcel that it stands for: the first that is
        // not out, or else the first.
        let mut found: Vec<Option<usize>> = vec![None; preferences.len()];
        self.ranks = vec![usize::MAX; self.invoice.parcels().len()];
        for (index, parcel) in self.invoice.parcels().iter().enumerate() {
            let label = parcel.label();
            // No name is not a name.
            let name = Some(label.name()).filter(|name| !name.is_empty());
            let digest = Preference::Digest(label.digest());
            for preference in name.map(Preference::Name).into_iter().chain([digest]) {
                let Some(&rank) = ranks.get(&preference) else {
                    continue;
                };
                self.ranks[index] = self.ranks[index].min(rank);
                if found[rank].is_none_or(|first| self.is_out(first) && !self.is_out(index)) {
                    found[rank] = Some(index);
                }
            }
        }
        for preference in preferences {
            match found[ranks[&preference.as_ref()]] {
                None => return Err(self.unknown(preference)),
                Some(parcel) => {
                    if let Some(omission) = self.omission(parcel) {
                        return Err(SelectError::PreferenceIsOut {
                            preference: preference.to_string().into(),
                            omission: omission.to_string().into(),
                        });
                    }
                }
            }
        }
        Ok(())
    }

    fn unknown(&self, preference: &Preference) -> SelectError {
        let names = self.invoice.parcels().iter();
        let names = names.map(|parcel| parcel.label().name());
        let names = names.filter(|name| !name.is_empty());
        SelectError::UnknownPreference {
            preference: preference.to_string().into(),
            nearest: match preference {
                Preference::Digest(_) => None,
                Preference::Name(name) => nearest(name, names).map(Into::into),
            },
        }
    }

    fn omission(&self, parcel: usize) -> Option<&Omission<'i>> {
        self.omissions.get(parcel)?.as_ref()
    }

    fn is_out(&self, parcel: usize) -> bool {
        self.omission(parcel).is_some()
    }

    fn satisfied_by(&self, group: usize) -> SatisfiedBy {
        self.invoice.groups()[group].satisfied_by()
    }

    /// Takes what is needed in any case.
    fn start(&mut self, asked: &BTreeSet<usize>) -> Result<(), SelectError> {
        for parcel in 0..self.invoice.parcels().len() {
            if self.graph.groups.get(parcel).is_empty() {
                self.take(parcel, Via::Global);
            }
        }
        for (index, group) in self.invoice.groups().iter().enumerate() {
            if group.is_required() {
                self.need(index, Need::Required)?;
            }
        }
        for group in asked {
            self.need(*group, Need::AskedFor)?;
        }
        Ok(())
    }

    fn need(&mut self, group: usize, need: Need) -> Result<(), SelectError> {
        let satisfied_by = self.satisfied_by(group);
        // Asking adds something only where being needed takes nothing.
        let adds = matches!(
            (need, satisfied_by),
            (Need::AskedFor, SatisfiedBy::Optional)
        );
        if self.needs[group].is_some() && !adds {
            return Ok(());
        }
        self.needs[group] = Some(need);
        if self.is_excluded[group] {
            return Err(SelectError::ExcludedGroupNeeded {
                group: self.invoice.groups()[group].name().into(),
                path: self.way_to(group),
            });
        }
        if satisfied_by == SatisfiedBy::OneOf {
            self.open.push(Reverse(group));
        } else if satisfied_by == SatisfiedBy::AllOf || adds {
            for at in 0..self.graph.members.get(group).len() {
                let parcel = self.graph.members.get(group)[at];
                self.take(parcel, Via::Group(group));
            }
        }
        Ok(())
    }

    fn take(&mut self, parcel: usize, via: Via) {
        if self.taken[parcel].is_none() && !self.is_out(parcel) {
            self.taken[parcel] = Some(via);
            self.order.push(parcel);
        }
    }

    /// Follows what the parcels require.
    fn close(&mut self) -> Result<(), SelectError> {
        while let Some(&parcel) = self.order.get(self.followed) {
            self.followed += 1;
            for at in 0..self.graph.requirements.get(parcel).len() {
                let group = self.graph.requirements.get(parcel)[at];
                self.need(group, Need::RequiredBy(parcel))?;
            }
        }
        Ok(())
    }

    /// The first `oneOf` group that is needed and of which nothing is taken.
    fn next_open(&mut self) -> Option<usize> {
        loop {
            let Reverse(group) = self.open.pop()?;
            let mut members = self.graph.members.get(group).iter();
            if !members.any(|member| self.taken[*member].is_some()) {
                return Some(group);
            }
        }
    }

    fn choose(&mut self, index: usize) -> Result<(), SelectError> {
        let (parcels, group) = (self.invoice.parcels(), &self.invoice.groups()[index]);
        let members = self.graph.members.get(index);
        let enabled = members.iter().filter(|parcel| !self.is_out(**parcel));
        // The first of those that are equally good.
        let rank = |parcel: &&usize| self.ranks.get(**parcel);
        let Some(&chosen) = enabled.clone().min_by_key(rank) else {
            let first = members.first().and_then(|first| self.omission(*first));
            return Err(SelectError::Unsatisfiable {
                group: group.name().into(),
                path: self.way_to(index),
                members: members.len(),
                omission: first.map_or_else(Box::default, |first| first.to_string().into()),
            });
        };
        let alternatives = enabled.filter(|parcel| **parcel != chosen);
        let choice = Choice {
            group,
            chosen: &parcels[chosen],
            alternatives: alternatives.map(|parcel| &parcels[*parcel]).collect(),
        };
        if !choice.alternatives.is_empty() {
            self.choices.push(choice);
        }
        self.take(chosen, Via::Group(index));
        Ok(())
    }

    /// How the walk came to a group.
    fn way_to(&self, group: usize) -> Way {
        let (groups, parcels) = (self.invoice.groups(), self.invoice.parcels());
        let mut steps = vec![Step::from(&groups[group])];
        let mut group = group;
        while let Some(Need::RequiredBy(parcel)) = self.needs[group] {
            steps.push(Step::from(&parcels[parcel]));
            let Some(Via::Group(before)) = self.taken[parcel] else {
                break;
            };
            steps.push(Step::from(&groups[before]));
            group = before;
        }
        steps.reverse();
        Way::new(steps)
    }

    /// Refuses groups that require themselves through what is taken.
    fn refuse_cycles(&self) -> Result<(), SelectError> {
        if self.is_acyclic() {
            return Ok(());
        }
        let groups = self.invoice.groups();
        let parcels = self.invoice.parcels().iter().zip(&self.taken);
        let taken: Vec<_> = parcels
            .filter(|(_, taken)| taken.is_some())
            .map(|(parcel, _)| parcel)
            .collect();
        let Some(cycle) = cycles::first(groups, &taken) else {
            return Ok(());
        };
        let steps = cycle.iter().chain(cycle.first());
        Err(SelectError::Cycle {
            path: Way::new(steps.map(|node| match node.checked_sub(groups.len()) {
                None => Step::from(&groups[*node]),
                Some(parcel) => Step::from(taken[parcel]),
            })),
        })
    }

    /// Whether everything can be taken in an order in which groups come before
    /// their members, and parcels before the groups that they require.
    fn is_acyclic(&self) -> bool {
        let mut needed_by = vec![0; self.needs.len()];
        // Of each parcel that is taken how many groups come before it.
        let mut before = vec![0; self.taken.len()];
        let mut ready_parcels = Vec::new();
        for &parcel in &self.order {
            for group in self.graph.requirements.get(parcel) {
                needed_by[*group] += 1;
            }
            let groups = self.graph.groups.get(parcel).iter();
            before[parcel] = groups.filter(|group| self.needs[**group].is_some()).count();
            if before[parcel] == 0 {
                ready_parcels.push(parcel);
            }
        }
        let is_needed = |group: &usize| self.needs[*group].is_some();
        let mut waiting = (0..needed_by.len()).filter(is_needed).count();
        let mut ready: Vec<_> = (0..needed_by.len())
            .filter(|group| is_needed(group) && needed_by[*group] == 0)
            .collect();
        loop {
            while let Some(parcel) = ready_parcels.pop() {
                for group in self.graph.requirements.get(parcel) {
                    needed_by[*group] -= 1;
                    if needed_by[*group] == 0 {
                        ready.push(*group);
                    }
                }
            }
            let Some(group) = ready.pop() else {
                return waiting == 0;
            };
            waiting -= 1;
            let members = self.graph.members.get(group).iter();
            for member in members.filter(|member| self.taken[**member].is_some()) {
                before[*member] -= 1;
                if before[*member] == 0 {
                    ready_parcels.push(*member);
                }
            }
        }
    }

    fn finish(mut self) -> Selection<'i> {
        let mut selected = Vec::with_capacity(self.order.len());
        let mut left_out = Vec::with_capacity(self.taken.len() - self.order.len());
        for (index, parcel) in self.invoice.parcels().iter().enumerate() {
            match self.taken[index] {
                Some(via) => selected.push(Selected {
                    parcel,
                    reason: self.reason(via),
                }),
                None => left_out.push(LeftOut {
                    parcel,
                    omission: self.left_out(index),
                }),
            }
        }
        Selection {
            selected,
            left_out,
            choices: self.choices,
        }
    }

    fn reason(&self, via: Via) -> Reason<'i> {
        let Via::Group(index) = via else {
            return Reason::Global;
        };
        let group = &self.invoice.groups()[index];
        if group.satisfied_by() == SatisfiedBy::OneOf {
            return Reason::ChosenFrom(group);
        }
        match self.needs[index] {
            Some(Need::RequiredBy(parcel)) => Reason::RequiredBy {
                parcel: &self.invoice.parcels()[parcel],
                group,
            },
            Some(Need::AskedFor) => Reason::AskedFor(group),
            Some(Need::Required) | None => Reason::RequiredGroup(group),
        }
    }

    fn left_out(&mut self, parcel: usize) -> Omission<'i> {
        if let Some(omission) = self.omissions.get_mut(parcel).and_then(Option::take) {
            return omission;
        }
        let all = self.invoice.groups();
        let groups = self.graph.groups.get(parcel).iter();
        // All members of a group that is needed for all are taken.
        let mut needed = groups.clone().filter(|group| self.needs[**group].is_some());
        let mut excluded = groups.filter(|group| self.is_excluded[**group]);
        let needed = needed
            .clone()
            .find(|group| all[**group].satisfied_by() == SatisfiedBy::OneOf)
            .map(|group| Omission::NotChosen(&all[*group]))
            .or_else(|| needed.next().map(|group| Omission::Optional(&all[*group])));
        needed
            .or_else(|| {
                excluded
                    .next()
                    .map(|group| Omission::ExcludedGroup(&all[*group]))
            })
            .unwrap_or(Omission::NotNeeded)
    }
}
