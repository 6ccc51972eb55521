//! The PostgreSQL back end: the same tables, positions without gaps, and an answer also when a connection dies.
//!
//! Appends are serialised by an advisory lock, because sequences would leave gaps and commit out of order. The head
//! is compared inside the transaction. When the connection is lost, the next one takes the same lock, which waits for
//! whatever the old session still does, and looks whether the group was kept.

mod append;
mod read;
mod schema;
mod seal;

use std::ops::ControlFlow;

use ed25519_dalek::SigningKey;
use postgres::error::SqlState;
use postgres::{Client, Config, NoTls};
use uuid::Uuid;

use crate::checkpoint::Checkpoint;
use crate::entry::{Check, Conflict, Entry, EntryRef, Hash, Head, NewEntry, Seen, Subject, TextState};
use crate::error::{AppendError, OpenError, StorageError};
use crate::{Journal, Reading, Text, Upcasts};

/// A journal in a PostgreSQL database of its own.
pub struct Postgres {
    client: Client,
    config: Config,
    place: String,
    head: Head,
    upcasts: Upcasts,
}

impl Postgres {
    /// Connects, and creates the tables where there are none. `config` is a libpq connection string or URL; the
    /// connection is not encrypted, so use a socket or a trusted network.
    ///
    /// # Errors
    /// [`OpenError`], in words for the operator.
    pub fn open(config: &str, upcasts: Upcasts) -> Result<Self, OpenError> {
        let (mut client, config, place) = prepared(config)?;
        let head = read::head(&mut client).map_err(|e| storage(&place, &e))?;
        Ok(Self { client, config, place, head, upcasts })
    }

    /// A live connection: the one at hand, or a new one in place of one that was lost.
    fn client(&mut self) -> Result<&mut Client, StorageError> {
        if self.client.is_closed() {
            self.client = connect(&self.config, &self.place)?;
        }
        Ok(&mut self.client)
    }

    /// Asks something that may be asked twice: a connection that turns out to be lost is replaced, and the question put again.
    fn with<T>(&mut self, mut ask: impl FnMut(&mut Client) -> Result<T, postgres::Error>) -> Result<T, StorageError> {
        match self.once(&mut ask) {
            Err(StorageError::Lost { .. }) => {
                self.client = connect(&self.config, &self.place)?;
                self.once(ask)
            }
            answer => answer,
        }
    }

    /// As [`Self::with`], for what must not be done twice.
    fn once<T>(&mut self, ask: impl FnOnce(&mut Client) -> Result<T, postgres::Error>) -> Result<T, StorageError> {
        let answer = ask(self.client()?);
        answer.map_err(|error| storage(&self.place, &error))
    }
}

/// A second connection, which the server lets read only.
pub struct Reader(Postgres);

impl Reader {
    /// Connects to the journal that `config` names; it must exist, and nothing is created.
    ///
    /// # Errors
    /// [`OpenError`], in words for the operator.
    pub fn open(config: &str, upcasts: Upcasts) -> Result<Self, OpenError> {
        let (mut client, config, place) = read_only(config)?;
        let head = read::head(&mut client).map_err(|e| storage(&place, &e))?;
        Ok(Self(Postgres { client, config, place, head, upcasts }))
    }
}

impl Reading for Reader {
    fn head(&mut self) -> Result<Head, StorageError> {
        self.0.with(read::head)
    }
    fn read(&mut self, from: u64, limit: usize) -> Result<Vec<Entry>, StorageError> {
        read::read(&mut self.0, from, limit)
    }
    fn for_each(
        &mut self,
        from: u64,
        to: u64,
        check: Check,
        visit: &mut dyn FnMut(EntryRef<'_>) -> ControlFlow<()>,
    ) -> Result<(), StorageError> {
        read::for_each(&mut self.0, from, to, check, visit)
    }
    fn by_subject(&mut self, subject: Subject, before: Option<u64>, limit: usize) -> Result<Vec<u64>, StorageError> {
        self.0.with(|client| read::by_subject(client, subject, before, limit))
    }
    fn texts(&mut self, ids: &[u64]) -> Result<Vec<(u64, TextState)>, StorageError> {
        self.0.with(|client| read::texts(client, ids))
    }
}

/// A connection to the journal that `config` names, its tables made where there are none; with how it is called in errors.
pub(crate) fn prepared(config: &str) -> Result<(Client, Config, String), OpenError> {
    let (config, place) = target(config)?;
    let mut client = connect(&config, &place)?;
    schema::prepare(&mut client, &place)?;
    Ok((client, config, place))
}

/// As [`prepared`], of a journal that must exist, and which the server lets this connection read only.
pub(crate) fn read_only(config: &str) -> Result<(Client, Config, String), OpenError> {
    let (config, place) = target(config)?;
    let mut client = connect(&config, &place)?;
    client.batch_execute("SET default_transaction_read_only = on").map_err(|error| storage(&place, &error))?;
    schema::check(&mut client, &place)?;
    Ok((client, config, place))
}

/// The database that a connection string names, and how it is called in errors.
fn target(config: &str) -> Result<(Config, String), StorageError> {
    let config: Config = config.parse().map_err(|error: postgres::Error| StorageError::Other {
        place: "the PostgreSQL connection string".into(),
        detail: format!("{error}; expected for example \"host=/run/postgresql dbname=oneboard\""),
    })?;
    let place = format!("PostgreSQL database {:?}", config.get_dbname().unwrap_or("(default)"));
    Ok((config, place))
}

impl Journal for Postgres {
    fn head(&self) -> Head {
        self.head
    }

