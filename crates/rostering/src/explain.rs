//! Says why: why this cell and not another, and why a problem has no legal roster.
//!
//! The checker supplies the reasons, the pricer the "best that could be done instead"; nothing is guessed.

use crate::checker::roster::{Finding, check};
use crate::model::{FORBIDDEN, Model};
use crate::problem::{Day, DutyId, PersonId, Pin, Problem, Roster};
use crate::rules::{Limit, Rule, Weight};
use crate::search::pricer::{Pricer, Query, RowPrices};
use crate::solve::SolveError;
use crate::validate::validate;

/// One thing a person could do on a day instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alternative {
    /// The duty, or `None` for off.
    pub duty: Option<DutyId>,
    /// Hard rules that the single change would break.
    pub broken: Vec<Rule>,
    /// What the penalty changes by, rule by rule, where only this cell changes; largest first.
    pub costs: Vec<(Rule, i64)>,
    /// What the penalty changes by when the rest of the person's row is arranged anew around it;
    /// `None` when no legal row of theirs has this cell.
    pub at_best: Option<i64>,
}

impl Alternative {
    /// Sum of [`Self::costs`].
    pub fn cost(&self) -> i64 {
        self.costs.iter().map(|cost| cost.1).sum()
    }
}

/// Compares a cell with everything else the person could have had: the best first, the impossible last.
///
/// # Errors
/// [`SolveError::Problem`] when the problem makes no sense.
pub fn why(problem: &Problem, roster: &Roster, person: PersonId, day: Day) -> Result<Vec<Alternative>, SolveError> {
    validate(problem)?;
    let mut model = Model::compile(problem);
    let standing = check(problem, roster);
    let mut counts = model.counts(roster);
    let before = model.row_cost(&counts) + model.people[person].penalty(&model, roster.row(person)).unwrap_or(0);
    model.add_to_counts(&mut counts, person, roster.row(person), -1);
    let programme = model.people[person].clone();
    let mut pricer = Pricer::default();
    let mut list = Vec::new();
    for duty in std::iter::once(None).chain((0..problem.duties.len()).map(Some)) {
        if duty == roster.get(person, day) {
            continue;
        }
        let mut other = roster.clone();
        other.set(person, day, duty);
        let report = check(problem, &other);
        let mut broken: Vec<Rule> = hard(&report.findings, person)
            .filter(|rule| !hard(&standing.findings, person).any(|known| known == *rule))
            .collect();
        broken.dedup();
        let (now, then) = (report.by_rule(), standing.by_rule());
        let of = |list: &[(Rule, u64)], rule: Rule| {
            list.iter().find(|entry| entry.0 == rule).map_or(0, |entry| entry.1 as i64)
        };
        let mut rules: Vec<Rule> = now.iter().chain(&then).map(|entry| entry.0).collect();
        rules.sort_unstable();
        rules.dedup();
        let mut costs: Vec<(Rule, i64)> =
            rules.into_iter().map(|rule| (rule, of(&now, rule) - of(&then, rule))).filter(|cost| cost.1 != 0).collect();
        costs.sort_by_key(|cost| (std::cmp::Reverse(cost.1), cost.0));
        let allowed = programme.base[day * (model.duties + 1) + duty.unwrap_or(model.duties)] != FORBIDDEN;
        let mut at_best = None;
        if allowed {
            model.people[person] = programme.clone();
            model.people[person].pin(model.duties, Pin { day, duty });
            at_best = best_with(&model, roster, &counts, person, &mut pricer).map(|best| best - before);
        }
        list.push(Alternative { duty, broken, costs, at_best });
    }
    list.sort_by_key(|entry| (entry.at_best.is_none(), entry.at_best, !entry.broken.is_empty(), entry.cost()));
    Ok(list)
}

fn hard(findings: &[Finding], person: PersonId) -> impl Iterator<Item = Rule> {
    findings
        .iter()
        .filter(move |finding| finding.cost.is_none() && finding.person == Some(person))
        .map(|finding| finding.rule)
}

