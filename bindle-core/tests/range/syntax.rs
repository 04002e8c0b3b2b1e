//! What each form means, and what is wrong with what is none.

use bindle_core::range::{Operator, Prereleases, Range, VersionQuery};
use core::ops::Bound;
use semver::Version;

#[track_caller]
fn means(text: &str, canonical: &str) {
    match text.parse::<Range>() {
        Ok(range) => assert_eq!(range.to_string(), canonical, "{text:?}"),
        Err(error) => panic!("{error}"),
    }
}

#[track_caller]
fn means_with_prereleases(text: &str, canonical: &str) {
    let range = Range::parse_with(text, Prereleases::Included).expect(text);
    assert_eq!(range.to_string(), canonical, "{text:?}");
}

#[track_caller]
fn fails(text: &str, offset: usize, message: &str) {
    let error = text.parse::<Range>().expect_err(text);
    assert_eq!(
        error.to_string(),
        format!("version range {text:?} {message}")
    );
    assert_eq!(error.offset(), offset, "{text:?}");
}

#[test]
fn comparators() {
    means("1.2.3", "1.2.3");
    means("=1.2.3", "1.2.3");
    means("v1.2.3", "1.2.3");
    means("= v1.2.3", "1.2.3");
    means("<1.2.3", "<1.2.3");
    means("<= 1.2.3", "<=1.2.3");
    means(">1.2.3-beta.1", ">1.2.3-beta.1");
    means(">=1.2.3+build.7", ">=1.2.3");
    means(">=0.0.0", "*");
    means(">=v0.0.0", ">=0.0.0");
    means(">=0.0.0-0", ">=0.0.0-0");
    means_with_prereleases(">=0.0.0-0", "*");
    means_with_prereleases(">=0.0.0", ">=0.0.0");
}

#[test]
fn wildcards() {
    means("", "*");
    means(" \t\u{a0}", "*");
    // What JavaScript takes for white space, and what it does not.
    means("\u{feff}1.2.3\u{2028}", "1.2.3");
    assert!("\u{85}1.2.3".parse::<Range>().is_err());
    means("x", "*");
    means("1", ">=1.0.0 <2.0.0-0");
    means("1.X.*", ">=1.0.0 <2.0.0-0");
    means("1.2.x", ">=1.2.0 <1.3.0-0");
    means("1.2.x-beta+b", ">=1.2.0 <1.3.0-0");
    means(">1", ">=2.0.0");
    means(">1.2", ">=1.3.0");
    means(">=1.2", ">=1.2.0");
    means("<1.2", "<1.2.0-0");
    means("<=1.2", "<1.3.0-0");
    means("<=1", "<2.0.0-0");
    means(">=*", "*");
    means(">*", "<0.0.0-0");
    means_with_prereleases("1", ">=1.0.0-0 <2.0.0-0");
    means_with_prereleases(">1.2", ">=1.3.0-0");
    means_with_prereleases("0", "<1.0.0-0");
}

#[test]
fn tildes() {
    means("~1", ">=1.0.0 <2.0.0-0");
    means("~1.2", ">=1.2.0 <1.3.0-0");
    means("~> 1.2.3-a", ">=1.2.3-a <1.3.0-0");
    means("~x", "*");
    means("~1.x.3", ">=1.0.0 <2.0.0-0");
    means_with_prereleases("~1.2", ">=1.2.0-0 <1.3.0-0");
}

#[test]
fn carets() {
    means("^1", ">=1.0.0 <2.0.0-0");
    means("^0", "<1.0.0-0");
    means("^0.0", "<0.1.0-0");
    means("^0.2", ">=0.2.0 <0.3.0-0");
    means("^1.2", ">=1.2.0 <2.0.0-0");
    means("^ 1.2.3-a", ">=1.2.3-a <2.0.0-0");
    means("^0.2.3", ">=0.2.3 <0.3.0-0");
    means("^0.0.3", ">=0.0.3 <0.0.4-0");
    means("^*", "*");
    means_with_prereleases("^1.2", ">=1.2.0-0 <2.0.0-0");
}

#[test]
fn hyphens() {
    means("1.2.3 - 2.3.4", ">=1.2.3 <=2.3.4");
    means("1.2 - 2.3.4-a", ">=1.2.0 <=2.3.4-a");
    means("1.2.3 - 2.3", ">=1.2.3 <2.4.0-0");
    means("1 - 2", ">=1.0.0 <3.0.0-0");
    means("* - 2", "<3.0.0-0");
    means("1.2.3-a+b - x", ">=1.2.3-a");
    means("0.0.0 - 1.2.3", "<=1.2.3");
    means("v0.0.0 - v1.2.3", ">=0.0.0 <=1.2.3");
    means_with_prereleases("1.2.3 - 2.3.4", ">=1.2.3-0 <2.3.5-0");
    means_with_prereleases("1.2.3-a - 2.3.4-b", ">=1.2.3-a <=2.3.4-b");
}

