//! Refuses a problem that makes no sense, before anything is compiled.

use thiserror::Error;

use crate::model::{FIXED_RANGE, HARD_MARGIN, largest_weight};
use crate::problem::{MAX_DAYS, MAX_DUTIES, MAX_PEOPLE, MAX_SHIFT_MINUTES, MAX_SHIFTS, MAX_WEIGHT, Problem, Run};
use crate::rules::{Coefficients, Limit, Weight};

/// Most people a single demand may ask for.
const MAX_WANTED: u32 = 100_000;
/// Largest coefficient of a link.
const MAX_COEFFICIENT: i32 = 20;
/// Largest number of days, weekends or duties carried along from before.
const MAX_CARRIED: u32 = 100_000;
/// Largest number of minutes carried along: ten years of duty.
const MAX_CARRIED_MINUTES: u32 = 10 * 366 * 1_440;

/// Why a problem was refused.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum ProblemError {
    /// Something that must be there is missing.
    #[error("the problem has no {0}; add at least one")]
    Empty(&'static str),
    /// Something is too large.
    #[error("{what} is {value}, at most {limit} is possible; {remedy}")]
    TooLarge {
        /// What is too large.
        what: String,
        /// How large it is.
        value: u64,
        /// The limit.
        limit: u64,
        /// What to do.
        remedy: &'static str,
    },
    /// A number points at something that is not there.
    #[error("{place} names {what} {index}, but there are only {count}; correct the number or add the {what}")]
    Unknown {
        /// Where.
        place: String,
        /// What is named.
        what: &'static str,
        /// The number.
        index: usize,
        /// How many there are.
        count: usize,
    },
    /// The same thing is there twice.
    #[error("{what} {name:?} is there twice; keep one of the two")]
    Duplicate {
        /// What.
        what: &'static str,
        /// Its name.
        name: String,
    },
    /// Two statements contradict each other.
    #[error("{place}: {what}; change one of the two")]
    Contradiction {
        /// Where.
        place: String,
        /// What contradicts what.
        what: String,
    },
}

/// Checks sizes, references and contradictions; says nothing about whether a legal roster exists.
///
/// # Errors
/// The first thing found wrong.
pub fn validate(problem: &Problem) -> Result<(), ProblemError> {
    sizes(problem)?;
    duties(problem)?;
    for person in 0..problem.people.len() {
        check_person(problem, person)?;
    }
    demand(problem)?;
    links(problem)?;
    // A whole row of cells, each as dear as can be, must fit the fixed-point range of the search.
    let largest = largest_weight(problem);
    let factor = if problem.links.is_empty() { 1 } else { i64::from(MAX_COEFFICIENT) };
    let row = (problem.days as i64 + 8) * 2 * (largest + (12 * largest + HARD_MARGIN) * factor);
    at_most("the largest weight over the whole period", row as u64, FIXED_RANGE as u64, "divide all weights by ten")
}

fn at_most(what: impl Into<String>, value: u64, limit: u64, remedy: &'static str) -> Result<(), ProblemError> {
    if value <= limit { Ok(()) } else { Err(ProblemError::TooLarge { what: what.into(), value, limit, remedy }) }
}

fn known(place: impl FnOnce() -> String, what: &'static str, index: usize, count: usize) -> Result<(), ProblemError> {
    if index < count { Ok(()) } else { Err(ProblemError::Unknown { place: place(), what, index, count }) }
}

fn unique<'a>(what: &'static str, names: impl Iterator<Item = &'a String>) -> Result<(), ProblemError> {
    let mut seen = std::collections::BTreeSet::new();
    for name in names {
        if !seen.insert(name) {
            return Err(ProblemError::Duplicate { what, name: name.clone() });
        }
    }
    Ok(())
}

fn sizes(problem: &Problem) -> Result<(), ProblemError> {
    let counts = [
        (problem.days, "days"),
        (problem.shifts.len(), "shifts"),
        (problem.duties.len(), "duties"),
        (problem.people.len(), "people"),
    ];
    for (count, what) in counts {
        if count == 0 {
            return Err(ProblemError::Empty(what));
        }
    }
    at_most("the period in days", problem.days as u64, MAX_DAYS as u64, "split the period")?;
    at_most("the number of people", problem.people.len() as u64, MAX_PEOPLE as u64, "solve unit by unit")?;
    at_most(
        "the number of shifts",
        problem.shifts.len() as u64,
        MAX_SHIFTS as u64,
        "merge shifts that differ in name only",
    )?;
    at_most("the number of duties", problem.duties.len() as u64, MAX_DUTIES as u64, "solve unit by unit")?;
    at_most(
        "the minimum rest in minutes",
        u64::from(problem.succession.minimum_rest),
        2_880,
        "give the rest in minutes",
    )?;
    at_most("the travel weight", u64::from(problem.travel.per_ten_km), 1_000, "use a smaller weight")?;
    at_most("the first weekday", problem.first_weekday as u64, 6, "count from 0 (Monday) to 6 (Sunday)")
}

