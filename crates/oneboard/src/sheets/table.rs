//! Tables out: the sheets of [`super::layout`] filled from the board, so that they read back equal.

use board::force::{Force, PersonRow, UnitRow, person_row, unit_row};
use board::operation::Operation;
use board::post::{Kind, Post};
use board::roster::{DutyKind, Shift};
use board::{At, Label, UnitId};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use paper::table::{Cell, Clock, Span, Table};

use super::layout;
use super::names::{Words, path_words};

fn text(words: &str) -> Cell {
    if words.is_empty() { Cell::Empty } else { Cell::text(words) }
}

/// The Chinese name, which identifies, and the English one where it differs.
fn english(label: &Label) -> Cell {
    if label.en == label.zh { Cell::Empty } else { text(&label.en) }
}

fn choice(key: &str) -> Cell {
    Cell::Choice(key.to_owned())
}

/// A unit by its name where no other bears it; else by its path.
fn unit_words(force: &Force, unit: UnitId) -> String {
    let Some(found) = force.unit(unit) else { return String::new() };
    let alone =
        force.units().filter(|other| other.name.zh == found.name.zh || other.name.en == found.name.zh).count() < 2;
    if alone { found.name.zh.to_string() } else { path_words(force, unit) }
}

pub fn local(zone: &TimeZone, at: At) -> DateTime {
    Timestamp::from_millisecond(at.millis()).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(zone.clone()).datetime()
}

pub fn unit_cells(force: &Force, row: &UnitRow) -> Vec<Cell> {
    vec![
        text(&row.name.zh),
        row.parent.map_or(Cell::Empty, |parent| text(&unit_words(force, parent))),
        english(&row.name),
        text(&row.callsign),
        text(&row.channel),
        text(&row.telephone),
        Cell::Count(row.order),
    ]
}

/// A person; the telephone only where `telephones` says that it may be seen.
pub fn person_cells(words: &Words<'_>, force: &Force, row: &PersonRow, telephones: bool) -> Vec<Cell> {
    let qualifications: Vec<String> =
        row.qualifications.iter().map(|found| layout::qualification_words(*found).1.to_owned()).collect();
    vec![
        text(words.get(row.number)),
        text(words.get(row.name)),
        text(&unit_words(force, row.unit)),
        choice(match row.grade {
            board::force::Grade::Officer => "officer",
            board::force::Grade::Auxiliary => "auxiliary",
        }),
        if qualifications.is_empty() { Cell::Empty } else { Cell::List(qualifications) },
        text(&row.callsign),
        row.telephone.filter(|_| telephones).map_or(Cell::Empty, |telephone| text(words.get(telephone))),
    ]
}

pub const fn kind_key(kind: Kind) -> &'static str {
    match kind {
        Kind::FixedPost => "fixed_post",
        Kind::Checkpoint => "checkpoint",
        Kind::PatrolRoute => "patrol_route",
        Kind::CommandCentre => "command_centre",
    }
}

pub fn post_cells(words: &Words<'_>, force: &Force, post: &Post) -> Vec<Cell> {
    let leader = post.named_leader.and_then(|leader| force.person(leader));
    let yes_no = |yes: bool| choice(if yes { "yes" } else { "no" });
    vec![
        text(&post.number),
        text(&post.name.zh),
        text(&unit_words(force, post.unit)),
        choice(kind_key(post.kind)),
        text(&post.place.zh),
        english(&post.name),
        english(&post.place),
        text(&post.callsign),
        text(&post.channel),
        text(&post.telephone),
        leader.map_or(Cell::Empty, |leader| text(&format!("{} {}", words.get(leader.name), words.get(leader.number)))),
        post.contact_every.map_or(Cell::Empty, |every| Cell::Count(every.0)),
        yes_no(post.cold),
        yes_no(post.closed),
    ]
}

/// Date, hours, and the date of the end where the hours alone would not tell it.
fn when(zone: &TimeZone, shift: &Shift) -> [Cell; 3] {
    let (from, to) = (local(zone, shift.span.from), local(zone, shift.span.to));
    let clock = |at: DateTime| Clock::new(at.hour().unsigned_abs().into(), at.minute().unsigned_abs().into());
    let hours = clock(from).zip(clock(to)).map(|(start, end)| Span::new(start, end));
    let days = to.date().since(from.date()).map_or(0, |apart| apart.get_days());
    let told = hours.is_some_and(|hours| days == i32::from(hours.over_midnight()));
    [
        Cell::Date(from.date()),
        hours.map_or(Cell::Empty, Cell::Span),
        if told { Cell::Empty } else { Cell::Date(to.date()) },
    ]
}

pub fn shift_cells(zone: &TimeZone, operation: &Operation, shift: &Shift) -> Vec<Cell> {
    let post = operation.posts.get(shift.post);
    let demands: Vec<String> = shift
        .demands
        .iter()
        .map(|(found, count)| format!("{}{count}", layout::qualification_words(*found).1))
        .collect();
    let [date, hours, end] = when(zone, shift);
    vec![
        post.map_or(Cell::Empty, |post| text(&post.number)),
        post.map_or(Cell::Empty, |post| text(&post.name.zh)),
        date,
        hours,
        Cell::Count(shift.required.into()),
        if demands.is_empty() { Cell::Empty } else { Cell::List(demands) },
        end,
    ]
}

