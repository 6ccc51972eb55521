//! The roster: a unit's day, post by post and shift by shift, and one post's shifts to come.

pub mod shift;

use std::collections::BTreeMap;

use board::access::{Action, Place};
use board::checkin::Standing;
use board::operation::Operation;
use board::post::Post;
use board::roster::{DutyKind, Shift};
use board::{AssignmentId, At, Minutes, OperationId, PersonId, PostId, ShiftId, Span, UnitId};
use jiff::ToSpan;
use jiff::civil::Date;
use maud::{Markup, html};
use schemars::JsonSchema;
use serde::Serialize;

use super::post::{MOST_ROWS, address, gone};
use super::{Sheet, state, units_around};
use crate::fragment::Fragment;

/// Spans of the day with a column of their own; a table with more cannot be read, so the rest share the last one.
const MOST_COLUMNS: usize = 6;
/// How far ahead one post's roster looks.
const AHEAD: Minutes = Minutes(7 * 24 * 60);

/// A local day of an operation, counted from 0.
pub fn date_of(sheet: &Sheet<'_>, operation: &Operation, day: u16) -> Date {
    sheet.zoned(operation.period.from).date().saturating_add(i64::from(day).days())
}

/// From the midnight that begins a local day to the one that ends it.
pub fn day_span(sheet: &Sheet<'_>, date: Date) -> Span {
    let midnight = |date: Date| {
        let zoned = date.to_zoned(sheet.zone.clone());
        zoned.map_or_else(|_| At::default(), |zoned| At::from_millis(zoned.timestamp().as_millisecond()))
    };
    Span::new(midnight(date), midnight(date.saturating_add(1.day())))
}

/// Which day of the operation a date is, held within its period.
pub fn day_number(sheet: &Sheet<'_>, operation: &Operation, date: Date) -> u16 {
    let first = sheet.zoned(operation.period.from).date();
    let last = sheet.zoned(At::from_millis(operation.period.to.millis() - 1)).date();
    let date = date.clamp(first, last.max(first));
    u16::try_from(date.since(first).map_or(0, |span| span.get_days())).unwrap_or(0)
}

/// The local date of an instant.
pub fn local_date(sheet: &Sheet<'_>, at: At) -> Date {
    sheet.zoned(at).date()
}

/// The posts of a unit and below whose roster the viewer may see, in the order of the tree, then by number.
pub fn posts_in_view<'a>(
    sheet: &Sheet<'_>,
    board: &'a board::Board,
    operation: &'a Operation,
    unit: UnitId,
) -> Vec<&'a Post> {
    let scope = sheet.scope(Action::ViewRoster);
    let units = board.force.branch(unit).filter(|found| scope.covers(&board.force, found.id));
    units.flat_map(|found| operation.posts.of_unit(found.id)).filter(|post| !post.closed).collect()
}

/// The shifts of a post that begin within `span`: a night belongs to the day on which it begins.
pub fn beginning(operation: &Operation, post: PostId, span: Span) -> impl Iterator<Item = (ShiftId, &Shift)> {
    operation.roster.shifts_of(post, span).filter(move |(_, shift)| span.contains(shift.span.from))
}

/// Those who fill a shift's places: on the post, and neither excused nor missing.
pub fn filled(operation: &Operation, shift: &Shift) -> usize {
    operation.roster.assigned(shift).filter(|(_, found)| found.duty == DutyKind::Post && counts(found.standing)).count()
}

/// Does somebody with this standing fill a place?
pub const fn counts(standing: Standing) -> bool {
    !matches!(standing, Standing::Excused { .. } | Standing::Missed { .. })
}

/// The places of a shift that nobody fills.
pub fn gap(operation: &Operation, shift: &Shift) -> usize {
    usize::from(shift.required).saturating_sub(filled(operation, shift))
}

/// The address of a shift's page.
pub fn shift_address(operation: OperationId, shift: ShiftId) -> String {
    format!("/operations/{operation}/shifts/{shift}")
}

