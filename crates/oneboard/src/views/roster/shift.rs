//! One shift: who stands it, and who could.

use board::access::{Action, Place};
use board::force::{Person, Qualification};
use board::operation::Operation;
use board::roster::{Assignment, DutyKind, Shift};
use board::{AssignmentId, At, Minutes, OperationId, PersonId, ShiftId, Span};
use maud::{Markup, html};

use super::{filled, gap, shift_address};
use crate::fragment::Fragment;
use crate::views::post::{gone, standing};
use crate::views::{Sheet, state};

/// People offered at once: more is not read but searched.
const MOST_CANDIDATES: usize = 40;
/// Assignments offered for a swap.
const MOST_SWAPS: usize = 40;
/// Rest between two shifts below which it is said (Directive 2003/88/EC, article 3; national rules are set by the solver).
const SHORT_REST: Minutes = Minutes(11 * 60);
/// Duties farther away than this do not matter for rest.
const REST_WINDOW: Minutes = Minutes(36 * 60);

/// What the viewer is about to do with the shift.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Intent {
    Assign,
    /// Somebody stands in for this one.
    Replace(AssignmentId),
    /// This one takes another shift, and its owner this.
    Swap(AssignmentId),
}

/// Those who stand the shift, with what may be done about each, as a fragment.
pub fn who(sheet: &Sheet<'_>, id: OperationId, shift_id: ShiftId) -> Markup {
    let fragment = Fragment::Shift { operation: id, shift: shift_id };
    let Some(operation) = sheet.board().operation(id) else { return gone(sheet, fragment) };
    let Some(shift) = operation.roster.shift(shift_id) else { return gone(sheet, fragment) };
    let may = sheet.may(Action::Assign, Place::Post(id, shift.post));
    let missing = gap(operation, shift);
    html! {
        div id=(fragment) data-fragment {
            p {
                b { (filled(operation, shift)) "/" (shift.required) } " "
                @if missing > 0 { (state("attention", &sheet.say("roster-gap", &[("count", missing.into())]))) }
                @else { (sheet.t("roster-full")) }
                @for (qualification, count) in &shift.demands {
                    " · " (demand(sheet, operation, shift, *qualification, *count))
                }
            }
            @if shift.assigned.is_empty() { p.empty { (sheet.t("roster-nobody")) } }
            @else {
                div.table-wrap { table.table.stack {
                    thead { tr {
                        th scope="col" { (sheet.t("person")) } th scope="col" { (sheet.t("unit")) }
                        th scope="col" { (sheet.t("roster-duty")) } th scope="col" { (sheet.t("state")) }
                        @if may { th scope="col" { span.sr { (sheet.t("acts")) } } }
                    } }
                    tbody { @for (assignment, found) in operation.roster.assigned(shift) {
                        tr id={ "assigned-" (assignment) } {
                            th scope="row" { (sheet.name(found.person)) }
                            td data-label=(sheet.t("unit")) { @if let Some(person) = sheet.board().force.person(found.person) { (sheet.unit(person.unit)) } }
                            td data-label=(sheet.t("roster-duty")) {
                                @match found.duty { DutyKind::Post => (sheet.t("roster-on-post")), DutyKind::Standby => (sheet.t("standby")) }
                                @if found.pinned { " · " b { (sheet.t("roster-pinned")) } }
                            }
                            td data-label=(sheet.t("state")) { (standing(sheet, found.standing)) }
                            @if may { td { (acts(sheet, id, shift_id, assignment, found)) } }
                        }
                    } }
                } }
            }
        }
    }
}

fn demand(sheet: &Sheet<'_>, operation: &Operation, shift: &Shift, qualification: Qualification, count: u16) -> Markup {
    let force = &sheet.board().force;
    let held = operation
        .roster
        .assigned(shift)
        .filter(|(_, found)| found.duty == DutyKind::Post)
        .filter(|(_, found)| {
            force.person(found.person).is_some_and(|person| person.qualifications.contains(&qualification))
        })
        .count();
    let words = sheet.say(
        "roster-demand",
        &[("held", held.into()), ("count", count.into()), ("what", qualification_word(sheet, qualification).into())],
    );
    state(if held < usize::from(count) { "attention" } else { "normal" }, &words)
}

/// A qualification in the reader's language.
pub fn qualification_word(sheet: &Sheet<'_>, qualification: Qualification) -> String {
    sheet
        .t(match qualification {
            Qualification::Driver => "qualification-driver",
            Qualification::Firearms => "qualification-firearms",
            Qualification::FirstAid => "qualification-first-aid",
            Qualification::Language => "qualification-language",
            Qualification::Traffic => "qualification-traffic",
        })
        .into_owned()
}

