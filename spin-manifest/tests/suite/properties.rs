//! What holds for all applications, and for all mistakes.

use std::collections::{BTreeMap, BTreeSet};

use bindle_core::Parcel;
use proptest::prelude::*;
use proptest::sample::subsequence;
use spin_manifest::package::{
    BuildMetadata, ContentSource, Depth, Need, Package, PackageOptions, Packager, ParcelContent,
    Ticket,
};
use spin_manifest::{Era, Manifest, ManifestReader, ProblemKind, Severity};

use crate::files::{MODULE, package};

const PATHS: [&str; 8] = [
    "a.html",
    "b.txt",
    "s/a.html",
    "s/c",
    "s/t/a.html",
    "s/t/d.png",
    "u/e.js",
    "u/f",
];

const ENTRIES: [&str; 7] = [
    "'*'",
    "'**/*'",
    "'s/*'",
    "'s/**/*.html'",
    "'b.txt'",
    "{ source = 's', destination = '/v' }",
    "{ source = 'u', destination = '/u/w' }",
];

/// An application: the text of its manifest, and its files.
#[derive(Clone, Debug)]
struct Tested {
    text: String,
    files: BTreeMap<&'static str, Vec<u8>>,
}

impl Tested {
    fn manifest(&self) -> Manifest {
        Manifest::from_toml(&self.text).unwrap()
    }

    fn package(&self, options: &PackageOptions) -> Package {
        let files = self.files.iter();
        let files = files.map(|(path, content)| (*path, content.as_slice()));
        package(&self.manifest(), &files.collect(), options).unwrap()
    }
}

#[derive(Clone, Copy, Debug)]
enum Format {
    V1,
    V2,
}

fn applications() -> impl Strategy<Value = Tested> {
    let contents = prop::collection::vec(prop::collection::vec(any::<u8>(), 0..4), PATHS.len());
    let entries = subsequence(ENTRIES.to_vec(), 0..=ENTRIES.len());
    let components = prop::collection::vec(entries, 1..4);
    let format = prop_oneof![Just(Format::V1), Just(Format::V2)];
    (contents, components, format).prop_map(|(contents, components, format)| {
        let mut files: BTreeMap<_, _> = PATHS.into_iter().zip(contents).collect();
        let mut text = String::from(match format {
            Format::V1 => {
                "spin_version = '1'\nname = 'p'\nversion = '1.0.0'\n\
                 trigger = { type = 'http', base = '/' }\n"
            }
            Format::V2 => {
                "spin_manifest_version = 2\napplication = { name = 'p', version = '1.0.0' }\n"
            }
        });
        for (index, entries) in components.iter().enumerate() {
            let module = ["m0.wasm", "m1.wasm", "m2.wasm"][index];
            files.insert(module, [MODULE, &[index as u8]].concat());
            let entries = entries.join(", ");
            text.push_str(&match format {
                Format::V1 => format!(
                    "[[component]]\nid = 'c{index}'\nsource = '{module}'\nfiles = [{entries}]\n\
                     trigger = {{ route = '/{index}' }}\n"
                ),
                Format::V2 => format!(
                    "[[trigger.http]]\nroute = '/{index}'\ncomponent = 'c{index}'\n\
                     [component.c{index}]\nsource = '{module}'\nfiles = [{entries}]\n"
                ),
            });
        }
        Tested { text, files }
    })
}

/// Answers in an order that `choices` decides, in chunks of one byte.
fn answered(application: &Tested, options: &PackageOptions, choices: &[usize]) -> Package {
    let manifest = application.manifest();
    let mut packager = Packager::new(&manifest, options).unwrap();
    let mut choices = choices.iter().copied().cycle();
    let mut open: Vec<(Ticket, Need)> = Vec::new();
    loop {
        while let Some(need) = packager.poll_need() {
            open.push(need);
        }
        if open.is_empty() {
            break;
        }
        let (ticket, need) = open.swap_remove(choices.next().unwrap() % open.len());
        match need {
            Need::Listing { folder, depth } => {
                let prefix = match folder.as_str() {
                    "" => String::new(),
                    folder => format!("{folder}/"),
                };
                let below = application.files.keys();
                let below = below.filter_map(|path| Some((path, path.strip_prefix(&prefix)?)));
                let asked = below.filter(|(_, rest)| depth == Depth::Whole || !rest.contains('/'));
                let mut listed: Vec<_> = asked.map(|(path, _)| path).collect();
                if choices.next().unwrap() % 2 == 0 {
                    listed.reverse();
                }
                packager.handle_listing(ticket, listed).unwrap();
            }
            Need::File { path, .. } => {
                for byte in &application.files[path.as_str()] {
                    let chunk = std::slice::from_ref(byte);
                    packager.handle_chunk(ticket, chunk).unwrap();
                }
                packager.handle_end(ticket).unwrap();
            }
            need => panic!("{need:?}"),
        }
    }
    packager.finish().unwrap()
}

