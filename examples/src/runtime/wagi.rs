//! Wagi: a request as CGI variables, and a response from standard output.
//!
//! The variables are those of [RFC 3875] and Wagi's own with `X_`.
//!
//! [RFC 3875]: https://www.rfc-editor.org/rfc/rfc3875

use std::collections::BTreeMap;
use std::net::SocketAddr;

use bytes::Bytes;
use hyper::header::{CONTENT_TYPE, HOST, HeaderMap, HeaderName, HeaderValue, LOCATION};
use hyper::http::request::Parts;
use hyper::{Response, StatusCode};
use percent_encoding::percent_decode_str;
use thiserror::Error;

use crate::routes::Route;

/// Headers that are secrets or say something about one connection only (RFC
/// 3875, 4.1.18), and `proxy`, which would become the variable `HTTP_PROXY`
/// that HTTP clients obey.
const NOT_PASSED_ON: [&str; 4] = [
    "authorization",
    "connection",
    "proxy",
    "proxy-authorization",
];

/// The environment that tells a module about a request.
#[must_use]
pub fn environment(
    request: &Parts,
    body: &Bytes,
    route: &Route,
    client: SocketAddr,
) -> BTreeMap<String, String> {
    let path = request.uri.path();
    let path_info = route.path_info(path);
    let decoded = percent_decode_str(path_info).decode_utf8_lossy();
    let (host, port) = host_and_port(&request.headers);
    let target = request
        .uri
        .path_and_query()
        .map_or(path, hyper::http::uri::PathAndQuery::as_str);
    let text = |name: HeaderName| {
        let value = request.headers.get(name);
        value
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
            .to_owned()
    };

    let mut environment = BTreeMap::new();
    let mut set = |name: &str, value: String| environment.insert(name.to_owned(), value);
    set("AUTH_TYPE", String::new());
    set("CONTENT_LENGTH", body.len().to_string());
    set("CONTENT_TYPE", text(CONTENT_TYPE));
    set("GATEWAY_INTERFACE", "CGI/1.1".to_owned());
    set("PATH_INFO", decoded.clone().into_owned());
    set("PATH_TRANSLATED", decoded.into_owned());
    set(
        "QUERY_STRING",
        request.uri.query().unwrap_or_default().to_owned(),
    );
    set("REMOTE_ADDR", client.ip().to_string());
    set("REMOTE_HOST", client.ip().to_string());
    set("REMOTE_USER", String::new());
    set("REQUEST_METHOD", request.method.to_string());
    set("SCRIPT_NAME", route.prefix().to_owned());
    set("SERVER_NAME", host.clone());
    set("SERVER_PORT", port.clone());
    set("SERVER_PROTOCOL", format!("{:?}", request.version));
    set("SERVER_SOFTWARE", "WAGI/1".to_owned());
    set("X_BASE_PATH", route.base().to_owned());
    set("X_COMPONENT_ROUTE", route.raw_prefix().to_owned());
    set("X_FULL_URL", format!("http://{host}:{port}{target}"));
    set("X_MATCHED_ROUTE", route.full().to_owned());
    set("X_RAW_COMPONENT_ROUTE", route.raw().to_owned());
    set("X_RAW_PATH_INFO", path_info.to_owned());
    for (name, value) in route.parameters(path) {
        set(
            &format!("X_PATH_MATCH_{}", name.to_ascii_uppercase()),
            value.to_owned(),
        );
    }
    for name in request.headers.keys() {
        // With a `_`, a client could pass for a proxy that sets one with a `-`.
        if NOT_PASSED_ON.contains(&name.as_str()) || name.as_str().contains('_') {
            continue;
        }
        let mut values = Vec::new();
        for value in request.headers.get_all(name) {
            values.push(String::from_utf8_lossy(value.as_bytes()).into_owned());
        }
        let variable = name.as_str().to_uppercase().replace('-', "_");
        set(&format!("HTTP_{variable}"), values.join(", "));
    }
    environment
}

/// The arguments that a manifest's `argv` asks for.
///
/// `${SCRIPT_NAME}` is the path of the request and `${ARGS}` its query, with
/// spaces for `&`; the result is split at spaces.
#[must_use]
pub fn arguments(argv: &str, request: &Parts) -> Vec<String> {
    let query = request.uri.query().unwrap_or_default().replace('&', " ");
    let argv = argv
        .replace("${SCRIPT_NAME}", request.uri.path())
        .replace("${ARGS}", &query);
    argv.split(' ').map(str::to_owned).collect()
}

