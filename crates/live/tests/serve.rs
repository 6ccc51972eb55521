//! The stream over real sockets: handed over from the web server, ended, revised, and read slowly.

use std::convert::Infallible;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use http_body_util::{BodyExt, Full, combinators::BoxBody};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use live::{FragmentKey, Hub, Pulse, Seat, Viewer, Views};
use tokio::net::TcpListener;

/// A test that waits this long has failed; nothing is timed by it.
const LOST: Duration = Duration::from_secs(20);

struct Server {
    hub: Hub,
    address: SocketAddr,
    count: Arc<AtomicU64>,
    stop: Option<tokio::sync::oneshot::Sender<()>>,
    done: mpsc::Receiver<()>,
}

/// `GET /live?1` opens a stream for session 1; anything else is answered with "board".
fn start(size: usize) -> Server {
    let count = Arc::new(AtomicU64::new(0));
    let state = count.clone();
    let hub = Hub::start(Views {
        render: Box::new(move |keys| {
            let now = state.load(Ordering::SeqCst);
            keys.iter()
                .map(|key| {
                    Some(format!("<p id={} data-grants={}>{now}</p>{}", key.fragment, key.grants, "x".repeat(size)))
                })
                .collect()
        }),
        at: Box::new(|| "{}".into()),
    });
    let (stop, stopped) = tokio::sync::oneshot::channel();
    let (tell, address) = mpsc::channel();
    let (finished, done) = mpsc::channel();
    let serving = hub.clone();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async move {
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
            tell.send(listener.local_addr().expect("bound")).expect("the test waits");
            let hub = serving.clone();
            let service = service_fn(move |request: Request<Incoming>| {
                let hub = hub.clone();
                async move { Ok::<_, Infallible>(route(&hub, &request)) }
            });
            let stop = async { stopped.await.unwrap_or(()) };
            live::serve(listener, serving, service, |_, _| {}, stop).await.expect("served");
        });
        finished.send(()).expect("the test waits");
    });
    Server { hub, address: address.recv_timeout(LOST).expect("listening"), count, stop: Some(stop), done }
}

fn route(hub: &Hub, request: &Request<Incoming>) -> Response<BoxBody<Bytes, Infallible>> {
    let Some(session) = request.uri().query().and_then(|query| query.parse().ok()) else {
        return Response::new(Full::new(Bytes::from_static(b"board")).boxed());
    };
    let set = [key("log", 0), key("top", 0)].into_iter().collect();
    let viewer = Viewer { session, set, have: Vec::new(), refused: Vec::new(), pulse: Pulse::Second };
    match live::answer(hub, viewer, request.extensions().get::<Seat>()) {
        Ok(response) => response.map(BodyExt::boxed),
        Err(fault) => {
            let mut response = Response::new(Full::new(Bytes::from(fault.to_string())).boxed());
            *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
            response
        }
    }
}

fn key(fragment: &str, grants: u128) -> FragmentKey {
    FragmentKey { fragment: fragment.into(), grants, language: 0 }
}

impl Server {
    fn change(&self) {
        self.count.fetch_add(1, Ordering::SeqCst);
        self.hub.dirty_now(["log"]);
    }

    fn ask(&self, request: &str) -> BufReader<TcpStream> {
        let mut socket = TcpStream::connect(self.address).expect("the server listens");
        socket.set_read_timeout(Some(LOST)).expect("a socket");
        socket.write_all(request.as_bytes()).expect("sent");
        BufReader::new(socket)
    }
}

fn head(reader: &mut BufReader<TcpStream>) -> String {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        assert_ne!(reader.read_line(&mut head).expect("the head of an answer"), 0, "closed after {head:?}");
    }
    head
}

/// Reads until a line has `wanted` in it.
fn until(reader: &mut BufReader<TcpStream>, wanted: &str) {
    let mut line = String::new();
    while !line.contains(wanted) {
        line.clear();
        assert_ne!(reader.read_line(&mut line).expect("a line"), 0, "closed before {wanted:?}");
    }
}

