//! What is allocated and held, counted by the allocator: a program of its own,
//! as counting takes time, whose rows the suite takes into its table.

use std::collections::BTreeMap;
use std::io;

use allocation_counter::{AllocationInfo, measure};
use benches::typed::TypedInvoice;
use benches::{Suite, Unit, samples};
use bindle_core::query::Index;
use bindle_core::range::Range;
use bindle_core::{Digest, Id, Invoice, Keyring, Name};
use revisions::Ledger;
use semver::Version;

fn main() -> io::Result<()> {
    let mut suite = Suite::from_args();
    rows(&mut suite);
    suite.finish()
}

fn rows(suite: &mut Suite) {
    const PARCELS: u32 = 1_000;
    let invoice = samples::invoice(PARCELS as usize);
    let text = invoice.to_toml();
    let bytes = text.len() as f64;
    let per_parcel = |count: f64| count / f64::from(PARCELS);

    let ours = of(|| Invoice::from_toml(&text));
    let typed = of(|| toml::from_str::<TypedInvoice>(&text));
    let limit = "toml, typed";
    suite.value(
        "allocations to read a parcel",
        Unit::Count,
        per_parcel(ours.count_total as f64),
        Some((limit, per_parcel(typed.count_total as f64))),
    );
    suite.value(
        "memory of a parcel",
        Unit::Bytes,
        per_parcel(ours.bytes_current as f64),
        Some((limit, per_parcel(typed.bytes_current as f64))),
    );
    suite.value(
        "peak memory to read a byte of an invoice",
        Unit::Bytes,
        ours.bytes_max as f64 / bytes,
        Some((limit, typed.bytes_max as f64 / bytes)),
    );

    let ours = of(|| invoice.to_toml());
    let typed: TypedInvoice = toml::from_str(&text).expect("TOML");
    let theirs = of(|| toml::to_string(&typed));
    suite.value(
        "allocations to write an invoice of 1,000 parcels",
        Unit::Count,
        ours.count_total as f64,
        Some((limit, theirs.count_total as f64)),
    );

    let keyring = samples::keyring(1_000).to_toml();
    let ours = of(|| Keyring::from_toml(&keyring));
    suite.value(
        "memory of a key on a keyring of 1,000",
        Unit::Bytes,
        ours.bytes_current as f64 / 1_000.0,
        None,
    );

    let ours = of(|| "^1.2.3".parse::<Range>());
    suite.value(
        "allocations to read a range",
        Unit::Count,
        ours.count_total as f64,
        None,
    );

    const REVISIONS: u32 = 1_000_000;
    let ours = of(|| ledger(REVISIONS));
    let map = of(|| {
        let numbers = (0..REVISIONS).map(number);
        let all: BTreeMap<Version, Digest> = numbers
            .map(|number| (number, Digest::from([7; 32])))
            .collect();
        all
    });
    suite.value(
        "memory of a revision in a ledger of 1,000,000",
        Unit::Bytes,
        ours.bytes_current as f64 / f64::from(REVISIONS),
        Some((
            "a sorted map",
            map.bytes_current as f64 / f64::from(REVISIONS),
        )),
    );
    indexes(suite);
}

/// Minor versions of a hundred patches, each with a build of its own, such as
/// fits into the number itself.
fn number(index: u32) -> Version {
    let text = format!("1.{}.{}+q{index:07x}", index / 100, index % 100);
    text.parse().expect("a version")
}

fn ledger(revisions: u32) -> Ledger {
    let name: Name = "example.com/shop".parse().expect("a name");
    let mut ledger = Ledger::new(name.clone());
    for index in 0..revisions {
        let id = Id::new(name.clone(), number(index));
        let _ = ledger
            .register(&id, Digest::from([7; 32]))
            .expect("a new revision");
    }
    ledger
}

/// What an index keeps, in bytes a bindle.
fn indexes(suite: &mut Suite) {
    const THERE: usize = 100_000;
    for (name, versions) in [
        ("ten versions a name", samples::VERSIONS),
        ("one version a name", 1),
    ] {
        let invoices = || samples::bindles(THERE * samples::VERSIONS / versions).take(THERE);
        let ours = of(|| {
            let mut index = Index::new();
            for invoice in invoices() {
                index.insert(&invoice);
            }
            index
        });
        let fields = |invoice: Invoice| {
            let authors: usize = invoice.authors().iter().map(String::len).sum();
            invoice.id().to_string().len() + invoice.description().len() + authors
        };
        let texts: usize = invoices().map(fields).sum();
        suite.value(
            &format!("memory of a bindle in a query index, {name}"),
            Unit::Bytes,
            ours.bytes_current as f64 / THERE as f64,
            Some((
                "its id, description and authors",
                texts as f64 / THERE as f64,
            )),
        );
    }
}

/// What the work allocates; what it returns is held until it was counted.
fn of<T>(work: impl FnOnce() -> T) -> AllocationInfo {
    let mut held = None;
    measure(|| held = Some(work()))
}
