//! The access matrix: who may use which route and stream, on whose objects. Computed by asking [`board::access::permits`] and
//! [`lookout::may_watch`], never written by hand; `docs/ACCESS.md` is its text, and a test puts every role before a server
//! and compares.

pub mod model;

use std::fmt::Write as _;

use board::access::{Action, Place, Role, permits, scope};
use board::{Actor, Board};

use crate::api::{needs, parts};
use crate::fragment::{Fragment, Show};
use crate::lookout;
use crate::routes::{Gate, Kind, Method, Route, table};
use model::{Holder, NOW, Objects, Relation, Tier, holders};

/// May this holder use a route with this gate on an object at that relation? `None` where there is no such object, or
/// where the route is about nobody's but one's own.
pub fn verdict(board: &Board, holder: &Holder, route: &Route, relation: Relation) -> Option<bool> {
    let unit = relation.unit(holder.tier)?;
    let actor = Actor::Person(holder.person);
    match route.gate.action() {
        None | Some(Action::StandPost | Action::Delegate) => None,
        // What names no object is open to whoever has the right anywhere; what comes of it is judged object by object.
        Some(action) if !names_an_object(route) => Some(!scope(board, actor, action, NOW).is_empty()),
        Some(action) => {
            // A unit is changed by whoever may change what it hangs from.
            let parent = board.force.unit(unit).and_then(|found| found.parent).filter(|_| changes_a_unit(route));
            let mut places = [Some(unit), parent].into_iter().flatten().map(Place::Unit);
            Some(places.all(|place| permits(board, actor, action, place, NOW).is_permitted()))
        }
    }
}

fn changes_a_unit(route: &Route) -> bool {
    route.method == Method::Post && route.path == "/units/{unit}"
}

/// Does a unit's object stand in the address or the body? What one has sent oneself is no unit's.
pub fn names_an_object(route: &Route) -> bool {
    let parts = parts(route.path);
    let own = parts.iter().all(|part| *part == "upload");
    !own || (parts.is_empty() && route.method == Method::Post && route.body.is_some())
}

