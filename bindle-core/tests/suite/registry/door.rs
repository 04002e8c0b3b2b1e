//! The registry in memory by the protocol.

use bindle_core::protocol::{
    CreatedBody, ErrorBody, Format, MatchesBody, MissingBody, Prefix, Request, Response, Status,
};
use bindle_core::registry::Headers;

use super::*;

/// The answer to a request, and what is wrong if it is not done.
fn ask(registry: &mut MemoryRegistry, line: &str, body: &[u8]) -> (u16, Response, String) {
    let (method, target) = line.split_once(' ').unwrap();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let request = Request::read(&Prefix::default(), method, path, query).unwrap();
    let response = registry.handle(&request, Headers::default(), body, NOW);
    let error = ErrorBody::read(response.body(), Format::Toml);
    let error = error.map_or_else(|_| String::new(), |body| body.error);
    (response.status().code(), response, error)
}

#[test]
fn a_life_of_a_bindle() {
    let mut registry = registry();
    let text = signed(&["a", "b"]).to_toml();
    let (status, response, _) = ask(&mut registry, "POST /_i", text.as_bytes());
    assert_eq!(status, 202);
    let created = CreatedBody::read(response.body(), Format::Toml).unwrap();
    assert_eq!(created.invoice.signatures().len(), 2);
    assert_eq!(
        digests(&created.missing),
        [Digest::of(b"a"), Digest::of(b"b")]
    );

    let a = format!("/_i/{}@{}", id(), Digest::of(b"a"));
    let b = format!("/_i/{}@{}", id(), Digest::of(b"b"));
    let (status, _, error) = ask(&mut registry, &format!("GET {a}"), b"");
    assert_eq!(status, 404);
    assert!(error.ends_with("was not uploaded yet"), "{error}");
    let (status, response, _) = ask(&mut registry, &format!("POST {a}"), b"a");
    assert_eq!(
        (status, response.body()),
        (200, &b"message = \"parcel created\"\n"[..])
    );
    let (status, response, _) = ask(&mut registry, &format!("GET /_r/missing/{}", id()), b"");
    let missing = MissingBody::read(response.body(), Format::Toml).unwrap();
    assert_eq!(
        (status, digests(&missing.missing)),
        (200, vec![Digest::of(b"b")])
    );
    let (status, ..) = ask(&mut registry, &format!("POST {a}"), b"a");
    assert_eq!(status, 409);
    let (status, _, error) = ask(&mut registry, &format!("POST {b}"), b"c");
    assert_eq!(status, 400);
    assert!(error.starts_with("the content has the digest"), "{error}");
    assert_eq!(ask(&mut registry, &format!("POST {b}"), b"b").0, 200);

    let (status, response, _) = ask(&mut registry, &format!("GET {b}"), b"");
    assert_eq!((status, response.body()), (200, &b"b"[..]));
    assert_eq!(response.content_type().as_str(), "application/wasm");
    let (status, response, _) = ask(&mut registry, &format!("HEAD {b}"), b"");
    assert_eq!((status, response.content_length()), (200, 1));
    assert!(response.body().is_empty());
    let (status, response, _) = ask(&mut registry, &format!("HEAD /_i/{}", id()), b"");
    assert!(response.body().is_empty() && response.content_length() > 100);
    assert_eq!(status, 200);

    assert_eq!(ask(&mut registry, "POST /_i", text.as_bytes()).0, 409);
    let (status, response, _) = ask(&mut registry, "GET /_q?q=hello", b"");
    let matches = MatchesBody::read(response.body(), Format::Toml).unwrap();
    assert_eq!(
        (status, matches.total, matches.timestamp),
        (200, Some(1), Some(NOW))
    );
    assert_eq!(matches.invoices, [created.invoice]);

    for _ in 0..2 {
        let (status, response, _) = ask(&mut registry, &format!("DELETE /_i/{}", id()), b"");
        assert_eq!(
            (status, response.body()),
            (200, &b"message = \"invoice yanked\"\n"[..])
        );
    }
    for line in [
        format!("GET /_i/{}", id()),
        format!("GET {a}"),
        format!("POST {a}"),
        format!("GET /_r/missing/{}", id()),
    ] {
        let (status, _, error) = ask(&mut registry, &line, b"a");
        let expected = "example.com/hello/1.0.0 is yanked";
        assert_eq!((status, error.as_str()), (403, expected), "{line}");
    }
    let (status, response, _) = ask(&mut registry, &format!("GET /_i/{}?yanked=true", id()), b"");
    let invoice = Invoice::from_toml(std::str::from_utf8(response.body()).unwrap()).unwrap();
    assert!(status == 200 && invoice.is_yanked());
    assert_eq!(
        ask(&mut registry, &format!("GET {a}?yanked=true"), b"").0,
        200
    );
    assert_eq!(ask(&mut registry, "POST /_i", text.as_bytes()).0, 409);
    // Back from the registry to another one: it is yanked.
    let text = invoice.to_toml();
    let (status, _, error) = ask(&mut self::registry(), "POST /_i", text.as_bytes());
    let expected = "example.com/hello/1.0.0 is yanked; a yanked bindle cannot be created";
    assert_eq!((status, error.as_str()), (422, expected));
}