fn acts(sheet: &Sheet<'_>, id: OperationId, shift_id: ShiftId, assignment: AssignmentId, found: &Assignment) -> Markup {
    let of = format!("/operations/{id}/assignments/{assignment}");
    let here = shift_address(id, shift_id);
    if found.standing.has_begun() {
        return html! {};
    }
    html! {
        div.acts {
            @if found.pinned {
                form method="post" action={ (of) "/pin" } data-live {
                    input type="hidden" name="command_id"; input type="hidden" name="pinned" value="false";
                    button.act.small { (sheet.t("roster-unpin")) }
                    p.fault data-fault role="alert" hidden {}
                }
            } @else {
                a.act.small href={ (here) "?replace=" (assignment) "#candidates" } { (sheet.t("roster-replace")) }
                a.act.small href={ (here) "?swap=" (assignment) "#candidates" } { (sheet.t("roster-swap")) }
                form method="post" action={ "/operations/" (id) "/shifts/" (shift_id) "/assignments" } data-live {
                    input type="hidden" name="command_id"; input type="hidden" name="assignment" value=(assignment); input type="hidden" name="person" value=(found.person);
                    @match found.duty {
                        DutyKind::Post => { button.act.small name="duty" value="standby" { (sheet.t("roster-to-standby")) } }
                        DutyKind::Standby => { button.act.small name="duty" value="post" { (sheet.t("roster-to-post")) } }
                    }
                    p.fault data-fault role="alert" hidden {}
                }
                form method="post" action={ (of) "/pin" } data-live {
                    input type="hidden" name="command_id"; input type="hidden" name="pinned" value="true";
                    button.act.small { (sheet.t("roster-pin")) }
                    p.fault data-fault role="alert" hidden {}
                }
                form method="post" action={ (of) "/unassign" } data-live {
                    input type="hidden" name="command_id";
                    button.act.small { (sheet.t("roster-unassign")) }
                    p.fault data-fault role="alert" hidden {}
                }
            }
        }
    }
}

/// Somebody who could stand the shift.
struct Candidate<'a> {
    id: PersonId,
    person: &'a Person,
    /// What they stand at the same time, in whatever operation.
    clash: Option<Span>,
    /// Minutes of rest before and after, where a duty is near.
    rest: Option<i64>,
    /// Demands of the shift that they meet.
    meets: usize,
}

/// The search for somebody, and who was found: those who are free first, then by what they can do and how rested they are.
pub fn candidates(
    sheet: &Sheet<'_>,
    id: OperationId,
    operation: &Operation,
    shift_id: ShiftId,
    shift: &Shift,
    intent: Intent,
    query: &str,
) -> Markup {
    if !sheet.may(Action::Assign, Place::Post(id, shift.post)) {
        return html! {};
    }
    if let Intent::Swap(one) = intent {
        return swaps(sheet, id, operation, shift_id, shift, one);
    }
    let found = search(sheet, operation, shift, query);
    let replaced = match intent {
        Intent::Replace(assignment) => operation.roster.assignment(assignment).map(|found| (assignment, found.person)),
        _ => None,
    };
    let here = shift_address(id, shift_id);
    html! {
        section.part #candidates {
            h2 { @match replaced {
                Some((_, person)) => (sheet.say("roster-replace-title", &[("name", sheet.name(person).into())])),
                None => (sheet.t("roster-assign-title")),
            } }
            form.find role="search" method="get" action=(here) {
                @if let Some((assignment, _)) = replaced { input type="hidden" name="replace" value=(assignment); }
                input type="search" name="q" value=(query) aria-label=(sheet.t("roster-find")) placeholder=(sheet.t("roster-find"));
                button.act { (sheet.t("help-find")) }
                @if replaced.is_some() { a.act href=(here) { (sheet.t("roster-cancel")) } }
            }
            @if found.is_empty() { p.empty { (sheet.t("roster-nobody-found")) } }
            @else {
                div.table-wrap { table.table.stack {
                    thead { tr {
                        th scope="col" { (sheet.t("person")) } th scope="col" { (sheet.t("unit")) }
                        th scope="col" { (sheet.t("roster-qualifications")) } th scope="col" { (sheet.t("roster-free")) }
                        th scope="col" { span.sr { (sheet.t("acts")) } }
                    } }
                    tbody { @for candidate in &found { (candidate_row(sheet, id, shift_id, candidate, replaced.map(|(assignment, _)| assignment), &here)) } }
                } }
            }
        }
    }
}

