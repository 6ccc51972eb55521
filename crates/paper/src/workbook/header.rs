//! Where the headings are, and which column is which.

use std::collections::{BTreeMap, BTreeSet};

use super::fault::{ColumnRef, Reason, letters, quote};
use super::fold::{fold, match_form};
use super::grid::{Grid, Raw};
use super::limits::HEADER_SEARCH_ROWS;
use crate::table::Sheet;

/// Headings of running numbers: not read, and not worth a note.
const ORDINALS: [&str; 5] = ["序号", "编次", "no", "no.", "#"];

/// A grid with its vertical merges laid out for looking up.
pub(super) struct View<'a> {
    pub grid: &'a Grid,
    /// By column, the first and last row of each merged region, in order.
    fills: BTreeMap<u32, Vec<(u32, u32)>>,
    /// Where regions across columns begin.
    wide: BTreeSet<(u32, u32)>,
}

impl<'a> View<'a> {
    pub(super) fn new(grid: &'a Grid) -> Self {
        let mut fills: BTreeMap<u32, Vec<(u32, u32)>> = BTreeMap::new();
        for merge in grid.merges.iter().filter(|merge| merge.last.0 > merge.first.0) {
            fills.entry(merge.first.1).or_default().push((merge.first.0, merge.last.0));
        }
        fills.values_mut().for_each(|regions| regions.sort_unstable());
        let wide = grid.merges.iter().filter(|merge| merge.last.1 > merge.first.1).map(|merge| merge.first).collect();
        View { grid, fills, wide }
    }

    /// What the cell itself holds.
    pub(super) fn own(&self, row: u32, column: u32) -> Option<&'a Raw> {
        self.grid.rows.get(&row)?.get(&column)
    }

    /// What the cell shows: its own value, or that of the merged region it lies in, downwards only. A region
    /// across columns is one value in the first of them, for the others mean something else.
    pub(super) fn shown(&self, row: u32, column: u32) -> Option<&'a Raw> {
        self.own(row, column).or_else(|| {
            let regions = self.fills.get(&column)?;
            let before = regions.partition_point(|&(first, _)| first <= row);
            let &(first, last) = regions.get(before.checked_sub(1)?)?;
            (row <= last).then(|| self.own(first, column)).flatten()
        })
    }

    /// Whether this cell begins a region across columns.
    pub(super) fn is_wide(&self, row: u32, column: u32) -> bool {
        self.wide.contains(&(row, column))
    }
}

/// The row of headings, and the file's column for each of the sheet's columns found in it.
pub(super) struct Header {
    pub row: u32,
    /// The sheet's column by index, and the file's.
    pub columns: BTreeMap<usize, u32>,
    /// The same heading a second time: the file's column, and the first of that meaning.
    pub duplicates: Vec<(u32, u32)>,
    /// Columns with a heading that means nothing here.
    pub unknown: Vec<u32>,
}

impl Header {
    /// The row within the first [`HEADER_SEARCH_ROWS`] filled rows that holds the most of the sheet's headings, and
    /// two at least (one, where the sheet has but one column): a title may read like one heading.
    pub(super) fn find(view: &View<'_>, sheet: &Sheet) -> Option<Header> {
        let needed = sheet.columns.len().min(2);
        let words = Words::of(sheet);
        let mut best: Option<Header> = None;
        for &row in view.grid.rows.keys().take(HEADER_SEARCH_ROWS) {
            let found = Header::at(view, &words, row);
            if found.columns.len() >= needed.max(1)
                && best.as_ref().is_none_or(|best| found.columns.len() > best.columns.len())
            {
                best = Some(found);
            }
        }
        best
    }

