//! Bytes to text: compression, byte-order marks, declared, absent and mistaken encodings.

use std::borrow::Cow;
use std::io::Read;

use encoding_rs::{Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::{MAX_DOCUMENT, XmlError};

/// A document as text, and how it became text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded<'a> {
    /// The whole document, without byte-order mark.
    pub text: Cow<'a, str>,
    /// The encoding that was used, by its WHATWG name.
    pub encoding: &'static str,
    /// What the document claimed to be, if that was wrong. The text is then a reading to be doubted.
    pub mislabelled: Option<String>,
    /// Whether the bytes were gzip-compressed.
    pub compressed: bool,
}

/// Turns the bytes of a document into text, unpacking gzip on the way.
///
/// Bytes that contradict their label are tried as GB18030 and then as Windows-1252, and the reading says so: strict
/// callers refuse on [`Decoded::mislabelled`].
///
/// # Errors
/// [`XmlError::TooLarge`], [`XmlError::BadCompression`] or [`XmlError::NotText`].
pub fn decode(bytes: &[u8]) -> Result<Decoded<'_>, XmlError> {
    if bytes.len() > MAX_DOCUMENT {
        return Err(XmlError::TooLarge);
    }
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return to_text(bytes);
    }
    let unpacked = gunzip(bytes)?;
    let decoded = to_text(&unpacked)?;
    Ok(Decoded { text: Cow::Owned(decoded.text.into_owned()), compressed: true, ..decoded })
}

fn gunzip(bytes: &[u8]) -> Result<Vec<u8>, XmlError> {
    let mut out = Vec::new();
    // One byte more than allowed tells "exactly at the limit" from "beyond it", whatever the bomb would unpack to.
    let limit = MAX_DOCUMENT as u64 + 1;
    flate2::read::MultiGzDecoder::new(bytes)
        .take(limit)
        .read_to_end(&mut out)
        .map_err(|e| XmlError::BadCompression(e.to_string()))?;
    if out.len() > MAX_DOCUMENT { Err(XmlError::TooLarge) } else { Ok(out) }
}

fn to_text(bytes: &[u8]) -> Result<Decoded<'_>, XmlError> {
    if let Some((encoding, length)) = Encoding::for_bom(bytes) {
        let rest = bytes.get(length..).unwrap_or_default();
        return exact(rest, encoding).map(|text| done(text, encoding, None));
    }
    // Without a mark, UTF-16 betrays itself by the zero byte beside the first `<`.
    match bytes {
        [0x3c, 0, ..] => return exact(bytes, UTF_16LE).map(|text| done(text, UTF_16LE, None)),
        [0, 0x3c, ..] => return exact(bytes, UTF_16BE).map(|text| done(text, UTF_16BE, None)),
        _ => {}
    }
    let label = declared(bytes);
    let claimed = label.as_deref().map(|l| (l, Encoding::for_label(l.as_bytes())));
    let (encoding, mut wrong) = match claimed {
        None => (UTF_8, None),
        // Readable as bytes without zeros, so it cannot be UTF-16, and an unknown name says nothing.
        Some((l, Some(e))) if e == UTF_16LE || e == UTF_16BE => (UTF_8, Some(l.to_owned())),
        Some((l, None)) => (UTF_8, Some(l.to_owned())),
        Some((_, Some(e))) => (e, None),
    };
    let first = exact(bytes, encoding);
    if let Ok(text) = first {
        return Ok(done(text, encoding, wrong));
    }
    wrong.get_or_insert_with(|| label.clone().unwrap_or_else(|| "UTF-8".to_owned()));
    for guess in [UTF_8, GB18030, WINDOWS_1252] {
        if let Ok(text) = exact(bytes, guess) {
            return Ok(done(text, guess, wrong));
        }
    }
    first.map(|text| done(text, encoding, None))
}

fn done<'a>(text: Cow<'a, str>, encoding: &'static Encoding, mislabelled: Option<String>) -> Decoded<'a> {
    Decoded { text, encoding: encoding.name(), mislabelled, compressed: false }
}

fn exact<'a>(bytes: &'a [u8], encoding: &'static Encoding) -> Result<Cow<'a, str>, XmlError> {
    if encoding == UTF_8 {
        return std::str::from_utf8(bytes)
            .map(Cow::Borrowed)
            .map_err(|e| XmlError::NotText { encoding: "UTF-8".to_owned(), at: e.valid_up_to() });
    }
    let text = encoding
        .decode_without_bom_handling_and_without_replacement(bytes)
        .ok_or_else(|| XmlError::NotText { encoding: encoding.name().to_owned(), at: 0 })?;
    if text.len() > MAX_DOCUMENT * 2 { Err(XmlError::TooLarge) } else { Ok(text) }
}

/// The encoding named in the XML declaration, which is ASCII in every encoding that gets this far.
fn declared(bytes: &[u8]) -> Option<String> {
    /// A declaration longer than this is none.
    const LONGEST: usize = 256;
    let head = bytes.get(..bytes.len().min(LONGEST))?;
    let head = head.trim_ascii_start().strip_prefix(b"<?xml")?;
    let end = head.windows(2).position(|w| w == b"?>")?;
    let head = std::str::from_utf8(head.get(..end)?).ok()?;
    let after = head.split_once("encoding")?.1.trim_start().strip_prefix('=')?.trim_start();
    let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let (label, _) = after.get(1..)?.split_once(quote)?;
    Some(label.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "<?xml version='1.0' encoding='LABEL'?><a>道路结冰橙色预警</a>";

    #[test]
    fn the_declared_encoding_is_used() {
        let text = HEAD.replace("LABEL", "GB18030");
        let (bytes, _, _) = GB18030.encode(&text);
        let got = decode(&bytes).expect("valid GB18030");
        assert_eq!((got.text.as_ref(), got.encoding, got.mislabelled), (text.as_str(), "gb18030", None));
    }

    #[test]
    fn a_wrong_label_is_read_and_reported() {
        let text = HEAD.replace("LABEL", "UTF-8");
        let (bytes, _, _) = GB18030.encode(&text);
        let got = decode(&bytes).expect("GB18030 under a UTF-8 label");
        assert_eq!(got.text, text);
        assert_eq!(got.mislabelled.as_deref(), Some("UTF-8"));
    }

    #[test]
    fn utf16_is_read_with_and_without_its_mark() {
        let text = HEAD.replace("LABEL", "UTF-16");
        for (mark, little) in [(true, true), (false, true), (true, false), (false, false)] {
            let units = mark.then_some(0xfeff).into_iter().chain(text.encode_utf16());
            let bytes: Vec<u8> = units.flat_map(|u| if little { u.to_le_bytes() } else { u.to_be_bytes() }).collect();
            assert_eq!(decode(&bytes).expect("valid UTF-16").text, text, "mark {mark}, little {little}");
        }
    }

    #[test]
    fn a_gzip_bomb_stops_at_the_limit() {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        for _ in 0..64 {
            std::io::Write::write_all(&mut packer, &[b' '; 1 << 20]).expect("memory");
        }
        let bomb = packer.finish().expect("memory");
        assert!(bomb.len() < 100_000);
        assert_eq!(decode(&bomb), Err(XmlError::TooLarge));
        assert!(matches!(decode(&bomb[..200]), Err(XmlError::BadCompression(_))));
    }
}
