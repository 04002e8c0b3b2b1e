//! The command line.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use bindle_core::protocol::Prefix;
use clap::{Parser, ValueEnum};
use examples::location::Location;
use examples::process::{address, time};

/// What the exit status says.
const STATUS: &str = "Exit status: 0 if it was stopped and every request came to its end, 1 if it \
                      could not start or cut some off, 2 if something is wrong with the command \
                      line";

/// A registry of bindles: the Bindle protocol over HTTP, kept in an object store
///
/// It accepts what a creator on the keyring has signed, signs it as host, and
/// never changes it again; a bindle can be yanked, but not unyanked. Any number
/// of registries can share one store.
///
/// Everybody can read. Nobody can write without a token, unless `--open` is
/// given. There is no TLS: put the server behind a proxy that has it.
#[derive(Debug, Parser)]
#[command(name = "registry", version, max_term_width = 100, after_help = STATUS)]
pub(crate) struct Arguments {
    /// Where bindles are kept: a folder, `memory:`, or `s3://BUCKET/PATH`,
    /// `gs://BUCKET/PATH`, `azure://CONTAINER/PATH` in a build with that feature,
    /// with settings from the environment (`AWS_...`, `GOOGLE_...`, `AZURE_...`)
    #[arg(value_name = "STORE")]
    pub(crate) store: Location,

    /// The keyring with the creators whose bindles are accepted
    #[arg(long, value_name = "FILE")]
    pub(crate) keyring: PathBuf,

    /// Serve all keys on the keyring to clients that ask for keys, not only the
    /// key of the host
    #[arg(long)]
    pub(crate) publish_keyring: bool,

    /// The file with the secret key to sign with as host, which is made if it
    /// does not exist
    #[arg(long, value_name = "FILE")]
    pub(crate) host_key: PathBuf,

    /// A file with the token, of at least 16 characters, that clients have to
    /// send as `Authorization: Bearer TOKEN` in order to write
    #[arg(long, value_name = "FILE")]
    pub(crate) token_file: Option<PathBuf>,

    /// Let everybody write who can reach the server, without a token
    #[arg(long, conflicts_with = "token_file")]
    pub(crate) open: bool,

    /// The address to serve on; port 0 means any free port
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080", value_parser = address)]
    pub(crate) listen: SocketAddr,

    /// The path under which the endpoints of the protocol are; `/` for none
    #[arg(long, value_name = "PATH", default_value = "/v1")]
    pub(crate) prefix: Prefix,

    /// The largest invoice that is accepted
    #[arg(long, value_name = "BYTES", default_value = "1048576")]
    pub(crate) max_invoice: usize,

    /// The largest parcel that is accepted
    #[arg(long, value_name = "BYTES", default_value = "1073741824")]
    pub(crate) max_parcel: u64,

    /// The maximal number of connections at once; further ones wait
    #[arg(long, value_name = "COUNT", default_value = "256")]
    pub(crate) max_connections: NonZeroUsize,

    /// How long a connection may stall, and the headers of a request may take
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = time)]
    pub(crate) patience: Duration,

    /// How long requests have to complete when the server stops
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = time)]
    pub(crate) grace: Duration,

    /// How often the index for queries is refreshed with bindles of other
    /// registries on the same store
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = time)]
    pub(crate) refresh: Duration,

    /// The form of the log on standard error, which has a line for each request
    #[arg(long, value_enum, value_name = "FORM", default_value = "plain")]
    pub(crate) log: LogForm,
}

/// How a log is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogForm {
    /// For people
    Plain,
    /// For machines: a JSON object in each line
    Json,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }
}
