use std::io::{self, Write};
use std::path::PathBuf;

use serde::Serialize;
use spin_manifest::{Diagnostics, Strictness};

use crate::manifest::reader;
use crate::{Format, Outcome, complain, fail, print_record, source};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The file of the manifest; `-` for standard input.
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// Why there is no text of the second format.
#[derive(Serialize)]
struct Failure<'a> {
    path: String,
    ok: bool,
    error: &'static str,
    problems: &'a Diagnostics,
}

pub(crate) fn run(
    arguments: &Arguments,
    format: Format,
    out: &mut impl Write,
) -> io::Result<Outcome> {
    let name = arguments.file.display().to_string();
    let bytes = match source::read(&arguments.file) {
        Ok(bytes) => bytes,
        Err(error) => {
            return fail(out, format, &arguments.file, &error);
        }
    };
    let text = String::from_utf8_lossy(&bytes);
    let report = |problems: &Diagnostics| {
        if !problems.is_empty() {
            complain(problems.render(&name, &text));
        }
    };
    let reader = reader(None).with_strictness(Strictness::LikeSpin);
    let upgraded = reader.read_bytes(&bytes).and_then(|manifest| {
        let upgraded = manifest.upgraded()?;
        report(manifest.problems());
        Ok(upgraded)
    });
    match upgraded {
        Ok(upgraded) => {
            out.write_all(upgraded.as_bytes())?;
            Ok(Outcome::Well)
        }
        Err(problems) => {
            match format {
                Format::Json => {
                    let failure = Failure {
                        path: arguments.file.display().to_string(),
                        ok: false,
                        error: "the manifest cannot be written in the second format",
                        problems: &problems,
                    };
                    print_record(out, &failure)?;
                }
                Format::Text => report(&problems),
            }
            Ok(Outcome::Wrong)
        }
    }
}