#[test]
fn a_stream_on_a_connection_that_was_used_before_is_handed_over() {
    let server = start(0);
    let mut reader = server.ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    assert!(head(&mut reader).starts_with("HTTP/1.1 200"));
    let mut body = [0; 5];
    reader.read_exact(&mut body).expect("the page");
    assert_eq!(&body, b"board");

    reader.get_mut().write_all(b"GET /live?1 HTTP/1.1\r\nHost: a\r\n\r\n").expect("sent");
    let head = head(&mut reader).to_lowercase();
    assert!(head.starts_with("http/1.0 200"), "{head}");
    assert!(
        head.contains("content-type: text/event-stream")
            && !head.contains("content-length")
            && !head.contains("chunked"),
        "{head}"
    );
    until(&mut reader, ">0</p>");
    server.change();
    until(&mut reader, ">1</p>");
}

#[test]
fn an_http_1_0_client_gets_the_same_stream_as_a_body() {
    let server = start(0);
    let mut reader = server.ask("GET /live?1 HTTP/1.0\r\nHost: a\r\n\r\n");
    head(&mut reader);
    until(&mut reader, ">0</p>");
    server.change();
    until(&mut reader, ">1</p>");
}

#[test]
fn a_signed_out_session_is_told_and_the_connection_closes() {
    let server = start(0);
    let (mut mine, mut other) =
        (server.ask("GET /live?1 HTTP/1.1\r\nHost: a\r\n\r\n"), server.ask("GET /live?2 HTTP/1.1\r\nHost: a\r\n\r\n"));
    until(&mut mine, ">0</p>");
    until(&mut other, ">0</p>");
    server.hub.end(1);
    server.change();
    let mut rest = String::new();
    mine.read_to_string(&mut rest).expect("closed in order");
    assert!(rest.ends_with("event: end\ndata: {}\n\n") && !rest.contains(">1</p>"), "{rest}");
    until(&mut other, ">1</p>");
}

#[test]
fn revised_rights_show_on_the_open_stream() {
    let server = start(0);
    let mut reader = server.ask("GET /live?1 HTTP/1.1\r\nHost: a\r\n\r\n");
    until(&mut reader, "data-grants=0");
    server.hub.revise(1, |old| (&*old.fragment == "log").then(|| key("log", 3)));
    until(&mut reader, "{\"id\":\"top\"}");
    until(&mut reader, "data-grants=3");
}

#[test]
fn a_slow_reader_costs_a_bounded_amount_and_ends_with_the_present() {
    let server = start(60_000);
    let mut slow = server.ask("GET /live?1 HTTP/1.1\r\nHost: a\r\n\r\n");
    until(&mut slow, ">0</p>");
    // A second viewer reads along, so that each state is known to have been sent before the next one is made.
    let mut quick = server.ask("GET /live?2 HTTP/1.1\r\nHost: a\r\n\r\n");
    until(&mut quick, ">0</p>");
    let changes = 400;
    for number in 1..=changes {
        server.change();
        until(&mut quick, &format!(">{number}</p>"));
    }
    let (mut line, mut bytes) = (String::new(), 0);
    while !line.contains(&format!(">{changes}</p>")) {
        line.clear();
        bytes += slow.read_line(&mut line).expect("a line");
    }
    // All states would be 400 × 60 kB = 24 MB; what the kernel's two buffers hold on loopback is a few.
    assert!(bytes < 12_000_000, "{bytes} bytes were kept for a slow reader");
}

#[test]
fn a_stop_closes_streams_and_refuses_new_ones() {
    let mut server = start(0);
    let mut reader = server.ask("GET /live?1 HTTP/1.1\r\nHost: a\r\n\r\n");
    until(&mut reader, ">0</p>");
    server.stop.take().expect("once").send(()).expect("serving");
    let mut rest = String::new();
    reader.read_to_string(&mut rest).expect("closed in order");
    server.done.recv_timeout(LOST).expect("the server has stopped");
    let viewer =
        Viewer { session: 1, set: Default::default(), have: Vec::new(), refused: Vec::new(), pulse: Pulse::Slow };
    assert_eq!(server.hub.join(viewer).err(), Some(live::JoinError::Stopping));
}