fn candidate_row(
    sheet: &Sheet<'_>,
    id: OperationId,
    shift_id: ShiftId,
    candidate: &Candidate<'_>,
    replaced: Option<AssignmentId>,
    here: &str,
) -> Markup {
    let person = candidate.person;
    let words: Vec<String> = person.qualifications.iter().map(|found| qualification_word(sheet, *found)).collect();
    html! {
        tr {
            th scope="row" {
                (sheet.name(candidate.id)) " "
                span.hint { (sheet.register.text(person.number).unwrap_or("")) @if !person.callsign.is_empty() { " · " (person.callsign) } }
            }
            td data-label=(sheet.t("unit")) { (sheet.unit(person.unit)) }
            td data-label=(sheet.t("roster-qualifications")) { (words.join(&sheet.t("list-comma"))) }
            td data-label=(sheet.t("roster-free")) { (freedom(sheet, candidate)) }
            td {
                @if candidate.clash.is_none() {
                    @match replaced {
                        Some(assignment) => form.acts method="post" action={ "/operations/" (id) "/assignments/" (assignment) "/replace" } {
                            input type="hidden" name="back" value=(here); input type="hidden" name="by" value=(candidate.id);
                            button.act.small { (sheet.t("roster-replace")) }
                        },
                        None => form.acts method="post" action={ "/operations/" (id) "/shifts/" (shift_id) "/assignments" } {
                            input type="hidden" name="back" value=(here); input type="hidden" name="person" value=(candidate.id);
                            button.act.small name="duty" value="post" { (sheet.t("roster-assign")) }
                            button.act.small name="duty" value="standby" { (sheet.t("roster-as-standby")) }
                        },
                    }
                }
            }
        }
    }
}

fn freedom(sheet: &Sheet<'_>, candidate: &Candidate<'_>) -> Markup {
    match (candidate.clash, candidate.rest) {
        (Some(span), _) => {
            html! { (sheet.say("roster-clash", &[("from", sheet.time(span.from).into()), ("to", sheet.time(span.to).into())])) }
        }
        (None, Some(minutes)) => {
            let colour = if minutes < i64::from(SHORT_REST.0) { "attention" } else { "normal" };
            state(colour, &sheet.say("roster-rest", &[("hours", usize::try_from(minutes / 60).unwrap_or(0).into())]))
        }
        (None, None) => html! { (sheet.t("roster-rested")) },
    }
}

/// Those who match the query; without one, the unit of the post, then the units around it.
fn search<'a>(sheet: &'a Sheet<'_>, operation: &'a Operation, shift: &Shift, query: &str) -> Vec<Candidate<'a>> {
    let board = sheet.board();
    let force = &board.force;
    let scope = sheet.scope(Action::Assign);
    let unit = operation.posts.get(shift.post).map(|post| post.unit);
    let query = query.trim().to_lowercase();
    let on_it = |person: PersonId| {
        operation.roster.assigned(shift).any(|(_, found)| found.person == person && super::counts(found.standing))
    };
    let people: Vec<(PersonId, &Person)> = if query.is_empty() {
        let Some(unit) = unit else { return Vec::new() };
        let near = force.unit(unit).and_then(|found| found.parent).filter(|parent| scope.covers(force, *parent));
        let own = force.members(unit).filter(|_| scope.covers(force, unit));
        let around = near
            .into_iter()
            .flat_map(|parent| force.branch(parent))
            .filter(|found| found.id != unit && scope.covers(force, found.id));
        own.chain(around.flat_map(|found| force.members(found.id))).take(4 * MOST_CANDIDATES).collect()
    } else {
        let says = |text: &str| text.to_lowercase().contains(&query);
        scope
            .people(force)
            .filter(|(_, person)| {
                says(&person.callsign)
                    || [person.name, person.number].into_iter().any(|text| sheet.register.text(text).is_some_and(says))
            })
            .take(4 * MOST_CANDIDATES)
            .collect()
    };
    let mut found: Vec<Candidate<'_>> = people
        .into_iter()
        .filter(|(person, _)| !on_it(*person))
        .map(|(person_id, person)| Candidate {
            id: person_id,
            person,
            clash: duties(sheet, person_id, shift.span).next(),
            rest: rest(sheet, person_id, shift.span),
            meets: shift.demands.iter().filter(|(demand, _)| person.qualifications.contains(demand)).count(),
        })
        .collect();
    found.sort_by_key(|candidate| {
        (
            candidate.clash.is_some(),
            std::cmp::Reverse(candidate.meets),
            Some(candidate.person.unit) != unit,
            std::cmp::Reverse(candidate.rest.unwrap_or(i64::MAX)),
            candidate.id,
        )
    });
    found.truncate(MOST_CANDIDATES);
    found
}

