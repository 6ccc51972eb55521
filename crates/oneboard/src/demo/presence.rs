//! Presence: how people come to their posts, relieve each other, fall ill and call in.

use std::collections::BTreeMap;

use board::checkin::{Command, How, LeaveReason};
use board::{Actor, At, roster};
use uuid::Uuid;

use super::act::Act;
use super::longdong::Longdong;
use super::places::HECHUAN;
use super::plan::{BEGINS, DAY, DAYS, Edition, HOUR, Plan, PlannedShift, Stint, THIS_YEAR, TONIGHT};
use super::posts::{self, PlannedPost, Role};
use super::random::{Random, command_id};
use super::staff::Staff;
use crate::submit::text_id;

const MINUTE: i64 = 60_000;
/// What lies behind is told in steps of so many minutes, because each step is a sync of the journal: small ones in this
/// operation, whose days are looked at, and large ones in last year's, which is there to be compared with.
const STEP: i64 = 3;
const STEP_LAST_YEAR: i64 = 15;
/// Of a thousand: who comes late, who has said beforehand that they are not coming.
const LATE: usize = 18;
const EXCUSED: usize = 3;
/// Of a thousand contacts: those that come too late.
const SILENT: usize = 45;
/// The posts in the snow are raised by radio so many minutes before 18:00.
const RAISED: i64 = 33;
/// When the officer of the five has not checked in by himself, the county does it by radio.
const OFFICER_WAITS: i64 = 31;

/// What goes wrong at a shift, in minutes after its beginning.
#[derive(Clone, Copy)]
enum Mishap {
    Unmanned { minutes: i64 },
    Ill { minutes: i64 },
}

fn mishap(edition: &Edition, post: &PlannedPost, shift: &PlannedShift) -> Option<Mishap> {
    if edition.year != THIS_YEAR.year {
        return None;
    }
    let hour = (shift.span.from.millis() - edition.at(shift.day, 0).millis()) / HOUR;
    match (shift.day, hour) {
        (2, 12) if post.role == Role::Boundary(HECHUAN) => Some(Mishap::Unmanned { minutes: 21 }),
        (5, 0) if post.role == Role::Boundary(4) => Some(Mishap::Unmanned { minutes: 18 }),
        (TONIGHT, 12) if posts::is_unmanned_tonight(post) => Some(Mishap::Unmanned { minutes: 25 }),
        (TONIGHT, 12) if posts::falls_ill_tonight(post) => Some(Mishap::Ill { minutes: 220 }),
        _ => None,
    }
}

pub struct Presence<'a> {
    pub longdong: &'a Longdong,
    pub staff: &'a Staff,
    pub edition: &'a Edition,
    pub plan: &'a Plan,
    random: Random,
    acts: Vec<Act>,
}

impl<'a> Presence<'a> {
    pub fn new(longdong: &'a Longdong, staff: &'a Staff, edition: &'a Edition, plan: &'a Plan) -> Self {
        let random = Random::new(longdong.seed, &format!("{} presence", edition.year));
        Self { longdong, staff, edition, plan, random, acts: Vec::new() }
    }

    /// Everything of the whole operation, in no order.
    pub fn acts(mut self) -> Vec<Act> {
        let plan = self.plan;
        let mut by_post: BTreeMap<usize, Vec<&PlannedShift>> = BTreeMap::new();
        for shift in &plan.shifts {
            by_post.entry(shift.post).or_default().push(shift);
        }
        for (post, shifts) in by_post {
            let post = &plan.posts[post];
            for (n, shift) in shifts.iter().enumerate() {
                let before = n.checked_sub(1).map(|n| shifts[n]).filter(|before| before.span.to == shift.span.from);
                let after = shifts.get(n + 1).filter(|after| after.span.from == shift.span.to);
                self.begin(post, shift, before);
                if after.is_none() {
                    shift.stints.iter().for_each(|stint| self.go_home(shift, stint, 0));
                }
            }
            if self.edition.year == THIS_YEAR.year && posts::calls_in(post) {
                self.call_in(post);
            }
        }
        self.acts
    }

