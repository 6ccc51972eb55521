//! An Office package (a zip of XML parts), measured before any parser sees it.

use std::io::{self, Cursor, Read as _};

use zip::ZipArchive;

pub(crate) type Archive<'a> = ZipArchive<Cursor<&'a [u8]>>;

/// What a package may be at most.
pub(crate) struct Limits {
    pub(crate) parts: usize,
    /// All parts together, unpacked.
    pub(crate) unpacked: u64,
    /// Unpacked to packed, for parts of more than `ratio_free` bytes.
    pub(crate) ratio: u64,
    pub(crate) ratio_free: u64,
}

/// Why a package is not opened. Each kind of file says it in its own words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PackageFault {
    TooManyParts { parts: usize },
    PackedTooTightly { part: String },
    UnpacksTooLarge,
    Damaged { detail: String },
}

pub(crate) struct Part {
    pub(crate) name: String,
    /// Unpacked, in bytes.
    pub(crate) size: u64,
}

pub(crate) fn open<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Archive<'a>, PackageFault> {
    let archive = ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
    if archive.len() > limits.parts {
        return Err(PackageFault::TooManyParts { parts: archive.len() });
    }
    Ok(archive)
}

/// The parts in the order of the directory. Sizes written there can lie, so every part is unpacked into nothing and counted.
pub(crate) fn measure(archive: &mut Archive<'_>, limits: &Limits) -> Result<Vec<Part>, PackageFault> {
    let mut parts = Vec::new();
    let mut unpacked = 0;
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).map_err(damaged)?;
        let name = part.name().map_err(damaged)?.into_owned();
        let packed = part.compressed_size().max(1);
        let room = limits.unpacked - unpacked;
        let allowed = packed.saturating_mul(limits.ratio).max(limits.ratio_free).min(room);
        let size = io::copy(&mut part.by_ref().take(allowed + 1), &mut io::sink()).map_err(damaged)?;
        if size > allowed {
            let bomb = allowed < room;
            return Err(if bomb {
                PackageFault::PackedTooTightly { part: name }
            } else {
                PackageFault::UnpacksTooLarge
            });
        }
        unpacked += size;
        parts.push(Part { name, size });
    }
    Ok(parts)
}

pub(crate) fn damaged(error: impl std::fmt::Display) -> PackageFault {
    PackageFault::Damaged { detail: error.to_string() }
}
