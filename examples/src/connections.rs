//! Accepting connections until told to stop, and not waiting on them for ever.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
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
                // The end of an answer must not wait until its beginning is
                // acknowledged. Where it cannot be set, that is slow, not wrong.
                let _ = stream.set_nodelay(true);
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

/// A connection that fails when its client stalls: when it sends nothing though
/// nothing is being done for it, or takes nothing of what is sent to it.
pub struct Patient<S> {
    stream: S,
    patience: Duration,
    /// One more for all that is being done.
    work: Arc<()>,
    /// Since bytes went either way, or work ended.
    silence: Silence,
    /// Since bytes were taken, if some have to wait.
    refusal: Option<Silence>,
}

/// What is being done for the client of a [`Patient`] connection, which waits as
/// long as this is there.
#[derive(Clone, Debug)]
pub struct Work {
    _work: Arc<()>,
}

impl<S> Patient<S> {
    /// Has no more than `patience` with `stream`.
    pub fn new(stream: S, patience: Duration) -> Self {
        Self {
            stream,
            patience,
            work: Arc::new(()),
            silence: Silence::begin(patience),
            refusal: None,
        }
    }

    /// Makes [`Work`] for the client.
    pub fn work(&self) -> impl Fn() -> Option<Work> + Clone + Send + Sync + use<S> {
        let work = Arc::downgrade(&self.work);
        move || work.upgrade().map(|work| Work { _work: work })
    }

    fn written(
        &mut self,
        context: &mut Context<'_>,
        written: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        if written.is_ready() {
            self.silence.since = Instant::now();
            self.refusal = None;
            return written;
        }
        let begin = || Silence::begin(self.patience);
        let refusal = self.refusal.get_or_insert_with(begin);
        refusal.poll_end(context, self.patience).map(Err)
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Patient<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        let read = Pin::new(&mut this.stream).poll_read(context, buffer);
        if read.is_ready() || Arc::strong_count(&this.work) > 1 {
            this.silence.since = Instant::now();
        }
        if read.is_ready() {
            return read;
        }
        this.silence.poll_end(context, this.patience).map(Err)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Patient<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.written(context, written)
    }

    // Neither of these waits for the client.
    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, bytes);
        self.written(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

/// Time in which nothing moves.
struct Silence {
    since: Instant,
    wake: Pin<Box<Sleep>>,
}

impl Silence {
    fn begin(patience: Duration) -> Self {
        Self {
            since: Instant::now(),
            wake: Box::pin(tokio::time::sleep(patience)),
        }
    }

    /// Is ready when it has lasted too long.
    fn poll_end(&mut self, context: &mut Context<'_>, patience: Duration) -> Poll<io::Error> {
        // Set anew only when it rings, since something moves nearly always.
        while self.wake.as_mut().poll(context).is_ready() {
            let end = self.since + patience;
            if end <= Instant::now() {
                return Poll::Ready(io::ErrorKind::TimedOut.into());
            }
            self.wake.as_mut().reset(end);
        }
        Poll::Pending
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

    #[tokio::test]
    async fn flushing_nothing_is_no_movement() {
        let (_client, server) = duplex(16);
        let mut server = Patient::new(server, PATIENCE);
        let silent = async {
            loop {
                server.flush().await.unwrap();
                let read = tokio::time::timeout(PATIENCE / 4, server.read_u8());
                if let Ok(read) = read.await {
                    break read;
                }
            }
        };
        let left = tokio::time::timeout(60 * PATIENCE, silent).await;
        assert!(is_late(left.unwrap()));
    }

    #[tokio::test]
    async fn a_client_that_is_worked_for_may_be_silent() {
        let (_client, server) = duplex(16);
        let mut server = Patient::new(server, PATIENCE);
        let work = server.work()();
        let read = tokio::time::timeout(2 * PATIENCE, server.read_u8());
        assert!(read.await.is_err());
        drop(work);
        assert!(is_late(server.read_u8().await));
    }

    #[tokio::test]
    async fn a_client_that_takes_nothing_is_left_while_it_is_worked_for() {
        let (_client, server) = duplex(16);
        let mut server = Patient::new(server, PATIENCE);
        let _work = server.work()();
        assert!(is_late(server.write_all(&[0; 17]).await));
    }
}
