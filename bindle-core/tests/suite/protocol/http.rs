//! From and to the types of the crate `http`.

use bindle_core::protocol::{Format, Prefix, Request, Resource, Response, Status};
use bindle_core::query::Query;
use bindle_core::{Label, MediaType};

#[test]
fn requests() {
    let prefix: Prefix = "/v1".parse().unwrap();
    let request = Request::Get(Resource::Matches(Query::new("käse + wein")));
    let target = request.target(&prefix);
    let sent = http::Request::<()>::try_from(&target).unwrap();
    assert_eq!(sent.method(), "GET");
    assert_eq!(sent.uri(), "/v1/_q?q=k%C3%A4se%20%2B%20wein");
    assert_eq!(Request::from_http(&prefix, &sent), Ok(request));

    let long = Request::Get(Resource::Matches(Query::new("x".repeat(70_000))));
    assert!(http::Request::<()>::try_from(&long.target(&prefix)).is_err());
    let sent = http::Request::put("/v1/_i").body(()).unwrap();
    let error = Request::from_http(&prefix, &sent).unwrap_err();
    assert_eq!(error.allow(), "POST");
}

#[test]
fn responses() {
    let prefix = Prefix::default();
    let error = Request::read(&prefix, "PUT", "/_i", "").unwrap_err();
    let response = Response::refused(&error, Format::Toml);
    let length = response.body().len();
    let response = http::Response::<Vec<u8>>::from(response.without_body());
    assert_eq!(response.status(), 405);
    assert_eq!(response.headers()["allow"], "POST");
    assert_eq!(response.headers()["content-type"], "application/toml");
    assert_eq!(response.headers()["content-length"], length.to_string());
    assert!(response.body().is_empty());

    // A parameter may have any character.
    let media_type: MediaType = "text/html; title=käse".parse().unwrap();
    let label = Label::of("", media_type, b"<h1>");
    let response = Response::parcel(&label).with_content(b"<h1>");
    let response = http::Response::<Vec<u8>>::from(response);
    let content_type = &response.headers()["content-type"];
    assert_eq!(content_type.as_bytes(), "text/html; title=käse".as_bytes());
    assert!(!response.headers().contains_key("allow"));
    assert_eq!(response.body(), b"<h1>");
}

#[test]
fn statuses() {
    assert_eq!(Status::from(http::StatusCode::CONFLICT), Status::CONFLICT);
    assert_eq!(http::StatusCode::from(Status::CONFLICT), 409);
    assert_eq!(http::StatusCode::from(Status::from_code(7)), 500);
}