    fn at(view: &View<'_>, words: &Words, row: u32) -> Header {
        let mut header = Header { row, columns: BTreeMap::new(), duplicates: Vec::new(), unknown: Vec::new() };
        let filled = view.grid.rows.get(&row).into_iter().flat_map(|cells| cells.keys().copied());
        let merged = view.fills.keys().copied();
        let mut places: Vec<u32> = filled.chain(merged).collect();
        places.sort_unstable();
        places.dedup();
        let texts: Vec<(u32, String)> =
            places.iter().filter_map(|&column| view.shown(row, column).map(|raw| (column, raw.text()))).collect();
        // Exact headings first, so that 电话 wins over 电话（办公） wherever they stand.
        for exact in [true, false] {
            for (place, text) in &texts {
                let taken = header.columns.values().any(|column| column == place);
                let repeated = header.duplicates.iter().any(|(column, _)| column == place);
                let Some(index) = words.meaning(text, exact).filter(|_| !taken && !repeated) else {
                    continue;
                };
                match header.columns.get(&index) {
                    None => {
                        header.columns.insert(index, *place);
                    }
                    Some(&first) if exact => header.duplicates.push((*place, first)),
                    Some(_) => {}
                }
            }
        }
        header.unknown = texts
            .iter()
            .filter(|(place, text)| {
                let known = header.columns.values().any(|column| column == place)
                    || header.duplicates.iter().any(|(column, _)| column == place);
                let form = match_form(text);
                !known && !form.is_empty() && !ORDINALS.contains(&form.as_str())
            })
            .map(|&(place, _)| place)
            .collect();
        header
    }

    /// Whether a row below holds the headings again, copied as they stand.
    pub(super) fn is_repeated_at(&self, view: &View<'_>, row: u32) -> bool {
        let repeats =
            self.columns.values().filter(|&&place| matches!((view.own(row, place), view.shown(self.row, place)), (Some(Raw::Text(text)), Some(Raw::Text(heading))) if text == heading));
        repeats.count() >= self.columns.len().min(2)
    }

    /// A fault for each required column that is not there.
    pub(super) fn missing<'s>(&self, sheet: &'s Sheet) -> impl Iterator<Item = Reason> + use<'s, '_> {
        let absent = sheet.columns.iter().enumerate().filter(|(index, _)| !self.columns.contains_key(index));
        absent.filter(|(_, column)| column.required).map(|(_, column)| {
            let mut accepted = vec![column.heading.en.clone(), column.heading.zh.clone()];
            accepted.extend(column.aliases.iter().cloned());
            accepted.dedup();
            Reason::MissingColumn { accepted }
        })
    }

    /// The column as its reader finds it.
    pub(super) fn column_ref(&self, view: &View<'_>, column: u32) -> ColumnRef {
        let heading = view.shown(self.row, column).map(|raw| quote(&fold(&raw.text()))).unwrap_or_default();
        ColumnRef { letter: letters(column), heading }
    }
}

/// The headings of a sheet's columns in the form in which they are compared, and the column of each.
struct Words(BTreeMap<String, usize>);

impl Words {
    fn of(sheet: &Sheet) -> Words {
        let mut words = BTreeMap::new();
        for (index, column) in sheet.columns.iter().enumerate() {
            for word in [&column.heading.en, &column.heading.zh].into_iter().chain(&column.aliases) {
                words.entry(match_form(word)).or_insert(index);
            }
        }
        words.remove("");
        Words(words)
    }

    fn find(&self, heading: &str) -> Option<usize> {
        self.0.get(&match_form(heading)).copied()
    }

    /// Which column a heading means. Not exactly: without what stands in brackets, or as one of the parts of a
    /// heading in two languages (姓名/Name, 姓名 Name).
    fn meaning(&self, heading: &str, exact: bool) -> Option<usize> {
        if let Some(index) = self.find(heading) {
            return Some(index);
        }
        if exact {
            return None;
        }
        let folded = fold(&heading.replace(['\n', '\r'], "/"));
        let bare = folded.split_once('(').map_or(folded.as_str(), |(bare, _)| bare);
        let part = || folded.split(['/', '(', ')', '|']).find_map(|part| self.find(part));
        let both = || {
            let (first, rest) = folded.split_once(' ')?;
            self.find(first).filter(|&index| self.find(rest) == Some(index))
        };
        self.find(bare).or_else(part).or_else(both)
    }
}
