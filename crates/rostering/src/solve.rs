//! The anytime solver: construct, polish, bound, dive, and improve until stopped.
//!
//! Work is cut into *barriers*. What happens up to a barrier depends on the problem, the seed and nothing
//! else: not on the clock, and not on the number of threads. Time only decides at which barrier to stop, and
//! the barrier is reported, so that a run can be repeated by giving its number instead of a time.

use std::time::{Duration, Instant};

use thiserror::Error;

use crate::checker;
use crate::model::Model;
use crate::problem::{PersonId, Problem, Roster};
use crate::search::anneal::Anneal;
use crate::search::ascent::Ascent;
use crate::search::columns::{Effort, Part, Relaxation, Workbench};
use crate::search::neighbourhood::{Neighbourhoods, Proposal};
use crate::search::polish::{self, Standing};
use crate::search::pricer::{Query, RowPrices};
use crate::search::random::Random;
use crate::search::reinsert::Walk;
use crate::validate::{ProblemError, validate};

/// Largest linear programme (rows and people) that is solved over everything at once; its inverse is dense.
const WHOLE_ROWS: usize = 1_000;
/// Rounds of pricing for the relaxation of the whole.
const WHOLE_ROUNDS: usize = 400;
/// Rounds of the whole relaxation before neighbourhoods take turns with it.
const QUIET_ROUNDS: usize = 8;
/// Columns of the whole relaxation at most this dear (penalty) are remembered.
const USEFUL: f64 = 2.5;
/// Relative gap of the whole relaxation at which a first dive pays after some rounds, and at which it pays at once.
const NEAR: f64 = 0.06;
const NEAREST: f64 = 0.015;
/// Most rounds of pricing after each step of a dive over everybody.
const DIVE_ROUNDS: usize = 5;
/// A dive dearer than what stands by more than this share is given up: improving one by one gains less than that.
const HOPE: f64 = 0.03;
/// A climb that raised the bound by less than this share was the last.
const LEAST_CLIMB: f64 = 0.002;
/// Most sweeps of the price ascent before the linear programme.
const ASCENT_SWEEPS: usize = 120;
/// Rounds of walks before the relaxation of the whole begins.
const FIRST_WALKS: usize = 4;
/// Work after which what was gained so far counts half.
const REMEMBERED_WORK: f64 = 1e9;
/// Least share of the turns that walks and coolings each keep: what gains nothing now may later.
const LEAST_SHARE: f64 = 0.15;
/// Pieces of the coolings before anything else: they bring most in the first second.
const FIRST_COOLINGS: usize = 8;
/// People improved one after the other between two barriers.
const TOGETHER: usize = 64;
/// Passes of one-person improvement after a construction or a dive.
const PASSES: usize = 6;
/// Pieces of work between two barriers, whatever the number of threads.
pub(crate) const JOBS: usize = 2;

/// When to stop, and how.
#[derive(Clone, Debug)]
pub struct Options {
    /// Stop at the first barrier after so many seconds.
    pub seconds: Option<f64>,
    /// Stop at this barrier.
    pub barriers: Option<u64>,
    /// Threads; the result does not depend on it.
    pub threads: usize,
    /// Seed.
    pub seed: u64,
}

impl Default for Options {
    fn default() -> Self {
        Options { seconds: Some(10.0), barriers: None, threads: 1, seed: 1 }
    }
}

/// How far a run is.
#[derive(Clone, Debug, PartialEq)]
pub struct Progress {
    /// Number of the barrier.
    pub barrier: u64,
    /// Seconds since the start.
    pub seconds: f64,
    /// Penalty of the best roster.
    pub penalty: u64,
    /// Proven bound, if there is one yet.
    pub bound: Option<u64>,
}

/// A proven lower bound with what proves it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bound {
    /// No legal roster has a smaller penalty.
    pub value: u64,
    /// The Lagrangian multipliers, one per row (demand first, then the bounds of links), in units of `1 / scale`.
    pub prices: Vec<i32>,
    /// See `prices`.
    pub scale: u32,
    /// What each person below a hard minimum, and each unit outside a hard link, is charged: a roster that
    /// breaks none of them is never charged it, so the bound holds for legal rosters.
    pub hard: u32,
}

/// What a run came to.
#[derive(Clone, Debug)]
pub struct Solution {
    /// The best roster; the checker has passed it.
    pub roster: Roster,
    /// Its penalty, by the checker.
    pub penalty: u64,
    /// The best proven bound.
    pub bound: Option<Bound>,
    /// The barrier at which the run stopped.
    pub barrier: u64,
    /// False where some duty has fewer people than its hard minimum, or a hard link is broken.
    pub legal: bool,
}

