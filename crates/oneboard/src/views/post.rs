//! Posts: the list of a unit's, and one post with everybody on it.

use board::access::{Action, Place};
use board::checkin::{Duty, PostState, Standing, Tally};
use board::operation::Operation;
use board::post::Post;
use board::roster::{Assignment, DutyKind, Shift};
use board::{AssignmentId, At, Label, Minutes, OperationId, PostId, Span, Str, Subject, UnitId};
use maud::{Markup, html};
use schemars::JsonSchema;
use serde::Serialize;

use super::{Sheet, record, state, units_around};
use crate::fragment::{Fragment, Show};

/// Rows of one list: more is not read but searched.
pub const MOST_ROWS: usize = 120;

/// The colour and the key of the words for a post's state.
pub const fn state_of(found: PostState) -> (&'static str, &'static str) {
    match found {
        PostState::NotInForce => ("normal", "post-state-not-in-force"),
        PostState::Awaited => ("normal", "post-state-awaited"),
        PostState::Manned => ("normal", "post-state-manned"),
        PostState::Short => ("attention", "post-state-short"),
        PostState::Unmanned => ("wrong", "post-state-unmanned"),
    }
}

/// Does a post belong in this list?
pub fn shown(show: Show, duty: &Duty) -> bool {
    let found = duty.state();
    match show {
        Show::All => true,
        Show::Exceptions => {
            matches!(found, PostState::Short | PostState::Unmanned)
                || duty.late > 0
                || duty.overdue_since.is_some()
                || !duty.waiting.is_empty()
        }
        Show::Unmanned => found == PostState::Unmanned,
        Show::Short => found == PostState::Short,
        Show::Late => duty.late > 0,
        Show::Overdue => duty.overdue_since.is_some(),
        Show::Relief => !duty.waiting.is_empty(),
    }
}

/// May a unit with this tally have a post in this list? On most nights most units have none, and are passed over.
const fn may_be_shown(show: Show, tally: &Tally) -> bool {
    match show {
        Show::All => true,
        Show::Exceptions => tally.short + tally.unmanned + tally.late + tally.overdue + tally.waiting > 0,
        Show::Unmanned => tally.unmanned > 0,
        Show::Short => tally.short > 0,
        Show::Late => tally.late > 0,
        Show::Overdue => tally.overdue > 0,
        Show::Relief => tally.waiting > 0,
    }
}

/// The posts of a unit and below that the viewer may see, in the order of the tree, then by number.
pub fn posts_in_view<'a>(
    sheet: &'a Sheet<'_>,
    operation: &'a Operation,
    unit: UnitId,
    show: Show,
) -> impl Iterator<Item = (&'a Post, Duty)> {
    open_posts(sheet, operation, unit, show)
        .map(|post| (post, operation.presence.duty(post.id)))
        .filter(move |(_, duty)| shown(show, duty))
}

/// The posts in view that are not closed, of the units that may have one in this list.
fn open_posts<'a>(
    sheet: &'a Sheet<'_>,
    operation: &'a Operation,
    unit: UnitId,
    show: Show,
) -> impl Iterator<Item = &'a Post> {
    let scope = sheet.scope(Action::ViewPosts);
    let force = &sheet.board().force;
    force
        .branch(unit)
        .filter(move |unit| scope.covers(force, unit.id))
        .filter(move |unit| may_be_shown(show, &operation.presence.tally(unit.id)))
        .flat_map(|unit| operation.posts.of_unit(unit.id))
        .filter(|post| !post.closed)
}

/// The list as a fragment.
pub fn list(sheet: &Sheet<'_>, id: OperationId, unit: UnitId, show: Show) -> Markup {
    let fragment = Fragment::Posts { operation: id, unit, show };
    let Some(operation) = sheet.board().operation(id) else { return gone(sheet, fragment) };
    let mut rows = posts_in_view(sheet, operation, unit, show).map(|(post, duty)| (id, operation, post, duty));
    let shown: Vec<_> = rows.by_ref().take(MOST_ROWS).collect();
    let more = match show {
        // Every open post is in this list: they are counted without asking who stands there.
        Show::All => open_posts(sheet, operation, unit, show).count().saturating_sub(shown.len()),
        _ => rows.count(),
    };
    html! {
        div id=(fragment) data-fragment {
            @if shown.is_empty() {
                p.empty { (sheet.t(if show == Show::All { "post-none" } else { "post-none-such" })) }
            } @else { (table(sheet, &shown)) }
            @if more > 0 { p.more { (sheet.say("list-more", &[("count", more.into())])) } }
        }
    }
}

