//! The journal read beside the writer, whatever keeps it: a connection of one's own for each look, and few at a time.

use std::path::PathBuf;
use std::sync::Arc;

use journal::{OpenError, Reading, Upcasts};
use tokio::sync::Semaphore;

use super::{JOURNAL, upcasts};
use crate::config::Config;

/// Looks at once. PostgreSQL gives a hundred connections by default, and a page of records is read in milliseconds.
const AT_ONCE: usize = 8;

/// Where the journal is.
#[derive(Debug)]
enum Place {
    File(PathBuf),
    Postgres(String),
}

/// The way to it for everybody who only reads.
#[derive(Debug)]
pub struct Beside {
    place: Place,
    turns: Semaphore,
}

impl Beside {
    pub fn new(config: &Config) -> Self {
        let place = match &config.postgres {
            Some(database) => Place::Postgres(database.clone()),
            None => Place::File(config.data.join(JOURNAL)),
        };
        Self { place, turns: Semaphore::new(AT_ONCE) }
    }

    /// Opens it for a thread that may block, and is in no runtime.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn open(&self, upcasts: Upcasts) -> Result<Box<dyn Reading + Send>, OpenError> {
        Ok(match &self.place {
            Place::File(path) => Box::new(journal::sqlite::Reader::open(path, upcasts)?),
            Place::Postgres(database) => Box::new(journal::postgres::Reader::open(database, upcasts)?),
        })
    }

    /// Looks something up on a thread that may block.
    ///
    /// # Errors
    /// In words for the log: why it could not be opened, or what `look` says.
    pub async fn look<T: Send + 'static>(
        self: Arc<Self>,
        look: impl FnOnce(&mut dyn Reading) -> Result<T, String> + Send + 'static,
    ) -> Result<T, String> {
        let work = move |beside: &Self| {
            let mut reader = beside.open(upcasts()).map_err(|fault| fault.to_string())?;
            look(&mut *reader)
        };
        let _turn = self.turns.acquire().await.map_err(|closed| closed.to_string())?;
        let beside = Arc::clone(&self);
        tokio::task::spawn_blocking(move || work(&beside)).await.map_err(|cut| cut.to_string())?
    }
}
