//! Where the two disagree, and are meant to: the reference implementation does
//! not do what the specification of signatures asks for.

use bindle::VerificationStrategy as TheirStrategy;
use bindle_core::{Invoice, KeyEntry, Keyring, RejectReason, Role, Strategy};

use crate::keys::signer;

/// Both verdicts on one document.
#[track_caller]
fn verdicts(
    text: &str,
    keyring: &Keyring,
    ours: Strategy,
    theirs: &TheirStrategy,
) -> (Result<(), RejectReason>, bool) {
    let invoice = Invoice::from_toml(text).expect("we read it");
    let ours = ours
        .verify(invoice, keyring)
        .map(drop)
        .map_err(|rejected| rejected.reason().clone());
    let invoice: bindle::Invoice = toml::from_str(text).expect("they read it");
    let keyring = toml::from_str(&keyring.to_toml()).expect("they read it");
    (ours, theirs.verify(invoice, &keyring).is_ok())
}

fn signed(roles: &[(u8, Role)]) -> String {
    let mut invoice = benches::samples::invoice(2);
    for (number, role) in roles {
        invoice
            .sign(&signer(*number), *role, benches::samples::AT)
            .expect("a new key");
    }
    invoice.to_reference_toml().into_string()
}

fn granted(number: u8, roles: &[Role]) -> KeyEntry {
    let signer = signer(number);
    KeyEntry::new(
        signer.label(),
        signer.key().public_key(),
        roles.iter().copied(),
    )
}

#[test]
fn a_key_known_for_another_role_only() {
    let keyring = Keyring::from_iter([granted(1, &[Role::Host])]);
    let (ours, theirs) = verdicts(
        &signed(&[(1, Role::Creator)]),
        &keyring,
        Strategy::CreativeIntegrity,
        &TheirStrategy::CreativeIntegrity,
    );
    assert!(ours.is_err());
    assert!(theirs);
}

#[test]
fn the_same_key_twice() {
    let text = signed(&[(1, Role::Creator)]);
    let signature = text.find("[[signature]]").expect("it is signed");
    let text = format!("{text}\n{}", &text[signature..]);
    let keyring = Keyring::from_iter([granted(1, &Role::ALL)]);
    let (ours, theirs) = verdicts(
        &text,
        &keyring,
        Strategy::GreedyVerification,
        &TheirStrategy::GreedyVerification,
    );
    assert!(ours.is_err());
    assert!(theirs);
}

#[test]
fn a_stranger_beside_a_known_creator() {
    let keyring = Keyring::from_iter([granted(1, &Role::ALL)]);
    let (ours, theirs) = verdicts(
        &signed(&[(1, Role::Creator), (2, Role::Host)]),
        &keyring,
        Strategy::GreedyVerification,
        &TheirStrategy::GreedyVerification,
    );
    assert_eq!(ours, Ok(()));
    assert!(!theirs);
}

#[test]
fn garbage_of_a_stranger_beside_a_known_creator() {
    let text = signed(&[(1, Role::Creator), (2, Role::Host)]);
    let (before, last) = text.rsplit_once("signature = \"").expect("two signatures");
    let other = if last.starts_with('A') { "B" } else { "A" };
    let text = format!("{before}signature = \"{other}{}", &last[1..]);
    let keyring = Keyring::from_iter([granted(1, &Role::ALL)]);
    let (ours, theirs) = verdicts(
        &text,
        &keyring,
        Strategy::GreedyVerification,
        &TheirStrategy::GreedyVerification,
    );
    assert_eq!(ours, Ok(()));
    assert!(!theirs);
}

/// In the form that both sign, the time is not signed.
#[test]
fn neither_sees_another_time() {
    let text = signed(&[(1, Role::Creator)]);
    let at = format!("at = {}", benches::samples::AT);
    assert!(text.contains(&at));
    let text = text.replace(&at, "at = 1");
    let keyring = Keyring::from_iter([granted(1, &Role::ALL)]);
    let (ours, theirs) = verdicts(
        &text,
        &keyring,
        Strategy::ExhaustiveVerification,
        &TheirStrategy::ExhaustiveVerification,
    );
    assert_eq!(ours, Ok(()));
    assert!(theirs);
}
