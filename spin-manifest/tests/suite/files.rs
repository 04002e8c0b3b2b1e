//! Applications of files in memory: which of them a package has, by the rules of
//! each era.

use std::collections::BTreeMap;

use spin_manifest::package::{
    Application, BuildMetadata, Collected, Depth, Fidelity, Need, Package, PackageError,
    PackageOptions, PackageWarning, Packager,
};
use spin_manifest::{Era, Manifest, ManifestReader, Rules, Strictness};

pub(crate) const MODULE: &[u8] = b"\0asm\x01\0\0\0";

/// Packages an application whose files are given.
pub(crate) fn package(
    manifest: &Manifest,
    files: &BTreeMap<&str, &[u8]>,
    options: &PackageOptions,
) -> Result<Package, PackageError> {
    let collected = collect(manifest, files, options)?;
    let package = collected.to_bindle()?;
    let manifest = package.manifest_text().as_bytes();
    let unpacked = Application::unpack(package.invoice(), manifest).unwrap();
    assert_eq!(&unpacked, package.application());
    assert_eq!(unpacked.components.len(), collected.components().len());
    for (unpacked, component) in unpacked.components.iter().zip(collected.components()) {
        assert_eq!(unpacked.module, component.module().content().digest());
        let files = component.files();
        let files = files.map(|file| (file.guest().to_owned(), file.content().digest()));
        assert_eq!(unpacked.files, files.collect());
    }
    Ok(package)
}

/// Collects an application whose files are given.
pub(crate) fn collect<'m>(
    manifest: &'m Manifest,
    files: &BTreeMap<&str, &[u8]>,
    options: &PackageOptions,
) -> Result<Collected<'m>, PackageError> {
    let mut packager = Packager::new(manifest, options)?;
    while let Some((ticket, need)) = packager.poll_need() {
        let content = match &need {
            Need::Listing { folder, depth } => {
                let prefix = if folder.is_empty() {
                    String::new()
                } else {
                    format!("{folder}/")
                };
                let below = files.keys().filter(|path| path.starts_with(&prefix));
                let listed: Vec<_> = below
                    .filter(|path| *depth == Depth::Whole || !path[prefix.len()..].contains('/'))
                    .collect();
                if files.keys().any(|path| path.starts_with(&prefix)) {
                    packager.handle_listing(ticket, listed)?;
                } else {
                    packager.handle_missing(ticket)?;
                }
                continue;
            }
            Need::File { path, .. } => files.get(path.as_str()).copied(),
            Need::Download { .. } => Some(MODULE),
            Need::Package { .. } => Some(&b"\0asm\x0d\0\x01\0"[..]),
            need => panic!("{need:?}"),
        };
        match content {
            Some(content) => {
                packager.handle_chunk(ticket, content)?;
                packager.handle_end(ticket)?;
            }
            None => packager.handle_missing(ticket)?,
        }
    }
    packager.collect()
}

fn tree() -> BTreeMap<&'static str, &'static [u8]> {
    BTreeMap::from([
        ("a.wasm", MODULE),
        ("readme.md", b"readme"),
        ("static/.hidden", b"hidden"),
        ("static/a.html", b"a"),
        ("static/b.txt", b"b"),
        ("static/sub/a.html", b"sub a"),
        ("static/sub/deep/c.txt", b"c"),
        ("brackets[1].txt", b"1"),
    ])
}

fn v1(files: &str) -> Manifest {
    let text = format!(
        "spin_version = '1'\nname = 'a'\nversion = '1.0.0'\n\
         trigger = {{ type = 'http', base = '/' }}\n\
         [[component]]\nid = 'a'\nsource = 'a.wasm'\n{files}\ntrigger = {{ route = '/' }}\n"
    );
    ManifestReader::new()
        .with_strictness(Strictness::LikeSpin)
        .read(&text)
        .unwrap()
}

fn v2(files: &str) -> Manifest {
    let text = format!(
        "spin_manifest_version = 2\napplication = {{ name = 'a', version = '1.0.0' }}\n\
         [[trigger.http]]\nroute = '/'\ncomponent = 'a'\n\
         [component.a]\nsource = 'a.wasm'\n{files}\n"
    );
    ManifestReader::new()
        .with_strictness(Strictness::LikeSpin)
        .read(&text)
        .unwrap()
}

