//! Where the two registries differ, and are meant to.

use bindle_core::Digest;
use bindle_core::protocol::{Request, Status};
use bytes::Bytes;
use examples::client::Client;

use crate::our_server::Ours;
use crate::their_server::Theirs;
use crate::{PAGE, invoice};

const ID: &str = "example.com/hello/1.0.0";

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
    let statuses = wrong_then_right(&theirs.client()).await;
    assert_eq!(statuses, [Status::BAD_REQUEST, Status::CONFLICT]);

    let ours = Ours::start().await;
    let client = Client::new(ours.url.trim_end_matches('/')).expect("a client");
    let client = client.with_token("a-token-of-the-tests").expect("a token");
    assert_eq!(
        wrong_then_right(&client).await,
        [Status::BAD_REQUEST, Status::OK]
    );
}
