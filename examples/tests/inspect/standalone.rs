use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use bindle_core::standalone::{Content, Layout};
use bindle_core::{Digest, Invoice, Label};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use tar::{Builder, EntryType, Header};
use tempfile::TempDir;

use crate::{inspect, records, text};

/// The folder of `example.com/demo/app/1.2.3`.
const DIRECTORY: &str = "6a4747191c36c66e5b2d4ed5e07623c9e4cc5abd530b0a29c6a1d7d658c4da59";

/// A bindle of two texts: the paths and contents of its files.
pub(super) fn files() -> Vec<(String, Vec<u8>)> {
    let contents: [&[u8]; 2] = [b"a red one", b"a blue one"];
    let text = |name: &str, content| Label::of(name, "text/plain".parse().unwrap(), content);
    let invoice = Invoice::builder("example.com/demo/app/1.2.3".parse().unwrap())
        .parcels([text("red.txt", contents[0]), text("blue.txt", contents[1])])
        .build()
        .unwrap();
    written(&invoice, &contents)
}

/// The paths and contents of the files of a bindle.
pub(super) fn written(invoice: &Invoice, contents: &[&[u8]]) -> Vec<(String, Vec<u8>)> {
    let layout = Layout::new(invoice).unwrap();
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
        (file.path().to_owned(), bytes.to_vec())
    });
    files.collect()
}

fn parcel(content: &[u8]) -> String {
    format!("{DIRECTORY}/parcels/{}.dat", Digest::of(content))
}

/// Writes the files below a new folder.
pub(super) fn in_folder(files: &[(String, Vec<u8>)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, bytes) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    folder
}

/// Makes an archive of whatever `fill` appends.
fn archive(fill: impl FnOnce(&mut Builder<GzEncoder<File>>)) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bindle.tar.gz");
    let file = File::create(&path).unwrap();
    let mut builder = Builder::new(GzEncoder::new(file, Compression::fast()));
    fill(&mut builder);
    builder.into_inner().unwrap().finish().unwrap();
    (folder, path)
}

/// Appends a file in the manner of GNU, which has long paths in a file of their
/// own.
fn append(archive: &mut Builder<GzEncoder<File>>, path: &str, bytes: &[u8]) {
    let mut header = Header::new_gnu();
    header.set_mode(0o644);
    header.set_size(bytes.len() as u64);
    archive.append_data(&mut header, path, bytes).unwrap();
}

/// Appends something whose path is written as it is.
fn append_raw(
    archive: &mut Builder<GzEncoder<File>>,
    path: &str,
    kind: EntryType,
    size: u64,
    content: impl io::Read,
) {
    let mut header = Header::new_gnu();
    let gnu = header.as_gnu_mut().unwrap();
    gnu.name[..path.len()].copy_from_slice(path.as_bytes());
    gnu.linkname[..11].copy_from_slice(b"/etc/passwd");
    header.set_entry_type(kind);
    header.set_mode(0o644);
    header.set_size(size);
    header.set_cksum();
    archive.append(&header, content).unwrap();
}

pub(super) fn standalone(place: &Path, more: &[&str]) -> (Value, Option<i32>) {
    let place = place.to_str().unwrap();
    let output = inspect(&[&["--json", "standalone", place], more].concat());
    (records(&output).remove(0), output.status.code())
}

/// Code and path of each problem.
#[track_caller]
fn problems(place: &Path) -> Vec<String> {
    let (record, status) = standalone(place, &[]);
    assert_eq!(
        (&record["ok"], status),
        (&json!(false), Some(1)),
        "{record}"
    );
    assert!(record["error"].is_string());
    let problems = record["problems"].as_array().unwrap().iter();
    let problems = problems.map(|problem| {
        let field = |name: &str| problem[name].as_str().unwrap();
        format!(
            "{} {}",
            field("code"),
            field("path").replace(DIRECTORY, "HERE")
        )
    });
    problems.collect()
}

