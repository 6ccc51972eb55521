//! A draft: what a workbook would do to a board, worked out row by row on a copy of it.
//!
//! Each row is permitted, decided and applied on the copy exactly as the board will do it, so a draft without faults is
//! one that goes in, and every refusal is named with its row.

use std::collections::{BTreeMap, HashMap};

use board::{Board, Command, CommandId, Context, Import, OperationId, Refusal};
use paper::Language as PaperLanguage;
use paper::table::{Cell, Sheet as Layout};
use paper::workbook::{self, Note, Row};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::fault::{Fault, MOST_FAULTS, Reason};
use super::layout;
use super::names::{People, Posts, Units, Words};
use super::table::local;
use crate::http::negotiate::Language;
use crate::submit::{Body, Text, TextKind, text_id};
use crate::views::Sheet;

/// What a row is about, in the order in which they go in.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Noun {
    Unit,
    Person,
    Post,
    Shift,
    Assignment,
}

impl Noun {
    pub const ALL: [Self; 5] = [Self::Unit, Self::Person, Self::Post, Self::Shift, Self::Assignment];
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    Added,
    Changed,
    Leaves,
}

/// One thing that would change.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, JsonSchema)]
pub struct Line {
    pub noun: Noun,
    pub change: Change,
    pub sheet: String,
    pub row: u32,
    pub what: String,
    /// Heading, before, after: of the columns that differ.
    pub differs: Vec<(String, String, String)>,
}

/// What a workbook would do.
#[derive(Debug, Default)]
pub struct Draft {
    pub import: Import,
    pub texts: Vec<Text>,
    pub lines: Vec<Line>,
    /// Rows that say what the board says already.
    pub unchanged: BTreeMap<Noun, usize>,
    pub faults: Vec<Fault>,
    /// Faults beyond [`MOST_FAULTS`], counted only.
    pub more_faults: usize,
    pub notes: Vec<Note>,
}

impl Draft {
    pub fn is_clean(&self) -> bool {
        self.faults.is_empty()
    }

    pub fn count(&self, noun: Noun, change: Change) -> usize {
        self.lines.iter().filter(|line| (line.noun, line.change) == (noun, change)).count()
    }
}

/// Works out what the workbook would do, under the command id `id`, with the rights of `sheet`'s reader.
pub fn draft(sheet: &Sheet<'_>, bytes: &[u8], file_name: &str, operation: Option<OperationId>, id: Uuid) -> Draft {
    let begins = operation.and_then(|id| sheet.board().operation(id)).map_or(sheet.now, |found| found.period.from);
    let layout = layout::all(Some(local(sheet.zone, begins).year()));
    let read = workbook::read(bytes, file_name, &layout);
    let words = Words::new(sheet);
    let mut drafting = Drafting {
        sheet,
        board: sheet.board().clone(),
        units: Units::of(&sheet.board().force),
        people: People::of(sheet, &words),
        posts: Posts::of(sheet, operation.and_then(|id| sheet.board().operation(id))),
        words,
        operation,
        id,
        minted: 0,
        seen: HashMap::new(),
        layout: layout.sheets,
        draft: Draft { notes: read.notes.clone(), more_faults: read.unlisted_faults, ..Draft::default() },
    };
    drafting.draft.import.operation = operation;
    read.faults.iter().cloned().for_each(|fault| drafting.fault(fault.into()));
    let rows = |key: &'static str| read.rows.iter().filter(move |row| row.key == key);
    drafting.units(&rows(layout::UNITS).collect::<Vec<_>>());
    rows(layout::PEOPLE).for_each(|row| drafting.person(row));
    let planned = || rows(layout::POSTS).chain(rows(layout::SHIFTS)).chain(rows(layout::ASSIGNMENTS));
    if drafting.operation.is_none() && planned().next().is_some() {
        drafting.fault(Fault::of_file(Reason::NoOperation));
    } else {
        rows(layout::POSTS).for_each(|row| drafting.post(row));
        rows(layout::SHIFTS).for_each(|row| drafting.shift(row));
        rows(layout::ASSIGNMENTS).for_each(|row| drafting.assignments(row));
    }
    drafting.check_whole();
    drafting.draft
}

/// A draft on its way.
pub(super) struct Drafting<'a> {
    pub sheet: &'a Sheet<'a>,
    /// The board with the rows so far applied.
    pub board: Board,
    pub units: Units,
    pub people: People,
    pub posts: Posts,
    pub words: Words<'a>,
    pub operation: Option<OperationId>,
    id: Uuid,
    minted: u32,
    /// Where each thing was first met in the file.
    seen: HashMap<(Noun, String), (String, u32)>,
    layout: Vec<Layout>,
    pub draft: Draft,
}

/// What a row led to.
pub(super) enum Outcome {
    Unchanged,
    Done,
    Faulty,
}

