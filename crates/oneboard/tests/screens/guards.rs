//! What every request passes through, over all routes there are: headers, origin, size, walls; and callers who lie or speak nonsense.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use axum::response::Response;
use oneboard::accounts::session::Mode;
use oneboard::http::headers;
use oneboard::routes::{Gate, Kind, Method, Route, table};
use oneboard::server;
use tower::ServiceExt as _;

use crate::support::*;

/// The route's address, with an id that is nobody's for each object.
fn address(route: &Route) -> String {
    let part = |part| match part {
        "{upload}" => "00000000-0000-0000-0000-000000000000",
        part if str::starts_with(part, "{") => "0000000000zzz",
        part => part,
    };
    let parts = route.path.split('/').map(part);
    parts.collect::<Vec<_>>().join("/")
}

/// One request to a route, about nothing that is on the board.
async fn ask(site: &Site, route: &Route, cookie: &str, more: &[(&str, &str)], body: Vec<u8>) -> Response {
    let mut request = Request::builder()
        .method(route.method.word())
        .uri(address(route))
        .header("host", "localhost")
        .header("accept", "application/json")
        .header("cookie", format!("oneboard={cookie}"));
    if route.method == Method::Post {
        request = request.header("content-type", "application/x-www-form-urlencoded");
    }
    for (name, value) in more {
        request = request.header(*name, *value);
    }
    let request = request.body(Body::from(body)).expect("a request");
    server::router(&site.app).oneshot(request).await.expect("infallible")
}

/// Ends the session that asks, so it is asked last or not at all.
fn ends_sessions(route: &Route) -> bool {
    ["/sign-out", "/account/end-all"].contains(&route.path)
}

fn mutations() -> impl Iterator<Item = Route> {
    table().into_iter().filter(|route| route.method == Method::Post)
}

#[tokio::test]
async fn signed_in_too_every_answer_has_the_headers() {
    let site = Site::open().await;
    for route in table().into_iter().filter(|route| !ends_sessions(route)) {
        for who in [LEADER, SECURITY] {
            let answer = ask(&site, &route, &site.sessions[who], &[], Vec::new()).await;
            let faults = headers::faults(&answer);
            assert!(faults.is_empty(), "{} {}: {faults:?}", route.method.word(), route.path);
            let kept = answer.headers()["cache-control"].to_str().expect("text").to_owned();
            if !matches!(route.kind, Kind::File | Kind::Machine) {
                assert!(kept.contains("no-store"), "{} may be kept: {kept}", route.path);
            }
        }
    }
}

#[tokio::test]
async fn no_mutation_is_made_from_elsewhere() {
    let site = Site::open().await;
    let before = site.app.submit.published().head;
    for route in mutations() {
        for foreign in [
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
            ("origin", "https://evil.example"),
            ("origin", "null"),
            ("origin", "http://localhost.evil.example"),
        ] {
            let answer = ask(&site, &route, &site.sessions[LEADER], &[foreign], b"back=/".to_vec()).await;
            assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{} with {foreign:?}", route.path);
        }
    }
    assert_eq!(site.app.submit.published().head, before, "nothing was kept");
    assert_eq!(site.get(LEADER, "/account").await.status, 200, "nobody was signed out");
}

#[tokio::test]
async fn what_is_too_long_is_refused_before_it_is_read() {
    let site = Site::open_with(|config| config.body_bytes = 4096).await;
    for route in mutations().filter(|route| route.body.is_some()) {
        let answer = ask(&site, &route, &site.sessions[SECURITY], &[], vec![b'x'; 4097]).await;
        assert_eq!(answer.status(), StatusCode::PAYLOAD_TOO_LARGE, "{}", route.path);
    }
}

