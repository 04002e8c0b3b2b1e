//! From a request to its answer.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::State;
use axum::http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, EXPECT, WWW_AUTHENTICATE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode};
use axum::routing::{Router, get};
use bindle_core::protocol::{self, Format, Prefix, Request as Asked, Resource, Status};
use bytes::Bytes;
use futures::TryStreamExt as _;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};

use super::Registry;
use super::access::{Access, Refused};
use super::failure::Failure;
use super::line::{Line, Told};
use crate::process;

/// How much of a body is read on after it was refused, so that clients come to
/// read why.
const READ_ON: usize = 1 << 20;

/// For how long it is.
const READ_ON_TIME: Duration = Duration::from_secs(2);

/// A registry, and who gets what of it.
pub(super) struct Service {
    pub(super) registry: Arc<Registry>,
    pub(super) access: Access,
    pub(super) prefix: Prefix,
}

/// Who is at the other end of a connection.
#[derive(Clone, Copy, Debug)]
pub(super) struct Client(pub(super) SocketAddr);

pub(super) fn router(service: Service) -> Router {
    Router::new()
        .route("/healthz", get(|| async { "OK\n" }))
        // The protocol knows its paths itself.
        .fallback(answer)
        .with_state(Arc::new(service))
}

async fn answer(State(service): State<Arc<Service>>, request: Request<Body>) -> Response<Body> {
    let start = Instant::now();
    let (parts, body) = request.into_parts();
    let format = Format::accepted(text(&parts.headers, &ACCEPT));
    let mut line = Line {
        client: parts
            .extensions
            .get()
            .map_or_else(unknown, |Client(client)| *client),
        method: parts.method.clone(),
        uri: parts.uri.clone(),
        start,
        status: StatusCode::OK,
        error: String::new(),
    };
    let answered = service.answer(&parts, body, format).await;
    let (answer, content) = answered.unwrap_or_else(|failure| {
        let answer = failure.response(format);
        line.error = failure.to_string();
        (answer, None)
    });

    line.status = answer.status().into();
    let length = answer.content_length();
    let mut response = Response::from(answer);
    if line.status == StatusCode::UNAUTHORIZED {
        let headers = response.headers_mut();
        headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response.map(|document| {
        let body = content.unwrap_or_else(|| document.into());
        Body::new(Told::new(body, length, line))
    })
}

fn unknown() -> SocketAddr {
    SocketAddr::from(([0, 0, 0, 0], 0))
}

/// The value of a header; empty if there is none, or none that is text.
fn text<'h>(headers: &'h HeaderMap, name: &HeaderName) -> &'h str {
    let value = headers.get(name);
    value
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}

/// An answer, and the content that is its body if that is a parcel's.
type Answer = (protocol::Response, Option<Body>);

impl Service {
    async fn answer(&self, parts: &Parts, body: Body, format: Format) -> Result<Answer, Failure> {
        let method = parts.method.as_str();
        let query = parts.uri.query().unwrap_or_default();
        let asked = match Asked::read(&self.prefix, method, parts.uri.path(), query) {
            Ok(asked) => asked,
            Err(error) => {
                read_on(parts, body).await;
                return Err(error.into());
            }
        };
        match asked {
            Asked::Get(resource) => self.give(resource, format).await,
            Asked::Head(resource) => {
                let (answer, _) = self.give(resource, format).await?;
                Ok((answer.without_body(), None))
            }
            write => {
                let mut body = body;
                let written = match self.access.admit(parts.headers.get(AUTHORIZATION)) {
                    Ok(()) => self.write(write, parts, &mut body, format).await,
                    Err(refused) => Err(Refused::into(refused)),
                };
                if written.is_err() {
                    read_on(parts, body).await;
                }
                Ok((written?, None))
            }
        }
    }

    async fn give(&self, resource: Resource, format: Format) -> Result<Answer, Failure> {
        let answer = match resource {
            Resource::Invoice { id, yanked } => {
                let invoice = self.registry.invoice(&id, yanked).await?;
                protocol::Response::invoice(&invoice, format)
            }
            Resource::Keys { roles } => {
                protocol::Response::keys(&self.registry.keys(roles), format)
            }
            Resource::Matches(query) => {
                let (matches, invoices) = self.registry.matches(&query, now()?).await?;
                let matches = matches.with_hits(invoices.iter().collect());
                protocol::Response::matches(&matches, format)
            }
            Resource::Missing { id } => {
                let missing = self.registry.missing(&id).await?;
                protocol::Response::missing(&missing, format)
            }
            Resource::Parcel { id, digest, yanked } => {
                let label = self.registry.label(&id, &digest, yanked).await?;
                let content = self.registry.content(&label).await?;
                let content = Some(Body::from_stream(content));
                return Ok((protocol::Response::parcel(&label), content));
            }
            _ => return Err(unimplemented_request()),
        };
        Ok((answer, None))
    }

    async fn write(
        &self,
        asked: Asked,
        parts: &Parts,
        body: &mut Body,
        format: Format,
    ) -> Result<protocol::Response, Failure> {
        match asked {
            Asked::Create => {
                let written = Format::of_content(text(&parts.headers, &CONTENT_TYPE))?;
                let body = whole(body, self.registry.sizes.invoice).await?;
                let (invoice, missing) = self.registry.create(body, written, now()?).await?;
                Ok(protocol::Response::created(&invoice, &missing, format))
            }
            Asked::Upload { id, digest } => {
                let content = body.into_data_stream().map_err(std::io::Error::other);
                self.registry.upload(&id, &digest, content).await?;
                Ok(protocol::Response::uploaded(format))
            }
            Asked::Yank { id } => {
                self.registry.yank(&id, now()?).await?;
                Ok(protocol::Response::yanked(format))
            }
            _ => Err(unimplemented_request()),
        }
    }
}

fn now() -> Result<bindle_core::UnixTime, Failure> {
    process::now().map_err(Failure::internal)
}

/// What the protocol may come to have one day.
fn unimplemented_request() -> Failure {
    let message = "this registry does not have that";
    Failure::Here(Status::NOT_FOUND, message.to_owned())
}

/// The whole of a body.
async fn whole(body: &mut Body, most: usize) -> Result<Bytes, Failure> {
    match Limited::new(body, most).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => {
            let message = format!("the invoice is larger than {most} bytes");
            Err(Failure::Here(Status::CONTENT_TOO_LARGE, message))
        }
        Err(_) => {
            let message = "the invoice broke off".to_owned();
            Err(Failure::Here(Status::BAD_REQUEST, message))
        }
    }
}

/// Reads on in a body that nobody wants: clients that are busy sending would
/// otherwise see the connection break instead of the answer. Those that wait to
/// be told to go on send nothing.
async fn read_on(parts: &Parts, mut body: Body) {
    if parts.headers.contains_key(EXPECT) {
        return;
    }
    let read = async {
        let mut read = 0;
        while let Some(Ok(frame)) = body.frame().await {
            read += frame.data_ref().map_or(0, Bytes::len);
            if read > READ_ON {
                break;
            }
        }
    };
    let _ = tokio::time::timeout(READ_ON_TIME, read).await;
}
