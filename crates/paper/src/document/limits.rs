//! What a document may be at most.

/// Characters of one document: some 300 pages, and more than any summary of an operation. A text of a million
/// characters is a workbook or a mistake.
pub const MAX_CHARACTERS: usize = 300_000;

/// Paragraphs, list items, rows and figures together: a table of all 5,600 people, and as many lines again.
pub const MAX_PARTS: usize = 12_000;

/// Columns of a table: the days of a month, a name before them and a sum behind.
pub const MAX_COLUMNS: usize = 33;
