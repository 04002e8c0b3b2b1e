//! Which parcels a run needs.

use std::hint::black_box;

use benches::{Suite, Unit, samples};
use bindle_core::Invoice;
use bindle_core::select::Wanted;

pub(crate) fn rows(suite: &mut Suite) {
    // Of 100 samples of selecting from 10,000 parcels, 61 are in looking up the
    // names of groups, 55 of these where the bytes of a name are read first: each
    // is in a place of its own in memory, which the limit does not look at. 17 are
    // in looking for cycles and writing down reasons, 10 in following what
    // parcels require, 9 in the lists of members. Of 1,000 parcels, whose names
    // are in the caches, 33 are in looking up.
    for (parcels, groups, name) in [
        (1_000, 50, "select from 1,000 parcels in 50 groups"),
        (10_000, 500, "select from 10,000 parcels in 500 groups"),
    ] {
        let invoice = samples::chained_invoice(parcels, groups);
        suite
            .row(name, Unit::Time)
            .ours(|| black_box(&invoice).select(&Wanted::new()))
            .limit("reading the conditions", || conditions(black_box(&invoice)))
            .measure();
    }
}

/// Looks at every group that a parcel names, once.
fn conditions(invoice: &Invoice) -> usize {
    let parcels = invoice.parcels().iter();
    let names = parcels.flat_map(|parcel| parcel.groups().iter().chain(parcel.required_groups()));
    names.map(String::len).sum()
}
