//! Connections in, HTTP/1.1 and HTTP/2 out: bounded in number, impatient with the slow, and ended gracefully.
//!
//! A plain connection on which a live stream was answered leaves here: a shard of the hub writes to the bare socket. Under TLS it stays,
//! and the stream is the body of its response (decision 0010).

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::Router;
use hyper::service::Service;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{Instant, Sleep, sleep, timeout};
use tower::ServiceExt;

use crate::http::peer::Connected;
use crate::shell::Shell;
use crate::tls::Tls;

/// A client has this long to send its request head: a page over a poor radio link takes two seconds.
const HEAD_TIME: Duration = Duration::from_secs(10);
/// A client that takes nothing for this long is gone: a stream sends a pulse more often.
const WRITE_TIME: Duration = Duration::from_secs(60);
/// Requests under way have this long to end when the server stops.
const STOP_TIME: Duration = Duration::from_secs(10);
/// Request heads above this are refused; ours are under 4 KB.
const HEAD_BYTES: usize = 32 * 1024;
/// Streams of one HTTP/2 connection: a page's parts, many times over.
const STREAMS: u32 = 128;
/// An HTTP/2 peer that has gone without a word is noticed within this.
const PING: Duration = Duration::from_secs(20);

/// Serves `app` on `listener` until `shell.stop()`, then lets requests under way end.
pub async fn serve(listener: TcpListener, app: Router, shell: Arc<Shell>) -> io::Result<()> {
    accept(listener, None, app, shell).await
}

/// As [`serve`], over TLS.
pub async fn serve_tls(listener: TcpListener, tls: Arc<Tls>, app: Router, shell: Arc<Shell>) -> io::Result<()> {
    accept(listener, Some(tls), app, shell).await
}

async fn accept(listener: TcpListener, tls: Option<Arc<Tls>>, app: Router, shell: Arc<Shell>) -> io::Result<()> {
    let places = Arc::new(Semaphore::new(shell.config.connections));
    let graceful = GracefulShutdown::new();
    let mut stopping = shell.stopping();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stopping.wait_for(|stop| *stop) => break,
        };
        let (stream, address) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of descriptors or a connection lost before it was taken: neither ends the server.
                tracing::warn!(%error, "a connection could not be accepted");
                sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        let Ok(place) = places.clone().try_acquire_owned() else {
            shell.metrics.turned_away.inc();
            continue;
        };
        let watcher = graceful.watcher();
        let (app, shell, tls) = (app.clone(), shell.clone(), tls.clone());
        tokio::spawn(async move {
            shell.metrics.connections.inc();
            let _ = stream.set_nodelay(true);
            let service = TowerToHyperService::new(with_address(app, address));
            match (tls, shell.hub()) {
                (Some(tls), _) => {
                    if let Some(stream) = tls.accept(Patient::new(stream)).await {
                        converse(stream, service, watcher).await;
                    }
                }
                (None, Some(hub)) if !may_be_http2(&stream).await => {
                    let mut stopping = shell.stopping();
                    let stop = async move {
                        let _ = stopping.wait_for(|stop| *stop).await;
                    };
                    live::connection(Patient::new(stream), Patient::release, hub, http1(), service, |_| {}, stop).await;
                }
                (None, _) => converse(Patient::new(stream), service, watcher).await,
            }
            shell.metrics.connections.dec();
            drop(place);
        });
    }
    drop(listener);
    let all = u32::try_from(shell.config.connections).unwrap_or(u32::MAX);
    let ended = async { tokio::join!(graceful.shutdown(), places.acquire_many(all)) };
    if timeout(STOP_TIME, ended).await.is_err() {
        tracing::warn!(seconds = STOP_TIME.as_secs(), "connections that had not ended were cut");
    }
    Ok(())
}

/// Answers what comes on one connection, HTTP/1.1 or HTTP/2.
async fn converse<I, S>(stream: I, service: S, watcher: Watcher)
where
    I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    S: Service<hyper::Request<hyper::body::Incoming>, Response = axum::response::Response, Error = Infallible> + Send,
    S::Future: Send + 'static,
{
    let builder = builder();
    let connection = builder.serve_connection(TokioIo::new(stream), service);
    if let Err(error) = watcher.watch(connection).await {
        tracing::debug!(error = %error, "a connection ended early");
    }
}

/// Ends `shell` at SIGTERM or Ctrl-C.
pub fn stop_on_signal(shell: &Arc<Shell>) -> io::Result<()> {
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    let shell = shell.clone();
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
        }
        tracing::info!("stopping: no new connections; requests under way are answered");
        shell.stop();
    });
    Ok(())
}

/// HTTP/2 without TLS begins with `PRI`; so might a rare method, which the other way serves as well.
async fn may_be_http2(stream: &TcpStream) -> bool {
    let mut first = [0; 2];
    // Who says nothing in time is turned away by the timeout of the head.
    matches!(timeout(HEAD_TIME, stream.peek(&mut first)).await, Ok(Ok(read)) if b"PR".starts_with(&first[..read]))
}

fn http1() -> hyper::server::conn::http1::Builder {
    let mut builder = hyper::server::conn::http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(HEAD_TIME).max_buf_size(HEAD_BYTES);
    builder
}

fn builder() -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEAD_TIME).max_buf_size(HEAD_BYTES);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS)
        .max_header_list_size(HEAD_BYTES as u32)
        .keep_alive_interval(PING)
        .keep_alive_timeout(PING);
    builder
}

fn with_address(
    app: Router,
    address: SocketAddr,
) -> impl tower::Service<
    hyper::Request<hyper::body::Incoming>,
    Response = axum::response::Response,
    Error = Infallible,
    Future: Send,
> + Clone {
    app.map_request(move |mut request: hyper::Request<hyper::body::Incoming>| {
        request.extensions_mut().insert(Connected(address));
        request.map(axum::body::Body::new)
    })
}

/// A connection that fails when a write has waited for [`WRITE_TIME`].
struct Patient {
    stream: TcpStream,
    waiting: Option<Pin<Box<Sleep>>>,
}

impl Patient {
    const fn new(stream: TcpStream) -> Self {
        Self { stream, waiting: None }
    }

    fn release(self) -> TcpStream {
        self.stream
    }

    fn in_time<T>(&mut self, cx: &mut Context<'_>, polled: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if polled.is_ready() {
            self.waiting = None;
            return polled;
        }
        let waiting =
            self.waiting.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(Instant::now() + WRITE_TIME)));
        ready!(waiting.as_mut().poll(cx));
        Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the client took nothing for a minute")))
    }
}

impl AsyncRead for Patient {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Patient {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.in_time(cx, polled)
    }
    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        self.in_time(cx, polled)
    }
    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }
    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
