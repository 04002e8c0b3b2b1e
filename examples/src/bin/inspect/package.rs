use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use bindle_core::{Digest, Id};
use examples::folder;
use examples::standalone::{self, WriteError};
use serde::Serialize;
use spin_manifest::package::{
    BuildMetadata, ContentSource, Fidelity, Package, PackageOptions, ParcelContent,
};
use spin_manifest::{Diagnostics, Era, Strictness};

use crate::manifest::{era, reader};
use crate::{Format, Outcome, complain, print_record, source};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The generation of Spin whose rules apply: 0.6, 1.5 or current; by
    /// default, the oldest one that accepts the manifest.
    #[arg(long, value_parser = era)]
    era: Option<Era>,
    /// Package everything that Spin's own tool does, byte for byte as it does.
    #[arg(long)]
    exact: bool,
    /// What tells builds of one version apart: `auto` for a hash of the
    /// contents, `none`, or any text that SemVer allows.
    #[arg(long, value_name = "TEXT", value_parser = build_metadata, default_value = "auto")]
    build_metadata: BuildMetadata,
    /// The folder with the downloads that the manifest names by URL, each in a
    /// file `sha256_HEX`.
    #[arg(long, value_name = "FOLDER")]
    downloads: Option<PathBuf>,
    /// Also write it as a standalone bindle: to an archive if the path ends
    /// with `.tar.gz`, otherwise to a folder of its own in this folder.
    #[arg(long, value_name = "PATH")]
    standalone: Option<PathBuf>,
    /// The folder with the `spin.toml`, or that file itself.
    #[arg(value_name = "APP_DIR")]
    application: PathBuf,
}

fn build_metadata(text: &str) -> Result<BuildMetadata, String> {
    match text {
        "auto" => Ok(BuildMetadata::Auto),
        "none" => Ok(BuildMetadata::None),
        text => {
            text.parse()
                .map(BuildMetadata::Given)
                .map_err(|error: bindle_core::semver::Error| {
                    format!("{error}; expected `auto`, `none` or SemVer build metadata")
                })
        }
    }
}

#[derive(Serialize)]
struct Record<'a> {
    id: &'a Id,
    invoice: &'a str,
    parcels: Vec<Parcel<'a>>,
    warnings: Vec<String>,
}

#[derive(Serialize)]
struct Parcel<'a> {
    sha256: Digest,
    name: &'a str,
    size: u64,
    media_type: &'a str,
    #[serde(flatten)]
    origin: Origin<'a>,
}

/// The content itself where it was made, and where it comes from otherwise.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Origin<'a> {
    Content(&'a str),
    Source(String),
}

/// Why there is no package.
#[derive(Serialize)]
struct Failure {
    error: String,
    /// What is wrong with the manifest.
    problems: Diagnostics,
}

pub(crate) fn run(
    arguments: &Arguments,
    format: Format,
    out: &mut impl Write,
) -> io::Result<Outcome> {
    match package(arguments) {
        Err(failure) => {
            complain(format_args!("error: {}", failure.error));
            if format == Format::Json {
                print_record(out, &failure)?;
            }
            Ok(Outcome::Wrong)
        }
        Ok(package) => {
            let record = record(&package);
            match format {
                Format::Json => print_record(out, &record)?,
                Format::Text => print_text(out, &record)?,
            }
            Ok(Outcome::Well)
        }
    }
}

fn package(arguments: &Arguments) -> Result<Package, Failure> {
    let application = &arguments.application;
    let (folder, file) = if application.is_file() {
        // Of a file that is named without a folder, the parent has no name.
        let parent = application.parent();
        let parent = parent.filter(|parent| !parent.as_os_str().is_empty());
        let folder = parent.unwrap_or_else(|| ".".as_ref());
        (folder.to_owned(), application.clone())
    } else {
        (application.clone(), application.join("spin.toml"))
    };
    let (fidelity, strictness) = if arguments.exact {
        (Fidelity::Exact, Strictness::LikeSpin)
    } else {
        (Fidelity::Checked, Strictness::Strict)
    };
    let failed = |error| Failure {
        error,
        problems: Diagnostics::default(),
    };
    let bytes = source::read(&file).map_err(failed)?;
    let reader = reader(arguments.era).with_strictness(strictness);
    let manifest = reader.read_bytes(&bytes).map_err(|problems| {
        let name = file.display().to_string();
        let text = String::from_utf8_lossy(&bytes);
        Failure {
            error: format!(
                "the manifest is not valid\n{}",
                problems.render(&name, &text)
            ),
            problems,
        }
    })?;
    let options = PackageOptions::new()
        .with_build_metadata(arguments.build_metadata.clone())
        .with_fidelity(fidelity);
    let downloads = arguments.downloads.as_deref();
    let package = folder::package(&folder, downloads, &manifest, &options)
        .map_err(|error| failed(format!("{}: {error}", folder.display())))?;
    if let Some(place) = &arguments.standalone {
        write_standalone(place, &package, &folder, downloads)
            .map_err(|error| failed(format!("{} was not written: {error}", place.display())))?;
    }
    Ok(package)
}

fn write_standalone(
    place: &Path,
    package: &Package,
    folder: &Path,
    downloads: Option<&Path>,
) -> Result<(), WriteError> {
    let parcels = package.parcels().iter();
    let parcels = parcels.map(|parcel| (parcel.label().digest(), parcel.content()));
    let contents: BTreeMap<_, _> = parcels.collect();
    standalone::write(place, package.invoice(), |label| {
        let path = match (contents.get(&label.digest()), downloads) {
            (Some(ParcelContent::Made(text)), _) => {
                let content: Box<dyn Read> = Box::new(text.as_bytes());
                return Ok(content);
            }
            (Some(ParcelContent::Source(ContentSource::File { path })), _) => folder.join(path),
            (Some(ParcelContent::Source(ContentSource::Url { digest, .. })), Some(downloads)) => {
                folder::download(downloads, digest)
            }
            // There was no package without it.
            _ => return Err(io::ErrorKind::NotFound.into()),
        };
        Ok(Box::new(File::open(path)?))
    })
}

fn record(package: &Package) -> Record<'_> {
    let parcels = package.parcels().iter().map(|parcel| Parcel {
        sha256: parcel.label().digest(),
        name: parcel.label().name(),
        size: parcel.label().size(),
        media_type: parcel.label().media_type().as_str(),
        origin: match parcel.content() {
            ParcelContent::Made(text) => Origin::Content(text),
            ParcelContent::Source(ContentSource::File { path }) => Origin::Source(path.clone()),
            ParcelContent::Source(ContentSource::Url { url, .. }) => Origin::Source(url.clone()),
            other => Origin::Source(format!("{other:?}")),
        },
    });
    Record {
        id: package.invoice().id(),
        invoice: package.invoice_text(),
        parcels: parcels.collect(),
        warnings: package.warnings().iter().map(ToString::to_string).collect(),
    }
}

fn print_text(out: &mut impl Write, record: &Record<'_>) -> io::Result<()> {
    writeln!(out, "{}", record.id)?;
    for parcel in &record.parcels {
        let origin = match &parcel.origin {
            Origin::Content(_) => "made while packaging",
            Origin::Source(source) => source,
        };
        let (name, size, media_type) = (parcel.name, parcel.size, parcel.media_type);
        writeln!(
            out,
            "  {}  {size:>9}  {media_type}  {name}  ({origin})",
            parcel.sha256
        )?;
    }
    for warning in &record.warnings {
        writeln!(out, "  warning: {warning}")?;
    }
    Ok(())
}
