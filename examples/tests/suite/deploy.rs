//! Deployments that succeed or fail, as the users of the application see it.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use crate::program::{Running, copy, edit, get, once, once_with, poll, request, run, sample};

const HELLO: &str = "Hello, Fermyon Cloud!\n";
const AGAIN: &str = "Hello again, Fermyon Cloud!\n";

/// The revision in a line of output.
fn revision(line: &str) -> &str {
    let (_, rest) = line.split_once(" version ").unwrap();
    rest.split_once("...").unwrap().0
}

#[test]
fn a_first_deployment_prints_what_spin_deploy_prints() {
    let ended = once(&[&sample("hello-0.1.0")], &[]);
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""));
    let lines: Vec<_> = ended.out.lines().collect();
    let revision = revision(lines[0]);
    let (_, build) = revision.split_once("0.1.0+q").unwrap();
    assert!(build.len() == 7 && build.bytes().all(|b| b.is_ascii_hexdigit()));
    let (_, address) = lines[4].split_once("http://").unwrap();
    assert_eq!(
        lines,
        [
            &format!(
                "Uploading hello-fermyon-cloud version {revision}...   \
                 (3 parcels, 829 B; 0 already there)"
            ),
            "Deploying...",
            "Waiting for application to become ready... ready",
            "Available Routes:",
            &format!("  hello-fermyon-cloud: http://{address}"),
            &format!("GET http://{address}: 200 OK"),
            HELLO.trim_end(),
        ]
    );
    assert!(address.starts_with("127.0.0.1:") && address.ends_with("/hello"));
}

#[test]
fn an_upgrade_uploads_what_changed_and_keeps_the_address() {
    let folders = [&*sample("hello-0.1.0"), &*sample("hello-0.1.1")];
    let mut running = Running::start(&folders, &[]);
    let address = running.address();
    let uploading = running.line("Uploading");
    assert!(
        uploading.contains("version 0.1.1+q") && uploading.ends_with("; 2 already there)"),
        "{uploading}"
    );
    assert_eq!(running.address(), address);
    assert_eq!(get(address, "/hello"), (200, AGAIN.to_owned()));
    assert_eq!(
        get(address, "/.well-known/spin/health"),
        (200, "OK".to_owned())
    );
    let ended = running.interrupt();
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""));
}

#[test]
fn changing_the_version_line_alone_is_an_upgrade() {
    let app = copy("hello-0.1.0");
    let changed = copy("hello-0.1.0");
    edit(&changed.path().join("spin.toml"), "0.1.0", "0.1.1");
    let ended = once(&[app.path(), changed.path()], &[]);
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""));
    assert!(ended.out.contains("3 already there"), "{}", ended.out);
    assert!(ended.out.contains(" version 0.1.1+q"), "{}", ended.out);
    assert_eq!(ended.out.matches("become ready... ready").count(), 2);
}

#[test]
fn failed_upgrades_change_nothing_for_the_users() {
    let folders = [
        "hello-0.1.0",
        "hello-0.1.1",
        "broken-start-section",
        "broken-trap",
        "broken-import",
    ];
    let folders = folders.map(sample);
    let folders: Vec<_> = folders.iter().map(|folder| &**folder).collect();
    // Slow enough for many requests in each deployment.
    let mut running = Running::start(&folders, &["--limit-rate", "2000"]);
    let address = running.address();

    let done = AtomicBool::new(false);
    let answers = thread::scope(|scope| {
        let clients = [0; 4].map(|_| {
            scope.spawn(|| {
                let mut answers = Vec::new();
                while !done.load(Ordering::Relaxed) {
                    answers.push(get(address, "/hello"));
                }
                answers
            })
        });
        for _ in 0..3 {
            running.line("Waiting for application to become ready... failed");
        }
        // And some more when all is over.
        for _ in 0..20 {
            assert_eq!(get(address, "/hello"), (200, AGAIN.to_owned()));
        }
        done.store(true, Ordering::Relaxed);
        clients.map(|client| client.join().unwrap())
    });
    for answers in answers {
        assert!(answers.len() > 10, "{} requests", answers.len());
        // The first version, then the second, and nothing else.
        let upgraded = answers.iter().position(|(_, body)| body == AGAIN).unwrap();
        let (before, after) = answers.split_at(upgraded);
        assert!(
            before
                .iter()
                .all(|answer| *answer == (200, HELLO.to_owned()))
        );
        assert!(
            after
                .iter()
                .all(|answer| *answer == (200, AGAIN.to_owned()))
        );
    }

    let ended = running.interrupt();
    assert_eq!(ended.code, Some(1));
    let reasons = [
        "cannot be instantiated: it trapped: wasm `unreachable` instruction executed",
        "does not answer to GET /hello: it trapped: wasm `unreachable` instruction executed",
        "does not link: unknown import: `weather::forecast` has not been defined",
    ];
    let errors: Vec<_> = ended.err.lines().collect();
    assert_eq!(errors.len(), reasons.len(), "{errors:?}");
    for ((error, reason), version) in errors.iter().zip(reasons).zip(["0.1.2", "0.1.3", "0.1.4"]) {
        let start = format!("error: the upgrade to {version}+q");
        assert!(error.starts_with(&start), "{error}");
        let failed = format!(" failed: component \"hello-fermyon-cloud\" {reason}; 0.1.1+q");
        assert!(error.contains(&failed), "{error}");
        assert!(error.ends_with(" still serves"), "{error}");
    }
}

