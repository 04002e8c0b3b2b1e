//! What is wrong with an invoice: every kind of problem, its message and its
//! place, and all of them in one pass.

use std::fmt::Write as _;

use bindle_core::text::Lines;
use bindle_core::{Invoice, InvoiceReader, ProblemKind, Problems, Severity};
use snapbox::{IntoData, assert_data_eq, str};

/// An invoice with nothing wrong but that nobody has signed it, and more.
fn with(more: &str) -> String {
    format!(
        "bindleVersion = \"1.0.0\"\n{more}\n[bindle]\nname = \"example.com/hello\"\nversion = \"1.0.0\"\n"
    )
}

/// An invoice with a parcel whose label has `more` in it.
fn with_label(more: &str) -> String {
    with("") + "[[parcel]]\n[parcel.label]\nmediaType = \"text/html\"\n" + more
}

const DIGEST: &str =
    "sha256 = \"23f310b54076878fd4c36f0c60ec92011a8b406349b98dd37d08577d17397de5\"\n";

fn problems_of(text: &str) -> Problems {
    match InvoiceReader::new().read(text) {
        Ok(read) => read.lints().clone(),
        Err(problems) => problems,
    }
}

/// Each problem on a line, with what its span holds.
fn render(text: &str, problems: &Problems) -> String {
    let mut rendered = String::new();
    for problem in problems {
        let severity = match problem.severity() {
            Severity::Error => "error",
            Severity::Lint => "lint",
        };
        let place = problem.place().expect("it came from text");
        assert_eq!(Lines::new(text).position(place.span.start), place.start);
        let code = problem.kind().code();
        let span = &text[place.span.start..place.span.end];
        let _ = writeln!(rendered, "{severity} {code} {problem}\n    at {span:?}");
    }
    rendered
}

#[track_caller]
fn shows(text: &str, expected: impl IntoData) {
    let problems = problems_of(text);
    assert_data_eq!(render(text, &problems), expected.raw());
    // Building in code, JSON and TOML disagree about nothing.
    let is_refused = problems
        .iter()
        .any(|problem| problem.severity() == Severity::Error);
    let refused = Invoice::from_toml(text).err().unwrap_or_default();
    assert_eq!(!refused.is_empty(), is_refused);
    assert!(
        refused
            .iter()
            .all(|problem| problem.severity() == Severity::Error)
    );
    assert_eq!(toml::from_str::<Invoice>(text).is_err(), is_refused);
}

mod kinds {
    use super::*;