    /// The people of a shift arrive, and relieve those of the one before.
    fn begin(&mut self, post: &PlannedPost, shift: &PlannedShift, before: Option<&PlannedShift>) {
        let mishap = mishap(self.edition, post, shift);
        for (n, stint) in shift.stints.iter().enumerate() {
            let relieved = before.and_then(|before| before.stints.get(n).map(|stint| (before, stint)));
            if mishap.is_none() && n > 0 && self.random.in_thousand(EXCUSED) {
                self.excuse(post, shift, stint);
                if let Some((before, relieved)) = relieved {
                    self.go_home(before, relieved, 0);
                }
                continue;
            }
            let minutes = match mishap {
                Some(Mishap::Unmanned { minutes }) => {
                    if let Some((before, relieved)) = relieved {
                        self.go_home_at_once(before, relieved);
                    }
                    minutes
                }
                _ if self.is_officer_tonight(shift, stint) => OFFICER_WAITS,
                _ if self.random.in_thousand(LATE) => self.random.between(12, 38),
                _ => -self.random.between(2, 14),
            };
            self.arrive(post, shift, stint, minutes, relieved.map(|(_, stint)| stint));
            if let Some((before, relieved)) = relieved.filter(|_| self.is_live(shift.span.from)) {
                // A visitor may check somebody in without naming whom they relieve; that one goes home all the same.
                self.go_home(before, relieved, minutes.max(0) + 6);
            }
        }
        if let Some(before) = before {
            let left = before.stints.iter().skip(shift.stints.len());
            left.for_each(|stint| self.go_home(before, stint, 0));
        }
        if let (Some(Mishap::Ill { minutes }), [.., ill]) = (mishap, shift.stints.as_slice()) {
            self.fall_ill(post, shift, ill, minutes);
        }
    }

    fn arrive(
        &mut self,
        post: &PlannedPost,
        shift: &PlannedShift,
        stint: &Stint,
        minutes: i64,
        relieves: Option<&Stint>,
    ) {
        let at = self.about(shift.span.from, minutes);
        let by_phone = !self.is_officer_tonight(shift, stint) && self.random.in_thousand(640);
        let (actor, how) = match by_phone {
            true => (self.person(stint.person), How::InPerson),
            false if self.random.in_thousand(700) => (self.duty_officer(post, shift.day), How::Radio),
            false => (self.duty_officer(post, shift.day), How::Telephone),
        };
        let command = Command::CheckIn {
            operation: self.plan.operation,
            assignment: stint.id,
            relieves: relieves.map(|stint| stint.id),
            how,
            claimed: None,
        };
        self.add(at, actor, "arrive", stint.id.value(), command);
    }

    /// Off in order, some minutes after the end of the shift.
    fn go_home(&mut self, shift: &PlannedShift, stint: &Stint, minutes: i64) {
        let minutes = minutes + self.random.between(0, 6);
        let at = self.about(shift.span.to, minutes).max(shift.span.to);
        self.leave(at, stint);
    }

    fn go_home_at_once(&mut self, shift: &PlannedShift, stint: &Stint) {
        self.leave(shift.span.to, stint);
    }

    fn leave(&mut self, at: At, stint: &Stint) {
        let command = Command::Leave {
            operation: self.plan.operation,
            assignment: stint.id,
            reason: LeaveReason::EndOfShift,
            note: None,
        };
        self.add(at, self.person(stint.person), "leave", stint.id.value(), command);
    }

    fn excuse(&mut self, post: &PlannedPost, shift: &PlannedShift, stint: &Stint) {
        let minutes = self.random.between(33, 57);
        let at = self.about(shift.span.from, -minutes);
        let id = self.id("excuse", stint.id.value());
        let words = *self.random.pick(&[
            "因病请假，单位另行派人顶岗",
            "临时调派其他任务",
            "道路积雪无法按时到岗，已向带班领导报告",
        ]);
        let command =
            Command::Excuse { operation: self.plan.operation, assignment: stint.id, note: Some(text_id(id, 0)) };
        let actor = self.duty_officer(post, shift.day);
        self.acts.push(Act::say(at, actor, id, words.into(), board::Command::Checkin(command)));
    }

    /// Somebody leaves ill; an hour later one of the standby stands in.
    fn fall_ill(&mut self, post: &PlannedPost, shift: &PlannedShift, stint: &Stint, minutes: i64) {
        let operation = self.plan.operation;
        let id = self.id("ill", stint.id.value());
        let note = Some(text_id(id, 0));
        let leave = Command::Leave { operation, assignment: stint.id, reason: LeaveReason::Ill, note };
        let at = shift.span.from.plus(board::Minutes(minutes as u32));
        let actor = self.duty_officer(post, shift.day);
        self.acts.push(Act::say(at, actor, id, "值勤中突发不适，送县医院检查".into(), board::Command::Checkin(leave)));
        let same =
            |other: &&PlannedShift| other.span == shift.span && self.plan.posts[other.post].county == post.county;
        let Some(standby) = self.plan.shifts.iter().filter(same).find_map(|other| other.standby.first()).copied()
        else {
            return;
        };
        let free = roster::Command::Unassign { operation, assignment: standby.id };
        let called = at.plus(board::Minutes(9));
        self.acts.push(Act::give(called, actor, self.id("free", standby.id.value()), board::Command::Roster(free)));
        let id = self.id("stand in", stint.id.value());
        let stand_in = roster::AssignmentRow {
            id: board::AssignmentId::mint(board::CommandId(id.as_u128()), 0),
            shift: shift.id,
            person: self.longdong.person(standby.person),
            duty: roster::DutyKind::Post,
        };
        let assign = roster::Command::Assign { operation, assignment: stand_in };
        let assigned = called.plus(board::Minutes(1));
        self.acts.push(Act::give(assigned, actor, id, board::Command::Roster(assign)));
        let arrive =
            Command::CheckIn { operation, assignment: stand_in.id, relieves: None, how: How::Radio, claimed: None };
        self.add(at.plus(board::Minutes(57)), actor, "arrive", stand_in.id.value(), arrive);
        self.leave(shift.span.to.plus(board::Minutes(4)), &Stint { id: stand_in.id, person: standby.person });
    }

