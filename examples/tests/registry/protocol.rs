//! Every status of the protocol, and the form of what comes.

use bindle_core::protocol::{CreatedBody, Format, MatchesBody, MissingBody};
use bindle_core::{Digest, Invoice, Keyring, Label, Role};

use crate::http::Request;
use crate::server::{Place, TOKEN, ada, invoice, invoice_by};

const PAGE: &[u8] = b"<h1>hello</h1>";
const STYLE: &[u8] = b"h1 { color: red }";
const ID: &str = "example.com/hello/1.0.0";

#[test]
fn a_bindle_comes_in_and_goes_out_as_it_was() {
    let place = Place::new();
    let registry = place.open(&[]);
    let hello = invoice(ID, &[PAGE, STYLE]);

    let created = registry.create(&hello);
    assert_eq!(created.status, 202, "{created:?}");
    assert_eq!(created.header("content-type"), "application/toml");
    let created = CreatedBody::read(&created.body, Format::Toml).unwrap();
    assert_eq!(created.invoice.content_digest(), hello.content_digest());
    let roles = created.invoice.signatures().iter();
    let roles: Vec<_> = roles.map(bindle_core::SignatureBlock::role).collect();
    assert_eq!(roles, [Role::Creator, Role::Host]);
    let missing = |path: &str| {
        let missing = registry.get(path);
        assert_eq!(missing.status, 200, "{missing:?}");
        let missing = MissingBody::read(&missing.body, Format::Toml)
            .unwrap()
            .missing;
        missing.iter().map(Label::digest).collect::<Vec<_>>()
    };
    let path = format!("/v1/_r/missing/{ID}");
    assert_eq!(missing(&path), [Digest::of(PAGE), Digest::of(STYLE)]);

    let uploaded = registry.upload(&hello, PAGE);
    assert_eq!(uploaded.status, 200, "{uploaded:?}");
    assert_eq!(uploaded.text(), "message = \"parcel created\"\n");
    assert_eq!(missing(&path), [Digest::of(STYLE)]);
    assert_eq!(registry.upload(&hello, STYLE).status, 200);
    assert_eq!(missing(&path), []);

    let parcel = registry.get(&format!("/v1/_i/{ID}@{}", Digest::of(PAGE)));
    assert_eq!((parcel.status, &*parcel.body), (200, PAGE));
    assert_eq!(parcel.header("content-type"), "application/toml");
    let got = registry.get(&format!("/v1/_i/{ID}"));
    assert_eq!(got.status, 200);
    assert_eq!(Invoice::from_toml(got.text()).unwrap(), created.invoice);

    // All parcels are there: 201.
    let next = registry.create(&invoice("example.com/hello/1.1.0", &[PAGE, STYLE]));
    assert_eq!(next.status, 201, "{next:?}");
    let next = CreatedBody::read(&next.body, Format::Toml).unwrap();
    assert_eq!(next.missing, []);
}

