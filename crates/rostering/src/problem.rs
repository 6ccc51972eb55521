//! What has to be rostered: people, shifts, duties, demand and rules, as plain data.
//!
//! A *duty* is one thing a person can do on a day: a shift, at a post, in a qualification. A roster says
//! for every person and day which duty they have, or none.
//!
//! ```
//! use rostering::problem::{Problem, Shift};
//! let mut problem = Problem::new(7);
//! let day = problem.add_shift(Shift::new("D", 480));
//! problem.add_plain_duty(day);
//! assert_eq!(problem.duties.len(), 1);
//! ```

use crate::rules::{Contract, Demand, Link, Request, Succession, Travel};

/// Index of a day, counted from the first day of the period.
pub type Day = usize;
/// Index into [`Problem::people`].
pub type PersonId = usize;
/// Index into [`Problem::shifts`].
pub type ShiftId = usize;
/// Index into [`Problem::duties`].
pub type DutyId = usize;
/// Index into [`Problem::qualifications`].
pub type QualificationId = usize;

/// Longest period accepted. A year and a day; beyond that the tables of the search no longer fit in memory.
pub const MAX_DAYS: usize = 367;
/// Most people in one problem. A whole force is solved county by county, so this is generous.
pub const MAX_PEOPLE: usize = 20_000;
/// Most shifts in one problem; the search keeps one state per shift.
pub const MAX_SHIFTS: usize = 64;
/// Most duties in one problem; duties are kept as 16-bit numbers, of which the last means "off".
pub const MAX_DUTIES: usize = 60_000;
/// Largest single weight. Keeps every sum of a year inside the fixed-point range of the search.
pub const MAX_WEIGHT: u32 = 100_000;
/// Most minutes in one shift: a day. A longer turn of duty is two shifts.
pub const MAX_SHIFT_MINUTES: u32 = 1_440;

/// A span of duty that can be given to a person on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shift {
    /// Short name, unique in the problem.
    pub name: String,
    /// Minutes that count towards hours.
    pub minutes: u32,
    /// Minute of the day at which it starts, where known; needed for the minimum rest.
    pub start: Option<u32>,
}

impl Shift {
    /// A shift of unknown starting time.
    pub fn new(name: impl Into<String>, minutes: u32) -> Self {
        Shift { name: name.into(), minutes, start: None }
    }
}

/// A place or beat to be manned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Post {
    /// Name, unique in the problem.
    pub name: String,
    /// Place on a kilometre grid, in metres east and north, where known.
    pub place: Option<(i32, i32)>,
    /// True where standing counts towards the cold-exposure limit.
    pub cold: bool,
}

/// What one person can do on one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Duty {
    /// The shift.
    pub shift: ShiftId,
    /// The post (index into [`Problem::posts`]), where posts matter.
    pub post: Option<usize>,
    /// The qualification the duty demands.
    pub qualification: Option<QualificationId>,
}

/// The two grades of people who stand posts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Grade {
    /// A police officer.
    #[default]
    Officer,
    /// An auxiliary.
    Auxiliary,
}

/// What a person did up to the day before the period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct History {
    /// The run that was under way on the last day before the period.
    pub run: Run,
    /// Weekends already counted towards the weekend limit.
    pub weekends: u32,
    /// Minutes already counted towards the hours limit.
    pub minutes: u32,
}

/// The run under way when the period starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Run {
    /// Nothing is known: the days before count as off, and a run that touches the border is never too short.
    #[default]
    Unknown,
    /// Off for so many days.
    Off(u32),
    /// On duty for `days` days, the last `same` of them in `shift`.
    On {
        /// Consecutive days on duty.
        days: u32,
        /// The shift of the last day.
        shift: ShiftId,
        /// Consecutive days in that shift.
        same: u32,
    },
}

/// A cell that must stay as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pin {
    /// The day.
    pub day: Day,
    /// The duty, or `None` for a day off.
    pub duty: Option<DutyId>,
}

/// Somebody who can be rostered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Name or number, unique in the problem.
    pub name: String,
    /// Unit, as a number the caller chooses.
    pub unit: u32,
    /// Grade.
    pub grade: Grade,
    /// Qualifications held.
    pub qualifications: Vec<QualificationId>,
    /// The personal rules.
    pub contract: Contract,
    /// Before the period.
    pub history: History,
    /// Days on which the person cannot serve.
    pub days_off: Vec<Day>,
    /// Wishes.
    pub requests: Vec<Request>,
    /// Cells that must not change.
    pub pins: Vec<Pin>,
    /// Home station, in metres east and north.
    pub home: Option<(i32, i32)>,
}

impl Person {
    /// A person with no rules at all.
    pub fn new(name: impl Into<String>) -> Self {
        Person {
            name: name.into(),
            unit: 0,
            grade: Grade::Officer,
            qualifications: Vec::new(),
            contract: Contract::default(),
            history: History::default(),
            days_off: Vec::new(),
            requests: Vec::new(),
            pins: Vec::new(),
            home: None,
        }
    }
}

