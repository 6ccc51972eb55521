//! Web push: to a browser that was asked to show that something waits (RFC 8030), readable by that browser alone (RFC 8291), and
//! signed for this site (VAPID, RFC 8292).
//!
//! The push service is somebody else's: it learns when somebody is told of something, and nothing of what. The message itself says
//! only that something waits; what it is stands behind the sign-in.

use std::path::PathBuf;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use board::At;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use ring::{aead, agreement, hkdf};
use serde::{Deserialize, Serialize};

use super::post::Server;
use super::{Message, PATIENCE, Secrecy, Target, Tried, Trust, TrustFault};
use crate::accounts::token::random;
use crate::clock::real_now;
use crate::config::{Config, Gateway};
use crate::submit::keep_key;

/// The site's key, PKCS #8; a browser's subscription is bound to it.
pub const FILE: &str = "push.key";
/// How long a push service keeps a message for a telephone that is off, in seconds: a shift.
const KEPT: u32 = 12 * 60 * 60;
/// How long a signature holds, in seconds; RFC 8292 allows a day.
const SIGNED: i64 = 12 * 60 * 60;
/// One record, which is more than any message of ours (RFC 8188).
const RECORD: u32 = 4096;
/// A point of P-256, uncompressed (SEC 1, 2.3.3).
const POINT: usize = 65;
/// A subscription as a browser gives it: an address of a few hundred letters and two short keys.
pub const LONGEST_SUBSCRIPTION: usize = 2_000;

#[derive(Debug, thiserror::Error)]
pub enum PushFault {
    #[error("{}: {source}; check that the data folder is writable", path.display())]
    File { path: PathBuf, source: std::io::Error },
    #[error("{}: {why}; restore it, or delete it: every browser must then be asked anew", path.display())]
    Key { path: PathBuf, why: String },
    #[error("this is no subscription of a browser ({0}): turn it on again in the browser")]
    Subscription(&'static str),
    #[error("it could not be encrypted for the browser: turn it on again in the browser")]
    Crypto,
}

impl From<ring::error::Unspecified> for PushFault {
    fn from(_: ring::error::Unspecified) -> Self {
        Self::Crypto
    }
}

/// The site's key.
pub struct PushKey {
    pair: EcdsaKeyPair,
    /// As a browser is told it: base64url of the point.
    public: String,
}

impl std::fmt::Debug for PushKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PushKey").field("public", &self.public).finish_non_exhaustive()
    }
}

impl PushKey {
    /// The key of this installation, made the first time; none where browsers would not ask for pushes: without a name and TLS.
    ///
    /// # Errors
    /// [`PushFault`] where it cannot be read or written.
    pub fn open(config: &Config) -> Result<Option<Arc<Self>>, PushFault> {
        if config.domain.is_none() || !config.is_secure() {
            return Ok(None);
        }
        let path = config.data.join(FILE);
        let file = |source| PushFault::File { path: path.clone(), source };
        let document = match std::fs::read(&path) {
            Ok(document) => document,
            Err(missing) if missing.kind() == std::io::ErrorKind::NotFound => {
                let made = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new())?;
                keep_key(&path, made.as_ref()).map_err(file)?;
                made.as_ref().to_vec()
            }
            Err(source) => return Err(file(source)),
        };
        let wrong = |why: String| PushFault::Key { path: path.clone(), why };
        Self::read(&document).map(Arc::new).map(Some).map_err(|fault| wrong(fault.to_string()))
    }

    fn read(document: &[u8]) -> Result<Self, ring::error::KeyRejected> {
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document, &SystemRandom::new())?;
        let public = URL_SAFE_NO_PAD.encode(pair.public_key().as_ref());
        Ok(Self { pair, public })
    }

    /// What a browser needs to know to take pushes of this site and no other.
    pub fn public(&self) -> &str {
        &self.public
    }

    /// The value of `Authorization` for a push service (RFC 8292, 3).
    fn authorization(&self, audience: &str, contact: &str, now: At) -> Result<String, PushFault> {
        let claims = serde_json::json!({ "aud": audience, "exp": now.millis() / 1000 + SIGNED, "sub": contact });
        let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let said = format!("{}.{}", part(r#"{"typ":"JWT","alg":"ES256"}"#), part(&claims.to_string()));
        let signature = self.pair.sign(&SystemRandom::new(), said.as_bytes())?;
        Ok(format!("vapid t={said}.{}, k={}", URL_SAFE_NO_PAD.encode(signature), self.public))
    }
}

/// Where one browser takes pushes, as it says itself (W3C Push API, `PushSubscription`). Kept as one text: an address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscription {
    endpoint: String,
    p256dh: String,
    auth: String,
}

