//! Documents of the deployed client and server: what each of them says.

use std::collections::BTreeMap;

use bindle_core::{
    Digest, Invoice, InvoiceReader, Keyring, Label, LabelStatus, Role, SatisfiedBy, SecretKeyFile,
    SignedTextForm, Strategy, UnixTime,
};
use serde::Deserialize;

const CREATE_RESPONSE: &str = include_str!("../reference-wire/InvoiceCreateResponse_201.toml");
const INVOICE_JSON: &str = include_str!("../reference-wire/invoice.json");
const KEYS: &str = include_str!("../reference-wire/bindle_keys.txt");
const ORIGIN_AND_TABLES: &str =
    include_str!("../reference-wire/invoice_origin_plus_tables_unserializable.toml");
const SIGNED_BY_CREATOR: &str = include_str!("../reference-wire/invoice_signed_creator.toml");
const SIGNED_TWICE: &str = include_str!("../reference-wire/invoice_signed_2.toml");
const CLIENT_KEYRING: &str = include_str!("../reference-wire/client_keyring.toml");
const PRINTED_KEYRING: &str = include_str!("../reference-wire/keys_print.toml");
const SECRET_KEYS: &str = include_str!("../reference-wire/secret_keys.toml");
const SIGNED_TEXT: &str = include_str!("../reference-wire/cleartext_creator.txt");

/// The body of a recorded answer.
fn body(answer: &str) -> &str {
    let end_of_head = "\r\n\r\n";
    answer.split_once(end_of_head).expect("a head").1
}

/// The bodies of answers, as far as they hold invoices and labels.
#[derive(Deserialize)]
struct Created {
    invoice: Invoice,
    #[serde(default)]
    missing: Vec<Label>,
}

#[derive(Deserialize)]
struct Found {
    invoices: Vec<Invoice>,
}

/// That `invoice` is the one that all the documents are about.
fn is_the_demo(invoice: &Invoice) {
    assert_eq!(invoice.id().name().as_str(), "example.com/demo/app");
    assert_eq!(invoice.description(), "demo");
    assert_eq!(invoice.authors(), ["Ada <ada@example.com>"]);
    let annotations = BTreeMap::from([("team".into(), "blue".into())]);
    assert_eq!(*invoice.annotations(), annotations);

    let [first, second] = invoice.parcels() else {
        panic!("two parcels: {invoice:?}");
    };
    is_label_a(first.label());
    assert_eq!(Vec::from_iter(first.groups()), ["server"]);
    assert!(first.required_groups().is_empty());
    is_label_b(second.label());
    assert!(second.groups().is_empty());

    let [group] = invoice.groups() else {
        panic!("one group: {invoice:?}");
    };
    assert_eq!(group.name(), "server");
    assert!(group.is_required());
    assert_eq!(group.satisfied_by(), SatisfiedBy::OneOf);
    assert_eq!(invoice.group("server"), Some(group));
    assert_eq!(invoice.group("client"), None);
}

fn is_label_a(label: &Label) {
    assert_eq!(
        label.digest().to_string(),
        "23f310b54076878fd4c36f0c60ec92011a8b406349b98dd37d08577d17397de5"
    );
    assert_eq!(label.media_type().as_str(), "text/plain");
    assert_eq!(label.name(), "a.txt");
    assert_eq!(label.size(), 9);
    assert_eq!(label.annotations()["bindle.dev/readme"], "true");
    assert_eq!(label.features()["wasm"]["type"], "library");
}

fn is_label_b(label: &Label) {
    assert_eq!(label.media_type().as_str(), "text/html");
    assert_eq!(label.name(), "page.html");
    assert_eq!(label.size(), 13);
    assert_eq!(label.origin(), "example.com/up/1.0.0");
    assert_eq!(label.origin_id(), "example.com/up/1.0.0".parse().ok());
    assert!(label.annotations().is_empty());
    assert!(label.features().is_empty());
}

/// Who signed, in which role.
fn signers(invoice: &Invoice) -> Vec<(&str, Role)> {
    let blocks = invoice.signatures().iter();
    blocks.map(|block| (block.by(), block.role())).collect()
}

const ADA: (&str, Role) = ("Ada Creator <ada@example.com>", Role::Creator);
const ANN: (&str, Role) = ("Ann Approver <ann@example.com>", Role::Approver);
const HOST: (&str, Role) = ("Default host key", Role::Host);

fn keyring() -> Keyring {
    let mut keyring = Keyring::from_toml(CLIENT_KEYRING).unwrap();
    keyring.extend(Keyring::from_toml(body(KEYS)).unwrap().iter().cloned());
    keyring
}

