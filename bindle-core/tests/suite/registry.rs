//! The rules of a registry: every decision and every error.

use bindle_core::registry::{
    self, CreateError, GetError, MemoryRegistry, UploadContentError, UploadError, YankError,
};
use bindle_core::{
    ContentError, Digest, Id, Invoice, KeyEntry, Keyring, Label, MediaType, RejectReason, Role,
    SecretKey, SecretKeyEntry, SignError, Strategy, UnixTime, Verified, YankKey,
};

const NOW: UnixTime = UnixTime::from_seconds(1_700_000_000);

fn ada() -> SecretKeyEntry {
    SecretKeyEntry::new("Ada", SecretKey::from_seed(&[1; 32]), [Role::Creator])
}

fn host() -> SecretKeyEntry {
    SecretKeyEntry::new("Host", SecretKey::from_seed(&[2; 32]), [Role::Host])
}

fn keyring() -> Keyring {
    Keyring::from_iter([KeyEntry::from(&ada())])
}

fn unsigned(contents: &[&str]) -> Invoice {
    let labels = contents
        .iter()
        .map(|content| Label::of(*content, MediaType::WASM, content.as_bytes()));
    Invoice::builder("example.com/hello/1.0.0".parse().unwrap())
        .parcels(labels)
        .build()
        .unwrap()
}

fn signed(contents: &[&str]) -> Invoice {
    let mut invoice = unsigned(contents);
    invoice.sign(&ada(), Role::Creator, NOW).unwrap();
    invoice
}

fn verified(invoice: Invoice) -> Verified<Invoice> {
    Strategy::default().verify(invoice, &keyring()).unwrap()
}

fn id() -> Id {
    unsigned(&[]).id().clone()
}

fn digests<'a>(labels: impl IntoIterator<Item = &'a Label>) -> Vec<Digest> {
    labels.into_iter().map(Label::digest).collect()
}

mod create {
    use super::*;

    #[test]
    fn tells_what_is_missing_once_and_in_order() {
        let invoice = verified(signed(&["b", "a", "c", "a"]));
        let c = Digest::of(b"c");
        let mut asked = Vec::new();
        let created = registry::create(&invoice, None, |digest| {
            asked.push(*digest);
            *digest == c
        });
        let created = created.unwrap();
        let missing = digests(created.missing().iter().copied());
        assert_eq!(missing, [Digest::of(b"b"), Digest::of(b"a")]);
        assert_eq!(asked, [Digest::of(b"b"), Digest::of(b"a"), c]);
    }

    #[test]
    fn may_be_complete_at_once() {
        let invoice = verified(signed(&["a"]));
        let created = registry::create(&invoice, None, |_| true).unwrap();
        assert!(created.missing().is_empty());
        let empty = verified(signed(&[]));
        assert!(
            registry::create(&empty, None, |_| false)
                .unwrap()
                .missing()
                .is_empty()
        );
    }

    #[test]
    fn refuses_what_is_there() {
        let invoice = verified(signed(&["a"]));
        // Signatures may differ; the content may not.
        let error = registry::create(&invoice, Some(&unsigned(&["a"])), |_| true).unwrap_err();
        assert_eq!(error, CreateError::Exists { id: id() });
        assert_eq!(
            error.to_string(),
            "example.com/hello/1.0.0 exists already, with the same content"
        );
    }

    #[test]
    fn refuses_other_content_under_the_same_id() {
        let stored = unsigned(&["a"]);
        let offered = verified(signed(&["b"]));
        let error = registry::create(&offered, Some(&stored), |_| true).unwrap_err();
        let (stored, offered) = (stored.content_digest(), offered.content_digest());
        assert_eq!(
            error,
            CreateError::OtherContent {
                id: id(),
                stored,
                offered
            }
        );
        assert_eq!(
            error.to_string(),
            format!(
                "example.com/hello/1.0.0 exists already, with other content: its content digest \
                 is {stored}, that of the one offered is {offered}"
            )
        );
    }

    #[test]
    fn refuses_what_is_yanked() {
        let mut invoice = signed(&["a"]);
        invoice.yank("").unwrap();
        let invoice = verified(invoice);
        let error = registry::create(&invoice, None, |_| true).unwrap_err();
        assert_eq!(error, CreateError::Yanked { id: id() });
        assert_eq!(
            error.to_string(),
            "example.com/hello/1.0.0 is yanked; a yanked bindle can not be created"
        );
        // That it is there comes first.
        let error = registry::create(&invoice, Some(&unsigned(&["a"])), |_| true).unwrap_err();
        assert_eq!(error, CreateError::Exists { id: id() });
    }
}

mod upload {
    use super::*;

    #[test]
    fn checks_content_of_the_invoice() {
        let invoice = unsigned(&["a", "b"]);
        let mut check = registry::upload(&invoice, &Digest::of(b"b"), false).unwrap();
        check.update(b"b").unwrap();
        check.finish().unwrap();
    }

