//! Standalone bindles: written and read back, and each way to be damaged.

use bindle_core::registry::{Headers, MemoryRegistry, Payload, Policy, Push};
use bindle_core::standalone::{
    Arrival, Completeness, Content, EntryKind, Layout, Problem, ProblemKind, Reader, Refused,
    Standalone,
};
use bindle_core::{
    ContentError, Digest, Invoice, InvoiceReader, KeyEntry, Keyring, Label, MediaType, Role,
    SecretKey, SecretKeyEntry, UnixTime,
};
use proptest::collection::{hash_set, vec};
use proptest::prelude::*;

type Files = Vec<(String, Vec<u8>)>;

fn invoice(contents: &[&[u8]]) -> Invoice {
    let labels = contents
        .iter()
        .enumerate()
        .map(|(index, content)| Label::of(format!("{index}.bin"), MediaType::WASM, content));
    Invoice::builder("example.com/demo/app/1.2.3".parse().unwrap())
        .parcels(labels)
        .build()
        .unwrap()
}

/// The files of a bindle, the invoice first.
fn written(contents: &[&[u8]]) -> Files {
    let invoice = invoice(contents);
    let layout = Layout::new(&invoice).unwrap();
    let files = layout.files().iter().map(|file| {
        let bytes = match file.content() {
            Content::Invoice(text) => text.as_bytes(),
            Content::Parcel(label) => {
                let mut contents = contents.iter();
                contents
                    .find(|content| label.verify(content).is_ok())
                    .unwrap()
            }
        };
        assert_eq!(file.content().size(), bytes.len() as u64);
        (file.path().to_owned(), bytes.to_vec())
    });
    files.collect()
}

fn read_by(mut reader: Reader, files: &Files) -> Result<Standalone, Refused> {
    for (path, bytes) in files {
        if let Ok(mut entry) = reader.handle_file(path) {
            for chunk in bytes.chunks(3) {
                if entry.update(chunk).is_err() {
                    break;
                }
            }
            entry.finish();
        }
    }
    reader.finish()
}

fn read(files: &Files) -> Result<Standalone, Refused> {
    read_by(Reader::new(), files)
}

/// Code and path of each problem, with the folder of the bindle left out. They
/// are the same in whatever order the files come.
#[track_caller]
fn problems(files: &Files) -> Vec<String> {
    let problems = |files: &Files| {
        let refused = read(files).unwrap_err();
        let shown = refused.problems().iter().map(|problem| {
            let path = problem.path().replace(&directory(), "HERE");
            format!("{} {path}", problem.kind().code())
        });
        shown.collect::<Vec<_>>()
    };
    let mut reversed = files.clone();
    reversed.reverse();
    assert_eq!(problems(files), problems(&reversed));
    problems(files)
}

fn directory() -> String {
    invoice(&[]).id().canonical_name().to_string()
}

#[test]
fn are_written_as_specified() {
    let paths = written(&[b"a red one", b"a red one", b""]);
    let paths: Vec<_> = paths.iter().map(|(path, _)| path.as_str()).collect();
    let directory = "6a4747191c36c66e5b2d4ed5e07623c9e4cc5abd530b0a29c6a1d7d658c4da59";
    assert_eq!(
        paths,
        [
            format!("{directory}/invoice.toml"),
            format!(
                "{directory}/parcels/\
                 23f310b54076878fd4c36f0c60ec92011a8b406349b98dd37d08577d17397de5.dat"
            ),
            format!(
                "{directory}/parcels/\
                 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855.dat"
            ),
        ]
    );
}

/// Deployed readers list the folder of the parcels, even where there are none.
#[test]
fn layouts_have_a_folder_for_parcels_that_are_none() {
    let invoice = invoice(&[]);
    let layout = Layout::new(&invoice).unwrap();
    let inner = format!("{}/parcels", directory());
    assert_eq!(layout.folders(), [directory(), inner]);
    assert_eq!(layout.files().len(), 1);
}

#[test]
fn are_read_from_archives_of_a_folder() {
    let files = written(&[b"one"]);
    let mut reader = Reader::new();
    for path in [
        ".",
        "./",
        &directory(),
        &format!("./{}/parcels/", directory()),
    ] {
        reader.handle_folder(path).unwrap();
    }
    let dotted = files
        .iter()
        .map(|(path, bytes)| (format!("./{path}"), bytes.clone()));
    let standalone = read_by(reader, &dotted.collect()).unwrap();
    assert_eq!(*standalone.invoice(), invoice(&[b"one"]));
    assert!(standalone.missing().is_empty());
}