#[test]
fn complete_bindles_are_created_at_once() {
    let text = signed(&[]).to_toml();
    let (status, response, _) = ask(&mut registry(), "POST /_i", text.as_bytes());
    assert_eq!(status, 201);
    let created = CreatedBody::read(response.body(), Format::Toml).unwrap();
    assert!(created.missing.is_empty());
}

#[test]
fn bodies_that_are_no_invoice() {
    let (status, _, error) = ask(&mut registry(), "POST /_i", b"bindleVersion = 1");
    assert_eq!(status, 400);
    let expected = "1:1: bindle: this field is required, and missing\n";
    assert!(error.starts_with(expected), "{error}");
    let text = unsigned(&["a"]).to_toml();
    let (status, _, error) = ask(&mut registry(), "POST /_i", text.as_bytes());
    assert_eq!(status, 400);
    assert!(
        error.ends_with("no signature as `creator` counts"),
        "{error}"
    );
    let headers = Headers {
        content_type: "text/html",
        ..Headers::default()
    };
    let response = registry().handle(&Request::Create, headers, b"", NOW);
    assert_eq!(response.status(), Status::UNSUPPORTED_MEDIA_TYPE);
}

/// Such an invoice is yanked, and so is refused before it could not be served.
#[test]
fn what_deployed_clients_can_not_read_is_not_taken() {
    let mut invoice = signed(&[]);
    invoice.yank("it is broken").unwrap();
    assert_eq!(invoice.to_reference_toml().left_out(), ["yankedReason"]);
    let (status, ..) = ask(&mut registry(), "POST /_i", invoice.to_toml().as_bytes());
    assert_eq!(status, 422);
}

#[test]
fn keys_are_filtered_by_roles() {
    let mut registry = registry();
    let mut keys = |line: &str| {
        let (status, response, _) = ask(&mut registry, line, b"");
        assert_eq!(status, 200);
        let text = String::from_utf8(response.into_body()).unwrap();
        Keyring::from_toml(&text).unwrap().len()
    };
    assert_eq!(keys("GET /bindle-keys"), 1);
    assert_eq!(keys("GET /bindle-keys?roles=creator,host"), 1);
    assert_eq!(keys("GET /bindle-keys?roles=creator"), 0);
    registry = registry.with_keys(keyring());
    let (_, response, _) = ask(&mut registry, "GET /bindle-keys?roles=creator", b"");
    let text = std::str::from_utf8(response.body()).unwrap();
    assert_eq!(Keyring::from_toml(text), Ok(keyring()));
}

#[cfg(feature = "json")]
#[test]
fn in_json_on_demand() {
    let headers = Headers {
        accept: "application/json",
        content_type: "application/json",
    };
    let body = serde_json::to_vec(&signed(&["a"])).unwrap();
    let response = registry().handle(&Request::Create, headers, &body, NOW);
    assert_eq!(response.status(), Status::ACCEPTED);
    assert_eq!(response.content_type().as_str(), "application/json");
    let created = CreatedBody::read(response.body(), Format::Json).unwrap();
    assert_eq!(created.missing.len(), 1);
}
