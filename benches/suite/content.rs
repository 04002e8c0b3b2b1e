//! Hashing and checking content.

use std::hint::black_box;

use benches::{Suite, Unit, samples};
use bindle_core::{Digest, Label, MediaType};
use sha2::{Digest as _, Sha256};

pub(crate) fn rows(suite: &mut Suite) {
    for (name, bytes) in [("64 B", 64), ("4 KiB", 4 << 10), ("1 MiB", 1 << 20)] {
        let content = samples::content(bytes);
        suite
            .row(&format!("hash {name}"), Unit::Throughput { bytes })
            .ours(|| Digest::of(black_box(&content)))
            .limit("sha2", || Sha256::digest(black_box(&content)))
            .measure();
    }

    let bytes = 1 << 20;
    let content = samples::content(bytes);
    let label = Label::of("large.bin", MediaType::OCTET_STREAM, &content);
    suite
        .row(
            "check 1 MiB in chunks of 16 KiB",
            Unit::Throughput { bytes },
        )
        .ours(|| {
            let mut check = label.check();
            for chunk in black_box(&content).chunks(16 << 10) {
                check.update(chunk)?;
            }
            check.finish()
        })
        .limit("sha2", || {
            let mut hash = Sha256::new();
            for chunk in black_box(&content).chunks(16 << 10) {
                hash.update(chunk);
            }
            hash.finalize()
        })
        .measure();

    let (count, size) = (10_000, 4 << 10);
    let content = samples::content(count * size);
    suite
        .row(
            "label 10,000 files of 4 KiB",
            Unit::Throughput {
                bytes: count * size,
            },
        )
        .ours(|| {
            let files = black_box(&content).chunks(size);
            let labels = files.map(|file| Label::of("file", MediaType::OCTET_STREAM, file));
            labels.collect::<Vec<_>>()
        })
        .limit("sha2", || {
            let files = black_box(&content).chunks(size);
            files.map(Sha256::digest).collect::<Vec<_>>()
        })
        .measure();
}
