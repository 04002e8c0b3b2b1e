//! Whole applications against what Spin 0.6 and 1.5 do with a real folder: which
//! files they take, in which order, under which names, and what they hash.

use std::fs;
use std::path::{Path, PathBuf};

use bindle_core::{Digest, Digester};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use spin_manifest::package::{Fidelity, Package, PackageOptions};
use spin_manifest::{Era, Manifest, ManifestReader, Strictness};

use crate::files::MODULE;
use crate::folder;

const FILES: [(&str, &str); 17] = [
    ("a.txt", "one"),
    ("b.txt", "one"),
    ("d/a.txt", "one"),
    ("d/b.html", "two"),
    ("d/z.txt", "last of the files, not of all"),
    ("d/.hidden", "three"),
    ("d/e/a.txt", ""),
    ("d/e/f/a.txt", "four"),
    ("d/e-g/a.txt", "five"),
    (".d/a.txt", "six"),
    ("with space/ä.json", "{}"),
    ("brackets[1].txt", "seven"),
    ("[a]/a.txt", "eight"),
    ("D/a.TXT", "nine"),
    ("noext", "ten"),
    ("m.wasm", "\0asm\u{1}\0\0\0"),
    ("other.wasm", "\0asm\u{1}\0\0\0other"),
];

#[derive(Clone, Debug)]
struct Component {
    source: &'static str,
    patterns: Vec<&'static str>,
    /// A folder, and where it is mounted.
    placements: Vec<(&'static str, &'static str)>,
    excludes: Vec<&'static str>,
}

fn components() -> impl Strategy<Value = Vec<Component>> {
    const PATTERNS: &[&str] = &[
        "a.txt",
        "*.txt",
        "*",
        "**/*",
        "**/a.txt",
        "d/*",
        "d/**/*",
        "d/**",
        "**/e*/*.txt",
        "d",
        "d/e*/a.txt",
        "[a-c].txt",
        "[[]a[]]/*",
        "brackets[[]1].txt",
        "brackets[1].txt",
        "with space/*",
        "?oext",
        ".d/*",
        "./d/*.html",
        "missing",
        "missing/*",
        "*/",
        "../*",
        "d/../a.txt",
        "/etc/*",
        "***",
        "[",
        "{a,b}.txt",
    ];
    const PLACEMENTS: &[(&str, &str)] = &[
        ("d", "/"),
        ("d", "/d"),
        ("d/", "/x/y"),
        ("./d", "/x"),
        ("d/e", "/"),
        ("with space", "/other space"),
        ("[a]", "/a"),
        (".d", "/"),
        ("a.txt", "/a.txt"),
        ("missing", "/"),
        ("d", "x"),
        ("/d", "/"),
    ];
    const EXCLUDES: &[&str] = &[
        "a.txt",
        "*.txt",
        "**/a.txt",
        "d/*",
        "d/**/*",
        "d/e/**",
        "*",
        "?.txt",
        "[[]a[]]/*",
        "./a.txt",
        "missing",
        "[",
    ];
    let component = (
        prop::sample::select(&["m.wasm", "other.wasm", "m.wasm", "missing.wasm"][..]),
        prop::collection::vec(prop::sample::select(PATTERNS), 0..4),
        prop::collection::vec(prop::sample::select(PLACEMENTS), 0..3),
        prop::collection::vec(prop::sample::select(EXCLUDES), 0..2),
    );
    let component = component.prop_map(|(source, patterns, placements, excludes)| Component {
        source,
        patterns,
        placements,
        excludes,
    });
    prop::collection::vec(component, 1..4)
}

fn manifest(components: &[Component]) -> String {
    let mut text = "spin_version = '1'\nname = 'a'\nversion = '1.0.0'\n\
                    trigger = { type = 'http', base = '/' }\n"
        .to_owned();
    for (index, component) in components.iter().enumerate() {
        let patterns = component.patterns.iter().map(|text| format!("'{text}'"));
        let placements = component.placements.iter().map(|(source, destination)| {
            format!("{{ source = '{source}', destination = '{destination}' }}")
        });
        // They are taken apart whatever their order is.
        let files: Vec<_> = placements.chain(patterns).collect();
        let excludes = component.excludes.iter().map(|text| format!("'{text}'"));
        let excludes: Vec<_> = excludes.collect();
        text += &format!(
            "[[component]]\nid = 'c{index}'\nsource = '{}'\nfiles = [{}]\nexclude_files = [{}]\n\
             trigger = {{ route = '/' }}\n",
            component.source,
            files.join(", "),
            excludes.join(", ")
        );
    }
    text
}

/// A file as Spin takes it: where it is, and its path in the guest.
type Taken = (PathBuf, String);

