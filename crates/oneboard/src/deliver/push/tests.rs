//! The worked example of RFC 8291; a browser that opens what was sealed for it; services that refuse, forget and fail.

use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};

use super::super::tests::secure::{LONG, NAME, certified};
use super::super::tests::{Heard, listening};
use super::*;

fn bytes(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).expect("base64url")
}
fn point(text: &str) -> [u8; POINT] {
    bytes(text).try_into().expect("a point")
}

#[test]
fn the_example_of_the_rfc_comes_out() {
    // RFC 8291, appendix A.
    let receiver = point("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4");
    let sender = point("BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8");
    let shared = bytes("kyrL1jIIOHEzg3sM2ZWRHDRB62YACZhhSlknJ672kSs");
    let auth: [u8; 16] = bytes("BTBZMqHH6r4Tts7J_aSIgg").try_into().expect("16 bytes");
    let salt: [u8; 16] = bytes("DGv6ra1nlYgDCS1FRnbzlw").try_into().expect("16 bytes");
    let (key, nonce) = keys(&shared, &auth, &receiver, &sender, &salt).expect("keys");
    let said = b"When I grow up, I want to be a watermelon";
    let body = record(&key, nonce, &salt, &sender, said).expect("sealed");
    let expected = "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8w\
                    EqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN";
    assert_eq!(URL_SAFE_NO_PAD.encode(body), expected);
}

/// A browser: its key pair, and what it was told to authenticate with.
struct Browser {
    own: agreement::EphemeralPrivateKey,
    public: [u8; POINT],
    auth: [u8; 16],
}

impl Browser {
    fn new() -> Self {
        let own = agreement::EphemeralPrivateKey::generate(&agreement::ECDH_P256, &SystemRandom::new()).expect("a key");
        let public = own.compute_public_key().expect("its point").as_ref().try_into().expect("a point");
        Self { own, public, auth: [7; 16] }
    }

    fn subscription(&self, endpoint: &str) -> Subscription {
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        Subscription::new(endpoint, &text(&self.public), &text(&self.auth)).expect("a subscription")
    }

    fn open(self, body: &[u8]) -> String {
        let (salt, sender): ([u8; 16], [u8; POINT]) =
            (body[..16].try_into().expect("a salt"), body[21..21 + POINT].try_into().expect("a point"));
        let peer = agreement::UnparsedPublicKey::new(&agreement::ECDH_P256, sender);
        let open = |shared: &[u8]| {
            let (key, nonce) = keys(shared, &self.auth, &self.public, &sender, &salt).expect("keys");
            let key = aead::LessSafeKey::new(aead::UnboundKey::new(&aead::AES_128_GCM, &key).expect("a key"));
            let mut sealed = body[21 + POINT..].to_vec();
            let nonce = aead::Nonce::assume_unique_for_key(nonce);
            let opened = key.open_in_place(nonce, aead::Aad::empty(), &mut sealed).expect("it is for this browser");
            let (end, said) = opened.split_last().expect("an end");
            assert_eq!(*end, 2, "the last record ends in a 2");
            String::from_utf8(said.to_vec()).expect("words")
        };
        agreement::agree_ephemeral(self.own, &peer, open).expect("a point of the curve")
    }
}

fn push(secrecy: &Secrecy) -> Push {
    let made = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new()).expect("a key");
    let key = Arc::new(PushKey::read(made.as_ref()).expect("its own key"));
    Push { key, contact: "https://board.example.org".into(), secrecy: secrecy.clone(), private: true, patience: LONG }
}

fn message(to: &Subscription) -> Message {
    let (subject, body) = ("Longdong".to_owned(), "有事项待您处理".to_owned());
    Message { id: "n1.2@board.example.org".into(), to: to.text(), subject, body }
}