#[test]
fn every_refusal_has_its_status_and_says_why() {
    let place = Place::new();
    let registry = place.open(&["--max-parcel", "100"]);
    let hello = invoice(ID, &[PAGE, STYLE]);
    assert_eq!(registry.create(&hello).status, 202);
    assert_eq!(registry.upload(&hello, PAGE).status, 200);

    let conflict = registry.create(&hello);
    assert_eq!(conflict.status, 409);
    assert_eq!(
        conflict.error(),
        "example.com/hello/1.0.0 exists already, with the same content"
    );
    let other = registry.create(&invoice(ID, &[PAGE]));
    assert_eq!(other.status, 409);
    assert!(other.error().contains("with other content"), "{other:?}");

    let mut yanked = invoice("example.com/yanked/1.0.0", &[PAGE]);
    yanked.yank("").unwrap();
    assert_eq!(registry.create(&yanked).status, 422);

    let eve = bindle_core::SecretKey::from_seed(&[66; 32]);
    let eve = bindle_core::SecretKeyEntry::new("Eve", eve, [Role::Creator]);
    let stranger = registry.create(&invoice_by(&eve, "example.com/eve/1.0.0", &[PAGE]));
    assert_eq!(stranger.status, 400, "{stranger:?}");
    let unsigned = Invoice::builder("example.com/unsigned/1.0.0".parse().unwrap());
    assert_eq!(registry.create(&unsigned.build().unwrap()).status, 400);
    let broken = registry.post("/v1/_i", b"bindleVersion = \"1.0.0\"\n[bindle]\nnam = 1\n");
    assert_eq!(broken.status, 400);
    assert!(broken.error().contains("did you mean `name`"), "{broken:?}");

    let large = registry.create(&invoice("example.com/large/1.0.0", &[&[0; 101]]));
    assert_eq!(large.status, 413);
    assert_eq!(
        large.error(),
        "the parcel \"0.dat\" has 101 bytes; this registry takes no more than 100"
    );

    assert_eq!(registry.upload(&hello, PAGE).status, 409);
    let foreign = registry.upload(&hello, b"something else");
    assert_eq!(foreign.status, 400, "{foreign:?}");
    let unknown = invoice("example.com/unknown/1.0.0", &[STYLE]);
    assert_eq!(registry.upload(&unknown, STYLE).status, 404);

    for (method, path, status) in [
        ("GET", "/v1/_i/example.com/unknown/1.0.0".to_owned(), 404),
        ("HEAD", "/v1/_i/example.com/unknown/1.0.0".to_owned(), 404),
        ("DELETE", "/v1/_i/example.com/unknown/1.0.0".to_owned(), 404),
        (
            "GET",
            "/v1/_r/missing/example.com/unknown/1.0.0".to_owned(),
            404,
        ),
        ("GET", format!("/v1/_i/{ID}@{}", Digest::of(STYLE)), 404),
        ("HEAD", format!("/v1/_i/{ID}@{}", Digest::of(STYLE)), 404),
        ("GET", "/v1/_i".to_owned(), 405),
        ("PUT", format!("/v1/_i/{ID}"), 405),
        ("POST", "/v1/_q".to_owned(), 405),
        ("GET", "/_q".to_owned(), 404),
        ("GET", "/v1/nowhere".to_owned(), 404),
        ("GET", "/v1/_i/no-version".to_owned(), 400),
        ("GET", "/v1/_q?l=256".to_owned(), 400),
        ("GET", "/v1/_q?v=%5E%5E".to_owned(), 400),
        ("GET", "/v1/bindle-keys?roles=king".to_owned(), 400),
    ] {
        let answer = registry.ask(method, &path);
        assert_eq!(answer.status, status, "{method} {path}: {answer:?}");
        match method {
            "HEAD" => assert_eq!(answer.text(), ""),
            _ => assert_ne!(answer.error(), ""),
        }
    }
    assert_eq!(registry.ask("GET", "/v1/_i").header("allow"), "POST");
}

#[test]
fn neither_name_nor_digest_leads_out_of_the_store() {
    let place = Place::new();
    let registry = place.open(&[]);
    let hello = invoice(ID, &[PAGE]);
    assert_eq!(registry.create(&hello).status, 202);
    let up = "../".repeat(8);
    for path in [
        format!("/v1/_i/{up}etc/passwd/1.0.0"),
        "/v1/_i/%2e%2e/%2e%2e/etc/1.0.0".to_owned(),
        "/v1/_i/a%00b/1.0.0".to_owned(),
        format!("/v1/_i/{ID}@{up}host-key.toml"),
        format!("/v1/_i/{ID}@..%2f..%2fhost-key.toml"),
        format!("/v1/_i/{ID}@{}", "A".repeat(64)),
    ] {
        for method in ["GET", "HEAD", "POST"] {
            let answer = registry.ask(method, &path);
            assert!(
                matches!(answer.status, 400 | 405),
                "{method} {path}: {answer:?}"
            );
        }
    }
    // Nothing came of it but the bindle.
    let mut names: Vec<_> = std::fs::read_dir(place.store())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    names.sort();
    assert_eq!(names, ["invoices"]);
}

#[test]
fn head_tells_what_get_would_give() {
    let place = Place::new();
    let registry = place.open(&[]);
    let hello = invoice(ID, &[PAGE]);
    registry.create(&hello);
    registry.upload(&hello, PAGE);
    for path in [
        format!("/v1/_i/{ID}"),
        format!("/v1/_i/{ID}@{}", Digest::of(PAGE)),
        format!("/v1/_r/missing/{ID}"),
        "/v1/bindle-keys".to_owned(),
    ] {
        let (get, head) = (registry.get(&path), registry.ask("HEAD", &path));
        assert_eq!((get.status, head.status), (200, 200), "{path}");
        assert_eq!(head.text(), "", "{path}");
        for header in ["content-type", "content-length"] {
            assert_eq!(get.header(header), head.header(header), "{path}");
        }
        assert_eq!(head.header("content-length"), get.body.len().to_string());
    }
}

