//! The program `registry`, run as its users run it.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use bindle_core::{
    Digest, Invoice, KeyEntry, Keyring, Label, MediaType, Role, SecretKey, SecretKeyEntry, UnixTime,
};
use tempfile::TempDir;

use crate::http::{Answer, Request};

/// Far more than anything takes, even on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) const TOKEN: &str = "a-token-of-the-tests";

/// A creator whom all registries of the tests know.
pub(crate) fn ada() -> SecretKeyEntry {
    let key = SecretKey::from_seed(&[7; 32]);
    SecretKeyEntry::new("Ada <ada@example.com>", key, [Role::Creator])
}

/// An invoice signed by the creator, with these contents as parcels.
pub(crate) fn invoice(id: &str, contents: &[&[u8]]) -> Invoice {
    invoice_by(&ada(), id, contents)
}

pub(crate) fn invoice_by(creator: &SecretKeyEntry, id: &str, contents: &[&[u8]]) -> Invoice {
    let labels = contents.iter().enumerate().map(|(number, content)| {
        let media_type = MediaType::TOML;
        Label::of(format!("{number}.dat"), media_type, content)
    });
    let builder = Invoice::builder(id.parse().unwrap());
    let mut invoice = builder.parcels(labels).build().unwrap();
    let at = UnixTime::from_seconds(1_700_000_000);
    invoice.sign(creator, Role::Creator, at).unwrap();
    invoice
}

/// A folder with what a registry needs.
pub(crate) struct Place {
    folder: TempDir,
}

impl Place {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let keyring = Keyring::from_iter([KeyEntry::from(&ada())]);
        fs::write(folder.path().join("keyring.toml"), keyring.to_toml()).unwrap();
        fs::write(folder.path().join("token"), format!("{TOKEN}\n")).unwrap();
        Self { folder }
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The folder that the bindles are in.
    pub(crate) fn store(&self) -> PathBuf {
        self.file("store")
    }

    pub(crate) fn parcel_file(&self, digest: &Digest) -> PathBuf {
        self.store().join(format!("parcels/{digest}/parcel.dat"))
    }

    /// The command without what says who may write.
    pub(crate) fn command(&self, store: &Path, options: &[&str]) -> Command {
        self.command_at(0, store, options)
    }

    /// As [`command`](Self::command), at some port.
    pub(crate) fn command_at(&self, port: u16, store: &Path, options: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_registry"));
        command
            .arg(store)
            .arg("--keyring")
            .arg(self.file("keyring.toml"))
            .arg("--host-key")
            .arg(self.file("host-key.toml"))
            .args(["--listen", &format!("127.0.0.1:{port}")])
            .args(options)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// A registry that is open, over the folder.
    pub(crate) fn open(&self, options: &[&str]) -> Running {
        let mut options = options.to_vec();
        options.push("--open");
        self.start(&options)
    }

    /// A registry over the folder.
    pub(crate) fn start(&self, options: &[&str]) -> Running {
        Running::start(self.command(&self.store(), options))
    }

    /// A registry with a token, in memory.
    pub(crate) fn in_memory(&self) -> Running {
        let mut command = self.command(Path::new("memory:"), &["--token-file"]);
        command.arg(self.file("token"));
        Running::start(command)
    }
}

/// A registry that runs; killed in the end, if nothing else was done.
pub(crate) struct Running {
    child: Child,
    url: String,
    pub(crate) address: SocketAddr,
    log: Option<thread::JoinHandle<String>>,
}

impl Running {
    pub(crate) fn start(mut command: Command) -> Self {
        let mut child = command.spawn().unwrap();
        let mut errors = child.stderr.take().unwrap();
        let log = thread::spawn(move || {
            let mut text = String::new();
            errors.read_to_string(&mut text).unwrap();
            text
        });
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut url = String::new();
        output.read_line(&mut url).unwrap();
        let url = url.trim_end().to_owned();
        let address = url.strip_prefix("http://").and_then(|url| {
            let end = url.find('/').unwrap_or(url.len());
            url[..end].parse().ok()
        });
        let Some(address) = address else {
            panic!("no address in {url:?}: {}", log.join().unwrap());
        };
        Self {
            child,
            url,
            address,
            log: Some(log),
        }
    }

    /// Where the endpoints are.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    #[track_caller]
    pub(crate) fn send(&self, request: &Request<'_>) -> Answer {
        request.send(self.address).unwrap()
    }

    #[track_caller]
    pub(crate) fn get(&self, path: &str) -> Answer {
        self.ask("GET", path)
    }

    #[track_caller]
    pub(crate) fn ask(&self, method: &str, path: &str) -> Answer {
        let (headers, body) = (&[][..], &b""[..]);
        self.send(&Request {
            method,
            path,
            headers,
            body,
        })
    }

    #[track_caller]
    pub(crate) fn post(&self, path: &str, body: &[u8]) -> Answer {
        let (method, headers) = ("POST", &[][..]);
        self.send(&Request {
            method,
            path,
            headers,
            body,
        })
    }

    #[track_caller]
    pub(crate) fn create(&self, invoice: &Invoice) -> Answer {
        self.post("/v1/_i", invoice.to_toml().as_bytes())
    }

    #[track_caller]
    pub(crate) fn upload(&self, invoice: &Invoice, content: &[u8]) -> Answer {
        let (id, digest) = (invoice.id(), Digest::of(content));
        self.post(&format!("/v1/_i/{id}@{digest}"), content)
    }

    /// Asks the program to end, as Ctrl-C does.
    pub(crate) fn interrupt(&self) {
        let id = self.child.id().to_string();
        let asked = Command::new("kill").args(["-INT", &id]).status();
        assert!(asked.unwrap().success());
    }

    /// Waits for its end, and gives its exit status and its log.
    pub(crate) fn ended(mut self) -> (Option<i32>, String) {
        let status = self.child.wait().unwrap();
        let log = self.log.take().unwrap().join().unwrap();
        (status.code(), log)
    }

    /// Ends the program without asking.
    pub(crate) fn kill(mut self) -> String {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.log.take().unwrap().join().unwrap()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// How a run ended that was to fail at once.
pub(crate) fn failure(mut command: Command) -> String {
    let Output { status, stderr, .. } = command.output().unwrap();
    assert!(!status.success());
    String::from_utf8(stderr).unwrap()
}

/// Asks again and again until there is an answer.
pub(crate) fn poll<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(start.elapsed() < PATIENCE, "waited in vain for {what}");
        thread::sleep(Duration::from_millis(10));
    }
}
