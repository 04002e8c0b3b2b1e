//! Standalone bindles.

use std::hint::black_box;

use benches::{Suite, Unit, samples};
use bindle_core::standalone::{Content, Layout, Reader};
use bindle_core::{Invoice, Label, MediaType};
use sha2::{Digest as _, Sha256};

/// A bindle of files that are neither small nor large.
pub(crate) fn rows(suite: &mut Suite) {
    let (count, size) = (1_000, 64 << 10);
    let bytes = samples::content(count * size);
    let contents: Vec<_> = bytes.chunks(size).collect();
    let labels = contents
        .iter()
        .enumerate()
        .map(|(index, content)| Label::of(index.to_string(), MediaType::OCTET_STREAM, content));
    let invoice = Invoice::builder("example.com/benches/sample/1.0.0".parse().expect("an id"))
        .parcels(labels)
        .build()
        .expect("an invoice");
    let layout = Layout::new(&invoice).expect("deployed readers can read it");
    let files = layout.files().iter();
    let files: Vec<_> = files
        .map(|file| {
            let content = match file.content() {
                Content::Invoice(text) => text.as_bytes(),
                Content::Parcel(label) => {
                    let index: usize = label.name().parse().expect("an index");
                    contents[index]
                }
            };
            (file.path(), content)
        })
        .collect();
    suite
        .row(
            "check a standalone bindle of 1,000 files of 64 KiB",
            Unit::Throughput {
                bytes: count * size,
            },
        )
        .ours(|| {
            let mut reader = Reader::new();
            for (path, content) in black_box(&files) {
                let mut entry = reader.handle_file(path).expect("a file of the bindle");
                for chunk in content.chunks(16 << 10) {
                    entry.update(chunk).expect("no more than announced");
                }
                entry.finish();
            }
            reader.finish()
        })
        .limit("sha2", || {
            let contents = black_box(&contents).iter();
            contents.map(Sha256::digest).collect::<Vec<_>>()
        })
        .measure();
}
