//! Pushes and pulls: step by step, and through everything that can go wrong.

use std::collections::{BTreeMap, BTreeSet};

use bindle_core::protocol::{Request, Resource, Status};
use bindle_core::query::Yanked;
use bindle_core::registry::{Headers, Payload, Pull, PullError, Push, PushError, Ticket, Trust};
use bindle_core::{ContentError, SignatureBlock, Strategy};
use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

fn trust() -> Trust {
    Trust::Signed {
        strategy: Strategy::CreativeIntegrity,
        keyring: keyring(),
    }
}

/// Sends everything there is to send; gives the requests.
fn push_all(push: &mut Push, registry: &mut MemoryRegistry) -> Result<Vec<Request>, PushError> {
    let mut sent = Vec::new();
    while let Some((ticket, request, payload)) = push.poll_request() {
        let body = match payload {
            Payload::Invoice(text) => text.into_bytes(),
            // The content of the samples is their name.
            Payload::Parcel(label) => label.name().as_bytes().to_owned(),
            _ => Vec::new(),
        };
        let response = registry.handle(&request, Headers::default(), &body, NOW);
        sent.push(request);
        push.handle_response(ticket, response.status(), response.body())?;
    }
    Ok(sent)
}

fn upload(content: &[u8]) -> Request {
    Request::Upload {
        id: id(),
        digest: Digest::of(content),
    }
}

mod pushes {
    use super::*;

    #[test]
    fn send_what_is_missing() {
        let mut registry = registry();
        let mut push = Push::new(signed(&["a", "b", "a"]));
        assert!(!push.is_done() && push.stored().is_none());
        let sent = push_all(&mut push, &mut registry).unwrap();
        assert_eq!(sent, [Request::Create, upload(b"a"), upload(b"b")]);
        assert!(push.is_done());
        assert_eq!(push.uploaded(), [Digest::of(b"a"), Digest::of(b"b")]);
        let stored = push.stored().unwrap();
        assert_eq!(Ok(stored), registry.get(&id(), Yanked::Excluded));
        assert_eq!(
            stored.signatures().last().map(SignatureBlock::role),
            Some(Role::Host)
        );
    }

    #[test]
    fn never_send_what_is_there() {
        let mut registry = created(&["a", "b"]);
        registry.upload(&id(), &Digest::of(b"a"), b"a").unwrap();
        let mut push = Push::new(signed(&["a", "b"]));
        let sent = push_all(&mut push, &mut registry).unwrap();
        let yanked = Yanked::Excluded;
        assert_eq!(
            sent,
            [
                Request::Create,
                Request::Get(Resource::Invoice { id: id(), yanked }),
                Request::Get(Resource::Missing { id: id() }),
                upload(b"b"),
            ]
        );
        let mut again = Push::new(signed(&["a", "b"]));
        assert_eq!(push_all(&mut again, &mut registry).unwrap(), sent[..3]);
        assert!(again.is_done() && again.uploaded().is_empty());
    }

    #[test]
    fn stop_at_other_content_and_name_both() {
        let mut registry = created(&["a"]);
        let mut push = Push::new(signed(&["b"]));
        let error = push_all(&mut push, &mut registry).unwrap_err();
        let (ours, theirs) = (unsigned(&["b"]), unsigned(&["a"]));
        let (ours, theirs) = (ours.content_digest(), theirs.content_digest());
        assert_eq!(
            error,
            PushError::OtherContent {
                id: Box::new(id()),
                ours,
                theirs
            }
        );
        assert_eq!(
            error.to_string(),
            format!(
                "example.com/hello/1.0.0 exists already, with other content: the content digest \
                 there is {theirs}, that of this one is {ours}"
            )
        );
        assert!(!push.is_done() && push.stored().is_none());
    }

    #[test]
    fn check_that_the_registry_stored_what_was_sent() {
        let mut push = Push::new(signed(&["a"]));
        let (ticket, ..) = push.poll_request().unwrap();
        let mut other = registry();
        let body = signed(&["b"]).to_toml();
        let answer = other.handle(&Request::Create, Headers::default(), body.as_bytes(), NOW);
        let error = push
            .handle_response(ticket, answer.status(), answer.body())
            .unwrap_err();
        assert!(matches!(error, PushError::OtherContent { .. }));
    }

