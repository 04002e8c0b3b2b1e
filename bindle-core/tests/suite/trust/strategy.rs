//! Strategies as text, and what a verdict carries.

use std::sync::Arc;

use bindle_core::{
    Finding, Findings, Keyring, RejectReason, RequiredRoles, Role, RoleSet, Strategy,
};
use snapbox::{IntoData, assert_data_eq, str};

use super::{NOON, ada, ann, host, keyring, signed, stranger};

#[test]
fn texts_parse_and_print() {
    let roles = RequiredRoles::new(Role::Host, [Role::Creator]);
    for (strategy, text) in [
        (Strategy::CreativeIntegrity, "CreativeIntegrity"),
        (Strategy::AuthoritativeIntegrity, "AuthoritativeIntegrity"),
        (Strategy::GreedyVerification, "GreedyVerification"),
        (Strategy::ExhaustiveVerification, "ExhaustiveVerification"),
        (
            Strategy::MultipleAttestation(roles),
            "MultipleAttestation[creator, host]",
        ),
        (
            Strategy::MultipleAttestationGreedy(Role::Approver.into()),
            "MultipleAttestationGreedy[approver]",
        ),
    ] {
        assert_eq!(strategy.to_string(), text);
        assert_eq!(text.parse(), Ok(strategy));
    }
    assert_eq!(Strategy::default(), Strategy::GreedyVerification);
}

#[test]
fn case_and_space_do_not_matter() {
    let roles = RequiredRoles::new(Role::Host, [Role::Creator]);
    let expected = Strategy::MultipleAttestation(roles);
    for text in [
        "multipleattestation[creator,host]",
        "  MULTIPLEATTESTATION [ Host , CREATOR,host ]\n",
        "MultipleAttestation[host,creator]",
    ] {
        assert_eq!(text.parse(), Ok(expected), "{text}");
    }
    assert_eq!(
        " greedyverification".parse(),
        Ok(Strategy::GreedyVerification)
    );
}