/// Reads what a module wrote to its standard output: headers, an empty line
/// and the body.
///
/// # Errors
///
/// - no empty line;
/// - a header line without a colon, or with a name or value that HTTP does not
///   allow;
/// - a status that is not a number from 100 to 999;
/// - neither a content type nor a status nor a location.
pub fn response(output: &Bytes) -> Result<Response<Bytes>, ResponseError> {
    let (head, body_start) = split(output).ok_or(ResponseError::NoHeaders)?;
    let mut response = Response::new(output.slice(body_start..));
    let mut status = None;
    for line in head.split(|byte| *byte == b'\n') {
        let line = String::from_utf8_lossy(line.strip_suffix(b"\r").unwrap_or(line));
        let malformed = || ResponseError::Header(line.clone().into_owned());
        let (name, value) = line.split_once(':').ok_or_else(malformed)?;
        let value = value.trim();
        if name.trim().eq_ignore_ascii_case("status") {
            let code = value.split(' ').next().unwrap_or_default();
            let code = code.parse::<StatusCode>();
            status = Some(code.map_err(|_| ResponseError::Status(value.to_owned()))?);
            continue;
        }
        let name = name.trim().parse::<HeaderName>().map_err(|_| malformed())?;
        let value = HeaderValue::from_str(value).map_err(|_| malformed())?;
        response.headers_mut().append(name, value);
    }
    let headers = response.headers();
    let redirects = headers.contains_key(LOCATION);
    if status.is_none() && !redirects && !headers.contains_key(CONTENT_TYPE) {
        return Err(ResponseError::NoContentType);
    }
    let otherwise = if redirects {
        StatusCode::FOUND
    } else {
        StatusCode::OK
    };
    *response.status_mut() = status.unwrap_or(otherwise);
    Ok(response)
}

/// Standard output that is not a CGI response.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ResponseError {
    /// A line before the body is not a header.
    #[error("wrote {0:?}, which is not an HTTP header")]
    Header(String),
    /// The headers say neither what the body is nor where else to go.
    #[error("wrote none of the headers `Content-Type`, `Status` and `Location`")]
    NoContentType,
    /// There is no end of headers.
    #[error("wrote no headers with an empty line after them")]
    NoHeaders,
    /// The status is not an HTTP status.
    #[error("wrote the status {0:?}, which is not an HTTP status")]
    Status(String),
}

/// The headers without their last line end, and where the body starts.
fn split(output: &[u8]) -> Option<(&[u8], usize)> {
    let mut line_start = 0;
    while let Some(length) = output[line_start..].iter().position(|byte| *byte == b'\n') {
        let line = &output[line_start..line_start + length];
        if line.is_empty() || line == b"\r" {
            let head = &output[..line_start];
            return Some((head.strip_suffix(b"\n")?, line_start + length + 1));
        }
        line_start += length + 1;
    }
    None
}

