//! Runs WebAssembly for HTTP requests: WASI modules in the manner of Wagi, and
//! components that export `wasi:http/incoming-handler`.
//!
//! A program is compiled once for each digest and instantiated anew for each
//! request. It sees the files and the environment that it is given and a limit
//! of memory and time; there is no network.

mod command;
mod proxy;
pub mod wagi;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use bindle_core::Digest;
use bytes::Bytes;
use http_body_util::BodyExt as _;
use http_body_util::combinators::UnsyncBoxBody;
use hyper::header::HeaderName;
use hyper::{Request, Response};
use tempfile::TempDir;
use thiserror::Error;
use wasmtime::component::Component as WasmComponent;
use wasmtime::{Config, Engine, Module, ResourceLimiter, Store, UpdateDeadline};
use wasmtime_wasi::{FsPerms, WasiCtxBuilder};

use self::command::Command;
use self::proxy::Proxy;
use crate::routes::Route;

/// The body of a response: whole, or still coming from a running component.
pub type Body = UnsyncBoxBody<Bytes, Box<dyn std::error::Error + Send + Sync>>;

/// How often a running program lets others run.
const TICK: Duration = Duration::from_millis(10);

/// What one request may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The size of all memories and tables together, and that of the response of a
    /// module, in bytes.
    pub memory: usize,
    /// From instantiation to the end of the response.
    pub time: Duration,
}

impl Default for Limits {
    /// 64 MiB and ten seconds.
    fn default() -> Self {
        Self {
            memory: 64 << 20,
            time: Duration::from_secs(10),
        }
    }
}

/// How a component wants to be run, as its manifest says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Executor {
    /// `executor = { type = "spin" }`, or none.
    Spin,
    /// `executor = { type = "wagi" }`.
    Wagi {
        /// The arguments: `${SCRIPT_NAME} ${ARGS}`.
        argv: String,
        /// The function that is called: `_start`.
        entrypoint: String,
    },
}

/// Compiles programs and keeps them.
#[derive(Clone)]
pub struct Runtime {
    engine: Engine,
    commands: wasmtime::Linker<command::State>,
    proxies: wasmtime::component::Linker<proxy::State>,
    limits: Limits,
    compiled: Arc<Mutex<BTreeMap<Digest, Compiled>>>,
}

#[derive(Clone)]
enum Compiled {
    Module(Module),
    Component(WasmComponent),
}

impl Runtime {
    /// A runtime without programs.
    ///
    /// # Errors
    ///
    /// If the engine cannot compile for this machine.
    pub fn new(limits: Limits) -> wasmtime::Result<Self> {
        let mut config = Config::new();
        config.epoch_interruption(true);
        let engine = Engine::new(&config)?;
        let mut commands = wasmtime::Linker::new(&engine);
        wasmtime_wasi::p1::add_to_linker_async(&mut commands, command::State::wasi)?;
        let mut proxies = wasmtime::component::Linker::new(&engine);
        wasmtime_wasi::p2::add_to_linker_async(&mut proxies)?;
        wasmtime_wasi_http::p2::add_only_http_to_linker_async(&mut proxies)?;

        // A thread, since programs may keep all the workers of the executor
        // busy. It ends with the engine.
        let ticking = engine.weak();
        thread::spawn(move || {
            while let Some(engine) = ticking.upgrade() {
                engine.increment_epoch();
                thread::sleep(TICK);
            }
        });
        Ok(Self {
            engine,
            commands,
            proxies,
            limits,
            compiled: Arc::default(),
        })
    }

    /// Makes a program ready: compiled and linked. This takes long and belongs
    /// on a thread of its own.
    ///
    /// # Errors
    ///
    /// If `content` is not WebAssembly, is of a kind that cannot be run here,
    /// or imports what no one offers.
    pub fn load(
        &self,
        digest: Digest,
        content: &[u8],
        executor: &Executor,
    ) -> Result<Program, LoadError> {
        let kind = match (self.compile(digest, content)?, executor) {
            (Compiled::Module(module), Executor::Wagi { argv, entrypoint }) => Kind::Command(
                Command::link(&self.commands, &module, argv.clone(), entrypoint.clone())?,
            ),
            (Compiled::Component(component), Executor::Spin) => {
                Kind::Proxy(Proxy::link(&self.proxies, &component)?)
            }
            (Compiled::Component(_), Executor::Wagi { .. }) => {
                return Err(LoadError::ComponentAsWagi);
            }
            (Compiled::Module(module), Executor::Spin) => {
                let spin = module.exports().any(|e| e.name() == "handle-http-request");
                return Err(if spin {
                    LoadError::SpinModule
                } else {
                    LoadError::PlainModule
                });
            }
        };
        Ok(Program {
            kind,
            limits: self.limits,
        })
    }

