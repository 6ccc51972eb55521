//! Where a delivery may go: resolved once, looked at, and connected to as it was resolved.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use tokio::net::{TcpStream, lookup_host};

/// A host and a port from the settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    pub host: String,
    pub port: u16,
    /// Addresses of this machine and of private networks are meant: a relay or a gateway of one's own.
    pub private: bool,
}

#[derive(Debug, thiserror::Error)]
pub enum AddressFault {
    #[error("{host} has no address: {why}")]
    Unresolved { host: String, why: String },
    #[error("{host} is at {address}, which is not a public address: set deliver.private if that is meant")]
    NotPublic { host: String, address: IpAddr },
    #[error("{host} does not answer: {why}")]
    NoConnection { host: String, why: String },
}

impl Target {
    /// The first address of the host; refused where it is not public and that was not meant.
    ///
    /// # Errors
    /// [`AddressFault`].
    pub async fn resolve(&self) -> Result<SocketAddr, AddressFault> {
        let host = || self.host.clone();
        let found = lookup_host((self.host.as_str(), self.port)).await;
        let mut found = found.map_err(|why| AddressFault::Unresolved { host: host(), why: why.to_string() })?;
        let none = || AddressFault::Unresolved { host: host(), why: "the name service knows none".into() };
        let address = found.next().ok_or_else(none)?;
        if self.private || is_public(address.ip()) {
            Ok(address)
        } else {
            Err(AddressFault::NotPublic { host: host(), address: address.ip() })
        }
    }

    /// Connects to the address that was looked at, and to no other.
    ///
    /// # Errors
    /// [`AddressFault`].
    pub async fn connect(&self) -> Result<TcpStream, AddressFault> {
        let address = self.resolve().await?;
        let refused =
            |why: std::io::Error| AddressFault::NoConnection { host: self.host.clone(), why: why.to_string() };
        TcpStream::connect(address).await.map_err(refused)
    }
}

/// Reachable from anywhere: none of the ranges that IANA keeps for other uses (RFC 6890).
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => match address.to_ipv4_mapped() {
            Some(mapped) => is_public_v4(mapped),
            None => is_public_v6(address),
        },
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    !(address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_broadcast()
        || address.is_documentation()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 198 && (b == 18 || b == 19))
        || (a == 192 && b == 0 && c == 0))
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    // Of what is handed out (2000::/3), not documentation, not Teredo or 6to4, which carry another address within.
    let [first, second, ..] = address.segments();
    (first & 0xe000) == 0x2000 && !(first == 0x2001 && (second == 0x0db8 || second < 0x0200)) && first != 0x2002
}
