//! Features that are activated and deactivated.

use bindle_core::select::Wanted;

use super::{assert_shown, invoice};

const ANIMALS: &str = "
    parcel narwhal has testing.animal=narwhal has testing.color=blue
    parcel unicorn has testing.animal=unicorn has testing.color=blue
    parcel other has testing.color=blue
    parcel elsewhere has production.animal=unicorn
    parcel plain
";

#[test]
fn activation_needs_the_value_where_the_section_is() {
    assert_shown(
        &invoice(ANIMALS),
        &Wanted::new().feature("testing", "animal", "narwhal"),
        r#"narwhal: global
           elsewhere: global
           plain: global
           not unicorn: feature testing.animal is "unicorn", and "narwhal" is activated
           not other: feature testing.animal is absent, and "narwhal" is activated"#,
    );
}

#[test]
fn deactivation_removes_exact_matches() {
    assert_shown(
        &invoice(ANIMALS),
        &Wanted::new()
            .without_feature("testing", "animal", "narwhal")
            .without_feature("testing", "animal", "")
            .without_feature("testing", "color", "red"),
        r#"unicorn: global
           other: global
           elsewhere: global
           plain: global
           not narwhal: feature testing.animal is "narwhal", which is deactivated"#,
    );
}

#[test]
fn deactivation_wins() {
    assert_shown(
        &invoice(ANIMALS),
        &Wanted::new()
            .without_feature("testing", "animal", "narwhal")
            .feature("testing", "animal", "narwhal"),
        r#"elsewhere: global
           plain: global
           not narwhal: feature testing.animal is "narwhal", which is deactivated
           not unicorn: feature testing.animal is "unicorn", and "narwhal" is activated
           not other: feature testing.animal is absent, and "narwhal" is activated"#,
    );
}

/// "Values of features are considered mutually exclusive" (`label-spec.md`).
#[test]
fn the_last_value_of_a_name_counts() {
    assert_shown(
        &invoice(ANIMALS),
        &Wanted::new()
            .feature("testing", "animal", "narwhal")
            .feature("testing", "animal", "unicorn"),
        r#"unicorn: global
           elsewhere: global
           plain: global
           not narwhal: feature testing.animal is "narwhal", and "unicorn" is activated
           not other: feature testing.animal is absent, and "unicorn" is activated"#,
    );
}

#[test]
fn all_activated_names_of_a_section_count() {
    assert_shown(
        &invoice(ANIMALS),
        &Wanted::new()
            .feature("testing", "animal", "narwhal")
            .feature("testing", "color", "red"),
        r#"elsewhere: global
           plain: global
           not narwhal: feature testing.color is "blue", and "red" is activated
           not unicorn: feature testing.animal is "unicorn", and "narwhal" is activated
           not other: feature testing.animal is absent, and "narwhal" is activated"#,
    );
}

/// Nobody declares features: a request may name any.
#[test]
fn unknown_features_touch_nothing() {
    assert_shown(
        &invoice("parcel plain has wasm.library=true"),
        &Wanted::new()
            .feature("gpu", "cores", "4")
            .without_feature("wasm", "entrypoint", "true"),
        "plain: global",
    );
}

#[test]
fn groups_do_without_what_is_out() {
    let invoice = invoice(
        "group all required
         group one oneOf required
         group deep
         parcel a in all has os.name=linux
         parcel b in all has os.name=windows
         parcel c in one has os.name=windows needs deep
         parcel d in one
         parcel e in deep",
    );
    assert_shown(
        &invoice,
        &Wanted::new().feature("os", "name", "linux"),
        r#"a: required group "all"
           d: chosen from oneOf group "one"
           not b: feature os.name is "windows", and "linux" is activated
           not c: feature os.name is "windows", and "linux" is activated
           not e: not needed"#,
    );
}
