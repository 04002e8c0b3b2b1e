//! The program `deploy`, run as its users run it.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// Far more than anything takes, even on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// A sample application.
pub(crate) fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("apps")
        .join(name)
}

/// A copy of a sample application, to be changed.
pub(crate) fn copy(name: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    copy_below(&sample(name), folder.path());
    folder
}

fn copy_below(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_below(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Replaces a part of a file that is there once.
pub(crate) fn edit(file: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(file).unwrap();
    assert_eq!(text.matches(from).count(), 1, "{from}: {text}");
    fs::write(file, text.replace(from, to)).unwrap();
}

/// What a run that ended has printed, and how it ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl From<Output> for Ended {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self {
            code: output.status.code(),
            out: text(output.stdout),
            err: text(output.stderr),
        }
    }
}

fn command(folders: &[&Path], options: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_deploy"));
    command.args(options).args(folders).stdin(Stdio::null());
    if !options.contains(&"--listen") {
        command.args(["--listen", "127.0.0.1:0"]);
    }
    command
}

/// Runs the program to its end.
pub(crate) fn run(folders: &[&Path], options: &[&str]) -> Ended {
    command(folders, options).output().unwrap().into()
}

/// Deploys folders, fetches the routes once and stops.
pub(crate) fn once(folders: &[&Path], options: &[&str]) -> Ended {
    once_with(folders, options, &[])
}

/// As [`once`], with variables in the environment.
pub(crate) fn once_with(folders: &[&Path], options: &[&str], variables: &[(&str, &str)]) -> Ended {
    let mut options = options.to_vec();
    options.push("--once");
    let mut command = command(folders, &options);
    command.envs(variables.iter().copied());
    command.output().unwrap().into()
}

/// A run of the program that goes on.
pub(crate) struct Running {
    child: Child,
    lines: Receiver<String>,
    seen: Vec<String>,
    errors: thread::JoinHandle<String>,
}

impl Running {
    pub(crate) fn start(folders: &[&Path], options: &[&str]) -> Self {
        Self::start_with(folders, options, &[])
    }

    /// As [`start`](Self::start), with variables in the environment.
    pub(crate) fn start_with(
        folders: &[&Path],
        options: &[&str],
        variables: &[(&str, &str)],
    ) -> Self {
        let mut child = command(folders, options)
            .envs(variables.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let mut errors = child.stderr.take().unwrap();
        let (sender, lines) = mpsc::channel();
        thread::spawn(move || {
            for line in output.lines() {
                if sender.send(line.unwrap()).is_err() {
                    break;
                }
            }
        });
        let errors = thread::spawn(move || {
            let mut text = String::new();
            errors.read_to_string(&mut text).unwrap();
            text
        });
        Self {
            child,
            lines,
            seen: Vec::new(),
            errors,
        }
    }

    /// Waits for a line of standard output that contains `part`.
    pub(crate) fn line(&mut self, part: &str) -> String {
        loop {
            let line = self.lines.recv_timeout(PATIENCE);
            let line = line.unwrap_or_else(|_| panic!("no {part:?} after {:?}", self.seen));
            self.seen.push(line.clone());
            if line.contains(part) {
                return line;
            }
        }
    }

    /// Waits for the first route, and takes the address from it.
    pub(crate) fn address(&mut self) -> SocketAddr {
        let line = self.line("http://");
        let (_, rest) = line.split_once("http://").unwrap();
        let end = rest.find(['/', ' ']).unwrap_or(rest.len());
        rest[..end].parse().unwrap()
    }

    /// Asks the program to end, as Ctrl-C does.
    pub(crate) fn interrupt(self) -> Ended {
        let id = self.child.id().to_string();
        let asked = Command::new("kill").args(["-INT", &id]).status();
        assert!(asked.unwrap().success());
        self.end()
    }

    /// Ends the program without asking.
    pub(crate) fn kill(mut self) -> Ended {
        self.child.kill().unwrap();
        self.end()
    }

    fn end(mut self) -> Ended {
        let status = self.child.wait().unwrap();
        let mut out = self.seen;
        out.extend(self.lines.iter());
        Ended {
            code: status.code(),
            out: out.join("\n"),
            err: self.errors.join().unwrap(),
        }
    }
}

/// Asks again and again until there is an answer.
pub(crate) fn poll<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(start.elapsed() < PATIENCE, "waited in vain for {what}");
        thread::sleep(Duration::from_millis(5));
    }
}

/// Sends a request and gives status and body.
pub(crate) fn request(
    address: SocketAddr,
    method: &str,
    path: &str,
    body: &[u8],
) -> std::io::Result<(u16, Vec<u8>)> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    // The oldest protocol, whose bodies just end with the connection.
    let length = body.len();
    let head =
        format!("{method} {path} HTTP/1.0\r\nhost: {address}\r\ncontent-length: {length}\r\n\r\n");
    stream.write_all(head.as_bytes())?;
    stream.write_all(body)?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let invalid = || std::io::Error::from(std::io::ErrorKind::InvalidData);
    let end = answer.windows(4).position(|part| part == b"\r\n\r\n");
    let (head, body) = answer.split_at(end.ok_or_else(invalid)?);
    let status = head
        .get(9..12)
        .and_then(|code| std::str::from_utf8(code).ok());
    let status = status.and_then(|code| code.parse().ok());
    Ok((status.ok_or_else(invalid)?, body[4..].to_vec()))
}

/// Fetches a page.
pub(crate) fn get(address: SocketAddr, path: &str) -> (u16, String) {
    let (status, body) = request(address, "GET", path, b"").unwrap();
    (status, String::from_utf8(body).unwrap())
}