fn guests(manifest: &Manifest, options: &PackageOptions) -> Vec<String> {
    let package = package(manifest, &tree(), options).unwrap();
    let assets = package
        .invoice()
        .parcels()
        .iter()
        .filter(|parcel| !parcel.groups().is_empty());
    assets
        .map(|parcel| parcel.label().name().to_owned())
        .collect()
}

fn error(manifest: &Manifest) -> String {
    package(manifest, &tree(), &PackageOptions::new())
        .unwrap_err()
        .to_string()
}

#[test]
fn patterns_come_before_placements_in_a_bindle() {
    let files = "files = [{ source = 'static', destination = '/s' }, 'readme.md', 'static/*']\n\
                 exclude_files = ['*.txt']";
    assert_eq!(
        guests(&v1(files), &PackageOptions::new()),
        [
            "readme.md",
            "static/.hidden",
            "static/a.html",
            "s/.hidden",
            "s/a.html",
            "s/sub/a.html",
        ]
    );
}

#[test]
fn a_file_named_itself_can_be_excluded_only_from_a_bindle() {
    let files = "files = ['readme.md', 'static/b.txt']\nexclude_files = ['*.md']";
    assert_eq!(guests(&v1(files), &PackageOptions::new()), ["static/b.txt"]);
    assert_eq!(
        guests(&v2(files), &PackageOptions::new()),
        ["readme.md", "static/b.txt"]
    );
    let rules = PackageOptions::new().with_file_rules(Rules::Of(Era::Spin1_5));
    assert_eq!(guests(&v2(files), &rules), ["static/b.txt"]);
}

/// The paths of Spin 0.6 and 1.5 begin as the entries are written.
#[test]
fn a_dot_at_the_start_counts_only_to_be_exact() {
    let exact = PackageOptions::new().with_fidelity(Fidelity::Exact);
    for (files, excluded, is_excluded_exactly) in [
        ("'./static/a.*'", "static/a.html", false),
        ("'./static/a.*'", "./static/a.html", true),
        ("'static/a.*'", "./static/a.html", false),
        ("'./static/a.*'", "**/a.html", true),
        (
            "{ source = './static/', destination = '/static' }",
            "static/a.html",
            false,
        ),
        (
            "{ source = './static/', destination = '/static' }",
            "./static/a.html",
            true,
        ),
        (
            "{ source = 'static/', destination = '/static' }",
            "static/a.html",
            true,
        ),
        (
            "{ source = '.', destination = '/' }",
            "static/a.html",
            false,
        ),
        (
            "{ source = '.', destination = '/' }",
            "./static/a.html",
            true,
        ),
    ] {
        let manifest = v1(&format!(
            "files = [{files}]\nexclude_files = ['{excluded}']"
        ));
        let has = |options| guests(&manifest, options).contains(&"static/a.html".to_owned());
        assert_eq!(has(&exact), !is_excluded_exactly, "{files} {excluded}");
        assert!(!has(&PackageOptions::new()), "{files} {excluded}");
    }
}

#[test]
fn entries_since_spin_2() {
    let options = PackageOptions::new();
    assert_eq!(
        guests(&v2("files = ['static/**/*.html']"), &options),
        ["static/a.html", "static/sub/a.html"]
    );
    assert_eq!(
        guests(
            &v2("files = [{ source = 'readme.md', destination = 'docs/r.md' }]"),
            &options
        ),
        ["docs/r.md"]
    );
    assert_eq!(
        guests(
            &v2("files = [{ source = 'static/sub', destination = 'x' }]"),
            &options
        ),
        ["x/a.html", "x/deep/c.txt"]
    );
    for files in ["brackets[1].txt", "./brackets[1].txt"] {
        assert_eq!(
            guests(&v2(&format!("files = ['{files}']")), &options),
            ["brackets[1].txt"]
        );
    }
    assert_eq!(
        guests(&v2("files = ['./static/a.html']"), &options),
        ["static/a.html"]
    );
}

