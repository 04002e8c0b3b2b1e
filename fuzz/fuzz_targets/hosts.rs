//! Hosts and identifiers of a manifest come back from their text.

#![no_main]

use libfuzzer_sys::fuzz_target;
use spin_manifest::{DependencyName, HttpHost, KebabId, OutboundHost, PackageName, SnakeId};

fuzz_target!(|text: &str| {
    same_again::<OutboundHost>(text);
    same_again::<HttpHost>(text);
    same_again::<KebabId>(text);
    same_again::<SnakeId>(text);
    same_again::<PackageName>(text);
    same_again::<DependencyName>(text);
});

fn same_again<T>(text: &str)
where
    T: std::str::FromStr<Err: std::fmt::Display> + std::fmt::Display + std::fmt::Debug + PartialEq,
{
    match text.parse::<T>() {
        Ok(value) => match value.to_string().parse::<T>() {
            Ok(again) => assert_eq!(again, value),
            Err(error) => panic!("{value}: {error}"),
        },
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}
