//! A snapshot is a cache of a state at a position: never trusted, never migrated, thrown away at any doubt.
//!
//! File: `"OBSNAP1\0"`, schema hash (32), position (8, big-endian), chain hash (32), length of content (8), digest
//! (SHA-256 over everything before it and the content, 32), content.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::entry::Hash;
use crate::files;

/// Snapshots kept: the latest, and the one before in case the latest is damaged.
pub const KEPT: usize = 2;

const MAGIC: &[u8; 8] = b"OBSNAP1\0";
const HEADER: usize = 8 + 32 + 8 + 32 + 8;
const ENDING: &str = "snapshot";

/// What a snapshot is a snapshot of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Meta {
    /// Digest of whatever decides how content is read: a release with another one starts from the journal.
    pub schema_hash: Hash,
    pub position: u64,
    /// Hash of the entry at `position`: binds the snapshot to this very journal.
    pub chain_hash: Hash,
}

/// What [`load_latest`] found.
#[derive(Debug, Default)]
pub struct Loaded {
    /// The newest snapshot that fits, with its content.
    pub snapshot: Option<(Meta, Vec<u8>)>,
    /// Files thrown away, and why.
    pub discarded: Vec<(PathBuf, String)>,
}

/// The folder of snapshots could not be used. The journal is untouched; the server can run without snapshots.
#[derive(Debug, Error)]
#[error("{}: {source}; check that the folder is writable and the disk not full", .path.display())]
pub struct SnapshotError {
    pub path: PathBuf,
    pub source: io::Error,
}

/// Keeps a snapshot in `folder` and removes all but the last [`KEPT`].
///
/// # Errors
/// [`SnapshotError`]; a snapshot that was there before is still whole.
pub fn save(folder: &Path, meta: &Meta, content: &[u8]) -> Result<PathBuf, SnapshotError> {
    let path = folder.join(format!("{:020}.{ENDING}", meta.position));
    let temporary = path.with_extension("temporary");
    let write = || {
        fs::create_dir_all(folder)?;
        let mut header = Vec::with_capacity(HEADER);
        header.extend_from_slice(MAGIC);
        header.extend_from_slice(&meta.schema_hash);
        header.extend_from_slice(&meta.position.to_be_bytes());
        header.extend_from_slice(&meta.chain_hash);
        header.extend_from_slice(&(content.len() as u64).to_be_bytes());
        let mut file = fs::File::create(&temporary)?;
        file.write_all(&header)?;
        file.write_all(&digest(&header, content))?;
        file.write_all(content)?;
        drop(file);
        files::publish(&temporary, &path)?;
        for old in newest_first(folder)?.into_iter().skip(KEPT) {
            fs::remove_file(old)?;
        }
        Ok(())
    };
    write().map_err(|source| SnapshotError { path: path.clone(), source })?;
    Ok(path)
}

/// The newest snapshot in `folder` that is whole, of this schema, and of the journal in which the entry at a
/// position has the hash that `chain_hash_at` says. Every other one is removed.
///
/// # Errors
/// [`SnapshotError`] when the folder cannot be read; a folder that does not exist holds no snapshot.
pub fn load_latest(
    folder: &Path,
    schema_hash: &Hash,
    mut chain_hash_at: impl FnMut(u64) -> Option<Hash>,
) -> Result<Loaded, SnapshotError> {
    let fault = |path: &Path, source| SnapshotError { path: path.to_owned(), source };
    let mut loaded = Loaded::default();
    for path in newest_first(folder).map_err(|e| fault(folder, e))? {
        let bytes = fs::read(&path).map_err(|e| fault(&path, e))?;
        let checked = parse(&bytes).and_then(|(meta, content)| {
            if meta.schema_hash != *schema_hash {
                return Err("it is of another schema: a release that reads boards differently wrote it".into());
            }
            match chain_hash_at(meta.position) {
                Some(hash) if hash == meta.chain_hash => Ok((meta, content)),
                Some(_) => Err(format!("entry {} of this journal has another hash", meta.position)),
                None => Err(format!("this journal has no entry {}", meta.position)),
            }
        });
        match checked {
            Ok((meta, content)) => {
                loaded.snapshot = Some((meta, content.to_vec()));
                break;
            }
            Err(why) => {
                fs::remove_file(&path).map_err(|e| fault(&path, e))?;
                loaded.discarded.push((path, why));
            }
        }
    }
    Ok(loaded)
}

