//! *My post*: one person's shift, now or next, for a phone held in a glove.

use board::checkin::{EARLIEST_CHECK_IN, Standing};
use board::directive::{self, Receiver, Step, Waiting};
use board::operation::Operation;
use board::roster::{Assignment, DutyKind, Shift};
use board::{AssignmentId, Minutes, OperationId, PersonId, Span};
use maud::{Markup, html};

use super::Sheet;
use super::post::{span_words, standing};
use crate::fragment::Fragment;

/// How far ahead the page looks for the next shift.
const AHEAD: Minutes = Minutes(7 * 24 * 60);

/// A person's assignment in an operation.
pub struct Mine<'a> {
    pub operation_id: OperationId,
    pub operation: &'a Operation,
    pub assignment_id: AssignmentId,
    pub assignment: &'a Assignment,
    pub shift: &'a Shift,
}

/// The assignment that a person's page is about: the one they stand, else the next that is not over.
pub fn mine<'a>(sheet: &'a Sheet<'_>, person: PersonId) -> Option<Mine<'a>> {
    let span = Span::new(sheet.now.minus(board::roster::LONGEST_SHIFT), sheet.now.plus(AHEAD));
    let all = || {
        sheet.board().operations().filter(|(_, operation)| operation.is_running()).flat_map(move |(id, operation)| {
            operation.roster.duties_of(person, span).map(move |(assignment_id, assignment, shift)| Mine {
                operation_id: id,
                operation,
                assignment_id,
                assignment,
                shift,
            })
        })
    };
    all().find(|mine| matches!(mine.assignment.standing, Standing::AtPost { .. })).or_else(|| {
        all()
            .filter(|mine| !mine.assignment.standing.is_over() && mine.shift.span.to > sheet.now)
            .min_by_key(|mine| mine.shift.span.from)
    })
}

/// The page's fragment.
pub fn page(sheet: &Sheet<'_>, person: PersonId) -> Markup {
    let fragment = Fragment::Mine(person);
    let Some(mine) = mine(sheet, person) else {
        return html! {
            div id=(fragment) data-fragment {
                (orders(sheet, person))
                section.mine-post { h1 { (sheet.t("mine-none")) } p.mine-when { (sheet.t("mine-none-hint")) } p { a href="/calendar" { (sheet.t("calendar")) } } }
            }
        };
    };
    let Mine { operation_id, operation, assignment_id, assignment, shift } = mine;
    let Some(post) = operation.posts.get(shift.post) else { return super::post::gone(sheet, fragment) };
    html! {
        div id=(fragment) data-fragment {
            (orders(sheet, person))
            section.mine-post {
                h1 { (sheet.label(&post.name)) }
                p { (post.number) " · " (sheet.label(&post.place)) }
                p.mine-when {
                    (span_words(sheet, shift.span))
                    @if let Some(names) = partners(sheet, operation, shift, assignment_id) { " · " (sheet.say("mine-with", &[("names", names.into())])) }
                }
                p.mine-state { (standing(sheet, assignment.standing)) }
                p { (sheet.raise(&post.callsign, &post.channel, &post.telephone)) " " a href="/calendar" { (sheet.t("calendar")) } }
                @if assignment.duty == DutyKind::Standby { p { (sheet.t("mine-standby")) } }
            }
            div.mine-acts {
                @if !assignment.standing.is_over() { (call(sheet, operation_id, assignment_id)) }
                (acts(sheet, operation_id, operation, assignment_id, assignment, shift))
            }
            (super::section::mine(sheet, operation_id, post.id, matches!(assignment.standing, Standing::AtPost { .. })))
            @if let Some((_, next)) = next_relief(operation, shift) {
                section.mine-orders {
                    h2 { (sheet.t("mine-relief")) }
                    p { (sheet.say("mine-relief-at", &[("time", sheet.time(next.span.from).into())])) " · "
                        (names(sheet, operation.roster.assigned(next).map(|(_, found)| found.person))) }
                }
            }
        }
    }
}

/// New orders in large text, each with the next word that is asked for; then one's tasks, and a call-out.
fn orders(sheet: &Sheet<'_>, person: PersonId) -> Markup {
    let board = sheet.board();
    let waiting = directive::waiting_for(board, person, sheet.now);
    let tasks: Vec<_> = board.tasks.of_owner(person).filter(|(_, task)| task.is_due()).collect();
    html! {
        (super::call_out::mine(sheet, person))
        @for one in waiting { @if let Waiting::Receipt { directive: id, receiver: receiver @ Receiver::Person(_), next, .. } = one {
            @if let Some(found) = board.directives.get(id) {
                section.mine-orders id={ "order-" (id) } {
                    h2 { a href=(super::directive::address(id)) { (sheet.wording(&found.title)) } }
                    @if next == Step::Acknowledged {
                        @let unit = found.find(board, person).map_or(found.unit, |place| place.unit);
                        ol.clauses { @for clause in found.clauses_for(board, unit) { @if clause.struck.is_none() { li value=(clause.number) { (sheet.wording(&clause.words)) } } } }
                    }
                    (super::directive::receipt_act(sheet, id, found, receiver, next))
                }
            }
        } }
        @if !tasks.is_empty() { section.mine-orders {
            h2 { (sheet.t("mine-tasks")) }
            ul.list { @for (id, task) in tasks { (super::task::mine(sheet, id, task)) } }
        } }
    }
}

