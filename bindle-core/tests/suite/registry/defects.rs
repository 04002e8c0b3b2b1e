//! Defects of the reference implementation, which are none here. One more, a
//! standalone bindle that is accepted in any folder, is in `standalone.rs`. The
//! guide lists them all.

use bindle_core::ContentError;
use bindle_core::protocol::{Format, MatchesBody, Prefix, Request, Response, Status};
use bindle_core::query::{Query, Yanked};
use bindle_core::registry::{Headers, Pull, PullError, Trust, UploadContentError};

use super::*;

fn ask(registry: &mut MemoryRegistry, path: &str, query: &str) -> Response {
    let request = Request::read(&Prefix::default(), "GET", path, query).unwrap();
    registry.handle(&request, Headers::default(), b"", NOW)
}

fn found(response: &Response) -> MatchesBody {
    assert_eq!(response.status(), Status::OK);
    MatchesBody::read(response.body(), Format::Toml).unwrap()
}

/// The reference client hands it out, and exports it with exit status 0.
#[test]
fn tampered_content_is_not_returned_as_good() {
    let digest = unsigned(&["good"]).content_digest();
    let mut pull = Pull::new(id(), Trust::Pinned(digest));
    let (ticket, _) = pull.poll_request().unwrap();
    let text = signed(&["good"]).to_toml();
    pull.handle_response(ticket, Status::OK, text.as_bytes())
        .unwrap();
    for tampered in ["evil", "go", "goodies"] {
        let (ticket, _) = pull.poll_request().unwrap();
        let error = pull
            .handle_response(ticket, Status::OK, tampered.as_bytes())
            .unwrap_err();
        let digest = Digest::of(b"good");
        assert!(matches!(error, PullError::Content { digest: of, .. } if of == digest));
        assert!(pull.received().is_empty() && !pull.is_done());
    }
    let (ticket, _) = pull.poll_request().unwrap();
    pull.handle_response(ticket, Status::OK, b"good").unwrap();
    assert_eq!(pull.received(), [Digest::of(b"good")]);
}

/// In the reference the right content is refused ever after: "resource already
/// exists".
#[test]
fn one_upload_of_the_wrong_size_poisons_nothing() {
    let mut registry = created(&["hello"]);
    let digest = Digest::of(b"hello");
    for wrong in [&b"hell"[..], b"hello, world", b""] {
        let error = registry.upload(&id(), &digest, wrong).unwrap_err();
        let UploadContentError::Content(error) = error else {
            panic!("{error}");
        };
        assert!(!matches!(error, ContentError::Digest { .. }));
        assert_eq!(digests(registry.missing(&id()).unwrap()), [digest]);
    }
    registry.upload(&id(), &digest, b"hello").unwrap();
    let content = registry.parcel(&id(), &digest, Yanked::Excluded).unwrap();
    assert_eq!(content, b"hello");
}

/// The reference makes paths of whatever it is sent. Here a path is made of a
/// name and a digest, which are parsed before.
#[test]
fn no_digest_and_no_name_leads_out() {
    for path in [
        "/_i/../../../../etc/passwd",
        "/_i/..%2F..%2Fetc/1.0.0",
        "/_i/example.com/hello/1.0.0@../../../etc/passwd",
        "/_i/example.com/hello/1.0.0@..%2F..%2Finvoice.toml",
        "/_r/missing/../../1.0.0",
    ] {
        for method in ["GET", "HEAD"] {
            let error = Request::read(&Prefix::default(), method, path, "").unwrap_err();
            assert_eq!(error.status(), Status::BAD_REQUEST, "{path}");
        }
    }
    let text = signed(&["a"])
        .to_toml()
        .replace("example.com/hello", "../../hello");
    let response = registry().handle(&Request::Create, Headers::default(), text.as_bytes(), NOW);
    assert_eq!(response.status(), Status::BAD_REQUEST);
}

