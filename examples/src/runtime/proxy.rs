//! Components that export `wasi:http/incoming-handler`.

use std::sync::Arc;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::{Request, Response};
use tokio::sync::oneshot;
use wasmtime::Store;
use wasmtime::component::{Component, Linker, ResourceTable};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::p2::bindings::ProxyPre;
use wasmtime_wasi_http::p2::bindings::http::types::Scheme;
use wasmtime_wasi_http::{
    Error, RequestOptions, WasiBody, WasiHttpCtx, WasiHttpCtxView, WasiHttpHooks, WasiHttpView,
};

use super::{Body, Limits, LoadError, MemoryLimit, RunError, Surroundings, cause, interrupt};

/// A linked component.
#[derive(Clone)]
pub(super) struct Proxy {
    instance: ProxyPre<State>,
}

/// What a running component has.
pub(super) struct State {
    wasi: WasiCtx,
    http: WasiHttpCtx,
    table: ResourceTable,
    memory: MemoryLimit,
    no_network: NoNetwork,
}

impl Proxy {
    pub(super) fn link(linker: &Linker<State>, component: &Component) -> Result<Self, LoadError> {
        let instance = linker
            .instantiate_pre(component)
            .map_err(|error| LoadError::Link(cause(&error)))?;
        let instance =
            ProxyPre::new(instance).map_err(|error| LoadError::NoHandler(cause(&error)))?;
        Ok(Self { instance })
    }

    pub(super) async fn instantiate(
        &self,
        surroundings: &Surroundings,
        limits: Limits,
    ) -> Result<(), RunError> {
        let mut store = self.store(surroundings, limits)?;
        let instance = self.instance.instantiate_async(&mut store).await;
        instance.map(drop).map_err(|error| RunError::of(&error))
    }

    pub(super) async fn handle(
        &self,
        request: Request<Bytes>,
        surroundings: &Surroundings,
        limits: Limits,
    ) -> Result<Response<Body>, RunError> {
        let mut store = self.store(surroundings, limits)?;
        let (sender, receiver) = oneshot::channel();
        let request = request.map(|body| -> WasiBody {
            let body = Full::new(body).map_err(|never| match never {});
            body.boxed_unsync()
        });
        let http = |error: wasmtime::Error| RunError::Host(cause(&error));
        let mut view = store.data_mut().http();
        let request = view
            .new_incoming_request(Scheme::Http, request)
            .map_err(http)?;
        let out = view.new_response_outparam(sender).map_err(http)?;

        // The component goes on after its response has started: the body is
        // written meanwhile. It keeps its files until then.
        let instance = self.instance.clone();
        let files = Arc::clone(&surroundings.files);
        let run = tokio::spawn(async move {
            let run = async {
                let proxy = instance.instantiate_async(&mut store).await?;
                let handler = proxy.wasi_http_incoming_handler();
                handler.call_handle(&mut store, request, out).await
            };
            let result = tokio::time::timeout(limits.time, run).await;
            drop(files);
            match result {
                Ok(Ok(())) => Ok(()),
                Ok(Err(error)) => Err(RunError::of(&error)),
                Err(_) => Err(RunError::Time(limits.time)),
            }
        });
        match receiver.await {
            Ok(Ok(response)) => Ok(response.map(|body| body.map_err(Into::into).boxed_unsync())),
            Ok(Err(error)) => Err(RunError::Refused(error.to_string())),
            Err(_) => Err(match run.await {
                Ok(Err(error)) => error,
                Ok(Ok(())) => RunError::Refused("no response at all".to_owned()),
                Err(error) => RunError::Host(error.to_string()),
            }),
        }
    }

    fn store(&self, surroundings: &Surroundings, limits: Limits) -> Result<Store<State>, RunError> {
        let state = State {
            wasi: super::wasi(surroundings)?.build(),
            http: WasiHttpCtx::new(),
            table: ResourceTable::new(),
            memory: MemoryLimit::new(limits),
            no_network: NoNetwork,
        };
        let mut store = Store::new(self.instance.engine(), state);
        store.limiter(|state| &mut state.memory);
        interrupt(&mut store);
        Ok(store)
    }
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
    }
}

impl WasiHttpView for State {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView {
            ctx: &mut self.http,
            table: &mut self.table,
            hooks: &mut self.no_network,
        }
    }
}

/// Denies all requests that a component wants to send.
struct NoNetwork;

type Sent = (
    hyper::Response<WasiBody>,
    Box<dyn Future<Output = Result<(), Error>> + Send>,
);

impl WasiHttpHooks for NoNetwork {
    fn send_request(
        &mut self,
        _request: Request<WasiBody>,
        _options: Option<RequestOptions>,
        _finished: Box<dyn Future<Output = Result<(), Error>> + Send>,
    ) -> Box<dyn Future<Output = Result<Sent, Error>> + Send> {
        Box::new(async { Err(Error::HttpRequestDenied) })
    }
}
