//! TLS in the process: certificate and key from PEM files, read again when they change, and a listener that sends plain HTTP on.
//!
//! Nothing is negotiated below TLS 1.2, and the cryptography is ring's (no cmake, no OpenSSL in the build). A renewed certificate is taken
//! up without a restart: at SIGHUP, and within [`LOOK`] of a change of either file. One that cannot be used is refused in the log, and
//! the one before goes on serving. Getting certificates is left to whoever renews the machine's others (decision 0010).

use std::path::{Path, PathBuf};
use std::sync::{Arc, Weak};
use std::time::{Duration, SystemTime};

use arc_swap::ArcSwap;
use axum::Router;
use axum::http::Uri;
use axum::response::{IntoResponse, Redirect, Response};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::signal::unix::{SignalKind, signal};
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{self, ServerConfig};
use tokio_rustls::server::TlsStream;
use tokio_rustls::{LazyConfigAcceptor, StartHandshake};

use crate::config::Config;
use crate::shell::Shell;

/// A handshake is two round trips: over a poor radio link it takes two seconds. Whoever needs longer than this is cut off.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// How often the files are looked at: a certificate is renewed weeks before it ends.
const LOOK: Duration = Duration::from_secs(60);
/// Certificates in one file: a chain is three or four long.
const LONGEST_CHAIN: usize = 16;

#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    #[error("{}: {why}; name the PEM file with the certificate and those between it and the root (tls.certificate)", path.display())]
    Certificate { path: PathBuf, why: String },
    #[error("{}: {why}; name the PEM file with the private key, readable by the server's user only (tls.key)", path.display())]
    Key { path: PathBuf, why: String },
    #[error("the certificate {} and the key {} cannot be used: {why}; give the key that the certificate was made with", certificate.display(), key.display())]
    Pair { certificate: PathBuf, key: PathBuf, why: String },
    #[error("the signal by which a renewed certificate is taken up (SIGHUP) cannot be heard: {0}")]
    Signal(#[from] std::io::Error),
}

/// The certificate in use, and where it came from.
#[derive(Debug)]
pub struct Tls {
    certificate: PathBuf,
    key: PathBuf,
    patience: Duration,
    current: ArcSwap<ServerConfig>,
}

/// When both files were last changed.
type Stamp = (Option<SystemTime>, Option<SystemTime>);

impl Tls {
    /// Reads what the settings name; none where they name nothing.
    ///
    /// # Errors
    /// [`TlsError`], for the operator.
    pub fn open(config: &Config) -> Result<Option<Arc<Self>>, TlsError> {
        let Some((certificate, key)) = &config.tls else { return Ok(None) };
        Self::of(certificate, key, HANDSHAKE).map(Arc::new).map(Some)
    }

    /// As [`Self::open`], waiting no longer than `patience` for a handshake.
    ///
    /// # Errors
    /// [`TlsError`].
    pub fn of(certificate: &Path, key: &Path, patience: Duration) -> Result<Self, TlsError> {
        let current = ArcSwap::new(read(certificate, key)?);
        Ok(Self { certificate: certificate.into(), key: key.into(), patience, current })
    }

    /// Reads the files again.
    ///
    /// # Errors
    /// [`TlsError`]; the certificate in use stays.
    pub fn reload(&self) -> Result<(), TlsError> {
        self.current.store(read(&self.certificate, &self.key)?);
        Ok(())
    }

    /// Does the handshake; none where the caller does not speak TLS, or speaks it too slowly.
    pub async fn accept<S: AsyncRead + AsyncWrite + Unpin>(&self, stream: S) -> Option<TlsStream<S>> {
        let shaken = tokio::time::timeout(self.patience, self.shake(stream)).await;
        match shaken {
            Ok(Ok(stream)) => Some(stream),
            Ok(Err(error)) => {
                tracing::debug!(%error, "a handshake failed");
                None
            }
            Err(_) => {
                tracing::debug!(seconds = self.patience.as_secs(), "a handshake took too long");
                None
            }
        }
    }

    /// The configuration is taken when the client has spoken, so that a connection held open silently does not keep an old certificate.
    async fn shake<S: AsyncRead + AsyncWrite + Unpin>(&self, stream: S) -> std::io::Result<TlsStream<S>> {
        let greeted: StartHandshake<S> = LazyConfigAcceptor::new(rustls::server::Acceptor::default(), stream).await?;
        greeted.into_stream(self.current.load_full()).await
    }

    fn stamp(&self) -> Stamp {
        let changed = |path: &Path| std::fs::metadata(path).and_then(|about| about.modified()).ok();
        (changed(&self.certificate), changed(&self.key))
    }

    /// Takes up a renewed certificate, at SIGHUP and when a file has changed, until `tls` is dropped.
    ///
    /// # Errors
    /// [`TlsError::Signal`].
    pub fn keep_fresh(tls: &Arc<Self>) -> Result<(), TlsError> {
        let mut asked = signal(SignalKind::hangup())?;
        let (weak, mut known): (Weak<Self>, Stamp) = (Arc::downgrade(tls), tls.stamp());
        tokio::spawn(async move {
            loop {
                let by_signal = tokio::select! {
                    _ = asked.recv() => true,
                    () = tokio::time::sleep(LOOK) => false,
                };
                let Some(tls) = weak.upgrade() else { return };
                let found = tls.stamp();
                if !by_signal && found == known {
                    continue;
                }
                known = found;
                match tls.reload() {
                    Ok(()) => {
                        tracing::info!(certificate = %tls.certificate.display(), "the certificate was read again")
                    }
                    Err(error) => tracing::error!(%error, "the certificate before this one goes on serving"),
                }
            }
        });
        Ok(())
    }
}

fn read(certificate: &Path, key: &Path) -> Result<Arc<ServerConfig>, TlsError> {
    let unread = |why: String| TlsError::Certificate { path: certificate.into(), why };
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(certificate)
        .map_err(|error| unread(error.to_string()))?
        .take(LONGEST_CHAIN + 1)
        .collect::<Result<_, _>>()
        .map_err(|error| unread(error.to_string()))?;
    if chain.is_empty() || chain.len() > LONGEST_CHAIN {
        return Err(unread(format!("it holds {} certificates, expected 1 to {LONGEST_CHAIN}", chain.len())));
    }
    let secret = PrivateKeyDer::from_pem_file(key)
        .map_err(|error| TlsError::Key { path: key.into(), why: error.to_string() })?;
    let unfit = |error: rustls::Error| TlsError::Pair {
        certificate: certificate.into(),
        key: key.into(),
        why: error.to_string(),
    };
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(unfit)?
        .with_no_client_auth()
        .with_single_cert(chain, secret)
        .map_err(unfit)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    config.ticketer = ring::Ticketer::new().map_err(unfit)?;
    Ok(Arc::new(config))
}

/// What the plain listener answers: the same address over TLS, under the site's own name, whatever name was asked for.
pub fn redirect(shell: &Shell, port: u16) -> Router {
    let domain = shell.config.domain.clone().unwrap_or_default();
    let origin = if port == 443 { format!("https://{domain}") } else { format!("https://{domain}:{port}") };
    Router::new().fallback(move |uri: Uri| async move { sent_on(&origin, &uri) })
}

/// 308 keeps the method: a form is not turned into a look at its address.
fn sent_on(origin: &str, uri: &Uri) -> Response {
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    Redirect::permanent(&format!("{origin}{path}")).into_response()
}