/// The shifts that a person stands within `span`, in every operation.
fn duties<'a>(sheet: &'a Sheet<'_>, person: PersonId, span: Span) -> impl Iterator<Item = Span> + 'a {
    let operations = sheet.board().operations();
    operations.flat_map(move |(_, operation)| {
        let duties = operation.roster.duties_of(person, span);
        duties.filter(|(_, found, _)| super::counts(found.standing)).map(|(_, _, shift)| shift.span)
    })
}

/// Minutes between this shift and the nearest other duty, if one is near.
fn rest(sheet: &Sheet<'_>, person: PersonId, span: Span) -> Option<i64> {
    let window = Span::new(span.from.minus(REST_WINDOW), span.to.plus(REST_WINDOW));
    let apart = |other: Span| {
        if other.to <= span.from { span.from.minutes_since(other.to) } else { other.from.minutes_since(span.to) }
    };
    duties(sheet, person, window).map(apart).filter(|minutes| *minutes >= 0).min()
}

/// Whose shift can be taken in exchange: those of the same unit within a day, not begun and not pinned.
fn swaps(
    sheet: &Sheet<'_>,
    id: OperationId,
    operation: &Operation,
    shift_id: ShiftId,
    shift: &Shift,
    one: AssignmentId,
) -> Markup {
    let here = shift_address(id, shift_id);
    let Some(first) = operation.roster.assignment(one) else { return html! {} };
    let found = exchangeable(sheet, id, operation, shift_id, shift);
    html! {
        section.part #candidates {
            h2 { (sheet.say("roster-swap-title", &[("name", sheet.name(first.person).into())])) }
            p { a.act href=(here) { (sheet.t("roster-cancel")) } }
            @if found.is_empty() { p.empty { (sheet.t("roster-nobody-found")) } }
            @else {
                div.table-wrap { table.table.stack {
                    thead { tr { th scope="col" { (sheet.t("person")) } th scope="col" { (sheet.t("roster-shift")) } th scope="col" { (sheet.t("post")) } th scope="col" { span.sr { (sheet.t("acts")) } } } }
                    tbody { @for (other, assignment, other_shift) in &found {
                        tr {
                            th scope="row" { (sheet.name(assignment.person)) }
                            td data-label=(sheet.t("roster-shift")) { (sheet.day_time(other_shift.span.from)) " – " (sheet.clock(other_shift.span.to)) }
                            td data-label=(sheet.t("post")) { @if let Some(post) = operation.posts.get(other_shift.post) { (post.number) " " (sheet.label(&post.name)) } }
                            td { form.acts method="post" action={ "/operations/" (id) "/assignments/" (one) "/swap" } {
                                input type="hidden" name="back" value=(here); input type="hidden" name="other" value=(other);
                                button.act.small { (sheet.t("roster-swap")) }
                            } }
                        }
                    } }
                } }
            }
        }
    }
}

fn exchangeable<'a>(
    sheet: &Sheet<'_>,
    id: OperationId,
    operation: &'a Operation,
    shift_id: ShiftId,
    shift: &Shift,
) -> Vec<(AssignmentId, &'a Assignment, &'a Shift)> {
    const DAY: Minutes = Minutes(24 * 60);
    let Some(unit) = operation.posts.get(shift.post).map(|post| post.unit) else { return Vec::new() };
    let window = Span::new(shift.span.from.minus(DAY).max(sheet.now), shift.span.to.plus(DAY));
    let posts: Vec<_> = operation
        .posts
        .of_unit(unit)
        .filter(|post| sheet.may(Action::Assign, Place::Post(id, post.id)))
        .map(|post| post.id)
        .collect();
    let mut found: Vec<_> = posts
        .into_iter()
        .flat_map(|post| operation.roster.shifts_of(post, window))
        .filter(|(other, _)| *other != shift_id)
        .flat_map(|(_, other)| {
            operation.roster.assigned(other).map(move |(assignment, found)| (assignment, found, other))
        })
        .filter(|(_, assignment, _)| !assignment.pinned && !assignment.standing.has_begun())
        .collect();
    found.sort_by_key(|(assignment, _, other)| (other.span.from, *assignment));
    found.truncate(MOST_SWAPS);
    found
}

/// "13 Feb 20:00 – 08:00".
pub fn title(sheet: &Sheet<'_>, from: At, to: At) -> String {
    format!("{} – {}", sheet.day_time(from), sheet.clock(to))
}