    #[test]
    fn bindle_version() {
        shows(
            &with("").replace("1.0.0\"\n\n", "99.0.0-nonsense\"\n\n"),
            str![[r#"
lint no-creator 1:1: signature: no creator has signed the invoice; registries will refuse it
    at ""
error bindle-version 1:17: bindleVersion: this is an invoice of the unknown version "99.0.0-nonsense"; expected "1.0.0"
    at "\"99.0.0-nonsense\""

"#]],
        );
        shows(
            &with("").replace("\"1.0.0\"\n\n", "\"vv1.0.0\"\n\n"),
            str![[r#"
lint no-creator 1:1: signature: no creator has signed the invoice; registries will refuse it
    at ""
error bindle-version 1:17: bindleVersion: this is an invoice of the unknown version "vv1.0.0"; expected "1.0.0"
    at "\"vv1.0.0\""

"#]],
        );
    }

    #[test]
    fn control_character() {
        shows(
            &with_label(&format!(
                "{DIGEST}size = 1\nname = \"a\\nb\"\norigin = \"a\\u007f/1.0.0\"\n"
            )),
            str![[r#"
lint no-creator 1:1: signature: no creator has signed the invoice; registries will refuse it
    at ""
error control-character 11:8: parcel[0].label.name: the control character '\n' is not allowed here
    at "\"a\\nb\""
error control-character 12:10: parcel[0].label.origin: the control character '\u{7f}' is not allowed here
    at "\"a\\u007f/1.0.0\""

"#]],
        );
        shows(
            &with("[[group]]\nname = \"a\\u0085\"\n"),
            str![[r#"
lint no-creator 1:1: signature: no creator has signed the invoice; registries will refuse it
    at ""
error control-character 3:8: group[0].name: the control character '\u{85}' is not allowed here
    at "\"a\\u0085\""

"#]],
        );
        shows(
            &with("yanked = true\nyankedReason = \"a\\rb\""),
            str![[r#"
lint no-creator 1:1: signature: no creator has signed the invoice; registries will refuse it
    at ""
error control-character 3:16: yankedReason: the control character '\r' is not allowed here
    at "\"a\\rb\""

"#]],
        );
        shows(
            &with_label(&format!(
                "{DIGEST}size = 1\nfeature.\"a\\u0000\".\"b\\n\" = \"control\\u0001\"\n"
            )),
            str![[r#"
lint no-creator 1:1: signature: no creator has signed the invoice; registries will refuse it
    at ""
error control-character 11:9: parcel[0].label.feature."a\0": the control character '\0' is not allowed here
    at "\"a\\u0000\""
error control-character 11:19: parcel[0].label.feature."a\0"."b\n": the control character '\n' is not allowed here
    at "\"b\\n\""

"#]],
        );
        shows(
            &(with("")
                + "[[signature]]\nby = \"Ada\\nexample.com/other\"\nrole = \"creator\"\nat = 1\nkey = \"\"\nsignature = \"\"\n"),
            str![[r#"
error control-character 7:6: signature[0].by: the control character '\n' is not allowed here
    at "\"Ada\\nexample.com/other\""
lint malformed-key 10:7: signature[0].key: this is no public key: expected the base64 of 32 bytes
    at "\"\""
lint malformed-signature 11:13: signature[0].signature: this is no signature: expected the base64 of 64 bytes
    at "\"\""

"#]],
        );
    }

    #[test]
    fn digest() {
        shows(
            &with_label("sha256 = \"2aae6c35c94fcfb415dbe95f408b9ce91ee846ed\"\nsize = 1\n"),
            str![[r#"
error digest 9:10: parcel[0].label.sha256: expected 64 lower-case hexadecimal digits, found 40, which looks like SHA-1
    at "\"2aae6c35c94fcfb415dbe95f408b9ce91ee846ed\""

"#]],
        );
        shows(
            &with_label("sha256 = \"not-a-sha\"\nsize = 1\n"),
            str![[r#"
error digest 9:10: parcel[0].label.sha256: expected 64 lower-case hexadecimal digits, found 'n' at character 1
    at "\"not-a-sha\""

"#]],
        );
    }

    #[test]
    fn duplicate_group() {
        shows(
            &with(
                "group = [{ name = \"a\" }, { name = \"b\" }, { name = \"a\" }, { name = \"a\" }]",
            ),
            str![[r#"
lint no-creator 1:1: signature: no creator has signed the invoice; registries will refuse it
    at ""
error duplicate-group 2:51: group[2].name: the group "a" is declared already, as group[0]
    at "\"a\""
error duplicate-group 2:67: group[3].name: the group "a" is declared already, as group[0]
    at "\"a\""

"#]],
        );
    }

    #[test]
    fn duplicate_key() {
        let block = "[[signature]]\nby = \"Ada\"\nrole = \"creator\"\nat = 1\n\
            key = \"VT/5n9sLqcs9ShSzcCqyoA5iqfhIUSP7ex+vYhYZRnw=\"\n\
            signature = \"9R0R1G/bBh1/62vVNCAEX5MLLjrj8IG8YgHBYtRKYcY9EBJpulEeXWiwpldmITA3HZ3eVrc7FGn0bg/ju+nODQ==\"\n";
        shows(
            &(with("") + block + block),
            str![[r#"
lint duplicate-key 12:1: signature[1]: the key has made signature[0] already; a key may sign an invoice once
    at "[[signature]]"

"#]],
        );
    }

    #[test]
    fn duplicate_parcel() {
        let parcel = format!(
            "[[parcel]]\nlabel.{DIGEST}label.mediaType = \"text/html\"\nlabel.size = 1\nconditions.memberOf = [\"a\"]\n"
        );
        let other = parcel.replace("label.size", "label.name = 'other'\nlabel.size");
        shows(
            &(with("group = [{ name = 'a' }]") + &parcel + &other + &parcel),
            str![[r#"
lint no-creator 1:1: signature: no creator has signed the invoice; registries will refuse it
    at ""
lint duplicate-parcel 17:1: parcel[2]: this is parcel[0] again: the same digest, name and conditions
    at "[[parcel]]"

"#]],
        );
    }

    #[test]
    fn empty_name() {
        shows(
            &with("[[group]]\nname = \"\""),
            str![[r#"
lint no-creator 1:1: signature: no creator has signed the invoice; registries will refuse it
    at ""
error empty-name 3:8: group[0].name: a name is required here, and the text is empty
    at "\"\""

"#]],
        );
    }

    #[test]
    fn feature_name() {
        shows(
            &with_label(&format!(
                "{DIGEST}size = 1\nfeature.bad-section.\"bad.name\" = \"-.\"\n"
            )),
            str![[r#"
lint no-creator 1:1: signature: no creator has signed the invoice; registries will refuse it
    at ""
lint feature-name 11:9: parcel[0].label.feature.bad-section: the feature name "bad-section" has a `-` in it, which not every agent can address
    at "bad-section"
lint feature-name 11:21: parcel[0].label.feature.bad-section."bad.name": the feature name "bad.name" has a `.` in it, which not every agent can address
    at "\"bad.name\""

"#]],
        );
    }

    #[test]
    fn group_cycle() {
        let parcel = |member_of: &str, requires: &str| {
            format!(
                "[[parcel]]\nlabel = {{ sha256 = \"{}\", mediaType = \"a/b\", size = 1, name = \"{member_of}{requires}\" }}\n\
                 conditions = {{ memberOf = [\"{member_of}\"], requires = [\"{requires}\"] }}\n",
                "0".repeat(64)
            )
        };
        let groups = "group = [{ name = \"a\" }, { name = \"b\" }, { name = \"c\" }, { name = \"d\" }, { name = \"e\" }]";
        shows(
            &(with(groups) + &parcel("a", "b") + &parcel("b", "c") + &parcel("d", "e")),
            str![[r#"
lint no-creator 1:1: signature: no creator has signed the invoice; registries will refuse it
    at ""

"#]],
        );
        // One way around for each knot, the shortest.
        let text = with(groups)
            + &parcel("a", "b")
            + &parcel("b", "c")
            + &parcel("c", "b")
            + &parcel("c", "d")
            + &parcel("d", "b")
            + &parcel("e", "e");
        shows(
            &text,
            str![[r#"
lint no-creator 1:1: signature: no creator has signed the invoice; registries will refuse it
    at ""
lint group-cycle 2:26: group[1]: the group requires itself: b → c → b
    at "{ name = \"b\" }"
lint group-cycle 2:74: group[4]: the group requires itself: e → e
    at "{ name = \"e\" }"

"#]],
        );
    }

    #[test]
    fn limit() {
        let reader = InvoiceReader::new().with_limits(|limits| {
            limits.parcels = 1;
            limits.groups = 1;
            limits.signatures = 0;
        });
        let label = format!("{{ {}, mediaType = 'a/b', size = 1 }}", DIGEST.trim());
        let text = with(&format!(
            "parcel = [{{ label = {label} }}, {{ label = {label} }}]\n\
             group = [{{ name = 'a' }}, {{ name = 'b' }}]\n\
             yanked = true\nyankedSignature = [{{}}]"
        ));
        let problems = reader.read(&text).unwrap_err();
        assert_data_eq!(render(&text, &problems), str![[r#"
error limit 2:10: parcel: 2 entries are more than the limit of 1
    at "[{ label = { sha256 = \"23f310b54076878fd4c36f0c60ec92011a8b406349b98dd37d08577d17397de5\", mediaType = 'a/b', size = 1 } }, { label = { sha256 = \"23f310b54076878fd4c36f0c60ec92011a8b406349b98dd37d08577d17397de5\", mediaType = 'a/b', size = 1 } }]"
error limit 3:9: group: 2 entries are more than the limit of 1
    at "[{ name = 'a' }, { name = 'b' }]"
error limit 5:19: yankedSignature: 1 entries are more than the limit of 0
    at "[{}]"

"#]].raw());
        let reader = InvoiceReader::new().with_limits(|limits| limits.bytes = 100);
        let problems = reader.read(&" ".repeat(101)).unwrap_err();
        assert_data_eq!(
            problems.to_string(),
            str!["101 bytes are more than the limit of 100"]
        );
        // The bytes of an empty document are few enough; the document is not.
        let problems = reader.read(&" ".repeat(100)).unwrap_err();
        assert!(
            problems
                .iter()
                .all(|problem| *problem.kind() == ProblemKind::MissingField)
        );
    }

    #[test]
    fn long_feature_value() {
        let most = "é".repeat(2048);
        let text = with_label(&format!(
            "{DIGEST}size = 1\nfeature.a = {{ b = \"{most}\", c = \"{most}x\" }}\n"
        ));
        let problems = problems_of(&text);
        let problem = problems
            .iter()
            .find(|problem| problem.kind().code() == "long-feature-value");
        assert_data_eq!(
            problem.unwrap().to_string(),
            str![
                "11:2075: parcel[0].label.feature.a.c: the feature value has 2049 characters; more than 2048 are advised against"
            ]
        );
        assert_eq!(problems.len(), 2);
    }

    #[test]
    fn malformed_key_and_signature() {
        for (key, signature) in [
            ("", ""),
            ("VT/5n9sLqcs9ShSzcCqyoA5iqfhIUSP7ex+vYhYZRnw", "not base64!"),
            // The last digit has bits that belong to no byte.
            (
                "VT/5n9sLqcs9ShSzcCqyoA5iqfhIUSP7ex+vYhYZRnx=",
                "VT/5n9sLqcs9ShSzcCqyoA5iqfhIUSP7ex+vYhYZRnw=",
            ),
        ] {
            let block = format!(
                "[[signature]]\nby = \"Ada\"\nrole = \"creator\"\nat = 1\nkey = \"{key}\"\nsignature = \"{signature}\"\n"
            );
            let problems = problems_of(&(with("") + &block));
            let messages: Vec<_> = problems
                .iter()
                .map(std::string::ToString::to_string)
                .collect();
            let expected = match key {
                "" => [
                    "10:7: signature[0].key: this is no public key: expected the base64 of 32 bytes",
                    "11:13: signature[0].signature: this is no signature: expected the base64 of 64 bytes",
                ],
                _ if signature.ends_with('!') => [
                    "10:7: signature[0].key: this is no public key: \
                     expected padded standard base64, in its canonical form",
                    "11:13: signature[0].signature: this is no signature: \
                     expected padded standard base64, in its canonical form",
                ],
                _ => [
                    "10:7: signature[0].key: this is no public key: \
                     expected padded standard base64, in its canonical form",
                    "11:13: signature[0].signature: this is no signature: expected the base64 of 64 bytes",
                ],
            };
            assert_eq!(messages, expected);
        }
    }

    #[test]
    fn media_type() {
        shows(
            &with_label(&format!("{DIGEST}size = 1\n")).replace("text/html", "html"),
            str![[r#"
error media-type 8:13: parcel[0].label.mediaType: media type "html" has no `/`; expected TYPE/SUBTYPE, such as `text/html`
    at "\"html\""

"#]],
        );
    }

    #[test]
    fn missing_field() {
        shows(
            "",
            str![[r#"
error missing-field 1:1: bindleVersion: this field is required, and missing
    at ""
error missing-field 1:1: bindle: this field is required, and missing
    at ""

"#]],
        );
        shows(
            &with("parcel = [{}, { label = {} }]\ngroup = [{}]\nsignature = [{}]")
                .replace("name = \"example", "description = \"example"),
            str![[r#"
error missing-field 2:11: parcel[0].label: this field is required, and missing
    at "{}"
error missing-field 2:25: parcel[1].label.sha256: this field is required, and missing
    at "{}"
error missing-field 2:25: parcel[1].label.mediaType: this field is required, and missing
    at "{}"
error missing-field 2:25: parcel[1].label.size: this field is required, and missing
    at "{}"
error missing-field 3:10: group[0].name: this field is required, and missing
    at "{}"
error missing-field 4:14: signature[0].by: this field is required, and missing
    at "{}"
error missing-field 4:14: signature[0].role: this field is required, and missing
    at "{}"
error missing-field 4:14: signature[0].at: this field is required, and missing
    at "{}"
error missing-field 4:14: signature[0].signature: this field is required, and missing
    at "{}"
error missing-field 4:14: signature[0].key: this field is required, and missing
    at "{}"
error missing-field 5:1: bindle.name: this field is required, and missing
    at "[bindle]"

"#]],
        );
        shows(
            &(with("") + "[[parcel]]\n[parcel.label]\n[parcel.conditions]\n[[group]]\n"),
            str![[r#"
error missing-field 7:1: parcel[0].label.sha256: this field is required, and missing
    at "[parcel.label]"
error missing-field 7:1: parcel[0].label.mediaType: this field is required, and missing
    at "[parcel.label]"
error missing-field 7:1: parcel[0].label.size: this field is required, and missing
    at "[parcel.label]"
error missing-field 9:1: group[0].name: this field is required, and missing
    at "[[group]]"

"#]],
        );
    }

    #[test]
    fn name() {
        shows(
            &with("").replace("example.com/hello", "../../etc"),
            str![[r#"
error name 4:8: bindle.name: bindle name "../../etc" has the segment `..`, which is reserved for paths
    at "\"../../etc\""

"#]],
        );
    }

    #[test]
    fn no_creator() {
        shows(
            &with(""),
            str![[r#"
lint no-creator 1:1: signature: no creator has signed the invoice; registries will refuse it
    at ""

"#]],
        );
    }

    #[test]
    fn other_size() {
        let parcel = |size| {
            format!(
                "[[parcel]]\nlabel.{DIGEST}label.mediaType = \"text/html\"\nlabel.size = {size}\n"
            )
        };
        let broken = parcel(4).replace("text/html", "text");
        shows(
            &(with("") + &parcel(3) + &parcel(4) + &parcel(3) + &broken),
            str![[r#"
error other-size 13:14: parcel[1].label.size: the content has the digest of parcel[0], but not its size of 3
    at "4"
error media-type 20:19: parcel[3].label.mediaType: media type "text" has no `/`; expected TYPE/SUBTYPE, such as `text/html`
    at "\"text\""
error other-size 21:14: parcel[3].label.size: the content has the digest of parcel[0], but not its size of 3
    at "4"

"#]],
        );
    }

    #[test]
    fn out_of_range() {
        shows(
            &with_label(&format!("{DIGEST}size = -1\n")),
            str![[r#"
error out-of-range 10:8: parcel[0].label.size: expected a size in bytes, from 0, found -1
    at "-1"

"#]],
        );
        shows(
            &with_label(&format!("{DIGEST}size = 18446744073709551616\n")),
            str![[r#"
error out-of-range 10:8: parcel[0].label.size: expected a size in bytes, from 0, found 18446744073709551616
    at "18446744073709551616"

"#]],
        );
        shows(
            &(with("")
                + "[[signature]]\nby = \"Ada\"\nrole = \"creator\"\nat = -5\nkey = \"\"\nsignature = \"\"\n"),
            str![[r#"
error out-of-range 9:6: signature[0].at: expected a time in seconds, from 0, found -5
    at "-5"

"#]],
        );
    }

    #[test]
    fn repeated_field() {
        shows(
            &with(
                "yanked = true\nyanked_reason = \"b\"\nyankedReason = \"a\"\nyanked_signature = []\nyankedSignature = []",
            ),
            str![[r#"
lint no-creator 1:1: signature: no creator has signed the invoice; registries will refuse it
    at ""
error repeated-field 3:1: yanked_reason: the field is there already, as `yankedReason`
    at "yanked_reason"
error repeated-field 5:1: yanked_signature: the field is there already, as `yankedSignature`
    at "yanked_signature"

"#]],
        );
    }

    #[test]
    fn role() {
        let block = |role: &str| {
            format!(
                "[[signature]]\nby = \"Ada\"\nrole = \"{role}\"\nat = 1\nkey = \"\"\nsignature = \"\"\n"
            )
        };
        shows(
            &(with("") + &block("Creator") + &block("root")),
            str![[r#"
error role 8:8: signature[0].role: there is no role "Creator"; did you mean `creator`?
    at "\"Creator\""
error role 14:8: signature[1].role: there is no role "root"; expected one of `creator`, `approver`, `host`, `proxy`
    at "\"root\""

"#]],
        );
    }

    #[test]
    fn satisfied_by() {
        shows(
            &with(
                "group = [{ name = 'a', satisfiedBy = 'alof' }, { name = 'b', satisfiedBy = 'none' }]",
            ),
            str![[r#"
error satisfied-by 2:38: group[0].satisfiedBy: a group can not be satisfied by "alof"; did you mean `allOf`?
    at "'alof'"
error satisfied-by 2:76: group[1].satisfiedBy: a group can not be satisfied by "none"; expected one of `allOf`, `oneOf`, `optional`, `anyOf`
    at "'none'"

"#]],
        );
    }

    #[test]
    fn syntax() {
        shows(
            "bindleVersion = \"1.0.0\n",
            str![[r#"
error syntax 1:23: invalid basic string, expected `"`
    at ""

"#]],
        );
        shows(
            &with("yanked = maybe"),
            str![[r#"
error syntax 2:10: string values must be quoted, expected literal string
    at "maybe"

"#]],
        );
        shows(
            &with("[bindle]\nname = 'a'\nname = 'b'"),
            str![[r#"
error syntax 4:1: duplicate key
    at "name"
error syntax 5:2: duplicate key
    at "bindle"
error syntax 6:1: duplicate key
    at "name"

"#]],
        );
    }

    #[test]
    fn undeclared_group() {
        let text = with("group = [{ name = \"server\" }]")
            + &format!(
                "[[parcel]]\nlabel.{DIGEST}label.mediaType = \"text/html\"\nlabel.size = 1\n\
                 conditions.memberOf = [\"sever\", \"server\"]\nconditions.requires = [\"utility\", \"\"]\n"
            );
        shows(
            &text,
            str![[r#"
lint no-creator 1:1: signature: no creator has signed the invoice; registries will refuse it
    at ""
error undeclared-group 10:24: parcel[0].conditions.memberOf[0]: there is no group "sever"; did you mean "server"?
    at "\"sever\""
error undeclared-group 11:24: parcel[0].conditions.requires[0]: there is no group "utility"; declare it in a `[[group]]`
    at "\"utility\""
error undeclared-group 11:35: parcel[0].conditions.requires[1]: there is no group ""; declare it in a `[[group]]`
    at "\"\""

"#]],
        );
    }

    #[test]
    fn unknown_field() {
        shows(
            &(with("bindleversion = 1\nparcels = []") + "nmae = 1\nkeywords = []\n"),
            str![[r#"
lint no-creator 1:1: signature: no creator has signed the invoice; registries will refuse it
    at ""
error unknown-field 2:1: bindleversion: there is no field `bindleversion` here; did you mean `bindleVersion`?
    at "bindleversion"
error unknown-field 3:1: parcels: there is no field `parcels` here; did you mean `parcel`?
    at "parcels"
error unknown-field 7:1: bindle.nmae: there is no field `nmae` here; did you mean `name`?
    at "nmae"
error unknown-field 8:1: bindle.keywords: there is no field `keywords` here; expected one of `name`, `version`, `description`, `authors`
    at "keywords"

"#]],
        );
        shows(
            &with_label(&format!(
                "{DIGEST}size = 1\nmediatype = \"a/b\"\n\"a.b\\n\" = 1\n"
            )),
            str![[r#"
lint no-creator 1:1: signature: no creator has signed the invoice; registries will refuse it
    at ""
error unknown-field 11:1: parcel[0].label.mediatype: there is no field `mediatype` here; did you mean `mediaType`?
    at "mediatype"
error unknown-field 12:1: parcel[0].label."a.b\n": there is no field `a.b\n` here; expected one of `sha256`, `mediaType`, `name`, `size`, `annotations`, `feature`, `origin`
    at "\"a.b\\n\""

"#]],
        );
        shows(
            &with(
                "parcel = [{ lable = {}, condition = {} }]\ngroup = [{ satisfied_by = 1 }]\n\
                 signature = [{ from = 1 }]\n",
            ),
            str![[r#"
error missing-field 2:11: parcel[0].label: this field is required, and missing
    at "{ lable = {}, condition = {} }"
error unknown-field 2:13: parcel[0].lable: there is no field `lable` here; did you mean `label`?
    at "lable"
error unknown-field 2:25: parcel[0].condition: there is no field `condition` here; did you mean `conditions`?
    at "condition"
error missing-field 3:10: group[0].name: this field is required, and missing
    at "{ satisfied_by = 1 }"
error unknown-field 3:12: group[0].satisfied_by: there is no field `satisfied_by` here; did you mean `satisfiedBy`?
    at "satisfied_by"
error missing-field 4:14: signature[0].by: this field is required, and missing
    at "{ from = 1 }"
error missing-field 4:14: signature[0].role: this field is required, and missing
    at "{ from = 1 }"
error missing-field 4:14: signature[0].at: this field is required, and missing
    at "{ from = 1 }"
error missing-field 4:14: signature[0].signature: this field is required, and missing
    at "{ from = 1 }"
error missing-field 4:14: signature[0].key: this field is required, and missing
    at "{ from = 1 }"
error unknown-field 4:16: signature[0].from: there is no field `from` here; expected one of `by`, `signature`, `key`, `role`, `at`
    at "from"

"#]],
        );
    }

    #[test]
    fn utf_8() {
        let mut bytes = with("").into_bytes();
        let at = bytes.iter().position(|byte| *byte == b'h').unwrap();
        bytes[at] = 0xff;
        let problems = InvoiceReader::new().read_bytes(&bytes).unwrap_err();
        assert_data_eq!(problems.to_string(), str!["4:21: the text is not UTF-8"]);
        let place = problems.iter().next().unwrap().place().unwrap();
        assert_eq!((place.span.start, place.span.end), (at, at + 1));
        // A character that is cut off at the end.
        let problems = InvoiceReader::new().read_bytes(b"# k\xc3").unwrap_err();
        assert_data_eq!(problems.to_string(), str!["1:4: the text is not UTF-8"]);
        let invoice = InvoiceReader::new()
            .read_bytes(with("").as_bytes())
            .unwrap();
        assert_eq!(invoice.invoice(), &Invoice::from_toml(&with("")).unwrap());
    }

    #[test]
    fn version() {
        shows(
            &with("").replace("version = \"1.0.0\"", "version = \"1.0\""),
            str![[r#"
error version 5:11: bindle.version: "1.0" is not a SemVer version: unexpected end of input while parsing minor version number; did you mean `1.0.0`?
    at "\"1.0\""

"#]],
        );
    }

    #[test]
    fn wrong_type() {
        let text = "bindleVersion = 1\nyanked = \"yes\"\nyankedReason = []\nyankedSignature = {}\nbindle = 1.5\n\
            annotations = 1979-05-27\nparcel = true\ngroup = [1, {}]\nsignature = [[]]\n";
        shows(
            text,
            str![[r#"
error wrong-type 1:17: bindleVersion: expected a string, found an integer
    at "1"
error wrong-type 2:10: yanked: expected true or false, found a string
    at "\"yes\""
error wrong-type 3:16: yankedReason: expected a string, found an array
    at "[]"
error wrong-type 4:19: yankedSignature: expected an array of tables, found a table
    at "{}"
error wrong-type 5:10: bindle: expected a table, found a float
    at "1.5"
error wrong-type 6:15: annotations: expected a table, found a date or time
    at "1979-05-27"
error wrong-type 7:10: parcel: expected an array of tables, found a boolean
    at "true"
error wrong-type 8:10: group[0]: expected a table, found an integer
    at "1"
error missing-field 8:13: group[1].name: this field is required, and missing
    at "{}"
error wrong-type 9:14: signature[0]: expected a table, found an array
    at "[]"

"#]],
        );
        shows(
            &with_label(
                "sha256 = 1\nsize = 1.0\nname = {}\nannotations.a = 1\nfeature.a = 1\nfeature.b.c = []\norigin = []\n",
            ),
            str![[r#"
error wrong-type 9:10: parcel[0].label.sha256: expected a string, found an integer
    at "1"
error wrong-type 10:8: parcel[0].label.size: expected an integer, found a float
    at "1.0"
error wrong-type 11:8: parcel[0].label.name: expected a string, found a table
    at "{}"
error wrong-type 12:17: parcel[0].label.annotations.a: expected a string, found an integer
    at "1"
error wrong-type 13:13: parcel[0].label.feature.a: expected a table, found an integer
    at "1"
error wrong-type 14:15: parcel[0].label.feature.b.c: expected a string, found an array
    at "[]"
error wrong-type 15:10: parcel[0].label.origin: expected a string, found an array
    at "[]"

"#]],
        );
    }

    #[test]
    fn wrong_type_in_a_list_hides_nothing_else() {
        let text = with("group = [{ name = 'a' }, 1, { name = '' }]")
            .replace("hello\"", "hello\"\nauthors = ['Ada', 7, 'Bob', []]")
            + &format!(
                "[[parcel]]\nlabel.{DIGEST}label.mediaType = \"text\"\nlabel.size = 1\n\
                 conditions.memberOf = [1, \"a\"]\n"
            );
        shows(
            &text,
            str![[r#"
error wrong-type 2:26: group[1]: expected a table, found an integer
    at "1"
error empty-name 2:38: group[2].name: a name is required here, and the text is empty
    at "''"
error wrong-type 5:19: bindle.authors[1]: expected a string, found an integer
    at "7"
error wrong-type 5:29: bindle.authors[3]: expected a string, found an array
    at "[]"
error media-type 9:19: parcel[0].label.mediaType: media type "text" has no `/`; expected TYPE/SUBTYPE, such as `text/html`
    at "\"text\""
error wrong-type 11:24: parcel[0].conditions.memberOf[0]: expected a string, found an integer
    at "1"

"#]],
        );
    }

    #[test]
    fn yank_flag() {
        shows(
            &with("yankedReason = \"broken\""),
            str![[r#"
lint no-creator 1:1: signature: no creator has signed the invoice; registries will refuse it
    at ""
lint yank-flag 2:16: yanked: there are traces of a yank, but `yanked` is not true; the bindle counts as yanked
    at "\"broken\""

"#]],
        );
        shows(
            &with(
                "yanked = false\nyankedSignature = [{ by = \"a\", role = \"host\", at = 1, key = \"\", signature = \"\" }]",
            ),
            str![[r#"
lint no-creator 1:1: signature: no creator has signed the invoice; registries will refuse it
    at ""
lint yank-flag 3:19: yanked: there are traces of a yank, but `yanked` is not true; the bindle counts as yanked
    at "[{ by = \"a\", role = \"host\", at = 1, key = \"\", signature = \"\" }]"
lint malformed-key 3:61: yankedSignature[0].key: this is no public key: expected the base64 of 32 bytes
    at "\"\""
lint malformed-signature 3:77: yankedSignature[0].signature: this is no signature: expected the base64 of 64 bytes
    at "\"\""

"#]],
        );
    }
}

#[test]
fn one_mistake() {
    shows(
        &with("").replace("name", "nmae"),
        str![[r#"
error missing-field 3:1: bindle.name: this field is required, and missing
    at "[bindle]"
error unknown-field 4:1: bindle.nmae: there is no field `nmae` here; did you mean `name`?
    at "nmae"

"#]],
    );
}

#[test]
fn five_mistakes() {
    let text = with_label("sha256 = \"abc\"\nsize = \"1\"\nfeatures = {}\n")
        .replace("1.0.0", "1.0")
        .replace("text/html", "html");
    shows(
        &text,
        str![[r#"
error bindle-version 1:17: bindleVersion: this is an invoice of the unknown version "1.0"; expected "1.0.0"
    at "\"1.0\""
error version 5:11: bindle.version: "1.0" is not a SemVer version: unexpected end of input while parsing minor version number; did you mean `1.0.0`?
    at "\"1.0\""
error media-type 8:13: parcel[0].label.mediaType: media type "html" has no `/`; expected TYPE/SUBTYPE, such as `text/html`
    at "\"html\""
error digest 9:10: parcel[0].label.sha256: expected 64 lower-case hexadecimal digits, found 3
    at "\"abc\""
error wrong-type 10:8: parcel[0].label.size: expected an integer, found a string
    at "\"1\""
error unknown-field 11:1: parcel[0].label.features: there is no field `features` here; did you mean `feature`?
    at "features"

"#]],
    );
}

/// Fifty mistakes, ten of them in the syntax.
#[test]
fn fifty_mistakes() {
    let mut text = with("");
    for parcel in 0..10 {
        let _ = write!(
            text,
            "[[parcel]]\n[parcel.label]\nsha256 = \"{parcel}\"\nmediaType = \"html\"\nsize = -1{parcel}\n\
             name = \"ok\ncolor = {parcel}\n",
        );
    }
    let problems = problems_of(&text);
    let mut counts = std::collections::BTreeMap::new();
    for problem in &problems {
        *counts.entry(problem.kind().code()).or_insert(0) += 1;
        let place = problem.place().unwrap();
        assert_eq!(Lines::new(&text).position(place.span.start), place.start);
    }
    let expected = [
        "digest",
        "media-type",
        "out-of-range",
        "syntax",
        "unknown-field",
    ];
    assert_eq!(counts, expected.map(|code| (code, 10)).into());
    let places = problems.iter().map(|problem| problem.place().unwrap().span);
    assert!(places.is_sorted());
    let first: Vec<_> = problems.iter().take(6).map(ToString::to_string).collect();
    assert_data_eq!(
        first.join("\n"),
        str![[r#"
8:10: parcel[0].label.sha256: expected 64 lower-case hexadecimal digits, found 1
9:13: parcel[0].label.mediaType: media type "html" has no `/`; expected TYPE/SUBTYPE, such as `text/html`
10:8: parcel[0].label.size: expected a size in bytes, from 0, found -10
11:11: invalid basic string, expected `"`
12:1: parcel[0].label.color: there is no field `color` here; expected one of `sha256`, `mediaType`, `name`, `size`, `annotations`, `feature`, `origin`
15:10: parcel[1].label.sha256: expected 64 lower-case hexadecimal digits, found 1
"#]]
    );
}

mod after_broken_syntax {
    use super::*;

    #[test]
    fn what_is_missing_elsewhere_is_told() {
        let text = with("")
            + "[[parcel]]\n[parcel.label]\nsize = \n[[parcel]]\n[parcel.label]\nsize = 1\n[[group]]\n";
        shows(
            &text,
            str![[r#"
error syntax 8:8: string values must be quoted, expected literal string
    at ""
error missing-field 10:1: parcel[1].label.sha256: this field is required, and missing
    at "[parcel.label]"
error missing-field 10:1: parcel[1].label.mediaType: this field is required, and missing
    at "[parcel.label]"
error missing-field 12:1: group[0].name: this field is required, and missing
    at "[[group]]"

"#]],
        );
    }

    #[test]
    fn what_may_stand_on_the_broken_line_is_not() {
        shows(
            "bindleVersion 1.0.0\n[bindle\nname = 'a'\nversion = '1.0.0'\n",
            str![[r#"
error syntax 1:15: key with no value, expected `=`
    at ""
error syntax 2:8: unclosed table, expected `]`
    at ""

"#]],
        );
        shows(
            &(with("") + "[[parcel]]\n[parcel.label\nsize = 1\n"),
            str![[r#"
error syntax 7:14: unclosed table, expected `]`
    at ""

"#]],
        );
    }

    #[test]
    fn groups_may_be_declared_in_what_is_broken() {
        let text = with("")
            + &format!(
                "[[parcel]]\nlabel.{DIGEST}label.mediaType = \"text/html\"\nlabel.size = 1\n\
                 conditions.memberOf = [\"server\"]\n[[group]\nname = \"server\"\n"
            );
        shows(
            &text,
            str![[r#"
error syntax 11:9: unclosed array table, expected `]`
    at ""

"#]],
        );
    }
}

mod cap {
    use super::*;

    fn reader(problems: usize) -> InvoiceReader {
        InvoiceReader::new().with_limits(|limits| limits.problems = problems)
    }

    #[test]
    fn more_are_counted_only() {
        let text: String = (0..50).map(|field| format!("field{field} = 1\n")).collect();
        let problems = reader(3).read(&text).unwrap_err();
        assert_eq!((problems.len(), problems.omitted()), (3, 49));
        assert!(
            problems.to_string().ends_with("\nand 49 more"),
            "{problems}"
        );
        // One is always listed: a refusal has a reason.
        let problems = reader(0).read(&text).unwrap_err();
        assert_eq!((problems.len(), problems.omitted()), (1, 51));
    }

    #[test]
    fn no_number_of_lints_hides_an_error() {
        let lints: String = (0..50)
            .map(|name| format!("feature.a.a-{name} = \"\"\n"))
            .collect();
        let text = with_label(&format!("{DIGEST}{lints}size = \"1\"\n"));
        let problems = reader(10).read(&text).unwrap_err();
        assert_eq!((problems.len(), problems.omitted()), (10, 41));
        let is_error = |problem: &&bindle_core::Problem| problem.severity() == Severity::Error;
        assert_eq!(problems.iter().filter(is_error).count(), 1);
        let read = reader(10).read(&text.replace("\"1\"", "1")).unwrap();
        assert_eq!((read.lints().len(), read.lints().omitted()), (10, 41));
    }
}

#[test]
fn a_problem_is_a_flat_record() {
    let problems = problems_of(&with("yankd = true"));
    let json = serde_json::to_string_pretty(&problems).unwrap();
    assert_data_eq!(
        json,
        str![[r#"
[
  {
    "severity": "lint",
    "code": "no-creator",
    "message": "no creator has signed the invoice; registries will refuse it",
    "path": "signature",
    "line": 1,
    "column": 1,
    "start": 0,
    "end": 0,
    "hint": null
  },
  {
    "severity": "error",
    "code": "unknown-field",
    "message": "there is no field `yankd` here",
    "path": "yankd",
    "line": 2,
    "column": 1,
    "start": 24,
    "end": 29,
    "hint": "did you mean `yanked`?"
  }
]
"#]]
    );
    let problems = serde_json::from_str::<Invoice>("{}").unwrap_err();
    assert_data_eq!(
        problems.to_string(),
        str![[r#"
bindleVersion: this field is required, and missing
bindle: this field is required, and missing
"#]]
    );
}

#[test]
fn problems_are_a_list() {
    let problems = Invoice::from_toml("").unwrap_err();
    assert_eq!(
        (problems.len(), problems.is_empty(), problems.omitted()),
        (2, false, 0)
    );
    assert_eq!((&problems).into_iter().count(), 2);
    let paths: Vec<_> = problems
        .into_iter()
        .map(|problem| problem.path().to_owned())
        .collect();
    assert_eq!(paths, ["bindleVersion", "bindle"]);
    assert!(Problems::default().is_empty());
    assert_eq!(Problems::default().to_string(), "");
}
