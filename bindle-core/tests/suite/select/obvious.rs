//! What `Invoice::select` has to find, told by looking at everything again
//! until nothing changes; and whether the reasons that it gives are true.

use std::collections::BTreeSet;

use bindle_core::select::{Omission, Reason, SelectError, Selection, Wanted};
use bindle_core::{Group, Invoice, Parcel, SatisfiedBy};

/// What is wanted, as plain data; preferences are names.
#[derive(Clone, Debug, Default)]
pub(crate) struct Request {
    pub(crate) groups: Vec<String>,
    pub(crate) excluded: Vec<String>,
    pub(crate) activated: Vec<[String; 3]>,
    pub(crate) deactivated: Vec<[String; 3]>,
    pub(crate) preferences: Vec<String>,
}

impl Request {
    pub(crate) fn wanted(&self) -> Wanted {
        let mut wanted = Wanted::new();
        for group in &self.groups {
            wanted = wanted.group(group);
        }
        for group in &self.excluded {
            wanted = wanted.without_group(group);
        }
        for [section, name, value] in &self.activated {
            wanted = wanted.feature(section, name, value);
        }
        for [section, name, value] in &self.deactivated {
            wanted = wanted.without_feature(section, name, value);
        }
        for name in &self.preferences {
            wanted = wanted.prefer(name);
        }
        wanted
    }

    /// The last value activated under each name.
    fn activated(&self) -> impl Iterator<Item = &[String; 3]> {
        let later = |at: usize| &self.activated[at + 1..];
        let all = self.activated.iter().enumerate();
        all.filter(move |(at, feature)| later(*at).iter().all(|other| other[..2] != feature[..2]))
            .map(|(_, feature)| feature)
    }

    fn is_deactivated(&self, parcel: &Parcel) -> bool {
        let mut all = self.deactivated.iter();
        all.any(|[section, name, value]| found(parcel, section, name) == Some(value))
    }

    fn is_out(&self, parcel: &Parcel) -> bool {
        let is_other = |[section, name, value]: &[String; 3]| {
            parcel.label().features().contains_key(section)
                && found(parcel, section, name) != Some(value)
        };
        self.is_deactivated(parcel) || self.activated().any(is_other)
    }
}

fn found<'p>(parcel: &'p Parcel, section: &str, name: &str) -> Option<&'p String> {
    parcel.label().features().get(section)?.get(name)
}

/// What is taken and needed, and which choices were open.
#[derive(Debug, Default)]
struct Outcome<'i> {
    taken: BTreeSet<usize>,
    needed: BTreeSet<&'i str>,
    choices: Vec<(&'i str, usize, Vec<usize>)>,
}