#[tokio::test]
async fn a_wall_changes_nothing() {
    let site = Site::open().await;
    let accounts = &site.app.shell.accounts;
    let session = &accounts.sessions.list(|session| session.person == person(SECURITY).value())[0];
    let who = oneboard::accounts::SignedIn {
        person: session.person,
        session: session.id,
        since: session.since,
        stepped_up: session.stepped_up(),
        mode: Mode::Person,
    };
    let wall = accounts.turn_to_board(&who, "command centre, left").await.expect("turned").token;
    for route in mutations().filter(|route| !matches!(route.gate, Gate::Public | Gate::Demonstration)) {
        let answer = ask(&site, &route, &wall, &[], b"back=/&session=1&screen=x&passkey=1&name=x".to_vec()).await;
        // What cannot even be read is refused for that; nothing is done.
        let refused = [403, 400, 415, 422].contains(&answer.status().as_u16());
        assert!(refused, "{}: {}", route.path, answer.status());
    }
    for path in ["/calendar", "/account/end", "/account/passkeys/name", "/account/board", "/access/links"] {
        let route = mutations().find(|route| route.path == path).expect("in the table");
        let answer = ask(&site, &route, &wall, &[], b"session=1&screen=x&passkey=1&name=x".to_vec()).await;
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{path}");
    }
}

/// A request that is none is refused or cut off, never answered as if it were one, and the next caller is served.
#[tokio::test]
async fn nonsense_is_refused_and_holds_up_nobody() {
    let site = Site::open().await;
    let long = format!("GET / HTTP/1.1\r\nHost: localhost\r\nX: {}\r\n\r\n", "x".repeat(64 * 1024));
    let many = format!("GET / HTTP/1.1\r\nHost: localhost\r\n{}\r\n", "a: b\r\n".repeat(2000));
    let cases: [&[u8]; 16] = [
        b"\r\n\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET / HTTP/3.7\r\nHost: localhost\r\n\r\n",
        b"G\x00T / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: local\x00host\r\n\r\n",
        b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n",
        b"GET /%zz%00 HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
        b"POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
        b"POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcd",
        b"POST /sign-in HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"POST /sign-in HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip, x\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\xff\xff\xff\xff\xff\xff\xff\xff\xff",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\r\n\r\n",
        long.as_bytes(),
        many.as_bytes(),
    ];
    for case in cases {
        let answer = site.raw(case).await;
        let shown = String::from_utf8_lossy(&case[..case.len().min(60)]).into_owned();
        let refused = answer.is_empty() || answer.starts_with("HTTP/1.1 4") || !answer.starts_with("HTTP/1");
        assert!(refused, "{shown:?} was answered {answer:?}");
        assert!(!answer.contains("HTTP/1.1 200"), "{shown:?} was answered {answer:?}");
    }
    assert_eq!(site.get(LEADER, "/account").await.status, 200);
}

/// A body that could be read in two ways, so that a proxy and we would see different requests, carries no second one in.
#[tokio::test]
async fn no_request_is_smuggled_inside_another() {
    let site = Site::open().await;
    let both = b"POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n\
        0\r\n\r\nGET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    let answer = site.raw(both).await;
    assert!(answer.matches("HTTP/1.1").count() <= 2, "{answer}");
    // Either the message is refused as a whole, or the chunked reading stands and what follows is a request of its own, as
    // RFC 9112, section 6.3, has it; that length and chunks differ is never decided for the length.
    assert!(!answer.contains("HTTP/1.1 200") || answer.contains("\r\n\r\nok\n"), "{answer}");
}

#[tokio::test]
async fn whom_a_stranger_claims_to_be_is_ignored() {
    let site = Site::open_with(|config| {
        config.requests_per_second = 1;
        config.requests_burst = 40;
    })
    .await;
    let asked = |path: &str, header: &str| {
        format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{header}\r\n\r\n")
    };
    for header in ["X-Forwarded-For: 127.0.0.1", "Forwarded: for=127.0.0.1", "X-Forwarded-For: 10.0.0.1, 127.0.0.1"] {
        let answer = site.raw(asked("/metrics", header).as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 404"), "{header}: {answer}");
    }
    // Another address in the header is not another caller.
    let mut refused = false;
    for number in 0..60 {
        let header = format!("X-Forwarded-For: 203.0.113.{number}");
        refused |= site.raw(asked("/health", &header).as_bytes()).await.starts_with("HTTP/1.1 429");
    }
    assert!(refused, "every claim was given a budget of its own");
    // Nor do the headers of a proxy that is not there change what we think of the connection.
    let header = "X-Forwarded-Proto: https\r\nX-Forwarded-Host: evil.example";
    let answer = site.raw(asked("/sign-in", header).as_bytes()).await;
    assert!(
        !answer.contains("evil.example") && !answer.to_lowercase().contains("strict-transport-security"),
        "{answer}"
    );
}