/// A stream's part, and how one of it is named for the objects of a unit.
pub type Sample = (&'static str, fn(&Objects) -> Fragment);

/// One of each fragment; a test counts them against the fragments there are.
pub const STREAMS: &[Sample] = &[
    ("Top", |_| Fragment::Top(None)),
    ("Figures", |on| Fragment::Figures(on.operation)),
    ("Units", |on| Fragment::Units(on.operation)),
    ("Night", |on| Fragment::Night(on.operation)),
    ("Log", |on| Fragment::Log(on.unit)),
    ("Posts", |on| Fragment::Posts { operation: on.manned, unit: on.unit, show: Show::All }),
    ("Strips", |on| Fragment::Strips { operation: on.manned, unit: on.unit }),
    ("Post", |on| Fragment::Post { operation: on.manned, post: on.post }),
    ("Watch", |on| Fragment::Watch(on.unit)),
    ("Brief", |on| Fragment::Brief(on.unit)),
    ("Operation", |on| Fragment::Operation(on.operation)),
    ("Unit", |on| Fragment::Unit(on.unit)),
    ("Roster", |on| Fragment::Roster { operation: on.manned, post: on.post }),
    ("RosterDay", |on| Fragment::RosterDay { operation: on.manned, unit: on.unit, day: 0 }),
    ("Shift", |on| Fragment::Shift { operation: on.manned, shift: on.shift }),
    ("RollCalls", |on| Fragment::RollCalls(on.operation)),
    ("Directives", |on| Fragment::Directives(on.unit)),
    ("Directive", |on| Fragment::Directive(on.directive)),
    ("Receipts", |on| Fragment::Receipts(on.directive)),
    ("ReceiptsOf", |on| Fragment::ReceiptsOf { directive: on.directive, unit: on.unit }),
    ("Trace", |on| Fragment::Trace(on.directive)),
    ("Tasks", |on| Fragment::Tasks(on.unit)),
    ("Task", |on| Fragment::Task(on.task)),
    ("CallOut", |on| Fragment::CallOut(on.call_out)),
    ("Roads", |on| Fragment::Roads(on.unit)),
    ("Section", |on| Fragment::Section(on.section)),
    ("Warning", |on| Fragment::Warning(on.warning)),
    ("Mine", |on| Fragment::Mine(on.person)),
    ("AlarmStrip", |on| Fragment::AlarmStrip(on.unit)),
    ("Alarms", |on| Fragment::Alarms(on.unit)),
    ("Alarm", |on| Fragment::Alarm(on.alarm)),
    ("NeedsMe", |on| Fragment::NeedsMe(on.person)),
    ("Notices", |_| Fragment::Notices { failed: false }),
];

/// The matrix as it is printed and committed.
pub fn text() -> String {
    let board = model::board();
    let mut text = String::from(HEAD);
    for tier in Tier::ALL {
        let holders: Vec<Holder> = holders().into_iter().filter(|holder| holder.tier == tier).collect();
        let _ = write!(text, "\n## {}\n\n| Route | Right |", title(tier));
        for holder in &holders {
            let _ = write!(text, " {} |", role(holder.role));
        }
        text.push_str("\n|---|---|");
        text.push_str(&"---|".repeat(holders.len()));
        text.push('\n');
        for route in table() {
            let fresh = if route.gate.is_fresh() { ", step-up" } else { "" };
            let right = needs(route.gate).replace('_', " ") + fresh;
            let _ = write!(text, "| `{} {}` | {right} |", route.method.word(), route.path);
            for holder in &holders {
                let cell = match route.gate {
                    Gate::Public => "everybody".to_owned(),
                    Gate::Demonstration => "demonstration".to_owned(),
                    Gate::SignedIn if route.kind == Kind::Stream => "by stream".to_owned(),
                    Gate::SignedIn | Gate::SignedInFresh => "one's own".to_owned(),
                    Gate::Needs(Action::StandPost) | Gate::NeedsFresh(Action::StandPost) => {
                        "one's own shift".to_owned()
                    }
                    Gate::Needs(Action::Delegate) | Gate::NeedsFresh(Action::Delegate) => "one's own role".to_owned(),
                    Gate::Needs(Action::AnswerCallOut) | Gate::NeedsFresh(Action::AnswerCallOut) => {
                        "one's own answer".to_owned()
                    }
                    Gate::Needs(_) | Gate::NeedsFresh(_) => cell(|relation| verdict(&board, holder, &route, relation)),
                };
                let _ = write!(text, " {cell} |");
            }
            text.push('\n');
        }
        for (_, sample) in STREAMS {
            let _ = write!(text, "| stream `{}` | |", sample_id(*sample));
            for holder in &holders {
                let _ = write!(text, " {} |", cell(|relation| watched(&board, holder, *sample, relation)));
            }
            text.push('\n');
        }
    }
    text
}

/// May this holder watch this fragment of the objects at that relation?
pub fn watched(board: &Board, holder: &Holder, sample: fn(&Objects) -> Fragment, relation: Relation) -> Option<bool> {
    let fragment = sample(&Objects::at(relation.unit(holder.tier)?));
    Some(lookout::may_watch(board, holder.person, fragment, NOW))
}

/// The fragment's id with words in place of its objects.
fn sample_id(sample: fn(&Objects) -> Fragment) -> String {
    let on = Objects::at(Tier::Bureau.unit());
    let id = sample(&on).to_string();
    id.replace(&on.operation.to_string(), "{operation}")
        .replace(&on.unit.to_string(), "{unit}")
        .replace(&on.manned.to_string(), "{operation}")
        .replace(&on.post.to_string(), "{post}")
        .replace(&on.shift.to_string(), "{shift}")
        .replace(&on.person.to_string(), "{person}")
        .replace(&on.directive.to_string(), "{directive}")
        .replace(&on.task.to_string(), "{task}")
        .replace(&on.call_out.to_string(), "{call_out}")
        .replace(&on.section.to_string(), "{section}")
        .replace(&on.warning.to_string(), "{warning}")
        .replace(&on.alarm.to_string(), "{alarm}")
}

fn cell(ask: impl Fn(Relation) -> Option<bool>) -> String {
    let asked: Vec<(Relation, bool)> =
        Relation::ALL.into_iter().filter_map(|relation| Some((relation, ask(relation)?))).collect();
    let yes: Vec<&str> = asked.iter().filter(|(_, yes)| *yes).map(|(relation, _)| relation.word()).collect();
    match yes.len() {
        0 => "–".into(),
        all if all == asked.len() && all > 1 => "all".into(),
        _ => yes.join(", "),
    }
}

const HEAD: &str = "# Who may do what

Printed by `oneboard access-matrix` from the route table and the one function that judges rights; `cargo xtask test
--group openapi` proves it fresh, and a test walks every route with every role below and compares the answers.

Somebody holds a role at a unit; an object is at the **own** unit, **below** it, **beside** it (a sibling: another county,
another station of the county) or **above** it. *All* means all of these, – none. Everybody is also an officer of the
unit they serve in. Beyond this table, whatever their role, a person sees their own record and roster, the post they
stand and the post they lead, checks in at their own post, and, leading a post, records presence there. Lists and
figures hold only what their reader may open. Roles may be bounded in time, lent for an absence, and revoked; a change
reaches open pages and streams within a second. *Step-up*: beyond the right, the act asks for a proof of who one is that
is at most five minutes old (`accounts.step_up_minutes`).
";

fn title(tier: Tier) -> &'static str {
    match tier {
        Tier::Bureau => "At the bureau",
        Tier::County => "At a county",
        Tier::Station => "At a station",
    }
}

