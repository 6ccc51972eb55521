//! Whom a delivery believes: the authorities that this machine trusts, and the agency's own where the settings name one.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{self, ClientConfig, RootCertStore};

#[derive(Debug, thiserror::Error)]
pub enum TrustFault {
    #[error("{}: {why}; name the PEM file of the authority whose certificates the mail server and the gateway have (deliver.authority)", path.display())]
    Authority { path: PathBuf, why: String },
    #[error("no TLS can be spoken: {0}")]
    Tls(#[from] rustls::Error),
}

/// Certificates of authorities.
#[derive(Clone, Debug, Default)]
pub struct Trust(Vec<CertificateDer<'static>>);

impl Trust {
    /// Those of this machine, and those in a PEM file.
    ///
    /// # Errors
    /// [`TrustFault::Authority`] where the file has none that can be read.
    pub fn open(authority: Option<&Path>) -> Result<Self, TrustFault> {
        // A machine without any speaks TLS to nobody, and each delivery says why.
        let mut found = rustls_native_certs::load_native_certs().certs;
        if let Some(path) = authority {
            found.extend(Self::read(path)?.0);
        }
        Ok(Self(found))
    }

    /// Those of a PEM file alone.
    ///
    /// # Errors
    /// [`TrustFault::Authority`].
    pub fn read(path: &Path) -> Result<Self, TrustFault> {
        let fault = |why: String| TrustFault::Authority { path: path.to_owned(), why };
        let read = CertificateDer::pem_file_iter(path).map_err(|why| fault(why.to_string()))?;
        let found: Vec<_> = read.collect::<Result<_, _>>().map_err(|why| fault(why.to_string()))?;
        if found.is_empty() { Err(fault("it has no certificate".to_owned())) } else { Ok(Self(found)) }
    }

    /// What a connection is kept from others with.
    ///
    /// # Errors
    /// [`TrustFault::Tls`].
    pub fn secrecy(&self) -> Result<Secrecy, TrustFault> {
        let mut roots = RootCertStore::empty();
        // A machine's store may hold one that is malformed; the others count.
        roots.add_parsable_certificates(self.0.iter().cloned());
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Secrecy(Arc::new(config)))
    }
}

/// TLS that believes these authorities, and nobody else.
#[derive(Clone, Debug)]
pub struct Secrecy(Arc<ClientConfig>);

impl Secrecy {
    /// A connection on which the host has proved its name.
    ///
    /// # Errors
    /// In words: it has not.
    pub async fn around(&self, host: &str, stream: TcpStream) -> Result<TlsStream<TcpStream>, String> {
        let name = ServerName::try_from(host.to_owned()).map_err(|_| format!("{host} is no name of a server"))?;
        let connected = TlsConnector::from(Arc::clone(&self.0)).connect(name, stream).await;
        connected.map_err(|fault| format!("{host} cannot prove who it is: {fault}"))
    }
}
