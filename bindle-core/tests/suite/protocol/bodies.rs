use bindle_core::protocol::{
    CreatedBody, ErrorBody, Format, MatchesBody, MissingBody, Response, Status, read_invoice,
};
use bindle_core::query::{Mode, Query, Yanked};
use bindle_core::{Id, Invoice, InvoiceReader, Keyring, Label, MediaType, UnixTime};

/// Status and body of a recorded answer.
fn answer(recorded: &str) -> (Status, &str) {
    let (head, body) = recorded.split_once("\r\n\r\n").expect("a head");
    let status = head.split(' ').nth(1).expect("a status").parse();
    (Status::from_code(status.expect("a number")), body)
}

macro_rules! recorded {
    ($name:literal) => {
        answer(include_str!(concat!("../../reference-wire/", $name)))
    };
}

#[track_caller]
fn is_recorded(response: &Response, (status, body): (Status, &str)) {
    assert_eq!(response.status(), status);
    assert_eq!(std::str::from_utf8(response.body()).unwrap(), body);
    assert_eq!(response.content_type().as_str(), "application/toml");
    assert_eq!(response.content_length(), body.len() as u64);
}

fn demo() -> (Invoice, Vec<Label>) {
    let (_, body) = recorded!("http_create_202.txt");
    let created = CreatedBody::read(body.as_bytes(), Format::Toml).unwrap();
    (created.invoice, created.missing)
}

#[test]
fn created_as_the_reference_writes_it() {
    let (invoice, missing) = demo();
    let response = Response::created(&invoice, &missing, Format::Toml);
    is_recorded(&response, recorded!("http_create_202.txt"));

    let body = include_str!("../../reference-wire/InvoiceCreateResponse_201.toml");
    let created = CreatedBody::read(body.as_bytes(), Format::Toml).unwrap();
    assert!(created.missing.is_empty());
    let response = Response::created(&created.invoice, &created.missing, Format::Toml);
    is_recorded(&response, (Status::CREATED, body));
}

#[test]
fn missing_as_the_reference_writes_it() {
    let (_, missing) = demo();
    let response = Response::missing(&missing, Format::Toml);
    is_recorded(&response, recorded!("http_missing.txt"));
    let response = Response::missing(&missing[1..], Format::Toml);
    is_recorded(&response, recorded!("http_missing_after.txt"));
    let read = MissingBody::read(response.body(), Format::Toml).unwrap();
    assert_eq!(read.missing, missing[1..]);
    // The reference client insists on the field.
    let response = Response::missing([], Format::Toml);
    is_recorded(&response, (Status::OK, "missing = []\n"));
    let read = MissingBody::read(response.body(), Format::Toml).unwrap();
    assert!(read.missing.is_empty());
}

#[test]
fn small_answers_as_the_reference_writes_them() {
    is_recorded(&Response::yanked(Format::Toml), recorded!("http_yank.txt"));
    let error = |status, message| Response::error(status, message, Format::Toml);
    is_recorded(
        &error(Status::CONFLICT, "resource already exists"),
        recorded!("http_create_conflict.txt"),
    );
    is_recorded(
        &error(Status::FORBIDDEN, "bindle is yanked"),
        recorded!("http_get_yanked_403.txt"),
    );
    let (_, body) = recorded!("http_get_yanked_403.txt");
    let read = ErrorBody::read(body.as_bytes(), Format::Toml).unwrap();
    assert_eq!(read.error, "bindle is yanked");
    let uploaded = Response::uploaded(Format::Toml);
    is_recorded(&uploaded, (Status::OK, "message = \"parcel created\"\n"));
}

#[test]
fn invoices_and_keys_as_the_reference_writes_them() {
    let (status, body) = recorded!("http_get_yanked_true.txt");
    let invoice = Invoice::from_toml(body).unwrap();
    is_recorded(&Response::invoice(&invoice, Format::Toml), (status, body));
    let (status, body) = recorded!("bindle_keys.txt");
    let keys = Keyring::from_toml(body).unwrap();
    is_recorded(&Response::keys(&keys, Format::Toml), (status, body));
}

#[test]
fn invoices_in_the_form_that_deployed_clients_read() {
    let id: Id = "a/1.0.0".parse().unwrap();
    let nameless = Label::of("", MediaType::WASM, b"x");
    let invoice = Invoice::builder(id)
        .parcel(nameless.clone())
        .build()
        .unwrap();
    let text = |response: Response| String::from_utf8(response.into_body()).unwrap();
    for text in [
        text(Response::invoice(&invoice, Format::Toml)),
        text(Response::created(&invoice, [&nameless], Format::Toml)),
        text(Response::missing([&nameless], Format::Toml)),
    ] {
        assert!(text.contains("\nname = \"\"\n"), "{text}");
    }
}

