//! In from spreadsheets: the form, and what a workbook would do.

use board::OperationId;
use board::access::Action;
use maud::{Markup, html};
use schemars::JsonSchema;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::{Sheet, state};
use crate::sheets::draft::{Draft, Line, Noun};
use crate::sheets::uploads::Upload;
use crate::sheets::words;

/// Changes shown on the page; the rest are counted above them.
const MOST_LINES: usize = 300;

/// The form that takes a workbook.
pub fn form(sheet: &Sheet<'_>) -> Markup {
    let scope = sheet.scope(Action::ViewOperation);
    let operations: Vec<_> =
        sheet.board().operations().filter(|(_, found)| scope.covers(&sheet.board().force, found.unit)).collect();
    let present = sheet.present_operation();
    html! {
        section.part {
            p { (sheet.t("import-about")) " " a href="/import/template.xlsx" { (sheet.t("import-template")) } }
            form.form method="post" action="/import" enctype="multipart/form-data" {
                p.fault data-fault role="alert" hidden {}
                div.row {
                    label for="import-file" { (sheet.t("import-file")) }
                    span.hint #import-file-hint { (sheet.t("import-file-hint")) }
                    input id="import-file" type="file" name="file" required accept=".xlsx,.csv" aria-describedby="import-file-hint";
                }
                div.row {
                    label for="import-operation" { (sheet.t("operation")) }
                    span.hint #import-operation-hint { (sheet.t("import-operation-hint")) }
                    select id="import-operation" name="operation" aria-describedby="import-operation-hint" {
                        option value="" { (sheet.t("import-operation-none")) }
                        @for (id, found) in &operations {
                            option value=(id) selected[Some(*id) == present] { (sheet.label(&found.title)) }
                        }
                    }
                }
                div.acts { button.act.main { (sheet.t("import-look")) } }
            }
        }
    }
}

/// What the workbook would do, every fault in it, and the act that does it.
pub fn dry_run(sheet: &Sheet<'_>, upload: &Upload, draft: &Draft, moved: bool) -> Markup {
    html! {
        p { b { (upload.file_name) } @if let Some(operation) = upload.operation { " · " (title(sheet, operation)) } }
        @if moved { p.banner data-state="info" role="status" { (sheet.t("import-moved")) } }
        @if draft.is_clean() { (verdict(sheet, upload, draft)) } @else { (faults(sheet, draft)) }
        (counts(sheet, draft))
        (changes(sheet, &draft.lines))
        @if !draft.notes.is_empty() {
            section.part {
                h2 { (sheet.t("import-notes")) }
                ul.list { @for note in &draft.notes { li { (words::note(sheet, note)) } } }
            }
        }
        p { a.act href="/import" { (sheet.t("import-another")) } }
    }
}

fn title(sheet: &Sheet<'_>, operation: OperationId) -> String {
    sheet.board().operation(operation).map_or_else(String::new, |found| sheet.label(&found.title).to_owned())
}

fn verdict(sheet: &Sheet<'_>, upload: &Upload, draft: &Draft) -> Markup {
    if draft.import.is_empty() {
        return html! { p.empty { (sheet.t("import-nothing")) } };
    }
    html! {
        form.form method="post" action={ "/import/" (upload.id) } {
            input type="hidden" name="seen" value=(fingerprint(draft));
            p { (sheet.say("import-ready", &[("count", draft.lines.len().into())])) }
            div.acts { button.act.main { (sheet.t("import-do")) } }
        }
    }
}

fn faults(sheet: &Sheet<'_>, draft: &Draft) -> Markup {
    let count = draft.faults.len() + draft.more_faults;
    html! {
        section.part {
            h2 { (state("wrong", &sheet.say("import-faults", &[("count", count.into())]))) }
            p { (sheet.t("import-faults-hint")) }
            div.table-wrap role="region" aria-label=(sheet.t("import-faults-list")) tabindex="0" {
                table.table.stack data-grid {
                    thead { tr {
                        th scope="col" { (sheet.t("import-sheet")) } th.num scope="col" { (sheet.t("import-row")) }
                        th scope="col" { (sheet.t("import-column")) } th scope="col" { (sheet.t("import-value")) }
                        th scope="col" { (sheet.t("import-wrong")) }
                    } }
                    tbody { @for fault in &draft.faults {
                        tr {
                            td data-label=(sheet.t("import-sheet")) { (fault.sheet) }
                            td.num data-label=(sheet.t("import-row")) { @if let Some(row) = fault.row { (row) } }
                            td data-label=(sheet.t("import-column")) { @if let Some(column) = &fault.column { (column.letter) " " (column.heading) } }
                            td data-label=(sheet.t("import-value")) { @if !fault.value.is_empty() { b { (fault.value) } } }
                            td data-label=(sheet.t("import-wrong")) { (words::reason(sheet, fault)) }
                        }
                    } }
                }
            }
            @if draft.more_faults > 0 { p.more { (sheet.say("import-more-faults", &[("count", draft.more_faults.into())])) } }
        }
    }
}

