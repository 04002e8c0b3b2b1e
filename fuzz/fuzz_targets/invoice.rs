//! An invoice that is read is written and read again without loss, as TOML and
//! as JSON; one that is not has problems with places in the text.

#![no_main]

use bindle_core::{Findings, Invoice, InvoiceReader, Keyring, Severity};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let read = match InvoiceReader::new().read_bytes(bytes) {
        Ok(read) => read,
        Err(problems) => {
            assert!(
                problems
                    .iter()
                    .any(|problem| problem.severity() == Severity::Error)
            );
            assert!(!problems.to_string().is_empty());
            for place in problems.iter().filter_map(|problem| problem.place()) {
                assert!(place.span.start <= place.span.end && place.span.end <= bytes.len());
            }
            return;
        }
    };
    let invoice = read.into_invoice();
    let text = invoice.to_toml();
    let again = Invoice::from_toml(&text).expect(&text);
    assert_eq!(again, invoice);
    assert_eq!(again.to_toml(), text);
    assert_eq!(again.content_digest(), invoice.content_digest());

    let json = serde_json::to_string(&invoice).expect("JSON can say it");
    let again: Invoice = serde_json::from_str(&json).expect(&json);
    assert_eq!(again, invoice);

    let reference = invoice.to_reference_toml();
    assert!(Invoice::from_toml(reference.as_str()).is_ok());
    assert_eq!(
        Findings::of(&invoice, &Keyring::default()).len(),
        invoice.signatures().len()
    );
});
