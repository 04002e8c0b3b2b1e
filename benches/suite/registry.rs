//! Requests, and transfers with a registry in memory.

use std::collections::BTreeMap;
use std::hint::black_box;

use benches::{Suite, Unit, samples};
use bindle_core::protocol::{Prefix, Request, Resource};
use bindle_core::registry::{Headers, MemoryRegistry, Payload, Policy, Pull, Push, Trust};
use bindle_core::{Digest, Id, Invoice, KeyEntry, Keyring, Label, MediaType, Role, Strategy};
use sha2::{Digest as _, Sha256};

pub(crate) fn rows(suite: &mut Suite) {
    requests(suite);
    transfers(suite);
}

fn requests(suite: &mut Suite) {
    let prefix: Prefix = "/v1".parse().expect("a prefix");
    let id = "example.com/some/hello-world/1.2.3+q1a2b3c4";
    let digest = Digest::of(b"hello world").to_string();
    let path = format!("/v1/_i/{id}@{digest}");
    suite
        .row("read a request for a parcel", Unit::Time)
        .ours(|| Request::read(&prefix, "GET", black_box(&path), ""))
        .limit("read id and digest", || {
            let (id, digest) = (black_box(id), black_box(&digest));
            (id.parse::<Id>(), digest.parse::<Digest>())
        })
        .measure();
    let request = Request::read(&prefix, "GET", &path, "").expect("a request");
    suite
        .row("write a request for a parcel", Unit::Time)
        .ours(|| black_box(&request).target(&prefix))
        .limit("a copy of the text", || black_box(&path).clone())
        .measure();
}

/// A bindle of many small files, from one store through a registry to another.
fn transfers(suite: &mut Suite) {
    let (count, size) = (1_000, 4 << 10);
    let bytes = samples::content(count * size);
    let files: BTreeMap<Digest, &[u8]> = bytes
        .chunks(size)
        .map(|file| (Digest::of(file), file))
        .collect();
    let labels = bytes
        .chunks(size)
        .map(|file| Label::of("file", MediaType::OCTET_STREAM, file));
    let id: Id = "example.com/benches/sample/1.0.0".parse().expect("an id");
    let mut invoice = Invoice::builder(id.clone())
        .parcels(labels)
        .build()
        .expect("an invoice");
    let signer = samples::signer(0);
    invoice
        .sign(&signer, Role::Creator, samples::AT)
        .expect("a signature");
    let keyring = Keyring::from_iter([KeyEntry::from(&signer)]);
    let empty = MemoryRegistry::new(Policy::new(keyring.clone()));
    let hash_all = || bytes.chunks(size).map(Sha256::digest).collect::<Vec<_>>();
    let unit = || Unit::Throughput {
        bytes: count * size,
    };

    suite
        .row("push 1,000 parcels of 4 KiB", unit())
        .ours(|| push(&invoice, &files, empty.clone()))
        .limit("sha2", hash_all)
        .measure();
    let mut full = push(&invoice, &files, empty);
    suite
        .row("pull 1,000 parcels of 4 KiB", unit())
        .ours(|| {
            let (strategy, keyring) = (Strategy::default(), keyring.clone());
            pull(
                Pull::new(id.clone(), Trust::Signed { strategy, keyring }),
                &mut full,
            )
        })
        .limit("sha2", hash_all)
        .measure();
}

fn push(
    invoice: &Invoice,
    files: &BTreeMap<Digest, &[u8]>,
    mut registry: MemoryRegistry,
) -> MemoryRegistry {
    let mut push = Push::new(invoice.clone());
    while let Some((ticket, request, payload)) = push.poll_request() {
        let body = match &payload {
            Payload::Invoice(text) => text.as_bytes(),
            Payload::Parcel(label) => files[&label.digest()],
            _ => b"",
        };
        let response = registry.handle(&request, Headers::default(), body, samples::AT);
        push.handle_response(ticket, response.status(), response.body())
            .expect("it is taken");
    }
    registry
}

fn pull(mut pull: Pull, registry: &mut MemoryRegistry) -> BTreeMap<Digest, Vec<u8>> {
    let mut received = BTreeMap::new();
    while let Some((ticket, request)) = pull.poll_request() {
        let response = registry.handle(&request, Headers::default(), b"", samples::AT);
        pull.handle_response(ticket, response.status(), response.body())
            .expect("it is right");
        if let Request::Get(Resource::Parcel { digest, .. }) = request {
            received.insert(digest, response.into_body());
        }
    }
    received
}
