//! A real Chromium with a made-up camera: pictures are decoded, nothing arrives without a grant, the floor passes.
//!
//! Run by hand or by the program's journeys: `cargo test -p venue --test chromium -- --ignored --nocapture`.

use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use venue::{Feed, MeetingId, Notice, Order, Part, PeerId, Place, Settings, Source, TicketKey, Venue};

const MEETING: MeetingId = MeetingId(1);
const BROWSERS: [&str; 3] = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/// For the whole page; each step of it has a minute.
const PATIENCE: Duration = Duration::from_secs(240);

/// The browser that was started here, ended with the test.
struct Browser(Child);

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

struct Hall {
    venue: Venue,
    tickets: TicketKey,
    peers: Vec<PeerId>,
}

impl Hall {
    /// Answers one request of the page; what it found is given back when it is done.
    fn serve(&mut self, path: &str, body: &str) -> (String, Option<Value>) {
        let order = |order: Order| self.venue.order(order).expect("the engine runs");
        let feed = |peers: &[PeerId], number: &str, source| Feed {
            peer: peers[number.parse::<usize>().expect("a number")],
            source,
        };
        match path.split_once('?').unwrap_or((path, "")) {
            ("/join", part) => {
                let part = if part == "venue" { Part::Venue } else { Part::Viewer };
                let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs();
                let ticket = self.tickets.issue(MEETING, 1, part, false, now);
                if let Some(folder) = std::env::var_os("VENUE_KEEP_OFFERS") {
                    let file = std::path::Path::new(&folder).join(format!("{}.sdp", self.peers.len()));
                    std::fs::write(file, body).expect("the folder can be written");
                }
                let joined =
                    self.venue.join(&ticket, body, [127, 0, 0, 1].into()).expect("a browser's offer is answered");
                self.peers.push(joined.peer);
                (joined.answer, None)
            }
            ("/order", _) => {
                match body.split_once(' ') {
                    Some(("grant", number)) => {
                        order(Order::Grant(feed(&self.peers, number, Source::Camera)));
                        order(Order::Grant(feed(&self.peers, number, Source::Microphone)));
                    }
                    Some(("stage", number)) => {
                        let feed = Some(feed(&self.peers, number, Source::Camera));
                        order(Order::Route { meeting: MEETING, place: Place::Stage, feed });
                    }
                    _ => panic!("the page orders \"{body}\""),
                }
                (String::new(), None)
            }
            ("/dropped", _) => (self.venue.counts().expect("counts").without_grant.to_string(), None),
            ("/done", _) => (String::new(), Some(serde_json::from_str(body).expect("JSON"))),
            ("/page.js", _) => (include_str!("page.js").into(), None),
            _ => ("<!doctype html><title>venue</title><body><script src=/page.js></script>".into(), None),
        }
    }
}

fn request(stream: &TcpStream) -> (String, String) {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).expect("a request");
    let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
    let mut size = 0;
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).expect("a header");
        if header.trim().is_empty() {
            break;
        }
        if let Some(length) = header.to_ascii_lowercase().strip_prefix("content-length:") {
            size = length.trim().parse().expect("a length");
        }
    }
    let mut body = vec![0; size];
    reader.read_exact(&mut body).expect("the body");
    (path, String::from_utf8(body).expect("text"))
}

/// One request and its reply. A connection that was opened ahead and never used ends here.
fn talk(mut stream: TcpStream, hall: &Mutex<Hall>, done: &Sender<Value>) {
    let (path, body) = request(&stream);
    if path.is_empty() {
        return;
    }
    let (reply, found) = hall.lock().expect("the hall").serve(&path, &body);
    let kind = match path.as_str() {
        "/" => "text/html",
        "/page.js" => "text/javascript",
        _ => "text/plain",
    };
    let size = reply.len();
    let head =
        format!("HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {size}\r\nConnection: close\r\n\r\n");
    // A page that has gone hears nothing.
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(reply.as_bytes()));
    if let Some(found) = found {
        let _ = done.send(found);
    }
}

#[test]
#[ignore = "needs Chromium and half a minute: cargo test -p venue --test chromium -- --ignored"]
fn a_real_browser_decodes_what_is_granted_and_nothing_else() {
    let Some(program) = BROWSERS.iter().find(|program| std::path::Path::new(program).exists()) else {
        println!("skipped: no Chromium among {BROWSERS:?}; install it with the package manager");
        return;
    };
    let tickets = TicketKey::new([5; 32]);
    let settings = Settings {
        listen: ([127, 0, 0, 1], 0).into(),
        known_as: vec![[127, 0, 0, 1].into()],
        tcp: true,
        tickets: tickets.clone(),
    };
    let venue = Venue::start(settings).expect("the engine starts");
    let notices = venue.notices().expect("the first to ask");
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let page = format!("http://{}/", listener.local_addr().expect("an address"));
    let profile = tempfile::tempdir().expect("a folder");
    let browser = Command::new(program)
        .args(["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--mute-audio"])
        .args([
            "--use-fake-ui-for-media-stream",
            "--use-fake-device-for-media-stream",
            "--allow-loopback-in-peer-connection",
        ])
        .arg("--autoplay-policy=no-user-gesture-required")
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg(&page)
        .stderr(Stdio::null())
        .spawn()
        .expect("the browser starts");
    let _browser = Browser(browser);
    let hall = Arc::new(Mutex::new(Hall { venue, tickets, peers: Vec::new() }));
    let (done, found) = channel();
    // Browsers open connections ahead of need, so each has a thread; they end with the test's process.
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (hall, done) = (hall.clone(), done.clone());
            std::thread::spawn(move || talk(stream, &hall, &done));
        }
    });
    let found = found.recv_timeout(PATIENCE).expect("the page comes to an end");
    let shown = notices.try_iter().filter_map(|notice| match notice {
        Notice::Shown { after, .. } => Some(after.as_millis()),
        _ => None,
    });
    println!("{found}\nms until the engine sent each receiver the first picture: {:?}", shown.collect::<Vec<_>>());
    assert_eq!(found["fault"], Value::Null, "the page found a fault");
    assert_eq!(found["before"], 0, "no media received without a grant");
    assert_eq!(found["switches"].as_array().map(Vec::len), Some(10), "the floor passed ten times");
    assert!(found["decoded"].as_u64() > Some(150), "pictures were decoded");
}
