use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use spin_manifest::{
    Diagnostics, Document, Era, Manifest, ManifestReader, Normalised, Severity, Strictness,
};

use crate::{Format, Outcome, print_record, source};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The generation of Spin whose rules apply: 0.6, 1.5 or current; by
    /// default, the oldest one that accepts the manifest.
    #[arg(long, value_parser = era)]
    era: Option<Era>,
    /// The profile to normalise the manifest for.
    #[arg(long)]
    profile: Option<String>,
    /// Files of manifests; `-` for standard input.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

/// Reads the name of an era.
pub(crate) fn era(text: &str) -> Result<Era, String> {
    match text {
        "0.6" => Ok(Era::Spin0_6),
        "1.5" => Ok(Era::Spin1_5),
        "current" => Ok(Era::Current),
        _ => Err("expected 0.6, 1.5 or current".to_owned()),
    }
}

/// A reader by the rules of `era`, or by those that fit.
pub(crate) fn reader(era: Option<Era>) -> ManifestReader {
    let reader = ManifestReader::new();
    era.map_or(reader, |era| reader.with_era(era))
}

#[derive(Serialize)]
struct Record<'a> {
    path: String,
    /// Whether Spin itself reads the manifest. Among the problems there may be
    /// errors all the same: those that Spin finds only later, or never.
    ok: bool,
    /// The version of the format, whether the rest is right or not.
    version: Option<u8>,
    problems: &'a Diagnostics,
    normalized: Option<&'a Normalised>,
    allowed_outbound_hosts: BTreeMap<&'a str, Vec<String>>,
    /// What is wrong besides the problems: a file that cannot be read, or a
    /// profile that there is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

pub(crate) fn run(
    arguments: &Arguments,
    format: Format,
    out: &mut impl Write,
) -> io::Result<Outcome> {
    let mut outcome = Outcome::Well;
    for path in &arguments.files {
        if inspect(path, arguments, format, out)? == Outcome::Wrong {
            outcome = Outcome::Wrong;
        }
    }
    Ok(outcome)
}

fn inspect(
    path: &Path,
    arguments: &Arguments,
    format: Format,
    out: &mut impl Write,
) -> io::Result<Outcome> {
    let name = path.display().to_string();
    let nothing = Diagnostics::default();
    let mut record = Record {
        path: name.clone(),
        ok: false,
        version: None,
        problems: &nothing,
        normalized: None,
        allowed_outbound_hosts: BTreeMap::new(),
        error: None,
    };
    let bytes = match source::read(path) {
        Ok(bytes) => bytes,
        Err(error) => {
            record.error = Some(error.clone());
            print(out, format, &record, |out| writeln!(out, "{error}"))?;
            return Ok(Outcome::Wrong);
        }
    };
    let reader = reader(arguments.era).with_strictness(Strictness::LikeSpin);
    let manifest = match reader.read_bytes(&bytes) {
        Ok(manifest) => manifest,
        Err(diagnostics) => {
            let text = String::from_utf8_lossy(&bytes);
            record.version = written_version(&text);
            record.problems = &diagnostics;
            print(out, format, &record, |out| {
                writeln!(out, "{}", diagnostics.render(&name, &text))
            })?;
            return Ok(Outcome::Wrong);
        }
    };
    record.version = version(&manifest);
    record.problems = manifest.problems();
    let normalised = match manifest.normalised(arguments.profile.as_deref()) {
        Ok(normalised) => normalised,
        Err(error) => {
            record.error = Some(error.to_string());
            print(out, format, &record, |out| {
                let problems = manifest.problems();
                if !problems.is_empty() {
                    writeln!(out, "{}", problems.render(&name, manifest.text()))?;
                }
                writeln!(out, "{name}: {error}")
            })?;
            return Ok(Outcome::Wrong);
        }
    };
    record.ok = true;
    record.normalized = Some(&normalised);
    record.allowed_outbound_hosts = normalised
        .components()
        .map(|(id, component)| {
            let hosts = component.outbound_hosts();
            let hosts = hosts.iter().map(|host| host.as_str().to_owned());
            (id.as_str(), hosts.collect())
        })
        .collect();
    print(out, format, &record, |out| {
        print_text(out, &name, &manifest, &normalised)
    })?;
    let mut problems = manifest.problems().iter();
    match problems.all(|problem| problem.severity() < Severity::Error) {
        true => Ok(Outcome::Well),
        false => Ok(Outcome::Wrong),
    }
}

fn version(manifest: &Manifest) -> Option<u8> {
    match manifest.document() {
        Document::V1(_) => Some(1),
        Document::V2(_) => Some(2),
        // A format that came after this program.
        _ => None,
    }
}

/// The version that a manifest gives, which cannot be read otherwise.
fn written_version(text: &str) -> Option<u8> {
    let table: toml::Table = text.parse().ok()?;
    let new = table.get("spin_manifest_version");
    match (new, new.or_else(|| table.get("spin_version"))?) {
        (_, toml::Value::String(version)) if version == "1" => Some(1),
        (Some(_), toml::Value::Integer(2)) => Some(2),
        _ => None,
    }
}

fn print<W: Write>(
    out: &mut W,
    format: Format,
    record: &Record<'_>,
    text: impl FnOnce(&mut W) -> io::Result<()>,
) -> io::Result<()> {
    match format {
        Format::Json => print_record(out, record),
        Format::Text => text(out),
    }
}

fn print_text(
    out: &mut impl Write,
    name: &str,
    manifest: &Manifest,
    normalised: &Normalised,
) -> io::Result<()> {
    if !manifest.problems().is_empty() {
        writeln!(out, "{}", manifest.problems().render(name, manifest.text()))?;
    }
    // A manifest may have no version.
    let application = format!("{} {}", manifest.name(), manifest.version());
    let (application, era) = (application.trim_end(), manifest.era());
    writeln!(out, "{name}: {application}, by the rules of {era}")?;
    for (id, component) in normalised.components() {
        writeln!(out, "  component {}", id.as_str())?;
        for host in component.outbound_hosts() {
            writeln!(out, "    may connect to {}", host.as_str())?;
        }
    }
    for trigger in normalised.triggers() {
        let component = trigger.component().map_or("nothing", |id| id.as_str());
        writeln!(
            out,
            "  trigger {} ({}) starts {component}",
            trigger.id(),
            trigger.kind()
        )?;
    }
    Ok(())
}