#[test]
fn json_goes_both_ways() {
    let place = Place::new();
    let registry = place.open(&[]);
    let hello = invoice(ID, &[PAGE]);
    let body = serde_json::to_vec(&hello).unwrap();
    let headers = [
        ("content-type", "application/json"),
        ("accept", "application/json"),
    ];
    let (method, headers) = ("POST", &headers[..]);
    let created = registry.send(&Request {
        method,
        path: "/v1/_i",
        headers,
        body: &body,
    });
    assert_eq!(created.status, 202, "{created:?}");
    assert_eq!(created.header("content-type"), "application/json");
    let created = CreatedBody::read(&created.body, Format::Json).unwrap();
    assert_eq!(created.missing.len(), 1);

    for path in [
        &format!("/v1/_i/{ID}"),
        "/v1/_q?q=hello",
        "/v1/bindle-keys",
        "/v1/nowhere",
    ] {
        let (method, body) = ("GET", &b""[..]);
        let answer = registry.send(&Request {
            method,
            path,
            headers,
            body,
        });
        assert_eq!(answer.header("content-type"), "application/json", "{path}");
        serde_json::from_slice::<serde_json::Value>(&answer.body).unwrap();
    }

    let headers = &[("content-type", "text/html")][..];
    let body = &b"<h1>hello</h1>"[..];
    let answer = registry.send(&Request {
        method: "POST",
        path: "/v1/_i",
        headers,
        body,
    });
    assert_eq!(answer.status, 415, "{answer:?}");
}

#[test]
fn a_yank_goes_one_way() {
    let place = Place::new();
    let registry = place.open(&[]);
    let hello = invoice(ID, &[PAGE, STYLE]);
    registry.create(&hello);
    registry.upload(&hello, PAGE);
    let path = format!("/v1/_i/{ID}");
    for _ in 0..2 {
        let yanked = registry.ask("DELETE", &path);
        assert_eq!(
            (yanked.status, yanked.text()),
            (200, "message = \"invoice yanked\"\n")
        );
    }
    let parcel = format!("{path}@{}", Digest::of(PAGE));
    for path in [&path, &parcel, &format!("/v1/_r/missing/{ID}")] {
        let refused = registry.get(path);
        assert_eq!(refused.status, 403, "{path}: {refused:?}");
        assert!(refused.error().contains("is yanked"), "{refused:?}");
    }
    assert_eq!(registry.upload(&hello, STYLE).status, 403);
    assert_eq!(registry.create(&hello).status, 409);

    let got = registry.get(&format!("{path}?yanked=true"));
    assert_eq!(got.status, 200);
    let invoice = Invoice::from_toml(got.text()).unwrap();
    assert!(invoice.is_yanked());
    assert_eq!(invoice.content_digest(), hello.content_digest());
    let [signature] = invoice.yanked_signatures() else {
        panic!("one signature: {invoice:?}");
    };
    assert_eq!(signature.role(), Role::Host);
    let content = registry.get(&format!("{parcel}?yanked=true"));
    assert_eq!((content.status, &*content.body), (200, PAGE));
}

