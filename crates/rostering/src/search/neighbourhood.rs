//! Large neighbourhoods: a few people over some days are taken out and combined anew.
//!
//! Each job depends on what stands and on its own random stream, so jobs of a round can run on any number of
//! threads; results are merged in a fixed order at the barrier.

use std::ops::Range;

use super::columns::{Effort, Part, Relaxation, Workbench};
use super::polish::Standing;
use super::pricer::Pricer;
use super::random::Random;
use crate::model::Model;
use crate::problem::PersonId;

/// Sizes of neighbourhoods: (people, days). Which is used how often is learned from success.
const SIZES: [(usize, usize); 8] = [(5, 400), (9, 400), (16, 28), (30, 14), (12, 42), (60, 7), (30, 21), (8, 56)];
/// Most rows of demand in one neighbourhood: its linear programme is dense.
const MOST_ROWS: usize = 450;
/// Most person-days in one neighbourhood.
const MOST_CELLS: usize = 1_000;
/// Columns remembered for each person.
const REMEMBERED: usize = 60;
/// Work of a usual job: some tenths of a second. Others count for so many of those, but never for less than a little.
const USUAL_WORK: f64 = 3e7;
const LEAST_EFFORT: f64 = 0.05;
/// Weight of the last job in the average work of its size.
const NEWS: f64 = 0.2;
/// A dive dearer than what stands by more than this share is given up.
const HOPE: f64 = 0.003;
/// How fast old successes are forgotten.
const DECAY: f64 = 0.97;

/// A piece of work.
pub(crate) struct Job {
    kind: usize,
    part: Part,
    random: Random,
}

/// What a job came to.
pub(crate) struct Proposal {
    kind: usize,
    /// In the unit of [`Pricer::work`].
    pub work: u64,
    rows: Vec<(PersonId, Vec<u16>)>,
    columns: Vec<(PersonId, Vec<u16>)>,
}

/// What is learned while searching.
pub(crate) struct Neighbourhoods {
    seed: u64,
    round: u64,
    success: [f64; SIZES.len()],
    /// Average work of a job of each size, against what is usual.
    effort: [f64; SIZES.len()],
    memory: Vec<Vec<Vec<u16>>>,
}

impl Neighbourhoods {
    pub fn new(model: &Model, seed: u64) -> Self {
        Neighbourhoods {
            seed,
            round: 0,
            success: [1.0; SIZES.len()],
            effort: [1.0; SIZES.len()],
            memory: vec![Vec::new(); model.people.len()],
        }
    }

    /// Remembers columns.
    pub fn learn(&mut self, columns: Vec<(PersonId, Vec<u16>)>) {
        for (person, cells) in columns {
            let list = &mut self.memory[person];
            if !list.contains(&cells) {
                if list.len() >= REMEMBERED {
                    list.remove(0);
                }
                list.push(cells);
            }
        }
    }

    /// Plans the jobs of the next round.
    pub fn plan(&mut self, model: &Model, standing: &Standing, jobs: usize) -> Vec<Job> {
        self.round += 1;
        (0..jobs)
            .map(|job| {
                let mut random = Random::for_job(self.seed, self.round, job as u64);
                let kind = self.choose(model, &mut random);
                let (people, days) = SIZES[kind];
                let free = window(model.days, days, &mut random);
                let people = choose_people(model, standing, people, &free, &mut random);
                Job { kind, part: Part { people, free }, random }
            })
            .collect()
    }

    fn choose(&self, model: &Model, random: &mut Random) -> usize {
        let weight = |kind: usize| {
            let (people, days) = SIZES[kind];
            let whole = days >= model.days;
            // Sizes longer than the period are all the same one: the first two.
            let distinct = !whole || days == 400;
            let rows = model.rows.len() * days.min(model.days) / model.days;
            let cells = people.min(model.people.len()) * days.min(model.days);
            if distinct && rows <= MOST_ROWS && cells <= MOST_CELLS {
                (self.success[kind] + 0.1) / self.effort[kind]
            } else {
                0.0
            }
        };
        let total: f64 = (0..SIZES.len()).map(weight).sum();
        let mut at = random.unit() * total;
        for kind in 0..SIZES.len() {
            at -= weight(kind);
            if at < 0.0 {
                return kind;
            }
        }
        0
    }

