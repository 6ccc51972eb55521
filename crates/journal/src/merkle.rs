//! A Merkle tree over entry hashes, as in RFC 9162 section 2.1.
//!
//! A leaf is `SHA-256(0x00 || entry hash)`, a node `SHA-256(0x01 || left || right)`. The tree over `n` entries grows
//! from a [`Frontier`] of at most 64 hashes; proofs ask a source for the subtrees they need.
//!
//! ```
//! use journal::merkle::{Frontier, leaf};
//! let mut tree = Frontier::default();
//! tree.push(leaf(&[7; 32]));
//! assert_eq!(tree.root(), leaf(&[7; 32]));
//! ```

use sha2::{Digest, Sha256};

use crate::entry::Hash;

/// Complete subtrees of this many leaves are stored as tiles, so that a proof over ten million entries reads about
/// 40,000 tiles and 512 entries instead of every entry.
pub const TILE: u64 = 256;

/// The root of the empty tree: SHA-256 of nothing (RFC 9162, 2.1.1).
#[must_use]
pub fn empty_root() -> Hash {
    Sha256::digest([]).into()
}

/// The leaf of an entry.
#[must_use]
pub fn leaf(entry: &Hash) -> Hash {
    let mut bytes = [0; 33];
    bytes[1..].copy_from_slice(entry);
    Sha256::digest(bytes).into()
}

/// The node above two subtrees.
#[must_use]
pub fn node(left: &Hash, right: &Hash) -> Hash {
    let mut bytes = [1; 65];
    bytes[1..33].copy_from_slice(left);
    bytes[33..].copy_from_slice(right);
    Sha256::digest(bytes).into()
}

/// The right edge of the tree: the root of every complete subtree, largest first. Enough to go on from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    edge: Vec<Hash>,
}

impl Frontier {
    /// How many leaves the tree has.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Adds a leaf; when this completes a subtree of [`TILE`] leaves, its root is returned.
    pub fn push(&mut self, leaf: Hash) -> Option<Hash> {
        let mut carry = leaf;
        let mut tile = None;
        // One subtree is merged per trailing one bit of the size, as in a binary counter.
        for level in 0..self.size.trailing_ones() {
            if let Some(left) = self.edge.pop() {
                carry = node(&left, &carry);
            }
            if 2u64 << level == TILE {
                tile = Some(carry);
            }
        }
        self.edge.push(carry);
        self.size += 1;
        tile
    }

    /// The root over all leaves so far.
    #[must_use]
    pub fn root(&self) -> Hash {
        self.edge.iter().rev().copied().reduce(|right, left| node(&left, &right)).unwrap_or_else(empty_root)
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        self.edge.concat()
    }

    /// `None` when the bytes cannot be the frontier of a tree of `size` leaves.
    pub(crate) fn from_bytes(size: u64, bytes: &[u8]) -> Option<Self> {
        let (edge, rest) = bytes.as_chunks::<32>();
        (rest.is_empty() && edge.len() == size.count_ones() as usize).then(|| Self { size, edge: edge.to_vec() })
    }
}

/// Where proofs get their hashes: `known(first, len)` is the root of the complete subtree over leaves
/// `first..first + len`, if it is at hand; it must be at hand for `len` 1.
pub(crate) type Known<'a, E> = &'a mut dyn FnMut(u64, u64) -> Result<Option<Hash>, E>;

/// The largest power of two below `n`; `n` is at least 2.
fn split(n: u64) -> u64 {
    1 << (n - 1).ilog2()
}

/// The root over leaves `first..first + len`.
fn subtree<E>(known: Known<'_, E>, first: u64, len: u64) -> Result<Hash, E> {
    if len == 0 {
        return Ok(empty_root());
    }
    if let Some(hash) = known(first, len)? {
        return Ok(hash);
    }
    if len == 1 {
        // A source without the leaf has said so by an error; zeros prove nothing to anyone.
        return Ok([0; 32]);
    }
    let left = split(len);
    Ok(node(&subtree(known, first, left)?, &subtree(known, first + left, len - left)?))
}

/// Proof that leaf `index` is in the tree of `size` leaves (RFC 9162, 2.1.3.1); `index < size`.
pub(crate) fn inclusion<E>(known: Known<'_, E>, index: u64, size: u64) -> Result<Vec<Hash>, E> {
    fn path<E>(known: Known<'_, E>, index: u64, first: u64, len: u64, out: &mut Vec<Hash>) -> Result<(), E> {
        if len <= 1 {
            return Ok(());
        }
        let left = split(len);
        if index < left {
            path(known, index, first, left, out)?;
            out.push(subtree(known, first + left, len - left)?);
        } else {
            path(known, index - left, first + left, len - left, out)?;
            out.push(subtree(known, first, left)?);
        }
        Ok(())
    }
    let mut out = Vec::new();
    path(known, index, 0, size, &mut out)?;
    Ok(out)
}

