//! Workbooks in and out: [`read`] understands them as people really keep them, [`write_xlsx`], [`write_csv`] and
//! [`template`] write them so that they come back whole.
//!
//! ```
//! use paper::{Language, table::{Cell, Column, Kind, Sheet}, workbook::{self, Layout}};
//! let layout = Layout::new([Sheet::new("shifts", "Shifts", "班次")
//!     .column(Column::new("post", "Post", "岗位", Kind::Text).required())
//!     .column(Column::new("hours", "Hours", "时间", Kind::Span).required())]);
//! let csv = "二月排班\n岗位,时间\n东关收费站,20:00—次日8:00\n西关收费站,晚上\n";
//! let read = workbook::read(csv.as_bytes(), "shifts.csv", &layout);
//! assert_eq!(read.rows.len(), 1);
//! assert_eq!(read.rows[0].text("post"), Some("东关收费站"));
//! assert_eq!(
//!     read.faults[0].words(Language::Chinese),
//!     "工作表“shifts”第4行B列（时间）：“晚上”不是时间段。请按08:00-18:00填写，跨零点的按20:00-次日08:00填写。"
//! );
//! ```

mod archive;
mod cell;
mod fault;
mod fold;
mod grid;
mod header;
pub mod limits;
mod moment;
mod read;
mod source;
mod template;
mod text;
mod write;
mod xlsx;

pub use fault::{ColumnRef, Fault, Note, NoteKind, Reason};
pub use read::{Layout, Read, Row, read};
pub use template::template;
pub use write::{WriteError, write_csv, write_xlsx};
