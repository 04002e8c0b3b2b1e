use bindle_core::registry::{self, CreateError, Yank};
use bindle_core::{RoleSet, SignError, Strategy};

use super::*;

#[test]
fn refuses_by_the_strategy_that_was_set() {
    let strategy = Strategy::MultipleAttestation(Role::Approver.into());
    let policy = policy().with_strategy(strategy);
    let error = policy.verify(signed(&["a"])).unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("no signature as `approver` counts")
    );
}

#[test]
fn refuses_garbage_under_the_key_of_its_host() {
    // It could not sign such an invoice itself, and all who know it would
    // reject what it serves.
    let mut other = unsigned(&["something else"]);
    other.sign(&host(), Role::Host, NOW).unwrap();
    let garbage = serde_json::to_value(&other).unwrap()["signature"][0].take();
    let mut json = serde_json::to_value(signed(&["a"])).unwrap();
    json["signature"].as_array_mut().unwrap().push(garbage);
    let invoice: Invoice = serde_json::from_value(json).unwrap();
    let error = policy().verify(invoice).unwrap_err();
    assert_eq!(
        error.to_string(),
        "example.com/hello/1.0.0 is not trusted: signature[1] is bad"
    );
}

#[test]
fn refuses_hosts_that_can_not_sign() {
    let error = Policy::new(keyring()).with_host(&ada()).unwrap_err();
    let roles = Role::Creator.into();
    let role = Role::Host;
    assert_eq!(
        error,
        SignError::Role {
            label: "Ada".into(),
            role,
            roles
        }
    );
    let key = SecretKey::from_seed(&[2; 32]);
    let forged = SecretKeyEntry::new("Host\n", key, [Role::Host]);
    let error = Policy::new(keyring()).with_host(&forged).unwrap_err();
    assert_eq!(
        error,
        SignError::ControlCharacter {
            label: "Host\n".into()
        }
    );
}

#[test]
fn wants_a_creator_whatever_the_strategy() {
    let ann = SecretKeyEntry::new("Ann", SecretKey::from_seed(&[3; 32]), [Role::Approver]);
    let keyring = Keyring::from_iter([KeyEntry::from(&ada()), KeyEntry::from(&ann)]);
    let strategy = Strategy::MultipleAttestation(Role::Approver.into());
    let policy = Policy::new(keyring).with_strategy(strategy);
    let mut invoice = unsigned(&["a"]);
    invoice.sign(&ann, Role::Approver, NOW).unwrap();
    let error = policy.verify(invoice.clone()).unwrap_err();
    assert_eq!(error, CreateError::NoCreator { id: id() });
    assert_eq!(
        error.to_string(),
        "example.com/hello/1.0.0 is not signed by a creator, and no bindle is hosted without that"
    );
    invoice.sign(&ada(), Role::Creator, NOW).unwrap();
    assert!(policy.verify(invoice).is_ok());
}

#[test]
fn knows_every_creator() {
    // Ada is known, so that each strategy is content; Eve is not.
    let eve = SecretKeyEntry::new("Eve", SecretKey::from_seed(&[4; 32]), [Role::Creator]);
    let mut invoice = signed(&["a"]);
    invoice.sign(&eve, Role::Creator, NOW).unwrap();
    assert!(Strategy::default().verify(&invoice, &keyring()).is_ok());
    let error = policy().verify(invoice.clone()).unwrap_err();
    let by = "Eve".into();
    assert_eq!(
        error,
        CreateError::UnknownCreator {
            id: id(),
            index: 1,
            by
        }
    );
    assert_eq!(
        error.to_string(),
        "example.com/hello/1.0.0 has a creator that is not known here: signature[1], by \"Eve\""
    );
    // Nor is one whose key is for something else.
    let approver = KeyEntry::new("Eve", eve.key().public_key(), [Role::Approver]);
    let keyring = Keyring::from_iter([KeyEntry::from(&ada()), approver]);
    let error = Policy::new(keyring).verify(invoice).unwrap_err();
    assert!(matches!(
        error,
        CreateError::UnknownCreator { index: 1, .. }
    ));
}

