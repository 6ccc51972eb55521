//! `accounts.sqlite`: credentials and sessions, apart from the journal because they are secrets (decision 0004).

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicI64;
use std::time::Duration;

use board::At;
use rusqlite::{Connection, OptionalExtension, Row, params};
use webauthn_rs::prelude::Passkey;

use super::code::SECRET;
use super::passkey::Kept;
use super::session::{Mode, Session};
use super::token::TokenHash;

const FILE: &str = "accounts.sqlite";
const VERSION: i64 = 2;
const SCHEMA: &str = "
    CREATE TABLE account (
        person INTEGER PRIMARY KEY, login TEXT NOT NULL UNIQUE, password TEXT, secret BLOB, last_step INTEGER NOT NULL DEFAULT 0,
        disabled INTEGER NOT NULL DEFAULT 0, created INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE session (
        id INTEGER PRIMARY KEY AUTOINCREMENT, token BLOB NOT NULL UNIQUE, person INTEGER NOT NULL REFERENCES account, board INTEGER NOT NULL,
        device TEXT NOT NULL, since INTEGER NOT NULL, expires INTEGER NOT NULL, idle INTEGER NOT NULL, last_seen INTEGER NOT NULL,
        stepped_up INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE link (token BLOB PRIMARY KEY, person INTEGER, expires INTEGER NOT NULL, secret BLOB NOT NULL) STRICT;
    PRAGMA user_version = 1;";
/// Passkeys: what version 1 did not have.
const PASSKEYS: &str = "
    CREATE TABLE passkey (
        id INTEGER PRIMARY KEY AUTOINCREMENT, person INTEGER NOT NULL REFERENCES account, credential BLOB NOT NULL UNIQUE, key TEXT NOT NULL,
        name TEXT NOT NULL, since INTEGER NOT NULL, last_used INTEGER
    ) STRICT;
    CREATE INDEX passkey_person ON passkey (person);
    PRAGMA user_version = 2;";

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the folder {path} cannot be used: {why}; set site.data to a folder the server may write")]
    Folder { path: PathBuf, why: String },
    #[error(
        "{path} is of version {found}, this program knows {VERSION}; use the program that wrote it, or a newer one"
    )]
    Version { path: PathBuf, found: i64 },
    #[error("the account store failed: {0}; see that the disk is not full or read-only")]
    Sql(#[from] rusqlite::Error),
}

/// What is known of an account.
#[derive(Clone, Debug)]
pub struct Account {
    pub person: u64,
    pub login: String,
    pub password: Option<String>,
    pub secret: Option<[u8; SECRET]>,
    pub last_step: u64,
    pub disabled: bool,
}

/// A one-time link. No person: the first set-up.
#[derive(Clone, Copy, Debug)]
pub struct Link {
    pub person: Option<u64>,
    /// The second factor's secret that the person is being shown.
    pub secret: [u8; SECRET],
}

fn written(key: &Passkey) -> String {
    serde_json::to_string(key).expect("a key of numbers and bytes is always writable")
}

#[derive(Debug)]
pub struct Store {
    sql: Connection,
}

