//! TLS in the process: pages and streams through it, callers who are slow or speak nonsense, a renewed certificate, and plain HTTP sent on.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crate::support::{BUREAU, DUTY, LEADER, Site};
use oneboard::clock::Clock;
use oneboard::config::Config;
use oneboard::shell::Shell;
use oneboard::tls::{Tls, TlsError, redirect};
use oneboard::{listen, server};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

const NAME: &str = "board.example.org";
/// Long enough for a handshake on a busy machine.
const PATIENT: Duration = Duration::from_secs(60);

/// Writes a new certificate and its key into the folder.
fn certify(folder: &Path) -> CertificateDer<'static> {
    let made = rcgen::generate_simple_self_signed([NAME.to_owned()]).expect("a certificate");
    std::fs::write(folder.join("cert.pem"), made.cert.pem()).expect("written");
    std::fs::write(folder.join("key.pem"), made.signing_key.serialize_pem()).expect("written");
    made.cert.der().clone()
}

fn tls(folder: &Path, patience: Duration) -> Arc<Tls> {
    Arc::new(Tls::of(&folder.join("cert.pem"), &folder.join("key.pem"), patience).expect("a pair"))
}

/// The small bureau's server on another port, over TLS.
async fn serve(site: &Site, tls: &Arc<Tls>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    let (router, shell) = (server::router(&site.app), site.app.shell.clone());
    tokio::spawn(listen::serve_tls(listener, Arc::clone(tls), router, shell));
    address
}