#[test]
fn parcels_are_verified_as_soon_as_can_be() {
    let files = written(&[b"one"]);
    let digest = Digest::of(b"one");
    let arrivals = |files: &[&(String, Vec<u8>)]| {
        let mut reader = Reader::new();
        let arrivals = files.iter().map(|(path, bytes)| {
            let mut entry = reader.handle_file(path).unwrap();
            entry.update(bytes).unwrap();
            (entry.kind(), entry.finish())
        });
        arrivals.collect::<Vec<_>>()
    };
    let invoice = (EntryKind::Invoice, Arrival::Invoice);
    let parcel = EntryKind::Parcel(digest);
    assert_eq!(
        arrivals(&[&files[0], &files[1]]),
        [invoice, (parcel, Arrival::Verified(digest))]
    );
    assert_eq!(
        arrivals(&[&files[1], &files[0]]),
        [(parcel, Arrival::Named(digest)), invoice]
    );
}

#[test]
fn tampered_parcels_are_refused() {
    let mut files = written(&[b"one"]);
    files[1].1 = b"two".to_vec();
    let path = files[1].0.replace(&directory(), "HERE");
    assert_eq!(problems(&files), [format!("wrong-content {path}")]);
    let (expected, actual) = (Digest::of(b"one"), Digest::of(b"two"));
    assert_eq!(
        read(&files).unwrap_err().to_string(),
        format!(
            "{:?}: the content has the digest {actual}, but {expected} was announced",
            files[1].0
        )
    );
    for (content, message) in [
        (
            &b"ones"[..],
            "the content is longer than the 3 bytes that were announced",
        ),
        (
            b"on",
            "the content ends after 2 of the 3 bytes that were announced",
        ),
    ] {
        files[1].1 = content.to_vec();
        assert_eq!(problems(&files), [format!("wrong-size {path}")]);
        let shown = read(&files).unwrap_err().to_string();
        assert_eq!(shown, format!("{:?}: {message}", files[1].0));
    }
}

#[test]
fn a_label_that_lies_about_the_size_is_refused() {
    let mut files = written(&[b"one"]);
    let text = String::from_utf8(files[0].1.clone()).unwrap();
    files[0].1 = text.replace("size = 3", "size = 2").into_bytes();
    let path = files[1].0.replace(&directory(), "HERE");
    assert_eq!(problems(&files), [format!("wrong-size {path}")]);

    // Nothing after the announced end is taken.
    let mut reader = Reader::new();
    let mut entry = reader.handle_file(&files[0].0).unwrap();
    entry.update(&files[0].1).unwrap();
    entry.finish();
    let mut entry = reader.handle_file(&files[1].0).unwrap();
    entry.update(b"on").unwrap();
    let expected = ProblemKind::Content(ContentError::TooLong { expected: 2 });
    assert_eq!(entry.update(b"e"), Err(expected.clone()));
    assert_eq!(entry.update(b""), Err(expected));
    assert_eq!(entry.finish(), Arrival::Refused);
}

/// The reference reads whatever folder it finds.
#[test]
fn a_standalone_bindle_in_a_wrong_directory_is_refused() {
    for name in [
        "app",
        &Digest::of(b"other").to_string(),
        &directory().to_uppercase(),
    ] {
        let mut files = written(&[b"one"]);
        for (path, _) in &mut files {
            *path = path.replace(&directory(), name);
        }
        assert_eq!(problems(&files), [format!("wrong-directory {name}")]);
        let refused = read(&files).unwrap_err();
        assert_eq!(refused.invoice(), Some(&invoice(&[b"one"])));
        assert_eq!(
            refused.to_string(),
            format!(
                "{name:?}: this is not the folder of example.com/demo/app/1.2.3, which is named {}",
                directory()
            )
        );
    }
}

