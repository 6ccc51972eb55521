//! A polygon prepared for many questions, and the walk of tree and outline together.

use robust::{Coord, orient2d};

use super::Index;
use super::tree::{Box4, overlap};
use crate::area::{Point, Polygon, bounds};

/// Edges in a stretch. Neighbours on an outline are neighbours on the ground, so a stretch has a small box.
const STRETCH: usize = 16;
/// Most bands for finding whether a point is inside.
const MAX_BANDS: usize = 4_096;
/// Most bands that an edge may be in on average. Outlines of tall spikes get fewer bands, so that memory stays linear.
const MAX_ENTRIES_AN_EDGE: usize = 16;

/// A polygon with its edges in stretches, for what comes near what, and in bands of latitude, for what is inside.
#[derive(Debug, Clone)]
pub struct Outline {
    edges: Vec<[Point; 2]>,
    bounds: Box4,
    /// Box of each sixteen edges in turn.
    stretches: Vec<Box4>,
    /// Band → first of its entries in `banded`; one more at the end.
    bands: Vec<u32>,
    /// Edges by band; an edge is in every band it reaches.
    banded: Vec<u32>,
    /// Bands a degree.
    density: f64,
}

impl Outline {
    /// Prepares a polygon; linear in its length but for edges that reach over many bands.
    pub fn new(polygon: &Polygon) -> Self {
        let pairs = polygon.rings.iter().flat_map(|r| r.windows(2));
        let edges: Vec<[Point; 2]> = pairs.filter_map(|w| Some([*w.first()?, *w.get(1)?])).collect();
        let bounds = polygon.bounds();
        let stretches = edges.chunks(STRETCH).map(|c| self::bounds(c.iter().flatten())).collect();
        let mut outline = Outline { edges, bounds, stretches, bands: Vec::new(), banded: Vec::new(), density: 0.0 };
        outline.fill_bands();
        outline
    }

    fn fill_bands(&mut self) {
        let height = (self.bounds[3] - self.bounds[1]).max(f64::MIN_POSITIVE);
        let mut count = (self.edges.len() / 2).clamp(1, MAX_BANDS);
        let reaches: Vec<(usize, usize)> = loop {
            self.density = (count as f64 / height).min(f64::MAX);
            let reach = |[a, b]: &[Point; 2]| (self.band(a[1].min(b[1]), count), self.band(a[1].max(b[1]), count));
            let reaches: Vec<_> = self.edges.iter().map(reach).collect();
            let entries: usize = reaches.iter().map(|(low, high)| high - low + 1).sum();
            if count == 1 || entries <= self.edges.len() * MAX_ENTRIES_AN_EDGE {
                break reaches;
            }
            count /= 2;
        };
        let mut bands = vec![0u32; count + 1];
        for (low, high) in &reaches {
            for band in *low..=*high {
                bands[band + 1] += 1;
            }
        }
        for i in 0..count {
            bands[i + 1] += bands[i];
        }
        let mut next = bands.clone();
        let mut banded = vec![0; bands[count] as usize];
        for (edge, (low, high)) in reaches.iter().enumerate() {
            for slot in &mut next[*low..=*high] {
                banded[*slot as usize] = edge as u32;
                *slot += 1;
            }
        }
        (self.bands, self.banded) = (bands, banded);
    }

    fn band(&self, lat: f64, count: usize) -> usize {
        (((lat - self.bounds[1]) * self.density).max(0.0) as usize).min(count - 1)
    }

    /// Is the point inside? Of points on the outline itself nothing is promised.
    pub fn contains(&self, point: Point) -> bool {
        let [x, y] = point;
        let [west, south, east, north] = self.bounds;
        if !(west..=east).contains(&x) || !(south..=north).contains(&y) {
            return false;
        }
        let band = self.band(y, self.bands.len() - 1);
        let entries = self.bands[band] as usize..self.bands[band + 1] as usize;
        let mut inside = false;
        for edge in &self.banded[entries] {
            let [a, b] = self.edges[*edge as usize];
            if (a[1] > y) == (b[1] > y) {
                continue;
            }
            // A ray to the east crosses the edge if the point lies to its west.
            let crosses = if x < a[0].min(b[0]) {
                true
            } else if x > a[0].max(b[0]) {
                false
            } else {
                let side = orient2d(coord(a), coord(b), coord(point));
                if b[1] > a[1] { side > 0.0 } else { side < 0.0 }
            };
            inside ^= crosses;
        }
        inside
    }

