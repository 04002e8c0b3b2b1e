use bindle_core::query::{Query, Yanked};
use bindle_core::registry::{
    CreateError, GetError, ParcelError, Refusal, UploadContentError, UploadError,
};
use bindle_core::{ContentError, Invoice, RejectReason, YankKey};

use super::*;

fn stored<'r>(registry: &'r MemoryRegistry, id: &Id, content: &[u8]) -> Option<&'r [u8]> {
    let digest = Digest::of(content);
    registry.parcel(id, &digest, Yanked::Excluded).ok()
}

#[test]
fn takes_a_bindle_in_two_steps() {
    let mut registry = registry();
    let missing = registry.create(signed(&["a", "b", "a"]), NOW).unwrap();
    assert_eq!(digests(&missing), [Digest::of(b"a"), Digest::of(b"b")]);
    assert_eq!(digests(registry.missing(&id()).unwrap()), digests(&missing));
    assert_eq!(stored(&registry, &id(), b"a"), None);

    registry.upload(&id(), &Digest::of(b"a"), b"a").unwrap();
    assert_eq!(stored(&registry, &id(), b"a"), Some(&b"a"[..]));
    assert_eq!(
        digests(registry.missing(&id()).unwrap()),
        [Digest::of(b"b")]
    );

    registry.upload(&id(), &Digest::of(b"b"), b"b").unwrap();
    assert!(registry.missing(&id()).unwrap().is_empty());
    let invoice = registry.get(&id(), Yanked::Excluded).unwrap();
    assert_eq!(
        invoice.content_digest(),
        unsigned(&["a", "b", "a"]).content_digest()
    );
}

#[test]
fn signs_as_host_once() {
    let registry = created(&["a"]);
    let signatures = registry.get(&id(), Yanked::Excluded).unwrap().signatures();
    let roles: Vec<_> = signatures
        .iter()
        .map(bindle_core::SignatureBlock::role)
        .collect();
    assert_eq!(roles, [Role::Creator, Role::Host]);
    assert_eq!(signatures[1].by(), "Host");
    // An invoice that comes back with its signature keeps it.
    let mut again = self::registry();
    again
        .create(registry.get(&id(), Yanked::Excluded).unwrap().clone(), NOW)
        .unwrap();
    assert_eq!(
        again.get(&id(), Yanked::Excluded).unwrap(),
        registry.get(&id(), Yanked::Excluded).unwrap()
    );
    // Without a host nobody signs.
    let mut without = MemoryRegistry::new(Policy::new(keyring()));
    without.create(signed(&["a"]), NOW).unwrap();
    assert_eq!(
        *without.get(&id(), Yanked::Excluded).unwrap(),
        signed(&["a"])
    );
}

#[test]
fn shares_content_between_bindles() {
    let mut registry = created(&["a"]);
    registry.upload(&id(), &Digest::of(b"a"), b"a").unwrap();
    let other: Id = "example.com/other/1.0.0".parse().unwrap();
    let mut invoice = Invoice::builder(other.clone())
        .parcel(Label::of("same", MediaType::WASM, b"a"))
        .build()
        .unwrap();
    invoice.sign(&ada(), Role::Creator, NOW).unwrap();
    assert!(registry.create(invoice, NOW).unwrap().is_empty());
    assert_eq!(stored(&registry, &other, b"a"), Some(&b"a"[..]));
    // Only as far as their invoices list it.
    assert_eq!(stored(&registry, &other, b"b"), None);
}

#[test]
fn refuses_what_is_not_verified() {
    let mut registry = registry();
    let error = registry.create(unsigned(&["a"]), NOW).unwrap_err();
    let CreateError::NotVerified(rejected) = &error else {
        panic!("{error}");
    };
    let roles = Role::Creator.into();
    assert_eq!(*rejected.reason(), RejectReason::MissingRole { roles });
    assert_eq!(
        error.to_string(),
        "example.com/hello/1.0.0 is not trusted: no signature as `creator` counts"
    );
    assert!(registry.get(&id(), Yanked::Excluded).is_err());
}

#[test]
fn never_changes_what_is_there() {
    let mut registry = created(&["a"]);
    let before = registry.get(&id(), Yanked::Excluded).unwrap().clone();
    let error = registry.create(signed(&["a"]), NOW).unwrap_err();
    assert_eq!(error, CreateError::Exists { id: id() });
    let error = registry.create(signed(&["b"]), NOW).unwrap_err();
    assert!(matches!(error, CreateError::OtherContent { .. }));
    assert_eq!(*registry.get(&id(), Yanked::Excluded).unwrap(), before);

    registry.upload(&id(), &Digest::of(b"a"), b"a").unwrap();
    let error = registry.upload(&id(), &Digest::of(b"a"), b"a").unwrap_err();
    let digest = Digest::of(b"a");
    assert_eq!(error, UploadError::Exists { digest }.into());
}

