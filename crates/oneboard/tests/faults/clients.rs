//! Clients that are slow, hostile or broken: each is turned away plainly, and nobody else waits for them.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::*;

/// Clients of each slow kind at once.
const SLOW: usize = 60;

async fn raw(site: &Site, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(&site.address).await.expect("connected");
    // A server that has refused may hang up before all is sent: what it answered is what counts.
    let _ = stream.write_all(bytes).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

async fn begun(site: &Site, bytes: &str) -> TcpStream {
    let mut stream = TcpStream::connect(&site.address).await.expect("connected");
    stream.write_all(bytes.as_bytes()).await.expect("sent");
    stream
}

/// The bureau works: a line is written and read.
async fn works(site: &Site, words: &str) {
    let path = format!("/units/{BUREAU}/watch");
    let fields = [("kind", "message"), ("callsign", "East 0"), ("words", words)];
    site.done(DUTY, &format!("{path}/log"), &fields).await;
    assert!(site.get(DUTY, &path).await.body.contains(words));
}

async fn watched() -> Site {
    let site = Site::open().await;
    let leader = person(LEADER).to_string();
    let take = format!("/units/{BUREAU}/watch/take");
    site.done(DUTY, &take, &[("read_to", "0"), ("leader", &leader)]).await;
    site
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_clients_are_cut_and_nobody_waits_for_them() {
    let site = watched().await;
    let (host, session) = (site.address.clone(), site.sessions[DUTY].clone());
    let mut slow = Vec::new();
    for number in 0..SLOW {
        // Given clients that never end their head, others that never send the body they promised,
        slow.push(begun(&site, &format!("GET /health HTTP/1.1\r\nHost: {host}\r\nX-Slow: {number}")).await);
        let body = format!(
            "POST /units/{BUREAU}/watch/log HTTP/1.1\r\nHost: {host}\r\nCookie: oneboard={session}\r\n\
             Content-Type: application/json\r\nContent-Length: 200\r\n\r\n{{"
        );
        slow.push(begun(&site, &body).await);
    }
    // and streams whose reader takes nothing,
    let mut streams = Vec::new();
    for _ in 0..SLOW {
        let stream = format!(
            "GET /live?f=watch-{BUREAU},log-{BUREAU} HTTP/1.1\r\nHost: {host}\r\nCookie: oneboard={session}\r\n\r\n"
        );
        streams.push(begun(&site, &stream).await);
    }
    // when somebody works, then it is as if they were alone.
    for number in 0..40 {
        works(&site, &format!("quiet hour {number}")).await;
    }
    // Whoever is slow is told so or hung up on; what they began is not kept.
    for mut stream in slow {
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        let answer = String::from_utf8_lossy(&answer);
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 408"), "{answer}");
    }
    let ask = format!("GET /metrics HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    assert!(raw(&site, ask.as_bytes()).await.contains("oneboard_commands_kept_total"));
    works(&site, "and on it goes").await;
    drop(streams);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_http_or_too_much_of_it_is_refused_and_the_server_goes_on() {
    let site = watched().await;
    let (host, session) = (site.address.clone(), site.sessions[DUTY].clone());
    let post = |headers: &str, body: &[u8]| {
        let head = format!(
            "POST /units/{BUREAU}/watch/log HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nCookie: oneboard={session}\r\n{headers}\r\n"
        );
        [head.as_bytes(), body].concat()
    };
    let get = |rest: &str| format!("GET {rest}").into_bytes();
    let json = "Content-Type: application/json\r\n";
    let large = 2 << 20;
    let cases: Vec<(&str, Vec<u8>, &[&str])> = vec![
        ("no HTTP", b"\x16\x03\x01\x02\x00\x01\xfc\x03\x03\r\n\r\n".to_vec(), &["400", ""]),
        ("nought bytes", vec![0; 4096], &["400", ""]),
        ("no version", get("/health\r\n\r\n"), &["400", ""]),
        ("a version of the future", get("/health HTTP/9.9\r\nHost: localhost\r\n\r\n"), &["400", "505", ""]),
        ("a space in a name", get("/health HTTP/1.1\r\nHo st: localhost\r\n\r\n"), &["400"]),
        ("no host", get("/health HTTP/1.1\r\nConnection: close\r\n\r\n"), &["421", "400"]),
        ("too long an address", get(&format!("/{} HTTP/1.1\r\n\r\n", "a".repeat(100_000))), &["414", "431", "400"]),
        (
            "too large a head",
            get(&format!("/health HTTP/1.1\r\nHost: {host}\r\nX: {}\r\n\r\n", "a".repeat(100_000))),
            &["431"],
        ),
        (
            "too many headers",
            get(&format!("/health HTTP/1.1\r\nHost: {host}\r\n{}\r\n", "X: y\r\n".repeat(1_000))),
            &["431", "400"],
        ),
        ("two lengths", post("Content-Length: 2\r\nContent-Length: 3\r\n", b"{}"), &["400"]),
        ("length and chunks", post("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", b"zz\r\n"), &["400"]),
        ("a chunk that is none", post(&format!("{json}Transfer-Encoding: chunked\r\n"), b"zz\r\n{}\r\n"), &["400"]),
        ("a negative length", post("Content-Length: -1\r\n", b""), &["400"]),
        ("too large a body", post(&format!("{json}Content-Length: {large}\r\n"), &vec![b' '; large]), &["413", ""]),
        (
            "too large a body in chunks",
            post(
                &format!("{json}Transfer-Encoding: chunked\r\n"),
                &[b"200000\r\n", vec![b' '; large].as_slice()].concat(),
            ),
            &["413", ""],
        ),
        ("no JSON", post(&format!("{json}Content-Length: 5\r\n"), b"{\"a\":"), &["400"]),
        ("no UTF-8", post(&format!("{json}Content-Length: 4\r\n"), b"\"\xff\xfe\""), &["400"]),
        (
            "JSON without end",
            {
                let deep = "[".repeat(100_000);
                post(&format!("{json}Content-Length: {}\r\n", deep.len()), deep.as_bytes())
            },
            &["400"],
        ),
        ("a picture", post("Content-Type: image/png\r\nContent-Length: 4\r\n", b"\x89PNG"), &["415"]),
    ];
    for (number, (what, bytes, expected)) in cases.into_iter().enumerate() {
        let answer = raw(&site, &bytes).await;
        let status = answer.split(' ').nth(1).unwrap_or_default();
        assert!(expected.contains(&status), "{what}: expected {expected:?}, got {answer:?}");
        works(&site, &format!("after number {number}")).await;
    }
}