    /// While it snows, the post calls in about every fifty minutes, and sometimes forgets.
    fn call_in(&mut self, post: &PlannedPost) {
        let begins = self.edition.at(TONIGHT, BEGINS).millis();
        let ends = self.edition.at(DAYS, 0).millis();
        // All are raised once just before they are told to call in, so that nobody is overdue at once.
        let raised =
            Command::NoteContact { operation: self.plan.operation, post: post.row.id, how: How::Radio, note: None };
        let id = self.id("raised", post.row.id.value());
        let actor = self.duty_officer(post, TONIGHT);
        self.acts.push(Act::give(
            At::from_millis(begins - RAISED * MINUTE),
            actor,
            id,
            board::Command::Checkin(raised),
        ));
        let mut at = begins + self.random.between(1, 25) * MINUTE;
        while at < ends {
            let day = usize::try_from((at - self.edition.from.millis()) / DAY).unwrap_or(TONIGHT);
            let id = self.id(&format!("contact {}", post.row.number), (at / MINUTE) as u64);
            let words = self.random.in_thousand(160).then(|| *self.random.pick(&CONTACTS));
            let command = Command::NoteContact {
                operation: self.plan.operation,
                post: post.row.id,
                how: if self.random.in_thousand(850) { How::Radio } else { How::Telephone },
                note: words.map(|_| text_id(id, 0)),
            };
            let (actor, command) = (self.duty_officer(post, day), board::Command::Checkin(command));
            let second = self.random.between(0, 59) * 1000;
            let when = At::from_millis(at + second);
            self.acts.push(match words {
                Some(words) => Act::say(when, actor, id, words.into(), command),
                None => Act::give(when, actor, id, command),
            });
            let silence =
                if self.random.in_thousand(SILENT) { self.random.between(64, 76) } else { self.random.between(42, 56) };
            at += silence * MINUTE;
        }
    }

    fn is_officer_tonight(&self, shift: &PlannedShift, stint: &Stint) -> bool {
        shift.day == TONIGHT && stint.person == self.staff.officer() && self.edition.year == THIS_YEAR.year
    }

    fn is_live(&self, at: At) -> bool {
        self.edition.year == THIS_YEAR.year && at >= self.edition.at(TONIGHT, BEGINS)
    }

    /// So many minutes off an instant: on the step in what lies behind, to the second from tonight on.
    fn about(&mut self, instant: At, minutes: i64) -> At {
        let near = At::from_millis(instant.millis() + minutes * MINUTE);
        if self.is_live(near) {
            return At::from_millis(near.millis() + self.random.between(0, 59) * 1000);
        }
        let step = if self.edition.year == THIS_YEAR.year { STEP } else { STEP_LAST_YEAR };
        At::from_millis(instant.millis() + minutes.div_euclid(step) * step * MINUTE)
    }

    fn person(&self, person: usize) -> Actor {
        Actor::Person(self.longdong.person(person))
    }

    fn duty_officer(&self, post: &PlannedPost, day: usize) -> Actor {
        self.person(self.staff.duty_officer(post.county, day))
    }

    fn id(&self, kind: &str, of: u64) -> Uuid {
        command_id(self.longdong.seed, &format!("{} {kind}", self.edition.year), of)
    }

    fn add(&mut self, at: At, actor: Actor, kind: &str, of: u64, command: Command) {
        let id = self.id(kind, of);
        self.acts.push(Act::give(at, actor, id, board::Command::Checkin(command)));
    }
}

/// What a checkpoint says when it calls in.
const CONTACTS: [&str; 8] = [
    "小雪，路面湿滑，通行正常",
    "中雪，能见度约300米，车辆慢行",
    "路面结冰，已摆放警示标志",
    "雪停，车流稀少，人员正常",
    "除雪车刚通过，路况好转",
    "风力较大，防寒物资够用",
    "重型货车已在坡下停车等候",
    "通行正常，无异常情况",
];
