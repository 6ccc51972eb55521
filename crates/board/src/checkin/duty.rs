//! What follows for a post from who stands it: its state, its unit's tally, and the timers that watch over it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::Standing;
use crate::operation::Operation;
use crate::roster::{DutyKind, ShiftRow};
use crate::{AssignmentId, At, PostId, ShiftId};

/// What time will bring.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Timer {
    // A shift ends before the next begins, where both are due at the same instant.
    Ends(ShiftId),
    Begins(ShiftId),
    GraceOver(ShiftId),
    ReliefDue(ShiftId),
    ContactDue(PostId),
}

/// The state of a post, in the words of the trade.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PostState {
    /// No shift is on.
    NotInForce,
    /// The shift has begun and the grace is not over.
    Awaited,
    Manned,
    /// Somebody is there, but fewer than required.
    Short,
    /// Nobody came, or everybody left.
    Unmanned,
}

/// A post in its present shift.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Duty {
    /// The shift that counts: where shifts overlap, the one that began last.
    pub shift: Option<ShiftId>,
    /// Every shift that has begun and not ended.
    pub on: SmallVec<[ShiftId; 2]>,
    pub required: u16,
    /// Who is at the post, of this shift or still of the last, in order of arrival.
    pub here: SmallVec<[AssignmentId; 4]>,
    /// Those of a shift that is over who still stand, and whose relief is late.
    #[serde(default)]
    pub waiting: SmallVec<[AssignmentId; 2]>,
    /// How many of this shift are late.
    pub late: u16,
    /// The grace is over: what is missing now counts.
    pub settled: bool,
    /// Set exactly while the post is unmanned.
    pub unmanned_since: Option<At>,
    pub last_contact: Option<At>,
    pub contact_due: Option<At>,
    pub overdue_since: Option<At>,
}

impl Duty {
    pub fn state(&self) -> PostState {
        match (self.shift, self.here.len()) {
            (None, 0) => PostState::NotInForce,
            (None, _) => PostState::Manned,
            (Some(_), here) if here >= usize::from(self.required) => PostState::Manned,
            (Some(_), _) if !self.settled => PostState::Awaited,
            (Some(_), 0) => PostState::Unmanned,
            (Some(_), _) => PostState::Short,
        }
    }
    pub(super) fn hear(&mut self, at: At) {
        self.last_contact = Some(at);
        self.overdue_since = None;
    }
    pub(super) fn settle(&mut self, shift: ShiftId, at: At) {
        if self.shift == Some(shift) {
            self.settled = true;
            if self.here.is_empty() {
                self.unmanned_since = Some(at);
            }
        }
    }
    fn forget(&mut self, assignment: AssignmentId) {
        self.here.retain(|here| *here != assignment);
        self.waiting.retain(|waiting| *waiting != assignment);
    }
    /// Of these, whoever is still here waits for a relief that is late.
    pub(super) fn wait(&mut self, late: &[AssignmentId]) {
        for id in late.iter().filter(|id| self.here.contains(id)) {
            if !self.waiting.contains(id) {
                self.waiting.push(*id);
            }
        }
    }
    pub(super) fn arrive(&mut self, assignment: AssignmentId, at: At) {
        self.forget(assignment);
        self.here.push(assignment);
        self.unmanned_since = None;
        self.hear(at);
    }
}

/// How many of a unit's posts and people are in which state; what the board's figures add up.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Tally {
    /// Posts with a shift on, or people still there.
    pub in_force: u32,
    pub manned: u32,
    pub awaited: u32,
    pub short: u32,
    pub unmanned: u32,
    /// Required and actual strength.
    pub required: u32,
    pub here: u32,
    pub late: u32,
    /// Posts whose contact is overdue.
    pub overdue: u32,
    /// People who still stand after their shift because their relief is late.
    #[serde(default)]
    pub waiting: u32,
}

impl Tally {
    pub fn add(&mut self, other: Self) {
        self.in_force += other.in_force;
        self.manned += other.manned;
        self.awaited += other.awaited;
        self.short += other.short;
        self.unmanned += other.unmanned;
        self.required += other.required;
        self.here += other.here;
        self.late += other.late;
        self.overdue += other.overdue;
        self.waiting += other.waiting;
    }
    fn subtract(&mut self, other: Self) {
        self.in_force -= other.in_force;
        self.manned -= other.manned;
        self.awaited -= other.awaited;
        self.short -= other.short;
        self.unmanned -= other.unmanned;
        self.required -= other.required;
        self.here -= other.here;
        self.late -= other.late;
        self.overdue -= other.overdue;
        self.waiting -= other.waiting;
    }
    /// What one post contributes.
    pub fn of(duty: &Duty) -> Self {
        let state = duty.state();
        let one = |wanted: PostState| u32::from(state == wanted);
        Self {
            in_force: u32::from(state != PostState::NotInForce),
            manned: one(PostState::Manned),
            awaited: one(PostState::Awaited),
            short: one(PostState::Short),
            unmanned: one(PostState::Unmanned),
            required: u32::from(duty.required),
            here: duty.here.len() as u32,
            late: u32::from(duty.late),
            overdue: u32::from(duty.overdue_since.is_some()),
            waiting: duty.waiting.len() as u32,
        }
    }
}