#[test]
fn a_first_deployment_that_fails_leaves_nothing_to_serve() {
    let ended = run(&[&sample("broken-trap")], &[]);
    assert_eq!(ended.code, Some(1));
    assert!(
        ended.err.ends_with("; nothing serves yet\n"),
        "{}",
        ended.err
    );
}

#[test]
fn a_request_ends_where_it_began() {
    let folders = [&*sample("hello-0.1.0"), &*sample("hello-0.1.1")];
    // The old revision is stopped at once when it loses its traffic.
    let options = ["--min-healthy", "2500ms", "--drain", "0s"];
    let mut running = Running::start(&folders, &options);
    let address = running.address();
    let mut slow = TcpStream::connect(address).unwrap();
    let head = "POST /hello HTTP/1.0\r\nhost: slow\r\ncontent-length: 4\r\n\r\nbo";
    slow.write_all(head.as_bytes()).unwrap();
    running.line("Available Routes:");
    assert_eq!(get(address, "/hello"), (200, AGAIN.to_owned()));

    slow.write_all(b"dy").unwrap();
    let mut answer = String::new();
    slow.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.0 200 OK\r\n"), "{answer}");
    assert!(answer.ends_with(HELLO), "{answer}");
    assert_eq!(running.interrupt().code, Some(0));
}

