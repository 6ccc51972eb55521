//! Calendar feeds: addresses that a calendar program may fetch without signing in, one person's shifts or one post's.
//!
//! An address cannot be guessed: it ends in a code (HMAC-SHA256, 128 bits) over what is fed, for whom, and how often that
//! person has asked for new addresses. Asking again makes every earlier address of theirs worthless. What an address
//! yields is judged at each fetch by the rights of its owner, so it never shows more than they may see.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use board::{OperationId, PersonId, PostId};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

use crate::accounts::token::random;

/// The key of the feeds' addresses, and who has renewed theirs.
pub const FILE: &str = "calendar.json";

/// Bytes of the code kept in the address: more cannot be guessed sooner.
const CODE_BYTES: usize = 16;

/// What a feed is of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Subject {
    /// The shifts of the owner.
    Own,
    Post(OperationId, PostId),
}

/// A feed and whose eyes it is seen with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Feed {
    pub owner: PersonId,
    pub subject: Subject,
}

#[derive(Debug, thiserror::Error)]
pub enum FeedsError {
    #[error("{}: {source}; check that the data folder is writable", path.display())]
    File { path: PathBuf, source: std::io::Error },
    #[error("{}: {source}; restore it, or delete it: every calendar address is then new", path.display())]
    Unreadable { path: PathBuf, source: serde_json::Error },
    #[error("{}: the key is not 32 bytes in base 64; restore it, or delete it: every calendar address is then new", path.display())]
    Key { path: PathBuf },
    #[error("no randomness for a key ({0}); try again")]
    Random(#[from] getrandom::Error),
}

/// The key and the counts, kept in one small file.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    key: String,
    /// How often each person has asked for new addresses.
    renewed: BTreeMap<PersonId, u32>,
}

#[derive(Debug)]
pub struct Feeds {
    path: PathBuf,
    key: [u8; 32],
    kept: Mutex<Kept>,
}

impl Feeds {
    /// Opens `calendar.json` in the data folder, or makes it.
    ///
    /// # Errors
    /// [`FeedsError`].
    pub fn open(data: &Path) -> Result<Self, FeedsError> {
        let path = data.join(FILE);
        let kept = match std::fs::read(&path) {
            Ok(bytes) => serde_json::from_slice::<Kept>(&bytes)
                .map_err(|source| FeedsError::Unreadable { path: path.clone(), source })?,
            Err(missing) if missing.kind() == std::io::ErrorKind::NotFound => {
                let key: [u8; 32] = random()?;
                let kept = Kept { key: URL_SAFE_NO_PAD.encode(key), renewed: BTreeMap::new() };
                write(&path, &kept)?;
                kept
            }
            Err(source) => return Err(FeedsError::File { path, source }),
        };
        let key = URL_SAFE_NO_PAD.decode(&kept.key).ok().and_then(|bytes| bytes.try_into().ok());
        let key = key.ok_or_else(|| FeedsError::Key { path: path.clone() })?;
        Ok(Self { path, key, kept: Mutex::new(kept) })
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The last part of a feed's address, without its ending.
    pub fn token(&self, feed: Feed) -> String {
        let renewed = self.lock().renewed.get(&feed.owner).copied().unwrap_or(0);
        format!("{}-{}", name(feed), URL_SAFE_NO_PAD.encode(self.code(feed, renewed)))
    }

    /// The feed of a token, if the token is in force.
    pub fn find(&self, token: &str) -> Option<Feed> {
        let (name, code) = token.split_once('-')?;
        let feed = read(name)?;
        let renewed = self.lock().renewed.get(&feed.owner).copied().unwrap_or(0);
        let given = URL_SAFE_NO_PAD.decode(code).ok()?;
        bool::from(given.as_slice().ct_eq(&self.code(feed, renewed))).then_some(feed)
    }

    /// Makes every address of this person worthless; the next ones are new.
    ///
    /// # Errors
    /// [`FeedsError`]; the old addresses then still hold.
    pub fn renew(&self, person: PersonId) -> Result<(), FeedsError> {
        let mut kept = self.lock();
        let count = kept.renewed.entry(person).or_default();
        *count = count.wrapping_add(1);
        let written = write(&self.path, &kept);
        if written.is_err()
            && let Some(count) = kept.renewed.get_mut(&person)
        {
            *count = count.wrapping_sub(1);
        }
        written
    }

    fn code(&self, feed: Feed, renewed: u32) -> [u8; CODE_BYTES] {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).expect("an HMAC takes a key of any length");
        mac.update(b"oneboard calendar");
        mac.update(name(feed).as_bytes());
        mac.update(&renewed.to_be_bytes());
        let code: [u8; 32] = mac.finalize().into_bytes().into();
        let mut short = [0; CODE_BYTES];
        short.copy_from_slice(&code[..CODE_BYTES]);
        short
    }
}