fn counts(sheet: &Sheet<'_>, draft: &Draft) -> Markup {
    let all: Vec<(Noun, [usize; 4])> = Noun::ALL.map(|noun| (noun, words::counts(draft, noun))).into();
    if all.iter().all(|(_, counts)| counts.iter().sum::<usize>() == 0) {
        return html! {};
    }
    html! {
        section.part {
            h2 { (sheet.t("import-what")) }
            div.table-wrap { table.table {
                thead { tr {
                    th scope="col" { span.sr { (sheet.t("import-sheet")) } }
                    @for word in ["import-added", "import-changed", "import-leaves", "import-unchanged"] { th.num scope="col" { (sheet.t(word)) } }
                } }
                tbody { @for (noun, counts) in &all { @if counts.iter().sum::<usize>() > 0 {
                    tr { th scope="row" { (words::noun(sheet, *noun)) } @for count in counts { td.num { (count) } } }
                } } }
            } }
        }
    }
}

fn changes(sheet: &Sheet<'_>, lines: &[Line]) -> Markup {
    if lines.is_empty() {
        return html! {};
    }
    let more = lines.len().saturating_sub(MOST_LINES);
    html! {
        div.table-wrap role="region" aria-label=(sheet.t("import-what")) tabindex="0" {
            table.table.stack data-grid {
                thead { tr {
                    th scope="col" { (sheet.t("import-change")) } th scope="col" { (sheet.t("import-thing")) }
                    th scope="col" { (sheet.t("import-differs")) } th scope="col" { (sheet.t("import-where")) }
                } }
                tbody { @for line in lines.iter().take(MOST_LINES) {
                    tr {
                        td data-label=(sheet.t("import-change")) { (words::change(sheet, line.change)) }
                        th scope="row" { (line.what) }
                        td data-label=(sheet.t("import-differs")) { @for (heading, old, new) in &line.differs {
                            div { (heading) ": " del { (old) } " → " ins { (new) } }
                        } }
                        td data-label=(sheet.t("import-where")) { (line.sheet) " " (line.row) }
                    }
                } }
            }
        }
        @if more > 0 { p.more { (sheet.say("import-more-changes", &[("count", more.into())])) } }
    }
}

/// What a reader saw of a draft: whoever confirms, confirms this.
pub fn fingerprint(draft: &Draft) -> String {
    let mut hash = Sha256::new();
    for line in &draft.lines {
        hash.update(format!("{line:?}"));
    }
    hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// A dry run as programs read it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ImportModel {
    /// Confirm it by `POST /import/{id}` with `seen`.
    pub id: String,
    pub seen: String,
    /// Nothing stands against it.
    pub clean: bool,
    pub changes: Vec<Line>,
    pub faults: Vec<FaultModel>,
    /// Faults beyond those listed.
    pub more_faults: usize,
    pub notes: Vec<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct FaultModel {
    pub sheet: String,
    pub row: Option<u32>,
    pub column: Option<String>,
    pub value: String,
    pub detail: String,
}

pub fn model(sheet: &Sheet<'_>, upload: &Upload, draft: &Draft) -> ImportModel {
    let faults = draft.faults.iter().map(|fault| FaultModel {
        sheet: fault.sheet.clone(),
        row: fault.row,
        column: fault.column.as_ref().map(|column| column.letter.clone()),
        value: fault.value.clone(),
        detail: words::reason(sheet, fault),
    });
    ImportModel {
        id: upload.id.to_string(),
        seen: fingerprint(draft),
        clean: draft.is_clean(),
        changes: draft.lines.clone(),
        faults: faults.collect(),
        more_faults: draft.more_faults,
        notes: draft.notes.iter().map(|note| words::note(sheet, note)).collect(),
    }
}