impl Drafting<'_> {
    pub fn fault(&mut self, fault: Fault) {
        if self.draft.faults.len() < MOST_FAULTS {
            self.draft.faults.push(fault);
        } else {
            self.draft.more_faults += 1;
        }
    }

    pub fn mint<T>(&mut self) -> board::Id<T> {
        let id = board::Id::mint(CommandId(self.id.as_u128()), self.minted);
        self.minted += 1;
        id
    }

    /// The text's id: the old one where the words are the same, so that nothing is said to change.
    pub fn text(&mut self, kind: TextKind, body: &str, old: Option<board::TextId>) -> board::TextId {
        if let Some(old) = old.filter(|old| self.words.get(*old) == body) {
            return old;
        }
        let text = Text { id: text_id(self.id, self.draft.texts.len() as u32), kind, body: body.to_owned() };
        self.words.add(&text);
        let id = text.id;
        self.draft.texts.push(text);
        id
    }

    /// Whether this is the first row about a thing; a second is a fault.
    pub fn first(&mut self, row: &Row, column: &str, noun: Noun, key: String) -> bool {
        let here = (row.sheet.clone(), row.number);
        let value = row.cell(column).show(&paper::table::Kind::Text, self.language());
        match self.seen.get(&(noun, key.clone())) {
            Some((sheet, number)) => {
                let reason = Reason::Twice { sheet: sheet.clone(), row: *number };
                self.fault(Fault::at(row, column, value, reason));
                false
            }
            None => {
                self.seen.insert((noun, key), here);
                true
            }
        }
    }

    pub fn language(&self) -> PaperLanguage {
        paper_language(self.sheet.locale.language)
    }

    /// Permits, decides and applies a command of one row on the copy; a refusal is the row's fault.
    pub fn give(&mut self, row: &Row, column: &str, value: &str, command: &Command) -> Outcome {
        let context = Context { now: self.sheet.now, command: CommandId(self.id.as_u128()) };
        let decided = board::permit(&self.board, self.sheet.actor, command, context.now)
            .map_err(Refusal::from)
            .and_then(|()| board::decide(&self.board, self.sheet.actor, command, &context));
        match decided {
            Ok(events) if events.is_empty() => Outcome::Unchanged,
            Ok(events) => {
                events.iter().for_each(|event| board::apply(&mut self.board, event));
                Outcome::Done
            }
            Err(refusal) => {
                let reason = self.reason(refusal);
                self.fault(Fault::at(row, column, value, reason));
                Outcome::Faulty
            }
        }
    }

    /// A refusal that may name what only the copy knows is put into words of its own.
    fn reason(&self, refusal: Refusal) -> Reason {
        if let Refusal::Roster(board::roster::Refusal::Clash { post, from, to, .. }) = refusal {
            let found = self.board.operations().find_map(|(_, operation)| operation.posts.get(post));
            let post =
                found.map_or_else(String::new, |post| format!("{} {}", post.number, self.sheet.label(&post.name)));
            return Reason::OnDuty { post, from, to };
        }
        Reason::Refused(Box::new(refusal))
    }

    /// Notes a change, with the columns in which the row before differs from the row after.
    pub fn line(&mut self, row: &Row, noun: Noun, what: String, before: Option<&[Cell]>, after: &[Cell]) {
        let language = self.language();
        let columns = self.layout.iter().find(|sheet| sheet.key == row.key).map_or(&[][..], |sheet| &sheet.columns);
        let differs = before.map_or_else(Vec::new, |before| {
            let pairs = columns.iter().zip(before.iter().zip(after)).filter(|(_, (old, new))| old != new);
            pairs
                .map(|(column, (old, new))| {
                    let heading = column.heading.text(language).to_owned();
                    (heading, old.show(&column.kind, language), new.show(&column.kind, language))
                })
                .collect()
        });
        let change = if before.is_some() { Change::Changed } else { Change::Added };
        self.draft.lines.push(Line { noun, change, sheet: row.sheet.clone(), row: row.number, what, differs });
    }

    pub fn leaves(&mut self, row: &Row, what: String) {
        let (sheet, change) = (row.sheet.clone(), Change::Leaves);
        self.draft.lines.push(Line { noun: Noun::Person, change, sheet, row: row.number, what, differs: Vec::new() });
    }

    pub fn unchanged(&mut self, noun: Noun) {
        *self.draft.unchanged.entry(noun).or_default() += 1;
    }

    /// The command as the board will see it: permitted as a whole, and small enough for one entry.
    fn check_whole(&mut self) {
        if !self.draft.faults.is_empty() || self.draft.import.is_empty() {
            return;
        }
        let context = Context { now: self.sheet.now, command: CommandId(self.id.as_u128()) };
        let command = Command::Import(Box::new(self.draft.import.clone()));
        let (board, actor) = (self.sheet.board(), self.sheet.actor);
        let decided = board::permit(board, actor, &command, context.now)
            .map_err(Refusal::from)
            .and_then(|()| board::decide(board, actor, &command, &context));
        match decided {
            Err(refusal) => self.fault(Fault::of_file(Reason::Refused(Box::new(refusal)))),
            Ok(events) => {
                let bytes = serde_json::to_vec(&Body { by: actor, events }).map_or(usize::MAX, |body| body.len());
                let texts = self.draft.texts.len();
                if bytes > journal::error::MAX_BODY {
                    self.fault(Fault::of_file(Reason::TooLarge { bytes, most: journal::error::MAX_BODY }));
                } else if texts > journal::error::MAX_LINKS {
                    self.fault(Fault::of_file(Reason::TooManyTexts { texts, most: journal::error::MAX_LINKS }));
                }
            }
        }
    }
}

pub const fn paper_language(language: Language) -> PaperLanguage {
    match language {
        Language::En => PaperLanguage::English,
        Language::ZhCn => PaperLanguage::Chinese,
    }
}
