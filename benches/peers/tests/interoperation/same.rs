//! Documents of the two implementations, compared field by field.

use std::collections::{BTreeMap, BTreeSet};

use bindle_core::{Invoice, Parcel, SignatureBlock};

/// Whether both say the same. What is absent there is empty here.
#[track_caller]
pub(crate) fn assert_same(ours: &Invoice, theirs: &bindle::Invoice) {
    assert_eq!(theirs.bindle_version, "1.0.0");
    assert_eq!(ours.id().to_string(), theirs.bindle.id.to_string());
    assert_eq!(
        ours.id().canonical_name().to_string(),
        theirs.canonical_name()
    );
    assert_eq!(ours.description(), text(&theirs.bindle.description));
    assert_eq!(ours.authors(), list(&theirs.bindle.authors));
    assert_eq!(*ours.annotations(), map(&theirs.annotations));
    assert_eq!(ours.is_yanked(), theirs.yanked == Some(true));

    let parcels = list(&theirs.parcel);
    assert_eq!(ours.parcels().len(), parcels.len());
    for (ours, theirs) in ours.parcels().iter().zip(parcels) {
        assert_same_parcel(ours, theirs);
    }
    let groups = list(&theirs.group);
    assert_eq!(ours.groups().len(), groups.len());
    for (ours, theirs) in ours.groups().iter().zip(groups) {
        assert_eq!(ours.name(), theirs.name);
        assert_eq!(ours.is_required(), theirs.required == Some(true));
        let satisfied_by = theirs.satisfied_by.as_deref().unwrap_or("allOf");
        assert_eq!(ours.satisfied_by().as_str(), satisfied_by);
    }
    assert_same_signatures(ours.signatures(), &theirs.signature);
    assert_same_signatures(ours.yanked_signatures(), &theirs.yanked_signature);
}

#[track_caller]
fn assert_same_parcel(ours: &Parcel, theirs: &bindle::Parcel) {
    let (label, other) = (ours.label(), &theirs.label);
    assert_eq!(label.digest().to_string(), other.sha256);
    assert_eq!(label.media_type().as_str(), other.media_type);
    assert_eq!(label.name(), other.name);
    assert_eq!(label.size(), other.size);
    assert_eq!(label.origin(), text(&other.origin));
    assert_eq!(*label.annotations(), map(&other.annotations));
    let features = other.feature.clone().unwrap_or_default();
    assert_eq!(*label.features(), features);

    let conditions = theirs.conditions.as_ref();
    let member_of = conditions.and_then(|conditions| conditions.member_of.as_ref());
    let requires = conditions.and_then(|conditions| conditions.requires.as_ref());
    let set = |groups: Option<&Vec<String>>| groups.into_iter().flatten().cloned().collect();
    assert_eq!(
        *ours.groups(),
        BTreeSet::<String>::from_iter(set(member_of))
    );
    assert_eq!(*ours.required_groups(), set(requires));
    for group in ours.groups() {
        assert!(theirs.member_of(group));
    }
    assert_eq!(ours.groups().is_empty(), theirs.is_global_group());
}

#[track_caller]
fn assert_same_signatures(ours: &[SignatureBlock], theirs: &Option<Vec<bindle::Signature>>) {
    let theirs = list(theirs);
    assert_eq!(ours.len(), theirs.len());
    for (ours, theirs) in ours.iter().zip(theirs) {
        assert_eq!(ours.by(), theirs.by);
        assert_eq!(ours.signature(), theirs.signature);
        assert_eq!(ours.key(), theirs.key);
        assert_eq!(ours.role().to_string(), theirs.role.to_string());
        assert_eq!(ours.at().as_seconds(), theirs.at);
    }
}

fn text(option: &Option<String>) -> &str {
    option.as_deref().unwrap_or_default()
}

fn list<T>(option: &Option<Vec<T>>) -> &[T] {
    option.as_deref().unwrap_or_default()
}

fn map(option: &Option<BTreeMap<String, String>>) -> BTreeMap<String, String> {
    option.clone().unwrap_or_default()
}