/// Why there is no roster.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum SolveError {
    /// The problem makes no sense.
    #[error(transparent)]
    Problem(#[from] ProblemError),
    /// Somebody's own rules contradict each other.
    #[error(
        "{0:?} has no legal row of duties, whatever the others do; ask for an explanation and relax one of the rules"
    )]
    Impossible(String),
    /// The search and the checker disagree; the roster is withheld.
    #[error(
        "the checker puts the roster at {checked}, the search at {searched}: this is a fault of the program, please report the problem"
    )]
    Disagreement {
        /// By the checker.
        checked: String,
        /// By the search.
        searched: i64,
    },
}

struct Run<'a, 'b> {
    problem: &'a Problem,
    model: &'a Model,
    options: &'a Options,
    started: Instant,
    barrier: u64,
    bound: Option<(i64, Vec<i32>)>,
    report: &'b mut dyn FnMut(&Progress) -> bool,
    stopped: bool,
    walks: Vec<Walk>,
    chains: Vec<Anneal>,
    /// Work so far of walks and coolings, of large neighbourhoods, and of everything over the whole.
    quick: u64,
    large: u64,
    whole: u64,
    /// What walks and coolings gained of late, and by how much work.
    gains: [Gain; 2],
    /// Part of a turn that walks are behind.
    owed: f64,
}

/// What one way to search gained, older gains counting less.
#[derive(Clone, Copy, Default)]
struct Gain {
    gain: f64,
    work: f64,
}

impl Gain {
    fn note(&mut self, gain: i64, work: u64) {
        self.gain += gain as f64;
        self.work += work as f64;
        if self.work > REMEMBERED_WORK {
            self.gain /= 2.0;
            self.work /= 2.0;
        }
    }

    fn rate(self) -> f64 {
        (self.gain + 1.0) / (self.work + 1.0)
    }
}

/// Solves until stopped, told by `report` (return false to stop), or proven optimal.
///
/// # Errors
/// [`SolveError`]; a roster that the checker does not confirm is never returned.
pub fn solve(
    problem: &Problem,
    options: &Options,
    report: &mut dyn FnMut(&Progress) -> bool,
) -> Result<Solution, SolveError> {
    validate(problem)?;
    let model = Model::compile(problem);
    let mut run = Run {
        problem,
        model: &model,
        options,
        started: Instant::now(),
        barrier: 0,
        bound: None,
        report,
        stopped: false,
        walks: (0..JOBS as u64).map(|number| Walk::new(options.seed, number)).collect(),
        chains: (0..JOBS as u64).map(|number| Anneal::new(&model, options.seed, number)).collect(),
        quick: 0,
        large: 0,
        whole: 0,
        gains: [Gain::default(); 2],
        owed: 0.0,
    };
    let standing = run.search()?;
    let checked = checker::roster::check(problem, &standing.roster);
    run.conclude(standing, &checked)
}

/// Gives everybody a first row, one after the other, each the best against those before.
pub(crate) fn construct(model: &Model, bench: &mut Workbench, order: &[PersonId]) -> Result<Standing, PersonId> {
    let mut roster = Roster::empty(model.people.len(), model.days);
    let mut counts = vec![0; model.rows.len()];
    let mut shared = Vec::new();
    for &person in order {
        let rows = RowPrices::Marginal(&counts);
        rows.shared(model, &mut shared);
        let mut query = Query {
            person,
            shared: &shared,
            rows,
            free: 0..model.days,
            current: roster.row(person),
            change: 0,
            exact: false,
        };
        let mut answer = bench.pricers[0].price(model, &query, &mut Vec::new());
        if answer.rows.is_empty() && answer.bound.is_some() {
            query.exact = true;
            answer = bench.pricers[0].price(model, &query, &mut Vec::new());
        }
        let cells = answer.rows.into_iter().next().ok_or(person)?;
        model.add_to_counts(&mut counts, person, &cells, 1);
        roster.row_mut(person).copy_from_slice(&cells);
    }
    Standing::of(model, roster).ok_or(order[0])
}

