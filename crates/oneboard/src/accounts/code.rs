//! The second factor: six digits every thirty seconds (RFC 6238), each good once.

use maud::{Markup, PreEscaped, html};
use qrcodegen::{QrCode, QrCodeEcc};
use totp_rs::{Builder, Secret, Totp};

use crate::page::percent;

/// Bytes of a secret: 160 bits, as RFC 4226 recommends.
pub const SECRET: usize = 20;

fn totp(secret: &[u8; SECRET]) -> Totp {
    Builder::new().with_secret(Secret::new_stack(*secret)).build_noncompliant()
}

/// The step that `code` belongs to, if it is right at `seconds` and later than `last`: a code seen before is refused.
pub fn step_of(secret: &[u8; SECRET], code: &str, seconds: u64, last: u64) -> Option<u64> {
    let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    if code.len() != 6 || !code.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    totp(secret).check(&code, seconds).filter(|step| *step > last)
}

/// The code of an instant; for tests and for the demonstration's journeys.
pub fn code_at(secret: &[u8; SECRET], seconds: u64) -> String {
    let signed = totp(secret);
    let bytes = signed.sign(seconds);
    let bytes = bytes.as_ref();
    let offset = usize::from(bytes[bytes.len() - 1] & 15);
    let word = u32::from_be_bytes([bytes[offset] & 0x7f, bytes[offset + 1], bytes[offset + 2], bytes[offset + 3]]);
    format!("{:06}", word % 1_000_000)
}

/// The secret as it is typed into an application.
pub fn base32(secret: &[u8; SECRET]) -> String {
    Secret::new_stack(*secret).to_base32()
}

/// The square to photograph, as inline SVG; nothing if the text is too long for one.
pub fn square(secret: &[u8; SECRET], agency: &str, login: &str) -> Option<Markup> {
    let agency: String = agency.chars().filter(|c| *c != ':').take(40).collect();
    let address = format!(
        "otpauth://totp/{}:{}?secret={}&issuer={}&algorithm=SHA1&digits=6&period=30",
        percent(&agency),
        percent(login),
        base32(secret),
        percent(&agency)
    );
    let code = QrCode::encode_text(&address, QrCodeEcc::Medium).ok()?;
    // Four modules of quiet around it (ISO/IEC 18004).
    let side = code.size() + 8;
    let mut path = String::new();
    for y in 0..code.size() {
        for x in 0..code.size() {
            if code.get_module(x, y) {
                path.push_str(&format!("M{} {}h1v1h-1z", x + 4, y + 4));
            }
        }
    }
    Some(html! {
        svg.square width="240" height="240" viewBox=(format!("0 0 {side} {side}")) role="img" shape-rendering="crispEdges" {
            rect width="100%" height="100%" fill="#fff" {}
            (PreEscaped(format!("<path d=\"{path}\" fill=\"#000\"/>")))
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET_OF_RFC: &[u8; SECRET] = b"12345678901234567890";

    #[test]
    fn the_codes_of_rfc_6238() {
        // Appendix B, SHA-1, the last six of eight digits.
        for (seconds, code) in [(59, "287082"), (1_111_111_109, "081804"), (20_000_000_000, "353130")] {
            assert_eq!(code_at(SECRET_OF_RFC, seconds), code);
            assert_eq!(step_of(SECRET_OF_RFC, code, seconds, 0), Some(seconds / 30));
        }
    }

    #[test]
    fn one_step_of_drift_is_forgiven_and_a_second_use_is_not() {
        let code = code_at(SECRET_OF_RFC, 3000);
        assert_eq!(step_of(SECRET_OF_RFC, &code, 3029 + 30, 0), Some(100));
        assert_eq!(step_of(SECRET_OF_RFC, &code, 3000 + 61, 0), None);
        assert_eq!(step_of(SECRET_OF_RFC, &code, 3000, 100), None, "seen before");
        for bad in ["", "12345", "1234567", "abcdef", "１２３４５６"] {
            assert_eq!(step_of(SECRET_OF_RFC, bad, 3000, 0), None, "{bad}");
        }
    }

    #[test]
    fn the_square_is_drawn_without_a_script_or_style() {
        let drawn = square(SECRET_OF_RFC, "龙东市公安局:x", "zhao.min").expect("short enough").into_string();
        assert!(drawn.starts_with("<svg") && !drawn.contains("style=") && drawn.contains("<path"));
    }
}
