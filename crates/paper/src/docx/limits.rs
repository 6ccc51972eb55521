//! What a DOCX may be at most when it comes back.

/// As for workbooks: a summary with twelve charts is under 1 MiB; the rest is room for pictures somebody pasted.
pub const MAX_FILE_BYTES: usize = 16 << 20;

/// All parts together, unpacked: pictures are packed already, and text packs ten to one.
pub const MAX_UNPACKED_BYTES: u64 = 64 << 20;

/// Deflate reaches 1,032 to 1 on a run of one byte; Word's XML, repetitive as it is, stays under 40.
pub const MAX_RATIO: u64 = 200;

/// Parts smaller than this when unpacked are never judged by their ratio.
pub const RATIO_FREE_BYTES: u64 = 1 << 20;

/// A document has about fifteen parts, and one for each picture.
pub const MAX_PARTS: usize = 1_000;

/// One XML part that is read: Word needs 30 to 60 bytes of markup for a character of heavily edited text.
pub const MAX_XML_BYTES: u64 = 24 << 20;

/// Elements of one XML part.
pub const MAX_ELEMENTS: usize = 600_000;

/// Elements within elements. Word nests tables in tables and controls in controls, and stays under 60.
pub const MAX_DEPTH: usize = 200;

/// Styles that rest on one another.
pub const MAX_STYLE_CHAIN: usize = 12;

/// Remarks listed one by one; those beyond are counted.
pub const MAX_REMARKS: usize = 200;

/// Characters of a left-out text that are quoted back.
pub const QUOTED_CHARS: usize = 60;
