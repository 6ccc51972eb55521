//! The files of attachments: what may come in, how it is kept, and whether it is still what it was.
//!
//! A file is looked at before it is kept ([`sniff`]): its first bytes say what it is, and one that says something else of itself is
//! refused. Photographs are rebuilt from the parts a picture needs ([`strip`]), so that none carries where it was taken. It is
//! synced, with its folder, before the command that names it is sent; what no entry names is collected.

pub mod sniff;
pub mod strip;

use std::fs::{self, DirBuilder, File};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use board::attachment::{Attachment, Attachments, Digest};
use board::{AttachmentId, Board};
use sha2::Digest as _;

pub use crate::archive::ATTACHMENTS as FOLDER;

/// A photograph of a good telephone at full size; a scan of some pages.
pub const MOST_BYTES: usize = 12 * 1024 * 1024;

/// A file that no entry names may belong to a command on its way; after this it belongs to none.
const ORPHAN_AGE: Duration = Duration::from_secs(60 * 60);

/// Why a file cannot be kept or given out.
#[derive(Debug, thiserror::Error)]
pub enum FileFault {
    #[error("{}: {source}; check that the data folder is writable and has room", path.display())]
    Io { path: PathBuf, source: io::Error },
    #[error("the file of attachment {id} is missing from {}: restore it from a backup", path.display())]
    Missing { id: AttachmentId, path: PathBuf },
    #[error("the file of attachment {id} is not what was kept: {found}, {expected} expected; restore it from a backup")]
    Altered { id: AttachmentId, found: Digest, expected: Digest },
}

/// The folder of attachments of one installation.
#[derive(Debug, Clone)]
pub struct Files {
    folder: PathBuf,
}

impl Files {
    /// In the installation's data folder; made with the first file.
    pub fn of(data: &Path) -> Self {
        Self { folder: data.join(FOLDER) }
    }

    /// Two letters of the id make a folder, so that none holds more than a thousandth of all. The digest is part of the name:
    /// other bytes under an id that was sent before are another file, and spoil nothing.
    fn path(&self, id: AttachmentId, digest: Digest) -> PathBuf {
        let name = id.to_string();
        // The last letters: the first of thirteen carries four bits only.
        self.folder.join(&name[name.len() - 2..]).join(format!("{name}-{digest}"))
    }

    /// Keeps a file and syncs it and every folder above it that is new.
    ///
    /// # Errors
    /// [`FileFault::Io`]; then there is no file of this id and digest.
    pub fn keep(&self, id: AttachmentId, digest: Digest, bytes: &[u8]) -> Result<(), FileFault> {
        let path = self.path(id, digest);
        let folder = path.parent().expect("a file of ours lies in a folder");
        let fault = |at: &Path| {
            let path = at.to_owned();
            move |source| FileFault::Io { path, source }
        };
        DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(fault(folder))?;
        let temporary = path.with_extension("temporary");
        let write = || {
            let mut file = File::options().write(true).create(true).truncate(true).mode(0o600).open(&temporary)?;
            file.write_all(bytes)?;
            file.sync_all()?;
            fs::rename(&temporary, &path)?;
            for above in [folder, self.folder.as_path()] {
                File::open(above)?.sync_all()?;
            }
            self.folder.parent().map_or(Ok(()), |data| File::open(data)?.sync_all())
        };
        write().map_err(fault(&path))
    }

    /// Reads a file and proves that it is what was kept.
    ///
    /// # Errors
    /// [`FileFault`]; an altered file is not given out.
    pub fn read(&self, id: AttachmentId, kept: &Attachment) -> Result<Vec<u8>, FileFault> {
        let path = self.path(id, kept.digest);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(source) if source.kind() == io::ErrorKind::NotFound => return Err(FileFault::Missing { id, path }),
            Err(source) => return Err(FileFault::Io { path, source }),
        };
        let found = digest_of(&bytes);
        if found == kept.digest { Ok(bytes) } else { Err(FileFault::Altered { id, found, expected: kept.digest }) }
    }

    /// Removes a file; one that is gone already is no fault.
    ///
    /// # Errors
    /// [`FileFault::Io`].
    pub fn remove(&self, id: AttachmentId, digest: Digest) -> Result<(), FileFault> {
        let path = self.path(id, digest);
        match fs::remove_file(&path) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => Err(FileFault::Io { path, source }),
            _ => Ok(()),
        }
    }

    /// Removes what no entry names, or names as erased, and is older than a command can be on its way. Returns how many.
    ///
    /// # Errors
    /// [`FileFault::Io`] where the folder cannot be read.
    pub fn collect(&self, attachments: &Attachments, now: SystemTime) -> Result<usize, FileFault> {
        let mut removed = 0;
        for (path, age) in self.all(now)? {
            let name = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.split_once('-'));
            let named = name.and_then(|(id, digest)| Some((attachments.get(id.parse().ok()?)?, digest)));
            let is_named =
                named.is_some_and(|(found, digest)| found.erased.is_none() && found.digest.to_string() == digest);
            if !is_named && age >= ORPHAN_AGE {
                fs::remove_file(&path).map_err(|source| FileFault::Io { path, source })?;
                removed += 1;
            }
        }
        Ok(removed)
    }

    fn all(&self, now: SystemTime) -> Result<Vec<(PathBuf, Duration)>, FileFault> {
        let fault = |path: &Path, source| FileFault::Io { path: path.to_owned(), source };
        let mut found = Vec::new();
        let folders = match fs::read_dir(&self.folder) {
            Ok(folders) => folders,
            Err(source) if source.kind() == io::ErrorKind::NotFound => return Ok(found),
            Err(source) => return Err(fault(&self.folder, source)),
        };
        for folder in folders {
            let folder = folder.map_err(|source| fault(&self.folder, source))?.path();
            for file in fs::read_dir(&folder).map_err(|source| fault(&folder, source))? {
                let file = file.map_err(|source| fault(&folder, source))?;
                let changed = file.metadata().and_then(|about| about.modified());
                let changed = changed.map_err(|source| fault(&file.path(), source))?;
                found.push((file.path(), now.duration_since(changed).unwrap_or_default()));
            }
        }
        Ok(found)
    }

    /// Everything that is missing or altered, of all that the board names.
    pub fn verify(&self, board: &Board) -> Vec<FileFault> {
        let named = board.attachments.iter().filter(|(_, found)| found.erased.is_none());
        named.filter_map(|(id, found)| self.read(id, found).err()).collect()
    }
}

/// The digest under which bytes are kept.
pub fn digest_of(bytes: &[u8]) -> Digest {
    Digest(sha2::Sha256::digest(bytes).into())
}

#[cfg(test)]
mod tests;
