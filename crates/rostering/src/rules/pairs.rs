//! Rules between people: together, apart, an auxiliary only beside an officer.
//!
//! Each is a weighted count over people on some duties of one day, with a bound. That is all the search
//! needs to know, and what keeps its prices exact.

use super::Weight;
use crate::problem::{Day, DutyId, Grade, PersonId, Problem};

/// Who counts for how much.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Coefficients {
    /// By grade: officer, auxiliary.
    Grade(i32, i32),
    /// These people, sorted by person; all others count nothing.
    People(Vec<(PersonId, i32)>),
}

impl Coefficients {
    /// What `person` counts.
    pub fn of(&self, person: PersonId, grade: Grade) -> i32 {
        match self {
            Coefficients::Grade(officer, auxiliary) => match grade {
                Grade::Officer => *officer,
                Grade::Auxiliary => *auxiliary,
            },
            Coefficients::People(list) => {
                list.binary_search_by_key(&person, |entry| entry.0).map_or(0, |at| list[at].1)
            }
        }
    }
}

/// Why a link is there, for words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkKind {
    /// These must serve together.
    Together,
    /// These must not serve together.
    Apart,
    /// An auxiliary only beside an officer.
    Beside,
}

/// A weighted count of people on `duties` of `day`, between two bounds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Why.
    pub kind: LinkKind,
    /// The day.
    pub day: Day,
    /// The duties.
    pub duties: Vec<DutyId>,
    /// Who counts.
    pub coefficients: Coefficients,
    /// Lower bound, if any.
    pub at_least: Option<i32>,
    /// Upper bound, if any; not below `at_least`.
    pub at_most: Option<i32>,
    /// Cost per unit outside.
    pub weight: Weight,
}

/// The two serve on the same one of `duties` every day, or on none of them.
pub fn together(problem: &Problem, a: PersonId, b: PersonId, duties: &[DutyId], weight: Weight) -> Vec<Link> {
    let coefficients = sorted_pair((a, 1), (b, -1));
    each(problem, duties, |day, duty| Link {
        kind: LinkKind::Together,
        day,
        duties: vec![duty],
        coefficients: coefficients.clone(),
        at_least: Some(0),
        at_most: Some(0),
        weight,
    })
}

/// The two never serve on the same one of `duties` on the same day.
pub fn apart(problem: &Problem, a: PersonId, b: PersonId, duties: &[DutyId], weight: Weight) -> Vec<Link> {
    let coefficients = sorted_pair((a, 1), (b, 1));
    each(problem, duties, |day, duty| Link {
        kind: LinkKind::Apart,
        day,
        duties: vec![duty],
        coefficients: coefficients.clone(),
        at_least: None,
        at_most: Some(1),
        weight,
    })
}

/// At most `per_officer` auxiliaries for each officer on each group of duties (one post and shift), every day.
pub fn beside_an_officer(problem: &Problem, groups: &[Vec<DutyId>], per_officer: u32, weight: Weight) -> Vec<Link> {
    let officer = i32::try_from(per_officer).unwrap_or(i32::MAX);
    let mut links = Vec::with_capacity(groups.len() * problem.days);
    for day in 0..problem.days {
        for duties in groups {
            links.push(Link {
                kind: LinkKind::Beside,
                day,
                duties: duties.clone(),
                coefficients: Coefficients::Grade(officer, -1),
                at_least: Some(0),
                at_most: None,
                weight,
            });
        }
    }
    links
}

fn sorted_pair(a: (PersonId, i32), b: (PersonId, i32)) -> Coefficients {
    let mut list = vec![a, b];
    list.sort_unstable_by_key(|entry| entry.0);
    Coefficients::People(list)
}

fn each(problem: &Problem, duties: &[DutyId], link: impl Fn(Day, DutyId) -> Link) -> Vec<Link> {
    (0..problem.days)
        .flat_map(|day| duties.iter().map(move |&duty| (day, duty)))
        .map(|(day, duty)| link(day, duty))
        .collect()
}
