//! What outsiders put into texts and links. Nothing is changed: everything is shown as plain text, nothing is fetched.

use super::finding::{Code, Findings, Level, quote};
use crate::xml::Element;

/// Attachments above this many Base64 characters are remarked on: they belong behind a link.
const LARGE_ATTACHMENT: usize = 256 << 10;
/// Texts are searched for script as far as this; of the real alerts at hand no description passes 5 kB.
const SEARCHED: usize = 64 << 10;

/// Remarks on script in a text.
pub(super) fn check(text: &str, at: Element<'_>, findings: &mut Findings) {
    const SIGNS: [&str; 4] = ["<script", "javascript:", "<iframe", "onerror="];
    if !text.contains(['<', ':', '=']) {
        return;
    }
    let end = text.floor_char_boundary(SEARCHED);
    let lower = text.get(..end).unwrap_or_default().to_ascii_lowercase();
    if let Some(sign) = SIGNS.iter().find(|s| lower.contains(**s)) {
        let text = format!("<{}> contains {sign:?}; it is shown as plain text only", at.local());
        findings.add(Level::Doubt, Code::Markup, at.line(), text);
    }
}

/// Remarks on a link that points into this machine or a private network, or is no web link.
pub(super) fn check_link(link: &str, at: Element<'_>, findings: &mut Findings) {
    check(link, at, findings);
    let trimmed = link.trim();
    let lower = trimmed.to_ascii_lowercase();
    let host = lower.split_once("://").map(|(_, rest)| rest).map(|rest| {
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        authority.rsplit('@').next().unwrap_or_default()
    });
    let local = lower.starts_with("file:") || host.is_some_and(is_private);
    if local {
        let text = format!(
            "<{}> points to {}, inside this machine or a private network; it is never fetched",
            at.local(),
            quote(trimmed)
        );
        findings.add(Level::Doubt, Code::PrivateLink, at.line(), text);
    }
}

fn is_private(host: &str) -> bool {
    if let Some(v6) = host.strip_prefix('[').and_then(|h| h.split(']').next()) {
        return match v6.parse::<std::net::Ipv6Addr>() {
            Ok(ip) => ip.is_loopback() || ip.is_unspecified() || ip.is_unique_local() || ip.is_unicast_link_local(),
            Err(_) => true,
        };
    }
    let name = host.split(':').next().unwrap_or_default();
    match name.parse::<std::net::Ipv4Addr>() {
        Ok(ip) => ip.is_loopback() || ip.is_private() || ip.is_link_local() || ip.is_unspecified(),
        Err(_) => name == "localhost" || name.ends_with(".localhost") || name.ends_with(".local"),
    }
}

/// Remarks on a large attachment.
pub(super) fn check_attachment(content: &str, at: Element<'_>, findings: &mut Findings) {
    if content.len() > LARGE_ATTACHMENT {
        let text =
            format!("an attachment of {} characters stands in the alert; it is kept, never opened", content.len());
        findings.add(Level::Note, Code::LargeAttachment, at.line(), text);
    }
}

#[cfg(test)]
mod tests {
    use super::is_private;

    #[test]
    fn private_hosts_are_known() {
        for host in [
            "localhost",
            "127.0.0.1:80",
            "10.1.2.3",
            "192.168.0.1",
            "169.254.169.254",
            "[::1]:80",
            "[fe80::1]",
            "printer.local",
        ] {
            assert!(is_private(host), "{host}");
        }
        for host in ["alerts.weather.gov", "8.8.8.8", "[2001:4860::1]", "172.15.0.1"] {
            assert!(!is_private(host), "{host}");
        }
    }
}
