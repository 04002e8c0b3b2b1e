use bindle_core::protocol::{Prefix, Request, RequestError, Resource, Status};
use bindle_core::query::{Mode, Query, Yanked};
use bindle_core::range::VersionQuery;
use bindle_core::{Digest, Id, Role, RoleSet};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

const SHA: &str = "23f310b54076878fd4c36f0c60ec92011a8b406349b98dd37d08577d17397de5";

fn read(method: &str, path: &str, query: &str) -> Result<Request, RequestError> {
    Request::read(&Prefix::default(), method, path, query)
}

fn id() -> Id {
    "example.com/demo/app/1.2.3".parse().unwrap()
}

fn digest() -> Digest {
    SHA.parse().unwrap()
}

/// That the request is what this line asks for, and is written as this line.
#[track_caller]
fn is_line(line: &str, request: &Request) {
    let (method, target) = line.split_once(' ').unwrap();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    assert_eq!(read(method, path, query).as_ref(), Ok(request), "{line}");
    let target = request.target(&Prefix::default());
    assert_eq!(format!("{} {target}", target.method()), line);
    assert_eq!((target.path(), target.query()), (path, query));
}

#[test]
fn each_endpoint() {
    let (id, digest) = (id(), digest());
    is_line("POST /_i", &Request::Create);
    let resource = |yanked| Resource::Invoice {
        id: id.clone(),
        yanked,
    };
    let line = "GET /_i/example.com/demo/app/1.2.3";
    is_line(line, &Request::Get(resource(Yanked::Excluded)));
    let line = "GET /_i/example.com/demo/app/1.2.3?yanked=true";
    is_line(line, &Request::Get(resource(Yanked::Included)));
    let line = "HEAD /_i/example.com/demo/app/1.2.3";
    is_line(line, &Request::Head(resource(Yanked::Excluded)));
    let line = "DELETE /_i/example.com/demo/app/1.2.3";
    is_line(line, &Request::Yank { id: id.clone() });

    let parcel = |yanked| Resource::Parcel {
        id: id.clone(),
        digest,
        yanked,
    };
    let line = format!("GET /_i/example.com/demo/app/1.2.3@{SHA}");
    is_line(&line, &Request::Get(parcel(Yanked::Excluded)));
    let line = format!("HEAD /_i/example.com/demo/app/1.2.3@{SHA}?yanked=true");
    is_line(&line, &Request::Head(parcel(Yanked::Included)));
    let line = format!("POST /_i/example.com/demo/app/1.2.3@{SHA}");
    let id = id.clone();
    is_line(
        &line,
        &Request::Upload {
            id: id.clone(),
            digest,
        },
    );

    let line = "GET /_r/missing/example.com/demo/app/1.2.3";
    is_line(line, &Request::Get(Resource::Missing { id: id.clone() }));
    let line = "HEAD /_r/missing/example.com/demo/app/1.2.3";
    is_line(line, &Request::Head(Resource::Missing { id }));

    let keys = |roles: &[Role]| {
        Request::Get(Resource::Keys {
            roles: roles.iter().copied().collect(),
        })
    };
    is_line("GET /bindle-keys", &keys(&[]));
    is_line(
        "GET /bindle-keys?roles=creator,host",
        &keys(&[Role::Creator, Role::Host]),
    );

    let matches = |query| Request::Get(Resource::Matches(query));
    is_line("GET /_q", &matches(Query::default()));
    let version: VersionQuery = "^1.2.0-rc.1 || >3".parse().unwrap();
    let query = Query::new("käse & wein+brot=100%")
        .with_mode(Mode::Strict)
        .with_version(version)
        .with_offset(10)
        .with_limit(0)
        .with_yanked(Yanked::Included);
    is_line(
        "GET /_q?q=k%C3%A4se%20%26%20wein%2Bbrot%3D100%25&o=10&l=0\
         &v=%3E%3D1.2.0-rc.1%20%3C2.0.0-0%7C%7C%3E%3D4.0.0&strict=true&yanked=true",
        &matches(query),
    );
}

