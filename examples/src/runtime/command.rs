//! WASI modules that answer one request from their start to their end.

use std::net::SocketAddr;

use bytes::Bytes;
use hyper::{Request, Response};
use wasmtime::{ExternType, InstancePre, Linker, Module, Store};
use wasmtime_wasi::p1::WasiP1Ctx;
use wasmtime_wasi::p2::pipe::{MemoryInputPipe, MemoryOutputPipe};

use super::{Limits, LoadError, MemoryLimit, RunError, Surroundings, cause, interrupt, wagi};
use crate::routes::Route;

/// A linked module, and how its manifest wants it to be started.
#[derive(Clone)]
pub(super) struct Command {
    instance: InstancePre<State>,
    argv: String,
    entrypoint: String,
}

/// What a running module has.
pub(super) struct State {
    wasi: WasiP1Ctx,
    memory: MemoryLimit,
}

impl State {
    pub(super) fn wasi(&mut self) -> &mut WasiP1Ctx {
        &mut self.wasi
    }
}

impl Command {
    pub(super) fn link(
        linker: &Linker<State>,
        module: &Module,
        argv: String,
        entrypoint: String,
    ) -> Result<Self, LoadError> {
        let callable = match module.get_export(&entrypoint) {
            Some(ExternType::Func(function)) => {
                function.params().len() == 0 && function.results().len() == 0
            }
            _ => false,
        };
        if !callable {
            return Err(LoadError::NoEntrypoint(entrypoint));
        }
        let instance = linker
            .instantiate_pre(module)
            .map_err(|error| LoadError::Link(cause(&error)))?;
        Ok(Self {
            instance,
            argv,
            entrypoint,
        })
    }

    pub(super) async fn instantiate(
        &self,
        surroundings: &Surroundings,
        limits: Limits,
    ) -> Result<(), RunError> {
        let wasi = super::wasi(surroundings)?.build_p1();
        let mut store = self.store(wasi, limits);
        let instance = self.instance.instantiate_async(&mut store).await;
        instance.map(drop).map_err(|error| RunError::of(&error))
    }

    pub(super) async fn handle(
        &self,
        request: Request<Bytes>,
        route: &Route,
        client: SocketAddr,
        surroundings: &Surroundings,
        limits: Limits,
    ) -> Result<Response<Bytes>, RunError> {
        let (request, body) = request.into_parts();
        let output = MemoryOutputPipe::new(limits.memory);
        let mut wasi = super::wasi(surroundings)?;
        for (name, value) in wagi::environment(&request, &body, route, client) {
            wasi.env(name, value);
        }
        wasi.args(&wagi::arguments(&self.argv, &request))
            .stdin(MemoryInputPipe::new(body))
            .stdout(output.clone());
        let store = self.store(wasi.build_p1(), limits);
        match self.run(store).await {
            // Many languages end their programs so.
            Ok(()) | Err(RunError::Exit(0)) => Ok(wagi::response(&output.contents())?),
            Err(error) => Err(error),
        }
    }

    async fn run(&self, mut store: Store<State>) -> Result<(), RunError> {
        let run = async {
            let instance = self.instance.instantiate_async(&mut store).await?;
            let start = instance.get_typed_func::<(), ()>(&mut store, &self.entrypoint)?;
            start.call_async(&mut store, ()).await
        };
        run.await.map_err(|error| RunError::of(&error))
    }

    fn store(&self, wasi: WasiP1Ctx, limits: Limits) -> Store<State> {
        let memory = MemoryLimit::new(limits);
        let mut store = Store::new(self.instance.module().engine(), State { wasi, memory });
        store.limiter(|state| &mut state.memory);
        interrupt(&mut store);
        store
    }
}
