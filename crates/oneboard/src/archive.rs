//! Backup and restore of a whole installation: journal, accounts, keys and attachments, at one position, proved.
//!
//! Order makes the parts fit without stopping the server. Accounts first: every account copied belongs to a person whom
//! the journal, copied later, knows. Attachments last: a file is synced before the entry that names it is kept, so every
//! file that the copy names is there. `backup.json` says the position and the digest of every other file.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use journal::backup::BackupError;
use journal::checkpoint::{hex, unhex};
use journal::{Report, SigningKey, VerifyOptions};
use rusqlite::{Connection, OpenFlags};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::submit::{CHECKPOINT_KEY, JOURNAL, PAYLOAD_KEY};

const MANIFEST: &str = "backup.json";
const ACCOUNTS: &str = "accounts.sqlite";
/// What is written whole and replaced whole: keys, and the addresses of calendars.
const SMALL: [&str; 4] = [PAYLOAD_KEY, CHECKPOINT_KEY, crate::calendar::FILE, crate::deliver::PUSH_KEY];
/// Files that entries name.
pub const ATTACHMENTS: &str = "attachments";
/// Folders within the attachments; a deeper tree is not ours.
const DEEPEST: usize = 8;
/// A manifest above this is not ours: a hundred bytes a file, a hundred thousand attachments.
const LONGEST_MANIFEST: u64 = 32 << 20;

/// Why there is no backup, or nothing was restored.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    #[error("{} is there already; name a new folder, nothing is overwritten", .0.display())]
    Exists(PathBuf),
    #[error("{} is no backup: it has no readable {MANIFEST} ({why}); name the folder that `oneboard backup` made", path.display())]
    NotABackup { path: PathBuf, why: String },
    #[error("{}: {source}; check that the folder exists, is writable and has room", path.display())]
    Io { path: PathBuf, source: io::Error },
    #[error("{}: {source}; stop whatever else writes it and try again", path.display())]
    Accounts { path: PathBuf, source: rusqlite::Error },
    #[error("{} is not the file that was backed up: {what}; take another backup", path.display())]
    Changed { path: PathBuf, what: String },
    #[error(transparent)]
    Journal(#[from] BackupError),
}

/// What a backup holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The release that made it.
    pub made_by: String,
    /// The last entry of the journal in it.
    pub position: u64,
    /// That entry's chain hash.
    pub hash: String,
    /// Every other file, by its path within the backup.
    pub files: BTreeMap<String, Sum>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sum {
    pub bytes: u64,
    pub sha256: String,
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> ArchiveError + Copy + '_ {
    move |source| ArchiveError::Io { path: path.to_owned(), source }
}

/// Copies the installation in `data`, which may be serving, to the new folder `destination`.
///
/// # Errors
/// [`ArchiveError`]; then nothing is at `destination`.
pub fn back_up(data: &Path, destination: &Path) -> Result<Manifest, ArchiveError> {
    stage(destination, |staged| {
        let mut files = BTreeMap::new();
        let accounts = data.join(ACCOUNTS);
        if accounts.exists() {
            copy_accounts(&accounts, &staged.join(ACCOUNTS))?;
            files.insert(ACCOUNTS.to_owned(), sum(&staged.join(ACCOUNTS))?);
        }
        for name in SMALL {
            if data.join(name).exists() {
                files.insert(name.to_owned(), copy(&data.join(name), &staged.join(name))?);
            }
        }
        let options = VerifyOptions { public_key: public_key(data), ..VerifyOptions::default() };
        let report = journal::backup(&data.join(JOURNAL), &staged.join(JOURNAL), &options)?;
        copy_folder(data, staged, ATTACHMENTS, DEEPEST, &mut files)?;
        let manifest = Manifest {
            made_by: concat!("oneboard ", env!("CARGO_PKG_VERSION")).into(),
            position: report.head.position,
            hash: hex(&report.head.hash),
            files,
        };
        let text = serde_json::to_vec_pretty(&manifest).expect("a manifest is always writable");
        write(&staged.join(MANIFEST), &mut text.as_slice())?;
        Ok(manifest)
    })
}

/// Makes the installation that was backed up to `source` again, in the folder `data`, which must not hold one.
///
/// # Errors
/// [`ArchiveError`]; then nothing is at `data`.
pub fn restore(source: &Path, data: &Path) -> Result<(Manifest, Report), ArchiveError> {
    let manifest = manifest(source)?;
    stage(data, |staged| {
        for (name, expected) in &manifest.files {
            let (from, to) = (source.join(name), staged.join(name));
            if let Some(folder) = to.parent() {
                make_folder(folder)?;
            }
            let found = copy(&from, &to)?;
            if found != *expected {
                let what = format!("{} bytes, {} expected, or other content", found.bytes, expected.bytes);
                return Err(ArchiveError::Changed { path: from, what });
            }
        }
        let options = VerifyOptions { public_key: public_key(staged), ..VerifyOptions::default() };
        let report = journal::restore(&source.join(JOURNAL), &staged.join(JOURNAL), &options)?;
        if report.head.position != manifest.position || hex(&report.head.hash) != manifest.hash {
            let what = format!("it ends at entry {}, {} expected", report.head.position, manifest.position);
            return Err(ArchiveError::Changed { path: source.join(JOURNAL), what });
        }
        Ok((manifest.clone(), report))
    })
}

/// The public half of the key that signs this installation's checkpoints, where it has one.
pub fn public_key(data: &Path) -> Option<journal::VerifyingKey> {
    let bytes: [u8; 32] = fs::read(data.join(CHECKPOINT_KEY)).ok()?.try_into().ok()?;
    Some(SigningKey::from_bytes(&bytes).verifying_key())
}