    /// Does the line, whose box is given, meet an edge of one of the stretches?
    fn meets(&self, line: &[Point], line_box: &Box4, near: &[u32]) -> bool {
        for stretch in near {
            if !overlap(&self.stretches[*stretch as usize], line_box) {
                continue;
            }
            let from = *stretch as usize * STRETCH;
            let to = (from + STRETCH).min(self.edges.len());
            for edge in &self.edges[from..to] {
                if !overlap(&edge_box(edge), line_box) {
                    continue;
                }
                let hit = match line {
                    [only] => cross(edge, &[*only, *only]),
                    _ => line.windows(2).any(|w| w.first().zip(w.get(1)).is_some_and(|(a, b)| cross(edge, &[*a, *b]))),
                };
                if hit {
                    return true;
                }
            }
        }
        false
    }
}

fn coord(p: Point) -> Coord<f64> {
    Coord { x: p[0], y: p[1] }
}

fn edge_box([a, b]: &[Point; 2]) -> Box4 {
    [a[0].min(b[0]), a[1].min(b[1]), a[0].max(b[0]), a[1].max(b[1])]
}

/// Do two segments have a point in common? Exact: if their boxes overlap and neither lies strictly on one side of the
/// other's line, they do, touching and collinear ones included.
fn cross(a: &[Point; 2], b: &[Point; 2]) -> bool {
    let apart = |s: &[Point; 2], t: &[Point; 2]| {
        let (p, q) = (coord(s[0]), coord(s[1]));
        let (one, two) = (orient2d(p, q, coord(t[0])), orient2d(p, q, coord(t[1])));
        (one > 0.0 && two > 0.0) || (one < 0.0 && two < 0.0)
    };
    overlap(&edge_box(a), &edge_box(b)) && !apart(a, b) && !apart(b, a)
}

impl Index {
    /// The lines that a prepared polygon touches, each once, in no particular order.
    pub fn touched_by_outline(&self, outline: &Outline) -> Vec<u32> {
        let mut hits = Vec::new();
        let Some((level, root)) = self.tree.root() else { return hits };
        if overlap(root, &outline.bounds) {
            // One stack for the stretches near each node on the way down.
            let mut near: Vec<u32> = (0..outline.stretches.len() as u32).collect();
            let all = near.len();
            self.walk(outline, level, 0, root, 0..all, &mut near, &mut hits);
        }
        hits
    }

    #[expect(clippy::too_many_arguments, reason = "a recursion whose state is plainer as arguments than as a struct")]
    fn walk(
        &self,
        outline: &Outline,
        level: usize,
        place: usize,
        bounds: &Box4,
        parent: std::ops::Range<usize>,
        near: &mut Vec<u32>,
        hits: &mut Vec<u32>,
    ) {
        let from = near.len();
        for i in parent {
            let stretch = near[i];
            if overlap(&outline.stretches[stretch as usize], bounds) {
                near.push(stretch);
            }
        }
        let own = from..near.len();
        if own.is_empty() {
            // No edge comes near, so one corner speaks for all.
            if outline.contains([bounds[0], bounds[1]]) {
                hits.extend_from_slice(self.tree.below(level, place));
            }
        } else if level == 0 {
            let line = self.tree.line(place);
            if outline.meets(line, bounds, &near[own]) || line.first().is_some_and(|p| outline.contains(*p)) {
                hits.push(self.tree.number(place));
            }
        } else {
            for (child, child_bounds) in self.tree.children(level, place) {
                if overlap(child_bounds, &outline.bounds) {
                    self.walk(outline, level - 1, child, child_bounds, own.clone(), near, hits);
                }
            }
        }
        near.truncate(from);
    }
}
