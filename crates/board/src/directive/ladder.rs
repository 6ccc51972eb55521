//! The ladder of a directive: when the silent are reminded, and who hears of it next.
//!
//! Reminder before the deadline, then the unit's leader, then the leader on duty of the next tier. The instants are
//! resolved when a directive is sent and stand in the event; nothing is worked out again when they come.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{At, Minutes};

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Urgency {
    Routine,
    Urgent,
    /// Knows no quiet hours.
    Emergency,
}

impl Urgency {
    pub const ALL: [Self; 3] = [Self::Routine, Self::Urgent, Self::Emergency];

    /// The ladder that a directive of this urgency has unless its writer gives it another.
    pub const fn ladder(self) -> Ladder {
        let (remind_before, next_tier_after) = match self {
            Self::Routine => (60, 120),
            Self::Urgent => (15, 30),
            Self::Emergency => (3, 5),
        };
        Ladder { remind_before: Minutes(remind_before), next_tier_after: Minutes(next_tier_after) }
    }
}

/// Minutes before and after the deadline. The unit's leader hears of silence at the deadline itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Ladder {
    pub remind_before: Minutes,
    pub next_tier_after: Minutes,
}

/// The rungs of the ladder, in their order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Rung {
    Reminder,
    Leader,
    NextTier,
}

/// Hours of the local day in which nobody is woken for what is no emergency.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct QuietHours {
    /// Minute of the local day at which they begin, 0 to 1439.
    pub from: u16,
    /// Minute of the local day at which they end; before `from` where they span midnight.
    pub to: u16,
    /// Minutes by which local time is ahead of UTC.
    pub offset: i16,
}

const DAY: i64 = 24 * 60;

impl QuietHours {
    /// The end of the quiet hours that `at` falls in, else `at` itself.
    fn beyond(self, at: At) -> At {
        let (from, to) = (i64::from(self.from) % DAY, i64::from(self.to) % DAY);
        let minute = (at.millis().div_euclid(60_000) + i64::from(self.offset)).rem_euclid(DAY);
        let left = (to - minute).rem_euclid(DAY);
        let quiet = (minute - from).rem_euclid(DAY) < (to - from).rem_euclid(DAY);
        if quiet { At::from_millis(at.millis().saturating_add(left * 60_000)) } else { at }
    }
}

/// When each rung comes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Schedule {
    pub reminder: At,
    pub leader: At,
    pub next_tier: At,
}

impl Schedule {
    /// The rungs between `since` and `deadline`; a deadline shorter than the reminder's notice is reminded at half time.
    pub fn new(urgency: Urgency, ladder: Ladder, quiet: Option<QuietHours>, since: At, deadline: At) -> Self {
        let quiet = quiet.filter(|_| urgency != Urgency::Emergency);
        let place = |at: At| quiet.map_or(at, |quiet| quiet.beyond(at));
        let half = At::from_millis(since.millis().midpoint(deadline.millis()));
        let reminder = place(deadline.minus(ladder.remind_before).max(half));
        let leader = place(deadline).max(reminder);
        let next_tier = place(deadline.plus(ladder.next_tier_after)).max(leader);
        Self { reminder, leader, next_tier }
    }
    pub const fn at(self, rung: Rung) -> At {
        match rung {
            Rung::Reminder => self.reminder,
            Rung::Leader => self.leader,
            Rung::NextTier => self.next_tier,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hour: i64, minute: i64) -> At {
        At::from_millis((hour * 60 + minute) * 60_000)
    }

    #[test]
    fn nobody_is_woken_but_for_an_emergency() {
        let quiet = Some(QuietHours { from: 22 * 60, to: 6 * 60, offset: 0 });
        let night = |urgency: Urgency| Schedule::new(urgency, urgency.ladder(), quiet, at(21, 0), at(23, 30));
        let urgent = night(Urgency::Urgent);
        assert_eq!((urgent.reminder, urgent.leader, urgent.next_tier), (at(30, 0), at(30, 0), at(30, 0)));
        let emergency = night(Urgency::Emergency);
        assert_eq!((emergency.reminder, emergency.leader, emergency.next_tier), (at(23, 27), at(23, 30), at(23, 35)));
    }

    #[test]
    fn quiet_hours_are_those_of_the_local_day() {
        let quiet = QuietHours { from: 22 * 60, to: 6 * 60, offset: 8 * 60 };
        assert_eq!(quiet.beyond(at(13, 59)), at(13, 59)); // 21:59 there
        assert_eq!(quiet.beyond(at(14, 0)), at(22, 0));
        assert_eq!(quiet.beyond(at(21, 59)), at(22, 0));
        assert_eq!(quiet.beyond(at(22, 0)), at(22, 0));
        let none = QuietHours { from: 60, to: 60, offset: 0 };
        assert_eq!(none.beyond(at(1, 0)), at(1, 0), "an empty span is no quiet hours");
    }

    #[test]
    fn a_short_deadline_is_reminded_at_half_time() {
        let schedule = Schedule::new(Urgency::Routine, Urgency::Routine.ladder(), None, at(8, 0), at(8, 20));
        assert_eq!(schedule.reminder, at(8, 10));
        for end in [i64::MIN, i64::MAX] {
            let end = At::from_millis(end);
            let schedule = Schedule::new(Urgency::Routine, Urgency::Routine.ladder(), None, end, end);
            assert!(schedule.reminder <= schedule.leader && schedule.leader <= schedule.next_tier);
        }
    }
}