    #[test]
    fn may_be_refused() {
        let mut push = Push::new(unsigned(&["a"]));
        let error = push_all(&mut push, &mut registry()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the registry answers 400 Bad Request: example.com/hello/1.0.0 is not trusted: no \
             signature as `creator` counts"
        );
        let PushError::Refused(refused) = error else {
            panic!("{error}");
        };
        assert_eq!(refused.status(), Status::BAD_REQUEST);
        assert!(refused.message().ends_with("counts"));
        // Somebody without words; what was asked comes again.
        let (ticket, request, _) = push.poll_request().unwrap();
        assert_eq!(request, Request::Create);
        let status = Status::SERVICE_UNAVAILABLE;
        let error = push.handle_response(ticket, status, b"<html>").unwrap_err();
        let message = "the registry answers 503 Service Unavailable";
        assert_eq!(error.to_string(), message);
        assert_eq!(push.poll_request().unwrap().1, Request::Create);
    }

    #[test]
    fn of_yanked_bindles_are_refused() {
        let mut registry = created(&["a"]);
        registry.yank(&id(), NOW).unwrap();
        let error = push_all(&mut Push::new(signed(&["a"])), &mut registry).unwrap_err();
        let message = "the registry answers 403 Forbidden: example.com/hello/1.0.0 is yanked";
        assert_eq!(error.to_string(), message);
    }

    #[test]
    fn do_not_trust_what_can_not_be_read() {
        let mut push = Push::new(signed(&["a"]));
        let (ticket, ..) = push.poll_request().unwrap();
        let error = push
            .handle_response(ticket, Status::CREATED, b"ok = true")
            .unwrap_err();
        let message = "the body is not what was expected: missing field `invoice`";
        assert_eq!(error.to_string(), message);
    }

    #[test]
    fn go_side_by_side() {
        let mut registry = created(&["a", "b", "c"]);
        let mut push = Push::new(signed(&["a", "b", "c"]));
        for _ in 0..3 {
            let (ticket, request, _) = push.poll_request().unwrap();
            // Nothing else can be done before the answer is there.
            assert!(push.poll_request().is_none());
            let body = signed(&["a", "b", "c"]).to_toml();
            let response = registry.handle(&request, Headers::default(), body.as_bytes(), NOW);
            push.handle_response(ticket, response.status(), response.body())
                .unwrap();
        }
        let tickets: Vec<_> = std::iter::from_fn(|| push.poll_request()).collect();
        assert_eq!(tickets.len(), 3);
        for (ticket, request, payload) in tickets.into_iter().rev() {
            let Payload::Parcel(label) = payload else {
                panic!("{payload:?}");
            };
            let body = label.name().as_bytes();
            let response = registry.handle(&request, Headers::default(), body, NOW);
            push.handle_response(ticket, response.status(), response.body())
                .unwrap();
        }
        assert!(push.is_done());
        let order = ["c", "b", "a"].map(|content| Digest::of(content.as_bytes()));
        assert_eq!(push.uploaded(), order);
    }

    #[test]
    fn try_again_after_failures() {
        let mut registry = registry();
        let mut push = Push::new(signed(&["a"]));
        let (ticket, request, payload) = push.poll_request().unwrap();
        // It came through, and the answer was lost.
        let Payload::Invoice(text) = payload else {
            panic!("{payload:?}");
        };
        let _ = registry.handle(&request, Headers::default(), text.as_bytes(), NOW);
        push.handle_failure(ticket).unwrap();
        let error = push.handle_failure(ticket).unwrap_err();
        assert!(matches!(error, PushError::UnknownTicket(_)));
        assert_eq!(
            error.to_string(),
            "there is no request with the ticket 0, or it was answered before"
        );
        push_all(&mut push, &mut registry).unwrap();
        assert!(push.is_done());
        assert!(registry.missing(&id()).unwrap().is_empty());
    }