/// The error of a place that cannot be read to its end.
#[track_caller]
fn error(place: &Path) -> String {
    let (record, status) = standalone(place, &[]);
    assert_eq!(
        (&record["ok"], status),
        (&json!(false), Some(1)),
        "{record}"
    );
    assert_eq!(record["problems"], json!([]));
    record["error"].as_str().unwrap().to_owned()
}

#[test]
fn what_stands_alone_is_shown() {
    let folder = in_folder(&files());
    let (mut record, status) = standalone(folder.path(), &[]);
    assert_eq!(status, Some(0));
    let invoice = record["invoice"].take();
    assert!(
        invoice
            .as_str()
            .unwrap()
            .starts_with("bindleVersion = \"1.0.0\"\n")
    );
    record["problems"].take();
    assert_eq!(
        record,
        json!({
            "path": folder.path(),
            "ok": true,
            "id": "example.com/demo/app/1.2.3",
            "canonical_name": DIRECTORY,
            "content_digest": record["content_digest"],
            "invoice": null,
            "parcels": [
                {
                    "sha256": Digest::of(b"a red one"), "name": "red.txt", "size": 9,
                    "media_type": "text/plain", "present": true,
                },
                {
                    "sha256": Digest::of(b"a blue one"), "name": "blue.txt", "size": 10,
                    "media_type": "text/plain", "present": true,
                },
            ],
            "missing": [],
            "problems": null,
            "error": null,
        })
    );
    // The bindle itself is as good a place as what it is in.
    let bindle = folder.path().join(DIRECTORY);
    assert_eq!(standalone(&bindle, &[]).0["ok"], true);
    let within = Command::new(env!("CARGO_BIN_EXE_inspect"))
        .args(["standalone", "."])
        .current_dir(&bindle)
        .output()
        .unwrap();
    let (told, status) = text(&within);
    assert_eq!(status, Some(0), "{told}");
    assert!(
        told.starts_with(".: example.com/demo/app/1.2.3\n"),
        "{told}"
    );
    assert_eq!(inspect(&["standalone"]).status.code(), Some(2));
}

#[test]
fn archives_are_read_in_any_order_and_manner() {
    let ordered = files();
    let mut reversed = ordered.clone();
    reversed.reverse();
    for files in [&ordered, &reversed] {
        let (_folder, path) = archive(|archive| {
            for (path, bytes) in files {
                append(archive, path, bytes);
            }
        });
        assert_eq!(standalone(&path, &["--complete"]).1, Some(0));
        // With times in extended headers, a remark, and folders that are named
        // from where the archive is.
        let (_folder, path) = archive(|archive| {
            let remark = b"52 comment=0123456789012345678901234567890123456789\n";
            let length = remark.len() as u64;
            let kind = EntryType::XGlobalHeader;
            append_raw(archive, "pax_global_header", kind, length, &remark[..]);
            for folder in [
                ".",
                &format!("./{DIRECTORY}"),
                &format!("./{DIRECTORY}/parcels/"),
            ] {
                append_raw(archive, folder, EntryType::Directory, 0, io::empty());
            }
            for (path, bytes) in files {
                let times = [("mtime", &b"1700000000.5"[..]), ("path", path.as_bytes())];
                archive.append_pax_extensions(times).unwrap();
                append_raw(
                    archive,
                    "short",
                    EntryType::Regular,
                    bytes.len() as u64,
                    &bytes[..],
                );
            }
        });
        assert_eq!(standalone(&path, &["--complete"]).1, Some(0));
    }
}

