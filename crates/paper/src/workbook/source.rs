//! Which kind of file it is, by its content first and its name second.

use super::fault::Reason;
use super::grid::Book;
use super::limits::MAX_FILE_BYTES;
use super::{text, xlsx};

/// The compound file of old Office programs ([MS-CFB] 2.2), which also wraps a workbook with a password.
const COMPOUND_FILE: &[u8] = &[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];

/// How far into a text a page's first tag is looked for.
const TAG_WITHIN: usize = 512;

pub(super) fn load(bytes: &[u8], file_name: &str) -> Result<Book, Reason> {
    if bytes.is_empty() {
        return Err(Reason::EmptyFile);
    }
    if bytes.len() > MAX_FILE_BYTES {
        return Err(Reason::FileTooLarge { bytes: bytes.len() });
    }
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        return xlsx::load(bytes);
    }
    if bytes.starts_with(COMPOUND_FILE) {
        let locked: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let is_locked = bytes.windows(locked.len()).any(|window| window == locked);
        return Err(if is_locked { Reason::Encrypted } else { Reason::OldExcel });
    }
    if bytes.starts_with(b"%PDF") {
        return Err(Reason::OtherFormat { format: ".pdf" });
    }
    if is_markup(bytes) {
        return Err(Reason::WebPage);
    }
    let (stem, extension) = file_name.rsplit_once('.').unwrap_or((file_name, ""));
    match extension.to_lowercase().as_str() {
        "" | "csv" | "txt" | "tsv" => text::load(bytes, stem),
        _ => Err(Reason::NotAWorkbook),
    }
}

/// HTML, or the XML workbook of 2003, in an encoding that keeps ASCII, or in UTF-16.
fn is_markup(bytes: &[u8]) -> bool {
    let head: Vec<u8> = bytes.iter().take(TAG_WITHIN).filter(|&&b| b != 0).map(u8::to_ascii_lowercase).collect();
    let head = head.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(&head);
    let head = head.strip_prefix(&[0xff, 0xfe]).or_else(|| head.strip_prefix(&[0xfe, 0xff])).unwrap_or(head);
    let head = head.trim_ascii_start();
    [&b"<!doctype"[..], b"<html", b"<head", b"<meta", b"<table", b"<style", b"<?xml", b"<script"]
        .iter()
        .any(|tag| head.starts_with(tag))
}
