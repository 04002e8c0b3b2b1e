//! Ids, names and digests.

use std::fmt::Write as _;
use std::hint::black_box;

use benches::{Suite, Unit};
use bindle_core::{Digest, Id};
use semver::Version;
use sha2::{Digest as _, Sha256};

pub(crate) fn rows(suite: &mut Suite) {
    let text = "example.com/some/hello-world/1.2.3+q1a2b3c4";
    let id: Id = text.parse().expect("an id");
    suite
        .row("read an id", Unit::Time)
        .ours(|| black_box(text).parse::<Id>())
        .limit("semver and a copy", || split(black_box(text)))
        .measure();
    suite
        .row("print an id", Unit::Time)
        .ours(|| black_box(&id).to_string())
        .limit("a copy of the text", || black_box(text).to_owned())
        .measure();
    suite
        .row("canonical name of an id", Unit::Time)
        .ours(|| black_box(&id).canonical_name())
        .limit("sha2", || Sha256::digest(black_box(text)))
        .measure();
    let uri = "bindle:k%C3%A4se/some/hello-world/1.2.3+q1a2b3c4";
    suite
        .row("read a URI", Unit::Time)
        .ours(|| Id::from_uri(black_box(uri)))
        .limit("semver and a copy", || split(black_box(uri)))
        .measure();

    let digest = Digest::of(b"hello world");
    let text = digest.to_string();
    suite
        .row("read a digest", Unit::Time)
        .ours(|| black_box(&text).parse::<Digest>())
        .limit("table look-ups", || decode(black_box(text.as_bytes())))
        .measure();
    // Into a text that is there: an allocation would take most of the time.
    let (mut ours, mut limit) = (String::with_capacity(64), String::with_capacity(64));
    suite
        .row("print a digest", Unit::Time)
        .ours(move || {
            ours.clear();
            let printed = write!(ours, "{}", black_box(&digest));
            (printed, ours.len())
        })
        .limit("table look-ups", move || {
            limit.clear();
            encode(black_box(digest.as_bytes()), &mut limit);
            limit.len()
        })
        .measure();
}

fn split(text: &str) -> Option<(Box<str>, Version)> {
    let (name, version) = text.rsplit_once('/')?;
    Some((name.into(), Version::parse(version).ok()?))
}

/// Two look-ups a byte, one check at the end.
fn decode(text: &[u8]) -> Option<[u8; 32]> {
    const VALUES: [u8; 256] = {
        let mut values = [0xff; 256];
        let mut value = 0;
        while value < 16 {
            values[b"0123456789abcdef"[value as usize] as usize] = value;
            value += 1;
        }
        values
    };
    let text: &[u8; 64] = text.try_into().ok()?;
    let mut seen = 0;
    let bytes = std::array::from_fn(|index| {
        let high = VALUES[usize::from(text[2 * index])];
        let low = VALUES[usize::from(text[2 * index + 1])];
        seen |= high | low;
        high << 4 | low
    });
    (seen < 0x10).then_some(bytes)
}

fn encode(bytes: &[u8; 32], text: &mut String) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 0xf)]));
    }
}
