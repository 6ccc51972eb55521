//! Checks a roster against every rule, cell by cell, the slow and plain way.
//!
//! Reads [`Problem`] as it was stated and lists what is broken and what it costs. It is written for being
//! read, and shares nothing with the model or the search.

use crate::problem::{Day, DutyId, PersonId, Problem, Roster, Run};
use crate::rules::{Limit, Rule, Weight, Wish};

/// One thing that is broken or costs something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule.
    pub rule: Rule,
    /// Whom it concerns; `None` for demand and links.
    pub person: Option<PersonId>,
    /// The day on which it shows; the last day of a run; `None` for totals.
    pub day: Option<Day>,
    /// The duty, for demand.
    pub duty: Option<DutyId>,
    /// How far outside the rule.
    pub amount: u64,
    /// What it costs; `None` when it makes the roster illegal.
    pub cost: Option<u64>,
    /// Which tally or link, as an index into the person's tallies or the problem's links.
    pub index: Option<usize>,
}

/// The whole judgement.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Report {
    /// Everything found.
    pub findings: Vec<Finding>,
}

impl Report {
    /// True when no hard rule is broken.
    pub fn is_legal(&self) -> bool {
        self.findings.iter().all(|finding| finding.cost.is_some())
    }

    /// Sum of all costs; hard rules that are broken count nothing here.
    pub fn penalty(&self) -> u64 {
        self.findings.iter().filter_map(|finding| finding.cost).sum()
    }

    /// Penalty by rule, largest first.
    pub fn by_rule(&self) -> Vec<(Rule, u64)> {
        sums(self.findings.iter().map(|finding| (finding.rule, finding.cost.unwrap_or(0))))
    }

    /// Penalty by person, largest first; demand and links belong to nobody.
    pub fn by_person(&self) -> Vec<(PersonId, u64)> {
        sums(self.findings.iter().filter_map(|finding| Some((finding.person?, finding.cost.unwrap_or(0)))))
    }
}

fn sums<K: Ord + Copy>(pairs: impl Iterator<Item = (K, u64)>) -> Vec<(K, u64)> {
    let mut by = std::collections::BTreeMap::new();
    for (key, cost) in pairs {
        *by.entry(key).or_insert(0) += cost;
    }
    let mut list: Vec<_> = by.into_iter().collect();
    list.sort_by_key(|entry| std::cmp::Reverse(entry.1));
    list
}

/// Judges a roster. A roster of another shape, or with a duty that does not exist, is illegal.
pub fn check(problem: &Problem, roster: &Roster) -> Report {
    let mut report = Report::default();
    let fits = roster.days() == problem.days && roster.people() == problem.people.len();
    let known = |person: usize, day: usize| roster.get(person, day).is_none_or(|duty| duty < problem.duties.len());
    if !fits || !(0..problem.people.len()).all(|person| (0..problem.days).all(|day| known(person, day))) {
        report.findings.push(Finding {
            rule: Rule::Pin,
            person: None,
            day: None,
            duty: None,
            amount: 1,
            cost: None,
            index: None,
        });
        return report;
    }
    for person in 0..problem.people.len() {
        Person { problem, roster, person, findings: &mut report.findings }.check();
    }
    check_demand(problem, roster, &mut report.findings);
    check_links(problem, roster, &mut report.findings);
    report
}

struct Person<'a> {
    problem: &'a Problem,
    roster: &'a Roster,
    person: PersonId,
    findings: &'a mut Vec<Finding>,
}

