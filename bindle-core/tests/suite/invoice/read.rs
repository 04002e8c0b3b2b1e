//! Reading: what each way of writing means, through each of the doors.

use bindle_core::{Id, Invoice, InvoiceReader, Label, Limits, SatisfiedBy, UnixTime};

const HEAD: &str =
    "bindleVersion = \"1.0.0\"\n[bindle]\nname = \"example.com/hello\"\nversion = \"1.0.0\"\n";

fn read(text: &str) -> Invoice {
    Invoice::from_toml(text).unwrap_or_else(|problems| panic!("{problems}"))
}

#[test]
fn both_styles_mean_the_same() {
    let digest = "23f310b54076878fd4c36f0c60ec92011a8b406349b98dd37d08577d17397de5";
    let tables = format!(
        "{HEAD}[[parcel]]\n[parcel.label]\nsha256 = \"{digest}\"\nmediaType = \"text/html\"\nsize = 9\n\
         [parcel.label.feature.wasm]\ntype = \"library\"\n[parcel.conditions]\nrequires = [\"a\"]\n\
         [[group]]\nname = \"a\"\n"
    );
    let dotted = format!(
        "{HEAD}[[parcel]]\nlabel.sha256 = \"{digest}\"\nlabel.mediaType = \"text/html\"\nlabel.size = 9\n\
         label.feature.wasm.type = \"library\"\nconditions.requires = [\"a\"]\n\
         [[group]]\nname = \"a\"\n"
    );
    assert_eq!(read(&tables), read(&dotted));
    assert_eq!(
        read(&tables).content_digest(),
        read(&dotted).content_digest()
    );
}

#[test]
fn the_specifications_version_is_read_and_not_written() {
    let invoice = read(&HEAD.replace("\"1.0.0\"\n[", "\"v1.0.0\"\n["));
    assert_eq!(invoice, read(HEAD));
    assert!(invoice.to_toml().starts_with("bindleVersion = \"1.0.0\"\n"));
}

#[test]
fn absent_empty_and_default_are_one() {
    let label = format!(
        "{{ sha256 = \"{}\", mediaType = \"a/b\", size = 0",
        "0".repeat(64)
    );
    let bare = format!("parcel = [{{ label = {label} }} }}]\ngroup = [{{ name = \"a\" }}]\n{HEAD}");
    let full = format!(
        "yanked = false\nyankedReason = \"\"\nyankedSignature = []\nsignature = []\n\
         parcel = [{{ label = {label}, name = \"\", origin = \"\", annotations = {{}}, feature = {{ none = {{}} }} }}, \
         conditions = {{ memberOf = [], requires = [] }} }}]\n\
         group = [{{ name = \"a\", required = false, satisfiedBy = \"allOf\" }}]\n\
         {HEAD}description = \"\"\nauthors = []\n[annotations]\n"
    );
    assert_eq!(read(&bare), read(&full));
    assert!(read(&full).parcels()[0].groups().is_empty());
    // JSON has a word of its own for what is absent.
    let json = serde_json::to_string(&read(&bare)).unwrap();
    let nulls = json.replace(
        "\"size\":0",
        "\"size\":0,\"name\":null,\"annotations\":null,\"feature\":null",
    );
    let nulls = nulls.replace(
        "\"bindle\":",
        "\"yanked\":null,\"annotations\":null,\"signature\":null,\"bindle\":",
    );
    assert_ne!(json, nulls);
    assert_eq!(
        serde_json::from_str::<Invoice>(&nulls).unwrap(),
        read(&bare)
    );
}

#[test]
fn groups_are_satisfied_in_three_ways() {
    for (text, meaning) in [
        ("allOf", SatisfiedBy::AllOf),
        ("oneOf", SatisfiedBy::OneOf),
        ("optional", SatisfiedBy::Optional),
        ("anyOf", SatisfiedBy::Optional),
    ] {
        let invoice = read(&format!(
            "{HEAD}[[group]]\nname = \"a\"\nsatisfiedBy = \"{text}\"\n"
        ));
        assert_eq!(invoice.groups()[0].satisfied_by(), meaning);
        assert_eq!(text.parse(), Ok(meaning));
        assert_eq!(meaning.as_str().parse(), Ok(meaning));
    }
    assert_eq!(
        "all".parse::<SatisfiedBy>().unwrap_err().to_string(),
        "expected `allOf`, `oneOf` or `optional`, found \"all\""
    );
}

#[test]
fn origins_are_kept_and_parsed() {
    let label = Label::of("", bindle_core::MediaType::WASM, b"");
    let id: Id = "example.com/up/1.0.0+b".parse().unwrap();
    for (text, meaning) in [
        ("example.com/up/1.0.0+b", Some(id.clone())),
        ("example.com/up 1.0.0+b", Some(id)),
        ("", None),
        ("example.com/up", None),
        ("example.com/up  1.0.0", None),
        ("example.com//up 1.0.0", None),
        ("where it came from", None),
    ] {
        let label = label.clone().with_origin(text);
        assert_eq!(label.origin(), text);
        assert_eq!(label.origin_id(), meaning, "{text}");
        let json = serde_json::to_string(&label).unwrap();
        assert_eq!(serde_json::from_str::<Label>(&json).unwrap(), label);
    }
}