/// Ids have thirteen letters each, so a name is read back in one way only.
fn name(feed: Feed) -> String {
    match feed.subject {
        Subject::Own => feed.owner.to_string(),
        Subject::Post(operation, post) => format!("{}.{operation}.{post}", feed.owner),
    }
}

fn read(name: &str) -> Option<Feed> {
    fn id<T>(part: &str) -> Option<board::Id<T>> {
        board::Id::from_str(part).ok()
    }
    let parts: Vec<&str> = name.split('.').collect();
    match parts.as_slice() {
        [owner] => Some(Feed { owner: id(owner)?, subject: Subject::Own }),
        [owner, operation, post] => Some(Feed { owner: id(owner)?, subject: Subject::Post(id(operation)?, id(post)?) }),
        _ => None,
    }
}

/// Whole or not at all: a temporary file, synced, then renamed.
fn write(path: &Path, kept: &Kept) -> Result<(), FeedsError> {
    let failed = |source| FeedsError::File { path: path.to_owned(), source };
    let bytes = serde_json::to_vec(kept).map_err(|source| FeedsError::Unreadable { path: path.to_owned(), source })?;
    let beside = path.with_extension("json.new");
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&beside)
        .map_err(failed)?;
    file.write_all(&bytes).and_then(|()| file.sync_all()).map_err(failed)?;
    std::fs::rename(&beside, path).map_err(failed)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that cannot go on should fail there")]
mod tests {
    use super::*;

    fn feed(owner: u64, subject: Subject) -> Feed {
        Feed { owner: PersonId::from_value(owner), subject }
    }

    #[test]
    fn an_address_is_known_until_its_owner_renews_it_also_after_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let feeds = Feeds::open(folder.path()).unwrap();
        let post = Subject::Post(OperationId::from_value(7), PostId::from_value(8));
        let (own, of_post, other) = (feed(1, Subject::Own), feed(1, post), feed(2, Subject::Own));
        let tokens = [own, of_post, other].map(|feed| feeds.token(feed));
        assert_eq!([own, of_post, other].map(Some), tokens.each_ref().map(|token| feeds.find(token)));
        feeds.renew(own.owner).unwrap();
        let again = Feeds::open(folder.path()).unwrap();
        for feeds in [&feeds, &again] {
            assert_eq!(tokens.each_ref().map(|token| feeds.find(token)), [None, None, Some(other)]);
            assert_eq!(feeds.find(&feeds.token(own)), Some(own));
        }
    }

    #[test]
    fn a_token_serves_nothing_but_what_it_was_made_for() {
        let folder = tempfile::tempdir().unwrap();
        let feeds = Feeds::open(folder.path()).unwrap();
        let token = feeds.token(feed(1, Subject::Own));
        let (_, code) = token.split_once('-').unwrap();
        let stranger = PersonId::from_value(2);
        for forged in [
            format!("{stranger}-{code}"),
            format!("{token}A"),
            token[..token.len() - 1].to_owned(),
            String::new(),
            "-".into(),
        ] {
            assert_eq!(feeds.find(&forged), None, "{forged}");
        }
    }
}
