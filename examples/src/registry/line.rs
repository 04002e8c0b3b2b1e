//! One line in the log for each request, when its answer has gone out.

use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Instant;

use axum::body::{Body, Bytes, HttpBody};
use axum::http::{Method, StatusCode, Uri};
use hyper::body::{Frame, SizeHint};

/// What is told of a request.
pub(super) struct Line {
    pub(super) client: SocketAddr,
    pub(super) method: Method,
    pub(super) uri: Uri,
    pub(super) start: Instant,
    pub(super) status: StatusCode,
    /// Why it was refused; empty if it was not.
    pub(super) error: String,
}

impl Line {
    fn write(&self, sent: u64, broken: Option<&str>) {
        let Self { client, method, .. } = self;
        let path = self.uri.path_and_query().map_or("", |path| path.as_str());
        let status = self.status.as_u16();
        let time_us = u64::try_from(self.start.elapsed().as_micros()).unwrap_or(u64::MAX);
        let error = broken.unwrap_or(&self.error);
        // One macro for each case: an empty field is still a field.
        if self.status.is_server_error() || broken.is_some() {
            tracing::error!(%client, %method, path, status, sent, time_us, error);
        } else if error.is_empty() {
            tracing::info!(%client, %method, path, status, sent, time_us);
        } else {
            tracing::info!(%client, %method, path, status, sent, time_us, error);
        }
    }
}

/// The body of an answer, which writes the line when it has come to its end,
/// or when nobody wants the rest of it.
pub(super) struct Told {
    body: Body,
    line: Line,
    sent: u64,
    /// Bytes that are to come.
    announced: u64,
    broken: Option<String>,
}

impl Told {
    /// A body of `length` bytes, as far as the client wants a body at all.
    pub(super) fn new(body: Body, length: u64, line: Line) -> Self {
        let announced = if line.method == Method::HEAD {
            0
        } else {
            length
        };
        Self {
            body,
            line,
            sent: 0,
            announced,
            broken: None,
        }
    }
}

impl HttpBody for Told {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(context);
        match &frame {
            Poll::Ready(Some(Ok(frame))) => {
                self.sent += frame.data_ref().map_or(0, Bytes::len) as u64;
            }
            Poll::Ready(Some(Err(error))) => self.broken = Some(error.to_string()),
            _ => {}
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Told {
    fn drop(&mut self) {
        let broken = match &self.broken {
            None if self.sent < self.announced => Some("the client went away"),
            broken => broken.as_deref(),
        };
        self.line.write(self.sent, broken);
    }
}