/// The names and digests of the parcels whose name `is_asked` for.
fn parcels(package: &Package, is_asked: impl Fn(&str) -> bool) -> BTreeSet<String> {
    let labels = package.invoice().parcels().iter().map(Parcel::label);
    let labels = labels.filter(|label| is_asked(label.name()));
    labels
        .map(|label| format!("{} {}", label.name(), label.digest()))
        .collect()
}

fn is_manifest(name: &str) -> bool {
    name.starts_with("spin.")
        && std::path::Path::new(name)
            .extension()
            .is_some_and(|e| e == "toml")
}

fn has_file(package: &Package, path: &str) -> bool {
    let path = path.to_owned();
    let source = ParcelContent::Source(ContentSource::File { path });
    let mut parcels = package.parcels().iter();
    parcels.any(|parcel| *parcel.content() == source)
}

fn build(package: &Package) -> &str {
    package.invoice().id().version().build.as_str()
}

fn config() -> ProptestConfig {
    ProptestConfig {
        cases: 100,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn the_order_of_answers_does_not_matter(
        application in applications(),
        choices in prop::collection::vec(any::<usize>(), 1..40),
    ) {
        for build in [BuildMetadata::Auto, BuildMetadata::None] {
            let options = PackageOptions::new().with_build_metadata(build);
            let package = application.package(&options);
            let other = answered(&application, &options, &choices);
            prop_assert_eq!(package.invoice_text(), other.invoice_text());
            prop_assert_eq!(package, other);
        }
    }

    #[test]
    fn an_asset_changes_its_parcel_and_the_build_alone(
        application in applications(),
        path in prop::sample::select(PATHS.to_vec()),
    ) {
        let options = PackageOptions::new();
        let before = application.package(&options);
        prop_assume!(has_file(&before, path));
        let mut changed = application.clone();
        changed.files.insert(path, b"other content".to_vec());
        let after = changed.package(&options);
        prop_assert_ne!(build(&before), build(&after));
        prop_assert_eq!(before.manifest_text(), after.manifest_text());
        let name = path.rsplit('/').next().unwrap();
        let others = |other: &str| !other.ends_with(name);
        prop_assert_eq!(parcels(&before, others), parcels(&after, others));
        prop_assert_ne!(parcels(&before, |_| true), parcels(&after, |_| true));
    }

    #[test]
    fn a_module_changes_its_parcel_the_manifest_and_the_build(application in applications()) {
        let options = PackageOptions::new();
        let before = application.package(&options);
        let mut changed = application.clone();
        changed.files.insert("m0.wasm", [MODULE, b"other"].concat());
        let after = changed.package(&options);
        prop_assert_ne!(build(&before), build(&after));
        prop_assert_ne!(before.manifest_text(), after.manifest_text());
        let others = |other: &str| !other.ends_with("m0.wasm") && !is_manifest(other);
        prop_assert_eq!(parcels(&before, others), parcels(&after, others));
    }

    #[test]
    fn every_mistake_is_reported(
        mistakes in subsequence(MISTAKES_V2.to_vec(), 0..=MISTAKES_V2.len()),
    ) {
        check_mistakes(VALID_V2, &mistakes, Era::Current)?;
    }

    #[test]
    fn every_mistake_of_the_first_format_is_reported(
        mistakes in subsequence(MISTAKES_V1.to_vec(), 0..=MISTAKES_V1.len()),
    ) {
        check_mistakes(VALID_V1, &mistakes, Era::Spin0_6)?;
    }
}

/// What stands in a valid manifest, what a mistake makes of it, and the part of
/// this where the report starts.
type Mistake = (&'static str, &'static str, &'static str);

const VALID_V2: &str = r#"spin_manifest_version = 2
[application]
name = "shop"
version = "1.0.0"
authors = ["Ada"]
[variables]
key = { required = true }
greeting = { default = "hi" }
[[trigger.http]]
id = "one"
route = "/one"
component = "front"
[[trigger.http]]
id = "two"
route = "/two"
component = "back"
[component.front]
source = "front.wasm"
files = ["static/*", { source = "assets", destination = "/" }]
environment = { A = "1" }
variables = { say = "{{ greeting }}" }
allowed_outbound_hosts = ["https://example.com"]
key_value_stores = ["default"]
[component.front.build]
command = "make"
[component.back]
source = { url = "https://example.com/b.wasm", digest = "sha256:2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881" }
description = "behind"
[component.back.dependencies]
"a:b/c@1.0.0" = "^1.0"
"#;

const MISTAKES_V2: [Mistake; 20] = [
    (r#"name = "shop""#, "name = 5", "5"),
    (r#"authors = ["Ada"]"#, r#"authors = "Ada""#, r#""Ada""#),
    ("{ required = true }", r#"{ required = "yes" }"#, r#""yes""#),
    (
        "greeting = { default = \"hi\" }\n",
        "greeting = { default = \"hi\" }\nBig = { default = \"x\" }\n",
        "Big",
    ),
    (
        r#"component = "front""#,
        r#"component = "frond""#,
        r#""frond""#,
    ),
    (r#"id = "two""#, "id = [2]", "[2]"),
    (r#"source = "front.wasm""#, "source = 7", "7"),
    (r#"files = ["static/*""#, "files = [true", "true"),
    (
        r#"source = "assets", "#,
        r#"sauce = "x", source = "x", "#,
        "sauce",
    ),
    (r#"{ A = "1" }"#, "{ A = 1.5 }", "1.5"),
    (
        r#""{{ greeting }}""#,
        r#""{{ greting }}""#,
        r#""{{ greting }}""#,
    ),
    (
        r#""https://example.com"]"#,
        r#""example.com"]"#,
        r#""example.com""#,
    ),
    (r#"["default"]"#, r#"["de fault"]"#, r#""de fault""#),
    (r#"command = "make""#, "command = 1", "1"),
    (
        r#"url = "https://example.com/b.wasm""#,
        r#"url = "b.wasm""#,
        r#""b.wasm""#,
    ),
    (
        r#"description = "behind""#,
        r#"descripton = "behind""#,
        "descripton",
    ),
    (r#""a:b/c@1.0.0" ="#, r#""a:b/c@1.0" ="#, r#""a:b/c@1.0""#),
    (r#""^1.0""#, r#""^^""#, r#""^^""#),
    (
        "component = \"back\"\n",
        "component = \"back\"\nsource = \"x\"\n",
        "source",
    ),
    (
        "version = \"1.0.0\"\n",
        "version = \"1.0.0\"\nvendor = 1\n",
        "vendor",
    ),
];

const VALID_V1: &str = r#"spin_version = "1"
name = "shop"
version = "1.0.0"
trigger = { type = "http", base = "/" }
[variables]
greeting = { default = "hi" }
[[component]]
id = "front"
source = "front.wasm"
files = ["static/*", { source = "assets", destination = "/" }]
allowed_http_hosts = ["example.com"]
environment = { A = "1" }
[component.trigger]
route = "/one"
executor = { type = "wagi" }
[[component]]
id = "back"
source = "back.wasm"
description = "behind"
[component.trigger]
route = "/two"
[component.build]
command = "make"
"#;

const MISTAKES_V1: [Mistake; 15] = [
    (r#"name = "shop""#, "name = 5", "5"),
    (r#"base = "/""#, "base = 0", "0"),
    (r#"{ default = "hi" }"#, "{ default = 3 }", "3"),
    (r#"source = "front.wasm""#, "source = [1]", "[1]"),
    (r#"files = ["static/*""#, "files = [false", "false"),
    (r#"destination = "/" }"#, "destination = 9 }", "9"),
    (
        r#""example.com""#,
        r#""ftp://example.com""#,
        r#""ftp://example.com""#,
    ),
    (r#"A = "1""#, "A = 1979-05-27", "1979-05-27"),
    (r#""wagi""#, r#""wagu""#, r#""wagu""#),
    (
        r#"id = "back""#,
        r#"id = "front" # again"#,
        r#""front" # again"#,
    ),
    (
        r#"description = "behind""#,
        "key_value_stores = []",
        "key_value_stores",
    ),
    (r#"route = "/two""#, "route = 2", "2"),
    (
        r#"command = "make""#,
        r#"command = ["make"]"#,
        r#"["make"]"#,
    ),
    (
        "version = \"1.0.0\"\n",
        "version = \"1.0.0\"\nvendor = 1\n",
        "vendor",
    ),
    (
        r#""back.wasm""#,
        r#"{ url = "https://example.com/b.wasm", digest = "sha256:2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881" }"#,
        "{ url",
    ),
];

/// Makes all the mistakes, and checks that an error starts at each, and nowhere
/// else.
fn check_mistakes(valid: &str, mistakes: &[Mistake], era: Era) -> Result<(), TestCaseError> {
    let mut text = valid.to_owned();
    for (right, wrong, _) in mistakes {
        prop_assert_eq!(text.matches(right).count(), 1, "{}", right);
        text = text.replacen(right, wrong, 1);
    }
    let mut reported = BTreeSet::new();
    if let Err(diagnostics) = ManifestReader::new().with_era(era).read(&text) {
        let mut kinds = diagnostics.iter().map(spin_manifest::Problem::kind);
        prop_assert!(kinds.all(|kind| kind != ProblemKind::Syntax));
        let errors = diagnostics.iter();
        let errors = errors.filter(|problem| problem.severity() == Severity::Error);
        reported.extend(errors.map(|problem| problem.span().start));
    }
    let expected = mistakes.iter().map(|(_, wrong, part)| {
        let start = text.find(wrong).unwrap();
        start + text[start..].find(part).unwrap()
    });
    prop_assert_eq!(reported, expected.collect::<BTreeSet<_>>(), "{}", text);
    Ok(())
}