#[test]
fn signed_invoices() {
    let once = Invoice::from_toml(SIGNED_BY_CREATOR).unwrap();
    is_the_demo(&once);
    assert_eq!(signers(&once), [ADA]);
    assert_eq!(once.id().to_string(), "example.com/demo/app/1.2.3");
    let twice = Invoice::from_toml(SIGNED_TWICE).unwrap();
    is_the_demo(&twice);
    assert_eq!(signers(&twice), [ADA, ANN]);
    assert_eq!(twice.signatures()[..1], *once.signatures());
    let block = &twice.signatures()[1];
    assert_eq!(block.at(), UnixTime::from_seconds(1_795_383_009));
    assert_eq!(block.key(), "ko3zKFWU1wlsKPeTgHiXoQPrTXw+6tZXf0D/p1PC90I=");
    // Signatures are not part of the content.
    assert_eq!(once.content_digest(), twice.content_digest());
    assert!(
        InvoiceReader::new()
            .read(SIGNED_TWICE)
            .unwrap()
            .lints()
            .is_empty()
    );
}

#[test]
fn invoice_as_json() {
    let json: Invoice = serde_json::from_str(INVOICE_JSON).unwrap();
    is_the_demo(&json);
    assert_eq!(signers(&json), [ADA, ANN, HOST]);
    assert!(!json.is_yanked());
    let toml = Invoice::from_toml(SIGNED_TWICE).unwrap();
    assert_eq!(json.content_digest(), toml.content_digest());
    assert_eq!(json.signatures()[..2], *toml.signatures());
    // The server has added the third; without it the invoices are the same.
    let mut value: serde_json::Value = serde_json::from_str(INVOICE_JSON).unwrap();
    value["signature"].as_array_mut().unwrap().pop();
    assert_eq!(serde_json::from_value::<Invoice>(value).unwrap(), toml);
}

#[test]
fn answers_to_create() {
    let created: Created = toml::from_str(CREATE_RESPONSE).unwrap();
    is_the_demo(&created.invoice);
    assert_eq!(
        created.invoice.id().to_string(),
        "example.com/demo/app/1.3.0-rc.1"
    );
    assert_eq!(signers(&created.invoice), [ADA, HOST]);
    assert!(created.missing.is_empty());

    let answer = include_str!("../reference-wire/http_create_202.txt");
    let created: Created = toml::from_str(body(answer)).unwrap();
    is_the_demo(&created.invoice);
    assert_eq!(signers(&created.invoice), [ADA, ANN, HOST]);
    are_missing(&created.missing, &created.invoice);
}

fn are_missing(missing: &[Label], invoice: &Invoice) {
    let labels = invoice.parcels().iter().map(bindle_core::Parcel::label);
    assert!(missing.iter().eq(labels));
}

#[test]
fn answers_to_what_is_missing() {
    #[derive(Deserialize)]
    struct Missing {
        missing: Vec<Label>,
    }
    let answer = include_str!("../reference-wire/http_missing.txt");
    let Missing { missing } = toml::from_str(body(answer)).unwrap();
    are_missing(&missing, &Invoice::from_toml(SIGNED_TWICE).unwrap());
    let answer = include_str!("../reference-wire/http_missing_after.txt");
    let Missing { missing } = toml::from_str(body(answer)).unwrap();
    let [label] = &missing[..] else {
        panic!("one label: {missing:?}");
    };
    is_label_b(label);
}

#[test]
fn answers_to_queries() {
    let toml: Found =
        toml::from_str(include_str!("../reference-wire/search_matches.toml")).unwrap();
    let json: Found =
        serde_json::from_str(include_str!("../reference-wire/search_matches.json")).unwrap();
    assert_eq!(toml.invoices, json.invoices);
    toml.invoices.iter().for_each(is_the_demo);
    let after: Found =
        toml::from_str(include_str!("../reference-wire/query_after_yank.toml")).unwrap();
    let found = after.invoices.iter();
    let found: Vec<_> = found
        .map(|invoice| (invoice.id().version().to_string(), invoice.is_yanked()))
        .collect();
    let version = String::from;
    assert_eq!(
        found,
        [
            (version("1.2.3"), true),
            (version("1.3.0-rc.1"), false),
            (version("2.0.0"), false)
        ]
    );
}

#[test]
fn a_yanked_invoice() {
    let answer = include_str!("../reference-wire/http_get_yanked_true.txt");
    let invoice = Invoice::from_toml(body(answer)).unwrap();
    is_the_demo(&invoice);
    assert!(invoice.is_yanked());
    // The deployed server signs no yank and gives no reason.
    assert!(invoice.yanked_signatures().is_empty());
    assert_eq!(invoice.yanked_reason(), "");
    assert_eq!(invoice.to_toml(), body(answer));
}

#[test]
fn labels_alone() {
    let label: Label = toml::from_str(include_str!("../reference-wire/label_a.toml")).unwrap();
    assert_eq!(label.name(), "a.txt");
    assert_eq!(label.size(), 9);
    let label: Label = toml::from_str(include_str!("../reference-wire/label_b.toml")).unwrap();
    assert_eq!(label.media_type().as_str(), "text/html");
}