    #[test]
    fn refuses_what_the_invoice_does_not_list() {
        let digest = Digest::of(b"c");
        let error = registry::upload(&unsigned(&["a"]), &digest, false).unwrap_err();
        assert_eq!(error, UploadError::NotInInvoice { id: id(), digest });
        let message = format!("example.com/hello/1.0.0 has no parcel {digest}");
        assert_eq!(error.to_string(), message);
        // Whether it is stored is nobody's business then.
        assert_eq!(
            registry::upload(&unsigned(&["a"]), &digest, true).unwrap_err(),
            error
        );
    }

    #[test]
    fn refuses_what_is_there() {
        let digest = Digest::of(b"a");
        let error = registry::upload(&unsigned(&["a"]), &digest, true).unwrap_err();
        assert_eq!(error, UploadError::Exists { digest });
        assert_eq!(
            error.to_string(),
            format!("the parcel {digest} exists already")
        );
    }
}

mod get {
    use super::*;

    #[test]
    fn gives_what_is_there() {
        let invoice = unsigned(&["a"]);
        for yanked_too in [false, true] {
            assert_eq!(
                registry::get(&id(), Some(&invoice), yanked_too),
                Ok(&invoice)
            );
        }
    }

    #[test]
    fn refuses_what_is_not_there() {
        let error = registry::get(&id(), None, true).unwrap_err();
        assert_eq!(error, GetError::NotFound { id: id() });
        assert_eq!(
            error.to_string(),
            "there is no bindle example.com/hello/1.0.0"
        );
    }

    #[test]
    fn gives_what_is_yanked_on_demand_only() {
        for (reason, message) in [
            ("", "example.com/hello/1.0.0 is yanked"),
            (
                "it is broken",
                "example.com/hello/1.0.0 is yanked: it is broken",
            ),
        ] {
            let mut invoice = unsigned(&["a"]);
            invoice.yank(reason).unwrap();
            let error = registry::get(&id(), Some(&invoice), false).unwrap_err();
            assert_eq!(error.to_string(), message);
            let reason = reason.into();
            assert_eq!(error, GetError::Yanked { id: id(), reason });
            assert_eq!(registry::get(&id(), Some(&invoice), true), Ok(&invoice));
        }
    }
}

mod memory {
    use super::*;

    fn new() -> MemoryRegistry {
        MemoryRegistry::new(keyring()).with_host(host()).unwrap()
    }

    fn created(contents: &[&str]) -> MemoryRegistry {
        let mut registry = new();
        registry.create(signed(contents), NOW).unwrap();
        registry
    }

    #[test]
    fn takes_a_bindle_in_two_steps() {
        let mut registry = new();
        let missing = registry.create(signed(&["a", "b", "a"]), NOW).unwrap();
        assert_eq!(digests(&missing), [Digest::of(b"a"), Digest::of(b"b")]);
        assert_eq!(digests(registry.missing(&id()).unwrap()), digests(&missing));
        assert_eq!(registry.parcel(&id(), &Digest::of(b"a")), None);

        registry.upload(&id(), &Digest::of(b"a"), b"a").unwrap();
        assert_eq!(registry.parcel(&id(), &Digest::of(b"a")), Some(&b"a"[..]));
        assert_eq!(
            digests(registry.missing(&id()).unwrap()),
            [Digest::of(b"b")]
        );

        registry.upload(&id(), &Digest::of(b"b"), b"b").unwrap();
        assert!(registry.missing(&id()).unwrap().is_empty());
        let invoice = registry.get(&id()).unwrap();
        assert_eq!(
            invoice.content_digest(),
            unsigned(&["a", "b", "a"]).content_digest()
        );
    }

    #[test]
    fn signs_as_host_once() {
        let registry = created(&["a"]);
        let signatures = registry.get(&id()).unwrap().signatures();
        let roles: Vec<_> = signatures
            .iter()
            .map(bindle_core::SignatureBlock::role)
            .collect();
        assert_eq!(roles, [Role::Creator, Role::Host]);
        assert_eq!(signatures[1].by(), "Host");
        // An invoice that comes back with its signature keeps it.
        let mut again = new();
        again
            .create(registry.get(&id()).unwrap().clone(), NOW)
            .unwrap();
        assert_eq!(again.get(&id()).unwrap(), registry.get(&id()).unwrap());
        // Without a host nobody signs.
        let mut without = MemoryRegistry::new(keyring());
        without.create(signed(&["a"]), NOW).unwrap();
        assert_eq!(*without.get(&id()).unwrap(), signed(&["a"]));
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
        assert_eq!(registry.parcel(&other, &Digest::of(b"a")), Some(&b"a"[..]));
        // Only as far as their invoices list it.
        let missing = registry.parcel(&other, &Digest::of(b"b"));
        assert_eq!(missing, None);
    }

    #[test]
    fn refuses_what_is_not_verified() {
        let mut registry = new();
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
        assert!(registry.get(&id()).is_err());
    }

