//! Secrets that are shown once: 256 random bits, kept only as their hash.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// SHA-256 of a token; what is stored. The token has full entropy, so no salt is needed.
pub type TokenHash = [u8; 32];

/// A fresh token as text (43 characters, safe in a cookie and an address) and its hash.
pub fn fresh() -> Result<(String, TokenHash), getrandom::Error> {
    let bytes: [u8; 32] = random()?;
    Ok((URL_SAFE_NO_PAD.encode(bytes), Sha256::digest(bytes).into()))
}

/// Random bytes of the operating system.
pub fn random<const N: usize>() -> Result<[u8; N], getrandom::Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}

/// The hash of a token as a caller sent it; none where it cannot be one.
pub fn hash_of(text: &str) -> Option<TokenHash> {
    let mut bytes = [0; 33];
    let length = URL_SAFE_NO_PAD.decode_slice(text.trim(), &mut bytes).ok()?;
    (length == 32).then(|| Sha256::digest(&bytes[..32]).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_known_by_its_hash_and_nothing_else_is() {
        let (text, hash) = fresh().expect("random bytes");
        assert_eq!(text.len(), 43);
        assert_eq!(hash_of(&text), Some(hash));
        assert_ne!(fresh().expect("random bytes").0, text);
        for bad in ["", "short", &text[1..], &format!("{text}A"), &"é".repeat(30)] {
            assert_eq!(hash_of(bad), None, "{bad}");
        }
    }
}
