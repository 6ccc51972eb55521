//! Servers that prove who they are, and servers that do not: nothing is said to the second kind.

use std::sync::Arc;

use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use super::*;

/// The name that a test's servers prove.
pub(in crate::deliver) const NAME: &str = "127.0.0.1";

/// A certificate for `name`: what its server shows, and what believes it.
pub(in crate::deliver) fn certified(name: &str) -> (TlsAcceptor, Secrecy) {
    let made = rcgen::generate_simple_self_signed([name.to_owned()]).expect("a certificate");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("authority.pem");
    std::fs::write(&file, made.cert.pem()).expect("written");
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).expect("a key");
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("TLS 1.2 and 1.3")
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .expect("a pair");
    let secrecy = Trust::read(&file).and_then(|trust| trust.secrecy()).expect("an authority");
    (TlsAcceptor::from(Arc::new(config)), secrecy)
}

fn secure_hook(address: SocketAddr, secrecy: &Secrecy) -> Hook {
    let server = post::Server { target: target(address), secrecy: Some(secrecy.clone()) };
    Hook { server, path: "/messages".into(), token: Some("secret".into()), patience: LONG }
}

/// A handshake in a debug build on a machine that is busy; what never answers has tests of its own.
pub(in crate::deliver) const LONG: Duration = Duration::from_secs(20);

fn secure_mail(address: SocketAddr, security: Security, secrecy: &Secrecy) -> Mail {
    let credentials = Some(("board".to_owned(), "word".to_owned()));
    Mail { security, secrecy: Some(secrecy.clone()), credentials, patience: LONG, ..mail(address) }
}

fn said(heard: &Heard) -> String {
    heard.lock().expect("no test panics with it").join("\n")
}

#[tokio::test]
async fn a_gateway_is_asked_by_https_and_must_prove_its_name() {
    let answer = "HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n";
    for (shown, is_believed) in [(NAME, true), ("another.example", false)] {
        let (acceptor, secrecy) = certified(shown);
        let serve = move |stream: TcpStream, heard: Heard| {
            let acceptor = acceptor.clone();
            async move {
                if let Ok(stream) = acceptor.accept(stream).await {
                    gateway(stream, heard, answer).await;
                }
            }
        };
        let (address, heard) = listening(serve).await;
        let tried = secure_hook(address, &secrecy).send(&message()).await;
        if is_believed {
            assert_eq!(tried, Tried::Sent);
            assert!(said(&heard).contains("Bearer secret"));
            // The same server, and somebody who was told of another authority.
            let (_, other) = certified(NAME);
            let tried = secure_hook(address, &other).send(&message()).await;
            assert!(matches!(&tried, Tried::NotReached(words) if words.contains("cannot prove")), "{tried:?}");
        } else {
            assert!(matches!(&tried, Tried::NotReached(words) if words.contains("cannot prove")), "{tried:?}");
            assert_eq!(said(&heard), "", "nothing was said to it");
        }
    }
}

/// A mail server that encrypts when asked, and takes a name and a word only then.
async fn starttls(stream: TcpStream, heard: Heard, acceptor: TlsAcceptor) {
    let mut stream = BufReader::new(stream);
    for answer in ["220 ready\r\n", "250-hello\r\n250 STARTTLS\r\n", "220 go on\r\n"] {
        if answer != "220 ready\r\n" {
            let mut line = String::new();
            if stream.read_line(&mut line).await.is_err() {
                return;
            }
            heard.lock().expect("no test panics with it").push(format!("clear: {}", line.trim()));
        }
        if stream.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
    if let Ok(stream) = acceptor.accept(stream.into_inner()).await {
        converse(stream, heard, &[]).await;
    }
}

#[tokio::test]
async fn a_mail_server_is_told_the_password_only_once_nobody_else_can_hear_it() {
    let (acceptor, secrecy) = certified(NAME);
    let (address, heard) = listening(move |stream, heard| starttls(stream, heard, acceptor.clone())).await;
    assert_eq!(secure_mail(address, Security::StartTls, &secrecy).send(&message()).await, Tried::Sent);
    let all = said(&heard);
    let (clear, rest) = all.split_once("clear: STARTTLS").expect("it was asked to encrypt");
    assert_eq!(clear.trim(), "clear: EHLO oneboard");
    assert!(rest.contains("AUTH PLAIN AGJvYXJkAHdvcmQ=") && rest.contains("RCPT TO:<wang@example.org>"), "{rest}");
}

#[tokio::test]
async fn a_mail_server_that_was_to_encrypt_and_does_not_is_told_nothing() {
    let (_, secrecy) = certified(NAME);
    // It offers nothing; somebody between it and us may have taken the offer out.
    let (address, heard) = listening(|stream, heard| async move { smtp(stream, heard, &[]).await }).await;
    let tried = secure_mail(address, Security::StartTls, &secrecy).send(&message()).await;
    assert!(matches!(&tried, Tried::NotReached(words) if words.contains("STARTTLS")), "{tried:?}");
    assert_eq!(said(&heard), "EHLO oneboard");
    // It encrypts, and is somebody else.
    let (acceptor, believed) = certified("another.example");
    let (address, heard) = listening(move |stream, heard| starttls(stream, heard, acceptor.clone())).await;
    let tried = secure_mail(address, Security::StartTls, &believed).send(&message()).await;
    assert!(matches!(&tried, Tried::NotReached(words) if words.contains("cannot prove")), "{tried:?}");
    assert!(!said(&heard).contains("AUTH"));
}

#[tokio::test]
async fn a_mail_server_may_encrypt_from_the_first_byte() {
    let (acceptor, secrecy) = certified(NAME);
    let serve = move |stream: TcpStream, heard: Heard| {
        let acceptor = acceptor.clone();
        async move {
            if let Ok(mut stream) = acceptor.accept(stream).await {
                let _ = stream.write_all(b"220 ready\r\n").await;
                converse(stream, heard, &[("AUTH", "535 who are you")]).await;
            }
        }
    };
    let (address, _) = listening(serve).await;
    let mail = secure_mail(address, Security::Tls, &secrecy);
    let tried = mail.send(&message()).await;
    assert!(matches!(&tried, Tried::Refused(words) if words.contains("535 who are you")), "{tried:?}");
    let nameless = Mail { credentials: None, ..mail };
    assert_eq!(nameless.send(&message()).await, Tried::Sent);
}

#[test]
fn an_authority_that_is_none_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("authority.pem");
    std::fs::write(&file, "no certificate").expect("written");
    let fault = Trust::open(Some(&file)).expect_err("it has none").to_string();
    assert!(fault.contains("authority.pem") && fault.contains("deliver.authority"), "{fault}");
}