#[test]
fn alternatives() {
    means("1.2.3||2.0.0", "1.2.3||2.0.0");
    means(
        "2 || 1 || 2",
        ">=2.0.0 <3.0.0-0||>=1.0.0 <2.0.0-0||>=2.0.0 <3.0.0-0",
    );
    means("1 2 1", ">=1.0.0 <2.0.0-0 >=2.0.0 <3.0.0-0");
    means("* 1.2.3", "1.2.3");
    means("||", "*");
    means("1.2.3 ||", "*");
    means("<* || 1.2.3", "1.2.3");
    means("1.2.3 || <x >3", "1.2.3");
    means("1.2.3 || >x || 2.3.4", "1.2.3||2.3.4");
    means("<* || >*", "<0.0.0-0");
    means("1 <0.0.0-0", "<0.0.0-0");
}

/// What node-semver reads although its grammar does not have it.
#[test]
fn beyond_the_grammar() {
    means("==1.2", ">=1.2.0 <1.3.0-0");
    means("vv1", ">=1.0.0 <2.0.0-0");
    means("> =1.2.3", ">=1.2.3");
    means("~ > 1", ">=1.0.0 <2.0.0-0");
    means("~> > 1", ">=1.0.0 <2.0.0-0");
    means("~>=1.2.3", ">=1.2.3 <1.3.0-0");
    means("^ = 1", ">=1.0.0 <2.0.0-0");
    means("+a 1.2.3 +b", "1.2.3");
    means("+a.b.c-d 1.2.3+e.f +g.h", "1.2.3");
    means("+a 1 - 2", ">=1.0.0 <3.0.0-0");
    // The `v` belongs to the version before it, and not to the one after it.
    means("+a 1.2.3-v = 1", "1.2.3-v >=1.0.0 <2.0.0-0");
    means("+a >1.2.3-a.v = 1.2.4", ">1.2.3-a.v 1.2.4");
    means("1 - =2.0.0-a", ">=1.0.0 <=2.0.0-a");
    means("= 1.2 - 2", ">=1.2.0 <3.0.0-0");
    means("1.2.*3", "1.2.3");
    means("1.2.3> *", "1.2.3");
    means("1.2.3+*a", "1.2.3");
    means("*>1.2.3", ">1.2.3");
    means("==1 || ~ >2", ">=1.0.0 <2.0.0-0||>=2.0.0 <3.0.0-0");
    means_with_prereleases("1 - =2.0.0", ">=1.0.0-0 <2.0.1-0");
    // Not these, which look like it.
    for text in ["+a. 1.2.3", "=1.2.3 - 2", "1.2 - =2.0.0", "1 - >2.0.0-a"] {
        assert!(text.parse::<Range>().is_err(), "{text:?}");
    }
}

#[test]
fn unexpected_characters() {
    let start = "expected a version or one of `<`, `<=`, `>`, `>=`, `=`, `~`, `^`";
    fails("latest", 0, &format!("has 'l' at position 1; {start}"));
    fails(
        "1.2.q",
        4,
        "has 'q' at position 5; expected a number, `x` or `*`",
    );
    fails("1.2.", 4, "ends early; expected a number, `x` or `*`");
    fails(">1 foo", 3, &format!("has 'f' at position 4; {start}"));
    fails("1 | 2", 2, &format!("has '|' at position 3; {start}"));
    fails(">", 1, "ends early; expected a number, `x` or `*`");
    fails(
        "==1.2.3",
        1,
        "has '=' at position 2; expected a number, `x` or `*`",
    );
    fails(
        "1.2.3.4",
        5,
        "has '.' at position 6; expected a space, `||` or the end",
    );
    fails(
        "1.2.3é || 2",
        5,
        "has 'é' at position 6; expected a space, `||` or the end",
    );
    fails("é", 0, &format!("has 'é' at position 1; {start}"));
    fails(
        "1.0 ||\u{a0}2.ü",
        10,
        "has 'ü' at position 10; expected a number, `x` or `*`",
    );
    fails("1.2.3-", 6, "ends early; expected a letter, a digit or `-`");
    fails(
        "1.2.3-a..b",
        8,
        "has '.' at position 9; expected a letter, a digit or `-`",
    );
    fails("1.2.3+", 6, "ends early; expected a letter, a digit or `-`");
    fails(
        "1.0.0 -2.0.0",
        7,
        "has '2' at position 8; expected a space and a version after the hyphen",
    );
    fails(
        "1 - 2 3",
        6,
        "has '3' at position 7; expected `||` or the end, as a hyphen range stands alone",
    );
    fails("~1 - 2", 3, &format!("has '-' at position 4; {start}"));
}

