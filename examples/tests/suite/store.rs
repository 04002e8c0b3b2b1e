//! Parcels on their way into a store, and ledgers that are kept there.

use std::sync::Arc;

use bindle_core::{ContentError, Digest, Id, Label, Name};
use examples::store::{Pace, Put, Store, StoreError, StoredLedgerError};
use object_store::memory::InMemory;
use revisions::{Ledger, Recorded};

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

/// The first `count` entries of the ledger of `hello`, and the ledger after each.
fn history(count: u64) -> Vec<(Vec<u8>, Ledger)> {
    let mut ledger = Ledger::new("hello".parse().unwrap());
    let entries = (0..count).map(|patch| {
        let id: Id = format!("hello/1.0.{patch}").parse().unwrap();
        let recorded = ledger.register(&id, Digest::of(&patch.to_le_bytes()));
        let Recorded::New(receipt) = recorded.unwrap() else {
            panic!("{id} was there before");
        };
        (receipt.to_bytes(), ledger.clone())
    });
    entries.collect()
}

#[tokio::test]
async fn what_is_there_is_never_written_again() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::in_folder(folder.path()).unwrap();
    let name: Name = "hello".parse().unwrap();
    let [(first, _), (second, both)] = history(2).try_into().unwrap();
    assert_eq!(store.put_entry(&name, 0, first).await, Ok(Put::Done));
    assert_eq!(store.put_entry(&name, 0, vec![2]).await, Ok(Put::Taken));
    assert_eq!(store.put_entry(&name, 1, second).await, Ok(Put::Done));
    assert_eq!(store.ledger(name).await.unwrap().root(), both.root());
    let other: Name = "hello/2".parse().unwrap();
    assert_eq!(store.ledger(other).await.unwrap().size(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ledger_is_read_while_another_program_appends() {
    const ENTRIES: u64 = 200;
    let store = Store::new(Arc::new(InMemory::new()));
    let name: Name = "hello".parse().unwrap();
    let appends = tokio::spawn({
        let (store, name) = (store.clone(), name.clone());
        async move {
            for (sequence, (entry, ledger)) in (0..).zip(history(ENTRIES)) {
                let put = store.put_entry(&name, sequence, entry).await;
                assert_eq!(put, Ok(Put::Done));
                store.put_checkpoint(&ledger.checkpoint()).await.unwrap();
            }
        }
    });
    let mut size = 0;
    while size < ENTRIES {
        let read = store.ledger(name.clone()).await.unwrap().size();
        assert!(read >= size, "{read} after {size}");
        size = read;
    }
    appends.await.unwrap();
}

#[tokio::test]
async fn each_object_of_a_ledger_is_one_entry() {
    let [(first, _), (second, both)] = history(2).try_into().unwrap();
    for (objects, wrong) in [
        (vec![vec![]], 0),
        (vec![[first.clone(), second].concat()], 0),
        (vec![first, vec![]], 1),
    ] {
        let store = Store::new(Arc::new(InMemory::new()));
        for (sequence, object) in (0..).zip(objects) {
            let put = store.put_entry(both.name(), sequence, object).await;
            assert_eq!(put, Ok(Put::Done));
        }
        let key = format!("ledgers/{}/{wrong:020}.entry", Digest::of(b"hello"));
        let error = StoredLedgerError::NotAnEntry(key);
        assert_eq!(store.ledger(both.name().clone()).await, Err(error));
    }
}

#[tokio::test]
async fn a_checkpoint_that_comes_late_hides_no_loss() {
    let store = Store::new(Arc::new(InMemory::new()));
    let [(entry, first), (_, both)] = history(2).try_into().unwrap();
    let put = store.put_entry(both.name(), 0, entry).await;
    assert_eq!(put, Ok(Put::Done));
    for checkpoint in [both.checkpoint(), first.checkpoint()] {
        assert_eq!(store.put_checkpoint(&checkpoint).await, Ok(()));
    }
    let error = store.ledger(both.name().clone()).await.unwrap_err();
    let expected = "the newer history has 1 entries, fewer than the 2 before";
    assert!(error.to_string().contains(expected), "{error}");
}

#[tokio::test]
async fn a_longer_ledger_extends_the_known_one() {
    let store = Store::new(Arc::new(InMemory::new()));
    let [(first, one), (second, both)] = history(2).try_into().unwrap();
    let known = Ledger::new(one.name().clone());
    let name = Digest::of(b"hello");
    let none = StoredLedgerError::NotAnEntry(format!("ledgers/{name}/{:020}.entry", 0));
    assert_eq!(store.longer_ledger(&known).await, Err(none));
    for (sequence, entry) in [(0, first), (1, second)] {
        let put = store.put_entry(one.name(), sequence, entry).await;
        assert_eq!(put, Ok(Put::Done));
    }
    assert_eq!(store.longer_ledger(&one).await, Ok(both));

    let mut other = known;
    let id: Id = "hello/1.0.0".parse().unwrap();
    assert!(other.register(&id, Digest::of(b"other")).is_ok());
    let error = store.longer_ledger(&other).await.unwrap_err();
    assert!(matches!(error, StoredLedgerError::Extension(_)), "{error}");
}