fn acts(
    sheet: &Sheet<'_>,
    id: OperationId,
    operation: &Operation,
    assignment_id: AssignmentId,
    assignment: &Assignment,
    shift: &Shift,
) -> Markup {
    let duty = operation.presence.duty(shift.post);
    let hidden = html! {
        input type="hidden" name="command_id";
        input type="hidden" name="operation" value=(id);
        input type="hidden" name="assignment" value=(assignment_id);
    };
    match assignment.standing {
        Standing::Expected | Standing::Late { .. } | Standing::Left { .. } => {
            let opens = shift.span.from.minus(EARLIEST_CHECK_IN);
            if sheet.now < opens {
                return html! { p.mine-when { (sheet.say("mine-opens", &[("time", sheet.time(opens).into())])) } };
            }
            // Those of an earlier shift who are still there can be relieved by whoever comes.
            let waiting: Vec<_> = duty
                .here
                .iter()
                .filter_map(|here| operation.roster.assignment(*here).map(|found| (*here, found)))
                .filter(|(_, found)| found.shift != assignment.shift)
                .collect();
            let relieve = |here: &AssignmentId, found: &Assignment, main: bool| {
                let name = sheet.name(found.person);
                html! {
                    form method="post" action="/mine/check-in" data-offline data-says=(sheet.t("check-in")) {
                        (hidden)
                        input type="hidden" name="relieves" value=(here);
                        button.thumb.main[main] { (sheet.say("mine-relieve", &[("name", name.into())])) }
                    }
                }
            };
            let alone = html! {
                form method="post" action="/mine/check-in" data-offline data-says=(sheet.t("check-in")) {
                    (hidden)
                    button.thumb.main[waiting.is_empty()] { (sheet.t("check-in")) }
                }
            };
            // One main act at the bottom; whoever relieves somebody else finds it behind.
            match waiting.split_first() {
                None => alone,
                Some(((here, found), others)) => html! {
                    details {
                        summary.thumb { (sheet.t("mine-otherwise")) }
                        @for (here, found) in others { (relieve(here, found, false)) }
                        (alone)
                    }
                    (relieve(here, found, true))
                },
            }
        }
        Standing::AtPost { .. } => html! {
            form method="post" action="/mine/leave" data-offline data-says=(sheet.t("mine-leave")) {
                (hidden)
                @if sheet.now >= shift.span.to {
                    input type="hidden" name="reason" value="end_of_shift";
                    button.thumb.main { (sheet.t("mine-go-off")) }
                } @else {
                    details {
                        summary.thumb { (sheet.t("mine-leave")) }
                        p { (sheet.t("mine-leave-hint")) }
                        button.thumb name="reason" value="ordered" { (sheet.t("leave-ordered")) }
                        button.thumb name="reason" value="ill" { (sheet.t("leave-ill")) }
                        button.thumb name="reason" value="other" { (sheet.t("leave-other")) }
                    }
                }
            }
        },
        Standing::Relieved { .. } | Standing::Missed { .. } | Standing::Excused { .. } => html! {},
    }
}

/// Calling for help or relief: two taps, so that a pocket does not call.
fn call(sheet: &Sheet<'_>, operation: OperationId, assignment: AssignmentId) -> Markup {
    html! {
        details {
            summary.thumb { (sheet.t("alarm-call-help")) " · " (sheet.t("alarm-call-relief")) }
            form method="post" action="/mine/call" data-offline data-says=(sheet.t("alarm-call-help")) {
                input type="hidden" name="command_id";
                input type="hidden" name="operation" value=(operation);
                input type="hidden" name="assignment" value=(assignment);
                p { (sheet.t("alarm-call-hint")) }
                label for="call-words" { (sheet.t("alarm-call-words")) }
                input #call-words name="words" maxlength="4000" autocomplete="off";
                button.thumb.grave name="need" value="help" { (sheet.t("alarm-call-help")) }
                button.thumb name="need" value="relief" { (sheet.t("alarm-call-relief")) }
            }
        }
    }
}

fn partners(sheet: &Sheet<'_>, operation: &Operation, shift: &Shift, own: AssignmentId) -> Option<String> {
    let others: Vec<PersonId> =
        operation.roster.assigned(shift).filter(|(id, _)| *id != own).map(|(_, found)| found.person).collect();
    (!others.is_empty()).then(|| names(sheet, others.into_iter()))
}

/// Whoever shares a post, or takes it over, may know the names, whatever unit lent them.
fn names(sheet: &Sheet<'_>, people: impl Iterator<Item = PersonId>) -> String {
    people.map(|person| sheet.name(person)).collect::<Vec<_>>().join(&sheet.t("list-comma"))
}

/// The shift that takes over from this one.
fn next_relief<'a>(operation: &'a Operation, shift: &Shift) -> Option<(board::ShiftId, &'a Shift)> {
    let window = Span::new(shift.span.to, shift.span.to.plus(Minutes(60)));
    operation.roster.shifts_of(shift.post, window).find(|(_, next)| next.span.from >= shift.span.to)
}