#[test]
fn yanks_are_read_under_both_names() {
    let block = "[{ by = \"Host\", signature = \"x\", key = \"y\", role = \"host\", at = 7 }]";
    let camel = read(&format!(
        "yanked = true\nyankedReason = \"broken\"\nyankedSignature = {block}\n{HEAD}"
    ));
    let snake = read(&format!(
        "yanked = true\nyanked_reason = \"broken\"\nyanked_signature = {block}\n{HEAD}"
    ));
    assert_eq!(camel, snake);
    assert!(camel.is_yanked());
    assert_eq!(camel.yanked_reason(), "broken");
    assert_eq!(camel.yanked_signatures()[0].at().as_seconds(), 7);
    assert!(camel.to_toml().contains("\nyankedReason = \"broken\"\n"));
    let json = serde_json::to_string(&camel).unwrap();
    let json = json
        .replace("yankedReason", "yanked_reason")
        .replace("yankedSignature", "yanked_signature");
    assert_eq!(serde_json::from_str::<Invoice>(&json).unwrap(), camel);
}

#[test]
fn a_yank_can_not_be_taken_back_by_its_flag() {
    for trace in [
        "yankedReason = \"broken\"",
        "yankedSignature = [{ by = \"a\", role = \"host\", at = 1, key = \"\", signature = \"\" }]",
    ] {
        for flag in ["", "yanked = false\n"] {
            let invoice = read(&format!("{flag}{trace}\n{HEAD}"));
            assert!(invoice.is_yanked(), "{flag}{trace}");
            assert!(invoice.to_toml().contains("\nyanked = true\n"));
        }
    }
}

#[test]
fn yanking_is_one_way() {
    let mut invoice = read(HEAD);
    assert!(!invoice.is_yanked());
    invoice.yank("first").unwrap();
    invoice.yank("second").unwrap();
    assert_eq!(invoice.yanked_reason(), "first");
    let error = invoice.yank("two\nlines").unwrap_err();
    assert_eq!(
        error.to_string(),
        "yankedReason: the control character '\\n' is not allowed here"
    );
}

#[test]
fn limits_have_defaults() {
    let limits = Limits::default();
    assert_eq!((limits.bytes, limits.tables), (64 << 20, 4_000_000));
    assert_eq!(
        (
            limits.parcels,
            limits.groups,
            limits.signatures,
            limits.problems
        ),
        (250_000, 50_000, 100, 1_000)
    );
}

#[test]
fn what_is_at_a_limit_is_read() {
    let text = format!("group = [{{ name = \"a\" }}]\n{HEAD}");
    let reader = InvoiceReader::new().with_limits(|limits| {
        limits.bytes = text.len();
        limits.groups = 1;
        limits.parcels = 0;
        limits.signatures = 0;
    });
    assert_eq!(reader.read(&text).unwrap().into_invoice(), read(&text));
}

mod json {
    use super::*;

    #[track_caller]
    fn refused(edit: impl FnOnce(&mut serde_json::Value), message: &str) {
        let mut json = serde_json::to_value(read(HEAD)).unwrap();
        edit(&mut json);
        let error = serde_json::from_value::<Invoice>(json).unwrap_err();
        assert_eq!(error.to_string(), message);
    }

    #[test]
    fn goes_through_the_same_checks() {
        refused(
            |json| json["bindleVersion"] = "2".into(),
            "bindleVersion: this is an invoice of the unknown version \"2\"; expected \"1.0.0\"",
        );
        refused(
            |json| {
                json["bindle"]["name"] = "".into();
                json["bindle"]["version"] = "1".into();
            },
            "bindle.name: bindle name \"\" is empty\n\
             bindle.version: \"1\" is not a SemVer version: unexpected end of input while parsing \
             major version number; did you mean `1.0.0`?",
        );
    }

    #[test]
    fn has_no_other_fields() {
        let mut json = serde_json::to_value(read(HEAD)).unwrap();
        json["yankd"] = true.into();
        let error = serde_json::from_value::<Invoice>(json)
            .unwrap_err()
            .to_string();
        assert!(
            error.starts_with("unknown field `yankd`, expected one of"),
            "{error}"
        );
    }

    #[test]
    fn has_no_holes_in_lists() {
        refused(
            |json| json["parcel"] = serde_json::json!([null]),
            "parcel[0]: this field is required, and missing",
        );
        refused(
            |json| json["bindle"]["authors"] = serde_json::json!(["Ada", null]),
            "bindle.authors[1]: this field is required, and missing",
        );
    }

    #[test]
    fn has_no_times_that_toml_has_no_room_for() {
        let largest: UnixTime = serde_json::from_str("18446744073709551615").unwrap();
        assert_eq!(largest, UnixTime::from_seconds(u64::MAX));
        assert_eq!(largest.as_seconds(), 9_223_372_036_854_775_807);
    }

    #[test]
    fn of_labels_goes_through_the_same_checks() {
        let error = serde_json::from_str::<Label>("{}").unwrap_err();
        assert_eq!(
            error.to_string(),
            "sha256: this field is required, and missing\n\
             mediaType: this field is required, and missing\n\
             size: this field is required, and missing"
        );
    }
}