fn duties(problem: &Problem) -> Result<(), ProblemError> {
    unique("shift", problem.shifts.iter().map(|shift| &shift.name))?;
    unique("post", problem.posts.iter().map(|post| &post.name))?;
    unique("person", problem.people.iter().map(|person| &person.name))?;
    for shift in &problem.shifts {
        at_most(
            format!("the length of shift {:?} in minutes", shift.name),
            u64::from(shift.minutes),
            u64::from(MAX_SHIFT_MINUTES),
            "split it into two shifts",
        )?;
        at_most(
            format!("the start of shift {:?} in minutes", shift.name),
            u64::from(shift.start.unwrap_or(0)),
            1_439,
            "count from midnight",
        )?;
    }
    for (index, duty) in problem.duties.iter().enumerate() {
        let place = || format!("duty {index}");
        known(place, "shift", duty.shift, problem.shifts.len())?;
        known(place, "post", duty.post.unwrap_or(0), problem.posts.len().max(usize::from(duty.post.is_none())))?;
        let qualifications = problem.qualifications.len().max(usize::from(duty.qualification.is_none()));
        known(place, "qualification", duty.qualification.unwrap_or(0), qualifications)?;
    }
    for &(a, b) in &problem.succession.forbidden {
        known(|| "the forbidden successions".into(), "shift", a.max(b), problem.shifts.len())?;
    }
    Ok(())
}

fn check_limit(place: &str, what: &str, limit: &Limit) -> Result<(), ProblemError> {
    if limit.min > limit.max {
        return Err(ProblemError::Contradiction {
            place: place.into(),
            what: format!("{what} must be at least {} and at most {}", limit.min, limit.max),
        });
    }
    for weight in [limit.below, limit.above] {
        if let Weight::Soft(weight) = weight {
            at_most(
                format!("{place}: the weight of {what}"),
                u64::from(weight),
                u64::from(MAX_WEIGHT),
                "use smaller weights throughout",
            )?;
        }
    }
    Ok(())
}

fn check_person(problem: &Problem, index: usize) -> Result<(), ProblemError> {
    let person = &problem.people[index];
    let place = || format!("person {:?}", person.name);
    let contract = &person.contract;
    check_limit(&place(), "hours", &contract.hours.0)?;
    check_limit(&place(), "days on duty in a row", &contract.days_on.0)?;
    check_limit(&place(), "days off in a row", &contract.days_off.0)?;
    check_limit(&place(), "weekends", &contract.weekends.0)?;
    for same in &contract.same_shift {
        check_limit(&place(), "days in one shift in a row", &same.0)?;
    }
    known(place, "shift", contract.same_shift.len().saturating_sub(1), problem.shifts.len())?;
    at_most(
        format!("{}: the weight of half weekends", place()),
        u64::from(contract.complete_weekends.0),
        u64::from(MAX_WEIGHT),
        "use smaller weights throughout",
    )?;
    for tally in &contract.tallies {
        check_limit(&place(), &tally.name, &tally.limit)?;
        at_most(
            format!("{}: the {} carried along", place(), tally.name),
            u64::from(tally.carried),
            u64::from(MAX_CARRIED),
            "count the period's own kind of duty",
        )?;
        for &duty in &tally.duties {
            known(place, "duty", duty, problem.duties.len())?;
        }
        for &day in tally.days.iter().flatten() {
            known(place, "day", day, problem.days)?;
        }
    }
    let history = &person.history;
    at_most(
        format!("{}: weekends before the period", place()),
        u64::from(history.weekends),
        u64::from(MAX_CARRIED),
        "count weekends",
    )?;
    at_most(
        format!("{}: minutes before the period", place()),
        u64::from(history.minutes),
        u64::from(MAX_CARRIED_MINUTES),
        "count minutes",
    )?;
    let run = match history.run {
        Run::Unknown => 0,
        Run::Off(days) => days,
        Run::On { days, shift, same } => {
            known(place, "shift", shift, problem.shifts.len())?;
            if same > days || same == 0 {
                return Err(ProblemError::Contradiction {
                    place: place(),
                    what: format!("{days} days on duty in a row before the period, of which {same} in the last shift"),
                });
            }
            days
        }
    };
    at_most(
        format!("{}: the run before the period in days", place()),
        u64::from(run),
        u64::from(MAX_CARRIED),
        "count days",
    )?;
    for &qualification in &person.qualifications {
        known(place, "qualification", qualification, problem.qualifications.len())?;
    }
    for &day in &person.days_off {
        known(place, "day", day, problem.days)?;
    }
    for request in &person.requests {
        known(place, "day", request.day, problem.days)?;
        at_most(
            format!("{}: the weight of a request", place()),
            u64::from(request.weight),
            u64::from(MAX_WEIGHT),
            "use smaller weights throughout",
        )?;
        if let crate::rules::Wish::On(shift) | crate::rules::Wish::Off(shift) = request.wish {
            known(place, "shift", shift, problem.shifts.len())?;
        }
    }
    pins(problem, index)
}

