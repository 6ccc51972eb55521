//! Mutations come from our own pages: `Sec-Fetch-Site`, else `Origin` against `Host`, on every unsafe method.
//!
//! No token is needed, so no form can forget it (decision 0005). A caller that sends neither header is no browser, has no
//! ambient cookie to abuse, and passes. The `Host` itself must be ours or an address: a foreign name pointed at this machine
//! (DNS rebinding) reaches nothing.

use std::net::IpAddr;

use axum::extract::Request;
use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, HeaderValue, Uri};

use super::problem::{Kind, Problem};
use crate::shell::Shell;

pub(super) fn check(shell: &Shell, request: &mut Request) -> Result<(), Problem> {
    // HTTP/2 has the host in the address alone; whatever comes after this finds it in one place.
    if let Some(host) = request.uri().authority().and_then(|host| HeaderValue::from_str(host.as_str()).ok()) {
        request.headers_mut().insert(HOST, host);
    }
    let (headers, uri) = (request.headers(), request.uri());
    let host = authority(headers, uri);
    if !host.is_some_and(|host| is_ours(host, shell.config.domain.as_deref())) {
        return Err(Problem::new(Kind::WrongHost).value(host.unwrap_or_default()));
    }
    if !request.method().is_safe() && !is_same_origin(headers, host.unwrap_or_default()) {
        return Err(Problem::new(Kind::ForeignOrigin));
    }
    Ok(())
}

fn authority<'r>(headers: &'r HeaderMap, uri: &'r Uri) -> Option<&'r str> {
    uri.authority().map(|authority| authority.as_str()).or_else(|| headers.get(HOST)?.to_str().ok())
}

fn is_ours(authority: &str, domain: Option<&str>) -> bool {
    let name = match authority.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => authority.rsplit_once(':').map_or(authority, |(name, _)| name),
    };
    name.eq_ignore_ascii_case("localhost")
        || name.parse::<IpAddr>().is_ok()
        || domain.is_some_and(|ours| ours.eq_ignore_ascii_case(name))
}

fn is_same_origin(headers: &HeaderMap, host: &str) -> bool {
    if let Some(site) = headers.get("sec-fetch-site") {
        return matches!(site.as_bytes(), b"same-origin" | b"none");
    }
    match headers.get(ORIGIN) {
        None => true,
        Some(origin) => {
            let origin = origin.to_str().unwrap_or("null");
            origin.split_once("://").is_some_and(|(_, authority)| authority.eq_ignore_ascii_case(host))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(pairs: &[(&'static str, &str)]) -> bool {
        let headers = pairs.iter().map(|(k, v)| (k.parse().expect("a name"), v.parse().expect("a value"))).collect();
        is_same_origin(&headers, "board.example.org:8443")
    }

    #[test]
    fn only_our_own_pages_may_change_anything() {
        assert!(same(&[("sec-fetch-site", "same-origin"), ("origin", "https://evil.example")]));
        for foreign in ["cross-site", "same-site", ""] {
            assert!(!same(&[("sec-fetch-site", foreign)]), "{foreign}");
        }
        assert!(same(&[("origin", "https://board.example.org:8443")]));
        for foreign in [
            "null",
            "https://evil.example",
            "https://board.example.org",
            "https://board.example.org:8443.evil.example",
            "",
        ] {
            assert!(!same(&[("origin", foreign)]), "{foreign}");
        }
        assert!(same(&[]), "a program is not a browser");
    }

    #[test]
    fn the_host_is_ours_or_an_address() {
        for good in ["127.0.0.1:8080", "[::1]:8080", "localhost", "LOCALHOST:1", "board.example.org", "10.1.2.3"] {
            assert!(is_ours(good, Some("board.example.org")), "{good}");
        }
        for bad in ["evil.example", "127.0.0.1.evil.example:80", "", "board.example.org.evil.example"] {
            assert!(!is_ours(bad, Some("board.example.org")), "{bad}");
        }
        assert!(!is_ours("board.example.org", None));
    }
}
