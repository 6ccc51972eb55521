//! The text format of Curtois & Qu 2014 (schedulingbenchmarks.org, instances 1 to 24).
//!
//! Lines that start with `#` and empty lines are skipped; `SECTION_…` lines open a section. Day 0 is a Monday.
//! What the format leaves unsaid is read as the published evaluators read it: a shift that a person's list
//! does not name is forbidden unless the list is empty, and days outside the horizon count as off.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use thiserror::Error;

use crate::problem::{DutyId, MAX_DAYS, MAX_WEIGHT, Person, Problem, Roster, Shift, ShiftId};
use crate::rules::{DaysOff, DaysOn, Demand, Hours, Limit, Request, Tally, Weekends, Wish};
use crate::validate::{ProblemError, validate};

/// Why a file was refused.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum CurtoisError {
    /// A line that cannot be read.
    #[error("line {line}: {what}; {remedy}")]
    Line {
        /// Line, counted from 1.
        line: usize,
        /// What is wrong, with the value.
        what: String,
        /// What to do.
        remedy: &'static str,
    },
    /// A section that is not there.
    #[error("{0} is missing or empty; the file may be cut short")]
    Missing(&'static str),
    /// The file reads, but the problem makes no sense.
    #[error(transparent)]
    Problem(#[from] ProblemError),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Section {
    None,
    Horizon,
    Shifts,
    Staff,
    DaysOff,
    OnRequests,
    OffRequests,
    Cover,
}

struct Reader {
    problem: Problem,
    shifts: BTreeMap<String, ShiftId>,
    people: BTreeMap<String, usize>,
    /// Successions are resolved when all shifts are known.
    forbidden: Vec<(usize, ShiftId, String)>,
}

/// Reads an instance.
///
/// # Errors
/// The first line, section or statement that is wrong, with what to do.
pub fn read(text: &str) -> Result<Problem, CurtoisError> {
    let mut reader =
        Reader { problem: Problem::new(0), shifts: BTreeMap::new(), people: BTreeMap::new(), forbidden: Vec::new() };
    let mut section = Section::None;
    for (index, raw) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let (line, text) = (index + 1, raw.trim());
        if text.is_empty() || text.starts_with('#') {
            continue;
        }
        if text.starts_with("SECTION_") {
            section = match text {
                "SECTION_HORIZON" => Section::Horizon,
                "SECTION_SHIFTS" => Section::Shifts,
                "SECTION_STAFF" => Section::Staff,
                "SECTION_DAYS_OFF" => Section::DaysOff,
                "SECTION_SHIFT_ON_REQUESTS" => Section::OnRequests,
                "SECTION_SHIFT_OFF_REQUESTS" => Section::OffRequests,
                "SECTION_COVER" => Section::Cover,
                _ => return Err(wrong(line, format!("unknown section {text:?}"), "use the sections of the format")),
            };
            continue;
        }
        let fields: Vec<&str> = text.split(',').map(str::trim).collect();
        match section {
            Section::None => {
                return Err(wrong(line, format!("{text:?} stands before any section"), "start with SECTION_HORIZON"));
            }
            Section::Horizon => reader.horizon(line, text)?,
            Section::Shifts => reader.shift(line, &fields)?,
            Section::Staff => reader.person(line, &fields)?,
            Section::DaysOff => reader.days_off(line, &fields)?,
            Section::OnRequests => reader.request(line, &fields, true)?,
            Section::OffRequests => reader.request(line, &fields, false)?,
            Section::Cover => reader.cover(line, &fields)?,
        }
    }
    reader.finish()
}

fn wrong(line: usize, what: impl Into<String>, remedy: &'static str) -> CurtoisError {
    CurtoisError::Line { line, what: what.into(), remedy }
}

/// A whole number between 0 and `most`.
fn number(line: usize, fields: &[&str], at: usize, name: &str, most: u32) -> Result<u32, CurtoisError> {
    let Some(text) = fields.get(at) else {
        return Err(wrong(line, format!("{name} is missing (field {})", at + 1), "complete the line"));
    };
    match text.parse::<i64>() {
        Ok(value) if (0..=i64::from(most)).contains(&value) => Ok(value as u32),
        Ok(value) => Err(wrong(line, format!("{name} is {value}, expected 0 to {most}"), "correct the number")),
        Err(_) => Err(wrong(line, format!("{name} is {text:?}, expected a whole number"), "correct the number")),
    }
}