    #[test]
    fn ask_again_about_what_others_upload() {
        let mut registry = created(&["a"]);
        let mut push = Push::new(signed(&["a"]));
        // The registry is busy with the same parcel, from somebody else.
        let conflict = Status::CONFLICT;
        let mut is_contested = false;
        loop {
            let Some((ticket, request, payload)) = push.poll_request() else {
                break;
            };
            let taken = if matches!(payload, Payload::Parcel(_)) {
                push.handle_response(ticket, conflict, b"")
            } else {
                let body = signed(&["a"]).to_toml();
                let answer = registry.handle(&request, Headers::default(), body.as_bytes(), NOW);
                push.handle_response(ticket, answer.status(), answer.body())
            };
            if let Err(error) = taken {
                let digest = Digest::of(b"a");
                assert_eq!(error, PushError::InProgress { digest });
                assert_eq!(
                    error.to_string(),
                    format!(
                        "the registry says that the parcel {digest} exists, and that it is \
                         missing; somebody else may be uploading it"
                    )
                );
                is_contested = true;
                break;
            }
        }
        assert!(is_contested && !push.is_done());
        // It comes again; by now the other one is done.
        registry.upload(&id(), &Digest::of(b"a"), b"a").unwrap();
        let sent = push_all(&mut push, &mut registry).unwrap();
        let missing = Request::Get(Resource::Missing { id: id() });
        assert_eq!(sent, [upload(b"a"), missing]);
        assert!(push.is_done() && push.uploaded().is_empty());
    }

    #[test]
    fn may_lack_content() {
        let mut registry = registry();
        let mut push = Push::new(signed(&["a", "b"]));
        while let Some((ticket, request, payload)) = push.poll_request() {
            let body = match &payload {
                Payload::Parcel(label) if label.name() == "a" => {
                    push.handle_absent(ticket).unwrap();
                    continue;
                }
                Payload::Parcel(label) => label.name(),
                Payload::Invoice(text) => {
                    let error = push.handle_absent(ticket).unwrap_err();
                    assert!(matches!(error, PushError::UnknownTicket(_)));
                    text
                }
                _ => "",
            };
            let answer = registry.handle(&request, Headers::default(), body.as_bytes(), NOW);
            push.handle_response(ticket, answer.status(), answer.body())
                .unwrap();
        }
        assert!(push.is_done());
        assert_eq!(push.absent(), [Digest::of(b"a")]);
        assert_eq!(push.uploaded(), [Digest::of(b"b")]);
    }

    #[test]
    fn send_what_deployed_servers_read() {
        let nameless = Label::of("", MediaType::WASM, b"x");
        let invoice = Invoice::builder(id()).parcel(nameless).build().unwrap();
        let (_, _, payload) = Push::new(invoice.clone()).poll_request().unwrap();
        let text = invoice.to_reference_toml().into_string();
        assert_eq!(payload, Payload::Invoice(text));
    }
}

mod pulls {
    use super::*;

    fn full(contents: &[&str]) -> MemoryRegistry {
        let mut registry = registry();
        push_all(&mut Push::new(signed(contents)), &mut registry).unwrap();
        registry
    }

    fn pull_all(
        pull: &mut Pull,
        registry: &mut MemoryRegistry,
    ) -> Result<BTreeMap<Digest, Vec<u8>>, PullError> {
        let mut contents = BTreeMap::new();
        while let Some((ticket, request)) = pull.poll_request() {
            let response = registry.handle(&request, Headers::default(), b"", NOW);
            pull.handle_response(ticket, response.status(), response.body())?;
            if let Request::Get(Resource::Parcel { digest, .. }) = request {
                contents.insert(digest, response.into_body());
            }
        }
        Ok(contents)
    }

    /// A pull with its invoice there.
    fn begun(registry: &mut MemoryRegistry) -> Pull {
        let mut pull = Pull::new(id(), trust());
        let (ticket, request) = pull.poll_request().unwrap();
        assert!(pull.poll_request().is_none());
        let response = registry.handle(&request, Headers::default(), b"", NOW);
        pull.handle_response(ticket, response.status(), response.body())
            .unwrap();
        pull
    }

    #[test]
    fn get_everything_once() {
        let mut registry = full(&["a", "b", "a"]);
        let mut pull = Pull::new(id(), trust());
        assert!(!pull.is_done() && pull.invoice().is_none());
        let contents = pull_all(&mut pull, &mut registry).unwrap();
        let expected = ["a", "b"].map(|text| (Digest::of(text.as_bytes()), text.into()));
        assert_eq!(contents, BTreeMap::from(expected));
        assert!(pull.is_done());
        assert_eq!(pull.received(), [Digest::of(b"a"), Digest::of(b"b")]);
        assert_eq!(pull.invoice(), registry.get(&id(), Yanked::Excluded).ok());
    }