/// What a registry serves is read by all, with the signature that it adds.
#[test]
fn leaves_room_for_the_signature_of_its_host() {
    let by_strangers = |count: u8| {
        let mut invoice = signed(&["a"]);
        for seed in 0..count {
            let key = SecretKey::from_seed(&[100 + seed; 32]);
            let stranger = SecretKeyEntry::new("Eve", key, [Role::Proxy]);
            invoice.sign(&stranger, Role::Proxy, NOW).unwrap();
        }
        invoice
    };
    let read = |invoice: &Invoice| Invoice::from_toml(&invoice.to_toml());
    let mut ours = by_strangers(98);
    let served = policy().sign(policy().verify(ours.clone()).unwrap(), NOW);
    assert_eq!(served.signatures().len(), 100);
    assert_eq!(read(&served).as_ref(), Ok(&served));

    let error = policy().verify(by_strangers(99)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "example.com/hello/1.0.0 has 100 signatures; with that of the host, nobody could read it"
    );
    // Whoever adds none of its own, or has done so before, needs no room.
    let policy_without_host = Policy::new(keyring());
    assert!(policy_without_host.verify(by_strangers(99)).is_ok());
    ours.sign(&host(), Role::Host, NOW).unwrap();
    assert_eq!(ours.signatures().len(), 100);
    let served = policy().sign(policy().verify(ours.clone()).unwrap(), NOW);
    assert_eq!(served, ours);
}

#[test]
fn strangers_in_other_roles_do_not_matter() {
    let proxy = SecretKeyEntry::new("CI", SecretKey::from_seed(&[5; 32]), [Role::Proxy]);
    let mut invoice = signed(&["a"]);
    invoice.sign(&proxy, Role::Proxy, NOW).unwrap();
    let invoice = policy().verify(invoice).unwrap();
    let roles = policy()
        .sign(invoice, NOW)
        .signatures()
        .iter()
        .map(bindle_core::SignatureBlock::role)
        .collect::<Vec<_>>();
    assert_eq!(roles, [Role::Creator, Role::Proxy, Role::Host]);
}

#[test]
fn yanks_what_is_not_yanked() {
    let stored = signed(&["a"]);
    let Yank::Replace(yanked) = policy().yank(&id(), Some(&stored), NOW).unwrap() else {
        panic!("it was not yanked");
    };
    assert!(yanked.is_yanked());
    assert_eq!(yanked.yanked_reason(), "");
    assert_eq!(yanked.yanked_signatures().len(), 1);
    assert_eq!(yanked.content_digest(), stored.content_digest());
    assert!(yanked.to_reference_toml().left_out().is_empty());
    let again = policy().yank(&id(), Some(&yanked), NOW);
    assert_eq!(again, Ok(Yank::DoneBefore));
    let nowhere = policy().yank(&id(), None, NOW).unwrap_err();
    assert_eq!(
        nowhere.to_string(),
        "there is no bindle example.com/hello/1.0.0"
    );

    let unsigned = Policy::new(keyring()).yank(&id(), Some(&stored), NOW);
    let Ok(Yank::Replace(yanked)) = unsigned else {
        panic!("it was not yanked");
    };
    assert!(yanked.yanked_signatures().is_empty());
}

#[test]
fn serves_the_key_of_its_host_for_hosting_only() {
    let key = SecretKey::from_seed(&[2; 32]);
    let host = SecretKeyEntry::new("Host", key, [Role::Creator, Role::Host]);
    let keys = Policy::default().with_host(&host).unwrap().host_keys();
    let entries: Vec<_> = keys
        .iter()
        .map(|entry| (entry.label(), entry.roles()))
        .collect();
    assert_eq!(entries, [("Host", RoleSet::from(Role::Host))]);
    assert!(Policy::default().host_keys().is_empty());
}

#[test]
fn keys_of_some_roles() {
    let host = KeyEntry::from(&host());
    let both = KeyEntry::new(
        "Both",
        ada().key().public_key(),
        [Role::Creator, Role::Approver],
    );
    let keys = Keyring::from_iter([host, both]);
    let labels = |roles: &[Role]| {
        let keys = registry::keys(&keys, roles.iter().copied().collect());
        keys.iter()
            .map(|entry| entry.label().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(labels(&[]), ["Host", "Both"]);
    assert_eq!(labels(&[Role::Host]), ["Host"]);
    assert_eq!(labels(&[Role::Proxy, Role::Approver]), ["Both"]);
    assert_eq!(labels(&[Role::Proxy]), <[&str; 0]>::default());
}
