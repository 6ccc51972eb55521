//! Checkpoints and proofs: the Merkle tree over what is stored.

use std::path::Path;

use ed25519_dalek::SigningKey;
use rusqlite::{Connection, OptionalExtension, Row};

use super::{Sqlite, keeper, read, storage};
use crate::checkpoint::Checkpoint;
use crate::entry::{Hash, Head};
use crate::error::StorageError;
use crate::merkle::{self, Frontier, TILE};

const COLUMNS: &str = "position, at, chain_hash, root, public_key, signature";

pub(super) fn checkpoint(journal: &mut Sqlite, signer: &SigningKey, at: i64) -> Result<Checkpoint, StorageError> {
    let gate = journal.keeper.gate();
    let _keeper_waits = keeper::enter(&gate);
    let path = journal.path.clone();
    let (made, fresh) = seal(&mut journal.connection, &path, signer, at)?;
    if fresh {
        journal.keeper.committed(false);
    }
    Ok(made)
}

fn seal(
    connection: &mut Connection,
    path: &Path,
    signer: &SigningKey,
    at: i64,
) -> Result<(Checkpoint, bool), StorageError> {
    let db = |source| storage(path, source);
    let transaction = connection.transaction().map_err(db)?;
    let Head { position, hash } = read::head(&transaction).map_err(db)?;
    let last = last(&transaction, path)?;
    let mut tree = match last {
        Some((kept, _)) if kept.position == position && kept.public_key == signer.verifying_key().to_bytes() => {
            return Ok((kept, false));
        }
        Some((kept, frontier)) => {
            let tree = Frontier::from_bytes(kept.position, &frontier).filter(|tree| tree.root() == kept.root);
            let what = "the frontier of its checkpoint does not give the checkpoint's root".to_owned();
            tree.ok_or(StorageError::Corrupt { position: kept.position, what })?
        }
        None => Frontier::default(),
    };
    grow(&transaction, &mut tree).map_err(db)?;
    let made = Checkpoint::sign(signer, position, at, hash, tree.root());
    let sql = "INSERT OR REPLACE INTO checkpoint (position, at, chain_hash, root, public_key, signature, frontier)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    let row = (
        made.position.cast_signed(),
        made.at,
        made.chain_hash.as_slice(),
        made.root.as_slice(),
        made.public_key.as_slice(),
        made.signature.as_slice(),
        tree.to_bytes(),
    );
    transaction.execute(sql, row).map_err(db)?;
    transaction.commit().map_err(db)?;
    Ok((made, true))
}

/// Adds every entry that the tree has not, and keeps the tiles completed on the way.
fn grow(connection: &Connection, tree: &mut Frontier) -> rusqlite::Result<()> {
    let mut entries = connection.prepare_cached("SELECT hash FROM entry WHERE position > ?1 ORDER BY position")?;
    let mut tiles = connection.prepare_cached("INSERT OR REPLACE INTO tile (first, hash) VALUES (?1, ?2)")?;
    let mut rows = entries.query([tree.size().cast_signed()])?;
    while let Some(row) = rows.next()? {
        if let Some(tile) = tree.push(merkle::leaf(&row.get(0)?)) {
            tiles.execute(((tree.size() - TILE).cast_signed(), tile.as_slice()))?;
        }
    }
    Ok(())
}

pub(crate) fn from_row(row: &Row<'_>) -> Result<Checkpoint, StorageError> {
    let position = row.get::<_, i64>(0).unwrap_or_default().cast_unsigned();
    let corrupt = |what| StorageError::Corrupt { position, what: format!("its checkpoint: {what}") };
    Ok(Checkpoint {
        position,
        at: row.get(1).map_err(|e| corrupt(e.to_string()))?,
        chain_hash: read::fixed(row, 2, "chain_hash").map_err(corrupt)?,
        root: read::fixed(row, 3, "root").map_err(corrupt)?,
        public_key: read::fixed(row, 4, "public_key").map_err(corrupt)?,
        signature: read::fixed(row, 5, "signature").map_err(corrupt)?,
    })
}

fn last(connection: &Connection, path: &Path) -> Result<Option<(Checkpoint, Vec<u8>)>, StorageError> {
    let db = |source| storage(path, source);
    let sql = format!("SELECT {COLUMNS}, frontier FROM checkpoint ORDER BY position DESC LIMIT 1");
    let mut statement = connection.prepare_cached(&sql).map_err(db)?;
    let mut rows = statement.query(()).map_err(db)?;
    let Some(row) = rows.next().map_err(db)? else { return Ok(None) };
    Ok(Some((from_row(row)?, row.get(6).map_err(db)?)))
}

pub(super) fn checkpoints(connection: &Connection, path: &Path) -> Result<Vec<Checkpoint>, StorageError> {
    let db = |source| storage(path, source);
    let sql = format!("SELECT {COLUMNS} FROM checkpoint ORDER BY position");
    let mut statement = connection.prepare_cached(&sql).map_err(db)?;
    let mut rows = statement.query(()).map_err(db)?;
    let mut all = Vec::new();
    while let Some(row) = rows.next().map_err(db)? {
        all.push(from_row(row)?);
    }
    Ok(all)
}

pub(super) fn inclusion(
    connection: &Connection,
    path: &Path,
    position: u64,
    size: u64,
) -> Result<Option<Vec<Hash>>, StorageError> {
    let db = |source| storage(path, source);
    if position == 0 || position > size || size > read::head(connection).map_err(db)?.position {
        return Ok(None);
    }
    merkle::inclusion(&mut |first, len| known(connection, path, first, len), position - 1, size).map(Some)
}

pub(super) fn consistency(
    connection: &Connection,
    path: &Path,
    old: u64,
    new: u64,
) -> Result<Option<Vec<Hash>>, StorageError> {
    let db = |source| storage(path, source);
    if old == 0 || old > new || new > read::head(connection).map_err(db)?.position {
        return Ok(None);
    }
    merkle::consistency(&mut |first, len| known(connection, path, first, len), old, new).map(Some)
}

fn known(connection: &Connection, path: &Path, first: u64, len: u64) -> Result<Option<Hash>, StorageError> {
    let db = |source| storage(path, source);
    match len {
        1 => {
            let missing = StorageError::Corrupt { position: first + 1, what: "it is missing".into() };
            let hash = read::hash_at(connection, first + 1).map_err(db)?.ok_or(missing)?;
            Ok(Some(merkle::leaf(&hash)))
        }
        TILE if first.is_multiple_of(TILE) => {
            let mut statement = connection.prepare_cached("SELECT hash FROM tile WHERE first = ?1").map_err(db)?;
            statement.query_row([first.cast_signed()], |row| row.get(0)).optional().map_err(db)
        }
        _ => Ok(None),
    }
}
