//! Hostile text: an error or an invoice, at a cost that grows as the text does.

mod attacks;

use std::fmt::Write as _;

use allocation_counter::{AllocationInfo, measure};
use bindle_core::{
    Group, Id, Invoice, InvoiceBuilder, InvoiceReader, Keyring, Label, MediaType, Parcel,
    ProblemKind, Problems, SecretKeyFile, Strategy,
};
use proptest::collection::vec;
use proptest::prelude::*;

use self::attacks::{ATTACKS, HEAD, parcels};

fn cost(run: impl FnOnce()) -> AllocationInfo {
    measure(run)
}

/// Four times the text costs no more than four times the work, and a bit.
#[track_caller]
fn grows_as_the_text_does(what: &str, run: impl Fn(usize)) {
    const SOME: u64 = 20_000;
    let (one, four) = (cost(|| run(500)), cost(|| run(2000)));
    let pairs = [
        ("allocations", one.count_total, four.count_total),
        ("bytes in all", one.bytes_total, four.bytes_total),
        ("bytes at once", one.bytes_max, four.bytes_max),
    ];
    for (unit, one, four) in pairs {
        // Vectors grow by doubling.
        assert!(
            four <= 5 * one + SOME,
            "{what}: {one} {unit}, {four} for four times the text"
        );
    }
}

#[test]
#[cfg_attr(miri, ignore = "counts allocations, of which Miri makes others")]
fn reading_costs_as_much_as_the_text_is_long() {
    for (what, text) in ATTACKS {
        let texts = [text(500), text(2000)];
        assert!(
            texts[1].len() <= 5 * texts[0].len(),
            "{what}: the text grows otherwise"
        );
        grows_as_the_text_does(what, |n| {
            let text = if n == 500 { &texts[0] } else { &texts[1] };
            match InvoiceReader::new().read(text) {
                Ok(read) => {
                    read.lints().to_string();
                    let _ = read.invoice().to_toml();
                    let _ = read.invoice().content_digest();
                }
                Err(problems) => drop(problems.to_string()),
            }
            drop(Keyring::from_toml(text));
            drop(SecretKeyFile::from_toml(text));
            drop(toml::from_str::<Label>(text));
        });
    }
}

/// A table takes the parser up to 800 bytes or so, and the text a byte or two.
#[test]
#[cfg_attr(miri, ignore = "counts allocations, of which Miri makes others")]
fn memory_is_bounded_by_the_limits() {
    for (what, text) in ATTACKS {
        let text = text(2000);
        let reader = InvoiceReader::new().with_limits(|limits| limits.tables = text.len() / 20);
        let cost = cost(|| drop(reader.read(&text)));
        // And what a thousand problems take.
        let most = 60 * text.len() as u64 + 2_000_000;
        assert!(
            cost.bytes_max <= most,
            "{what}: {} for {}",
            cost.bytes_max,
            text.len()
        );
    }
}

#[test]
fn tables_are_counted_before_they_are_made() {
    let found = |text: &str| {
        let reader = InvoiceReader::new().with_limits(|limits| limits.tables = 0);
        let problems = reader.read(text).unwrap_err();
        let kind = problems.iter().next().unwrap().kind().clone();
        match kind {
            ProblemKind::Limit {
                what: "tables",
                found,
                limit: 0,
            } => found,
            _ => 0,
        }
    };
    for (text, count) in [
        ("[[parcel]]\n[parcel.label]\nsize = 1\n", 4),
        ("a.b.c = { d.e = [1.5] }", 6),
        ("a = \"[.{\" # [.{\n[b]", 1),
        ("a = \"\\\"[\" # [\r\n[b]", 1),
        ("a = '\\'\n[b]\nc = '[.", 1),
        ("a = '''[\n['' ['''\n[b]", 1),
        ("a = \"\"\"[\\\"\"\" [ \"\"\"\n[b]", 1),
        // One that is not closed ends with its line.
        ("a = \"[\n[b]", 1),
        ("a = \"\"\"[\n[b]", 0),
        ("a = \"\"\n[b]", 1),
        ("a = 1", 0),
        ("", 0),
    ] {
        assert_eq!(found(text), count, "{text:?}");
    }
    let reader = InvoiceReader::new().with_limits(|limits| limits.tables = 3);
    let problems = reader.read("[[a]]\n[b.c]").unwrap_err();
    assert_eq!(
        problems.to_string(),
        "4 tables are more than the limit of 3"
    );
}

#[test]
fn messages_are_short() {
    for (what, text) in ATTACKS {
        let problems = match InvoiceReader::new().read(&text(2000)) {
            Ok(read) => read.lints().clone(),
            Err(problems) => problems,
        };
        assert!(problems.len() <= 1000, "{what}");
        for problem in &problems {
            // A cycle of groups is told in full.
            if problem.kind().code() != "group-cycle" {
                let length = problem.to_string().len();
                assert!(length < 1000, "{what}: {problem}");
            }
        }
    }
}

mod in_great_numbers {
    use super::*;

