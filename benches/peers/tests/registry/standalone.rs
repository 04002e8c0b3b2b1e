//! Bindles that stand alone: each side reads what the other wrote, as a folder
//! and as an archive, and brings it to the other's registry.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use bindle::standalone::{StandaloneRead, StandaloneWrite};
use bindle_core::registry::Push;
use bindle_core::standalone::{EntryKind, Reader, Standalone};
use bindle_core::{Digest, Invoice};
use bytes::Bytes;
use examples::standalone::{self, Keep, ReadError};
use peers::servers::{Ours, Theirs, creators};

use crate::{PAGE, STYLE, content, invoice, theirs};

const ID: &str = "example.com/hello/1.0.0";

/// Writes the bindle of the tests as ours; gives the place.
fn written(folder: &Path, name: &str, invoice: &Invoice) -> PathBuf {
    let place = folder.join(name);
    standalone::write(&place, invoice, |label| {
        let content = content(label).expect("a content of the tests");
        Ok(io::Cursor::new(content))
    })
    .expect("written");
    place
}

fn read(place: &Path) -> Result<Standalone, ReadError> {
    standalone::read(place, Reader::new(), &mut ())
}

#[tokio::test]
async fn they_read_what_we_write() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let hello = invoice(ID);
    let archive = written(folder, "hello.tar.gz", &hello);
    written(folder, "folder", &hello);
    for read in [
        StandaloneRead::new_from_tarball(&archive).await,
        StandaloneRead::new(folder.join("folder"), ID).await,
    ] {
        let read = read.expect("they read it");
        assert_eq!(read.parcels.len(), 2);
        let found = read.get_invoice().await.expect("the invoice");
        let text = |invoice| toml::to_string(&invoice).expect("text");
        assert_eq!(text(found), text(theirs(&hello)));
        for content in [PAGE, STYLE] {
            let digest = Digest::of(content).to_string();
            let found = read.get_parcel(&digest).await.expect("a parcel");
            assert_eq!(found, content);
        }
    }

    // They list the folder of the parcels, whether there are any or not.
    let empty = Invoice::builder(ID.parse().expect("an id")).build();
    let empty = empty.expect("a legal invoice");
    let archive = written(folder, "empty.tar.gz", &empty);
    let read = StandaloneRead::new_from_tarball(&archive).await;
    assert!(read.expect("they read it").parcels.is_empty());
}

/// Writes the bindle of the tests as theirs, as a folder and as an archive.
async fn written_by_them(folder: &Path, invoice: &Invoice) -> [PathBuf; 2] {
    let write = StandaloneWrite::new(folder.join("folder"), ID).await;
    let write = write.expect("a folder");
    let parcels = [PAGE, STYLE].map(|content| (Digest::of(content).to_string(), content));
    let written = write.write(theirs(invoice), parcels.into()).await;
    written.expect("written");
    write.tarball(folder).await.expect("packed");
    let name = format!("{}.tar.gz", invoice.id().canonical_name());
    [folder.join("folder"), folder.join(name)]
}

#[tokio::test]
async fn we_read_what_they_write() {
    let folder = tempfile::tempdir().expect("a folder");
    let hello = invoice(ID);
    for place in written_by_them(folder.path(), &hello).await {
        let standalone = read(&place).expect("a complete bindle");
        assert_eq!(
            standalone.invoice().content_digest(),
            hello.content_digest()
        );
        assert_eq!(standalone.invoice().signatures(), hello.signatures());
    }
}

/// They take any folder, and do not look into the parcels.
#[tokio::test]
async fn they_read_what_is_no_bindle() {
    let folder = tempfile::tempdir().expect("a folder");
    let [place, _] = written_by_them(folder.path(), &invoice(ID)).await;
    let bindle = fs::read_dir(&place)
        .expect("entries")
        .next()
        .expect("one")
        .expect("readable")
        .path();
    let page = format!("parcels/{}.dat", Digest::of(PAGE));
    fs::write(bindle.join(page), b"tampered with").expect("written");
    let other = Digest::of(b"example.com/other/1.0.0").to_string();
    fs::rename(&bindle, place.join(other)).expect("moved");

    let theirs = StandaloneRead::new(&place, "example.com/other/1.0.0").await;
    let theirs = theirs.expect("they read it");
    let found = theirs.get_invoice().await.expect("the invoice");
    assert_eq!(found.bindle.id.to_string(), ID);
    let found = theirs.get_parcel(&Digest::of(PAGE).to_string()).await;
    assert_eq!(found.expect("a parcel"), b"tampered with");

    let Err(ReadError::Refused(refused)) = read(&place) else {
        panic!("it is refused");
    };
    let codes = refused
        .problems()
        .iter()
        .map(|problem| problem.kind().code());
    assert_eq!(codes.collect::<Vec<_>>(), ["wrong-directory", "wrong-size"]);
}

/// Keeps all parcels, in memory.
#[derive(Default)]
struct Parcels(BTreeMap<Digest, Vec<u8>>);

impl Keep for Parcels {
    fn begin(&mut self, file: EntryKind) -> io::Result<Option<&mut dyn Write>> {
        Ok(match file {
            EntryKind::Invoice => None,
            EntryKind::Parcel(digest) => Some(self.0.entry(digest).or_default()),
        })
    }
}

/// What their tool exported goes to their server, and to ours, by our push.
#[tokio::test(flavor = "multi_thread")]
async fn we_push_what_they_exported() {
    let folder = tempfile::tempdir().expect("a folder");
    let [_, archive] = written_by_them(folder.path(), &invoice(ID)).await;
    let mut parcels = Parcels::default();
    let standalone = standalone::read(&archive, Reader::new(), &mut parcels);
    let standalone = standalone.expect("a complete bindle");

    let theirs = Theirs::start().await;
    let ours = Ours::start().await;
    let client = examples::client::Client::new(ours.url.trim_end_matches('/'));
    let client = client.expect("a client").with_token("a-token-of-the-tests");
    for client in [theirs.our_client(), client.expect("a token")] {
        let mut push = Push::new(standalone.invoice().clone());
        let content = |label: &bindle_core::Label| {
            let content = parcels.0.get(&label.digest())?;
            Some(Bytes::from(content.clone()))
        };
        client.push(&mut push, content).await.expect("pushed");
        assert!(push.is_done() && push.absent().is_empty());
        assert_eq!(push.uploaded().len(), 2);
    }
}

/// What stands alone can be verified as well as what a registry serves.
#[test]
fn what_we_wrote_is_signed() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = written(folder.path(), "hello.tar.gz", &invoice(ID));
    let standalone = read(&place).expect("a complete bindle");
    let strategy = bindle_core::Strategy::default();
    let verified = strategy.verify(standalone.into_invoice(), &creators());
    assert_eq!(verified.expect("by Ada").id().to_string(), ID);
}
