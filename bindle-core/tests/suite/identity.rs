//! Names, ids, URIs and digests: every rule, every message.

use bindle_core::semver::Version;
use bindle_core::{Digest, Id, Name};
use proptest::prelude::*;

use crate::sample;

#[track_caller]
fn refused<T: std::str::FromStr<Err = E> + std::fmt::Debug, E: std::error::Error>(
    text: &str,
    message: &str,
) {
    assert_eq!(text.parse::<T>().unwrap_err().to_string(), message);
}

mod names {
    use super::*;

    #[test]
    fn that_are_legal() {
        for text in [
            "a",
            "_",
            "-",
            "...",
            "1_b",
            "example.com/hello/world",
            "käse",
            "中文/名",
            "a.b/.c/d.",
            "bindle",
            "bindle/x",
            &"é".repeat(127),
            &"a".repeat(255),
        ] {
            let name: Name = text.parse().unwrap();
            assert_eq!(name.as_str(), text);
            assert_eq!(name.to_string(), text);
            assert_eq!(name.segments().collect::<Vec<_>>().join("/"), text);
        }
    }

    #[test]
    fn that_are_empty_or_too_long() {
        refused::<Name, _>("", "bindle name \"\" is empty");
        refused::<Name, _>(
            &"é".repeat(128),
            &format!(
                "bindle name \"{}…\" has 256 bytes; at most 255 are allowed",
                "é".repeat(80)
            ),
        );
    }

    #[test]
    fn with_empty_segments() {
        for text in ["/", "/a", "a/", "a//b"] {
            refused::<Name, _>(
                text,
                &format!(
                    "bindle name {text:?} has an empty segment; join segments by one `/`, \
                     with none at the start or the end"
                ),
            );
        }
    }

    #[test]
    fn with_segments_of_paths() {
        for (text, segment) in [
            ("..", ".."),
            ("../../etc", ".."),
            ("a/./b", "."),
            (".", "."),
        ] {
            refused::<Name, _>(
                text,
                &format!(
                    "bindle name {text:?} has the segment `{segment}`, which is reserved for paths"
                ),
            );
        }
    }

    #[test]
    fn with_other_characters() {
        for (text, character, position) in [
            ("a b", ' ', 2),
            ("käse@home", '@', 5),
            ("a\nb", '\n', 2),
            ("a\\b", '\\', 2),
            ("a%20b", '%', 2),
            ("a:b", ':', 2),
            ("a\u{200b}b", '\u{200b}', 2),
            ("a+b", '+', 2),
        ] {
            refused::<Name, _>(
                text,
                &format!(
                    "bindle name {text:?} has the character {character:?} at position {position}; \
                     use letters, digits, `_`, `-`, `.` and `/`"
                ),
            );
        }
    }

    #[test]
    fn with_the_scheme_of_a_uri() {
        refused::<Name, _>(
            "bindle:hello",
            "bindle name \"bindle:hello\" starts with `bindle:`, which belongs to a URI; \
             leave it out, or read it as a URI",
        );
    }

    /// The rules of the documentation, said once more and slowly.
    fn is_legal(text: &str) -> bool {
        let segments: Vec<&str> = text.split('/').collect();
        text.len() <= 255
            && segments.iter().all(|segment| {
                !["", ".", ".."].contains(segment)
                    && segment
                        .chars()
                        .all(|c| c.is_alphanumeric() || "_-.".contains(c))
            })
    }

    proptest! {
        #[test]
        fn are_what_the_rules_say(text in "[ab._/:é -]{0,8}") {
            prop_assert_eq!(text.parse::<Name>().is_ok(), is_legal(&text));
        }

        #[test]
        fn of_any_text_are_what_the_rules_say(text in any::<String>()) {
            prop_assert_eq!(text.parse::<Name>().is_ok(), is_legal(&text));
        }

        #[test]
        fn read_back(text in sample::name()) {
            let text = text.replace("/.", "/x.");
            if let Ok(name) = text.parse::<Name>() {
                let json = serde_json::to_string(&name).unwrap();
                prop_assert_eq!(serde_json::from_str::<Name>(&json).unwrap(), name.clone());
                prop_assert_eq!(format!("{name}"), text);
            }
        }
    }

    #[test]
    fn have_one_door() {
        let error = serde_json::from_str::<Name>("\"../../etc\"").unwrap_err();
        assert_eq!(
            error.to_string(),
            "bindle name \"../../etc\" has the segment `..`, which is reserved for paths"
        );
    }

