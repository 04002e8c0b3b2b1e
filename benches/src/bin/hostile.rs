//! Counts the instructions that reading hostile texts takes, each at two lengths,
//! and fails if one that is four times as long takes more than five times as
//! many: `.ci/full hostile`. Words as arguments select the texts that have them
//! in their names.
//!
//! The texts are those of the tests, which count what is allocated; a search
//! that takes all of the text again and again allocates nothing.

use std::env;
use std::error::Error;
use std::hint::black_box;
use std::process::ExitCode;

use benches::callgrind;
use bindle_core::InvoiceReader;
use spin_manifest::ManifestReader;

#[path = "../../../bindle-core/tests/suite/hostile/attacks.rs"]
mod invoices;
#[path = "../../../spin-manifest/tests/suite/hostile/attacks.rs"]
mod manifests;

/// Of less than that, what is done once for each text takes the most.
const SOME: u64 = 1_000_000;

/// How many of what a text attacks with are in the shorter one, and in the other.
const NUMBERS: [usize; 2] = [2_000, 8_000];

#[expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "this is what it is for"
)]
fn main() -> Result<ExitCode, Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    if let [run, kind, attack, number] = &arguments[..] {
        if run == "run" {
            read(kind, attack, number.parse()?)?;
            return Ok(ExitCode::SUCCESS);
        }
    }
    let mut quadratic = 0;
    for (kind, attack, _) in attacks() {
        if !arguments.iter().all(|word| attack.contains(word.as_str())) {
            continue;
        }
        let [one, four] =
            NUMBERS.map(|number| callgrind::count(&["run", kind, attack, &number.to_string()]));
        let (one, four) = (one?, four?);
        let times = four as f64 / one as f64;
        println!("{one:>12}  {four:>12}  {times:>5.1}  {kind}: {attack}");
        if four > 5 * one + SOME {
            eprintln!("{kind}: {attack}: four times the text takes {times:.1} times as long");
            quadratic += 1;
        }
    }
    Ok(match quadratic {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    })
}

/// What a text is read as, its name, and how one of a certain length is made.
type Attack = (&'static str, &'static str, fn(usize) -> String);

fn attacks() -> impl Iterator<Item = Attack> {
    let invoices = invoices::ATTACKS.iter();
    let invoices = invoices.map(|(name, text)| ("invoice", *name, *text));
    let manifests = manifests::ATTACKS.iter();
    invoices.chain(manifests.map(|(name, text)| ("manifest", *name, *text)))
}

/// Reads a text, and shows what comes of it.
fn read(kind: &str, attack: &str, number: usize) -> Result<(), Box<dyn Error>> {
    let found = attacks().find(|(of, name, _)| (*of, *name) == (kind, attack));
    let (_, _, text) = found.ok_or("there is no such attack")?;
    let text = text(number);
    let text = black_box(text.as_str());
    callgrind::counting(|| match kind {
        "invoice" => match InvoiceReader::new().read(text) {
            Ok(read) => read.lints().to_string(),
            Err(problems) => problems.to_string(),
        },
        _ => match ManifestReader::new().read(text) {
            Ok(manifest) => manifest.problems().render("spin.toml", text).to_string(),
            Err(problems) => problems.render("spin.toml", text).to_string(),
        },
    });
    Ok(())
}