/// A push service that answers so and keeps what it was sent, byte for byte in Latin 1.
async fn service(answer: &'static str) -> (String, Heard, Secrecy) {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let (acceptor, secrecy) = certified(NAME);
    let serve = move |stream: tokio::net::TcpStream, heard: Heard| {
        let acceptor = acceptor.clone();
        async move {
            let Ok(mut stream) = acceptor.accept(stream).await else { return };
            let (mut all, mut buffer) = (Vec::<u8>::new(), [0; 2048]);
            loop {
                let Ok(count) = stream.read(&mut buffer).await else { return };
                all.extend(&buffer[..count]);
                let text: String = all.iter().map(|byte| char::from(*byte)).collect();
                let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
                let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
                if count == 0 || length.is_some_and(|length: usize| body.chars().count() >= length) {
                    heard.lock().expect("no test panics with it").push(text);
                    break;
                }
            }
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    };
    let (address, heard) = listening(serve).await;
    (format!("https://{address}/send/abc"), heard, secrecy)
}

#[tokio::test]
async fn a_browser_is_told_that_something_waits_and_the_service_in_between_is_not() {
    let (endpoint, heard, secrecy) = service("HTTP/1.1 201 Created\r\n\r\n").await;
    let (push, browser) = (push(&secrecy), Browser::new());
    assert_eq!(push.send(&message(&browser.subscription(&endpoint))).await, Tried::Sent);
    let request = heard.lock().expect("no test panics with it").remove(0);
    let (head, body) = request.split_once("\r\n\r\n").expect("a request");
    assert!(head.starts_with("POST /send/abc HTTP/1.1") && head.contains("content-encoding: aes128gcm"), "{head}");
    let body: Vec<u8> = body.chars().map(|letter| letter as u8).collect();
    let said = browser.open(&body);
    assert_eq!(said, r#"{"body":"有事项待您处理","title":"Longdong"}"#);

    // The service can prove whose it is.
    let token = head.lines().find_map(|line| line.strip_prefix("authorization: vapid t=")).expect("a signature");
    let (token, key) = token.split_once(", k=").expect("a key");
    assert_eq!(key, push.key.public());
    let (said, signature) = token.rsplit_once('.').expect("three parts");
    let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, bytes(key));
    key.verify(said.as_bytes(), &bytes(signature)).expect("it is signed by the site");
    let claims: serde_json::Value = serde_json::from_slice(&bytes(said.split_once('.').expect("two").1)).expect("JSON");
    assert_eq!(claims["aud"].as_str(), endpoint.strip_suffix("/send/abc"));
    assert_eq!(claims["sub"], "https://board.example.org");
}

#[tokio::test]
async fn a_service_that_refuses_forgets_or_fails_is_told_apart() {
    for (answer, expected) in [
        ("HTTP/1.1 410 Gone\r\n\r\n", "gone"),
        ("HTTP/1.1 404 Not Found\r\n\r\n", "gone"),
        ("HTTP/1.1 413 Payload Too Large\r\n\r\n", "refused"),
        ("HTTP/1.1 429 Too Many Requests\r\n\r\n", "again"),
        ("HTTP/1.1 500 Internal Server Error\r\n\r\n", "again"),
        ("", "again"),
    ] {
        let (endpoint, _, secrecy) = service(answer).await;
        let tried = push(&secrecy).send(&message(&Browser::new().subscription(&endpoint))).await;
        let found = match &tried {
            Tried::Gone(_) => "gone",
            Tried::Refused(_) => "refused",
            Tried::NotReached(_) => "again",
            Tried::Sent | Tried::Delivered | Tried::Simulated => "sent",
        };
        assert_eq!(found, expected, "{answer:?}: {tried:?}");
    }
}

#[test]
fn what_is_no_subscription_is_named() {
    let browser = Browser::new();
    let (public, auth) = (URL_SAFE_NO_PAD.encode(browser.public), URL_SAFE_NO_PAD.encode(browser.auth));
    for (endpoint, public, auth, says) in [
        ("http://push.example.org/a", public.as_str(), auth.as_str(), "endpoint"),
        ("https://push.example.org/a", "short", &auth, "p256dh"),
        ("https://push.example.org/a", &public, "short", "auth"),
    ] {
        let fault = Subscription::new(endpoint, public, auth).expect_err("it is none").to_string();
        assert!(fault.contains(says), "{fault}");
    }
}
