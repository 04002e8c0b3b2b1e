//! The start, the end, the log and what is there after it.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use bindle_core::{Digest, KeyEntry, Keyring, Role, SecretKeyFile};

use crate::http::{self, Request};
use crate::server::{Place, ada, failure, invoice, poll};

const ID: &str = "example.com/hello/1.0.0";
const PAGE: &[u8] = b"<h1>hello</h1>";

#[test]
fn mistakes_are_told_at_the_start() {
    let place = Place::new();
    let file = |name: &str| place.file(name).display().to_string();
    let message = |options: &[&str]| failure(place.command(&place.store(), options));

    let store = file("token");
    assert!(
        failure(place.command(Path::new(&store), &[]))
            .starts_with(&format!("error: {store} cannot be used: "))
    );
    let error = failure(place.command(Path::new("s3://bucket/a"), &[]));
    assert!(
        error.contains("s3://bucket/a needs a build with `--features aws`"),
        "{error}"
    );
    let error = message(&["--token-file", &file("no-token")]);
    assert!(error.starts_with(&format!(
        "error: the token file {} cannot be read",
        file("no-token")
    )));
    fs::write(place.file("short"), "secret").unwrap();
    assert_eq!(
        message(&["--token-file", &file("short")]),
        format!(
            "error: the token file {}: a token has 16 characters at least, this has 6\n",
            file("short")
        )
    );
    assert!(message(&["--token-file", &file("token"), "--open"]).contains("cannot be used with"));
    assert!(message(&["--prefix", "v1"]).contains("expected a path such as `/v1`"));

    // The host's key is a creator's.
    fs::write(place.file("host-key.toml"), host_of(Role::Creator)).unwrap();
    assert!(message(&[]).contains("has no key with the role `host`"));
    fs::write(place.file("host-key.toml"), host_of(Role::Host)).unwrap();
    assert!(
        message(&[]).contains("is on the keyring in another role"),
        "{}",
        message(&[])
    );
    fs::remove_file(place.file("host-key.toml")).unwrap();

    fs::write(place.file("keyring.toml"), Keyring::default().to_toml()).unwrap();
    assert!(message(&[]).contains("the keyring has no key with the role `creator`"));
    fs::write(place.file("keyring.toml"), "keys").unwrap();
    assert!(message(&[]).starts_with(&format!(
        "error: the keyring {} is malformed: ",
        file("keyring.toml")
    )));
    fs::remove_file(place.file("keyring.toml")).unwrap();
    assert!(message(&[]).starts_with(&format!(
        "error: the keyring {} cannot be read: ",
        file("keyring.toml")
    )));
}

/// A file with the creator's key, marked for a role.
fn host_of(role: Role) -> String {
    let ada = ada();
    let key = bindle_core::SecretKeyEntry::new(ada.label(), ada.key().clone(), [role]);
    SecretKeyFile::from_iter([key]).to_secret_toml().to_string()
}

#[test]
fn an_address_that_is_taken_is_named() {
    let place = Place::new();
    let registry = place.open(&[]);
    let address = registry.address;
    let error = failure(place.command_at(address.port(), &place.file("other"), &[]));
    assert!(
        error.starts_with(&format!("error: cannot listen on {address}: ")),
        "{error}"
    );
}

#[test]
fn a_restart_keeps_all() {
    let place = Place::new();
    let registry = place.open(&[]);
    let (hello, bye) = (invoice(ID, &[PAGE]), invoice("example.com/bye/1.0.0", &[]));
    registry.create(&hello);
    registry.create(&bye);
    registry.upload(&hello, PAGE);
    registry.ask("DELETE", "/v1/_i/example.com/bye/1.0.0");
    let pages = |registry: &crate::server::Running| {
        let paths = [
            format!("/v1/_i/{ID}"),
            format!("/v1/_i/{ID}@{}", Digest::of(PAGE)),
            "/v1/_i/example.com/bye/1.0.0".to_owned(),
            "/v1/_i/example.com/bye/1.0.0?yanked=true".to_owned(),
            "/v1/bindle-keys".to_owned(),
        ];
        let mut pages = paths.map(|path| {
            let answer = registry.get(&path);
            (answer.status, answer.body)
        });
        pages.sort();
        let found = registry.get("/v1/_q").text().to_owned();
        // The line with the time is another.
        let found = found.lines().filter(|line| !line.starts_with("timestamp"));
        (pages, found.collect::<Vec<_>>().join("\n"))
    };
    let before = pages(&registry);
    assert!(before.1.contains("example.com/hello"), "{}", before.1);
    assert!(!before.1.contains("example.com/bye"), "{}", before.1);
    registry.kill();
    assert_eq!(pages(&place.open(&[])), before);
}

