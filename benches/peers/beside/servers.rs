//! Registries over folders, by HTTP within the machine.
//!
//! Ours syncs to the disk what it writes before it says that it is there, and
//! checks the content of a parcel whenever it gives it; theirs does neither.

use std::cell::Cell;
use std::collections::BTreeMap;

use benches::{Suite, Unit, samples};
use bindle::client::Client as TheirClient;
use bindle::client::tokens::TokenManager;
use bindle_core::protocol::{Format, MatchesBody, Request, Resource, Status};
use bindle_core::query::{Mode, Query, Yanked};
use bindle_core::registry::{Pull, Push, Trust};
use bindle_core::{Digest, Id, Invoice, Keyring, Label, MediaType, Role, Strategy};
use bytes::Bytes;
use examples::client::Client;
use peers::servers::{Ours, Theirs, ada};
use tokio::runtime::Runtime;

use crate::REFERENCE;
use crate::query::their;

/// Bindles that are there while requests are measured.
const THERE: usize = 1_000;
/// Parcels of each of them.
const PARCELS: usize = 10;
/// What a transfer brings over: so many parcels of so many bytes each.
const FILES: usize = 100;
const SIZE: usize = 16 << 10;

pub(crate) fn rows(suite: &mut Suite, runtime: &Runtime) {
    let rows = [GET, MISSING, SEARCH, CREATE, PUSH, PULL];
    if !rows.iter().any(|name| suite.keeps(name)) {
        return;
    }
    let _context = runtime.enter();
    let ours = runtime.block_on(Ours::start());
    let theirs = runtime.block_on(Theirs::start());
    let clients = [ours.our_client(), theirs.our_client()];
    requests(suite, runtime, clients.each_ref());
    let their_client = runtime.block_on(theirs.their_client());
    transfers(suite, runtime, &clients[0], &their_client);
}

const GET: &str = "registry: get an invoice of 10 parcels";
const MISSING: &str = "registry: ask what an invoice of 10 parcels misses";
const SEARCH: &str = "registry: search 1,000 bindles, a page of 10";
const CREATE: &str = "registry: sign and create an invoice of 10 parcels";
const PUSH: &str = "registry: push 100 parcels of 16 KiB";
const PULL: &str = "registry: pull 100 parcels of 16 KiB";

/// The same requests, by our client, at our server and at theirs.
fn requests(suite: &mut Suite, runtime: &Runtime, [ours, theirs]: [&Client; 2]) {
    let send = |client: &Client, request: &Request, body: Bytes| {
        let answer = runtime.block_on(client.send(request, body));
        answer.expect("an answer")
    };
    let numbers = [Cell::new(0), Cell::new(0)];
    let create = |client: &Client, number: &Cell<usize>| {
        number.set(number.get() + 1);
        let name = format!("example.com/benches/number-{}", number.get());
        let invoice = signed(samples::invoice_named(&name, PARCELS));
        let text = invoice.to_reference_toml().into_string();
        let (status, body) = send(client, &Request::Create, text.into());
        assert_eq!(status, Status::ACCEPTED);
        body
    };
    for _ in 0..THERE {
        create(ours, &numbers[0]);
        create(theirs, &numbers[1]);
    }

    let id: Id = "example.com/benches/number-7/1.2.3+q1a2b3c4"
        .parse()
        .expect("an id");
    let yanked = Yanked::Excluded;
    let invoice = Resource::Invoice {
        id: id.clone(),
        yanked,
    };
    let query = Query::new("number-7")
        .with_mode(Mode::Strict)
        .with_limit(10);
    for (name, request) in [
        (GET, Request::Get(invoice)),
        (MISSING, Request::Get(Resource::Missing { id })),
        (SEARCH, Request::Get(Resource::Matches(query))),
    ] {
        let ask = |client| {
            let answer = send(client, &request, Bytes::new());
            assert_eq!(answer.0, Status::OK);
            answer.1
        };
        if name == SEARCH {
            let [found, their_found] = [ours, theirs].map(|client| {
                let found = MatchesBody::read(&ask(client), Format::Toml);
                let invoices = found.expect("they can be read").invoices;
                let ids = invoices.iter().map(|invoice| invoice.id().clone());
                ids.collect::<Vec<_>>()
            });
            assert_eq!(found.len(), 10);
            assert_eq!(found, their_found);
        }
        let row = suite.row(name, Unit::Time).ours(|| ask(ours));
        row.peer(REFERENCE, || ask(theirs)).measure();
    }
    suite
        .row(CREATE, Unit::Time)
        .ours(|| create(ours, &numbers[0]))
        .peer(REFERENCE, || create(theirs, &numbers[1]))
        .measure();
}