/// The same, looked at.
struct Receiver {
    server: Gateway,
    public: [u8; POINT],
    auth: [u8; 16],
}

impl Subscription {
    /// What a browser gave.
    ///
    /// # Errors
    /// [`PushFault::Subscription`] says which part is not as it should be.
    pub fn new(endpoint: &str, p256dh: &str, auth: &str) -> Result<Self, PushFault> {
        let found = Self { endpoint: endpoint.into(), p256dh: p256dh.into(), auth: auth.into() };
        found.receiver().map(|_| found)
    }

    /// As it is kept.
    pub fn text(&self) -> String {
        serde_json::json!({ "endpoint": self.endpoint, "p256dh": self.p256dh, "auth": self.auth }).to_string()
    }

    fn receiver(&self) -> Result<Receiver, PushFault> {
        let wrong = PushFault::Subscription;
        let server = Gateway::parse(&self.endpoint).filter(|server| server.secure);
        // Browsers write base64url without its end, and some with.
        let bytes = |text: &str| URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok();
        let public = bytes(&self.p256dh).and_then(|bytes| bytes.try_into().ok());
        let auth = bytes(&self.auth).and_then(|bytes| bytes.try_into().ok());
        Ok(Receiver {
            server: server.ok_or(wrong("endpoint is no https address"))?,
            public: public.ok_or(wrong("p256dh is no point of P-256"))?,
            auth: auth.ok_or(wrong("auth is not of 16 bytes"))?,
        })
    }
}

/// The way to push services.
#[derive(Clone, Debug)]
pub struct Push {
    pub key: Arc<PushKey>,
    /// Where whoever runs a push service finds us: the site's address.
    pub contact: String,
    pub secrecy: Secrecy,
    /// A push service on one's own network is meant.
    pub private: bool,
    pub patience: std::time::Duration,
}

impl Push {
    /// # Errors
    /// [`TrustFault`] where TLS cannot be spoken.
    pub fn of(config: &Config, trust: &Trust, key: Option<&Arc<PushKey>>) -> Result<Option<Self>, TrustFault> {
        let Some((key, domain)) = key.zip(config.domain.as_deref()) else { return Ok(None) };
        Ok(Some(Self {
            key: Arc::clone(key),
            contact: format!("https://{domain}"),
            secrecy: trust.secrecy()?,
            private: config.deliver_private,
            patience: PATIENCE,
        }))
    }

    pub async fn send(&self, message: &Message) -> Tried {
        match tokio::time::timeout(self.patience, self.hand_over(message)).await {
            Ok(tried) => tried,
            Err(_) => {
                Tried::NotReached(format!("the push service did not answer within {} s", self.patience.as_secs_f32()))
            }
        }
    }

