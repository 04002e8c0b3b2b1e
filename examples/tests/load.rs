//! Many clients, two servers over one folder, and servers that are killed: of
//! each id one bindle stays, nothing that was accepted is lost, and all that is
//! read back is what was sent.
//!
//! `REGISTRY_LOAD` is the number of bindles: a few by default, and 10,000 in
//! the longer checks.
#![allow(clippy::unwrap_used)]
// A test's figures are for people.
#![allow(clippy::print_stderr)]

#[allow(dead_code)]
#[path = "registry/http.rs"]
mod http;
#[allow(dead_code)]
#[path = "registry/server.rs"]
mod server;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bindle_core::protocol::{Format, MatchesBody, Request, Resource};
use bindle_core::query::Query;
use bindle_core::registry::{Pull, Push, PushError, Trust};
use bindle_core::{Digest, Id, Invoice};
use bytes::Bytes;
use examples::client::{Client, TransferError};

use server::{Place, Running, invoice};

const CLIENTS: usize = 32;

/// How often a server is killed, one after the other.
const KILLS: usize = 6;

/// Every so many bindles, two clients race for an id with different content.
const RACED: usize = 5;

/// Bytes that are the same for the same seed, and differ for others.
fn content(seed: usize, length: usize) -> Bytes {
    let start = Digest::of(&seed.to_le_bytes());
    let bytes = start.as_bytes().iter().cycle().copied();
    bytes.take(length).collect()
}

/// A bindle of the load: one parcel of its own, two that it shares.
struct Bindle {
    invoice: Invoice,
    contents: BTreeMap<Digest, Bytes>,
}

impl Bindle {
    /// The bindle of a number; `rival` tells those apart that are to have one
    /// id.
    fn new(number: usize, rival: usize) -> Self {
        let contents = [
            content(1_000_000 + 2 * number + rival, 1000 + number % 500),
            content(number % 50, 40_000),
            content(50, 300_000),
        ];
        let slices: Vec<&[u8]> = contents.iter().map(|content| &content[..]).collect();
        let id = format!("example.com/load-{}/1.0.{number}", number % 97);
        Self {
            invoice: invoice(&id, &slices),
            contents: contents
                .into_iter()
                .map(|content| (Digest::of(&content), content))
                .collect(),
        }
    }
}

/// What the clients have been told.
#[derive(Default)]
struct Told {
    /// By id, whose content digest was accepted.
    accepted: Mutex<BTreeMap<Id, Digest>>,
    refused: AtomicUsize,
    broken: AtomicUsize,
    done: AtomicUsize,
}