    #[test]
    fn probe_maps_by_text() {
        let names = std::collections::BTreeSet::from(["a/b".parse::<Name>().unwrap()]);
        assert!(names.contains("a/b"));
        assert!(!names.contains("a"));
    }

    #[test]
    fn show_what_they_are() {
        let name: Name = "a/b".parse().unwrap();
        assert_eq!(AsRef::<str>::as_ref(&name), "a/b");
        assert_eq!(format!("{name:?}"), "Name(a/b)");
        assert_eq!(format!("[{name:>5}]"), "[  a/b]");
    }
}

mod ids {
    use super::*;

    #[test]
    fn are_split_at_the_last_slash() {
        let id: Id = "example.com/hello/1.0.0-rc.1+q1a2b3c4".parse().unwrap();
        assert_eq!(id.name().as_str(), "example.com/hello");
        assert_eq!(
            id.version(),
            &Version::parse("1.0.0-rc.1+q1a2b3c4").unwrap()
        );
        let (name, version) = id.clone().into_parts();
        assert_eq!(Id::new(name, version), id);
    }

    #[test]
    fn without_a_version() {
        for text in ["", "hello", "1.0.0"] {
            refused::<Id, _>(
                text,
                &format!(
                    "bindle id {text:?} has no `/`; expected NAME/VERSION, \
                     such as `example.com/hello/1.0.0`"
                ),
            );
        }
    }

    #[test]
    fn with_a_bad_name() {
        refused::<Id, _>(
            "../../etc/1.0.0",
            "bindle name \"../../etc\" has the segment `..`, which is reserved for paths",
        );
        refused::<Id, _>("/1.0.0", "bindle name \"\" is empty");
        refused::<Id, _>(
            "bindle:hello/1.0.0",
            "bindle name \"bindle:hello\" starts with `bindle:`, which belongs to a URI; \
             leave it out, or read it as a URI",
        );
    }

    #[test]
    fn with_a_bad_version() {
        for (version, reason) in [
            (
                "1.0",
                "unexpected end of input while parsing minor version number; did you mean `1.0.0`?",
            ),
            (
                "1",
                "unexpected end of input while parsing major version number; did you mean `1.0.0`?",
            ),
            ("v1.0.0", "it starts with `v`; did you mean `1.0.0`?"),
            ("V1", "it starts with `V`; did you mean `1.0.0`?"),
            ("=1.2.3", "it starts with `=`; did you mean `1.2.3`?"),
            (
                "01.0.0",
                "invalid leading zero in major version number; did you mean `1.0.0`?",
            ),
            (
                "1.02-rc",
                "invalid leading zero in minor version number; did you mean `1.2.0-rc`?",
            ),
            (
                "latest",
                "unexpected character 'l' while parsing major version number",
            ),
            ("", "empty string, expected a semver version"),
            (
                "1.0.0.0",
                "unexpected character '.' after patch version number",
            ),
            (
                "1.0.0-",
                "empty identifier segment in pre-release identifier",
            ),
            ("1.0.0-01", "invalid leading zero in pre-release identifier"),
            (
                "99999999999999999999.0.0",
                "value of major version number exceeds u64::MAX",
            ),
        ] {
            refused::<Id, _>(
                &format!("hello/{version}"),
                &format!(
                    "version {version:?} of bindle id \"hello/{version}\" is not a SemVer version: \
                     {reason}"
                ),
            );
        }
    }

    #[test]
    fn are_told_apart_by_build_metadata() {
        let parse = |text: &str| text.parse::<Id>().unwrap();
        assert_ne!(parse("hello/0.1.0+a"), parse("hello/0.1.0+b"));
        assert_ne!(
            parse("hello/0.1.0+a").canonical_name(),
            parse("hello/0.1.0").canonical_name()
        );
    }

    #[test]
    fn are_ordered_by_name_then_by_version() {
        let ids = [
            "a/1.0.0-rc.2",
            "a/1.0.0-rc.10",
            "a/1.0.0",
            "a/1.0.0+1",
            "a/10.0.0",
            "a.b/1.0.0",
            "b/0.1.0",
        ];
        let ids = ids.map(|id| id.parse::<Id>().unwrap());
        assert!(ids.is_sorted());
    }

    proptest! {
        #[test]
        fn read_back(name in sample::name(), version in sample::version()) {
            let text = format!("{name}/{version}");
            let Ok(id) = text.parse::<Id>() else {
                // `.` and `..` are the only names made here that are refused.
                prop_assert!(name.split('/').any(|segment| [".", ".."].contains(&segment)));
                return Ok(());
            };
            prop_assert_eq!(id.to_string(), text.clone());
            prop_assert_eq!(id.canonical_name(), Digest::of(text.as_bytes()));
            prop_assert_eq!(Id::from_uri(&id.to_uri()), Ok(id.clone()));
            prop_assert!(id.to_uri().is_ascii());
            let json = serde_json::to_string(&id).unwrap();
            prop_assert_eq!(serde_json::from_str::<Id>(&json).unwrap(), id);
        }
    }

