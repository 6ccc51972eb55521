//! Which lines does an area touch? Exactly, and fast enough for a million road sections.
//!
//! The lines lie in a packed tree in Hilbert order. A query walks tree and outline together: each node of the tree keeps
//! only the stretches of the outline that come near it, so a node which none comes near is wholly inside or wholly
//! outside, and its lines are taken or left without being looked at. Only lines next to the outline are compared with
//! it, edge by edge, with exact predicates (Shewchuk's, crate `robust`). Touching counts.
//!
//! ```
//! use roadwatch::area::{Shape, parse_polygon};
//! use roadwatch::matching::Index;
//!
//! let lines: [&[[f64; 2]]; 2] = [&[[107.5, 35.5], [107.6, 35.6]], &[[109.0, 35.5], [109.1, 35.5]]];
//! let index = Index::new(lines);
//! let (square, _) = parse_polygon("35,107 35,108 36,108 36,107 35,107").expect("a square");
//! let hits = index.touched(&Shape::Polygon(square.into_iter().next().expect("one").into()));
//! assert_eq!(hits, [0]);
//! ```

mod circle;
mod outline;
mod tree;

use crate::area::{Point, Shape};
pub(crate) use circle::distance_to_line_m;
pub use outline::Outline;
use tree::Tree;

/// Lines that can be asked which of them an area touches.
#[derive(Debug, Clone)]
pub struct Index {
    tree: Tree,
}

impl Index {
    /// Puts lines in order. They are known by their place in the input from 0; a line without points is never touched.
    ///
    /// The index keeps its own copy of the points: 16 bytes a point and about 45 a line.
    pub fn new<'l>(lines: impl IntoIterator<Item = &'l [Point]>) -> Self {
        Index { tree: Tree::new(lines) }
    }

    /// Number of lines.
    pub fn len(&self) -> usize {
        self.tree.len()
    }

    /// Are there no lines?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The lines that a shape touches, each once, in no particular order.
    pub fn touched(&self, shape: &Shape) -> Vec<u32> {
        match shape {
            Shape::Polygon(polygon) => self.touched_by_outline(&Outline::new(polygon)),
            Shape::Circle(circle) => self.touched_by_circle(circle),
        }
    }

    /// The lines that any of the shapes touches, each once, in rising order.
    pub fn touched_by_any<'s>(&self, shapes: impl IntoIterator<Item = &'s Shape>) -> Vec<u32> {
        let mut all: Vec<u32> = shapes.into_iter().flat_map(|s| self.touched(s)).collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}