/// A unit's roster on one day, as a fragment.
pub fn day(sheet: &Sheet<'_>, id: OperationId, unit: UnitId, day: u16) -> Markup {
    let fragment = Fragment::RosterDay { operation: id, unit, day };
    let Some(operation) = sheet.board().operation(id) else { return gone(sheet, fragment) };
    let span = day_span(sheet, date_of(sheet, operation, day));
    let mut posts = posts_in_view(sheet, sheet.board(), operation, unit);
    let more = posts.len().saturating_sub(MOST_ROWS);
    let all = posts.iter().flat_map(|post| beginning(operation, post.id, span));
    let (shifts, gaps, short) = all.fold((0_usize, 0_usize, 0_usize), |(shifts, gaps, short), (_, shift)| {
        let gap = gap(operation, shift);
        (shifts + 1, gaps + gap, short + usize::from(gap > 0))
    });
    posts.truncate(MOST_ROWS);
    let columns = columns(sheet, operation, &posts, span);
    let others = posts
        .iter()
        .any(|post| beginning(operation, post.id, span).any(|(_, shift)| !columns.contains(&hours(sheet, shift))));
    html! {
        div id=(fragment) data-fragment {
            p.head-note {
                (sheet.say("roster-sum", &[("posts", (posts.len() + more).into()), ("shifts", shifts.into())])) " "
                @if gaps > 0 { (state("attention", &sheet.say("roster-sum-gaps", &[("count", gaps.into()), ("shifts", short.into())]))) }
                @else if shifts > 0 { (sheet.t("roster-full")) }
            }
            @if posts.is_empty() { p.empty { (sheet.t("post-none")) } }
            @else {
                div.table-wrap role="region" aria-label=(sheet.t("roster")) tabindex="0" {
                    table.table.roster.stack data-grid {
                        thead { tr {
                            th scope="col" { (sheet.t("post")) }
                            @for column in &columns { th scope="col" { (column) } }
                            @if others { th scope="col" { (sheet.t("roster-other-hours")) } }
                        } }
                        tbody { @for post in &posts {
                            @let found: Vec<_> = beginning(operation, post.id, span).collect();
                            tr id={ "roster-row-" (post.id) } {
                                th scope="row" {
                                    a href={ (address(id, post.id)) "/roster" } { (post.number) " " (sheet.label(&post.name)) }
                                    span.hint { (sheet.unit(post.unit)) }
                                }
                                @for column in &columns {
                                    td data-label=(column) { @for (shift_id, shift) in &found { @if hours(sheet, shift) == *column { (cell(sheet, id, operation, *shift_id, shift, false)) } } }
                                }
                                @if others {
                                    td data-label=(sheet.t("roster-other-hours")) { @for (shift_id, shift) in &found { @if !columns.contains(&hours(sheet, shift)) { (cell(sheet, id, operation, *shift_id, shift, true)) } } }
                                }
                            }
                        } }
                    }
                }
            }
            @if more > 0 { p.more { (sheet.say("list-more", &[("count", more.into())])) } }
        }
    }
}

/// "08:00 to 20:00", by which shifts share a column.
fn hours(sheet: &Sheet<'_>, shift: &Shift) -> String {
    sheet.say("span", &[("from", sheet.clock(shift.span.from).into()), ("to", sheet.clock(shift.span.to).into())])
}

/// The commonest hours of the day, earliest first.
fn columns(sheet: &Sheet<'_>, operation: &Operation, posts: &[&Post], span: Span) -> Vec<String> {
    let mut counted: BTreeMap<(At, At), (usize, String)> = BTreeMap::new();
    for (_, shift) in posts.iter().flat_map(|post| beginning(operation, post.id, span)) {
        let key = (shift.span.from, shift.span.to);
        counted.entry(key).or_insert_with(|| (0, hours(sheet, shift))).0 += 1;
    }
    let mut kept: Vec<((At, At), (usize, String))> = counted.into_iter().collect();
    kept.sort_by_key(|(_, (count, _))| std::cmp::Reverse(*count));
    kept.truncate(MOST_COLUMNS);
    kept.sort_by_key(|(key, _)| *key);
    kept.into_iter().map(|(_, (_, words))| words).collect()
}

