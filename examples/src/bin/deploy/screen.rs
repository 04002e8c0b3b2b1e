//! What the user sees.

use std::fmt;
use std::io::{self, IsTerminal as _, Write as _};
use std::process::ExitCode;
use std::time::Duration;

/// Standard output for the course of things, standard error for what is wrong.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Screen {
    is_terminal: bool,
}

impl Screen {
    pub(crate) fn new() -> Self {
        Self {
            is_terminal: io::stdout().is_terminal(),
        }
    }

    /// Writes a line.
    pub(crate) fn line(self, text: &str) {
        self.write(&format!("{text}\n"));
    }

    /// Starts a line whose end is not known yet.
    pub(crate) fn start(self, text: &str) {
        self.write(text);
    }

    /// Adds a point to the line now and then on a terminal, until `event` comes.
    pub(crate) async fn while_waiting<T>(self, event: impl Future<Output = T>) -> T {
        let mut event = std::pin::pin!(event);
        loop {
            match tokio::time::timeout(Duration::from_millis(500), event.as_mut()).await {
                Ok(result) => return result,
                Err(_) if self.is_terminal => self.write("."),
                Err(_) => {}
            }
        }
    }

    /// Ends the line.
    pub(crate) fn end(self, text: &str) {
        self.line(text);
    }

    /// Shows on a terminal how far the line that was started is.
    pub(crate) fn progress(self, started: &str, done: u64, of: u64) {
        if self.is_terminal && of > 0 {
            let percent = u128::from(done) * 100 / u128::from(of);
            self.write(&format!("\r{started} {percent} %"));
        }
    }

    /// Ends the line in place of any progress.
    pub(crate) fn replace(self, started: &str, end: &str) {
        if self.is_terminal {
            self.write(&format!("\r{started}"));
        }
        self.end(end);
    }

    /// Shows what is wrong, and says how the process is to end.
    pub(crate) fn fail(self, error: &(dyn std::error::Error + 'static)) -> ExitCode {
        self.note(&format!("error: {error}"));
        ExitCode::FAILURE
    }

    pub(crate) fn warn(self, warning: &str) {
        self.note(&format!("warning: {warning}"));
    }

    /// Shows a report of several lines.
    pub(crate) fn report(self, report: &dyn fmt::Display) {
        self.note(&report.to_string());
    }

    /// Writes a line to standard error.
    pub(crate) fn note(self, text: &str) {
        // If no one can hear it, there is no one to tell so either.
        let _ = writeln!(io::stderr().lock(), "{text}");
    }

    fn write(self, text: &str) {
        let mut output = io::stdout().lock();
        // A reader that went away is no reason to stop serving.
        let _ = output.write_all(text.as_bytes());
        let _ = output.flush();
    }
}

/// A size as people read it: `482 B`, `12.4 kB`.
pub(crate) fn size(bytes: u64) -> String {
    if bytes < 1000 {
        return format!("{bytes} B");
    }
    // In tenths, rounded to the nearest; the next unit where that would be 1000.
    let mut unit = 1000_u64;
    for name in ["kB", "MB", "GB", "TB", "PB", "EB"] {
        let tenths = (u128::from(bytes) * 10 + u128::from(unit) / 2) / u128::from(unit);
        if tenths < 10_000 || name == "EB" {
            return format!("{}.{} {name}", tenths / 10, tenths % 10);
        }
        unit = unit.saturating_mul(1000);
    }
    format!("{bytes} B")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_rounded() {
        let sizes = [
            (0, "0 B"),
            (999, "999 B"),
            (1000, "1.0 kB"),
            (12_449, "12.4 kB"),
            (12_450, "12.5 kB"),
            (999_949, "999.9 kB"),
            (999_950, "1.0 MB"),
            (u64::MAX, "18.4 EB"),
        ];
        for (bytes, text) in sizes {
            assert_eq!(size(bytes), text);
        }
    }
}
