//! The state every route may use, whatever its noun: settings, clock, accounts, metrics, limits, and whether the server is stopping.

use std::net::IpAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use tokio::sync::watch;

use crate::accounts::{Accounts, AccountsError};
use crate::audit::Audits;
use crate::clock::Clock;
use crate::config::Config;
use crate::http::limits::{Buckets, MAX_CALLERS};
use crate::http::problem::Problem;
use crate::telemetry::Metrics;

/// What the first set-up knows.
#[derive(Clone, Debug)]
pub struct Founding {
    pub agency: String,
    pub name: String,
}

/// Makes the bureau and its first security administrator on the board, and gives that person's id. Set by whoever owns the board.
pub type Founder = Box<dyn Fn(Founding) -> Pin<Box<dyn Future<Output = Result<u64, Problem>> + Send>> + Send + Sync>;

/// Built once by the program; shared as `Arc<Shell>`.
pub struct Shell {
    pub config: Config,
    pub clock: Clock,
    pub accounts: Arc<Accounts>,
    pub metrics: Metrics,
    pub requests: Buckets<IpAddr>,
    /// What the audit has still to note.
    pub audits: Audits,
    founder: OnceLock<Founder>,
    hub: OnceLock<live::Hub>,
    ready: AtomicBool,
    stopping: watch::Sender<bool>,
}

impl std::fmt::Debug for Shell {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shell")
            .field("name", &self.config.name)
            .field("ready", &self.is_ready())
            .finish_non_exhaustive()
    }
}

impl Shell {
    /// Opens the accounts of `config.data` (the folder is made where it is missing).
    pub fn open(config: Config, clock: Clock) -> Result<Arc<Self>, AccountsError> {
        let accounts = Accounts::open(&config.data, (&config).into())?;
        let requests = Buckets::new(config.requests_per_second, config.requests_burst, MAX_CALLERS);
        Ok(Arc::new(Self {
            config,
            clock,
            accounts,
            metrics: Metrics::default(),
            requests,
            audits: Audits::default(),
            founder: OnceLock::new(),
            hub: OnceLock::new(),
            ready: AtomicBool::new(false),
            stopping: watch::Sender::new(false),
        }))
    }

    /// Says how the first set-up founds the bureau. The first answer stands.
    pub fn set_founder(&self, founder: Founder) {
        let _ = self.founder.set(founder);
    }

    pub fn founder(&self) -> Option<&Founder> {
        self.founder.get()
    }

    /// Says who takes over the connections of live streams. The first answer stands.
    pub fn set_hub(&self, hub: live::Hub) {
        let _ = self.hub.set(hub);
    }

    pub fn hub(&self) -> Option<live::Hub> {
        self.hub.get().cloned()
    }

    /// The board is loaded: `/ready` may say so.
    pub fn set_ready(&self, ready: bool) {
        self.ready.store(ready, Ordering::Release);
    }

    pub fn is_ready(&self) -> bool {
        self.ready.load(Ordering::Acquire) && !*self.stopping.borrow()
    }

    /// Asks everything to end: no new connections, streams close, requests under way are answered.
    pub fn stop(&self) {
        self.stopping.send_replace(true);
    }

    /// Turns true when the server stops; long streams end on it.
    pub fn stopping(&self) -> watch::Receiver<bool> {
        self.stopping.subscribe()
    }
}
