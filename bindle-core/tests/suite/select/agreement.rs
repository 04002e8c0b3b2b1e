//! The selection is the one that an obvious implementation finds.

use bindle_core::{Digest, Group, Invoice, Label, MediaType, Parcel, SatisfiedBy};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::obvious::{self, Request};

const GROUPS: [&str; 5] = ["a", "b", "c", "d", "e"];
const PARCELS: [&str; 5] = ["", "p", "q", "r", "s"];

fn groups() -> impl Strategy<Value = Vec<Group>> {
    let kinds = select(vec![
        SatisfiedBy::AllOf,
        SatisfiedBy::OneOf,
        SatisfiedBy::Optional,
    ]);
    let names = subsequence(&GROUPS[..], 0..=GROUPS.len()).prop_shuffle();
    (
        names,
        vec((kinds, proptest::bool::weighted(0.3)), GROUPS.len()),
    )
        .prop_map(|(names, properties)| {
            let groups = names.into_iter().zip(properties);
            let groups = groups.map(|(name, (satisfied_by, required))| {
                Group::new(name)
                    .with_required(required)
                    .with_satisfied_by(satisfied_by)
            });
            groups.collect()
        })
}

fn feature() -> impl Strategy<Value = [String; 3]> {
    (
        select(&["wasm", "gpu"][..]),
        select(&["kit", "type"][..]),
        select(&["x", "y", ""][..]),
    )
        .prop_map(|(section, name, value)| [section, name, value].map(String::from))
}

/// A parcel that, if `is_acyclic`, requires later groups only.
fn parcel(groups: &[String], is_acyclic: bool) -> impl Strategy<Value = Parcel> + use<> {
    let some = |most: usize| subsequence(groups.to_vec(), 0..=groups.len().min(most));
    let (member_of, requires) = (some(2), some(2));
    (
        0_u8..4,
        select(&PARCELS[..]),
        vec(feature(), 0..3),
        member_of,
        requires,
    )
        .prop_map(move |(content, name, features, member_of, mut requires)| {
            if is_acyclic {
                requires.retain(|required| member_of.iter().all(|group| group < required));
            }
            let digest = Digest::of(&[content]);
            let mut label = Label::new(digest, 1, MediaType::WASM).with_name(name);
            for [section, name, value] in features {
                label = label.with_feature(section, name, value);
            }
            Parcel::from(label).member_of(member_of).requires(requires)
        })
}

fn invoice() -> impl Strategy<Value = Invoice> {
    (groups(), proptest::bool::weighted(0.8)).prop_flat_map(|(groups, is_acyclic)| {
        let names: Vec<_> = groups.iter().map(|group| group.name().to_owned()).collect();
        vec(parcel(&names, is_acyclic), 0..8).prop_map(move |parcels| {
            let invoice = Invoice::builder("example.com/any/1.0.0".parse().unwrap());
            let groups = groups.iter().cloned();
            let invoice = groups.fold(invoice, bindle_core::InvoiceBuilder::group);
            invoice.parcels(parcels).build().unwrap()
        })
    })
}

fn some(names: &'static [&str], most: usize) -> impl Strategy<Value = Vec<String>> {
    vec(select(names).prop_map(String::from), 0..=most)
}

fn request() -> impl Strategy<Value = Request> {
    (
        some(&GROUPS, 2),
        prop_oneof![3 => Just(Vec::new()), 1 => some(&GROUPS, 1)],
        vec(feature(), 0..3),
        vec(feature(), 0..2),
        prop_oneof![1 => Just(Vec::new()), 1 => some(&PARCELS[1..], 2)],
    )
        .prop_map(
            |(groups, excluded, activated, deactivated, preferences)| Request {
                groups,
                excluded,
                activated,
                deactivated,
                preferences,
            },
        )
}

/// Of a request, what the invoice knows: most of those at random name a group
/// or a parcel that is not there.
fn known(invoice: &Invoice, mut request: Request) -> Request {
    let is_declared = |name: &String| invoice.group(name).is_some();
    request.groups.retain(is_declared);
    request.excluded.retain(is_declared);
    let parcels = || invoice.parcels().iter();
    let is_there = |name: &String| parcels().any(|parcel| parcel.label().name() == name);
    request.preferences.retain(is_there);
    request
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn selections_are_the_obvious_ones(invoice in invoice(), request in request()) {
        obvious::check(&invoice, &request);
        obvious::check(&invoice, &known(&invoice, request.clone()));
    }
}