#[test]
fn a_folder_as_an_entry() {
    let manifest = v2("files = ['static/sub']");
    assert_eq!(
        error(&manifest),
        "component \"a\" lists the folder \"static/sub\"; write \"static/sub/**/*\", or \
         `{ source = \"static/sub\", destination = \"/static/sub\" }`"
    );
    let exact = PackageOptions::new().with_fidelity(Fidelity::Exact);
    assert_eq!(
        guests(&manifest, &exact),
        [
            "static/sub/static/sub/a.html",
            "static/sub/static/sub/deep/c.txt"
        ]
    );
}

#[test]
fn the_application_folder_as_an_entry() {
    let exact = PackageOptions::new().with_fidelity(Fidelity::Exact);
    let mut paths: Vec<_> = tree().into_keys().collect();
    let mut guests = guests(&v2("files = ['.']"), &exact);
    paths.sort_unstable();
    guests.sort_unstable();
    assert_eq!(guests, paths);
}

#[test]
fn a_file_at_the_path_of_a_folder() {
    let placed = |destination: &str| {
        v2(&format!(
            "files = [{{ source = 'readme.md', destination = '{destination}' }}]"
        ))
    };
    for (destination, mounted) in [
        ("/docs/", "docs/"),
        ("/docs/.", "docs/"),
        ("/docs/x/..", "docs/"),
        ("/", ""),
        ("/docs/..", ""),
    ] {
        assert_eq!(
            error(&placed(destination)),
            format!(
                "component \"a\" mounts the file \"readme.md\" at {mounted:?}; \
                 name the file there too"
            )
        );
    }
    assert_eq!(
        guests(&placed("/notes."), &PackageOptions::new()),
        ["notes."]
    );
    let folder = v2("files = [{ source = 'static/sub', destination = '/x/.' }]");
    assert_eq!(
        guests(&folder, &PackageOptions::new()),
        ["x/a.html", "x/deep/c.txt"]
    );
}

#[test]
fn a_file_named_as_a_folder() {
    for written in ["readme.md/", "readme.md//", "./readme.md/."] {
        let message = format!(
            "component \"a\": the path {written:?} is that of a file; \
             leave out what follows its name"
        );
        assert_eq!(error(&v2(&format!("files = ['{written}']"))), message);
        let placed = format!("files = [{{ source = '{written}', destination = '/r' }}]");
        assert_eq!(error(&v2(&placed)), message);
    }
    let folder = v2("files = [{ source = 'static/sub/', destination = '/x' }]");
    assert_eq!(
        guests(&folder, &PackageOptions::new()),
        ["x/a.html", "x/deep/c.txt"]
    );
}

#[test]
fn what_is_not_there() {
    assert_eq!(
        error(&v2("files = ['nope.txt']")),
        "component \"a\" mounts \"nope.txt\", where there is no file or folder"
    );
    assert_eq!(
        error(&v1("files = [{ source = 'nope', destination = '/' }]")),
        "component \"a\" mounts \"nope\", where there is no folder"
    );
    assert_eq!(
        error(&v1(
            "files = [{ source = 'static/a.html', destination = '/' }]"
        )),
        "component \"a\" mounts \"static/a.html\", where there is no folder"
    );
    let trigger = v2("").text().replace(
        "[component.a]",
        "dependencies = { role = [{ path = 'missing.wasm' }] }\n[component.a]",
    );
    assert_eq!(
        error(&Manifest::from_toml(&trigger).unwrap()),
        "the file \"missing.wasm\" of trigger \"a-http-trigger\" does not exist; was it built?"
    );
    assert_eq!(
        error(&Manifest::from_toml(&trigger.replace("missing.wasm", "readme.md")).unwrap()),
        "the file \"readme.md\" of trigger \"a-http-trigger\" is not WebAssembly; was it built?"
    );
    let package = package(&v1("files = ['nope/*']"), &tree(), &PackageOptions::new()).unwrap();
    assert_eq!(
        package.warnings(),
        [PackageWarning::NoMatch {
            component: "a".to_owned(),
            entry: "nope/*".to_owned()
        }]
    );
    assert_eq!(
        package.warnings()[0].to_string(),
        "component \"a\": \"nope/*\" names no file"
    );
}