#[test]
fn nothing_leads_out_of_the_bindle() {
    let good = directory();
    for (path, code) in [
        ("/etc/passwd".to_owned(), "absolute-path"),
        ("C:/invoice.toml".to_owned(), "absolute-path"),
        ("//host/invoice.toml".to_owned(), "absolute-path"),
        ("../invoice.toml".to_owned(), "dot-segment"),
        (format!("{good}/parcels/../../x.dat"), "dot-segment"),
        (format!("{good}/./invoice.toml"), "dot-segment"),
        (format!("././{good}/invoice.toml"), "dot-segment"),
        (format!("./../{good}/invoice.toml"), "dot-segment"),
        (format!(".//{good}/invoice.toml"), "absolute-path"),
        (format!("{good}\\invoice.toml"), "backslash"),
        (format!("{good}/parcels/..\\..\\x.dat"), "backslash"),
        (format!("{good}//invoice.toml"), "empty-segment"),
        (format!("{good}/invoice.toml/"), "empty-segment"),
        (String::new(), "empty-segment"),
        ("invoice.toml".to_owned(), "unknown-file"),
        (format!("{good}/INVOICE.TOML"), "unknown-file"),
        (format!("{good}/invoice.toml\0"), "unknown-file"),
        (format!("{good}/parcels/a/b.dat"), "unknown-file"),
        (format!("{good}/parcels/{good}"), "unknown-file"),
        (format!("{good}/parcels/{good}.dat.dat"), "parcel-name"),
        (format!("{good}/parcels/..dat"), "parcel-name"),
        (
            format!("{good}/parcels/{}.dat", good.to_uppercase()),
            "parcel-name",
        ),
        (format!("{}/invoice.toml", "a".repeat(256)), "unknown-file"),
    ] {
        let error = Reader::new()
            .handle_file(&path)
            .map(|entry| entry.kind())
            .unwrap_err();
        assert_eq!(error.code(), code, "{path:?}");
        let mut files = written(&[]);
        files.push((path.clone(), b"x".to_vec()));
        let refused = read(&files).unwrap_err();
        assert_eq!(refused.problems().len(), 1, "{path:?}: {refused}");
        assert_eq!(*refused.problems()[0].kind(), error, "{path:?}");
    }
    for (path, code) in [
        ("/", "absolute-path"),
        ("..", "dot-segment"),
        ("a\\b", "backslash"),
        ("a/b", "unknown-folder"),
        ("a/parcels/b", "unknown-folder"),
        ("a//", "empty-segment"),
        (&"a".repeat(256), "unknown-folder"),
    ] {
        let error = Reader::new().handle_folder(path).unwrap_err();
        assert_eq!(error.code(), code, "{path:?}");
    }
    // No longer than file systems allow.
    let longest = "a".repeat(255);
    let file = format!("{longest}/invoice.toml");
    assert!(Reader::new().handle_file(&file).is_ok());
    Reader::new().handle_folder(&longest).unwrap();
    let error = Reader::new().handle_other(&format!("{good}/invoice.toml"));
    assert_eq!(
        error.to_string(),
        "this is neither a file nor a folder; a bindle has no links and no devices"
    );
}

/// Which of two folders is the bindle, whoever unpacks them has to guess.
#[test]
fn there_is_one_folder() {
    for folder in ["other", "other/parcels/"] {
        let mut reader = Reader::new();
        reader.handle_folder(folder).unwrap();
        let refused = read_by(reader, &written(&[b"one"])).unwrap_err();
        let problem = &refused.problems()[0];
        let found = (problem.path(), problem.kind().code());
        assert_eq!(found, ("other", "other-directory"));
        assert_eq!(
            problem.kind().to_string(),
            format!(
                "this is outside of {:?}, the folder of the bindle",
                directory()
            )
        );
        assert_eq!(refused.problems().len(), 1);
    }
}

#[test]
fn every_problem_is_told_at_once() {
    let mut files = written(&[b"one", b"two", b"three"]);
    let here = directory();
    // One is tampered with, one is gone, and a stranger is there.
    let one = files.iter_mut().find(|(_, bytes)| bytes == b"one").unwrap();
    one.1 = b"uno".to_vec();
    files.retain(|(_, bytes)| bytes != b"two");
    let stranger = Digest::of(b"stranger");
    files.push((
        format!("{here}/parcels/{stranger}.dat"),
        b"stranger".to_vec(),
    ));
    files.push(("other/parcels/README".into(), Vec::new()));
    files.push((
        format!("other/parcels/{stranger}.dat"),
        b"stranger".to_vec(),
    ));
    let mut expected = vec![
        format!("wrong-content HERE/parcels/{}.dat", Digest::of(b"one")),
        format!("missing-parcel HERE/parcels/{}.dat", Digest::of(b"two")),
        format!("not-in-invoice HERE/parcels/{stranger}.dat"),
        "unknown-file other/parcels/README".into(),
        "other-directory other".into(),
    ];
    expected.sort_by(|a, b| {
        a.split_once(' ')
            .map(|a| a.1)
            .cmp(&b.split_once(' ').map(|b| b.1))
    });
    assert_eq!(problems(&files), expected);
}

