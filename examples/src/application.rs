//! A revision that runs: its components with their programs and files.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;

use bindle_core::query::Yanked;
use bindle_core::registry::{self, GetError};
use bindle_core::{Digest, Id, Invoice, Keyring, Label, Parcel, Rejected, Strategy};
use bytes::Bytes;
use http_body_util::BodyExt as _;
use hyper::header::{CONTENT_TYPE, HOST, HeaderValue};
use hyper::{Request, Response, StatusCode};
use spin_manifest::Value;
use spin_manifest::package::{Application, ApplicationComponent, ApplicationTrigger, UnpackError};
use thiserror::Error;

use crate::routes::{self, Route};
use crate::runtime::{Body, Executor, LoadError, Program, RunError, Runtime, Surroundings, whole};
use crate::store::{Store, StoreError};

/// A revision of an application, ready to answer requests.
///
/// Whoever answers a request holds it, and so does the body of the answer:
/// what it needs is removed as soon as the last one lets go of it.
pub struct Running {
    components: Vec<Component>,
}

struct Component {
    id: String,
    route: Route,
    program: Program,
    surroundings: Surroundings,
}

impl Running {
    /// Makes a bindle ready to run: checks that it is not yanked, who signed it and
    /// that it is what was registered, and loads its modules and files, each checked.
    ///
    /// # Errors
    ///
    /// See [`StartError`].
    pub async fn start(
        id: &Id,
        registered: Digest,
        store: &Store,
        keyring: &Keyring,
        runtime: &Runtime,
    ) -> Result<Self, StartError> {
        let invoice = store.invoice(id).await?;
        let invoice = registry::get(id, invoice.as_ref(), Yanked::Excluded)?.clone();
        let invoice = Strategy::default().verify(invoice, keyring)?;
        let stored = invoice.content_digest();
        if stored != registered {
            let id = id.clone();
            return Err(StartError::OtherContent {
                id,
                registered,
                stored,
            });
        }
        let manifest = store
            .read_parcel(Application::manifest_label(&invoice)?)
            .await?;
        let application = Application::unpack(&invoice, &manifest)?;
        let mut components = Vec::new();
        let mut unsuited = Vec::new();
        for trigger in &application.triggers {
            let part = match Part::of(&application, trigger) {
                Ok(Some(part)) => part,
                Ok(None) => continue,
                Err(why) => {
                    unsuited.push(why);
                    continue;
                }
            };
            let program = match load(&part, &invoice, store, runtime).await? {
                Ok(program) => program,
                Err(why) => {
                    unsuited.push(why);
                    continue;
                }
            };
            let component = part.component;
            components.push(Component {
                id: component.id.clone(),
                route: part.route,
                program,
                surroundings: Surroundings {
                    files: mount(component, &invoice, store).await?.into(),
                    environment: component.environment.clone(),
                },
            });
        }
        if !unsuited.is_empty() {
            return Err(StartError::Unsuited(unsuited));
        }
        if components.is_empty() {
            return Err(StartError::NoRoutes);
        }
        Ok(Self { components })
    }

    /// Finds out whether all components would answer: each is instantiated,
    /// and asked for `path`, or for its own route.
    ///
    /// # Errors
    ///
    /// The first component that does not answer, or answers with a status of
    /// 500 or more.
    pub async fn check(&self, path: Option<&str>) -> Result<(), CheckError> {
        let failed = |component: &Component, why| CheckError {
            component: component.id.clone(),
            why,
        };
        for component in &self.components {
            let trial = component.program.try_instantiate(&component.surroundings);
            trial
                .await
                .map_err(|error| failed(component, Unready::Instantiation(error)))?;
        }
        for component in &self.components {
            let path = path.map_or_else(|| component.route.path(), str::to_owned);
            let mut request = Request::new(Bytes::new());
            let Ok(uri) = path.parse() else {
                return Err(failed(component, Unready::Path(path)));
            };
            *request.uri_mut() = uri;
            let host = HeaderValue::from_static("localhost");
            request.headers_mut().insert(HOST, host);
            let client = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
            let answer = component.handle(request, client).await;
            let answer = match answer {
                Ok(answer) => answer,
                Err(error) => return Err(failed(component, Unready::Request { path, error })),
            };
            let status = answer.status();
            if status.is_server_error() {
                return Err(failed(component, Unready::Status { path, status }));
            }
            let body = answer.into_body().collect().await;
            if let Err(error) = body {
                let reason = error.to_string();
                return Err(failed(component, Unready::Body { path, reason }));
            }
        }
        Ok(())
    }

