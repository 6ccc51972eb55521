//! Where a warning holds: from what the sender wrote to shapes on the earth.
//!
//! Drawn shapes come first, then codes through the operator's boundary tables, then exact names, which a person must
//! confirm. What cannot be resolved stays visible as such; it never means "no roads".
//!
//! All coordinates are longitude and latitude in degrees, WGS 84.
//!
//! ```
//! use roadwatch::area::{parse_polygon, Repair};
//!
//! // Written longitude first, against the standard, but unmistakably so in China.
//! let (polygon, repairs) = parse_polygon("107.0,35.5 108.0,35.5 108.0,36.0 107.0,35.5").expect("four points");
//! assert_eq!(repairs, [Repair::Swapped]);
//! assert_eq!(polygon[0].rings[0][0], [107.0, 35.5]);
//! ```

mod boundary;
mod crs;
mod parse;
mod resolve;

pub use boundary::{BoundaryError, MAX_TABLE, Region, Table, TableFault, TableSpec};
pub use crs::{Crs, gcj02_to_wgs84, wgs84_to_gcj02};
pub use parse::{AreaError, Repair, parse_circle, parse_polygon};
pub use resolve::{By, Confirm, Resolution, resolve};

use std::sync::Arc;

/// Longitude, latitude.
pub type Point = [f64; 2];

/// Mean radius of the earth in metres (IUGG).
pub const EARTH_RADIUS_M: f64 = 6_371_008.8;

/// An area bounded by rings; a point is inside if a ray from it crosses the rings an odd number of times. So a hole is a
/// ring within a ring, and the two lobes of a bow-tie are both inside.
#[derive(Debug, Clone, PartialEq)]
pub struct Polygon {
    /// Closed rings: at least four points, the last equal to the first.
    pub rings: Vec<Vec<Point>>,
}

/// All points within a distance of a centre, along the earth.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Circle {
    /// Its centre.
    pub centre: Point,
    /// Its radius in metres, more than zero.
    pub radius_m: f64,
}

/// An area on the earth.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    /// Bounded by rings; shared, because county outlines are long.
    Polygon(Arc<Polygon>),
    /// Around a centre.
    Circle(Circle),
}

/// Distance along the earth in metres (haversine).
pub fn distance_m(a: Point, b: Point) -> f64 {
    let (lat_a, lat_b) = (a[1].to_radians(), b[1].to_radians());
    let (d_lat, d_lon) = (lat_b - lat_a, (b[0] - a[0]).to_radians());
    let h = (d_lat / 2.0).sin().powi(2) + lat_a.cos() * lat_b.cos() * (d_lon / 2.0).sin().powi(2);
    2.0 * EARTH_RADIUS_M * h.sqrt().min(1.0).asin()
}

impl Polygon {
    /// Smallest and greatest longitude and latitude: west, south, east, north.
    pub fn bounds(&self) -> [f64; 4] {
        bounds(self.rings.iter().flatten())
    }

    /// Number of points of all rings.
    pub fn len(&self) -> usize {
        self.rings.iter().map(Vec::len).sum()
    }

    /// Is there no ring?
    pub fn is_empty(&self) -> bool {
        self.rings.is_empty()
    }
}

/// West, south, east, north of some points.
pub fn bounds<'p>(points: impl IntoIterator<Item = &'p Point>) -> [f64; 4] {
    let none = [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY];
    points.into_iter().fold(none, |b, p| [b[0].min(p[0]), b[1].min(p[1]), b[2].max(p[0]), b[3].max(p[1])])
}
