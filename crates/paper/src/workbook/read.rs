//! A workbook into checked rows, with every fault named: sheet, row, column, value, reason.
//!
//! A row with a fault is not among the rows, and no fault is held back for another: the sender mends all at once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::cell::{self, Context};
use super::fault::{ColumnRef, Fault, Note, NoteKind, Reason, quote};
use super::fold::{self, fold, match_form};
use super::grid::{Book, Grid, Raw};
use super::header::{Header, View};
use super::limits::MAX_LISTED_FAULTS;
use super::source;
use super::template::CHOICES_SHEET;
use crate::table::{Cell, Kind, Sheet};

/// Words that make a row a row of totals when they are its first words.
const TOTALS: [&str; 8] = ["合计", "小计", "总计", "共计", "total", "subtotal", "grandtotal", "sum"];

/// Words that begin a remark standing alone in its row.
const REMARKS: [&str; 12] =
    ["注", "备注", "说明", "填表", "制表", "审核", "审批", "联系人", "note", "prepared by", "approved by", "remark"];

static EMPTY: Cell = Cell::Empty;

/// What is expected of a workbook.
#[derive(Debug, Clone, PartialEq)]
pub struct Layout {
    pub sheets: Vec<Sheet>,
    /// The year of dates written without one (2月5日); without it they are faults.
    pub year: Option<i16>,
}

impl Layout {
    pub fn new(sheets: impl IntoIterator<Item = Sheet>) -> Self {
        Layout { sheets: sheets.into_iter().collect(), year: None }
    }

    pub fn year(mut self, year: i16) -> Self {
        self.year = Some(year);
        self
    }
}

/// What was found. Nothing may be applied unless [`Read::is_clean`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Read {
    /// Rows without any fault, in the order of the file.
    pub rows: Vec<Row>,
    pub faults: Vec<Fault>,
    /// Faults beyond [`MAX_LISTED_FAULTS`], counted only.
    pub unlisted_faults: usize,
    /// What was left unread or read with a doubt; none of it stops an import.
    pub notes: Vec<Note>,
}

impl Read {
    pub fn is_clean(&self) -> bool {
        self.faults.is_empty()
    }

    /// The rows of the sheet that the layout calls `key`.
    pub fn rows_of<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a Row> {
        self.rows.iter().filter(move |row| row.key == key)
    }

    fn fault(&mut self, fault: Fault) {
        if self.faults.len() < MAX_LISTED_FAULTS {
            self.faults.push(fault);
        } else {
            self.unlisted_faults += 1;
        }
    }
}

/// One row of a sheet.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Which sheet of the layout it belongs to.
    pub key: String,
    /// The sheet as it is named in the file.
    pub sheet: String,
    /// As the spreadsheet numbers it, from 1.
    pub number: u32,
    /// The keys of the sheet's columns, and a cell for each.
    columns: Arc<[String]>,
    /// Where each of them stands in the file.
    places: Arc<[Option<ColumnRef>]>,
    cells: Vec<Cell>,
}

impl Row {
    /// Where that column stands in the file; `None` where the file has no such column.
    pub fn place(&self, column: &str) -> Option<&ColumnRef> {
        let index = self.columns.iter().position(|key| key == column)?;
        self.places.get(index)?.as_ref()
    }

    /// The cell of that column; [`Cell::Empty`] also where the file has no such column.
    pub fn cell(&self, column: &str) -> &Cell {
        let index = self.columns.iter().position(|key| key == column);
        debug_assert!(index.is_some(), "the layout of sheet {} has no column {column}", self.key);
        index.and_then(|index| self.cells.get(index)).unwrap_or(&EMPTY)
    }

    /// The text of a Text, Name, StaffNumber or Phone column, or the key of a Choice.
    pub fn text(&self, column: &str) -> Option<&str> {
        match self.cell(column) {
            Cell::Text(text) | Cell::Choice(text) => Some(text),
            _ => None,
        }
    }
}

/// Reads an XLSX workbook or a CSV file. `file_name` tells the kind of a text file and names its only sheet.
///
/// Never panics on any bytes, and never parses what exceeds a cap of [`super::limits`].
pub fn read(bytes: &[u8], file_name: &str, layout: &Layout) -> Read {
    let mut read = Read::default();
    let mut book = match source::load(bytes, file_name) {
        Ok(book) => book,
        Err(reason) => {
            read.fault(file_fault(reason));
            return read;
        }
    };
    std::mem::take(&mut book.faults).into_iter().for_each(|fault| read.fault(fault));
    for name in book.hidden_sheets.iter().filter(|name| *name != CHOICES_SHEET) {
        read.notes.push(Note { sheet: name.clone(), row: None, column: None, kind: NoteKind::HiddenSheet });
    }
    let mut known = false;
    for grid in &book.grids {
        let view = View::new(grid);
        match recognise(&view, layout, &book) {
            Some(sheet) => {
                known = true;
                read_sheet(&mut read, &view, sheet, Context { epoch: book.epoch, year: layout.year });
            }
            None if grid.rows.is_empty() => {}
            None => read.notes.push(Note {
                sheet: grid.name.clone(),
                row: None,
                column: None,
                kind: NoteKind::UnknownSheet,
            }),
        }
    }
    if !known {
        let accepted = layout.sheets.iter().flat_map(|sheet| [sheet.name.en.clone(), sheet.name.zh.clone()]).collect();
        read.fault(file_fault(Reason::NoSheet { accepted }));
    }
    read
}