/// The reference cannot write a label with an origin and a feature: one such
/// invoice, and the answer to every search that finds it is empty.
#[test]
fn a_document_that_the_reference_can_not_write_is_found() {
    let mut registry = registry();
    let label = Label::of("a", MediaType::WASM, b"a")
        .with_origin("example.com/up/1.0.0")
        .with_annotation("note", "x")
        .with_feature("wasm", "type", "library");
    let mut invoice = Invoice::builder(id()).parcel(label).build().unwrap();
    invoice.sign(&ada(), Role::Creator, NOW).unwrap();
    registry.create(invoice, NOW).unwrap();
    let matches = found(&ask(&mut registry, "/_q", "q=hello"));
    let stored = registry.get(&id(), Yanked::Excluded).unwrap();
    assert_eq!(matches.invoices, std::slice::from_ref(stored));
}

/// The reference serves them to everyone.
#[test]
fn yanked_invoices_are_in_no_answer_to_a_query_but_on_demand() {
    let mut registry = created(&["a"]);
    registry.yank(&id(), NOW).unwrap();
    for query in [
        "",
        "q=hello",
        "q=hello&strict=true",
        "v=1.0.0",
        "yanked=false",
    ] {
        let matches = found(&ask(&mut registry, "/_q", query));
        assert!(matches.invoices.is_empty(), "{query}");
        assert_eq!(matches.total, Some(0));
    }
    let matches = found(&ask(&mut registry, "/_q", "q=hello&yanked=true"));
    assert_eq!(matches.yanked, Yanked::Included);
    assert!(matches.invoices[0].is_yanked());
}

/// In the reference the connection breaks: it takes one from the limit.
#[test]
fn a_limit_of_zero_is_no_results() {
    let mut registry = created(&["a"]);
    for query in ["l=0", "limit=0", "q=hello&l=0&o=7"] {
        let matches = found(&ask(&mut registry, "/_q", query));
        assert_eq!((matches.limit, matches.invoices.len()), (0, 0));
        assert_eq!(matches.total, Some(1));
    }
}

/// The reference logs it, and answers that there are no results.
#[test]
fn a_bad_range_is_an_error() {
    let error = Request::read(&Prefix::default(), "GET", "/_q", "v=%3E%3E1.0").unwrap_err();
    assert_eq!(error.status(), Status::BAD_REQUEST);
    let message = error.to_string();
    let expected = "query parameter `v` is neither a version nor a range: ";
    assert!(message.starts_with(expected), "{message}");
}

/// The reference tells no time; the specification requires it.
#[test]
fn every_field_that_is_required_is_in_the_answer_to_a_query() {
    let mut registry = created(&["a"]);
    let response = ask(&mut registry, "/_q", "q=hello");
    let text = std::str::from_utf8(response.body()).unwrap();
    let expected = "query = \"hello\"\nstrict = false\noffset = 0\nlimit = 50\n\
        timestamp = 1700000000\ntotal = 1\nmore = false\nyanked = false\n\n[[invoices]]\n";
    assert!(text.starts_with(expected), "{text}");
    let response = ask(&mut registry, "/_q", "q=nothing");
    assert!(
        response
            .body()
            .ends_with(b"yanked = false\ninvoices = []\n")
    );
    assert!(
        registry
            .query(&Query::new("nothing"), NOW)
            .hits()
            .is_empty()
    );
}

/// The guide tells where each defect has its test.
#[test]
fn the_tests_that_the_guide_lists_are_here() {
    let guide = include_str!("../../../src/guide/compatibility.md");
    let (_, defects) = guide.split_once("\n# Defects of the reference").unwrap();
    let (defects, _) = defects.split_once("\n# ").unwrap();
    let here = [include_str!("defects.rs"), include_str!("../standalone.rs")].concat();
    let rows = defects.lines().filter(|line| line.starts_with('|')).skip(2);
    let listed: Vec<&str> = rows
        .map(|row| row.split('|').nth(2).unwrap().trim().trim_matches('`'))
        .collect();
    assert_eq!(listed.len(), 8);
    for test in listed {
        assert!(here.contains(&format!("#[test]\nfn {test}()")), "{test}");
    }
}
