//! From the sections of an old network to those of a new one, so that measures in force follow their road.

use std::collections::{BTreeMap, BTreeSet};

use super::{Flow, Network, Section, SectionId};
use crate::area::{Circle, Point};
use crate::matching::Index;

/// How far a redrawn road may lie from the old line: carriageways of one road are at least this far apart.
const REDRAWN_M: f64 = 15.0;
/// Distance between the places at which old and new are compared.
const STEP_M: f64 = 50.0;
/// A new section must cover this share of the old one to take over its measures.
const SMALLEST_SHARE: f64 = 0.05;

/// A new section on an old one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Successor {
    /// The new section.
    pub id: SectionId,
    /// The share of the old section that it covers, 0 to 1.
    pub share: f64,
}

/// What became of the old sections.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Succession {
    /// How many kept their id.
    pub kept: usize,
    /// Old id → the new sections on it, the greatest share first.
    pub moved: BTreeMap<SectionId, Vec<Successor>>,
    /// Old sections that no new one covers: a person decides on their measures.
    pub gone: Vec<SectionId>,
    /// New sections that no old one leads to.
    pub added: Vec<SectionId>,
}

/// Compares two imports. Sections whose id is in both are kept, even if redrawn between their ends; for the rest, places
/// along the old line are looked up in the new network among roads of the same class and direction.
pub fn succeed(old: &Network, new: &Network) -> Succession {
    let mut result = Succession::default();
    let index = new.index();
    for section in old.sections() {
        if new.section(section.id).is_some() {
            result.kept += 1;
            continue;
        }
        let shares = shares(old, section, new, &index);
        if shares.is_empty() {
            result.gone.push(section.id);
        } else {
            result.moved.insert(section.id, shares);
        }
    }
    let led_to: BTreeSet<SectionId> = result.moved.values().flatten().map(|s| s.id).collect();
    let unknown = |id: &SectionId| old.section(*id).is_none() && !led_to.contains(id);
    result.added = new.sections().iter().map(|s| s.id).filter(unknown).collect();
    result
}

fn shares(old: &Network, section: &Section, new: &Network, index: &Index) -> Vec<Successor> {
    let probes = probes(old.line(section));
    let mut counts: BTreeMap<SectionId, usize> = BTreeMap::new();
    for (place, heading) in &probes {
        let near = index.nearest(&Circle { centre: *place, radius_m: REDRAWN_M });
        let fits = |candidate: &&Section| {
            let same_way = candidate.flow == Flow::Both || section.flow == Flow::Both || {
                let theirs = direction_at(new.line(candidate), *place);
                theirs[0] * heading[0] + theirs[1] * heading[1] > 0.0
            };
            candidate.class == section.class && same_way
        };
        if let Some(found) = near.iter().filter_map(|(line, _)| new.sections().get(*line as usize)).find(fits) {
            *counts.entry(found.id).or_insert(0) += 1;
        }
    }
    let total = probes.len().max(1) as f64;
    let mut shares: Vec<Successor> =
        counts.into_iter().map(|(id, count)| Successor { id, share: count as f64 / total }).collect();
    shares.retain(|s| s.share >= SMALLEST_SHARE);
    shares.sort_by(|a, b| b.share.total_cmp(&a.share).then(a.id.cmp(&b.id)));
    shares
}

/// Places in the middle of every stretch of [`STEP_M`] or less, with the line's direction there.
fn probes(line: &[Point]) -> Vec<(Point, Point)> {
    let mut probes = Vec::new();
    for w in line.windows(2) {
        let [a, b] = [w[0], w[1]];
        let steps = (crate::area::distance_m(a, b) / STEP_M).ceil().max(1.0);
        for i in 0..steps as usize {
            let t = (i as f64 + 0.5) / steps;
            probes.push(([a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t], [b[0] - a[0], b[1] - a[1]]));
        }
    }
    probes
}

/// Direction of the edge of the line that is nearest to a place.
fn direction_at(line: &[Point], place: Point) -> Point {
    let mut best = (f64::INFINITY, [0.0; 2]);
    for w in line.windows(2) {
        let distance = crate::matching::distance_to_line_m(place, w);
        if distance < best.0 {
            best = (distance, [w[1][0] - w[0][0], w[1][1] - w[0][1]]);
        }
    }
    best.1
}