/// What one component has, patterns first; `None` where Spin gives up.
fn taken(root: &Path, component: &Component) -> Option<Vec<Taken>> {
    let mut taken = Vec::new();
    for pattern in &component.patterns {
        // Spin looks first whether such a pattern finds a file.
        if pattern.contains("..") {
            return None;
        }
        let found = glob::glob(root.join(pattern).to_str()?).ok()?;
        for path in found {
            let path = path.ok()?;
            let guest = path.strip_prefix(root).ok()?.to_str()?.to_owned();
            if path.is_file() {
                taken.push((path, guest));
            }
        }
    }
    for (source, destination) in &component.placements {
        let folder = root.join(source);
        let guest = destination.strip_prefix('/')?;
        if Path::new(source).is_absolute() || !folder.is_dir() {
            return None;
        }
        walk(&folder, &mut |path| {
            let below = path.strip_prefix(&folder).unwrap();
            let guest = Path::new(guest).join(below);
            taken.push((path.to_owned(), guest.to_str().unwrap().to_owned()));
        });
    }
    for exclude in &component.excludes {
        let exclude = glob::Pattern::new(root.join(exclude).to_str()?).ok()?;
        taken.retain(|(path, _)| !exclude.matches_path(path));
    }
    Some(taken)
}

/// Spin goes through a folder in whatever order it comes; ours has its files
/// first, both by name.
fn walk(folder: &Path, take: &mut impl FnMut(&Path)) {
    let entries = fs::read_dir(folder).unwrap();
    let mut entries: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for file in entries.iter().filter(|path| path.is_file()) {
        take(file);
    }
    for folder in entries.iter().filter(|path| path.is_dir()) {
        walk(folder, take);
    }
}

/// The lines of what Spin packages: a parcel each, and the build metadata.
fn expected(root: &Path, text: &str, components: &[Component]) -> Option<Vec<String>> {
    let mut build = Digester::new();
    let mut modules: Vec<String> = Vec::new();
    let mut last = None;
    let mut assets: Vec<(String, Vec<String>)> = Vec::new();
    for (index, component) in components.iter().enumerate() {
        let module = fs::read(root.join(component.source)).ok()?;
        build.update(&module);
        let digest = Digest::of(&module);
        if last != Some(digest) {
            modules.push(format!("{digest} {} application/wasm", component.source));
            last = Some(digest);
        }
        for (path, guest) in taken(root, component)? {
            let content = fs::read(&path).unwrap();
            build.update(&content);
            let digest = Digest::of(&content);
            let media_type = match path.extension().and_then(|name| name.to_str()) {
                Some("html") => "text/html",
                Some("json") => "application/json",
                Some("txt" | "TXT") => "text/plain",
                Some("wasm") => "application/wasm",
                _ => "application/octet-stream",
            };
            let line = format!("{digest} {guest} {media_type}");
            let group = format!("files-c{index}");
            match assets.iter_mut().find(|(asset, _)| *asset == line) {
                Some((_, groups)) => groups.push(group),
                None => assets.push((line, vec![group])),
            }
        }
    }
    build.update(text.as_bytes());
    let (digest, _) = build.finish();
    let assets = assets
        .iter()
        .map(|(line, groups)| format!("{line} {groups:?}"));
    let build = format!("q{}", &digest.to_string()[..7]);
    Some(modules.into_iter().chain(assets).chain([build]).collect())
}

/// The same lines of a package, from the text of its invoice.
fn lines(package: &Package) -> Vec<String> {
    let invoice: toml::Table = package.invoice_text().parse().unwrap();
    let parcels = invoice["parcel"].as_array().unwrap().iter().skip(1);
    let parcels = parcels.map(|parcel| {
        let text = |field: &str| parcel["label"][field].as_str().unwrap();
        let line = format!("{} {} {}", text("sha256"), text("name"), text("mediaType"));
        let conditions = parcel["conditions"].as_table().unwrap();
        match conditions.get("memberOf") {
            Some(groups) => {
                let groups = groups.as_array().unwrap().iter();
                let groups: Vec<_> = groups.map(|group| group.as_str().unwrap()).collect();
                format!("{line} {groups:?}")
            }
            None => line,
        }
    });
    let build = package.invoice().id().version().build.to_string();
    parcels.chain([build]).collect()
}

#[test]
fn applications_are_packaged_as_spin_does() {
    let root = tempfile::tempdir().unwrap();
    let root = root.path();
    for (path, content) in FILES {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    fs::create_dir(root.join("empty")).unwrap();
    assert_eq!(fs::read(root.join("m.wasm")).unwrap(), MODULE);
    let mut runner = TestRunner::new(ProptestConfig {
        cases: 500,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    let options = PackageOptions::new().with_fidelity(Fidelity::Exact);
    let run = runner.run(&components(), |components| {
        let text = manifest(&components);
        let reader = ManifestReader::new().with_era(Era::Spin0_6);
        let reader = reader.with_strictness(Strictness::LikeSpin);
        let manifest: Manifest = reader.read(&text).unwrap();
        let package = folder::package(root, &manifest, &options);
        let expected = expected(root, &text, &components);
        match (package, expected) {
            (Ok(package), Some(expected)) => prop_assert_eq!(lines(&package), expected),
            (Err(_), None) => {}
            (Ok(package), None) => prop_assert!(false, "Spin gives up, not {:?}", lines(&package)),
            (Err(error), Some(_)) => prop_assert!(false, "{error}"),
        }
        Ok(())
    });
    run.unwrap();
}
