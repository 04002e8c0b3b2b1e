//! Building in code: the same rules as for what is read.

use bindle_core::{
    Digest, Group, Invoice, InvoiceBuilder, Label, MediaType, Parcel, Problems, Severity,
};

fn builder() -> InvoiceBuilder {
    Invoice::builder("example.com/hello/1.0.0".parse().unwrap())
}

fn label() -> Label {
    Label::of("a", MediaType::WASM, b"a")
}

#[track_caller]
fn refused(builder: InvoiceBuilder, message: &str) {
    let problems: Problems = builder.build().unwrap_err();
    assert_eq!(problems.to_string(), message);
    assert!(problems.iter().all(|problem| problem.place().is_none()));
}

#[test]
fn refuses_groups_that_are_not_declared() {
    refused(
        builder().group(Group::new("server")).parcel(
            Parcel::from(label())
                .member_of(["sever"])
                .requires(["utility"]),
        ),
        "parcel[0].conditions.memberOf[0]: there is no group \"sever\"; did you mean \"server\"?\n\
         parcel[0].conditions.requires[0]: there is no group \"utility\"; \
         declare it in a `[[group]]`",
    );
}

#[test]
fn refuses_groups_of_one_name_or_none() {
    refused(
        builder().group(Group::new("a")).group(Group::new("a")),
        "group[1].name: the group \"a\" is declared already, as group[0]",
    );
    refused(
        builder().group(Group::new("")),
        "group[0].name: a name is required here, and the text is empty",
    );
}

#[test]
fn refuses_control_characters() {
    refused(
        builder()
            .parcel(label().with_name("a\nb").with_origin("a\rb"))
            .parcel(label().with_feature("a\0", "b\u{1b}", "c\n"))
            .group(Group::new("a\tb")),
        "parcel[0].label.name: the control character '\\n' is not allowed here\n\
         parcel[0].label.origin: the control character '\\r' is not allowed here\n\
         parcel[1].label.feature.\"a\\0\": the control character '\\0' is not allowed here\n\
         parcel[1].label.feature.\"a\\0\".\"b\\u{1b}\": the control character '\\u{1b}' is not allowed here\n\
         group[0].name: the control character '\\t' is not allowed here",
    );
}

#[test]
fn allows_control_characters_where_nothing_is_named() {
    let invoice = builder()
        .description("two\nlines")
        .author("Ada\n")
        .annotation("a\nb", "c\nd")
        .parcel(
            label()
                .with_annotation("a\n", "b\n")
                .with_feature("a", "b", "c\n"),
        )
        .build()
        .unwrap();
    assert_eq!(Invoice::from_toml(&invoice.to_toml()).unwrap(), invoice);
}

#[test]
fn refuses_one_content_of_two_sizes() {
    let digest = Digest::of(b"a");
    refused(
        builder()
            .parcel(Label::new(digest, 1, MediaType::WASM))
            .parcel(Label::new(digest, 2, MediaType::WASM)),
        "parcel[1].label.size: the content has the digest of parcel[0], but not its size of 1",
    );
}

#[test]
fn refuses_sizes_that_toml_has_no_room_for() {
    let of_size = |size| builder().parcel(Label::new(Digest::of(b"a"), size, MediaType::WASM));
    refused(
        of_size(9_223_372_036_854_775_808),
        "parcel[0].label.size: expected a size in bytes, from 0 to 9223372036854775807, \
         found 9223372036854775808",
    );
    assert!(of_size(9_223_372_036_854_775_807).build().is_ok());
}

#[test]
fn lints_do_not_refuse() {
    let invoice = builder().parcel(label()).parcel(label()).build().unwrap();
    let lints = invoice.lints();
    assert_eq!(
        lints.to_string(),
        "parcel[1]: this is parcel[0] again: the same digest, name and conditions\n\
         signature: no creator has signed the invoice; registries will refuse it"
    );
    assert!(lints.iter().all(|lint| lint.severity() == Severity::Lint));
}

#[test]
fn is_not_bound_by_the_limits_of_readers() {
    let groups = (0..50_001).map(|index| Group::new(index.to_string()));
    let invoice = groups
        .fold(builder(), InvoiceBuilder::group)
        .build()
        .unwrap();
    assert_eq!(invoice.groups().len(), 50_001);
    assert_eq!(invoice.lints().len(), 1);
}

#[test]
fn later_values_replace_earlier_ones() {
    let invoice = builder()
        .description("first")
        .description("second")
        .annotation("a", "first")
        .annotation("a", "second")
        .parcel(
            label()
                .with_name("first")
                .with_name("second")
                .with_feature("a", "b", "1")
                .with_feature("a", "b", "2"),
        )
        .build()
        .unwrap();
    assert_eq!(invoice.description(), "second");
    assert_eq!(invoice.annotations()["a"], "second");
    assert_eq!(invoice.parcels()[0].label().name(), "second");
    assert_eq!(invoice.parcels()[0].label().features()["a"]["b"], "2");
}

#[test]
fn labels_of_content_measure_it() {
    let label = Label::of("a.txt", "text/plain".parse().unwrap(), b"some text");
    assert_eq!(label.digest(), Digest::of(b"some text"));
    assert_eq!(label.size(), 9);
}
