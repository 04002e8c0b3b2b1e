//! Version ranges.

use std::hint::black_box;

use benches::{Suite, Unit};
use bindle_core::range::{Range, VersionQuery};
use semver::{Version, VersionReq};

pub(crate) fn rows(suite: &mut Suite) {
    // Of 100 samples of reading `^1.2.3`, 49 are in going through its text, 28 in
    // writing down its comparators, 9 in making sure that they have no pre-release,
    // 5 in dropping them, 3 in the allocator, which is asked once. The limit does
    // not tell which versions lie between two comparators, nor reads npm's
    // alternatives.
    for (name, npm, cargo) in [
        ("read a range, caret", "^1.2.3", "^1.2.3"),
        (
            "read a range, two bounds",
            ">=1.2.3 <2.0.0",
            ">=1.2.3, <2.0.0",
        ),
        ("read a range, wildcard", "1.2.x", "1.2.*"),
        ("read a range, hyphen", "1.2.3 - 2.3.4", ">=1.2.3, <=2.3.4"),
        (
            "read a range, three alternatives",
            "^1.2 || ^2.3.4 || ~3.0.1-rc.1",
            "^1.2, ^2.3.4, ~3.0.1-rc.1",
        ),
    ] {
        suite
            .row(name, Unit::Time)
            .ours(|| black_box(npm).parse::<Range>())
            .limit("semver, cargo's dialect", || {
                VersionReq::parse(black_box(cargo))
            })
            .measure();
    }
    suite
        .row("read a version query, exact", Unit::Time)
        .ours(|| black_box("1.2.3+q1a2b3c4").parse::<VersionQuery>())
        .limit("semver", || Version::parse(black_box("1.2.3+q1a2b3c4")))
        .measure();

    let range: Range = "^1.2.3".parse().expect("a range");
    let requirement = VersionReq::parse("^1.2.3").expect("a requirement");
    let version = Version::parse("1.9.4+q1a2b3c4").expect("a version");
    suite
        .row("match a version", Unit::Time)
        .ours(|| black_box(&range).matches(black_box(&version)))
        .limit("semver, cargo's dialect", || {
            black_box(&requirement).matches(black_box(&version))
        })
        .measure();
    let versions: Vec<Version> = (0..1_000).map(|patch| Version::new(1, 2, patch)).collect();
    suite
        .row("highest match of 1,000 versions", Unit::Time)
        .ours(|| black_box(&range).max_satisfying(&versions))
        .limit("semver, cargo's dialect", || {
            let matching = versions
                .iter()
                .filter(|version| requirement.matches(version));
            matching.max_by(|a, b| a.cmp_precedence(b))
        })
        .measure();
}