/// From the header `host`, with port 80 where it has none.
fn host_and_port(headers: &HeaderMap) -> (String, String) {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    let host = host.unwrap_or("localhost");
    match host.rsplit_once(':') {
        Some((name, "")) => (name.to_owned(), "80".to_owned()),
        // The last colon may be one inside of an IPv6 address.
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => {
            (name.to_owned(), port.to_owned())
        }
        _ => (host.to_owned(), "80".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::Request;

    fn request(uri: &str) -> Parts {
        let request = Request::post(uri)
            .header("host", "example.com:8080")
            .header("content-type", "text/plain")
            .header("x-tag", "one")
            .header("x-tag", "two")
            .header("authorization", "Basic c2VjcmV0")
            .header("proxy", "http://attacker.example")
            .body(());
        request.unwrap().into_parts().0
    }

    #[test]
    fn a_client_cannot_pass_for_a_proxy() {
        let request = Request::get("/")
            .header("x-user", "ada")
            .header("x_user", "eve");
        let request = request.body(()).unwrap().into_parts().0;
        let client = "192.0.2.7:4711".parse().unwrap();
        let environment = environment(&request, &Bytes::new(), &Route::new("/", "/..."), client);
        assert_eq!(environment["HTTP_X_USER"], "ada");
    }

    #[test]
    fn a_host_without_a_port_has_port_80() {
        for (host, expected) in [
            ("example.com", ("example.com", "80")),
            ("example.com:", ("example.com", "80")),
            ("example.com:81", ("example.com", "81")),
            ("[::1]", ("[::1]", "80")),
            ("[::1]:82", ("[::1]", "82")),
        ] {
            let headers = HeaderMap::from_iter([(HOST, host.parse().unwrap())]);
            let (name, port) = host_and_port(&headers);
            assert_eq!((name.as_str(), port.as_str()), expected);
        }
    }

    #[test]
    fn a_request_becomes_variables() {
        let route = Route::new("/base", "/:kind/...");
        let client = "192.0.2.7:4711".parse().unwrap();
        let body = Bytes::from_static(b"12345");
        let environment = environment(&request("/base/api/a%20b/c?x=1&y=2"), &body, &route, client);
        let expected = [
            ("AUTH_TYPE", ""),
            ("CONTENT_LENGTH", "5"),
            ("CONTENT_TYPE", "text/plain"),
            ("GATEWAY_INTERFACE", "CGI/1.1"),
            ("HTTP_CONTENT_TYPE", "text/plain"),
            ("HTTP_HOST", "example.com:8080"),
            ("HTTP_X_TAG", "one, two"),
            ("PATH_INFO", "/a b/c"),
            ("PATH_TRANSLATED", "/a b/c"),
            ("QUERY_STRING", "x=1&y=2"),
            ("REMOTE_ADDR", "192.0.2.7"),
            ("REMOTE_HOST", "192.0.2.7"),
            ("REMOTE_USER", ""),
            ("REQUEST_METHOD", "POST"),
            ("SCRIPT_NAME", "/base/:kind"),
            ("SERVER_NAME", "example.com"),
            ("SERVER_PORT", "8080"),
            ("SERVER_PROTOCOL", "HTTP/1.1"),
            ("SERVER_SOFTWARE", "WAGI/1"),
            ("X_BASE_PATH", "/base"),
            ("X_COMPONENT_ROUTE", "/:kind"),
            (
                "X_FULL_URL",
                "http://example.com:8080/base/api/a%20b/c?x=1&y=2",
            ),
            ("X_MATCHED_ROUTE", "/base/:kind/..."),
            ("X_PATH_MATCH_KIND", "api"),
            ("X_RAW_COMPONENT_ROUTE", "/:kind/..."),
            ("X_RAW_PATH_INFO", "/a%20b/c"),
        ];
        let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(environment, BTreeMap::from(expected));
    }

    #[test]
    fn arguments_come_from_path_and_query() {
        let request = request("/hello?one=1&two");
        assert_eq!(
            arguments("${SCRIPT_NAME} ${ARGS}", &request),
            ["/hello", "one=1", "two"]
        );
        assert_eq!(arguments("fixed", &request), ["fixed"]);
    }

    #[test]
    fn output_becomes_a_response() {
        let output =
            Bytes::from_static(b"Content-Type: text/plain\r\nX-A: b:c\r\n\r\nbody\n\nrest");
        let response = response(&output).unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/plain");
        assert_eq!(response.headers()["x-a"], "b:c");
        assert_eq!(response.body(), &Bytes::from_static(b"body\n\nrest"));
    }

    #[test]
    fn status_and_location_are_honoured() {
        let status = |output: &'static str| response(&Bytes::from(output)).unwrap().status();
        assert_eq!(status("Status: 404 Not Found\n\n"), 404);
        assert_eq!(status("Location: /other\n\n"), 302);
        assert_eq!(status("Location: /other\nStatus: 301\n\n"), 301);
    }

    #[test]
    fn output_without_headers_is_refused() {
        let error = |output: &'static str| response(&Bytes::from(output)).unwrap_err().to_string();
        for output in ["", "Hello", "Content-Type: text/plain\n", "\nbody"] {
            assert_eq!(
                error(output),
                "wrote no headers with an empty line after them"
            );
        }
        assert_eq!(
            error("X-A: b\n\n"),
            "wrote none of the headers `Content-Type`, `Status` and `Location`"
        );
        assert_eq!(
            error("Hello, world\n\n"),
            "wrote \"Hello, world\", which is not an HTTP header"
        );
        assert_eq!(
            error("a b: c\n\n"),
            "wrote \"a b: c\", which is not an HTTP header"
        );
        assert_eq!(
            error("Status: fine\n\n"),
            "wrote the status \"fine\", which is not an HTTP status"
        );
    }
}
