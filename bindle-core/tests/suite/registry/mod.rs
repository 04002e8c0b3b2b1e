//! The rules of a registry: every decision and every error; bindles pushed,
//! pulled and packed.

mod decisions;
mod defects;
mod door;
mod memory;
mod policy;
mod refusals;
mod transfers;

use bindle_core::registry::{MemoryRegistry, Policy};
use bindle_core::{
    Digest, Id, Invoice, KeyEntry, Keyring, Label, MediaType, Role, SecretKey, SecretKeyEntry,
    UnixTime,
};

const NOW: UnixTime = UnixTime::from_seconds(1_700_000_000);

fn ada() -> SecretKeyEntry {
    SecretKeyEntry::new("Ada", SecretKey::from_seed(&[1; 32]), [Role::Creator])
}

fn host() -> SecretKeyEntry {
    SecretKeyEntry::new("Host", SecretKey::from_seed(&[2; 32]), [Role::Host])
}

fn keyring() -> Keyring {
    Keyring::from_iter([KeyEntry::from(&ada())])
}

fn unsigned(contents: &[&str]) -> Invoice {
    let labels = contents
        .iter()
        .map(|content| Label::of(*content, MediaType::WASM, content.as_bytes()));
    Invoice::builder("example.com/hello/1.0.0".parse().unwrap())
        .parcels(labels)
        .build()
        .unwrap()
}

fn signed(contents: &[&str]) -> Invoice {
    let mut invoice = unsigned(contents);
    invoice.sign(&ada(), Role::Creator, NOW).unwrap();
    invoice
}

fn policy() -> Policy {
    Policy::new(keyring()).with_host(&host()).unwrap()
}

fn registry() -> MemoryRegistry {
    MemoryRegistry::new(policy())
}

fn created(contents: &[&str]) -> MemoryRegistry {
    let mut registry = registry();
    registry.create(signed(contents), NOW).unwrap();
    registry
}

fn id() -> Id {
    unsigned(&[]).id().clone()
}

fn digests<'a>(labels: impl IntoIterator<Item = &'a Label>) -> Vec<Digest> {
    labels.into_iter().map(Label::digest).collect()
}
