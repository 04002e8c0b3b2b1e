//! Media types: syntax and messages.

use bindle_core::MediaType;
use proptest::prelude::*;

#[track_caller]
fn refused(text: &str, reason: &str) {
    let error = text.parse::<MediaType>().unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("media type {text:?} {reason}; expected TYPE/SUBTYPE, such as `text/html`")
    );
}

#[test]
fn are_kept_as_they_are() {
    for (text, essence) in [
        ("text/html", "text/html"),
        ("Text/HTML; Charset=\"UTF-8\"", "Text/HTML"),
        ("text/html ;charset=utf-8;x=y", "text/html"),
        (
            "application/vnd.fermyon.spin+toml",
            "application/vnd.fermyon.spin+toml",
        ),
        ("a/b;", "a/b"),
        ("!#$&-^_.+/a", "!#$&-^_.+/a"),
    ] {
        let media_type: MediaType = text.parse().unwrap();
        assert_eq!(media_type.as_str(), text);
        assert_eq!(media_type.essence(), essence);
        let json = serde_json::to_string(&media_type).unwrap();
        assert_eq!(
            serde_json::from_str::<MediaType>(&json).unwrap(),
            media_type
        );
    }
}

#[test]
fn constants_are_legal() {
    for constant in [MediaType::OCTET_STREAM, MediaType::WASM] {
        assert_eq!(constant.as_str().parse(), Ok(constant));
    }
}

#[test]
fn without_a_slash() {
    for text in ["", "html", "; a/b"] {
        refused(text, "has no `/`");
    }
}

#[test]
fn with_an_empty_part() {
    for text in ["/html", "text/", "/", "text/;x"] {
        refused(text, "has an empty part beside its `/`");
    }
}

#[test]
fn with_other_characters() {
    for (text, character) in [
        ("a/b/c", '/'),
        ("*/*", '*'),
        ("tex t/html", ' '),
        (" text/html", ' '),
        ("text/hätml", 'ä'),
        ("text/html\n", '\n'),
        ("text/html\t; a=b", '\t'),
        ("text/html\u{a0}", '\u{a0}'),
        ("text/html; a=\nb", '\n'),
    ] {
        refused(text, &format!("has the character {character:?}"));
    }
}

#[test]
fn have_one_door() {
    assert!(serde_json::from_str::<MediaType>("\"html\"").is_err());
}

proptest! {
    #[test]
    fn never_hold_control_characters(text in "[a-z/;\u{0}-\u{20}]{0,12}") {
        if let Ok(media_type) = text.parse::<MediaType>() {
            prop_assert!(!media_type.as_str().contains(char::is_control), "{:?}", text);
        }
    }
}
