//! What an attacker may try, one test an attack.

use bindle_core::{
    Invoice, KeyEntry, Keyring, LabelStatus, RejectReason, RequiredRoles, Role, RoleSet, SignError,
    SignatureStatus, SignedTextForm, Strategy,
};

use super::{
    NOON, ada, ann, edited, host, invalidated_text, keyring, sign_text, signed, signer, stranger,
    unsigned,
};

/// The reason why the strategy rejects the invoice.
#[track_caller]
fn rejected(strategy: Strategy, invoice: &Invoice, keyring: &Keyring) -> RejectReason {
    let rejected = strategy.verify(invoice, keyring).unwrap_err();
    assert_eq!(rejected.findings().len(), invoice.signatures().len());
    rejected.reason().clone()
}

fn creators_alone() -> RoleSet {
    Role::Creator.into()
}

#[test]
fn at_altered_in_reference_form_goes_unnoticed() {
    let altered = edited(&signed(), |json| json["signature"][0]["at"] = 1.into());
    let verified = Strategy::default()
        .verify(altered, &keyring([&ada()]))
        .unwrap();
    // That is what the form is reported for: a policy on times asks for more.
    let finding = verified.findings().iter().next().unwrap();
    assert_eq!(finding.form(), Some(SignedTextForm::Reference));
    assert_eq!(finding.at().as_seconds(), 1);
}

#[test]
fn at_altered_in_specification_form_is_noticed() {
    let mut invoice = unsigned();
    let form = SignedTextForm::Specification;
    invoice
        .sign_in_form(&ada(), Role::Creator, NOON, form)
        .unwrap();
    let keyring = keyring([&ada()]);
    let verified = Strategy::default().verify(&invoice, &keyring).unwrap();
    assert_eq!(
        verified.findings().iter().next().unwrap().form(),
        Some(form)
    );
    let altered = edited(&invoice, |json| json["signature"][0]["at"] = 1.into());
    let reason = rejected(Strategy::default(), &altered, &keyring);
    assert_eq!(reason, RejectReason::BadSignature { index: 0 });
}

#[test]
fn line_break_in_by_is_refused_in_reading_and_in_signing() {
    // The name of one bindle, moved into the signer's name of another.
    let forged = signer("Ada\nexample.com/other", 1, [Role::Creator]);
    let error = unsigned().sign(&forged, Role::Creator, NOON).unwrap_err();
    let label = "Ada\nexample.com/other".into();
    assert_eq!(error, SignError::ControlCharacter { label });
    let text = signed()
        .to_toml()
        .replace("by = \"Ada", "by = \"Ada\\nexample.com/other");
    let problems = Invoice::from_toml(&text).unwrap_err();
    assert_eq!(problems.iter().next().unwrap().path(), "signature[0].by");
}

#[test]
fn line_break_in_name_is_refused() {
    let text = signed()
        .to_toml()
        .replace("example.com/hello", "example.com/hello\\n1.0.0");
    let problems = Invoice::from_toml(&text).unwrap_err();
    assert_eq!(problems.iter().next().unwrap().path(), "bindle.name");
}

#[test]
fn line_break_in_version_is_refused() {
    let text = signed()
        .to_toml()
        .replace("version = \"1.0.0", "version = \"1.0.0\\ncreator");
    let problems = Invoice::from_toml(&text).unwrap_err();
    assert_eq!(problems.iter().next().unwrap().path(), "bindle.version");
}

#[test]
fn two_parcels_merged_by_a_line_break_are_refused() {
    let invoice = signed();
    let [first, second] = invoice.parcels() else {
        unreachable!()
    };
    let (first, second) = (first.label().digest(), second.label().digest());
    // The signed text would be the same.
    let merged = format!("{first}\\n{second}");
    let text = invoice.to_toml().replacen(&first.to_string(), &merged, 1);
    let problems = Invoice::from_toml(&text).unwrap_err();
    assert_eq!(
        problems.iter().next().unwrap().path(),
        "parcel[0].label.sha256"
    );
}

