use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use bindle_core::standalone::{Content, Layout};
use bindle_core::{Digest, Invoice, Label};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use tar::{Builder, EntryType, Header};
use tempfile::TempDir;

use crate::{inspect, manifests, records, text};

/// The folder of `example.com/demo/app/1.2.3`.
const DIRECTORY: &str = "6a4747191c36c66e5b2d4ed5e07623c9e4cc5abd530b0a29c6a1d7d658c4da59";

/// A bindle of two texts: the paths and contents of its files.
fn files() -> Vec<(String, Vec<u8>)> {
    let contents: [&[u8]; 2] = [b"a red one", b"a blue one"];
    let text = |name: &str, content| Label::of(name, "text/plain".parse().unwrap(), content);
    let invoice = Invoice::builder("example.com/demo/app/1.2.3".parse().unwrap())
        .parcels([text("red.txt", contents[0]), text("blue.txt", contents[1])])
        .build()
        .unwrap();
    let layout = Layout::new(&invoice).unwrap();
    let files = layout.files().iter().map(|file| {
        let bytes = match file.content() {
            Content::Invoice(text) => text.as_bytes(),
            Content::Parcel(label) => {
                let mut contents = contents.into_iter();
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
fn in_folder(files: &[(String, Vec<u8>)]) -> TempDir {
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

fn standalone(place: &Path, more: &[&str]) -> (Value, Option<i32>) {
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

/// The error of a place that can not be read to its end.
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
    for (kind, length) in [
        (EntryType::Regular, 65 << 20),
        (EntryType::GNULongName, 1 << 20),
    ] {
        let (_folder, path) = archive(|archive| {
            append_raw(archive, "x", kind, length, zeros(length));
            for (path, bytes) in files() {
                append(archive, &path, &bytes);
            }
        });
        assert_eq!(
            error(&path),
            "too much of the archive is no part of a bindle"
        );
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

fn run(command: &str, arguments: &[&str]) -> Output {
    inspect(&[&["--json", command], arguments].concat())
}

/// Packages an application as a folder and as an archive, and unpacks both.
#[track_caller]
fn round_trip(application: &str, options: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let places = ["folder", "bindle.tar.gz"].map(|name| folder.path().join(name));
    let unpacked = places.each_ref().map(|place| {
        let place = place.to_str().unwrap();
        let arguments = [options, &["--standalone", place, application]].concat();
        let packaged = run("package", &arguments);
        assert_eq!(packaged.status.code(), Some(0), "{application}");
        let packaged = records(&packaged).remove(0);
        // Once there, it stays.
        assert_eq!(run("package", &arguments).status.code(), Some(1));

        let (checked, status) = standalone(Path::new(place), &["--complete"]);
        assert_eq!(status, Some(0), "{checked}");
        assert_eq!(checked["id"], packaged["id"]);

        let output = run("unpack", &[place]);
        assert_eq!(output.status.code(), Some(0), "{application}");
        let mut unpacked = records(&output).remove(0);
        assert_eq!(unpacked["path"].take(), place);
        assert_eq!(unpacked["id"], packaged["id"]);
        check_parcels(Path::new(application), &packaged, &unpacked);
        unpacked
    });
    let [folder, archive] = unpacked;
    assert_eq!(folder, archive);
}

/// Whether the modules and files of the application are those in its folder.
#[track_caller]
fn check_parcels(application: &Path, packaged: &Value, unpacked: &Value) {
    let components = unpacked["components"].as_array().unwrap();
    let mut found = 0;
    for parcel in packaged["parcels"].as_array().unwrap() {
        let Some(source) = parcel["source"].as_str() else {
            continue;
        };
        let content = fs::read(application.join(source)).unwrap();
        assert_eq!(parcel["sha256"], Digest::of(&content).to_string());
        let name = parcel["name"].as_str().unwrap();
        // A file may be WebAssembly as well.
        let is_used = |component: &Value| {
            component["module"] == parcel["sha256"] || component["files"][name] == parcel["sha256"]
        };
        assert!(
            components.iter().any(is_used),
            "{parcel} is in no component"
        );
        found += 1;
    }
    assert!(found >= components.len().min(1));
    let modules = components.iter().map(|component| &component["module"]);
    let parcels = packaged["parcels"].as_array().unwrap();
    for module in modules {
        assert!(parcels.iter().any(|parcel| parcel["sha256"] == *module));
    }
}

#[test]
fn applications_come_out_as_they_went_in() {
    let apps = concat!(env!("CARGO_MANIFEST_DIR"), "/apps");
    let mut count = 0;
    for entry in fs::read_dir(apps).unwrap() {
        let path = entry.unwrap().path();
        if path.join("spin.toml").is_file() {
            round_trip(path.to_str().unwrap(), &[]);
            count += 1;
        }
    }
    assert!(count > 5, "{count}");
    for (name, era) in [
        ("01-minimal", "0.6"),
        ("01-minimal", "1.5"),
        ("02-maximal", "0.6"),
        ("03-redis", "1.5"),
        ("05-strings", "1.5"),
    ] {
        let application = manifests(&format!("packaging/{name}"));
        round_trip(&application, &["--exact", "--era", era]);
    }
}

#[test]
fn archives_are_the_same_each_time() {
    let application = concat!(env!("CARGO_MANIFEST_DIR"), "/apps/site");
    let folder = tempfile::tempdir().unwrap();
    let archives = ["a.tar.gz", "b.tgz"].map(|name| {
        let path = folder.path().join(name);
        let output = run(
            "package",
            &["--standalone", path.to_str().unwrap(), application],
        );
        assert_eq!(output.status.code(), Some(0));
        fs::read(path).unwrap()
    });
    assert_eq!(archives[0], archives[1]);
}

#[test]
fn what_is_no_application_is_not_unpacked() {
    let folder = in_folder(&files());
    let place = folder.path().to_str().unwrap();
    let output = run("unpack", &[place]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        records(&output)[0],
        json!({
            "path": place,
            "ok": false,
            "error": "the invoice of example.com/demo/app/1.2.3 does not contain a Spin manifest",
        })
    );
    let (told, _) = text(&inspect(&["unpack", place]));
    assert!(told.ends_with(
        ": the invoice of example.com/demo/app/1.2.3 does not contain a Spin manifest\n"
    ));

    // The manifest is what tells the rest.
    let application = concat!(env!("CARGO_MANIFEST_DIR"), "/apps/hello-0.1.0");
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().to_str().unwrap();
    let packaged = records(&run("package", &["--standalone", place, application])).remove(0);
    let bindle = standalone(folder.path(), &[]).0["canonical_name"].clone();
    let manifest = packaged["parcels"][0]["sha256"].as_str().unwrap();
    let parcel = format!("{}/parcels/{manifest}.dat", bindle.as_str().unwrap());
    fs::remove_file(folder.path().join(parcel)).unwrap();
    assert_eq!(
        records(&run("unpack", &[place]))[0]["error"],
        format!("the parcel {manifest}, which is the manifest, is missing")
    );
}
