use bindle_core::protocol::Status;

#[test]
fn have_the_reasons_of_rfc_9110_and_6585() {
    for (status, text) in [
        (Status::OK, "200 OK"),
        (Status::CREATED, "201 Created"),
        (Status::ACCEPTED, "202 Accepted"),
        (Status::BAD_REQUEST, "400 Bad Request"),
        (Status::UNAUTHORIZED, "401 Unauthorized"),
        (Status::FORBIDDEN, "403 Forbidden"),
        (Status::NOT_FOUND, "404 Not Found"),
        (Status::METHOD_NOT_ALLOWED, "405 Method Not Allowed"),
        (Status::CONFLICT, "409 Conflict"),
        (Status::CONTENT_TOO_LARGE, "413 Content Too Large"),
        (Status::UNSUPPORTED_MEDIA_TYPE, "415 Unsupported Media Type"),
        (Status::UNPROCESSABLE_CONTENT, "422 Unprocessable Content"),
        (Status::TOO_MANY_REQUESTS, "429 Too Many Requests"),
        (Status::INTERNAL_SERVER_ERROR, "500 Internal Server Error"),
        (Status::SERVICE_UNAVAILABLE, "503 Service Unavailable"),
        (Status::from_code(418), "418"),
    ] {
        assert_eq!(status.to_string(), text);
    }
}

#[test]
fn from_200_to_299_are_success() {
    for (code, is_success) in [
        (0, false),
        (199, false),
        (200, true),
        (299, true),
        (300, false),
    ] {
        assert_eq!(Status::from_code(code).is_success(), is_success, "{code}");
    }
}
