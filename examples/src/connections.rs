//! Accepting connections until told to stop, and not waiting on them for ever.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, Sleep};

/// How much a server puts up with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// How many connections it has at once. More wait until one of these ends.
    pub connections: usize,
    /// How long they have to come to their end when it stops.
    pub grace: Duration,
}

/// Lets `serve` answer all connections until `stop` turns true or is dropped.
/// Then no more are taken; those that are there come to their end, and the
/// number of those that did not in time is returned.
///
/// `serve` gets `stop` as well, to end what it can end early.
pub async fn accept<S, F>(
    listener: TcpListener,
    mut stop: watch::Receiver<bool>,
    bounds: Bounds,
    log: impl Fn(&str),
    serve: S,
) -> usize
where
    S: Fn(TcpStream, SocketAddr, watch::Receiver<bool>) -> F,
    F: Future<Output = ()> + Send + 'static,
{
    let mut connections = JoinSet::new();
    loop {
        let accepted = async {
            if connections.len() >= bounds.connections {
                connections.join_next().await;
            }
            listener.accept().await
        };
        let accepted = tokio::select! {
            accepted = accepted => accepted,
            _ = stop.wait_for(|stop| *stop) => break,
        };
        match accepted {
            Ok((stream, client)) => {
                connections.spawn(serve(stream, client, stop.clone()));
            }
            Err(error) => {
                // Of one connection, or too many open files: both pass.
                log(&format!("a connection was not accepted: {error}"));
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
        while connections.try_join_next().is_some() {}
    }
    drop(listener);
    let ended = async { while connections.join_next().await.is_some() {} };
    let _ = tokio::time::timeout(bounds.grace, ended).await;
    connections.len()
}

/// A connection that fails when for some time nothing could be read from it or
/// written to it, so that clients that stall do not hold it for ever.
pub struct Patient<S> {
    stream: S,
    patience: Duration,
    moved: Instant,
    wake: Pin<Box<Sleep>>,
}

impl<S> Patient<S> {
    /// Has no more than `patience` with `stream`.
    pub fn new(stream: S, patience: Duration) -> Self {
        Self {
            stream,
            patience,
            moved: Instant::now(),
            wake: Box::pin(tokio::time::sleep(patience)),
        }
    }

    /// Passes on what the stream says, unless it has said nothing for too long.
    fn watch<T>(
        &mut self,
        context: &mut Context<'_>,
        said: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if said.is_ready() {
            self.moved = Instant::now();
            return said;
        }
        // Set anew only when it rings, since something moves nearly always.
        while self.wake.as_mut().poll(context).is_ready() {
            let end = self.moved + self.patience;
            if end <= Instant::now() {
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
            self.wake.as_mut().reset(end);
        }
        Poll::Pending
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Patient<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        self.watch(context, read)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Patient<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.watch(context, written)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(context);
        self.watch(context, flushed)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let shut = Pin::new(&mut self.stream).poll_shutdown(context);
        self.watch(context, shut)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, bytes);
        self.watch(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(1);

    fn is_late<T: std::fmt::Debug>(result: io::Result<T>) -> bool {
        result.is_err_and(|error| error.kind() == io::ErrorKind::TimedOut)
    }

    #[tokio::test]
    async fn a_silent_client_is_left() {
        let (mut client, server) = duplex(16);
        let mut server = Patient::new(server, PATIENCE);
        client.write_all(b"abc").await.unwrap();
        let mut buffer = [0; 16];
        assert_eq!(server.read(&mut buffer).await.unwrap(), 3);
        assert!(is_late(server.read(&mut buffer).await));
    }

    #[tokio::test]
    async fn a_client_that_takes_nothing_is_left() {
        let (_client, server) = duplex(16);
        let mut server = Patient::new(server, PATIENCE);
        assert!(is_late(server.write_all(&[0; 17]).await));
    }

    #[tokio::test]
    async fn a_slow_client_is_not() {
        let (mut client, server) = duplex(16);
        let mut server = Patient::new(server, PATIENCE);
        let write = async {
            for _ in 0..6 {
                tokio::time::sleep(PATIENCE / 3).await;
                client.write_all(b"a").await.unwrap();
            }
            drop(client);
        };
        let mut text = String::new();
        let (read, ()) = tokio::join!(server.read_to_string(&mut text), write);
        assert_eq!(read.unwrap(), 6);
    }
}
