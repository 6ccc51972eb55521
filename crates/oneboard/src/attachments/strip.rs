//! A photograph without what it knows of its taking: place, time, device, author, and the small copy of itself.
//!
//! The file is built anew from the parts that make the picture, by an allow-list: what is not known to be picture is left out. Of
//! JPEG (ITU-T T.81) these are tables, frames and scans, the JFIF header, the colour profile and Adobe's word on colours; of PNG
//! (W3C PNG, third edition) the chunks of size, palette, colours, transparency and pixels. How the camera was held is kept, as an
//! EXIF segment with that one number in it, so that a picture taken upright stays upright.

use board::attachment::Kind;

use super::sniff::Unfit;

const SOI: u8 = 0xd8;
const EOI: u8 = 0xd9;
const SOS: u8 = 0xda;
const APP1: u8 = 0xe1;

/// The file as it is kept.
///
/// # Errors
/// [`Unfit::Broken`] where it is not what its first bytes said.
pub fn strip(kind: Kind, bytes: &[u8]) -> Result<Vec<u8>, Unfit> {
    match kind {
        Kind::Jpeg => jpeg(bytes),
        Kind::Png => png(bytes),
        Kind::Pdf => Ok(bytes.to_vec()),
    }
}

/// Is a segment with this marker part of the picture? Frames and tables (T.81, table B.1), and three that say how colours are meant.
fn is_picture(marker: u8, body: &[u8]) -> bool {
    match marker {
        0xc0..=0xcf | 0xdb..=0xdf => true,
        0xe0 => body.starts_with(b"JFIF\0"),
        0xe2 => body.starts_with(b"ICC_PROFILE\0"),
        0xee => body.starts_with(b"Adobe"),
        _ => false,
    }
}

fn jpeg(bytes: &[u8]) -> Result<Vec<u8>, Unfit> {
    let broken = |at: usize| Unfit::Broken { at };
    let mut out = vec![0xff, SOI];
    let (mut at, mut scans) = (2, 0);
    let mut turned = None;
    loop {
        if bytes.get(at) != Some(&0xff) {
            return Err(broken(at));
        }
        // Any number of fill bytes may stand before a marker.
        while bytes.get(at) == Some(&0xff) {
            at += 1;
        }
        let marker = *bytes.get(at).ok_or_else(|| broken(at))?;
        at += 1;
        if marker == EOI {
            break;
        }
        let length = match bytes.get(at..at + 2) {
            Some(length) => usize::from(u16::from_be_bytes([length[0], length[1]])),
            None => return Err(broken(at)),
        };
        let segment = bytes.get(at..at + length).filter(|_| length >= 2).ok_or_else(|| broken(at))?;
        at += length;
        let body = &segment[2..];
        if marker == SOS || is_picture(marker, body) {
            out.extend([0xff, marker]);
            out.extend(segment);
        } else if marker == APP1 && turned.is_none() {
            turned = orientation(body);
        }
        if marker == SOS {
            scans += 1;
            let end = end_of_scan(bytes, at).ok_or_else(|| broken(at))?;
            out.extend(&bytes[at..end]);
            at = end;
        }
    }
    if scans == 0 {
        return Err(broken(at));
    }
    out.extend([0xff, EOI]);
    if let Some(turned) = turned {
        // Right behind the first two bytes, or behind the JFIF header, which must come first.
        let after = if out.get(2..4) == Some([0xff, 0xe0].as_slice()) {
            4 + usize::from(u16::from_be_bytes([out[4], out[5]]))
        } else {
            2
        };
        out.splice(after..after, exif(turned));
    }
    Ok(out)
}

/// Where the coded data end: at the first marker that is neither a stuffed byte nor a restart.
fn end_of_scan(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        at += bytes.get(at..)?.iter().position(|byte| *byte == 0xff)?;
        match bytes.get(at + 1)? {
            0x00 | 0xd0..=0xd7 => at += 2,
            0xff => at += 1,
            _ => return Some(at),
        }
    }
}

/// How the camera was held (EXIF 2.32, tag 0112), where that is not upright.
fn orientation(body: &[u8]) -> Option<u8> {
    let tiff = body.strip_prefix(b"Exif\0\0")?;
    let little = match tiff.get(..2)? {
        b"II" => true,
        b"MM" => false,
        _ => return None,
    };
    let short = |at: usize| {
        let bytes: [u8; 2] = tiff.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if little { u16::from_le_bytes(bytes) } else { u16::from_be_bytes(bytes) })
    };
    let long = |at: usize| {
        let bytes: [u8; 4] = tiff.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(if little { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) })
    };
    let directory = long(4)? as usize;
    let count = usize::from(short(directory)?);
    let entry = (0..count).map(|number| directory + 2 + number * 12).find(|entry| short(*entry) == Some(0x0112))?;
    u8::try_from(short(entry + 8)?).ok().filter(|turned| (2..=8).contains(turned))
}

/// An EXIF segment with one entry.
fn exif(turned: u8) -> Vec<u8> {
    let mut segment = vec![0xff, APP1, 0, 34];
    segment.extend(b"Exif\0\0MM\0\x2a\0\0\0\x08");
    segment.extend([0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, turned, 0, 0, 0, 0, 0, 0]);
    segment
}

const CHUNKS: [&[u8; 4]; 10] =
    [b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"sBIT", b"pHYs"];

fn png(bytes: &[u8]) -> Result<Vec<u8>, Unfit> {
    let mut out = bytes[..8].to_vec();
    let mut at = 8;
    loop {
        let broken = || Unfit::Broken { at };
        let length: [u8; 4] = bytes.get(at..at + 4).and_then(|length| length.try_into().ok()).ok_or_else(broken)?;
        let whole = (u32::from_be_bytes(length) as usize).checked_add(12).ok_or_else(broken)?;
        let end = at.checked_add(whole).ok_or_else(broken)?;
        let chunk = bytes.get(at..end).ok_or_else(broken)?;
        let kind = &chunk[4..8];
        if CHUNKS.iter().any(|known| kind == known.as_slice()) {
            out.extend(chunk);
        }
        if kind == b"IEND" {
            // What stands behind the end is no picture.
            return Ok(out);
        }
        at = end;
    }
}