#[test]
fn parcels_replaced_removed_added_or_swapped_are_noticed() {
    let keyring = keyring([&ada()]);
    let reason = RejectReason::BadSignature { index: 0 };
    let edits: [fn(&mut serde_json::Value); 4] = [
        |json| json["parcel"][0]["label"]["sha256"] = "0".repeat(64).into(),
        |json| drop(json["parcel"].as_array_mut().unwrap().pop()),
        |json| {
            let first = json["parcel"][0].clone();
            json["parcel"].as_array_mut().unwrap().push(first);
        },
        |json| json["parcel"].as_array_mut().unwrap().reverse(),
    ];
    for edit in edits {
        let altered = edited(&signed(), edit);
        assert_eq!(rejected(Strategy::default(), &altered, &keyring), reason);
    }
}

#[test]
fn signature_moved_to_another_bindle_is_noticed() {
    let keyring = keyring([&ada()]);
    let reason = RejectReason::BadSignature { index: 0 };
    for (field, value) in [("name", "example.com/other"), ("version", "1.0.0+other")] {
        let altered = edited(&signed(), |json| json["bindle"][field] = value.into());
        assert_eq!(rejected(Strategy::default(), &altered, &keyring), reason);
    }
}

#[test]
fn signer_or_role_altered_is_noticed() {
    let ada = signer("Ada", 1, [Role::Creator, Role::Approver]);
    let mut invoice = unsigned();
    invoice.sign(&ada, Role::Approver, NOON).unwrap();
    let keyring = keyring([&ada]);
    let strategy = Strategy::AuthoritativeIntegrity;
    assert!(strategy.verify(&invoice, &keyring).is_ok());
    for (field, value) in [("by", "Bob"), ("role", "creator")] {
        let altered = edited(&invoice, |json| json["signature"][0][field] = value.into());
        let reason = RejectReason::BadSignature { index: 0 };
        assert_eq!(rejected(strategy, &altered, &keyring), reason);
    }
}

#[test]
fn key_known_for_another_role_only_does_not_count() {
    let keyring =
        Keyring::from_iter([KeyEntry::new("Ada", ada().key().public_key(), [Role::Host])]);
    let invoice = signed();
    let roles = creators_alone();
    let reason = RejectReason::MissingRole { roles };
    for strategy in [Strategy::CreativeIntegrity, Strategy::GreedyVerification] {
        assert_eq!(rejected(strategy, &invoice, &keyring), reason);
    }
    let reason = rejected(Strategy::ExhaustiveVerification, &invoice, &keyring);
    assert_eq!(reason, RejectReason::RoleNotGranted { index: 0 });
}

#[test]
fn same_key_twice_is_refused_in_signing_and_in_verifying() {
    let both = signer("Ada", 1, [Role::Creator, Role::Approver]);
    let mut invoice = unsigned();
    invoice.sign(&both, Role::Creator, NOON).unwrap();
    let error = invoice.sign(&both, Role::Approver, NOON).unwrap_err();
    let label = "Ada".into();
    assert_eq!(error, SignError::SignedAlready { label, index: 0 });
    // Somebody whose tools do not refuse.
    let mut other = unsigned();
    other.sign(&both, Role::Approver, NOON).unwrap();
    let second = serde_json::to_value(&other).unwrap()["signature"][0].take();
    let twice = edited(&invoice, |json| {
        json["signature"].as_array_mut().unwrap().push(second);
    });
    let roles = RequiredRoles::new(Role::Creator, [Role::Approver]);
    for strategy in [Strategy::default(), Strategy::MultipleAttestation(roles)] {
        let reason = rejected(strategy, &twice, &keyring([&both]));
        assert_eq!(reason, RejectReason::DuplicateKey { index: 1, first: 0 });
    }
}

#[test]
fn copied_signature_takes_the_bindle_away() {
    // Documented: a copy looks the same as tampering.
    let copied = edited(&signed(), |json| {
        let first = json["signature"][0].clone();
        json["signature"].as_array_mut().unwrap().push(first);
    });
    let reason = rejected(Strategy::default(), &copied, &keyring([&ada()]));
    assert_eq!(reason, RejectReason::DuplicateKey { index: 1, first: 0 });
}

