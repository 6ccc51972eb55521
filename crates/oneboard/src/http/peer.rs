//! Who is calling: the address of the connection, or of the client that a trusted proxy names.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use axum::extract::Request;
use axum::http::HeaderMap;

use crate::shell::Shell;

/// The far end of the connection; put into every request by `listen`.
#[derive(Clone, Copy, Debug)]
pub struct Connected(pub SocketAddr);

/// The caller as far as it can be believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer {
    pub address: IpAddr,
    /// The connection itself comes from this machine, and no proxy is speaking for anybody else.
    pub loopback: bool,
}

impl Peer {
    /// Nobody known: counted together, and never on loopback.
    pub const UNKNOWN: Self = Self { address: IpAddr::V6(Ipv6Addr::UNSPECIFIED), loopback: false };

    /// Decides from the connection's address and, where that is a trusted proxy, from the last `X-Forwarded-For`
    /// entry that is not one. A header from anybody else is ignored.
    pub fn of(connected: Option<IpAddr>, headers: &HeaderMap, proxies: &[IpAddr]) -> Self {
        let Some(address) = connected.map(|address| address.to_canonical()) else { return Self::UNKNOWN };
        let forwarded = headers.contains_key("x-forwarded-for") || headers.contains_key("forwarded");
        if !proxies.contains(&address) {
            return Self { address, loopback: address.is_loopback() && !forwarded };
        }
        let client = headers
            .get_all("x-forwarded-for")
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .filter_map(|part| part.trim().parse::<IpAddr>().ok())
            .map(|address| address.to_canonical())
            .rfind(|address| !proxies.contains(address));
        Self { address: client.unwrap_or(address), loopback: false }
    }
}

pub(super) fn of(shell: &Shell, request: &Request) -> Peer {
    let connected = request.extensions().get::<Connected>().map(|connected| connected.0.ip());
    Peer::of(connected, request.headers(), &shell.config.proxies)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(connected: &str, forwarded: &str, proxies: &[&str]) -> Peer {
        let mut headers = HeaderMap::new();
        if !forwarded.is_empty() {
            headers.insert("x-forwarded-for", forwarded.parse().expect("a header value"));
        }
        let proxies: Vec<IpAddr> = proxies.iter().map(|p| p.parse().expect("an address")).collect();
        Peer::of(Some(connected.parse().expect("an address")), &headers, &proxies)
    }

    #[test]
    fn a_forged_header_is_ignored() {
        assert_eq!(peer("203.0.113.9", "127.0.0.1", &[]).address.to_string(), "203.0.113.9");
        assert!(!peer("127.0.0.1", "203.0.113.9", &[]).loopback, "somebody is speaking for somebody else");
    }

    #[test]
    fn a_trusted_proxy_names_the_last_client_it_saw() {
        let found = peer("10.0.0.1", "127.0.0.1, 203.0.113.9, 10.0.0.1", &["10.0.0.1"]);
        assert_eq!(found, Peer { address: "203.0.113.9".parse().expect("an address"), loopback: false });
        assert!(!peer("127.0.0.1", "", &["127.0.0.1"]).loopback, "a proxy on this machine speaks for others");
        assert!(peer("::ffff:127.0.0.1", "", &[]).loopback);
    }
}
