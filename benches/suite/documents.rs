//! Reading and writing invoices and their content digest.

use std::hint::black_box;

use benches::typed::TypedInvoice;
use benches::{Suite, Unit, samples};
use bindle_core::Invoice;
use sha2::{Digest as _, Sha256};

pub(crate) fn rows(suite: &mut Suite) {
    for (parcels, shown) in [
        (10, "10"),
        (100, "100"),
        (1_000, "1,000"),
        (10_000, "10,000"),
        (100_000, "100,000"),
    ] {
        let invoice = samples::invoice(parcels);
        let text = invoice.to_toml();
        let bytes = text.len();
        suite
            .row(
                &format!("read an invoice of {shown} parcels"),
                Unit::Throughput { bytes },
            )
            .ours(|| Invoice::from_toml(black_box(&text)))
            .limit("toml, typed", || {
                toml::from_str::<TypedInvoice>(black_box(&text))
            })
            .measure();
        let typed: TypedInvoice = toml::from_str(&text).expect("TOML");
        suite
            .row(
                &format!("write an invoice of {shown} parcels"),
                Unit::Throughput { bytes },
            )
            .ours(|| black_box(&invoice).to_toml())
            .limit("toml, typed", || toml::to_string(black_box(&typed)))
            .measure();
    }

    let invoice = samples::invoice(1_000);
    let text = invoice.to_toml();
    suite
        .row("content digest of 1,000 parcels", Unit::Time)
        .ours(|| black_box(&invoice).content_digest())
        .limit("sha2 of the TOML", || Sha256::digest(black_box(&text)))
        .measure();
}