#[test]
fn a_part_is_a_bindle_unless_the_whole_is_asked_for() {
    let mut files = files();
    files.retain(|(_, bytes)| bytes != b"a blue one");
    let folder = in_folder(&files);
    let (record, status) = standalone(folder.path(), &[]);
    assert_eq!((&record["ok"], status), (&json!(true), Some(0)));
    let missing = json!([{
        "sha256": Digest::of(b"a blue one"), "name": "blue.txt", "size": 10,
        "media_type": "text/plain", "present": false,
    }]);
    assert_eq!(record["missing"], missing);
    assert_eq!(record["parcels"][1], missing[0]);
    let place = folder.path().to_str().unwrap();
    let (told, _) = text(&inspect(&["standalone", place]));
    let digest = Digest::of(b"a blue one");
    assert!(
        told.contains(&format!("  missing         {digest}  blue.txt\n")),
        "{told}"
    );

    let (record, status) = standalone(folder.path(), &["--complete"]);
    assert_eq!(status, Some(1));
    assert_eq!(record["problems"][0]["code"], "missing-parcel");
    assert_eq!(
        record["problems"][0]["message"],
        "the parcel \"blue.txt\" of the invoice is missing"
    );
}

/// The reference sends such to a server, as they are.
#[test]
fn wrong_directories_and_tampered_parcels_are_refused() {
    let mut tampered = files();
    let red = tampered.iter_mut().find(|(_, bytes)| bytes == b"a red one");
    red.unwrap().1[2] = b'b';
    let folder = in_folder(&tampered);
    let expected = format!(
        "wrong-content {}",
        parcel(b"a red one").replace(DIRECTORY, "HERE")
    );
    assert_eq!(problems(folder.path()), [expected.as_str()]);

    let moved = folder.path().join("app");
    fs::rename(folder.path().join(DIRECTORY), &moved).unwrap();
    let expected = ["wrong-directory app", &expected.replace("HERE", "app")];
    assert_eq!(problems(folder.path()), expected);
    assert_eq!(problems(&moved), expected);
    let (told, _) = text(&inspect(&["standalone", moved.to_str().unwrap()]));
    assert!(
        told.contains(&format!(
            ": not a standalone bindle\n  \"app\": this is not the folder of \
             example.com/demo/app/1.2.3, which is named {DIRECTORY}\n"
        )),
        "{told}"
    );
}

#[cfg(unix)]
#[test]
fn links_in_folders_are_refused() {
    use std::os::unix::fs::symlink;
    let files = files();
    let folder = in_folder(&files);
    let path = folder.path().join(&files[1].0);
    let real = folder.path().with_extension("real");
    fs::rename(&path, &real).unwrap();
    symlink(&real, &path).unwrap();
    let linked = files[1].0.replace(DIRECTORY, "HERE");
    assert_eq!(problems(folder.path()), [format!("not-a-file {linked}")]);
    fs::remove_file(real).unwrap();

    let folder = in_folder(&files[..1]);
    symlink("/etc", folder.path().join(format!("{DIRECTORY}/parcels"))).unwrap();
    assert_eq!(problems(folder.path()), ["not-a-file HERE/parcels"]);
}

#[test]
fn nothing_in_an_archive_leads_out_of_it() {
    for (path, kind, code) in [
        ("../invoice.toml", EntryType::Regular, "dot-segment"),
        ("/etc/cron.d/x", EntryType::Regular, "absolute-path"),
        ("C:/x", EntryType::Regular, "absolute-path"),
        ("..\\x", EntryType::Regular, "backslash"),
        ("../x", EntryType::Directory, "dot-segment"),
        ("parcels", EntryType::Symlink, "not-a-file"),
        ("parcels", EntryType::Link, "not-a-file"),
        ("parcels", EntryType::Fifo, "not-a-file"),
        ("parcels", EntryType::Char, "not-a-file"),
        ("parcels", EntryType::new(b'Z'), "not-a-file"),
    ] {
        let (_folder, archive) = archive(|archive| {
            append_raw(archive, path, kind, 0, io::empty());
            for (path, bytes) in files() {
                append(archive, &path, &bytes);
            }
        });
        assert_eq!(problems(&archive), [format!("{code} {path}")]);
    }
}

