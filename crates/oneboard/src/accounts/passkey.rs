//! Passkeys: a key that a person's device holds and opens only for them (W3C Web Authentication, level 3).
//!
//! The device verifies its owner by PIN, finger or face, and proves that it holds the key: two factors in one. What is kept here is the
//! public half, which is no secret. A key is bound to the site's name, so it cannot be asked for by a page that only looks like ours;
//! a site without a name and TLS has none, except `localhost`, which browsers trust for tests and for the demonstration.
//!
//! A ceremony is a challenge and its answer. Challenges are in memory, few and short-lived; a restart voids them.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use board::At;
use serde_json::{Value, json};
use webauthn_rs::prelude::{
    DiscoverableAuthentication, Passkey, PasskeyAuthentication, PasskeyRegistration, PublicKeyCredential,
    RegisterPublicKeyCredential, Url, Uuid, Webauthn, WebauthnBuilder, WebauthnError,
};

use super::session::{Mode, SignedIn};
use super::token::{self, TokenHash};
use super::{Accounts, AccountsError, NewSession};
use crate::clock::real_now;

/// Passkeys of one person: a telephone, two desks, a key in the safe, and room.
pub const MOST_PASSKEYS: usize = 10;
/// Longest name of a passkey, in characters.
pub const LONGEST_NAME: usize = 60;
/// How long a challenge may be answered: browsers ask for five minutes, and somebody looks for their key.
const CEREMONY_TIME: i64 = 5 * 60_000;
/// Challenges open at once; beyond it the oldest is void. About 1 KB each. From one address the requests a second are limited,
/// so that a flood of challenges voids nobody's within the time of a touch.
const MOST_CEREMONIES: usize = 16_384;
/// Marks the user handles of this program: the other half is the person's id on the board, which says nothing by itself.
const HANDLE: u64 = 0x6f6e_6562_6f61_7264;

/// A passkey as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    pub id: u64,
    pub name: String,
    pub since: At,
    pub last_used: Option<At>,
}

/// What a browser is asked, and the word under which its answer is expected.
#[derive(Clone, Debug)]
pub struct Begun {
    pub ceremony: String,
    /// As `navigator.credentials` takes it, binary values in base64url.
    pub options: Value,
}

enum Ceremony {
    Register { person: u64, state: PasskeyRegistration },
    SignIn(DiscoverableAuthentication),
    Confirm { session: u64, state: PasskeyAuthentication },
}

/// Ceremonies by age, so that the oldest goes first.
#[derive(Default)]
struct Ceremonies {
    next: u64,
    open: BTreeMap<u64, (TokenHash, At, Ceremony)>,
}

/// The site as authenticators know it, and the ceremonies under way.
pub struct Passkeys {
    site: Webauthn,
    /// The name that keys are bound to.
    host: String,
    ceremonies: Mutex<Ceremonies>,
}

impl std::fmt::Debug for Passkeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Passkeys").field("host", &self.host).finish_non_exhaustive()
    }
}

impl Passkeys {
    /// Keys bound to `domain`, where the site is served over TLS under it; else to `localhost`.
    ///
    /// # Errors
    /// [`AccountsError::Site`] where the domain is none that a key can be bound to.
    pub fn new(domain: Option<&str>, name: &str) -> Result<Self, AccountsError> {
        let (host, origin) = match domain {
            Some(domain) => (domain, format!("https://{domain}")),
            None => ("localhost", "http://localhost".to_owned()),
        };
        let wrong = || AccountsError::Site(host.to_owned());
        let origin = Url::parse(&origin).map_err(|_| wrong())?;
        // The port is whatever the site is reached by; the name is what counts.
        let builder = WebauthnBuilder::new(host, &origin).map_err(|_| wrong())?.rp_name(name).allow_any_port(true);
        let site = builder.build().map_err(|_| wrong())?;
        Ok(Self { site, host: host.to_owned(), ceremonies: Mutex::default() })
    }

