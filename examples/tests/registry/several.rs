//! Several registries over one store.

use std::thread;

use bindle_core::Invoice;

use crate::server::{Place, invoice, poll};

const ID: &str = "example.com/hello/1.0.0";

/// The ids that a query finds.
fn found(registry: &crate::server::Running) -> usize {
    registry
        .get("/v1/_q")
        .text()
        .matches("[[invoices]]")
        .count()
}

#[test]
fn one_knows_what_another_has_taken() {
    let place = Place::new();
    let (first, second) = (place.open(&[]), place.open(&["--refresh", "50ms"]));
    let hello = invoice(ID, &[b"a"]);
    assert_eq!(first.create(&hello).status, 202);
    assert_eq!(second.get(&format!("/v1/_i/{ID}")).status, 200);
    assert_eq!(second.create(&hello).status, 409);
    assert_eq!(second.upload(&hello, b"a").status, 200);
    assert_eq!(first.upload(&hello, b"a").status, 409);
    assert_eq!(found(&second), 1);

    // What was never asked for by name is found after a while.
    first.create(&invoice("example.com/bye/1.0.0", &[]));
    poll("the other's bindle", || (found(&second) == 2).then_some(()));
}

#[test]
fn a_yank_by_another_counts_at_once() {
    let place = Place::new();
    // Far apart, so that nothing is found by looking again.
    let (first, second) = (
        place.open(&["--refresh", "60m"]),
        place.open(&["--refresh", "60m"]),
    );
    first.create(&invoice(ID, &[]));
    assert_eq!(second.get(&format!("/v1/_i/{ID}")).status, 200);
    assert_eq!(found(&second), 1);
    assert_eq!(first.ask("DELETE", &format!("/v1/_i/{ID}")).status, 200);
    assert_eq!(found(&second), 0);
    assert_eq!(second.get(&format!("/v1/_i/{ID}")).status, 403);
    assert_eq!(second.ask("DELETE", &format!("/v1/_i/{ID}")).status, 200);
}

#[test]
fn of_two_that_take_one_id_exactly_one_wins() {
    let place = Place::new();
    let registries = [place.open(&[]), place.open(&[])];
    for round in 0..30 {
        let id = format!("example.com/race/1.0.{round}");
        let offers = [invoice(&id, &[b"one"]), invoice(&id, &[b"two"])];
        let statuses: Vec<_> = thread::scope(|scope| {
            let offers = registries.iter().zip(&offers);
            let running: Vec<_> = offers
                .map(|(registry, offer)| scope.spawn(|| registry.create(offer).status))
                .collect();
            running.into_iter().map(|one| one.join().unwrap()).collect()
        });
        let winner = statuses.iter().position(|status| *status == 202).unwrap();
        assert_eq!(statuses[1 - winner], 409, "round {round}");
        for registry in &registries {
            let stored = registry.get(&format!("/v1/_i/{id}"));
            let stored = Invoice::from_toml(stored.text()).unwrap();
            assert_eq!(stored.content_digest(), offers[winner].content_digest());
        }
    }
}

#[test]
fn of_two_yanks_at_once_one_stays() {
    let place = Place::new();
    let registries = [place.open(&[]), place.open(&[])];
    for round in 0..10 {
        let id = format!("example.com/race/1.0.{round}");
        let path = format!("/v1/_i/{id}");
        registries[0].create(&invoice(&id, &[]));
        thread::scope(|scope| {
            for registry in &registries {
                scope.spawn(|| assert_eq!(registry.ask("DELETE", &path).status, 200));
            }
        });
        let path = format!("{path}?yanked=true");
        let [first, second] = [0, 1].map(|one: usize| registries[one].get(&path).body);
        assert_eq!(first, second);
        let yanked = Invoice::from_toml(std::str::from_utf8(&first).unwrap()).unwrap();
        assert_eq!(yanked.yanked_signatures().len(), 1);
    }
}