/// Posts in rows, each with its state, its people and how to raise them.
pub fn table(sheet: &Sheet<'_>, posts: &[(OperationId, &Operation, &Post, Duty)]) -> Markup {
    html! {
        div.table-wrap role="region" aria-label=(sheet.t("post-list")) tabindex="0" {
            table.table.stack data-grid {
                thead { tr {
                    th scope="col" { (sheet.t("post")) }
                    th scope="col" { (sheet.t("unit")) }
                    th scope="col" { (sheet.t("state")) }
                    th.num scope="col" { (sheet.t("strength")) }
                    th scope="col" { (sheet.t("post-who")) }
                    th scope="col" { (sheet.t("raise")) }
                } }
                tbody { @for (id, operation, post, duty) in posts { (row(sheet, *id, operation, post, duty)) } }
            }
        }
    }
}

fn row(sheet: &Sheet<'_>, id: OperationId, operation: &Operation, post: &Post, duty: &Duty) -> Markup {
    let (colour, words) = state_of(duty.state());
    html! {
        tr id={ "row-" (post.id) } data-state=[(colour != "normal").then_some(colour)] {
            th scope="row" { a href=(address(id, post.id)) { (post.number) " " (sheet.label(&post.name)) } }
            td data-label=(sheet.t("unit")) { (sheet.unit(post.unit)) }
            td data-label=(sheet.t("state")) {
                (state(colour, &sheet.t(words)))
                @if let Some(since) = duty.unmanned_since { " " span.hint { (since_words(sheet, since)) } }
                @if duty.late > 0 { " " (state("attention", &sheet.say("post-late", &[("count", duty.late.into())]))) }
                @if let Some(since) = duty.overdue_since { " " (state("attention", &sheet.say("post-contact-overdue", &[("since", sheet.time(since).into())]))) }
            }
            td.num data-label=(sheet.t("strength")) { (strength(duty)) }
            td data-label=(sheet.t("post-who")) { (people_here(sheet, operation, duty)) }
            td data-label=(sheet.t("raise")) { (sheet.raise(&post.callsign, &post.channel, &post.telephone)) }
        }
    }
}

/// "2 of 3", or what a post without a shift shows.
pub fn strength(duty: &Duty) -> Markup {
    html! {
        @if duty.shift.is_none() && duty.here.is_empty() { span.none { "–" } }
        @else { (duty.here.len()) "/" (duty.required) }
    }
}

fn people_here(sheet: &Sheet<'_>, operation: &Operation, duty: &Duty) -> Markup {
    const NAMES: usize = 3;
    let names: Vec<String> = duty
        .here
        .iter()
        .take(NAMES)
        .filter_map(|id| operation.roster.assignment(*id))
        .map(|found| sheet.name(found.person))
        .collect();
    html! {
        (names.join(&sheet.t("list-comma")))
        @if duty.here.len() > NAMES { " +" (duty.here.len() - NAMES) }
    }
}

pub fn since_words(sheet: &Sheet<'_>, since: At) -> String {
    sheet.say("since", &[("time", sheet.time(since).into())])
}

/// The address of a post's page.
pub fn address(operation: OperationId, post: PostId) -> String {
    format!("/operations/{operation}/posts/{post}")
}

/// What a fragment shows when its thing has left the board.
pub fn gone(sheet: &Sheet<'_>, fragment: Fragment) -> Markup {
    html! { div id=(fragment) data-fragment { p.empty { (sheet.t("left-the-board")) } } }
}

