//! Our client, at the reference server.

use std::collections::BTreeMap;

use bindle_core::protocol::{Format, MatchesBody, Request, Resource, Status};
use bindle_core::query::{Query, Yanked};
use bindle_core::registry::{Pull, PullError, Push, PushError, Trust};
use bindle_core::{Digest, Keyring, RequiredRoles, Role, RoleSet, Strategy};
use bytes::Bytes;
use examples::client::TransferError;
use peers::servers::{Theirs, ada};

use crate::{PAGE, STYLE, content, invoice};

const ID: &str = "example.com/hello/1.0.0";

#[tokio::test(flavor = "multi_thread")]
async fn our_push_and_pull() {
    let theirs = Theirs::start().await;
    let client = theirs.our_client();
    let hello = invoice(ID);

    let mut push = Push::new(hello.clone());
    client.push(&mut push, content).await.expect("pushed");
    assert!(push.is_done());
    assert_eq!(push.uploaded(), [Digest::of(PAGE), Digest::of(STYLE)]);
    let stored = push.stored().expect("it is there");
    assert_eq!(stored.content_digest(), hello.content_digest());
    let roles: Vec<_> = stored
        .signatures()
        .iter()
        .map(|block| block.role())
        .collect();
    assert_eq!(roles, [Role::Creator, Role::Host]);

    // Again: nothing is sent; and other content under that id is noticed.
    let mut again = Push::new(hello.clone());
    client
        .push(&mut again, |_| None)
        .await
        .expect("pushed before");
    assert!(again.uploaded().is_empty() && again.absent().is_empty());
    let mut other = bindle_core::Invoice::builder(hello.id().clone())
        .build()
        .expect("a legal invoice");
    other
        .sign(&ada(), Role::Creator, benches::samples::AT)
        .expect("a new key");
    let refused = client.push(&mut Push::new(other), content).await;
    assert!(
        matches!(
            refused,
            Err(TransferError::Protocol(PushError::OtherContent { .. }))
        ),
        "{refused:?}"
    );

    // The keys of the host are what makes it trustworthy.
    let keys = Request::Get(Resource::Keys {
        roles: RoleSet::default(),
    });
    let (status, keys) = client.send(&keys, Bytes::new()).await.expect("keys");
    assert_eq!(status, Status::OK);
    let keyring = std::str::from_utf8(&keys).expect("text");
    let keyring = Keyring::from_toml(keyring).expect("a keyring");
    let roles = RequiredRoles::from(Role::Host);
    let strategy = Strategy::MultipleAttestationGreedy(roles);
    let trust = Trust::Signed { strategy, keyring };
    let mut pull = Pull::new(hello.id().clone(), trust);
    let mut got = BTreeMap::new();
    let take = |digest, content| drop(got.insert(digest, content));
    client.pull(&mut pull, take).await.expect("pulled");
    assert_eq!(
        pull.invoice().expect("it came").content_digest(),
        hello.content_digest()
    );
    assert_eq!(got.len(), 2);
    assert_eq!(got[&Digest::of(PAGE)], PAGE);

    // Their search, and their yank.
    let query = Request::Get(Resource::Matches(Query::new("hello")));
    let (_, found) = client.send(&query, Bytes::new()).await.expect("found");
    let found = MatchesBody::read(&found, Format::Toml).expect("we read it");
    assert_eq!((found.total, found.invoices.len()), (Some(1), 1));
    let yank = Request::Yank {
        id: hello.id().clone(),
    };
    let (status, _) = client.send(&yank, Bytes::new()).await.expect("yanked");
    assert_eq!(status, Status::OK);
    let pinned = || Trust::Pinned(hello.content_digest());
    let mut pull = Pull::new(hello.id().clone(), pinned());
    let refused = client.pull(&mut pull, |_, _| ()).await;
    let Err(TransferError::Protocol(PullError::Refused(refused))) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(refused.status(), Status::FORBIDDEN);
    let resource = Resource::Invoice {
        id: hello.id().clone(),
        yanked: Yanked::Included,
    };
    let (status, _) = client
        .send(&Request::Get(resource), Bytes::new())
        .await
        .expect("given");
    assert_eq!(status, Status::OK);
}