/// The upkeep of presence. Every change of a duty goes through [`Operation::change_duty`], so that a tally cannot drift.
impl Operation {
    pub(crate) fn change_duty(&mut self, post: PostId, change: impl FnOnce(&mut Duty)) {
        self.forget_in_tally(post);
        change(self.presence.duties.entry(post).or_default());
        self.count_in_tally(post);
    }

    pub(crate) fn forget_in_tally(&mut self, post: PostId) {
        if let (Some(found), Some(duty)) = (self.posts.get(post), self.presence.duties.get(&post)) {
            self.presence.tallies.entry(found.unit).or_default().subtract(Tally::of(duty));
        }
    }

    pub(crate) fn count_in_tally(&mut self, post: PostId) {
        if let (Some(found), Some(duty)) = (self.posts.get(post), self.presence.duties.get(&post)) {
            self.presence.tallies.entry(found.unit).or_default().add(Tally::of(duty));
        }
    }

    /// Sets where somebody stands, and keeps the count of late people of the shift that is on.
    pub(crate) fn set_standing(&mut self, id: AssignmentId, standing: Standing) {
        let Some(found) = self.roster.assignment_mut(id) else { return };
        let was_late = matches!(found.standing, Standing::Late { .. });
        let is_late = matches!(standing, Standing::Late { .. });
        found.standing = standing;
        if was_late == is_late || found.duty != DutyKind::Post {
            return;
        }
        let shift = found.shift;
        let Some(post) = self.roster.shift(shift).map(|shift| shift.post) else { return };
        if self.presence.duties.get(&post).is_some_and(|duty| duty.shift == Some(shift)) {
            self.change_duty(post, |duty| {
                duty.late = if is_late { duty.late + 1 } else { duty.late.saturating_sub(1) };
            });
        }
    }

    pub(crate) fn go_off(&mut self, id: AssignmentId, post: PostId, becomes: impl FnOnce(At) -> Standing) {
        let Some(found) = self.roster.assignment(id) else { return };
        let Standing::AtPost { since } = found.standing else { return };
        let standing = becomes(since);
        let until = match standing {
            Standing::Relieved { until, .. } | Standing::Left { until, .. } => until,
            _ => since,
        };
        self.set_standing(id, standing);
        self.change_duty(post, |duty| {
            duty.forget(id);
            if duty.here.is_empty() {
                duty.unmanned_since = duty.shift.filter(|_| duty.settled).map(|_| until);
                duty.overdue_since = None;
            }
        });
        self.arm_contact(post);
    }

    pub(crate) fn disarm(&mut self, at: At, timer: Timer) {
        self.presence.timers.remove(&(at, timer));
    }

    /// Changes which shifts of a post are on, and takes the figures of the one that counts.
    pub(super) fn turn(&mut self, post: PostId, change: impl FnOnce(&mut SmallVec<[ShiftId; 2]>)) {
        let mut on = self.presence.duties.get(&post).map(|duty| duty.on.clone()).unwrap_or_default();
        change(&mut on);
        let begun = on.iter().filter_map(|id| self.roster.shift(*id).map(|shift| (shift.span.from, *id, shift)));
        let counts = begun.max_by_key(|(from, id, _)| (*from, *id)).map(|(from, id, shift)| {
            let grace_over = from.plus(self.terms.check_in_grace);
            let settled = !self.presence.timers.contains(&(grace_over, Timer::GraceOver(id)));
            let late = self
                .roster
                .assigned(shift)
                .filter(|(_, found)| found.duty == DutyKind::Post && matches!(found.standing, Standing::Late { .. }));
            (id, shift.required, late.count() as u16, settled.then_some(grace_over))
        });
        let again: SmallVec<[AssignmentId; 2]> = self
            .presence
            .duties
            .get(&post)
            .into_iter()
            .flat_map(|duty| duty.waiting.iter().copied())
            .filter(|id| self.roster.assignment(*id).is_some_and(|found| on.contains(&found.shift)))
            .collect();
        self.change_duty(post, |duty| {
            // A shift that was made longer is on again: nobody waits for its relief any more.
            duty.waiting.retain(|id| !again.contains(id));
            duty.on = on;
            duty.shift = counts.map(|(id, ..)| id);
            duty.required = counts.map_or(0, |(_, required, ..)| required);
            duty.late = counts.map_or(0, |(_, _, late, _)| late);
            let settled = counts.and_then(|(.., settled)| settled);
            duty.settled = settled.is_some();
            let unmanned = settled.filter(|_| duty.here.is_empty());
            duty.unmanned_since = unmanned.map(|since| duty.unmanned_since.unwrap_or(since));
        });
    }

