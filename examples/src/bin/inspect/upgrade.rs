use std::io::{self, Write};
use std::path::PathBuf;

use spin_manifest::{Diagnostics, Strictness};

use crate::manifest::reader;
use crate::{Outcome, source};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The file of the manifest; `-` for standard input.
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

pub(crate) fn run(arguments: &Arguments, out: &mut impl Write) -> io::Result<Outcome> {
    let name = arguments.file.display().to_string();
    let bytes = match source::read(&arguments.file) {
        Ok(bytes) => bytes,
        Err(error) => {
            eprintln!("error: {error}");
            return Ok(Outcome::Wrong);
        }
    };
    let text = String::from_utf8_lossy(&bytes);
    let report = |problems: &Diagnostics| {
        if !problems.is_empty() {
            eprintln!("{}", problems.render(&name, &text));
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
            report(&problems);
            Ok(Outcome::Wrong)
        }
    }
}
