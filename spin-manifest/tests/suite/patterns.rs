//! Patterns of `files` against a real walk of a folder, as Spin does it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use spin_manifest::package::{Fidelity, PackageOptions};
use spin_manifest::{ManifestReader, Strictness};

use crate::files::{MODULE, package};

const FILES: [&str; 14] = [
    "a",
    "a.txt",
    "b/a",
    "b/a.txt",
    "b/.a",
    "b/c/a",
    "b/c/b/a.txt",
    "c/a",
    "c/b/a",
    "c/b/c/b/a",
    ".b/a",
    "[a]/a",
    "B/A",
    "b/ä",
];

fn tree(root: &Path) {
    for file in FILES {
        let path = root.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, file).unwrap();
    }
    fs::write(root.join("m.wasm"), MODULE).unwrap();
}

/// What Spin 0.6 and 1.5 find, in their order.
fn walked(root: &Path, pattern: &str) -> Option<Vec<String>> {
    let paths = glob::glob(root.join(pattern).to_str()?).ok()?;
    let paths = paths.map(|path| path.ok().filter(|path| path.is_file()));
    let paths = paths.flatten().map(|path| {
        let below = path.strip_prefix(root).ok()?;
        Some(below.to_str()?.to_owned())
    });
    paths.collect()
}

/// What a package has; `None` if the pattern is refused.
fn packaged(pattern: &str) -> Option<Vec<String>> {
    let text = format!(
        "spin_version = '1'\nname = 'a'\nversion = '1.0.0'\n\
         trigger = {{ type = 'http', base = '/' }}\n\
         [[component]]\nid = 'a'\nsource = 'm.wasm'\nfiles = ['{pattern}']\n\
         trigger = {{ route = '/' }}\n"
    );
    let reader = ManifestReader::new().with_strictness(Strictness::LikeSpin);
    let manifest = reader.read(&text).unwrap();
    let files = FILES.iter().map(|file| (*file, file.as_bytes()));
    let mut files: BTreeMap<&str, &[u8]> = files.collect();
    files.insert("m.wasm", MODULE);
    let options = PackageOptions::new().with_fidelity(Fidelity::Exact);
    let package = package(&manifest, &files, &options).ok()?;
    let parcels = package.invoice().parcels().iter();
    let assets = parcels.filter(|parcel| !parcel.groups().is_empty());
    Some(
        assets
            .map(|parcel| parcel.label().name().to_owned())
            .collect(),
    )
}

fn patterns() -> impl Strategy<Value = String> {
    let name = "[abcAB*?.ä]{1,3}|\\[[!a-c]{1,3}\\]|\\.[ab]|[ab]\\.txt|\\[\\[\\]a\\]|[ab]\\*|b|c";
    let part = prop_oneof![
        3 => Just("**".to_owned()),
        2 => Just("*".to_owned()),
        6 => proptest::string::string_regex(name).unwrap(),
    ];
    let parts = prop::collection::vec(part, 1..4).prop_map(|parts| parts.join("/"));
    // `.?` and the like match `..` too: Spin walks out of the folder, and then
    // gives up.
    let is_dotted = |part: &str| part.starts_with('.') && part.contains(['*', '?', '[', '.']);
    parts.prop_filter("leads out of the folder", move |pattern| {
        pattern
            .split('/')
            .all(|part| part.trim_start_matches('.') == part || !is_dotted(part) && part != ".")
    })
}

#[test]
fn patterns_match_as_a_walk_does() {
    let root = tempfile::tempdir().unwrap();
    tree(root.path());
    let mut runner = TestRunner::new(ProptestConfig {
        cases: 1000,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    let run = runner.run(&patterns(), |pattern| {
        let mut walked = walked(root.path(), &pattern);
        // A walk may meet a file twice; a package has it once.
        let mut met = BTreeSet::new();
        if let Some(paths) = &mut walked {
            paths.retain(|path| met.insert(path.clone()));
        }
        prop_assert_eq!(packaged(&pattern), walked, "{}", pattern);
        Ok(())
    });
    run.unwrap();
}

/// The crate `glob` by itself would take years for these.
#[test]
fn many_stars_cost_little() {
    let name = "a".repeat(200);
    let stars = "*a".repeat(60);
    for pattern in [
        format!("{stars}/b"),
        format!("{stars}/{stars}/b"),
        format!("**/{stars}/b"),
        format!("**/{stars}/**/{stars}/b"),
    ] {
        let text = format!(
            "spin_manifest_version = 2\napplication = {{ name = 'a', version = '1.0.0' }}\n\
             [[trigger.http]]\nroute = '/'\ncomponent = 'a'\n\
             [component.a]\nsource = 'm.wasm'\nfiles = ['{pattern}']\n\
             exclude_files = ['{stars}b', '**/{stars}/**/{stars}b']\n"
        );
        let manifest = ManifestReader::new().read(&text).unwrap();
        let paths = [
            format!("{name}/{name}/b"),
            format!("{name}/{name}/c"),
            format!("{name}/b"),
        ];
        let paths = paths.iter().map(|path| (path.as_str(), &b"content"[..]));
        let mut files: BTreeMap<&str, &[u8]> = paths.collect();
        files.insert("m.wasm", MODULE);
        let package = package(&manifest, &files, &PackageOptions::new()).unwrap();
        assert!(package.parcels().len() > 2, "{pattern}");
    }
}