fn role(role: Role) -> &'static str {
    match role {
        Role::Leader => "Leader",
        Role::DutyOfficer => "Duty officer",
        Role::Officer => "Officer",
        Role::Inspector => "Inspector",
        Role::Writer => "Writer",
        Role::SystemAdministrator => "System adm.",
        Role::SecurityAdministrator => "Security adm.",
        Role::AuditAdministrator => "Audit adm.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fragment_has_its_line() {
        let source = include_str!("../fragment.rs");
        let from = source.find("pub enum Fragment {").expect("the fragments");
        let body = &source[from..from + source[from..].find("\n}").expect("their end")];
        let known: Vec<&str> = body
            .lines()
            .filter_map(|line| line.strip_prefix("    ").filter(|line| line.starts_with(|c: char| c.is_uppercase())))
            .map(|line| line.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default())
            .collect();
        let told: Vec<&str> = STREAMS.iter().map(|(name, _)| *name).collect();
        for name in &known {
            assert!(told.contains(name), "access_matrix::STREAMS lacks the fragment {name}");
        }
        assert_eq!(known.len(), told.len());
    }

    #[test]
    fn a_county_sees_nothing_of_its_sibling() {
        let board = model::board();
        for holder in holders().iter().filter(|holder| holder.tier == Tier::County) {
            for route in table() {
                if names_an_object(&route) {
                    assert_ne!(
                        verdict(&board, holder, &route, Relation::Beside),
                        Some(true),
                        "{} {holder:?}",
                        route.path
                    );
                }
            }
            for (name, sample) in STREAMS.iter().filter(|(name, _)| *name != "Top") {
                assert_ne!(watched(&board, holder, *sample, Relation::Beside), Some(true), "{name} {holder:?}");
            }
        }
    }

    #[test]
    fn the_text_has_a_line_for_every_route_at_every_tier() {
        let text = text();
        for route in table() {
            let line = format!("| `{} {}` |", route.method.word(), route.path);
            assert_eq!(text.lines().filter(|found| found.starts_with(&line)).count(), Tier::ALL.len(), "{line}");
        }
    }
}