    #[test]
    fn refuses_by_the_strategy_that_was_set() {
        let strategy = Strategy::MultipleAttestation(Role::Approver.into());
        let mut registry = new().with_strategy(strategy);
        let error = registry.create(signed(&["a"]), NOW).unwrap_err();
        assert!(
            error
                .to_string()
                .ends_with("no signature as `approver` counts")
        );
    }

    #[test]
    fn refuses_garbage_under_the_key_of_its_host() {
        // It could not sign such an invoice itself, and all who know it would
        // reject what it serves.
        let mut other = unsigned(&["something else"]);
        other.sign(&host(), Role::Host, NOW).unwrap();
        let garbage = serde_json::to_value(&other).unwrap()["signature"][0].take();
        let mut json = serde_json::to_value(signed(&["a"])).unwrap();
        json["signature"].as_array_mut().unwrap().push(garbage);
        let invoice = serde_json::from_value(json).unwrap();
        let error = new().create(invoice, NOW).unwrap_err();
        assert_eq!(
            error.to_string(),
            "example.com/hello/1.0.0 is not trusted: signature[1] is bad"
        );
    }

    #[test]
    fn refuses_hosts_that_can_not_sign() {
        let error = MemoryRegistry::new(keyring()).with_host(ada()).unwrap_err();
        let roles = Role::Creator.into();
        let role = Role::Host;
        assert_eq!(
            error,
            SignError::Role {
                label: "Ada".into(),
                role,
                roles
            }
        );
        let key = SecretKey::from_seed(&[2; 32]);
        let forged = SecretKeyEntry::new("Host\n", key, [Role::Host]);
        let error = MemoryRegistry::new(keyring())
            .with_host(forged)
            .unwrap_err();
        assert_eq!(
            error,
            SignError::ControlCharacter {
                label: "Host\n".into()
            }
        );
    }

    #[test]
    fn never_changes_what_is_there() {
        let mut registry = created(&["a"]);
        let before = registry.get(&id()).unwrap().clone();
        let error = registry.create(signed(&["a"]), NOW).unwrap_err();
        assert_eq!(error, CreateError::Exists { id: id() });
        let error = registry.create(signed(&["b"]), NOW).unwrap_err();
        assert!(matches!(error, CreateError::OtherContent { .. }));
        assert_eq!(*registry.get(&id()).unwrap(), before);

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
            assert_eq!(registry.parcel(&id(), &digest), None);
        }
        registry.upload(&id(), &digest, b"hello").unwrap();
    }

    #[test]
    fn refuses_uploads_to_nowhere() {
        let mut registry = new();
        let digest = Digest::of(b"a");
        let error = registry.upload(&id(), &digest, b"a").unwrap_err();
        assert_eq!(error, GetError::NotFound { id: id() }.into());
        let mut registry = created(&["b"]);
        let error = registry.upload(&id(), &digest, b"a").unwrap_err();
        assert_eq!(error, UploadError::NotInInvoice { id: id(), digest }.into());
        assert_eq!(registry.parcel(&"a/1.0.0".parse().unwrap(), &digest), None);
        assert!(registry.missing(&"a/1.0.0".parse().unwrap()).is_err());
    }

    #[test]
    fn yanks_one_way() {
        let mut registry = created(&["a"]);
        let later = UnixTime::from_seconds(1_800_000_000);
        registry.yank(&id(), "first", later).unwrap();
        registry.yank(&id(), "second", later).unwrap();
        let error = registry.get(&id()).unwrap_err();
        assert_eq!(
            error,
            GetError::Yanked {
                id: id(),
                reason: "first".into()
            }
        );
        let invoice = registry.get_yanked_too(&id()).unwrap();
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
    fn refuses_yanks_that_can_not_be() {
        let mut registry = created(&["a"]);
        let error = registry
            .yank(&"a/1.0.0".parse().unwrap(), "", NOW)
            .unwrap_err();
        assert_eq!(error.to_string(), "there is no bindle a/1.0.0");
        assert!(matches!(
            error,
            YankError::Invoice(GetError::NotFound { .. })
        ));
        let error = registry.yank(&id(), "two\nlines", NOW).unwrap_err();
        assert_eq!(
            error.to_string(),
            "yankedReason: the control character '\\n' is not allowed here"
        );
        assert!(matches!(error, YankError::Reason(_)));
        assert!(registry.get(&id()).is_ok());
    }

    #[test]
    fn serves_yanked_bindles_to_uploads() {
        // Whoever began before the yank can end it.
        let mut registry = created(&["a"]);
        registry.yank(&id(), "", NOW).unwrap();
        registry.upload(&id(), &Digest::of(b"a"), b"a").unwrap();
        assert!(registry.missing(&id()).unwrap().is_empty());
        assert!(
            registry
                .get_yanked_too(&"a/1.0.0".parse().unwrap())
                .is_err()
        );
    }
}