#[test]
fn nothing_is_left_in_the_folder_for_temporary_files() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().to_str().unwrap();
    let folders = [&*sample("site")];
    let ended = once_with(&folders, &[], &[("TMPDIR", place)]);
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);

    let mut running = Running::start_with(&folders, &[], &[("TMPDIR", place)]);
    running.address();
    assert_ne!(fs::read_dir(folder.path()).unwrap().count(), 0);
    assert_eq!(running.interrupt().code, Some(0));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn an_interrupted_deployment_leaves_no_temporary_store() {
    let app = copy("hello-0.1.0");
    // So much that it cannot be uploaded before the interruption.
    fs::write(app.path().join("greeting.txt"), [b'a'; 1_000_000]).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().to_str().unwrap();
    let slow = ["--limit-rate", "1000"];
    let running = Running::start_with(&[app.path()], &slow, &[("TMPDIR", place)]);
    poll("the secret key", || {
        let store = fs::read_dir(folder.path()).unwrap().next()?;
        let key = store.unwrap().path().join("secret-keys.toml");
        key.exists().then_some(())
    });
    let ended = running.interrupt();
    let expected = "error: interrupted before everything was deployed\n";
    assert_eq!((ended.code, ended.err.as_str()), (Some(1), expected));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn the_same_again_is_there_and_live() {
    let hello = sample("hello-0.1.0");
    let store = tempfile::tempdir().unwrap();
    let options = ["--store", store.path().to_str().unwrap()];
    let first = once(&[&hello, &hello], &options);
    assert_eq!((first.code, first.err.as_str()), (Some(0), ""));
    let revision = revision(first.out.lines().next().unwrap());
    let there = format!("hello-fermyon-cloud/{revision}: this very bindle exists");
    let live = format!("{there} and is live");
    assert!(first.out.lines().any(|line| line == live), "{}", first.out);

    // Another run does not serve it yet.
    let second = once(&[&hello], &options);
    assert_eq!((second.code, second.err.as_str()), (Some(0), ""));
    let lines: Vec<_> = second.out.lines().take(3).collect();
    let ready = "Waiting for application to become ready... ready";
    assert_eq!(lines, [there.as_str(), "Deploying...", ready]);
    assert!(second.out.contains(HELLO), "{}", second.out);
}

#[test]
fn each_deployment_pins_the_channel_unless_there_is_a_rule() {
    let folders = [&*sample("hello-0.1.1"), &*sample("hello-0.1.0")];
    let pinned = once(&folders, &[]);
    assert_eq!((pinned.code, pinned.err.as_str()), (Some(0), ""));
    assert!(pinned.out.ends_with(HELLO), "{}", pinned.out);

    let ruled = once(&folders, &["--channel-rule", "*"]);
    assert_eq!((ruled.code, ruled.err.as_str()), (Some(0), ""));
    assert!(ruled.out.ends_with(AGAIN), "{}", ruled.out);
    let line = ruled.out.lines().find(|line| line.contains("selects"));
    let line = line.unwrap();
    assert!(line.starts_with("0.1.0+q"), "{line}");
    assert!(
        line.contains(" is not what the rule * selects; 0.1.1+q"),
        "{line}"
    );
    assert!(line.ends_with(" still serves"), "{line}");

    let none = run(&folders[..1], &["--channel-rule", "5.0.0"]);
    assert_eq!(none.code, Some(1));
    assert!(!none.out.contains("Available Routes:"), "{}", none.out);
    let end = " is not what the rule 5.0.0 selects; nothing serves yet\n";
    assert!(none.err.ends_with(end), "{}", none.err);
}

#[test]
fn other_content_under_the_same_id_is_refused() {
    let site = copy("site");
    let renamed = copy("site");
    fs::rename(
        renamed.path().join("about.html"),
        renamed.path().join("beyond.html"),
    )
    .unwrap();
    let refused = once(&[site.path(), renamed.path()], &[]);
    assert_eq!(refused.code, Some(1));
    let revision = revision(refused.out.lines().next().unwrap());
    let id = format!("error: example.com/site/{revision} exists already, with other content: ");
    assert!(refused.err.starts_with(&id), "{}", refused.err);
    let digests = refused.err.split([' ', ',', ';']);
    let mut digests: Vec<_> = digests
        .filter(|word| word.len() == 64 && word.bytes().all(|byte| byte.is_ascii_hexdigit()))
        .collect();
    digests.dedup();
    assert_eq!(digests.len(), 2, "{}", refused.err);
    let advice = "; raise the version in spin.toml, or pass --build-metadata\n";
    assert!(refused.err.ends_with(advice), "{}", refused.err);

    // That advice helps.
    let store = tempfile::tempdir().unwrap();
    let store = ["--store", store.path().to_str().unwrap()];
    assert_eq!(once(&[site.path()], &store).code, Some(0));
    assert_eq!(once(&[renamed.path()], &store).code, Some(1));
    let [option, folder] = store;
    let other = [option, folder, "--build-metadata", "renamed"];
    let ended = once(&[renamed.path()], &other);
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""));
    assert!(
        ended.out.contains("version 1.0.0+renamed..."),
        "{}",
        ended.out
    );
}

#[test]
fn a_site_serves_its_components_and_its_files_alone() {
    let mut running = Running::start(&[&sample("site")], &[]);
    let address = running.address();
    let page = |path| get(address, path);
    assert!(page("/").1.contains("<title>Site</title>"));
    assert!(page("/about.html").1.contains("<title>About</title>"));
    assert!(page("/media/logo.svg").1.starts_with("<svg "));
    assert!(page("/styles/main.css").1.starts_with("body "));
    assert!(page("/styles/print/page.css").1.starts_with("a "));
    for missing in [
        "/draft-plans.html",
        "/images/logo.svg",
        "/spin.toml",
        "/greeting.txt",
    ] {
        assert_eq!(page(missing).0, 404, "{missing}");
    }
    assert_eq!(
        page("/hello"),
        (200, "Hello from a larger application!\n".to_owned())
    );
    let (status, body) = request(address, "POST", "/api/x?one=1&two", b"posted").unwrap();
    let body = String::from_utf8(body).unwrap();
    assert_eq!(status, 200);
    assert!(body.starts_with("echo\none=1\ntwo\n\n"), "{body}");
    for line in [
        "REGION=north",
        "REQUEST_METHOD=POST",
        "PATH_INFO=/x",
        "CONTENT_LENGTH=6",
    ] {
        assert!(body.lines().any(|found| found == line), "{line}: {body}");
    }
    assert!(body.ends_with("\n\nposted"), "{body}");
    let (status, _) =
        request(address, "POST", "/api", &vec![b'a'; (8 << 20) + 1]).unwrap_or((413, Vec::new()));
    assert_eq!(status, 413);
    assert_eq!(running.interrupt().code, Some(0));
}

