//! Reading manifests, and packaging what they are of.

use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};

use benches::{Suite, Unit, samples};
use bindle_core::document::Document;
use sha2::{Digest as _, Sha256};
use spin_manifest::package::{BuildMetadata, Depth, Need, Package, PackageOptions, Packager};
use spin_manifest::{Manifest, ManifestReader};
use toml::de::DeTable;

pub(crate) fn rows(suite: &mut Suite) {
    // Of 100 instructions that reading takes, counted by callgrind for ten
    // components, 43 check components and triggers and copy their texts, 38 are the
    // decoder's, 10 drop the manifest, and 7 look for syntax of TOML 1.1.
    for (components, shown) in [(1, "1 component"), (10, "10"), (1_000, "1,000")] {
        let text = samples::manifest(components);
        let unit = Unit::Throughput { bytes: text.len() };
        suite
            .row(&format!("parse the TOML of {shown}"), unit)
            .ours(|| Document::parse_recoverable(black_box(&text)))
            .limit("toml, parsed", || DeTable::parse(black_box(&text)))
            .measure();
        suite
            .row(&format!("read a manifest of {shown}"), unit)
            .ours(|| ManifestReader::new().read(black_box(&text)))
            .limit("toml, parsed", || DeTable::parse(black_box(&text)))
            .measure();
        let manifest = Manifest::from_toml(&text).expect("a manifest");
        suite
            .row(&format!("normalise a manifest of {shown}"), unit)
            .ours(|| black_box(&manifest).normalised(None))
            .limit("toml, parsed", || DeTable::parse(black_box(&text)))
            .measure();
    }
    packages(suite);
}

const FILES: usize = 10_000;
const FILE_LEN: usize = 4 << 10;
const MODULE: &[u8] = b"\0asm\x01\0\0\0";
const MANIFEST: &str = "\
spin_manifest_version = 2
application = { name = 'sample', version = '1.0.0' }
[[trigger.http]]
route = '/...'
component = 'files'
[component.files]
source = 'files.wasm'
files = [{ source = 'assets', destination = '/' }]
";

fn packages(suite: &mut Suite) {
    let content = samples::content(FILES * FILE_LEN);
    let names: Vec<_> = (0..FILES)
        .map(|number| format!("assets/{}/file-{number:05}.txt", number % 100))
        .collect();
    let manifest = Manifest::from_toml(MANIFEST).expect("a manifest");
    let unit = Unit::Throughput {
        bytes: content.len(),
    };
    let in_memory = |build| {
        let options = PackageOptions::new().with_build_metadata(build);
        let list = |_: &str, _| names.clone();
        let read = |path: &str| {
            let name = path.rsplit(['-', '.']).nth(1);
            let number = name.and_then(|name| name.parse::<usize>().ok());
            number.map_or(MODULE, |number| &content[number * FILE_LEN..][..FILE_LEN])
        };
        package(&manifest, &options, list, read)
    };
    let hashed = || {
        let files = content.chunks(FILE_LEN);
        files.map(Sha256::digest).collect::<Vec<_>>()
    };
    // Two thirds of the time are hashing, a quarter goes into the invoice and the
    // application, the rest into the order of the paths.
    suite
        .row("package 10,000 files of 4 KiB", unit)
        .ours(|| in_memory(BuildMetadata::None))
        .limit("sha2", hashed)
        .measure();
    // The build metadata are a hash of all contents besides.
    suite
        .row("package 10,000 files, build metadata", unit)
        .ours(|| in_memory(BuildMetadata::Auto))
        .limit("sha2, twice", || {
            let hash = Sha256::digest(black_box(&content));
            (hash, hashed())
        })
        .measure();

    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path();
    fs::write(root.join("files.wasm"), MODULE).expect("a file");
    for (name, content) in names.iter().zip(content.chunks(FILE_LEN)) {
        let path = root.join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, content).expect("a file");
    }
    let options = PackageOptions::new().with_build_metadata(BuildMetadata::None);
    suite
        .row("package a folder of 10,000 files", unit)
        .ours(|| {
            let list = |folder: &str, depth| listed(root, folder, depth);
            let read = |path: &str| fs::read(root.join(path)).expect("a file");
            package(&manifest, &options, list, read)
        })
        .limit("walk, read, sha2", || {
            let mut hashes = Vec::with_capacity(FILES);
            walk(&root.join("assets"), Depth::Whole, &mut |path| {
                hashes.push(Sha256::digest(fs::read(path).expect("a file")));
            });
            hashes
        })
        .measure();
}

fn package<C: AsRef<[u8]>>(
    manifest: &Manifest,
    options: &PackageOptions,
    list: impl Fn(&str, Depth) -> Vec<String>,
    read: impl Fn(&str) -> C,
) -> Package {
    let mut packager = Packager::new(manifest, options).expect("a packager");
    while let Some((ticket, need)) = packager.poll_need() {
        let answered = match need {
            Need::Listing { folder, depth } => {
                packager.handle_listing(ticket, list(&folder, depth))
            }
            Need::File { path, .. } => packager
                .handle_chunk(ticket, read(&path).as_ref())
                .and_then(|()| packager.handle_end(ticket)),
            need => unreachable!("the manifest has no {need:?}"),
        };
        answered.expect("an answer");
    }
    packager.finish().expect("a package")
}

/// The paths of the files in a folder, relative to `root`.
fn listed(root: &Path, folder: &str, depth: Depth) -> Vec<String> {
    let mut paths = Vec::new();
    walk(&root.join(folder), depth, &mut |path| {
        let path = path.strip_prefix(root).expect("a path below it");
        paths.push(path.to_str().expect("UTF-8").to_owned());
    });
    paths
}

fn walk(folder: &Path, depth: Depth, meet: &mut impl FnMut(PathBuf)) {
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let entry = entry.expect("an entry");
        let is_folder = entry.file_type().expect("a type").is_dir();
        if !is_folder {
            meet(entry.path());
        } else if depth == Depth::Whole {
            walk(&entry.path(), depth, meet);
        }
    }
}