    /// Can somebody who came to `authority` (a `Host`, with or without a port) use a passkey here?
    pub fn work_at(&self, authority: &str) -> bool {
        authority.rsplit_once(':').map_or(authority, |(name, _)| name).eq_ignore_ascii_case(&self.host)
    }

    fn open(&self, ceremony: Ceremony) -> Result<String, AccountsError> {
        let (word, hash) = token::fresh()?;
        let now = real_now();
        let mut all = self.ceremonies.lock().unwrap_or_else(PoisonError::into_inner);
        all.open.retain(|_, (_, since, _)| now.millis() - since.millis() < CEREMONY_TIME);
        if all.open.len() >= MOST_CEREMONIES {
            all.open.pop_first();
        }
        let number = all.next;
        all.next += 1;
        all.open.insert(number, (hash, now, ceremony));
        Ok(word)
    }

    /// The ceremony of this word; it is over then, whatever comes of it.
    fn close(&self, word: &str) -> Result<Ceremony, AccountsError> {
        let hash = token::hash_of(word).ok_or(AccountsError::Passkey)?;
        let now = real_now();
        let mut all = self.ceremonies.lock().unwrap_or_else(PoisonError::into_inner);
        let number = all.open.iter().find(|(_, (known, _, _))| *known == hash).map(|(number, _)| *number);
        let (_, since, ceremony) = number.and_then(|number| all.open.remove(&number)).ok_or(AccountsError::Passkey)?;
        if now.millis() - since.millis() < CEREMONY_TIME { Ok(ceremony) } else { Err(AccountsError::Passkey) }
    }
}

fn handle(person: u64) -> Uuid {
    Uuid::from_u64_pair(HANDLE, person)
}

/// A refusal of the library's: the person learns that it was not accepted, the log why.
fn refused(error: WebauthnError) -> AccountsError {
    tracing::info!(%error, "a passkey was not accepted");
    AccountsError::Passkey
}

fn read<T: serde::de::DeserializeOwned>(answer: &str) -> Result<T, AccountsError> {
    serde_json::from_str(answer).map_err(|error| {
        tracing::info!(%error, "a passkey's answer could not be read");
        AccountsError::Passkey
    })
}

impl Accounts {
    /// Begins to add a passkey to the account of whoever is signed in.
    ///
    /// # Errors
    /// [`AccountsError`]; [`AccountsError::TooManyPasskeys`] where the person has enough.
    pub async fn begin_passkey(&self, who: &SignedIn) -> Result<Begun, AccountsError> {
        let person = who.person;
        let account = self.with(move |store| store.by_person(person)).await?.ok_or(AccountsError::Wrong)?;
        let known = self.with(move |store| store.passkeys(person)).await?;
        if known.len() >= MOST_PASSKEYS {
            return Err(AccountsError::TooManyPasskeys);
        }
        let known = known.iter().map(|kept| kept.key.cred_id().clone()).collect();
        let site = &self.passkeys.site;
        let (challenge, state) = site
            .start_passkey_registration(handle(person), &account.login, &account.login, Some(known))
            .map_err(refused)?;
        let mut options = json!(challenge);
        // Found by the device itself at sign-in, so that nobody has to be asked for a login name, and nobody learns which exist.
        options["publicKey"]["authenticatorSelection"]["residentKey"] = json!("required");
        options["publicKey"]["authenticatorSelection"]["requireResidentKey"] = json!(true);
        Ok(Begun { ceremony: self.passkeys.open(Ceremony::Register { person, state })?, options })
    }

    /// Keeps the passkey that the browser made.
    ///
    /// # Errors
    /// [`AccountsError::Passkey`] where it was not made for this challenge, this site, or by a verified person.
    pub async fn keep_passkey(
        &self,
        who: &SignedIn,
        word: &str,
        answer: &str,
        name: &str,
    ) -> Result<(), AccountsError> {
        let Ceremony::Register { person, state } = self.passkeys.close(word)? else {
            return Err(AccountsError::Passkey);
        };
        if person != who.person {
            return Err(AccountsError::Passkey);
        }
        let answer: RegisterPublicKeyCredential = read(answer)?;
        let key = self.passkeys.site.finish_passkey_registration(&answer, &state).map_err(refused)?;
        let (name, now) = (short(name), real_now());
        if self.with(move |store| store.add_passkey(person, &key, &name, now)).await? {
            Ok(())
        } else {
            Err(AccountsError::Passkey)
        }
    }

