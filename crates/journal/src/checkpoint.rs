//! A signed statement of where the journal stood: position, chain hash and Merkle root, under an ed25519 key.
//!
//! Whoever holds a checkpoint (the next tier, a printout) can show later whether the journal still contains all that
//! it contained then. The text form is one line, made to be printed or sent to a witness.

use std::fmt;
use std::str::FromStr;

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use thiserror::Error;

use crate::entry::Hash;

/// First word of the signed bytes and of the text form; the number is the layout's version.
const TAG: &str = "oneboard-checkpoint-1";

/// A checkpoint over entries 1 to `position`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checkpoint {
    /// Entries covered; also the size of the Merkle tree.
    pub position: u64,
    /// Milliseconds since the epoch.
    pub at: i64,
    /// Hash of the entry at `position`.
    pub chain_hash: Hash,
    /// RFC 9162 root over the hashes of entries 1 to `position`.
    pub root: Hash,
    pub public_key: [u8; 32],
    pub signature: [u8; 64],
}

/// Why a checkpoint proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CheckpointError {
    #[error(
        "the checkpoint at {position} is signed by another key than the one given; give the key of this installation"
    )]
    OtherKey { position: u64 },
    #[error("the signature of the checkpoint at {position} does not fit what it says; do not rely on it")]
    Signature { position: u64 },
    #[error("{0:?} is not a checkpoint; expected one line: {TAG} position at chain-hash root key signature")]
    Text(String),
}

impl Checkpoint {
    /// Signs what it says.
    pub(crate) fn sign(signer: &SigningKey, position: u64, at: i64, chain_hash: Hash, root: Hash) -> Self {
        let public_key = signer.verifying_key().to_bytes();
        let unsigned = Self { position, at, chain_hash, root, public_key, signature: [0; 64] };
        Self { signature: signer.sign(&unsigned.signed_bytes()).to_bytes(), ..unsigned }
    }

    /// Tag, a zero byte, then position and at (big-endian), chain hash and root.
    fn signed_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(TAG.len() + 81);
        bytes.extend_from_slice(TAG.as_bytes());
        bytes.push(0);
        bytes.extend_from_slice(&self.position.to_be_bytes());
        bytes.extend_from_slice(&self.at.to_be_bytes());
        bytes.extend_from_slice(&self.chain_hash);
        bytes.extend_from_slice(&self.root);
        bytes
    }

    /// Checks the signature; with `key`, also that it is the key expected.
    ///
    /// Without `key` this shows only that the checkpoint is whole, not who made it.
    ///
    /// # Errors
    /// [`CheckpointError::OtherKey`] and [`CheckpointError::Signature`].
    pub fn verify(&self, key: Option<&VerifyingKey>) -> Result<(), CheckpointError> {
        let position = self.position;
        if key.is_some_and(|key| key.to_bytes() != self.public_key) {
            return Err(CheckpointError::OtherKey { position });
        }
        VerifyingKey::from_bytes(&self.public_key)
            .and_then(|key| key.verify_strict(&self.signed_bytes(), &Signature::from_bytes(&self.signature)))
            .map_err(|_| CheckpointError::Signature { position })
    }
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{TAG} {} {} ", self.position, self.at)?;
        write!(f, "{} {} ", hex(&self.chain_hash), hex(&self.root))?;
        write!(f, "{} {}", hex(&self.public_key), hex(&self.signature))
    }
}

impl FromStr for Checkpoint {
    type Err = CheckpointError;

    fn from_str(line: &str) -> Result<Self, Self::Err> {
        let parse = || {
            let mut words = line.split_whitespace();
            words.next().filter(|&tag| tag == TAG)?;
            let checkpoint = Checkpoint {
                position: words.next()?.parse().ok()?,
                at: words.next()?.parse().ok()?,
                chain_hash: unhex(words.next()?)?,
                root: unhex(words.next()?)?,
                public_key: unhex(words.next()?)?,
                signature: unhex(words.next()?)?,
            };
            words.next().is_none().then_some(checkpoint)
        };
        parse().ok_or_else(|| CheckpointError::Text(line.chars().take(80).collect()))
    }
}

/// Lower-case hexadecimal.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes.iter().flat_map(|b| [DIGITS[usize::from(b >> 4)] as char, DIGITS[usize::from(b & 15)] as char]).collect()
}

/// Exactly `N` bytes of hexadecimal.
#[must_use]
pub fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    if text.len() != 2 * N || !text.is_ascii() {
        return None;
    }
    let mut out = [0; N];
    for (i, byte) in out.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * i..2 * i + 2], 16).ok()?;
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_form_comes_back_and_any_change_of_it_is_refused() {
        let key = SigningKey::from_bytes(&[5; 32]);
        let made = Checkpoint::sign(&key, 12, -7, [1; 32], [2; 32]);
        let line = made.to_string();
        assert_eq!(line.parse(), Ok(made));
        assert_eq!(made.verify(Some(&key.verifying_key())), Ok(()));
        let other = SigningKey::from_bytes(&[6; 32]).verifying_key();
        assert_eq!(made.verify(Some(&other)), Err(CheckpointError::OtherKey { position: 12 }));
        for i in 0..line.len() {
            let mut bytes = line.clone().into_bytes();
            bytes[i] = if bytes[i] == b'1' { b'2' } else { b'1' };
            let text = String::from_utf8(bytes).expect("still ASCII");
            let changed = text.parse::<Checkpoint>();
            assert!(changed.is_err() || changed.is_ok_and(|c| c.verify(None).is_err()), "byte {i}: {text}");
        }
    }
}
