//! INRC-II (Ceschia et al. 2015), read as one static problem of several weeks.
//!
//! A set of instances is a folder with a scenario `Sc-SET.txt`, histories `H0-SET-K.txt` and week data
//! `WD-SET-K.txt`; an instance is named `SET_H_W-W-…`, for example `n030w4_1_6-2-9-1`. Shifts have no length
//! in this format; each counts as one minute, so that limits on assignments are limits on minutes.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use thiserror::Error;

use crate::problem::{DutyId, History, MAX_DAYS, Person, Problem, QualificationId, Roster, Run, Shift, ShiftId};
use crate::rules::{
    CompleteWeekends, Contract, DaysOff, DaysOn, Demand, Hours, Limit, Request, SameShift, Weekends, Weight, Wish,
};
use crate::validate::{ProblemError, validate};

const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
/// Weights of the competition.
const OPTIMAL_COVER: u32 = 30;
const SAME_SHIFT: u32 = 15;
const DAYS_ON_OFF: u32 = 30;
const PREFERENCE: u32 = 10;
const COMPLETE_WEEKEND: u32 = 30;
const ASSIGNMENTS: u32 = 20;
const WEEKENDS: u32 = 30;
/// Largest number accepted anywhere in the files.
const MOST: u32 = 10_000;

/// Why files were refused.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum Inrc2Error {
    /// A line that cannot be read.
    #[error("{file} line {line}: {what}; {remedy}")]
    Line {
        /// The file.
        file: String,
        /// Line, counted from 1.
        line: usize,
        /// What is wrong, with the value.
        what: String,
        /// What to do.
        remedy: &'static str,
    },
    /// Something that must be there is not.
    #[error("{file}: {what} is missing; the file may be cut short")]
    Missing {
        /// The file.
        file: String,
        /// What.
        what: String,
    },
    /// A name of an instance that cannot be read.
    #[error("{0:?} names no instance; expected SET_HISTORY_WEEK-WEEK-…, for example n030w4_1_6-2-9-1")]
    Name(String),
    /// The files read, but the problem makes no sense.
    #[error(transparent)]
    Problem(#[from] ProblemError),
}

/// The names of the files of an instance: scenario, history, and each week's data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Files {
    /// Folder of the set, for example `n030w4`.
    pub folder: String,
    /// Scenario.
    pub scenario: String,
    /// History.
    pub history: String,
    /// Week data, in order.
    pub weeks: Vec<String>,
}

/// The files that an instance's name stands for.
///
/// # Errors
/// [`Inrc2Error::Name`].
pub fn files(instance: &str) -> Result<Files, Inrc2Error> {
    let bad = || Inrc2Error::Name(instance.to_owned());
    let mut parts = instance.split('_');
    let (Some(set), Some(history), Some(weeks), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return Err(bad());
    };
    let number = |text: &str| !text.is_empty() && text.len() <= 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    let plain = !set.is_empty() && set.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !plain || !number(history) || !weeks.split('-').all(number) {
        return Err(bad());
    }
    Ok(Files {
        folder: set.to_owned(),
        scenario: format!("Sc-{set}.txt"),
        history: format!("H0-{set}-{history}.txt"),
        weeks: weeks.split('-').map(|week| format!("WD-{set}-{week}.txt")).collect(),
    })
}

/// Lines of a file as words, with their numbers.
struct Lines<'a> {
    file: &'a str,
    lines: Vec<(usize, Vec<&'a str>)>,
    at: usize,
}

impl<'a> Lines<'a> {
    fn new(file: &'a str, text: &'a str) -> Self {
        let words =
            text.lines().enumerate().map(|(index, line)| (index + 1, line.split_whitespace().collect::<Vec<_>>()));
        Lines { file, lines: words.filter(|(_, words)| !words.is_empty()).collect(), at: 0 }
    }

    fn next(&mut self, what: &str) -> Result<(usize, Vec<&'a str>), Inrc2Error> {
        let line = self
            .lines
            .get(self.at)
            .cloned()
            .ok_or_else(|| Inrc2Error::Missing { file: self.file.to_owned(), what: what.to_owned() })?;
        self.at += 1;
        Ok(line)
    }

