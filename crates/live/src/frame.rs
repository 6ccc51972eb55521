//! Server-sent events as bytes. The payload is JSON on one line, so no text can break the frame.

use std::hash::{DefaultHasher, Hasher};

use bytes::Bytes;

/// The version of a fragment's HTML, for `data-version` on the page and [`crate::Viewer::have`]. It is stable within one build, which is enough:
/// a page from another build gets the fragment again.
#[must_use]
pub fn version(html: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(html.as_bytes());
    hasher.finish()
}

/// One fragment, framed.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    pub version: u64,
    pub bytes: Bytes,
    /// Where the payload starts; the tick before it does not make two frames different.
    payload: usize,
}

impl Frame {
    pub fn fragment(tick: u64, id: &str, html: &str) -> Self {
        let version = version(html);
        let mut bytes = Vec::with_capacity(html.len() + html.len() / 8 + 96);
        bytes.extend_from_slice(format!("event: fragment\nid: {tick}\ndata: ").as_bytes());
        let payload = bytes.len();
        bytes.extend_from_slice(b"{\"id\":");
        json(&mut bytes, id);
        bytes.extend_from_slice(format!(",\"v\":\"{version:016x}\",\"html\":").as_bytes());
        json(&mut bytes, html);
        bytes.extend_from_slice(b"}\n\n");
        Self { version, bytes: bytes.into(), payload }
    }

    /// The fragment is no longer there for this key.
    pub fn gone(tick: u64, id: &str) -> Self {
        let mut bytes = format!("event: gone\nid: {tick}\ndata: ").into_bytes();
        let payload = bytes.len();
        bytes.extend_from_slice(b"{\"id\":");
        json(&mut bytes, id);
        bytes.extend_from_slice(b"}\n\n");
        Self { version: 0, bytes: bytes.into(), payload }
    }

    pub fn same_payload(&self, other: &Self) -> bool {
        self.bytes[self.payload..] == other.bytes[other.payload..]
    }
}

/// `event: at` with the owner's JSON. Line ends inside are legal JSON white space and would break the frame, so they become spaces.
pub(crate) fn at(json: &str) -> Bytes {
    format!("event: at\ndata: {}\n\n", json.replace(['\n', '\r'], " ")).into()
}

/// A comment: keeps proxies from closing a silent stream.
pub(crate) const COMMENT: Bytes = Bytes::from_static(b":\n\n");
/// The session is over; the page goes to sign-in instead of connecting again.
pub(crate) const END: Bytes = Bytes::from_static(b"event: end\ndata: {}\n\n");

fn json(out: &mut Vec<u8>, text: &str) {
    serde_json::to_writer(out, text).expect("a string is always JSON, and a Vec never refuses bytes");
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_text_breaks_a_frame(id in ".{0,20}", html in "(.|\n|\r|data: |event: gone){0,80}") {
            let frame = Frame::fragment(9, &id, &html);
            let text = std::str::from_utf8(&frame.bytes).expect("UTF-8");
            let lines: Vec<_> = text.split(['\n', '\r']).collect();
            prop_assert_eq!(lines.len(), 5, "three lines, an empty one, and the end");
            let data: serde_json::Value = serde_json::from_str(lines[2].strip_prefix("data: ").expect("data")).expect("JSON");
            prop_assert_eq!(data["id"].as_str(), Some(&*id));
            prop_assert_eq!(data["html"].as_str(), Some(&*html));
        }
    }

    #[test]
    fn the_tick_does_not_make_a_difference_and_the_content_does() {
        let first = Frame::fragment(1, "a", "<p>1</p>");
        assert!(first.same_payload(&Frame::fragment(22, "a", "<p>1</p>")));
        assert!(!first.same_payload(&Frame::fragment(1, "a", "<p>2</p>")));
        assert!(!first.same_payload(&Frame::gone(1, "a")));
    }
}