    #[test]
    fn show_what_they_are() {
        let id: Id = "a/b/1.0.0+c".parse().unwrap();
        assert_eq!(format!("{id:?}"), "Id(a/b/1.0.0+c)");
    }

    #[test]
    fn have_one_door() {
        let error = serde_json::from_str::<Id>("\"hello/1.0\"").unwrap_err();
        assert!(error.to_string().ends_with("did you mean `1.0.0`?"));
        assert!(serde_json::from_str::<Id>("1").is_err());
    }

    #[test]
    #[cfg_attr(miri, ignore = "reads millions of characters")]
    fn cut_long_texts_short_in_messages() {
        let text = format!("a/{}", "x".repeat(1_000_000));
        let message = text.parse::<Id>().unwrap_err().to_string();
        assert!(message.len() < 400, "{}", message.len());
        // A suggestion is for people to read.
        let text = format!("a/v1.0.0-{}", "x".repeat(1_000_000));
        let message = text.parse::<Id>().unwrap_err().to_string();
        assert!(
            message.ends_with("is not a SemVer version: it starts with `v`"),
            "{message}"
        );
    }
}

mod uris {
    use super::*;

    #[track_caller]
    fn refused(uri: &str, reason: &str) {
        let error = Id::from_uri(uri).unwrap_err();
        assert_eq!(error.to_string(), format!("URI {uri:?} {reason}"));
    }

    #[test]
    fn of_every_legal_name() {
        for (text, uri) in [
            ("käse/1.0.0", "bindle:k%C3%A4se/1.0.0"),
            ("1_b/1.0.0", "bindle:1_b/1.0.0"),
            (
                "example.com/hello/world/1.0.0-a.b+c-d",
                "bindle:example.com/hello/world/1.0.0-a.b+c-d",
            ),
            ("中/0.0.0", "bindle:%E4%B8%AD/0.0.0"),
        ] {
            let id: Id = text.parse().unwrap();
            assert_eq!(id.to_uri(), uri);
            assert_eq!(Id::from_uri(uri), Ok(id));
        }
    }

    #[test]
    fn in_other_spellings() {
        let id: Id = "käse/1.0.0".parse().unwrap();
        for uri in [
            "BINDLE:käse/1.0.0",
            "bindle:k%c3%a4se%2F1%2e0.0",
            "Bindle:%6B%C3%A4se/1.0.0",
        ] {
            assert_eq!(Id::from_uri(uri).as_ref(), Ok(&id), "{uri}");
        }
    }

    #[test]
    fn of_another_scheme() {
        for uri in ["", "hello/1.0.0", "http:hello/1.0.0", "bindles:hello/1.0.0"] {
            refused(uri, "does not start with `bindle:`");
        }
    }

    #[test]
    fn with_an_authority() {
        for uri in ["bindle://hello/1.0.0", "bindle:///hello/1.0.0"] {
            refused(
                uri,
                "has an authority; a bindle URI has none: write `bindle:NAME/VERSION` without `//`",
            );
        }
    }

    #[test]
    fn with_query_or_fragment() {
        refused(
            "bindle:hello/1.0.0?yanked=true",
            "has a part starting with '?'; a bindle URI has neither query nor fragment",
        );
        refused(
            "bindle:hello/1.0.0#top",
            "has a part starting with '#'; a bindle URI has neither query nor fragment",
        );
    }

    #[test]
    fn with_bad_escapes() {
        for (uri, escape) in [
            ("bindle:100%/1.0.0", "%/1"),
            ("bindle:a%4/1.0.0", "%4/"),
            ("bindle:a/1.0.0%", "%"),
            ("bindle:a/1.0.0%2", "%2"),
            ("bindle:a%+1b/1.0.0", "%+1"),
            ("bindle:a%é0b/1.0.0", "%é0"),
        ] {
            refused(
                uri,
                &format!("has {escape:?}, where two hexadecimal digits have to follow the `%`"),
            );
        }
        refused(
            "bindle:%FF/1.0.0",
            "has percent-encoded bytes that are not UTF-8",
        );
    }

