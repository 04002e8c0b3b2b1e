//! An index answers as a scan does. Each line of the input is something to do:
//! `+ID DESCRIPTION` registers a bindle, `-ID` yanks one, and `?NAME=VALUE&…`
//! (not encoded) asks.

#![no_main]

use bindle_core::query::{Index, Query, Total};
use bindle_core::{Id, Invoice, UnixTime};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let now = UnixTime::from_seconds(0);
    let mut index = Index::new();
    let mut invoices: Vec<Invoice> = Vec::new();
    for line in text.lines() {
        if let Some(line) = line.strip_prefix('+') {
            let (id, description) = line.split_once(' ').unwrap_or((line, ""));
            let invoice = id
                .parse()
                .map(|id| Invoice::builder(id).description(description));
            if let Some(invoice) = invoice.ok().and_then(|builder| builder.build().ok()) {
                if index.insert(&invoice) {
                    invoices.push(invoice);
                }
            }
        } else if let Some(Ok(id)) = line.strip_prefix('-').map(str::parse::<Id>) {
            let invoice = invoices.iter_mut().find(|invoice| *invoice.id() == id);
            assert_eq!(index.yank(&id), invoice.is_some());
            if let Some(invoice) = invoice {
                invoice.yank("").expect("an empty reason can be signed");
            }
        } else if let Some(pairs) = line.strip_prefix('?') {
            let pairs = pairs
                .split('&')
                .map(|pair| pair.split_once('=').unwrap_or((pair, "")));
            match Query::from_pairs(pairs) {
                Ok(query) => {
                    let scan = query
                        .scan(&invoices, now)
                        .map(|invoice| invoice.id().clone());
                    assert_eq!(index.answer(&query, Total::Always, now), scan);
                    assert_eq!(Query::from_pairs(query.to_pairs()).as_ref(), Ok(&query));
                }
                Err(error) => assert!(!error.to_string().is_empty()),
            }
        }
    }
});