#[test]
fn matches_of_the_reference_server() {
    let body = include_str!("../../reference-wire/search_matches.toml");
    let matches = MatchesBody::read(body.as_bytes(), Format::Toml).unwrap();
    assert_eq!(
        (matches.query.as_str(), matches.mode),
        ("demo", Mode::Strict)
    );
    assert_eq!(
        (matches.offset, matches.limit, matches.more),
        (0, 50, false)
    );
    assert_eq!((matches.timestamp, matches.total), (None, Some(2)));
    assert_eq!(matches.yanked, Yanked::Excluded);
    let ids: Vec<_> = matches
        .invoices
        .iter()
        .map(|invoice| invoice.id().to_string())
        .collect();
    assert_eq!(
        ids,
        [
            "example.com/demo/app/1.2.3",
            "example.com/demo/app/1.3.0-rc.1"
        ]
    );
}

#[test]
fn matches_are_written_with_their_query() {
    let invoice = Invoice::builder("a/1.0.0".parse().unwrap())
        .build()
        .unwrap();
    let now = UnixTime::from_seconds(7);
    let matches = |query: Query| {
        let response = Response::matches(&query.scan([&invoice], now), Format::Toml);
        let read = MatchesBody::read(response.body(), Format::Toml).unwrap();
        assert_eq!(
            (&read.query, read.mode),
            (&query.text().into(), query.mode())
        );
        assert_eq!((read.yanked, read.offset), (query.yanked(), query.offset()));
        String::from_utf8(response.into_body()).unwrap()
    };
    let strict = Query::new("a").with_mode(Mode::Strict);
    assert_eq!(
        matches(strict.with_limit(1)),
        "query = \"a\"\nstrict = true\noffset = 0\nlimit = 1\ntimestamp = 7\ntotal = 1\n\
         more = false\nyanked = false\n\n[[invoices]]\nbindleVersion = \"1.0.0\"\n\n\
         [invoices.bindle]\nname = \"a\"\nversion = \"1.0.0\"\n"
    );
    let standard = Query::new("a").with_mode(Mode::Standard);
    assert_eq!(
        matches(standard.with_yanked(Yanked::Included).with_limit(0)),
        "query = \"a\"\nstrict = false\noffset = 0\nlimit = 0\ntimestamp = 7\ntotal = 1\n\
         more = true\nyanked = true\ninvoices = []\n"
    );
}

#[test]
fn parcels_have_the_type_and_the_length_of_their_labels() {
    let (_, labels) = demo();
    let response = Response::parcel(&labels[1]);
    assert_eq!(response.content_type().as_str(), "text/html");
    assert_eq!(response.content_length(), 13);
    assert!(response.body().is_empty());
}

#[test]
fn without_a_body_its_length_is_told() {
    let (status, body) = recorded!("http_get_yanked_true.txt");
    let response = Response::invoice(&Invoice::from_toml(body).unwrap(), Format::Toml);
    let head = response.without_body();
    assert_eq!(head.status(), status);
    assert_eq!(head.content_length(), body.len() as u64);
    assert!(head.body().is_empty());
}

#[test]
fn errors_keep_to_one_line() {
    let response = Response::error(Status::BAD_REQUEST, "a\n\"b\"", Format::Toml);
    assert_eq!(response.body(), b"error = \"a\\n\\\"b\\\"\"\n");
    let read = ErrorBody::read(response.body(), Format::Toml).unwrap();
    assert_eq!(read.error, "a\n\"b\"");
}

#[test]
fn bodies_that_are_none() {
    let read = |body: &[u8]| read_invoice(body, Format::Toml, &InvoiceReader::new()).unwrap_err();
    assert_eq!(
        read(b"bindleVersion = \"1.0.0\"").to_string(),
        "1:1: bindle: this field is required, and missing"
    );
    assert_eq!(read(b"\xff").to_string(), "1:1: the text is not UTF-8");
    assert_eq!(read(b"").status(), Status::BAD_REQUEST);
    let error = CreatedBody::read(b"missing = []", Format::Toml).unwrap_err();
    let message = "the body is not what was expected: missing field `invoice`";
    assert_eq!(error.to_string(), message);
    let error = MissingBody::read(b"[[missing]]\nsha256 = \"x\"", Format::Toml).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("expected 64 lower-case hexadecimal digits"),
        "{error}"
    );
    assert!(MatchesBody::read(b"query = \"\"", Format::Toml).is_err());
}

#[test]
fn broken_bodies_are_told_with_the_place() {
    let error = ErrorBody::read(b"<html>", Format::Toml).unwrap_err();
    assert_eq!(error.status(), Status::BAD_REQUEST);
    let message = "1:1: invalid unquoted key, expected letters, numbers, `-`, `_`";
    assert!(error.to_string().starts_with(message), "{error}");
    let error = ErrorBody::read(b"error = \"a\"\nerror = \"b\"", Format::Toml).unwrap_err();
    assert_eq!(error.to_string(), "2:1: duplicate key");
}