    /// Answers a request: 404 if no component has a route for it, and 500 if
    /// the component fails, which is told to `log`.
    pub async fn handle(
        self: Arc<Self>,
        request: Request<Bytes>,
        client: SocketAddr,
        log: impl Fn(&str),
    ) -> Response<Body> {
        let routes = self.components.iter().map(|component| &component.route);
        let Some(found) = routes::find(routes, request.uri().path()) else {
            return text(
                StatusCode::NOT_FOUND,
                "no component has a route for this path\n",
            );
        };
        let component = &self.components[found];
        let asked = format!("{} {}", request.method(), request.uri());
        match component.handle(request, client).await {
            Ok(response) => {
                // The body may still need the files.
                response.map(|body| {
                    let held = Arc::clone(&self);
                    let body = body.map_frame(move |frame| {
                        let _ = &held;
                        frame
                    });
                    body.boxed_unsync()
                })
            }
            Err(error) => {
                log(&format!("{asked}: component {:?} {error}", component.id));
                text(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "the component failed; the reason is in the log\n",
                )
            }
        }
    }

    /// The components with their routes, in the order of the manifest.
    pub fn routes(&self) -> impl Iterator<Item = (&str, &Route)> {
        let components = self.components.iter();
        components.map(|component| (component.id.as_str(), &component.route))
    }
}

impl Component {
    async fn handle(
        &self,
        request: Request<Bytes>,
        client: SocketAddr,
    ) -> Result<Response<Body>, RunError> {
        self.program
            .handle(request, &self.route, client, &self.surroundings)
            .await
    }
}

/// A short answer of the platform itself.
pub fn text(status: StatusCode, message: &'static str) -> Response<Body> {
    let mut response = Response::new(whole(message));
    *response.status_mut() = status;
    let plain = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, plain);
    response
}

/// What this example has to know of a component to run it.
struct Part<'a> {
    component: &'a ApplicationComponent,
    route: Route,
    executor: Executor,
}

impl<'a> Part<'a> {
    /// What `trigger` starts; nothing if that is not to be reached from outside.
    fn of(
        application: &'a Application,
        trigger: &ApplicationTrigger,
    ) -> Result<Option<Self>, Unsuited> {
        let component = trigger.component.as_deref();
        let component = component
            .and_then(|id| application.component(id))
            .ok_or_else(|| Unsuited::NoComponent(trigger.id.clone()))?;
        let id = || component.id.clone();
        if trigger.kind != "http" {
            return Err(Unsuited::Trigger {
                component: id(),
                kind: trigger.kind.clone(),
            });
        }
        let stands_alone = component.dependencies.is_empty()
            && trigger.components.is_empty()
            && trigger.dependencies.is_empty();
        if !stands_alone {
            return Err(Unsuited::FurtherParts(id()));
        }
        let settings = application.trigger_settings.get("http");
        let base = settings.and_then(|settings| settings.get("base"));
        let base = base.and_then(Value::as_str).unwrap_or("/");
        let route = match trigger.settings.get("route") {
            Some(Value::String(route)) => Route::new(base, route),
            Some(Value::Table(_)) => return Ok(None),
            _ => return Err(Unsuited::NoRoute(id())),
        };
        Ok(Some(Self {
            component,
            route,
            executor: executor(trigger, component)?,
        }))
    }
}

fn executor(
    trigger: &ApplicationTrigger,
    component: &ApplicationComponent,
) -> Result<Executor, Unsuited> {
    let Some(executor) = trigger.settings.get("executor") else {
        return Ok(Executor::Spin);
    };
    let empty = BTreeMap::new();
    let settings = executor.as_table().unwrap_or(&empty);
    let setting = |name| settings.get(name).and_then(Value::as_str);
    match setting("type") {
        Some("wagi") => Ok(Executor::Wagi {
            argv: setting("argv")
                .unwrap_or("${SCRIPT_NAME} ${ARGS}")
                .to_owned(),
            entrypoint: setting("entrypoint").unwrap_or("_start").to_owned(),
        }),
        Some("spin" | "http") => Ok(Executor::Spin),
        other => Err(Unsuited::Executor {
            component: component.id.clone(),
            executor: other.unwrap_or_default().to_owned(),
        }),
    }
}

async fn load(
    part: &Part<'_>,
    invoice: &Invoice,
    store: &Store,
    runtime: &Runtime,
) -> Result<Result<Program, Unsuited>, StartError> {
    let digest = part.component.module;
    let content = store.read_parcel(label(invoice, digest)?).await?;
    let (runtime, executor) = (runtime.clone(), part.executor.clone());
    let loading = move || runtime.load(digest, &content, &executor);
    let loaded = tokio::task::spawn_blocking(loading).await;
    let loaded = loaded.map_err(|error| StartError::Interrupted(error.to_string()))?;
    Ok(loaded.map_err(|error| Unsuited::Load {
        component: part.component.id.clone(),
        error,
    }))
}