    /// Does a job.
    pub fn work(&self, model: &Model, standing: &Standing, mut job: Job, pricer: &mut Pricer) -> Proposal {
        let mut bench = Workbench { pricers: vec![std::mem::take(pricer)] };
        let before = bench.work();
        let mut relaxation = Relaxation::new(model, &job.part, &standing.roster, &standing.counts, &mut job.random);
        for (who, &person) in job.part.people.iter().enumerate() {
            for cells in &self.memory[person] {
                relaxation.add(who, cells.clone());
            }
        }
        let effort = Effort { rounds: 25, dive_rounds: 4, threads: 1, exact: false };
        relaxation.solve(effort, &mut bench);
        let columns = relaxation.useful(0.5);
        // What a dive costs can only grow, but for rows of cells found on the way.
        let most = relaxation.cost_of(standing) * (1.0 + HOPE);
        let mut going = |_, cost: f64| cost <= most;
        let rows = relaxation.dive(effort, &mut bench, &mut job.random, &mut going).unwrap_or_default();
        let work = bench.work() - before + relaxation.work();
        *pricer = bench.pricers.swap_remove(0);
        Proposal { kind: job.kind, work, rows, columns }
    }

    /// Takes what improves (or costs nothing), in order.
    pub fn merge(&mut self, model: &Model, standing: &mut Standing, proposals: Vec<Proposal>) {
        for proposal in proposals {
            let before = standing.total;
            if let Some(next) = crate::solve::with_rows(model, standing, proposal.rows)
                && next.total <= before
            {
                *standing = next;
            }
            let gain = (before - standing.total) as f64;
            let success = &mut self.success[proposal.kind];
            *success = *success * DECAY + (1.0 - DECAY) * if gain > 0.0 { 10.0 } else { 0.0 };
            let effort = &mut self.effort[proposal.kind];
            *effort = *effort * (1.0 - NEWS) + NEWS * (proposal.work as f64 / USUAL_WORK).max(LEAST_EFFORT);
            self.learn(proposal.columns);
        }
    }
}

fn window(days: usize, length: usize, random: &mut Random) -> Range<usize> {
    if length >= days {
        return 0..days;
    }
    // Windows may hang over the ends, so that border days are as free as any.
    let start = random.below(days + length / 2) as i64 - (length / 2) as i64 / 2;
    let start = start.clamp(0, (days - length) as i64) as usize;
    start..start + length
}

/// Half at random, half around a row that costs something.
fn choose_people(
    model: &Model,
    standing: &Standing,
    size: usize,
    free: &Range<usize>,
    random: &mut Random,
) -> Vec<PersonId> {
    let everybody = model.people.len();
    let mut chosen: Vec<PersonId> = (0..everybody).collect();
    random.shuffle(&mut chosen);
    if size >= everybody {
        chosen.sort_unstable();
        return chosen;
    }
    if random.below(2) == 0 {
        let costly: Vec<usize> = (0..model.rows.len())
            .filter(|&row| free.contains(&model.rows[row].day) && model.rows[row].cost(standing.counts[row]) > 0)
            .collect();
        if !costly.is_empty() {
            let day = model.rows[costly[random.below(costly.len())]].day;
            // People with the highest own penalty and those who could serve that day first.
            let mut keyed: Vec<(i64, PersonId)> = chosen
                .iter()
                .map(|&person| {
                    let idle = standing.roster.get(person, day).is_none();
                    let noise = random.below(100) as i64;
                    (noise - i64::from(idle) * 30 - standing.own[person].min(40), person)
                })
                .collect();
            keyed.sort_unstable();
            chosen = keyed.into_iter().map(|entry| entry.1).collect();
        }
    }
    chosen.truncate(size);
    chosen.sort_unstable();
    chosen
}
