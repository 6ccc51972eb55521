//! Who is signed in: all live sessions in memory (a check costs no disk), the cookie that names one, and the extractor routes use.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use axum::extract::{FromRef, FromRequestParts, OptionalFromRequestParts};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use board::At;
use tokio::sync::broadcast;

use super::token::{TokenHash, hash_of};
use crate::clock::real_now;
use crate::http::negotiate::cookie;
use crate::http::problem::{Kind, Problem};
use crate::shell::Shell;

/// How a session is meant to be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    /// A person at their own screen.
    Person,
    /// A screen on a wall: lives for weeks, and is for reading.
    Board,
}

/// One signed-in browser.
#[derive(Debug)]
pub struct Session {
    pub id: u64,
    pub person: u64,
    pub mode: Mode,
    /// The screen's name in board mode, else what the browser says it is.
    pub device: String,
    pub since: At,
    pub expires: At,
    /// Unused for this long, it ends; ms.
    pub idle: i64,
    pub(super) token: TokenHash,
    pub(super) last_seen: AtomicI64,
    pub(super) stepped_up: AtomicI64,
}

impl Session {
    pub fn last_seen(&self) -> At {
        At::from_millis(self.last_seen.load(Ordering::Relaxed))
    }

    /// When its owner last proved who they are; sign-in counts.
    pub fn stepped_up(&self) -> At {
        At::from_millis(self.stepped_up.load(Ordering::Relaxed))
    }

    pub fn is_live(&self, now: At) -> bool {
        now < self.expires && now.millis() - self.last_seen().millis() < self.idle
    }
}

/// A session that has ended; live streams of it must end too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ended {
    pub session: u64,
    pub person: u64,
}

/// Every live session, by the hash of its token. The store behind it is only read at start.
#[derive(Debug)]
pub struct Sessions {
    live: RwLock<HashMap<TokenHash, Arc<Session>>>,
    ended: broadcast::Sender<Ended>,
}

/// Endings a slow stream may lag behind; one that lags further looks its own session up again.
const ENDINGS: usize = 1024;

impl Sessions {
    pub fn new(sessions: impl IntoIterator<Item = Session>) -> Self {
        let live = sessions.into_iter().map(|session| (session.token, Arc::new(session))).collect();
        Self { live: RwLock::new(live), ended: broadcast::Sender::new(ENDINGS) }
    }

    /// The session of a token, if it lives at `now`; being looked up counts as being used.
    pub fn find(&self, token: &str, now: At) -> Option<Arc<Session>> {
        let hash = hash_of(token)?;
        let session = self.live.read().unwrap_or_else(PoisonError::into_inner).get(&hash)?.clone();
        session.is_live(now).then(|| {
            session.last_seen.fetch_max(now.millis(), Ordering::Relaxed);
            session
        })
    }

    pub fn add(&self, session: Session) -> Arc<Session> {
        let session = Arc::new(session);
        self.live.write().unwrap_or_else(PoisonError::into_inner).insert(session.token, session.clone());
        session
    }

    /// Ends those that `which` picks and tells the streams; gives their ids.
    pub fn end(&self, which: impl Fn(&Session) -> bool) -> Vec<u64> {
        let mut ended = Vec::new();
        self.live.write().unwrap_or_else(PoisonError::into_inner).retain(|_, session| {
            let ends = which(session);
            if ends {
                ended.push(Ended { session: session.id, person: session.person });
            }
            !ends
        });
        for ending in &ended {
            // No stream is listening: nobody to tell.
            let _ = self.ended.send(*ending);
        }
        ended.into_iter().map(|ending| ending.session).collect()
    }

    /// All that match, oldest first.
    pub fn list(&self, which: impl Fn(&Session) -> bool) -> Vec<Arc<Session>> {
        let live = self.live.read().unwrap_or_else(PoisonError::into_inner);
        let mut found: Vec<_> = live.values().filter(|session| which(session)).cloned().collect();
        found.sort_by_key(|session| session.id);
        found
    }

    /// Every proof of who somebody is counts as long past. Exists for tests, which cannot wait for it.
    #[doc(hidden)]
    pub fn void_proofs(&self) {
        for session in self.list(|_| true) {
            session.stepped_up.store(0, Ordering::Relaxed);
        }
    }

    pub fn endings(&self) -> broadcast::Receiver<Ended> {
        self.ended.subscribe()
    }
}