#[test]
fn invoices_are_there_once_and_valid() {
    let files = written(&[b"one"]);
    let path = files[1].0.replace(&directory(), "HERE");
    assert_eq!(
        problems(&files[1..].to_vec()),
        ["missing-invoice HERE/invoice.toml"]
    );
    assert_eq!(problems(&Vec::new()), ["missing-invoice invoice.toml"]);

    let mut twice = files.clone();
    twice.push(files[0].clone());
    assert_eq!(problems(&twice), ["duplicate HERE/invoice.toml"]);
    let mut twice = files.clone();
    twice.push(files[1].clone());
    assert_eq!(problems(&twice), [format!("duplicate {path}")]);

    // Parcels are compared with their names all the same.
    let mut broken = files.clone();
    broken[0].1 = b"bindleVersion = '1.0.0'\nnonsense = 1".to_vec();
    broken[1].1 = b"two".to_vec();
    assert_eq!(
        problems(&broken),
        [
            "missing-field HERE/invoice.toml".to_owned(),
            "unknown-field HERE/invoice.toml".to_owned(),
            format!("wrong-content {path}"),
        ]
    );
    assert_eq!(read(&broken).unwrap_err().invoice(), None);
    // Those of the invoice are in the order of its text.
    broken[0].1 = b"bindleVersion = '1.0.0'\n\
        [bindle]\nname = 'a'\nversion = 'b'\nnonsense = 1"
        .to_vec();
    assert_eq!(
        problems(&broken)[..2],
        [
            "version HERE/invoice.toml",
            "unknown-field HERE/invoice.toml",
        ]
    );
    // Those that are not listed are counted.
    let fields: String = (0..2_000)
        .map(|number| format!("nonsense-{number} = 1\n"))
        .collect();
    broken[0].1 = format!("bindleVersion = '1.0.0'\n{fields}").into_bytes();
    let refused = read(&broken).unwrap_err();
    let counts = (refused.problems().len(), refused.omitted());
    assert_eq!(counts, (1_000, 1_002));
}

#[test]
fn partial_bindles_are_read_if_asked() {
    let mut files = written(&[b"one", b"two"]);
    files.retain(|(_, bytes)| bytes != b"two");
    let partial = || Reader::new().with_completeness(Completeness::Partial);
    let standalone = read_by(partial(), &files).unwrap();
    let missing: Vec<_> = standalone
        .missing()
        .iter()
        .map(|label| label.name())
        .collect();
    assert_eq!(missing, ["1.bin"]);
    assert_eq!(
        read(&files).unwrap_err().to_string(),
        format!(
            "\"{}/parcels/{}.dat\": the parcel \"1.bin\" of the invoice is missing",
            directory(),
            Digest::of(b"two")
        )
    );
    // What is there has to be right.
    files[1].1.pop();
    assert!(read_by(partial(), &files).is_err());
}

/// What is there goes to a registry, and the rest is told.
#[test]
fn partial_bindles_are_pushed() {
    let ada = SecretKeyEntry::new("Ada", SecretKey::from_seed(&[7; 32]), [Role::Creator]);
    let now = UnixTime::from_seconds(1_700_000_000);
    let mut invoice = invoice(&[b"one", b"two"]);
    invoice.sign(&ada, Role::Creator, now).unwrap();
    let files = Layout::new(&invoice).unwrap().files().to_vec();
    let mut reader = Reader::new().with_completeness(Completeness::Partial);
    for file in &files {
        let bytes = match file.content() {
            Content::Invoice(text) => text.as_bytes(),
            Content::Parcel(label) if label.name() == "0.bin" => b"one",
            Content::Parcel(_) => continue,
        };
        let mut entry = reader.handle_file(file.path()).unwrap();
        entry.update(bytes).unwrap();
        entry.finish();
    }
    let standalone = reader.finish().unwrap();

    let creators = Keyring::from_iter([KeyEntry::from(&ada)]);
    let mut registry = MemoryRegistry::new(Policy::new(creators));
    let mut push = Push::new(standalone.invoice().clone());
    while let Some((ticket, request, payload)) = push.poll_request() {
        let body = match &payload {
            Payload::Invoice(text) => text.as_bytes(),
            Payload::Parcel(label) if standalone.has(&label.digest()) => b"one",
            Payload::Parcel(_) => {
                push.handle_absent(ticket).unwrap();
                continue;
            }
            _ => b"",
        };
        let response = registry.handle(&request, Headers::default(), body, now);
        push.handle_response(ticket, response.status(), response.body())
            .unwrap();
    }
    assert_eq!(push.uploaded(), [Digest::of(b"one")]);
    assert_eq!(push.absent(), [Digest::of(b"two")]);
    let missing = registry.missing(standalone.invoice().id()).unwrap();
    assert_eq!(missing, standalone.missing());
}