    #[test]
    #[cfg_attr(miri, ignore = "takes long")]
    fn a_hundred_thousand_parcels() {
        let text = parcels(100_000, |index| {
            format!("name = \"{index}.html\"\nsize = {index}\n")
        });
        let invoice = Invoice::from_toml(&text).unwrap();
        assert_eq!(invoice.parcels().len(), 100_000);
        assert_eq!(invoice.parcels()[99_999].label().size(), 99_999);
    }

    #[test]
    #[cfg_attr(miri, ignore = "takes long")]
    fn a_million_unknown_fields() {
        let mut text = String::from("bindleVersion = \"1.0.0\"\n");
        for field in 0..1_000_000 {
            let _ = writeln!(text, "f{field} = 1");
        }
        let problems = Invoice::from_toml(&text).unwrap_err();
        assert_eq!(problems.len(), 1000);
        // All of them, and that there is no `[bindle]`.
        assert_eq!(problems.len() + problems.omitted(), 1_000_001);
    }

    #[test]
    fn a_name_of_a_million_characters() {
        let text = HEAD.replace("hello", &"é".repeat(1_000_000));
        let problems = Invoice::from_toml(&text).unwrap_err();
        let message = problems.to_string();
        assert!(
            message.contains("has 2000012 bytes; at most 255 are allowed"),
            "{message}"
        );
        assert!(message.len() < 400);
    }

    #[test]
    #[cfg_attr(miri, ignore = "takes long")]
    fn a_hundred_thousand_problems_on_one_line() {
        let text = format!("parcel = [{}]\n{HEAD}", "1,".repeat(100_000));
        let problems = Invoice::from_toml(&text).unwrap_err();
        assert_eq!(problems.len() + problems.omitted(), 100_000);
        let last = problems.iter().last().unwrap();
        assert_eq!(last.path(), "parcel[999]");
        assert_eq!(last.place().unwrap().start.to_string(), "1:2009");
    }

    #[test]
    fn a_ring_of_ten_thousand_groups() {
        let count = 10_000;
        let builder = Invoice::builder("example.com/hello/1.0.0".parse().unwrap());
        let label = |index: usize| Label::of(index.to_string(), MediaType::WASM, b"");
        let parcels = (0..count).map(|index| {
            let next = (index + 1) % count;
            Parcel::from(label(index))
                .member_of([index.to_string()])
                .requires([next.to_string()])
        });
        let builder = builder.parcels(parcels);
        let groups = (0..count).map(|index| Group::new(index.to_string()));
        let invoice = groups.fold(builder, InvoiceBuilder::group).build().unwrap();
        let lints = invoice.lints();
        let codes: Vec<_> = lints.iter().map(|lint| lint.kind().code()).collect();
        assert_eq!(codes, ["group-cycle", "no-creator"]);
        let message = lints.iter().next().unwrap().to_string();
        assert_eq!(message.matches(" → ").count(), count);
    }
}

#[test]
fn every_field_of_every_wrong_type() {
    let values = [
        "'text'",
        "7",
        "1.5",
        "true",
        "1979-05-27",
        "[]",
        "[1]",
        "{}",
        "{ a = 1 }",
        "[{}]",
        "-7",
    ];
    let fields = [
        "bindleVersion",
        "yanked",
        "yankedReason",
        "yankedSignature",
        "bindle",
        "bindle.name",
        "bindle.version",
        "bindle.description",
        "bindle.authors",
        "annotations",
        "annotations.a",
        "parcel",
        "group",
        "signature",
    ];
    let in_tables = [
        ("parcel", "label"),
        ("parcel", "label.sha256"),
        ("parcel", "label.mediaType"),
        ("parcel", "label.name"),
        ("parcel", "label.size"),
        ("parcel", "label.annotations"),
        ("parcel", "label.annotations.a"),
        ("parcel", "label.feature"),
        ("parcel", "label.feature.a"),
        ("parcel", "label.feature.a.b"),
        ("parcel", "label.origin"),
        ("parcel", "conditions"),
        ("parcel", "conditions.memberOf"),
        ("parcel", "conditions.requires"),
        ("group", "name"),
        ("group", "required"),
        ("group", "satisfiedBy"),
        ("signature", "by"),
        ("signature", "signature"),
        ("signature", "key"),
        ("signature", "role"),
        ("signature", "at"),
        ("yankedSignature", "by"),
    ];
    let fields = fields.iter().map(|field| (*field).to_owned());
    let in_tables = in_tables
        .iter()
        .map(|(list, field)| format!("[[{list}]]\n{field}"));
    for field in fields.chain(in_tables) {
        let mut refused = 0;
        for value in values {
            let text = format!("{field} = {value}\n");
            refused += usize::from(Invoice::from_toml(&text).is_err());
        }
        // Each lacks the rest of an invoice.
        assert_eq!(refused, values.len(), "{field}");
    }
}