/// Our push and pull at our server, and their client at theirs: both bring one
/// parcel after the other, and both verify the invoice that comes.
fn transfers<T: TokenManager>(
    suite: &mut Suite,
    runtime: &Runtime,
    ours: &Client,
    theirs: &TheirClient<T>,
) {
    let unit = || Unit::Throughput {
        bytes: FILES * SIZE,
    };
    let bytes = samples::content(FILES * SIZE);
    let numbers = [Cell::new(0), Cell::new(0)];
    let next = |number: &Cell<u64>| {
        number.set(number.get() + 1);
        Sample::new(&bytes, number.get())
    };
    let push = |sample: Sample| {
        let mut push = Push::new(sample.invoice);
        let content = |label: &Label| sample.contents.get(&label.digest()).cloned();
        let pushed = ours.push(&mut push, content);
        runtime.block_on(pushed).expect("pushed");
        assert_eq!(push.uploaded().len(), FILES);
    };
    let their_push = |sample: Sample| {
        runtime.block_on(async {
            let id = sample.invoice.id().to_string();
            let created = theirs.create_invoice(their(&sample.invoice)).await;
            let missing = created.expect("created").missing.expect("they are missing");
            assert_eq!(missing.len(), FILES);
            for label in missing {
                let content = &sample.contents[&label.sha256.parse().expect("a digest")];
                let uploaded = theirs.create_parcel(&*id, &label.sha256, content.to_vec());
                uploaded.await.expect("uploaded");
            }
        });
    };
    suite
        .row(PUSH, unit())
        .ours(|| push(next(&numbers[0])))
        .peer(REFERENCE, || their_push(next(&numbers[1])))
        .measure();

    let sample = Sample::new(&bytes, 0);
    let id = sample.invoice.id().clone();
    push(sample.clone());
    their_push(sample);
    let keyring = Keyring::from_iter([(&ada()).into()]);
    let pull = || {
        let (strategy, keyring) = (Strategy::default(), keyring.clone());
        let mut pull = Pull::new(id.clone(), Trust::Signed { strategy, keyring });
        let mut received = Vec::new();
        let pulled = ours.pull(&mut pull, |_, content| received.push(content));
        runtime.block_on(pulled).expect("pulled");
        assert_eq!(received.len(), FILES);
        received
    };
    let their_pull = || {
        runtime.block_on(async {
            let invoice = theirs.get_invoice(id.to_string()).await.expect("verified");
            let invoice: bindle::Invoice = invoice.into();
            let mut received = Vec::new();
            for parcel in invoice.parcel.expect("parcels") {
                let content = theirs.get_parcel(id.to_string(), &parcel.label.sha256);
                received.push(content.await.expect("content"));
            }
            assert_eq!(received.len(), FILES);
            received
        })
    };
    suite
        .row(PULL, unit())
        .ours(pull)
        .peer(REFERENCE, their_pull)
        .measure();
}

/// A bindle of content that is new to a registry.
#[derive(Clone)]
struct Sample {
    invoice: Invoice,
    contents: BTreeMap<Digest, Bytes>,
}

impl Sample {
    fn new(bytes: &[u8], number: u64) -> Self {
        let contents = bytes.chunks(SIZE).map(|file| {
            let mut file = file.to_vec();
            file[..8].copy_from_slice(&number.to_le_bytes());
            (Digest::of(&file), Bytes::from(file))
        });
        let contents: BTreeMap<_, _> = contents.collect();
        let labels = contents.values();
        let labels = labels.map(|file| Label::of("file", MediaType::OCTET_STREAM, file));
        let id = format!("example.com/benches/transfer/1.0.{number}");
        let invoice = Invoice::builder(id.parse().expect("an id"));
        let invoice = invoice.parcels(labels).build().expect("a legal invoice");
        Self {
            invoice: signed(invoice),
            contents,
        }
    }
}

fn signed(mut invoice: Invoice) -> Invoice {
    invoice
        .sign(&ada(), Role::Creator, samples::AT)
        .expect("a new key");
    invoice
}