/// No number of minutes in a file is larger than this: a year around the clock.
const MOST_MINUTES: u32 = 366 * 1_440;
/// No count in a file is larger than this.
const MOST_COUNT: u32 = 100_000;

impl Reader {
    fn horizon(&mut self, line: usize, text: &str) -> Result<(), CurtoisError> {
        if self.problem.days != 0 {
            return Err(wrong(line, "a second horizon", "keep one"));
        }
        let days = number(line, &[text], 0, "the horizon", MAX_DAYS as u32)?;
        if days == 0 {
            return Err(wrong(line, "the horizon is 0 days", "give at least one day"));
        }
        self.problem.days = days as usize;
        Ok(())
    }

    fn shift(&mut self, line: usize, fields: &[&str]) -> Result<(), CurtoisError> {
        let name = fields[0];
        if name.is_empty() {
            return Err(wrong(line, "a shift without a name", "name it"));
        }
        let minutes = number(line, fields, 1, "the length", crate::problem::MAX_SHIFT_MINUTES)?;
        let shift = self.problem.add_shift(Shift::new(name, minutes));
        self.problem.add_plain_duty(shift);
        if self.shifts.insert(name.to_owned(), shift).is_some() {
            return Err(wrong(line, format!("shift {name:?} is there twice"), "keep one of the two"));
        }
        for next in fields.get(2).unwrap_or(&"").split('|').filter(|next| !next.is_empty()) {
            self.forbidden.push((line, shift, next.trim().to_owned()));
        }
        Ok(())
    }

    fn shift_of(&self, line: usize, name: &str) -> Result<ShiftId, CurtoisError> {
        let known = self.shifts.get(name).copied();
        known.ok_or_else(|| {
            wrong(line, format!("unknown shift {name:?}"), "list it in SECTION_SHIFTS, before it is used")
        })
    }

    fn person_of(&self, line: usize, fields: &[&str]) -> Result<usize, CurtoisError> {
        let known = self.people.get(fields[0]).copied();
        known.ok_or_else(|| {
            wrong(line, format!("unknown person {:?}", fields[0]), "list them in SECTION_STAFF, before they are used")
        })
    }

    fn day(&self, line: usize, fields: &[&str], at: usize) -> Result<usize, CurtoisError> {
        if self.problem.days == 0 {
            return Err(wrong(line, "a day before the horizon is known", "put SECTION_HORIZON first"));
        }
        Ok(number(line, fields, at, "the day", self.problem.days as u32 - 1)? as usize)
    }

    fn person(&mut self, line: usize, fields: &[&str]) -> Result<(), CurtoisError> {
        let name = fields[0];
        if name.is_empty() {
            return Err(wrong(line, "a person without a name", "name them"));
        }
        let mut person = Person::new(name);
        let list = fields.get(1).ok_or_else(|| wrong(line, "the list of shifts is missing", "complete the line"))?;
        let mut most: BTreeMap<ShiftId, u32> = BTreeMap::new();
        for entry in list.split('|').filter(|entry| !entry.is_empty()) {
            let Some((shift, count)) = entry.split_once('=') else {
                return Err(wrong(line, format!("{entry:?} is no limit on a shift"), "write SHIFT=COUNT"));
            };
            let shift = self.shift_of(line, shift.trim())?;
            let count = number(line, &[count.trim()], 0, "the limit on a shift", MOST_COUNT)?;
            if most.insert(shift, count).is_some() {
                return Err(wrong(
                    line,
                    format!("shift {:?} is limited twice", self.problem.shifts[shift].name),
                    "keep one of the two",
                ));
            }
        }
        if !list.is_empty() {
            for shift in 0..self.problem.shifts.len() {
                person.contract.tallies.push(Tally {
                    name: self.problem.shifts[shift].name.clone(),
                    duties: vec![shift],
                    days: None,
                    carried: 0,
                    limit: Limit::hard(0, most.get(&shift).copied().unwrap_or(0)),
                });
            }
        }
        let most_minutes = number(line, fields, 2, "the most minutes", MOST_MINUTES)?;
        let least_minutes = number(line, fields, 3, "the fewest minutes", MOST_MINUTES)?;
        let longest = number(line, fields, 4, "the most shifts in a row", MOST_COUNT)?;
        let shortest = number(line, fields, 5, "the fewest shifts in a row", MOST_COUNT)?;
        let fewest_off = number(line, fields, 6, "the fewest days off in a row", MOST_COUNT)?;
        let weekends = number(line, fields, 7, "the most weekends", MOST_COUNT)?;
        person.contract.hours = Hours(Limit::hard(least_minutes, most_minutes));
        person.contract.days_on = DaysOn(Limit::hard(shortest, longest));
        person.contract.days_off = DaysOff(Limit::hard(fewest_off, u32::MAX));
        person.contract.weekends = Weekends(Limit::hard(0, weekends));
        if self.people.insert(name.to_owned(), self.problem.people.len()).is_some() {
            return Err(wrong(line, format!("person {name:?} is there twice"), "keep one of the two"));
        }
        self.problem.people.push(person);
        Ok(())
    }

