//! Keys: what is one, and what they show of themselves.

use std::collections::BTreeSet;
use std::hash::{BuildHasher, RandomState};

use bindle_core::{PublicKey, Role, SecretKey, SecretKeyEntry, SecretKeyFile};

use super::{ada, ann};

/// A secret key: the first test vector of RFC 8032.
const SEED: [u8; 32] = [
    0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a, 0xf4, 0x92, 0xec, 0x2c, 0xc4,
    0x44, 0x49, 0xc5, 0x69, 0x7b, 0x32, 0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60,
];
const PUBLIC: [u8; 32] = [
    0xd7, 0x5a, 0x98, 0x01, 0x82, 0xb1, 0x0a, 0xb7, 0xd5, 0x4b, 0xfe, 0xd3, 0xc9, 0x64, 0x07, 0x3a,
    0x0e, 0xe1, 0x72, 0xf3, 0xda, 0xa6, 0x23, 0x25, 0xaf, 0x02, 0x1a, 0x68, 0xf7, 0x07, 0x51, 0x1a,
];

#[test]
fn public_keys_grow_from_seeds() {
    let key = SecretKey::from_seed(&SEED);
    assert_eq!(key.public_key().as_bytes(), &PUBLIC);
    assert_eq!(PublicKey::from_bytes(&PUBLIC), Ok(key.public_key()));
    assert_eq!(
        key.public_key().to_string(),
        "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
    );
}

#[test]
fn keypairs_belong_together() {
    let mut pair = [0; 64];
    pair[..32].copy_from_slice(&SEED);
    pair[32..].copy_from_slice(&PUBLIC);
    let key = SecretKey::from_keypair(&pair).unwrap();
    assert_eq!(key.public_key().as_bytes(), &PUBLIC);
    pair[0] ^= 1;
    assert_eq!(
        SecretKey::from_keypair(&pair).unwrap_err().to_string(),
        "the public key does not belong to the seed before it"
    );
}

#[test]
fn public_keys_are_read_from_their_text() {
    let text = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
    let key: PublicKey = text.parse().unwrap();
    assert_eq!(key.as_bytes(), &PUBLIC);
    assert_eq!(format!("{key:?}"), format!("PublicKey({text})"));
    assert_eq!(serde_json::to_string(&key).unwrap(), format!("{text:?}"));
    for (text, message) in [
        ("", "expected the base64 of 32 bytes"),
        ("11qY", "expected the base64 of 32 bytes"),
        (
            &text[..43],
            "expected padded standard base64, in its canonical form",
        ),
        (
            &text.replace('/', "_"),
            "expected padded standard base64, in its canonical form",
        ),
        // Two bits of the last digit belong to no byte.
        (
            &text.replace("Ro=", "Rp="),
            "expected padded standard base64, in its canonical form",
        ),
        (&"A".repeat(1_000_000), "expected the base64 of 32 bytes"),
    ] {
        assert_eq!(text.parse::<PublicKey>().unwrap_err().to_string(), message);
    }
}

#[test]
fn bytes_that_are_no_point_are_no_key() {
    let mut bytes = [0; 32];
    bytes[0] = 2;
    assert_eq!(
        PublicKey::from_bytes(&bytes).unwrap_err().to_string(),
        "the bytes are not a point of the curve Ed25519"
    );
}

/// The eight points of small order, and the other encodings that some decoders
/// take for them.
#[test]
fn weak_keys_are_refused() {
    for key in [
        // Of order 1, 2, 4, 4, 8, 8, 8, 8.
        "0100000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        // A sign where there is none to have, and numbers not reduced.
        "0100000000000000000000000000000000000000000000000000000000000080",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    ] {
        // A digest has the same syntax.
        let bytes = key.parse::<bindle_core::Digest>().unwrap();
        let message = PublicKey::from_bytes(bytes.as_bytes())
            .unwrap_err()
            .to_string();
        assert!(
            [
                "the key is weak: one signature fits many texts",
                "the bytes are not a point of the curve Ed25519",
            ]
            .contains(&message.as_str()),
            "{key}"
        );
    }
}

#[test]
fn public_keys_are_ordered_by_their_bytes() {
    let keys = [ada(), ann()].map(|entry| entry.key().public_key());
    let sorted = BTreeSet::from(keys);
    assert!(
        sorted
            .iter()
            .map(bindle_core::PublicKey::as_bytes)
            .is_sorted()
    );
    assert_eq!(
        keys[0].cmp(&keys[1]),
        keys[0].as_bytes().cmp(keys[1].as_bytes())
    );
    let hasher = RandomState::new();
    assert_ne!(hasher.hash_one(keys[0]), hasher.hash_one(keys[1]));
}

#[test]
fn secrets_do_not_show() {
    let entry = SecretKeyEntry::new("Ada", SecretKey::from_seed(&SEED), [Role::Creator]);
    assert_eq!(format!("{:?}", entry.key()), "SecretKey(…)");
    let file = SecretKeyFile::from_iter([entry.clone()]);
    let shown = format!("{entry:?} {file:?} {entry:#?} {file:#?}");
    assert!(shown.contains("Ada"));
    let secret = file.to_secret_toml();
    let keypair = secret
        .lines()
        .find(|line| line.starts_with("keypair"))
        .unwrap();
    let keypair = keypair.split('"').nth(1).unwrap();
    assert_eq!(keypair.len(), 88);
    for hidden in [keypair, &keypair[..40], "157", "9d61b1", "[157, 97"] {
        assert!(!shown.contains(hidden), "{hidden} in {shown}");
    }
}

#[test]
fn errors_about_secrets_do_not_show_them() {
    let secret =
        "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2DXWpgBgrEKt9VL/tPJZAc6DuFy89qmIyWvAhpo9wdRGg==";
    for broken in [
        // Halves that do not belong together; too short; not base64.
        secret.replacen('n', "m", 1),
        secret[..84].to_owned(),
        secret.replace('/', "_"),
        secret.trim_end_matches('=').to_owned(),
    ] {
        for text in [
            format!(
                "version = \"1.0\"\n[[key]]\nlabel = \"Ada\"\nkeypair = \"{broken}\"\nroles = []\n"
            ),
            format!(
                "version = \"1.0\"\n[[key]]\nlabel = \"Ada\"\nkeypair = [\"{broken}\"]\nroles = []\n"
            ),
            format!(
                "version = \"1.0\"\n[[key]]\nlabel = \"Ada\"\nkeypair = {broken}\nroles = []\n"
            ),
            format!(
                "version = \"1.0\"\n[[key]]\nlabel = \"Ada\"\nkeypair = \"{broken}\nroles = []\n"
            ),
        ] {
            let problems = SecretKeyFile::from_toml(&text).unwrap_err();
            let shown = format!("{problems} {problems:?}");
            assert!(!shown.contains(&secret[4..20]), "{shown}");
        }
    }
}