    fn compile(&self, digest: Digest, content: &[u8]) -> Result<Compiled, LoadError> {
        let known = || self.compiled.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(compiled) = known().get(&digest) {
            return Ok(compiled.clone());
        }
        // The version field of a component has a layer in its upper half.
        let compiled = if matches!(content, [b'\0', b'a', b's', b'm', _, _, 1, 0, ..]) {
            WasmComponent::from_binary(&self.engine, content).map(Compiled::Component)
        } else {
            Module::from_binary(&self.engine, content).map(Compiled::Module)
        };
        let compiled = compiled.map_err(|error| LoadError::Malformed(cause(&error)))?;
        known().insert(digest, compiled.clone());
        Ok(compiled)
    }
}

/// A program that does not get as far as running.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum LoadError {
    /// A component where the manifest asks for a module.
    #[error(
        "is a component, but its executor is `wagi`, which runs WASI modules; \
         remove the `executor` line"
    )]
    ComponentAsWagi,
    /// It imports what no one offers.
    #[error("does not link: {0}")]
    Link(String),
    /// It is not WebAssembly that can be compiled.
    #[error("does not compile: {0}")]
    Malformed(String),
    /// It has no function to call.
    #[error("exports no function {0:?} without parameters and results to start it by")]
    NoEntrypoint(String),
    /// A component without the export that answers requests.
    #[error("does not export `wasi:http/incoming-handler`: {0}; {RUNNABLE}")]
    NoHandler(String),
    /// A module that was not said to be one for Wagi.
    #[error("is a module, and its executor is not `wagi`; {RUNNABLE}")]
    PlainModule,
    /// A module for the first HTTP interface of Spin.
    #[error(
        "is a module for Spin's first HTTP interface, since it exports \
         `handle-http-request`; {RUNNABLE}"
    )]
    SpinModule,
}

const RUNNABLE: &str = "this example runs WASI modules with `executor = { type = \"wagi\" }` and \
                        components that export `wasi:http/incoming-handler`";

/// A program that is compiled and linked.
#[derive(Clone)]
pub struct Program {
    kind: Kind,
    limits: Limits,
}

#[derive(Clone)]
enum Kind {
    Command(Command),
    Proxy(Proxy),
}

/// What a program sees beside the request.
#[derive(Clone, Debug)]
pub struct Surroundings {
    /// The folder that it sees as `/`; no one can write there. It exists as
    /// long as someone uses it.
    pub files: Arc<TempDir>,
    /// Its environment variables.
    pub environment: BTreeMap<String, String>,
}

impl Program {
    /// Instantiates the program once, which runs its start section.
    ///
    /// # Errors
    ///
    /// If that traps, takes too long or needs too much.
    pub async fn try_instantiate(&self, surroundings: &Surroundings) -> Result<(), RunError> {
        let trial = async {
            match &self.kind {
                Kind::Command(command) => command.instantiate(surroundings, self.limits).await,
                Kind::Proxy(proxy) => proxy.instantiate(surroundings, self.limits).await,
            }
        };
        self.in_time(trial).await
    }

    /// Answers a request.
    ///
    /// # Errors
    ///
    /// If the program traps, takes too long, needs too much or writes what is
    /// no response.
    pub async fn handle(
        &self,
        request: Request<Bytes>,
        route: &Route,
        client: SocketAddr,
        surroundings: &Surroundings,
    ) -> Result<Response<Body>, RunError> {
        match &self.kind {
            Kind::Command(command) => {
                let run = command.handle(request, route, client, surroundings, self.limits);
                let response = self.in_time(run).await?;
                Ok(response.map(whole))
            }
            Kind::Proxy(proxy) => {
                let request = with_spin_headers(request, route);
                proxy.handle(request, surroundings, self.limits).await
            }
        }
    }

    async fn in_time<T>(
        &self,
        run: impl Future<Output = Result<T, RunError>>,
    ) -> Result<T, RunError> {
        match tokio::time::timeout(self.limits.time, run).await {
            Ok(result) => result,
            Err(_) => Err(RunError::Time(self.limits.time)),
        }
    }
}

