//! Which format a manifest is of, and by the rules of which era it is read.

use spin_manifest::{Era, ManifestReader, ProblemKind, Rules, Strictness};

const V1_TRIGGER: &str = "trigger = { type = 'http', base = '/' }";

/// Whether the reader says that the manifest is written in the other format.
fn is_of_the_other(text: &str) -> bool {
    let problems = ManifestReader::new().read(text).unwrap_err();
    problems.iter().any(|problem| {
        problem.kind() == ProblemKind::Conflict && problem.message().contains("the manifest is")
    })
}

#[test]
fn the_second_is_recognised_by_all_that_tells_it_apart() {
    for (fields, is_second) in [
        ("application = { name = 'a' }", true),
        ("application = { name = 'a' }\ncomponent = {}", true),
        ("application = { name = 'a' }\ncomponent = []", false),
        ("application = { name = 'a' }\nname = 'a'", false),
        ("application = 'a'", false),
        ("component = {}", false),
        ("", false),
    ] {
        let text = format!("spin_manifest_version = '1'\n{fields}");
        assert_eq!(is_of_the_other(&text), is_second, "{text}");
    }
}

#[test]
fn the_first_is_recognised_by_all_that_tells_it_apart() {
    for (fields, is_first) in [
        ("component = []", true),
        ("component = {}", false),
        ("", false),
        ("component = []\napplication = { name = 'a' }", false),
    ] {
        let text = format!("spin_manifest_version = 2\n{V1_TRIGGER}\n{fields}");
        assert_eq!(is_of_the_other(&text), is_first, "{text}");
    }
    assert!(!is_of_the_other(
        "spin_manifest_version = 2\ncomponent = []"
    ));
}

#[test]
fn a_warning_is_no_reason_against_an_era() {
    // To Spin 1.5 the label is an error.
    let text = format!(
        "spin_manifest_version = '1'\nname = 'a'\nversion = '1.0.0'\n{V1_TRIGGER}\n\
         [[component]]\nid = 'a'\nsource = 'a.wasm'\nkey_value_stores = ['A B']\n\
         trigger = {{ route = '/' }}\n"
    );
    let strict = ManifestReader::new().with_strictness(Strictness::Strict);
    let manifest = strict.with_rules(Rules::Fitting).read(&text).unwrap();
    assert_eq!(manifest.era(), Era::Current);
    assert_eq!(manifest.problems().len(), 1);
}