/// Cost of the best row the person can have against `counts`, which leave them out.
fn best_with(model: &Model, roster: &Roster, counts: &[i32], person: PersonId, pricer: &mut Pricer) -> Option<i64> {
    let rows = RowPrices::Marginal(counts);
    let mut shared = Vec::new();
    rows.shared(model, &mut shared);
    let query = Query {
        person,
        shared: &shared,
        rows,
        free: 0..model.days,
        current: roster.row(person),
        change: 0,
        exact: true,
    };
    let answer = pricer.price(model, &query, &mut Vec::new());
    let cost = |cells: &Vec<u16>| {
        let mut with = counts.to_vec();
        model.add_to_counts(&mut with, person, cells, 1);
        Some(model.row_cost(&with) + model.people[person].penalty(model, cells)?)
    };
    answer.rows.iter().filter_map(cost).min()
}

/// One statement about a person that can be given up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Statement {
    /// The minimum of a limit.
    Minimum(Rule),
    /// The maximum of a limit.
    Maximum(Rule),
    /// The minimum of a tally.
    TallyMinimum(usize),
    /// The maximum of a tally.
    TallyMaximum(usize),
    /// A day off.
    DayOff(Day),
    /// A pinned cell.
    Pinned(Day),
    /// The forbidden successions and the rest.
    Succession,
}

/// Why there is no legal roster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// A person's own statements contradict each other.
    Person {
        /// Who.
        person: PersonId,
        /// A smallest set of statements that cannot all hold: without any one of them the rest can.
        conflict: Vec<Statement>,
        /// How far each statement of the set would have to give way, the cheapest first; `None` where giving
        /// way has no measure (a day off, a pin, the successions) and it would have to go altogether.
        relaxations: Vec<(Statement, Option<u32>)>,
    },
    /// Too few people can stand a post.
    Demand {
        /// The day.
        day: Day,
        /// The duty: shift, post and qualification.
        duty: DutyId,
        /// The hard minimum.
        minimum: u32,
        /// How many have any legal row with it.
        able: u32,
    },
    /// The minimum of all duties of a day together is more than all who can serve that day.
    Day {
        /// The day.
        day: Day,
        /// Sum of the minima.
        minimum: u32,
        /// How many have any legal row with duty on that day.
        able: u32,
    },
}

/// Looks for what makes a problem impossible; empty when nothing was found, which proves nothing by itself.
///
/// # Errors
/// [`SolveError::Problem`] when the problem makes no sense.
pub fn obstacles(problem: &Problem) -> Result<Vec<Obstacle>, SolveError> {
    validate(problem)?;
    let mut found = Vec::new();
    let mut search = Search { pricer: Pricer::default() };
    let possible: Vec<bool> = (0..problem.people.len()).map(|person| search.has_row(problem, person)).collect();
    for person in (0..problem.people.len()).filter(|&person| !possible[person]) {
        found.push(search.conflict(problem, person));
    }
    search.demand(problem, &possible, &mut found);
    Ok(found)
}

struct Search {
    pricer: Pricer,
}

impl Search {
    fn has_row(&mut self, problem: &Problem, person: PersonId) -> bool {
        let model = Model::compile(&alone(problem, person));
        self.possible(&model)
    }

    fn possible(&mut self, model: &Model) -> bool {
        let counts = vec![0; model.rows.len()];
        let rows = RowPrices::Marginal(&counts);
        let mut shared = Vec::new();
        rows.shared(model, &mut shared);
        let nothing = vec![crate::problem::OFF; model.days];
        let query =
            Query { person: 0, shared: &shared, rows, free: 0..model.days, current: &nothing, change: 0, exact: true };
        !self.pricer.price(model, &query, &mut Vec::new()).rows.is_empty()
    }