#[test]
fn what_the_reference_client_sends() {
    let line = "query=demo&version=%5E1.0.0&offset=0&limit=50&strict=true&yanked=false";
    let query = Query::new("demo")
        .with_mode(Mode::Strict)
        .with_version("^1.0.0".parse::<VersionQuery>().unwrap());
    let expected = Request::Get(Resource::Matches(query));
    assert_eq!(read("GET", "/_q", line), Ok(expected));
    // Forms have `+` for a space; paths do not.
    let expected = Request::Get(Resource::Matches(Query::new("a b")));
    assert_eq!(read("GET", "/_q", "q=a+b"), Ok(expected));
    let id = "k/1.0.0+build".parse().unwrap();
    let expected = Request::Yank { id };
    assert_eq!(read("DELETE", "/_i/k/1.0.0+build", ""), Ok(expected));
}

#[test]
fn encoded_paths() {
    let id: Id = "käse/1.0.0".parse().unwrap();
    let request = Request::Yank { id };
    is_line("DELETE /_i/k%C3%A4se/1.0.0", &request);
    for path in [
        "/_i/käse/1.0.0",
        "/%5Fi/k%c3%a4se%2F1.0.0",
        "/_i/k%C3%A4s%65/1%2E0.0",
    ] {
        assert_eq!(read("DELETE", path, "").as_ref(), Ok(&request), "{path}");
    }
    let upload = Request::Upload {
        id: self::id(),
        digest: digest(),
    };
    let path = format!("/_i/example.com/demo/app/1.2.3%40{SHA}");
    assert_eq!(read("POST", &path, ""), Ok(upload));
}

#[test]
fn under_a_prefix() {
    for (text, printed, path) in [
        ("/", "/", "/_i"),
        ("/v1", "/v1", "/v1/_i"),
        ("/v1/", "/v1", "/v1/_i"),
        ("/a b/käse", "/a b/käse", "/a%20b/k%C3%A4se/_i"),
        ("/_i", "/_i", "/_i/_i"),
    ] {
        let prefix: Prefix = text.parse().unwrap();
        assert_eq!(prefix.to_string(), printed);
        assert_eq!(Request::Create.target(&prefix).path(), path);
        assert_eq!(
            Request::read(&prefix, "POST", path, ""),
            Ok(Request::Create)
        );
    }
    let prefix: Prefix = "/v1".parse().unwrap();
    for path in [
        "/_i", "/v1_i", "/v10/_i", "/v1", "/v1/", "v1/_i", "/V1/_i", "/v1//_i", "",
    ] {
        let error = Request::read(&prefix, "POST", path, "").unwrap_err();
        assert_eq!(error.status(), Status::NOT_FOUND, "{path}");
        assert_eq!(error.to_string(), format!("there is no endpoint {path:?}"));
    }
}

#[test]
fn prefixes_that_are_none() {
    for (text, reason) in [
        ("", "does not start with `/`"),
        ("v1", "does not start with `/`"),
        ("//", "has a segment that is empty, `.` or `..`"),
        ("/a//b", "has a segment that is empty, `.` or `..`"),
        ("/a/../b", "has a segment that is empty, `.` or `..`"),
        ("/a\n", "has a control character"),
    ] {
        let error = text.parse::<Prefix>().unwrap_err();
        let message = format!("the prefix {text:?} {reason}; expected a path such as `/v1`");
        assert_eq!(error.to_string(), message);
    }
}

