//! Selections from small invoices are the obvious ones.

#![no_main]

use bindle_core::{Digest, Group, Invoice, InvoiceBuilder, Label, MediaType, Parcel, SatisfiedBy};
use libfuzzer_sys::fuzz_target;

#[path = "../../bindle-core/tests/suite/select/obvious.rs"]
mod obvious;

const NAMES: [&str; 8] = ["a", "b", "c", "d", "e", "f", "g", "h"];

// The number of groups, a byte a group, four a parcel until there is a zero;
// then the request.
fuzz_target!(|bytes: &[u8]| {
    let mut bytes = bytes.iter().copied();
    let mut next = || bytes.next().unwrap_or(0);
    let groups = usize::from(next() % 8);
    let mut invoice = Invoice::builder("example.com/any/1.0.0".parse().unwrap());
    invoice = (0..groups)
        .map(|at| group(NAMES[at], next()))
        .fold(invoice, InvoiceBuilder::group);
    for _ in 0..16 {
        let name = next();
        if name == 0 {
            break;
        }
        invoice = invoice.parcel(parcel(name, groups, [next(), next(), next()]));
    }
    let request = obvious::Request {
        groups: some(next(), groups),
        excluded: some(next(), groups),
        activated: features(next()),
        deactivated: features(next()),
        preferences: some(next(), NAMES.len()),
    };
    obvious::check(&invoice.build().unwrap(), &request);
});

fn group(name: &str, byte: u8) -> Group {
    let kinds = [
        SatisfiedBy::AllOf,
        SatisfiedBy::OneOf,
        SatisfiedBy::Optional,
    ];
    Group::new(name)
        .with_required(byte & 0x80 != 0)
        .with_satisfied_by(kinds[usize::from(byte % 3)])
}

fn parcel(name: u8, groups: usize, [member_of, requires, has]: [u8; 3]) -> Parcel {
    let name = NAMES[usize::from(name % 8)];
    let mut label = Label::new(Digest::of(name.as_bytes()), 1, MediaType::WASM).with_name(name);
    for [section, name, value] in features(has) {
        label = label.with_feature(section, name, value);
    }
    Parcel::from(label)
        .member_of(some(member_of, groups))
        .requires(some(requires, groups))
}

/// A name for each bit that is set.
fn some(byte: u8, most: usize) -> Vec<String> {
    let bits = (0..most).filter(|bit| byte & (1 << bit) != 0);
    bits.map(|bit| NAMES[bit].to_owned()).collect()
}

/// A feature for each pair of bits that is set.
fn features(byte: u8) -> Vec<[String; 3]> {
    let pairs = (0..4).map(|pair| (pair, byte >> (2 * pair) & 3));
    let values = pairs.filter(|(_, value)| *value != 0);
    let features = values.map(|(pair, value)| {
        let (section, name) = (["x", "y"][pair / 2], ["p", "q"][pair % 2]);
        [section.to_owned(), name.to_owned(), value.to_string()]
    });
    features.collect()
}