#[test]
fn it_stops_when_what_is_under_way_is_done() {
    let place = Place::new();
    let registry = place.open(&[]);
    let content = vec![7; 1_000_000];
    registry.create(&invoice(ID, &[&content]));
    let path = format!("/v1/_i/{ID}@{}", Digest::of(&content));
    let (method, headers, body) = ("POST", &[][..], &content[..]);
    let request = Request {
        method,
        path: &path,
        headers,
        body,
    };
    let mut stream = request.begin(registry.address, content.len()).unwrap();
    stream.write_all(&content[..500_000]).unwrap();
    // It has begun: what has come is in a file beside where it will be.
    let folder = place.parcel_file(&Digest::of(&content));
    let folder = folder.parent().unwrap().to_owned();
    poll("the upload to begin", || folder.exists().then_some(()));

    registry.interrupt();
    poll("the address to be closed", || {
        std::net::TcpStream::connect(registry.address).err()
    });
    stream.write_all(&content[500_000..]).unwrap();
    assert_eq!(http::read(stream).unwrap().status, 200);
    let (code, log) = registry.ended();
    assert_eq!(code, Some(0), "{log}");
    assert!(log.contains("stopped"), "{log}");
    assert_eq!(
        fs::read(place.parcel_file(&Digest::of(&content))).unwrap(),
        content
    );
}

#[test]
fn it_does_not_wait_for_ever() {
    let place = Place::new();
    let registry = place.open(&["--grace", "200ms"]);
    registry.create(&invoice(ID, &[PAGE]));
    let path = format!("/v1/_i/{ID}@{}", Digest::of(PAGE));
    let (method, headers, body) = ("POST", &[][..], PAGE);
    let request = Request {
        method,
        path: &path,
        headers,
        body,
    };
    let stream = request.begin(registry.address, PAGE.len()).unwrap();
    let folder = place.parcel_file(&Digest::of(PAGE));
    poll("the upload to begin", || {
        folder.parent().unwrap().exists().then_some(())
    });
    registry.interrupt();
    let (code, log) = registry.ended();
    assert_eq!(code, Some(1), "{log}");
    assert!(log.contains("some were cut off"), "{log}");
    drop(stream);
}

#[test]
fn each_request_is_a_line_in_the_log() {
    let place = Place::new();
    let registry = place.open(&["--log", "json"]);
    registry.create(&invoice(ID, &[PAGE]));
    registry.get(&format!("/v1/_i/{ID}?yanked=maybe"));
    registry.ask("HEAD", &format!("/v1/_i/{ID}"));
    registry.interrupt();
    let (_, log) = registry.ended();
    let lines = log.lines().map(|line| serde_json::from_str(line).unwrap());
    let lines: Vec<serde_json::Value> = lines.collect();
    let requests: Vec<_> = lines
        .iter()
        .filter(|line| !line["method"].is_null())
        .collect();
    let told = |number: usize| {
        let line = requests[number];
        assert!(line["client"].as_str().unwrap().starts_with("127.0.0.1:"));
        assert!(
            line["time_us"].is_u64() && line["timestamp"].is_string(),
            "{line}"
        );
        (
            line["method"].as_str().unwrap(),
            line["path"].as_str().unwrap(),
            &line["status"],
        )
    };
    assert_eq!(told(0), ("POST", "/v1/_i", &202.into()));
    assert!(requests[0]["sent"].as_u64().unwrap() > 500);
    assert_eq!(
        told(1),
        (
            "GET",
            "/v1/_i/example.com/hello/1.0.0?yanked=maybe",
            &400.into()
        )
    );
    assert_eq!(
        requests[1]["error"],
        "the parameter `yanked` is \"maybe\"; expected `true` or `false`"
    );
    assert_eq!(
        told(2),
        ("HEAD", "/v1/_i/example.com/hello/1.0.0", &200.into())
    );
    assert_eq!(
        (&requests[2]["sent"], &requests[2]["error"]),
        (&0.into(), &().into())
    );
    assert_eq!(requests.len(), 3, "{log}");
    let ready = lines.iter().find(|line| line["message"] == "ready");
    assert_eq!(ready.unwrap()["access"], "open");
}

#[test]
fn the_prefix_is_where_it_is_set() {
    let place = Place::new();
    for (prefix, path) in [("/", "/_q"), ("/api/v2", "/api/v2/_q")] {
        let registry = place.open(&["--prefix", prefix]);
        let url = format!("http://{}", registry.address);
        assert_eq!(
            registry.url(),
            format!("{url}{}", prefix.trim_end_matches('/'))
        );
        assert_eq!(registry.get(path).status, 200);
        assert_eq!(registry.get("/v1/_q").status, 404);
        assert_eq!(registry.get("/healthz").text(), "OK\n");
    }
}

#[test]
fn the_key_of_the_host_is_made_once() {
    let place = Place::new();
    let key = || {
        let registry = place.open(&[]);
        let keys = registry.get("/v1/bindle-keys?roles=host");
        Keyring::from_toml(keys.text()).unwrap()
    };
    let (first, second) = (key(), key());
    let first: Vec<_> = first.iter().map(KeyEntry::key).collect();
    assert_eq!(first, second.iter().map(KeyEntry::key).collect::<Vec<_>>());
}
