//! Deploys Spin applications to a platform in this process.

mod arguments;
mod screen;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use bindle_core::query::Yanked;
use bindle_core::registry;
use bindle_core::semver::Version;
use bindle_core::{Keyring, Label, Name, Role, SecretKeyEntry, Strategy, Verified};
use bytes::Bytes;
use examples::platform::{Outcome, Platform, Settings};
use examples::runtime::{Limits, Runtime};
use examples::server::{self, Traffic};
use examples::store::Store;
use examples::{folder, keys, process, upload};
use http_body_util::{BodyExt as _, Empty};
use hyper::Request;
use hyper::header::{HOST, HeaderValue};
use hyper_util::rt::TokioIo;
use spin_manifest::Manifest;
use spin_manifest::package::{Package, Packager};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use self::arguments::Arguments;
use self::screen::Screen;

/// Whatever ends with one message for the user.
type Failure = Box<dyn std::error::Error + Send + Sync>;

fn main() -> ExitCode {
    let arguments = Arguments::read();
    let screen = Screen::new();
    let applications = match read_applications(&arguments, screen) {
        Ok(applications) => applications,
        Err(error) => return screen.fail(&*error),
    };
    if let Some(problem) = other_name(&applications) {
        arguments::usage_error(&problem);
    }
    match run(&arguments, &applications, screen) {
        Ok(code) => code,
        Err(error) => screen.fail(&*error),
    }
}

/// An application in a folder.
struct Application {
    folder: PathBuf,
    manifest: Manifest,
}

fn read_applications(arguments: &Arguments, screen: Screen) -> Result<Vec<Application>, Failure> {
    let mut applications = Vec::new();
    for folder in &arguments.folders {
        let file = folder.join("spin.toml");
        let shown = file.display().to_string();
        let text = fs::read_to_string(&file)
            .map_err(|error| format!("{shown} cannot be read: {error}"))?;
        let manifest = Manifest::from_toml(&text).map_err(|diagnostics| {
            screen.report(&diagnostics.render(&shown, &text));
            let count = diagnostics.len();
            let problems = if count == 1 { "problem" } else { "problems" };
            format!("{shown} has {count} {problems}")
        })?;
        if !manifest.problems().is_empty() {
            screen.report(&manifest.problems().render(&shown, &text));
        }
        // What cannot be packaged at all is known before anything is done.
        Packager::new(&manifest, &arguments.options())
            .map_err(|error| format!("{shown}: {error}"))?;
        applications.push(Application {
            folder: folder.clone(),
            manifest,
        });
    }
    Ok(applications)
}

/// One address is of one application.
fn other_name(applications: &[Application]) -> Option<String> {
    let (first, others) = applications.split_first()?;
    let other = others
        .iter()
        .find(|other| other.manifest.name() != first.manifest.name())?;
    Some(format!(
        "all folders must hold versions of one application, but {} holds {:?} and {} holds {:?}",
        first.folder.display(),
        first.manifest.name(),
        other.folder.display(),
        other.manifest.name(),
    ))
}

fn run(
    arguments: &Arguments,
    applications: &[Application],
    screen: Screen,
) -> Result<ExitCode, Failure> {
    // Removed after the executor has ended, when no one writes to it any more.
    let temporary;
    let place = match &arguments.store {
        Some(place) => place.as_path(),
        None => {
            temporary = tempfile::Builder::new().prefix("bindles-").tempdir()?;
            temporary.path()
        }
    };
    let executor = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    executor.block_on(async {
        let mut interrupted = std::pin::pin!(process::interrupted());
        let service = tokio::select! {
            // First, so that no signal is missed after there is something to remove.
            biased;
            asked = interrupted.as_mut() => {
                asked?;
                return Err("interrupted before everything was deployed".into());
            }
            service = deploy(arguments, applications, place, screen) => service?,
        };
        if service.goes_on {
            interrupted.await?;
        }
        let _ = service.stop.send(true);
        service.serving.await?;
        Ok(service.code)
    })
}

