//! The server around a registry.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::Request;
use bindle_core::protocol::Prefix;
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use hyper::service::Service as _;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tower_http::timeout::TimeoutBody;

use super::answer::{Client, Service, router};
use super::{Access, Registry};
use crate::connections::{self, Bounds, Patient};

/// How long all the headers of a request may be, in bytes.
const MAX_HEADERS: u32 = 64 << 10;

/// How many requests one connection may have under way (HTTP/2).
const MAX_STREAMS: u32 = 64;

/// How long a server waits for what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    /// For the headers of a request, for more of its body, and for the client
    /// to take more of the answer.
    pub patience: Duration,
    /// For the requests that are under way when it is to stop.
    pub grace: Duration,
    /// Between two looks at the store for what other servers have put there.
    pub refresh: Duration,
}

/// A registry as an HTTP server, for HTTP/1.1 and HTTP/2 without TLS.
pub struct Server {
    registry: Arc<Registry>,
    router: Router,
}

impl Server {
    /// A server that has the endpoints of the protocol under `prefix`, and
    /// `/healthz` beside them.
    #[must_use]
    pub fn new(registry: Registry, access: Access, prefix: Prefix) -> Self {
        let registry = Arc::new(registry);
        let router = router(Service {
            registry: Arc::clone(&registry),
            access,
            prefix,
        });
        Self { registry, router }
    }

    /// Answers requests until `stop` turns true or is dropped. Then no more
    /// are taken, and those that are under way come to their end; gives how
    /// many connections did not within the time that they had.
    pub async fn run(
        self,
        listener: TcpListener,
        stop: watch::Receiver<bool>,
        timing: Timing,
        connections: usize,
    ) -> usize {
        let refreshing = tokio::spawn(refresh(Arc::clone(&self.registry), timing.refresh));
        let bounds = Bounds {
            connections,
            grace: timing.grace,
        };
        let log = |line: &str| tracing::warn!("{line}");
        let serve = |stream, client, mut stop: watch::Receiver<bool>| {
            let service = TowerToHyperService::new(self.router.clone());
            let stream = Patient::new(stream, timing.patience);
            let work = stream.work();
            let service = hyper::service::service_fn(move |mut request: Request<Incoming>| {
                let work = work();
                request.extensions_mut().insert(Client(client));
                // Until its answer has gone, silence is no fault of the client's,
                // unless it owes more of the body.
                let request = request.map(|body| TimeoutBody::new(timing.patience, body));
                let response = service.call(request);
                async move {
                    let response = response.await?;
                    Ok::<_, Infallible>(response.map(|body| {
                        body.map_frame(move |frame| {
                            let _under_way = &work;
                            frame
                        })
                    }))
                }
            });
            let stream = TokioIo::new(stream);
            async move {
                let builder = builder(timing.patience);
                let connection = builder.serve_connection(stream, service);
                let mut connection = std::pin::pin!(connection);
                let ended = tokio::select! {
                    ended = connection.as_mut() => Some(ended),
                    _ = stop.wait_for(|stop| *stop) => None,
                };
                let ended = match ended {
                    Some(ended) => ended,
                    None => {
                        connection.as_mut().graceful_shutdown();
                        connection.await
                    }
                };
                if let Err(error) = ended {
                    tracing::debug!(%client, error, "a connection broke");
                }
            }
        };
        let left = connections::accept(listener, stop, bounds, log, serve).await;
        refreshing.abort();
        left
    }
}

fn builder(patience: Duration) -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(patience)
        .max_buf_size(MAX_HEADERS as usize);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_header_list_size(MAX_HEADERS)
        .max_concurrent_streams(MAX_STREAMS);
    builder
}

async fn refresh(registry: Arc<Registry>, interval: Duration) {
    loop {
        tokio::time::sleep(interval).await;
        match registry.refresh().await {
            Ok(seen) => seen.log(),
            // The next look may find it well again.
            Err(error) => tracing::error!(%error, "the store could not be listed"),
        }
    }
}
