//! The embedded Chinese and Latin faces: Noto Serif SC, regular and bold (OFL-1.1), unpacked once when first needed.

use std::io::Read as _;
use std::sync::{Arc, LazyLock};

use flate2::read::DeflateDecoder;

include!(concat!(env!("OUT_DIR"), "/fonts.rs"));

pub(crate) const FAMILY: &str = "Noto Serif SC";

pub(crate) type Face = Arc<Vec<u8>>;

/// The faces as TrueType; or why there are none.
pub(crate) fn faces() -> Result<&'static [Face], &'static str> {
    static FACES: LazyLock<Result<Vec<Face>, &str>> = LazyLock::new(|| {
        let unpack = |packed: &[u8]| {
            let mut face = Vec::new();
            let unpacked = DeflateDecoder::new(packed).read_to_end(&mut face);
            unpacked.map(|_| Arc::new(face)).map_err(|_| "an embedded face does not unpack")
        };
        EMBEDDED?.into_iter().map(unpack).collect()
    });
    FACES.as_deref().map_err(|reason| *reason)
}
