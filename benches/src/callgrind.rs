//! Instructions, counted by callgrind. Unlike times, counts hardly change from
//! run to run; they do from compiler to compiler.

use std::hint::black_box;
use std::process::Command;
use std::{env, io};

/// Runs this program once more, with other arguments and under callgrind, and
/// gives the instructions that it takes in [`counting`].
///
/// # Errors
///
/// If valgrind is not there, if the program fails, or if it counts nothing.
pub fn count(arguments: &[&str]) -> io::Result<u64> {
    let output = Command::new("valgrind")
        .args([
            "--tool=callgrind",
            "--callgrind-out-file=/dev/null",
            "--collect-atstart=no",
            "--toggle-collect=*counted*",
        ])
        .arg(env::current_exe()?)
        .args(arguments)
        .output()?;
    let text = String::from_utf8_lossy(&output.stderr);
    let count = text.split_once("Collected : ").map(|(_, rest)| rest);
    let count = count.and_then(|rest| rest.split_whitespace().next()?.parse().ok());
    match count {
        Some(count) if output.status.success() && count > 0 => Ok(count),
        _ => {
            let what = arguments.join(" ");
            Err(io::Error::other(format!("{what} was not counted: {text}")))
        }
    }
}

/// Counts what `work` does, but not the drop of what it returns.
pub fn counting<T>(work: impl FnOnce() -> T) {
    let mut work = Some(work);
    let mut result = None;
    counted(&mut || result = work.take().map(|work| work()));
    black_box(result);
}

/// What is counted: in a function of its own, which callgrind knows by its name.
#[inline(never)]
fn counted(work: &mut dyn FnMut()) {
    work();
}
