//! The built interface, inside the program: styles, scripts, and the service worker of *My post*.
//!
//! The addresses of hashed files change with their content, so they may be kept by browsers for ever; `/sw.js` may not.
//!
//! ```
//! let css = interface::asset(interface::APP_CSS).expect("the build put it there");
//! assert_eq!(css.content_type, "text/css; charset=utf-8");
//! assert!(css.immutable);
//! ```

/// One file of the interface.
#[derive(Clone, Copy, Debug)]
pub struct Asset {
    /// The file as built.
    pub bytes: &'static [u8],
    /// The same, gzip-compressed at build time: send it with `Content-Encoding: gzip` and `Vary: Accept-Encoding`.
    pub gzip: &'static [u8],
    pub content_type: &'static str,
    /// A strong entity tag with its quotes, as the header wants it. It names the content, not the encoding.
    pub etag: &'static str,
    /// The address contains the hash: `Cache-Control: public, max-age=31536000, immutable`. Otherwise `no-cache`.
    pub immutable: bool,
}

include!(concat!(env!("OUT_DIR"), "/table.rs"));

/// The file at this address (path of the URL, from the root), if the interface has it.
#[must_use]
pub fn asset(path: &str) -> Option<Asset> {
    ASSETS.iter().find(|(address, _)| *address == path).map(|(_, asset)| *asset)
}

/// Every address the interface answers, for the route table and its tests.
pub fn addresses() -> impl Iterator<Item = &'static str> {
    ASSETS.iter().map(|(address, _)| *address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_answers_and_unknown_ones_do_not() {
        for address in [APP_CSS, LIVE_JS, WORKER_JS, FIELD_JS, SW_JS] {
            let asset = asset(address).expect("listed");
            assert!(!asset.bytes.is_empty() && asset.gzip.starts_with(&[0x1f, 0x8b]), "{address}");
            assert!(asset.etag.starts_with('"') && asset.etag.ends_with('"'), "{address}");
        }
        assert!(asset("/assets/../Cargo.toml").is_none());
    }

    #[test]
    fn only_the_service_worker_is_asked_for_again() {
        let asked_again: Vec<_> =
            ASSETS.iter().filter(|(_, asset)| !asset.immutable).map(|(address, _)| *address).collect();
        assert_eq!(asked_again, ["/sw.js"]);
    }

    #[test]
    fn the_service_worker_keeps_exactly_the_hashed_files() {
        let text = std::str::from_utf8(asset(SW_JS).expect("listed").bytes).expect("UTF-8");
        for address in [APP_CSS, LIVE_JS, WORKER_JS, FIELD_JS] {
            assert!(text.contains(address), "{address} is not in sw.js");
        }
    }
}
