//! A standalone bindle that is accepted is, file by file, what is written for
//! its invoice; any other is refused with reasons.

#![no_main]

use std::collections::{BTreeMap, BTreeSet};

use bindle_core::Digest;
use bindle_core::standalone::{Completeness, Content, Layout, Reader};
use libfuzzer_sys::fuzz_target;

// Paths and contents in turn, separated by zeros. A path that ends with `/` is
// that of a folder, and one that begins with `@` that of a link.
fuzz_target!(|bytes: &[u8]| {
    let parts: Vec<_> = bytes.split(|byte| *byte == 0).collect();
    let mut reader = Reader::new().with_completeness(Completeness::Partial);
    let mut files = BTreeMap::new();
    let mut is_refused = false;
    for entry in parts.chunks(2) {
        let content = entry.get(1).copied().unwrap_or_default();
        let Ok(path) = std::str::from_utf8(entry[0]) else {
            continue;
        };
        if let Some(path) = path.strip_prefix('@') {
            reader.handle_other(path);
            is_refused = true;
        } else if path.ends_with('/') {
            is_refused |= reader.handle_folder(path).is_err();
        } else {
            match reader.handle_file(path) {
                Err(_) => is_refused = true,
                Ok(mut entry) => {
                    let taken = content.chunks(7).try_for_each(|chunk| entry.update(chunk));
                    is_refused |= taken.is_err();
                    entry.finish();
                }
            }
            let path = path.strip_prefix("./").unwrap_or(path);
            is_refused |= files.insert(path, content).is_some();
        }
    }
    match reader.finish() {
        Err(refused) => assert!(!refused.problems().is_empty()),
        Ok(standalone) => {
            assert!(!is_refused);
            let layout = Layout::new(standalone.invoice());
            let missing = standalone.missing();
            let missing: BTreeSet<_> = missing.iter().map(|label| label.digest()).collect();
            // One with the reason of a yank is read, and not written.
            for file in layout.iter().flat_map(Layout::files) {
                let found = files.remove(file.path());
                match (file.content(), found) {
                    (Content::Invoice(_), found) => assert!(found.is_some()),
                    (Content::Parcel(label), None) => assert!(missing.contains(&label.digest())),
                    (Content::Parcel(label), Some(found)) => {
                        assert!(standalone.has(&label.digest()));
                        assert_eq!(
                            (label.digest(), label.size()),
                            (Digest::of(found), found.len() as u64)
                        );
                    }
                }
            }
            assert!(layout.is_err() || files.is_empty());
        }
    }
});
