//! Hostile text: problems or a manifest, at a cost that grows as the text does.

mod attacks;

use allocation_counter::{AllocationInfo, measure};
use proptest::prelude::*;
use spin_manifest::{Diagnostics, Era, ManifestReader, ProblemKind, Related, Strictness};

use self::attacks::{ATTACKS, V2, components, lines};

/// Reads in every way, and shows what comes of it.
fn read(text: &str) {
    for strictness in [Strictness::Strict, Strictness::LikeSpin] {
        match ManifestReader::new().with_strictness(strictness).read(text) {
            Ok(manifest) => {
                check(manifest.problems(), text);
                if let Ok(normalised) = manifest.normalised(None) {
                    let _ = normalised.to_toml();
                }
            }
            Err(diagnostics) => check(&diagnostics, text),
        }
    }
}

/// Problems are in the text, and at whole characters.
fn check(diagnostics: &Diagnostics, text: &str) {
    for problem in diagnostics.iter() {
        let related = problem.related().iter().map(Related::span);
        for span in related.chain([problem.span()]) {
            let part = text.get(span.start..span.end);
            assert!(part.is_some(), "{problem}: {span:?}");
        }
    }
    let _ = diagnostics.render("spin.toml", text).to_string();
}

#[test]
fn reading_costs_as_much_as_the_text_is_long() {
    // Of less than that the list of problems may take the most.
    const SOME: u64 = 400_000;
    for (what, attack) in ATTACKS {
        let cost = |number| -> AllocationInfo {
            let text = attack(number);
            measure(|| read(&text))
        };
        let (one, four) = (cost(2_000), cost(8_000));
        for (unit, one, four) in [
            ("allocations", one.count_total, four.count_total),
            ("bytes", one.bytes_total, four.bytes_total),
            ("bytes at once", one.bytes_max, four.bytes_max),
        ] {
            assert!(
                four <= 5 * one + SOME,
                "{what}: {one} {unit}, of four times the text {four}"
            );
        }
    }
}

#[test]
fn more_problems_than_anyone_reads_are_counted() {
    let text = components(1, |_| lines(1_500, |index| format!("field{index} = 1")));
    let text = text + "[trigger]\n";
    let diagnostics = ManifestReader::new().read(&text).unwrap_err();
    assert_eq!(diagnostics.len(), ManifestReader::MAX_PROBLEMS);
    assert_eq!(diagnostics.omitted(), 500);
    let report = diagnostics.render("spin.toml", &text).to_string();
    assert!(report.ends_with("\n\nand 500 more problems\n"), "{report}");
    assert!(diagnostics.to_string().ends_with("\nand 500 more"));
}

#[test]
fn an_error_counts_even_if_it_is_not_listed() {
    let warnings = "allowed_http_hosts = []\n";
    let text = components(1_200, |_| warnings.to_owned()) + "[trigger]\nhttp = {}\n";
    let reader = ManifestReader::new().with_era(Era::Current);
    let accepted = text.replace("http = {}", "");
    assert_eq!(reader.read(&accepted).unwrap().problems().omitted(), 200);
    // Triggers are read before components, so that the error is listed here …
    assert!(reader.read(&text).is_err());
    // … and is not here.
    let text = accepted.replace("[component.c1199]\nsource = 'a.wasm'", "[component.c1199]");
    let diagnostics = reader.read(&text).unwrap_err();
    let mut kinds = diagnostics.iter().map(spin_manifest::Problem::kind);
    assert!(kinds.all(|kind| kind == ProblemKind::Deprecated));
}

#[test]
fn problems_in_one_era_leave_room_for_those_in_another() {
    // Only Spin 2.0 and later object to the ids.
    let components = lines(ManifestReader::MAX_PROBLEMS + 1, |index| {
        format!("[[component]]\nid = 'two words {index}'\nsource = 'a.wasm'\ntrigger.route = '/'")
    });
    let text = format!(
        "spin_version = '1'\nname = 'a'\nversion = '1.0.0'\n\
         trigger = {{ type = 'http', base = '/' }}\n{components}"
    );
    assert!(ManifestReader::new().read(&text).is_ok());
    let text = format!("{text}[[component]]\nid = 'a'\ntrigger.route = '/'\n");
    assert_eq!(
        ManifestReader::new().read(&text).unwrap_err().to_string(),
        "4009:1: component[1001].source: the field `source` of `component[1001]` is missing; \
         add `source = \"hello.wasm\"`"
    );
    let reader = ManifestReader::new().with_era(Era::Current);
    let diagnostics = reader.read(&text).unwrap_err();
    assert_eq!(diagnostics.len(), ManifestReader::MAX_PROBLEMS);
    assert_eq!(diagnostics.omitted(), 2);
}

#[test]
fn text_that_is_too_long_or_has_too_many_tables() {
    let text = format!("{V2}#{}", "a".repeat(ManifestReader::MAX_LEN));
    assert_eq!(
        ManifestReader::new().read(&text).unwrap_err().to_string(),
        "1:1: the manifest has 4194360 bytes; at most 4194304 are read"
    );
    let text = format!("a{} = 1", ".a".repeat(ManifestReader::MAX_TABLES + 1));
    let cost = measure(|| {
        assert_eq!(
            ManifestReader::new().read(&text).unwrap_err().to_string(),
            "1:1: the manifest has 250001 tables; at most 250000 are read"
        );
    });
    assert!(cost.bytes_max < 100_000, "{cost:?}");
}

#[test]
fn reading_takes_little_memory_for_each_byte() {
    let text = components(5_000, |index| {
        format!("description = 'the component {index}'\nfiles = ['a/*']\n")
    });
    let cost = measure(|| drop(ManifestReader::new().read(&text)));
    let times = cost.bytes_max / text.len() as u64;
    assert!(times <= 40, "{times} times the text");
}

/// What manifests are made of, whole and broken.
const TOKENS: &[&str] = &[
    "a", "b.c", "é", "1", "0x", "1e", "+", "-", "--", "_", "'", "\"", "'''", "\"\"\"", "'é'",
    "\"é\"", "“é”", "“", "\\", "\\é", "\\n", "\\u00", "\\u{e9}", "=", "==", ":", "::", ";", ",",
    ".", "[", "]", "[[", "]]", "[[[", "{", "}", "[a]", "[[é]]", "[a b]", "a = 1", "a = [", "a = {",
    "a = \"", "#", "//", "/*", "<<<<<<< ", "=======", "true", "True", "\r", "\r\n", "\n", "\n",
    "\n", " ", "\t", "\0", "\u{feff}",
];

fn tokens() -> impl Strategy<Value = String> {
    let token = prop::sample::select(TOKENS);
    prop::collection::vec(token, 0..24).prop_map(|tokens| tokens.concat())
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 3_000,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn any_text_is_read_or_refused(text in "(spin_version = '1'\n)?([\\[\\]{}=.,:;'\"\\\\#a-c1é“\r\t \n-]{0,60})") {
        read(&text);
    }

    #[test]
    fn any_tokens_are_read_or_refused(text in tokens()) {
        read(&text);
    }
}
