//! Large invoices: neither recursion nor more than linear cost.

use bindle_core::select::{Reason, SelectError, Wanted};
use bindle_core::{Digest, Group, Invoice, InvoiceBuilder, Label, MediaType, Parcel};

/// Groups of which each is required by every member of the one before, the
/// first by the invoice; the members of the last require `last`.
fn chain(groups: usize, members: usize, last: Option<usize>) -> Invoice {
    let name = |group: usize| format!("group-{group}");
    let invoice = Invoice::builder("example.com/chain/1.0.0".parse().unwrap());
    let declared = (0..groups).map(|group| Group::new(name(group)).with_required(group == 0));
    let invoice = declared.fold(invoice, InvoiceBuilder::group);
    let parcels = (0..groups * members).map(|number| {
        let group = number % groups;
        let next = Some(group + 1).filter(|next| *next < groups).or(last);
        let digest = Digest::of(&number.to_be_bytes());
        Parcel::from(Label::new(digest, 1, MediaType::WASM))
            .member_of([name(group)])
            .requires(next.map(name))
    });
    invoice.parcels(parcels).build().unwrap()
}

#[test]
fn ten_thousand_parcels_in_five_hundred_chained_groups() {
    let invoice = chain(500, 20, None);
    let selection = invoice.select(&Wanted::new()).unwrap();
    assert!(selection.parcels().eq(invoice.parcels()));
    // The parcel that requires a group is the first member of the one before.
    for (number, selected) in selection.selected().iter().enumerate() {
        match number % 500 {
            0 => assert_eq!(
                selected.reason(),
                Reason::RequiredGroup(&invoice.groups()[0])
            ),
            group => assert_eq!(
                selected.reason(),
                Reason::RequiredBy {
                    parcel: &invoice.parcels()[group - 1],
                    group: &invoice.groups()[group],
                }
            ),
        }
    }
}

#[test]
fn a_long_way_is_told_in_full() {
    let invoice = chain(10_000, 1, None);
    let error = invoice.select(&Wanted::new().without_group("group-9999"));
    let Err(SelectError::ExcludedGroupNeeded { path, .. }) = error else {
        panic!("{error:?}");
    };
    assert_eq!(path.steps().len(), 19_999);
}

#[test]
fn a_long_cycle_is_found() {
    let invoice = chain(10_000, 1, Some(0));
    let error = invoice.select(&Wanted::new());
    let Err(SelectError::Cycle { path }) = error else {
        panic!("{error:?}");
    };
    assert_eq!(path.steps().len(), 20_001);
    assert_eq!(path.steps().first(), path.steps().last());
}

/// What a selection allocates grows as the invoice does.
#[test]
fn memory_is_linear() {
    let bytes = |groups: usize| {
        let invoice = chain(groups, 20, None);
        let wanted = Wanted::new();
        let measured = allocation_counter::measure(|| drop(invoice.select(&wanted)));
        measured.bytes_total
    };
    let (small, large) = (bytes(50), bytes(500));
    assert!(large < small * 11, "{small} {large}");
}

/// Where nothing requires itself, cycles are not searched for one by one; where
/// no feature is wanted, there is no room for what they put out.
#[test]
fn what_is_not_needed_takes_no_memory() {
    let invoice = chain(500, 20, None);
    let wanted = Wanted::new();
    let measured = allocation_counter::measure(|| drop(invoice.select(&wanted)));
    assert!(measured.count_total <= 24, "{measured:?}");
    assert!(measured.bytes_total <= 120 * 10_000, "{measured:?}");
}
