//! Content that is not what it should be, and clients that do not keep up.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::thread;
use std::time::Duration;

use bindle_core::Digest;

use crate::http::{self, Request};
use crate::server::{PATIENCE, Place, invoice, poll};

const ID: &str = "example.com/hello/1.0.0";

/// Larger than what goes through memory at once.
fn content() -> Vec<u8> {
    (0..600_000_u32).flat_map(u32::to_le_bytes).collect()
}

#[test]
fn what_failed_leaves_nothing_that_a_later_upload_trips_over() {
    let place = Place::new();
    let registry = place.open(&[]);
    let content = content();
    let hello = invoice(ID, &[&content]);
    registry.create(&hello);
    let digest = Digest::of(&content);
    let path = format!("/v1/_i/{ID}@{digest}");
    let is_missing = || registry.get(&path).status == 404 && !place.parcel_file(&digest).exists();

    let longer = [&content[..], b"!"].concat();
    let mut other = content.clone();
    other[0] ^= 1;
    for (wrong, reason) in [
        (&content[1..], "2399999"),
        (&longer, "longer than the 2400000"),
        (&other, "digest"),
    ] {
        let refused = registry.post(&path, wrong);
        assert_eq!(refused.status, 400, "{reason}: {refused:?}");
        assert!(refused.error().contains(reason), "{reason}: {refused:?}");
        assert!(is_missing());
    }

    // The client goes away in the middle.
    let (method, headers, body) = ("POST", &[][..], &content[..]);
    let request = Request {
        method,
        path: &path,
        headers,
        body,
    };
    let mut stream = request.begin(registry.address, content.len()).unwrap();
    stream.write_all(&content[..1_000_000]).unwrap();
    drop(stream);
    assert!(is_missing());

    assert_eq!(registry.post(&path, &content).status, 200);
    assert_eq!(registry.get(&path).body, content);
    let folder = place.parcel_file(&digest);
    let folder = folder.parent().unwrap();
    poll("the rest of the broken upload to be gone", || {
        (std::fs::read_dir(folder).unwrap().count() == 1).then_some(())
    });
}

#[test]
fn tampered_content_is_never_given_as_good() {
    let place = Place::new();
    let registry = place.open(&[]);
    let (large, small) = (content(), b"small".to_vec());
    let hello = invoice(ID, &[&large, &small]);
    registry.create(&hello);
    for content in [&large, &small] {
        assert_eq!(registry.upload(&hello, content).status, 200);
        let mut changed = content.clone();
        *changed.last_mut().unwrap() ^= 1;
        std::fs::write(place.parcel_file(&Digest::of(content)), changed).unwrap();
    }
    // Small content is checked before anything of it is given.
    let path = format!("/v1/_i/{ID}@{}", Digest::of(&small));
    let refused = registry.get(&path);
    assert_eq!(
        (refused.status, &*refused.error()),
        (500, "the registry failed")
    );
    // Of large content the end never comes.
    let path = format!("/v1/_i/{ID}@{}", Digest::of(&large));
    let (method, headers, body) = ("GET", &[][..], &b""[..]);
    let request = Request {
        method,
        path: &path,
        headers,
        body,
    };
    let mut stream = request.begin(registry.address, 0).unwrap();
    let mut got = Vec::new();
    let ended = stream.read_to_end(&mut got);
    assert!(got.len() < large.len() || ended.is_err(), "{}", got.len());
    // A parcel that was cut short, to nothing in the end.
    std::fs::write(place.parcel_file(&Digest::of(&large)), b"").unwrap();
    assert_eq!(registry.get(&path).status, 500);

    let log = registry.kill();
    assert_eq!(
        log.matches("the store was tampered with").count(),
        3,
        "{log}"
    );
}

#[test]
fn a_damaged_invoice_hides_no_other() {
    let place = Place::new();
    let registry = place.open(&[]);
    let (hello, bye) = (invoice(ID, &[]), invoice("example.com/bye/1.0.0", &[]));
    registry.create(&hello);
    registry.create(&bye);
    let name = bye.id().canonical_name();
    let file = place.store().join(format!("invoices/{name}/invoice.toml"));
    std::fs::write(&file, hello.to_toml()).unwrap();
    let found = registry.get("/v1/_q");
    assert_eq!(found.status, 200);
    assert!(found.text().contains("example.com/hello"), "{found:?}");
    assert!(!found.text().contains("example.com/bye"), "{found:?}");
    assert_eq!(registry.get("/v1/_i/example.com/bye/1.0.0").status, 500);
    drop(registry);
    // It starts all the same, and says what is wrong.
    let registry = place.open(&[]);
    assert_eq!(registry.get("/v1/_q").status, 200);
    let log = registry.kill();
    assert!(
        log.contains("is the invoice of example.com/hello/1.0.0"),
        "{log}"
    );
}

#[test]
fn bodies_have_a_size() {
    let place = Place::new();
    let registry = place.open(&["--max-invoice", "2000"]);
    let refused = registry.post("/v1/_i", &[b'#'; 2001]);
    assert_eq!(refused.status, 413);
    assert_eq!(refused.error(), "the invoice is larger than 2000 bytes");
    assert_eq!(registry.post("/v1/_i", &[b'#'; 2000]).status, 400);
    // Of which no more comes than has to.
    let refused = registry.post("/v1/_i", &[b'#'; 900_000]);
    assert_eq!(refused.status, 413);
    // Headers, too.
    let long = "a".repeat(100_000);
    let headers = &[("x-long", &*long)][..];
    let (method, body) = ("GET", &b""[..]);
    let refused = registry.send(&Request {
        method,
        path: "/v1/_q",
        headers,
        body,
    });
    assert_eq!(refused.status, 431);
}

#[test]
fn clients_that_stall_are_left() {
    let place = Place::new();
    let registry = place.open(&["--patience", "2s"]);
    let content = content();
    registry.create(&invoice(ID, &[&content]));
    let path = format!("/v1/_i/{ID}@{}", Digest::of(&content));
    let (method, headers, body) = ("POST", &[][..], &content[..]);
    let request = Request {
        method,
        path: &path,
        headers,
        body,
    };

    let mut silent = TcpStream::connect(registry.address).unwrap();
    let mut in_the_headers = TcpStream::connect(registry.address).unwrap();
    in_the_headers
        .write_all(b"GET /v1/_q HTTP/1.1\r\nhost")
        .unwrap();
    let mut in_the_body = request.begin(registry.address, content.len()).unwrap();
    in_the_body.write_all(&content[..1000]).unwrap();
    for (stalls, stream) in [
        ("at the start", &mut silent),
        ("in the headers", &mut in_the_headers),
        ("in the body", &mut in_the_body),
    ] {
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        // Closed one way or the other.
        if let Err(error) = stream.read_to_end(&mut Vec::new()) {
            let is_open = matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut);
            assert!(!is_open, "one that stalls {stalls} was not left");
        }
    }
    assert_eq!(registry.get(&path).status, 404);

    // One that is slow and goes on is served.
    let mut slow = request.begin(registry.address, content.len()).unwrap();
    for chunk in content.chunks(content.len() / 8) {
        thread::sleep(Duration::from_millis(300));
        slow.write_all(chunk).unwrap();
    }
    assert_eq!(http::read(slow).unwrap().status, 200);
}