    #[test]
    fn leave_out_what_is_there() {
        let mut registry = full(&["a", "b", "c"]);
        let mut pull = begun(&mut registry);
        pull.retain(|label| label.digest() != Digest::of(b"b"));
        let contents = pull_all(&mut pull, &mut registry).unwrap();
        assert_eq!(contents.len(), 2);
        assert!(pull.is_done());
        let mut pull = begun(&mut registry);
        pull.retain(|_| false);
        assert!(pull.is_done() && pull.poll_request().is_none());
    }

    #[test]
    fn need_trust() {
        let mut registry = full(&["a"]);
        let trust = Trust::Signed {
            strategy: Strategy::CreativeIntegrity,
            keyring: Keyring::default(),
        };
        let mut pull = Pull::new(id(), trust);
        let error = pull_all(&mut pull, &mut registry).unwrap_err();
        assert!(matches!(error, PullError::NotTrusted(_)));
        let message = "example.com/hello/1.0.0 is not trusted: no signature as `creator` counts";
        assert_eq!(error.to_string(), message);
        assert!(pull.invoice().is_none() && !pull.is_done());

        let pinned = Digest::of(b"another");
        let mut pull = Pull::new(id(), Trust::Pinned(pinned));
        let error = pull_all(&mut pull, &mut registry).unwrap_err();
        let found = unsigned(&["a"]).content_digest();
        let message = format!(
            "example.com/hello/1.0.0 has the content digest {found}, but {pinned} is pinned"
        );
        assert_eq!(error.to_string(), message);
        let mut pull = Pull::new(id(), Trust::Pinned(found));
        pull_all(&mut pull, &mut registry).unwrap();
        assert!(pull.is_done());
    }

    #[test]
    fn refuse_the_invoice_of_another_bindle() {
        let asked: Id = "example.com/other/1.0.0".parse().unwrap();
        let mut pull = Pull::new(asked.clone(), trust());
        let (ticket, _) = pull.poll_request().unwrap();
        let body = signed(&["a"]).to_toml();
        let error = pull
            .handle_response(ticket, Status::OK, body.as_bytes())
            .unwrap_err();
        assert_eq!(
            error,
            PullError::OtherId {
                asked: Box::new(asked),
                found: Box::new(id())
            }
        );
        assert_eq!(
            error.to_string(),
            "the invoice of example.com/other/1.0.0 was asked for, and that of \
             example.com/hello/1.0.0 came"
        );
    }

    #[test]
    fn of_yanked_bindles_are_on_demand() {
        let mut registry = full(&["a"]);
        registry.yank(&id(), NOW).unwrap();
        let error = pull_all(&mut Pull::new(id(), trust()), &mut registry).unwrap_err();
        let message = "the registry answers 403 Forbidden: example.com/hello/1.0.0 is yanked";
        assert_eq!(error.to_string(), message);
        let mut pull = Pull::new(id(), trust()).with_yanked(Yanked::Included);
        assert_eq!(pull_all(&mut pull, &mut registry).unwrap().len(), 1);
        assert!(pull.invoice().unwrap().is_yanked());
    }

    #[test]
    fn keep_within_limits() {
        let mut registry = full(&["a", "b"]);
        let reader = bindle_core::InvoiceReader::new().with_limits(|limits| limits.parcels = 1);
        let mut pull = Pull::new(id(), trust()).with_reader(reader);
        let error = pull_all(&mut pull, &mut registry).unwrap_err();
        assert!(matches!(error, PullError::Body(_)), "{error}");
    }

    #[test]
    fn check_content_while_it_comes() {
        let mut registry = full(&["hello"]);
        let mut pull = begun(&mut registry);
        let digest = Digest::of(b"hello");
        let content = |error| PullError::Content { digest, error };

        let (ticket, _) = pull.poll_request().unwrap();
        pull.handle_chunk(ticket, b"hel").unwrap();
        let error = pull.handle_chunk(ticket, b"lo, world").unwrap_err();
        assert_eq!(error, content(ContentError::TooLong { expected: 5 }));
        let message =
            format!("parcel {digest}: the content is longer than the 5 bytes that were announced");
        assert_eq!(error.to_string(), message);
        // That transfer is over.
        assert!(matches!(
            pull.handle_end(ticket),
            Err(PullError::UnknownTicket(_))
        ));

        let (ticket, _) = pull.poll_request().unwrap();
        pull.handle_chunk(ticket, b"hell").unwrap();
        let short = ContentError::TooShort {
            expected: 5,
            actual: 4,
        };
        assert_eq!(pull.handle_end(ticket), Err(content(short)));

        let (ticket, _) = pull.poll_request().unwrap();
        pull.handle_chunk(ticket, b"jello").unwrap();
        assert!(matches!(
            pull.handle_end(ticket),
            Err(PullError::Content { .. })
        ));

        let (ticket, _) = pull.poll_request().unwrap();
        pull.handle_chunk(ticket, b"he").unwrap();
        pull.handle_failure(ticket).unwrap();
        assert!(!pull.is_done());

        let (ticket, _) = pull.poll_request().unwrap();
        pull.handle_chunk(ticket, b"he").unwrap();
        pull.handle_chunk(ticket, b"llo").unwrap();
        pull.handle_end(ticket).unwrap();
        assert!(pull.is_done());
    }