impl Store {
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        let unusable = |error: std::io::Error| StoreError::Folder { path: folder.into(), why: error.to_string() };
        std::fs::create_dir_all(folder).map_err(unusable)?;
        let path = folder.join(FILE);
        // Made before SQLite does, so that nobody else can ever read it; its -wal and -shm take over the mode.
        let mut options = std::fs::OpenOptions::new();
        options.create(true).append(true);
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(&path).map_err(unusable)?;
        let sql = Connection::open(&path)?;
        sql.busy_timeout(Duration::from_secs(5))?;
        sql.pragma_update(None, "journal_mode", "WAL")?;
        sql.pragma_update(None, "synchronous", "FULL")?;
        sql.pragma_update(None, "foreign_keys", "ON")?;
        sql.pragma_update(None, "secure_delete", "ON")?;
        match sql.query_row("PRAGMA user_version", [], |row| row.get(0))? {
            0 => sql.execute_batch(&format!("BEGIN; {SCHEMA} {PASSKEYS} COMMIT;"))?,
            1 => sql.execute_batch(&format!("BEGIN; {PASSKEYS} COMMIT;"))?,
            VERSION => {}
            found => return Err(StoreError::Version { path, found }),
        }
        Ok(Self { sql })
    }

    pub fn has_accounts(&self) -> Result<bool, StoreError> {
        Ok(self.sql.query_row("SELECT EXISTS (SELECT 1 FROM account)", [], |row| row.get(0))?)
    }

    pub fn by_login(&self, login: &str) -> Result<Option<Account>, StoreError> {
        self.account("login = ?1", login)
    }

    pub fn by_person(&self, person: u64) -> Result<Option<Account>, StoreError> {
        self.account("person = ?1", person.cast_signed())
    }

    fn account(&self, clause: &str, key: impl rusqlite::ToSql) -> Result<Option<Account>, StoreError> {
        let sql = format!("SELECT person, login, password, secret, last_step, disabled FROM account WHERE {clause}");
        let read = |row: &Row<'_>| {
            Ok(Account {
                person: row.get::<_, i64>(0)?.cast_unsigned(),
                login: row.get(1)?,
                password: row.get(2)?,
                secret: row.get(3)?,
                last_step: row.get::<_, i64>(4)?.cast_unsigned(),
                disabled: row.get(5)?,
            })
        };
        Ok(self.sql.prepare_cached(&sql)?.query_row([key], read).optional()?)
    }

    /// Makes the account, or gives an existing one this login name. False where another person has the name.
    pub fn name(&self, person: u64, login: &str, now: At) -> Result<bool, StoreError> {
        if self.by_login(login)?.is_some_and(|account| account.person != person) {
            return Ok(false);
        }
        self.sql.execute(
            "INSERT INTO account (person, login, created) VALUES (?1, ?2, ?3) ON CONFLICT (person) DO UPDATE SET login = ?2",
            params![person.cast_signed(), login, now.millis()],
        )?;
        Ok(true)
    }

    pub fn set_disabled(&self, person: u64, disabled: bool) -> Result<(), StoreError> {
        self.sql
            .execute("UPDATE account SET disabled = ?2 WHERE person = ?1", params![person.cast_signed(), disabled])?;
        Ok(())
    }

    /// Takes `step` as used; false where it, or a later one, has been used meanwhile.
    pub fn use_step(&self, person: u64, step: u64) -> Result<bool, StoreError> {
        let changed = self.sql.execute(
            "UPDATE account SET last_step = ?2 WHERE person = ?1 AND last_step < ?2",
            params![person.cast_signed(), step.cast_signed()],
        )?;
        Ok(changed == 1)
    }

    /// A new link; older ones of the same person are void.
    pub fn add_link(&mut self, token: &TokenHash, link: &Link, expires: At) -> Result<(), StoreError> {
        let tx = self.sql.transaction()?;
        let person = link.person.map(u64::cast_signed);
        tx.execute("DELETE FROM link WHERE person IS ?1", [person])?;
        tx.execute("INSERT INTO link VALUES (?1, ?2, ?3, ?4)", params![token, person, expires.millis(), link.secret])?;
        Ok(tx.commit()?)
    }

    pub fn link(&self, token: &TokenHash, now: At) -> Result<Option<Link>, StoreError> {
        let read = |row: &Row<'_>| {
            Ok(Link { person: row.get::<_, Option<i64>>(0)?.map(i64::cast_unsigned), secret: row.get(1)? })
        };
        let mut query = self.sql.prepare_cached("SELECT person, secret FROM link WHERE token = ?1 AND expires > ?2")?;
        Ok(query.query_row(params![token, now.millis()], read).optional()?)
    }

    pub fn drop_link(&self, token: &TokenHash) -> Result<bool, StoreError> {
        Ok(self.sql.execute("DELETE FROM link WHERE token = ?1", [token])? == 1)
    }

    /// Spends the link and sets both factors, in one step; every session of the person is deleted. False: the link was spent meanwhile.
    pub fn enrol(
        &mut self,
        token: &TokenHash,
        person: u64,
        password: &str,
        secret: &[u8; SECRET],
        step: u64,
    ) -> Result<bool, StoreError> {
        let tx = self.sql.transaction()?;
        if tx.execute("DELETE FROM link WHERE token = ?1", [token])? != 1 {
            return Ok(false);
        }
        let person = person.cast_signed();
        tx.execute(
            "UPDATE account SET password = ?2, secret = ?3, last_step = ?4 WHERE person = ?1",
            params![person, password, secret, step.cast_signed()],
        )?;
        tx.execute("DELETE FROM session WHERE person = ?1", [person])?;
        tx.execute("DELETE FROM passkey WHERE person = ?1", [person])?;
        tx.commit()?;
        Ok(true)
    }

    /// Everything that a person could sign in with is void. False where there is no account.
    pub fn revoke_factors(&mut self, person: u64) -> Result<bool, StoreError> {
        let person = person.cast_signed();
        let tx = self.sql.transaction()?;
        let known = tx.execute("UPDATE account SET password = NULL, secret = NULL WHERE person = ?1", [person])?;
        for table in ["session", "passkey", "link"] {
            tx.execute(&format!("DELETE FROM {table} WHERE person = ?1"), [person])?;
        }
        tx.commit()?;
        self.scrub()?;
        Ok(known == 1)
    }

    /// Everybody who has an account.
    pub fn people(&self) -> Result<Vec<u64>, StoreError> {
        let mut query = self.sql.prepare_cached("SELECT person FROM account")?;
        let people = query.query_map([], |row| row.get::<_, i64>(0).map(i64::cast_unsigned))?;
        Ok(people.collect::<Result<_, _>>()?)
    }

    /// Nothing of these people is left, the login name neither.
    pub fn forget(&mut self, people: &[u64]) -> Result<(), StoreError> {
        let tx = self.sql.transaction()?;
        for person in people {
            for table in ["session", "passkey", "link", "account"] {
                tx.execute(&format!("DELETE FROM {table} WHERE person = ?1"), [person.cast_signed()])?;
            }
        }
        tx.commit()?;
        self.scrub()
    }

    /// What was deleted leaves the log too: pages as they were would stand in it until it is written over.
    fn scrub(&self) -> Result<(), StoreError> {
        // Nobody else has the file open but a backup; while one reads, the log stays until the next time.
        let busy: bool = self.sql.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
        if busy {
            tracing::warn!("the account store's log could not be cleared while it is read; the next change clears it");
        }
        Ok(())
    }

    /// False where the device's key is known already.
    pub fn add_passkey(&self, person: u64, key: &Passkey, name: &str, now: At) -> Result<bool, StoreError> {
        let added = self.sql.execute(
            "INSERT INTO passkey (person, credential, key, name, since) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING",
            params![person.cast_signed(), key.cred_id().as_slice(), written(key), name, now.millis()],
        )?;
        Ok(added == 1)
    }

    /// Oldest first. One that cannot be read is passed over and said in the log: its owner has others, or a link.
    pub fn passkeys(&self, person: u64) -> Result<Vec<Kept>, StoreError> {
        let sql = "SELECT id, key, name, since, last_used FROM passkey WHERE person = ?1 ORDER BY id";
        let mut query = self.sql.prepare_cached(sql)?;
        let mut rows = query.query([person.cast_signed()])?;
        let mut kept = Vec::new();
        while let Some(row) = rows.next()? {
            let id = row.get::<_, i64>(0)?.cast_unsigned();
            match serde_json::from_str(&row.get::<_, String>(1)?) {
                Ok(key) => kept.push(Kept {
                    id,
                    key,
                    name: row.get(2)?,
                    since: At::from_millis(row.get(3)?),
                    last_used: row.get::<_, Option<i64>>(4)?.map(At::from_millis),
                }),
                Err(error) => tracing::error!(passkey = id, %error, "a passkey cannot be read"),
            }
        }
        Ok(kept)
    }

    pub fn use_passkey(&self, id: u64, key: &Passkey, now: At) -> Result<(), StoreError> {
        self.sql.execute(
            "UPDATE passkey SET key = ?2, last_used = ?3 WHERE id = ?1",
            params![id.cast_signed(), written(key), now.millis()],
        )?;
        Ok(())
    }

    pub fn rename_passkey(&self, person: u64, id: u64, name: &str) -> Result<bool, StoreError> {
        let sql = "UPDATE passkey SET name = ?3 WHERE id = ?1 AND person = ?2";
        Ok(self.sql.execute(sql, params![id.cast_signed(), person.cast_signed(), name])? == 1)
    }

    pub fn remove_passkey(&self, person: u64, id: u64) -> Result<bool, StoreError> {
        let sql = "DELETE FROM passkey WHERE id = ?1 AND person = ?2";
        Ok(self.sql.execute(sql, params![id.cast_signed(), person.cast_signed()])? == 1)
    }

    /// Writes a session; its id.
    pub fn add_session(&self, session: &Session) -> Result<u64, StoreError> {
        self.sql.execute(
            "INSERT INTO session (token, person, board, device, since, expires, idle, last_seen, stepped_up)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            params![
                session.token,
                session.person.cast_signed(),
                session.mode == Mode::Board,
                session.device,
                session.since.millis(),
                session.expires.millis(),
                session.idle,
                session.last_seen().millis(),
                session.stepped_up().millis(),
            ],
        )?;
        Ok(self.sql.last_insert_rowid().cast_unsigned())
    }

    pub fn drop_sessions(&mut self, ids: &[u64]) -> Result<(), StoreError> {
        let tx = self.sql.transaction()?;
        for id in ids {
            tx.execute("DELETE FROM session WHERE id = ?1", [id.cast_signed()])?;
        }
        Ok(tx.commit()?)
    }

    pub fn save_last_seen(&mut self, seen: &[(u64, At, At)]) -> Result<(), StoreError> {
        let tx = self.sql.transaction()?;
        for (id, last_seen, stepped_up) in seen {
            tx.execute(
                "UPDATE session SET last_seen = ?2, stepped_up = ?3 WHERE id = ?1",
                params![id.cast_signed(), last_seen.millis(), stepped_up.millis()],
            )?;
        }
        Ok(tx.commit()?)
    }

    /// Every session that still lives; the others, and links that have run out, are deleted.
    pub fn live_sessions(&self, now: At) -> Result<Vec<Session>, StoreError> {
        self.sql.execute("DELETE FROM session WHERE expires <= ?1 OR last_seen + idle <= ?1", [now.millis()])?;
        self.sql.execute("DELETE FROM link WHERE expires <= ?1", [now.millis()])?;
        let mut query = self.sql.prepare(
            "SELECT id, token, person, board, device, since, expires, idle, last_seen, stepped_up FROM session",
        )?;
        let read = |row: &Row<'_>| {
            Ok(Session {
                id: row.get::<_, i64>(0)?.cast_unsigned(),
                token: row.get(1)?,
                person: row.get::<_, i64>(2)?.cast_unsigned(),
                mode: if row.get(3)? { Mode::Board } else { Mode::Person },
                device: row.get(4)?,
                since: At::from_millis(row.get(5)?),
                expires: At::from_millis(row.get(6)?),
                idle: row.get(7)?,
                last_seen: AtomicI64::new(row.get(8)?),
                stepped_up: AtomicI64::new(row.get(9)?),
            })
        };
        Ok(query.query_map([], read)?.collect::<Result<_, _>>()?)
    }
}
