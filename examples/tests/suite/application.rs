//! Bindles that no honest packager makes.

use bindle_core::{
    Group, Id, Invoice, InvoiceBuilder, KeyEntry, Keyring, Label, Parcel, Role, SecretKey,
    SecretKeyEntry, UnixTime,
};
use examples::application::{Running, StartError};
use examples::runtime::{Limits, Runtime};
use examples::store::{Pace, Store};

/// `(module (func (export "_start")))`
const MODULE: &[u8] =
    b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x03\x02\x01\0\x07\x0a\x01\x06_start\0\0\
                        \x0a\x04\x01\x02\0\x0b";

/// A stored bindle, and who may sign.
struct Bindle {
    invoice: Invoice,
    keyring: Keyring,
    store: Store,
    _folder: tempfile::TempDir,
}

impl Bindle {
    async fn store(contents: &[(Parcel, &[u8])], group: Option<Group>) -> Self {
        let key = SecretKey::from_seed(&[7; 32]);
        let ada = SecretKeyEntry::new("Ada <ada@example.com>", key, [Role::Creator]);
        let folder = tempfile::tempdir().unwrap();
        let store = Store::in_folder(folder.path()).unwrap();
        let mut builder = Invoice::builder("hello/1.0.0".parse().unwrap());
        for (parcel, content) in contents {
            let label = parcel.label();
            builder = builder.parcel(parcel.clone());
            store
                .put_parcel(
                    &label.digest(),
                    label.check(),
                    *content,
                    Pace::default(),
                    |_| {},
                )
                .await
                .unwrap();
        }
        let builder = group.into_iter().fold(builder, InvoiceBuilder::group);
        let mut invoice = builder.build().unwrap();
        let now = UnixTime::from_seconds(1_700_000_000);
        invoice.sign(&ada, Role::Creator, now).unwrap();
        store.put_invoice(&invoice).await.unwrap();
        Self {
            invoice,
            keyring: Keyring::from_iter([KeyEntry::from(&ada)]),
            store,
            _folder: folder,
        }
    }

    async fn start(&self) -> Result<Running, StartError> {
        let runtime = Runtime::new(Limits::default()).unwrap();
        let content = self.invoice.content_digest();
        let id: &Id = self.invoice.id();
        Running::start(id, content, &self.store, &self.keyring, &runtime).await
    }
}

fn label(name: &str, media_type: &str, content: &[u8]) -> Label {
    Label::of(name, media_type.parse().unwrap(), content)
}

fn manifest(files: &str) -> String {
    let module = label("a.wasm", "application/wasm", MODULE).digest();
    format!(
        "[trigger]\ntype = 'http'\nbase = '/'\n\n[[component]]\nsource = '{module}'\nid = 'a'\n\
         {files}[component.trigger]\nroute = '/'\nexecutor = {{ type = 'wagi' }}\n"
    )
}

fn parcels(manifest: &str) -> Vec<(Parcel, &[u8])> {
    let text = manifest.as_bytes();
    vec![
        (
            label("spin.toml", "application/vnd.fermyon.spin+toml", text).into(),
            text,
        ),
        (label("a.wasm", "application/wasm", MODULE).into(), MODULE),
    ]
}

#[tokio::test]
async fn files_stay_in_the_folder_of_their_component() {
    let manifest = manifest("files = 'files-a'\n");
    for path in [
        "../evil",
        "/evil",
        "a/../../evil",
        "a//b",
        "./a",
        "a\\..\\b",
        "c:evil",
    ] {
        let mut contents = parcels(&manifest);
        let parcel = Parcel::from(label(path, "text/plain", b"evil")).member_of(["files-a"]);
        contents.push((parcel, b"evil"));
        let bindle = Bindle::store(&contents, Some(Group::new("files-a"))).await;
        let error = bindle.start().await.err().unwrap().to_string();
        assert_eq!(
            error,
            format!("component \"a\" has a file at {path:?}, which is outside of its folder")
        );
    }
}

#[tokio::test]
async fn an_invoice_other_than_the_registered_one_is_refused() {
    let manifest = manifest("");
    let bindle = Bindle::store(&parcels(&manifest), None).await;
    let runtime = Runtime::new(Limits::default()).unwrap();
    let id = bindle.invoice.id();
    let other = bindle_core::Digest::of(b"other");
    let start = Running::start(id, other, &bindle.store, &bindle.keyring, &runtime).await;
    let error = start.err().unwrap().to_string();
    let stored = bindle.invoice.content_digest();
    assert_eq!(
        error,
        format!(
            "the store was tampered with: the invoice of hello/1.0.0 has the content digest \
             {stored}, but {other} was registered"
        )
    );
}

#[tokio::test]
async fn a_bindle_without_an_application_is_refused() {
    let bindle = Bindle::store(&[], None).await;
    let error = bindle.start().await.err().unwrap().to_string();
    assert_eq!(
        error,
        "the invoice of hello/1.0.0 does not contain a Spin manifest"
    );
}

#[tokio::test]
async fn a_bindle_that_no_one_known_has_signed_is_refused() {
    let manifest = manifest("");
    let mut bindle = Bindle::store(&parcels(&manifest), None).await;
    bindle.keyring = Keyring::default();
    let error = bindle.start().await.err().unwrap().to_string();
    assert_eq!(
        error,
        "hello/1.0.0 is not trusted: no signature as `creator` counts"
    );
}

#[tokio::test]
async fn a_yanked_bindle_is_refused() {
    let manifest = manifest("");
    let bindle = Bindle::store(&parcels(&manifest), None).await;
    assert!(bindle.start().await.is_ok());
    let mut yanked = bindle.invoice.clone();
    yanked.yank("it was wrong").unwrap();
    bindle.store.put_yank(&yanked).await.unwrap();
    let error = bindle.start().await.err().unwrap().to_string();
    assert_eq!(error, "hello/1.0.0 is yanked: it was wrong");
}
