//! *Needs me*: everything that waits for one person's word, grouped, what has waited longest first.
//!
//! A group is a function that yields [`Need`]s; a new noun adds one line to [`groups`]. Where one word is all that is asked,
//! and it can be said without looking further, the row has it.

mod orders;
mod roads;

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
    /// Whether `at` is a deadline.
    pub is_deadline: bool,
    /// Nothing is to be done later about it: it is late already, or people are in danger.
    pub is_late: bool,
    /// Where it is done.
    pub address: String,
    /// The one word that is asked for, where that is all.
    pub tap: Option<Tap>,
}

impl Need {
    /// Something that has waited since `at`.
    fn since(id: String, what: String, at: At, address: String) -> Self {
        Self { id, what, at, is_deadline: false, is_late: false, address, tap: None }
    }
    /// Something that is asked for by `at`; it is late from then on.
    fn by(sheet: &Sheet<'_>, id: String, what: String, at: At, address: String) -> Self {
        Self { is_deadline: true, is_late: at <= sheet.now, ..Self::since(id, what, at, address) }
    }
}

/// An act of one tap: where it is sent, what the button says, and what goes with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Tap {
    pub path: String,
    pub label: String,
    pub fields: Vec<(String, String)>,
}

impl Tap {
    fn new(path: &str, label: String, fields: &[(&str, String)]) -> Self {
        let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        Self { path: path.to_owned(), label, fields }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Group {
    /// `alarms`, `receipts`, `signatures`, `orders`, `tasks`, `gaps`, `lines`, …
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
    let asked = orders::asked(sheet, person);
    let all = [
        ("alarms", alarms(sheet, person)),
        ("call-outs", asked.call_outs),
        ("receipts", asked.receipts),
        ("signatures", asked.signatures),
        ("rulings", asked.rulings),
        ("orders", orders(sheet, person)),
        ("handovers", handovers(sheet, person)),
        ("proposals", proposals(sheet)),
        ("relays", asked.relays),
        ("tasks", asked.tasks),
        ("extensions", asked.extensions),
        ("results", asked.results),
        ("roads", roads::roads(sheet)),
        ("gaps", gaps(sheet, person)),
        ("lines", lines(sheet, person)),
        ("doing", asked.doing),
    ];
    let group = |(kind, mut needs): (&'static str, Vec<Need>)| {
        // What is late first, then whatever has the nearest deadline or has waited longest.
        needs.sort_by(|one, other| (!one.is_late, one.at, &one.id).cmp(&(!other.is_late, other.at, &other.id)));
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
            is_late: found.owner.is_none(),
            tap: found
                .owner
                .is_none()
                .then(|| Tap::new(&format!("{}/take", alarm::address(id)), sheet.t("alarm-take").into_owned(), &[])),
            ..Need::since(id.to_string(), alarm::what(sheet, found), found.raised, alarm::address(id))
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
                let (id, address) = (format!("{unit}-{number}"), watch::line_address(unit, number));
                let sign = Tap::new(&format!("{address}/countersign"), sheet.t("watch-countersign").into_owned(), &[]);
                let need = Need::since(id, watch::words_of(sheet, line.words), line.at, address);
                needs.push(Need { tap: Some(sign), ..need });
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
        .map(|(unit, held, gone)| {
            let what =
                sheet.say("me-handover", &[("unit", sheet.unit(unit).into()), ("name", sheet.name(gone).into())]);
            Need::since(unit.to_string(), what, held.since.unwrap_or(sheet.now), watch::address(unit))
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
            open.map(move |proposal| {
                let what = sheet.label(&proposal.words).to_owned();
                Need::since(format!("{id}-{}", proposal.number), what, since, format!("/operations/{id}"))
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
    let since = duty.unmanned_since.unwrap_or(shift.span.from);
    let need = Need::since(id.to_string(), sheet.say("me-gap", &values), since, post::address(operation, id));
    Some(Need { is_late: unmanned, ..need })
}

/// Open lines of any log that are one's own.
fn lines(sheet: &Sheet<'_>, person: PersonId) -> Vec<Need> {
    let mut needs = Vec::new();
    for (unit, held) in sheet.board().watches() {
        for (number, line) in held.open_lines().filter(|(_, line)| line.owner == Some(person) && line.closed.is_none())
        {
            let (id, what) = (format!("{unit}-{number}"), watch::words_of(sheet, line.words));
            needs.push(Need::since(id, what, line.at, watch::line_address(unit, number)));
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
                                    span.hint { (when(sheet, need)) }
                                }
                                @if let Some(tap) = &need.tap { (tapped(sheet, group.kind, need, tap)) }
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

fn when(sheet: &Sheet<'_>, need: &Need) -> String {
    if need.is_deadline {
        sheet.say("me-by", &[("time", sheet.time(need.at).into())])
    } else {
        post::since_words(sheet, need.at)
    }
}

fn tapped(sheet: &Sheet<'_>, kind: &str, need: &Need, tap: &Tap) -> Markup {
    html! {
        form.acts id={ "tap-" (kind) "-" (need.id) } method="post" action=(tap.path) data-live {
            input type="hidden" name="command_id";
            @for (name, value) in &tap.fields { input type="hidden" name=(name) value=(value); }
            button.act aria-label=(sheet.say("me-tap", &[("act", tap.label.as_str().into()), ("what", need.what.as_str().into())])) { (tap.label) }
            p.fault data-fault role="alert" hidden {}
        }
    }
}