    async fn hand_over(&self, message: &Message) -> Tried {
        let read = || {
            let found: Subscription =
                serde_json::from_str(&message.to).map_err(|_| PushFault::Subscription("it cannot be read"))?;
            let receiver = found.receiver()?;
            let said = serde_json::json!({ "title": message.subject, "body": message.body }).to_string();
            let body = seal(&receiver.public, &receiver.auth, said.as_bytes())?;
            let Gateway { host, port, .. } = &receiver.server;
            let audience = if *port == 443 { format!("https://{host}") } else { format!("https://{host}:{port}") };
            Ok::<_, PushFault>((body, self.key.authorization(&audience, &self.contact, real_now())?, receiver.server))
        };
        let (body, authorization, Gateway { host, port, path, .. }) = match read() {
            Ok(read) => read,
            Err(fault) => return Tried::Refused(fault.to_string()),
        };
        let target = Target { host, port, private: self.private };
        let server = Server { target, secrecy: Some(self.secrecy.clone()) };
        let kept = KEPT.to_string();
        let headers = [
            ("content-type", "application/octet-stream"),
            ("content-encoding", "aes128gcm"),
            ("ttl", kept.as_str()),
            ("urgency", "high"),
            ("authorization", authorization.as_str()),
        ];
        match server.post(&path, &headers, &body).await {
            Ok(200..=299) => Tried::Sent,
            Ok(404 | 410) => Tried::Gone("the browser takes no more of it: turn it on again there".into()),
            Ok(status @ (408 | 429 | 500..)) => Tried::NotReached(format!("the push service answered {status}")),
            Ok(status) => Tried::Refused(format!("the push service answered {status}")),
            Err(words) => Tried::NotReached(words),
        }
    }
}

/// A length that HKDF is asked for.
struct Length(usize);
impl hkdf::KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

/// The body of a push (RFC 8188 and 8291): a header, and one record that only the browser can open.
fn seal(receiver: &[u8; POINT], auth: &[u8; 16], said: &[u8]) -> Result<Vec<u8>, PushFault> {
    let own = agreement::EphemeralPrivateKey::generate(&agreement::ECDH_P256, &SystemRandom::new())?;
    let public = own.compute_public_key()?;
    let salt: [u8; 16] = random().map_err(|_| PushFault::Crypto)?;
    let peer = agreement::UnparsedPublicKey::new(&agreement::ECDH_P256, receiver);
    agreement::agree_ephemeral(own, &peer, |shared| {
        let (key, nonce) = keys(shared, auth, receiver, public.as_ref(), &salt)?;
        record(&key, nonce, &salt, public.as_ref(), said)
    })?
}

/// Key and nonce of the record (RFC 8291, 3.4).
fn keys(
    shared: &[u8],
    auth: &[u8; 16],
    receiver: &[u8],
    sender: &[u8],
    salt: &[u8; 16],
) -> Result<([u8; 16], [u8; 12]), PushFault> {
    let expand = |key: &hkdf::Prk, info: &[&[u8]], out: &mut [u8]| key.expand(info, Length(out.len()))?.fill(out);
    let mut input = [0; 32];
    let between = hkdf::Salt::new(hkdf::HKDF_SHA256, auth).extract(shared);
    expand(&between, &[b"WebPush: info\0", receiver, sender], &mut input)?;
    let secret = hkdf::Salt::new(hkdf::HKDF_SHA256, salt).extract(&input);
    let (mut key, mut nonce) = ([0; 16], [0; 12]);
    expand(&secret, &[b"Content-Encoding: aes128gcm\0"], &mut key)?;
    expand(&secret, &[b"Content-Encoding: nonce\0"], &mut nonce)?;
    Ok((key, nonce))
}

fn record(key: &[u8; 16], nonce: [u8; 12], salt: &[u8; 16], sender: &[u8], said: &[u8]) -> Result<Vec<u8>, PushFault> {
    // The last record ends in a 2 (RFC 8188, 2).
    let mut sealed = [said, &[2]].concat();
    let key = aead::LessSafeKey::new(aead::UnboundKey::new(&aead::AES_128_GCM, key)?);
    key.seal_in_place_append_tag(aead::Nonce::assume_unique_for_key(nonce), aead::Aad::empty(), &mut sealed)?;
    Ok([salt, &RECORD.to_be_bytes()[..], &[POINT as u8], sender, &sealed].concat())
}

#[cfg(test)]
mod tests;