#[derive(Debug, PartialEq)]
enum Refusal<'i> {
    AskedForAndExcluded(&'i str),
    Cycle,
    ExcludedGroupNeeded,
    PreferenceIsOut(&'i str),
    RequiredGroupExcluded(&'i str),
    UndeclaredGroup(&'i str),
    UnknownPreference(&'i str),
    Unsatisfiable(&'i str),
}

fn outcome<'i>(invoice: &'i Invoice, request: &'i Request) -> Result<Outcome<'i>, Refusal<'i>> {
    refuse_request(invoice, request)?;
    let parcels = || invoice.parcels().iter().enumerate();
    let mut outcome = Outcome::default();
    for group in invoice.groups() {
        if group.is_required() || request.groups.iter().any(|name| name == group.name()) {
            outcome.needed.insert(group.name());
        }
    }
    loop {
        loop {
            let before = (outcome.taken.len(), outcome.needed.len());
            for (index, parcel) in parcels().filter(|(_, parcel)| !request.is_out(parcel)) {
                let takes = |group: &Group| match group.satisfied_by() {
                    SatisfiedBy::AllOf => outcome.needed.contains(group.name()),
                    SatisfiedBy::Optional => request.groups.iter().any(|name| name == group.name()),
                    _ => false,
                };
                let mut groups = parcel.groups().iter();
                if parcel.groups().is_empty()
                    || groups.any(|name| takes(invoice.group(name).unwrap()))
                {
                    outcome.taken.insert(index);
                }
            }
            for index in &outcome.taken {
                let required = invoice.parcels()[*index].required_groups();
                outcome.needed.extend(required.iter().map(String::as_str));
            }
            if before == (outcome.taken.len(), outcome.needed.len()) {
                break;
            }
        }
        let mut excluded = request.excluded.iter();
        if excluded.any(|name| outcome.needed.contains(name.as_str())) {
            return Err(Refusal::ExcludedGroupNeeded);
        }
        let members = |group: &Group| {
            let members = parcels().filter(|(_, parcel)| parcel.groups().contains(group.name()));
            members.map(|(index, _)| index).collect::<Vec<_>>()
        };
        let open = invoice.groups().iter().find(|group| {
            group.satisfied_by() == SatisfiedBy::OneOf
                && outcome.needed.contains(group.name())
                && members(group)
                    .iter()
                    .all(|member| !outcome.taken.contains(member))
        });
        let Some(group) = open else {
            break;
        };
        let mut enabled = members(group);
        enabled.retain(|member| !request.is_out(&invoice.parcels()[*member]));
        let named = |name: &String| {
            let mut enabled = enabled.iter();
            enabled.find(|member| invoice.parcels()[**member].label().name() == name)
        };
        let mut preferred = request.preferences.iter().filter_map(named);
        let Some(&chosen) = preferred.next().or(enabled.first()) else {
            return Err(Refusal::Unsatisfiable(group.name()));
        };
        outcome.taken.insert(chosen);
        enabled.retain(|member| *member != chosen);
        if !enabled.is_empty() {
            outcome.choices.push((group.name(), chosen, enabled));
        }
    }
    let mut reaches = BTreeSet::new();
    for parcel in outcome.taken.iter().map(|index| &invoice.parcels()[*index]) {
        for group in parcel.groups() {
            reaches.extend(
                parcel
                    .required_groups()
                    .iter()
                    .map(|required| (group, required)),
            );
        }
    }
    loop {
        let onward = |(from, via)| {
            let further = reaches.iter().filter(move |(start, _)| *start == via);
            further.map(move |(_, to)| (from, *to))
        };
        let more: BTreeSet<_> = reaches.iter().copied().flat_map(onward).collect();
        if more.is_subset(&reaches) {
            break;
        }
        reaches.extend(more);
    }
    if reaches.iter().any(|(from, to)| from == to) {
        return Err(Refusal::Cycle);
    }
    Ok(outcome)
}

fn refuse_request<'i>(invoice: &Invoice, request: &'i Request) -> Result<(), Refusal<'i>> {
    for names in [&request.groups, &request.excluded] {
        for name in names.iter().collect::<BTreeSet<_>>() {
            let Some(group) = invoice.group(name) else {
                return Err(Refusal::UndeclaredGroup(name));
            };
            if core::ptr::eq(names, &request.excluded) {
                if request.groups.contains(name) {
                    return Err(Refusal::AskedForAndExcluded(name));
                }
                if group.is_required() {
                    return Err(Refusal::RequiredGroupExcluded(name));
                }
            }
        }
    }
    for name in &request.preferences {
        let named = |parcel: &&Parcel| parcel.label().name() == name;
        let mut named = invoice.parcels().iter().filter(named).peekable();
        if named.peek().is_none() {
            return Err(Refusal::UnknownPreference(name));
        }
        if named.all(|parcel| request.is_out(parcel)) {
            return Err(Refusal::PreferenceIsOut(name));
        }
    }
    Ok(())
}

/// Panics if `Invoice::select` finds anything else, or gives a reason that
/// does not hold.
pub(crate) fn check(invoice: &Invoice, request: &Request) {
    let result = invoice.select(&request.wanted());
    match (&result, outcome(invoice, request)) {
        (Ok(selection), Ok(outcome)) => check_selection(invoice, request, selection, &outcome),
        (Err(error), Err(refusal)) => check_error(error, &refusal),
        (result, outcome) => panic!("{result:?} instead of {outcome:?}"),
    }
}

fn check_selection(
    invoice: &Invoice,
    request: &Request,
    selection: &Selection<'_>,
    outcome: &Outcome<'_>,
) {
    let parcels = invoice.parcels();
    let taken = outcome.taken.iter().map(|index| &parcels[*index]);
    assert!(selection.parcels().eq(taken.clone()));
    for selected in selection.selected() {
        let (parcel, reason) = (selected.parcel(), selected.reason());
        assert!(
            is_true(invoice, request, outcome, parcel, reason),
            "{parcel:?} {reason:?}"
        );
    }

    let left_out = (0..parcels.len()).filter(|index| !outcome.taken.contains(index));
    let left_out: Vec<_> = left_out.map(|index| &parcels[index]).collect();
    assert_eq!(selection.left_out().len(), left_out.len());
    for (left_out, parcel) in selection.left_out().iter().zip(left_out) {
        assert_eq!(left_out.parcel(), parcel);
        let mut groups = parcel
            .groups()
            .iter()
            .map(|name| invoice.group(name).unwrap());
        let mut needed = groups
            .clone()
            .filter(|group| outcome.needed.contains(group.name()));
        let one_of = |group: &&Group| group.satisfied_by() == SatisfiedBy::OneOf;
        match left_out.omission() {
            Omission::FeatureDeactivated { .. } => assert!(request.is_deactivated(parcel)),
            Omission::FeatureDiffers { .. } | Omission::FeatureAbsent { .. } => {
                assert!(request.is_out(parcel) && !request.is_deactivated(parcel));
            }
            omission => {
                assert!(!request.is_out(parcel));
                let is_excluded =
                    |group: &&Group| request.excluded.iter().any(|name| name == group.name());
                let expected = needed.clone().find(one_of).map(Omission::NotChosen);
                let expected = expected.or_else(|| needed.next().map(Omission::Optional));
                let expected =
                    expected.or_else(|| groups.find(is_excluded).map(Omission::ExcludedGroup));
                assert_eq!(*omission, expected.unwrap_or(Omission::NotNeeded));
            }
        }
    }

    assert_eq!(selection.choices().len(), outcome.choices.len());
    for (choice, (group, chosen, alternatives)) in selection.choices().iter().zip(&outcome.choices)
    {
        assert_eq!(choice.group().name(), *group);
        assert_eq!(choice.chosen(), &parcels[*chosen]);
        let alternatives = alternatives.iter().map(|index| &parcels[*index]);
        assert!(choice.alternatives().iter().copied().eq(alternatives));
    }
}

/// Whether the parcel is needed for that reason, and for none that comes
/// before it.
fn is_true(
    invoice: &Invoice,
    request: &Request,
    outcome: &Outcome<'_>,
    parcel: &Parcel,
    reason: Reason<'_>,
) -> bool {
    let groups = || {
        parcel
            .groups()
            .iter()
            .map(|name| invoice.group(name).unwrap())
    };
    let is_required =
        |group: &Group| group.is_required() && group.satisfied_by() == SatisfiedBy::AllOf;
    let is_asked_for = |group: &Group| {
        request.groups.iter().any(|name| name == group.name())
            && group.satisfied_by() != SatisfiedBy::OneOf
    };
    let is_member = |group: &Group| parcel.groups().contains(group.name());
    match reason {
        Reason::Global => parcel.groups().is_empty(),
        Reason::RequiredGroup(group) => is_member(group) && is_required(group),
        Reason::AskedFor(group) => {
            is_member(group) && is_asked_for(group) && !groups().any(is_required)
        }
        _ if groups().any(|group| is_required(group) || is_asked_for(group)) => false,
        Reason::RequiredBy { parcel: by, group } => {
            let mut taken = outcome.taken.iter().map(|index| &invoice.parcels()[*index]);
            is_member(group)
                && group.satisfied_by() == SatisfiedBy::AllOf
                && by.required_groups().contains(group.name())
                && taken.any(|taken| core::ptr::eq(taken, by))
        }
        Reason::ChosenFrom(group) => {
            is_member(group)
                && group.satisfied_by() == SatisfiedBy::OneOf
                && outcome.needed.contains(group.name())
        }
        _ => false,
    }
}

fn check_error(error: &SelectError, refusal: &Refusal<'_>) {
    let found = match error {
        SelectError::AskedForAndExcluded { group } => Refusal::AskedForAndExcluded(group),
        SelectError::Cycle { .. } => Refusal::Cycle,
        SelectError::ExcludedGroupNeeded { .. } => Refusal::ExcludedGroupNeeded,
        SelectError::PreferenceIsOut { preference, .. } => {
            Refusal::PreferenceIsOut(preference.trim_matches('"'))
        }
        SelectError::RequiredGroupExcluded { group } => Refusal::RequiredGroupExcluded(group),
        SelectError::UndeclaredGroup { group, .. } => Refusal::UndeclaredGroup(group),
        SelectError::UnknownPreference { preference, .. } => {
            Refusal::UnknownPreference(preference.trim_matches('"'))
        }
        SelectError::Unsatisfiable { group, .. } => Refusal::Unsatisfiable(group),
        _ => panic!("{error}"),
    };
    assert_eq!(found, *refusal);
}
