//! Problems of the text and of its fields: syntax, names, types, limits.

use bindle_core::{Invoice, InvoiceReader, ProblemKind};
use snapbox::{IntoData, assert_data_eq, str};

use super::{DIGEST, render, shows, with, with_label};

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
fn out_of_range() {
    shows(
        &with_label(&format!("{DIGEST}size = -1\n")),
        str![[r#"
error out-of-range 10:8: parcel[0].label.size: expected a size in bytes, from 0 to 9223372036854775807, found -1
    at "-1"

"#]],
    );
    shows(
        &with_label(&format!("{DIGEST}size = 18446744073709551616\n")),
        str![[r#"
error out-of-range 10:8: parcel[0].label.size: expected a size in bytes, from 0 to 9223372036854775807, found 18446744073709551616
    at "18446744073709551616"

"#]],
    );
    shows(
        &with_label(&format!("{DIGEST}size = 9223372036854775808\n")),
        str![[r#"
error out-of-range 10:8: parcel[0].label.size: expected a size in bytes, from 0 to 9223372036854775807, found 9223372036854775808
    at "9223372036854775808"

"#]],
    );
    shows(
        &(with("")
            + "[[signature]]\nby = \"Ada\"\nrole = \"creator\"\nat = 18446744073709551615\nkey = \"\"\nsignature = \"\"\n"),
        str![[r#"
error out-of-range 9:6: signature[0].at: expected a time in seconds, from 0 to 9223372036854775807, found 18446744073709551615
    at "18446744073709551615"

"#]],
    );
    shows(
        &(with("")
            + "[[signature]]\nby = \"Ada\"\nrole = \"creator\"\nat = -5\nkey = \"\"\nsignature = \"\"\n"),
        str![[r#"
error out-of-range 9:6: signature[0].at: expected a time in seconds, from 0 to 9223372036854775807, found -5
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
    // A table with a header of its own has no dotted keys.
    shows(
        &with("[a.b]\n[a]\nb.c = 1"),
        str![[r#"
error unknown-field 3:2: a: there is no field `a` here; expected one of `bindleVersion`, `yanked`, `yankedReason`, `yankedSignature`, `bindle`, `annotations`, `parcel`, `group`, `signature`
    at "a"
error syntax 4:1: duplicate key
    at "b"

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
