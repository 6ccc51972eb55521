//! What a workbook may be at most; every limit has its own fault, so that a sender learns which one was met.

/// A workbook of 50,000 people and twenty columns is about 5 MB; 16 MiB leaves room for pictures left in it.
pub const MAX_FILE_BYTES: usize = 16 << 20;

/// All parts of an XLSX together, unpacked: eight times [`MAX_FILE_BYTES`], and what the parser holds beside it
/// still fits a small server.
pub const MAX_UNPACKED_BYTES: u64 = 128 << 20;

/// Deflate reaches 1,032 to 1 on a run of one byte. Sheets of 60,000 equal rows, and of as many empty bordered
/// ones, were measured at 11 to 1.
pub const MAX_RATIO: u64 = 200;

/// Parts smaller than this when unpacked are never judged by their ratio: an empty sheet packs well.
pub const RATIO_FREE_BYTES: u64 = 1 << 20;

/// A workbook has about ten parts and one or two per sheet.
pub const MAX_PARTS: usize = 2_000;

/// Sheets of one workbook: one for each of a hundred stations, and as many again.
pub const MAX_SHEETS: usize = 256;

/// The last row of a sheet that is read. Twice the largest force planned for.
pub const MAX_ROWS: u32 = 100_000;

/// The last column that is read. A month of days with three shifts each is under 100.
pub const MAX_COLUMNS: u32 = 256;

/// Filled cells of one workbook.
pub const MAX_CELLS: usize = 2_000_000;

/// Text of all cells of one workbook. Shared strings let a small file name one long text a million times.
pub const MAX_TEXT_BYTES: usize = 64 << 20;

/// Characters in one cell: what Excel itself holds (Excel specifications and limits).
pub const MAX_CELL_CHARS: usize = 32_767;

/// Merged regions of one sheet.
pub const MAX_MERGES: usize = 20_000;

/// Rows from the top among which the headings are looked for.
pub const HEADER_SEARCH_ROWS: usize = 20;

/// Faults that are listed one by one; those beyond are counted, so nothing is dropped in silence.
pub const MAX_LISTED_FAULTS: usize = 10_000;

/// Characters of a faulty value that are quoted back.
pub const QUOTED_CHARS: usize = 40;