    /// A deletion filter: gives up one statement after the other and keeps those without which a row exists.
    fn conflict(&mut self, problem: &Problem, person: PersonId) -> Obstacle {
        let mut rest = alone(problem, person);
        let mut conflict = Vec::new();
        for statement in statements(&rest) {
            let without = given_up(&rest, &statement);
            if self.possible(&Model::compile(&without)) {
                conflict.push(statement);
            } else {
                rest = without;
            }
        }
        let mut relaxations: Vec<(Statement, Option<u32>)> =
            conflict.iter().map(|statement| (statement.clone(), self.gives_way(problem, person, statement))).collect();
        relaxations.sort_by_key(|entry| (entry.1.is_none(), entry.1));
        Obstacle::Person { person, conflict, relaxations }
    }

    /// The least amount by which a statement must give way so that the person has a row, all others kept.
    fn gives_way(&mut self, problem: &Problem, person: PersonId, statement: &Statement) -> Option<u32> {
        let mut one = alone(problem, person);
        let who = &mut one.people[0];
        let limit = match statement {
            Statement::Minimum(rule) | Statement::Maximum(rule) => limit_of(&mut who.contract, *rule)?,
            Statement::TallyMinimum(index) | Statement::TallyMaximum(index) => &mut who.contract.tallies[*index].limit,
            Statement::DayOff(_) | Statement::Pinned(_) | Statement::Succession => return None,
        };
        match statement {
            Statement::Minimum(_) | Statement::TallyMinimum(_) => limit.below = Weight::Soft(1),
            _ => limit.above = Weight::Soft(1),
        }
        let model = Model::compile(&one);
        let counts = Vec::new();
        let nothing = vec![crate::problem::OFF; model.days];
        let shared = vec![0; model.days * model.duties];
        let query = Query {
            person: 0,
            shared: &shared,
            rows: RowPrices::Marginal(&counts),
            free: 0..model.days,
            current: &nothing,
            change: 0,
            exact: true,
        };
        let answer = self.pricer.price(&model, &query, &mut Vec::new());
        let amount = answer.rows.iter().filter_map(|cells| model.people[0].penalty(&model, cells)).min()?;
        let step = match statement {
            Statement::Minimum(Rule::MinHours) | Statement::Maximum(Rule::MaxHours) => problem.minute_step(),
            _ => 1,
        };
        u32::try_from(amount).ok().map(|amount| amount.saturating_mul(step))
    }

    /// Posts and days for which too few people have any legal row.
    fn demand(&mut self, problem: &Problem, possible: &[bool], found: &mut Vec<Obstacle>) {
        let models: Vec<Option<Model>> = (0..problem.people.len())
            .map(|person| possible[person].then(|| Model::compile(&alone(problem, person))))
            .collect();
        let mut can = vec![vec![false; problem.people.len()]; problem.days * problem.duties.len()];
        for demand in problem.demand.iter().filter(|demand| demand.minimum > 0) {
            let cell = demand.day * problem.duties.len() + demand.duty;
            for (person, model) in models.iter().enumerate() {
                let Some(model) = model else { continue };
                can[cell][person] = self.can_serve(model, demand.day, demand.duty);
            }
            let able = can[cell].iter().filter(|&&can| can).count() as u32;
            if able < demand.minimum {
                found.push(Obstacle::Demand { day: demand.day, duty: demand.duty, minimum: demand.minimum, able });
            }
        }
        for day in 0..problem.days {
            let wanted = problem.demand.iter().filter(|demand| demand.day == day && demand.minimum > 0);
            let minimum: u32 = wanted.clone().map(|demand| demand.minimum).sum();
            let cells: Vec<usize> = wanted.map(|demand| day * problem.duties.len() + demand.duty).collect();
            let able =
                (0..problem.people.len()).filter(|&person| cells.iter().any(|&cell| can[cell][person])).count() as u32;
            if able < minimum {
                found.push(Obstacle::Day { day, minimum, able });
            }
        }
    }

    fn can_serve(&mut self, model: &Model, day: Day, duty: DutyId) -> bool {
        if model.people[0].cell(model.duties, day, duty as u16) == FORBIDDEN {
            return false;
        }
        let mut pinned = model.clone();
        pinned.people[0].pin(model.duties, Pin { day, duty: Some(duty) });
        self.possible(&pinned)
    }
}