#[test]
fn bad_numbers() {
    fails(
        "01.2.3",
        0,
        "has a number with a leading zero at position 1",
    );
    fails(
        ">1.2.3-01",
        7,
        "has a number with a leading zero at position 8",
    );
    fails(
        "1.x.3",
        4,
        "has a number at position 5 after a wildcard; use a wildcard there, too",
    );
    fails(
        ">x.1",
        3,
        "has a number at position 4 after a wildcard; use a wildcard there, too",
    );
    fails(
        "9007199254740992.0.0",
        0,
        "has a number over 9007199254740991 at position 1",
    );
    fails(
        "1 || 1.99999999999999999999",
        7,
        "has a number over 9007199254740991 at position 8",
    );
    fails(
        "^9007199254740991.0.0",
        1,
        "asks for the number after the one at position 2, and there is none: the largest is \
         9007199254740991",
    );
    means("9007199254740991.0.0", "9007199254740991.0.0");
    means("<9007199254740991", "<9007199254740991.0.0-0");
    means("~1.x.99999999999999999999", ">=1.0.0 <2.0.0-0");
}

#[test]
fn length() {
    let error = " ".repeat(257).parse::<Range>().unwrap_err();
    assert_eq!(
        error.to_string(),
        "version range has 257 bytes; at most 256 are allowed"
    );
    let error = format!("1+{}", "a".repeat(4095))
        .parse::<Range>()
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "version range has 4097 bytes; at most 4096 are allowed"
    );
    means(&" ".repeat(256), "*");
    means(&format!("1.2.3+{}", "a".repeat(4090)), "1.2.3");
    means(&format!("1.2.3+a{}", " ".repeat(251)), "1.2.3");
}

/// What is printed can be longer than what people may write.
#[test]
fn length_of_what_is_printed() {
    let numbers = |count: usize| (1..=count).map(|number| number.to_string());
    let text = numbers(67).collect::<Vec<_>>().join("||");
    assert_eq!(text.len(), 257);
    assert!(text.parse::<Range>().is_err());
    let text = &text[..253];
    let range: Range = text.parse().unwrap();
    let printed = range.to_string();
    assert_eq!(printed.len(), 1301);
    assert_eq!(printed.parse::<Range>(), Ok(range));
    let longest = format!("^1.2.3-{}", "a".repeat(249));
    let range: Range = longest.parse().unwrap();
    assert_eq!(range.to_string().parse::<Range>(), Ok(range));
    // That is for what is set so, and for nothing else.
    for longer in [
        printed.replace("||", " || "),
        printed.replace(">=1.0.0 ", "^1 "),
        printed.replace(".0.0 ", ".0 "),
        printed.clone() + " ",
        format!(">=1.2.3-{}", "a".repeat(251)),
    ] {
        let error = longer.parse::<Range>().unwrap_err().to_string();
        assert!(error.ends_with("bytes; at most 256 are allowed"), "{error}");
    }
    let error = [&*printed; 4].join("||").parse::<Range>().unwrap_err();
    assert_eq!(
        error.to_string(),
        "version range has 5210 bytes; at most 4096 are allowed"
    );
    let error = format!("{printed}||9007199254740992.0.0").parse::<Range>();
    assert_eq!(error.unwrap_err().offset(), 1303);
}

#[test]
fn prereleases_count_where_they_are_named() {
    let matches = |range: &str, version: &str| {
        range
            .parse::<Range>()
            .unwrap()
            .matches(&version.parse().unwrap())
    };
    assert!(matches(">=1.2.3-beta", "1.2.3-rc"));
    assert!(matches(">=1.2.3-beta", "1.2.4"));
    assert!(!matches(">=1.2.3-beta", "1.2.4-rc"));
    assert!(!matches("*", "1.2.3-rc"));
    assert!(!matches("<2.0.0", "2.0.0-rc"));
    // In the same alternative, not in another one.
    assert!(!matches("1.2.3-a || >=1.0.0", "1.2.3-b"));
    let all = Range::parse_with(">=1.2.3-beta", Prereleases::Included).unwrap();
    assert!(all.matches(&"1.2.4-rc".parse().unwrap()));
    assert_eq!(all.prereleases(), Prereleases::Included);
}