/// One row a person: a duty is one person's.
pub fn assignment_cells(
    words: &Words<'_>,
    zone: &TimeZone,
    force: &Force,
    operation: &Operation,
    shift: &Shift,
    found: &board::roster::Assignment,
) -> Vec<Cell> {
    let post = operation.posts.get(shift.post);
    let person = force.person(found.person);
    let [date, hours, _] = when(zone, shift);
    let said = |id: Option<board::TextId>| id.map_or(Cell::Empty, |id| text(words.get(id)));
    vec![
        post.map_or(Cell::Empty, |post| text(&post.number)),
        post.map_or(Cell::Empty, |post| text(&post.name.zh)),
        date,
        hours,
        match said(person.map(|person| person.name)) {
            Cell::Text(name) => Cell::List(vec![name]),
            _ => Cell::Empty,
        },
        said(person.map(|person| person.number)),
        choice(match found.duty {
            DutyKind::Post => "post",
            DutyKind::Standby => "standby",
        }),
    ]
}

/// The units that `covered` lets through.
pub fn units(force: &Force, covered: impl Fn(UnitId) -> bool) -> Table {
    let mut table = Table::new(layout::units());
    table.rows = force.units().filter(|unit| covered(unit.id)).map(|unit| unit_cells(force, &unit_row(unit))).collect();
    table
}

/// Those who serve in the covered units; telephones only of the units that `telephones` lets through.
pub fn people(
    words: &Words<'_>,
    force: &Force,
    covered: impl Fn(UnitId) -> bool,
    telephones: impl Fn(UnitId) -> bool,
) -> Table {
    let mut table = Table::new(layout::people());
    for unit in force.units().filter(|unit| covered(unit.id)) {
        let mut rows: Vec<Vec<Cell>> = force
            .members(unit.id)
            .map(|(id, person)| person_cells(words, force, &person_row(id, person), telephones(unit.id)))
            .collect();
        rows.sort_by_key(|cells| match cells.first() {
            Some(Cell::Text(number)) => number.clone(),
            _ => String::new(),
        });
        table.rows.extend(rows);
    }
    table
}

/// The posts of the covered units, by unit and number.
pub fn posts(words: &Words<'_>, force: &Force, operation: &Operation, covered: impl Fn(UnitId) -> bool) -> Table {
    let mut table = Table::new(layout::posts());
    let units = force.units().filter(|unit| covered(unit.id));
    table.rows =
        units.flat_map(|unit| operation.posts.of_unit(unit.id)).map(|post| post_cells(words, force, post)).collect();
    table
}

/// The shifts, and who stands them, of the posts of the covered units.
pub fn roster(
    words: &Words<'_>,
    zone: &TimeZone,
    force: &Force,
    operation: &Operation,
    covered: impl Fn(UnitId) -> bool,
) -> [Table; 2] {
    let (mut shifts, mut assigned) = (Table::new(layout::shifts()), Table::new(layout::assignments()));
    for post in force.units().filter(|unit| covered(unit.id)).flat_map(|unit| operation.posts.of_unit(unit.id)) {
        for (_, shift) in operation.roster.shifts_at(post.id) {
            shifts.rows.push(shift_cells(zone, operation, shift));
            let people = operation.roster.assigned(shift);
            assigned
                .rows
                .extend(people.map(|(_, found)| assignment_cells(words, zone, force, operation, shift, found)));
        }
    }
    [shifts, assigned]
}

/// The log of a unit's watch, as far back as the board holds it. It goes out only.
pub fn log(sheet: &crate::views::Sheet<'_>, unit: UnitId) -> Table {
    use paper::table::{Column, Kind as Holds, Sheet as Layout};
    let layout = Layout::new("log", "Log", "值班记录")
        .column(Column::new("number", "Number", "序号", Holds::Count))
        .column(Column::new("at", "Time", "时间", Holds::DateTime))
        .column(Column::new("from", "From", "来自", Holds::Text))
        .column(Column::new("words", "Message", "内容", Holds::Text))
        .column(Column::new("decision", "Decision", "处置", Holds::Text))
        .column(Column::new("decided", "Decided at", "处置时间", Holds::DateTime))
        .column(Column::new("closed", "Closed at", "办结时间", Holds::DateTime));
    let mut table = Table::new(layout);
    let said = |id: board::TextId| text(sheet.register.text(id).unwrap_or(""));
    let moment = |at: At| Cell::DateTime(local(sheet.zone, at));
    for (number, line) in sheet.board().watch(unit).into_iter().flat_map(|watch| watch.lines()) {
        table.rows.push(vec![
            Cell::Count(number),
            moment(line.at),
            text(&line.callsign),
            said(line.words),
            line.decision.map_or(Cell::Empty, |(words, _, _)| said(words)),
            line.decision.map_or(Cell::Empty, |(_, _, at)| moment(at)),
            line.closed.map_or(Cell::Empty, |(_, at)| moment(at)),
        ]);
    }
    table
}
