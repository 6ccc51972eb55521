//! A packed tree of boxes over lines in Hilbert order.

use crate::area::{Point, bounds};

/// West, south, east, north.
pub(super) type Box4 = [f64; 4];

/// Children of a node: sixteen boxes are eight cache lines, and a million lines make a tree of six levels.
pub(super) const FAN_OUT: usize = 16;

#[derive(Debug, Clone)]
pub(super) struct Tree {
    /// Place in Hilbert order → number of the line.
    order: Vec<u32>,
    /// Place in Hilbert order → first of its points; one more at the end.
    starts: Vec<u32>,
    /// Points of the lines in Hilbert order: left in the order of the input they make building a fifth faster and queries
    /// four times slower.
    points: Vec<Point>,
    /// Boxes by level: the lines', then of each sixteen of them, and so on to the root's.
    levels: Vec<Vec<Box4>>,
}

impl Tree {
    pub fn new<'l>(lines: impl IntoIterator<Item = &'l [Point]>) -> Self {
        let lines: Vec<&[Point]> = lines.into_iter().collect();
        let boxes: Vec<Box4> = lines.iter().map(|l| bounds(l.iter())).collect();
        let all = boxes.iter().copied().fold(EMPTY, join);
        let scale = |low: f64, high: f64| if high > low { f64::from(u16::MAX) / (high - low) } else { 0.0 };
        let (x_scale, y_scale) = (scale(all[0], all[2]), scale(all[1], all[3]));
        // Code and number in one word: sorted as plain integers, and ties in the order of the input.
        let mut keys: Vec<u64> = boxes
            .iter()
            .enumerate()
            .filter(|(_, b)| b[0] <= b[2])
            .map(|(i, b)| {
                let x = (((b[0] + b[2]) / 2.0 - all[0]) * x_scale) as u32;
                let y = (((b[1] + b[3]) / 2.0 - all[1]) * y_scale) as u32;
                u64::from(hilbert(x, y)) << 32 | i as u64
            })
            .collect();
        keys.sort_unstable();
        let order: Vec<u32> = keys.into_iter().map(|k| k as u32).collect();
        let mut starts = Vec::with_capacity(order.len() + 1);
        let mut points = Vec::with_capacity(lines.iter().map(|l| l.len()).sum());
        for line in &order {
            starts.push(points.len() as u32);
            points.extend_from_slice(lines[*line as usize]);
        }
        starts.push(points.len() as u32);
        let mut levels = vec![order.iter().map(|line| boxes[*line as usize]).collect::<Vec<_>>()];
        while let Some(below) = levels.last().filter(|l| l.len() > 1) {
            let above = below.chunks(FAN_OUT).map(|c| c.iter().copied().fold(EMPTY, join)).collect();
            levels.push(above);
        }
        Tree { order, starts, points, levels }
    }

    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// The root's level and its one box; `None` if there are no lines.
    pub fn root(&self) -> Option<(usize, &Box4)> {
        let level = self.levels.len().checked_sub(1)?;
        Some((level, self.levels.last()?.first()?))
    }

    /// Places of the children of a node of a level above 0, and their boxes.
    pub fn children(&self, level: usize, place: usize) -> impl Iterator<Item = (usize, &Box4)> {
        let below = &self.levels[level - 1];
        let from = place * FAN_OUT;
        let to = (from + FAN_OUT).min(below.len());
        (from..to).zip(&below[from..to])
    }

    /// The points of the line at a place of level 0.
    pub fn line(&self, place: usize) -> &[Point] {
        &self.points[self.starts[place] as usize..self.starts[place + 1] as usize]
    }

    /// The number of the line at a place of level 0.
    pub fn number(&self, place: usize) -> u32 {
        self.order[place]
    }

    /// Numbers of all lines under a node.
    pub fn below(&self, level: usize, place: usize) -> &[u32] {
        let width = FAN_OUT.saturating_pow(level as u32);
        let from = place.saturating_mul(width).min(self.order.len());
        let to = from.saturating_add(width).min(self.order.len());
        &self.order[from..to]
    }
}

const EMPTY: Box4 = [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY];

fn join(a: Box4, b: Box4) -> Box4 {
    [a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])]
}

pub(super) fn overlap(a: &Box4, b: &Box4) -> bool {
    a[0] <= b[2] && b[0] <= a[2] && a[1] <= b[3] && b[1] <= a[3]
}

/// Place of a cell on the Hilbert curve over a grid of 65,536 by 65,536.
fn hilbert(x: u32, y: u32) -> u32 {
    const SIDE: u32 = 1 << 16;
    let (mut x, mut y, mut place) = (x.min(SIDE - 1), y.min(SIDE - 1), 0);
    let mut s = SIDE / 2;
    while s > 0 {
        let (right, up) = (u32::from(x & s > 0), u32::from(y & s > 0));
        place += s * s * ((3 * right) ^ up);
        if up == 0 {
            if right == 1 {
                x = SIDE - 1 - x;
                y = SIDE - 1 - y;
            }
            std::mem::swap(&mut x, &mut y);
        }
        s /= 2;
    }
    place
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_curve_visits_neighbours_in_turn() {
        // Over the whole grid's first 4,096 places every step is to a neighbouring cell.
        let mut cells = vec![(0, 0); 4_096];
        for x in 0..64 {
            for y in 0..64 {
                cells[hilbert(x, y) as usize] = (x, y);
            }
        }
        assert!(cells.windows(2).all(|w| w[0].0.abs_diff(w[1].0) + w[0].1.abs_diff(w[1].1) == 1));
    }

    #[test]
    fn every_line_is_under_the_root_once() {
        let lines: Vec<Vec<Point>> = (0..1_000).map(|i| vec![[f64::from(i * 7 % 100), f64::from(i % 13)]; 2]).collect();
        let tree = Tree::new(lines.iter().map(Vec::as_slice));
        let (level, root) = tree.root().expect("there are lines");
        assert_eq!(*root, [0.0, 0.0, 99.0, 12.0]);
        let mut below = tree.below(level, 0).to_vec();
        below.sort_unstable();
        assert_eq!(below, (0..1_000).collect::<Vec<u32>>());
    }
}
