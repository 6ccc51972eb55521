//! The headers of every response: a strict content policy, no framing, no sniffing, nothing kept where it matters.

use axum::extract::Request;
use axum::http::header::{self, HeaderName, HeaderValue};
use axum::response::Response;

use super::negotiate::remember;
use crate::shell::Shell;

/// Nothing from elsewhere, nothing inline, no `unsafe-*`: scripts and styles are files of our own.
pub const CONTENT_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; \
     connect-src 'self'; worker-src 'self'; manifest-src 'self'; media-src 'self' blob:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// On every response. No page asks where its reader is: a place is known only from a check-in.
pub static ALWAYS: [(HeaderName, &str); 7] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT_POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "geolocation=(), camera=(), microphone=(), usb=(), bluetooth=(), serial=(), payment=(), display-capture=()",
    ),
];

/// Two years, as browsers' preload lists ask; sent only over TLS.
pub const STRICT_TRANSPORT: &str = "max-age=63072000; includeSubDomains";

/// The cookies that remember what the address chooses: language and theme.
pub(super) fn chosen(shell: &Shell, request: &Request) -> Vec<String> {
    request.uri().query().map(|_| remember(request.uri(), shell.config.is_secure())).unwrap_or_default()
}

/// Sets the headers. A handler's own `Cache-Control` stands; without one nothing is stored anywhere.
pub(super) fn set(shell: &Shell, chosen: Vec<String>, response: &mut Response) {
    let headers = response.headers_mut();
    headers.reserve(ALWAYS.len() + 4);
    for (name, value) in &ALWAYS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if shell.config.is_secure() {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(STRICT_TRANSPORT));
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    for cookie in chosen {
        if let Ok(cookie) = HeaderValue::from_str(&cookie) {
            headers.append(header::SET_COOKIE, cookie);
        }
    }
}

/// The headers that `response` lacks or has wrong; empty where all is well. For the sweep over every route.
pub fn faults(response: &Response) -> Vec<String> {
    let headers = response.headers();
    let mut faults: Vec<String> = ALWAYS
        .iter()
        .filter(|(name, value)| headers.get(name).map(HeaderValue::as_bytes) != Some(value.as_bytes()))
        .map(|(name, value)| format!("{name} is {:?}, expected {value:?}", headers.get(name)))
        .collect();
    if !headers.contains_key(header::CACHE_CONTROL) {
        faults.push("cache-control is missing".into());
    }
    for cookie in headers.get_all(header::SET_COOKIE) {
        if !cookie.to_str().is_ok_and(|cookie| cookie.contains("SameSite=")) {
            faults.push(format!("a cookie without SameSite: {cookie:?}"));
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_has_nothing_unsafe_and_no_wildcard() {
        assert!(
            !CONTENT_POLICY.contains("unsafe") && !CONTENT_POLICY.contains('*') && !CONTENT_POLICY.contains("http")
        );
    }
}
