//! Faults and changes in the reader's language.

use paper::workbook::Note;

use super::draft::{Change, Draft, Noun, paper_language};
use super::fault::{Fault, Reason};
use super::layout;
use crate::views::{Sheet, Value, refusal};

/// What was wrong, expected and to be done, without the place and the value.
pub fn reason(sheet: &Sheet<'_>, fault: &Fault) -> String {
    let comma = || sheet.t("list-comma").into_owned();
    let list = |items: &[String]| Value::from(items.join(&comma()));
    match &fault.reason {
        Reason::Unread(reason) => reason.words(paper_language(sheet.locale.language)),
        Reason::NoSuchUnit => sheet.t("import-no-such-unit").into_owned(),
        Reason::WhichUnit(paths) => sheet.say("import-which-unit", &[("paths", list(paths))]),
        Reason::NoSuperior => sheet.t("import-no-superior").into_owned(),
        Reason::NoPostGiven => sheet.t("import-no-post-given").into_owned(),
        Reason::NoSuchPost => sheet.t("import-no-such-post").into_owned(),
        Reason::WhichPost(numbers) => sheet.say("import-which-post", &[("numbers", list(numbers))]),
        Reason::PostIsCalled(name) => sheet.say("import-post-is-called", &[("name", name.as_str().into())]),
        Reason::NoSuchPerson => sheet.t("import-no-such-person").into_owned(),
        Reason::WhichPerson(numbers) => sheet.say("import-which-person", &[("numbers", list(numbers))]),
        Reason::PersonIsCalled(name) => sheet.say("import-person-is-called", &[("name", name.as_str().into())]),
        Reason::OneNumberForMany => sheet.t("import-one-number-for-many").into_owned(),
        Reason::NoSuchShift(hours) if hours.is_empty() => sheet.t("import-no-shift-that-day").into_owned(),
        Reason::NoSuchShift(hours) => sheet.say("import-no-such-shift", &[("hours", list(hours))]),
        Reason::EndsBeforeItBegins => sheet.t("import-ends-before-it-begins").into_owned(),
        Reason::NoSuchQualification => {
            let language = paper_language(sheet.locale.language);
            let known = board::force::Qualification::ALL.map(layout::qualification_words);
            let known: Vec<String> = known.iter().map(|(en, zh)| language.pick(en, zh).to_owned()).collect();
            sheet.say("import-no-such-qualification", &[("known", list(&known))])
        }
        Reason::Twice { sheet: name, row } => {
            sheet.say("import-twice", &[("sheet", name.as_str().into()), ("row", (*row).into())])
        }
        Reason::TooLargeNumber => sheet.t("import-too-large-number").into_owned(),
        Reason::OnDuty { post, from, to } => sheet.say(
            "import-on-duty",
            &[
                ("post", post.as_str().into()),
                ("from", sheet.day_time(*from).into()),
                ("to", sheet.day_time(*to).into()),
            ],
        ),
        Reason::NoOperation => sheet.t("import-no-operation").into_owned(),
        Reason::Refused(refused) => refusal::words(sheet, refused),
        Reason::TooLarge { bytes, most } => {
            sheet.say("import-too-large", &[("size", mebibytes(*bytes).into()), ("most", mebibytes(*most).into())])
        }
        Reason::TooManyTexts { texts, most } => {
            sheet.say("import-too-many-texts", &[("count", (*texts).into()), ("most", (*most).into())])
        }
    }
}

fn mebibytes(bytes: usize) -> String {
    format!("{}.{}", bytes >> 20, (bytes % (1 << 20)) * 10 / (1 << 20))
}

/// Where it stands: sheet, row, column.
pub fn place(sheet: &Sheet<'_>, fault: &Fault) -> String {
    let mut parts = Vec::new();
    if !fault.sheet.is_empty() {
        parts.push(sheet.say("import-at-sheet", &[("sheet", fault.sheet.as_str().into())]));
    }
    parts.extend(fault.row.map(|row| sheet.say("import-at-row", &[("row", row.into())])));
    parts.extend(fault.column.as_ref().map(|column| {
        let (letter, heading) = (column.letter.as_str().into(), column.heading.as_str().into());
        sheet.say("import-at-column", &[("letter", letter), ("heading", heading)])
    }));
    parts.join(&sheet.t("list-comma"))
}

/// The whole sentence, for a terminal.
pub fn sentence(sheet: &Sheet<'_>, fault: &Fault) -> String {
    let place = place(sheet, fault);
    let place = if place.is_empty() { place } else { format!("{place}: ") };
    let value = if fault.value.is_empty() { String::new() } else { format!("“{}” ", fault.value) };
    format!("{place}{value}{}", reason(sheet, fault))
}

pub fn note(sheet: &Sheet<'_>, note: &Note) -> String {
    note.words(paper_language(sheet.locale.language))
}

pub fn noun(sheet: &Sheet<'_>, noun: Noun) -> String {
    match noun {
        Noun::Unit => sheet.t("import-units"),
        Noun::Person => sheet.t("import-people"),
        Noun::Post => sheet.t("import-posts"),
        Noun::Shift => sheet.t("import-shifts"),
        Noun::Assignment => sheet.t("import-assignments"),
    }
    .into_owned()
}

pub fn change(sheet: &Sheet<'_>, change: Change) -> String {
    match change {
        Change::Added => sheet.t("import-added"),
        Change::Changed => sheet.t("import-changed"),
        Change::Leaves => sheet.t("import-leaves"),
    }
    .into_owned()
}

/// What would happen to a noun: added, changed, leaving, unchanged.
pub fn counts(draft: &Draft, noun: Noun) -> [usize; 4] {
    let of = |change| draft.count(noun, change);
    [of(Change::Added), of(Change::Changed), of(Change::Leaves), draft.unchanged.get(&noun).copied().unwrap_or(0)]
}
