//! Keys, signing and verifying.

use std::hint::black_box;

use benches::{Suite, Unit, samples};
use bindle_core::{Keyring, Role, Strategy};
use ed25519_dalek::{Signer as _, SigningKey, VerifyingKey};

pub(crate) fn rows(suite: &mut Suite) {
    signing(suite);
    for signers in [1, 2, 3, 4] {
        for entries in [1, 10, 100, 1_000] {
            if entries >= signers {
                verifying(suite, signers, entries);
            }
        }
    }
    loading(suite);
}

fn signing(suite: &mut Suite) {
    let invoice = samples::invoice(10);
    let signer = samples::signer(0);
    let key = SigningKey::from_bytes(&[7; 32]);
    let text = signed_text();
    // Signing changes an invoice: a copy is part of the time of both.
    suite
        .row("sign an invoice of 10 parcels", Unit::Time)
        .ours(|| {
            let mut invoice = black_box(&invoice).clone();
            let is_signed = invoice.sign(&signer, Role::Creator, samples::AT).is_ok();
            (invoice, is_signed)
        })
        .limit("dalek", || {
            let copy = black_box(&invoice).clone();
            (copy, key.sign(black_box(&text)))
        })
        .measure();
}

fn verifying(suite: &mut Suite, signers: usize, entries: usize) {
    let invoice = samples::signed_invoice(10, signers);
    let keyring = samples::keyring(entries);
    let text = signed_text();
    let key = SigningKey::from_bytes(&[7; 32]);
    let (public, signature) = (key.verifying_key(), key.sign(&text));
    let plural = if signers == 1 { "" } else { "s" };
    suite
        .row(
            &format!("verify {signers} signature{plural}, keyring of {entries}"),
            Unit::Time,
        )
        .ours(|| {
            let verified = Strategy::ExhaustiveVerification.verify(black_box(&invoice), &keyring);
            assert!(verified.is_ok());
        })
        .limit("dalek, strict", || {
            for _ in 0..signers {
                assert!(public.verify_strict(black_box(&text), &signature).is_ok());
            }
        })
        .measure();
}

fn loading(suite: &mut Suite) {
    let keyring = samples::keyring(1_000);
    let text = keyring.to_toml();
    let keys: Vec<[u8; 32]> = keyring
        .iter()
        .map(|entry| *entry.key().as_bytes())
        .collect();
    suite
        .row("read a keyring of 1,000", Unit::Time)
        .ours(|| Keyring::from_toml(black_box(&text)))
        .limit("dalek", || {
            let keys = black_box(&keys).iter();
            keys.filter(|key| VerifyingKey::from_bytes(key).is_ok_and(|key| !key.is_weak()))
                .count()
        })
        .measure();
}

/// As long as what a signature of an invoice of 10 parcels is made over.
fn signed_text() -> Vec<u8> {
    samples::content(75 + 10 * 65)
}
