//! Content that comes in chunks, and is or is not what was announced.

use std::io::Write as _;

use bindle_core::{ContentCheck, ContentError, Digest, Digester, Label, MediaType};
use proptest::collection::vec;
use proptest::prelude::*;

const HELLO: &[u8] = b"hello";

fn check() -> ContentCheck {
    ContentCheck::new(Digest::of(HELLO), 5)
}

#[test]
fn too_much_is_refused_at_once() {
    let mut check = check();
    check.update(b"hel").unwrap();
    let error = check.update(b"lo!").unwrap_err();
    assert_eq!(error, ContentError::TooLong { expected: 5 });
    assert_eq!(
        error.to_string(),
        "the content is longer than the 5 bytes that were announced"
    );
}

#[test]
fn too_much_is_not_forgotten() {
    let mut check = check();
    check.update(b"hello!").unwrap_err();
    assert_eq!(
        check.update(b"hello"),
        Err(ContentError::TooLong { expected: 5 })
    );
    assert_eq!(check.finish(), Err(ContentError::TooLong { expected: 5 }));
}

#[test]
fn too_little_is_refused_at_the_end() {
    let mut check = check();
    check.update(b"hell").unwrap();
    let error = check.finish().unwrap_err();
    assert_eq!(
        error,
        ContentError::TooShort {
            expected: 5,
            actual: 4
        }
    );
    assert_eq!(
        error.to_string(),
        "the content ends after 4 of the 5 bytes that were announced"
    );
}

#[test]
fn other_content_is_refused_at_the_end() {
    let mut check = check();
    check.update(b"HELLO").unwrap();
    let error = check.finish().unwrap_err();
    let (expected, actual) = (Digest::of(HELLO), Digest::of(b"HELLO"));
    assert_eq!(error, ContentError::Digest { expected, actual });
    assert_eq!(
        error.to_string(),
        format!("the content has the digest {actual}, but {expected} was announced")
    );
}

#[test]
fn nothing_may_be_announced() {
    ContentCheck::new(Digest::of(b""), 0).finish().unwrap();
    let mut check = ContentCheck::new(Digest::of(b""), 0);
    check.update(b"").unwrap();
    assert_eq!(
        check.update(b"x"),
        Err(ContentError::TooLong { expected: 0 })
    );
}

#[test]
fn labels_check_their_content() {
    let label = Label::of("hello", MediaType::OCTET_STREAM, HELLO);
    assert_eq!(label.verify(HELLO), Ok(()));
    assert_eq!(
        label.verify(b"hell"),
        Err(ContentError::TooShort {
            expected: 5,
            actual: 4
        })
    );
    assert_eq!(
        label.verify(b"hello!"),
        Err(ContentError::TooLong { expected: 5 })
    );
    let (expected, actual) = (Digest::of(HELLO), Digest::of(b"jello"));
    assert_eq!(
        label.verify(b"jello"),
        Err(ContentError::Digest { expected, actual })
    );
    // A label can lie about the size as well.
    let label = Label::new(Digest::of(HELLO), 4, MediaType::OCTET_STREAM);
    assert_eq!(
        label.verify(HELLO),
        Err(ContentError::TooLong { expected: 4 })
    );
    let (expected, actual) = (Digest::of(HELLO), Digest::of(b"hell"));
    assert_eq!(
        label.verify(b"hell"),
        Err(ContentError::Digest { expected, actual })
    );
}

#[test]
fn both_are_writers() {
    let mut digester = Digester::new();
    digester.write_all(b"hel").unwrap();
    digester.write_all(b"lo").unwrap();
    digester.flush().unwrap();
    assert_eq!(digester.size(), 5);
    assert_eq!(digester.finish(), (Digest::of(HELLO), 5));

    let mut check = check();
    check.write_all(HELLO).unwrap();
    check.flush().unwrap();
    let error = check.write_all(b"!").unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::InvalidData);
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref());
    assert_eq!(inner, Some(&ContentError::TooLong { expected: 5 }));
}

proptest! {
    #[test]
    fn chunks_do_not_matter(chunks in vec(vec(any::<u8>(), 0..100), 0..8)) {
        let whole = chunks.concat();
        let mut digester = Digester::new();
        let mut check = ContentCheck::new(Digest::of(&whole), whole.len() as u64);
        for chunk in &chunks {
            digester.update(chunk);
            prop_assert_eq!(check.update(chunk), Ok(()));
        }
        prop_assert_eq!(digester.finish(), (Digest::of(&whole), whole.len() as u64));
        prop_assert_eq!(check.finish(), Ok(()));
    }
}
