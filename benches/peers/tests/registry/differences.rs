//! Where the two registries differ, and are meant to: what is wrong with the
//! reference is shown by itself.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bindle::client::tokens::NoToken;
use bindle::signature::KeyRing;
use bindle_core::protocol::{Format, MatchesBody, Request, Resource, Status};
use bindle_core::query::{Query, Yanked};
use bindle_core::registry::{Pull, PullError, Push, Trust};
use bindle_core::{Digest, Invoice, Label, MediaType, Role, SecretKeyFile};
use bytes::Bytes;
use examples::client::{Client, TransferError};
use peers::servers::{Ours, TOKEN, Theirs, ada};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::{PAGE, content, invoice};

const ID: &str = "example.com/hello/1.0.0";
/// As long as what it replaces.
const HACKED: &[u8; PAGE.len()] = b"<h1>HELLO</h1>";

/// Sends what no client would, and gives status and body of the answer; `None`
/// if the connection breaks.
async fn send_raw(url: &str, method: &str, target: &str, body: &str) -> Option<(u16, String)> {
    let address = url.strip_prefix("http://").expect("no TLS");
    let (address, prefix) = address.split_once('/').expect("a prefix");
    let prefix = prefix.trim_end_matches('/');
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    let request = format!(
        "{method} /{prefix}{target} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\
         Authorization: Bearer {TOKEN}\r\nContent-Type: application/toml\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await.ok()?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.ok()?;
    let answer = String::from_utf8(answer).expect("text");
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?.parse().expect("a status");
    Some((status, body.to_owned()))
}

async fn push(client: &Client, invoice: &Invoice) {
    let mut push = Push::new(invoice.clone());
    client.push(&mut push, content).await.expect("pushed");
}

async fn query(client: &Client, query: Query) -> (Status, Bytes) {
    let request = Request::Get(Resource::Matches(query));
    client.send(&request, Bytes::new()).await.expect("answered")
}

async fn found(client: &Client, asked: Query) -> MatchesBody {
    let (status, body) = query(client, asked).await;
    assert_eq!(status, Status::OK);
    MatchesBody::read(&body, Format::Toml).expect("we read it")
}

/// Changes a file that a store has somewhere.
fn tamper(folder: &Path, content: &[u8]) {
    let mut folders = vec![PathBuf::from(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if fs::read(&path).expect("a file") == content {
                fs::write(&path, HACKED).expect("written");
                return;
            }
        }
    }
    panic!("no such file");
}

/// Their client hands out whatever comes. Ours does not, and our server breaks
/// off before the end.
#[tokio::test(flavor = "multi_thread")]
async fn tampered_content() {
    let page = Digest::of(PAGE).to_string();
    let hello = invoice(ID);
    let pull = |client: Client| {
        let trust = Trust::Pinned(hello.content_digest());
        let mut pull = Pull::new(hello.id().clone(), trust);
        async move {
            let pulled = client.pull(&mut pull, |_, _| ()).await;
            (pulled, pull.received().contains(&Digest::of(PAGE)))
        }
    };

    let theirs = Theirs::start().await;
    push(&theirs.our_client(), &hello).await;
    tamper(theirs.folder.path(), PAGE);
    let url = format!("{}/", theirs.url);
    let client = bindle::client::Client::new(&url, NoToken, Arc::new(KeyRing::default()));
    let got = client.expect("a client").get_parcel(ID, &page).await;
    assert_eq!(got.expect("no error"), HACKED);
    let (pulled, has_page) = pull(theirs.our_client()).await;
    assert!(
        matches!(
            pulled,
            Err(TransferError::Protocol(PullError::Content { digest, .. }))
                if digest == Digest::of(PAGE)
        ),
        "{pulled:?}"
    );
    assert!(!has_page);

    let ours = Ours::start().await;
    push(&ours.our_client(), &hello).await;
    tamper(ours.folder.path(), PAGE);
    let client = ours.their_client(NoToken, KeyRing::default());
    let got = client.get_parcel(ID, &page).await;
    assert!(got.is_err(), "{got:?}");
    let (pulled, has_page) = pull(ours.our_client()).await;
    assert!(pulled.is_err() && !has_page);
}

/// The statuses of an upload of the wrong size, and of the right one after it.
async fn wrong_then_right(client: &Client) -> [Status; 2] {
    let hello = invoice(ID);
    let create = hello.to_reference_toml().into_string();
    let (created, _) = client
        .send(&Request::Create, create.into())
        .await
        .expect("an answer");
    assert_eq!(created, Status::ACCEPTED);
    let (id, digest) = (hello.id().clone(), Digest::of(PAGE));
    let upload = Request::Upload { id, digest };
    let (wrong, _) = client
        .send(&upload, Bytes::from_static(b"short"))
        .await
        .expect("an answer");
    let (right, _) = client
        .send(&upload, Bytes::from_static(PAGE))
        .await
        .expect("an answer");
    [wrong, right]
}

/// Theirs never takes the parcel then: what failed is still in the way.
#[tokio::test(flavor = "multi_thread")]
async fn an_upload_after_one_that_failed() {
    let theirs = Theirs::start().await;
    let statuses = wrong_then_right(&theirs.our_client()).await;
    assert_eq!(statuses, [Status::BAD_REQUEST, Status::CONFLICT]);

    let ours = Ours::start().await;
    assert_eq!(
        wrong_then_right(&ours.our_client()).await,
        [Status::BAD_REQUEST, Status::OK]
    );
}

/// An invoice of parcels whose digests are paths, signed with their library,
/// since ours does not read it.
fn with_paths_for_digests(paths: [&str; 2]) -> String {
    let parcel = |path: &str| bindle::Parcel {
        label: bindle::Label {
            sha256: path.to_owned(),
            media_type: "text/plain".to_owned(),
            name: "secret".to_owned(),
            size: 6,
            ..bindle::Label::default()
        },
        conditions: None,
    };
    let mut invoice = bindle::Invoice::new(bindle::BindleSpec {
        id: ID.parse().expect("an id"),
        description: None,
        authors: None,
    });
    invoice.parcel = Some(paths.map(parcel).into());
    let file = SecretKeyFile::from_iter([ada()]);
    let file: bindle::signature::SecretKeyFile =
        toml::from_str(&file.to_secret_toml()).expect("they read it");
    let with = vec![(bindle::SignatureRole::Creator, &file.key[0])];
    let signed = bindle::invoice::sign(invoice, with).expect("they sign it");
    toml::to_string(&bindle::Signed::signed(signed)).expect("they write it")
}

/// Theirs reads and writes outside of its store. A name is not a path there, so
/// that `../../etc` is one like any other.
#[tokio::test(flavor = "multi_thread")]
async fn a_path_for_a_digest_or_a_name() {
    let invoice = with_paths_for_digests(["../../secret", "../../escaped"]);
    let secret = format!("/_i/{ID}@../../secret");
    let escaped = format!("/_i/{ID}@../../escaped");
    let named = format!("/_i/../../{ID}");

    let theirs = Theirs::start().await;
    push(
        &theirs.our_client(),
        &crate::invoice("example.com/other/1.0.0"),
    )
    .await;
    let inside = |name: &str| theirs.folder.path().join(name);
    fs::create_dir(inside("secret")).expect("a folder");
    fs::write(inside("secret/parcel.dat"), "secret").expect("written");
    let send = async |method, target, body| {
        let answer = send_raw(&theirs.url, method, target, body).await;
        answer.expect("an answer")
    };
    assert_eq!(send("POST", "/_i", &*invoice).await.0, 202);
    let (status, body) = send("GET", &*secret, "").await;
    assert!(status == 200 && body.contains("secret"), "{status} {body}");
    assert!(!inside("escaped").exists());
    send("POST", &escaped, "secret").await;
    assert!(inside("escaped").is_dir());
    assert_eq!(send("GET", &named, "").await.0, 404);

    let ours = Ours::start().await;
    for (method, target, body) in [
        ("POST", "/_i", &*invoice),
        ("POST", &escaped, "secret"),
        ("GET", &secret, ""),
        ("GET", &named, ""),
    ] {
        let answer = send_raw(&ours.url, method, target, body).await;
        let (status, body) = answer.expect("an answer");
        assert_eq!(status, 400, "{method} {target}: {body}");
    }
}

/// Theirs cannot write a label with an origin and a feature. Every answer to a
/// query that finds it is empty then, and has the status of success.
#[tokio::test(flavor = "multi_thread")]
async fn a_document_that_can_not_be_written() {
    let label = Label::of("page", MediaType::OCTET_STREAM, PAGE)
        .with_origin("example.com/up/1.0.0")
        .with_feature("wasm", "type", "library");
    let id = ID.parse().expect("an id");
    let mut odd = Invoice::builder(id).parcel(label).build().expect("legal");
    odd.sign(&ada(), Role::Creator, benches::samples::AT)
        .expect("a new key");
    let other = invoice("example.com/hello/2.0.0");

    let folder = tempfile::tempdir().expect("a folder");
    let canonical = odd.id().canonical_name().to_string();
    let stored = folder.path().join("store/invoices").join(canonical);
    fs::create_dir_all(&stored).expect("a folder");
    fs::write(stored.join("invoice.toml"), odd.to_toml()).expect("written");
    let theirs = Theirs::over(folder).await;
    push(&theirs.our_client(), &other).await;
    let (status, body) = query(&theirs.our_client(), Query::new("hello")).await;
    assert_eq!((status, &*body), (Status::OK, &b""[..]));

    let ours = Ours::start().await;
    let client = ours.our_client();
    push(&client, &odd).await;
    push(&client, &other).await;
    let matches = found(&client, Query::new("hello")).await;
    let digests = matches.invoices.iter().map(Invoice::content_digest);
    assert_eq!(
        digests.collect::<Vec<_>>(),
        [odd.content_digest(), other.content_digest()]
    );
}

/// Theirs has them in every answer.
#[tokio::test(flavor = "multi_thread")]
async fn yanked_invoices_in_queries() {
    let hello = invoice(ID);
    let found_after_yank = |client: Client| {
        let hello = &hello;
        async move {
            push(&client, hello).await;
            let id = hello.id().clone();
            let yanked = client.send(&Request::Yank { id }, Bytes::new()).await;
            assert_eq!(yanked.expect("an answer").0, Status::OK);
            let all = Query::new("hello");
            let on_demand = all.clone().with_yanked(Yanked::Included);
            let all = found(&client, all).await.invoices.len();
            [all, found(&client, on_demand).await.invoices.len()]
        }
    };
    let theirs = Theirs::start().await;
    assert_eq!(found_after_yank(theirs.our_client()).await, [1, 1]);
    let ours = Ours::start().await;
    assert_eq!(found_after_yank(ours.our_client()).await, [0, 1]);
}

/// Theirs takes one from it: the connection breaks.
#[tokio::test(flavor = "multi_thread")]
async fn a_limit_of_zero() {
    let theirs = Theirs::start().await;
    push(&theirs.our_client(), &invoice(ID)).await;
    let answer = send_raw(&theirs.url, "GET", "/_q?q=hello&l=0", "").await;
    assert_eq!(answer, None);

    let ours = Ours::start().await;
    push(&ours.our_client(), &invoice(ID)).await;
    let matches = found(&ours.our_client(), Query::new("hello").with_limit(0)).await;
    assert_eq!((matches.limit, matches.total), (0, Some(1)));
    assert!(matches.invoices.is_empty() && matches.more);
}

/// Theirs finds nothing, and says nothing about why.
#[tokio::test(flavor = "multi_thread")]
async fn a_bad_range() {
    let target = "/_q?q=hello&v=%3E%3E1.0";
    let theirs = Theirs::start().await;
    push(&theirs.our_client(), &invoice(ID)).await;
    let (status, body) = send_raw(&theirs.url, "GET", target, "")
        .await
        .expect("an answer");
    let matches = MatchesBody::read(body.as_bytes(), Format::Toml).expect("we read it");
    assert_eq!((status, matches.total), (200, Some(0)));

    let ours = Ours::start().await;
    push(&ours.our_client(), &invoice(ID)).await;
    let (status, body) = send_raw(&ours.url, "GET", target, "")
        .await
        .expect("an answer");
    assert_eq!(status, 400);
    assert!(body.contains("neither a version nor a range"), "{body}");
}
