use bindle::VerificationStrategy as TheirStrategy;
use bindle::signature::KeyRing;
use bindle_core::{Invoice, KeyEntry, Keyring, RequiredRoles, Role};
use peers::Sample;
use proptest::collection::btree_set;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

type OurStrategy = bindle_core::Strategy;

use crate::keys::{signer, their_role, their_signer};

fn role() -> impl Strategy<Value = Role> {
    select(Role::ALL.to_vec())
}

/// Who signs, by key number and role; every key signs once.
fn signers() -> impl Strategy<Value = Vec<(u8, Role)>> {
    (
        subsequence(vec![1, 2, 3, 4], 1..=4),
        [role(), role(), role(), role()],
    )
        .prop_map(|(numbers, roles)| numbers.into_iter().zip(roles).collect())
}

fn strategies() -> impl Strategy<Value = OurStrategy> {
    let required = || {
        btree_set(role(), 1..=4).prop_map(|roles| {
            let mut roles = roles.into_iter();
            RequiredRoles::new(roles.next().unwrap_or(Role::Creator), roles)
        })
    };
    prop_oneof![
        Just(OurStrategy::CreativeIntegrity),
        Just(OurStrategy::AuthoritativeIntegrity),
        Just(OurStrategy::GreedyVerification),
        Just(OurStrategy::ExhaustiveVerification),
        required().prop_map(OurStrategy::MultipleAttestation),
        required().prop_map(OurStrategy::MultipleAttestationGreedy),
    ]
}

/// A keyring that knows some keys, each in every role.
fn keyring(known: &[u8]) -> Keyring {
    known
        .iter()
        .map(|number| KeyEntry::from(&signer(*number)))
        .collect()
}

fn their_keyring(known: &[u8]) -> KeyRing {
    toml::from_str(&keyring(known).to_toml()).expect("they read it")
}

fn theirs(strategy: &OurStrategy) -> TheirStrategy {
    strategy
        .to_string()
        .parse()
        .expect("they know the strategy")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn they_verify_what_we_sign(
        sample in Sample::strategy(),
        signers in signers(),
        strategy in strategies(),
    ) {
        let mut invoice = sample.ours();
        for (number, role) in &signers {
            invoice.sign(&signer(*number), *role, benches::samples::AT).expect("a new key");
        }
        let text = invoice.to_reference_toml();
        let read: bindle::Invoice = toml::from_str(text.as_str()).expect("they read it");
        // Every key known in every role: the verdicts are the same.
        let ours = strategy.verify(&invoice, &keyring(&[1, 2, 3, 4])).is_ok();
        let verdict = theirs(&strategy).verify(read, &their_keyring(&[1, 2, 3, 4])).is_ok();
        prop_assert_eq!(ours, verdict, "{}", strategy);
    }

    #[test]
    fn we_verify_what_they_sign(
        sample in Sample::strategy(),
        signers in signers(),
        strategy in strategies(),
    ) {
        let mut invoice = sample.writable_by_them().theirs();
        for (number, role) in &signers {
            invoice.sign(their_role(*role), &their_signer(*number)).expect("a new key");
        }
        let text = toml::to_string(&invoice).expect("they can write it");
        let read = Invoice::from_toml(&text).expect("we read it");
        let ours = strategy.verify(&read, &keyring(&[1, 2, 3, 4])).is_ok();
        let verdict = theirs(&strategy).verify(invoice, &their_keyring(&[1, 2, 3, 4])).is_ok();
        prop_assert_eq!(ours, verdict, "{}", strategy);
    }

    /// With keys that nobody knows they are stricter: an unknown key, though
    /// its signature is good, fails what it only does not help here. And where
    /// a role that is asked for has one good signature by a known key, they
    /// still may fail.
    #[test]
    fn what_they_trust_we_trust(
        sample in Sample::strategy(),
        signers in signers(),
        known in subsequence(vec![1, 2, 3, 4], 1..=4),
        strategy in strategies(),
    ) {
        let mut invoice = sample.ours();
        for (number, role) in &signers {
            invoice.sign(&signer(*number), *role, benches::samples::AT).expect("a new key");
        }
        let text = invoice.to_reference_toml();
        let read: bindle::Invoice = toml::from_str(text.as_str()).expect("they read it");
        let verdict = theirs(&strategy).verify(read, &their_keyring(&known)).is_ok();
        if verdict {
            let ours = strategy.verify(&invoice, &keyring(&known));
            prop_assert!(ours.is_ok(), "{}: {}", strategy, ours.unwrap_err());
        }
    }

    #[test]
    fn nobody_verifies_another_parcel(sample in Sample::strategy(), strategy in strategies()) {
        let mut signed = sample.writable_by_them().theirs();
        for (number, role) in (1..).zip(Role::ALL) {
            signed.sign(their_role(role), &their_signer(number)).expect("a new key");
        }
        let mut parcels = signed.parcel.take().unwrap_or_default();
        let digest = bindle_core::Digest::of(b"other content").to_string();
        parcels.push(bindle::Parcel {
            label: bindle::Label::new("other".into(), digest),
            conditions: None,
        });
        signed.parcel = Some(parcels);
        let text = toml::to_string(&signed).expect("they can write it");
        let read = Invoice::from_toml(&text).expect("we read it");
        prop_assert!(strategy.verify(&read, &keyring(&[1, 2, 3, 4])).is_err());
        let verdict = theirs(&strategy).verify(signed, &their_keyring(&[1, 2, 3, 4]));
        prop_assert!(verdict.is_err());
    }
}