/// A program that did not answer.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RunError {
    /// It ended as one that failed.
    #[error("ended with the exit code {0}")]
    Exit(i32),
    /// What it is to see could not be given to it.
    #[error("could not be started: {0}")]
    Host(String),
    /// It said that it failed.
    #[error("answered with the error {0}")]
    Refused(String),
    /// It wrote something else than a response.
    #[error(transparent)]
    Response(#[from] wagi::ResponseError),
    /// It took too long.
    #[error("did not answer within {0:?}")]
    Time(Duration),
    /// It trapped.
    #[error("trapped: {0}")]
    Trap(String),
}

impl RunError {
    fn of(error: &wasmtime::Error) -> Self {
        if let Some(exit) = error.downcast_ref::<wasmtime_wasi::I32Exit>() {
            return Self::Exit(exit.0);
        }
        match error.downcast_ref::<wasmtime::Trap>() {
            Some(trap) => Self::Trap(trap.to_string().replace("wasm trap: ", "")),
            None => Self::Trap(cause(error)),
        }
    }
}

/// A body that is there as a whole.
pub fn whole(content: impl Into<Bytes>) -> Body {
    let body = http_body_util::Full::new(content.into());
    body.map_err(|never| match never {}).boxed_unsync()
}

/// The innermost error: the others only say where it was noticed.
fn cause(error: &wasmtime::Error) -> String {
    error.root_cause().to_string()
}

/// What the memories and tables of one store may still grow by, in bytes. Those of
/// `wasmtime` itself limit each of them by itself.
struct MemoryLimit {
    left: usize,
}

impl MemoryLimit {
    fn new(limits: Limits) -> Self {
        Self {
            left: limits.memory,
        }
    }

    fn take(&mut self, growth: Option<usize>) -> bool {
        let left = growth.and_then(|growth| self.left.checked_sub(growth));
        self.left = left.unwrap_or(self.left);
        left.is_some()
    }
}

/// How much more `desired` is, if no maximum is against it.
fn growth(current: usize, desired: usize, maximum: Option<usize>) -> Option<usize> {
    let allowed = maximum.is_none_or(|maximum| desired <= maximum);
    allowed.then(|| desired.saturating_sub(current))
}

impl ResourceLimiter for MemoryLimit {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        Ok(self.take(growth(current, desired, maximum)))
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        // No element is larger than a pointer.
        let elements = growth(current, desired, maximum);
        Ok(self.take(elements.and_then(|elements| elements.checked_mul(size_of::<usize>()))))
    }
}

/// Makes what runs in `store` let others run at each tick, so that it can be
/// given up as well.
fn interrupt<T>(store: &mut Store<T>) {
    store.set_epoch_deadline(1);
    store.epoch_deadline_callback(|_| Ok(UpdateDeadline::Yield(1)));
}

fn wasi(surroundings: &Surroundings) -> Result<WasiCtxBuilder, RunError> {
    let mut wasi = WasiCtxBuilder::new();
    let files: &Path = surroundings.files.path();
    wasi.inherit_stderr()
        .preopened_dir(files, "/", FsPerms::ReadOnly)
        .map_err(|error| RunError::Host(format!("{}: {}", files.display(), cause(&error))))?;
    for (name, value) in &surroundings.environment {
        wasi.env(name, value);
    }
    Ok(wasi)
}

/// The headers by which Spin tells a component about its route.
fn with_spin_headers(mut request: Request<Bytes>, route: &Route) -> Request<Bytes> {
    let path = request.uri().path().to_owned();
    let host = request.headers().get(hyper::header::HOST);
    let host = host.and_then(|host| host.to_str().ok());
    let host = host.unwrap_or("localhost").to_owned();
    let target = request.uri().path_and_query().map(ToString::to_string);
    let target = target.unwrap_or_else(|| path.clone());
    let mut headers = Vec::new();
    let mut header = |name: &str, value: &str| headers.push((name.to_owned(), value.to_owned()));
    header("spin-base-path", route.base());
    header("spin-component-route", route.raw_prefix());
    header("spin-full-url", &format!("http://{host}{target}"));
    header("spin-matched-route", route.full());
    header("spin-path-info", route.path_info(&path));
    header("spin-raw-component-route", route.raw());
    for (name, value) in route.parameters(&path) {
        let name = name.to_ascii_lowercase().replace('_', "-");
        header(&format!("spin-path-match-{name}"), value);
    }
    for (name, value) in headers {
        // A parameter may have a name that no header can have, which is then
        // only missing.
        if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), value.parse()) {
            request.headers_mut().insert(name, value);
        }
    }
    request
}
