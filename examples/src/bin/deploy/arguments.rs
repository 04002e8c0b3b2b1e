//! The command line.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use bindle_core::semver;
use clap::error::ErrorKind;
use clap::{CommandFactory as _, Parser};
use examples::process::{address, time};
use examples::store::Pace;
use revisions::Rule;
use spin_manifest::package::{BuildMetadata, PackageOptions};

/// What the exit status says.
const STATUS: &str = "Exit status: 0 if all was deployed and answered, 1 if something failed, \
                      2 if something is wrong with the command line";

/// Deploys Spin applications to a platform in this process, and serves them
///
/// Each folder in turn is packaged, signed, uploaded to the store, registered
/// and taken live, as `spin deploy` does it. All folders contain versions of
/// one application, which has one address. An upgrade that fails changes
/// nothing for its users.
#[derive(Debug, Parser)]
#[command(name = "deploy", version, max_term_width = 100, after_help = STATUS)]
pub(crate) struct Arguments {
    /// Folders with a spin.toml, deployed in this order
    #[arg(value_name = "APP_DIR", required = true)]
    pub(crate) folders: Vec<PathBuf>,

    /// Where to keep bindles; by default, in a temporary folder
    #[arg(long, value_name = "DIR")]
    pub(crate) store: Option<PathBuf>,

    /// The address to serve on; port 0 means any free port
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:3000", value_parser = address)]
    pub(crate) listen: SocketAddr,

    /// Let the channel follow a rule, such as `*`, instead of serving each
    /// deployment
    #[arg(long, value_name = "RULE")]
    pub(crate) channel_rule: Option<Rule>,

    /// What tells builds of one version apart: `auto` for a hash of the
    /// contents, `none`, or any text that SemVer allows
    #[arg(long, value_name = "TEXT", default_value = "auto", value_parser = build_metadata)]
    pub(crate) build_metadata: BuildMetadata,

    /// The path that every component must answer before it gets traffic; by
    /// default, its own route
    #[arg(long, value_name = "PATH", value_parser = path)]
    pub(crate) health_path: Option<String>,

    /// How long a new revision has to be healthy before it gets traffic
    #[arg(long, value_name = "TIME", default_value = "0s", value_parser = time)]
    pub(crate) min_healthy: Duration,

    /// How long a new revision may take to become healthy
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = time)]
    pub(crate) healthy_deadline: Duration,

    /// How long an old revision keeps running after it lost its traffic
    #[arg(long, value_name = "TIME", default_value = "5s", value_parser = time)]
    pub(crate) drain: Duration,

    /// The file with the key to sign with, which is made if it does not exist;
    /// by default, in the store
    #[arg(long, value_name = "FILE")]
    pub(crate) secret: Option<PathBuf>,

    /// Upload no more than this many bytes a second
    #[arg(long, value_name = "BYTES")]
    pub(crate) limit_rate: Option<NonZeroU32>,

    /// Fetch each route once after the deployments, print the responses, and
    /// stop
    #[arg(long)]
    pub(crate) once: bool,
}

impl Arguments {
    /// The arguments of this process; help and mistakes end it.
    pub(crate) fn read() -> Self {
        Self::parse()
    }

    pub(crate) fn options(&self) -> PackageOptions {
        PackageOptions::new().with_build_metadata(self.build_metadata.clone())
    }

    pub(crate) fn pace(&self) -> Pace {
        Pace {
            limit: self.limit_rate,
        }
    }
}

/// Ends the process as for any other mistake in its arguments.
pub(crate) fn usage_error(message: &str) -> ! {
    Arguments::command()
        .error(ErrorKind::ValueValidation, message)
        .exit()
}

fn build_metadata(text: &str) -> Result<BuildMetadata, String> {
    match text {
        "auto" => Ok(BuildMetadata::Auto),
        "none" => Ok(BuildMetadata::None),
        text => match semver::BuildMetadata::new(text) {
            Ok(given) if !given.is_empty() => Ok(BuildMetadata::Given(given)),
            _ => Err("write `auto`, `none`, or letters, digits and `-` in parts with `.`".into()),
        },
    }
}

fn path(text: &str) -> Result<String, String> {
    match text.parse::<hyper::Uri>() {
        Ok(_) if text.starts_with('/') => Ok(text.to_owned()),
        _ => Err("write a path, such as `/healthz`".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn build_metadata_are_what_semver_allows() {
        assert_eq!(build_metadata("auto"), Ok(BuildMetadata::Auto));
        assert_eq!(build_metadata("none"), Ok(BuildMetadata::None));
        let given = semver::BuildMetadata::new("ci.42").unwrap();
        assert_eq!(build_metadata("ci.42"), Ok(BuildMetadata::Given(given)));
        for text in ["", "a_b", "a..b"] {
            assert!(build_metadata(text).is_err(), "{text}");
        }
    }
}
