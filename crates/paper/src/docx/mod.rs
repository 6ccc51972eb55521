//! A document as a DOCX in official layout (GB/T 9704-2012), and back from one that somebody has edited in Word or WPS.
//!
//! Every part of a [`Document`](crate::document::Document) has a named style ([`role::Role`]), and reading goes by the names of styles, which
//! both programs keep; so an edited file comes back as the same parts. Figures come back as the name of their chart, as
//! their figures are the records' and not the editor's. What cannot come back is said in a [`Remark`], never dropped in silence.
//!
//! ```
//! use paper::Language;
//! use paper::document::{Block, Document, Figures, Level};
//! let mut document = Document::new(Language::Chinese, "工作总结");
//! document.blocks = vec![Block::heading(Level::One, "基本情况"), Block::paragraph("全市设岗420个。")];
//! let file = paper::docx::write(&document, &Figures::new())?;
//! assert_eq!(paper::docx::read(&file)?.document, document);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod body;
mod fault;
pub mod limits;
mod package;
mod read;
mod role;
mod runs;
mod styles;
mod xml;

pub use fault::{DocxFault, Remark};
pub use package::{DocxError, write};
pub use read::{Read, read};
