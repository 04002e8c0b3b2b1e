//! Keyrings and files of secret keys: every problem and its message.

use bindle_core::{KeyEntry, Keyring, LabelStatus, Problems, Role, SecretKeyEntry, SecretKeyFile};
use snapbox::{IntoData, assert_data_eq, str};

use super::{ada, ann, host, keyring, stranger};

const KEY: &str = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

#[track_caller]
fn keyring_shows(text: &str, expected: impl IntoData) {
    let problems: Problems = Keyring::from_toml(text).unwrap_err();
    assert_data_eq!(problems.to_string(), expected.raw());
}

#[track_caller]
fn secrets_show(text: &str, expected: impl IntoData) {
    let problems: Problems = SecretKeyFile::from_toml(text).unwrap_err();
    assert_data_eq!(problems.to_string(), expected.raw());
}

#[test]
fn an_empty_keyring_is_one() {
    assert!(
        Keyring::from_toml("version = \"1.0\"\n")
            .unwrap()
            .is_empty()
    );
    assert!(
        Keyring::from_toml("version = \"1.0\"\nkey = []\n")
            .unwrap()
            .is_empty()
    );
    assert_eq!(Keyring::default().to_toml(), "version = \"1.0\"\n");
}

#[test]
fn of_no_version_or_another() {
    keyring_shows(
        "",
        str!["1:1: version: this field is required, and missing"],
    );
    keyring_shows(
        "version = \"2.0\"\n",
        str![[
            r#"1:11: version: this is a file of keys of the unknown version "2.0"; expected "1.0""#
        ]],
    );
    keyring_shows(
        "version = 1.0\n",
        str!["1:11: version: expected a string, found a float"],
    );
    secrets_show(
        "version = \"1\"\n",
        str![[
            r#"1:11: version: this is a file of keys of the unknown version "1"; expected "1.0""#
        ]],
    );
    // What else is wrong is told as well.
    keyring_shows(
        "[[key]]\nlabel = \"Ada\"\nroles = [\"root\"]\n",
        str![[r#"
1:1: version: this field is required, and missing
1:1: key[0].key: this field is required, and missing
3:10: key[0].roles[0]: there is no role "root"; expected one of `creator`, `approver`, `host`, `proxy`
"#]],
    );
}

#[test]
fn with_fields_missing_unknown_or_of_another_type() {
    keyring_shows(
        "version = \"1.0\"\n[[key]]\n",
        str![[r#"
2:1: key[0].label: this field is required, and missing
2:1: key[0].roles: this field is required, and missing
2:1: key[0].key: this field is required, and missing
"#]],
    );
    keyring_shows(
        "version = \"1.0\"\nkeys = []\n[[key]]\nlabel = 1\nroles = \"creator\"\nkey = []\nlabelsignature = \"\"\n",
        str![[r#"
2:1: keys: there is no field `keys` here; did you mean `key`?
4:9: key[0].label: expected a string, found an integer
5:9: key[0].roles: expected an array of strings, found a string
6:7: key[0].key: expected a string, found an array
7:1: key[0].labelsignature: there is no field `labelsignature` here; did you mean `labelSignature`?
"#]],
    );
    keyring_shows(
        "version = \"1.0\"\nkey = [1, {}]\n",
        str![[r#"
2:8: key[0]: expected a table, found an integer
2:11: key[1].label: this field is required, and missing
2:11: key[1].roles: this field is required, and missing
2:11: key[1].key: this field is required, and missing
"#]],
    );
    keyring_shows(
        "version = \"1.0\"\nkey = {}\n",
        str!["2:7: key: expected an array of tables, found a table"],
    );
    secrets_show(
        "version = \"1.0\"\n[[key]]\n",
        str![[r#"
2:1: key[0].label: this field is required, and missing
2:1: key[0].roles: this field is required, and missing
2:1: key[0].keypair: this field is required, and missing
"#]],
    );
    secrets_show(
        "version = \"1.0\"\n[[key]]\nlabel = 1\nroles = [\"creator\", 1]\nkeypair = 1\nkey = \"\"\n",
        str![[r#"
3:9: key[0].label: expected a string, found an integer
4:21: key[0].roles[1]: expected a string, found an integer
5:11: key[0].keypair: expected a string, found an integer
6:1: key[0].key: there is no field `key` here; expected one of `label`, `keypair`, `roles`
"#]],
    );
}

#[test]
fn with_bad_values() {
    let weak = "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    let no_point = "AgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    let keys = [weak, no_point, "", "not base64!"].map(|key| {
        format!("[[key]]\nlabel = \"Ada\\n\"\nroles = [\"creater\"]\nkey = \"{key}\"\nlabelSignature = \"AA==\"\n")
    });
    keyring_shows(
        &format!("version = \"1.0\"\n{}", keys.concat()),
        str![[r#"
3:9: key[0].label: the control character '\n' is not allowed here
4:10: key[0].roles[0]: there is no role "creater"; did you mean `creator`?
5:7: key[0].key: the key cannot be used: the key is weak: one signature fits many texts
6:18: key[0].labelSignature: this is not a signature of a label: expected the base64 of 64 bytes
8:9: key[1].label: the control character '\n' is not allowed here
9:10: key[1].roles[0]: there is no role "creater"; did you mean `creator`?
10:7: key[1].key: the key cannot be used: the bytes are not a point of the curve Ed25519
11:18: key[1].labelSignature: this is not a signature of a label: expected the base64 of 64 bytes
13:9: key[2].label: the control character '\n' is not allowed here
14:10: key[2].roles[0]: there is no role "creater"; did you mean `creator`?
15:7: key[2].key: the key cannot be used: expected the base64 of 32 bytes
16:18: key[2].labelSignature: this is not a signature of a label: expected the base64 of 64 bytes
18:9: key[3].label: the control character '\n' is not allowed here
19:10: key[3].roles[0]: there is no role "creater"; did you mean `creator`?
20:7: key[3].key: the key cannot be used: expected padded standard base64, in its canonical form
21:18: key[3].labelSignature: this is not a signature of a label: expected the base64 of 64 bytes
"#]],
    );
    let other_half =
        "CVAPrQYPB4uF0x34y1stSiJ4UnydRx8xnzA/z8nX062SjfMoVZTXCWwo95OAeJehA+tNfD7q1ld/QP+nU8L3Qg==";
    let keys = [other_half, KEY, "", "not base64!"]
        .map(|key| format!("[[key]]\nlabel = \"Ada\\n\"\nroles = [\"\"]\nkeypair = \"{key}\"\n"));
    secrets_show(
        &format!("version = \"1.0\"\n{}", keys.concat()),
        str![[r#"
3:9: key[0].label: the control character '\n' is not allowed here
4:10: key[0].roles[0]: there is no role ""; expected one of `creator`, `approver`, `host`, `proxy`
5:11: key[0].keypair: the key cannot be used: the public key does not belong to the seed before it
7:9: key[1].label: the control character '\n' is not allowed here
8:10: key[1].roles[0]: there is no role ""; expected one of `creator`, `approver`, `host`, `proxy`
9:11: key[1].keypair: the key cannot be used: expected the base64 of 64 bytes
11:9: key[2].label: the control character '\n' is not allowed here
12:10: key[2].roles[0]: there is no role ""; expected one of `creator`, `approver`, `host`, `proxy`
13:11: key[2].keypair: the key cannot be used: expected the base64 of 64 bytes
15:9: key[3].label: the control character '\n' is not allowed here
16:10: key[3].roles[0]: there is no role ""; expected one of `creator`, `approver`, `host`, `proxy`
17:11: key[3].keypair: the key cannot be used: expected padded standard base64, in its canonical form
"#]],
    );
}

#[test]
fn with_broken_syntax() {
    keyring_shows(
        "version = \"1.0\"\n[[key]]\nlabel = Ada\nroles = []\n",
        str!["3:9: string values must be quoted, expected literal string"],
    );
    secrets_show(
        "version = \"1.0\"\n[[key]\nlabel = \"Ada\"\n",
        str!["2:7: unclosed array table, expected `]`"],
    );
}

#[test]
fn labels_are_signed_unsigned_or_tampered_with() {
    let signed = KeyEntry::from(&ada());
    assert_eq!(signed.label_status(), LabelStatus::Signed);
    assert_eq!(signed.roles(), ada().roles());
    let unsigned = KeyEntry::new("Ada", *signed.key(), [Role::Creator]);
    assert_eq!(unsigned.label_status(), LabelStatus::Unsigned);
    let text = Keyring::from_iter([signed]).to_toml();
    let tampered = Keyring::from_toml(&text.replace("Ada", "Eve")).unwrap();
    assert_eq!(
        tampered.iter().next().unwrap().label_status(),
        LabelStatus::Tampered
    );
    // A label signature is by the very key: that of another is none.
    let other_key = text.replace(
        &ada().key().public_key().to_string(),
        &ann().key().public_key().to_string(),
    );
    let replaced = Keyring::from_toml(&other_key).unwrap();
    assert_eq!(
        replaced.iter().next().unwrap().label_status(),
        LabelStatus::Tampered
    );
}

#[test]
fn labels_are_checked_if_asked() {
    let unsigned = KeyEntry::new("Nobody", host().key().public_key(), []);
    let entries = [ada(), ann()];
    let entries = entries.iter().map(KeyEntry::from).chain([unsigned]);
    let text = Keyring::from_iter(entries).to_toml();
    let keyring = Keyring::from_toml_with_labels_checked(&text).unwrap();
    assert_eq!(Ok(keyring), Keyring::from_toml(&text));
    let tampered = text.replace("Ann", "Eve").replace("Nobody", "Somebody");
    assert!(Keyring::from_toml(&tampered).is_ok());
    let problems = Keyring::from_toml_with_labels_checked(&tampered).unwrap_err();
    assert_data_eq!(
        problems.to_string(),
        str![
            "13:18: key[1].labelSignature: the key has not signed this label: \
             one of the two was replaced"
        ]
    );
    // With what else is wrong.
    let text = tampered.replace("version = \"1.0\"", "version = \"2.0\"");
    let problems = Keyring::from_toml_with_labels_checked(&text).unwrap_err();
    let codes = problems.iter().map(|problem| problem.kind().code());
    assert_eq!(
        Vec::from_iter(codes),
        ["key-file-version", "tampered-label"]
    );
}

#[test]
fn problems_have_codes() {
    let text = "version = \"1.0\"\n[[key]]\nlabel = \"Ada\"\nroles = []\nkey = \"\"\nlabelSignature = \"\"\n";
    let problems = Keyring::from_toml(text).unwrap_err();
    let codes = problems.iter().map(|problem| problem.kind().code());
    assert_eq!(
        Vec::from_iter(codes),
        ["unusable-key", "malformed-label-signature"]
    );
}

#[test]
fn keyrings_read_back_equal() {
    let unsigned = KeyEntry::new("No signature, \"quoted\" é", host().key().public_key(), []);
    let mut keyring = keyring([&ada(), &ann(), &ada()]);
    keyring.insert(unsigned);
    let text = keyring.to_toml();
    let read = Keyring::from_toml(&text).unwrap();
    assert_eq!(read, keyring);
    assert_eq!(read.to_toml(), text);
    assert_eq!((&read).into_iter().count(), 4);
}

#[test]
fn keys_are_found_by_their_bytes() {
    let keyring = keyring([&ada(), &ann()]);
    let key = ann().key().public_key();
    assert_eq!(keyring.get(key.as_bytes()).unwrap().label(), ann().label());
    assert!(keyring.grants(&key, Role::Approver));
    assert!(!keyring.grants(&key, Role::Creator));
    let unknown = stranger().key().public_key();
    assert!(keyring.get(unknown.as_bytes()).is_none());
    assert!(
        Role::ALL
            .iter()
            .all(|role| !keyring.grants(&unknown, *role))
    );
}

#[test]
fn secrets_read_back() {
    let file = SecretKeyFile::from_iter([ada(), ann(), stranger()]);
    let text = file.to_secret_toml();
    let read = SecretKeyFile::from_toml(&text).unwrap();
    assert_eq!(read.to_secret_toml(), text);
    assert_eq!(read.entries().len(), 3);
    for (read, written) in read.entries().iter().zip(file.entries()) {
        assert_eq!(read.label(), written.label());
        assert_eq!(read.roles(), written.roles());
        assert_eq!(read.key().public_key(), written.key().public_key());
    }
    assert_eq!(
        read.first_for(Role::Approver).unwrap().label(),
        ann().label()
    );
    assert!(
        SecretKeyFile::from_iter([ada()])
            .first_for(Role::Host)
            .is_none()
    );
}

/// A text that grows leaves a copy behind, which nothing wipes.
#[test]
fn secrets_are_written_once() {
    for label in [String::new(), "\"".repeat(100), "\u{1}".repeat(1_000)] {
        let entry = SecretKeyEntry::new(&label, ada().key().clone(), Role::ALL);
        let text = SecretKeyFile::from_iter([entry]).to_secret_toml();
        let at_first = 64 + 256 + 6 * label.len();
        assert!(text.len() <= at_first, "{}", *text);
        assert_eq!(text.capacity(), at_first, "it grew");
    }
}