/// A bad signature by `key`, appended to what Ada has signed.
fn with_garbage_under(key: &str) -> Invoice {
    let garbage = serde_json::json!({
        "by": "Mallory", "role": "creator", "at": 1, "key": key, "signature": sign_text(66, "garbage"),
    });
    edited(&signed(), |json| {
        json["signature"].as_array_mut().unwrap().push(garbage);
    })
}

#[test]
fn garbage_by_a_stranger_under_his_own_key_is_a_warning() {
    let invoice = with_garbage_under(&stranger().key().public_key().to_string());
    let keyring = keyring([&ada()]);
    let verified = Strategy::default().verify(&invoice, &keyring).unwrap();
    let finding = verified.findings().iter().nth(1).unwrap();
    assert_eq!(finding.status(), SignatureStatus::Invalid);
    assert!(!finding.is_known());
    let reason = rejected(Strategy::ExhaustiveVerification, &invoice, &keyring);
    assert_eq!(reason, RejectReason::BadSignature { index: 1 });
}

#[test]
fn a_stranger_who_signs_twice_is_a_warning() {
    // Whether he takes a key of his own, the same one twice, or none at all.
    let mut invoice = signed();
    invoice.sign(&stranger(), Role::Host, NOON).unwrap();
    let keyring = keyring([&ada()]);
    for key in [invoice.signatures()[1].key(), ""] {
        let twice = edited(&invoice, |json| {
            let blocks = json["signature"].as_array_mut().unwrap();
            blocks[1]["key"] = key.into();
            blocks.push(blocks[1].clone());
        });
        for strategy in [
            Strategy::CreativeIntegrity,
            Strategy::AuthoritativeIntegrity,
            Strategy::GreedyVerification,
            Strategy::MultipleAttestation(Role::Creator.into()),
            Strategy::MultipleAttestationGreedy(Role::Creator.into()),
        ] {
            let verified = strategy.verify(&twice, &keyring).unwrap();
            let finding = verified.findings().iter().nth(2).unwrap();
            assert_eq!(finding.repeats(), Some(1), "{strategy}");
        }
        let rejected = Strategy::ExhaustiveVerification.verify(&twice, &keyring);
        assert!(rejected.is_err());
    }
}

#[test]
fn garbage_under_a_copied_known_key_rejects() {
    let invoice = with_garbage_under(&ann().key().public_key().to_string());
    let keyring = keyring([&ada(), &ann()]);
    for strategy in [
        Strategy::CreativeIntegrity,
        Strategy::AuthoritativeIntegrity,
        Strategy::GreedyVerification,
        Strategy::ExhaustiveVerification,
        Strategy::MultipleAttestation(Role::Creator.into()),
        Strategy::MultipleAttestationGreedy(Role::Creator.into()),
    ] {
        let reason = rejected(strategy, &invoice, &keyring);
        assert_eq!(
            reason,
            RejectReason::BadSignature { index: 1 },
            "{strategy}"
        );
    }
}

#[test]
fn valid_signature_of_a_stranger_is_a_warning() {
    let mut invoice = signed();
    invoice.sign(&stranger(), Role::Host, NOON).unwrap();
    let keyring = keyring([&ada()]);
    let verified = Strategy::default().verify(&invoice, &keyring).unwrap();
    let finding = verified.findings().iter().nth(1).unwrap();
    assert!(finding.is_valid() && !finding.is_known() && !finding.counts());
    let reason = rejected(Strategy::ExhaustiveVerification, &invoice, &keyring);
    assert_eq!(reason, RejectReason::UnknownKey { index: 1 });
}

#[test]
fn stranger_as_creator_does_not_count() {
    let mut invoice = unsigned();
    invoice.sign(&stranger(), Role::Creator, NOON).unwrap();
    let reason = rejected(Strategy::default(), &invoice, &keyring([&ada()]));
    assert_eq!(
        reason,
        RejectReason::MissingRole {
            roles: creators_alone()
        }
    );
}

