//! The script: everything that is done in Longdong, from its enrolment to the end of this year's operation, in order.

use board::operation::{self, Phase};
use board::{Actor, At, Minutes, post};

use super::act::{Act, Deed};
use super::longdong::Longdong;
use super::plan::{BEGINS, DAY, Edition, HOUR, LAST_YEAR, Plan, THIS_YEAR, TONIGHT};
use super::presence::Presence;
use super::random::command_id;
use super::staff::Staff;
use super::watches::Watches;

/// Enrolment comes this long before last year's operation, planning this long before each.
const ENROLMENT: Minutes = Minutes(30 * 24 * 60);
const PLANNING: Minutes = Minutes(10 * 24 * 60);

/// What was done before tonight, and what will be.
pub struct Script {
    pub before: Vec<Act>,
    pub tonight: Vec<Act>,
}

/// The instant at which the demonstration begins: 13 February 2027, 18:00 in Longdong.
pub fn begins() -> At {
    THIS_YEAR.at(TONIGHT, BEGINS)
}

pub fn script(longdong: &Longdong, staff: &Staff) -> Script {
    let mut acts = enrolment(longdong, staff);
    for edition in [&LAST_YEAR, &THIS_YEAR] {
        let plan = edition.plan(longdong, staff);
        let watches = Watches { longdong, staff, edition, plan: &plan };
        acts.extend(planning(longdong, edition, &plan));
        acts.extend(levels(longdong, staff, edition, &plan));
        acts.extend(watches.handovers());
        acts.extend(watches.ordinary_lines());
        acts.extend(Presence::new(longdong, staff, edition, &plan).acts());
        if edition.year == THIS_YEAR.year {
            acts.extend(watches.roads(edition.from.minus(PLANNING).plus(Minutes(5))));
            acts.extend(watches.weather());
            acts.push(watches.ask_for_contacts());
            acts.push(watches.offer_to_visitor());
            acts.extend(watches.night());
            acts.extend(watches.orders());
            acts.extend(watches.answers());
        } else {
            acts.extend(watches.ending());
        }
    }
    // The sort is stable: what was written in order at one instant stays in order.
    acts.sort_by_key(|act| act.at);
    let tonight = acts.split_off(acts.partition_point(|act| act.at < begins()));
    Script { before: acts, tonight }
}

fn enrolment(longdong: &Longdong, staff: &Staff) -> Vec<Act> {
    let at = LAST_YEAR.from.minus(ENROLMENT);
    let people = longdong.enrolment().into_iter();
    let mut acts: Vec<Act> =
        people.map(|(id, command, texts)| Act::enter(at, Actor::Operator, id, command, texts)).collect();
    // Roles are granted when everybody is enrolled.
    let at = at.plus(Minutes(1));
    acts.extend(staff.grants(longdong).into_iter().map(|(id, command)| Act::give(at, Actor::Operator, id, command)));
    acts
}

fn planning(longdong: &Longdong, edition: &Edition, plan: &Plan) -> Vec<Act> {
    let at = edition.from.minus(PLANNING);
    let id = |what: &str| command_id(longdong.seed, &format!("{} {what}", edition.year), 0);
    let row = operation::Command::Plan(Box::new(plan.row.clone()));
    let posts = plan.posts.iter().map(|post| post.row.clone()).collect();
    let posts = post::Command::Plan { operation: plan.operation, posts };
    let mut acts = vec![
        Act::give(at, Actor::Operator, id("operation"), board::Command::Operation(row)),
        Act::give(at, Actor::Operator, id("posts"), board::Command::Post(posts)),
    ];
    let rosters = plan.rosters(edition, longdong).into_iter();
    acts.extend(rosters.map(|(id, command)| Act::give(at, Actor::Operator, id, command)));
    acts
}

/// Activation, Level II for New Year's Eve, and back to Level IV by order.
fn levels(longdong: &Longdong, staff: &Staff, edition: &Edition, plan: &Plan) -> Vec<Act> {
    let operation = plan.operation;
    let id = |what: &str, n: usize| command_id(longdong.seed, &format!("{} {what}", edition.year), n as u64);
    let person = |person: usize| longdong.person(person);
    let activate = operation::Command::SetPhase { operation, phase: Phase::Active };
    let leader = Actor::Person(person(staff.leader(None, 0)));
    let mut acts =
        vec![Act::give(edition.from.minus(Minutes(150)), leader, id("active", 0), board::Command::Operation(activate))];
    let steps = [(0, -2 * HOUR, 4, 2), (0, 10 * HOUR, 2, 4), (1, 2 * HOUR, 3, 3), (2, HOUR, 4, 2)];
    for (n, (day, after, rung, actions)) in steps.into_iter().enumerate() {
        let at = At::from_millis(edition.from.millis() + day as i64 * DAY + after);
        let actor = Actor::Person(person(staff.leader(None, day)));
        let level = operation::Command::SetLevel { operation, rung, by_order_of: None, words: None };
        acts.push(Act::give(at, actor, id("level", n), board::Command::Operation(level)));
        for answer in 0..actions {
            // The reminder of the cold was given by telephone.
            let deed = Deed::AnswerProposal { operation, take: (rung, answer) != (3, 2) };
            let at = at.plus(Minutes(3 + 4 * answer));
            acts.push(Act { at, actor, id: id(&format!("proposal {n}"), answer as usize), deed });
        }
    }
    acts
}