#[test]
fn bytes_that_are_not_utf_8() {
    for bytes in [
        &b"\xff"[..],
        b"\xc3\x28",
        b"\xed\xa0\x80",
        b"\xf8\x88\x80\x80\x80",
        b"a = '\x80'",
        b"\xfe\xff",
    ] {
        let problems = InvoiceReader::new().read_bytes(bytes).unwrap_err();
        assert!(problems.to_string().ends_with("the text is not UTF-8"));
    }
}

#[test]
fn an_invoice_in_utf_16_or_32() {
    let utf_16 = || format!("\u{feff}{HEAD}").encode_utf16().collect::<Vec<_>>();
    let utf_32 = || {
        format!("\u{feff}{HEAD}")
            .chars()
            .map(u32::from)
            .collect::<Vec<_>>()
    };
    for bytes in [
        utf_16().into_iter().flat_map(u16::to_le_bytes).collect(),
        utf_16().into_iter().flat_map(u16::to_be_bytes).collect(),
        utf_32().into_iter().flat_map(u32::to_le_bytes).collect(),
        utf_32()
            .into_iter()
            .flat_map(u32::to_be_bytes)
            .collect::<Vec<_>>(),
    ] {
        let problems = InvoiceReader::new().read_bytes(&bytes).unwrap_err();
        let problems = Vec::from_iter(&problems);
        let [problem] = problems[..] else {
            panic!("{problems:?}")
        };
        assert_eq!(*problem.kind(), ProblemKind::Utf8);
    }
    // Without a mark it is UTF-8 full of NULs, which TOML refuses.
    let bytes = HEAD
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect::<Vec<_>>();
    let problems = InvoiceReader::new().read_bytes(&bytes).unwrap_err();
    assert!(
        problems
            .iter()
            .all(|problem| problem.kind().code() == "syntax")
    );
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_text() {
    let read = InvoiceReader::new()
        .read_bytes(format!("\u{feff}{HEAD}").as_bytes())
        .unwrap();
    assert_eq!(*read.invoice(), Invoice::from_toml(HEAD).unwrap());
}

#[test]
fn json_in_json_in_json() {
    let text = "[".repeat(1_000_000);
    assert!(serde_json::from_str::<Invoice>(&text).is_err());
    let text = "{\"bindle\":".repeat(100_000);
    assert!(serde_json::from_str::<Invoice>(&text).is_err());
}

/// Pieces of which texts are made that are nearly invoices.
const PIECES: &[&str] = &[
    "bindleVersion = \"1.0.0\"",
    "[bindle]",
    "name = ",
    "\"a\"",
    "version",
    "=",
    "\n",
    "\n",
    "\n",
    "[[parcel]]",
    "[parcel.label]",
    "[parcel]",
    "[parcel.conditions]",
    "label.size = 1",
    "label = {",
    "}",
    "memberOf = [",
    "]",
    "[",
    "{",
    ",",
    ".",
    "'",
    "\"",
    "\"\"\"",
    "'''",
    "\\",
    "[[group]]",
    "[[signature]]",
    "key",
    "size = ",
    "0x",
    "_",
    "1979-05-27",
    "true",
    "#",
    "\r",
    "\u{0}",
    "\u{feff}",
    "é",
    "yanked",
    "sha256",
    "[a.b]",
    "[[a.b]]",
    "a.b.c = 1",
    "a.b = {}",
    "[[bindle]]",
    "[parcel.label.feature.x]",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn nearly_invoices_are_read_or_refused(
        pieces in vec(proptest::sample::select(PIECES), 0..40),
        space in proptest::sample::select(&["", " ", "\n"][..]),
    ) {
        let text = pieces.join(space);
        let refused = |problems: Problems| {
            for problem in &problems {
                let place = problem.place().expect("it came from text");
                assert!(text.get(place.span.start..place.span.end).is_some(), "{problem} of {text:?}");
            }
            problems.len()
        };
        let lists_something = match InvoiceReader::new().read(&text) {
            Ok(read) => { refused(read.lints().clone()); true }
            Err(problems) => refused(problems) > 0,
        };
        prop_assert!(lists_something, "{text:?} is refused for no reason");
        for problems in [Keyring::from_toml(&text).err(), SecretKeyFile::from_toml(&text).err()] {
            prop_assert!(problems.is_none_or(|problems| refused(problems) > 0));
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in any::<String>()) {
        prop_assert!(Invoice::from_toml(&text).is_err());
        prop_assert!(Keyring::from_toml(&text).is_err());
        let _ = text.parse::<Id>();
        let _ = Id::from_uri(&text);
        let _ = text.parse::<MediaType>();
        let _ = text.parse::<Strategy>();
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in vec(any::<u8>(), 0..64)) {
        prop_assert!(InvoiceReader::new().read_bytes(&bytes).is_err());
    }

    #[test]
    fn an_invoice_with_one_byte_changed_is_read_or_refused(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = include_bytes!("../../reference-wire/invoice_signed_2.toml").to_vec();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if let Ok(read) = InvoiceReader::new().read_bytes(&bytes) {
            let text = read.invoice().to_toml();
            prop_assert_eq!(&Invoice::from_toml(&text).unwrap(), read.invoice());
        }
    }
}
