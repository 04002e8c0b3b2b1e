//! Keys, signing and verification.

mod attacks;
mod key_files;
mod keys;
mod sign;
mod strategy;
mod table;
mod yank;

use base64ct::{Base64, Encoding as _};
use bindle_core::{
    Invoice, KeyEntry, Keyring, Label, MediaType, Parcel, Role, SecretKey, SecretKeyEntry, UnixTime,
};
use ed25519_dalek::Signer as _;

const NOON: UnixTime = UnixTime::from_seconds(1_700_000_000);

/// Somebody with a key of their own for each `seed`.
fn signer(name: &str, seed: u8, roles: impl IntoIterator<Item = Role>) -> SecretKeyEntry {
    SecretKeyEntry::new(name, SecretKey::from_seed(&[seed; 32]), roles)
}

fn ada() -> SecretKeyEntry {
    signer("Ada <ada@example.com>", 1, [Role::Creator])
}

fn ann() -> SecretKeyEntry {
    signer("Ann <ann@example.com>", 2, [Role::Approver])
}

fn host() -> SecretKeyEntry {
    signer("Host", 3, [Role::Host])
}

fn stranger() -> SecretKeyEntry {
    signer("Mallory", 66, Role::ALL)
}

/// A keyring with the keys of these signers, in their roles.
fn keyring<'a>(signers: impl IntoIterator<Item = &'a SecretKeyEntry>) -> Keyring {
    signers.into_iter().map(KeyEntry::from).collect()
}

fn unsigned() -> Invoice {
    Invoice::builder("example.com/hello/1.0.0".parse().unwrap())
        .parcel(Parcel::from(Label::of("a.wasm", MediaType::WASM, b"a")).member_of(["all"]))
        .parcel(Label::of("b.wasm", MediaType::WASM, b"b"))
        .group(bindle_core::Group::new("all"))
        .build()
        .unwrap()
}

/// An invoice that a creator has signed.
fn signed() -> Invoice {
    let mut invoice = unsigned();
    invoice.sign(&ada(), Role::Creator, NOON).unwrap();
    invoice
}

/// The invoice with its JSON edited, as somebody does who does not ask.
#[track_caller]
fn edited(invoice: &Invoice, edit: impl FnOnce(&mut serde_json::Value)) -> Invoice {
    let mut json = serde_json::to_value(invoice).unwrap();
    let before = json.clone();
    edit(&mut json);
    assert_ne!(json, before, "the edit has to change something");
    serde_json::from_value(json).unwrap()
}

/// The base64 of the signature of any text by the key of `seed`.
fn sign_text(seed: u8, text: &str) -> String {
    let key = ed25519_dalek::SigningKey::from_bytes(&[seed; 32]);
    Base64::encode_string(&key.sign(text.as_bytes()).to_bytes())
}

/// What the specification recommends to sign in order to invalidate a bindle.
fn invalidated_text(invoice: &Invoice, by: &str, role: Role, at: UnixTime) -> String {
    let id = invoice.id();
    let (name, version) = (id.name(), id.version());
    let digests = invoice
        .parcels()
        .iter()
        .map(|parcel| parcel.label().digest());
    let digests: Vec<_> = digests.map(|digest| format!("\n{digest}")).collect();
    format!(
        "{by}\n{name}\n{version}\n{role}\n{at}\nINVALID\n~{}",
        digests.concat()
    )
}