#[test]
fn queries_find_pages_ranges_and_nothing_yanked() {
    let place = Place::new();
    let registry = place.open(&[]);
    for version in ["1.0.0", "1.2.0", "2.0.0"] {
        registry.create(&invoice(&format!("example.com/hello/{version}"), &[]));
    }
    registry.create(&invoice("example.com/bye/1.0.0", &[]));
    let found = |query: &str| {
        let answer = registry.get(&format!("/v1/_q{query}"));
        assert_eq!(answer.status, 200, "{query}: {answer:?}");
        MatchesBody::read(&answer.body, Format::Toml).unwrap()
    };
    let ids = |query: &str| {
        let invoices = found(query).invoices;
        let ids = invoices.iter().map(|invoice| invoice.id().to_string());
        ids.collect::<Vec<_>>()
    };
    assert_eq!(found("").total, Some(4));
    assert_eq!(
        ids("?q=hello&v=%5E1"),
        ["example.com/hello/1.0.0", "example.com/hello/1.2.0"]
    );
    assert_eq!(
        ids("?query=hello&version=2.0.0"),
        ["example.com/hello/2.0.0"]
    );
    let page = found("?q=hello&o=1&l=1&strict=true");
    assert_eq!(page.invoices[0].id().to_string(), "example.com/hello/1.2.0");
    assert_eq!(
        (page.offset, page.limit, page.total, page.more),
        (1, 1, Some(3), true)
    );
    let nothing = found("?l=0");
    assert_eq!(
        (nothing.invoices.len(), nothing.total, nothing.more),
        (0, Some(4), true)
    );

    registry.ask("DELETE", "/v1/_i/example.com/hello/1.2.0");
    assert_eq!(
        ids("?q=hello"),
        ["example.com/hello/1.0.0", "example.com/hello/2.0.0"]
    );
    assert_eq!(ids("?q=hello&yanked=true").len(), 3);
}

#[test]
fn keys_are_given_by_role() {
    let place = Place::new();
    let hosts = place.open(&[]).get("/v1/bindle-keys");
    assert_eq!(Keyring::from_toml(hosts.text()).unwrap().len(), 1);

    let registry = place.open(&["--publish-keyring"]);
    let labels = |query: &str| {
        let keys = registry.get(&format!("/v1/bindle-keys{query}"));
        assert_eq!(keys.status, 200, "{keys:?}");
        let keys = Keyring::from_toml(keys.text()).unwrap();
        keys.iter()
            .map(|key| key.label().to_owned())
            .collect::<Vec<_>>()
    };
    let host = "registry <registry@localhost>";
    let ada = ada();
    assert_eq!(labels("?roles=host"), [host]);
    assert_eq!(labels("?roles=creator"), [ada.label()]);
    assert_eq!(labels("?roles=creator,host"), [host, ada.label()]);
    assert_eq!(labels("?roles=approver"), [""; 0]);
    assert_eq!(labels(""), [host, ada.label()]);
}

#[test]
fn who_has_no_token_only_reads() {
    let place = Place::new();
    let registry = place.in_memory();
    let hello = invoice(ID, &[PAGE]);
    let body = hello.to_toml();
    let bearer = format!("Bearer {TOKEN}");
    let create = |authorization: &str| {
        let headers = [("authorization", authorization)];
        let headers = if authorization.is_empty() {
            &[][..]
        } else {
            &headers
        };
        let (method, path, body) = ("POST", "/v1/_i", body.as_bytes());
        registry.send(&Request {
            method,
            path,
            headers,
            body,
        })
    };
    for (authorization, message) in [
        (
            "",
            "send the token of this registry, as `Authorization: Bearer TOKEN`",
        ),
        (
            "Bearer a-token-of-the-test",
            "that is not the token of this registry",
        ),
        ("Basic YTpi", "that is not the token of this registry"),
    ] {
        let refused = create(authorization);
        assert_eq!(refused.status, 401, "{refused:?}");
        assert_eq!(refused.header("www-authenticate"), "Bearer");
        assert_eq!(refused.error(), message);
    }
    assert_eq!(registry.get(&format!("/v1/_i/{ID}")).status, 404);
    assert_eq!(create(&bearer).status, 202);
    assert_eq!(registry.get(&format!("/v1/_i/{ID}")).status, 200);
    assert_eq!(registry.upload(&hello, PAGE).status, 401);
    assert_eq!(registry.ask("DELETE", &format!("/v1/_i/{ID}")).status, 401);
    assert_eq!(registry.get(&format!("/v1/_i/{ID}")).status, 200);
    assert_eq!(registry.get("/v1/_q").status, 200);
}

#[test]
fn without_a_token_nothing_is_written() {
    let place = Place::new();
    let registry = place.start(&[]);
    let refused = registry.create(&invoice(ID, &[PAGE]));
    assert_eq!(refused.status, 403);
    assert!(
        refused
            .error()
            .starts_with("this registry takes nothing in"),
        "{refused:?}"
    );
    assert_eq!(registry.ask("DELETE", &format!("/v1/_i/{ID}")).status, 403);
}