impl Run<'_, '_> {
    fn search(&mut self) -> Result<Standing, SolveError> {
        let model = self.model;
        let mut bench = Workbench::new(self.options.threads.clamp(1, JOBS));
        let mut random = Random::new(self.options.seed);
        let mut order: Vec<PersonId> = (0..model.people.len()).collect();
        random.shuffle(&mut order);
        let mut standing = construct(model, &mut bench, &order)
            .map_err(|person| SolveError::Impossible(self.problem.people[person].name.clone()))?;
        if !self.pass(&standing) {
            return Ok(standing);
        }
        for _ in 0..PASSES {
            let mut improved = false;
            for chunk in order.chunks(TOGETHER) {
                for &person in chunk {
                    improved |= polish::improve(model, &mut standing, person, &mut bench.pricers[0], false);
                }
                if !self.pass(&standing) {
                    return Ok(standing);
                }
            }
            if !improved {
                break;
            }
        }
        for _ in 0..FIRST_COOLINGS {
            if !self.cool(&mut standing) {
                return Ok(standing);
            }
        }
        let mut neighbourhoods = Neighbourhoods::new(model, self.options.seed);
        for _ in 0..FIRST_WALKS {
            if !self.walk(&mut standing, &mut bench) {
                return Ok(standing);
            }
        }
        if model.rows.len() + model.people.len() <= WHOLE_ROWS {
            self.whole(&mut standing, &mut bench, &mut random, &mut neighbourhoods);
        } else {
            // Too large for a linear programme over everything: prices climb by themselves, and walks go on beside.
            self.apart(&mut standing, &mut bench, &mut neighbourhoods);
        }
        while !self.stopped {
            self.improve(&mut standing, &mut bench, &mut neighbourhoods);
        }
        Ok(standing)
    }

    /// One round of large neighbourhoods, and walks for as much work as they took, each up to a barrier.
    fn improve(&mut self, standing: &mut Standing, bench: &mut Workbench, neighbourhoods: &mut Neighbourhoods) {
        if self.walk(standing, bench) {
            self.neighbours(standing, bench, neighbourhoods);
            self.catch_up(standing, bench);
        }
    }

    /// Walks until they had as much work as all that solves linear programmes, whose steps may take seconds. False when
    /// that was the last barrier.
    fn catch_up(&mut self, standing: &mut Standing, bench: &mut Workbench) -> bool {
        while !self.stopped && self.quick < self.whole + self.large {
            self.walk(standing, bench);
        }
        !self.stopped
    }

    /// Lets walks or coolings go on for a while, up to the next barrier: more of what gained more of late. False when
    /// that was the last.
    fn walk(&mut self, standing: &mut Standing, bench: &mut Workbench) -> bool {
        let [walks, coolings] = self.gains;
        let share = (walks.rate() / (walks.rate() + coolings.rate())).clamp(LEAST_SHARE, 1.0 - LEAST_SHARE);
        // Shares are kept on average, by what each is behind.
        self.owed += share;
        if self.owed < 1.0 {
            return self.cool(standing);
        }
        self.owed -= 1.0;
        let (model, best, before) = (self.model, &*standing, bench.work());
        let found: Vec<Option<Standing>> = if bench.pricers.len() > 1 {
            std::thread::scope(|scope| {
                let pairs = self.walks.iter_mut().zip(&mut bench.pricers);
                let handles: Vec<_> =
                    pairs.map(|(walk, pricer)| scope.spawn(move || walk.go(model, best, pricer))).collect();
                handles.into_iter().map(|handle| handle.join().expect("a walk does not panic")).collect()
            })
        } else {
            self.walks.iter_mut().map(|walk| walk.go(model, best, &mut bench.pricers[0])).collect()
        };
        let work = bench.work() - before;
        self.quick += work;
        let gain = take_best(standing, found);
        self.gains[0].note(gain, work);
        self.pass(standing)
    }

    /// Lets every chain of coolings go on by itself, up to the next barrier; false when that was the last.
    fn cool(&mut self, standing: &mut Standing) -> bool {
        let (model, best) = (self.model, &*standing);
        let found: Vec<Option<Standing>> = if self.options.threads > 1 {
            std::thread::scope(|scope| {
                let chains = self.chains.iter_mut();
                let handles: Vec<_> = chains.map(|chain| scope.spawn(move || chain.go(model, best))).collect();
                handles.into_iter().map(|handle| handle.join().expect("a chain does not panic")).collect()
            })
        } else {
            self.chains.iter_mut().map(|chain| chain.go(model, best)).collect()
        };
        let work = self.chains.iter().map(Anneal::work).sum::<u64>();
        self.quick += work;
        let gain = take_best(standing, found);
        self.gains[1].note(gain, work);
        self.pass(standing)
    }