#[test]
fn what_the_reference_can_read_but_not_write() {
    let invoice = Invoice::from_toml(ORIGIN_AND_TABLES).unwrap();
    let label = invoice.parcels()[0].label();
    assert_eq!(label.origin(), "example.com/up/1.0.0");
    is_label_a(label);
    let text = invoice.to_toml();
    assert_eq!(Invoice::from_toml(&text).unwrap(), invoice);
    // Values come before tables, so the reference reads it too.
    let origin = text.find("origin = ").unwrap();
    assert!(origin < text.find("[parcel.label.annotations]").unwrap());
}

#[test]
fn every_signature_verifies() {
    let keyring = keyring();
    let mut invoices = vec![
        Invoice::from_toml(SIGNED_BY_CREATOR).unwrap(),
        Invoice::from_toml(SIGNED_TWICE).unwrap(),
        serde_json::from_str(INVOICE_JSON).unwrap(),
        toml::from_str::<Created>(CREATE_RESPONSE).unwrap().invoice,
    ];
    let found = include_str!("../reference-wire/query_after_yank.toml");
    invoices.extend(toml::from_str::<Found>(found).unwrap().invoices);
    for invoice in invoices {
        let verified = Strategy::ExhaustiveVerification
            .verify(invoice, &keyring)
            .unwrap();
        for finding in verified.findings() {
            assert_eq!(finding.form(), Some(SignedTextForm::Reference));
            assert_eq!(finding.label_matches(), Some(true));
        }
    }
}

#[test]
fn signs_exactly_as_the_reference_did() {
    let secrets = SecretKeyFile::from_toml(SECRET_KEYS).unwrap();
    let expected = Invoice::from_toml(SIGNED_TWICE).unwrap();
    let unsigned = SIGNED_TWICE.split("\n[[signature]]").next().unwrap();
    let mut invoice = Invoice::from_toml(unsigned).unwrap();
    for role in [Role::Creator, Role::Approver] {
        let signer = secrets.first_for(role).unwrap();
        invoice
            .sign(signer, role, expected.signatures()[0].at())
            .unwrap();
    }
    assert_eq!(invoice, expected);
    assert_eq!(invoice.to_toml(), SIGNED_TWICE);
}

/// The text is not public; that the signature of it is ours shows that it is
/// the same. Here it is taken apart, so that the documented order is tested.
#[test]
fn the_signed_text_is_the_documented_one() {
    let invoice = Invoice::from_toml(SIGNED_BY_CREATOR).unwrap();
    let block = &invoice.signatures()[0];
    let digests = invoice
        .parcels()
        .iter()
        .map(|parcel| parcel.label().digest());
    let mut lines = vec![
        block.by().to_owned(),
        invoice.id().name().to_string(),
        invoice.id().version().to_string(),
        block.role().to_string(),
        "~".to_owned(),
    ];
    lines.extend(digests.map(|digest| digest.to_string()));
    assert_eq!(lines.join("\n"), SIGNED_TEXT);
}

#[test]
fn keyrings() {
    let keyring = Keyring::from_toml(CLIENT_KEYRING).unwrap();
    assert_eq!(keyring.len(), 2);
    let entries: Vec<_> = keyring.iter().collect();
    assert_eq!(entries[0].label(), ADA.0);
    assert_eq!(entries[1].roles().to_string(), "approver, proxy");
    assert!(
        keyring
            .iter()
            .all(|entry| entry.label_status() == LabelStatus::Signed)
    );
    assert_eq!(keyring.to_toml(), CLIENT_KEYRING);
    assert_eq!(Keyring::from_toml(PRINTED_KEYRING).unwrap(), keyring);
    let host = Keyring::from_toml(body(KEYS)).unwrap();
    assert_eq!(
        host.iter().next().unwrap().label_status(),
        LabelStatus::Signed
    );
    assert_eq!(host.to_toml(), body(KEYS));
}

#[test]
fn secret_keys() {
    let secrets = SecretKeyFile::from_toml(SECRET_KEYS).unwrap();
    let labels: Vec<_> = secrets
        .entries()
        .iter()
        .map(bindle_core::SecretKeyEntry::label)
        .collect();
    assert_eq!(labels, [ADA.0, ANN.0]);
    assert_eq!(secrets.first_for(Role::Proxy).unwrap().label(), ANN.0);
    assert!(secrets.first_for(Role::Host).is_none());
    assert_eq!(*secrets.to_secret_toml(), SECRET_KEYS);
    // The public halves are those of the client's keyring, labels signed.
    let keyring = Keyring::from_iter(secrets.entries().iter().map(Into::into));
    assert_eq!(keyring, Keyring::from_toml(CLIENT_KEYRING).unwrap());
}

#[test]
fn canonical_name() {
    let invoice = Invoice::from_toml(SIGNED_BY_CREATOR).unwrap();
    assert_eq!(
        invoice.id().canonical_name(),
        "6a4747191c36c66e5b2d4ed5e07623c9e4cc5abd530b0a29c6a1d7d658c4da59"
            .parse::<Digest>()
            .unwrap()
    );
}