    fn append(&mut self, expected: &Head, entries: &[NewEntry]) -> Result<Head, AppendError> {
        append::append(self, expected, entries)
    }

    fn seen(&mut self, sender: u64, command_id: Uuid) -> Result<Option<Seen>, StorageError> {
        self.with(|client| read::seen(client, sender, command_id))
    }

    fn note_conflict(&mut self, conflict: &Conflict) -> Result<(), StorageError> {
        self.with(|client| append::note_conflict(client, conflict))
    }

    fn conflicts(&mut self, limit: usize) -> Result<Vec<Conflict>, StorageError> {
        self.with(|client| read::conflicts(client, limit))
    }

    fn read(&mut self, from: u64, limit: usize) -> Result<Vec<Entry>, StorageError> {
        read::read(self, from, limit)
    }

    fn for_each(
        &mut self,
        from: u64,
        check: Check,
        visit: &mut dyn FnMut(EntryRef<'_>) -> ControlFlow<()>,
    ) -> Result<(), StorageError> {
        read::for_each(self, from, u64::MAX, check, visit)
    }

    fn by_subject(&mut self, subject: Subject, before: Option<u64>, limit: usize) -> Result<Vec<u64>, StorageError> {
        self.with(|client| read::by_subject(client, subject, before, limit))
    }

    fn texts(&mut self, ids: &[u64]) -> Result<Vec<(u64, TextState)>, StorageError> {
        self.with(|client| read::texts(client, ids))
    }

    fn each_text(
        &mut self,
        kinds: &[u8],
        visit: &mut dyn FnMut(Text<'_>) -> ControlFlow<()>,
    ) -> Result<(), StorageError> {
        self.once(|client| read::each_text(client, kinds, visit))
    }

    fn checkpoint(&mut self, signer: &SigningKey, at: i64) -> Result<Checkpoint, StorageError> {
        seal::checkpoint(self, signer, at)
    }

    fn checkpoints(&mut self) -> Result<Vec<Checkpoint>, StorageError> {
        self.with(seal::checkpoints)
    }

    fn inclusion(&mut self, position: u64, size: u64) -> Result<Option<Vec<Hash>>, StorageError> {
        self.with(|client| seal::inclusion(client, position, size))
    }

    fn consistency(&mut self, old: u64, new: u64) -> Result<Option<Vec<Hash>>, StorageError> {
        self.with(|client| seal::consistency(client, old, new))
    }
}

fn connect(config: &Config, place: &str) -> Result<Client, StorageError> {
    let mut client = config.connect(NoTls).map_err(|error| match storage(place, &error) {
        StorageError::Other { place, detail } => StorageError::Lost { place, detail },
        known => known,
    })?;
    // Whatever the server's default: an acknowledgement means synced.
    client.batch_execute("SET synchronous_commit = on").map_err(|error| storage(place, &error))?;
    Ok(client)
}

/// What a PostgreSQL error means to the operator.
pub(crate) fn storage(place: &str, error: &postgres::Error) -> StorageError {
    let place = place.to_owned();
    let detail = match error.as_db_error() {
        Some(said) => said.message().to_owned(),
        None => error.to_string(),
    };
    match error.code() {
        Some(&SqlState::DISK_FULL) => StorageError::Full { place },
        Some(&SqlState::READ_ONLY_SQL_TRANSACTION) => StorageError::ReadOnly { place },
        Some(&SqlState::DATA_CORRUPTED | &SqlState::INDEX_CORRUPTED) => StorageError::Damaged { place, detail },
        Some(&SqlState::ADMIN_SHUTDOWN | &SqlState::CRASH_SHUTDOWN) => StorageError::Lost { place, detail },
        Some(_) => StorageError::Other { place, detail },
        // No answer from the server at all.
        None => StorageError::Lost { place, detail },
    }
}
