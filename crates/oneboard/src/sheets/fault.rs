//! What stops a workbook from going in: where it stands, the value, the reason and the remedy.

use board::{At, Refusal};
use paper::workbook::{ColumnRef, Row};

/// Faults listed at once; beyond them they are counted. Nobody mends more in one sitting.
pub const MOST_FAULTS: usize = 500;

#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    /// As it is named in the file; empty where the whole file is at fault.
    pub sheet: String,
    /// As the spreadsheet numbers it, from 1.
    pub row: Option<u32>,
    pub column: Option<ColumnRef>,
    pub value: String,
    pub reason: Reason,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Reason {
    /// The cell, the sheet or the file cannot be read.
    Unread(paper::workbook::Reason),
    NoSuchUnit,
    /// Several units bear this name: their whole paths.
    WhichUnit(Vec<String>),
    /// A new unit without a superior, where there is a first unit already.
    NoSuperior,
    NoPostGiven,
    NoSuchPost,
    /// Several posts bear this name: their numbers.
    WhichPost(Vec<String>),
    /// The number is that of a post with another name.
    PostIsCalled(String),
    NoSuchPerson,
    /// Several people bear this name: their staff numbers and units.
    WhichPerson(Vec<String>),
    /// The staff number is that of somebody with another name.
    PersonIsCalled(String),
    /// One staff number beside several people.
    OneNumberForMany,
    /// No shift of this post has these hours; those that begin on this day.
    NoSuchShift(Vec<String>),
    /// The shift does not end after it begins.
    EndsBeforeItBegins,
    NoSuchQualification,
    /// The same thing stands in an earlier row.
    Twice {
        sheet: String,
        row: u32,
    },
    /// A number that the board cannot hold.
    TooLargeNumber,
    /// Already on duty then, at this post.
    OnDuty {
        post: String,
        from: At,
        to: At,
    },
    /// No operation was chosen for posts and roster.
    NoOperation,
    /// The board refuses it.
    Refused(Box<Refusal>),
    /// More than one entry of the journal holds.
    TooLarge {
        bytes: usize,
        most: usize,
    },
    /// More names, numbers and telephones than one entry holds.
    TooManyTexts {
        texts: usize,
        most: usize,
    },
}

impl Fault {
    pub fn of_file(reason: Reason) -> Self {
        Self { sheet: String::new(), row: None, column: None, value: String::new(), reason }
    }

    pub fn at(row: &Row, column: &str, value: impl Into<String>, reason: Reason) -> Self {
        Self {
            sheet: row.sheet.clone(),
            row: Some(row.number),
            column: row.place(column).cloned(),
            value: value.into(),
            reason,
        }
    }
}

impl From<paper::workbook::Fault> for Fault {
    fn from(fault: paper::workbook::Fault) -> Self {
        let paper::workbook::Fault { sheet, row, column, value, reason } = fault;
        Self { sheet, row, column, value, reason: Reason::Unread(reason) }
    }
}
