//! What happens to a store between two runs.

use std::fs;
use std::path::{Path, PathBuf};

use bindle_core::{Digest, Id, Invoice};
use revisions::{Entry, Ledger};

use crate::program::{Running, copy, once, poll, sample};

/// The files of a folder of the store.
fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let folders = entries.map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = folders
        .flat_map(|folder| fs::read_dir(folder).unwrap())
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    files
}

/// Whether a file is something that appeared under its name.
fn is_complete(file: &Path) -> bool {
    let name = file.file_name().unwrap().to_str().unwrap();
    matches!(name, "parcel.dat" | "invoice.toml") || name.ends_with(".entry")
}

fn store_with_hello() -> tempfile::TempDir {
    let store = tempfile::tempdir().unwrap();
    let options = ["--store", store.path().to_str().unwrap()];
    let ended = once(&[&sample("hello-0.1.0")], &options);
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""));
    store
}

/// Deploys anew to a store that was tampered with, and gives the error.
fn refused(store: &Path) -> String {
    let ended = once(
        &[&sample("hello-0.1.0")],
        &["--store", store.to_str().unwrap()],
    );
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(!ended.out.contains("200 OK"), "{}", ended.out);
    ended.err
}

#[test]
fn a_changed_parcel_is_refused() {
    for parcel in files(&store_with_hello().path().join("parcels")) {
        let name = parcel.parent().unwrap().file_name().unwrap();
        let name = name.to_str().unwrap();
        // A changed byte, one byte too many, one too few.
        for change in [0, 1, 2] {
            let store = store_with_hello();
            let file = store.path().join("parcels").join(name).join("parcel.dat");
            let mut content = fs::read(&file).unwrap();
            match change {
                0 => content[3] ^= 1,
                1 => content.push(b' '),
                _ => drop(content.pop()),
            }
            fs::write(&file, content).unwrap();
            let error = refused(store.path());
            let expected = format!(
                "the store was tampered with: parcels/{name}/parcel.dat is not what was stored: "
            );
            assert!(error.contains(&expected), "{error}");
            assert!(error.ends_with("; nothing serves yet\n"), "{error}");
        }
    }
}

#[test]
fn a_parcel_that_was_removed_is_uploaded_again() {
    let store = store_with_hello();
    for parcel in files(&store.path().join("parcels")) {
        fs::remove_file(&parcel).unwrap();
    }
    let options = ["--store", store.path().to_str().unwrap()];
    let ended = once(&[&sample("hello-0.1.0")], &options);
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""));
    assert!(ended.out.contains("; 0 already there)"), "{}", ended.out);
}

#[test]
fn a_changed_invoice_is_refused() {
    let store = store_with_hello();
    let invoice = files(&store.path().join("invoices")).remove(0);
    let text = fs::read_to_string(&invoice).unwrap();

    // What no signature covers is covered by the content digest.
    fs::write(&invoice, text.replace("greeting.txt", "greetinG.txt")).unwrap();
    let error = refused(store.path());
    assert!(
        error.contains("exists already, with other content"),
        "{error}"
    );

    fs::write(&invoice, text.replace("0.1.0", "0.1.9")).unwrap();
    let error = refused(store.path());
    assert!(
        error.contains("the store was tampered with: invoices/"),
        "{error}"
    );

    fs::write(&invoice, &text[..text.len() / 2]).unwrap();
    let error = refused(store.path());
    assert!(error.contains("the store keeps invoices/"), "{error}");
}

#[test]
fn a_yanked_bindle_is_neither_uploaded_nor_registered() {
    let store = store_with_hello();
    let invoice = files(&store.path().join("invoices")).remove(0);
    let mut yanked = Invoice::from_toml(&fs::read_to_string(&invoice).unwrap()).unwrap();
    yanked.yank("it was wrong").unwrap();
    fs::write(invoice.with_file_name("yanked.toml"), yanked.to_toml()).unwrap();
    for folder in ["parcels", "ledgers"] {
        fs::remove_dir_all(store.path().join(folder)).unwrap();
    }
    let error = refused(store.path());
    let expected = format!(
        "error: {} is yanked: it was wrong; raise the version in spin.toml, or pass \
         --build-metadata\n",
        yanked.id()
    );
    assert_eq!(error, expected);
    for folder in ["parcels", "ledgers"] {
        assert!(!store.path().join(folder).exists(), "{folder}");
    }
}

#[test]
fn a_removed_signature_is_refused() {
    let store = store_with_hello();
    let invoice = files(&store.path().join("invoices")).remove(0);
    let text = fs::read_to_string(&invoice).unwrap();
    let start = text.find("[[signature]]").unwrap();
    let end = text[start + 1..].find("\n[").map(|end| start + 1 + end);
    let rest = end.map_or("", |end| &text[end..]);
    fs::write(&invoice, format!("{}{rest}", &text[..start])).unwrap();
    let error = refused(store.path());
    assert!(error.contains(" is not trusted: "), "{error}");
}

