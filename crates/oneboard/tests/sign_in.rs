//! Signing in over a real loopback connection: link, password, code, cookie, sign-out; headers, origins and errors on the way.

use std::sync::Arc;

use oneboard::accounts::code;
use oneboard::clock::{Clock, real_now};
use oneboard::config::Config;
use oneboard::shell::Shell;
use oneboard::{http, listen, server};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const GOOD: &str = "three blue kettles at dawn";

struct Site {
    shell: Arc<Shell>,
    address: String,
    app: axum::Router,
    served: tokio::task::JoinHandle<std::io::Result<()>>,
    _folder: tempfile::TempDir,
}

async fn site(change: impl FnOnce(&mut Config)) -> Site {
    let folder = tempfile::tempdir().expect("a folder");
    let mut config = Config { data: folder.path().into(), ..Config::default() };
    change(&mut config);
    let shell = Shell::open(config, Clock::Real).expect("the shell opens");
    let server = server::open(shell.clone()).expect("the journal opens");
    let app = server::router(&server.app);
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    let served = tokio::spawn(listen::serve(listener, app.clone(), shell.clone()));
    Site { shell, address, app, served, _folder: folder }
}

impl Site {
    /// Sends one request and gives the whole answer as text.
    async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> String {
        let mut request = format!("{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n", self.address);
        for (name, value) in headers {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        if !body.is_empty() {
            request.push_str(&format!(
                "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n",
                body.len()
            ));
        }
        request.push_str("\r\n");
        request.push_str(body);
        self.raw(request.as_bytes()).await
    }

    async fn raw(&self, bytes: &[u8]) -> String {
        let mut stream = TcpStream::connect(&self.address).await.expect("connected");
        stream.write_all(bytes).await.expect("sent");
        let mut answer = Vec::new();
        // A server that has refused may reset after its answer: what came is what counts.
        let _ = stream.read_to_end(&mut answer).await;
        String::from_utf8_lossy(&answer).into_owned()
    }
}

fn cookie(answer: &str) -> String {
    let line = answer
        .lines()
        .find(|line| line.to_ascii_lowercase().starts_with("set-cookie: oneboard="))
        .expect("a session cookie");
    line.split_once(": ").and_then(|(_, value)| value.split(';').next()).expect("a cookie").to_owned()
}

fn form(pairs: &[(&str, &str)]) -> String {
    pairs.iter().map(|(k, v)| format!("{k}={}", oneboard::page::percent(v))).collect::<Vec<_>>().join("&")
}

#[tokio::test]
async fn from_the_link_to_sign_out() {
    let site = site(|_| {}).await;
    let accounts = &site.shell.accounts;
    let link = accounts.issue_link(7, "zhao.min").await.expect("a link");
    let secret = accounts.invitation(&link).await.expect("an invitation").secret;
    let seconds = real_now().millis().cast_unsigned() / 1000;

    let page =
        site.send("GET", &format!("/enrol/{link}"), &[("Accept", "text/html"), ("Accept-Language", "zh-CN")], "").await;
    assert!(page.contains("lang=\"zh-CN\"") && page.contains("设置口令") && page.contains("<svg"), "{page}");

    let code = code::code_at(&secret, seconds - 30);
    let answer = site
        .send(
            "POST",
            &format!("/enrol/{link}"),
            &[("Sec-Fetch-Site", "same-origin")],
            &form(&[("password", GOOD), ("again", GOOD), ("code", &code)]),
        )
        .await;
    assert!(answer.starts_with("HTTP/1.1 303"), "{answer}");
    let first = cookie(&answer);

    let code = code::code_at(&secret, seconds);
    let body = form(&[("login", "zhao.min"), ("password", GOOD), ("code", &code), ("next", "//evil.example")]);
    let answer = site.send("POST", "/sign-in", &[("Cookie", &first)], &body).await;
    assert!(
        answer.contains("location: /\r\n") && answer.contains("HttpOnly") && answer.contains("SameSite"),
        "{answer}"
    );
    let second = cookie(&answer);
    assert_ne!(first, second);

    let old = site.send("GET", "/account", &[("Cookie", &first)], "").await;
    assert!(old.starts_with("HTTP/1.1 401"), "rotated: {old}");
    let page = site.send("GET", "/account", &[("Cookie", &second), ("Accept", "text/html")], "").await;
    assert!(page.contains("zhao.min") && page.contains("no-store"), "{page}");

    site.send("POST", "/sign-out", &[("Cookie", &second)], "").await;
    let gone = site.send("GET", "/account", &[("Cookie", &second), ("Accept", "text/html")], "").await;
    assert!(gone.starts_with("HTTP/1.1 303") && gone.contains("/sign-in?next=%2Faccount"), "{gone}");
}

#[tokio::test]
async fn a_foreign_page_or_host_changes_nothing() {
    let site = site(|_| {}).await;
    for headers in [[("Sec-Fetch-Site", "cross-site")], [("Origin", "https://evil.example")]] {
        let answer = site.send("POST", "/sign-out", &headers, "").await;
        assert!(answer.starts_with("HTTP/1.1 403") && answer.contains("foreign-origin"), "{answer}");
    }
    let answer = site.raw(b"GET /health HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 421"), "{answer}");
}

