//! The plan: two Spring Festivals of fifteen days, their posts, shifts, and a legal roster for every one of them.
//!
//! The roster is dealt out greedily: each shift takes, from the unit that mans the post, those who have stood least and
//! have rested; where a unit has nobody left, its county helps. Nobody begins within [`REST`] of their last end.

use board::force::{Grade, Qualification};
use board::operation::{Kind, OperationRow, Terms};
use board::roster::{AssignmentRow, DutyKind, ShiftRow};
use board::{AssignmentId, At, CommandId, Minutes, OperationId, ShiftId, Span, roster};
use uuid::Uuid;

use super::longdong::Longdong;
use super::posts::{self, PlannedPost, Role};
use super::random::command_id;
use super::staff::Staff;
use super::words;

pub const HOUR: i64 = 3_600_000;
pub const DAY: i64 = 24 * HOUR;
/// Between the end of one shift and the beginning of the next.
pub const REST: i64 = 11 * HOUR;
/// Days of an operation.
pub const DAYS: usize = 15;
/// Tonight is the ninth day: 13 February 2027, the eighth of the first month, when the lanterns are lit for trial.
pub const TONIGHT: usize = 8;
/// The demonstration begins at 18:00, ten hours into the day.
pub const BEGINS: i64 = 10 * HOUR;
/// On standby in a county, by shift.
const STANDBY: usize = 4;

/// One Spring Festival.
pub struct Edition {
    pub year: &'static str,
    /// 08:00 in Longdong (UTC+8) on New Year's Eve.
    pub from: At,
    /// Every how many of the 420 posts it has.
    pub every: usize,
}

/// 16 February 2026; its roster is a tenth, so that a demonstration starts within seconds.
pub const LAST_YEAR: Edition = Edition { year: "2026", from: At::from_millis(20_500 * DAY), every: 10 };
/// 5 February 2027.
pub const THIS_YEAR: Edition = Edition { year: "2027", from: At::from_millis(20_854 * DAY), every: 1 };

/// Somebody in a shift.
#[derive(Debug, Clone, Copy)]
pub struct Stint {
    pub id: AssignmentId,
    pub person: usize,
}

#[derive(Debug, Clone)]
pub struct PlannedShift {
    pub id: ShiftId,
    pub post: usize,
    pub day: usize,
    pub span: Span,
    pub stints: Vec<Stint>,
    pub standby: Vec<Stint>,
    /// Demands that nobody in reach could meet, by name.
    pub unmet: Vec<Qualification>,
}

pub struct Plan {
    pub operation: OperationId,
    pub row: OperationRow,
    pub posts: Vec<PlannedPost>,
    /// By day, then by beginning, then by post.
    pub shifts: Vec<PlannedShift>,
}

impl Edition {
    pub fn at(&self, day: usize, after: i64) -> At {
        At::from_millis(self.from.millis() + day as i64 * DAY + after)
    }

    pub fn operation(&self, seed: u64) -> OperationId {
        OperationId::mint(CommandId(command_id(seed, &format!("{} operation", self.year), 0).as_u128()), 0)
    }

    pub fn plan(&self, longdong: &Longdong, staff: &Staff) -> Plan {
        let operation = self.operation(longdong.seed);
        let last = (self.year != LAST_YEAR.year).then(|| LAST_YEAR.operation(longdong.seed));
        let row = OperationRow {
            id: operation,
            unit: longdong.unit(longdong.sections.bureau),
            title: words::title(self.year),
            kind: Kind::Festival,
            drill: false,
            period: Span::new(self.from, self.at(DAYS, 0)),
            objectives: words::objectives(),
            levels: words::levels(),
            terms: Terms { check_in_grace: Minutes(10), relief_grace: Minutes(15) },
            last,
        };
        let posts: Vec<_> = posts::posts(longdong, self.year).into_iter().step_by(self.every).collect();
        let shifts = Dealer::new(longdong, staff).deal(self, &posts);
        Plan { operation, row, posts, shifts }
    }
}

impl Plan {
    /// The commands that enter the roster, one for each day: some 900 shifts and 2,000 assignments.
    pub fn rosters(&self, edition: &Edition, longdong: &Longdong) -> Vec<(Uuid, board::Command)> {
        let of_day = |day: usize| {
            let shifts = self.shifts.iter().filter(move |shift| shift.day == day);
            let rows = shifts.clone().map(|shift| ShiftRow {
                id: shift.id,
                post: self.posts[shift.post].row.id,
                span: shift.span,
                required: self.posts[shift.post].required,
                demands: self.posts[shift.post].demands.clone(),
            });
            let assigned = |shift: &PlannedShift, stint: &Stint, duty| AssignmentRow {
                id: stint.id,
                shift: shift.id,
                person: longdong.person(stint.person),
                duty,
            };
            let assignments = shifts.clone().flat_map(|shift| {
                let stints = shift.stints.iter().map(|stint| assigned(shift, stint, DutyKind::Post));
                stints
                    .chain(shift.standby.iter().map(|stint| assigned(shift, stint, DutyKind::Standby)))
                    .collect::<Vec<_>>()
            });
            let plan = roster::Command::Plan {
                operation: self.operation,
                shifts: rows.collect(),
                assignments: assignments.collect(),
            };
            (roster_command(longdong.seed, edition, day), board::Command::Roster(plan))
        };
        (0..DAYS).map(of_day).collect()
    }
}

fn roster_command(seed: u64, edition: &Edition, day: usize) -> Uuid {
    command_id(seed, &format!("{} roster", edition.year), day as u64)
}