    #[test]
    fn that_name_no_bindle() {
        refused(
            "bindle:a%0Ab/1.0.0",
            "names no bindle: bindle name \"a\\nb\" has the character '\\n' at position 2; \
             use letters, digits, `_`, `-`, `.` and `/`",
        );
        refused(
            "bindle:hello",
            "names no bindle: bindle id \"hello\" has no `/`; expected NAME/VERSION, \
             such as `example.com/hello/1.0.0`",
        );
        refused(
            "bindle:bindle:hello/1.0.0",
            "names no bindle: bindle name \"bindle:hello\" starts with `bindle:`, which belongs to \
             a URI; leave it out, or read it as a URI",
        );
    }

    proptest! {
        #[test]
        fn of_any_text_never_panic(text in "bindle:[%0-9a-fé/.:]{0,12}") {
            if let Ok(id) = Id::from_uri(&text) {
                prop_assert_eq!(Id::from_uri(&id.to_uri()), Ok(id));
            }
        }
    }
}

mod digests {
    use super::*;

    const HELLO: &str = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

    #[test]
    fn of_known_content() {
        assert_eq!(Digest::of(b"hello").to_string(), HELLO);
        assert_eq!(
            Digest::of(b"").to_string(),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
    }

    #[test]
    fn of_another_length() {
        for (length, looks_like) in [
            (1, ""),
            (32, ", which looks like MD5"),
            (40, ", which looks like SHA-1"),
            (56, ", which looks like SHA-224"),
            (63, ""),
            (65, ""),
            (96, ", which looks like SHA-384"),
            (128, ", which looks like SHA-512"),
        ] {
            refused::<Digest, _>(
                &"a".repeat(length),
                &format!("expected 64 lower-case hexadecimal digits, found {length}{looks_like}"),
            );
        }
        refused::<Digest, _>(
            "",
            "expected 64 lower-case hexadecimal digits of SHA-256, found none",
        );
    }

    #[test]
    fn of_sixteen_characters() {
        let read: String = ('\0'..='\x7f')
            .filter(|digit| {
                HELLO
                    .replace('2', &digit.to_string())
                    .parse::<Digest>()
                    .is_ok()
            })
            .collect();
        assert_eq!(read, "0123456789abcdef");
    }

    #[test]
    fn with_other_characters() {
        for (text, message) in [
            (
                HELLO.to_uppercase(),
                "found the upper-case 'C' at character 2",
            ),
            (HELLO.replace('9', "g"), "found 'g' at character 28"),
            (format!(" {HELLO}"), "found ' ' at character 1"),
            (format!("{HELLO}\n"), "found '\\n' at character 65"),
            ("é".repeat(32), "found 'é' at character 1"),
            (format!("é{}", &HELLO[2..]), "found 'é' at character 1"),
        ] {
            refused::<Digest, _>(
                &text,
                &format!("expected 64 lower-case hexadecimal digits, {message}"),
            );
        }
        refused::<Digest, _>(
            &format!("sha256:{HELLO}"),
            "expected only the hexadecimal digits, without the prefix `sha256:`",
        );
    }

    #[test]
    fn show_what_they_are() {
        let digest = Digest::of(b"hello");
        assert_eq!(format!("{digest:?}"), format!("Digest({HELLO})"));
        assert_eq!(format!("{digest:.8}"), "2cf24dba");
        assert_eq!(digest.as_ref(), digest.as_bytes());
    }

    #[test]
    fn have_one_door() {
        assert!(serde_json::from_str::<Digest>("\"not-a-sha\"").is_err());
        assert!(serde_json::from_str::<Digest>("[1, 2]").is_err());
    }

    proptest! {
        #[test]
        fn read_back(bytes in any::<[u8; 32]>()) {
            let digest = Digest::from(bytes);
            prop_assert_eq!(digest.as_bytes(), &bytes);
            prop_assert_eq!(digest.to_string().parse(), Ok(digest));
            let json = serde_json::to_string(&digest).unwrap();
            prop_assert_eq!(serde_json::from_str::<Digest>(&json).unwrap(), digest);
        }

        #[test]
        fn are_64_lower_case_digits_and_nothing_else(text in "[0-9a-f]{60,66}|[0-9a-fA-Fg]{64}") {
            let is_digit = |c: char| matches!(c, '0'..='9' | 'a'..='f');
            let is_digest = text.len() == 64 && text.chars().all(is_digit);
            prop_assert_eq!(text.parse::<Digest>().is_ok(), is_digest);
        }

        #[test]
        fn are_ordered_as_their_texts(left in any::<[u8; 32]>(), right in any::<[u8; 32]>()) {
            let (left, right) = (Digest::from(left), Digest::from(right));
            prop_assert_eq!(left.cmp(&right), left.to_string().cmp(&right.to_string()));
        }
    }
}
