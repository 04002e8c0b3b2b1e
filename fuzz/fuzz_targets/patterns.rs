//! The files that a pattern finds are those that match it one by one.

#![no_main]

use std::collections::BTreeSet;

use glob::{MatchOptions, Pattern};
use libfuzzer_sys::fuzz_target;
use spin_manifest::package::{BuildMetadata, Depth, Need, PackageOptions, Packager};
use spin_manifest::{Era, ManifestReader};

// A pattern, one of files to leave out, and the paths that there are: a line
// each.
fuzz_target!(|text: &str| {
    let mut lines = text.lines();
    let pattern = lines.next().unwrap_or_default();
    let exclude = lines.next().unwrap_or_default();
    if pattern.matches("**").count() > 6 {
        return;
    }
    let is_part = |part: &str| !matches!(part, "" | "." | "..");
    let is_path = |path: &&str| path.split('/').all(is_part) && !path.contains(is_refused);
    let listed: BTreeSet<_> = lines.filter(is_path).collect();
    for era in [Era::Spin1_5, Era::Current] {
        let Some(found) = packaged(pattern, exclude, &listed, era) else {
            continue;
        };
        let listed = listed.iter().copied();
        let matching: BTreeSet<_> = listed
            .filter(|path| matches(pattern, exclude, path))
            .collect();
        let found: BTreeSet<_> = found.iter().map(String::as_str).collect();
        // Today's rules take a path without wildcards as it is, and so that of
        // a file that has a name like a pattern.
        let named = pattern.strip_prefix("./").unwrap_or(pattern);
        let is_path = Pattern::escape(pattern) == pattern || found.contains(named);
        if era != Era::Current || !is_path {
            assert_eq!(found, matching);
        }
    }
});

fn is_refused(character: char) -> bool {
    character == '\\' || character.is_control()
}

/// Whether one path matches, as slowly as it is obvious.
fn matches(pattern: &str, exclude: &str, path: &str) -> bool {
    let pattern = pattern.strip_prefix("./").unwrap_or(pattern);
    let is_of_folders = pattern.ends_with('/') || pattern.rsplit('/').next() == Some("**");
    let exclude = exclude.strip_prefix("./").unwrap_or(exclude);
    let parts: Vec<_> = pattern.split('/').collect();
    let names: Vec<_> = path.split('/').collect();
    !is_of_folders
        && match_parts(&parts, &names)
        && Pattern::new(exclude).is_ok_and(|it| !it.matches(path))
}

fn match_parts(parts: &[&str], names: &[&str]) -> bool {
    const OPTIONS: MatchOptions = MatchOptions {
        case_sensitive: true,
        require_literal_separator: true,
        require_literal_leading_dot: false,
    };
    match (parts, names) {
        ([], names) => names.is_empty(),
        (["**", "**", ..], _) => match_parts(&parts[1..], names),
        (["**", rest @ ..], names) => {
            (0..=names.len()).any(|folders| match_parts(rest, &names[folders..]))
        }
        ([part, rest @ ..], [name, others @ ..]) => {
            Pattern::new(part).is_ok_and(|it| it.matches_with(name, OPTIONS))
                && match_parts(rest, others)
        }
        (_, []) => false,
    }
}

/// The files that a package has; `None` if it cannot be made.
fn packaged(
    pattern: &str,
    exclude: &str,
    listed: &BTreeSet<&str>,
    era: Era,
) -> Option<Vec<String>> {
    let text = format!(
        "spin_manifest_version = '1'\nname = 'a'\nversion = '1.0.0'\n\
         trigger = {{ type = 'http', base = '/' }}\n\
         [[component]]\nid = 'a'\nsource = 'm.wasm'\nfiles = [{pattern:?}]\n\
         exclude_files = [{exclude:?}]\ntrigger = {{ route = '/' }}\n"
    );
    let manifest = ManifestReader::new().with_era(era).read(&text).ok()?;
    let options = PackageOptions::new().with_build_metadata(BuildMetadata::None);
    let mut packager = Packager::new(&manifest, &options).ok()?;
    while let Some((ticket, need)) = packager.poll_need() {
        match need {
            Need::Listing { depth, folder } => {
                let is_listed = |path: &&&str| match path.strip_prefix(folder.as_str()) {
                    Some(rest) if folder.is_empty() || rest.starts_with('/') => {
                        depth == Depth::Whole || !rest.trim_start_matches('/').contains('/')
                    }
                    _ => false,
                };
                let paths: Vec<_> = listed.iter().filter(is_listed).collect();
                packager.handle_listing(ticket, paths).ok()?;
            }
            Need::File { .. } => {
                packager.handle_chunk(ticket, b"\0asm\x01\0\0\0").ok()?;
                packager.handle_end(ticket).ok()?;
            }
            need => panic!("there is no {need:?}"),
        }
    }
    let collected = packager.collect().ok()?;
    let files = collected.components()[0].files();
    Some(files.map(|file| file.path().to_owned()).collect())
}