#[test]
fn a_component_of_today_is_served() {
    let ended = once(&[&sample("component")], &[]);
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""));
    assert!(
        ended.out.ends_with("Hello from a component!\n"),
        "{}",
        ended.out
    );
    assert!(ended.out.contains(" (wildcard)\n"), "{}", ended.out);
}

#[test]
fn a_manifest_of_the_second_format_is_deployed() {
    let app = copy("component");
    let manifest = |text: &str| {
        let head =
            "spin_manifest_version = 2\n[application]\nname = \"now\"\nversion = \"0.1.0\"\n";
        fs::write(app.path().join("spin.toml"), format!("{head}{text}")).unwrap();
        once(&[app.path()], &[])
    };
    let ended = manifest(
        "[[trigger.http]]\nroute = \"/users/:id\"\ncomponent = \"now\"\n\
         [[trigger.http]]\nroute = { private = true }\ncomponent = \"now\"\n\
         [component.now]\nsource = \"component.wasm\"\n",
    );
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""));
    assert!(ended.out.contains("/users/:id\n"), "{}", ended.out);
    assert!(ended.out.contains("/users/id: 200 OK\n"), "{}", ended.out);
    assert!(
        ended.out.ends_with("Hello from a component!\n"),
        "{}",
        ended.out
    );

    let ended = manifest(
        "[[trigger.http]]\nroute = \"/\"\ncomponent = \"now\"\n\
         [component.now]\nsource = \"component.wasm\"\n\
         [component.now.dependencies]\n\"example:clock\" = { path = \"component.wasm\" }\n",
    );
    assert_eq!(ended.code, Some(1));
    let refused = "component \"now\" needs further modules; this example runs modules that stand \
                   alone; nothing serves yet\n";
    assert!(ended.err.ends_with(refused), "{}", ended.err);
}

#[test]
fn a_path_without_a_route_is_not_found() {
    let mut running = Running::start(&[&sample("hello-0.1.0")], &[]);
    let address = running.address();
    assert_eq!(get(address, "/").0, 404);
    assert_eq!(get(address, "/hello/more").0, 404);
    assert_eq!(get(address, "/hello/").0, 200);
    assert_eq!(running.interrupt().code, Some(0));
}

#[test]
fn readiness_may_ask_for_another_path() {
    let site = sample("site");
    let ended = once(&[&site], &["--health-path", "/api/health"]);
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""));
    let ended = run(&[&site], &["--health-path", "health"]);
    assert_eq!(ended.code, Some(2));
    assert!(
        ended.err.contains("write a path, such as `/healthz`"),
        "{}",
        ended.err
    );
}

#[test]
fn a_candidate_is_healthy_for_as_long_as_asked() {
    let folders = [&*sample("hello-0.1.0"), &*sample("hello-0.1.1")];
    let mut running = Running::start(&folders, &["--min-healthy", "2s"]);
    let address = running.address();
    running.line("Deploying...");
    let start = std::time::Instant::now();
    poll("the second version", || {
        (get(address, "/hello").1 == AGAIN).then_some(())
    });
    assert!(start.elapsed().as_secs() >= 1, "{:?}", start.elapsed());
    assert_eq!(running.interrupt().code, Some(0));
    let ended = run(
        &folders,
        &["--min-healthy", "2s", "--healthy-deadline", "1s"],
    );
    assert_eq!(ended.code, Some(1));
    assert!(
        ended
            .err
            .contains("no revision could become healthy in time"),
        "{}",
        ended.err
    );
}

#[test]
fn a_manifest_of_today_is_deployed() {
    let mut running = Running::start(&[&sample("guide")], &[]);
    let address = running.address();
    assert_eq!(get(address, "/guide/answer").0, 200);
    let page = get(address, "/guide/index.html");
    assert_eq!(page, (200, "<h1>Guide</h1>\n".to_owned()));
    assert_eq!(get(address, "/elsewhere").0, 404);
    let ended = running.interrupt();
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""));
}
