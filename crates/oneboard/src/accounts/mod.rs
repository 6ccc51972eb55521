//! Accounts and sessions: who may say that they are which person of the board.
//!
//! An account is a person's id, a login name, a password (Argon2id), a second factor (six-digit codes), and passkeys, which are both in
//! one. There is no default account:
//! every one begins with a one-time link, issued by a security administrator or by the first set-up, and recovery is another such link.
//! Nothing here is in the journal; what a person may *do* is `board::access`.

pub mod code;
mod guessable;
pub mod passkey;
pub mod password;
pub mod session;
mod store;
pub mod throttle;
pub(crate) mod token;

use std::collections::HashMap;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use board::At;

use self::code::SECRET;
use self::passkey::Passkeys;
use self::password::{HashError, Hasher};
pub use self::session::{Ended, SignedIn};
use self::session::{Mode, Session, Sessions};
pub use self::store::StoreError;
use self::store::{Account, Link, Store};
use self::throttle::Throttle;
use self::token::TokenHash;
use crate::clock::real_now;
use crate::config::Config;

/// How long an enrolment link is good: a person comes off a night shift before reading it.
const LINK_TIME: i64 = 72 * 3_600_000;
/// Sessions of one person at once; the oldest ends. A phone, two desks, a laptop, and room.
const MOST_SESSIONS: usize = 10;
/// How often uses of sessions are written; a crash ends a session at most this much early.
const TIDY: Duration = Duration::from_secs(60);

