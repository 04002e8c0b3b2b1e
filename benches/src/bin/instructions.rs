//! Counts the instructions that core operations take, and compares them with
//! those that are written down: `.ci/instructions`.
//!
//! Only those of the same compiler are compared.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::{env, fs};

use benches::{callgrind, samples};
use bindle_core::range::Range;
use bindle_core::select::Wanted;
use bindle_core::{Digest, Id, Invoice, Name, Strategy};
use revisions::{Ledger, Rule};
use semver::Version;

/// The operations, each of which sets up what it needs and then counts.
const OPERATIONS: [(&str, fn()); 6] = [
    ("read an invoice of 1,000 parcels", read),
    ("write an invoice of 1,000 parcels", write),
    ("verify 4 signatures, keyring of 1,000", verify),
    ("select from 1,000 parcels in 50 groups", select),
    ("match 1,000 versions with a range", range),
    (
        "register the 10,000th revision, and find the highest",
        highest,
    ),
];

/// How much more than what is written down fails, in percent.
const ALLOWED: f64 = 10.0;

#[expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "this is what it is for"
)]
fn main() -> Result<ExitCode, Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let update = match &arguments[..] {
        [] => false,
        [update] if update == "update" => true,
        [run, name] if run == "run" => {
            let operation = OPERATIONS.iter().find(|(known, _)| known == name);
            operation.ok_or("there is no such operation")?.1();
            return Ok(ExitCode::SUCCESS);
        }
        _ => return Err("expected nothing, `update`, or `run OPERATION`".into()),
    };

    let compiler = compiler()?;
    let written = Written::read()?;
    let is_same_compiler = written.compiler == compiler;
    let mut counts = BTreeMap::new();
    let mut grown = Vec::new();
    for (name, _) in OPERATIONS {
        let count = callgrind::count(&["run", name])?;
        let before = written.counts.get(name);
        let change = before.map(|before| (count as f64 / *before as f64 - 1.0) * 100.0);
        let shown = change.map_or_else(String::new, |change| format!("{change:+.1} %"));
        println!("{count:>12}  {shown:>8}  {name}");
        if change.is_some_and(|change| change > ALLOWED) {
            grown.push(name);
        }
        counts.insert(name.to_owned(), count);
    }
    if update {
        Written { compiler, counts }.write()?;
    } else if !is_same_compiler {
        println!("compared with those of another compiler, which decides nothing");
    } else if !grown.is_empty() {
        eprintln!(
            "more than {ALLOWED} % more instructions: {}",
            grown.join("; ")
        );
        eprintln!("if that is worth it: `.ci/instructions update`");
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}

fn read() {
    let text = samples::invoice(1_000).to_toml();
    callgrind::counting(|| Invoice::from_toml(black_box(&text)));
}

fn write() {
    let invoice = samples::invoice(1_000);
    callgrind::counting(|| black_box(&invoice).to_toml());
}

fn verify() {
    let invoice = samples::signed_invoice(10, 4);
    let keyring = samples::keyring(1_000);
    callgrind::counting(|| {
        let strategy = Strategy::ExhaustiveVerification;
        strategy.verify(black_box(&invoice), &keyring).is_ok()
    });
}

fn select() {
    let invoice = samples::chained_invoice(1_000, 50);
    // What the allocator tidies after the sample was made does not count.
    drop(black_box(&invoice).select(&Wanted::new()));
    callgrind::counting(|| black_box(&invoice).select(&Wanted::new()).is_ok());
}

fn range() {
    let range: Range = "^1.2.3 || ~2.1.0".parse().expect("a range");
    let versions: Vec<Version> = (0..1_000)
        .map(|number| Version::new(1 + number % 3, number % 7, number))
        .collect();
    callgrind::counting(|| {
        let versions = black_box(&versions).iter();
        versions.filter(|version| range.matches(version)).count()
    });
}

fn highest() {
    let name: Name = "example.com/shop".parse().expect("a name");
    let id = |number: u64| Id::new(name.clone(), Version::new(1, number / 100, number % 100));
    let digest = Digest::from([7; 32]);
    let mut ledger = Ledger::new(name.clone());
    for number in 0..9_999 {
        let _ = ledger
            .register(&id(number), digest)
            .expect("a new revision");
    }
    let last = id(9_999);
    let rule: Rule = "^1.2".parse().expect("a rule");
    callgrind::counting(|| {
        let _ = ledger.register(&last, digest).expect("a new revision");
        black_box(&ledger).highest(&rule).is_some()
    });
}

/// Which compiler, and for which machines.
fn compiler() -> Result<String, Box<dyn Error>> {
    let output = Command::new("rustc").arg("-vV").output()?;
    let text = String::from_utf8(output.stdout)?;
    let version = text.lines().next().ok_or("rustc tells no version")?;
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(format!("{version}, {}", host.unwrap_or("unknown host")))
}

/// The counts that are written down, and the compiler that they are of.
struct Written {
    compiler: String,
    counts: BTreeMap<String, u64>,
}

impl Written {
    fn path() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("instructions.txt")
    }

    fn read() -> Result<Self, Box<dyn Error>> {
        let text = fs::read_to_string(Self::path())?;
        let mut lines = text.lines();
        let compiler = lines.next().ok_or("instructions.txt is empty")?.to_owned();
        let counts = lines.map(|line| {
            let (count, name) = line
                .trim()
                .split_once("  ")
                .ok_or("a line without a name")?;
            Ok((name.to_owned(), count.parse()?))
        });
        let counts = counts.collect::<Result<_, Box<dyn Error>>>()?;
        Ok(Self { compiler, counts })
    }

    fn write(&self) -> Result<(), Box<dyn Error>> {
        let mut text = format!("{}\n", self.compiler);
        for (name, count) in &self.counts {
            writeln!(text, "{count:>12}  {name}")?;
        }
        Ok(fs::write(Self::path(), text)?)
    }
}
