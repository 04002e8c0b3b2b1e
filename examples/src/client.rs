//! A client of registries over HTTP.

use std::time::Duration;

use bindle_core::protocol::{ParsePrefixError, Prefix, Request, Resource, Status};
use bindle_core::registry::{Payload, Pull, PullError, Push, PushError};
use bindle_core::{Digest, Label};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use hyper::{Response, Uri};
use hyper_util::client::legacy::Client as Http;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use thiserror::Error;
use url::Url;

/// How long connections are kept that nobody needs.
const IDLE: Duration = Duration::from_secs(10);

/// A client of the registry at some URL. Copies share their connections.
#[derive(Clone, Debug)]
pub struct Client {
    http: Http<HttpConnector, Full<Bytes>>,
    /// The URL without its path.
    origin: String,
    prefix: Prefix,
    token: Option<HeaderValue>,
}

impl Client {
    /// A client of the registry whose endpoints are under a URL such as
    /// `http://127.0.0.1:8080/v1`.
    ///
    /// # Errors
    ///
    /// A URL that is not one of `http`, or whose path is not a prefix.
    pub fn new(url: &str) -> Result<Self, ClientError> {
        let malformed = |reason: &str| ClientError::Url {
            url: url.to_owned(),
            reason: reason.to_owned(),
        };
        let parsed = Url::parse(url).map_err(|error| malformed(&error.to_string()))?;
        if parsed.scheme() != "http" {
            return Err(malformed("only `http` is understood"));
        }
        let prefix = parsed.path().parse();
        let prefix = prefix.map_err(|error: ParsePrefixError| malformed(&error.to_string()))?;
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        let http = Http::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE)
            .build(connector);
        Ok(Self {
            http,
            origin: parsed.origin().ascii_serialization(),
            prefix,
            token: None,
        })
    }

    /// Sends `token` with all requests.
    ///
    /// # Errors
    ///
    /// A token that a header cannot carry.
    pub fn with_token(mut self, token: &str) -> Result<Self, ClientError> {
        let header = HeaderValue::from_str(&format!("Bearer {token}"));
        let mut header = header.map_err(|_| ClientError::Token)?;
        header.set_sensitive(true);
        self.token = Some(header);
        Ok(self)
    }

    /// Sends a request, and gives the answer as soon as its head is there.
    ///
    /// # Errors
    ///
    /// If no answer comes.
    pub async fn begin(
        &self,
        request: &Request,
        body: Bytes,
    ) -> Result<Response<Incoming>, ClientError> {
        let target = request.target(&self.prefix);
        let broken = |error: &dyn std::error::Error| {
            let mut reason = error.to_string();
            // The outer one says only that it was a client's.
            if let Some(source) = error.source() {
                reason = format!("{reason}: {source}");
            }
            ClientError::Broken(reason)
        };
        let uri = Uri::try_from(format!("{}{target}", self.origin));
        let uri = uri.map_err(|error| broken(&error))?;
        let mut sent = hyper::Request::builder().method(target.method()).uri(uri);
        if let Some(token) = &self.token {
            sent = sent.header(AUTHORIZATION, token);
        }
        if matches!(request, Request::Create) {
            sent = sent.header(CONTENT_TYPE, "application/toml");
        }
        let sent = sent.body(Full::new(body)).map_err(|error| broken(&error))?;
        let answer = self.http.request(sent).await;
        answer.map_err(|error| broken(&error))
    }

    /// Sends a request, and gives the whole answer.
    ///
    /// # Errors
    ///
    /// If no answer comes, or it breaks off.
    pub async fn send(
        &self,
        request: &Request,
        body: Bytes,
    ) -> Result<(Status, Bytes), ClientError> {
        let answer = self.begin(request, body).await?;
        let status = answer.status().into();
        let body = answer.into_body().collect().await;
        let body = body.map_err(|error| ClientError::Broken(error.to_string()))?;
        Ok((status, body.to_bytes()))
    }

    /// Brings a bindle to the registry; `content` gives that of its parcels, as
    /// far as they are there. A push that failed can go on with the same
    /// arguments.
    ///
    /// # Errors
    ///
    /// If the registry does not answer, or not as it should.
    pub async fn push(
        &self,
        push: &mut Push,
        content: impl Fn(&Label) -> Option<Bytes>,
    ) -> Result<(), TransferError<PushError>> {
        while let Some((ticket, request, payload)) = push.poll_request() {
            let body = match payload {
                Payload::Invoice(text) => text.into(),
                Payload::Parcel(label) => match content(&label) {
                    Some(content) => content,
                    None => {
                        push.handle_absent(ticket)?;
                        continue;
                    }
                },
                _ => Bytes::new(),
            };
            match self.send(&request, body).await {
                Ok((status, body)) => push.handle_response(ticket, status, &body)?,
                Err(error) => {
                    push.handle_failure(ticket)?;
                    return Err(error.into());
                }
            }
        }
        Ok(())
    }

    /// Gets a bindle from the registry; `take` takes the content of its parcels,
    /// each of which was checked. A pull that failed can go on with the same
    /// arguments.
    ///
    /// # Errors
    ///
    /// If the registry does not answer, or not as it should, or what comes is
    /// not trustworthy.
    pub async fn pull(
        &self,
        pull: &mut Pull,
        mut take: impl FnMut(Digest, Bytes),
    ) -> Result<(), TransferError<PullError>> {
        while let Some((ticket, request)) = pull.poll_request() {
            match self.send(&request, Bytes::new()).await {
                Ok((status, body)) => {
                    pull.handle_response(ticket, status, &body)?;
                    if let Request::Get(Resource::Parcel { digest, .. }) = request {
                        take(digest, body);
                    }
                }
                Err(error) => {
                    pull.handle_failure(ticket)?;
                    return Err(error.into());
                }
            }
        }
        Ok(())
    }
}

/// Why a bindle did not get through.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TransferError<E> {
    /// There was no answer. To go on may help.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The answer is not what it should be.
    #[error(transparent)]
    Protocol(E),
}

impl From<PushError> for TransferError<PushError> {
    fn from(error: PushError) -> Self {
        Self::Protocol(error)
    }
}

impl From<PullError> for TransferError<PullError> {
    fn from(error: PullError) -> Self {
        Self::Protocol(error)
    }
}

/// Why a client does not get on.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ClientError {
    /// The connection.
    #[error("the registry could not be asked: {0}")]
    Broken(String),
    /// The token.
    #[error("the token has a character that a header cannot carry")]
    Token,
    /// The URL of the registry.
    #[error("{url:?} is not a URL of a registry: {reason}")]
    Url {
        /// The URL.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_checked() {
        for url in [
            "http://127.0.0.1:8080/v1",
            "http://example.com",
            "http://example.com/",
        ] {
            assert!(Client::new(url).is_ok(), "{url}");
        }
        for (url, reason) in [
            ("https://example.com/v1", "only `http` is understood"),
            ("example.com", "relative URL without a base"),
            ("http://example.com/a//b", "is empty"),
        ] {
            let error = Client::new(url).unwrap_err().to_string();
            assert!(error.contains(reason), "{error}");
        }
        let client = Client::new("http://example.com").unwrap();
        assert_eq!(client.with_token("a\nb").unwrap_err(), ClientError::Token);
    }
}