async fn connect(
    address: &str,
    trusted: &CertificateDer<'static>,
    protocol: &str,
) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.clone()).expect("a certificate");
    let mut config =
        ClientConfig::builder_with_provider(Arc::new(tokio_rustls::rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_root_certificates(roots)
            .with_no_client_auth();
    config.alpn_protocols = vec![protocol.as_bytes().to_vec()];
    let stream = TcpStream::connect(address).await?;
    TlsConnector::from(Arc::new(config)).connect(ServerName::try_from(NAME).expect("a name"), stream).await
}

async fn get(address: &str, trusted: &CertificateDer<'static>, path: &str) -> String {
    let mut stream = connect(address, trusted, "http/1.1").await.expect("a handshake");
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("answered");
    answer
}

#[tokio::test]
async fn a_page_and_both_protocols_go_through() {
    let (site, folder) = (Site::open().await, tempfile::tempdir().expect("a folder"));
    let trusted = certify(folder.path());
    let address = serve(&site, &tls(folder.path(), PATIENT)).await;
    assert!(get(&address, &trusted, "/health").await.starts_with("HTTP/1.1 200"));
    let second = connect(&address, &trusted, "h2").await.expect("a handshake");
    assert_eq!(second.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
}

#[tokio::test]
async fn where_tls_is_served_cookies_are_bound_to_it_and_browsers_stay_with_it() {
    let (data, folder) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let trusted = certify(folder.path());
    let pair = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
    let config = Config { data: data.path().into(), tls: Some(pair), domain: Some(NAME.into()), ..Config::default() };
    let tls = Tls::open(&config).expect("a pair").expect("it is set");
    let shell = Shell::open(config, Clock::Real).expect("the shell opens");
    let server = server::open(shell.clone()).expect("the journal opens");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    tokio::spawn(listen::serve_tls(listener, tls, server::router(&server.app), shell));
    let answer = get(&address, &trusted, "/sign-in?language=zh-CN").await.to_lowercase();
    assert!(answer.contains("strict-transport-security: max-age=63072000"), "{answer}");
    assert!(answer.contains("set-cookie:") && answer.contains("secure"), "{answer}");
}

#[tokio::test]
async fn a_stream_keeps_true_over_tls_and_ends_with_its_session() {
    let (site, folder) = (Site::open().await, tempfile::tempdir().expect("a folder"));
    let trusted = certify(folder.path());
    let address = serve(&site, &tls(folder.path(), PATIENT)).await;
    let mut stream = connect(&address, &trusted, "http/1.1").await.expect("a handshake");
    let request = format!(
        "GET /live?f=log-{BUREAU} HTTP/1.1\r\nHost: localhost\r\nCookie: oneboard={}\r\n\r\n",
        &site.sessions[DUTY]
    );
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut lines = BufReader::new(stream).lines();
    until(&mut lines, "event: fragment").await;
    let leader = crate::support::person(LEADER).to_string();
    site.done(DUTY, &format!("/units/{BUREAU}/watch/take"), &[("read_to", "0"), ("leader", &leader)]).await;
    let message = [("kind", "message"), ("words", "Gritter has passed the pass")];
    site.done(DUTY, &format!("/units/{BUREAU}/watch/log"), &message).await;
    until(&mut lines, "Gritter has passed the pass").await;
    let of_duty = crate::support::person(DUTY).value();
    let sessions = site.app.shell.accounts.sessions.list(|session| session.person == of_duty);
    site.app.lookout.end(sessions[0].id);
    until(&mut lines, "event: end").await;
}

async fn until(lines: &mut tokio::io::Lines<BufReader<TlsStream<TcpStream>>>, wanted: &str) {
    loop {
        match lines.next_line().await.expect("a line") {
            Some(line) if line.contains(wanted) => return,
            Some(_) => {}
            None => panic!("closed before {wanted:?}"),
        }
    }
}

#[tokio::test]
async fn whoever_says_nothing_or_nonsense_is_cut_off_and_holds_up_nobody() {
    let (site, folder) = (Site::open().await, tempfile::tempdir().expect("a folder"));
    let trusted = certify(folder.path());
    let impatient = serve(&site, &tls(folder.path(), Duration::from_millis(200))).await;
    let patient = serve(&site, &tls(folder.path(), PATIENT)).await;

    // Nothing at all, and a record's head without its body: ended by the server, which is what the reads wait for.
    for beginning in [&b""[..], b"\x16\x03\x01\x02\x00\x01"] {
        let mut slow = TcpStream::connect(&impatient).await.expect("connected");
        slow.write_all(beginning).await.expect("sent");
        let mut rest = Vec::new();
        let _ = slow.read_to_end(&mut rest).await;
    }
    // Held open on the patient one while others are served.
    let held = TcpStream::connect(&patient).await.expect("connected");
    for nonsense in
        [&b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"[..], b"\x16\x03\x01\xff\xff", &[0; 4096], b"SSH-2.0-x\r\n"]
    {
        let mut stream = TcpStream::connect(&patient).await.expect("connected");
        // The server may have closed before all of it was sent.
        let _ = stream.write_all(nonsense).await;
        let _ = stream.shutdown().await;
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        assert!(!answer.starts_with(b"HTTP"), "nothing is said in the clear: {answer:?}");
    }
    assert!(get(&patient, &trusted, "/health").await.starts_with("HTTP/1.1 200"));
    drop(held);
}

#[tokio::test]
async fn a_renewed_certificate_is_taken_up_and_a_bad_one_is_not() {
    let (site, folder) = (Site::open().await, tempfile::tempdir().expect("a folder"));
    let first = certify(folder.path());
    let tls = tls(folder.path(), PATIENT);
    let address = serve(&site, &tls).await;
    assert!(connect(&address, &first, "http/1.1").await.is_ok());

    let second = certify(folder.path());
    tls.reload().expect("the new pair");
    assert!(connect(&address, &second, "http/1.1").await.is_ok());
    assert!(connect(&address, &first, "http/1.1").await.is_err(), "the old one is no longer shown");

    let good_key = std::fs::read(folder.path().join("key.pem")).expect("the key");
    certify(folder.path());
    std::fs::write(folder.path().join("key.pem"), good_key).expect("written");
    assert!(matches!(tls.reload(), Err(TlsError::Pair { .. })), "a key of another certificate");
    std::fs::write(folder.path().join("cert.pem"), "nothing").expect("written");
    let error = tls.reload().expect_err("no certificate").to_string();
    assert!(error.contains("cert.pem") && error.contains("tls.certificate"), "{error}");
    assert!(connect(&address, &second, "http/1.1").await.is_ok(), "the last good one goes on serving");
}

#[tokio::test]
async fn plain_http_is_sent_on_under_the_sites_own_name() {
    let data = tempfile::tempdir().expect("a folder");
    let config = Config { data: data.path().into(), domain: Some(NAME.into()), ..Config::default() };
    let shell = Shell::open(config, Clock::Real).expect("the shell opens");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    tokio::spawn(listen::serve(listener, redirect(&shell, 8443), shell.clone()));
    let mut stream = TcpStream::connect(&address).await.expect("connected");
    let request = "POST /units/x?y=1 HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("answered");
    assert!(answer.starts_with("HTTP/1.1 308"), "{answer}");
    assert!(answer.contains("location: https://board.example.org:8443/units/x?y=1\r\n"), "{answer}");
}
