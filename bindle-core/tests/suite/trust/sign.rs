//! Signing: what is refused, and that nothing else changes.

use bindle_core::{Role, SignError, SignedTextForm, UnixTime};

use super::{NOON, ada, ann, host, sign_text, signed, signer, unsigned};

#[test]
fn appends_and_changes_nothing_else() {
    let mut invoice = signed();
    let first = invoice.signatures()[0].clone();
    let block = invoice.sign(&ann(), Role::Approver, NOON).unwrap().clone();
    assert_eq!(invoice.signatures(), [first, block.clone()]);
    assert_eq!(block.by(), ann().label());
    assert_eq!(block.role(), Role::Approver);
    assert_eq!(block.at(), NOON);
    assert_eq!(block.key(), ann().key().public_key().to_string());
    assert_eq!(block.key_bytes(), Ok(*ann().key().public_key().as_bytes()));
    assert!(block.signature_bytes().is_ok());
    assert_eq!(invoice.content_digest(), unsigned().content_digest());
    assert_eq!(
        (invoice.parcels(), invoice.groups()),
        (unsigned().parcels(), unsigned().groups())
    );
}

/// The two forms, spelt out.
#[test]
fn forms() {
    let invoice = unsigned();
    let [first, second] = invoice.parcels() else {
        unreachable!()
    };
    let (first, second) = (first.label().digest(), second.label().digest());
    for (form, text) in [
        (
            SignedTextForm::Reference,
            format!(
                "Ada <ada@example.com>\nexample.com/hello\n1.0.0\ncreator\n~\n{first}\n{second}"
            ),
        ),
        (
            SignedTextForm::Specification,
            format!(
                "Ada <ada@example.com>\nexample.com/hello\n1.0.0\ncreator\n1700000000\n~\n{first}\n{second}"
            ),
        ),
    ] {
        let mut invoice = unsigned();
        let block = invoice
            .sign_in_form(&ada(), Role::Creator, NOON, form)
            .unwrap();
        assert_eq!(block.signature(), sign_text(1, &text), "{form}");
    }
    assert_eq!(SignedTextForm::default(), SignedTextForm::Reference);
    let mut default = unsigned();
    default.sign(&ada(), Role::Creator, NOON).unwrap();
    let mut explicit = unsigned();
    let form = SignedTextForm::Reference;
    explicit
        .sign_in_form(&ada(), Role::Creator, NOON, form)
        .unwrap();
    assert_eq!(default, explicit);
}

#[test]
fn forms_have_names() {
    let forms = [SignedTextForm::Reference, SignedTextForm::Specification];
    assert_eq!(
        forms.map(|form| form.to_string()),
        ["reference", "specification"]
    );
    assert_eq!(
        serde_json::to_string(&forms).unwrap(),
        r#"["reference","specification"]"#
    );
}

#[test]
fn is_deterministic() {
    assert_eq!(signed(), signed());
}

#[test]
fn refuses_roles_that_a_key_is_not_marked_for() {
    let mut invoice = unsigned();
    let error = invoice.sign(&ada(), Role::Approver, NOON).unwrap_err();
    let expected = SignError::Role {
        label: "Ada <ada@example.com>".into(),
        role: Role::Approver,
        roles: Role::Creator.into(),
    };
    assert_eq!(error, expected);
    assert_eq!(
        error.to_string(),
        "the key of \"Ada <ada@example.com>\" is marked for the roles [creator], not for `approver`"
    );
    let nobody = signer("Nobody", 9, []);
    assert_eq!(
        invoice
            .sign(&nobody, Role::Proxy, NOON)
            .unwrap_err()
            .to_string(),
        "the key of \"Nobody\" is marked for the roles [], not for `proxy`"
    );
    assert_eq!(invoice, unsigned());
}

#[test]
fn refuses_keys_that_have_signed() {
    let mut invoice = signed();
    let later = UnixTime::from_seconds(1_800_000_000);
    let error = invoice.sign(&ada(), Role::Creator, later).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the key of \"Ada <ada@example.com>\" has signed already (entry 0); a key may sign once"
    );
    // Under whatever name, in whatever form.
    let renamed = signer("Somebody else", 1, Role::ALL);
    let form = SignedTextForm::Specification;
    let error = invoice
        .sign_in_form(&renamed, Role::Host, NOON, form)
        .unwrap_err();
    let label = "Somebody else".into();
    assert_eq!(error, SignError::SignedAlready { label, index: 0 });
    assert_eq!(invoice, signed());
}

#[test]
fn refuses_labels_with_control_characters() {
    let mut invoice = unsigned();
    for label in ["Ada\n", "\u{0}", "A\u{85}da", "Ada\r\nexample.com/other"] {
        let forged = signer(label, 1, [Role::Creator, Role::Host]);
        let error = invoice.sign(&forged, Role::Creator, NOON).unwrap_err();
        assert_eq!(
            error,
            SignError::ControlCharacter {
                label: label.into()
            }
        );
        assert_eq!(
            error.to_string(),
            format!(
                "the label {label:?} of the key has a control character, \
                 and is part of what is signed"
            )
        );
    }
    invoice.yank("").unwrap();
    let forged = signer("Host\n", 3, [Role::Host]);
    assert!(invoice.sign_yank(&forged, NOON).is_err());
    assert!(invoice.signatures().is_empty() && invoice.yanked_signatures().is_empty());
}

#[test]
fn refuses_yanks_of_what_is_not_yanked() {
    let mut invoice = signed();
    let error = invoice.sign_yank(&host(), NOON).unwrap_err();
    assert_eq!(error, SignError::NotYanked);
    assert_eq!(
        error.to_string(),
        "the bindle is not yanked: yank it, then sign that"
    );
    assert!(!invoice.is_yanked());
}