#[test]
fn keeps_nothing_of_a_failed_upload() {
    let mut registry = created(&["hello"]);
    let digest = Digest::of(b"hello");
    for (content, error) in [
        (
            &b"hell"[..],
            ContentError::TooShort {
                expected: 5,
                actual: 4,
            },
        ),
        (b"hello!", ContentError::TooLong { expected: 5 }),
        (
            b"jello",
            ContentError::Digest {
                expected: digest,
                actual: Digest::of(b"jello"),
            },
        ),
    ] {
        let refused = registry.upload(&id(), &digest, content).unwrap_err();
        assert_eq!(refused, UploadContentError::Content(error.clone()));
        assert_eq!(refused.to_string(), error.to_string());
        assert_eq!(stored(&registry, &id(), b"hello"), None);
    }
    registry.upload(&id(), &digest, b"hello").unwrap();
}

#[test]
fn refuses_uploads_to_nowhere() {
    let mut registry = registry();
    let digest = Digest::of(b"a");
    let error = registry.upload(&id(), &digest, b"a").unwrap_err();
    assert_eq!(error, GetError::NotFound { id: id() }.into());
    let mut registry = created(&["b"]);
    let error = registry.upload(&id(), &digest, b"a").unwrap_err();
    assert_eq!(error, UploadError::NotInInvoice { id: id(), digest }.into());
    let nowhere: Id = "a/1.0.0".parse().unwrap();
    let error = registry
        .parcel(&nowhere, &digest, Yanked::Included)
        .unwrap_err();
    assert_eq!(error, GetError::NotFound { id: nowhere }.into());
    assert!(registry.missing(&"a/1.0.0".parse().unwrap()).is_err());
}

#[test]
fn yanks_one_way() {
    let mut registry = created(&["a"]);
    let later = UnixTime::from_seconds(1_800_000_000);
    registry.yank(&id(), later).unwrap();
    registry.yank(&id(), NOW).unwrap();
    let error = registry.get(&id(), Yanked::Excluded).unwrap_err();
    assert_eq!(
        error,
        GetError::Yanked {
            id: id(),
            reason: "".into()
        }
    );
    let invoice = registry.get(&id(), Yanked::Included).unwrap();
    assert_eq!(invoice.yanked_signatures().len(), 1);
    let hosts = Keyring::from_iter([KeyEntry::from(&host())]);
    let finding = invoice.check_yank(&hosts)[0];
    assert!(finding.valid && finding.host_known && finding.time_differs);
    assert_eq!(finding.key, YankKey::Same);
    // The id stays taken.
    let error = registry.create(signed(&["a"]), later).unwrap_err();
    assert_eq!(error, CreateError::Exists { id: id() });
}

#[test]
fn refuses_to_yank_what_is_not_there() {
    let error = registry().yank(&id(), NOW).unwrap_err();
    assert_eq!(error, GetError::NotFound { id: id() });
}

#[test]
fn takes_nothing_for_yanked_bindles() {
    // As the specification has it for what is missing of them.
    let mut registry = created(&["a", "b"]);
    registry.upload(&id(), &Digest::of(b"a"), b"a").unwrap();
    registry.yank(&id(), NOW).unwrap();
    let yanked = GetError::Yanked {
        id: id(),
        reason: "".into(),
    };
    let error = registry.upload(&id(), &Digest::of(b"b"), b"b").unwrap_err();
    assert_eq!(error, yanked.clone().into());
    assert_eq!(registry.missing(&id()).unwrap_err(), yanked);
    // What is there is given to those who want it all the same.
    let digest = Digest::of(b"a");
    let error = registry
        .parcel(&id(), &digest, Yanked::Excluded)
        .unwrap_err();
    assert_eq!(error, Refusal::Get(yanked));
    assert_eq!(
        registry.parcel(&id(), &digest, Yanked::Included),
        Ok(&b"a"[..])
    );
    let digest = Digest::of(b"b");
    let error = registry
        .parcel(&id(), &digest, Yanked::Included)
        .unwrap_err();
    assert_eq!(error, ParcelError::NotUploaded { id: id(), digest }.into());
}

#[test]
fn finds_what_it_has() {
    let mut registry = created(&["a"]);
    let find = |registry: &MemoryRegistry, query: &Query| {
        let matches = registry.query(query, NOW);
        assert_eq!(matches.total(), Some(matches.hits().len() as u64));
        matches.into_hits().into_iter().cloned().collect::<Vec<_>>()
    };
    let stored = registry.get(&id(), Yanked::Excluded).unwrap().clone();
    assert_eq!(find(&registry, &Query::new("HELLO")), [stored]);
    assert!(find(&registry, &Query::new("other")).is_empty());
    registry.yank(&id(), NOW).unwrap();
    assert!(find(&registry, &Query::new("hello")).is_empty());
    let query = Query::new("hello").with_yanked(Yanked::Included);
    let stored = registry.get(&id(), Yanked::Included).unwrap().clone();
    assert_eq!(find(&registry, &query), [stored]);
}