#[test]
fn no_signature_at_all_is_rejected_by_every_strategy() {
    let keyring = keyring([&ada()]);
    for strategy in [
        Strategy::CreativeIntegrity,
        Strategy::AuthoritativeIntegrity,
        Strategy::GreedyVerification,
        Strategy::ExhaustiveVerification,
        Strategy::MultipleAttestation(Role::Proxy.into()),
        Strategy::MultipleAttestationGreedy(Role::Proxy.into()),
    ] {
        assert!(strategy.verify(unsigned(), &keyring).is_err(), "{strategy}");
    }
}

#[test]
fn empty_list_of_roles_is_refused() {
    for text in ["MultipleAttestation[]", "MultipleAttestationGreedy[ ]"] {
        assert!(text.parse::<Strategy>().is_err());
    }
    let error = RequiredRoles::try_from(RoleSet::default()).unwrap_err();
    assert_eq!(error.to_string(), "expected at least one role");
}

#[test]
fn what_a_signature_does_not_cover_is_in_the_content_digest() {
    let invoice = signed();
    let keyring = keyring([&ada()]);
    type Edit = fn(&mut serde_json::Value);
    let edits: [(&str, Edit); 9] = [
        ("label name", |json| {
            json["parcel"][0]["label"]["name"] = "evil.wasm".into();
        }),
        ("media type", |json| {
            json["parcel"][0]["label"]["mediaType"] = "text/html".into();
        }),
        ("size", |json| json["parcel"][0]["label"]["size"] = 2.into()),
        ("conditions", |json| {
            json["parcel"][0]["conditions"] = serde_json::Value::Null;
        }),
        ("origin", |json| {
            json["parcel"][0]["label"]["origin"] = "a/1.0.0".into();
        }),
        ("feature", |json| {
            json["parcel"][0]["label"]["feature"] = serde_json::json!({ "wasm": { "a": "b" } });
        }),
        ("group", |json| json["group"][0]["required"] = true.into()),
        ("description", |json| {
            json["bindle"]["description"] = "evil".into();
        }),
        ("annotations", |json| {
            json["annotations"] = serde_json::json!({ "a": "b" });
        }),
    ];
    for (what, edit) in edits {
        let altered = edited(&invoice, edit);
        // Shown, not wished for: the signature is still good.
        assert!(
            Strategy::ExhaustiveVerification
                .verify(&altered, &keyring)
                .is_ok(),
            "{what}"
        );
        assert_ne!(altered.content_digest(), invoice.content_digest(), "{what}");
    }
    // A size that is a lie is found out when the content comes.
    let altered = edited(&invoice, |json| {
        json["parcel"][0]["label"]["size"] = 2.into();
    });
    assert!(altered.parcels()[0].label().verify(b"a").is_err());
}

#[test]
fn label_of_a_key_that_was_tampered_with_is_noticed() {
    let text = keyring([&ada()])
        .to_toml()
        .replace("Ada <ada@", "Eve <eve@");
    let keyring = Keyring::from_toml(&text).unwrap();
    assert_eq!(
        keyring.iter().next().unwrap().label_status(),
        LabelStatus::Tampered
    );
    // What it is called does not change whose key it is.
    let verified = Strategy::default().verify(signed(), &keyring).unwrap();
    let finding = verified.findings().iter().next().unwrap();
    assert_eq!(finding.label_matches(), Some(false));
    assert_eq!(finding.label(), Some("Eve <eve@example.com>"));
    assert_eq!(finding.by(), "Ada <ada@example.com>");
    assert_eq!(finding.key(), signed().signatures()[0].key());
}