/// Proof that the tree of `old` leaves is the beginning of the tree of `new` leaves (RFC 9162, 2.1.4.1);
/// `0 < old <= new`.
pub(crate) fn consistency<E>(known: Known<'_, E>, old: u64, new: u64) -> Result<Vec<Hash>, E> {
    fn path<E>(known: Known<'_, E>, old: u64, first: u64, len: u64, whole: bool, out: &mut Vec<Hash>) -> Result<(), E> {
        if old == len {
            if !whole {
                out.push(subtree(known, first, len)?);
            }
            return Ok(());
        }
        let left = split(len);
        if old <= left {
            path(known, old, first, left, whole, out)?;
            out.push(subtree(known, first + left, len - left)?);
        } else {
            path(known, old - left, first + left, len - left, false, out)?;
            out.push(subtree(known, first, left)?);
        }
        Ok(())
    }
    let mut out = Vec::new();
    path(known, old, 0, new, true, &mut out)?;
    Ok(out)
}

/// Does `proof` show that `leaf` is leaf `index` (from 0) of the tree with this size and root? RFC 9162, 2.1.3.2.
#[must_use]
pub fn verify_inclusion(leaf: &Hash, index: u64, size: u64, root: &Hash, proof: &[Hash]) -> bool {
    if index >= size {
        return false;
    }
    let (mut fnode, mut snode, mut hash) = (index, size - 1, *leaf);
    for part in proof {
        if snode == 0 {
            return false;
        }
        if fnode & 1 == 1 || fnode == snode {
            hash = node(part, &hash);
            while fnode & 1 == 0 && fnode != 0 {
                fnode >>= 1;
                snode >>= 1;
            }
        } else {
            hash = node(&hash, part);
        }
        fnode >>= 1;
        snode >>= 1;
    }
    snode == 0 && hash == *root
}

/// Does `proof` show that the old tree is the beginning of the new one? RFC 9162, 2.1.4.2.
#[must_use]
pub fn verify_consistency(old: u64, old_root: &Hash, new: u64, new_root: &Hash, proof: &[Hash]) -> bool {
    if old == new {
        return proof.is_empty() && old_root == new_root;
    }
    if old == 0 || old > new {
        return false;
    }
    let mut parts = proof.iter();
    let start = if old.is_power_of_two() { Some(old_root) } else { parts.next() };
    let Some(start) = start else { return false };
    let (mut fnode, mut snode) = (old - 1, new - 1);
    while fnode & 1 == 1 {
        fnode >>= 1;
        snode >>= 1;
    }
    let (mut from_old, mut from_new) = (*start, *start);
    for part in parts {
        if snode == 0 {
            return false;
        }
        if fnode & 1 == 1 || fnode == snode {
            from_old = node(part, &from_old);
            from_new = node(part, &from_new);
            while fnode & 1 == 0 && fnode != 0 {
                fnode >>= 1;
                snode >>= 1;
            }
        } else {
            from_new = node(&from_new, part);
        }
        fnode >>= 1;
        snode >>= 1;
    }
    snode == 0 && from_old == *old_root && from_new == *new_root
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The definition of RFC 9162, 2.1.1, word for word: the oracle for everything above.
    fn by_definition(leaves: &[Hash]) -> Hash {
        match leaves.len() {
            0 => empty_root(),
            1 => leaves[0],
            n => {
                let mut k = 1;
                while k * 2 < n {
                    k *= 2;
                }
                node(&by_definition(&leaves[..k]), &by_definition(&leaves[k..]))
            }
        }
    }

    fn leaves(n: u64) -> Vec<Hash> {
        (0..n).map(|i| leaf(&Sha256::digest(i.to_be_bytes()).into())).collect()
    }

    fn source(leaves: &[Hash]) -> impl FnMut(u64, u64) -> Result<Option<Hash>, ()> {
        |first, len| Ok((len == 1).then(|| leaves[first as usize]))
    }

    #[test]
    fn the_frontier_grows_to_the_root_of_the_definition_and_survives_storage() {
        let all = leaves(600);
        let mut tree = Frontier::default();
        for n in 0..all.len() {
            assert_eq!(tree.root(), by_definition(&all[..n]), "{n} leaves");
            tree = Frontier::from_bytes(n as u64, &tree.to_bytes()).expect("what it wrote");
            let tile = tree.push(all[n]);
            let complete = (n + 1) % 256 == 0;
            assert_eq!(tile, complete.then(|| by_definition(&all[n - 255..=n])));
        }
    }

    #[test]
    fn every_proof_of_small_trees_holds_and_none_holds_for_another_root() {
        let all = leaves(40);
        for size in 1..=40u64 {
            let root = by_definition(&all[..size as usize]);
            for index in 0..size {
                let proof = inclusion(&mut source(&all), index, size).expect("source answers");
                assert!(verify_inclusion(&all[index as usize], index, size, &root, &proof));
                assert!(!verify_inclusion(&all[index as usize], index, size, &[1; 32], &proof));
                assert!(!verify_inclusion(&[1; 32], index, size, &root, &proof));
            }
            for old in 1..=size {
                let old_root = by_definition(&all[..old as usize]);
                let proof = consistency(&mut source(&all), old, size).expect("source answers");
                assert!(verify_consistency(old, &old_root, size, &root, &proof));
                assert!(!verify_consistency(old, &[1; 32], size, &root, &proof));
                assert!(!verify_consistency(old, &old_root, size, &[1; 32], &proof));
            }
        }
    }
}