    #[test]
    fn have_no_chunks_for_invoices() {
        let mut pull = Pull::new(id(), trust());
        let (ticket, _) = pull.poll_request().unwrap();
        assert!(matches!(
            pull.handle_chunk(ticket, b""),
            Err(PullError::UnknownTicket(_))
        ));
        assert!(matches!(
            pull.handle_end(ticket),
            Err(PullError::UnknownTicket(_))
        ));
        // Its answer is still awaited.
        assert!(pull.poll_request().is_none());
        assert!(pull.handle_failure(ticket).is_ok());
    }
}

/// What may come of a request.
#[derive(Clone, Copy, Debug)]
enum Fate {
    Answered,
    /// The registry never hears of it.
    LostOnTheWay,
    /// The registry does it, and nobody hears of that.
    AnswerLost,
    /// The server fails before it does anything.
    Failed,
    /// The body does not come whole, either way.
    CutShort,
    /// A bit is another one on arrival.
    Damaged,
    /// The program ends, and another one begins anew.
    Restarted,
}

fn fates() -> impl Strategy_<Value = Vec<(Fate, usize)>> {
    let fate = prop_oneof![
        4 => Just(Fate::Answered),
        1 => Just(Fate::LostOnTheWay),
        1 => Just(Fate::AnswerLost),
        1 => Just(Fate::Failed),
        1 => Just(Fate::CutShort),
        1 => Just(Fate::Damaged),
        1 => Just(Fate::Restarted),
    ];
    vec((fate, any::<usize>()), 0..60)
}

use proptest::strategy::Strategy as Strategy_;

/// Takes one of the requests in flight, the oldest one after all fates.
fn pick<T>(flying: &mut Vec<T>, fates: &mut std::vec::IntoIter<(Fate, usize)>) -> (T, Fate) {
    let (fate, choice) = fates.next().unwrap_or((Fate::Answered, 0));
    let picked = flying.remove(choice % flying.len());
    (picked, fate)
}

fn cut(content: &[u8], fate: Fate) -> Vec<u8> {
    let mut content = content.to_owned();
    match fate {
        Fate::CutShort => content.truncate(content.len() / 2),
        Fate::Damaged => {
            if let Some(byte) = content.first_mut() {
                *byte ^= 1;
            }
        }
        _ => {}
    }
    content
}