/// One post: what it is, who stands it now and next, and what may be recorded.
pub fn page(sheet: &Sheet<'_>, id: OperationId, post_id: PostId) -> Markup {
    let fragment = Fragment::Post { operation: id, post: post_id };
    let found = sheet.board().operation(id).and_then(|operation| Some((operation, operation.posts.get(post_id)?)));
    let Some((operation, post)) = found else { return gone(sheet, fragment) };
    let duty = operation.presence.duty(post_id);
    let (colour, words) = state_of(duty.state());
    let may_record = sheet.may(Action::RecordPresence, Place::Post(id, post_id));
    let horizon = Span::new(sheet.now.minus(Minutes(12 * 60)), sheet.now.plus(Minutes(24 * 60)));
    html! {
        div id=(fragment) data-fragment {
            section.part {
                h2 { (sheet.t("post-now")) }
                p {
                    (state(colour, &sheet.t(words))) " " (strength(&duty))
                    @if let Some(since) = duty.unmanned_since { " " span.hint { (since_words(sheet, since)) } }
                }
                @if post.contact_every.is_some() || duty.last_contact.is_some() { (contact(sheet, id, post, &duty, may_record)) }
            }
            @for (_, shift) in operation.roster.shifts_of(post_id, horizon) {
                (shift_of_post(sheet, id, operation, shift, may_record))
            }
            section.part {
                h2 { (sheet.t("post-about")) }
                dl.about {
                    dt { (sheet.t("place")) } dd { (sheet.label(&post.place)) }
                    dt { (sheet.t("unit")) } dd { (sheet.unit(post.unit)) }
                    dt { (sheet.t("raise")) } dd { (sheet.raise(&post.callsign, &post.channel, &post.telephone)) }
                    dt { (sheet.t("records")) } dd { a href=(record::address(Subject::Post(post_id))) { (sheet.t("record-open")) } }
                    @if let Some(leader) = post.named_leader { dt { (sheet.t("named-leader")) } dd { (sheet.name(leader)) } }
                }
            }
        }
    }
}

fn contact(sheet: &Sheet<'_>, id: OperationId, post: &Post, duty: &Duty, may_record: bool) -> Markup {
    html! {
        p {
            @match duty.last_contact {
                Some(at) => { (sheet.say("post-last-contact", &[("time", sheet.time(at).into())])) }
                None => { span.none { (sheet.t("post-no-contact")) } }
            }
            @if let Some(since) = duty.overdue_since { " " (state("attention", &sheet.say("post-contact-overdue", &[("since", sheet.time(since).into())]))) }
        }
        @if may_record && duty.state() != PostState::NotInForce {
            form.acts method="post" action={ (address(id, post.id)) "/contact" } data-live {
                input type="hidden" name="command_id";
                button.act.small name="how" value="radio" { (sheet.t("post-contact-radio")) }
                button.act.small name="how" value="telephone" { (sheet.t("post-contact-telephone")) }
                p.fault data-fault role="alert" hidden {}
            }
        }
    }
}

fn shift_of_post(sheet: &Sheet<'_>, id: OperationId, operation: &Operation, shift: &Shift, may_record: bool) -> Markup {
    let now = shift.span.contains(sheet.now);
    html! {
        section.part {
            h2 { (span_words(sheet, shift.span)) @if now { " · " (sheet.t("shift-now")) } }
            div.table-wrap {
                table.table.stack {
                    thead { tr {
                        th scope="col" { (sheet.t("person")) } th scope="col" { (sheet.t("state")) } th scope="col" { (sheet.t("raise")) }
                        @if may_record { th scope="col" { span.sr { (sheet.t("acts")) } } }
                    } }
                    tbody {
                        @for (assignment, found) in operation.roster.assigned(shift) {
                            (person_row(sheet, id, assignment, found, shift, may_record))
                        }
                    }
                }
            }
            @let short = usize::from(shift.required).saturating_sub(operation.roster.assigned(shift).filter(|(_, found)| found.duty == DutyKind::Post).count());
            @if short > 0 { p { (state("attention", &sheet.say("shift-gap", &[("count", short.into())]))) } }
        }
    }
}

fn person_row(
    sheet: &Sheet<'_>,
    id: OperationId,
    assignment: AssignmentId,
    found: &Assignment,
    shift: &Shift,
    may_record: bool,
) -> Markup {
    let person = sheet.board().force.person(found.person);
    let telephone = person
        .and_then(|person| person.telephone)
        .filter(|_| sheet.may(Action::ViewTelephones, Place::Person(found.person)));
    let telephone = telephone.and_then(|text| sheet.register.text(text)).unwrap_or("");
    html! {
        tr id={ "stands-" (assignment) } {
            th scope="row" {
                (sheet.name(found.person))
                @if found.duty == DutyKind::Standby { " " span.hint { (sheet.t("standby")) } }
            }
            td data-label=(sheet.t("state")) { (standing(sheet, found.standing)) }
            td data-label=(sheet.t("raise")) { (sheet.raise(person.map_or("", |person| &person.callsign), "", telephone)) }
            @if may_record {
                td {
                    form.acts method="post" action={ "/operations/" (id) "/assignments/" (assignment) "/presence" } data-live {
                        input type="hidden" name="command_id";
                        @match found.standing {
                            Standing::Expected | Standing::Late { .. } | Standing::Left { .. } if sheet.now < shift.span.to => {
                                button.act.small name="act" value="check_in" { (sheet.t("check-in")) }
                                @if !matches!(found.standing, Standing::Left { .. }) {
                                    button.act.small name="act" value="excuse" { (sheet.t("excuse")) }
                                }
                            }
                            Standing::AtPost { .. } => { button.act.small name="act" value="leave" { (sheet.t("record-leave")) } }
                            _ => {}
                        }
                        p.fault data-fault role="alert" hidden {}
                    }
                }
            }
        }
    }
}