#[tokio::test]
async fn every_route_has_the_headers_and_every_error_its_form() {
    use tower::ServiceExt;
    let site = site(|_| {}).await;
    let app = site.app.clone();
    let table = oneboard::routes::table();
    let routes = table.iter().map(|route| (route.method.word(), route.path));
    for (method, path) in routes.chain([("GET", "/nowhere"), ("DELETE", "/sign-in"), ("POST", "/health")]) {
        for accept in ["text/html", "application/json"] {
            let request = axum::http::Request::builder()
                .method(method)
                .uri(path.replace(['{', '}', '*'], ""))
                .header("host", "localhost")
                .header("accept", accept);
            let response = app
                .clone()
                .oneshot(request.body(axum::body::Body::empty()).expect("a request"))
                .await
                .expect("infallible");
            let faults = http::headers::faults(&response);
            assert!(faults.is_empty(), "{method} {path}: {faults:?}");
            let kind = response
                .headers()
                .get("content-type")
                .map(|kind| kind.to_str().expect("text").to_owned())
                .unwrap_or_default();
            if response.status().is_client_error() || response.status().is_server_error() {
                let expected = if accept == "text/html" { "text/html" } else { "application/problem+json" };
                assert!(kind.starts_with(expected), "{method} {path} as {accept}: {} {kind}", response.status());
            }
        }
    }
}

#[tokio::test]
async fn too_much_and_too_many_are_refused_plainly() {
    let site = site(|config| {
        config.body_bytes = 1024;
        config.requests_per_second = 1;
        config.requests_burst = 3;
    })
    .await;
    let answer = site.send("POST", "/sign-in", &[], &"x".repeat(2000)).await;
    assert!(answer.starts_with("HTTP/1.1 413") && answer.contains("too-large"), "{answer}");
    let answer = site.send("POST", "/sign-in", &[], "login=x").await;
    assert!(answer.starts_with("HTTP/1.1 422") || answer.starts_with("HTTP/1.1 400"), "{answer}");
    let mut answers = String::new();
    for _ in 0..4 {
        answers += &site.send("GET", "/health", &[], "").await;
    }
    assert!(answers.contains("HTTP/1.1 429") && answers.contains("retry-after"), "{answers}");
    assert!(site.raw(b"\x16\x03\x01 nonsense\r\n\r\n").await.starts_with("HTTP/1.1 400"));
}

#[tokio::test]
async fn demonstration_links_do_nothing_in_a_real_installation() {
    let site = site(|_| {}).await;
    let link = site.shell.accounts.demonstration_link(7, "duty-officer").await.expect("a link");
    let answer = site.send("POST", &format!("/demonstration/{link}"), &[], "").await;
    assert!(answer.starts_with("HTTP/1.1 404"), "{answer}");
}

#[tokio::test]
async fn a_stop_answers_what_is_under_way_and_takes_no_more() {
    let site = site(|_| {}).await;
    assert!(site.send("GET", "/ready", &[], "").await.starts_with("HTTP/1.1 503"));
    site.shell.set_ready(true);
    assert!(site.send("GET", "/ready", &[], "").await.starts_with("HTTP/1.1 200"));
    site.shell.stop();
    site.served.await.expect("no panic").expect("no error");
    assert!(TcpStream::connect(&site.address).await.is_err());
}
