//! The reference client, at our registry.

use std::path::Path;
use std::sync::Arc;

use bindle::client::tokens::{LongLivedToken, NoToken};
use bindle::client::{Client, ClientError};
use bindle::provider::Provider as _;
use bindle::provider::file::FileProvider;
use bindle::search::NoopEngine;
use bindle::signature::KeyRing;
use bindle::standalone::{StandaloneRead, StandaloneWrite};
use bindle::{Matches, QueryOptions, VerificationStrategy};
use bindle_core::{Digest, Invoice};
use peers::servers::{Ours, TOKEN};

use crate::{PAGE, STYLE, invoice, theirs};

const ID: &str = "example.com/hello/1.0.0";

#[tokio::test(flavor = "multi_thread")]
async fn their_client_does_all_that_it_can() {
    let ours = Ours::start().await;
    let client = ours.knowing_client().await;
    let hello = invoice(ID);
    let (page, style) = (Digest::of(PAGE).to_string(), Digest::of(STYLE).to_string());

    let created = client
        .create_invoice(theirs(&hello))
        .await
        .expect("created");
    let labels = created.missing.expect("two are missing");
    let missing: Vec<_> = labels.iter().map(|label| &*label.sha256).collect();
    assert_eq!(missing, [&*page, &style]);
    assert_eq!(created.invoice.signature.expect("signed").len(), 2);

    client
        .create_parcel(ID, &page, PAGE.to_vec())
        .await
        .expect("uploaded");
    let again = client.create_parcel(ID, &page, PAGE.to_vec()).await;
    assert!(
        matches!(again, Err(ClientError::ParcelAlreadyExists)),
        "{again:?}"
    );
    let missing = client.get_missing_parcels(ID).await.expect("missing");
    assert_eq!(missing.len(), 1);
    assert_eq!(missing[0].sha256, style);
    let absent = client.get_parcel(ID, &style).await;
    assert!(
        matches!(absent, Err(ClientError::ParcelNotFound)),
        "{absent:?}"
    );
    // As their caches ask.
    assert!(client.parcel_exists(ID, &page).await.expect("an answer"));
    assert!(!client.parcel_exists(ID, &style).await.expect("an answer"));

    let file = ours.folder.path().join("style");
    std::fs::write(&file, STYLE).expect("written");
    client
        .create_parcel_from_file(ID, &style, &file)
        .await
        .expect("uploaded");
    assert!(
        client
            .get_missing_parcels(ID)
            .await
            .expect("missing")
            .is_empty()
    );
    assert_eq!(client.get_parcel(ID, &style).await.expect("content"), STYLE);

    // Verified by the host's signature, which is what it does by itself.
    let got = client.get_invoice(ID).await.expect("verified");
    let got: bindle::Invoice = got.into();
    let got = toml::to_string(&got).expect("they can write it");
    let got = Invoice::from_toml(&got).expect("we read it");
    assert_eq!(got.content_digest(), hello.content_digest());

    let again = client.create_invoice(theirs(&hello)).await;
    assert!(
        matches!(again, Err(ClientError::InvoiceAlreadyExists)),
        "{again:?}"
    );

    client.yank_invoice(ID).await.expect("yanked");
    client.yank_invoice(ID).await.expect("yanked before");
    let yanked = client.get_invoice(ID).await;
    assert!(
        matches!(yanked, Err(ClientError::InvoiceNotFound)),
        "{:?}",
        yanked.err()
    );
    let got = client.get_yanked_invoice(ID).await.expect("verified");
    let got: bindle::Invoice = got.into();
    assert_eq!(got.yanked, Some(true));
    assert_eq!(got.yanked_signature.expect("signed").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn their_client_searches() {
    let ours = Ours::start().await;
    let client = ours.knowing_client().await;
    for version in ["1.0.0", "1.2.0", "1.10.0", "2.0.0"] {
        let invoice = invoice(&format!("example.com/hello/{version}"));
        client
            .create_invoice(theirs(&invoice))
            .await
            .expect("created");
    }
    let other = invoice("example.com/bye/1.0.0");
    client
        .create_invoice(theirs(&other))
        .await
        .expect("created");
    let versions = |matches: &Matches| {
        let invoices = matches.invoices.iter();
        let versions = invoices.map(|invoice| invoice.bindle.id.version_string());
        versions.collect::<Vec<_>>()
    };
    let query = |change: fn(&mut QueryOptions)| {
        let mut options = QueryOptions {
            query: Some("hello".to_owned()),
            strict: Some(true),
            ..QueryOptions::default()
        };
        change(&mut options);
        let client = client.clone();
        async move { client.query_invoices(options).await }
    };

    let all = query(|_| ()).await.expect("found");
    assert_eq!((all.total, all.more, all.limit), (4, false, 50));
    assert_eq!(versions(&all), ["1.0.0", "1.2.0", "1.10.0", "2.0.0"]);
    let range = query(|options| options.version = Some("^1.2".to_owned())).await;
    assert_eq!(versions(&range.expect("found")), ["1.2.0", "1.10.0"]);
    let page = query(|options| (options.offset, options.limit) = (Some(1), Some(2))).await;
    let page = page.expect("found");
    assert_eq!((page.total, page.more, page.offset), (4, true, 1));
    assert_eq!(versions(&page), ["1.2.0", "1.10.0"]);
    let bad = query(|options| options.version = Some("^^".to_owned())).await;
    assert!(
        matches!(bad, Err(ClientError::ServerError(Some(_)))),
        "{bad:?}"
    );

    client
        .yank_invoice("example.com/hello/1.2.0")
        .await
        .expect("yanked");
    assert_eq!(query(|_| ()).await.expect("found").total, 3);
    let yanked = query(|options| options.yanked = Some(true)).await;
    assert_eq!(yanked.expect("found").total, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn their_client_without_the_token() {
    let ours = Ours::start().await;
    for refused in [
        ours.their_client(NoToken, KeyRing::default())
            .create_invoice(theirs(&invoice(ID)))
            .await,
        ours.their_client(
            LongLivedToken::new("another-of-the-tests"),
            KeyRing::default(),
        )
        .create_invoice(theirs(&invoice(ID)))
        .await,
    ] {
        assert!(
            matches!(refused, Err(ClientError::Unauthorized)),
            "{refused:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn their_client_by_http_2() {
    let ours = Ours::start().await;
    let client = Client::<LongLivedToken>::builder()
        .http2_prior_knowledge(true)
        .verification_strategy(VerificationStrategy::GreedyVerification)
        .build(
            &ours.url,
            LongLivedToken::new(TOKEN),
            Arc::new(KeyRing::default()),
        )
        .expect("a client");
    let created = client
        .create_invoice(theirs(&invoice(ID)))
        .await
        .expect("created");
    assert_eq!(created.missing.expect("two are missing").len(), 2);
}

/// A folder with a bindle, as their tools write it.
async fn standalone(folder: &Path, invoice: &Invoice) -> StandaloneRead {
    let id = invoice.id().to_string();
    let write = StandaloneWrite::new(folder, id.as_str())
        .await
        .expect("a folder");
    let parcels = [PAGE, STYLE].map(|content| (Digest::of(content).to_string(), content));
    write
        .write(theirs(invoice), parcels.into())
        .await
        .expect("written");
    StandaloneRead::new(folder, id.as_str())
        .await
        .expect("read")
}

#[tokio::test(flavor = "multi_thread")]
async fn their_client_pushes_what_stands_alone() {
    let ours = Ours::start().await;
    let client = ours.knowing_client().await;
    let folder = tempfile::tempdir().expect("a folder");
    let hello = standalone(folder.path(), &invoice(ID)).await;
    hello.push(&client).await.expect("pushed");
    assert_eq!(
        client
            .get_parcel(ID, &Digest::of(PAGE).to_string())
            .await
            .expect("content"),
        PAGE
    );
    assert!(
        client
            .get_missing_parcels(ID)
            .await
            .expect("missing")
            .is_empty()
    );
    // What is there is compared, and nothing is sent.
    hello.push(&client).await.expect("pushed again");
}

/// Their server could take over the folder.
#[tokio::test(flavor = "multi_thread")]
async fn their_store_reads_what_ours_has_stored() {
    let ours = Ours::start().await;
    let client = ours.knowing_client().await;
    let folder = tempfile::tempdir().expect("a folder");
    let hello = standalone(folder.path(), &invoice(ID)).await;
    hello.push(&client).await.expect("pushed");

    let theirs = FileProvider::new(ours.folder.path(), NoopEngine::default()).await;
    let stored = theirs.get_invoice(ID).await.expect("they read it");
    assert_eq!(stored.parcel.expect("parcels").len(), 2);
    let page = Digest::of(PAGE).to_string();
    assert!(theirs.parcel_exists(ID, &page).await.expect("an answer"));
}