/// The entries of the only ledger in a store.
fn entries(store: &Path) -> Vec<PathBuf> {
    let mut files = files(&store.join("ledgers"));
    files.retain(|file| file.extension().is_some_and(|ending| ending == "entry"));
    files
}

#[test]
fn a_changed_ledger_is_refused() {
    let store = store_with_hello();
    let entry = entries(store.path()).remove(0);
    let mut content = fs::read(&entry).unwrap();
    content[8] ^= 1;
    fs::write(&entry, content).unwrap();
    let error = refused(store.path());
    assert!(
        error.starts_with("error: the ledger in the store was tampered with: entry 0"),
        "{error}"
    );
}

#[test]
fn a_shortened_ledger_is_refused() {
    let store = store_with_hello();
    fs::remove_file(entries(store.path()).remove(0)).unwrap();
    let error = refused(store.path());
    assert!(
        error.starts_with("error: the ledger in the store was tampered with: the history"),
        "{error}"
    );
}

/// Its entries are sealed by their roots, but do not lead to what was known.
#[test]
fn a_ledger_sealed_anew_is_refused() {
    let store = store_with_hello();
    let entry = entries(store.path()).remove(0);
    let sealed = fs::read(&entry).unwrap();
    let (honest, _) = Entry::decode(&sealed).unwrap();
    let mut forged = Ledger::new("hello-fermyon-cloud".parse().unwrap());
    let id = Id::new(forged.name().clone(), honest.number().clone());
    let registered = forged.register(&id, Digest::of(b"forged")).unwrap();
    fs::write(&entry, registered.receipt().unwrap().to_bytes()).unwrap();
    let error = refused(store.path());
    let expected = "error: the ledger in the store was tampered with: the history does not extend \
                    the checkpoint: ";
    assert!(error.starts_with(expected), "{error}");
}

#[test]
fn the_key_of_a_stranger_is_refused() {
    let store = store_with_hello();
    let keys = tempfile::tempdir().unwrap();
    let secret = keys.path().join("stranger.toml");
    let options = [
        "--store",
        store.path().to_str().unwrap(),
        "--secret",
        secret.to_str().unwrap(),
    ];
    let ended = once(&[&sample("hello-0.1.1")], &options);
    assert_eq!(ended.code, Some(1));
    assert!(
        ended
            .err
            .contains(" is not trusted: no signature as `creator` counts; is the key in "),
        "{}",
        ended.err
    );
    assert_eq!(files(&store.path().join("invoices")).len(), 1);
}

#[test]
fn a_run_after_one_that_was_killed_completes_the_upload() {
    let app = copy("hello-0.1.0");
    // More than fits into one second at the rate below.
    let large: Vec<u8> = (0..400_000_u32).flat_map(u32::to_le_bytes).collect();
    fs::write(app.path().join("greeting.txt"), &large).unwrap();
    let store = tempfile::tempdir().unwrap();
    let place = store.path().to_str().unwrap();

    let slow = ["--store", place, "--limit-rate", "200000"];
    let running = Running::start(&[app.path()], &slow);
    let parcels = store.path().join("parcels");
    poll("the upload to be in the middle of a parcel", || {
        let files = files(&parcels);
        let begun = files.iter().find(|file| !is_complete(file))?;
        let length = fs::metadata(begun).ok()?.len();
        // The large one, and not at its start.
        (length > 0 || files.len() > 2).then_some(())
    });
    assert_eq!(running.kill().code, None);

    // All that is there under its name is whole.
    let complete = |file: &PathBuf| is_complete(file);
    let there: Vec<_> = files(&parcels).into_iter().filter(complete).collect();
    for parcel in &there {
        let name = parcel.parent().unwrap().file_name().unwrap();
        let digest = Digest::of(&fs::read(parcel).unwrap());
        assert_eq!(name.to_str().unwrap(), digest.to_string());
    }
    assert!(there.len() < 3);
    assert_eq!(files(&store.path().join("invoices")).len(), 1);
    assert!(!store.path().join("ledgers").exists());

    let ended = once(&[app.path()], &["--store", place]);
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""));
    let expected = format!("; {} already there)", there.len());
    assert!(ended.out.contains(&expected), "{}", ended.out);
    assert!(ended.out.contains("become ready... ready"), "{}", ended.out);
}

#[test]
fn two_programs_on_one_store_do_not_hinder_one_another() {
    let store = tempfile::tempdir().unwrap();
    let options = ["--store", store.path().to_str().unwrap()];
    let apps = ["hello-0.1.0", "hello-0.1.1", "hello-0.1.0", "hello-0.1.1"];
    std::thread::scope(|scope| {
        let runs = apps.map(|app| scope.spawn(move || once(&[&sample(app)], &options)));
        for run in runs {
            let ended = run.join().unwrap();
            assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""));
        }
    });
    let entries = files(&store.path().join("ledgers"));
    assert_eq!(entries.iter().filter(|entry| is_complete(entry)).count(), 2);
}