/// The cookie's name: bound to this host where TLS lets us say so.
pub const fn cookie_name(secure: bool) -> &'static str {
    if secure { "__Host-oneboard" } else { "oneboard" }
}

/// `Set-Cookie` for a new session. `Lax`: a link from an e-mail opens the page signed in; a mutation is guarded by `http::csrf`.
pub fn cookie_for(token: &str, seconds: i64, secure: bool) -> String {
    let flag = if secure { "; Secure" } else { "" };
    format!("{}={token}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{flag}", cookie_name(secure))
}

/// `Set-Cookie` that removes it.
pub fn cookie_gone(secure: bool) -> String {
    cookie_for("", 0, secure)
}

/// The signed-in person behind a request. As an extractor it refuses with "sign in first"; `Option<SignedIn>` never refuses.
#[derive(Clone, Debug)]
pub struct SignedIn {
    pub person: u64,
    pub session: u64,
    pub since: At,
    pub stepped_up: At,
    pub mode: Mode,
}

impl SignedIn {
    /// The session named by the request's cookie, if it lives.
    pub fn of(shell: &Shell, headers: &HeaderMap) -> Option<Self> {
        let token = cookie(headers, cookie_name(shell.config.is_secure()))?;
        let session = shell.accounts.sessions.find(token, real_now())?;
        Some(Self {
            person: session.person,
            session: session.id,
            since: session.since,
            stepped_up: session.stepped_up(),
            mode: session.mode,
        })
    }

    /// For dangerous acts: has its owner proved who they are within the configured minutes? A wall proves nothing.
    pub fn is_fresh(&self, shell: &Shell) -> bool {
        let age = real_now().millis() - self.stepped_up.millis();
        self.mode == Mode::Person && age < i64::from(shell.config.step_up_minutes) * 60_000
    }
}

impl<S> FromRequestParts<S> for SignedIn
where
    Arc<Shell>: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        Self::of(&Arc::<Shell>::from_ref(state), &parts.headers).ok_or(Problem::new(Kind::SignInNeeded))
    }
}

impl<S> OptionalFromRequestParts<S> for SignedIn
where
    Arc<Shell>: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = std::convert::Infallible;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Option<Self>, Self::Rejection> {
        Ok(Self::of(&Arc::<Shell>::from_ref(state), &parts.headers))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::token::fresh;

    fn session(id: u64, token: TokenHash) -> Session {
        Session {
            id,
            person: id * 10,
            mode: Mode::Person,
            device: String::new(),
            since: At::from_millis(0),
            expires: At::from_millis(10_000),
            idle: 1000,
            token,
            last_seen: AtomicI64::new(0),
            stepped_up: AtomicI64::new(0),
        }
    }

    #[test]
    fn a_session_ends_idle_or_old_whichever_is_first() {
        let (text, hash) = fresh().expect("random bytes");
        let sessions = Sessions::new([session(1, hash)]);
        for now in (900..10_000).step_by(900) {
            assert!(sessions.find(&text, At::from_millis(now)).is_some(), "used at {now}");
        }
        assert!(sessions.find(&text, At::from_millis(10_000)).is_none(), "old");
        let sessions = Sessions::new([session(1, hash)]);
        assert!(sessions.find(&text, At::from_millis(1000)).is_none(), "idle");
        assert!(sessions.find("nonsense", At::from_millis(0)).is_none());
    }

    #[test]
    fn an_ending_reaches_the_streams_at_once() {
        let ((a, first), (b, second)) = (fresh().expect("random bytes"), fresh().expect("random bytes"));
        let sessions = Sessions::new([session(1, first), session(2, second)]);
        let mut endings = sessions.endings();
        assert_eq!(sessions.end(|session| session.person == 10), [1]);
        assert_eq!(endings.try_recv(), Ok(Ended { session: 1, person: 10 }));
        assert!(sessions.find(&a, At::from_millis(1)).is_none() && sessions.find(&b, At::from_millis(1)).is_some());
    }

    #[test]
    fn cookies_are_kept_from_scripts_and_other_sites() {
        let cookie = cookie_for("x", 5, true);
        assert!(
            cookie.starts_with("__Host-")
                && ["HttpOnly", "Secure", "SameSite", "Path=/"].iter().all(|flag| cookie.contains(flag))
        );
        assert!(!cookie.contains("Domain"));
    }
}
