//! A table: a named sheet of typed columns with headings in both languages, and its rows of cells.
//!
//! The same [`Sheet`] describes what is written and what is expected when it comes back, so a table that was
//! written can be read with its own description.
//!
//! ```
//! use paper::table::{Cell, Column, Kind, Sheet, Table};
//! let people = Sheet::new("people", "People", "人员")
//!     .column(Column::new("number", "Staff number", "警号", Kind::StaffNumber).required())
//!     .column(Column::new("name", "Name", "姓名", Kind::Name).required());
//! let table = Table::new(people).row([Cell::text("012345"), Cell::text("张伟")]);
//! assert_eq!(table.rows.len(), 1);
//! ```

use std::fmt;

use jiff::civil::{Date, DateTime};

use crate::words::{Label, Language};

/// Minutes in a day.
pub const DAY: u16 = 24 * 60;

/// One sheet: what it is called and which columns it has, in order.
#[derive(Debug, Clone, PartialEq)]
pub struct Sheet {
    /// The name used in code; never shown.
    pub key: String,
    pub name: Label,
    /// Other names under which people keep this sheet.
    pub aliases: Vec<String>,
    pub columns: Vec<Column>,
}

impl Sheet {
    pub fn new(key: impl Into<String>, en: impl Into<String>, zh: impl Into<String>) -> Self {
        Sheet { key: key.into(), name: Label::new(en, zh), aliases: Vec::new(), columns: Vec::new() }
    }

    pub fn alias(mut self, alias: impl Into<String>) -> Self {
        self.aliases.push(alias.into());
        self
    }

    pub fn column(mut self, column: Column) -> Self {
        self.columns.push(column);
        self
    }
}

/// One column: its key in code, its headings, and what its cells hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// The name used in code; never shown. Unique within its sheet.
    pub key: String,
    pub heading: Label,
    /// Other headings under which people keep this column.
    pub aliases: Vec<String>,
    pub kind: Kind,
    /// A sheet without this column, and a row without this cell, is a fault.
    pub required: bool,
}

impl Column {
    pub fn new(key: impl Into<String>, en: impl Into<String>, zh: impl Into<String>, kind: Kind) -> Self {
        Column { key: key.into(), heading: Label::new(en, zh), aliases: Vec::new(), kind, required: false }
    }

    pub fn alias(mut self, alias: impl Into<String>) -> Self {
        self.aliases.push(alias.into());
        self
    }

    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }
}

/// What the cells of a column hold.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// Free text; line breaks are kept, stray spaces at the ends are not.
    Text,
    /// A person's name; spaces that only pad a Chinese name (张　伟) are removed.
    Name,
    /// An identifier written in digits or letters; leading zeros matter. Two people of one name differ by it.
    StaffNumber,
    /// A telephone number: digits, an optional leading `+`, hyphens before an area code's rest or an extension.
    Phone,
    /// A whole number, zero or more.
    Count,
    Date,
    /// A time of day to the minute, 24:00 included.
    Time,
    DateTime,
    /// From one time of day to another, over midnight where the second is not later than the first.
    Span,
    /// One of a fixed set of words.
    Choice(Vec<Choice>),
    /// Several short texts in one cell.
    List,
}

/// One word of a [`Kind::Choice`] column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What a cell holds once it is read.
    pub key: String,
    pub label: Label,
    /// Other words that mean the same.
    pub aliases: Vec<String>,
}

impl Choice {
    pub fn new(key: impl Into<String>, en: impl Into<String>, zh: impl Into<String>) -> Self {
        Choice { key: key.into(), label: Label::new(en, zh), aliases: Vec::new() }
    }

    pub fn alias(mut self, alias: impl Into<String>) -> Self {
        self.aliases.push(alias.into());
        self
    }
}

/// One cell, read and checked against its column's [`Kind`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// Nothing was written; never zero, never an empty text.
    Empty,
    /// Of a Text, Name, StaffNumber or Phone column.
    Text(String),
    Count(u32),
    Date(Date),
    Time(Clock),
    DateTime(DateTime),
    Span(Span),
    /// The key of the choice.
    Choice(String),
    List(Vec<String>),
}

impl Cell {
    pub fn text(text: impl Into<String>) -> Self {
        Cell::Text(text.into())
    }

    /// The cell as a reader of `language` sees it, which is also how it is written to CSV.
    pub fn show(&self, kind: &Kind, language: Language) -> String {
        match self {
            Cell::Empty => String::new(),
            Cell::Text(text) => text.clone(),
            Cell::Count(count) => count.to_string(),
            Cell::Date(date) => date.to_string(),
            Cell::Time(time) => time.to_string(),
            Cell::DateTime(at) => at.strftime("%Y-%m-%d %H:%M:%S").to_string(),
            Cell::Span(span) => span.to_string(),
            Cell::Choice(key) => match kind {
                Kind::Choice(choices) => choices
                    .iter()
                    .find(|choice| choice.key == *key)
                    .map_or_else(|| key.clone(), |choice| choice.label.text(language).to_owned()),
                _ => key.clone(),
            },
            Cell::List(items) => items.join(language.pick(", ", "、")),
        }
    }
}

/// A time of day to the minute, from 00:00 to 24:00 inclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Clock(u16);

impl Clock {
    /// `None` past 24:00, or where `minute` is over 59.
    pub fn new(hour: u16, minute: u16) -> Option<Self> {
        let fits = hour < 24 && minute < 60 || hour == 24 && minute == 0;
        fits.then_some(Clock(hour * 60 + minute))
    }

    /// `None` past 24:00.
    pub fn from_minutes(minutes: u16) -> Option<Self> {
        (minutes <= DAY).then_some(Clock(minutes))
    }

    /// Minutes from the midnight that begins the day.
    pub fn minutes(self) -> u16 {
        self.0
    }
}

impl fmt::Display for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

/// From one time of day to another, longer than nothing and no longer than 24 hours.
///
/// An end that is not later than the start lies on the next day: 20:00-08:00 is twelve hours over midnight, and
/// 08:00-08:00 is the whole day and night of a 24-hour watch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Span {
    start: Clock,
    end: Clock,
}

impl Span {
    pub fn new(start: Clock, end: Clock) -> Self {
        Span { start, end }
    }

    pub fn start(self) -> Clock {
        self.start
    }

    /// The time of day at which it ends, on the next day if [`Span::over_midnight`].
    pub fn end(self) -> Clock {
        self.end
    }

    /// Whether the end lies on the day after the start.
    pub fn over_midnight(self) -> bool {
        self.end <= self.start
    }

    /// Length in minutes, 1 to 1,440.
    pub fn minutes(self) -> u16 {
        let end = self.end.0 + if self.over_midnight() { DAY } else { 0 };
        end - self.start.0
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.start, self.end)
    }
}

/// A sheet with its rows, ready to be written.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    pub sheet: Sheet,
    /// Lines above the headings: unit, period, and *demonstration* or *drill* where it is one.
    pub title: Vec<String>,
    /// Each row has one cell for each column, in the sheet's order; missing cells at the end are empty.
    pub rows: Vec<Vec<Cell>>,
}

impl Table {
    pub fn new(sheet: Sheet) -> Self {
        Table { sheet, title: Vec::new(), rows: Vec::new() }
    }

    pub fn title(mut self, line: impl Into<String>) -> Self {
        self.title.push(line.into());
        self
    }

    pub fn row(mut self, cells: impl IntoIterator<Item = Cell>) -> Self {
        self.rows.push(cells.into_iter().collect());
        self
    }
}