/// What was deployed, and is served.
struct Service {
    /// How the process is to end.
    code: ExitCode,
    /// Whether to serve until the process is interrupted.
    goes_on: bool,
    stop: watch::Sender<bool>,
    serving: JoinHandle<()>,
    _platform: Platform,
}

async fn deploy(
    arguments: &Arguments,
    applications: &[Application],
    place: &Path,
    screen: Screen,
) -> Result<Service, Failure> {
    let first = applications.first().ok_or("no folders are named")?;
    let name: Name = first.manifest.name().parse()?;

    // The address first: without it, nothing is to be stored.
    let listener = process::listen(arguments.listen).await?;
    let address = listener.local_addr()?;

    let store = Store::in_folder(place)
        .map_err(|error| format!("the store {} cannot be used: {error}", place.display()))?;
    let secret = arguments.secret.clone();
    let secret = secret.unwrap_or_else(|| place.join("secret-keys.toml"));
    let creator = keys::creator(&secret)?;
    let keyring = store
        .keyring_or(&Keyring::from_iter([(&creator).into()]))
        .await?;

    let traffic = Traffic::default();
    let platform = Platform::start(
        name,
        store.clone(),
        keyring.clone(),
        Runtime::new(Limits::default())?,
        traffic.clone(),
        Settings {
            rule: arguments.channel_rule.clone(),
            health_path: arguments.health_path.clone(),
            min_healthy: arguments.min_healthy,
            healthy_deadline: arguments.healthy_deadline,
            drain: arguments.drain,
        },
    )
    .await?;
    let (stop, stopped) = watch::channel(false);
    let log = move |line: &str| screen.note(line);
    let serving = tokio::spawn(server::serve(listener, traffic.clone(), stopped, log));

    let deployment = Deployment {
        arguments,
        screen,
        store: &store,
        keyring: &keyring,
        creator: &creator,
        secret: &secret,
        platform: &platform,
    };
    let mut code = ExitCode::SUCCESS;
    for application in applications {
        match deployment.deploy(application).await {
            Ok(()) => {
                screen.line("Available Routes:");
                if let Some(running) = traffic.next() {
                    for (id, route) in running.routes() {
                        screen.line(&format!("  {id}: http://{address}{route}"));
                    }
                }
            }
            Err(error) => code = screen.fail(&*error),
        }
    }

    let running = traffic.next();
    if let Some(running) = running.as_ref().filter(|_| arguments.once) {
        for (_, route) in running.routes() {
            fetch(address, &route.path(), screen).await?;
        }
    }
    Ok(Service {
        code,
        goes_on: running.is_some() && !arguments.once,
        stop,
        serving,
        _platform: platform,
    })
}

/// What the deployments of one run have in common.
struct Deployment<'d> {
    arguments: &'d Arguments,
    screen: Screen,
    store: &'d Store,
    keyring: &'d Keyring,
    creator: &'d SecretKeyEntry,
    secret: &'d Path,
    platform: &'d Platform,
}