/// Each error, with its status and its whole message.
#[test]
fn errors() {
    let parcel = format!("/_i/a/1.0.0@{SHA}");
    let cases: &[(&str, &str, &str, u16, &str)] = &[
        ("GET", "/login", "", 404, "there is no endpoint \"/login\""),
        (
            "GET",
            "/_r/foo/a/1.0.0",
            "",
            404,
            "there is no endpoint \"/_r/foo/a/1.0.0\"",
        ),
        (
            "GET",
            "/_i",
            "",
            405,
            "the method \"GET\" is not allowed here; allowed are POST",
        ),
        (
            "PUT",
            "/_i/a/1.0.0",
            "",
            405,
            "the method \"PUT\" is not allowed here; allowed are GET, HEAD, DELETE",
        ),
        (
            "DELETE",
            &parcel,
            "",
            405,
            "the method \"DELETE\" is not allowed here; allowed are GET, HEAD, POST",
        ),
        (
            "get",
            "/_q",
            "",
            405,
            "the method \"get\" is not allowed here; allowed are GET, HEAD",
        ),
        (
            "GET",
            "/_i/a/%zz",
            "",
            400,
            "the path \"/_i/a/%zz\" has \"%zz\", where two hexadecimal digits have to follow the \
             `%`",
        ),
        (
            "GET",
            "/_i/a%ff/1.0.0",
            "",
            400,
            "the path \"/_i/a%ff/1.0.0\" has percent-encoded bytes that are not UTF-8",
        ),
        (
            "GET",
            "/_i/a",
            "",
            400,
            "bindle id \"a\" has no `/`; expected NAME/VERSION, such as \
             `example.com/hello/1.0.0`",
        ),
        (
            "GET",
            "/_i/a/1.0.0@23f310b54076878fd4c36f0c60ec92011a8b4063",
            "",
            400,
            "the parcel is named by no digest: expected 64 lower-case hexadecimal digits, found \
             40, which looks like SHA-1",
        ),
        (
            "GET",
            "/_i/a/1.0.0",
            "yankd=true",
            400,
            "there is no parameter \"yankd\" here; did you mean `yanked`?",
        ),
        (
            "GET",
            "/_i/a/1.0.0",
            "fresh=1",
            400,
            "there is no parameter \"fresh\" here; there is `yanked`",
        ),
        (
            "DELETE",
            "/_i/a/1.0.0",
            "yanked=true",
            400,
            "there is no parameter \"yanked\" here, nor any other",
        ),
        (
            "GET",
            "/_i/a/1.0.0",
            "yanked=1",
            400,
            "the parameter `yanked` is \"1\"; expected `true` or `false`",
        ),
        (
            "GET",
            "/_i/a/1.0.0",
            "yanked=true&yanked=true",
            400,
            "the parameter `yanked` is there twice; give it once",
        ),
        (
            "GET",
            "/bindle-keys",
            "roles=host,root",
            400,
            "the parameter `roles` is a list separated by commas: expected the role `creator`, \
             `approver`, `host` or `proxy`, found \"root\"",
        ),
        (
            "GET",
            "/_q",
            "q=%",
            400,
            "the query string \"%\" has \"%\", where two hexadecimal digits have to follow the \
             `%`",
        ),
        (
            "GET",
            "/_q",
            "l=256",
            400,
            "query parameter `l` is \"256\"; expected a whole number from 0 to 255",
        ),
    ];
    for (method, path, query, status, message) in cases {
        let error = read(method, path, query).unwrap_err();
        assert_eq!(error.to_string(), *message);
        assert_eq!(error.status().code(), *status, "{message}");
        let allow = message
            .split_once("allowed are ")
            .map_or("", |(_, allow)| allow);
        assert_eq!(error.allow(), allow);
    }
}

/// The reference reads and writes wherever a name or a digest leads.
#[test]
fn no_path_leads_out() {
    for path in [
        "/_i/../../etc/1.0.0",
        "/_i/%2e%2e/%2e%2e/etc/1.0.0",
        "/_i/..%2f..%2fetc/1.0.0",
        "/_i//etc/passwd/1.0.0",
        "/_i/a/./b/1.0.0",
        "/_i/a%00b/1.0.0",
        "/_i/a/1.0.0@../../../etc/passwd",
        "/_i/a/1.0.0@%2e%2e%2fkeyring.toml",
        "/_i/a/1.0.0@",
        "/_r/missing/../../etc/1.0.0",
    ] {
        let error = read("GET", path, "").unwrap_err();
        assert_eq!(error.status(), Status::BAD_REQUEST, "{path}: {error}");
    }
}

/// It is found by the same query, though its comparators are longer than its
/// text, which is as long as one may be.
#[test]
fn a_query_for_a_long_range_comes_back() {
    let prefix = Prefix::default();
    let numbers = (1..=66).map(|number: u32| number.to_string());
    let range = numbers.collect::<Vec<_>>().join("||");
    let request = read("GET", "/_q", &format!("v={range}")).unwrap();
    let target = request.target(&prefix);
    let again = Request::read(&prefix, target.method(), target.path(), target.query());
    assert_eq!(again, Ok(request));
}