/// Makes a folder with the files of a component, as it will see them.
async fn mount(
    component: &ApplicationComponent,
    invoice: &Invoice,
    store: &Store,
) -> Result<tempfile::TempDir, StartError> {
    let unwritable = |error: std::io::Error| StartError::Folder(error.to_string());
    let folder = tempfile::Builder::new().prefix("component-").tempdir();
    let folder = folder.map_err(unwritable)?;
    for (path, digest) in &component.files {
        // Whoever made the invoice may be no friend.
        let plain = |part: &str| !matches!(part, "" | "." | "..") && !part.contains(['\\', ':']);
        if !path.split('/').all(plain) {
            return Err(StartError::Path {
                component: component.id.clone(),
                path: path.clone(),
            });
        }
        let file = folder.path().join(path);
        let above = file.parent().unwrap_or(Path::new("/"));
        std::fs::create_dir_all(above).map_err(unwritable)?;
        store.copy_parcel(label(invoice, *digest)?, &file).await?;
    }
    Ok(folder)
}

fn label(invoice: &Invoice, digest: Digest) -> Result<&Label, StartError> {
    let mut labels = invoice.parcels().iter().map(Parcel::label);
    let label = labels.find(|label| label.digest() == digest);
    label.ok_or(StartError::Store(StoreError::NoParcel(digest)))
}

/// A bindle that cannot be made ready to run.
#[derive(Debug, Error)]
pub enum StartError {
    /// There is no place for its files.
    #[error("a folder for the files of the application cannot be made: {0}")]
    Folder(String),
    /// It was given up.
    #[error("loading was interrupted: {0}")]
    Interrupted(String),
    /// No component can be reached.
    #[error("no component has a route")]
    NoRoutes,
    /// There is no such bindle, or it is yanked.
    #[error(transparent)]
    NotServed(#[from] GetError),
    /// Its signatures are not enough.
    #[error(transparent)]
    NotVerified(#[from] Box<Rejected>),
    /// The invoice is not the one that was registered.
    #[error(
        "the store was tampered with: the invoice of {id} has the content digest {stored}, but \
         {registered} was registered"
    )]
    OtherContent {
        /// The bindle.
        id: Id,
        /// The content digest in the ledger.
        registered: Digest,
        /// That of the invoice.
        stored: Digest,
    },
    /// A file would be outside of the folder of its component.
    #[error("component {component:?} has a file at {path:?}, which is outside of its folder")]
    Path {
        /// The component.
        component: String,
        /// The path.
        path: String,
    },
    /// The store failed, or was tampered with.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The bindle holds no application.
    #[error(transparent)]
    Unpack(#[from] UnpackError),
    /// It has components that this example cannot run: all of them.
    #[error("{}", listed(.0))]
    Unsuited(Vec<Unsuited>),
}

fn listed(unsuited: &[Unsuited]) -> String {
    let listed: Vec<_> = unsuited.iter().map(Unsuited::to_string).collect();
    listed.join("; ")
}

/// Why this example cannot run a component.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Unsuited {
    /// A component wants to be run in a way that is not known.
    #[error("component {component:?} has the executor {executor:?}; `spin` and `wagi` are known")]
    Executor {
        /// The component.
        component: String,
        /// What it wants.
        executor: String,
    },
    /// A component is made of several modules.
    #[error("component {0:?} needs further modules; this example runs modules that stand alone")]
    FurtherParts(String),
    /// A module cannot be loaded.
    #[error("component {component:?} {error}")]
    Load {
        /// The component.
        component: String,
        /// Why.
        error: LoadError,
    },
    /// A trigger starts nothing.
    #[error("trigger {0:?} names no component to start")]
    NoComponent(String),
    /// A component has no route.
    #[error("component {0:?} has no route")]
    NoRoute(String),
    /// A component waits for something else than HTTP requests.
    #[error("component {component:?} has a trigger of type {kind:?}; this example serves `http`")]
    Trigger {
        /// The component.
        component: String,
        /// The type.
        kind: String,
    },
}

/// An application that would not answer.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("component {component:?} {why}")]
pub struct CheckError {
    component: String,
    why: Unready,
}

#[derive(Clone, Debug, PartialEq, Eq, Error)]
enum Unready {
    #[error("answered to GET {path}, but the body broke off: {reason}")]
    Body { path: String, reason: String },
    #[error("cannot be instantiated: it {0}")]
    Instantiation(RunError),
    #[error("cannot be asked for {0:?}, which is not a path")]
    Path(String),
    #[error("does not answer to GET {path}: it {error}")]
    Request { path: String, error: RunError },
    #[error("answered to GET {path} with the status {status}")]
    Status { path: String, status: StatusCode },
}
