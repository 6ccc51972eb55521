//! Ways round closed sections.
//!
//! A* over the network with the closed sections left out; closures change too often for anything prepared in advance.
//! Times are at the class's usual speed, so a diversion keeps to greater roads where it can.

use std::cmp::Ordering;
use std::collections::{BTreeSet, BinaryHeap};

use serde::Serialize;

use crate::area::distance_m;
use crate::network::{Flow, Network, RoadClass, SectionId};

/// The network as a graph: made once a network, asked often.
#[derive(Debug, Clone)]
pub struct Graph<'n> {
    network: &'n Network,
    /// Junction → first of its arcs; one more at the end.
    starts: Vec<u32>,
    arcs: Vec<Arc>,
}

#[derive(Debug, Clone, Copy)]
struct Arc {
    to: u32,
    section: u32,
    seconds: f64,
}

/// A way from one junction to another.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Route {
    /// Sections in the order they are driven.
    pub sections: Vec<SectionId>,
    /// Length in metres.
    pub length_m: f64,
    /// Time in seconds at usual speeds.
    pub seconds: f64,
}

/// What may be used.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Limits {
    /// Sections that may not be used.
    pub closed: BTreeSet<SectionId>,
    /// The least class that trucks may be sent over; all, if not set.
    pub least_class: Option<RoadClass>,
}

/// Usual speeds in km/h by class, for want of posted limits on most roads (house).
const fn usual_kmh(class: RoadClass, link: bool) -> f64 {
    match (class, link) {
        (_, true) => 40.0,
        (RoadClass::Expressway, _) => 100.0,
        (RoadClass::Trunk, _) => 70.0,
        (RoadClass::Primary, _) => 60.0,
        (RoadClass::Secondary, _) => 50.0,
        (RoadClass::Tertiary, _) => 40.0,
        (RoadClass::Local, _) => 25.0,
    }
}

/// No road is faster, so the straight line at this speed never overestimates.
const FASTEST_KMH: f64 = 120.0;

impl<'n> Graph<'n> {
    /// The graph of a network.
    pub fn new(network: &'n Network) -> Self {
        let mut list: Vec<(u32, Arc)> = Vec::new();
        for (place, s) in network.sections().iter().enumerate() {
            let kmh = s.posted_kmh.map_or(usual_kmh(s.class, s.link), f64::from).clamp(5.0, FASTEST_KMH);
            let arc = |to| Arc { to, section: place as u32, seconds: s.length_m / (kmh / 3.6) };
            list.push((s.from, arc(s.to)));
            if s.flow == Flow::Both {
                list.push((s.to, arc(s.from)));
            }
        }
        list.sort_by_key(|(from, arc)| (*from, arc.section));
        let mut starts = vec![0u32; network.junctions().len() + 1];
        for (from, _) in &list {
            starts[*from as usize + 1] += 1;
        }
        for i in 1..starts.len() {
            starts[i] += starts[i - 1];
        }
        Graph { network, starts, arcs: list.into_iter().map(|(_, arc)| arc).collect() }
    }

    /// The fastest way from one junction to another that the limits allow; `None` if there is none.
    pub fn route(&self, from: u32, to: u32, limits: &Limits) -> Option<Route> {
        let junctions = self.network.junctions();
        let goal = *junctions.get(to as usize)?;
        let ahead = |at: u32| junctions.get(at as usize).map_or(0.0, |p| distance_m(*p, goal) / (FASTEST_KMH / 3.6));
        let mut best = vec![f64::INFINITY; junctions.len()];
        let mut came: Vec<Option<(u32, u32)>> = vec![None; junctions.len()];
        let mut open = BinaryHeap::new();
        *best.get_mut(from as usize)? = 0.0;
        open.push(Open { estimate: ahead(from), seconds: 0.0, at: from });
        while let Some(Open { seconds, at, .. }) = open.pop() {
            if at == to {
                return Some(self.trace(from, to, seconds, &came));
            }
            if seconds > best[at as usize] {
                continue;
            }
            let arcs = self.starts[at as usize] as usize..self.starts[at as usize + 1] as usize;
            for arc in &self.arcs[arcs] {
                let section = &self.network.sections()[arc.section as usize];
                let allowed = limits.least_class.is_none_or(|least| section.class <= least);
                let reached = seconds + arc.seconds;
                if !allowed || limits.closed.contains(&section.id) || reached >= best[arc.to as usize] {
                    continue;
                }
                best[arc.to as usize] = reached;
                came[arc.to as usize] = Some((at, arc.section));
                open.push(Open { estimate: reached + ahead(arc.to), seconds: reached, at: arc.to });
            }
        }
        None
    }

    /// The way round one closed section, in its direction: from where it begins to where it ends.
    pub fn around(&self, section: SectionId, limits: &Limits) -> Option<Route> {
        let closed = self.network.section(section)?;
        let mut limits = limits.clone();
        limits.closed.insert(section);
        self.route(closed.from, closed.to, &limits)
    }

    fn trace(&self, from: u32, to: u32, seconds: f64, came: &[Option<(u32, u32)>]) -> Route {
        let mut route = Route { sections: Vec::new(), length_m: 0.0, seconds };
        let mut at = to;
        while at != from {
            let Some((before, section)) = came[at as usize] else { break };
            let section = &self.network.sections()[section as usize];
            route.sections.push(section.id);
            route.length_m += section.length_m;
            at = before;
        }
        route.sections.reverse();
        route
    }
}

struct Open {
    estimate: f64,
    seconds: f64,
    at: u32,
}

/// Least estimate first, and of equals the least junction, so that the answer is the same every time.
impl Ord for Open {
    fn cmp(&self, other: &Self) -> Ordering {
        other.estimate.total_cmp(&self.estimate).then(other.at.cmp(&self.at))
    }
}
impl PartialOrd for Open {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl PartialEq for Open {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}
impl Eq for Open {}