proptest! {
    /// From a store through a registry into another store, whatever happens:
    /// in the end everything is there and right, once; at no time is anything
    /// there that is wrong; and what is there is never sent again.
    #[test]
    fn everything_arrives_whatever_happens(
        contents in vec(vec(any::<u8>(), 0..40), 0..6),
        shared in any::<bool>(),
        push_fates in fates(),
        pull_fates in fates(),
        abreast in 1_usize..5,
        chunk in 1_usize..20,
    ) {
        let labels = contents.iter().map(|content| Label::of("x", MediaType::WASM, content));
        let mut invoice = Invoice::builder(id()).parcels(labels).build().unwrap();
        invoice.sign(&ada(), Role::Creator, NOW).unwrap();
        let store: BTreeMap<Digest, &Vec<u8>> =
            contents.iter().map(|content| (Digest::of(content), content)).collect();
        let mut registry = registry();
        if shared {
            // Another bindle of some of the same parcels is there.
            let labels = contents.iter().take(2).map(|c| Label::of("y", MediaType::WASM, c));
            let other: Id = "example.com/other/1.0.0".parse().unwrap();
            let mut invoice = Invoice::builder(other.clone()).parcels(labels).build().unwrap();
            invoice.sign(&ada(), Role::Creator, NOW).unwrap();
            for label in registry.create(invoice, NOW).unwrap() {
                registry.upload(&other, &label.digest(), store[&label.digest()]).unwrap();
            }
        }

        let mut push = Push::new(invoice.clone());
        let mut flying: Vec<(Ticket, Request, Payload)> = Vec::new();
        let mut fates = push_fates.into_iter();
        loop {
            while flying.len() < abreast {
                let Some(request) = push.poll_request() else { break };
                flying.push(request);
            }
            if flying.is_empty() {
                break;
            }
            let ((ticket, request, payload), fate) = pick(&mut flying, &mut fates);
            let body = match payload {
                Payload::Invoice(text) => text.into_bytes(),
                Payload::Parcel(label) => store[&label.digest()].clone(),
                _ => Vec::new(),
            };
            if let (Request::Upload { digest, .. }, Fate::Answered) = (&request, fate) {
                let is_there = registry.parcel(&id(), digest, Yanked::Excluded).is_ok();
                // Only what was uploaded without anybody hearing of it.
                prop_assert!(!is_there || !push.uploaded().contains(digest));
            }
            let mut heard = match fate {
                Fate::LostOnTheWay => None,
                Fate::Failed => Some((Status::INTERNAL_SERVER_ERROR, Vec::new())),
                _ => {
                    let body = cut(&body, fate);
                    let response = registry.handle(&request, Headers::default(), &body, NOW);
                    Some((response.status(), response.into_body()))
                }
            };
            if matches!(fate, Fate::AnswerLost) {
                heard = None;
            }
            if matches!(fate, Fate::Restarted) {
                push = Push::new(invoice.clone());
                flying.clear();
                continue;
            }
            let taken = match heard {
                None => push.handle_failure(ticket),
                Some((status, body)) => push.handle_response(ticket, status, &body),
            };
            if matches!(fate, Fate::Answered) {
                prop_assert_eq!(taken, Ok(()));
            }
        }
        prop_assert!(push.is_done());
        prop_assert!(registry.missing(&id()).unwrap().is_empty());
        let uploaded: BTreeSet<_> = push.uploaded().iter().collect();
        prop_assert_eq!(uploaded.len(), push.uploaded().len());

        let mut pull = Pull::new(id(), trust());
        let mut flying: Vec<(Ticket, Request)> = Vec::new();
        let mut fates = pull_fates.into_iter();
        let mut arrived: BTreeMap<Digest, Vec<u8>> = BTreeMap::new();
        loop {
            while flying.len() < abreast {
                let Some(request) = pull.poll_request() else { break };
                flying.push(request);
            }
            if flying.is_empty() {
                break;
            }
            let ((ticket, request), fate) = pick(&mut flying, &mut fates);
            if matches!(fate, Fate::LostOnTheWay | Fate::AnswerLost) {
                pull.handle_failure(ticket).unwrap();
                continue;
            }
            if matches!(fate, Fate::Restarted) {
                pull = Pull::new(id(), trust());
                flying.clear();
                continue;
            }
            let response = registry.handle(&request, Headers::default(), b"", NOW);
            let body = cut(response.body(), fate);
            if let Request::Get(Resource::Parcel { digest, .. }) = &request {
                prop_assert!(!arrived.contains_key(digest));
                if matches!(fate, Fate::Failed) {
                    let status = Status::INTERNAL_SERVER_ERROR;
                    prop_assert!(pull.handle_response(ticket, status, b"").is_err());
                    continue;
                }
                let mut ended = Ok(());
                for chunk in body.chunks(chunk) {
                    ended = pull.handle_chunk(ticket, chunk);
                }
                if ended.and_then(|()| pull.handle_end(ticket)).is_ok() {
                    prop_assert_eq!(Digest::of(&body), *digest);
                    arrived.insert(*digest, body);
                }
            } else {
                let status = if matches!(fate, Fate::Failed) {
                    Status::INTERNAL_SERVER_ERROR
                } else {
                    response.status()
                };
                let taken = pull.handle_response(ticket, status, &body);
                prop_assert_eq!(taken.is_ok(), matches!(fate, Fate::Answered));
                pull.retain(|label| !arrived.contains_key(&label.digest()));
            }
        }
        prop_assert!(pull.is_done());
        let arrived: BTreeMap<_, _> = arrived.iter().map(|(digest, c)| (*digest, c)).collect();
        prop_assert_eq!(arrived, store);
        prop_assert_eq!(pull.invoice().unwrap().content_digest(), invoice.content_digest());
    }
}