    fn neighbours(&mut self, standing: &mut Standing, bench: &mut Workbench, neighbourhoods: &mut Neighbourhoods) {
        let model = self.model;
        let jobs = neighbourhoods.plan(model, standing, JOBS);
        let (known, now) = (&*neighbourhoods, &*standing);
        let proposals: Vec<Proposal> = if bench.pricers.len() > 1 {
            std::thread::scope(|scope| {
                let pairs = jobs.into_iter().zip(&mut bench.pricers);
                let handles: Vec<_> =
                    pairs.map(|(job, pricer)| scope.spawn(move || known.work(model, now, job, pricer))).collect();
                handles.into_iter().map(|handle| handle.join().expect("a search job does not panic")).collect()
            })
        } else {
            jobs.into_iter().map(|job| known.work(model, now, job, &mut bench.pricers[0])).collect()
        };
        self.large += proposals.iter().map(|proposal| proposal.work).sum::<u64>();
        neighbourhoods.merge(model, standing, proposals);
        self.pass(standing);
    }

    /// Lets prices climb, with as much work for the walks beside; `None` when that was the last barrier.
    fn climb(&mut self, standing: &mut Standing, bench: &mut Workbench) -> Option<Ascent> {
        let mut ascent = Ascent::new(self.model, standing);
        for _ in 0..ASCENT_SWEEPS {
            let before = bench.work();
            let going = ascent.round(self.model, standing, bench, self.options.threads);
            self.whole += bench.work() - before;
            self.note_bound(ascent.best.as_ref());
            if !self.pass(standing) || !self.catch_up(standing, bench) {
                return None;
            }
            if !going {
                break;
            }
        }
        Some(ascent)
    }

    /// Climbs as long as that pays, with large neighbourhoods and walks beside: each has as much work as the others.
    fn apart(&mut self, standing: &mut Standing, bench: &mut Workbench, neighbourhoods: &mut Neighbourhoods) {
        let Some(mut ascent) = self.climb(standing, bench) else { return };
        let mut before = f64::NEG_INFINITY;
        loop {
            let bound = ascent.best.as_ref().map_or(f64::NEG_INFINITY, |best| best.0 as f64);
            if bound <= before + before.abs() * LEAST_CLIMB {
                return;
            }
            before = bound;
            ascent.renew();
            let mut going = true;
            while going {
                let work = bench.work();
                going = ascent.round(self.model, standing, bench, self.options.threads);
                self.whole += bench.work() - work;
                self.note_bound(ascent.best.as_ref());
                if !self.pass(standing) || !self.catch_up(standing, bench) {
                    return;
                }
                if self.large < self.whole {
                    self.improve(standing, bench, neighbourhoods);
                }
                if self.stopped {
                    return;
                }
            }
        }
    }

    /// What goes on after a step of a dive that was so much work; false when that was the last barrier, or when the dive
    /// has become much dearer than what stands.
    fn beside(&mut self, work: u64, cost: f64, standing: &mut Standing, walkers: &mut Workbench) -> bool {
        self.whole += work;
        let going = self.walk(standing, walkers) && self.catch_up(standing, walkers);
        going && cost <= standing.total as f64 * (1.0 + HOPE)
    }

    /// Relaxes and dives over everybody at once.
    fn whole(
        &mut self,
        standing: &mut Standing,
        bench: &mut Workbench,
        random: &mut Random,
        neighbourhoods: &mut Neighbourhoods,
    ) {
        let model = self.model;
        let part = Part { people: (0..model.people.len()).collect(), free: 0..model.days };
        // A dive takes a while: the walks go on beside it, after each of its steps.
        let mut walkers = Workbench::new(bench.pricers.len());
        let effort =
            Effort { rounds: WHOLE_ROUNDS, dive_rounds: DIVE_ROUNDS, threads: self.options.threads, exact: false };
        let base = standing.clone();
        let Some(mut ascent) = self.climb(standing, bench) else { return };
        let mut relaxation = Relaxation::new(model, &part, &base.roster, &base.counts, random);
        for (person, rows) in ascent.found.iter_mut().enumerate() {
            for cells in rows.drain(..) {
                relaxation.add(person, cells);
            }
        }
        relaxation.start_from(&ascent.centre, ascent.best.take());
        let mut dived = false;
        for round in 0..effort.rounds {
            let before = relaxation.work() + bench.work();
            let going = relaxation.round(effort, bench);
            self.whole += relaxation.work() + bench.work() - before;
            self.note_bound(relaxation.best_bound.as_ref());
            if !self.pass(standing) || !self.catch_up(standing, bench) {
                return;
            }
            if !going {
                break;
            }
            if !dived && relaxation.gap() < if round >= QUIET_ROUNDS { NEAR } else { NEAREST } {
                // A copy dives at once: what is left of the relaxation serves the bound more than the roster.
                dived = true;
                let mut beside = |work: u64, cost: f64| self.beside(work, cost, standing, &mut walkers);
                let rows = relaxation.clone().dive(effort, bench, random, &mut beside);
                self.adopt(standing, rows.unwrap_or_default(), &part, bench);
                if self.stopped {
                    return;
                }
            }
            // A long relaxation must not keep the planner waiting for a better roster.
            if round >= QUIET_ROUNDS && self.large < self.whole {
                self.improve(standing, bench, neighbourhoods);
                if self.stopped {
                    return;
                }
            }
        }
        neighbourhoods.learn(relaxation.useful(USEFUL));
        let mut beside = |work: u64, cost: f64| self.beside(work, cost, standing, &mut walkers);
        let rows = relaxation.dive(effort, bench, random, &mut beside);
        self.adopt(standing, rows.unwrap_or_default(), &part, bench);
    }