/// A shift in the grid: how many of how many, who, and what is missing.
fn cell(
    sheet: &Sheet<'_>,
    id: OperationId,
    operation: &Operation,
    shift_id: ShiftId,
    shift: &Shift,
    with_hours: bool,
) -> Markup {
    let gap = gap(operation, shift);
    let names = |duty: DutyKind| {
        let found = operation.roster.assigned(shift).filter(|(_, found)| found.duty == duty && counts(found.standing));
        found.map(|(_, found)| sheet.name(found.person)).collect::<Vec<_>>().join(&sheet.t("list-comma"))
    };
    let (standing, standby) = (names(DutyKind::Post), names(DutyKind::Standby));
    html! {
        a.shift id={ "shift-cell-" (shift_id) } href=(shift_address(id, shift_id)) data-state=[(gap > 0).then_some("attention")] {
            @if with_hours { span.hint { (hours(sheet, shift)) } " " }
            b { (filled(operation, shift)) "/" (shift.required) } " "
            @if standing.is_empty() { span.none { (sheet.t("roster-nobody")) } } @else { (standing) }
            @if !standby.is_empty() { " " span.hint { (sheet.say("roster-standby", &[("names", standby.into())])) } }
            @if gap > 0 { " " (state("attention", &sheet.say("roster-gap", &[("count", gap.into())]))) }
        }
    }
}

/// The days of the operation and the units to choose from.
pub fn filters(sheet: &Sheet<'_>, id: OperationId, operation: &Operation, unit: UnitId, day: u16) -> Markup {
    let link =
        |unit: UnitId, day: u16| format!("/operations/{id}/roster?unit={unit}&day={}", date_of(sheet, operation, day));
    let last = day_number(sheet, operation, local_date(sheet, operation.period.to));
    let words = |day: u16| sheet.day(day_span(sheet, date_of(sheet, operation, day)).from);
    html! {
        nav.tabs aria-label=(sheet.t("roster-days")) {
            @if day > 0 { a href=(link(unit, day - 1)) rel="prev" { "← " (words(day - 1)) } }
            a href=(link(unit, day)) aria-current="page" { (words(day)) }
            @if day < last { a href=(link(unit, day + 1)) rel="next" { (words(day + 1)) " →" } }
        }
        form.find role="search" method="get" action={ "/operations/" (id) "/roster" } {
            input type="hidden" name="unit" value=(unit);
            label.sr for="roster-day" { (sheet.t("roster-day")) }
            input type="date" id="roster-day" name="day" value=(date_of(sheet, operation, day)) min=(date_of(sheet, operation, 0)) max=(date_of(sheet, operation, last));
            button.act { (sheet.t("roster-show")) }
        }
        (units_around(sheet, Action::ViewRoster, unit, |unit| link(unit, day)))
    }
}

/// One post's shifts from now on, as a fragment.
pub fn of_post(sheet: &Sheet<'_>, id: OperationId, post: PostId) -> Markup {
    let fragment = Fragment::Roster { operation: id, post };
    let Some(operation) = sheet.board().operation(id).filter(|found| found.posts.get(post).is_some()) else {
        return gone(sheet, fragment);
    };
    // Before the operation begins the page starts with its first day.
    let from = sheet.now.max(operation.period.from);
    let shifts: Vec<_> = operation.roster.shifts_of(post, Span::new(from, from.plus(AHEAD))).collect();
    html! {
        div id=(fragment) data-fragment {
            @if shifts.is_empty() { p.empty { (sheet.t("roster-no-shifts")) } }
            @else {
                div.table-wrap { table.table.stack {
                    thead { tr {
                        th scope="col" { (sheet.t("roster-shift")) }
                        th.num scope="col" { (sheet.t("strength")) }
                        th scope="col" { (sheet.t("roster-who")) }
                        th scope="col" { (sheet.t("state")) }
                    } }
                    tbody { @for (shift_id, shift) in &shifts {
                        @let gap = gap(operation, shift);
                        tr id={ "shift-row-" (shift_id) } data-state=[(gap > 0).then_some("attention")] {
                            th scope="row" { a href=(shift_address(id, *shift_id)) { (sheet.day_time(shift.span.from)) " – " (sheet.clock(shift.span.to)) } }
                            td.num data-label=(sheet.t("strength")) { (filled(operation, shift)) "/" (shift.required) }
                            td data-label=(sheet.t("roster-who")) { (people(sheet, operation, shift)) }
                            td data-label=(sheet.t("state")) {
                                @if gap > 0 { (state("attention", &sheet.say("roster-gap", &[("count", gap.into())]))) }
                                @else { (state("normal", &sheet.t("roster-full"))) }
                            }
                        }
                    } }
                } }
            }
        }
    }
}