/// A public key as people write it: 64 hexadecimal digits.
pub fn read_public_key(text: &str) -> Result<journal::VerifyingKey, String> {
    let wrong = || format!("{text:?} is not a public key: expected 64 hexadecimal digits, as the server logs them");
    unhex::<32>(text).and_then(|bytes| journal::VerifyingKey::from_bytes(&bytes).ok()).ok_or_else(wrong)
}

/// Fills a folder beside `destination` and gives it that name when it is whole.
fn stage<T>(destination: &Path, fill: impl FnOnce(&Path) -> Result<T, ArchiveError>) -> Result<T, ArchiveError> {
    let taken = match fs::read_dir(destination) {
        Ok(mut entries) => entries.next().is_some(),
        Err(error) => error.kind() != io::ErrorKind::NotFound,
    };
    if taken {
        return Err(ArchiveError::Exists(destination.to_owned()));
    }
    let mut name = destination.as_os_str().to_owned();
    name.push(".temporary");
    let staged = PathBuf::from(name);
    let remove = || match fs::remove_dir_all(&staged) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(at(&staged)(error)),
        _ => Ok(()),
    };
    remove()?;
    make_folder(&staged)?;
    let done = fill(&staged).and_then(|done| {
        sync(&staged)?;
        fs::rename(&staged, destination).map_err(at(destination))?;
        let parent = destination.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        sync(parent)?;
        Ok(done)
    });
    if done.is_err() {
        // The fault that is told is the first one.
        let _ = remove();
    }
    done
}

/// A folder that only its owner may enter.
fn make_folder(path: &Path) -> Result<(), ArchiveError> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(at(path))
}

fn sync(folder: &Path) -> Result<(), ArchiveError> {
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(at(folder))
}

/// Accounts may be in use: SQLite's own copy is one state of them.
fn copy_accounts(from: &Path, to: &Path) -> Result<(), ArchiveError> {
    let fault = |source| ArchiveError::Accounts { path: from.to_owned(), source };
    drop(File::options().write(true).create_new(true).mode(0o600).open(to).map_err(at(to))?);
    let source = Connection::open_with_flags(from, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(fault)?;
    source.backup("main", to, None::<fn(rusqlite::backup::Progress)>).map_err(fault)?;
    File::open(to).and_then(|file| file.sync_all()).map_err(at(to))
}

fn copy_folder(
    from: &Path,
    to: &Path,
    name: &str,
    depth: usize,
    files: &mut BTreeMap<String, Sum>,
) -> Result<(), ArchiveError> {
    let folder = from.join(name);
    let entries = match fs::read_dir(&folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries.map_err(at(&folder))?,
    };
    make_folder(&to.join(name))?;
    for entry in entries {
        let entry = entry.map_err(at(&folder))?;
        let path = format!("{name}/{}", entry.file_name().to_string_lossy());
        let kind = entry.file_type().map_err(at(&folder))?;
        if kind.is_dir() && depth > 0 {
            copy_folder(from, to, &path, depth - 1, files)?;
        } else if kind.is_file() {
            let sum = copy(&from.join(&path), &to.join(&path))?;
            files.insert(path, sum);
        }
    }
    sync(&to.join(name))
}

/// Copies a file, readable by its owner only, and says what it was.
fn copy(from: &Path, to: &Path) -> Result<Sum, ArchiveError> {
    write(to, &mut File::open(from).map_err(at(from))?)
}

fn write(to: &Path, content: &mut dyn io::Read) -> Result<Sum, ArchiveError> {
    let mut file = File::options().write(true).create_new(true).mode(0o600).open(to).map_err(at(to))?;
    let sum = summed(content, &mut |bytes| file.write_all(bytes)).map_err(at(to))?;
    file.sync_all().map_err(at(to))?;
    Ok(sum)
}

fn sum(path: &Path) -> Result<Sum, ArchiveError> {
    let mut file = File::open(path).map_err(at(path))?;
    summed(&mut file, &mut |_| Ok(())).map_err(at(path))
}

fn summed(content: &mut dyn io::Read, take: &mut dyn FnMut(&[u8]) -> io::Result<()>) -> io::Result<Sum> {
    let mut hash = Sha256::new();
    let (mut buffer, mut bytes) = (vec![0; 64 * 1024], 0);
    loop {
        match content.read(&mut buffer)? {
            0 => return Ok(Sum { bytes, sha256: hex(&hash.finalize()) }),
            read => {
                hash.update(&buffer[..read]);
                take(&buffer[..read])?;
                bytes += read as u64;
            }
        }
    }
}

/// The manifest of a backup. A name in it that would lead out of the folder makes it none.
fn manifest(source: &Path) -> Result<Manifest, ArchiveError> {
    let not = |why: String| ArchiveError::NotABackup { path: source.to_owned(), why };
    let file = File::open(source.join(MANIFEST)).map_err(|error| not(error.to_string()))?;
    let mut text = String::new();
    file.take(LONGEST_MANIFEST).read_to_string(&mut text).map_err(|error| not(error.to_string()))?;
    let manifest: Manifest = serde_json::from_str(&text).map_err(|error| not(error.to_string()))?;
    let ours = |name: &String| {
        let plain = Path::new(name).components().all(|part| matches!(part, std::path::Component::Normal(_)));
        plain && (name.starts_with("attachments/") || name == ACCOUNTS || SMALL.contains(&name.as_str()))
    };
    match manifest.files.keys().find(|name| !ours(name)) {
        Some(name) => Err(not(format!("it names the file {name:?}"))),
        None => Ok(manifest),
    }
}