#[test]
fn messages() {
    let texts = [
        "",
        "Greedy",
        "CreativeIntegrity[creator]",
        "MultipleAttestation",
        "MultipleAttestation[]",
        "MultipleAttestationGreedy[ ]",
        "MultipleAttestation[creator,]",
        "MultipleAttestation[creator, root]",
        "MultipleAttestation[creator",
        "MultipleAttestation[creator]]",
        "MultipleAttestation]creator[",
    ];
    let messages = texts.map(|text| text.parse::<Strategy>().unwrap_err().to_string());
    assert_data_eq!(messages.join("\n"), str![[r#"
"" is not a verification strategy: expected CreativeIntegrity, AuthoritativeIntegrity, GreedyVerification, ExhaustiveVerification, MultipleAttestation[ROLE, …] or MultipleAttestationGreedy[ROLE, …]
"Greedy" is not a verification strategy: expected CreativeIntegrity, AuthoritativeIntegrity, GreedyVerification, ExhaustiveVerification, MultipleAttestation[ROLE, …] or MultipleAttestationGreedy[ROLE, …]
"CreativeIntegrity[creator]" is not a verification strategy: `CreativeIntegrity` takes no roles
"MultipleAttestation" is not a verification strategy: expected roles: `MultipleAttestation[ROLE, …]`
"MultipleAttestation[]" is not a verification strategy: expected at least one role
"MultipleAttestationGreedy[ ]" is not a verification strategy: expected at least one role
"MultipleAttestation[creator,]" is not a verification strategy: expected the role `creator`, `approver`, `host` or `proxy`, found ""
"MultipleAttestation[creator, root]" is not a verification strategy: expected the role `creator`, `approver`, `host` or `proxy`, found "root"
"MultipleAttestation[creator" is not a verification strategy: the `[` is not closed
"MultipleAttestation[creator]]" is not a verification strategy: expected the role `creator`, `approver`, `host` or `proxy`, found "creator]"
"MultipleAttestation]creator[" is not a verification strategy: the `[` is not closed
"#]].raw());
    let long = "x".repeat(1_000_000);
    for text in [long.clone(), format!("MultipleAttestation[{long}]")] {
        let message = text.parse::<Strategy>().unwrap_err().to_string();
        assert!(message.len() < 500, "{}", message.len());
    }
}

#[test]
fn reasons() {
    let roles = RoleSet::from_iter([Role::Creator, Role::Approver]);
    let reasons = [
        RejectReason::BadSignature { index: 3 },
        RejectReason::DuplicateKey { index: 2, first: 0 },
        RejectReason::MissingRole { roles },
        RejectReason::NoSignature,
        RejectReason::RoleNotGranted { index: 1 },
        RejectReason::UnknownKey { index: 0 },
    ];
    let messages = reasons.each_ref().map(ToString::to_string);
    assert_data_eq!(
        messages.join("\n"),
        str![[r#"
signature[3] is bad
signature[2] is by the same key as signature[0]
no signature as `creator` or `approver` counts
it is not signed
signature[1] is in a role that the keyring does not grant to its key
signature[0] is by an unknown key
"#]]
        .raw()
    );
    assert_eq!(
        serde_json::to_value(&reasons).unwrap(),
        serde_json::json!(messages)
    );
}

#[test]
fn rejections_give_all_back() {
    let invoice = signed();
    let rejected = Strategy::default()
        .verify(invoice.clone(), &Keyring::default())
        .unwrap_err();
    assert_eq!(
        rejected.to_string(),
        "example.com/hello/1.0.0 is not trusted: no signature as `creator` counts"
    );
    assert_eq!(
        rejected.findings(),
        &Findings::of(&invoice, &Keyring::default())
    );
    assert_eq!(rejected.into_invoice(), invoice);
}

#[test]
fn verified_carries_its_evidence() {
    let invoice = signed();
    let keyring = keyring([&ada()]);
    let verified = Strategy::default()
        .verify(invoice.clone(), &keyring)
        .unwrap();
    assert_eq!(verified.id(), invoice.id());
    assert_eq!(verified.findings(), &Findings::of(&invoice, &keyring));
    assert_eq!(verified.into_inner(), invoice);
    // Borrowed and shared invoices can be verified as well.
    assert_eq!(
        *Strategy::default().verify(&invoice, &keyring).unwrap(),
        &invoice
    );
    let shared = Arc::new(invoice);
    let verified = Strategy::default()
        .verify(Arc::clone(&shared), &keyring)
        .unwrap();
    assert!(Arc::ptr_eq(&verified, &shared));
}

#[test]
fn findings_are_flat_records() {
    let mut invoice = signed();
    invoice.sign(&stranger(), Role::Host, NOON).unwrap();
    let findings = Findings::of(&invoice, &keyring([&ada()]));
    assert_data_eq!(
        serde_json::to_string_pretty(&findings).unwrap(),
        str![[r#"
[
  {
    "by": "Ada <ada@example.com>",
    "role": "creator",
    "at": 1700000000,
    "key": "iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w=",
    "status": "valid",
    "form": "reference",
    "known": true,
    "label": "Ada <ada@example.com>",
    "role_granted": true,
    "repeats": null
  },
  {
    "by": "Mallory",
    "role": "host",
    "at": 1700000000,
    "key": "IVL40Zt5HSRFMkLhXy6rbLfP+ntqXtMAl5YOBpiB2xI=",
    "status": "valid",
    "form": "reference",
    "known": false,
    "label": null,
    "role_granted": false,
    "repeats": null
  }
]
"#]]
        .raw()
    );
    assert_eq!((findings.len(), findings.is_empty()), (2, false));
    assert_eq!((&findings).into_iter().count(), 2);
    let label_matches = findings.iter().map(Finding::label_matches);
    assert_eq!(label_matches.collect::<Vec<_>>(), [Some(true), None]);
    assert!(Findings::default().is_empty());
}

#[test]
fn keys_with_several_entries_have_the_roles_of_all() {
    let key = ada().key().public_key();
    let entry = |role| bindle_core::KeyEntry::new("Ada", key, [role]);
    let keyring = Keyring::from_iter([entry(Role::Host), entry(Role::Creator)]);
    assert!(
        Strategy::ExhaustiveVerification
            .verify(signed(), &keyring)
            .is_ok()
    );
    assert!(keyring.grants(&key, Role::Host) && !keyring.grants(&key, Role::Proxy));
    assert_eq!((keyring.len(), keyring.is_empty()), (2, false));
}

#[test]
fn several_roles_need_several_signers() {
    let mut invoice = signed();
    invoice.sign(&ann(), Role::Approver, NOON).unwrap();
    let keyring = keyring([&ada(), &ann(), &host()]);
    let roles = RequiredRoles::new(Role::Creator, [Role::Approver]);
    assert!(
        Strategy::MultipleAttestation(roles)
            .verify(&invoice, &keyring)
            .is_ok()
    );
    let roles = RequiredRoles::new(Role::Creator, [Role::Approver, Role::Host]);
    let rejected = Strategy::MultipleAttestationGreedy(roles).verify(&invoice, &keyring);
    let reason = rejected.unwrap_err().reason().clone();
    assert_eq!(
        reason,
        RejectReason::MissingRole {
            roles: Role::Host.into()
        }
    );
}

#[test]
fn sets_of_roles() {
    let mut roles = RoleSet::default();
    assert!(roles.is_empty());
    roles.insert(Role::Proxy);
    let roles = roles.union(Role::Creator.into());
    assert_eq!(Vec::from_iter(roles.iter()), [Role::Creator, Role::Proxy]);
    assert_eq!(roles.to_string(), "creator, proxy");
    assert_eq!(
        serde_json::to_string(&roles).unwrap(),
        r#"["creator","proxy"]"#
    );
    assert_eq!(RequiredRoles::try_from(roles).unwrap().get(), roles);
    assert_eq!(
        RequiredRoles::new(Role::Proxy, [Role::Creator]).get(),
        roles
    );
}

#[test]
fn roles_have_names() {
    for role in Role::ALL {
        assert_eq!(role.as_str().parse(), Ok(role));
        let json = serde_json::to_string(&role).unwrap();
        assert_eq!(json, format!("\"{role}\""));
        assert_eq!(serde_json::from_str::<Role>(&json).unwrap(), role);
    }
    let message = "expected the role `creator`, `approver`, `host` or `proxy`, found \"Creator\"";
    assert_eq!("Creator".parse::<Role>().unwrap_err().to_string(), message);
    assert_eq!(
        serde_json::from_str::<Role>("\"Creator\"")
            .unwrap_err()
            .to_string(),
        message
    );
}

#[test]
fn roles_in_both_sets_are_in_their_union() {
    let creator_and_host = RoleSet::from_iter([Role::Creator, Role::Host]);
    let host_and_proxy = RoleSet::from_iter([Role::Host, Role::Proxy]);
    assert_eq!(
        creator_and_host.union(host_and_proxy),
        RoleSet::from_iter([Role::Creator, Role::Host, Role::Proxy])
    );
}