#[test]
fn files_that_are_dropped_were_not_read() {
    let files = written(&[b"one"]);
    let mut reader = Reader::new();
    for (path, bytes) in &files {
        let mut entry = reader.handle_file(path).unwrap();
        entry.update(bytes).unwrap();
    }
    let refused = reader.finish().unwrap_err();
    let codes = refused
        .problems()
        .iter()
        .map(|problem| problem.kind().code());
    assert_eq!(codes.collect::<Vec<_>>(), ["incomplete", "incomplete"]);
}

#[cfg(feature = "std")]
#[test]
fn content_is_copied_into_entries() {
    let files = written(&[b"one"]);
    let mut reader = Reader::new();
    for (path, bytes) in &files {
        let mut entry = reader.handle_file(path).unwrap();
        let copied = std::io::copy(&mut &bytes[..], &mut entry).unwrap();
        assert_eq!(copied, bytes.len() as u64);
        entry.finish();
    }
    assert!(reader.finish().unwrap().has(&Digest::of(b"one")));

    let mut reader = Reader::new().with_limits(|limits| limits.bytes = 2);
    let mut entry = reader.handle_file(&files[1].0).unwrap();
    let error = std::io::copy(&mut &b"one"[..], &mut entry).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::InvalidData);
}

#[test]
fn lints_are_those_of_the_invoice() {
    let files = written(&[b"one"]);
    let text = std::str::from_utf8(&files[0].1).unwrap();
    let lints = InvoiceReader::new().read(text).unwrap();
    assert_eq!(lints.lints().len(), 1);
    assert_eq!(read(&files).unwrap().lints(), lints.lints());
}

#[test]
fn limits_hold() {
    let files = written(&[b"one", b"two"]);
    let size = |files: &Files| files.iter().map(|(_, bytes)| bytes.len() as u64).sum();
    let bytes: u64 = size(&files);
    let limited = |bytes, entries, invoice| {
        Reader::new().with_limits(|limits| {
            limits.bytes = bytes;
            limits.entries = entries;
            limits.invoice.bytes = invoice;
        })
    };
    read_by(limited(bytes, 3, files[0].1.len()), &files).unwrap();
    for (reader, message) in [
        (limited(bytes - 1, 3, 1000), "bytes of files"),
        (limited(bytes, 2, 1000), "files and folders"),
        (
            limited(bytes, 3, files[0].1.len() - 1),
            "bytes of the invoice",
        ),
    ] {
        let refused = read_by(reader, &files).unwrap_err();
        let limit = refused.problems().iter().find(
            |problem| matches!(problem.kind(), ProblemKind::Limit { what, .. } if *what == message),
        );
        assert!(limit.is_some(), "{refused}");
    }
    // What is missing may be in what was not read.
    let files = &files[..2].to_vec();
    let bytes: u64 = size(files);
    for (bytes, entries, code) in [
        (bytes, 0, "limit"),
        (bytes, 1, "limit"),
        (bytes, 2, "missing-parcel"),
        (bytes, 3, "missing-parcel"),
        (bytes - 1, 3, "limit"),
        (bytes + 1, 3, "missing-parcel"),
    ] {
        let refused = read_by(limited(bytes, entries, 1000), files).unwrap_err();
        let codes = refused
            .problems()
            .iter()
            .map(|problem| problem.kind().code());
        assert_eq!(codes.collect::<Vec<_>>(), [code]);
    }
    let mut reader = Reader::new().with_limits(|limits| limits.problems = 2);
    for index in 0..10 {
        reader.handle_other(&index.to_string());
    }
    let refused = reader.finish().unwrap_err();
    assert_eq!((refused.problems().len(), refused.omitted()), (2, 9));
    assert!(refused.to_string().ends_with("\nand 9 more"));
}