fn file_fault(reason: Reason) -> Fault {
    Fault { sheet: String::new(), row: None, column: None, value: String::new(), reason }
}

/// By its name; else, being the only sheet where only one is expected; else by its headings, if all required ones
/// are there and no other sheet of the layout fits as well.
fn recognise<'l>(view: &View<'_>, layout: &'l Layout, book: &Book) -> Option<&'l Sheet> {
    let name = match_form(&view.grid.name);
    let bears = |sheet: &&Sheet| {
        [&sheet.name.en, &sheet.name.zh].into_iter().chain(&sheet.aliases).any(|other| match_form(other) == name)
    };
    if let Some(sheet) = layout.sheets.iter().find(bears) {
        return Some(sheet);
    }
    if let ([sheet], [_]) = (layout.sheets.as_slice(), book.grids.as_slice()) {
        return Some(sheet);
    }
    let mut fits: Vec<(usize, &Sheet)> = layout
        .sheets
        .iter()
        .filter_map(|sheet| {
            let header = Header::find(view, sheet)?;
            (header.missing(sheet).next().is_none()).then_some((header.columns.len(), sheet))
        })
        .collect();
    fits.sort_by_key(|&(columns, _)| std::cmp::Reverse(columns));
    match fits.as_slice() {
        [(_, sheet)] => Some(sheet),
        [(first, sheet), (second, _), ..] if first > second => Some(sheet),
        _ => None,
    }
}

fn read_sheet(read: &mut Read, view: &View<'_>, sheet: &Sheet, context: Context) {
    let grid = view.grid;
    let at_sheet = |reason| Fault { sheet: grid.name.clone(), row: None, column: None, value: String::new(), reason };
    let Some(header) = Header::find(view, sheet) else {
        let accepted = sheet.columns.iter().map(|column| column.heading.clone()).collect();
        read.fault(at_sheet(Reason::NoHeadings { accepted }));
        return;
    };
    header.missing(sheet).for_each(|reason| read.fault(at_sheet(reason)));
    for &(place, first) in &header.duplicates {
        let column = header.column_ref(view, place);
        let reason = Reason::DuplicateHeading { first: header.column_ref(view, first) };
        let value = column.heading.clone();
        read.fault(Fault { row: Some(header.row + 1), column: Some(column), value, ..at_sheet(reason) });
    }
    let columns = sheet.columns.iter().map(|column| column.key.clone()).collect();
    let place = |index| header.columns.get(&index).map(|&column| header.column_ref(view, column));
    let places = (0..sheet.columns.len()).map(place).collect();
    let (numbers, unread) = (BTreeMap::new(), BTreeSet::new());
    let mut rows = Rows { read, view, sheet, header: &header, context, columns, places, numbers, unread };
    for &row in grid.rows.keys().filter(|&&row| row > header.row) {
        rows.read_row(row);
    }
    rows.column_notes();
    hidden_rows(read, grid, header.row);
}

struct Rows<'a> {
    read: &'a mut Read,
    view: &'a View<'a>,
    sheet: &'a Sheet,
    header: &'a Header,
    context: Context,
    columns: Arc<[String]>,
    places: Arc<[Option<ColumnRef>]>,
    /// By the file's column, staff numbers that are kept as numbers.
    numbers: BTreeMap<u32, usize>,
    /// The file's columns that hold something below the headings and are not read.
    unread: BTreeSet<u32>,
}

