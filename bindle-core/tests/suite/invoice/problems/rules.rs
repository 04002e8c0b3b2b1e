//! Problems of what the fields say: a test for each rule.

use snapbox::{assert_data_eq, str};

use super::{DIGEST, problems_of, shows, with, with_label};

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
lint malformed-key 10:7: signature[0].key: this is not a public key: expected the base64 of 32 bytes
    at "\"\""
lint malformed-signature 11:13: signature[0].signature: this is not a signature: expected the base64 of 64 bytes
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
        &with("group = [{ name = \"a\" }, { name = \"b\" }, { name = \"a\" }, { name = \"a\" }]"),
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
                "10:7: signature[0].key: this is not a public key: expected the base64 of 32 bytes",
                "11:13: signature[0].signature: this is not a signature: expected the base64 of 64 bytes",
            ],
            _ if signature.ends_with('!') => [
                "10:7: signature[0].key: this is not a public key: \
                 expected padded standard base64, in its canonical form",
                "11:13: signature[0].signature: this is not a signature: \
                 expected padded standard base64, in its canonical form",
            ],
            _ => [
                "10:7: signature[0].key: this is not a public key: \
                 expected padded standard base64, in its canonical form",
                "11:13: signature[0].signature: this is not a signature: expected the base64 of 64 bytes",
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
        format!("[[parcel]]\nlabel.{DIGEST}label.mediaType = \"text/html\"\nlabel.size = {size}\n")
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
error satisfied-by 2:38: group[0].satisfiedBy: a group cannot be satisfied by "alof"; did you mean `allOf`?
    at "'alof'"
error satisfied-by 2:76: group[1].satisfiedBy: a group cannot be satisfied by "none"; expected one of `allOf`, `oneOf`, `optional`, `anyOf`
    at "'none'"

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
lint malformed-key 3:61: yankedSignature[0].key: this is not a public key: expected the base64 of 32 bytes
    at "\"\""
lint malformed-signature 3:77: yankedSignature[0].signature: this is not a signature: expected the base64 of 64 bytes
    at "\"\""

"#]],
    );
}
