//! Writing: what is written reads back equal, and stays the same to the byte.

use bindle_core::{Group, Invoice, Label, MediaType, Parcel, SatisfiedBy};
use proptest::prelude::*;
use snapbox::{IntoData, assert_data_eq, str};

use crate::sample::samples;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn what_is_written_reads_back_equal(sample in samples()) {
        let invoice = sample.to_invoice();
        let text = invoice.to_toml();
        let read = match Invoice::from_toml(&text) {
            Ok(read) => read,
            Err(problems) => panic!("{problems}\n{text}"),
        };
        prop_assert_eq!(&read, &invoice, "{}", text);
        prop_assert_eq!(read.to_toml(), text);
    }

    #[test]
    fn what_is_serialized_reads_back_equal(sample in samples()) {
        let invoice = sample.to_invoice();
        let json = serde_json::to_string(&invoice).unwrap();
        let read: Invoice = serde_json::from_str(&json).unwrap();
        prop_assert_eq!(&read, &invoice, "{}", json);
        prop_assert_eq!(serde_json::to_string(&read).unwrap(), json);
        for parcel in invoice.parcels() {
            let json = serde_json::to_string(parcel.label()).unwrap();
            prop_assert_eq!(&serde_json::from_str::<Label>(&json).unwrap(), parcel.label());
        }
    }

    #[test]
    fn is_one_text_with_unix_lines(sample in samples()) {
        let text = sample.to_invoice().to_toml();
        prop_assert!(text.ends_with('\n') && !text.ends_with("\n\n"));
        prop_assert!(!text.contains('\r'));
        let has_no_trailing_space = |line: &str| !line.ends_with([' ', '\t']);
        prop_assert!(text.lines().all(has_no_trailing_space), "{}", text);
    }

    #[test]
    fn building_in_code_makes_the_same(sample in samples()) {
        let mut sample = sample;
        sample.signatures.clear();
        sample.yank = None;
        prop_assert_eq!(sample.builder().build().unwrap(), sample.to_invoice());
    }

    #[test]
    fn for_the_reference_only_the_reason_is_left_out(sample in samples()) {
        let invoice = sample.to_invoice();
        let text = invoice.to_reference_toml();
        // It insists on names.
        let names = text.as_str().matches("\n[parcel.label]\n").count();
        prop_assert_eq!(names, invoice.parcels().len());
        let tables: toml::Table = toml::from_str(&clamped(text.as_str())).unwrap();
        let parcels = tables.get("parcel").and_then(toml::Value::as_array);
        for parcel in parcels.into_iter().flatten() {
            prop_assert!(parcel["label"]["name"].is_str());
        }
        prop_assert!(!tables.contains_key("yankedReason"));

        let mut expected = sample.clone();
        if let Some((reason, _)) = &mut expected.yank {
            reason.clear();
        }
        prop_assert_eq!(Invoice::from_toml(text.as_str()).unwrap(), expected.to_invoice());
        let left_out: &[_] = match invoice.yanked_reason() {
            "" => &[],
            _ => &["yankedReason"],
        };
        prop_assert_eq!(text.left_out(), left_out);
        let owned = text.as_str().to_owned();
        prop_assert_eq!(text.into_string(), owned);
    }
}

/// The text with numbers that fit into the integers of a generic parser.
fn clamped(text: &str) -> String {
    let lines = text.lines().map(|line| match line.split_once(" = ") {
        Some((key @ ("size" | "at"), _)) => format!("{key} = 0\n"),
        _ => format!("{line}\n"),
    });
    lines.collect()
}

/// One of everything, in the order and style of the reference.
#[test]
fn order_and_style() {
    let label = Label::of("a.txt", "text/plain".parse().unwrap(), b"some text")
        .with_origin("example.com/up/1.0.0")
        .with_annotation("readme", "true")
        .with_annotation("bindle.dev/readme", "\"quoted\"\t\\ and\nbroken\u{7f}")
        .with_feature("wasm", "type", "library")
        .with_feature("os", "name", "plan 9")
        .with_feature("os", "a.b", "é");
    let mut invoice = Invoice::builder("example.com/demo/app/1.2.3+build".parse().unwrap())
        .description("demo")
        .author("Ada <ada@example.com>")
        .author("Ann <ann@example.com>")
        .annotation("team", "blue")
        .parcel(
            Parcel::from(label)
                .member_of(["server", "cli"])
                .requires(["cli"]),
        )
        .parcel(Label::of("", MediaType::WASM, b""))
        .group(
            Group::new("server")
                .with_required(true)
                .with_satisfied_by(SatisfiedBy::OneOf),
        )
        .group(Group::new("cli"))
        .group(Group::new("docs").with_satisfied_by(SatisfiedBy::Optional))
        .build()
        .unwrap();
    invoice.yank("it is broken").unwrap();
    assert_data_eq!(
        invoice.to_toml(),
        str![[r#"
bindleVersion = "1.0.0"
yanked = true
yankedReason = "it is broken"

[bindle]
name = "example.com/demo/app"
version = "1.2.3+build"
description = "demo"
authors = ["Ada <ada@example.com>", "Ann <ann@example.com>"]

[annotations]
team = "blue"

[[parcel]]
[parcel.label]
sha256 = "b94f6f125c79e3a5ffaa826f584c10d52ada669e6762051b826b55776d05aed2"
mediaType = "text/plain"
name = "a.txt"
size = 9
origin = "example.com/up/1.0.0"

[parcel.label.annotations]
"bindle.dev/readme" = "\"quoted\"\t\\ and\nbroken\u007F"
readme = "true"
[parcel.label.feature.os]
"a.b" = "é"
name = "plan 9"

[parcel.label.feature.wasm]
type = "library"

[parcel.conditions]
memberOf = ["cli", "server"]
requires = ["cli"]

[[parcel]]
[parcel.label]
sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
mediaType = "application/wasm"
size = 0

[[group]]
name = "server"
required = true
satisfiedBy = "oneOf"

[[group]]
name = "cli"

[[group]]
name = "docs"
satisfiedBy = "optional"

"#]]
        .raw()
    );
    let for_reference = invoice.to_reference_toml();
    let differences: Vec<_> = for_reference
        .as_str()
        .lines()
        .filter(|line| !invoice.to_toml().lines().any(|other| other == *line))
        .collect();
    assert_eq!(differences, ["name = \"\""]);
    assert_eq!(for_reference.left_out(), ["yankedReason"]);
}