#[test]
fn paths_that_are_none() {
    for (files, message) in [
        (
            "files = ['../x/*']",
            "component \"a\": the pattern \"../x/*\" leads out of the folder; \
             name files within the folder of the manifest",
        ),
        (
            "files = ['/etc/*']",
            "component \"a\": the pattern \"/etc/*\" is absolute; \
             name files within the folder of the manifest",
        ),
        (
            "files = ['a\\\\b']",
            "component \"a\": the pattern \"a\\\\\\\\b\" has a backslash; \
             write `/` between folders, on every system",
        ),
        (
            "files = ['a//b']",
            "component \"a\": the pattern \"a//b\" has the empty part \"\"; leave it out",
        ),
        (
            "files = ['a[']",
            "component \"a\": the pattern \"a[\" is malformed: invalid range pattern; \
             `*`, `?`, `**` and `[…]` are special; write `[*]` for the character itself",
        ),
        (
            "files = [{ source = 'a/../..', destination = '/' }]",
            "component \"a\": the path \"a/../..\" leads out of the folder; \
             name a path within the folder of the manifest",
        ),
        (
            "files = [{ source = 'static', destination = 's' }]",
            "component \"a\": \"static\" is mounted at the relative path \"s\"; \
             start the destination with `/`",
        ),
    ] {
        assert_eq!(error(&v1(files)), message);
    }
}

#[test]
fn two_files_at_one_path() {
    let files = "files = ['static/a.html', { source = 'static/sub', destination = '/static' }]";
    for manifest in [v1(files), v2(files)] {
        assert_eq!(
            error(&manifest),
            "component \"a\" has two files at \"static/a.html\": \"static/a.html\" and \
             \"static/sub/a.html\"; mount one of them elsewhere, or exclude it"
        );
        let exact = PackageOptions::new().with_fidelity(Fidelity::Exact);
        let package = package(&manifest, &tree(), &exact).unwrap();
        assert_eq!(
            package.warnings()[0].to_string(),
            "component \"a\" has two files at \"static/a.html\"; it sees \"static/sub/a.html\", \
             not \"static/a.html\""
        );
    }
}