fn pins(problem: &Problem, index: usize) -> Result<(), ProblemError> {
    let person = &problem.people[index];
    let place = || format!("person {:?}", person.name);
    let mut pinned = vec![None; problem.days];
    for pin in &person.pins {
        known(place, "day", pin.day, problem.days)?;
        if let Some(duty) = pin.duty {
            known(place, "duty", duty, problem.duties.len())?;
            if person.days_off.contains(&pin.day) {
                return Err(ProblemError::Contradiction {
                    place: place(),
                    what: format!("day {} is a day off and pinned to {}", pin.day, problem.duty_name(duty)),
                });
            }
        }
        match pinned[pin.day] {
            Some(other) if other != pin.duty => {
                return Err(ProblemError::Contradiction {
                    place: place(),
                    what: format!("day {} is pinned to two different cells", pin.day),
                });
            }
            _ => pinned[pin.day] = Some(pin.duty),
        }
    }
    Ok(())
}

fn demand(problem: &Problem) -> Result<(), ProblemError> {
    let mut seen = vec![false; problem.days * problem.duties.len()];
    for demand in &problem.demand {
        let place = || format!("the demand for duty {} on day {}", demand.duty, demand.day);
        known(place, "day", demand.day, problem.days)?;
        known(place, "duty", demand.duty, problem.duties.len())?;
        at_most(place(), u64::from(demand.wanted), u64::from(MAX_WANTED), "ask for fewer people")?;
        at_most(
            format!("{}: the weight", place()),
            u64::from(demand.under.max(demand.over)),
            u64::from(MAX_WEIGHT),
            "use smaller weights throughout",
        )?;
        if demand.minimum > demand.wanted {
            return Err(ProblemError::Contradiction {
                place: place(),
                what: format!("at least {} are needed but only {} wanted", demand.minimum, demand.wanted),
            });
        }
        let cell = &mut seen[demand.day * problem.duties.len() + demand.duty];
        if std::mem::replace(cell, true) {
            return Err(ProblemError::Duplicate {
                what: "the demand for",
                name: format!("{} on day {}", problem.duty_name(demand.duty), demand.day),
            });
        }
    }
    Ok(())
}

fn links(problem: &Problem) -> Result<(), ProblemError> {
    for (index, link) in problem.links.iter().enumerate() {
        let place = || format!("link {index}");
        known(place, "day", link.day, problem.days)?;
        for &duty in &link.duties {
            known(place, "duty", duty, problem.duties.len())?;
        }
        let largest = match &link.coefficients {
            Coefficients::Grade(officer, auxiliary) => officer.unsigned_abs().max(auxiliary.unsigned_abs()),
            Coefficients::People(list) => {
                for pair in list.windows(2) {
                    if pair[0].0 >= pair[1].0 {
                        return Err(ProblemError::Contradiction {
                            place: place(),
                            what: format!("people {} and {} are out of order or the same", pair[0].0, pair[1].0),
                        });
                    }
                }
                known(place, "person", list.last().map_or(0, |entry| entry.0), problem.people.len())?;
                list.iter().map(|entry| entry.1.unsigned_abs()).max().unwrap_or(0)
            }
        };
        at_most(
            format!("{}: a coefficient", place()),
            u64::from(largest),
            MAX_COEFFICIENT as u64,
            "use small whole numbers",
        )?;
        let bounds = [link.at_least, link.at_most];
        for bound in bounds.into_iter().flatten() {
            at_most(
                format!("{}: a bound", place()),
                u64::from(bound.unsigned_abs()),
                u64::from(MAX_WANTED),
                "use small whole numbers",
            )?;
        }
        if let (Some(least), Some(most)) = (link.at_least, link.at_most)
            && least > most
        {
            return Err(ProblemError::Contradiction {
                place: place(),
                what: format!("at least {least} and at most {most}"),
            });
        }
        if let Weight::Soft(weight) = link.weight {
            at_most(
                format!("{}: the weight", place()),
                u64::from(weight),
                u64::from(MAX_WEIGHT),
                "use smaller weights throughout",
            )?;
        }
    }
    Ok(())
}