#[test]
fn truncated_or_non_canonical_base64_is_malformed() {
    let good = signed().signatures()[0].signature().to_owned();
    let key = signed().signatures()[0].key().to_owned();
    assert!(good.ends_with("=="));
    let digits = good.trim_end_matches('=');
    // The last digit of 64 bytes has four bits that belong to no byte.
    let (start, last) = digits.split_at(digits.len() - 1);
    let next = char::from(last.as_bytes()[0] + 1);
    for text in [
        String::new(),
        digits.to_owned(),
        format!("{digits}="),
        format!("{digits}==="),
        format!("{start}{next}=="),
        format!(" {good}"),
        format!("{good}\n"),
        good.replacen(|c: char| c.is_alphanumeric(), "-", 1),
        good[..44].to_owned(),
        format!("{good}{good}"),
    ] {
        let altered = edited(&signed(), |json| {
            json["signature"][0]["signature"] = text.clone().into();
        });
        let findings = bindle_core::Findings::of(&altered, &keyring([&ada()]));
        let finding = findings.iter().next().unwrap();
        assert!(
            matches!(finding.status(), SignatureStatus::Malformed { .. }),
            "{text:?}"
        );
        let reason = rejected(Strategy::default(), &altered, &keyring([&ada()]));
        assert_eq!(reason, RejectReason::BadSignature { index: 0 });
    }
    // A key that does not decode is nobody's.
    let altered = edited(&signed(), |json| {
        json["signature"][0]["key"] = key.trim_end_matches('=').into();
    });
    let reason = rejected(Strategy::default(), &altered, &keyring([&ada()]));
    assert_eq!(
        reason,
        RejectReason::MissingRole {
            roles: creators_alone()
        }
    );
}

#[test]
fn weak_key_is_malformed() {
    // The neutral element: a signature of nothing fits many texts.
    let weak = "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    let altered = edited(&signed(), |json| json["signature"][0]["key"] = weak.into());
    let findings = bindle_core::Findings::of(&altered, &keyring([&ada()]));
    let reason = "the key is weak: one signature fits many texts";
    let status = findings.iter().next().unwrap().status();
    assert_eq!(status, SignatureStatus::Malformed { reason });
}

#[test]
fn invalidated_on_purpose_is_told_apart() {
    let text = invalidated_text(&unsigned(), ada().label(), Role::Creator, NOON);
    let invoice = edited(&signed(), |json| {
        json["signature"][0]["signature"] = sign_text(1, &text).into();
    });
    let keyring = keyring([&ada()]);
    let rejected = Strategy::default().verify(&invoice, &keyring).unwrap_err();
    assert_eq!(*rejected.reason(), RejectReason::BadSignature { index: 0 });
    let finding = rejected.findings().iter().next().unwrap();
    assert_eq!(finding.status(), SignatureStatus::InvalidatedOnPurpose);
    assert!(!finding.is_valid());
}

#[test]
fn yank_flag_removed_changes_nothing() {
    let mut invoice = signed();
    invoice.yank("broken").unwrap();
    invoice.sign_yank(&host(), NOON).unwrap();
    let text = invoice.to_toml();
    for flag in ["", "yanked = false\n"] {
        let read = Invoice::from_toml(&text.replace("yanked = true\n", flag)).unwrap();
        assert_eq!(read, invoice);
    }
}

#[test]
fn yank_signed_by_another_than_a_host_is_refused_and_noticed() {
    let mut invoice = signed();
    invoice.yank("").unwrap();
    let error = invoice.sign_yank(&ada(), NOON).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the key of \"Ada <ada@example.com>\" is marked for the roles [creator], not for `host`"
    );
    // Somebody whose tools do not refuse, in the role of a creator and as a
    // host that nobody knows.
    let ada = signer("Ada", 1, [Role::Host]);
    invoice.sign_yank(&ada, NOON).unwrap();
    let as_creator = edited(&invoice, |json| {
        json["yankedSignature"][0]["role"] = "creator".into();
    });
    let keyring = Keyring::from_iter([KeyEntry::new(
        "Ada",
        ada.key().public_key(),
        [Role::Creator],
    )]);
    let finding = as_creator.check_yank(&keyring)[0];
    assert!(!finding.valid && !finding.host_known);
    let finding = invoice.check_yank(&keyring)[0];
    assert!(finding.valid && !finding.host_known);
}

#[test]
fn keyring_of_another_key_with_the_same_label_does_not_help() {
    let impostor = signer(ada().label(), 66, [Role::Creator]);
    let mut invoice = unsigned();
    invoice.sign(&impostor, Role::Creator, NOON).unwrap();
    let reason = rejected(Strategy::default(), &invoice, &keyring([&ada()]));
    assert_eq!(
        reason,
        RejectReason::MissingRole {
            roles: creators_alone()
        }
    );
}
