//! node-semver's own fixtures and rows that were made by running it.
//!
//! They are not part of this project: `BINDLE_VECTORS` names their folder,
//! relative to the root of the workspace. Rows for the `loose` grammar, which
//! is not read here, are passed over.

use std::fs;
use std::path::Path;

use bindle_core::range::{Prereleases, Range};
use semver::Version;
use serde_json::Value;

/// Runs `check` over the strict rows of a file, and tells how many there were.
#[track_caller]
#[expect(clippy::print_stdout, reason = "tells what was skipped")]
fn each(file: &str, check: impl Fn(&Value)) {
    let Some(rows) = read(file) else {
        println!("skipped: BINDLE_VECTORS is not set");
        return;
    };
    let rows = rows.as_array().expect("a list").iter();
    let strict: Vec<&Value> = rows.filter(|row| row["loose"] != true).collect();
    assert!(!strict.is_empty(), "{file} has no strict rows");
    strict.into_iter().for_each(check);
}

fn read(file: &str) -> Option<Value> {
    let folder = std::env::var_os("BINDLE_VECTORS")?;
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    let text = fs::read_to_string(root.join(folder).join("npm").join(file));
    Some(serde_json::from_str(&text.expect("the file is there")).expect("it is JSON"))
}

fn prereleases(row: &Value) -> Prereleases {
    if row["includePrerelease"] == true {
        Prereleases::Included
    } else {
        Prereleases::Named
    }
}

fn text<'row>(row: &'row Value, field: &str) -> &'row str {
    row[field].as_str().expect("a text")
}

fn try_range(row: &Value, field: &str) -> Option<Range> {
    Range::parse_with(text(row, field), prereleases(row)).ok()
}

#[track_caller]
fn range(row: &Value, field: &str) -> Range {
    match Range::parse_with(text(row, field), prereleases(row)) {
        Ok(range) => range,
        Err(error) => panic!("{error} in {row}"),
    }
}

/// node-semver's own fixtures write a leading `v` in some versions.
fn version(text: &str) -> Option<Version> {
    Version::parse(text.strip_prefix('v').unwrap_or(text)).ok()
}

fn optional_text(version: Option<&Version>) -> Value {
    version.map_or(Value::Null, |version| version.to_string().into())
}

#[test]
fn include_and_exclude() {
    for file in ["range-include.json", "range-exclude.json"] {
        each(file, |row| {
            let matches = row["version"]
                .as_str()
                .and_then(version)
                .is_some_and(|version| {
                    try_range(row, "range").is_some_and(|range| range.matches(&version))
                });
            assert_eq!(row["expect"], matches, "{row}");
        });
    }
}

#[test]
fn canonical_text() {
    each("range-parse.json", |row| {
        let canonical = try_range(row, "range").map(|range| range.to_string());
        assert_eq!(row["canonical"], Value::from(canonical), "{row}");
    });
}

#[test]
fn matrix() {
    let pool = read("pool.json").unwrap_or_default();
    let pool: Vec<&str> = pool["versions"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    each("oracle-matrix.json", |row| {
        let range = range(row, "range");
        let canonical = range.to_string();
        assert_eq!(
            text(row, "canonical"),
            if canonical == "*" { "" } else { &canonical }
        );
        let bit = |text: &&str| version(text).is_some_and(|version| range.matches(&version));
        let bits: String = pool
            .iter()
            .map(|text| if bit(text) { '1' } else { '0' })
            .collect();
        assert_eq!(text(row, "bits"), bits, "{row}");
    });
}

#[test]
fn highest_and_lowest_of_the_pool() {
    let pool = read("pool.json").unwrap_or_default();
    let pool: Vec<Version> = pool["versions"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|text| version(text.as_str()?))
        .collect();
    each("oracle-max-satisfying.json", |row| {
        let range = range(row, "range");
        assert_eq!(
            row["expectMax"],
            optional_text(range.max_satisfying(&pool)),
            "{row}"
        );
        assert_eq!(
            row["expectMin"],
            optional_text(range.min_satisfying(&pool)),
            "{row}"
        );
    });
}

#[test]
fn highest_and_lowest_of_a_list() {
    each("max-min-satisfying.json", |row| {
        let range = range(row, "range");
        let versions = row["versions"].as_array().expect("a list").iter();
        let versions: Vec<Version> = versions
            .filter_map(|text| version(text.as_str()?))
            .collect();
        if let Some(max) = row.get("expectMax") {
            assert_eq!(
                *max,
                optional_text(range.max_satisfying(&versions)),
                "{row}"
            );
        }
        if let Some(min) = row.get("expectMin") {
            assert_eq!(
                *min,
                optional_text(range.min_satisfying(&versions)),
                "{row}"
            );
        }
    });
}

#[test]
fn lowest_possible() {
    each("min-version.json", |row| {
        let lowest = range(row, "range").min_version();
        assert_eq!(row["expect"], optional_text(lowest.as_ref()), "{row}");
    });
}

#[test]
fn intersections() {
    for file in ["range-intersection.json", "comparator-intersection.json"] {
        each(file, |row| {
            let (a, b) = (range(row, "a"), range(row, "b"));
            assert_eq!(row["expect"], a.intersects(&b), "{row}");
            assert_eq!(
                row["expect"],
                b.intersects(&a),
                "{row}, the other way round"
            );
        });
    }
}

#[test]
fn subsets() {
    each("subset.json", |row| {
        let is_subset = range(row, "sub").is_subset(&range(row, "dom"));
        assert_eq!(row["expect"], is_subset, "{row}");
    });
}

#[test]
fn precedence() {
    each("comparisons.json", |row| {
        let [greater, lesser] = ["greater", "lesser"].map(|field| text(row, field));
        let matches = |range: String, text| {
            let range = Range::parse_with(&range, Prereleases::Included).expect("a comparator");
            range.matches(&version(text).expect("a version"))
        };
        assert!(matches(format!(">{lesser}"), greater), "{row}");
        assert!(matches(format!("<{greater}"), lesser), "{row}");
    });
}

#[test]
fn invalid_versions() {
    each("invalid-versions.json", |row| {
        assert!(text(row, "version").parse::<Range>().is_err(), "{row}");
    });
}

/// Versions above or below all of a range are not in it; the others of these
/// files are not tested for being outside.
#[test]
fn outside() {
    for file in ["version-gt-range.json", "version-lt-range.json"] {
        each(file, |row| {
            let version = version(text(row, "version")).expect("a version");
            assert!(!range(row, "range").matches(&version), "{row}");
        });
    }
}