    /// Asks for a passkey of anybody's: the device says whose.
    ///
    /// # Errors
    /// [`AccountsError`].
    pub fn begin_sign_in(&self) -> Result<Begun, AccountsError> {
        let (challenge, state) = self.passkeys.site.start_discoverable_authentication().map_err(refused)?;
        let mut options = json!(challenge);
        // Asked for by a button, not offered in a field.
        if let Some(options) = options.as_object_mut() {
            options.remove("mediation");
        }
        Ok(Begun { ceremony: self.passkeys.open(Ceremony::SignIn(state))?, options })
    }

    /// Signs in whoever the passkey belongs to.
    ///
    /// # Errors
    /// [`AccountsError::Passkey`] whatever is wrong with it: unknown, removed, of a closed account, not for this challenge.
    pub async fn sign_in_by_passkey(
        &self,
        word: &str,
        answer: &str,
        device: &str,
    ) -> Result<NewSession, AccountsError> {
        let Ceremony::SignIn(state) = self.passkeys.close(word)? else { return Err(AccountsError::Passkey) };
        let answer: PublicKeyCredential = read(answer)?;
        let (of, credential) = self.passkeys.site.identify_discoverable_authentication(&answer).map_err(refused)?;
        let (mark, person) = of.as_u64_pair();
        let kept =
            self.passkey_of(person, credential).await?.filter(|_| mark == HANDLE).ok_or(AccountsError::Passkey)?;
        let result =
            self.passkeys.site.finish_discoverable_authentication_v2(&answer, state, &kept.key).map_err(refused)?;
        self.used(kept, &result).await?;
        self.begin(person, Mode::Person, device).await
    }

    /// Asks whoever is signed in for one of their own passkeys.
    ///
    /// # Errors
    /// [`AccountsError::Passkey`] where they have none.
    pub async fn begin_confirmation(&self, who: &SignedIn) -> Result<Begun, AccountsError> {
        let person = who.person;
        let kept = self.with(move |store| store.passkeys(person)).await?;
        let keys: Vec<Passkey> = kept.into_iter().map(|kept| kept.key).collect();
        if keys.is_empty() {
            return Err(AccountsError::Passkey);
        }
        let (challenge, state) = self.passkeys.site.start_passkey_authentication(&keys).map_err(refused)?;
        let ceremony = self.passkeys.open(Ceremony::Confirm { session: who.session, state })?;
        Ok(Begun { ceremony, options: json!(challenge) })
    }

    /// As [`Accounts::step_up`], by passkey.
    ///
    /// # Errors
    /// [`AccountsError::Passkey`].
    pub async fn step_up_by_passkey(&self, who: &SignedIn, word: &str, answer: &str) -> Result<(), AccountsError> {
        let Ceremony::Confirm { session, state } = self.passkeys.close(word)? else {
            return Err(AccountsError::Passkey);
        };
        if session != who.session {
            return Err(AccountsError::Passkey);
        }
        let answer: PublicKeyCredential = read(answer)?;
        // Asked again: the key may have been removed since the challenge.
        let kept = self.passkey_of(who.person, answer.get_credential_id()).await?.ok_or(AccountsError::Passkey)?;
        let result = self.passkeys.site.finish_passkey_authentication(&answer, &state).map_err(refused)?;
        self.used(kept, &result).await?;
        self.proved(who);
        Ok(())
    }

    async fn passkey_of(&self, person: u64, credential: &[u8]) -> Result<Option<Kept>, AccountsError> {
        let open = self.with(move |store| store.by_person(person)).await?.is_some_and(|account| !account.disabled);
        let kept = self.with(move |store| store.passkeys(person)).await?;
        Ok(kept.into_iter().find(|kept| open && kept.key.cred_id().as_slice() == credential))
    }

