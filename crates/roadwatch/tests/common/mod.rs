//! The shared data: real alerts and road networks, beside the repository and not in it.

use std::path::PathBuf;

/// A folder of shared data, or `None`, said aloud, where there is none.
pub fn shared(what: &str) -> Option<PathBuf> {
    let root = std::env::var_os("ONEBOARD_SHARED")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared"), PathBuf::from);
    let path = root.join(what);
    if path.exists() {
        return Some(path);
    }
    eprintln!("skipped: {} is not there; set ONEBOARD_SHARED", path.display());
    None
}
