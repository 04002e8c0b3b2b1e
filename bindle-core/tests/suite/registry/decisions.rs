use bindle_core::query::Yanked;
use bindle_core::registry::{self, CreateError, GetError, ParcelError, UploadError};
use bindle_core::{Invoice, Strategy, Verified};

use super::*;

fn verified(invoice: Invoice) -> Verified<Invoice> {
    Strategy::default().verify(invoice, &keyring()).unwrap()
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
            "example.com/hello/1.0.0 is yanked; a yanked bindle cannot be created"
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
        for yanked in [Yanked::Excluded, Yanked::Included] {
            assert_eq!(registry::get(&id(), Some(&invoice), yanked), Ok(&invoice));
        }
    }

    #[test]
    fn refuses_what_is_not_there() {
        let error = registry::get(&id(), None, Yanked::Included).unwrap_err();
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
            let error = registry::get(&id(), Some(&invoice), Yanked::Excluded).unwrap_err();
            assert_eq!(error.to_string(), message);
            let reason = reason.into();
            assert_eq!(error, GetError::Yanked { id: id(), reason });
            assert_eq!(
                registry::get(&id(), Some(&invoice), Yanked::Included),
                Ok(&invoice)
            );
        }
    }
}

mod parcel {
    use super::*;

    #[test]
    fn gives_what_is_there() {
        let invoice = unsigned(&["a", "b"]);
        let label = registry::parcel(&invoice, &Digest::of(b"b"), true).unwrap();
        assert_eq!(label.name(), "b");
    }

    #[test]
    fn refuses_what_the_invoice_does_not_list() {
        let digest = Digest::of(b"c");
        for is_stored in [false, true] {
            let error = registry::parcel(&unsigned(&["a"]), &digest, is_stored).unwrap_err();
            assert_eq!(error, ParcelError::NotInInvoice { id: id(), digest });
            let message = format!("example.com/hello/1.0.0 has no parcel {digest}");
            assert_eq!(error.to_string(), message);
        }
    }

    #[test]
    fn refuses_what_is_missing() {
        let digest = Digest::of(b"a");
        let error = registry::parcel(&unsigned(&["a"]), &digest, false).unwrap_err();
        assert_eq!(error, ParcelError::NotUploaded { id: id(), digest });
        let message =
            format!("the parcel {digest} of example.com/hello/1.0.0 was not uploaded yet");
        assert_eq!(error.to_string(), message);
    }
}
