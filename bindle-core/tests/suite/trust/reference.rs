use bindle_core::{
    Invoice, Keyring, LabelStatus, Role, SecretKeyFile, SignedTextForm, Strategy, UnixTime,
};

const SIGNED: &str = include_str!("../../reference-wire/invoice_signed_2.toml");
const KEYRING: &str = include_str!("../../reference-wire/client_keyring.toml");
const SECRETS: &str = include_str!("../../reference-wire/secret_keys.toml");

#[test]
fn the_references_signatures_verify() {
    let keyring = Keyring::from_toml(KEYRING).unwrap();
    let invoice = Invoice::from_toml(SIGNED).unwrap();
    let verified = Strategy::ExhaustiveVerification
        .verify(invoice, &keyring)
        .unwrap();
    for finding in verified.findings() {
        assert_eq!(finding.form(), Some(SignedTextForm::Reference));
        assert_eq!(finding.label_matches(), Some(true));
    }
}

#[test]
fn signs_exactly_as_the_reference_did() {
    let secrets = SecretKeyFile::from_toml(SECRETS).unwrap();
    let expected = Invoice::from_toml(SIGNED).unwrap();
    let unsigned = SIGNED.split("\n[[signature]]").next().unwrap();
    let mut invoice = Invoice::from_toml(unsigned).unwrap();
    let at = UnixTime::from_seconds(1_795_383_009);
    for role in [Role::Creator, Role::Approver] {
        let signer = secrets.first_for(role).unwrap();
        invoice.sign(signer, role, at).unwrap();
    }
    assert_eq!(invoice, expected);
    assert_eq!(invoice.to_toml(), SIGNED);
}

#[test]
fn key_files_are_written_as_the_reference_writes_them() {
    let keyring = Keyring::from_toml(KEYRING).unwrap();
    assert_eq!(keyring.to_toml(), KEYRING);
    assert!(
        keyring
            .iter()
            .all(|entry| entry.label_status() == LabelStatus::Signed)
    );
    let secrets = SecretKeyFile::from_toml(SECRETS).unwrap();
    assert_eq!(*secrets.to_secret_toml(), SECRETS);
}
