//! Hostile XML in, a small read-only tree out.
//!
//! `quick-xml` splits the markup; this module adds what it leaves to its caller: the character encoding, every
//! well-formedness rule of XML 1.0 that a document without a DTD can break, namespaces, and limits that are hit
//! before memory is. Nothing is ever dereferenced: a document type declaration is refused unread.
//!
//! ```
//! use roadwatch::xml::{Document, decode};
//!
//! let text = decode(b"<road xmlns='urn:x'><name>G22</name></road>").expect("plain UTF-8");
//! let tree = Document::parse(&text.text).expect("well formed");
//! let name = tree.root().child("urn:x", "name").expect("there is a name");
//! assert_eq!(name.text(), "G22");
//! ```

mod build;
mod decode;
mod dom;
mod names;

pub use decode::{Decoded, decode};
pub use dom::{Attribute, Content, Document, Element};

/// Largest document read, after decompression and decoding. The largest alert seen in the field, with three sound
/// files inside it, has 0.6 MB.
pub const MAX_DOCUMENT: usize = 2 << 20;
/// Deepest nesting read. CAP needs 5 levels, a signed CAP in EDXL-DE in a feed about 14.
pub const MAX_DEPTH: usize = 64;
/// Most elements read. A 2 MB feed as dense as the densest real one has 35,000.
pub const MAX_ELEMENTS: usize = 100_000;
/// Most attributes read on one element. CAP has none but namespaces; XML signatures use four.
pub const MAX_ATTRIBUTES: usize = 64;

/// Most namespaces bound at once, and most distinct ones in a document. A signed CAP in EDXL-DE in a feed has eight;
/// without a bound, resolving prefixes could be made slow on purpose.
pub const MAX_NAMESPACES: usize = 64;

/// Why a document was not read, in words that name the place and the way out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum XmlError {
    /// More bytes than [`MAX_DOCUMENT`], before or after decompression.
    #[error(
        "the document has more than {MAX_DOCUMENT} bytes; ask the sender for one alert at a time, attachments by link"
    )]
    TooLarge,
    /// The gzip wrapper is damaged.
    #[error("the compressed document cannot be unpacked ({0}); fetch it again")]
    BadCompression(String),
    /// Bytes that are no text in the encoding the document claims, nor in any that it could be.
    #[error("the bytes are not text in {encoding} (first fault at byte {at}); ask the sender for UTF-8")]
    NotText {
        /// Name of the encoding that was tried.
        encoding: String,
        /// Offset of the first bad byte.
        at: usize,
    },
    /// A document type declaration: the door to entity bombs and to fetching files. CAP has no use for one.
    #[error("line {line}: a DOCTYPE is refused unread, alerts have none; ask the sender to drop it")]
    Doctype {
        /// Line of the declaration.
        line: u32,
    },
    /// Nesting beyond [`MAX_DEPTH`].
    #[error("line {line}: elements are nested deeper than {MAX_DEPTH}; this is no alert")]
    TooDeep {
        /// Line of the element that is one too deep.
        line: u32,
    },
    /// More than [`MAX_ELEMENTS`] elements.
    #[error("the document has more than {MAX_ELEMENTS} elements; ask the sender for smaller documents")]
    TooManyElements,
    /// More than [`MAX_ATTRIBUTES`] attributes on one element.
    #[error("line {line}: an element has more than {MAX_ATTRIBUTES} attributes; this is no alert")]
    TooManyAttributes {
        /// Line of the element.
        line: u32,
    },
    /// More than [`MAX_NAMESPACES`] namespaces.
    #[error("line {line}: more than {MAX_NAMESPACES} namespaces are declared; this is no alert")]
    TooManyNamespaces {
        /// Line of the declaration that is one too many.
        line: u32,
    },
    /// Breaks a rule of XML 1.0 or of namespaces in XML.
    #[error("line {line}: not well-formed XML: {what}; ask the sender to mend it")]
    NotWellFormed {
        /// Line of the fault.
        line: u32,
        /// The rule that is broken, with the offending piece.
        what: String,
    },
    /// The first character is not `<`: JSON, plain text or nothing at all.
    #[error("this is not XML: it starts with {start:?}; check the address of the feed")]
    NotXml {
        /// The first few characters.
        start: String,
    },
}
