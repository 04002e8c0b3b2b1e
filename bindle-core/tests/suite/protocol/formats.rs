use bindle_core::protocol::{BodyError, Format, Status};

/// JSON where it is there, and what comes instead where it is not.
fn json_or(other: Format) -> Format {
    #[cfg(feature = "json")]
    let other = {
        let _ = other;
        Format::Json
    };
    other
}

#[test]
fn accepted() {
    // As in the tests of the reference.
    for accept in [
        "",
        "*",
        "*/*",
        "text/plain",
        "application/toml",
        "application/TOML",
        "application/toml, application/json",
        "not-a-mime, also/not/a/mime",
    ] {
        assert_eq!(Format::accepted(accept), Format::Toml, "{accept}");
    }
    for accept in [
        "text/json",
        "text/plain,application/json",
        "text/plain, application/json, image/jpeg",
        "application/json;hello=world",
        "application/json+bindle",
        "not-a-mime, text/json, also/not/a/mime",
    ] {
        assert_eq!(Format::accepted(accept), json_or(Format::Toml), "{accept}");
    }
    let accept = "application/json, application/toml";
    assert_eq!(Format::accepted(accept), json_or(Format::Toml));
}

#[test]
fn of_content() {
    for content_type in [
        "",
        "application/toml",
        "text/toml",
        "Application/Toml; charset=utf-8",
    ] {
        assert_eq!(Format::of_content(content_type), Ok(Format::Toml));
    }
    let json = Format::of_content("application/json; charset=utf-8");
    assert_eq!(json.unwrap_or_default(), json_or(Format::Toml));
    for content_type in ["text/plain", "toml", "multipart/form-data", "*/*"] {
        let error = Format::of_content(content_type).unwrap_err();
        let other = if cfg!(feature = "json") {
            " or `application/json`"
        } else {
            ""
        };
        assert_eq!(
            error.to_string(),
            format!(
                "the content type {content_type:?} is not understood; send \
                 `application/toml`{other}"
            )
        );
        let status = BodyError::from(error).status();
        assert_eq!(status, Status::UNSUPPORTED_MEDIA_TYPE);
    }
}