impl Deployment<'_> {
    async fn deploy(&self, application: &Application) -> Result<(), Failure> {
        let Application { folder, manifest } = application;
        let package = folder::package(folder, None, manifest, &self.arguments.options())
            .map_err(|error| format!("{}: {error}", folder.display()))?;
        for warning in package.warnings() {
            self.screen
                .warn(&format!("{}: {warning}", folder.display()));
        }

        let mut invoice = package.invoice().clone();
        invoice.sign(self.creator, Role::Creator, process::now()?)?;
        // The platform's part: it takes only what someone it knows has signed.
        let verified = Strategy::default()
            .verify(invoice, self.keyring)
            .map_err(|rejected| {
                let secret = self.secret.display();
                format!("{rejected}; is the key in {secret} on the keyring of the store?")
            })?;
        let advice = "raise the version in spin.toml, or pass --build-metadata";
        let offer = upload::offer(self.store, &verified, Verified::into_inner)
            .await
            .map_err(|error| match error {
                upload::OfferError::Refused(_) => format!("{error}; {advice}"),
                upload::OfferError::Store(_) => error.to_string(),
            })?;
        // Known before anything is uploaded or registered for it.
        let id = offer.invoice.id();
        registry::get(id, Some(&offer.invoice), Yanked::Excluded)
            .map_err(|error| format!("{error}; {advice}"))?;

        let revision = id.version().clone();
        let there = offer.existed && offer.missing.is_empty();
        if there {
            let live = self.platform.serving().await.as_ref() == Some(&revision);
            let live = if live { " and is live" } else { "" };
            self.screen
                .line(&format!("{id}: this very bindle exists{live}"));
            if !live.is_empty() {
                return Ok(());
            }
        } else {
            self.upload(folder, &package, &offer).await?;
        }

        self.screen.line("Deploying...");
        self.screen
            .start("Waiting for application to become ready...");
        let content = offer.invoice.content_digest();
        let release = self.platform.release(id.clone(), content);
        match self.screen.while_waiting(release).await {
            Ok(Outcome::Serves) => {
                self.screen.end(" ready");
                Ok(())
            }
            Ok(Outcome::Failed { reason, serving }) => {
                self.screen.end(" failed");
                let still = still_serves(serving.as_ref());
                Err(format!("the upgrade to {revision} failed: {reason}; {still}").into())
            }
            Ok(Outcome::NotSelected { serving }) => {
                self.screen.end(" not selected");
                let rule = self.arguments.channel_rule.as_ref();
                let rule = rule.map(ToString::to_string).unwrap_or_default();
                let still = still_serves(serving.as_ref());
                let line = format!("{revision} is not what the rule {rule} selects; {still}");
                if serving.is_none() {
                    return Err(line.into());
                }
                self.screen.line(&line);
                Ok(())
            }
            Err(error) => {
                self.screen.end(" failed");
                Err(error.into())
            }
        }
    }

    async fn upload(
        &self,
        folder: &Path,
        package: &Package,
        offer: &upload::Offer,
    ) -> Result<(), Failure> {
        let (name, revision) = (offer.invoice.id().name(), offer.invoice.id().version());
        let parcels = package.parcels();
        let size: u64 = parcels.iter().map(|parcel| parcel.label().size()).sum();
        let heading = format!("Uploading {name} version {revision}...");
        let numbers = format!(
            "   ({} {}, {}; {} already there)",
            parcels.len(),
            if parcels.len() == 1 {
                "parcel"
            } else {
                "parcels"
            },
            screen::size(size),
            parcels.len() - offer.missing.len(),
        );
        let total: u64 = offer.missing.iter().map(Label::size).sum();
        let mut sent = 0;
        self.screen.start(&heading);
        for label in &offer.missing {
            let pace = self.arguments.pace();
            let progress = |length: u64| {
                sent += length;
                self.screen.progress(&heading, sent, total);
            };
            let uploaded = upload::parcel(self.store, package, folder, label, pace, progress);
            if let Err(error) = uploaded.await {
                self.screen.end(" failed");
                return Err(format!("{:?}: {error}", label.name()).into());
            }
        }
        self.screen.replace(&heading, &numbers);
        Ok(())
    }
}

fn still_serves(serving: Option<&Version>) -> String {
    match serving {
        Some(revision) => format!("{revision} still serves"),
        None => "nothing serves yet".to_owned(),
    }
}

/// Fetches a page as any client would, and shows it.
async fn fetch(address: std::net::SocketAddr, path: &str, screen: Screen) -> Result<(), Failure> {
    let stream = TcpStream::connect(address).await?;
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    let connection = tokio::spawn(connection);
    let mut request = Request::get(path).body(Empty::<Bytes>::new())?;
    let host = HeaderValue::try_from(address.to_string())?;
    request.headers_mut().insert(HOST, host);
    let response = sender.send_request(request).await?;
    let status = response.status();
    let body = response.into_body().collect().await?.to_bytes();
    screen.line(&format!("GET http://{address}{path}: {status}"));
    screen.line(String::from_utf8_lossy(&body).trim_end());
    drop(sender);
    connection.await??;
    Ok(())
}