impl Person<'_> {
    fn duty(&self, day: Day) -> Option<DutyId> {
        self.roster.get(self.person, day)
    }

    fn found(&mut self, rule: Rule, day: Option<Day>, amount: u64, weight: Weight, index: Option<usize>) {
        if amount > 0 {
            let cost = match weight {
                Weight::Hard => None,
                Weight::Soft(weight) => Some(amount * u64::from(weight)),
            };
            self.findings.push(Finding { rule, person: Some(self.person), day, duty: None, amount, cost, index });
        }
    }

    fn within(&mut self, rules: (Rule, Rule), day: Option<Day>, value: u64, limit: Limit, index: Option<usize>) {
        self.found(rules.0, day, u64::from(limit.min).saturating_sub(value), limit.below, index);
        self.found(rules.1, day, value.saturating_sub(u64::from(limit.max)), limit.above, index);
    }

    fn check(&mut self) {
        self.cells();
        self.totals();
        self.weekends();
        self.runs_on_and_off();
        self.runs_of_a_shift();
    }

    fn cells(&mut self) {
        let (problem, who) = (self.problem, &self.problem.people[self.person]);
        for day in 0..problem.days {
            let Some(duty) = self.duty(day) else { continue };
            let wanted = problem.duties[duty].qualification;
            let qualified = wanted.is_none_or(|wanted| who.qualifications.contains(&wanted));
            self.found(Rule::Qualification, Some(day), u64::from(!qualified), Weight::Hard, None);
            self.found(Rule::DayOff, Some(day), u64::from(who.days_off.contains(&day)), Weight::Hard, None);
            let place = problem.duties[duty].post.and_then(|post| problem.posts[post].place);
            if let (Some(home), Some(place)) = (who.home, place) {
                self.found(Rule::Travel, Some(day), u64::from(problem.travel.cost(home, place)), Weight::Soft(1), None);
            }
            let before = match (day, who.history.run) {
                (0, Run::On { shift, .. }) => Some(shift),
                (0, _) => None,
                _ => self.duty(day - 1).map(|duty| problem.duties[duty].shift),
            };
            let shift = problem.duties[duty].shift;
            let bad = before.is_some_and(|before| !problem.succession.allows(&problem.shifts, before, shift));
            self.found(Rule::Succession, Some(day), u64::from(bad), Weight::Hard, None);
        }
        for pin in &who.pins {
            self.found(Rule::Pin, Some(pin.day), u64::from(self.duty(pin.day) != pin.duty), Weight::Hard, None);
        }
        for request in &who.requests {
            let shift = self.duty(request.day).map(|duty| problem.duties[duty].shift);
            let granted = match request.wish {
                Wish::On(wanted) => shift == Some(wanted),
                Wish::Off(unwanted) => shift != Some(unwanted),
                Wish::DayOff => shift.is_none(),
            };
            self.found(Rule::Request, Some(request.day), u64::from(!granted), Weight::Soft(request.weight), None);
        }
    }

    fn totals(&mut self) {
        let (problem, who) = (self.problem, &self.problem.people[self.person]);
        let minutes_of = |duty: DutyId| u64::from(problem.shifts[problem.duties[duty].shift].minutes);
        let minutes: u64 = (0..problem.days).filter_map(|day| self.duty(day)).map(minutes_of).sum::<u64>()
            + u64::from(who.history.minutes);
        let (limit, step) = (who.contract.hours.0, u64::from(problem.minute_step()));
        // A soft limit is charged per full step; a hard one must be kept to the minute.
        let amount = |minutes: u64, weight: Weight| if weight == Weight::Hard { minutes } else { minutes / step };
        let (short, long) =
            (u64::from(limit.min).saturating_sub(minutes), minutes.saturating_sub(u64::from(limit.max)));
        self.found(Rule::MinHours, None, amount(short, limit.below), limit.below, None);
        self.found(Rule::MaxHours, None, amount(long, limit.above), limit.above, None);
        for (index, tally) in who.contract.tallies.iter().enumerate() {
            let on = |day: &Day| tally.days.as_ref().is_none_or(|days| days.contains(day));
            let counted = (0..problem.days)
                .filter(on)
                .filter_map(|day| self.duty(day))
                .filter(|duty| tally.duties.contains(duty))
                .count();
            self.within(
                (Rule::Tally, Rule::Tally),
                None,
                counted as u64 + u64::from(tally.carried),
                tally.limit,
                Some(index),
            );
        }
    }

    fn weekends(&mut self) {
        let (problem, who) = (self.problem, &self.problem.people[self.person]);
        let mut weekends = u64::from(who.history.weekends);
        for week in 0..=problem.week_of(problem.days - 1) {
            let days: Vec<Day> =
                (0..problem.days).filter(|&day| problem.is_weekend(day) && problem.week_of(day) == week).collect();
            let served = days.iter().filter(|&&day| self.duty(day).is_some()).count();
            // A Sunday on day 0 belongs to a weekend that history has counted if its Saturday was served.
            let in_history = days == [0] && problem.first_weekday == 6 && matches!(who.history.run, Run::On { .. });
            weekends += u64::from(served > 0 && !in_history);
            let half = u64::from(days.len() == 2 && served == 1);
            if who.contract.complete_weekends.0 > 0 {
                self.found(
                    Rule::CompleteWeekends,
                    days.last().copied(),
                    half,
                    Weight::Soft(who.contract.complete_weekends.0),
                    None,
                );
            }
        }
        self.within((Rule::Weekends, Rule::Weekends), None, weekends, who.contract.weekends.0, None);
    }

    /// Runs of equal labels with what history adds: (label, first day or none, last day or none, days in the period, days before).
    fn runs<L: PartialEq + Copy>(&self, label: impl Fn(Day) -> L, before: Option<(L, u32)>) -> Vec<Stretch<L>> {
        let mut runs: Vec<Stretch<L>> = Vec::new();
        if let Some((label, days)) = before {
            runs.push(Stretch { label, last: None, inside: 0, before: u64::from(days) });
        }
        for day in 0..self.problem.days {
            let now = label(day);
            match runs.last_mut() {
                Some(run) if run.label == now => {
                    run.inside += 1;
                    run.last = Some(day);
                }
                _ => runs.push(Stretch { label: now, last: Some(day), inside: 1, before: 0 }),
            }
        }
        runs
    }

    fn runs_on_and_off(&mut self) {
        let who = &self.problem.people[self.person];
        let before = match who.history.run {
            Run::Unknown => None,
            Run::Off(days) => Some((false, days)),
            Run::On { days, .. } => Some((true, days)),
        };
        let runs = self.runs(|day| self.duty(day).is_some(), before);
        let count = runs.len();
        for (index, run) in runs.into_iter().enumerate() {
            let (limit, rules) = if run.label {
                (who.contract.days_on.0, (Rule::MinDaysOn, Rule::MaxDaysOn))
            } else {
                (who.contract.days_off.0, (Rule::MinDaysOff, Rule::MaxDaysOff))
            };
            let open_start = index == 0 && who.history.run == Run::Unknown;
            self.judge_run(&run, limit, rules, open_start || index + 1 == count, None);
        }
    }

    fn runs_of_a_shift(&mut self) {
        let who = &self.problem.people[self.person];
        let before = match who.history.run {
            Run::On { shift, same, .. } => Some((Some(shift), same)),
            _ => None,
        };
        let runs = self.runs(|day| self.duty(day).map(|duty| self.problem.duties[duty].shift), before);
        let count = runs.len();
        for (index, run) in runs.into_iter().enumerate() {
            let Some(limit) = run.label.and_then(|shift| who.contract.same_shift.get(shift)) else { continue };
            let shift = Stretch { label: true, last: run.last, inside: run.inside, before: run.before };
            self.judge_run(&shift, limit.0, (Rule::MinSameShift, Rule::MaxSameShift), index + 1 == count, run.label);
        }
    }

    fn judge_run(&mut self, run: &Stretch<bool>, limit: Limit, rules: (Rule, Rule), open: bool, index: Option<usize>) {
        let length = run.inside + run.before;
        if !open {
            self.found(rules.0, run.last, u64::from(limit.min).saturating_sub(length), limit.below, index);
        }
        // What history was already over the maximum is not charged again.
        let ceiling = u64::from(limit.max).max(run.before);
        self.found(rules.1, run.last, length.saturating_sub(ceiling), limit.above, index);
    }
}