/// Deals the shifts out.
struct Dealer<'a> {
    longdong: &'a Longdong,
    staff: &'a Staff,
    reserved: Vec<bool>,
    /// How often, and until when, each person has stood.
    stood: Vec<(u32, i64)>,
    /// Everybody of each county who may help out.
    helpers: Vec<Vec<usize>>,
}

impl<'a> Dealer<'a> {
    fn new(longdong: &'a Longdong, staff: &'a Staff) -> Self {
        let reserved = staff.reserved(longdong);
        let mut helpers = vec![Vec::new(); longdong.counties.len()];
        for (index, member) in longdong.people.iter().enumerate() {
            if let Some(county) = member.county.filter(|_| !reserved[index]) {
                helpers[county].push(index);
            }
        }
        Self { longdong, staff, reserved, stood: vec![(0, i64::MIN / 2); longdong.people.len()], helpers }
    }

    fn deal(mut self, edition: &Edition, posts: &[PlannedPost]) -> Vec<PlannedShift> {
        let mut shifts = Vec::new();
        for day in 0..DAYS {
            let command = CommandId(roster_command(self.longdong.seed, edition, day).as_u128());
            let mut due: Vec<(i64, i64, usize)> = Vec::new();
            for (index, post) in posts.iter().enumerate() {
                due.extend(post.hours.spans().iter().map(|(from, to)| (*from, *to, index)));
            }
            due.sort_unstable();
            let mut minted = 0;
            let mut mint = || {
                minted += 1;
                minted
            };
            for (from, to, index) in due {
                let span = Span::new(edition.at(day, from * HOUR), edition.at(day, to * HOUR));
                let post = &posts[index];
                let id = ShiftId::mint(command, mint());
                let first = (posts::is_officers_post(post) && from == 12 && day % 2 == 0).then(|| self.staff.officer());
                let (people, unmet) = self.man(post, span, first);
                let mut stint = |person| Stint { id: AssignmentId::mint(command, mint()), person };
                let stints = people.into_iter().map(&mut stint).collect();
                let standby = self.standby(post, span).into_iter().map(&mut stint).collect();
                shifts.push(PlannedShift { id, post: index, day, span, stints, standby, unmet });
            }
        }
        shifts
    }

    /// Who stands this shift, and what is asked for in vain.
    fn man(&mut self, post: &PlannedPost, span: Span, first: Option<usize>) -> (Vec<usize>, Vec<Qualification>) {
        let mut chosen: Vec<usize> = Vec::new();
        let mut unmet = Vec::new();
        if let Some(person) = first {
            self.take(person, span, &mut chosen);
        }
        for (qualification, wanted) in &post.demands {
            let holds = |person: &usize| self.longdong.people[*person].row.qualifications.contains(qualification);
            let mut missing = usize::from(*wanted).saturating_sub(chosen.iter().filter(|person| holds(person)).count());
            while missing > 0 {
                let Some(person) = self.find(post, span, &chosen, Some(*qualification), chosen.is_empty()) else {
                    unmet.push(*qualification);
                    break;
                };
                self.take(person, span, &mut chosen);
                missing -= 1;
            }
        }
        while chosen.len() < usize::from(post.required) {
            let Some(person) = self.find(post, span, &chosen, None, chosen.is_empty()) else { break };
            self.take(person, span, &mut chosen);
        }
        (chosen, unmet)
    }

    /// The command centres keep some of the SWAT people to be called.
    fn standby(&mut self, post: &PlannedPost, span: Span) -> Vec<usize> {
        let Role::CommandCentre(county) = post.role else { return Vec::new() };
        let unit = county.map_or(self.longdong.sections.swat, |county| self.longdong.counties[county].swat);
        let mut chosen = Vec::new();
        while chosen.len() < STANDBY {
            let pool = &self.longdong.members[unit];
            let Some(person) = self.freshest(pool, span, &chosen, None, false) else { break };
            self.take(person, span, &mut chosen);
        }
        chosen
    }

    fn take(&mut self, person: usize, span: Span, chosen: &mut Vec<usize>) {
        let (stood, _) = self.stood[person];
        self.stood[person] = (stood + 1, span.to.millis());
        chosen.push(person);
    }

    /// From the post's unit, else from its county; the first of a shift is an officer where there is one.
    fn find(
        &self,
        post: &PlannedPost,
        span: Span,
        chosen: &[usize],
        qualification: Option<Qualification>,
        officer: bool,
    ) -> Option<usize> {
        let own = &self.longdong.members[post.unit];
        let county = post.county.map(|county| &self.helpers[county]);
        let pools = [Some((own, officer)), Some((own, false)), county.map(|pool| (pool, false))];
        pools
            .into_iter()
            .flatten()
            .find_map(|(pool, officer)| self.freshest(pool, span, chosen, qualification, officer))
    }

    fn freshest(
        &self,
        pool: &[usize],
        span: Span,
        chosen: &[usize],
        qualification: Option<Qualification>,
        officer: bool,
    ) -> Option<usize> {
        let fits = |person: &&usize| {
            let row = &self.longdong.people[**person].row;
            !self.reserved[**person]
                && self.stood[**person].1 + REST <= span.from.millis()
                && !chosen.contains(person)
                && qualification.is_none_or(|wanted| row.qualifications.contains(&wanted))
                && (!officer || row.grade == Grade::Officer)
        };
        pool.iter().filter(fits).min_by_key(|person| (self.stood[**person], **person)).copied()
    }
}