/// The problem of one person without demand, wishes or soft limits: what remains is what must hold.
fn alone(problem: &Problem, person: PersonId) -> Problem {
    let mut one = problem.clone();
    one.people = vec![problem.people[person].clone()];
    one.people[0].requests.clear();
    one.demand.clear();
    one.links.clear();
    one.travel = crate::rules::Travel::default();
    let contract = &mut one.people[0].contract;
    contract.complete_weekends.0 = 0;
    let plain = [&mut contract.hours.0, &mut contract.days_on.0, &mut contract.days_off.0, &mut contract.weekends.0];
    let same = contract.same_shift.iter_mut().map(|same| &mut same.0);
    for limit in plain.into_iter().chain(same).chain(contract.tallies.iter_mut().map(|tally| &mut tally.limit)) {
        if limit.below != Weight::Hard {
            limit.min = 0;
        }
        if limit.above != Weight::Hard {
            limit.max = u32::MAX;
        }
    }
    one
}

fn limit_of(contract: &mut crate::rules::Contract, rule: Rule) -> Option<&mut Limit> {
    Some(match rule {
        Rule::MinHours | Rule::MaxHours => &mut contract.hours.0,
        Rule::MinDaysOn | Rule::MaxDaysOn => &mut contract.days_on.0,
        Rule::MinDaysOff | Rule::MaxDaysOff => &mut contract.days_off.0,
        Rule::Weekends => &mut contract.weekends.0,
        _ => return None,
    })
}

/// All hard statements about the one person. What planners give up least readily comes first, because the
/// filter gives up early what it can: it is the later ones that stay.
fn statements(one: &Problem) -> Vec<Statement> {
    let who = &one.people[0];
    let contract = &who.contract;
    let mut list = Vec::new();
    if !one.succession.forbidden.is_empty() || one.succession.minimum_rest > 0 {
        list.push(Statement::Succession);
    }
    let limits = [
        (contract.days_on.0, Rule::MinDaysOn, Rule::MaxDaysOn),
        (contract.days_off.0, Rule::MinDaysOff, Rule::MaxDaysOff),
        (contract.weekends.0, Rule::Weekends, Rule::Weekends),
        (contract.hours.0, Rule::MinHours, Rule::MaxHours),
    ];
    for (limit, minimum, maximum) in limits {
        if limit.max < u32::MAX && limit.above == Weight::Hard {
            list.push(Statement::Maximum(maximum));
        }
        if limit.min > 0 && limit.below == Weight::Hard {
            list.push(Statement::Minimum(minimum));
        }
    }
    for (index, tally) in contract.tallies.iter().enumerate() {
        if tally.limit.above == Weight::Hard && tally.limit.max < u32::MAX {
            list.push(Statement::TallyMaximum(index));
        }
        if tally.limit.below == Weight::Hard && tally.limit.min > 0 {
            list.push(Statement::TallyMinimum(index));
        }
    }
    list.extend(who.pins.iter().map(|pin| Statement::Pinned(pin.day)));
    list.extend(who.days_off.iter().map(|&day| Statement::DayOff(day)));
    list
}

fn given_up(one: &Problem, statement: &Statement) -> Problem {
    let mut rest = one.clone();
    let who = &mut rest.people[0];
    match statement {
        Statement::Minimum(rule) => {
            if let Some(limit) = limit_of(&mut who.contract, *rule) {
                limit.min = 0;
            }
        }
        Statement::Maximum(rule) => {
            if let Some(limit) = limit_of(&mut who.contract, *rule) {
                limit.max = u32::MAX;
            }
        }
        Statement::TallyMinimum(index) => who.contract.tallies[*index].limit.min = 0,
        Statement::TallyMaximum(index) => who.contract.tallies[*index].limit.max = u32::MAX,
        Statement::DayOff(day) => who.days_off.retain(|other| other != day),
        Statement::Pinned(day) => who.pins.retain(|pin| pin.day != *day),
        Statement::Succession => {
            rest.succession.forbidden.clear();
            rest.succession.minimum_rest = 0;
        }
    }
    rest
}
