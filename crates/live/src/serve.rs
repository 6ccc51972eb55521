//! An accept loop that can let go: a connection that asks for the stream is answered by the ordinary router, with its ordinary checks, and then
//! taken out of the web server and given to a shard, which writes to the bare socket.
//!
//! The response says HTTP/1.0 and `Connection: close`, so the body ends with the connection and needs no chunks: one frame is one write.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hyper::body::{Body, Incoming};
use hyper::header::{CACHE_CONTROL, CONNECTION, CONTENT_TYPE, HeaderName, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper::{Method, Request, Response, Version};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};

use crate::hub::Epoch;
use crate::{Hub, JoinError, LiveBody, Viewer};

/// A client that has not sent its request head by now is closed: slow clients hold no connection.
const HEAD_PATIENCE: Duration = Duration::from_secs(10);
/// When accepting fails (no descriptors left), try again after this long instead of spinning.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// A graceful stop waits this long for answers under way.
const GRACE: Duration = Duration::from_secs(10);

/// An extension of every request that [`serve`] passes on: when it came, and the chance to take its connection over.
#[derive(Clone, Default)]
pub struct Seat(Arc<Mutex<Asked>>);

#[derive(Default)]
struct Asked {
    /// Before the session and its rights were looked up.
    as_of: Epoch,
    /// A stream can follow: HTTP/1.1 GET.
    free: bool,
    taken: Option<Viewer>,
}

impl Seat {
    fn lock(&self) -> MutexGuard<'_, Asked> {
        // Plain stores only; a panic cannot leave them half done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The response to `GET /live`, after sign-in and rights have been checked. With a seat (the request's extension) the connection goes to a shard;
/// without one the stream is the response's body. The response must not be compressed, buffered or given a length.
pub fn answer(hub: &Hub, viewer: Viewer, seat: Option<&Seat>) -> Result<Response<LiveBody>, JoinError> {
    let mut response = match seat.map(Seat::lock) {
        Some(mut asked) if asked.free => {
            hub.may_join(&viewer)?;
            asked.taken = Some(viewer);
            let mut response = Response::new(LiveBody::handed_over());
            *response.version_mut() = Version::HTTP_10;
            response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
            response
        }
        Some(asked) => Response::new(hub.join_as_of(viewer, asked.as_of)?),
        None => Response::new(hub.join(viewer)?),
    };
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // nginx buffers answers unless told not to.
    headers.insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    Ok(response)
}

/// Serves HTTP/1.1 until `stop` is ready, then finishes what is under way.
///
/// `prepare` sees every request before the service does: the place for the peer's address.
pub async fn serve<S, B>(
    listener: TcpListener,
    hub: Hub,
    service: S,
    prepare: impl Fn(&mut Request<Incoming>, SocketAddr) + Clone + Send + Unpin + 'static,
    stop: impl Future<Output = ()>,
) -> io::Result<()>
where
    S: Service<Request<Incoming>, Response = Response<B>> + Clone + Send + Unpin + 'static,
    S::Future: Send + 'static,
    S::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    B: Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let (stopping, stopped) = watch::channel(());
    let (busy, mut idle) = mpsc::channel::<()>(1);
    let mut stop = std::pin::pin!(stop);
    loop {
        let (socket, peer) = tokio::select! {
            () = &mut stop => break,
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(_) => {
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                    continue;
                }
            },
        };
        // Small answers must not wait for the client's acknowledgement; a socket that refuses the option still works.
        let _ = socket.set_nodelay(true);
        let prepare = prepare.clone();
        let mut stopped = stopped.clone();
        let connection = connection(
            socket,
            |socket| socket,
            hub.clone(),
            plain(),
            service.clone(),
            move |request| prepare(request, peer),
            async move {
                let _ = stopped.changed().await;
            },
        );
        let busy = busy.clone();
        tokio::spawn(async move {
            connection.await;
            drop(busy);
        });
    }
    drop(listener);
    hub.stop();
    drop((stopping, stopped, busy));
    // `None` comes when the last connection has dropped its end.
    let _ = tokio::time::timeout(GRACE, idle.recv()).await;
    Ok(())
}

/// HTTP/1.1 with patience for a request's head.
fn plain() -> http1::Builder {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD_PATIENCE);
    http
}

/// Serves one connection: for an accept loop of one's own. `release` gives the bare socket back from what was put around
/// it; a connection on which a stream was answered goes to a shard, any other ends when its client or `stop` ends it.
pub async fn connection<I, S, B>(
    io: I,
    release: impl FnOnce(I) -> TcpStream,
    hub: Hub,
    http: http1::Builder,
    service: S,
    prepare: impl Fn(&mut Request<Incoming>) + Send + Unpin,
    stop: impl Future<Output = ()>,
) where
    I: AsyncRead + AsyncWrite + Unpin + Send,
    S: Service<Request<Incoming>, Response = Response<B>> + Unpin,
    S::Future: Send + 'static,
    S::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    B: Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let seat = Seat::default();
    let (offered, lookout) = (seat.clone(), hub.clone());
    let call = service_fn(move |mut request: Request<Incoming>| -> Pin<Box<dyn Future<Output = _> + Send>> {
        prepare(&mut request);
        let free = request.method() == Method::GET && request.version() == Version::HTTP_11;
        *offered.lock() = Asked { as_of: lookout.epoch(), free, taken: None };
        request.extensions_mut().insert(offered.clone());
        Box::pin(service.call(request))
    });
    let mut http = http.serve_connection(TokioIo::new(io), call);
    let mut stop = std::pin::pin!(stop);
    let mut stopping = false;
    let ended = loop {
        tokio::select! {
            ended = std::future::poll_fn(|context| http.poll_without_shutdown(context)) => break ended,
            () = &mut stop, if !stopping => {
                stopping = true;
                Pin::new(&mut http).graceful_shutdown();
            }
        }
    };
    // A broken connection is the client's business; there is nobody left to tell.
    if ended.is_err() {
        return;
    }
    let mut socket = release(http.into_parts().io.into_inner());
    let asked = std::mem::take(&mut *seat.lock());
    match asked.taken {
        Some(viewer) => {
            if let Ok(socket) = socket.into_std() {
                // A hub that has stopped meanwhile closes the socket, which is what its reader would see anyway.
                let _ = hub.adopt(socket, viewer, asked.as_of);
            }
        }
        None => {
            let _ = tokio::io::AsyncWriteExt::shutdown(&mut socket).await;
        }
    }
}