    /// Goes to the line that starts with `word` and returns the number after `=`, or 0.
    fn seek(&mut self, word: &str) -> Result<u32, Inrc2Error> {
        loop {
            let (line, words) = self.next(word)?;
            if words[0] == word {
                return words.get(2).map_or(Ok(0), |text| self.number(line, text));
            }
        }
    }

    fn wrong(&self, line: usize, what: String, remedy: &'static str) -> Inrc2Error {
        Inrc2Error::Line { file: self.file.to_owned(), line, what, remedy }
    }

    fn number(&self, line: usize, text: &str) -> Result<u32, Inrc2Error> {
        let value = text.parse::<u32>().ok().filter(|&value| value <= MOST);
        value.ok_or_else(|| {
            self.wrong(line, format!("{text:?} is no number between 0 and {MOST}"), "correct the number")
        })
    }

    fn field(&self, line: usize, words: &[&'a str], at: usize) -> Result<&'a str, Inrc2Error> {
        words
            .get(at)
            .copied()
            .ok_or_else(|| self.wrong(line, format!("field {} is missing", at + 1), "complete the line"))
    }

    /// `(min,max)`.
    fn pair(&self, line: usize, text: &str) -> Result<(u32, u32), Inrc2Error> {
        let inside =
            text.strip_prefix('(').and_then(|text| text.strip_suffix(')')).and_then(|text| text.split_once(','));
        let Some((low, high)) = inside else {
            return Err(self.wrong(line, format!("{text:?} is no pair"), "write (min,max)"));
        };
        let pair = (self.number(line, low.trim())?, self.number(line, high.trim())?);
        if pair.0 > pair.1 {
            return Err(self.wrong(line, format!("{text:?} has its minimum above its maximum"), "swap the two"));
        }
        Ok(pair)
    }
}

struct Reader {
    problem: Problem,
    skills: BTreeMap<String, QualificationId>,
    shifts: BTreeMap<String, ShiftId>,
    nurses: BTreeMap<String, usize>,
}

/// Reads an instance from the texts of its files.
///
/// # Errors
/// The first line that is wrong, with its file and what to do.
pub fn read(files: &Files, scenario: &str, history: &str, weeks: &[String]) -> Result<Problem, Inrc2Error> {
    let mut reader = Reader {
        problem: Problem::new(7 * weeks.len()),
        skills: BTreeMap::new(),
        shifts: BTreeMap::new(),
        nurses: BTreeMap::new(),
    };
    if weeks.is_empty() || weeks.len() * 7 > MAX_DAYS {
        return Err(Inrc2Error::Name(format!("{} weeks", weeks.len())));
    }
    reader.scenario(&mut Lines::new(&files.scenario, scenario))?;
    reader.history(&mut Lines::new(&files.history, history))?;
    for (week, (name, text)) in files.weeks.iter().zip(weeks).enumerate() {
        reader.week(&mut Lines::new(name, text), week)?;
    }
    validate(&reader.problem)?;
    Ok(reader.problem)
}

impl Reader {
    fn named(
        map: &BTreeMap<String, usize>,
        lines: &Lines,
        line: usize,
        name: &str,
        what: &str,
    ) -> Result<usize, Inrc2Error> {
        map.get(name)
            .copied()
            .ok_or_else(|| lines.wrong(line, format!("unknown {what} {name:?}"), "name it in the scenario first"))
    }

    fn duty(&self, shift: ShiftId, skill: QualificationId) -> DutyId {
        shift * self.skills.len() + skill
    }

    fn scenario(&mut self, lines: &mut Lines) -> Result<(), Inrc2Error> {
        for _ in 0..lines.seek("SKILLS")? {
            let (line, words) = lines.next("a skill")?;
            if self.skills.insert(words[0].to_owned(), self.skills.len()).is_some() {
                return Err(lines.wrong(line, format!("skill {:?} is there twice", words[0]), "keep one of the two"));
            }
            self.problem.qualifications.push(words[0].to_owned());
        }
        let mut same = Vec::new();
        for _ in 0..lines.seek("SHIFT_TYPES")? {
            let (line, words) = lines.next("a shift type")?;
            let (low, high) = lines.pair(line, lines.field(line, &words, 1)?)?;
            same.push(SameShift(Limit::soft(low, high, SAME_SHIFT)));
            let shift = self.problem.add_shift(Shift::new(words[0], 1));
            if self.shifts.insert(words[0].to_owned(), shift).is_some() {
                return Err(lines.wrong(line, format!("shift {:?} is there twice", words[0]), "keep one of the two"));
            }
        }
        for shift in 0..self.problem.shifts.len() {
            for skill in 0..self.skills.len() {
                self.problem.duties.push(crate::problem::Duty { shift, post: None, qualification: Some(skill) });
            }
        }
        lines.seek("FORBIDDEN_SHIFT_TYPES_SUCCESSIONS")?;
        for _ in 0..self.shifts.len() {
            let (line, words) = lines.next("a succession")?;
            let before = Self::named(&self.shifts, lines, line, words[0], "shift")?;
            for next in words.iter().skip(2) {
                let next = Self::named(&self.shifts, lines, line, next, "shift")?;
                self.problem.succession.forbidden.push((before, next));
            }
        }
        let mut contracts = BTreeMap::new();
        for _ in 0..lines.seek("CONTRACTS")? {
            let (line, words) = lines.next("a contract")?;
            let contract = contract(lines, line, &words, &same)?;
            if contracts.insert(words[0].to_owned(), contract).is_some() {
                return Err(lines.wrong(
                    line,
                    format!("contract {:?} is there twice", words[0]),
                    "keep one of the two",
                ));
            }
        }
        for _ in 0..lines.seek("NURSES")? {
            let (line, words) = lines.next("a nurse")?;
            let name = lines.field(line, &words, 1)?;
            let contract = contracts.get(name).cloned();
            let mut person = Person::new(words[0]);
            person.contract = contract.ok_or_else(|| {
                lines.wrong(line, format!("unknown contract {name:?}"), "name it in the scenario first")
            })?;
            for skill in words.iter().skip(3) {
                person.qualifications.push(Self::named(&self.skills, lines, line, skill, "skill")?);
            }
            if self.nurses.insert(words[0].to_owned(), self.problem.people.len()).is_some() {
                return Err(lines.wrong(line, format!("nurse {:?} is there twice", words[0]), "keep one of the two"));
            }
            self.problem.people.push(person);
        }
        Ok(())
    }

    fn history(&mut self, lines: &mut Lines) -> Result<(), Inrc2Error> {
        lines.seek("NURSE_HISTORY")?;
        let mut seen = vec![false; self.problem.people.len()];
        for _ in 0..self.problem.people.len() {
            let (line, words) = lines.next("the history of a nurse")?;
            let nurse = Self::named(&self.nurses, lines, line, words[0], "nurse")?;
            if std::mem::replace(&mut seen[nurse], true) {
                return Err(lines.wrong(line, format!("nurse {:?} is there twice", words[0]), "keep one of the two"));
            }
            let number = |at: usize| lines.number(line, lines.field(line, &words, at)?);
            let (assignments, weekends, same, on, off) = (number(1)?, number(2)?, number(4)?, number(5)?, number(6)?);
            let last = lines.field(line, &words, 3)?;
            let run = if last == "None" || on == 0 {
                Run::Off(off)
            } else {
                Run::On { days: on, shift: Self::named(&self.shifts, lines, line, last, "shift")?, same }
            };
            self.problem.people[nurse].history = History { run, weekends, minutes: assignments };
        }
        Ok(())
    }

    fn week(&mut self, lines: &mut Lines, week: usize) -> Result<(), Inrc2Error> {
        lines.seek("REQUIREMENTS")?;
        loop {
            let (line, words) = lines.next("SHIFT_OFF_REQUESTS")?;
            if words[0] == "SHIFT_OFF_REQUESTS" {
                let count = words.get(2).map_or(Ok(0), |text| lines.number(line, text))?;
                return self.requests(lines, week, count);
            }
            let shift = Self::named(&self.shifts, lines, line, words[0], "shift")?;
            let skill = Self::named(&self.skills, lines, line, lines.field(line, &words, 1)?, "skill")?;
            let duty = self.duty(shift, skill);
            if self.problem.demand.iter().any(|demand| demand.day == 7 * week && demand.duty == duty) {
                let what = format!("the requirement of {} {} is there twice", words[0], words[1]);
                return Err(lines.wrong(line, what, "keep one of the two"));
            }
            for day in 0..7 {
                let (minimum, wanted) = lines.pair(line, lines.field(line, &words, 2 + day)?)?;
                self.problem.demand.push(Demand {
                    day: 7 * week + day,
                    duty,
                    minimum,
                    wanted,
                    under: OPTIMAL_COVER,
                    over: 0,
                });
            }
        }
    }

    fn requests(&mut self, lines: &mut Lines, week: usize, count: u32) -> Result<(), Inrc2Error> {
        for _ in 0..count {
            let (line, words) = lines.next("a shift-off request")?;
            let nurse = Self::named(&self.nurses, lines, line, words[0], "nurse")?;
            let shift = lines.field(line, &words, 1)?;
            let wish = if shift == "Any" {
                Wish::DayOff
            } else {
                Wish::Off(Self::named(&self.shifts, lines, line, shift, "shift")?)
            };
            let name = lines.field(line, &words, 2)?;
            let day = DAYS.iter().position(|day| *day == name);
            let day = day.ok_or_else(|| {
                lines.wrong(line, format!("{name:?} is no day"), "write Mon, Tue, Wed, Thu, Fri, Sat or Sun")
            })?;
            self.problem.people[nurse].requests.push(Request { day: 7 * week + day, wish, weight: PREFERENCE });
        }
        Ok(())
    }
}

fn contract(lines: &Lines, line: usize, words: &[&str], same: &[SameShift]) -> Result<Contract, Inrc2Error> {
    let pair = |at: usize| {
        let text = words
            .get(at)
            .copied()
            .ok_or_else(|| lines.wrong(line, format!("field {} is missing", at + 1), "complete the line"))?;
        lines.pair(line, text)
    };
    let number = |at: usize| {
        let text = words
            .get(at)
            .copied()
            .ok_or_else(|| lines.wrong(line, format!("field {} is missing", at + 1), "complete the line"))?;
        lines.number(line, text)
    };
    let (total, on, off) = (pair(1)?, pair(2)?, pair(3)?);
    let (weekends, complete) = (number(4)?, number(5)?);
    Ok(Contract {
        hours: Hours(Limit::soft(total.0, total.1, ASSIGNMENTS)),
        days_on: DaysOn(Limit::soft(on.0, on.1, DAYS_ON_OFF)),
        days_off: DaysOff(Limit::soft(off.0, off.1, DAYS_ON_OFF)),
        same_shift: same.to_vec(),
        weekends: Weekends(Limit { min: 0, max: weekends, below: Weight::Hard, above: Weight::Soft(WEEKENDS) }),
        complete_weekends: CompleteWeekends(if complete == 1 { COMPLETE_WEEKEND } else { 0 }),
        tallies: Vec::new(),
    })
}

/// Writes a roster in the competition's format, one text per week.
pub fn write(problem: &Problem, files: &Files, roster: &Roster) -> Vec<String> {
    (0..problem.days / 7)
        .map(|week| {
            let mut lines = String::new();
            let mut count = 0;
            for (index, person) in problem.people.iter().enumerate() {
                for (day, name) in DAYS.iter().enumerate() {
                    let Some(duty) = roster.get(index, 7 * week + day) else { continue };
                    let duty = &problem.duties[duty];
                    let skill = duty.qualification.map_or("", |skill| problem.qualifications[skill].as_str());
                    let _ = writeln!(lines, "{} {} {} {skill}", person.name, name, problem.shifts[duty.shift].name);
                    count += 1;
                }
            }
            format!("SOLUTION\n{week} {}\n\nASSIGNMENTS = {count}\n{lines}", files.folder)
        })
        .collect()
}