    fn days_off(&mut self, line: usize, fields: &[&str]) -> Result<(), CurtoisError> {
        let person = self.person_of(line, fields)?;
        for at in (1..fields.len()).filter(|&at| !fields[at].is_empty()) {
            let day = self.day(line, fields, at)?;
            self.problem.people[person].days_off.push(day);
        }
        Ok(())
    }

    fn request(&mut self, line: usize, fields: &[&str], on: bool) -> Result<(), CurtoisError> {
        let person = self.person_of(line, fields)?;
        let day = self.day(line, fields, 1)?;
        let shift = self.shift_of(line, fields.get(2).copied().unwrap_or(""))?;
        let weight = number(line, fields, 3, "the weight", MAX_WEIGHT)?;
        let wish = if on { Wish::On(shift) } else { Wish::Off(shift) };
        self.problem.people[person].requests.push(Request { day, wish, weight });
        Ok(())
    }

    fn cover(&mut self, line: usize, fields: &[&str]) -> Result<(), CurtoisError> {
        let day = self.day(line, fields, 0)?;
        let duty = self.shift_of(line, fields.get(1).copied().unwrap_or(""))?;
        let wanted = number(line, fields, 2, "the requirement", MOST_COUNT)?;
        let under = number(line, fields, 3, "the weight for under", MAX_WEIGHT)?;
        let over = number(line, fields, 4, "the weight for over", MAX_WEIGHT)?;
        if self.problem.demand.iter().any(|demand| demand.day == day && demand.duty == duty) {
            return Err(wrong(
                line,
                format!("the cover of {:?} on day {day} is there twice", fields[1]),
                "keep one of the two",
            ));
        }
        self.problem.demand.push(Demand { day, duty, minimum: 0, wanted, under, over });
        Ok(())
    }

    fn finish(mut self) -> Result<Problem, CurtoisError> {
        let missing = [
            (self.problem.days == 0, "SECTION_HORIZON"),
            (self.problem.shifts.is_empty(), "SECTION_SHIFTS"),
            (self.problem.people.is_empty(), "SECTION_STAFF"),
            (self.problem.demand.is_empty(), "SECTION_COVER"),
        ];
        if let Some((_, section)) = missing.iter().find(|(missing, _)| *missing) {
            return Err(CurtoisError::Missing(section));
        }
        for (line, shift, next) in std::mem::take(&mut self.forbidden) {
            let next = self.shift_of(line, &next)?;
            self.problem.succession.forbidden.push((shift, next));
        }
        validate(&self.problem)?;
        Ok(self.problem)
    }
}

/// Writes a roster as the shared evaluator reads it: one row per person, `NAME,cell,cell,…`, empty for off.
pub fn write(problem: &Problem, roster: &Roster) -> String {
    let mut text = String::new();
    for (index, person) in problem.people.iter().enumerate() {
        text.push_str(&person.name);
        for day in 0..problem.days {
            let shift = |duty: DutyId| problem.shifts[problem.duties[duty].shift].name.as_str();
            let _ = write!(text, ",{}", roster.get(index, day).map_or("", shift));
        }
        text.push('\n');
    }
    text
}
