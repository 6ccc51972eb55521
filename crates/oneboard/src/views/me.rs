//! *Needs me*: everything that waits for one person's word, grouped, what has waited longest first.
//!
//! A group is a function that yields [`Need`]s; a new noun adds one line to [`groups`].

use board::access::{Action, Place};
use board::checkin::PostState;
use board::operation::ProposalState;
use board::{At, OperationId, PersonId, PostId, UnitId};
use maud::{Markup, html};
use schemars::JsonSchema;
use serde::Serialize;

use super::{Sheet, alarm, post, state, watch};
use crate::fragment::Fragment;

/// Of a group, on one screen; the rest is behind the group's own page.
const MOST_OF_A_GROUP: usize = 20;

/// One thing that waits for somebody's word.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Need {
    /// Distinguishes it within its group.
    pub id: String,
    /// In the reader's language.
    pub what: String,
    /// By when, or since when it waits.
    pub at: At,
    /// Nothing is to be done later about it: it is late already, or people are in danger.
    pub is_late: bool,
    /// Where it is done.
    pub address: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Group {
    /// `alarms`, `orders`, `handovers`, `proposals`, `gaps`, `lines`, …
    pub kind: &'static str,
    pub needs: Vec<Need>,
    /// How many there are; more than are listed where there are many.
    pub count: usize,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct NeedsModel {
    pub count: usize,
    pub groups: Vec<Group>,
}

pub fn model(sheet: &Sheet<'_>, person: PersonId) -> NeedsModel {
    let groups = groups(sheet, person);
    NeedsModel { count: groups.iter().map(|group| group.count).sum(), groups }
}

/// Every group with something in it, in the order in which a leader would want them.
fn groups(sheet: &Sheet<'_>, person: PersonId) -> Vec<Group> {
    let all = [
        ("alarms", alarms(sheet, person)),
        ("orders", orders(sheet, person)),
        ("handovers", handovers(sheet, person)),
        ("proposals", proposals(sheet)),
        ("gaps", gaps(sheet, person)),
        ("lines", lines(sheet, person)),
    ];
    let group = |(kind, mut needs): (&'static str, Vec<Need>)| {
        needs.sort_by(|one, other| (one.at, &one.id).cmp(&(other.at, &other.id)));
        let count = needs.len();
        needs.truncate(MOST_OF_A_GROUP);
        Group { kind, needs, count }
    };
    all.into_iter().map(group).filter(|group| group.count > 0).collect()
}

/// Those in one's hands, and those that ask the watch one answers for.
fn alarms(sheet: &Sheet<'_>, person: PersonId) -> Vec<Need> {
    let alarms = &sheet.board().alarms;
    let kept = alarm::kept(sheet);
    let mine = |asks: UnitId, owner: Option<(PersonId, At)>| match owner {
        Some((owner, _)) => owner == person,
        None => kept.contains(&asks),
    };
    let found = alarms.open().filter(|(_, alarm)| mine(alarm.asks, alarm.owner));
    found
        .map(|(id, found)| Need {
            id: id.to_string(),
            what: alarm::what(sheet, found),
            at: found.raised,
            is_late: found.owner.is_none(),
            address: alarm::address(id),
        })
        .collect()
}

/// Verbal orders that one gave and has not signed for.
fn orders(sheet: &Sheet<'_>, person: PersonId) -> Vec<Need> {
    let mut needs = Vec::new();
    for (unit, held) in sheet.board().watches() {
        for (number, line) in held.open_lines() {
            let waits = line.order.is_some_and(|(leader, signature)| leader == person && watch::is_unsigned(signature));
            if waits {
                needs.push(Need {
                    id: format!("{unit}-{number}"),
                    what: watch::words_of(sheet, line.words),
                    at: line.at,
                    is_late: false,
                    address: watch::line_address(unit, number),
                });
            }
        }
    }
    needs
}

/// Watches that were taken without the outgoing officer, where one may sign for them.
fn handovers(sheet: &Sheet<'_>, person: PersonId) -> Vec<Need> {
    let unsigned = sheet.board().watches().filter_map(|(unit, held)| Some((unit, held, held.unsigned?)));
    unsigned
        .filter(|(unit, held, _)| {
            held.officer != Some(person)
                && sheet.may(Action::Countersign, Place::Unit(*unit))
                && (held.leader == Some(person) || held.leader.is_none())
        })
        .map(|(unit, held, gone)| Need {
            id: unit.to_string(),
            what: sheet.say("me-handover", &[("unit", sheet.unit(unit).into()), ("name", sheet.name(gone).into())]),
            at: held.since.unwrap_or(sheet.now),
            is_late: false,
            address: watch::address(unit),
        })
        .collect()
}

/// Preset actions of a level that wait for whoever may set it, and leads that unit's watch or the unit.
fn proposals(sheet: &Sheet<'_>) -> Vec<Need> {
    let running = sheet.board().operations().filter(|(_, found)| found.is_running());
    running
        .filter(|(_, found)| sheet.may(Action::SetLevel, Place::Unit(found.unit)))
        .flat_map(|(id, found)| {
            let since = found.level.map_or(sheet.now, |(_, since)| since);
            let open = found.proposals.iter().filter(|proposal| proposal.state == ProposalState::Open);
            open.map(move |proposal| Need {
                id: format!("{id}-{}", proposal.number),
                what: sheet.label(&proposal.words).to_owned(),
                at: since,
                is_late: false,
                address: format!("/operations/{id}"),
            })
        })
        .collect()
}

/// Posts of one's own unit and those right below it that somebody should stand, and nobody or too few do.
fn gaps(sheet: &Sheet<'_>, person: PersonId) -> Vec<Need> {
    let force = &sheet.board().force;
    let Some(own) = force.serving(person).map(|found| found.unit) else { return Vec::new() };
    let may = sheet.scope(Action::Assign);
    let units: Vec<UnitId> = force.branch(own).map(|unit| unit.id).filter(|unit| may.covers(force, *unit)).collect();
    // What a whole bureau lacks is the board's: a list of it would be no list of one person's.
    if own == force.root().unwrap_or(own) {
        return Vec::new();
    }
    let mut needs = Vec::new();
    for (id, operation) in sheet.board().operations().filter(|(_, found)| found.is_running()) {
        for unit in &units {
            for found in operation.posts.of_unit(*unit).filter(|post| !post.closed) {
                needs.extend(gap(sheet, id, found.id, &operation.presence.duty(found.id)));
            }
        }
    }
    needs
}

fn gap(sheet: &Sheet<'_>, operation: OperationId, id: PostId, duty: &board::checkin::Duty) -> Option<Need> {
    let found = sheet.board().operation(operation)?;
    let (row, shift) = (found.posts.get(id)?, found.roster.shift(duty.shift?)?);
    let unmanned = match duty.state() {
        PostState::Unmanned => true,
        PostState::Short => false,
        _ => return None,
    };
    let values = [
        ("post", format!("{} {}", row.number, sheet.label(&row.name)).into()),
        ("here", duty.here.len().into()),
        ("required", u32::from(duty.required).into()),
    ];
    Some(Need {
        id: id.to_string(),
        what: sheet.say("me-gap", &values),
        at: duty.unmanned_since.unwrap_or(shift.span.from),
        is_late: unmanned,
        address: format!("/operations/{operation}/posts/{id}"),
    })
}

/// Open lines of any log that are one's own.
fn lines(sheet: &Sheet<'_>, person: PersonId) -> Vec<Need> {
    let mut needs = Vec::new();
    for (unit, held) in sheet.board().watches() {
        for (number, line) in held.open_lines().filter(|(_, line)| line.owner == Some(person) && line.closed.is_none())
        {
            needs.push(Need {
                id: format!("{unit}-{number}"),
                what: watch::words_of(sheet, line.words),
                at: line.at,
                is_late: false,
                address: watch::line_address(unit, number),
            });
        }
    }
    needs
}

/// The heading of a group.
fn heading(sheet: &Sheet<'_>, kind: &str) -> String {
    sheet.t(&format!("me-{kind}")).into_owned()
}

pub fn needs(sheet: &Sheet<'_>, person: PersonId) -> Markup {
    let NeedsModel { groups, .. } = model(sheet, person);
    html! {
        div.needs id=(Fragment::NeedsMe(person)) data-fragment {
            @if groups.is_empty() { p.empty { (sheet.t("me-nothing")) } }
            @for group in &groups {
                section.part {
                    h2 { (heading(sheet, group.kind)) " " span.hint { (group.count) } }
                    ul.list id={ "needs-" (group.kind) } {
                        @for need in &group.needs {
                            li id={ "need-" (group.kind) "-" (need.id) } data-state=[need.is_late.then_some("wrong")] {
                                a.need href=(need.address) {
                                    @if need.is_late { (state("wrong", &sheet.t("me-now"))) " " }
                                    b { (need.what) } " "
                                    span.hint { (post::since_words(sheet, need.at)) }
                                }
                            }
                        }
                    }
                    @let more = group.count - group.needs.len();
                    @if more > 0 { p.hint { (sheet.say("me-more", &[("count", more.into())])) } }
                }
            }
        }
    }
}