struct Stretch<L> {
    label: L,
    last: Option<Day>,
    inside: u64,
    before: u64,
}

fn check_demand(problem: &Problem, roster: &Roster, findings: &mut Vec<Finding>) {
    let mut counts = vec![0_u32; problem.days * problem.duties.len()];
    for person in 0..problem.people.len() {
        for day in 0..problem.days {
            if let Some(duty) = roster.get(person, day) {
                counts[day * problem.duties.len() + duty] += 1;
            }
        }
    }
    for (index, demand) in problem.demand.iter().enumerate() {
        let count = counts[demand.day * problem.duties.len() + demand.duty];
        let mut found = |rule, amount: u32, cost: Option<u64>| {
            if amount > 0 {
                let (day, duty) = (Some(demand.day), Some(demand.duty));
                findings.push(Finding {
                    rule,
                    person: None,
                    day,
                    duty,
                    amount: u64::from(amount),
                    cost,
                    index: Some(index),
                });
            }
        };
        found(Rule::UnderCover, demand.minimum.saturating_sub(count), None);
        let (short, long) = (demand.wanted.saturating_sub(count), count.saturating_sub(demand.wanted));
        found(Rule::UnderCover, short, Some(u64::from(short) * u64::from(demand.under)));
        found(Rule::OverCover, long, Some(u64::from(long) * u64::from(demand.over)));
    }
}

fn check_links(problem: &Problem, roster: &Roster, findings: &mut Vec<Finding>) {
    for (index, link) in problem.links.iter().enumerate() {
        let serves = |person: &PersonId| roster.get(*person, link.day).is_some_and(|duty| link.duties.contains(&duty));
        let count: i64 = (0..problem.people.len())
            .filter(serves)
            .map(|person| i64::from(link.coefficients.of(person, problem.people[person].grade)))
            .sum();
        let below = link.at_least.map_or(0, |least| (i64::from(least) - count).max(0));
        let above = link.at_most.map_or(0, |most| (count - i64::from(most)).max(0));
        let amount = (below + above) as u64;
        if amount > 0 {
            let cost = match link.weight {
                Weight::Hard => None,
                Weight::Soft(weight) => Some(amount * u64::from(weight)),
            };
            let (day, duty) = (Some(link.day), link.duties.first().copied());
            findings.push(Finding { rule: Rule::Link, person: None, day, duty, amount, cost, index: Some(index) });
        }
    }
}