/// Where somebody stands, in words.
pub fn standing(sheet: &Sheet<'_>, standing: Standing) -> Markup {
    match standing {
        Standing::Expected => state("normal", &sheet.t("standing-expected")),
        Standing::Late { since } => {
            state("attention", &sheet.say("standing-late", &[("time", sheet.time(since).into())]))
        }
        Standing::AtPost { since } => {
            state("normal", &sheet.say("standing-at-post", &[("time", sheet.time(since).into())]))
        }
        Standing::Relieved { until, .. } => {
            state("done", &sheet.say("standing-relieved", &[("time", sheet.time(until).into())]))
        }
        Standing::Left { until, .. } => {
            state("wrong", &sheet.say("standing-left", &[("time", sheet.time(until).into())]))
        }
        Standing::Missed { .. } => state("wrong", &sheet.t("standing-missed")),
        Standing::Excused { at } => state("info", &sheet.say("standing-excused", &[("time", sheet.time(at).into())])),
    }
}

/// "20:00 to 08:00".
pub fn span_words(sheet: &Sheet<'_>, span: Span) -> String {
    sheet.say("span", &[("from", sheet.time(span.from).into()), ("to", sheet.time(span.to).into())])
}

/// The choices of view above the list, and the units below this one.
pub fn filters(sheet: &Sheet<'_>, id: OperationId, unit: UnitId, show: Show) -> Markup {
    let link = |unit: UnitId, show: Show| format!("/operations/{id}/posts?unit={unit}&show={}", show.word());
    html! {
        nav.tabs aria-label=(sheet.t("view")) {
            @for choice in Show::ALL {
                a href=(link(unit, choice)) aria-current=[(choice == show).then_some("page")] { (sheet.t(&format!("show-{}", choice.word()))) }
            }
        }
        (units_around(sheet, Action::ViewPosts, unit, |unit| link(unit, show)))
    }
}

/// A post as programs read it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PostModel {
    pub id: PostId,
    pub number: Str,
    pub name: Label,
    pub place: Label,
    pub unit: UnitId,
    pub kind: board::post::Kind,
    pub callsign: Str,
    pub channel: Str,
    pub telephone: Str,
    pub state: PostState,
    pub required: u16,
    pub here: u32,
    pub late: u16,
    pub last_contact: Option<At>,
    pub contact_overdue_since: Option<At>,
    pub unmanned_since: Option<At>,
    pub people: Vec<PersonModel>,
}

/// Somebody in the shift that is on.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PersonModel {
    pub assignment: AssignmentId,
    pub person: board::PersonId,
    /// `null` where it was erased.
    pub name: Option<String>,
    pub standby: bool,
    pub at_post: bool,
}

pub fn model(sheet: &Sheet<'_>, operation: &Operation, post: &Post, duty: &Duty) -> PostModel {
    let shift = duty.shift.and_then(|shift| operation.roster.shift(shift));
    let assigned = shift.into_iter().flat_map(|shift| operation.roster.assigned(shift));
    PostModel {
        id: post.id,
        number: post.number.clone(),
        name: post.name.clone(),
        place: post.place.clone(),
        unit: post.unit,
        kind: post.kind,
        callsign: post.callsign.clone(),
        channel: post.channel.clone(),
        telephone: post.telephone.clone(),
        state: duty.state(),
        required: duty.required,
        here: duty.here.len() as u32,
        late: duty.late,
        last_contact: duty.last_contact,
        contact_overdue_since: duty.overdue_since,
        unmanned_since: duty.unmanned_since,
        people: assigned
            .map(|(assignment, found)| PersonModel {
                assignment,
                person: found.person,
                name: sheet.register.name(sheet.board(), found.person).map(str::to_owned),
                standby: found.duty == DutyKind::Standby,
                at_post: matches!(found.standing, Standing::AtPost { .. }),
            })
            .collect(),
    }
}
