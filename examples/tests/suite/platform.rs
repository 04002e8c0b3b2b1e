//! A platform without a program around it.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bindle_core::{
    Digest, Id, KeyEntry, Keyring, Role, SecretKey, SecretKeyEntry, Strategy, UnixTime, Verified,
};
use examples::platform::{Outcome, Platform, ReleaseError, Settings};
use examples::runtime::{Limits, Runtime};
use examples::server::Traffic;
use examples::store::{Pace, Store};
use examples::{folder, upload};
use spin_manifest::Manifest;
use spin_manifest::package::PackageOptions;
use tempfile::TempDir;
use tokio::time::timeout;

use crate::program::{PATIENCE, sample};

const NAME: &str = "hello-fermyon-cloud";

/// A store in a folder, and who may sign.
struct Place {
    folder: TempDir,
    store: Store,
    creator: SecretKeyEntry,
    keyring: Keyring,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::in_folder(folder.path()).unwrap();
        let key = SecretKey::from_seed(&[7; 32]);
        let creator = SecretKeyEntry::new("Ada <ada@example.com>", key, [Role::Creator]);
        let keyring = Keyring::from_iter([KeyEntry::from(&creator)]);
        Self {
            folder,
            store,
            creator,
            keyring,
        }
    }

    /// Brings a sample application into the store.
    async fn upload(&self, app: &str) -> (Id, Digest) {
        let app = sample(app);
        let manifest = fs::read_to_string(app.join("spin.toml")).unwrap();
        let manifest = Manifest::from_toml(&manifest).unwrap();
        let package = folder::package(&app, None, &manifest, &PackageOptions::new()).unwrap();
        let mut invoice = package.invoice().clone();
        let now = UnixTime::from_seconds(1_700_000_000);
        invoice.sign(&self.creator, Role::Creator, now).unwrap();
        let verified = Strategy::default().verify(invoice, &self.keyring).unwrap();
        let offer = upload::offer(&self.store, &verified, Verified::into_inner).await;
        let offer = offer.unwrap();
        for label in &offer.missing {
            let pace = Pace::default();
            let uploaded = upload::parcel(&self.store, &package, &app, label, pace, |_| {});
            uploaded.await.unwrap();
        }
        let content = offer.invoice.content_digest();
        (offer.invoice.id().clone(), content)
    }

    async fn platform(&self, traffic: &Traffic) -> Platform {
        Platform::start(
            NAME.parse().unwrap(),
            self.store.clone(),
            self.keyring.clone(),
            Runtime::new(Limits::default()).unwrap(),
            traffic.clone(),
            Settings {
                rule: None,
                health_path: None,
                min_healthy: Duration::ZERO,
                healthy_deadline: PATIENCE,
                drain: Duration::ZERO,
            },
        )
        .await
        .unwrap()
    }

    /// An object of the ledger.
    fn object(&self, name: &str) -> PathBuf {
        let ledger = Digest::of(NAME.as_bytes());
        let ledgers = self.folder.path().join("ledgers");
        ledgers.join(ledger.to_string()).join(name)
    }
}

async fn release(platform: &Platform, (id, content): &(Id, Digest)) -> Result<Outcome, String> {
    let outcome = timeout(PATIENCE, platform.release(id.clone(), *content)).await;
    let outcome = outcome.unwrap_or_else(|_| panic!("waited in vain for {id}"));
    outcome.map_err(|error: ReleaseError| error.to_string())
}

#[tokio::test]
async fn each_of_two_releases_at_once_has_its_outcome() {
    let place = Place::new();
    let older = place.upload("hello-0.1.0").await;
    let newer = place.upload("hello-0.1.1").await;
    let platform = place.platform(&Traffic::default()).await;
    let outcomes = tokio::join!(release(&platform, &older), release(&platform, &newer));
    let serving = Some(newer.0.version().clone());
    let expected = (Ok(Outcome::NotSelected { serving }), Ok(Outcome::Serves));
    assert_eq!(outcomes, expected);
}

#[tokio::test]
async fn what_is_stopped_lets_go_of_its_files() {
    let place = Place::new();
    let older = place.upload("hello-0.1.0").await;
    let newer = place.upload("hello-0.1.1").await;
    let traffic = Traffic::default();
    let platform = place.platform(&traffic).await;
    assert_eq!(release(&platform, &older).await, Ok(Outcome::Serves));
    let stopped = Arc::downgrade(&traffic.next().unwrap());
    assert_eq!(release(&platform, &newer).await, Ok(Outcome::Serves));
    let gone = timeout(PATIENCE, async {
        while stopped.strong_count() > 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
    assert!(gone.await.is_ok(), "it is still held");
}

#[tokio::test]
async fn what_is_no_entry_ends_a_release() {
    let place = Place::new();
    let older = place.upload("hello-0.1.0").await;
    let newer = place.upload("hello-0.1.1").await;
    let platform = place.platform(&Traffic::default()).await;
    assert_eq!(release(&platform, &older).await, Ok(Outcome::Serves));
    let entry = place.object(&format!("{:020}.entry", 1));
    let error = format!(
        "the ledger in the store was tampered with: ledgers/{}/{:020}.entry is not one entry",
        Digest::of(NAME.as_bytes()),
        1
    );
    fs::write(&entry, "").unwrap();
    assert_eq!(release(&platform, &newer).await, Err(error.clone()));
    fs::remove_file(&entry).unwrap();
    fs::create_dir(&entry).unwrap();
    assert_eq!(release(&platform, &newer).await, Err(error));
    fs::remove_dir(&entry).unwrap();
    assert_eq!(release(&platform, &newer).await, Ok(Outcome::Serves));
}

#[tokio::test]
async fn a_checkpoint_that_was_not_put_is_put_later() {
    let place = Place::new();
    let hello = place.upload("hello-0.1.0").await;
    let platform = place.platform(&Traffic::default()).await;
    assert_eq!(release(&platform, &hello).await, Ok(Outcome::Serves));
    let checkpoint = place.object(&format!("{:020}.checkpoint", 1));
    fs::remove_file(&checkpoint).unwrap();
    assert_eq!(release(&platform, &hello).await, Ok(Outcome::Serves));
    fs::remove_file(&checkpoint).unwrap();
    place.platform(&Traffic::default()).await;
    assert!(checkpoint.exists());
}
