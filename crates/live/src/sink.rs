//! Where a viewer's bytes go: straight to a socket, or into the body of a response.

use std::convert::Infallible;
use std::io::{ErrorKind, Write};
use std::net::TcpStream;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use bytes::{Buf, Bytes};
use http_body::{Body, Frame, SizeHint};

pub(crate) enum Sink {
    /// A connection that was handed over after its response head: one system call a tick, no task, no buffer of ours.
    Socket(TcpStream),
    /// A response body of the web server (behind TLS, HTTP/2, or another accept loop).
    Body(BodySink),
}

/// What became of an offered block.
#[derive(Debug, PartialEq)]
pub(crate) enum Offered {
    Taken,
    /// Only a part fitted; the rest must be written before anything else.
    Rest(Bytes),
    Closed,
}

impl Sink {
    pub fn offer(&mut self, bytes: &Bytes) -> Offered {
        match self {
            Self::Socket(socket) => write(socket, bytes.clone()),
            Self::Body(body) => body.offer(bytes),
        }
    }

    /// Takes back what the reader has not fetched; true if there was something. What a socket has taken cannot be taken back.
    pub fn recall(&mut self) -> bool {
        match self {
            Self::Socket(_) => false,
            Self::Body(body) => lock(&body.0).bytes.take().is_some(),
        }
    }

    /// A last word as far as it fits, then closed by dropping.
    pub fn close_with(mut self, last: &Bytes) {
        let _ = match &mut self {
            Self::Socket(socket) => write(socket, last.clone()),
            Self::Body(body) => {
                lock(&body.0).bytes = None;
                body.offer(last)
            }
        };
    }
}

fn write(socket: &mut TcpStream, mut bytes: Bytes) -> Offered {
    while !bytes.is_empty() {
        match socket.write(&bytes) {
            Ok(0) => return Offered::Closed,
            Ok(count) => bytes.advance(count),
            Err(fault) if fault.kind() == ErrorKind::WouldBlock => return Offered::Rest(bytes),
            Err(fault) if fault.kind() == ErrorKind::Interrupted => {}
            Err(_) => return Offered::Closed,
        }
    }
    Offered::Taken
}

#[derive(Default)]
struct Slot {
    bytes: Option<Bytes>,
    waker: Option<Waker>,
    /// The writer is done: what is in the slot is the last.
    ended: bool,
    /// The reader is gone.
    dropped: bool,
}

fn lock(slot: &Mutex<Slot>) -> MutexGuard<'_, Slot> {
    // Nothing under this lock can panic half-way.
    slot.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(crate) struct BodySink(Arc<Mutex<Slot>>);

impl BodySink {
    fn offer(&self, bytes: &Bytes) -> Offered {
        let mut slot = lock(&self.0);
        if slot.dropped {
            return Offered::Closed;
        }
        if slot.bytes.is_some() {
            return Offered::Rest(bytes.clone());
        }
        slot.bytes = Some(bytes.clone());
        let waker = slot.waker.take();
        drop(slot);
        waker.into_iter().for_each(Waker::wake);
        Offered::Taken
    }
}

impl Drop for BodySink {
    fn drop(&mut self) {
        let mut slot = lock(&self.0);
        slot.ended = true;
        let waker = slot.waker.take();
        drop(slot);
        waker.into_iter().for_each(Waker::wake);
    }
}

/// The stream as the body of a response. It holds at most one block that was not fetched.
pub struct LiveBody(Option<Arc<Mutex<Slot>>>);

impl LiveBody {
    pub(crate) fn pair() -> (BodySink, Self) {
        let slot = Arc::new(Mutex::new(Slot::default()));
        (BodySink(slot.clone()), Self(Some(slot)))
    }

    /// A body of unknown length that ends at once: the head goes out, and the connection goes to a shard.
    pub(crate) fn handed_over() -> Self {
        Self(None)
    }
}

impl Body for LiveBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let Some(slot) = &self.0 else { return Poll::Ready(None) };
        let mut slot = lock(slot);
        match slot.bytes.take() {
            Some(bytes) => Poll::Ready(Some(Ok(Frame::data(bytes)))),
            None if slot.ended => Poll::Ready(None),
            None => {
                slot.waker = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        false
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::default()
    }
}

impl Drop for LiveBody {
    fn drop(&mut self) {
        if let Some(slot) = &self.0 {
            let mut slot = lock(slot);
            slot.dropped = true;
            slot.bytes = None;
        }
    }
}
