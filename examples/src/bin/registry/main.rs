//! A registry of bindles as a server.

mod arguments;

use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use bindle_core::Keyring;
use clap::Parser as _;
use examples::registry::{Access, Registry, Server, Sizes, Timing, Token};
use examples::{keys, process};
use tokio::sync::watch;
use tracing_subscriber::filter::LevelFilter;

use self::arguments::{Arguments, LogForm};

/// Whatever ends with one message for the user.
type Failure = Box<dyn std::error::Error + Send + Sync>;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    start_log(arguments.log);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let served = match runtime {
        Ok(runtime) => runtime.block_on(serve(&arguments)),
        Err(error) => Err(error.into()),
    };
    match served {
        Ok(code) => code,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn start_log(form: LogForm) {
    let log = tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .with_target(false)
        .with_max_level(LevelFilter::INFO);
    match form {
        LogForm::Plain => log.init(),
        LogForm::Json => log.json().flatten_event(true).init(),
    }
}

async fn serve(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let access = access(arguments)?;
    let creators = read(&arguments.keyring, "keyring")?;
    let creators = Keyring::from_toml(&creators).map_err(|problems| {
        let keyring = arguments.keyring.display();
        format!("the keyring {keyring} is malformed: {problems}")
    })?;
    let host = keys::host(&arguments.host_key)?;
    let store = arguments.store.open(std::env::vars())?;
    let sizes = Sizes {
        invoice: arguments.max_invoice,
        parcel: arguments.max_parcel,
    };
    let mut registry = Registry::new(store, creators.clone(), &host, sizes)?;
    if arguments.publish_keyring {
        registry = registry.with_keys(&creators);
    }
    // The address first: to look through a large store takes a while.
    let listener = process::listen(arguments.listen).await?;
    let address = listener.local_addr()?;
    let seen = registry.refresh().await?;
    seen.log();

    let (stop, stopped) = watch::channel(false);
    let interrupted = tokio::spawn(async move {
        let interrupted = process::interrupted().await;
        let _ = stop.send(true);
        interrupted
    });
    let prefix = match arguments.prefix.to_string() {
        root if root == "/" => String::new(),
        prefix => prefix,
    };
    // For those who have asked for any port.
    writeln!(std::io::stdout(), "http://{address}{prefix}")?;
    tracing::info!(%address, store = %arguments.store, bindles = seen.new, %access, "ready");

    let timing = Timing {
        patience: arguments.patience,
        grace: arguments.grace,
        refresh: arguments.refresh,
    };
    let server = Server::new(registry, access, arguments.prefix.clone());
    let connections = arguments.max_connections.get();
    let left = server.run(listener, stopped, timing, connections).await;
    interrupted.await??;
    if left > 0 {
        tracing::warn!(connections = left, "stopped; some were cut off");
        return Ok(ExitCode::FAILURE);
    }
    tracing::info!("stopped");
    Ok(ExitCode::SUCCESS)
}

fn access(arguments: &Arguments) -> Result<Access, Failure> {
    let Some(file) = &arguments.token_file else {
        return Ok(if arguments.open {
            Access::Open
        } else {
            Access::ReadOnly
        });
    };
    let token = Token::new(&read(file, "token file")?);
    let token = token.map_err(|error| format!("the token file {}: {error}", file.display()))?;
    Ok(Access::Token(token))
}

fn read(file: &Path, what: &str) -> Result<String, Failure> {
    let text = std::fs::read_to_string(file);
    text.map_err(|error| format!("the {what} {} cannot be read: {error}", file.display()).into())
}