/// Bounds with prereleases admit some, which the other range has to name.
#[test]
fn subsets_of_prereleases() {
    for (range, other, is_subset) in [
        (">=1.0.0 <1.2.3-beta", ">=1.0.0 <2.0.0", false),
        (">=1.0.0 <=1.2.3-beta", ">=1.0.0 <2.0.0", false),
        (">=1.0.0 <1.2.3-beta", ">=1.0.0 <1.2.3-rc", true),
        (">=1.0.0 <1.2.3-0", ">=1.0.0 <2.0.0", true),
        (">=1.0.0 <=1.2.3-0", ">=1.0.0 <2.0.0", false),
        (">=1.0.0-a <=1.0.0-a", "1.0.0-a", true),
        (">=1.0.0 <=1.0.0", "1.0.1", false),
        (">=1.0.0 <=2.0.0", "1.0.0", false),
    ] {
        let [left, right] = [range, other].map(|text| text.parse::<Range>().unwrap());
        assert_eq!(left.is_subset(&right), is_subset, "{range:?}, {other:?}");
    }
}

#[test]
fn everything_intersects_a_prerelease_where_these_are_included() {
    for (prereleases, intersects) in [(Prereleases::Named, false), (Prereleases::Included, true)] {
        let range = |text| Range::parse_with(text, prereleases).unwrap();
        assert_eq!(range("1.2.3-rc").intersects(&range("*")), intersects);
        assert!(range("1.2.3").intersects(&range("*")));
        assert!(range(">=1.2.3-rc").intersects(&range("*")));
        assert!(range("*").intersects(&range("1.2.3-rc")));
    }
}

#[test]
fn parts() {
    let range: Range = ">=1.2.3 <2.0.0-0 || 3.1.4+pi".parse().unwrap();
    let parts: Vec<Vec<(Operator, String)>> = range
        .alternatives()
        .map(|alternative| {
            let comparators = alternative.comparators().iter();
            comparators
                .map(|c| (c.operator(), c.version().to_string()))
                .collect()
        })
        .collect();
    assert_eq!(
        parts,
        [
            vec![
                (Operator::GreaterEq, "1.2.3".into()),
                (Operator::Less, "2.0.0-0".into())
            ],
            vec![(Operator::Exact, "3.1.4".into())],
        ]
    );
    assert_eq!(range.alternatives().len(), 2);
    assert_eq!("*".parse::<Range>().unwrap().alternatives().len(), 1);
}

#[test]
fn bounds() {
    let bounds = |text: &str| {
        let range: Range = text.parse().unwrap();
        let bounds = range.alternatives().next().unwrap().bounds();
        bounds.map(|(lower, upper)| (lower.cloned(), upper.cloned()))
    };
    let version = |text: &str| Version::parse(text).unwrap();
    assert_eq!(bounds("*"), Some((Bound::Unbounded, Bound::Unbounded)));
    assert_eq!(
        bounds("<=2.0.0 <3 >1.0.0 >=1.0.0"),
        Some((
            Bound::Excluded(version("1.0.0")),
            Bound::Included(version("2.0.0"))
        ))
    );
    let point = Some((
        Bound::Included(version("1.5.0")),
        Bound::Included(version("1.5.0")),
    ));
    assert_eq!(bounds("1.5.0 >1"), None);
    assert_eq!(bounds("1.5.0 <2"), point);
    assert_eq!(bounds(">=1.5.0 <=1.5.0"), point);
    assert_eq!(bounds(">1.5.0 <=1.5.0"), None);
    assert_eq!(bounds("1.5.0 1.6.0"), None);
    assert_eq!(bounds("<*"), None);
}

#[test]
fn queries() {
    let query = |text: &str| text.parse::<VersionQuery>().unwrap();
    let version = |text: &str| Version::parse(text).unwrap();
    assert_eq!(query("1.2.3+a"), VersionQuery::Exact(version("1.2.3+a")));
    assert!(!query("1.2.3+a").matches(&version("1.2.3+b")));
    assert!(query("v1.2.3").matches(&version("1.2.3+b")));
    assert!(query("1.2").matches(&version("1.2.9+b")));
    for text in ["1.2.3-a+b", "=1.2.3", "^1.2", "1.2.3 || 2.0.0"] {
        assert_eq!(query(&query(text).to_string()), query(text), "{text}");
    }
    let error = "1.2.3.4".parse::<VersionQuery>().unwrap_err();
    assert_eq!(error.offset(), 5);
}