#[test]
fn fields_that_nobody_reads_are_of_any_kind() {
    for value in [
        "1.5",
        "2026-11-30T00:00:00Z",
        "99999999999999999999",
        "[{ a = nan }]",
    ] {
        let body = format!("error = \"gone\"\nretry = {value}");
        let read = ErrorBody::read(body.as_bytes(), Format::Toml).unwrap();
        assert_eq!(read.error, "gone");
    }
}

#[test]
fn fields_of_other_types() {
    let body = |offset: &str| {
        format!("query = \"\"\nstrict = false\noffset = {offset}\nlimit = 0\nyanked = true")
    };
    let read = |offset: &str| MatchesBody::read(body(offset).as_bytes(), Format::Toml);
    for (text, offset) in [
        ("0", 0),
        ("0x10", 16),
        ("18_446_744_073_709_551_615", u64::MAX),
    ] {
        assert_eq!(read(text).unwrap().offset, offset);
    }
    for (text, message) in [
        ("-1", "invalid value: integer `-1`, expected u64"),
        (
            "18446744073709551616",
            "invalid value: an integer of more than 64 bits, expected u64",
        ),
        ("1.0", "invalid type: a float, expected u64"),
        ("2026-11-28", "invalid type: a date or time, expected u64"),
        ("\"1\"", "invalid type: string \"1\", expected u64"),
        ("true", "invalid type: boolean `true`, expected u64"),
        ("[1]", "invalid type: sequence, expected u64"),
        ("{}", "invalid type: map, expected u64"),
    ] {
        let message = format!("the body is not what was expected: {message}");
        assert_eq!(read(text).unwrap_err().to_string(), message, "of {text}");
    }
}

#[test]
fn times_are_told() {
    let matches = MatchesBody::read(
        b"query = \"\"\nstrict = false\noffset = 0\nlimit = 0\ntimestamp = 7\nyanked = true",
        Format::Toml,
    );
    let matches = matches.unwrap();
    assert_eq!(matches.timestamp, Some(UnixTime::from_seconds(7)));
    assert_eq!((matches.total, matches.more), (None, false));
    assert_eq!(
        (matches.mode, matches.yanked),
        (Mode::Standard, Yanked::Included)
    );
}

#[cfg(feature = "json")]
mod json {
    use serde_json::{Value, json};

    use super::*;

    fn value(response: &Response) -> Value {
        assert_eq!(response.content_type().as_str(), "application/json");
        serde_json::from_slice(response.body()).unwrap()
    }

    #[test]
    fn says_the_same() {
        let (invoice, missing) = demo();
        let response = Response::created(&invoice, &missing, Format::Json);
        let read = CreatedBody::read(response.body(), Format::Json).unwrap();
        assert_eq!((&read.invoice, &read.missing), (&invoice, &missing));

        let response = Response::invoice(&invoice, Format::Json);
        let reader = InvoiceReader::new();
        assert_eq!(
            read_invoice(response.body(), Format::Json, &reader),
            Ok(invoice)
        );
        let response = Response::missing(&missing, Format::Json);
        let read = MissingBody::read(response.body(), Format::Json).unwrap();
        assert_eq!(read.missing, missing);

        let error = Response::error(Status::NOT_FOUND, "no", Format::Json);
        assert_eq!(value(&error), json!({ "error": "no" }));
        assert_eq!(
            value(&Response::yanked(Format::Json)),
            json!({ "message": "invoice yanked" })
        );
    }

    #[test]
    fn keys() {
        let (_, body) = recorded!("bindle_keys.txt");
        let keys = Keyring::from_toml(body).unwrap();
        assert_eq!(
            value(&Response::keys(&keys, Format::Json)),
            json!({ "version": "1.0", "key": [{
                "label": "Default host key",
                "roles": ["host"],
                "key": "XrSmjJkCwQVqajQzs+VkzMJCF+zpDYYe440FL/CE9fE=",
                "labelSignature": "TR4AVDlJem62CZF2AB0T5iyyGhIKeCK8uEEMBJwAGG58ES4io6663aktPmNgU5sxfvylE1RCcy3FAxu83Vz3BA==",
            }] })
        );
    }

    #[test]
    fn of_the_reference() {
        let body = include_str!("../../reference-wire/search_matches.json");
        let matches = MatchesBody::read(body.as_bytes(), Format::Json).unwrap();
        assert_eq!(matches.invoices.len(), 2);
        let body = include_str!("../../reference-wire/invoice.json");
        let reader = InvoiceReader::new();
        let invoice = read_invoice(body.as_bytes(), Format::Json, &reader).unwrap();
        assert_eq!(invoice.parcels().len(), 2);
        // `null` for an empty list.
        let body = serde_json::to_vec(&json!({ "invoice": invoice, "missing": null })).unwrap();
        let created = CreatedBody::read(&body, Format::Json).unwrap();
        assert!(created.missing.is_empty());
    }

    #[test]
    fn broken() {
        let error = read_invoice(b"{", Format::Json, &InvoiceReader::new()).unwrap_err();
        let message =
            "the body is not what was expected: EOF while parsing an object at line 1 column 1";
        assert_eq!(error.to_string(), message);
    }
}