/// What is small when it is compressed, and large when it is not.
#[test]
fn archives_that_are_larger_than_they_look_are_refused() {
    use io::Read as _;
    let zeros = |length| io::repeat(0).take(length);
    let large = parcel(b"large");
    // More than is allowed in all, in a parcel that the invoice may announce.
    let (_folder, path) = archive(|archive| {
        let mut header = Header::new_gnu();
        header.set_size(10_000);
        archive
            .append_data(&mut header, &large, zeros(10_000))
            .unwrap();
    });
    let (record, status) = standalone(&path, &["--limit", "9999"]);
    assert_eq!(status, Some(1));
    assert_eq!(record["problems"].as_array().unwrap().len(), 1);
    assert_eq!(
        record["problems"][0]["message"],
        "more than 9999 bytes of files, which is the limit"
    );
    // More than was announced.
    let (_folder, path) = archive(|archive| {
        let files = files();
        append(archive, &files[0].0, &files[0].1);
        let mut header = Header::new_gnu();
        header.set_size(1 << 20);
        archive
            .append_data(&mut header, &files[1].0, zeros(1 << 20))
            .unwrap();
    });
    let expected = files()[1].0.replace(DIRECTORY, "HERE");
    assert_eq!(problems(&path), [format!("wrong-size {expected}")]);
    // What would have to be skipped, and what would have to be held.
    for (kind, length, message) in [
        (
            EntryType::Regular,
            65 << 20,
            "too much of the archive is not part of a bindle, as of \"x\"",
        ),
        (
            EntryType::GNULongName,
            1 << 20,
            "a header of the archive is too long",
        ),
    ] {
        let (_folder, path) = archive(|archive| {
            append_raw(archive, "x", kind, length, zeros(length));
            for (path, bytes) in files() {
                append(archive, &path, &bytes);
            }
        });
        assert_eq!(error(&path), message);
    }
}

#[test]
fn damaged_archives_are_refused() {
    let (_folder, path) = archive(|archive| {
        for (path, bytes) in files() {
            append(archive, &path, &bytes);
        }
    });
    let whole = fs::read(&path).unwrap();
    for end in [3, whole.len() / 2, whole.len() - 1] {
        fs::write(&path, &whole[..end]).unwrap();
        error(&path);
    }
    // The checksum of the compressed content.
    let mut changed = whole.clone();
    let end = changed.len() - 8;
    changed[end] ^= 1;
    fs::write(&path, changed).unwrap();
    error(&path);

    fs::write(&path, b"bindleVersion = '1.0.0'").unwrap();
    assert_eq!(
        error(&path),
        "it is neither a folder nor a `.tar.gz` archive"
    );
    fs::remove_file(&path).unwrap();
    assert!(error(&path).contains("No such file"));

    // An archive that breaks off is one all the same for those who compress it.
    let mut tar = Builder::new(Vec::new());
    let (file, bytes) = &files()[0];
    let mut header = Header::new_gnu();
    header.set_size(bytes.len() as u64);
    tar.append_data(&mut header, file, &bytes[..]).unwrap();
    let tar = tar.into_inner().unwrap();
    let start = tar.windows(4).position(|window| window == b"bind").unwrap();
    let mut gzip = GzEncoder::new(File::create(&path).unwrap(), Compression::fast());
    gzip.write_all(&tar[..start + bytes.len() - 40]).unwrap();
    gzip.finish().unwrap();
    assert!(error(&path).contains("unexpected EOF"));
}

#[test]
fn archives_are_the_same_each_time() {
    let application = concat!(env!("CARGO_MANIFEST_DIR"), "/apps/site");
    let folder = tempfile::tempdir().unwrap();
    let archives = ["a.tar.gz", "b.tgz"].map(|name| {
        let path = folder.path().join(name);
        let output = inspect(&[
            "package",
            "--standalone",
            path.to_str().unwrap(),
            application,
        ]);
        assert_eq!(output.status.code(), Some(0));
        fs::read(path).unwrap()
    });
    assert_eq!(archives[0], archives[1]);
}