    /// Notes the use, and the device's counter where it has one.
    async fn used(
        &self,
        mut kept: Kept,
        result: &webauthn_rs::prelude::AuthenticationResult,
    ) -> Result<(), AccountsError> {
        kept.key.update_credential(result);
        let now = real_now();
        self.with(move |store| store.use_passkey(kept.id, &kept.key, now)).await
    }

    /// A person's passkeys, oldest first.
    ///
    /// # Errors
    /// [`AccountsError`].
    pub async fn passkeys_of(&self, person: u64) -> Result<Vec<Held>, AccountsError> {
        let kept = self.with(move |store| store.passkeys(person)).await?;
        Ok(kept
            .into_iter()
            .map(|kept| Held { id: kept.id, name: kept.name, since: kept.since, last_used: kept.last_used })
            .collect())
    }

    /// False where the person has no such passkey.
    ///
    /// # Errors
    /// [`AccountsError`].
    pub async fn rename_passkey(&self, person: u64, id: u64, name: &str) -> Result<bool, AccountsError> {
        let name = short(name);
        self.with(move |store| store.rename_passkey(person, id, &name)).await
    }

    /// Removes a passkey and ends the person's other sessions: whoever has the device may have begun one.
    ///
    /// # Errors
    /// [`AccountsError`].
    pub async fn remove_passkey(&self, who: &SignedIn, id: u64) -> Result<bool, AccountsError> {
        let (person, own) = (who.person, who.session);
        let removed = self.with(move |store| store.remove_passkey(person, id)).await?;
        if removed {
            self.end(|session| session.person == person && session.id != own && session.mode == Mode::Person).await?;
        }
        Ok(removed)
    }

    /// A factor is lost: password, codes, passkeys and links are void, and every session ends, wall screens too. The person is let in
    /// again by a new link.
    ///
    /// # Errors
    /// [`AccountsError`].
    pub async fn revoke_factors(&self, person: u64) -> Result<bool, AccountsError> {
        let known = self.with(move |store| store.revoke_factors(person)).await?;
        self.sign_out_everywhere(person).await?;
        Ok(known)
    }
}

fn short(name: &str) -> String {
    name.trim().chars().filter(|letter| !letter.is_control()).take(LONGEST_NAME).collect()
}

/// A passkey as the store has it.
#[derive(Debug)]
pub(super) struct Kept {
    pub id: u64,
    pub key: Passkey,
    pub name: String,
    pub since: At,
    pub last_used: Option<At>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_bound_to_the_sites_name() {
        let site = Passkeys::new(Some("board.example.org"), "Oneboard").expect("a name");
        assert!(site.work_at("board.example.org") && site.work_at("BOARD.example.org:8443"));
        for other in ["localhost", "127.0.0.1:8080", "evil.board.example.org", "[::1]:80", ""] {
            assert!(!site.work_at(other), "{other}");
        }
        assert!(Passkeys::new(None, "Oneboard").expect("localhost").work_at("localhost:8080"));
        assert!(
            matches!(Passkeys::new(Some("10.0.0.1"), "Oneboard"), Err(AccountsError::Site(_))),
            "an address is no name"
        );
    }

    #[test]
    fn a_ceremony_is_answered_once_and_the_oldest_gives_way() {
        let site = Passkeys::new(None, "Oneboard").expect("localhost");
        let begin =
            || site.open(Ceremony::SignIn(site.site.start_discoverable_authentication().expect("a challenge").1));
        let word = begin().expect("open");
        assert!(site.close(&word).is_ok());
        assert!(matches!(site.close(&word), Err(AccountsError::Passkey)), "once");
        assert!(matches!(site.close("nonsense"), Err(AccountsError::Passkey)));
        let (first, second) = (begin().expect("open"), begin().expect("open"));
        for _ in 0..MOST_CEREMONIES - 1 {
            begin().expect("open");
        }
        assert!(site.close(&first).is_err(), "memory is bounded");
        assert!(site.close(&second).is_ok());
    }
}
