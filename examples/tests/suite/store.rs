//! Parcels on their way into a store.

use bindle_core::{ContentError, Label};
use examples::store::{Pace, Put, Store, StoreError};

const CONTENT: &[u8] = b"the content";

fn label(content: &[u8]) -> Label {
    Label::of("a.txt", "text/plain".parse().unwrap(), content)
}

async fn put(store: &Store, label: &Label, content: &[u8]) -> Result<(), StoreError> {
    let (digest, check) = (label.digest(), label.check());
    store
        .put_parcel(&digest, check, content, Pace::default(), |_| {})
        .await
}

#[tokio::test]
async fn a_parcel_appears_only_if_it_is_what_was_announced() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::in_folder(folder.path()).unwrap();
    let label = label(CONTENT);
    let digest = label.digest();
    let size = CONTENT.len() as u64;
    let wrong: [(&[u8], _); 3] = [
        (b"the content!", ContentError::TooLong { expected: size }),
        (
            b"the conten",
            ContentError::TooShort {
                expected: size,
                actual: size - 1,
            },
        ),
        (
            b"The content",
            ContentError::Digest {
                expected: digest,
                actual: bindle_core::Digest::of(b"The content"),
            },
        ),
    ];
    for (content, reason) in wrong {
        let error = put(&store, &label, content).await;
        assert_eq!(error, Err(StoreError::Content { digest, reason }));
        assert_eq!(store.has_parcel(&digest).await, Ok(false));
        let read = store.read_parcel(&label).await;
        assert_eq!(read, Err(StoreError::NoParcel(digest)));
    }
    assert_eq!(put(&store, &label, CONTENT).await, Ok(()));
    assert_eq!(store.has_parcel(&digest).await, Ok(true));
    assert_eq!(store.read_parcel(&label).await.as_deref(), Ok(CONTENT));
    let copy = folder.path().join("copy");
    assert_eq!(store.copy_parcel(&label, &copy).await, Ok(()));
    assert_eq!(std::fs::read(&copy).unwrap(), CONTENT);
}

#[tokio::test]
async fn an_empty_parcel_is_one() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::in_folder(folder.path()).unwrap();
    let label = label(b"");
    assert_eq!(put(&store, &label, b"").await, Ok(()));
    assert_eq!(store.read_parcel(&label).await, Ok(Vec::new()));
}

#[tokio::test]
async fn a_large_parcel_comes_in_pieces_and_tells_its_progress() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::in_folder(folder.path()).unwrap();
    let content: Vec<u8> = (0..3_000_000_u32).flat_map(u32::to_le_bytes).collect();
    let label = label(&content);
    let mut steps = Vec::new();
    let (digest, check) = (label.digest(), label.check());
    let put = store.put_parcel(&digest, check, &*content, Pace::default(), |length| {
        steps.push(length);
    });
    assert_eq!(put.await, Ok(()));
    assert!(steps.len() > 100, "{}", steps.len());
    assert_eq!(steps.iter().sum::<u64>(), label.size());
    assert!(store.read_parcel(&label).await.unwrap() == content);
}

#[tokio::test]
async fn what_is_there_is_never_written_again() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::in_folder(folder.path()).unwrap();
    let name = "hello".parse().unwrap();
    assert_eq!(store.put_entry(&name, 0, vec![1]).await, Ok(Put::Done));
    assert_eq!(store.put_entry(&name, 0, vec![2]).await, Ok(Put::Taken));
    assert_eq!(store.put_entry(&name, 1, vec![3]).await, Ok(Put::Done));
    let entries = store.entries(&name).await.unwrap();
    assert_eq!(entries, [&[1_u8][..], &[3]]);
    let other = "hello/2".parse().unwrap();
    assert_eq!(store.entries(&other).await, Ok(Vec::new()));
}