#[test]
fn what_deployed_readers_can_not_know_is_not_written() {
    let mut yanked = invoice(&[]);
    yanked.yank("broken").unwrap();
    let error = Layout::new(&yanked).unwrap_err();
    assert_eq!(error.fields(), ["yankedReason"]);
    assert_eq!(
        error.to_string(),
        "example.com/demo/app/1.2.3 cannot be written as a standalone bindle: its readers know \
         no `yankedReason`"
    );
}

/// One way to damage a bindle, and what is told of it.
#[derive(Clone, Copy, Debug)]
enum Damage {
    Flip,
    Cut,
    Lengthen,
    Remove,
    Rename,
    Repeat,
    Stranger,
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn what_is_written_is_read(
        contents in vec(vec(any::<u8>(), 0..20), 0..6),
        order in any::<u64>(),
    ) {
        let contents: Vec<&[u8]> = contents.iter().map(Vec::as_slice).collect();
        let mut files = written(&contents);
        shuffle(&mut files, order);
        let standalone = read(&files).unwrap();
        prop_assert_eq!(standalone.invoice(), &invoice(&contents));
        prop_assert!(standalone.missing().is_empty());
    }

    /// However many problems there are, and in whatever order the files come,
    /// the same ones are listed.
    #[test]
    fn the_first_problems_by_path_are_listed(
        names in hash_set("[a-z]{1,3}", 0..20),
        limit in 1..10_usize,
    ) {
        let names: Vec<_> = names.into_iter().collect();
        let report = |names: &[String]| {
            let mut reader = Reader::new().with_limits(|limits| limits.problems = limit);
            for name in names {
                reader.handle_other(name);
            }
            reader.finish().unwrap_err()
        };
        let refused = report(&names);
        let mut paths: Vec<_> = names.iter().map(String::as_str).chain(["invoice.toml"]).collect();
        paths.sort_unstable();
        let listed = refused.problems().iter().map(Problem::path);
        let kept = paths.len().min(limit);
        prop_assert_eq!(listed.collect::<Vec<_>>(), &paths[..kept]);
        prop_assert_eq!(refused.omitted(), paths.len() - kept);
        let mut reversed = names;
        reversed.reverse();
        prop_assert_eq!(report(&reversed), refused);
    }

    #[test]
    fn each_damage_is_found(
        contents in vec(vec(any::<u8>(), 1..20), 1..6),
        order in any::<u64>(),
        which in any::<prop::sample::Index>(),
        damage in prop::sample::select(vec![
            Damage::Flip, Damage::Cut, Damage::Lengthen, Damage::Remove, Damage::Rename,
            Damage::Repeat, Damage::Stranger,
        ]),
    ) {
        let contents: Vec<&[u8]> = contents.iter().map(Vec::as_slice).collect();
        let mut files = written(&contents);
        let index = 1 + which.index(files.len() - 1);
        let stranger = format!("{}/parcels/{}.dat", directory(), Digest::of(b"a stranger, too long"));
        let codes: &[&str] = match damage {
            Damage::Flip => {
                files[index].1[0] ^= 1;
                &["wrong-content"]
            }
            Damage::Cut => {
                files[index].1.pop();
                &["wrong-size"]
            }
            Damage::Lengthen => {
                files[index].1.push(0);
                &["wrong-size"]
            }
            Damage::Remove => {
                files.remove(index);
                &["missing-parcel"]
            }
            Damage::Rename => {
                files[index].0 = stranger;
                &["missing-parcel", "not-in-invoice"]
            }
            Damage::Repeat => {
                files.push(files[index].clone());
                &["duplicate"]
            }
            Damage::Stranger => {
                files.push((stranger, b"a stranger, too long".to_vec()));
                &["not-in-invoice"]
            }
        };
        shuffle(&mut files, order);
        let refused = read(&files).unwrap_err();
        let mut found: Vec<_> = refused.problems().iter().map(|found| found.kind().code()).collect();
        found.sort_unstable();
        prop_assert_eq!(found, codes);
    }
}

/// Some order, another one for each number.
fn shuffle(files: &mut Files, order: u64) {
    files.sort_by_key(|(path, _)| Digest::of(format!("{order}{path}").as_bytes()));
}