impl Rows<'_> {
    fn read_row(&mut self, row: u32) {
        if let Some(kind) = self.passed_over(row) {
            self.note(Some(row), None, kind);
            return;
        }
        let own = |&place: &u32| self.view.own(row, place).is_some_and(|raw| !is_blank(raw));
        if !self.header.columns.values().any(own) {
            return;
        }
        let places = self.view.grid.rows[&row].iter().filter(|(_, raw)| !is_blank(raw)).map(|(&place, _)| place);
        self.unread.extend(places.filter(|place| !self.header.columns.values().any(|known| known == place)));
        let mut cells = vec![Cell::Empty; self.sheet.columns.len()];
        let mut whole = true;
        for (index, column) in self.sheet.columns.iter().enumerate() {
            let Some(&place) = self.header.columns.get(&index) else {
                whole &= !column.required;
                continue;
            };
            let raw = self.view.shown(row, place);
            let parsed = raw.map_or(Ok(Cell::Empty), |raw| cell::parse(raw, &column.kind, self.context));
            if let (Kind::StaffNumber, Some(Raw::Number(_)), Ok(_)) = (&column.kind, raw, &parsed) {
                *self.numbers.entry(place).or_default() += 1;
            }
            let reason = match parsed {
                Ok(Cell::Empty) if column.required => Reason::Required,
                Ok(cell) => {
                    cells[index] = cell;
                    continue;
                }
                Err(reason) => reason,
            };
            whole = false;
            // A faulty value that fills a merged region is one fault, in the row where it stands.
            if raw.is_none() || self.view.own(row, place).is_some() {
                let stands = raw.filter(|_| reason != Reason::Required);
                let value = stands.map(|raw| quote(&cell::show(raw, self.context))).unwrap_or_default();
                let (sheet, column) = (self.view.grid.name.clone(), Some(self.header.column_ref(self.view, place)));
                self.read.fault(Fault { sheet, row: Some(row + 1), column, value, reason });
            }
        }
        if whole {
            let (key, sheet) = (self.sheet.key.clone(), self.view.grid.name.clone());
            self.read.rows.push(Row {
                key,
                sheet,
                number: row + 1,
                columns: self.columns.clone(),
                places: self.places.clone(),
                cells,
            });
        }
    }

    /// Rows that are no data: totals, remarks, headings again.
    fn passed_over(&self, row: u32) -> Option<NoteKind> {
        let filled: Vec<(u32, &Raw)> = self.view.grid.rows[&row]
            .iter()
            .filter(|(_, raw)| !is_blank(raw))
            .map(|(&place, raw)| (place, raw))
            .collect();
        let texts = filled.iter().filter_map(|(_, raw)| match raw {
            Raw::Text(text) => Some(text.as_str()),
            _ => None,
        });
        let first = texts.clone().next()?;
        if is_total(first) {
            return Some(NoteKind::Subtotal { text: quote(&fold(first)) });
        }
        if self.header.is_repeated_at(self.view, row) {
            return Some(NoteKind::HeadingsAgain);
        }
        if let [(place, Raw::Text(text))] = filled.as_slice() {
            let read_here = self.header.columns.values().any(|known| known == place);
            let folded = fold(text).to_lowercase();
            let remark = REMARKS.iter().any(|word| {
                folded
                    .strip_prefix(word)
                    .is_some_and(|rest| rest.trim_start_matches(['人', '单', '位', 's', ' ']).starts_with(':'))
            });
            if !read_here || remark || self.view.is_wide(row, *place) {
                return Some(NoteKind::Remark { text: quote(&fold(text)) });
            }
        }
        None
    }

    fn column_notes(&mut self) {
        let known: BTreeSet<u32> = self.header.duplicates.iter().map(|&(place, _)| place).collect();
        let ordinals =
            |place: &u32| self.view.shown(self.header.row, *place).is_some() && !self.header.unknown.contains(place);
        let unread: Vec<u32> = self.unread.iter().filter(|place| !ordinals(place)).copied().collect();
        let unknown: BTreeSet<u32> = self.header.unknown.iter().copied().chain(unread).collect();
        for &place in unknown.difference(&known) {
            self.note(None, Some(place), NoteKind::UnknownColumn);
        }
        for (place, cells) in std::mem::take(&mut self.numbers) {
            self.note(None, Some(place), NoteKind::NumbersNotText { cells });
        }
    }

    fn note(&mut self, row: Option<u32>, place: Option<u32>, kind: NoteKind) {
        let column = place.map(|place| self.header.column_ref(self.view, place));
        self.read.notes.push(Note { sheet: self.view.grid.name.clone(), row: row.map(|row| row + 1), column, kind });
    }
}

fn is_blank(raw: &Raw) -> bool {
    matches!(raw, Raw::Text(text) if fold::is_blank(text))
}

/// 合计, 合 计：, 小计 56, Total: and the like; not a post called 合计路口.
fn is_total(text: &str) -> bool {
    let form = match_form(text);
    TOTALS.iter().any(|word| {
        form.strip_prefix(word).is_some_and(|rest| {
            rest.chars().all(|c| c.is_ascii_digit() || matches!(c, '人' | '名' | '(' | ')' | ',' | '.'))
        })
    })
}

/// One note with the ranges of hidden rows below the headings that hold something.
fn hidden_rows(read: &mut Read, grid: &Grid, header_row: u32) {
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    let filled = |row: u32| row > header_row + 1 && grid.rows.contains_key(&(row - 1));
    for &row in grid.hidden_rows.iter().filter(|&&row| filled(row)) {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == row => *last = row,
            _ => ranges.push((row, row)),
        }
    }
    if !ranges.is_empty() {
        let kind = NoteKind::HiddenRows { ranges };
        read.notes.push(Note { sheet: grid.name.clone(), row: None, column: None, kind });
    }
}