    fn shift_timers(&self, id: ShiftId) -> Option<[(At, Timer); 4]> {
        let shift = self.roster.shift(id)?;
        Some([
            (shift.span.from, Timer::Begins(id)),
            (shift.span.from.plus(self.terms.check_in_grace), Timer::GraceOver(id)),
            (shift.span.to, Timer::Ends(id)),
            (shift.span.to.plus(self.terms.relief_grace), Timer::ReliefDue(id)),
        ])
    }

    pub(crate) fn disarm_shift(&mut self, id: ShiftId) {
        for timer in self.shift_timers(id).into_iter().flatten() {
            self.presence.timers.remove(&timer);
        }
        if let Some(post) = self.roster.shift(id).map(|shift| shift.post)
            && self.is_on(post, id)
        {
            self.turn(post, |on| on.retain(|on| *on != id));
        }
    }

    fn is_on(&self, post: PostId, shift: ShiftId) -> bool {
        self.presence.duties.get(&post).is_some_and(|duty| duty.on.contains(&shift))
    }

    /// Keeps a shift and its timers. One that is on, and only grows or shrinks, stays on without a flicker.
    pub(crate) fn keep_shift(&mut self, row: &ShiftRow) {
        let (id, post) = (row.id, row.post);
        let in_place = self.is_on(post, id)
            && self.roster.shift(id).is_some_and(|old| (old.post, old.span.from) == (post, row.span.from));
        if !in_place {
            self.disarm_shift(id);
            self.roster.keep_shift(row);
            self.arm_shift(id);
            return;
        }
        for timer in self.shift_timers(id).into_iter().flatten().skip(2) {
            self.presence.timers.remove(&timer);
        }
        self.roster.keep_shift(row);
        for timer in self.shift_timers(id).into_iter().flatten().skip(2) {
            self.presence.timers.insert(timer);
        }
        self.turn(post, |_| {});
    }

    pub(crate) fn arm_shift(&mut self, id: ShiftId) {
        let Some(shift) = self.roster.shift(id).filter(|shift| !shift.ended) else { return };
        if self.posts.get(shift.post).is_none_or(|post| post.closed) {
            return;
        }
        for timer in self.shift_timers(id).into_iter().flatten() {
            self.presence.timers.insert(timer);
        }
    }

    /// A closed post asks for nothing any more.
    pub(crate) fn silence(&mut self, post: PostId) {
        let shifts: Vec<ShiftId> = self.roster.shifts_at(post).map(|(id, _)| id).collect();
        for shift in shifts {
            self.disarm_shift(shift);
        }
        self.change_duty(post, |duty| {
            duty.overdue_since = None;
            duty.waiting.clear();
        });
        self.arm_contact(post);
    }

    /// An open post asks again for what is not over at `at`; what passed while it was closed is nobody's omission.
    pub(crate) fn rearm(&mut self, post: PostId, at: At) {
        let shifts: Vec<(ShiftId, At)> = self.roster.shifts_at(post).map(|(id, shift)| (id, shift.span.to)).collect();
        for (shift, to) in shifts {
            if to <= at {
                self.roster.end(shift);
            } else {
                self.arm_shift(shift);
            }
        }
    }

    /// Sets the contact timer of a post anew: from its last contact while somebody is there, none otherwise.
    pub(crate) fn arm_contact(&mut self, post: PostId) {
        let Some(duty) = self.presence.duties.get(&post) else { return };
        let old = duty.contact_due;
        let every = self.posts.get(post).filter(|post| !post.closed).and_then(|post| post.contact_every);
        let due = match (every, duty.last_contact, duty.here.is_empty(), duty.overdue_since) {
            (Some(every), Some(last), false, None) => Some(last.plus(every)),
            _ => None,
        };
        if old == due {
            return;
        }
        if let Some(old) = old {
            self.presence.timers.remove(&(old, Timer::ContactDue(post)));
        }
        if let Some(due) = due {
            self.presence.timers.insert((due, Timer::ContactDue(post)));
        }
        if let Some(duty) = self.presence.duties.get_mut(&post) {
            duty.contact_due = due;
        }
    }
}