/// Brings a bindle to whichever server answers.
async fn bring(clients: &[Client; 2], first: usize, bindle: &Bindle, told: &Told) {
    let mut push = Push::new(bindle.invoice.clone());
    for turn in first.. {
        let content = |label: &bindle_core::Label| bindle.contents.get(&label.digest()).cloned();
        match clients[turn % 2].push(&mut push, content).await {
            Ok(()) => break,
            // A rival was first.
            Err(TransferError::Protocol(PushError::OtherContent { .. })) => {
                told.refused.fetch_add(1, Ordering::Relaxed);
                return;
            }
            // The server is gone, and another will be there, or somebody else
            // is just uploading the same.
            Err(
                TransferError::Client(_) | TransferError::Protocol(PushError::InProgress { .. }),
            ) => {
                told.broken.fetch_add(1, Ordering::Relaxed);
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            Err(error) => panic!("{}: {error}", bindle.invoice.id()),
        }
    }
    let (id, digest) = (bindle.invoice.id().clone(), bindle.invoice.content_digest());
    let before = told.accepted.lock().unwrap().insert(id, digest);
    assert_eq!(
        before,
        None,
        "two were told that {} is theirs",
        bindle.invoice.id()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost() {
    let bindles: usize = std::env::var("REGISTRY_LOAD").map_or(150, |count| count.parse().unwrap());
    let place = Place::new();
    // Made before two would make one each.
    drop(place.open(&[]));
    let ports = [free_port(), free_port()];
    let options = ["--open", "--refresh", "1s"];
    let start = |port| Running::start(place.command_at(port, &place.store(), &options));
    let mut running = ports.map(|port| Some(start(port)));
    let clients = ports.map(|port| Client::new(&format!("http://127.0.0.1:{port}/v1")).unwrap());

    let began = Instant::now();
    let told = Arc::new(Told::default());
    let next = Arc::new(AtomicUsize::new(0));
    let working: Vec<_> = (0..CLIENTS)
        .map(|_| {
            let (clients, told, next) = (clients.clone(), Arc::clone(&told), Arc::clone(&next));
            tokio::spawn(async move {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= bindles {
                        return;
                    }
                    if number % RACED == 0 {
                        let rivals = [Bindle::new(number, 0), Bindle::new(number, 1)];
                        let [one, other] = &rivals;
                        tokio::join!(
                            bring(&clients, 0, one, &told),
                            bring(&clients, 1, other, &told)
                        );
                    } else {
                        bring(&clients, number, &Bindle::new(number, 0), &told).await;
                    }
                    told.done.fetch_add(1, Ordering::Relaxed);
                }
            })
        })
        .collect();

    for kill in 1..=KILLS {
        let at = kill * bindles / (KILLS + 1);
        while told.done.load(Ordering::Relaxed) < at {
            assert!(
                working.iter().any(|client| !client.is_finished()),
                "the clients gave up"
            );
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        let server = &mut running[kill % 2];
        server.take().map(Running::kill);
        tokio::time::sleep(Duration::from_millis(30)).await;
        *server = Some(start(ports[kill % 2]));
    }
    for client in working {
        client.await.unwrap();
    }
    let brought = began.elapsed();

    // Of each id exactly one was accepted.
    let accepted = std::mem::take(&mut *told.accepted.lock().unwrap());
    assert_eq!(accepted.len(), bindles);
    let refused = told.refused.load(Ordering::Relaxed);
    assert_eq!(refused, bindles.div_ceil(RACED));

    // Of a server that has seen nothing of it.
    drop(running);
    let server = place.open(&[]);
    let client = Client::new(server.url()).unwrap();
    let total = client
        .send(
            &Request::Get(Resource::Matches(Query::new(""))),
            Bytes::new(),
        )
        .await;
    let total = MatchesBody::read(&total.unwrap().1, Format::Toml)
        .unwrap()
        .total;
    assert_eq!(total, Some(bindles as u64));
    let accepted = Arc::new(Mutex::new(accepted));
    let parcels = Arc::new(AtomicUsize::new(0));
    let reading: Vec<_> = (0..CLIENTS)
        .map(|_| {
            let (client, accepted, parcels) =
                (client.clone(), Arc::clone(&accepted), Arc::clone(&parcels));
            tokio::spawn(async move {
                loop {
                    let Some((id, digest)) = accepted.lock().unwrap().pop_first() else {
                        return;
                    };
                    // Pinned, so that it is the bindle that was accepted; and
                    // each parcel is checked.
                    let mut pull = Pull::new(id, Trust::Pinned(digest));
                    client.pull(&mut pull, |_, _| ()).await.unwrap();
                    assert!(pull.is_done());
                    parcels.fetch_add(pull.received().len(), Ordering::Relaxed);
                }
            })
        })
        .collect();
    for client in reading {
        client.await.unwrap();
    }
    let read = began.elapsed() - brought;
    assert_eq!(parcels.load(Ordering::Relaxed), 3 * bindles);
    eprintln!(
        "{bindles} bindles by {CLIENTS} clients through {KILLS} kills in {brought:.1?} \
         ({} requests sent again), read back in {read:.1?}",
        told.broken.load(Ordering::Relaxed),
    );
}

/// A port that nobody has now.
fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}
