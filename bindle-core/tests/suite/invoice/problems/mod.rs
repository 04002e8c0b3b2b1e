//! What is wrong with an invoice: every kind of problem, its message and its
//! place, and all of them in one pass.

mod fields;
mod rules;

use std::fmt::Write as _;

use bindle_core::text::Lines;
use bindle_core::{Invoice, InvoiceReader, Problems, Severity};
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
        .replace("version = \"1.0.0\"", "version = \"1.0\"")
        .replace("text/html", "html");
    shows(
        &text,
        str![[r#"
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
10:8: parcel[0].label.size: expected a size in bytes, from 0 to 9223372036854775807, found -10
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