fn people(sheet: &Sheet<'_>, operation: &Operation, shift: &Shift) -> String {
    let name = |person: PersonId, duty: DutyKind| match duty {
        DutyKind::Post => sheet.name(person),
        DutyKind::Standby => sheet.say("roster-standby-name", &[("name", sheet.name(person).into())]),
    };
    let names: Vec<String> = operation
        .roster
        .assigned(shift)
        .filter(|(_, found)| counts(found.standing))
        .map(|(_, found)| name(found.person, found.duty))
        .collect();
    names.join(&sheet.t("list-comma"))
}

/// The form with which a shift is added to a post.
pub fn add_shift(sheet: &Sheet<'_>, id: OperationId, operation: &Operation, post: PostId) -> Markup {
    if !sheet.may(Action::Assign, Place::Post(id, post)) {
        return html! {};
    }
    // The shift after the last one is what is wanted most often.
    let last = operation.roster.shifts_at(post).last().map(|(_, shift)| (shift.span.to, shift.required));
    let (from, required) =
        last.unwrap_or((sheet.midnight(sheet.now.max(operation.period.from)).plus(Minutes(8 * 60)), 2));
    let local = |at: At| sheet.zoned(at).strftime("%Y-%m-%dT%H:%M").to_string();
    html! {
        section.part {
            h2 { (sheet.t("roster-add-shift")) }
            form.form method="post" action={ (address(id, post)) "/shifts" } data-live {
                input type="hidden" name="command_id";
                p.fault data-fault role="alert" hidden {}
                div.rows {
                    div.row { label for="shift-from" { (sheet.t("roster-from")) }
                        input id="shift-from" type="datetime-local" name="from" required value=(local(from)); }
                    div.row { label for="shift-to" { (sheet.t("roster-to")) }
                        input id="shift-to" type="datetime-local" name="to" required value=(local(from.plus(Minutes(12 * 60)))); }
                    div.row { label for="shift-required" { (sheet.t("roster-required")) }
                        input id="shift-required" type="number" name="required" min="1" max="500" required value=(required); }
                }
                div.acts { button.act.main { (sheet.t("roster-add-shift")) } }
            }
        }
    }
}

/// A post's day on the roster, as programs read it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PostModel {
    pub post: PostId,
    pub unit: UnitId,
    pub number: board::Str,
    pub shifts: Vec<ShiftModel>,
}

/// A shift and who stands it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ShiftModel {
    pub id: ShiftId,
    pub post: PostId,
    pub from: At,
    pub to: At,
    pub required: u16,
    /// Places that nobody fills.
    pub gap: usize,
    pub assigned: Vec<AssignedModel>,
}

/// Somebody on a shift.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AssignedModel {
    pub assignment: AssignmentId,
    pub person: PersonId,
    /// `null` where it was erased.
    pub name: Option<String>,
    pub duty: DutyKind,
    pub pinned: bool,
}

pub fn shift_model(sheet: &Sheet<'_>, operation: &Operation, id: ShiftId, shift: &Shift) -> ShiftModel {
    let assigned = operation.roster.assigned(shift).map(|(assignment, found)| AssignedModel {
        assignment,
        person: found.person,
        name: sheet.register.name(sheet.board(), found.person).map(str::to_owned),
        duty: found.duty,
        pinned: found.pinned,
    });
    ShiftModel {
        id,
        post: shift.post,
        from: shift.span.from,
        to: shift.span.to,
        required: shift.required,
        gap: gap(operation, shift),
        assigned: assigned.collect(),
    }
}

/// The day as programs read it: every post in view, without the limit of a screen.
pub fn day_model(sheet: &Sheet<'_>, operation: &Operation, unit: UnitId, day: u16) -> Vec<PostModel> {
    let span = day_span(sheet, date_of(sheet, operation, day));
    posts_in_view(sheet, sheet.board(), operation, unit)
        .into_iter()
        .map(|post| PostModel {
            post: post.id,
            unit: post.unit,
            number: post.number.clone(),
            shifts: beginning(operation, post.id, span)
                .map(|(id, shift)| shift_model(sheet, operation, id, shift))
                .collect(),
        })
        .collect()
}