/// The whole problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Length of the period in days.
    pub days: usize,
    /// Day of the week of day 0; 0 is Monday, 5 and 6 are the weekend.
    pub first_weekday: usize,
    /// Shifts.
    pub shifts: Vec<Shift>,
    /// Posts; may be empty.
    pub posts: Vec<Post>,
    /// Names of qualifications.
    pub qualifications: Vec<String>,
    /// Duties.
    pub duties: Vec<Duty>,
    /// People.
    pub people: Vec<Person>,
    /// Which shift may not follow which, and the minimum rest.
    pub succession: Succession,
    /// What has to be covered.
    pub demand: Vec<Demand>,
    /// Rules between people.
    pub links: Vec<Link>,
    /// What a kilometre from the home station to the post costs.
    pub travel: Travel,
}

impl Problem {
    /// An empty problem of `days` days that starts on a Monday.
    pub fn new(days: usize) -> Self {
        Problem {
            days,
            first_weekday: 0,
            shifts: Vec::new(),
            posts: Vec::new(),
            qualifications: Vec::new(),
            duties: Vec::new(),
            people: Vec::new(),
            succession: Succession::default(),
            demand: Vec::new(),
            links: Vec::new(),
            travel: Travel::default(),
        }
    }

    /// Adds a shift and returns its number.
    pub fn add_shift(&mut self, shift: Shift) -> ShiftId {
        self.shifts.push(shift);
        self.shifts.len() - 1
    }

    /// Adds a duty that is nothing but a shift.
    pub fn add_plain_duty(&mut self, shift: ShiftId) -> DutyId {
        self.duties.push(Duty { shift, post: None, qualification: None });
        self.duties.len() - 1
    }

    /// True on Saturday and Sunday.
    pub fn is_weekend(&self, day: Day) -> bool {
        (self.first_weekday + day) % 7 >= 5
    }

    /// Number of the week in which `day` lies, counted from the week of day 0.
    pub fn week_of(&self, day: Day) -> usize {
        (self.first_weekday + day) / 7
    }

    /// Greatest common divisor of all shift lengths: soft hour limits are charged per such step.
    pub fn minute_step(&self) -> u32 {
        self.shifts.iter().fold(0, |step, shift| gcd(step, shift.minutes)).max(1)
    }

    /// A short human name of a duty: shift, post and qualification.
    pub fn duty_name(&self, duty: DutyId) -> String {
        let duty = &self.duties[duty];
        let mut name = self.shifts[duty.shift].name.clone();
        if let Some(post) = duty.post {
            name.push('@');
            name.push_str(&self.posts[post].name);
        }
        if let Some(qualification) = duty.qualification {
            name.push('/');
            name.push_str(&self.qualifications[qualification]);
        }
        name
    }

    /// True when the person holds what the duty demands.
    pub fn is_qualified(&self, person: PersonId, duty: DutyId) -> bool {
        match self.duties[duty].qualification {
            None => true,
            Some(wanted) => self.people[person].qualifications.contains(&wanted),
        }
    }
}

fn gcd(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// Who has which duty on which day.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Roster {
    days: usize,
    cells: Vec<u16>,
}

/// The cell value that means "off".
pub(crate) const OFF: u16 = u16::MAX;

impl Roster {
    /// A roster in which everybody is off.
    pub fn empty(people: usize, days: usize) -> Self {
        Roster { days, cells: vec![OFF; people * days] }
    }

    /// Number of people.
    pub fn people(&self) -> usize {
        self.cells.len().checked_div(self.days).unwrap_or(0)
    }

    /// Number of days.
    pub fn days(&self) -> usize {
        self.days
    }

    /// The duty of a person on a day.
    pub fn get(&self, person: PersonId, day: Day) -> Option<DutyId> {
        let cell = self.cells[person * self.days + day];
        (cell != OFF).then_some(usize::from(cell))
    }

    /// Sets a cell.
    pub fn set(&mut self, person: PersonId, day: Day, duty: Option<DutyId>) {
        self.cells[person * self.days + day] = duty.map_or(OFF, |duty| u16::try_from(duty).unwrap_or(OFF));
    }

    pub(crate) fn row(&self, person: PersonId) -> &[u16] {
        &self.cells[person * self.days..(person + 1) * self.days]
    }

    pub(crate) fn row_mut(&mut self, person: PersonId) -> &mut [u16] {
        &mut self.cells[person * self.days..(person + 1) * self.days]
    }

    /// Cells in which two rosters of the same shape differ.
    pub fn changes_from(&self, other: &Roster) -> Vec<(PersonId, Day)> {
        (0..self.cells.len().min(other.cells.len()))
            .filter(|&at| self.cells[at] != other.cells[at])
            .map(|at| (at / self.days, at % self.days))
            .collect()
    }
}