#[derive(Debug, thiserror::Error)]
pub enum AccountsError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Hash(#[from] HashError),
    #[error("the system gave no random bytes: {0}; try again")]
    Random(#[from] getrandom::Error),
    #[error("the account task was cut off: {0}; try again")]
    Cut(#[from] tokio::task::JoinError),
    #[error("the login name {0:?} is not 2 to 64 letters, digits or . _ - @; choose another")]
    LoginName(String),
    #[error("the login name {0:?} belongs to somebody else; choose another")]
    LoginTaken(String),
    #[error("wrong login name, password or code; check all three")]
    Wrong,
    #[error("too many wrong attempts; try again in {seconds} s")]
    Throttled { seconds: u32 },
    #[error("the link is unknown, used or has run out; ask a security administrator for another")]
    Link,
    #[error("the password is not good enough ({0:?}); choose another")]
    Weak(password::Weak),
    #[error("the passkey was not accepted; try again, or sign in another way")]
    Passkey,
    #[error("there are {most} passkeys already; remove one first", most = passkey::MOST_PASSKEYS)]
    TooManyPasskeys,
    #[error("passkeys cannot be bound to {0:?}; set site.domain to the host name that people type")]
    Site(String),
    #[error("the code is not the one of this moment; wait for the next and enter that")]
    Code,
}

/// The lengths and demands an installation has set.
#[derive(Clone, Debug)]
pub struct Policy {
    pub idle: i64,
    pub absolute: i64,
    pub board: i64,
    pub second_factor: bool,
    pub breached: Option<PathBuf>,
    /// The site's name to its readers.
    pub name: String,
    /// The host name under which it is served over TLS.
    pub domain: Option<String>,
}

impl From<&Config> for Policy {
    fn from(config: &Config) -> Self {
        Self {
            idle: i64::from(config.idle_minutes) * 60_000,
            absolute: i64::from(config.absolute_hours) * 3_600_000,
            board: i64::from(config.board_days) * 86_400_000,
            second_factor: config.second_factor,
            breached: config.breached.clone(),
            name: config.name.clone(),
            domain: config.domain.clone().filter(|_| config.is_secure()),
        }
    }
}

/// A session as it is handed to its browser, once.
#[derive(Debug)]
pub struct NewSession {
    pub token: String,
    pub session: Arc<Session>,
}

/// What a link shows to whoever opens it.
#[derive(Clone, Debug)]
pub struct Invitation {
    pub login: String,
    pub secret: [u8; SECRET],
}

#[derive(Debug)]
pub struct Accounts {
    pub sessions: Sessions,
    pub throttle: Throttle,
    pub passkeys: Passkeys,
    policy: Policy,
    hasher: Hasher,
    store: Arc<Mutex<Store>>,
    /// The demonstration's sign-in links; empty everywhere else.
    demonstration: Mutex<HashMap<TokenHash, u64>>,
}

impl Accounts {
    pub fn open(folder: &Path, policy: Policy) -> Result<Arc<Self>, AccountsError> {
        let store = Store::open(folder)?;
        let sessions = Sessions::new(store.live_sessions(real_now())?);
        let hasher = Hasher::new(policy.breached.clone())?;
        let passkeys = Passkeys::new(policy.domain.as_deref(), &policy.name)?;
        let (store, demonstration) = (Arc::new(Mutex::new(store)), Mutex::default());
        Ok(Arc::new(Self { sessions, throttle: Throttle::default(), passkeys, policy, hasher, store, demonstration }))
    }

    async fn with<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Store) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, AccountsError> {
        let store = self.store.clone();
        Ok(tokio::task::spawn_blocking(move || work(&mut store.lock().unwrap_or_else(PoisonError::into_inner)))
            .await??)
    }

    /// Signs in. Whatever is wrong, the answer and its time are the same.
    pub async fn sign_in(
        &self,
        login: &str,
        password: String,
        code: &str,
        address: IpAddr,
        device: &str,
    ) -> Result<NewSession, AccountsError> {
        let login = normal(login);
        let account = self.prove(login.clone(), None, password, code, address).await?;
        self.begin(account.person, Mode::Person, device).await
    }

    /// Proves again who is at `session`; dangerous acts are open for a while.
    pub async fn step_up(
        &self,
        who: &SignedIn,
        password: String,
        code: &str,
        address: IpAddr,
    ) -> Result<(), AccountsError> {
        let person = who.person;
        let account = self.with(move |store| store.by_person(person)).await?.ok_or(AccountsError::Wrong)?;
        self.prove(account.login, Some(person), password, code, address).await?;
        self.proved(who);
        Ok(())
    }

    /// Whoever is at this session has just been proved to be its owner.
    pub(crate) fn proved(&self, who: &SignedIn) {
        let now = real_now().millis();
        for session in self.sessions.list(|session| session.id == who.session && session.mode == Mode::Person) {
            session.stepped_up.store(now, Ordering::Relaxed);
        }
    }

    async fn prove(
        &self,
        login: String,
        person: Option<u64>,
        password: String,
        code: &str,
        address: IpAddr,
    ) -> Result<Account, AccountsError> {
        let now = real_now();
        self.throttle.attempt(&login, address, now).map_err(|seconds| AccountsError::Throttled { seconds })?;
        let name = login.clone();
        let found = self.with(move |store| store.by_login(&name)).await?.filter(|account| !account.disabled);
        let hash = found.as_ref().and_then(|account| account.password.clone());
        let right = self.hasher.verify(password, hash).await?;
        let account = found
            .filter(|account| right && person.is_none_or(|person| person == account.person))
            .ok_or(AccountsError::Wrong)?;
        match account.secret {
            Some(secret) => {
                let seconds = now.millis().cast_unsigned() / 1000;
                let step = code::step_of(&secret, code, seconds, account.last_step).ok_or(AccountsError::Wrong)?;
                let person = account.person;
                if !self.with(move |store| store.use_step(person, step)).await? {
                    return Err(AccountsError::Wrong);
                }
            }
            None if self.policy.second_factor => return Err(AccountsError::Wrong),
            None => {}
        }
        self.throttle.succeeded(&login, address);
        Ok(account)
    }

    async fn begin(&self, person: u64, mode: Mode, device: &str) -> Result<NewSession, AccountsError> {
        let (token, hash) = token::fresh()?;
        let now = real_now();
        let (length, idle) = match mode {
            Mode::Person => (self.policy.absolute, self.policy.idle),
            Mode::Board => (self.policy.board, self.policy.board),
        };
        let session = Session {
            id: 0,
            person,
            mode,
            device: device.chars().filter(|c| !c.is_control()).take(120).collect(),
            since: now,
            expires: At::from_millis(now.millis().saturating_add(length)),
            idle,
            token: hash,
            last_seen: AtomicI64::new(now.millis()),
            // A wall proves nothing about who stands before it.
            stepped_up: AtomicI64::new(if mode == Mode::Person { now.millis() } else { 0 }),
        };
        let session = self.with(move |store| Ok(Session { id: store.add_session(&session)?, ..session })).await?;
        let session = self.sessions.add(session);
        let own = self.sessions.list(|other| other.person == person && other.mode == mode);
        if let Some(too_many) = own.len().checked_sub(MOST_SESSIONS).filter(|count| *count > 0) {
            let oldest: Vec<u64> = own.iter().take(too_many).map(|session| session.id).collect();
            self.end(move |session| oldest.contains(&session.id)).await?;
        }
        Ok(NewSession { token, session })
    }

    /// Turns the session at hand into a wall screen named `screen`; the old token is void.
    pub async fn turn_to_board(&self, who: &SignedIn, screen: &str) -> Result<NewSession, AccountsError> {
        let id = who.session;
        self.end(move |session| session.id == id).await?;
        self.begin(who.person, Mode::Board, screen).await
    }

    /// Ends sessions now, in memory first: open streams hear of it at once.
    pub async fn end(&self, which: impl Fn(&Session) -> bool) -> Result<usize, AccountsError> {
        let ids = self.sessions.end(which);
        let count = ids.len();
        if count > 0 {
            self.with(move |store| store.drop_sessions(&ids)).await?;
        }
        Ok(count)
    }

    /// Ends every session of a person, wall screens too.
    pub async fn sign_out_everywhere(&self, person: u64) -> Result<usize, AccountsError> {
        self.end(|session| session.person == person).await
    }

    /// Closes or opens an account; closing ends its sessions.
    pub async fn set_disabled(&self, person: u64, disabled: bool) -> Result<(), AccountsError> {
        self.with(move |store| store.set_disabled(person, disabled)).await?;
        if disabled {
            self.sign_out_everywhere(person).await?;
        }
        Ok(())
    }

    /// Removes the accounts of those whom `is_erased` names, with login name, factors and sessions; says how many.
    pub async fn forget(&self, is_erased: impl Fn(u64) -> bool) -> Result<usize, AccountsError> {
        let mut people = self.with(|store| store.people()).await?;
        people.retain(|person| is_erased(*person));
        let count = people.len();
        if count > 0 {
            let gone = people.clone();
            self.with(move |store| store.forget(&gone)).await?;
            self.sessions.end(|session| people.contains(&session.person));
        }
        Ok(count)
    }

    /// A one-time link for `person` to set their factors: the first time, and after a loss. Whoever calls this has been permitted to.
    pub async fn issue_link(&self, person: u64, login: &str) -> Result<String, AccountsError> {
        let name = normal(login);
        if !is_login(&name) {
            return Err(AccountsError::LoginName(name));
        }
        let (token, hash) = token::fresh()?;
        let link = Link { person: Some(person), secret: token::random()? };
        let (login, now) = (name.clone(), real_now());
        let named = self
            .with(move |store| {
                Ok(store.name(person, &login, now)?
                    && store.add_link(&hash, &link, At::from_millis(now.millis() + LINK_TIME)).map(|()| true)?)
            })
            .await?;
        if !named {
            return Err(AccountsError::LoginTaken(name));
        }
        self.throttle.forget(&name);
        Ok(token)
    }

    /// What the link `token` is for.
    pub async fn invitation(&self, token: &str) -> Result<Invitation, AccountsError> {
        let hash = token::hash_of(token).ok_or(AccountsError::Link)?;
        let found = self
            .with(move |store| {
                let Some(Link { person: Some(person), secret }) = store.link(&hash, real_now())? else {
                    return Ok(None);
                };
                Ok(store.by_person(person)?.map(|account| Invitation { login: account.login, secret }))
            })
            .await?;
        found.ok_or(AccountsError::Link)
    }

    /// Spends the link: sets password and second factor, ends all older sessions and signs in.
    pub async fn enrol(
        &self,
        token: &str,
        password: String,
        code: &str,
        device: &str,
    ) -> Result<NewSession, AccountsError> {
        let hash = token::hash_of(token).ok_or(AccountsError::Link)?;
        let (link, account) = self
            .with(move |store| {
                let link = store.link(&hash, real_now())?;
                let account =
                    link.and_then(|link| link.person).map(|person| store.by_person(person)).transpose()?.flatten();
                Ok(link.zip(account))
            })
            .await?
            .filter(|(_, account)| !account.disabled)
            .ok_or(AccountsError::Link)?;
        self.hasher.judge(&password, &[&account.login]).map_err(AccountsError::Weak)?;
        let seconds = real_now().millis().cast_unsigned() / 1000;
        let step = code::step_of(&link.secret, code, seconds, 0).ok_or(AccountsError::Code)?;
        let password = self.hasher.hash(password).await?;
        let person = account.person;
        if !self.with(move |store| store.enrol(&hash, person, &password, &link.secret, step)).await? {
            return Err(AccountsError::Link);
        }
        self.sessions.end(|session| session.person == person);
        self.begin(person, Mode::Person, device).await
    }

    /// The one-time token of the first set-up; none once there is an account. Each call voids the one before.
    pub async fn set_up_token(&self) -> Result<Option<String>, AccountsError> {
        let (token, hash) = token::fresh()?;
        let link = Link { person: None, secret: token::random()? };
        self.with(move |store| {
            if store.has_accounts()? {
                return Ok(None);
            }
            store.add_link(&hash, &link, At::from_millis(real_now().millis() + LINK_TIME))?;
            Ok(Some(token))
        })
        .await
    }

    /// Is this the set-up token, and is there still no account?
    pub async fn may_set_up(&self, token: &str) -> Result<bool, AccountsError> {
        let Some(hash) = token::hash_of(token) else { return Ok(false) };
        self.with(move |store| {
            Ok(store.link(&hash, real_now())?.is_some_and(|link| link.person.is_none()) && !store.has_accounts()?)
        })
        .await
    }

    /// The set-up is done: its token is void.
    pub async fn finish_set_up(&self, token: &str) -> Result<bool, AccountsError> {
        let Some(hash) = token::hash_of(token) else { return Ok(false) };
        self.with(move |store| store.drop_link(&hash)).await
    }

    /// A sign-in link of the demonstration: reusable, in memory only, and honoured only from this machine (`sign_in`).
    pub async fn demonstration_link(&self, person: u64, login: &str) -> Result<String, AccountsError> {
        let (name, now) = (normal(login), real_now());
        self.with(move |store| store.name(person, &name, now)).await?;
        let (token, hash) = token::fresh()?;
        self.demonstration.lock().unwrap_or_else(PoisonError::into_inner).insert(hash, person);
        Ok(token)
    }

    /// Whom a demonstration link signs in.
    pub fn demonstration_person(&self, token: &str) -> Option<u64> {
        self.demonstration.lock().unwrap_or_else(PoisonError::into_inner).get(&token::hash_of(token)?).copied()
    }

    /// Signs in by a demonstration link; the caller has checked that it comes from this machine.
    pub async fn demonstration_sign_in(&self, token: &str, device: &str) -> Result<NewSession, AccountsError> {
        let person = self.demonstration_person(token).ok_or(AccountsError::Link)?;
        self.begin(person, Mode::Person, device).await
    }

    /// The login name of a person who has an account.
    pub async fn login_of(&self, person: u64) -> Result<Option<String>, AccountsError> {
        Ok(self.with(move |store| store.by_person(person)).await?.map(|account| account.login))
    }

    /// Writes when sessions were last used. Called every minute and at the end.
    pub async fn save_last_seen(&self) -> Result<(), AccountsError> {
        let now = real_now();
        let seen: Vec<_> = self
            .sessions
            .list(|session| session.is_live(now))
            .iter()
            .map(|s| (s.id, s.last_seen(), s.stepped_up()))
            .collect();
        self.with(move |store| store.save_last_seen(&seen)).await?;
        self.end(|session| !session.is_live(now)).await.map(drop)
    }

    /// Keeps the store true to memory until the accounts are dropped.
    pub async fn keep_tidy(accounts: Weak<Self>) {
        loop {
            tokio::time::sleep(TIDY).await;
            let Some(accounts) = accounts.upgrade() else { return };
            if let Err(error) = accounts.save_last_seen().await {
                tracing::warn!(%error, "the use of sessions could not be written; it is tried again in a minute");
            }
        }
    }
}

/// Login names are told apart without case or surrounding blanks.
fn normal(login: &str) -> String {
    login.trim().chars().take(200).flat_map(char::to_lowercase).collect()
}

fn is_login(login: &str) -> bool {
    (2..=64).contains(&login.chars().count()) && login.chars().all(|c| c.is_alphanumeric() || "._-@".contains(c))
}

#[cfg(test)]
mod tests;