fn ids() -> impl Strategy<Value = Id> {
    let segment = "[a-zäß0-9_-][a-zäß0-9._-]{0,6}";
    let version = "(0|[1-9][0-9]{0,3})\\.(0|[1-9][0-9]?)\\.(0|[1-9][0-9]?)(-rc\\.[1-9])?(\\+[a-z0-9-]{1,4}(\\.[0-9]{1,3})?)?";
    (vec(segment, 1..4), version).prop_map(|(segments, version)| {
        let name = segments.join("/");
        format!("{name}/{version}").parse().expect("an id")
    })
}

fn queries() -> impl Strategy<Value = Query> {
    let versions = select(vec![
        "",
        "1.2.3+a",
        "=1.2.3",
        "^1.2",
        "<1 || >=2.0.0-rc.1",
        "1||2||3||4||5||6||7||8||9||10||11||12||13||14||15||16||17||18||19||20",
        "*",
    ]);
    let yanked = select(vec![Yanked::Excluded, Yanked::Included]);
    let mode = select(vec![Mode::Standard, Mode::Strict]);
    (
        any::<String>(),
        mode,
        yanked,
        versions,
        any::<u64>(),
        any::<u8>(),
    )
        .prop_map(|(text, mode, yanked, version, offset, limit)| {
            let query = Query::new(text)
                .with_mode(mode)
                .with_yanked(yanked)
                .with_offset(offset)
                .with_limit(limit);
            if version.is_empty() {
                query
            } else {
                // As it is after a journey: a range is then its comparators.
                let version: VersionQuery = version.parse().unwrap();
                query.with_version(version.to_string().parse::<VersionQuery>().unwrap())
            }
        })
}

fn resources() -> impl Strategy<Value = Resource> {
    let digest = any::<[u8; 32]>().prop_map(Digest::from);
    let yanked = select(vec![Yanked::Excluded, Yanked::Included]);
    let roles =
        proptest::sample::subsequence(Role::ALL.to_vec(), 0..=4).prop_map(RoleSet::from_iter);
    prop_oneof![
        (ids(), yanked.clone()).prop_map(|(id, yanked)| Resource::Invoice { id, yanked }),
        roles.prop_map(|roles| Resource::Keys { roles }),
        queries().prop_map(Resource::Matches),
        ids().prop_map(|id| Resource::Missing { id }),
        (ids(), digest, yanked).prop_map(|(id, digest, yanked)| Resource::Parcel {
            id,
            digest,
            yanked
        }),
    ]
}

fn requests() -> impl Strategy<Value = Request> {
    let digest = any::<[u8; 32]>().prop_map(Digest::from);
    prop_oneof![
        Just(Request::Create),
        resources().prop_map(Request::Get),
        resources().prop_map(Request::Head),
        (ids(), digest).prop_map(|(id, digest)| Request::Upload { id, digest }),
        ids().prop_map(|id| Request::Yank { id }),
    ]
}

proptest! {
    #[test]
    fn every_request_comes_back(
        request in requests(),
        prefix in select(vec!["/", "/v1", "/a b/ü", "/_i", "/%41", "/_i/x@y"]),
    ) {
        let prefix: Prefix = prefix.parse().unwrap();
        let target = request.target(&prefix);
        prop_assert!(target.to_string().bytes().all(|byte| byte.is_ascii_graphic()));
        let read = Request::read(&prefix, target.method(), target.path(), target.query());
        prop_assert_eq!(read, Ok(request));
    }

    #[test]
    fn nothing_panics_and_what_is_read_is_what_is_written(
        method in "GET|HEAD|POST|DELETE|[ -~]{0,6}",
        path in "(/v1)?(/_i|/_q|/_r/missing|/bindle-keys)?(/|%2[fF]|\\PC){0,8}(@[0-9a-f]{64})?",
        query in "((q|o|l|v|strict|yanked|roles|query)=(true|[0-9]{1,3}|\\PC{0,5})&?){0,3}|\\PC{0,9}",
    ) {
        let prefix = Prefix::default();
        match Request::read(&prefix, &method, &path, &query) {
            Ok(request) => {
                let target = request.target(&prefix);
                let again = Request::read(&prefix, target.method(), target.path(), target.query());
                prop_assert_eq!(again.map(|again| again.target(&prefix)), Ok(target));
            }
            Err(error) => prop_assert!((400..500).contains(&error.status().code())),
        }
    }
}
