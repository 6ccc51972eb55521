//! Checkpoints and proofs: the Merkle tree over what is stored.

use ed25519_dalek::SigningKey;
use postgres::{Client, GenericClient, Row, Transaction};

use super::schema::LOCK;
use super::{Postgres, read, storage};
use crate::checkpoint::Checkpoint;
use crate::entry::{Hash, Head};
use crate::error::StorageError;
use crate::merkle::{self, Frontier, TILE};

/// Entries fetched at a time while the tree grows.
const CHUNK: i64 = 65_536;

const COLUMNS: &str = "position, at, chain_hash, root, public_key, signature, frontier";

enum Failure {
    Database(postgres::Error),
    Storage(StorageError),
}

impl From<postgres::Error> for Failure {
    fn from(error: postgres::Error) -> Self {
        Failure::Database(error)
    }
}

pub(super) fn checkpoint(journal: &mut Postgres, signer: &SigningKey, at: i64) -> Result<Checkpoint, StorageError> {
    seal(journal.client()?, signer, at).map_err(|failure| match failure {
        Failure::Database(error) => storage(&journal.place, &error),
        Failure::Storage(error) => error,
    })
}

fn seal(client: &mut Client, signer: &SigningKey, at: i64) -> Result<Checkpoint, Failure> {
    let mut transaction = client.transaction()?;
    transaction.execute("SELECT pg_advisory_xact_lock($1)", &[&LOCK])?;
    let Head { position, hash } = read::head(&mut transaction)?;
    let sql = format!("SELECT {COLUMNS} FROM checkpoint ORDER BY position DESC LIMIT 1");
    let mut tree = Frontier::default();
    if let Some(row) = transaction.query_opt(&sql, &[])? {
        let kept = from_row(&row)?;
        if kept.position == position && kept.public_key == signer.verifying_key().to_bytes() {
            return Ok(kept);
        }
        let edge = Frontier::from_bytes(kept.position, row.try_get(6)?).filter(|tree| tree.root() == kept.root);
        let what = "the frontier of its checkpoint does not give the checkpoint's root".to_owned();
        tree = edge.ok_or(Failure::Storage(StorageError::Corrupt { position: kept.position, what }))?;
    }
    grow(&mut transaction, &mut tree)?;
    let made = Checkpoint::sign(signer, position, at, hash, tree.root());
    let sql = "INSERT INTO checkpoint (position, at, chain_hash, root, public_key, signature, frontier)
               VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (position) DO UPDATE SET at = EXCLUDED.at,
               public_key = EXCLUDED.public_key, signature = EXCLUDED.signature";
    transaction.execute(
        sql,
        &[
            &made.position.cast_signed(),
            &made.at,
            &&made.chain_hash[..],
            &&made.root[..],
            &&made.public_key[..],
            &&made.signature[..],
            &tree.to_bytes(),
        ],
    )?;
    transaction.commit()?;
    Ok(made)
}

/// Adds every entry that the tree has not, and keeps the tiles completed on the way.
fn grow(transaction: &mut Transaction<'_>, tree: &mut Frontier) -> Result<(), postgres::Error> {
    let entries = transaction.prepare("SELECT hash FROM entry WHERE position > $1 ORDER BY position LIMIT $2")?;
    loop {
        let rows = transaction.query(&entries, &[&tree.size().cast_signed(), &CHUNK])?;
        if rows.is_empty() {
            return Ok(());
        }
        let (mut firsts, mut tiles) = (Vec::new(), Vec::new());
        for row in &rows {
            if let Some(tile) = tree.push(merkle::leaf(&read::hash(row.try_get(0)?))) {
                firsts.push((tree.size() - TILE).cast_signed());
                tiles.push(tile.to_vec());
            }
        }
        let sql = "INSERT INTO tile (first, hash) SELECT * FROM unnest($1::bigint[], $2::bytea[])
                   ON CONFLICT (first) DO UPDATE SET hash = EXCLUDED.hash";
        transaction.execute(sql, &[&firsts, &tiles])?;
    }
}

/// A field of another length becomes zeros, which fail the signature.
fn from_row(row: &Row) -> Result<Checkpoint, postgres::Error> {
    Ok(Checkpoint {
        position: row.try_get::<_, i64>(0)?.cast_unsigned(),
        at: row.try_get(1)?,
        chain_hash: read::hash(row.try_get(2)?),
        root: read::hash(row.try_get(3)?),
        public_key: read::hash(row.try_get(4)?),
        signature: row.try_get::<_, &[u8]>(5)?.try_into().unwrap_or([0; 64]),
    })
}

pub(super) fn checkpoints(client: &mut Client) -> Result<Vec<Checkpoint>, postgres::Error> {
    let sql = format!("SELECT {COLUMNS} FROM checkpoint ORDER BY position");
    client.query(&sql, &[])?.iter().map(from_row).collect()
}

pub(super) fn inclusion(client: &mut Client, position: u64, size: u64) -> Result<Option<Vec<Hash>>, postgres::Error> {
    if position == 0 || position > size || size > read::head(client)?.position {
        return Ok(None);
    }
    merkle::inclusion(&mut |first, len| known(client, first, len), position - 1, size).map(Some)
}

pub(super) fn consistency(client: &mut Client, old: u64, new: u64) -> Result<Option<Vec<Hash>>, postgres::Error> {
    if old == 0 || old > new || new > read::head(client)?.position {
        return Ok(None);
    }
    merkle::consistency(&mut |first, len| known(client, first, len), old, new).map(Some)
}

fn known(client: &mut impl GenericClient, first: u64, len: u64) -> Result<Option<Hash>, postgres::Error> {
    match len {
        1 => Ok(read::hash_at(client, first + 1)?.map(|hash| merkle::leaf(&hash))),
        TILE if first.is_multiple_of(TILE) => {
            let row = client.query_opt("SELECT hash FROM tile WHERE first = $1", &[&first.cast_signed()])?;
            row.map(|row| Ok(read::hash(row.try_get(0)?))).transpose()
        }
        _ => Ok(None),
    }
}