#[test]
fn a_manifest_of_the_second_format() {
    let text = r#"
spin_manifest_version = 2
[application]
name = "shop"
version = "1.2.3"
description = "sells"
authors = ["Ada"]
[application.trigger.redis]
address = "redis://localhost"
[variables]
greeting = { default = "hi", description = "said first" }
key = { required = true, secret = true }
[[trigger.http]]
route = "/..."
component = "front"
[[trigger.redis]]
channel = "c"
component = { source = "a.wasm" }
dependencies.middleware = [{ path = "a.wasm" }, { package = "x:y", version = "1" }]
[component.front]
source = { package = "shop:front", version = "1.0.0" }
files = ["readme.md"]
variables = { say = "{{ greeting }}" }
environment = { A = "1" }
allowed_outbound_hosts = ["https://{{ key }}.example.com"]
allowed_http_hosts = ["example.org"]
key_value_stores = ["default"]
dependencies_inherit_configuration = true
[component.front.dependencies]
"shop:cart/api@1.0.0" = { component = "cart" }
"shop:tax" = "^1.0"
[component.cart]
source = "a.wasm"
"#;
    let manifest = Manifest::from_toml(text).unwrap();
    let options = PackageOptions::new().with_build_metadata(BuildMetadata::None);
    let package = package(&manifest, &tree(), &options).unwrap();
    snapbox::assert_data_eq!(
        package.manifest_text(),
        snapbox::str![[r#"
spin_manifest_version = 2

[application]
name = 'shop'
version = '1.2.3'
[application.trigger.redis]
address = 'redis://localhost'
[variables.greeting]
description = 'said first'
default = 'hi'

[variables.key]
required = true
secret = true
[[trigger.http]]
id = 'front-http-trigger'
component = 'front'
route = '/...'

[[trigger.redis]]
id = 'redis-trigger1'
component = 'redis-trigger1-component'
channel = 'c'
[[trigger.redis.dependencies.middleware]]
source = '93a44bbb96c751218e4c00d479e4c14358122a389acca16205b1e4d0dc5f9476'

[[trigger.redis.dependencies.middleware]]
source = '24eaf3439a60c96764c4f2c92a0a81b52bd4fe5d5b91f090184a0f6486b1bf29'
[component.front]
source = '24eaf3439a60c96764c4f2c92a0a81b52bd4fe5d5b91f090184a0f6486b1bf29'
files = 'files-front'
allowed_outbound_hosts = [
    'https://{{ key }}.example.com',
    'http://example.org',
    'https://example.org',
]
key_value_stores = ['default']

[component.front.variables]
say = '{{ greeting }}'

[component.front.environment]
A = '1'
[component.front.dependencies."shop:cart/api@1.0.0"]
source = '93a44bbb96c751218e4c00d479e4c14358122a389acca16205b1e4d0dc5f9476'
inherit_configuration = true

[component.front.dependencies."shop:tax"]
source = '24eaf3439a60c96764c4f2c92a0a81b52bd4fe5d5b91f090184a0f6486b1bf29'

[component.cart]
source = '93a44bbb96c751218e4c00d479e4c14358122a389acca16205b1e4d0dc5f9476'

[component.redis-trigger1-component]
source = '93a44bbb96c751218e4c00d479e4c14358122a389acca16205b1e4d0dc5f9476'

"#]]
    );
    let names = package
        .invoice()
        .parcels()
        .iter()
        .map(|parcel| parcel.label().name());
    assert_eq!(
        names.skip(1).collect::<Vec<_>>(),
        ["shop:front@1.0.0", "a.wasm", "readme.md"]
    );
    let application = package.application();
    assert_eq!(application.triggers.len(), 2);
    assert_eq!(application.components[0].dependencies.len(), 2);
}

/// [`package`] compares what is unpacked.
#[test]
fn what_a_manifest_hardly_has_is_unpacked_too() {
    let text = v2("").text().replace(
        "[component.a]",
        "dependencies = { none = [] }\nlow = -nan\nhigh = nan\n[component.a]",
    );
    let manifest = Manifest::from_toml(&text).unwrap();
    assert_eq!(
        manifest.normalised(None).unwrap(),
        Manifest::from_toml(&manifest.normalised(None).unwrap().to_toml())
            .unwrap()
            .normalised(None)
            .unwrap()
    );
    let package = package(&manifest, &tree(), &PackageOptions::new()).unwrap();
    let stored = package.manifest_text();
    assert!(stored.contains("high = nan\nlow = -nan\n"), "{stored}");
    assert!(package.application().triggers[0].dependencies.is_empty());
}

#[test]
fn of_the_executor_of_spin_only_its_type_is_stored() {
    let reader = ManifestReader::new().with_strictness(Strictness::LikeSpin);
    for era in [Era::Spin0_6, Era::Spin1_5] {
        for kind in ["http', base = '/", "redis', address = 'redis://localhost"] {
            let text = format!(
                "spin_version = '1'\nname = 'a'\nversion = '1.0.0'\n\
                 trigger = {{ type = '{kind}' }}\n\
                 [[component]]\nid = 'a'\nsource = 'a.wasm'\n\
                 trigger = {{ route = '/', channel = 'c', executor = {{ type = 'spin', foo = 1 }} }}\n"
            );
            let problems = ManifestReader::new().with_era(era).read(&text).unwrap_err();
            assert_eq!(
                problems.to_string(),
                "8:69: component[0].trigger.executor.foo: unknown field `foo`; remove it"
            );
            let manifest = reader.with_era(era).read(&text).unwrap();
            let package = package(&manifest, &tree(), &PackageOptions::new()).unwrap();
            let stored = package.manifest_text();
            assert!(stored.contains("executor]\ntype = 'spin'\n"), "{stored}");
            assert!(!stored.contains("foo"), "{stored}");
        }
    }
}