fn parse(bytes: &[u8]) -> Result<(Meta, &[u8]), String> {
    let short = || format!("it is cut short at {} bytes", bytes.len());
    let (header, rest) = bytes.split_at_checked(HEADER).ok_or_else(short)?;
    let (stated, content) = rest.split_first_chunk::<32>().ok_or_else(short)?;
    if *stated != digest(header, content) {
        return Err("its digest does not fit its bytes".into());
    }
    let at = |from: usize, field: &mut [u8]| field.copy_from_slice(&header[from..from + field.len()]);
    let (mut magic, mut schema_hash, mut position) = ([0; 8], [0; 32], [0; 8]);
    let (mut chain_hash, mut length) = ([0; 32], [0; 8]);
    at(0, &mut magic);
    at(8, &mut schema_hash);
    at(40, &mut position);
    at(48, &mut chain_hash);
    at(80, &mut length);
    if magic != *MAGIC || u64::from_be_bytes(length) != content.len() as u64 {
        return Err("it is not a snapshot of this layout".into());
    }
    Ok((Meta { schema_hash, position: u64::from_be_bytes(position), chain_hash }, content))
}

fn digest(header: &[u8], content: &[u8]) -> Hash {
    let mut sha = Sha256::new();
    sha.update(header);
    sha.update(content);
    sha.finalize().into()
}

/// Names carry the position in twenty digits, so names sort as positions do.
fn newest_first(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let listed = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        listed => listed?,
    };
    let mut paths = Vec::new();
    for item in listed {
        let path = item?.path();
        if path.extension().is_some_and(|ending| ending == ENDING) {
            paths.push(path);
        }
    }
    paths.sort_unstable_by(|a, b| b.cmp(a));
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meta(position: u64) -> Meta {
        Meta { schema_hash: [1; 32], position, chain_hash: [position as u8; 32] }
    }

    fn chain(position: u64) -> Option<Hash> {
        (position <= 9).then_some([position as u8; 32])
    }

    #[test]
    fn the_newest_comes_back_and_only_two_are_kept() {
        let folder = tempfile::tempdir().expect("folder");
        for position in [3, 5, 7] {
            save(folder.path(), &meta(position), &[position as u8; 10]).expect("saved");
        }
        let loaded = load_latest(folder.path(), &[1; 32], chain).expect("loaded");
        assert_eq!(loaded.snapshot, Some((meta(7), vec![7; 10])));
        assert_eq!(newest_first(folder.path()).expect("listed").len(), KEPT);
    }

    #[test]
    fn one_flipped_byte_anywhere_discards_it_and_the_one_before_serves() {
        let folder = tempfile::tempdir().expect("folder");
        save(folder.path(), &meta(3), b"older").expect("saved");
        let path = save(folder.path(), &meta(5), b"newer").expect("saved");
        let whole = fs::read(&path).expect("read");
        for at in 0..=whole.len() {
            let mut bytes = whole.clone();
            match bytes.get_mut(at) {
                Some(byte) => *byte ^= 0x10,
                None => drop(bytes.pop()),
            }
            fs::write(&path, &bytes).expect("written");
            let loaded = load_latest(folder.path(), &[1; 32], chain).expect("loaded");
            assert_eq!(loaded.snapshot, Some((meta(3), b"older".to_vec())), "byte {at}");
            assert_eq!(loaded.discarded.len(), 1);
            assert!(!path.exists());
        }
    }

    #[test]
    fn another_schema_another_chain_or_a_shorter_journal_discards_it_and_says_so() {
        let folder = tempfile::tempdir().expect("folder");
        for (schema, position, chain_hash, said) in [
            ([2; 32], 3, [3; 32], "schema"),
            ([1; 32], 3, [4; 32], "another hash"),
            ([1; 32], 12, [12; 32], "no entry 12"),
        ] {
            save(folder.path(), &Meta { schema_hash: schema, position, chain_hash }, b"x").expect("saved");
            let loaded = load_latest(folder.path(), &[1; 32], chain).expect("loaded");
            assert_eq!(loaded.snapshot, None);
            assert!(loaded.discarded[0].1.contains(said), "{:?}", loaded.discarded);
        }
    }

    #[test]
    fn no_folder_is_no_snapshot() {
        let folder = tempfile::tempdir().expect("folder");
        let loaded = load_latest(&folder.path().join("none"), &[1; 32], chain).expect("loaded");
        assert!(loaded.snapshot.is_none() && loaded.discarded.is_empty());
    }
}
