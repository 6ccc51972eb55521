//! What a file is, as its first bytes say; what it calls itself must agree.

use board::attachment::Kind;

/// Why a file is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    #[error("the file is empty: choose it again")]
    Empty,
    #[error("the file is neither a JPEG, a PNG nor a PDF: save it as one of these and send it again")]
    Unknown,
    #[error("the file calls itself {claimed}, and its bytes are {found:?}: send it under its right name")]
    Lies { claimed: String, found: Kind },
    #[error("the picture is broken at byte {at}: take or save it again")]
    Broken { at: usize },
}

/// Media type and ending of a kind.
pub const fn media_type(kind: Kind) -> &'static str {
    match kind {
        Kind::Jpeg => "image/jpeg",
        Kind::Png => "image/png",
        Kind::Pdf => "application/pdf",
    }
}

pub const fn ending(kind: Kind) -> &'static str {
    match kind {
        Kind::Jpeg => "jpg",
        Kind::Png => "png",
        Kind::Pdf => "pdf",
    }
}

/// What the bytes are. A name's ending and a media type are believed only where they say the same.
///
/// # Errors
/// [`Unfit`].
pub fn sniff(bytes: &[u8], name: &str, media: Option<&str>) -> Result<Kind, Unfit> {
    let found = match bytes {
        [] => return Err(Unfit::Empty),
        [0xff, 0xd8, 0xff, ..] => Kind::Jpeg,
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Kind::Png,
        [b'%', b'P', b'D', b'F', b'-', ..] => Kind::Pdf,
        _ => return Err(Unfit::Unknown),
    };
    let lies = |claimed: &str| Unfit::Lies { claimed: claimed.chars().take(80).collect(), found };
    if let Some((_, claimed)) = name.rsplit_once('.')
        && !endings(found).contains(&claimed.to_ascii_lowercase().as_str())
    {
        return Err(lies(name));
    }
    // A browser that does not know says so by this type, or by none.
    match media.map(|media| media.split(';').next().unwrap_or("").trim().to_ascii_lowercase()) {
        Some(media) if !media.is_empty() && media != "application/octet-stream" && media != media_type(found) => {
            Err(lies(&media))
        }
        _ => Ok(found),
    }
}

const fn endings(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Jpeg => &["jpg", "jpeg", "jpe", "jfif"],
        Kind::Png => &["png"],
        Kind::Pdf => &["pdf"],
    }
}