    /// Polishes what a dive found, and takes it where it is no worse than what stands.
    fn adopt(&mut self, standing: &mut Standing, rows: Vec<(PersonId, Vec<u16>)>, part: &Part, bench: &mut Workbench) {
        if rows.is_empty() {
            return;
        }
        if let Some(mut candidate) = with_rows(self.model, standing, rows) {
            polish::polish(self.model, &mut candidate, &part.people, &mut bench.pricers[0], PASSES, false);
            if candidate.total <= standing.total {
                *standing = candidate;
            }
        }
        self.pass(standing);
    }

    fn note_bound(&mut self, found: Option<&(i64, Vec<i32>)>) {
        if let Some(found) = found
            && self.bound.as_ref().is_none_or(|bound| found.0 > bound.0)
        {
            self.bound = Some(found.clone());
        }
    }

    /// A fixed-point bound as whole penalty: penalties are whole, so it may be rounded up.
    fn whole_bound(&self) -> Option<u64> {
        self.bound.as_ref().map(|bound| (bound.0.max(0) as u64).div_ceil(self.model.scale as u64))
    }

    /// A barrier: counts, reports, and decides whether to go on.
    fn pass(&mut self, standing: &Standing) -> bool {
        self.barrier += 1;
        let bound = self.whole_bound();
        let progress = Progress {
            barrier: self.barrier,
            seconds: self.started.elapsed().as_secs_f64(),
            penalty: standing.total.max(0) as u64,
            bound,
        };
        let over = self
            .options
            .seconds
            .is_some_and(|seconds| self.started.elapsed() >= Duration::from_secs_f64(seconds.clamp(0.0, 1e9)));
        let last = self.options.barriers.is_some_and(|last| self.barrier >= last);
        let proven = bound.is_some_and(|bound| standing.total <= bound as i64);
        let wanted = (self.report)(&progress);
        self.stopped |= over || last || proven || !wanted;
        !self.stopped
    }

    fn conclude(&self, standing: Standing, checked: &checker::roster::Report) -> Result<Solution, SolveError> {
        let hard = checked.findings.iter().filter(|finding| finding.cost.is_none()).count();
        let agreed = hard == 0 && checked.penalty() as i64 == standing.total;
        // Where a hard minimum cannot be met the search charges for it; the checker calls it illegal.
        let only_coupling = checked.findings.iter().all(|finding| finding.cost.is_some() || finding.person.is_none());
        if !agreed && (hard == 0 || !only_coupling) {
            return Err(SolveError::Disagreement {
                checked: format!("{} with {hard} hard rules broken", checked.penalty()),
                searched: standing.total,
            });
        }
        let value = self.whole_bound();
        let bound = self.bound.as_ref().zip(value).map(|((_, prices), value)| Bound {
            value,
            prices: prices.clone(),
            scale: self.model.scale as u32,
            hard: self.model.hard as u32,
        });
        Ok(Solution {
            penalty: checked.penalty(),
            legal: checked.is_legal(),
            roster: standing.roster,
            bound,
            barrier: self.barrier,
        })
    }
}

/// Takes the best that was found; returns what that gained.
fn take_best(standing: &mut Standing, found: Vec<Option<Standing>>) -> i64 {
    let before = standing.total;
    for better in found.into_iter().flatten() {
        if better.total < standing.total {
            *standing = better;
        }
    }
    before - standing.total
}

/// What stands, with these rows instead; `None` when one of them is not legal.
pub(crate) fn with_rows(model: &Model, standing: &Standing, rows: Vec<(PersonId, Vec<u16>)>) -> Option<Standing> {
    let mut next = standing.clone();
    for (person, cells) in rows {
        let own = model.people[person].penalty(model, &cells)?;
        next.replace(model, person, &cells, own);
    }
    Some(next)
}
