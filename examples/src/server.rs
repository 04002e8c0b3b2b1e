//! One address for all revisions of an application, whichever serves.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use revisions::{Instance, Routes};
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::application::{Running, text};
use crate::connections::{self, Bounds};
use crate::runtime::Body;

/// Where Spin's host says how it is.
pub const HEALTH_PATH: &str = "/.well-known/spin/health";

/// The largest body of a request, in bytes.
const MAX_BODY: usize = 8 << 20;

const BOUNDS: Bounds = Bounds {
    connections: 1024,
    grace: Duration::from_secs(10),
};

/// Which revisions get the requests. Copies are views of the same.
#[derive(Clone, Default)]
pub struct Traffic {
    table: Arc<RwLock<Option<Table>>>,
    requests: Arc<AtomicU64>,
}

struct Table {
    routes: Routes,
    running: Vec<(Instance, Arc<Running>)>,
}

impl Traffic {
    /// Sends all requests from now on as `routes` says; requests that are under
    /// way stay where they are.
    pub fn switch(&self, routes: Routes, running: Vec<(Instance, Arc<Running>)>) {
        let mut table = self.table.write().unwrap_or_else(PoisonError::into_inner);
        *table = Some(Table { routes, running });
    }

    /// What answers the next request.
    #[must_use]
    pub fn next(&self) -> Option<Arc<Running>> {
        let request = self.requests.fetch_add(1, Ordering::Relaxed);
        let table = self.table.read().unwrap_or_else(PoisonError::into_inner);
        let table = table.as_ref()?;
        // 61 has no factor in common with 100: the points of a hundred requests
        // are all different, and those of a few far apart.
        let chosen = table.routes.pick(request.wrapping_mul(61))?;
        let mut running = table.running.iter();
        let (_, running) = running.find(|(instance, _)| instance == chosen)?;
        Some(Arc::clone(running))
    }
}

/// Answers all connections until `stop` turns true or is dropped; then no more
/// are taken, and those that are there come to their end.
pub async fn serve(
    listener: TcpListener,
    traffic: Traffic,
    stop: watch::Receiver<bool>,
    log: impl Fn(&str) + Clone + Send + Sync + 'static,
) {
    let notice = log.clone();
    connections::accept(
        listener,
        stop,
        BOUNDS,
        notice,
        |stream, client, mut stop| {
            let (traffic, log) = (traffic.clone(), log.clone());
            async move {
                let service = service_fn(move |request| {
                    answer(traffic.clone(), request, client, log.clone())
                });
                let connection = http1::Builder::new()
                    .timer(TokioTimer::new())
                    .serve_connection(TokioIo::new(stream), service);
                let mut connection = std::pin::pin!(connection);
                // Clients that go away are no concern of the server's.
                tokio::select! {
                    _ = connection.as_mut() => return,
                    _ = stop.wait_for(|stop| *stop) => connection.as_mut().graceful_shutdown(),
                }
                let _ = connection.await;
            }
        },
    )
    .await;
}

async fn answer(
    traffic: Traffic,
    request: Request<Incoming>,
    client: SocketAddr,
    log: impl Fn(&str),
) -> Result<Response<Body>, Infallible> {
    // Chosen once: a request never sees two revisions.
    let Some(running) = traffic.next() else {
        return Ok(text(
            StatusCode::SERVICE_UNAVAILABLE,
            "nothing is deployed yet\n",
        ));
    };
    if request.uri().path() == HEALTH_PATH {
        return Ok(text(StatusCode::OK, "OK"));
    }
    let (parts, body) = request.into_parts();
    let body: Bytes = match Limited::new(body, MAX_BODY).collect().await {
        Ok(body) => body.to_bytes(),
        Err(error) if error.is::<http_body_util::LengthLimitError>() => {
            return Ok(text(
                StatusCode::PAYLOAD_TOO_LARGE,
                "the request is larger than 8 MiB\n",
            ));
        }
        Err(_) => return Ok(text(StatusCode::BAD_REQUEST, "the request broke off\n")),
    };
    let request = Request::from_parts(parts, body);
    Ok(running.handle(request, client, log).await)
}
